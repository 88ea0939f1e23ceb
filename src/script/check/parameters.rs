//! Rules about parameters: `param("fast", 10, 5..=50)`.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the interpreter's own enums are long and open"
)]

use std::collections::BTreeMap;

use rhai::{Expr, FnCallExpr, Token};

use crate::script::check::calls::{How, each_call};
use crate::script::check::span::{self, Spot};
use crate::script::check::{Findings, View};

/// A value that is written out.
#[derive(Clone, PartialEq, Debug)]
enum Literal {
    Number(f64),
    Text(String),
    Bool(bool),
}

impl std::fmt::Display for Literal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "\"{text}\""),
            Self::Bool(value) => write!(f, "{value}"),
        }
    }
}

/// `RBT150`.
pub(super) fn odd_parameters(view: &View<'_>, findings: &mut Findings) {
    let mut seen: BTreeMap<String, Literal> = BTreeMap::new();
    for function in &view.file.functions {
        each_call(function, |how, call, at| {
            let is_param = call.name == "param" && how == How::Plain;
            if !is_param || view.file.function("param").is_some() {
                return;
            }
            if !function.name.is_empty() {
                let message =
                    "a parameter is declared at the top level, where it can be set before a run";
                let hint = "write const FAST = param(\"fast\", 10, 5..=50); outside of functions";
                findings.warning(view.file, "RBT150", at, message.to_owned(), hint.to_owned());
            }
            let mut report = |at: Spot, message: String, hint: String| {
                findings.error(view.file, "RBT150", at, message, hint);
            };
            let name = match call.args.first() {
                Some(Expr::StringConstant(name, _)) => name.to_string(),
                _ => return,
            };
            if let Some(default) = call.args.get(1).and_then(literal) {
                let before = seen.insert(name.clone(), default.clone());
                if let Some(before) = before.filter(|before| *before != default) {
                    let message = format!(
                        "parameter `{name}` is declared twice, with the defaults {before} and {default}"
                    );
                    report(
                        at.into(),
                        message,
                        "give one of them another name".to_owned(),
                    );
                }
            }
            check(view, &name, call, &mut report);
        });
    }
}

type Report<'a> = &'a mut dyn FnMut(Spot, String, String);

fn check(view: &View<'_>, name: &str, call: &FnCallExpr, report: Report<'_>) {
    let [_, default, domain] = &*call.args else {
        return;
    };
    let at = span::of(view.file, default);
    let value = literal(default);
    match domain {
        Expr::FnCall(range, place) if range.args.len() == 2 => {
            let ends = (number(&range.args[0]), number(&range.args[1]));
            let (Some(min), Some(max)) = ends else { return };
            let floats = range
                .args
                .iter()
                .any(|end| matches!(end, Expr::FloatConstant(..)));
            let max = match range.op_token {
                Some(Token::ExclusiveRange) if floats => {
                    let message = format!("parameter `{name}`: a range of floats includes its end");
                    report((*place).into(), message, format!("write {min}..={max}"));
                    return;
                }
                Some(Token::ExclusiveRange) => max - 1.0,
                Some(Token::InclusiveRange) => max,
                _ => return,
            };
            within(
                name,
                value.as_ref(),
                (min, max),
                [at, span::of(view.file, domain)],
                report,
            );
        }
        Expr::Array(choices, _) => among(name, value.as_ref(), choices, at, report),
        Expr::Map(x, _) => options(view, name, default, &x.0, report),
        _ => {}
    }
}

fn within(
    name: &str,
    value: Option<&Literal>,
    (min, max): (f64, f64),
    [at, range]: [Spot; 2],
    report: Report<'_>,
) {
    if min > max {
        let message = format!("parameter `{name}`: the range {min} to {max} is empty");
        report(range, message, "write the lesser end first".to_owned());
        return;
    }
    if let Some(Literal::Number(number)) = value
        && !(min..=max).contains(number)
    {
        let message =
            format!("parameter `{name}`: the default {number} lies outside of {min} to {max}");
        report(
            at,
            message,
            "choose a default inside, or widen the range".to_owned(),
        );
    }
}

fn among(name: &str, value: Option<&Literal>, choices: &[Expr], at: Spot, report: Report<'_>) {
    let literals: Option<Vec<Literal>> = choices.iter().map(literal).collect();
    if let (Some(value), Some(literals)) = (value, literals)
        && !literals.contains(value)
    {
        let all: Vec<String> = literals.iter().map(ToString::to_string).collect();
        let message = format!(
            "parameter `{name}`: the default {value} is not one of {}",
            all.join(", ")
        );
        report(at, message, "choose one of them, or add it".to_owned());
    }
}

fn options(
    view: &View<'_>,
    name: &str,
    default: &Expr,
    options: &[(rhai::Ident, Expr)],
    report: Report<'_>,
) {
    let option = |key: &str| {
        let found = options.iter().find(|(ident, _)| ident.name == key);
        found.map(|(_, value)| value)
    };
    let at = span::of(view.file, default);
    let value = literal(default);
    if let Some(Expr::Array(choices, _)) = option("choices") {
        among(name, value.as_ref(), choices, at, report);
        return;
    }
    let spot = |key: &str| option(key).map_or(at, |value| span::of(view.file, value));
    let (min, max) = match (option("min"), option("max")) {
        (Some(min), Some(max)) => match (number(min), number(max)) {
            (Some(min), Some(max)) => (min, max),
            _ => return,
        },
        (None, None) => return,
        (Some(_), None) | (None, Some(_)) => {
            let message = format!("parameter `{name}`: min and max go together");
            let key = if option("min").is_some() {
                "min"
            } else {
                "max"
            };
            report(spot(key), message, "give both".to_owned());
            return;
        }
    };
    within(name, value.as_ref(), (min, max), [at, spot("min")], report);
    let step = option("step").and_then(number);
    if let Some(step) = step.filter(|step| *step <= 0.0 || (*step > max - min && max > min)) {
        let message =
            format!("parameter `{name}`: a step of {step} does not get from {min} to {max}");
        let hint = format!("choose a step above 0, and at most {}", max - min);
        report(spot("step"), message, hint);
    } else if let (Some(step), Expr::IntegerConstant(..)) = (step, default)
        && step.fract().abs() > 0.0
    {
        let message = format!(
            "parameter `{name}` is a whole number, as its default is; a step of {step} is none"
        );
        report(
            spot("step"),
            message,
            "write the default as a float, or the step whole".to_owned(),
        );
    }
    if matches!(option("log"), Some(Expr::BoolConstant(true, _))) && min <= 0.0 {
        let message = format!("parameter `{name}`: a search by ratios cannot begin at {min}");
        report(spot("min"), message, "choose a min above 0".to_owned());
    }
}

fn number(expr: &Expr) -> Option<f64> {
    match literal(expr)? {
        Literal::Number(number) => Some(number),
        Literal::Text(_) | Literal::Bool(_) => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "parameters stay far below 2^53")]
fn literal(expr: &Expr) -> Option<Literal> {
    Some(match expr {
        Expr::IntegerConstant(value, _) => Literal::Number(*value as f64),
        Expr::FloatConstant(value, _) => Literal::Number(**value),
        Expr::StringConstant(text, _) => Literal::Text(text.to_string()),
        Expr::BoolConstant(value, _) => Literal::Bool(*value),
        Expr::FnCall(call, _) if call.op_token == Some(Token::UnaryMinus) => {
            Literal::Number(-number(call.args.first()?)?)
        }
        _ => return None,
    })
}
