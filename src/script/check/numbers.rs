//! Rules about numbers.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the interpreter's own enums are long and open"
)]

use rhai::{ASTNode, Expr, Token};

use crate::script::check::parsed::Parsed;
use crate::script::check::{Findings, View};

/// `RBT120`: a division of whole numbers that is not even drops its fraction.
pub(super) fn integer_division(view: &View<'_>, findings: &mut Findings) {
    for function in &view.file.functions {
        let locals = function.locals();
        function.walk(|path| {
            let Some(ASTNode::Expr(Expr::FnCall(call, at))) = path.last() else {
                return;
            };
            let [left, right] = &*call.args else { return };
            if call.op_token != Some(Token::Divide) {
                return;
            }
            let hidden = |expr: &Expr| {
                !function.name.is_empty()
                    && matches!(expr, Expr::Variable(x, ..) if locals.contains(x.1.as_str()))
            };
            if hidden(left) || hidden(right) {
                return;
            }
            let (Some((a, a_text)), Some((b, b_text))) =
                (whole(view.file, left), whole(view.file, right))
            else {
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
            findings.warning(view.file, "RBT120", *at, message, hint);
        });
    }
}

fn whole(file: &Parsed, expr: &Expr) -> Option<(i64, String)> {
    match expr {
        Expr::IntegerConstant(value, _) => Some((*value, value.to_string())),
        Expr::Variable(x, ..) if x.2.is_empty() => {
            let value = file.whole.get(x.1.as_str())?;
            Some((*value, x.1.to_string()))
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
