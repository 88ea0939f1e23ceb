//! Names of other systems and older ones of this, with what to write here: the one table of them.
//!
//! A name is foreign only where the script itself gives it no meaning.

use rhai::{ASTNode, Expr};

use crate::script::check::calls::{How, each_call};
use crate::script::check::chain::{Step, each_chain};
use crate::script::check::kind::Kind;
use crate::script::check::parsed::Function;
use crate::script::check::span::{self, Spot};
use crate::script::check::{Findings, View};

/// Functions that scripts for other systems call.
const FUNCTIONS: [(&str, &str); 42] = [
    // zipline
    (
        "attach_pipeline",
        "data.panel(assets, \"close\", 252, \"1d\")",
    ),
    ("batch_market_order", "order_target_weights(#{ AAPL: 0.6 })"),
    ("continuous_future", "future(\"ES\", \"2025-12\")"),
    ("get_datetime", "context.now"),
    ("get_open_orders", "open_orders([asset])"),
    (
        "pipeline_output",
        "data.panel(assets, \"close\", 252, \"1d\")",
    ),
    (
        "schedule_function",
        "schedule(rebalance, every_day(), market_open(\"30m\"))",
    ),
    ("set_max_order_size", "set_max_order(asset, amount)"),
    ("set_max_position_size", "set_max_position(asset, amount)"),
    ("sid", "symbol(\"AAPL\")"),
    // earlier drafts of this program, and near relations
    ("after_open", "market_open(\"30m\")"),
    ("before_close", "market_close(\"30m\")"),
    ("cross_above", "crossed_above(a, b)"),
    ("cross_below", "crossed_below(a, b)"),
    ("crosses_above", "crossed_above(a, b)"),
    ("crosses_below", "crossed_below(a, b)"),
    (
        "order_percent_target",
        "order_target_percent(asset, fraction)",
    ),
    ("order_pct", "order_percent(asset, fraction)"),
    ("order_target_pct", "order_target_percent(asset, fraction)"),
    // Pine
    ("alertcondition", "alert(\"info\", \"text\")"),
    ("barssince", "a counter in the context"),
    ("crossover", "crossed_above(a, b)"),
    ("crossunder", "crossed_below(a, b)"),
    ("input", "const FAST = param(\"fast\", 10, 5..=50);"),
    ("nz", "value ?? 0.0"),
    ("plotshape", "marker(asset, \"entry\")"),
    ("study", "a //! comment on the first line"),
    // backtrader and others
    ("buy", "order(asset, amount)"),
    ("sell", "order(asset, -amount)"),
    ("order_target_size", "order_target(asset, amount)"),
    // MetaTrader
    ("AccountBalance", "context.portfolio.cash"),
    ("AccountEquity", "context.portfolio.value"),
    ("OrderSend", "order(asset, amount)"),
    ("Print", "print(text)"),
    ("iATR", "bars.atr(14)"),
    ("iMA", "prices.sma(20)"),
    ("iRSI", "prices.rsi(14)"),
    // Python
    ("enumerate", "for (item, index) in list { … }"),
    ("float", "x.to_float()"),
    ("int", "x.to_int()"),
    ("str", "x.to_string()"),
    ("zip", "for (item, index) in list { … }"),
];

/// Methods that scripts for other systems call.
const METHODS: [(&str, &str); 17] = [
    ("append", "list.push(item)"),
    ("dropna", "nothing: a Series has no gaps"),
    ("ewm", "prices.ema(20)"),
    ("items", "for key in map.keys() { … }"),
    ("lower", "text.to_lower()"),
    ("notnull", "value != ()"),
    ("isnull", "value == ()"),
    ("pct_change", "prices.returns()"),
    ("rolling", "prices.sma(20), or prices.tail(20).mean()"),
    ("startswith", "text.starts_with(\"A\")"),
    ("endswith", "text.ends_with(\"A\")"),
    ("toFixed", "x.round()"),
    ("toLowerCase", "text.to_lower()"),
    ("toString", "x.to_string()"),
    ("toUpperCase", "text.to_upper()"),
    ("unwrap", "value ?? 0.0"),
    ("upper", "text.to_upper()"),
];

