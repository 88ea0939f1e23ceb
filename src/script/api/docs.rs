//! Words about everything that a script can call, one file a subject.
//!
//! Invariants: every registered function, method and field has its words, and nothing else has (tests
//! hold it); every example runs: in `handle_data`, where `asset`, `prices` (its last 50 closes) and
//! `bars` (its last 50 bars) are there, those of set-up and of schedules in `initialize`, where
//! `asset` is, those of parameters at the top level, those of tests in a test of a script that buys
//! AAPL in its first call.

mod assets;
mod data;
mod handlers;
mod indicators;
mod kinds;
mod options;
mod orders;
mod output;
mod panel;
mod portfolio;
mod render;
mod schedule;
mod series;
mod setup;
mod testing;
mod values;

use std::borrow::Cow;
use std::sync::LazyLock;

pub use self::kinds::{Parameter, kind_of};
pub use self::options::{OPTION_KEYS, OptionKey, option_key};
pub use self::render::{overview, render, search, title};

/// What is known of one function, method or field.
#[derive(Clone, Debug)]
pub struct Doc {
    /// What it is about.
    pub subject: &'static str,
    /// The kind of value that it is a method or field of; empty for functions.
    pub receiver: &'static str,
    /// The name.
    pub name: &'static str,
    /// Whether it is read without parentheses.
    pub is_field: bool,
    /// How it is called, or the kind of value that a field has.
    pub signature: Cow<'static, str>,
    /// What it does, in a sentence or two.
    pub text: Cow<'static, str>,
    /// A few lines that run; empty for none.
    pub example: Cow<'static, str>,
}

/// One line of a subject's table.
#[derive(Clone, Copy)]
struct Line {
    receiver: &'static str,
    name: &'static str,
    is_field: bool,
    signature: &'static str,
    text: &'static str,
    example: &'static str,
}

/// A function.
const fn function(
    name: &'static str,
    signature: &'static str,
    text: &'static str,
    example: &'static str,
) -> Line {
    method("", name, signature, text, example)
}

/// A method.
const fn method(
    receiver: &'static str,
    name: &'static str,
    signature: &'static str,
    text: &'static str,
    example: &'static str,
) -> Line {
    Line {
        receiver,
        name,
        is_field: false,
        signature,
        text,
        example,
    }
}

/// A field; `kind` is that of its value.
const fn field(
    receiver: &'static str,
    name: &'static str,
    kind: &'static str,
    text: &'static str,
) -> Line {
    Line {
        receiver,
        name,
        is_field: true,
        signature: kind,
        text,
        example: "",
    }
}

/// Subjects in the order in which they are listed, with their tables.
const SUBJECTS: [(&str, &[Line]); 14] = [
    ("Handlers", handlers::LINES),
    ("Context and portfolio", portfolio::LINES),
    ("Market data", data::LINES),
    ("Series and bars", series::LINES),
    ("Indicators", indicators::LINES),
    (indicators::CANDLES, &[]),
    ("Assets", assets::LINES),
    ("Orders", orders::LINES),
    ("Panels", panel::LINES),
    ("Set-up", setup::LINES),
    ("Schedules", schedule::LINES),
    ("Output", output::LINES),
    ("Numbers, time, parameters", values::LINES),
    ("Tests", testing::LINES),
];

static ALL: LazyLock<Vec<Doc>> = LazyLock::new(|| {
    let mut docs: Vec<Doc> = Vec::new();
    for (subject, lines) in SUBJECTS {
        docs.extend(lines.iter().map(|line| Doc {
            subject,
            receiver: line.receiver,
            name: line.name,
            is_field: line.is_field,
            signature: line.signature.into(),
            text: line.text.into(),
            example: line.example.into(),
        }));
        if let "Indicators" | indicators::CANDLES = subject {
            docs.extend(indicators::of_the_table(subject));
        }
    }
    docs
});

/// Returns everything, by subject.
pub fn all() -> &'static [Doc] {
    &ALL
}

/// Returns what is known of a name.
pub fn find(name: &str) -> Vec<&'static Doc> {
    ALL.iter().filter(|doc| doc.name == name).collect()
}

/// Returns the names of all functions and methods.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().filter(|doc| !doc.is_field).map(|doc| doc.name)
}

/// Returns the subjects in their order.
pub fn subjects() -> impl Iterator<Item = &'static str> {
    SUBJECTS.iter().map(|(subject, _)| *subject)
}
