//! Rules about numbers.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the interpreter's own enums are long and open"
)]

use rhai::{ASTNode, Expr, Token};

use crate::script::check::chain::variable;
use crate::script::check::parsed::{Function, Parsed};
use crate::script::check::span;
use crate::script::check::{Findings, View};

/// `RBT120`: a division of whole numbers that is not even drops its fraction.
pub(super) fn integer_division(view: &View<'_>, findings: &mut Findings) {
    for function in &view.file.functions {
        function.walk(|path| {
            let Some(ASTNode::Expr(expr @ Expr::FnCall(call, _))) = path.last() else {
                return;
            };
            let [left, right] = &*call.args else { return };
            if call.op_token != Some(Token::Divide) {
                return;
            }
            let (Some((a, a_text)), Some((b, b_text))) = (
                named(view.file, function, left),
                named(view.file, function, right),
            ) else {
                return;
            };
            if b == 0 || a % b == 0 {
                return;
            }
            let message = format!(
                "{a_text} / {b_text} divides whole numbers: the result is {}",
                a / b
            );
            let hint = format!(
                "for the ratio write {a_text} / {}",
                as_float(right, &b_text)
            );
            let at = span::of(view.file, expr);
            findings.warning(view.file, "RBT120", at, message, hint);
        });
    }
}

/// Returns a whole number with what stands for it: itself, or the name of a constant.
fn named(file: &Parsed, function: &Function, expr: &Expr) -> Option<(i64, String)> {
    let value = match expr {
        Expr::IntegerConstant(..) | Expr::Variable(..) => constant(file, function, expr)?,
        _ => return None,
    };
    Some((
        value,
        variable(expr).map_or_else(|| value.to_string(), str::to_owned),
    ))
}

/// Returns the whole number that an expression of numbers and constants is; a parameter counts with its
/// default.
pub(super) fn constant(file: &Parsed, function: &Function, expr: &Expr) -> Option<i64> {
    match expr {
        Expr::IntegerConstant(value, _) => Some(*value),
        Expr::Variable(x, ..) if x.2.is_empty() => {
            let hidden = !function.name.is_empty() && function.kinds.contains_key(x.1.as_str());
            if hidden {
                return None;
            }
            file.whole.get(x.1.as_str()).copied()
        }
        Expr::FnCall(call, _) if call.namespace.is_empty() => {
            let args: Option<Vec<i64>> = call
                .args
                .iter()
                .map(|arg| constant(file, function, arg))
                .collect();
            match (&args?[..], &call.op_token) {
                ([a, b], Some(Token::Plus)) => a.checked_add(*b),
                ([a, b], Some(Token::Minus)) => a.checked_sub(*b),
                ([a, b], Some(Token::Multiply)) => a.checked_mul(*b),
                ([a], Some(Token::UnaryMinus)) => a.checked_neg(),
                ([a, b], None) if call.name == "max" => Some(*a.max(b)),
                ([a, b], None) if call.name == "min" => Some(*a.min(b)),
                _ => None,
            }
        }
        _ => None,
    }
}

fn as_float(expr: &Expr, text: &str) -> String {
    if matches!(expr, Expr::IntegerConstant(..)) {
        format!("{text}.0")
    } else {
        format!("{text}.to_float()")
    }
}
