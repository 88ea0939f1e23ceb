//! Words about panels.

use crate::script::api::docs::{Line, field, method};

const P: &str = "Panel";

pub(super) const LINES: &[Line] = &[
    field(
        P,
        "assets",
        "array",
        "The assets, a row each, in the order asked for. panel[asset] is a row: a Series, or a number where rows hold one. Missing before an asset's first bar. + - * / work with panels of the same assets and with numbers; comparisons give 1 and 0; each indicator of one series with one output is a method.",
    ),
    field(P, "len", "int", "How many assets there are."),
    field(
        P,
        "is_full",
        "bool",
        "Whether every row has as many numbers as were asked for.",
    ),
    method(P, "len", "len()", "Returns how many assets there are.", ""),
    method(P, "last", "last()", "Returns the panel of last values.", ""),
    method(
        P,
        "tail",
        "tail(n)",
        "Returns the panel of the last n values of each row.",
        "",
    ),
    method(
        P,
        "to_map",
        "to_map()",
        "Returns a map from symbol to last value; () where there is none.",
        "let table = data.panel(symbols(), \"close\", 5, \"1d\");\nlog_debug(`${table.to_map()}`);",
    ),
    method(P, "mean", "mean()", "Returns each row's mean.", ""),
    method(P, "sum", "sum()", "Returns each row's sum.", ""),
    method(
        P,
        "std",
        "std()",
        "Returns each row's standard deviation (n - 1).",
        "",
    ),
    method(
        P,
        "var",
        "var()",
        "Returns each row's variance (n - 1).",
        "",
    ),
    method(P, "min", "min()", "Returns each row's least value.", ""),
    method(P, "max", "max()", "Returns each row's greatest value.", ""),
    method(P, "median", "median()", "Returns each row's median.", ""),
    method(
        P,
        "zscore",
        "zscore()",
        "Returns how many standard deviations each row's last value lies above its mean.",
        "",
    ),
    method(
        P,
        "returns",
        "returns([n])",
        "Returns the changes over n steps (1) as fractions.",
        "",
    ),
    method(
        P,
        "diff",
        "diff(n)",
        "Returns the changes over n steps.",
        "",
    ),
    method(
        P,
        "rank",
        "rank()",
        "Returns the ranks of last values across assets, 1 for the least.",
        "",
    ),
    method(
        P,
        "demean",
        "demean()",
        "Returns last values less their mean across assets.",
        "",
    ),
    method(
        P,
        "winsorize",
        "winsorize(q)",
        "Returns last values with those beyond the quantiles q and 1 - q across assets drawn in to them; q from 0 to below 0.5.",
        "",
    ),
    method(
        P,
        "top",
        "top(n)",
        "Returns the n assets with the greatest last values, greatest first; equals by symbol.",
        "let closes = data.panel(symbols(), \"close\", 20, \"1d\");\nlet best = closes.returns(10).top(1);",
    ),
    method(
        P,
        "bottom",
        "bottom(n)",
        "Returns the n assets with the least last values, least first.",
        "",
    ),
    method(
        P,
        "select",
        "select()",
        "Returns the assets whose last value is above 0: of a comparison, those for which it holds.",
        "let closes = data.panel(symbols(), \"close\", 20, \"1d\");\nlet rising = (closes.last() > closes.mean()).select();",
    ),
];
