//! Operators on numbers, in place.
//!
//! Invariants: as `script::numbers` says: whole numbers are checked, floats are IEEE, the two mix as
//! floats; `None` is returned for everything else, which is then looked up as a function.

use rhai::{Dynamic, FLOAT, INT};

use crate::script::fast::tree::Op;

impl Op {
    /// Reads the sign of an operator.
    pub(super) fn of(sign: &str) -> Option<Self> {
        const OTHERS: [&str; 9] = ["**", "&", "|", "^", "<<", ">>", "..", "..=", "in"];
        Some(match sign {
            "+" => Self::Add,
            "-" => Self::Subtract,
            "*" => Self::Multiply,
            "/" => Self::Divide,
            "%" => Self::Modulo,
            "==" => Self::Equal,
            "!=" => Self::NotEqual,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            other => Self::Other(OTHERS.into_iter().find(|known| *known == other)?),
        })
    }

    /// Returns the sign.
    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Other(sign) => sign,
        }
    }
}

/// Applies an operator to two numbers; `None` where that is not for here.
#[inline]
pub(super) fn on_numbers(op: Op, a: &Dynamic, b: &Dynamic) -> Option<Dynamic> {
    match (a.as_float(), b.as_float()) {
        (Ok(a), Ok(b)) => on_floats(op, a, b),
        (Ok(a), Err(_)) => on_floats(op, a, wide(b.as_int().ok()?)),
        (Err(_), Ok(b)) => on_floats(op, wide(a.as_int().ok()?), b),
        (Err(_), Err(_)) => on_ints(op, a.as_int().ok()?, b.as_int().ok()?),
    }
}

#[expect(clippy::float_cmp, reason = "this is the operator of the script")]
fn on_floats(op: Op, a: FLOAT, b: FLOAT) -> Option<Dynamic> {
    Some(match op {
        Op::Add => Dynamic::from_float(a + b),
        Op::Subtract => Dynamic::from_float(a - b),
        Op::Multiply => Dynamic::from_float(a * b),
        Op::Divide => Dynamic::from_float(a / b),
        Op::Modulo => Dynamic::from_float(a % b),
        Op::Equal => Dynamic::from_bool(a == b),
        Op::NotEqual => Dynamic::from_bool(a != b),
        Op::Less => Dynamic::from_bool(a < b),
        Op::LessOrEqual => Dynamic::from_bool(a <= b),
        Op::Greater => Dynamic::from_bool(a > b),
        Op::GreaterOrEqual => Dynamic::from_bool(a >= b),
        Op::Other(_) => return None,
    })
}

fn on_ints(op: Op, a: INT, b: INT) -> Option<Dynamic> {
    Some(match op {
        // What overflows or divides by zero is left to the function, which says so.
        Op::Add => Dynamic::from_int(a.checked_add(b)?),
        Op::Subtract => Dynamic::from_int(a.checked_sub(b)?),
        Op::Multiply => Dynamic::from_int(a.checked_mul(b)?),
        Op::Divide => Dynamic::from_int(a.checked_div(b)?),
        Op::Modulo => Dynamic::from_int(a.checked_rem(b)?),
        Op::Equal => Dynamic::from_bool(a == b),
        Op::NotEqual => Dynamic::from_bool(a != b),
        Op::Less => Dynamic::from_bool(a < b),
        Op::LessOrEqual => Dynamic::from_bool(a <= b),
        Op::Greater => Dynamic::from_bool(a > b),
        Op::GreaterOrEqual => Dynamic::from_bool(a >= b),
        Op::Other(_) => return None,
    })
}

#[expect(clippy::cast_precision_loss, reason = "Rhai mixes the two so")]
const fn wide(value: INT) -> FLOAT {
    value as FLOAT
}
