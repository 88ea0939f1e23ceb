//! Codes of calls, names and handlers.

use crate::script::check::codes::{Meaning, meaning};

pub(super) const MEANINGS: &[Meaning] = &[
    meaning(
        "RBT001",
        "The text is not a script: a sign is missing, or one stands where none may. The place is where the reader could not go on; the fault is there or just before.",
        r#"fn handle_data(context, data) {
    let asset = "AAPL"
    order(asset, 1);
}"#,
        r#"fn handle_data(context, data) {
    let asset = "AAPL";
    order(asset, 1);
}"#,
    ),
    meaning(
        "RBT002",
        "A remark `// rustybt: allow CODE` names no rule, or one that finds nothing there. It counts for its own line, or for the next one with code where it stands alone. RBT001 and RBT002 cannot be allowed.",
        "fn handle_data(context, data) {
    // rustybt: allow RBT120
    print(10 / 30.0);
}",
        "fn handle_data(context, data) {
    // rustybt: allow RBT120
    print(10 / 30);
}",
    ),
    meaning(
        "RBT101",
        "A function or method is called that neither the API, the language nor the script has, or that the kind of value before the dot has not. `rustybt doc` lists what there is. A closure kept in a variable is called with name.call(…).",
        r#"fn handle_data(context, data) {
    order_taget("AAPL", 10);
}"#,
        r#"fn handle_data(context, data) {
    order_target("AAPL", 10);
}"#,
    ),
    meaning(
        "RBT102",
        "A function is called with a number or kind of arguments that it does not take; the argument that does not fit is underlined. `rustybt doc NAME` shows how it is called.",
        r#"fn handle_data(context, data) {
    order("AAPL", "many");
}"#,
        r#"fn handle_data(context, data) {
    order("AAPL", 10);
}"#,
    ),
    meaning(
        "RBT103",
        "A map of options has a key that the function does not know, or a value that the key does not take.",
        r#"fn handle_data(context, data) {
    order("AAPL", 10, #{ limt: 99.5 });
}"#,
        r#"fn handle_data(context, data) {
    order("AAPL", 10, #{ limit: 99.5 });
}"#,
    ),
    meaning(
        "RBT104",
        "A variable, module or field is named that does not exist. A function sees its parameters, its own variables and the script's constants; a field of the context exists once any function of the script sets it.",
        r#"fn initialize(context) {
    context.asset = symbol("AAPL");
}

fn handle_data(context, data) {
    order(context.aset, 1);
}"#,
        r#"fn initialize(context) {
    context.asset = symbol("AAPL");
}

fn handle_data(context, data) {
    order(context.asset, 1);
}"#,
    ),
    meaning(
        "RBT105",
        "A constant, variable, import or function is never used: a left-over, or a sign that another one is used by mistake. A name that begins with _ may stay unused.",
        r#"const FAST = 10;
const SLOW = 30;

fn handle_data(context, data) {
    let prices = data.history("AAPL", "close", SLOW, "1d");
    record(#{ mean: prices.mean() });
}"#,
        r#"const FAST = 10;
const SLOW = 30;

fn handle_data(context, data) {
    let prices = data.history("AAPL", "close", SLOW, "1d");
    record(#{ mean: prices.mean(), fast: prices.tail(FAST).mean() });
}"#,
    ),
    meaning(
        "RBT106",
        "A function has nearly the name of a handler, or the name that another system gives to one, or a handler has other parameters than the engine calls it with. It would never be called.",
        r#"fn handle_data(context, data) {
    order("AAPL", 1);
}

fn on_fill(context, order, fill) {
    log_info(order.id);
}"#,
        r#"fn handle_data(context, data) {
    order("AAPL", 1);
}

fn on_order_fill(context, order, fill) {
    log_info(order.id);
}"#,
    ),
    meaning(
        "RBT107",
        "The script has neither handle_data nor a scheduled function, so nothing would ever run.",
        r"fn initialize(context) {
    set_long_only();
}",
        r#"fn initialize(context) {
    set_long_only();
}

fn handle_data(context, data) {
    order_target_percent("AAPL", 1.0);
}"#,
    ),
    meaning(
        "RBT108",
        "schedule or on_cross is given a function that the script does not have, or one that does not take (context, data).",
        r#"fn initialize(context) {
    schedule(rebalnce, month_end());
}

fn rebalance(context, data) {
    order_target_percent("AAPL", 1.0);
}"#,
        r#"fn initialize(context) {
    schedule(rebalance, month_end());
}

fn rebalance(context, data) {
    order_target_percent("AAPL", 1.0);
}"#,
    ),
    meaning(
        "RBT109",
        "A function of the script has the name of one of the API. Calls meant for the API, methods too, would reach it instead, in silence.",
        r"fn handle_data(context, data) {
    record(#{ mean: mean([1.0, 2.0]) });
}

fn mean(list) {
    (list[0] + list[1]) / 2.0
}",
        r"fn handle_data(context, data) {
    record(#{ mean: mean_of_two([1.0, 2.0]) });
}

fn mean_of_two(list) {
    (list[0] + list[1]) / 2.0
}",
    ),
    meaning(
        "RBT110",
        "A variable at the top level is used in a function. Functions do not see it, and nothing in it would outlive a call: keep it in the context, or make it a const.",
        r"let days = 0;

fn handle_data(context, data) {
    days += 1;
    record(#{ days: days });
}",
        r"fn initialize(context) {
    context.days = 0;
}

fn handle_data(context, data) {
    context.days += 1;
    record(#{ days: context.days });
}",
    ),
    meaning(
        "RBT111",
        "A closure or a function is put into the context, alone or inside an array or map. The context is saved, and a function cannot be: the assignment fails.",
        r#"fn initialize(context) {
    context.rule = |price| price > 100.0;
}

fn handle_data(context, data) {
    if context.rule.call(data.current("AAPL", "price")) { order("AAPL", 1); }
}"#,
        r#"fn initialize(context) {
    context.level = 100.0;
}

fn handle_data(context, data) {
    if is_high(data.current("AAPL", "price"), context.level) { order("AAPL", 1); }
}

fn is_high(price, level) {
    price > level
}"#,
    ),
    meaning(
        "RBT112",
        "A map or array that a function was given is changed inside it and then forgotten. A function gets a copy: the caller keeps the old one. Return it. The context is no copy.",
        r"fn handle_data(context, data) {
    let list = [1.0];
    note(list, 2.0);
    record(#{ count: list.len() });
}

fn note(list, item) {
    list.push(item);
}",
        r"fn handle_data(context, data) {
    let list = note([1.0], 2.0);
    record(#{ count: list.len() });
}

fn note(list, item) {
    list.push(item);
    list
}",
    ),
    meaning(
        "RBT113",
        "An order is placed in a handler that may not order: initialize, before_trading_start, on_reload, analyze. It would be refused with an error.",
        r#"fn initialize(context) {
    order("AAPL", 10);
}

fn handle_data(context, data) {
    record(#{ cash: context.portfolio.cash });
}"#,
        r#"fn handle_data(context, data) {
    if !context.portfolio.holds("AAPL") { order("AAPL", 10); }
}"#,
    ),
    meaning(
        "RBT114",
        "A call of the set-up (set_…, schedule, on_cross) stands in a handler that runs later. It would be refused with an error.",
        r#"fn handle_data(context, data) {
    set_long_only();
    order_target_percent("AAPL", 1.0);
}"#,
        r#"fn initialize(context) {
    set_long_only();
}

fn handle_data(context, data) {
    order_target_percent("AAPL", 1.0);
}"#,
    ),
];
