//! From what a script passes to what the engine takes.
//!
//! Invariants: whole numbers, floats and decimals are all taken where a number is meant; what does not
//! fit is refused with what was meant and what came; a float becomes the shortest decimal that prints
//! as it.

use rhai::{Dynamic, EvalAltResult, Map, Position};
use rust_decimal::Decimal;

use crate::core::model::number::{decimal_from_f64, to_f64};
use crate::core::model::time::{Span, Timeframe};

/// The result of a function that a script calls.
pub(super) type Outcome<T> = Result<T, Box<EvalAltResult>>;

/// Makes an error of a text; a line `hint: …` in it becomes the hint.
pub(super) fn fail<T>(text: impl Into<String>) -> Outcome<T> {
    Err(error(text))
}

/// Makes an error of a text.
#[expect(
    clippy::unnecessary_box_returns,
    reason = "the interpreter's errors are boxed"
)]
pub(super) fn error(text: impl Into<String>) -> Box<EvalAltResult> {
    Box::new(EvalAltResult::ErrorRuntime(
        text.into().into(),
        Position::NONE,
    ))
}

/// Returns what a person calls the kind of a value.
pub(super) fn kind_of(value: &Dynamic) -> &'static str {
    if value.is_unit() {
        "()"
    } else if value.is_int() {
        "int"
    } else if value.is_float() {
        "float"
    } else if value.is_decimal() {
        "Decimal"
    } else if value.is_bool() {
        "bool"
    } else if value.is_string() {
        "string"
    } else if value.is_array() {
        "array"
    } else if value.is_map() {
        "map"
    } else {
        custom_kind(value.type_name())
    }
}

/// Returns the name that scripts know a host type by.
pub(super) fn custom_kind(type_name: &str) -> &'static str {
    const KINDS: [&str; 19] = [
        "Asset",
        "Series",
        "Bars",
        "Histories",
        "Panel",
        "Portfolio",
        "Positions",
        "Position",
        "Account",
        "Order",
        "Fill",
        "Time",
        "Indicator",
        "Context",
        "Data",
        "Rule",
        "Model",
        "Weights",
        "Sim",
    ];
    let name = type_name.rsplit("::").next().unwrap_or(type_name);
    let name = name.strip_suffix("Ref").unwrap_or(name);
    KINDS
        .into_iter()
        .find(|kind| *kind == name)
        .unwrap_or("value")
}

/// Reads a number as a float.
pub(super) fn float(value: &Dynamic) -> Option<f64> {
    if let Ok(float) = value.as_float() {
        return Some(float);
    }
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    if let Ok(int) = value.as_int() {
        return Some(int as f64);
    }
    value.as_decimal().ok().map(to_f64)
}

/// Reads a number as a float, for the parameter `name`.
pub(super) fn need_float(value: &Dynamic, name: &str) -> Outcome<f64> {
    float(value).map_or_else(
        || fail(format!("{name} must be a number, was {}", kind_of(value))),
        Ok,
    )
}

/// Reads a number exactly, for the parameter `name`.
pub(super) fn need_exact(value: &Dynamic, name: &str) -> Outcome<Decimal> {
    if let Ok(int) = value.as_int() {
        return Ok(Decimal::from(int));
    }
    if let Ok(decimal) = value.as_decimal() {
        return Ok(decimal);
    }
    if let Ok(float) = value.as_float() {
        return decimal_from_f64(float).map_or_else(
            || {
                fail(format!(
                    "{name} must be a finite number of ordinary size, was {float}"
                ))
            },
            Ok,
        );
    }
    fail(format!("{name} must be a number, was {}", kind_of(value)))
}

/// Reads a count of at least `least`, for the parameter `name`.
pub(super) fn need_count(value: &Dynamic, name: &str, least: i64) -> Outcome<usize> {
    let whole = value.as_int().ok().or_else(|| {
        let float = value
            .as_float()
            .ok()
            .filter(|f| f.fract() == 0.0 && f.abs() < 1e15)?;
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 1e15")]
        Some(float as i64)
    });
    match whole {
        Some(count) if count >= least => Ok(usize::try_from(count).unwrap_or(usize::MAX)),
        Some(count) => fail(format!("{name} must be at least {least}, was {count}")),
        None => fail(format!(
            "{name} must be a whole number, was {}",
            show(value)
        )),
    }
}

/// Reads a text, for the parameter `name`.
pub(super) fn need_text(value: &Dynamic, name: &str) -> Outcome<String> {
    value
        .clone()
        .into_string()
        .or_else(|_| fail(format!("{name} must be a string, was {}", kind_of(value))))
}

/// Reads a truth value, for the parameter `name`.
pub(super) fn need_flag(value: &Dynamic, name: &str) -> Outcome<bool> {
    value.as_bool().or_else(|_| {
        fail(format!(
            "{name} must be true or false, was {}",
            kind_of(value)
        ))
    })
}

/// Reads a bar interval.
pub(super) fn need_timeframe(text: &str) -> Outcome<Timeframe> {
    Timeframe::parse(text).or_else(|e| fail(e.to_string()))
}

/// Reads a length of time.
pub(super) fn need_span(text: &str) -> Outcome<Span> {
    Span::parse(text).or_else(|e| fail(e.to_string()))
}

/// Shows a value with its kind, for messages.
pub(super) fn show(value: &Dynamic) -> String {
    match kind_of(value) {
        "()" => "()".to_owned(),
        kind @ ("int" | "float" | "Decimal" | "bool") => format!("{kind} {value}"),
        "string" => format!("string \"{value}\""),
        kind => kind.to_owned(),
    }
}

/// Refuses keys of an options map that are not in `known`.
pub(super) fn check_keys(options: &Map, known: &[&str], what: &str) -> Outcome<()> {
    for key in options.keys() {
        if !known.contains(&key.as_str()) {
            let hint = nearest(key, known.iter().copied())
                .map(|near| format!("\nhint: did you mean `{near}`?"))
                .unwrap_or_default();
            return fail(format!(
                "unknown option `{key}`; {what} takes {}{hint}",
                known.join(", ")
            ));
        }
    }
    Ok(())
}

/// Returns the nearest of some names, if one is near enough to be meant.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance <= 1 + candidate.len().max(name.len()) / 4 && *candidate != name
        })
        .min_by_key(|(distance, candidate)| (*distance, candidate.len()))
        .map(|(_, candidate)| candidate)
}