/// Variables that other systems offer, with a member or `*` for all of them, or with nothing
/// for the variable by itself.
const VARIABLES: [(&str, &str, &str); 43] = [
    // zipline
    ("commission", "*", "set_commission(per_share(0.005, 1.0))"),
    ("date_rules", "every_day", "every_day()"),
    ("date_rules", "month_end", "month_end()"),
    ("date_rules", "month_start", "month_start()"),
    ("date_rules", "week_end", "week_end()"),
    ("date_rules", "week_start", "week_start()"),
    ("date_rules", "*", "every_day()"),
    ("slippage", "*", "set_slippage(basis_points(5))"),
    ("time_rules", "market_close", "market_close(\"30m\")"),
    ("time_rules", "*", "market_open(\"30m\")"),
    // Pine
    ("bar_index", "", "a counter in the context"),
    (
        "close",
        "*",
        "data.current(asset, \"close\"), or data.history(asset, \"close\", 20, \"1d\")[-2] for earlier ones",
    ),
    (
        "high",
        "*",
        "data.current(asset, \"high\"), or data.history(asset, \"high\", 20, \"1d\")[-2] for earlier ones",
    ),
    (
        "low",
        "*",
        "data.current(asset, \"low\"), or data.history(asset, \"low\", 20, \"1d\")[-2] for earlier ones",
    ),
    (
        "open",
        "*",
        "data.current(asset, \"open\"), or data.history(asset, \"open\", 20, \"1d\")[-2] for earlier ones",
    ),
    (
        "volume",
        "*",
        "data.current(asset, \"volume\"), or data.history(asset, \"volume\", 20, \"1d\")[-2] for earlier ones",
    ),
    ("input", "*", "const FAST = param(\"fast\", 10, 5..=50);"),
    (
        "math",
        "*",
        "the function without a prefix, such as abs(x), max(a, b), sqrt(x)",
    ),
    ("request", "*", "data.history(asset, \"close\", 20, \"1w\")"),
    ("strategy", "close", "close_position(asset)"),
    ("strategy", "entry", "order(asset, amount)"),
    ("strategy", "equity", "context.portfolio.value"),
    (
        "strategy",
        "exit",
        "bracket(asset, amount, #{ stop: 95.0, target: 110.0 })",
    ),
    (
        "strategy",
        "position_size",
        "context.portfolio.position(asset).amount",
    ),
    ("strategy", "*", "order(asset, amount)"),
    (
        "syminfo",
        "*",
        "the fields of an asset, such as asset.symbol",
    ),
    ("ta", "crossover", "crossed_above(a, b)"),
    ("ta", "crossunder", "crossed_below(a, b)"),
    ("ta", "highest", "prices.highest(20)"),
    ("ta", "lowest", "prices.lowest(20)"),
    (
        "ta",
        "*",
        "the indicator as a method, such as prices.sma(20)",
    ),
    // backtrader, freqtrade, Python
    (
        "dataframe",
        "*",
        "data.history(asset, \"close\", 20, \"1d\")",
    ),
    ("datetime", "*", "context.now"),
    ("np", "*", "the methods of a Series, such as prices.mean()"),
    ("pd", "*", "the methods of a Series, such as prices.mean()"),
    ("self", "buy", "order(asset, amount)"),
    ("self", "close", "close_position(asset)"),
    ("self", "sell", "order(asset, -amount)"),
    ("self", "*", "context for what is kept, data for prices"),
    (
        "talib",
        "*",
        "the indicator as a method, such as prices.rsi(14)",
    ),
    // JavaScript
    ("console", "*", "log_info(text)"),
    ("Date", "*", "context.now"),
    (
        "Math",
        "*",
        "the function without a prefix, such as abs(x), max(a, b), sqrt(x)",
    ),
];

/// Fields that other systems give to what is here called otherwise.
const FIELDS: [(&str, &str, &str); 31] = [
    ("Asset", "asset_name", "name"),
    ("Asset", "ticker", "symbol"),
    ("Fill", "dt", "time"),
    ("Fill", "fee", "commission"),
    ("Fill", "qty", "amount"),
    ("Fill", "quantity", "amount"),
    ("Fill", "size", "amount"),
    ("Fill", "timestamp", "time"),
    ("Order", "dt", "created"),
    ("Order", "limit_price", "limit"),
    ("Order", "price", "average_price"),
    ("Order", "qty", "amount"),
    ("Order", "quantity", "amount"),
    ("Order", "sid", "asset"),
    ("Order", "size", "amount"),
    ("Order", "stop_price", "stop"),
    ("Order", "symbol", "asset.symbol"),
    ("Portfolio", "capital_used", "cash"),
    ("Portfolio", "equity", "value"),
    ("Portfolio", "total_value", "value"),
    ("Position", "avg_price", "cost_basis"),
    ("Position", "cost", "cost_basis"),
    ("Position", "last", "last_price"),
    ("Position", "last_sale_price", "last_price"),
    ("Position", "pnl", "unrealized_pnl"),
    ("Position", "price", "last_price"),
    ("Position", "qty", "amount"),
    ("Position", "quantity", "amount"),
    ("Position", "sid", "asset"),
    ("Position", "size", "amount"),
    ("Position", "value", "market_value"),
];

