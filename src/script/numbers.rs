//! Numbers that never fail silently.
//!
//! Rhai's own comparisons of floats allow for rounding and are false for infinities, and comparisons
//! between unlike kinds are false without a word. Here floats compare as IEEE says, whole numbers,
//! floats and decimals mix in every operator, `()` and other unlike kinds cannot be ordered.
//!
//! Invariants: every operator between int, float and Decimal is there; a Decimal with a float gives a
//! Decimal (the float taken as the decimal it prints as); dividing by zero is an error for whole
//! numbers and decimals and infinite for floats, as IEEE says.

use rhai::{Array, Dynamic, FLOAT, INT, ImmutableString, Map};
use rust_decimal::{Decimal, MathematicalOps};

use crate::core::model::number::{decimal_from_f64, to_f64};
use crate::script::convert::{Outcome, fail, kind_of, show};
use crate::script::registry::Registry;

#[expect(
    clippy::cast_precision_loss,
    reason = "the comparison of a count with a ratio"
)]
const fn wide(value: INT) -> FLOAT {
    value as FLOAT
}

macro_rules! comparisons {
    ($engine:expr, $($op:literal => $test:tt),*) => {
        $(
            $engine.register_fn($op, |a: FLOAT, b: FLOAT| a $test b);
            $engine.register_fn($op, |a: FLOAT, b: INT| a $test wide(b));
            $engine.register_fn($op, |a: INT, b: FLOAT| wide(a) $test b);
            $engine.register_fn($op, |a: INT, b: INT| a $test b);
            $engine.register_fn($op, |a: Decimal, b: Decimal| a $test b);
            $engine.register_fn($op, |a: Decimal, b: FLOAT| compare_mixed(a, b, |x, y| x $test y, |x, y| x $test y));
            $engine.register_fn($op, |a: FLOAT, b: Decimal| compare_mixed(b, a, |x, y| y $test x, |x, y| y $test x));
            $engine.register_fn($op, |a: Decimal, b: INT| a $test Decimal::from(b));
            $engine.register_fn($op, |a: INT, b: Decimal| Decimal::from(a) $test b);
        )*
    };
}

macro_rules! orderings {
    ($engine:expr, $($op:literal => $test:tt),*) => {
        $(
            $engine.register_fn($op, |a: &str, b: &str| a $test b);
            $engine.register_fn($op, |a: char, b: char| a $test b);
            $engine.register_fn($op, |a: Dynamic, b: Dynamic| -> Outcome<bool> { unordered(&a, $op, &b) });
        )*
    };
}

macro_rules! decimal_arithmetic {
    ($engine:expr, $($op:literal => $method:path),*) => {
        $(
            $engine.register_fn($op, |a: Decimal, b: FLOAT| arithmetic(Some(a), $op, decimal_from_f64(b), $method));
            $engine.register_fn($op, |a: FLOAT, b: Decimal| arithmetic(decimal_from_f64(a), $op, Some(b), $method));
        )*
    };
}

/// Registers the operators.
pub(super) fn register(engine: &mut Registry) {
    #[expect(clippy::float_cmp, reason = "this is the operator of the script")]
    {
        comparisons!(engine, "==" => ==, "!=" => !=, "<" => <, "<=" => <=, ">" => >, ">=" => >=);
    }
    orderings!(engine, "<" => <, "<=" => <=, ">" => >, ">=" => >=);
    refuse_orderings(engine);
    decimal_arithmetic!(engine, "+" => Decimal::checked_add, "-" => Decimal::checked_sub, "*" => Decimal::checked_mul, "/" => Decimal::checked_div, "%" => Decimal::checked_rem, "**" => power);
    for op in ["+", "-", "*", "/", "%", "**"] {
        engine.register_fn(op, move |(): (), b: Dynamic| missing(op, &b));
        for_missing_right(engine, op);
    }
    engine.register_fn("decimal", |text: &str| parse_decimal(text));
    engine.register_fn("decimal", |value: INT| Decimal::from(value));
    engine.register_fn("decimal", |value: Decimal| value);
    engine.register_fn("decimal", |value: FLOAT| {
        decimal_from_f64(value)
            .map_or_else(|| fail(format!("{value} is out of a Decimal's range")), Ok)
    });
    engine.register_fn("to_float", to_f64);
    engine.register_fn("to_float", |value: FLOAT| value);
}

