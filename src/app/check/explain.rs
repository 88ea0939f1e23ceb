//! `check --explain CODE`.

use serde_json::{Value, json};

use crate::app::cli::exit::{Exit, Failure};
use crate::app::cli::out::Out;
use crate::app::run::warnings::MEANINGS;
use crate::script::check::{codes, explain};

/// Prints what a code means.
pub(super) fn run(code: &str, as_json: bool, out: &mut Out) -> Result<Exit, Failure> {
    let of_runs = || {
        let mut meanings = MEANINGS.iter();
        meanings.find_map(|(known, text)| known.eq_ignore_ascii_case(code).then_some(*text))
    };
    let Some(text) = explain(code).or_else(of_runs) else {
        let known: Vec<&str> = codes().chain(MEANINGS).map(|(code, _)| code).collect();
        return Err(Failure::usage(
            format!("there is no rule `{code}`"),
            format!("the rules are {}", known.join(", ")),
        ));
    };
    let code = code.to_uppercase();
    if as_json {
        let data: Value = json!({ "code": code, "text": text });
        out.json("check", true, &data, &[]);
    } else {
        out.line(format_args!("{code}\n    {text}"));
    }
    Ok(Exit::Done)
}
