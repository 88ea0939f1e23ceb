//! Words about the keys of maps of options.

/// A key that maps of options may have.
#[derive(Clone, Copy, Debug)]
pub struct OptionKey {
    /// The key.
    pub name: &'static str,
    /// What it takes.
    pub kind: &'static str,
    /// What it does.
    pub text: &'static str,
}

const fn key(name: &'static str, kind: &'static str, text: &'static str) -> OptionKey {
    OptionKey { name, kind, text }
}

/// Every key, once, whichever functions take it.
pub const OPTION_KEYS: &[OptionKey] = &[
    key(
        "limit",
        "number",
        "The worst price at which the order fills.",
    ),
    key(
        "stop",
        "number",
        "The price at which the order wakes up; of a bracket, where the position is closed at a loss.",
    ),
    key(
        "trail",
        "number",
        "How far the stop follows the best price, in money a unit.",
    ),
    key(
        "trail_percent",
        "number",
        "How far the stop follows the best price, as a fraction of it: 0.05 is 5 %.",
    ),
    key(
        "tif",
        "string",
        "How long the order lives: \"gtc\", \"day\", \"ioc\" or \"fok\".",
    ),
    key(
        "tag",
        "string",
        "A word of the script's own; fills, orders and trades carry it.",
    ),
    key(
        "reduce_only",
        "bool",
        "Whether the order may only bring the position nearer to nothing.",
    ),
    key(
        "post_only",
        "bool",
        "Whether the order is refused where it would fill at once.",
    ),
    key(
        "target",
        "number",
        "The price at which the position is closed at a profit.",
    ),
    key(
        "entry_limit",
        "number",
        "The limit of the entry; without it the entry is at the market.",
    ),
    key(
        "amount",
        "number",
        "The new amount, with the sign of the old one.",
    ),
    key(
        "name",
        "string",
        "The name by which the schedule is known; else the function's.",
    ),
    key(
        "half_days",
        "bool",
        "Whether sessions that close early count.",
    ),
    key(
        "tolerance",
        "number",
        "By how much the two must differ to have crossed.",
    ),
    key("initial", "bool", "Whether the first side is reported too."),
    key(
        "pane",
        "string",
        "The pane of the report in which the value is drawn.",
    ),
    key("color", "string", "The color of the line, as in CSS."),
    key(
        "levels",
        "array",
        "Values at which horizontal lines are drawn.",
    ),
    key(
        "min",
        "number",
        "The least value that the parameter may have.",
    ),
    key(
        "max",
        "number",
        "The greatest value that the parameter may have.",
    ),
    key(
        "start",
        "Time or string",
        "The label of the first bar that a test hands out.",
    ),
    key("step", "number", "The step of a search over the parameter."),
    key("log", "bool", "Whether a search goes by ratios."),
    key("help", "string", "One line for people."),
];

/// Returns the words about a key.
pub fn option_key(name: &str) -> Option<&'static OptionKey> {
    OPTION_KEYS.iter().find(|key| key.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::script::api::docs::{Doc, OPTION_KEYS, all};

    #[test]
    fn every_key_that_a_function_takes_has_words_and_no_other() {
        let taken: BTreeSet<String> = all()
            .iter()
            .flat_map(Doc::parameters)
            .flat_map(|parameter| parameter.options)
            .collect();
        let told: BTreeSet<String> = OPTION_KEYS.iter().map(|key| key.name.to_owned()).collect();
        assert_eq!(told, taken);
    }
}
