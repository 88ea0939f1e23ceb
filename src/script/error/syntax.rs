//! Words for errors of syntax, with hints for the habits of other languages.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the interpreter's own enums are long and open"
)]

use rhai::ParseErrorType;

use crate::script::error::{Place, lower_first};

/// Says what is wrong.
pub(super) fn message(kind: &ParseErrorType) -> String {
    match kind {
        ParseErrorType::ExprTooDeep => "the expression is nested too deeply".to_owned(),
        ParseErrorType::UnexpectedEOF => "the script ends too early".to_owned(),
        ParseErrorType::Reserved(word) => format!("`{word}` is a reserved word"),
        other => lower_first(&other.to_string()),
    }
}

/// Says what to do about it; empty where nobody knows.
pub(super) fn hint(kind: &ParseErrorType, place: &Place) -> String {
    let line = place.text.trim_start();
    let code: String = place
        .text
        .chars()
        .skip(place.column.saturating_sub(1))
        .collect();
    let before: String = place
        .text
        .chars()
        .take(place.column.saturating_sub(1))
        .collect();
    HABITS
        .iter()
        .find(|(applies, _)| {
            applies(&Seen {
                kind,
                line,
                code: &code,
                before: before.trim_end(),
            })
        })
        .map(|(_, hint)| (*hint).to_owned())
        .unwrap_or_default()
}

/// What a hint is chosen by.
struct Seen<'a> {
    kind: &'a ParseErrorType,
    /// The line, without its indentation.
    line: &'a str,
    /// The line from the place of the error on.
    code: &'a str,
    /// The line up to the place of the error.
    before: &'a str,
}

impl Seen<'_> {
    fn begins(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.line.starts_with(word))
    }

    fn at(&self, words: &[&str]) -> bool {
        let rest = self.code;
        words.iter().any(|word| {
            rest.strip_prefix(word)
                .is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        })
    }

    fn after(&self, word: &str) -> bool {
        self.before.ends_with(word)
    }

    fn lacks(&self, symbol: &str) -> bool {
        matches!(self.kind, ParseErrorType::MissingToken(token, _) if token == symbol)
    }
}

type Habit = (fn(&Seen<'_>) -> bool, &'static str);

/// The first that applies is given.
const HABITS: [Habit; 22] = [
    (
        |s| s.at(&["eval"]),
        "a script does not run texts: write a function",
    ),
    (
        |s| s.begins(&["def ", "function ", "func ", "async "]),
        "a function begins with fn name(context, data) {",
    ),
    (
        |s| s.begins(&["elif ", "} elif", "elseif "]),
        "write else if",
    ),
    (|s| s.at(&["and", "or"]), "write && for and, || for or"),
    (|s| s.after("not") || s.at(&["not"]), "write ! for not"),
    (
        |s| s.code.starts_with("is ") || s.after(" is"),
        "write == or != to compare",
    ),
    (
        |s| s.code.starts_with('\''),
        "strings stand in double quotes: \"AAPL\"",
    ),
    (
        |s| s.code.starts_with('#'),
        "a comment begins with //, a map with #{",
    ),
    (
        |s| matches!(s.kind, ParseErrorType::WrongDocComment),
        "/// may stand only before a function; write //",
    ),
    (|s| s.begins(&["var "]), "a variable begins with let"),
    (
        |s| s.begins(&["from ", "use "]) || (s.begins(&["import "]) && !s.line.contains('"')),
        "write import \"std/signals\" as signals;",
    ),
    (
        |s| s.code.starts_with("++") || s.code.starts_with("--"),
        "write n += 1 or n -= 1",
    ),
    (|s| s.code.starts_with("**="), "write x = x ** y"),
    (
        |s| s.code.starts_with(":=") || s.code.starts_with("<-"),
        "a variable begins with let, and later changes with =",
    ),
    (
        |s| s.code.starts_with("? ") || s.lacks("?"),
        "write if condition { one } else { other }",
    ),
    (
        |s| s.code.starts_with('=') && s.lacks(","),
        "arguments have no names: options go in a map, #{ limit: 99.5 }",
    ),
    (|s| s.code.starts_with("= "), "to compare write =="),
    (
        |s| s.code.starts_with(':') && (s.before.contains('{') && !s.before.contains("#{")),
        "a map begins with #{",
    ),
    (
        |s| matches!(s.kind, ParseErrorType::Reserved(_)),
        "choose another name",
    ),
    (
        |s| s.code.is_empty() && s.lacks("}"),
        "a { further up has no }",
    ),
    (
        |s| s.code.starts_with(':') && s.begins(&["if ", "for ", "while ", "else"]),
        "blocks stand in { }",
    ),
    (
        |s| s.lacks(";") && s.before.is_empty(),
        "the statement before has no ;",
    ),
];
