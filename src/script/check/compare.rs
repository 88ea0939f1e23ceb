//! Rules about comparisons and conditions: between kinds that do not compare, of floats that
//! calculations gave, by closures that answer something else than is asked.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the interpreter's own enums are long and open"
)]

use rhai::{ASTNode, Expr, FnCallExpr, Position, Stmt, Token};

use crate::script::check::chain::{Step, each_chain, variable};
use crate::script::check::infer::suits;
use crate::script::check::kind::{Kind, Value};
use crate::script::check::parsed::{Function, Parsed};
use crate::script::check::span;
use crate::script::check::{Findings, View};

const TEST_IT: &str = "test it first: if value != () { … }";

const fn is_ordering(op: &Token) -> bool {
    matches!(
        op,
        Token::LessThan | Token::LessThanEqualsTo | Token::GreaterThan | Token::GreaterThanEqualsTo
    )
}

const fn is_equality(op: &Token) -> bool {
    matches!(op, Token::EqualsTo | Token::NotEqualsTo)
}

const fn is_arithmetic(op: &Token) -> bool {
    matches!(
        op,
        Token::Minus | Token::Multiply | Token::Divide | Token::Modulo | Token::PowerOf
    )
}

/// `RBT121`: operators between kinds that they do not work with, and conditions that are none.
pub(super) fn unlike_kinds(view: &View<'_>, findings: &mut Findings) {
    for function in &view.file.functions {
        each_operation(function, |op, call, expr| {
            let [left, right] = &*call.args else { return };
            let sides = [view.value(function, left), view.value(function, right)];
            if let Some((message, hint)) = refused(view, op, sides) {
                let at = span::of(view.file, expr);
                if is_equality(op) {
                    findings.warning(view.file, "RBT121", at, message, hint);
                } else {
                    findings.error(view.file, "RBT121", at, message, hint);
                }
            }
        });
        conditions(view, function, findings);
        indices(view, function, findings);
    }
}

/// Calls `look` for each operation of a function.
fn each_operation(function: &Function, mut look: impl FnMut(&Token, &FnCallExpr, &Expr)) {
    function.walk(|path| {
        if let Some(ASTNode::Expr(expr @ Expr::FnCall(call, _))) = path.last()
            && let Some(op) = &call.op_token
        {
            look(op, call, expr);
        }
    });
}

/// Says why an operator does not work between two values; `None` where it does or may.
fn refused(view: &View<'_>, op: &Token, sides: [Value; 2]) -> Option<(String, String)> {
    let [left, right] = sides.map(|side| side.kind);
    let sign = op.literal_syntax();
    let is_missing = |kind| kind == Kind::Unit;
    if is_missing(left) || is_missing(right) {
        let number = left.is_number() || right.is_number();
        let calculates = is_arithmetic(op) || *op == Token::Plus;
        if is_ordering(op) || (calculates && (number || left == right)) {
            let message = format!("`{sign}` with (), a value that does not exist");
            return Some((message, TEST_IT.to_owned()));
        }
        return None;
    }
    if !(left.is_known() && right.is_known()) || !(is_ordering(op) || is_equality(op)) {
        return None;
    }
    let registered = || {
        let forms = view.surface.forms(sign).iter();
        forms.clone().any(|form| form.params == [left, right])
    };
    let numbers = left.is_number() && right.is_number();
    let texts = [left, right]
        .iter()
        .all(|kind| matches!(kind, Kind::Text | Kind::Char));
    let alike = left.is(right) && (is_equality(op) || left == Kind::Text);
    if numbers || texts || alike || (registered() && !is_refusal(left, right)) {
        return None;
    }
    let (one, two) = (left.name(), right.name());
    Some(if is_equality(op) {
        let always = if *op == Token::EqualsTo {
            "false"
        } else {
            "true"
        };
        (
            format!("`{sign}` between {one} and {two} is always {always}"),
            conversion(left, right),
        )
    } else {
        (
            format!("`{sign}` cannot order {one} and {two}"),
            conversion(left, right),
        )
    })
}

