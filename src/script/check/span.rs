//! How far the expression reaches that a finding is about.
//!
//! The syntax tree keeps where things begin, not where they end; the end is read from the text. What
//! does not end on the line where it begins is underlined to the end of that line.

use rhai::{ASTNode, Expr, Position};

use crate::script::check::parsed::Parsed;
use crate::script::error::width_at;

/// Where a finding stands.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    pub(super) at: Position,
    /// How many characters it takes; `None` for the word there.
    pub(super) width: Option<usize>,
}

impl From<Position> for Spot {
    fn from(at: Position) -> Self {
        Self { at, width: None }
    }
}

/// Returns where an expression stands, as a whole.
pub(super) fn of(file: &Parsed, expr: &Expr) -> Spot {
    let mut first = None;
    let mut last = None;
    expr.walk(&mut Vec::new(), &mut |path: &[ASTNode<'_>]| {
        let at = match path.last() {
            Some(ASTNode::Expr(expr)) => expr.start_position(),
            Some(ASTNode::Stmt(stmt)) => stmt.position(),
            _ => Position::NONE,
        };
        if let Some(key) = key(at) {
            first = Some(first.map_or(key, |found: (usize, usize)| found.min(key)));
            last = Some(last.map_or(key, |found: (usize, usize)| found.max(key)));
        }
        true
    });
    let (Some((line, from)), Some((last_line, last))) = (first, last) else {
        return expr.position().into();
    };
    let at = crate::script::check::parsed::position(line, from);
    let Some(text) = file.text.lines().nth(line - 1) else {
        return at.into();
    };
    let text: Vec<char> = text.trim_end().chars().collect();
    let end = if last_line == line {
        closed(&text, from - 1, token_end(&text, last - 1))
    } else {
        text.len()
    };
    Spot {
        at,
        width: Some(end.saturating_sub(from - 1).max(1)),
    }
}

/// Returns what stands at a place.
pub(super) fn text(file: &Parsed, spot: Spot) -> String {
    let (Some(line), Some(column)) = (spot.at.line(), spot.at.position()) else {
        return String::new();
    };
    let line = file.text.lines().nth(line - 1).unwrap_or("");
    let rest = line.chars().skip(column - 1);
    rest.take(spot.width.unwrap_or(1)).collect()
}

fn key(at: Position) -> Option<(usize, usize)> {
    Some((at.line()?, at.position()?))
}

/// Returns the column after the word, number, text or sign at a column, both from 0.
fn token_end(text: &[char], at: usize) -> usize {
    match text.get(at) {
        Some('"') => {
            let mut end = at + 1;
            while end < text.len() && text[end] != '"' {
                end += if text[end] == '\\' { 2 } else { 1 };
            }
            (end + 1).min(text.len())
        }
        Some('`') => text[at + 1..]
            .iter()
            .position(|c| *c == '`')
            .map_or(text.len(), |found| at + found + 2),
        Some('-') if text.get(at + 1).is_some_and(char::is_ascii_digit) => token_end(text, at + 1),
        Some(first) if first.is_ascii_digit() => {
            let is_part = |i: usize| match text[i] {
                '.' => text.get(i + 1).is_some_and(char::is_ascii_digit),
                c => c.is_alphanumeric() || c == '_',
            };
            (at..text.len())
                .find(|i| !is_part(*i))
                .unwrap_or(text.len())
        }
        Some(_) => {
            let line: String = text.iter().collect();
            at + width_at(&line, at + 1)
        }
        None => text.len(),
    }
}

/// Moves an end behind the brackets that are open there, those of a call without arguments too.
fn closed(text: &[char], from: usize, end: usize) -> usize {
    let mut open: Vec<char> = Vec::new();
    let mut at = from;
    let mut quoted = None;
    while at < text.len() {
        let c = text[at];
        if at >= end && open.is_empty() && !(at == end && matches!(c, '(' | '[')) {
            break;
        }
        match (quoted, c) {
            (Some(_), '\\') => at += 1,
            (Some(quote), _) if quote == c => quoted = None,
            (None, '"' | '`') => quoted = Some(c),
            (None, '(' | '[' | '{') => open.push(c),
            (None, ')' | ']' | '}') => {
                if open.pop().is_none() && at >= end {
                    break;
                }
            }
            (Some(_) | None, _) => {}
        }
        at += 1;
    }
    at.min(text.len())
}
