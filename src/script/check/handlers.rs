//! Rules about handlers: the functions that the engine calls.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the interpreter's own enums are long and open"
)]

use std::collections::BTreeSet;

use rhai::{ASTNode, Expr, FnCallExpr, Position, Stmt};

use crate::script::check::chain::{Chain, Step};
use crate::script::check::foreign::HANDLERS_ELSEWHERE;
use crate::script::check::kind::{Kind, Value};
use crate::script::check::parsed::{Function, Parsed, Role, position};
use crate::script::check::{Findings, View};
use crate::script::convert::nearest;
use crate::script::host::{HANDLERS, handler_params};

pub(super) fn is_handler(name: &str) -> bool {
    HANDLERS.iter().any(|(handler, _)| *handler == name)
}

/// What a parameter of a function is: surely for handlers and scheduled functions; elsewhere by the
/// name that everybody gives it.
pub(super) fn kind_of_parameter(file: &Parsed, function: &Function, at: usize) -> Value {
    let name = function.params[at].as_str();
    let is_called_by_engine = file.role == Role::Script
        && (is_handler(&function.name) || file.scheduled.contains(&function.name));
    let kind = match (is_called_by_engine, at) {
        (true, 0) => Kind::CONTEXT,
        (true, 1) => match function.name.as_str() {
            "on_order_fill" | "on_order_cancel" | "on_order_reject" => Kind::Host("Order"),
            "on_broker_message" | "on_reload" | "analyze" => Kind::Any,
            _ => Kind::DATA,
        },
        (true, 2) => match function.name.as_str() {
            "on_order_fill" => Kind::Host("Fill"),
            "on_order_cancel" | "on_order_reject" => Kind::Text,
            _ => Kind::Any,
        },
        _ if name == "context" || name == "ctx" => Kind::CONTEXT,
        _ if name == "data" && asks_for_prices(function) => Kind::DATA,
        _ => Kind::Any,
    };
    kind.into()
}

/// Whether a function asks `data` for what only market data has.
fn asks_for_prices(function: &Function) -> bool {
    let mut asks = false;
    function.walk(|path| {
        if let Some(ASTNode::Expr(expr)) = path.last()
            && let Some(chain) = Chain::of(expr)
            && chain.variable() == Some("data")
            && let Some(Step::Method(call, _)) = chain.links.first().map(|link| link.step)
        {
            asks |= ["current", "history", "can_trade"].contains(&call.name.as_str());
        }
    });
    asks
}

/// `RBT106` for names that are nearly right.
pub(super) fn misspelt(view: &View<'_>, findings: &mut Findings) {
    if view.file.role == Role::Module {
        return;
    }
    let used = names_used(view.file);
    for function in view.file.named() {
        let name = function.name.as_str();
        if is_handler(name) || used.contains(name) {
            continue;
        }
        let Some(meant) = meant_by(name) else {
            continue;
        };
        let params = handler_params(meant);
        let message = format!("nothing calls `{name}`; the engine's handler is `{meant}`");
        let hint = format!("write fn {meant}({params})");
        findings.error(view.file, "RBT106", view.file.place_of(name), message, hint);
    }
}

pub(super) fn meant_by(name: &str) -> Option<&'static str> {
    if let Some((_, meant)) = HANDLERS_ELSEWHERE.iter().find(|(other, _)| *other == name) {
        return Some(meant);
    }
    let plain = |name: &str| name.replace('_', "").to_lowercase();
    let handlers = || HANDLERS.iter().map(|(handler, _)| *handler);
    handlers()
        .find(|handler| plain(handler) == plain(name))
        .or_else(|| {
            nearest(name, handlers()).filter(|near| strsim::damerau_levenshtein(name, near) <= 2)
        })
}

/// Names that are called or handed on anywhere in a file.
fn names_used(file: &Parsed) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for function in &file.functions {
        function.walk(|path| match path.last() {
            Some(
                ASTNode::Expr(Expr::FnCall(call, _) | Expr::MethodCall(call, _))
                | ASTNode::Stmt(Stmt::FnCall(call, _)),
            ) => {
                names.insert(call.name.to_string());
            }
            Some(ASTNode::Expr(Expr::Variable(x, ..))) => {
                names.insert(x.1.to_string());
            }
            _ => {}
        });
    }
    names
}

/// `RBT106` for parameters.
pub(super) fn wrong_parameters(view: &View<'_>, findings: &mut Findings) {
    if view.file.role == Role::Module {
        return;
    }
    for (name, needed) in HANDLERS {
        let Some(function) = view.file.function(name) else {
            continue;
        };
        let given = function.params.len();
        if given == needed {
            continue;
        }
        let params = handler_params(name);
        let plural = if given == 1 { "" } else { "s" };
        let message = format!("{name} has {given} parameter{plural}, needs {needed}: {params}");
        let hint = format!("write fn {name}({params})");
        findings.error(view.file, "RBT106", view.file.place_of(name), message, hint);
    }
}

/// `RBT107`.
pub(super) fn none_at_all(view: &View<'_>, findings: &mut Findings) {
    let file = view.file;
    if file.role == Role::Module || file.function("handle_data").is_some() {
        return;
    }
    let wakes = view.all.values().any(|file| {
        let used = names_used(file);
        used.contains("schedule") || used.contains("on_cross")
    });
    let is_test = file.named().any(|f| f.name.starts_with("test_"));
    // A handler that is nearly right is reported as such.
    let is_near = file
        .named()
        .any(|f| !is_handler(&f.name) && meant_by(&f.name) == Some("handle_data"));
    if wakes || is_test || is_near || !file.scheduled.is_empty() {
        return;
    }
    let message =
        "nothing would ever run: the script has neither handle_data nor a scheduled function";
    let hint = "write fn handle_data(context, data), or schedule(…) a function in initialize";
    findings.error(
        file,
        "RBT107",
        position(1, 1),
        message.to_owned(),
        hint.to_owned(),
    );
}

/// `RBT108`.
pub(super) fn unknown_scheduled(view: &View<'_>, findings: &mut Findings) {
    let file = view.file;
    for function in &file.functions {
        let locals = function.locals();
        function.walk(|path| {
            let Some(ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _))) =
                path.last()
            else {
                return;
            };
            let Some((given, at)) = scheduled(call) else {
                return;
            };
            if locals.contains(given) || file.constants.contains(given) {
                return;
            }
            match file.function(given) {
                Some(f) if f.params.len() == 2 => {}
                Some(f) => {
                    let count = f.params.len();
                    let plural = if count == 1 { "" } else { "s" };
                    let message =
                        format!("`{given}` has {count} parameter{plural}, needs 2: context, data");
                    let hint = format!("write fn {given}(context, data)");
                    findings.error(file, "RBT108", at, message, hint);
                }
                None => {
                    let own = file.named().map(|f| f.name.as_str());
                    let hint = nearest(given, own).map_or_else(
                        || format!("write fn {given}(context, data)"),
                        |near| format!("did you mean `{near}`?"),
                    );
                    let message = format!("the script has no function `{given}(context, data)`");
                    findings.error(file, "RBT108", at, message, hint);
                }
            }
        });
    }
}

/// Returns the name of the function that a call hands to the engine, and where it stands.
pub(super) fn scheduled(call: &FnCallExpr) -> Option<(&str, Position)> {
    if !call.namespace.is_empty() {
        return None;
    }
    let place = match call.name.as_str() {
        "schedule" => 0,
        "on_cross" => 2,
        _ => return None,
    };
    match call.args.get(place)? {
        Expr::Variable(x, _, at) if x.2.is_empty() => Some((x.1.as_str(), *at)),
        _ => None,
    }
}