/// Whether operators are registered between two kinds only to refuse them.
fn is_refusal(left: Kind, right: Kind) -> bool {
    let plain = |kind| !matches!(kind, Kind::Host(_));
    plain(left) && plain(right)
}

fn conversion(left: Kind, right: Kind) -> String {
    let has = |kind| left == kind || right == kind;
    if has(Kind::Text) && (left.is_number() || right.is_number()) {
        "a string becomes a number with .parse_float() or .parse_int()".to_owned()
    } else if has(Kind::SERIES) {
        "compare one of its numbers, such as prices.last()".to_owned()
    } else if has(Kind::Host("Indicator")) {
        "compare its .value".to_owned()
    } else if has(Kind::Host("Position")) {
        "compare its .amount".to_owned()
    } else {
        String::new()
    }
}

/// Conditions that are neither true nor false.
fn conditions(view: &View<'_>, function: &Function, findings: &mut Findings) {
    let mut check = |expr: &Expr| {
        let value = view.value(function, expr);
        let kind = value.kind;
        let is_loop = matches!(expr, Expr::Unit(_));
        if is_loop || !kind.is_known() || kind == Kind::Bool || kind == Kind::Host("Panel") {
            return;
        }
        let message = format!("a condition must be true or false; this is {}", kind.name());
        let hint = if kind.is_number() {
            "compare it: != 0"
        } else {
            "compare it, such as with != ()"
        };
        let at = span::of(view.file, expr);
        findings.error(view.file, "RBT121", at, message, hint.to_owned());
    };
    function.walk(|path| match path.last() {
        Some(ASTNode::Stmt(Stmt::If(x, _) | Stmt::While(x, _) | Stmt::Do(x, ..))) => {
            check(&x.expr);
        }
        Some(ASTNode::Expr(Expr::And(sides, _) | Expr::Or(sides, _))) => {
            sides.iter().for_each(&mut check);
        }
        _ => {}
    });
}

/// Indices of a kind that is none for the value.
fn indices(view: &View<'_>, function: &Function, findings: &mut Findings) {
    each_chain(function, |chain, _| {
        for (place, link) in chain.links.iter().enumerate() {
            let Step::Index(index) = link.step else {
                continue;
            };
            let of = view.kinds.along(view.file, function, chain, place);
            let by = view.value(function, index);
            let (Some(of), Some(kind)) = (of.sure(), by.sure()) else {
                continue;
            };
            let wrong = match of {
                Kind::Map => kind != Kind::Text,
                Kind::Array | Kind::Assets => kind != Kind::Int,
                Kind::Host(_) if of != Kind::CONTEXT => {
                    let forms = view.surface.forms("index$get$").iter();
                    let own = |first: Option<&Kind>| first == Some(&of);
                    !forms.clone().any(|form| {
                        own(form.params.first())
                            && form.params.get(1).is_some_and(|param| suits(*param, by))
                    })
                }
                _ => false,
            };
            if !wrong {
                continue;
            }
            let at = span::of(view.file, index);
            let (message, hint) = if of == Kind::Map && kind == Kind::ASSET {
                (
                    "an Asset is no key of a map: keys are strings".to_owned(),
                    format!(
                        "write {}.symbol between the brackets",
                        span::text(view.file, at)
                    ),
                )
            } else {
                let of = of.name();
                (
                    format!("{of} has no index that is {}", kind.name()),
                    String::new(),
                )
            };
            findings.error(view.file, "RBT121", at, message, hint);
        }
    });
}

