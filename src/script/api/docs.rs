//! Words about everything that a script can call.

/// What is known of one function.
#[derive(Clone, Copy, Debug)]
pub struct Doc {
    /// The name.
    pub name: &'static str,
    /// How it is called.
    pub signature: &'static str,
    /// What it does, in a sentence or two.
    pub text: &'static str,
    /// An example that runs in `handle_data`; empty for none.
    pub example: &'static str,
    /// The kind of value that it is a method or field of; empty for functions.
    pub receiver: &'static str,
}

const fn doc(
    name: &'static str,
    signature: &'static str,
    text: &'static str,
    example: &'static str,
) -> Doc {
    Doc {
        name,
        signature,
        text,
        example,
        receiver: "",
    }
}

/// Everything, by subject.
pub const DOCS: &[Doc] = &[
    doc(
        "order",
        "order(asset, amount [, options])",
        "Orders units: positive buys, negative sells.",
        "",
    ),
    doc(
        "order_value",
        "order_value(asset, money [, options])",
        "Orders for an amount of money.",
        "",
    ),
    doc(
        "order_percent",
        "order_percent(asset, fraction [, options])",
        "Orders for a fraction of the portfolio's value.",
        "",
    ),
    doc(
        "order_target",
        "order_target(asset, amount [, options])",
        "Orders so that the holding becomes `amount`.",
        "",
    ),
    doc(
        "order_target_value",
        "order_target_value(asset, money [, options])",
        "Orders so that the holding becomes worth `money`.",
        "",
    ),
    doc(
        "order_target_percent",
        "order_target_percent(asset, fraction [, options])",
        "Orders so that the holding becomes this fraction of the portfolio's value.",
        "",
    ),
];

/// Returns what is known of a name.
pub fn find(name: &str) -> Vec<&'static Doc> {
    DOCS.iter().filter(|doc| doc.name == name).collect()
}

/// Returns all names.
pub fn names() -> impl Iterator<Item = &'static str> {
    DOCS.iter().map(|doc| doc.name)
}
