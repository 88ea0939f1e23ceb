//! Words for errors of syntax: what is wrong, where the fault itself stands, what to do about it, and
//! the edit that does it where only one can be meant.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the interpreter's own enums are long and open"
)]

/// What people write who come from other languages.
mod habits;
/// Signs that are missing, or one too many.
mod signs;

use rhai::{ParseErrorType, Position};

use crate::script::edit::{Edit, Fix};
use crate::script::error::lower_first;
use crate::script::lexemes::{Kind, Piece, pieces};

/// Says what is wrong.
pub(super) fn message(kind: &ParseErrorType) -> String {
    match kind {
        ParseErrorType::ExprTooDeep => "the expression is nested too deeply".to_owned(),
        ParseErrorType::UnexpectedEOF => "the script ends too early".to_owned(),
        ParseErrorType::Reserved(word) => format!("`{word}` is a reserved word"),
        other => lower_first(&other.to_string()),
    }
}

/// What to do about an error of syntax.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(in crate::script) struct Advice {
    /// What is wrong, where more is known than the reader of the language says.
    pub(in crate::script) message: Option<String>,
    /// Line, column and width of what is at fault, where it is not where the reader stopped.
    pub(in crate::script) at: Option<(usize, usize, usize)>,
    /// Empty where nobody knows.
    pub(in crate::script) hint: String,
    pub(in crate::script) fix: Option<Fix>,
}

impl Advice {
    fn hint(hint: impl Into<String>) -> Self {
        Self {
            hint: hint.into(),
            ..Self::default()
        }
    }

    /// The fault is this piece, not where the reader stopped.
    fn at(mut self, piece: &Piece<'_>) -> Self {
        let width = match piece.text.lines().next() {
            Some(line) => line.chars().count(),
            None => 1,
        };
        self.at = Some((piece.line, piece.column, width.max(1)));
        self
    }

    fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    fn fix(mut self, what: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fix = Some(Fix {
            what: what.into(),
            edits,
        });
        self
    }
}

/// Says what to do about an error of a whole text.
pub(in crate::script) fn advise(kind: &ParseErrorType, text: &str, at: Position) -> Advice {
    let all = pieces(text);
    let (line, column) = match (at.line(), at.position()) {
        (Some(line), column) => (line, column.unwrap_or(1)),
        (None, _) => (usize::MAX, 1),
    };
    let code: Vec<Piece<'_>> = all
        .iter()
        .copied()
        .filter(|piece| piece.kind != Kind::Comment)
        .collect();
    let next = code.partition_point(|p| (p.line, p.column) < (line, column));
    let seen = Seen {
        kind,
        all: &all,
        code: &code,
        next,
        at: (line, column),
    };
    let mut known = habits::HABITS.iter().chain(&signs::SIGNS).copied();
    let advice = known.find_map(|habit| habit(&seen)).unwrap_or_default();
    // The whole piece is underlined, not only its first sign.
    match seen.piece(0) {
        Some(piece) if advice.at.is_none() && (piece.line, piece.column) == seen.at => {
            advice.at(piece)
        }
        Some(_) | None => advice,
    }
}

/// Knows one fault, or does not.
type Habit = fn(&Seen<'_>) -> Option<Advice>;

/// What advice is chosen by.
struct Seen<'a> {
    kind: &'a ParseErrorType,
    /// All pieces of the text.
    all: &'a [Piece<'a>],
    /// The pieces that are not comments.
    code: &'a [Piece<'a>],
    /// The first of `code` at or after the place of the error.
    next: usize,
    /// Line and column of the error.
    at: (usize, usize),
}

impl<'a> Seen<'a> {
    /// Returns the piece at the error, or so many after it; before it with a negative number.
    fn piece(&self, away: isize) -> Option<&'a Piece<'a>> {
        self.code.get(self.next.checked_add_signed(away)?)
    }

    fn is(&self, away: isize, word: &str) -> bool {
        self.piece(away).is_some_and(|piece| piece.is(word))
    }

    fn any(&self, away: isize, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(away, word))
    }

    /// Returns the nearest of some pieces that is one of these words.
    fn near(&self, places: &[isize], words: &[&str]) -> Option<(isize, &'a Piece<'a>)> {
        places
            .iter()
            .filter(|away| self.any(**away, words))
            .find_map(|away| Some((*away, self.piece(*away)?)))
    }

    /// Returns the first piece of the statement's line: that of the error, else of what stands before.
    fn first_of_line(&self, line: usize) -> Option<&'a Piece<'a>> {
        self.code.iter().find(|piece| piece.line == line)
    }

    fn lacks(&self, symbol: &str) -> bool {
        matches!(self.kind, ParseErrorType::MissingToken(token, _) if token == symbol)
    }

    fn lacks_for(&self, symbol: &str, what: &str) -> bool {
        matches!(self.kind, ParseErrorType::MissingToken(token, words) if token == symbol && words.contains(what))
    }

    /// The piece begins a statement.
    fn begins_statement(&self, away: isize) -> bool {
        self.piece(away - 1).is_none() || self.any(away - 1, &[";", "{", "}"])
    }
}

/// Puts a text in the place of a piece.
fn replace(piece: &Piece<'_>, text: impl Into<String>) -> Edit {
    Edit {
        line: piece.line,
        column: piece.column,
        end_line: piece.line,
        end_column: piece.end_column(),
        text: text.into(),
    }
}

/// Puts a text in the place of what stands from one piece to another, on one line.
fn replace_all(from: &Piece<'_>, to: &Piece<'_>, text: impl Into<String>) -> Option<Edit> {
    (from.line == to.line).then(|| Edit {
        end_column: to.end_column(),
        ..replace(from, text)
    })
}
