//! Words about indicators: those of the table speak for themselves.

use crate::core::indicator::{ALL, Inputs, Kind, Param, Spec};
use crate::script::api::docs::{Doc, Line, field, function};
use crate::script::api::indicators::forms::is_by_value;

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
    field(
        "Indicator",
        "trend",
        "float or ()",
        "Of supertrend: 1 while the line is below the price, -1 while it is above.",
    ),
    field(
        "Indicator",
        "open",
        "float or ()",
        "Of heikin_ashi: the averaged open.",
    ),
    field(
        "Indicator",
        "high",
        "float or ()",
        "Of heikin_ashi: the high, averaged prices included.",
    ),
    field(
        "Indicator",
        "low",
        "float or ()",
        "Of heikin_ashi: the low, averaged prices included.",
    ),
    field(
        "Indicator",
        "close",
        "float or ()",
        "Of heikin_ashi: the averaged close.",
    ),
    field(
        "Indicator",
        "tenkan",
        "float or ()",
        "Of ichimoku: the conversion line, the middle of the short range.",
    ),
    field(
        "Indicator",
        "kijun",
        "float or ()",
        "Of ichimoku: the base line, the middle of the longer range.",
    ),
    field(
        "Indicator",
        "senkou_a",
        "float or ()",
        "Of ichimoku: one edge of the cloud at this bar.",
    ),
    field(
        "Indicator",
        "senkou_b",
        "float or ()",
        "Of ichimoku: the other edge of the cloud at this bar.",
    ),
    field(
        "Indicator",
        "chikou",
        "float or ()",
        "Of ichimoku: the close less the close of as many bars ago as the cloud is shifted; nothing is known of the future.",
    ),
    field(
        "Indicator",
        "inphase",
        "float or ()",
        "Of ht_phasor: the part in phase with the cycle.",
    ),
    field(
        "Indicator",
        "quadrature",
        "float or ()",
        "Of ht_phasor: the part a quarter cycle behind.",
    ),
    field(
        "Indicator",
        "sine",
        "float or ()",
        "Of ht_sine: sine of the phase.",
    ),
    field(
        "Indicator",
        "leadsine",
        "float or ()",
        "Of ht_sine: sine of the phase and 45 degrees.",
    ),
    field(
        "Indicator",
        "mama",
        "float or ()",
        "Of mama: the adaptive average.",
    ),
    field(
        "Indicator",
        "fama",
        "float or ()",
        "Of mama: the average that follows it.",
    ),
    field(
        "Indicator",
        "k",
        "float or ()",
        "Of kdj: the stochastic, averaged.",
    ),
    field("Indicator", "d", "float or ()", "Of kdj: the average of k."),
    field("Indicator", "j", "float or ()", "Of kdj: 3 × k − 2 × d."),
    field(
        "Indicator",
        "min",
        "float or ()",
        "Of minmax: the least value.",
    ),
    field(
        "Indicator",
        "max",
        "float or ()",
        "Of minmax: the greatest value.",
    ),
    field(
        "Indicator",
        "minidx",
        "float or ()",
        "Of minmaxindex: the place of the least value.",
    ),
    field(
        "Indicator",
        "maxidx",
        "float or ()",
        "Of minmaxindex: the place of the greatest value.",
    ),
    field(
        "Indicator",
        "bullpower",
        "float or ()",
        "Of eri: high less average.",
    ),
    field(
        "Indicator",
        "bearpower",
        "float or ()",
        "Of eri: low less average.",
    ),
    field(
        "Indicator",
        "smi",
        "float or ()",
        "Of smi: the index; its average is signal.",
    ),
    field(
        "Indicator",
        "plusvi",
        "float or ()",
        "Of vortex: upward movement.",
    ),
    field(
        "Indicator",
        "minusvi",
        "float or ()",
        "Of vortex: downward movement.",
    ),
    field(
        "Indicator",
        "swinghigh",
        "float or ()",
        "Of fractal: 100 where a swing high proves to be one.",
    ),
    field(
        "Indicator",
        "swinglow",
        "float or ()",
        "Of fractal: 100 where a swing low proves to be one.",
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

/// The subject of the candlestick patterns.
pub(super) const CANDLES: &str = "Candlestick patterns";

/// Returns the words of each indicator of the table that belongs to a subject, under each of its names,
/// and of its series.
pub(super) fn of_the_table(subject: &'static str) -> Vec<Doc> {
    let mut docs = Vec::new();
    for spec in ALL
        .iter()
        .filter(|spec| spec.name.starts_with("cdl") == (subject == CANDLES))
    {
        for name in std::iter::once(&spec.name).chain(spec.aliases) {
            docs.push(Doc {
                subject,
                receiver: "",
                name,
                is_field: false,
                signature: signature(spec, name).into(),
                text: text(spec, name).into(),
                example: example(spec, name).into(),
            });
        }
    }
    docs
}

/// Returns a call with the defaults that keeps what it gives.
fn example(spec: &Spec, name: &str) -> String {
    let params: Vec<String> = spec.params.iter().map(written).collect();
    if is_by_value(spec) {
        return format!(
            "let last = (prices / 1000.0).{name}().last();\nrecord(#{{ value: last }});"
        );
    }
    if spec.name == "cumsum" {
        return "record(#{ value: prices.cumsum().last() });".to_owned();
    }
    if spec.inputs.is_pair() {
        let other = if spec.inputs.is_of_bars() {
            "bars.low"
        } else {
            "bars.low * 0.0 + 5"
        };
        let all: Vec<String> = std::iter::once(other.to_owned()).chain(params).collect();
        return format!(
            "let value = bars.high.{name}({});\nif value != () {{ record(#{{ value: value }}); }}",
            all.join(", ")
        );
    }
    let over = if spec.inputs == Inputs::Close {
        "prices"
    } else {
        "bars"
    };
    if spec.name == "heikin_ashi" {
        return format!("let smooth = bars.{name}();\nrecord(#{{ close: smooth.close.last() }});");
    }
    let call = format!("{over}.{name}({})", params.join(", "));
    if spec.name.starts_with("cdl") {
        return format!(
            "let found = {call};\nif found != () && found != 0 {{ record(#{{ found: found }}); }}"
        );
    }
    match spec.outputs {
        [_] => format!("let value = {call};\nif value != () {{ record(#{{ value: value }}); }}"),
        outputs => format!(
            "let {name} = {call};\nif {name} != () {{ record(#{{ {0}: {name}.{0} }}); }}",
            outputs[0]
        ),
    }
}

/// Returns a default as a script writes it.
fn written(param: &Param) -> String {
    match param.kind {
        Kind::Real => format!("{:?}", param.default),
        Kind::Whole | Kind::Average => param.default.to_string(),
    }
}

fn signature(spec: &Spec, name: &str) -> String {
    let over = if spec.inputs == Inputs::Close {
        "series"
    } else if spec.inputs == Inputs::Volume {
        "series or bars"
    } else if spec.inputs.is_pair() {
        "series, other"
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
    if spec.name == "heikin_ashi" {
        return format!(
            "{what}. Gives Bars of the same length, with the volume as it was; {name}_series gives a map of series. Also a method: bars.{name}()."
        );
    }
    if is_by_value(spec) {
        return format!(
            "{what}. Of a series a series, of a number a number; indicator(\"{name}\", asset) keeps the latest. Also a method: x.{name}()."
        );
    }
    if name == "cumsum" {
        return format!(
            "{what}. Gives the series of all sums, of bars the latest. Also a method: x.cumsum()."
        );
    }
    let theirs = match name {
        "min" | "max" | "sum" | "var" => " Without a period it is of the whole series.",
        "beta" => " Without a period it is the slope of the whole series on the other.",
        _ => "",
    };
    let value = match spec.outputs {
        [_] => "Gives the latest value, () during the warm-up".to_owned(),
        outputs => format!(
            "Gives a map of {}, () during the warm-up",
            outputs.join(", ")
        ),
    };
    format!("{what}. {value}; {name}_series gives all values.{theirs} Also a method: x.{name}(…).")
}
