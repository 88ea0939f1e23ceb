//! What the codes of errors and findings mean, each with a script that has the fault and one that has
//! not. A test holds that `check` finds precisely that in the one and nothing in the other.

/// Of calls, names and handlers.
mod names;
/// Of numbers, history, loops, parameters.
mod numbers;
/// Of errors at run time.
mod runtime;

use std::fmt::Write;
use std::sync::LazyLock;

/// What a code means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Meaning {
    /// Such as `RBT101`.
    pub code: &'static str,
    /// What it says and why it matters.
    pub text: &'static str,
    /// A script with the fault; empty for what shows only when a script runs.
    pub wrong: &'static str,
    /// The same without it.
    pub right: &'static str,
}

const fn meaning(
    code: &'static str,
    text: &'static str,
    wrong: &'static str,
    right: &'static str,
) -> Meaning {
    Meaning {
        code,
        text,
        wrong,
        right,
    }
}

/// All codes in order, each with its explanation as a person reads it.
static EXPLAINED: LazyLock<Vec<(Meaning, String)>> = LazyLock::new(|| {
    [names::MEANINGS, numbers::MEANINGS, runtime::MEANINGS]
        .concat()
        .into_iter()
        .map(|meaning| (meaning, explained(&meaning)))
        .collect()
});

/// Returns all codes with their examples, in order.
pub fn meanings() -> impl Iterator<Item = &'static Meaning> {
    EXPLAINED.iter().map(|(meaning, _)| meaning)
}

/// Returns what a code means, in any case of letters: its text, then a script with the fault and one
/// without. Lines after the first are indented by four.
pub fn explain(code: &str) -> Option<&'static str> {
    EXPLAINED
        .iter()
        .find(|(known, _)| known.code.eq_ignore_ascii_case(code))
        .map(|(_, text)| text.as_str())
}

/// Returns all codes with what they mean.
pub fn codes() -> impl Iterator<Item = (&'static str, &'static str)> {
    meanings().map(|meaning| (meaning.code, meaning.text))
}

fn explained(meaning: &Meaning) -> String {
    let mut text = meaning.text.to_owned();
    for (title, script) in [("wrong", meaning.wrong), ("right", meaning.right)] {
        if script.is_empty() {
            continue;
        }
        let _infallible = write!(text, "\n\n    {title}:");
        for line in script.lines() {
            let indent = if line.is_empty() { "" } else { "        " };
            let _infallible = write!(text, "\n{indent}{line}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::script::check::check;

    fn found(script: &str) -> Vec<String> {
        let found = check(script, "example.rhai", &(Rc::new(|_: &str| None) as Rc<_>));
        found
            .iter()
            .map(|f| format!("{} {}", f.error.code, f.error))
            .collect()
    }

    #[test]
    fn the_wrong_example_of_a_code_has_that_fault_and_the_right_one_none() {
        for meaning in meanings().filter(|meaning| !meaning.wrong.is_empty()) {
            let wrong = found(meaning.wrong);
            assert!(!wrong.is_empty(), "{}: nothing is found", meaning.code);
            for finding in &wrong {
                assert!(
                    finding.starts_with(meaning.code),
                    "{}: {finding}",
                    meaning.code
                );
            }
            let right = found(meaning.right);
            assert!(right.is_empty(), "{}: {right:?}", meaning.code);
        }
    }

    #[test]
    fn every_code_that_can_be_seen_in_a_text_has_examples_and_they_stand_in_order() {
        let codes: Vec<&str> = meanings().map(|meaning| meaning.code).collect();
        assert!(codes.is_sorted(), "{codes:?}");
        for meaning in meanings() {
            let shows_in_a_text = meaning.code < "RBT300";
            assert_eq!(
                !meaning.wrong.is_empty(),
                shows_in_a_text,
                "{}",
                meaning.code
            );
            assert_eq!(
                !meaning.right.is_empty(),
                shows_in_a_text,
                "{}",
                meaning.code
            );
        }
    }
}
