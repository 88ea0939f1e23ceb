//! Findings that a script's author allows: `// rustybt: allow RBT120` on the line before, or at the end
//! of the line itself.
//!
//! Invariants: what makes a run fail may be allowed too, for the author may know that it is never
//! reached; that a text is no script may not. A remark that allows nothing is a finding itself (RBT002),
//! so that none outlives its reason.

use rhai::Position;

use crate::script::check::codes::{codes, explain};
use crate::script::check::parsed::{Parsed, position};
use crate::script::check::{Finding, Findings};
use crate::script::convert::nearest;
use crate::script::edit::{Edit, Fix};
use crate::script::lexemes::{Kind, Piece, pieces};

/// What stands before the codes.
const REMARK: &str = "rustybt:";

/// Codes that a finding always keeps.
const NEVER: [&str; 2] = ["RBT001", "RBT002"];

/// A remark of a file.
struct Remark<'a> {
    comment: Piece<'a>,
    /// The line that it speaks of, beside its own.
    line: usize,
    /// Nothing else stands on its line.
    alone: bool,
}

/// Drops the findings of a file that it allows, and reports remarks that allow nothing.
pub(super) fn apply(file: &Parsed, found: &mut Vec<Finding>) {
    let mut findings = Findings::default();
    for remark in remarks(&pieces(&file.text)) {
        judge(file, &remark, found, &mut findings);
    }
    found.append(&mut findings.0);
}

fn remarks<'a>(all: &[Piece<'a>]) -> Vec<Remark<'a>> {
    let mut remarks = Vec::new();
    for (at, comment) in all.iter().enumerate() {
        let Some(text) = comment.text.strip_prefix("//") else {
            continue;
        };
        if comment.kind != Kind::Comment || !text.trim_start().starts_with(REMARK) {
            continue;
        }
        let alone = at == 0 || all[at - 1].line < comment.line;
        let next = all[at..].iter().find(|p| p.kind != Kind::Comment);
        let line = if alone {
            next.map_or(comment.line, |piece| piece.line)
        } else {
            comment.line
        };
        remarks.push(Remark {
            comment: *comment,
            line,
            alone,
        });
    }
    remarks
}

fn judge(file: &Parsed, remark: &Remark<'_>, found: &mut Vec<Finding>, findings: &mut Findings) {
    let comment = &remark.comment;
    let place = |word: &str, from: usize| {
        let before = &comment.text[..from];
        let column = comment.column + before.chars().count();
        (position(comment.line, column), from + word.len())
    };
    let after = comment.text.find(REMARK).map_or(0, |at| at + REMARK.len());
    let mut words = words_from(comment.text, after);
    let verb = words.next();
    let Some((from, _)) = verb.filter(|(_, word)| *word == "allow") else {
        let (from, word) = verb.unwrap_or((after.min(comment.text.len()), ""));
        let message = format!("`{word}` is no remark that is known");
        let hint = "write // rustybt: allow CODE".to_owned();
        findings.warning(file, "RBT002", place(word, from).0, message, hint);
        return;
    };
    let mut any = false;
    for (from, word) in words.take_while(|(_, word)| is_code(word)) {
        any = true;
        let code = word.to_uppercase();
        let (at, end) = place(word, from);
        if let Some((message, hint)) = refusal(&code) {
            findings.warning(file, "RBT002", at, message, hint);
            continue;
        }
        let before = found.len();
        found.retain(|f| {
            let here = f.error.place.line == remark.line || f.error.place.line == comment.line;
            !(f.error.code == code && f.error.place.file == file.name && here)
        });
        if found.len() == before {
            unused(file, remark, &code, at, (from, end), findings);
        }
    }
    if !any {
        let message = "the remark names no code".to_owned();
        let hint = "write // rustybt: allow RBT120".to_owned();
        findings.warning(file, "RBT002", place("allow", from).0, message, hint);
    }
}