/// Handlers of other systems, with ours.
pub(super) const HANDLERS_ELSEWHERE: [(&str, &str); 30] = [
    ("OnInit", "initialize"),
    ("OnTick", "handle_data"),
    ("OnTrade", "on_order_fill"),
    ("after_trading_end", "analyze"),
    ("analyse", "analyze"),
    ("before_trading", "before_trading_start"),
    ("custom_stoploss", "handle_data"),
    ("init", "initialize"),
    ("next", "handle_data"),
    ("notify_order", "on_order_fill"),
    ("notify_trade", "on_order_fill"),
    ("on_bar", "handle_data"),
    ("on_cancel", "on_order_cancel"),
    ("on_data", "handle_data"),
    ("on_fill", "on_order_fill"),
    ("on_init", "initialize"),
    ("on_message", "on_broker_message"),
    ("on_order_canceled", "on_order_cancel"),
    ("on_order_cancelled", "on_order_cancel"),
    ("on_order_filled", "on_order_fill"),
    ("on_order_rejected", "on_order_reject"),
    ("on_reject", "on_order_reject"),
    ("on_start", "initialize"),
    ("on_tick", "handle_data"),
    ("on_trade", "on_order_fill"),
    ("populate_entry_trend", "handle_data"),
    ("populate_exit_trend", "handle_data"),
    ("populate_indicators", "handle_data"),
    ("setup", "initialize"),
    ("start", "initialize"),
];

/// Returns what a field of another system is called here.
pub(super) fn field(of: Kind, name: &str) -> Option<&'static str> {
    let Kind::Host(of) = of else { return None };
    let mut known = FIELDS.iter();
    known
        .find(|(kind, field, _)| *kind == of && *field == name)
        .map(|(.., ours)| *ours)
}

/// `RBT160`: names of other systems.
pub(super) fn foreign_names(view: &View<'_>, findings: &mut Findings) {
    for function in &view.file.functions {
        each_call(function, |how, call, at| {
            let name = call.name.as_str();
            let is_ours = view.surface.knows(name) || view.file.function(name).is_some();
            if is_ours || !call.namespace.is_empty() || function.kinds.contains_key(name) {
                return;
            }
            let table: &[(&str, &str)] = match how {
                How::Plain => &FUNCTIONS,
                How::Method => &METHODS,
            };
            if let Some((_, ours)) = table.iter().find(|(other, _)| *other == name) {
                report(view, at, name, ours, findings);
            }
        });
        variables(view, function, findings);
    }
}

fn variables(view: &View<'_>, function: &Function, findings: &mut Findings) {
    let unknown = |name: &str| {
        !function.kinds.contains_key(name)
            && !view.file.constants.contains(name)
            && !view.file.top_level.contains(name)
            && view.file.function(name).is_none()
            && !view.surface.knows(name)
    };
    each_chain(function, |chain, expr| {
        let Some(root) = chain.variable().filter(|root| unknown(root)) else {
            return;
        };
        let member = match chain.links.first().map(|link| link.step) {
            Some(Step::Field(name, _)) => name,
            Some(Step::Method(call, _)) => call.name.as_str(),
            Some(Step::Index(_)) | None => "",
        };
        let Some(ours) = of_variable(root, member) else {
            return;
        };
        let name = match member {
            "" => format!("{root}[…]"),
            member => format!("{root}.{member}"),
        };
        report(view, span::of(view.file, expr), &name, ours, findings);
    });
    function.walk(|path| {
        if let Some(ASTNode::Expr(Expr::Variable(x, _, at))) = path.last()
            && x.2.is_empty()
            && unknown(&x.1)
            && !is_root(path)
            && let Some(ours) = of_variable(&x.1, "")
        {
            report(view, *at, &x.1, ours, findings);
        }
    });
}

/// Whether the last node is the root of a chain, which is looked at as a whole.
fn is_root(path: &[ASTNode<'_>]) -> bool {
    let [
        ..,
        ASTNode::Expr(Expr::Dot(sides, ..) | Expr::Index(sides, ..)),
        ASTNode::Expr(this),
    ] = path
    else {
        return false;
    };
    std::ptr::eq(&raw const sides.lhs, *this)
}

fn of_variable(root: &str, member: &str) -> Option<&'static str> {
    let known = || VARIABLES.iter().filter(|(name, ..)| *name == root);
    known()
        .find(|(_, of, _)| *of == member)
        .or_else(|| known().find(|(_, of, _)| *of == "*"))
        .map(|(.., ours)| *ours)
}

fn report(view: &View<'_>, at: impl Into<Spot>, name: &str, ours: &str, findings: &mut Findings) {
    let message = format!("`{name}` is a name of another system");
    findings.error(view.file, "RBT160", at, message, format!("write {ours}"));
}
