//! Words about indicators: those of the table speak for themselves.

use crate::core::indicator::{ALL, Inputs, Spec};
use crate::script::api::docs::{Doc, Line, field, function};

pub(super) const LINES: &[Line] = &[
    function(
        "indicator",
        "indicator(name, asset [, parameters…] [, frequency])",
        "Returns an Indicator that the engine keeps up to date, one step a closed bar, across restarts. For speed and for long memories; keep it in the context.",
        "context.rsi = indicator(\"rsi\", asset, 14);\nif context.rsi.ready { record(#{ rsi: context.rsi.value, before: context.rsi[-1] }); }",
    ),
    field(
        "Indicator",
        "value",
        "float or ()",
        "The latest value; () during the warm-up. indicator[-1] is the one before.",
    ),
    field("Indicator", "ready", "bool", "Whether the warm-up is over."),
    field("Indicator", "macd", "float or ()", "Of macd: the line."),
    field(
        "Indicator",
        "signal",
        "float or ()",
        "Of macd: the signal line.",
    ),
    field(
        "Indicator",
        "hist",
        "float or ()",
        "Of macd: line less signal.",
    ),
    field(
        "Indicator",
        "upper",
        "float or ()",
        "Of bands and channels: the upper line.",
    ),
    field(
        "Indicator",
        "middle",
        "float or ()",
        "Of bands and channels: the middle line.",
    ),
    field(
        "Indicator",
        "lower",
        "float or ()",
        "Of bands and channels: the lower line.",
    ),
    field("Indicator", "slowk", "float or ()", "Of stoch: %K."),
    field("Indicator", "slowd", "float or ()", "Of stoch: %D."),
    field("Indicator", "fastk", "float or ()", "Of stochf: %K."),
    field("Indicator", "fastd", "float or ()", "Of stochf: %D."),
    field(
        "Indicator",
        "up",
        "float or ()",
        "Of aroon: bars since the high, as 0 to 100.",
    ),
    field(
        "Indicator",
        "down",
        "float or ()",
        "Of aroon: bars since the low, as 0 to 100.",
    ),
    function(
        "crossed_above",
        "crossed_above(a, b)",
        "Whether a was at or below b one bar ago and is above it at the latest. a and b are series or indicators; b may be a number.",
        "if crossed_above(prices, prices.sma_series(20)) { order(asset, 10); }",
    ),
    function(
        "crossed_below",
        "crossed_below(a, b)",
        "Whether a was at or above b one bar ago and is below it at the latest.",
        "if crossed_below(prices.rsi_series(14), 70) { close_position(asset); }",
    ),
    function(
        "on_cross",
        "on_cross(a, b, function [, #{ tolerance, initial }])",
        "Calls a function (context, data) of the script when a and b cross; indicators or numbers. They cross once they differ by more than the tolerance (0); initial: true also reports the first side. In initialize.",
        "",
    ),
];

/// Returns the words of each indicator of the table, under each of its names, and of its series.
pub(super) fn of_the_table(subject: &'static str) -> Vec<Doc> {
    let mut docs = Vec::new();
    for &spec in ALL.iter() {
        for name in std::iter::once(&spec.name).chain(spec.aliases) {
            docs.push(Doc {
                subject,
                receiver: "",
                name,
                is_field: false,
                signature: signature(spec, name).into(),
                text: text(spec, name).into(),
                example: "",
            });
        }
    }
    docs
}

fn signature(spec: &Spec, name: &str) -> String {
    let over = if spec.inputs == Inputs::Close {
        "series"
    } else {
        "bars"
    };
    let params: Vec<String> = spec
        .params
        .iter()
        .map(|param| format!("{} = {}", param.name, param.default))
        .collect();
    if params.is_empty() {
        return format!("{name}({over})");
    }
    format!("{name}({over} [, {}])", params.join(", "))
}

fn text(spec: &Spec, name: &str) -> String {
    let what = spec.doc.trim_end_matches('.');
    let value = match spec.outputs {
        [_] => "Gives the latest value, () during the warm-up".to_owned(),
        outputs => format!(
            "Gives a map of {}, () during the warm-up",
            outputs.join(", ")
        ),
    };
    format!("{what}. {value}; {name}_series gives all values. Also a method: x.{name}(…).")
}