fn unused(
    file: &Parsed,
    remark: &Remark<'_>,
    code: &str,
    at: Position,
    (from, end): (usize, usize),
    findings: &mut Findings,
) {
    let message = format!("{code} finds nothing on line {}", remark.line);
    let hint = "take the remark away".to_owned();
    findings.warning(file, "RBT002", at, message, hint);
    let comment = &remark.comment;
    let is_all =
        comment.text[..from].trim_end().ends_with("allow") && comment.text[end..].trim().is_empty();
    let last_line = file.text.split_inclusive('\n').count();
    if !is_all || (remark.alone && comment.line == last_line) {
        return;
    }
    let (column, end_line, end_column) = if remark.alone {
        (1, comment.line + 1, 1)
    } else {
        (comment.column, comment.line, comment.end_column())
    };
    let edit = Edit {
        line: comment.line,
        column,
        end_line,
        end_column,
        text: String::new(),
    };
    if let Some(finding) = findings.0.last_mut() {
        finding.fix = Some(Fix {
            what: "remove the remark".to_owned(),
            edits: vec![edit],
        });
    }
}

fn refusal(code: &str) -> Option<(String, String)> {
    if NEVER.contains(&code) {
        return Some((
            format!("{code} cannot be allowed"),
            "mend what it finds".to_owned(),
        ));
    }
    if explain(code).is_some() {
        return None;
    }
    let hint = nearest(code, codes().map(|(code, _)| code)).map_or_else(
        || "rustybt check --explain CODE explains one".to_owned(),
        |near| format!("did you mean {near}?"),
    );
    Some((format!("there is no rule `{code}`"), hint))
}

fn is_code(word: &str) -> bool {
    let digits =
        word.len() > 3 && word.is_char_boundary(3) && word[..3].eq_ignore_ascii_case("RBT");
    digits || (!word.is_empty() && word.bytes().all(|b| b.is_ascii_digit()))
}

/// Returns the words of a text from a byte on, with their places; commas part them too.
fn words_from(text: &str, from: usize) -> impl Iterator<Item = (usize, &str)> {
    let mut at = from;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + rest.find(|c: char| !c.is_whitespace() && c != ',')?;
        let word = text[start..]
            .split(|c: char| c.is_whitespace() || c == ',')
            .next()?;
        at = start + word.len();
        Some((start, word))
    })
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use crate::script::check::check;

    fn codes(text: &str) -> Vec<(&'static str, usize, usize)> {
        let found = check(text, "a.rhai", &(Rc::new(|_: &str| None) as _));
        let place = |f: &crate::script::check::Finding| {
            (f.error.code, f.error.place.line, f.error.place.column)
        };
        found.iter().map(place).collect()
    }

    #[test]
    fn a_remark_counts_for_its_line_or_the_next_with_code() {
        let body = |text: &str| format!("fn handle_data(context, data) {{\n{text}\n}}\n");
        for text in [
            "print(1 / 3); // rustybt: allow RBT120",
            "// rustybt: allow RBT120\nprint(1 / 3);",
            "// rustybt: allow rbt120, RBT101 the ratio is meant\n// and more\n\nprnt(1 / 3);",
            "//rustybt:allow RBT120\n// rustybt: allow RBT101\nprnt(1 / 3);",
        ] {
            assert_eq!(codes(&body(text)), [], "{text}");
        }
        let in_a_text = "print(\"// rustybt: allow RBT120\"); print(1 / 3);";
        assert_eq!(codes(&body(in_a_text)), [("RBT120", 2, 42)]);
        let of_another_line = "print(1 / 3);\n// rustybt: allow RBT120\nprint(1);";
        let expected = [("RBT120", 2, 7), ("RBT002", 3, 19)];
        assert_eq!(codes(&body(of_another_line)), expected);
        assert_eq!(
            codes("// rustybt: allow RBT107 it is a sketch\nfn _f() { }"),
            []
        );
    }
}