/// Refuses to order values of unlike kinds, also between literals: for those the interpreter looks
/// only for functions of precisely their kinds before it answers false by itself.
fn refuse_orderings(engine: &mut Registry) {
    fn refuse<A: rhai::Variant + Clone, B: rhai::Variant + Clone>(engine: &mut Registry) {
        for op in ["<", "<=", ">", ">="] {
            engine.register_fn(op, move |a: A, b: B| {
                unordered(&Dynamic::from(a), op, &Dynamic::from(b))
            });
        }
    }
    fn refuse_against_all<A: rhai::Variant + Clone>(engine: &mut Registry) {
        refuse::<A, INT>(engine);
        refuse::<A, FLOAT>(engine);
        refuse::<A, Decimal>(engine);
        refuse::<INT, A>(engine);
        refuse::<FLOAT, A>(engine);
        refuse::<Decimal, A>(engine);
    }
    refuse_against_all::<ImmutableString>(engine);
    refuse_against_all::<bool>(engine);
    refuse_against_all::<()>(engine);
    refuse_against_all::<char>(engine);
    refuse_against_all::<Array>(engine);
    refuse_against_all::<Map>(engine);
    refuse::<bool, bool>(engine);
    refuse::<(), ()>(engine);
    refuse::<ImmutableString, bool>(engine);
    refuse::<bool, ImmutableString>(engine);
    refuse::<ImmutableString, ()>(engine);
    refuse::<(), ImmutableString>(engine);
}

fn for_missing_right(engine: &mut Registry, op: &'static str) {
    engine.register_fn(op, move |a: FLOAT, (): ()| missing(op, &a.into()));
    engine.register_fn(op, move |a: INT, (): ()| missing(op, &a.into()));
    engine.register_fn(op, move |a: Decimal, (): ()| missing(op, &a.into()));
}

fn parse_decimal(text: &str) -> Outcome<Decimal> {
    Decimal::from_str_exact(text).or_else(|_| fail(format!("`{text}` is not a decimal number")))
}

fn compare_mixed(
    exact: Decimal,
    float: FLOAT,
    exactly: impl Fn(Decimal, Decimal) -> bool,
    roughly: impl Fn(FLOAT, FLOAT) -> bool,
) -> bool {
    match decimal_from_f64(float) {
        Some(decimal) => exactly(exact, decimal),
        // Infinite, not a number, or beyond a Decimal's range: floats know how these compare.
        None => roughly(to_f64(exact), float),
    }
}

fn arithmetic(
    a: Option<Decimal>,
    op: &str,
    b: Option<Decimal>,
    apply: impl Fn(Decimal, Decimal) -> Option<Decimal>,
) -> Outcome<Decimal> {
    match (a, b) {
        (Some(a), Some(b)) => apply(a, b).map_or_else(
            || fail(format!("{a} {op} {b} has no result in a Decimal")),
            Ok,
        ),
        _ => fail(format!(
            "`{op}` between a Decimal and a float that is infinite or not a number"
        )),
    }
}

fn power(base: Decimal, exponent: Decimal) -> Option<Decimal> {
    base.checked_powd(exponent)
}

fn missing(op: &str, other: &Dynamic) -> Outcome<Dynamic> {
    fail(format!(
        "`{op}` with a value that does not exist: () and {}\nhint: test it first: if value != () {{ … }}",
        show(other)
    ))
}

fn unordered(a: &Dynamic, op: &str, b: &Dynamic) -> Outcome<bool> {
    if a.is_unit() || b.is_unit() {
        return fail(format!(
            "`{op}` with a value that does not exist: {} {op} {}\nhint: test it first: if value != () {{ … }}",
            show(a),
            show(b)
        ));
    }
    fail(format!(
        "`{op}` cannot order {} and {}",
        kind_of(a),
        kind_of(b)
    ))
}
