//! Changes to a text, as data: what a finding proposes and `check --fix` makes.
//!
//! Invariants: places are counted as in findings, lines and columns from 1, columns in characters; edits
//! that reach outside of the text or into each other are refused as a whole.

use std::fmt::Write;

/// A stretch of text that gives way to another.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Edit {
    /// The line where it begins.
    pub line: usize,
    /// The column where it begins.
    pub column: usize,
    /// The line where it ends; a line end between is part of it.
    pub end_line: usize,
    /// The column after its last character.
    pub end_column: usize,
    /// What stands there afterwards.
    pub text: String,
}

/// Edits that belong together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What it does: "write `order_target`".
    pub what: String,
    /// The edits, in any order.
    pub edits: Vec<Edit>,
}

/// Returns the text with the edits made; `None` where they do not fit it.
pub fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    let mut stretches = Vec::with_capacity(edits.len());
    for edit in edits {
        let from = offset(text, edit.line, edit.column)?;
        let to = offset(text, edit.end_line, edit.end_column)?;
        if to < from {
            return None;
        }
        stretches.push((from, to, edit.text.as_str()));
    }
    stretches.sort_unstable();
    let mut edited = String::with_capacity(text.len() + 16);
    let mut at = 0;
    for (from, to, new) in stretches {
        edited.push_str(text.get(at..from)?);
        edited.push_str(new);
        at = to;
    }
    edited.push_str(text.get(at..)?);
    Some(edited)
}

/// Returns the byte at a line and column; the column after a line's last character is its end, and the
/// first one of the line after the last is the end of the text.
pub fn offset(text: &str, line: usize, column: usize) -> Option<usize> {
    let (line, column) = (line.checked_sub(1)?, column.checked_sub(1)?);
    let mut start = 0;
    for (at, whole) in text.split_inclusive('\n').enumerate() {
        if at == line {
            let shown = whole.strip_suffix('\n').unwrap_or(whole);
            let mut places = shown.char_indices().map(|(byte, _)| byte);
            return match places.nth(column) {
                Some(byte) => Some(start + byte),
                None if column == shown.chars().count() => Some(start + shown.len()),
                None => None,
            };
        }
        start += whole.len();
    }
    let lines = text.split_inclusive('\n').count();
    (line == lines && column == 0).then_some(text.len())
}

/// Returns the lines that differ between two texts, those of the first with `-`, those of the second
/// with `+`, each stretch under the number of its first line.
pub fn difference(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let mut text = String::new();
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
            continue;
        }
        let (to_i, to_j) = rejoin(&old, &new, i, j);
        // Writing to a string cannot fail.
        let _written = writeln!(text, "@@ line {} @@", i + 1);
        for line in &old[i..to_i] {
            let _written = writeln!(text, "-{line}");
        }
        for line in &new[j..to_j] {
            let _written = writeln!(text, "+{line}");
        }
        (i, j) = (to_i, to_j);
    }
    text
}

/// Returns where two texts agree again; edits are small, so that the nearest place is the right one.
fn rejoin(old: &[&str], new: &[&str], i: usize, j: usize) -> (usize, usize) {
    const NEAR: usize = 200;
    for away in 1..NEAR {
        for left in 0..=away {
            let (a, b) = (i + left, j + away - left);
            if a < old.len() && b < new.len() && old[a] == new[b] {
                return (a, b);
            }
        }
    }
    (old.len(), new.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(line: usize, column: usize, end: (usize, usize), text: &str) -> Edit {
        Edit {
            line,
            column,
            end_line: end.0,
            end_column: end.1,
            text: text.to_owned(),
        }
    }

    #[test]
    fn edits_count_characters_and_may_take_a_line_away() {
        let text = "let é = ordr(1);\nlet b = 2;\nlet c = 3;\n";
        let edits = [
            edit(2, 1, (3, 1), ""),
            edit(1, 9, (1, 13), "order"),
            edit(3, 11, (3, 11), " // c"),
        ];
        let edited = "let é = order(1);\nlet c = 3; // c\n";
        assert_eq!(apply(text, &edits).as_deref(), Some(edited));
        assert_eq!(apply("", &[edit(1, 1, (1, 1), "x")]).as_deref(), Some("x"));
    }

    #[test]
    fn edits_that_do_not_fit_are_refused() {
        for wrong in [
            vec![edit(3, 1, (3, 1), "")],
            vec![edit(1, 9, (1, 9), "")],
            vec![edit(1, 3, (1, 2), "")],
            vec![edit(0, 1, (1, 1), "")],
            vec![edit(1, 1, (1, 3), ""), edit(1, 2, (1, 4), "")],
        ] {
            assert_eq!(apply("let a", &wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_difference_names_lines_and_shows_both_sides() {
        let shown = difference("a\nb\nc\nd\n", "a\nB\nc\n");
        assert_eq!(shown, "@@ line 2 @@\n-b\n+B\n@@ line 4 @@\n-d\n");
        assert_eq!(difference("a\n", "a\n"), "");
    }
}
