//! Findings that only follow from others, and the one that hides all others: a comment without an end.

use crate::script::check::parsed::{Parsed, position};
use crate::script::check::{Finding, Findings};
use crate::script::error::{Place, foreign_word};
use crate::script::lexemes::{Kind, Piece, pieces};

/// A function handed to the engine that is not there is not also an unknown variable.
pub(super) fn drop_handed(found: &mut Vec<Finding>) {
    let handed: Vec<Place> = found
        .iter()
        .filter(|f| f.error.code == "RBT108")
        .map(|f| f.error.place.clone())
        .collect();
    found.retain(|f| f.error.code != "RBT104" || !handed.contains(&f.error.place));
}

/// What is called on a word of another language, such as `ta.sma(close, 20)`, is told once, at the word.
pub(super) fn drop_foreign(file: &Parsed, found: &mut Vec<Finding>) {
    let words: Vec<(usize, usize)> = found
        .iter()
        .filter(|f| f.error.code == "RBT104" && f.error.place.file == file.name)
        .map(|f| (f.error.place.line, f.error.place.column))
        .collect();
    if words.is_empty() {
        return;
    }
    let all = pieces(&file.text);
    let mut called = Vec::new();
    for stretch in all.windows(3) {
        let [word, dot, method] = stretch else {
            continue;
        };
        let is_foreign =
            words.contains(&(word.line, word.column)) && foreign_word(word.text).is_some();
        if is_foreign && dot.is(".") && method.kind == Kind::Word {
            called.push((method.line, method.column));
        }
    }
    found.retain(|f| {
        let place = &f.error.place;
        let is_call = ["RBT101", "RBT102"].contains(&f.error.code);
        !(is_call && place.file == file.name && called.contains(&(place.line, place.column)))
    });
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