/// `RBT122`: floats that calculations gave, compared for being equal.
pub(super) fn equal_floats(view: &View<'_>, findings: &mut Findings) {
    for function in &view.file.functions {
        each_operation(function, |op, call, expr| {
            let [left, right] = &*call.args else { return };
            // What is not equal to itself is not a number: that is how it is tested.
            let is_same = variable(left).is_some() && variable(left) == variable(right);
            if !is_equality(op) || is_zero(left) || is_zero(right) || is_same {
                return;
            }
            let sides = [view.value(function, left), view.value(function, right)];
            let numbers = sides.iter().all(|side| side.kind.is_number());
            if !numbers || !sides.iter().any(|side| side.computed) {
                return;
            }
            let sign = op.literal_syntax();
            let message =
                format!("`{sign}` between calculated floats: a rounding error makes them differ");
            let hint = if *op == Token::EqualsTo {
                "write abs(a - b) < 0.000001, or < or > if that is meant"
            } else {
                "write abs(a - b) > 0.000001, or < or > if that is meant"
            };
            let at = span::of(view.file, expr);
            findings.warning(view.file, "RBT122", at, message, hint.to_owned());
        });
    }
}

/// A guard before a division compares with zero, and means precisely zero.
fn is_zero(expr: &Expr) -> bool {
    match expr {
        Expr::IntegerConstant(value, _) => *value == 0,
        Expr::FloatConstant(value, _) => value.abs() < f64::MIN_POSITIVE,
        _ => false,
    }
}

/// Methods whose closure must answer true or false: any other answer counts as false.
const FILTERS: [&str; 6] = ["all", "drain", "filter", "find", "retain", "some"];

/// `RBT123`: closures that answer something else than is asked.
pub(super) fn odd_answers(view: &View<'_>, findings: &mut Findings) {
    for function in &view.file.functions {
        function.walk(|path| {
            let Some(ASTNode::Expr(Expr::MethodCall(call, _))) = path.last() else {
                return;
            };
            let name = call.name.as_str();
            let Some(closure) = call.args.first().and_then(|arg| closure(view.file, arg)) else {
                return;
            };
            if view.file.function(name).is_some() {
                return;
            }
            let Some((kind, calculates, at)) = answer(view, closure) else {
                return;
            };
            let sorts = ["sort", "sort_by"].contains(&name);
            let (wrong, hint) = if sorts {
                let fits = kind == Kind::Bool || kind.is_number();
                (
                    kind.is_known() && !fits,
                    "answer whether a comes first: |a, b| a < b",
                )
            } else if FILTERS.contains(&name) {
                let wrong = calculates || (kind.is_known() && kind != Kind::Bool);
                (wrong, "compare: |x| x > 0")
            } else {
                (false, "")
            };
            if wrong {
                let was = if kind.is_known() {
                    kind.name()
                } else {
                    "a calculation"
                };
                let message =
                    format!("the closure of `{name}` must answer true or false; this is {was}");
                findings.error(view.file, "RBT123", at, message, hint.to_owned());
            }
        });
    }
}

/// Returns the closure that an argument is.
fn closure<'a>(file: &'a Parsed, arg: &Expr) -> Option<&'a Function> {
    let pointer = match arg {
        Expr::FnCall(call, _) if call.name == "curry" => call.args.first()?,
        other => other,
    };
    let Expr::DynamicConstant(value, _) = pointer else {
        return None;
    };
    let name = value.clone().try_cast::<rhai::FnPtr>()?;
    file.functions
        .iter()
        .find(|f| f.is_closure() && f.name == name.fn_name())
}

/// Returns the kind of what a closure answers, whether that is a calculation, and where it stands.
fn answer(view: &View<'_>, closure: &Function) -> Option<(Kind, bool, span::Spot)> {
    let expr = match closure.body.last()? {
        Stmt::Expr(expr) => &**expr,
        _ => return None,
    };
    if let Expr::Stmt(_) = expr {
        return None;
    }
    let calculates =
        matches!(expr, Expr::FnCall(call, _) if call.op_token.as_ref().is_some_and(is_arithmetic));
    let value = view.value(closure, expr);
    let kind = if value.maybe { Kind::Any } else { value.kind };
    let spot = span::of(view.file, expr);
    (spot.at != Position::NONE).then_some((kind, calculates, spot))
}
