//! Codes of numbers, history, loops and parameters.

use crate::script::check::codes::{Meaning, meaning};

pub(super) const MEANINGS: &[Meaning] = &[
    meaning(
        "RBT120",
        "A division of whole numbers drops the fraction: 10 / 30 is 0. Make one of them a float: 10 / 30.0.",
        r#"fn handle_data(context, data) {
    order_target_percent("AAPL", 1 / 3);
}"#,
        r#"fn handle_data(context, data) {
    order_target_percent("AAPL", 1 / 3.0);
}"#,
    ),
    meaning(
        "RBT121",
        "An operator, a condition or an index is of a kind that does not work there: (), a value that does not exist, is ordered; a string is compared with a number; an Asset is the key of a map, whose keys are strings. Ordering fails when it runs; == between unlike kinds is always false.",
        r#"fn initialize(context) {
    context.asset = symbol("AAPL");
}

fn handle_data(context, data) {
    let weights = #{ AAPL: 0.5 };
    order_target_percent(context.asset, weights[context.asset]);
}"#,
        r#"fn initialize(context) {
    context.asset = symbol("AAPL");
}

fn handle_data(context, data) {
    let weights = #{ AAPL: 0.5 };
    order_target_percent(context.asset, weights[context.asset.symbol]);
}"#,
    ),
    meaning(
        "RBT122",
        "Two floats of which a calculation gave one are compared with == or !=. Calculations round, so that they are hardly ever equal. Compare with a tolerance, or with < or >. Comparing with 0 is left alone: that is how a division is guarded; so is x != x, which tests for what is not a number.",
        r#"fn handle_data(context, data) {
    let prices = data.history("AAPL", "close", 20, "1d");
    if prices.mean() == 0.1 + 0.2 { order("AAPL", 1); }
}"#,
        r#"fn handle_data(context, data) {
    let prices = data.history("AAPL", "close", 20, "1d");
    if prices.mean() > 0.3 { order("AAPL", 1); }
}"#,
    ),
    meaning(
        "RBT123",
        "The closure of sort, filter, all, some, find, drain or retain answers something that is neither true nor false. sort also takes a negative number for \"a comes first\"; filter and the others take everything else for false, in silence.",
        r"fn handle_data(context, data) {
    let high = [1.0, 2.0].filter(|x| x - 1.0);
    record(#{ high: high.len() });
}",
        r"fn handle_data(context, data) {
    let high = [1.0, 2.0].filter(|x| x > 1.0);
    record(#{ high: high.len() });
}",
    ),
    meaning(
        "RBT130",
        "A window of history is shorter than what is asked of it needs, as an indicator needs its warm-up: the result would always be (), or cut short. Numbers, constants and defaults of parameters are counted.",
        r#"fn handle_data(context, data) {
    let prices = data.history("AAPL", "close", 20, "1d");
    record(#{ rsi: prices.rsi(30) });
}"#,
        r#"fn handle_data(context, data) {
    let prices = data.history("AAPL", "close", 31, "1d");
    record(#{ rsi: prices.rsi(30) });
}"#,
    ),
    meaning(
        "RBT131",
        "A negative number of steps back asks for bars that have not closed. Nothing in the API reaches the future: the call fails. data in before_trading_start is no look-ahead either: it shows what had closed by then, so that data.current(asset, \"close\") is the close of the session before.",
        r#"fn handle_data(context, data) {
    let prices = data.history("AAPL", "close", 20, "1d");
    record(#{ next: prices.shift(-1).last() });
}"#,
        r#"fn handle_data(context, data) {
    let prices = data.history("AAPL", "close", 20, "1d");
    record(#{ before: prices.shift(1).last() });
}"#,
    ),
    meaning(
        "RBT132",
        "timestamp and sleep would take the machine's clock into a run, which could then not be repeated. context.now is the instant of the decision, schedule(…) does something later, and rand() is seeded by the run.",
        r"fn handle_data(context, data) {
    record(#{ now: timestamp() });
}",
        r"fn handle_data(context, data) {
    record(#{ hour: context.now.hour });
}",
    ),
    meaning(
        "RBT140",
        "A loop sends the same order with every turn, under no condition: the amounts add up, and live the order-rate breaker trips.",
        r#"fn handle_data(context, data) {
    for i in 0..10 {
        order("AAPL", 1);
    }
}"#,
        r#"fn handle_data(context, data) {
    order("AAPL", 10);
}"#,
    ),
    meaning(
        "RBT142",
        "A loop has no end: its condition is always true, and nothing in it breaks, returns or throws. The call would be stopped when its budget is used up.",
        r"fn handle_data(context, data) {
    let n = 0;
    loop { n += 1; record(#{ n: n }); }
}",
        r"fn handle_data(context, data) {
    let n = 0;
    loop { n += 1; if n == 10 { break; } }
    record(#{ n: n });
}",
    ),
    meaning(
        "RBT150",
        "A parameter does not fit itself: its default lies outside of its range or is none of its choices, the range is empty, the step does not get through it, or two of one name have different defaults. Parameters are declared at the top level.",
        r#"const FAST = param("fast", 3, 5..=50);

fn handle_data(context, data) {
    order_target("AAPL", FAST);
}"#,
        r#"const FAST = param("fast", 10, 5..=50);

fn handle_data(context, data) {
    order_target("AAPL", FAST);
}"#,
    ),
    meaning(
        "RBT160",
        "A name that another system, or an earlier draft of this one, gives to what is called otherwise here.",
        r#"fn initialize(context) {
    schedule(rebalance, every_day(), after_open("30m"));
}

fn rebalance(context, data) {
    order_target_percent("AAPL", 1.0);
}"#,
        r#"fn initialize(context) {
    schedule(rebalance, every_day(), market_open("30m"));
}

fn rebalance(context, data) {
    order_target_percent("AAPL", 1.0);
}"#,
    ),
];
