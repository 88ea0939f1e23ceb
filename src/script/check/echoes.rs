//! Findings that only follow from others, and the one that hides all others: a comment without an end.

use crate::script::check::parsed::{Parsed, position};
use crate::script::check::{Finding, Findings};
use crate::script::error::{Place, ScriptError};
use crate::script::lexemes::{Piece, pieces};

/// A name of another system, or a function handed to the engine that is not there, is not also an
/// unknown one.
pub(super) fn drop_told(found: &mut Vec<Finding>) {
    let told: Vec<Place> = found
        .iter()
        .filter(|f| ["RBT108", "RBT160"].contains(&f.error.code))
        .map(|f| f.error.place.clone())
        .collect();
    found.retain(|f| {
        let is_unknown = ["RBT101", "RBT102", "RBT104"].contains(&f.error.code);
        let place = &f.error.place;
        let is_of_it = |told: &&Place| match f.error.code {
            // What the name means here, and so its kind, is not known.
            "RBT121" => covers(place, told),
            _ => is_unknown && covers(told, place),
        };
        !told.iter().any(|told| is_of_it(&told))
    });
}

/// What a name that is nearly right was meant for is not also never used, nor is what is used wrongly.
pub(super) fn drop_meant(found: &mut Vec<Finding>) {
    let words = |f: &Finding| match f.error.code {
        "RBT101" | "RBT109" | "RBT110" => Some(format!("{}\n{}", f.error.message, f.error.hint)),
        _ => Some(f.error.hint.clone()).filter(|hint| hint.starts_with("did you mean")),
    };
    let meant: Vec<(String, String)> = found
        .iter()
        .filter_map(|f| Some((f.error.place.file.clone(), words(f)?)))
        .collect();
    found.retain(|f| f.error.code != "RBT105" || !is_meant(&f.error, &meant));
}

/// Whether a hint about the file names what a finding is about.
fn is_meant(error: &ScriptError, hints: &[(String, String)]) -> bool {
    let place = &error.place;
    let name: String = place
        .text
        .chars()
        .skip(place.column.saturating_sub(1))
        .take(place.width)
        .collect();
    hints.iter().any(|(file, hint)| {
        *file == place.file
            && [format!("`{name}`"), format!("`{name}(")]
                .iter()
                .any(|form| hint.contains(form))
    })
}

/// Whether a place lies within another.
fn covers(outer: &Place, inner: &Place) -> bool {
    let columns = outer.column..outer.column + outer.width;
    outer.file == inner.file && outer.line == inner.line && columns.contains(&inner.column)
}

/// `RBT001`: the interpreter takes all that follows for the comment, and would run what is left.
pub(super) fn open_comment(file: &Parsed, found: &mut Vec<Finding>) {
    let open = |piece: &&Piece<'_>| piece.text.starts_with("/*") && !is_closed(piece.text);
    let all = pieces(&file.text);
    let Some(comment) = all.last().filter(open) else {
        return;
    };
    // That nothing runs is no wonder then.
    found.retain(|f| f.error.code != "RBT107" || f.error.place.file != file.name);
    let mut findings = Findings::default();
    let at = position(comment.line, comment.column);
    let message = "the comment has no end".to_owned();
    let hint = "close it with */, or begin each of its lines with //".to_owned();
    findings.error(file, "RBT001", at, message, hint);
    found.append(&mut findings.0);
}

/// Whether a block comment has an end for each beginning.
fn is_closed(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while at < bytes.len() {
        match bytes.get(at..at + 2) {
            Some(b"/*") => (depth, at) = (depth + 1, at + 2),
            Some(b"*/") => (depth, at) = (depth.saturating_sub(1), at + 2),
            Some(_) | None => at += 1,
        }
    }
    depth == 0
}
