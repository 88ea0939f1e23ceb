//! Rules about what a script keeps, and where it thinks that it keeps it.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the interpreter's own enums are long and open"
)]

use std::collections::BTreeMap;

use rhai::{ASTNode, Expr, FnCallExpr, Position, Stmt};

use crate::script::check::calls::each_call;
use crate::script::check::chain::{Chain, Step, each_chain, variable};
use crate::script::check::infer::field_of;
use crate::script::check::kind::Kind;
use crate::script::check::parsed::Function;
use crate::script::check::span;
use crate::script::check::{Findings, View};

/// `RBT111`: what cannot be saved put into the context.
pub(super) fn functions_in_context(view: &View<'_>, findings: &mut Findings) {
    for function in &view.file.functions {
        function.walk(|path| {
            let Some(ASTNode::Stmt(Stmt::Assignment(x))) = path.last() else {
                return;
            };
            let is_context = |root: &Expr| view.value(function, root).kind == Kind::CONTEXT;
            let inside = Chain::of(&x.1.lhs).filter(|chain| is_context(chain.root));
            if inside.is_some() && holds_function(view, function, &x.1.rhs) {
                let name = field_of(&x.1.lhs).map_or_else(
                    || "the context".to_owned(),
                    |(_, name)| format!("context.{name}"),
                );
                report(view, &name, &x.1.lhs, findings);
            }
        });
        each_chain(function, |chain, expr| {
            let [before @ .., last] = &chain.links[..] else {
                return;
            };
            let Step::Method(call, _) = last.step else {
                return;
            };
            let keeps = ["push", "insert", "set"].contains(&call.name.as_str());
            let is_context = view.value(function, chain.root).kind == Kind::CONTEXT;
            let Some(Step::Field(name, _)) = before.first().map(|link| link.step) else {
                return;
            };
            let holds = || {
                call.args
                    .iter()
                    .any(|arg| holds_function(view, function, arg))
            };
            if keeps && is_context && holds() {
                report(view, &format!("context.{name}"), expr, findings);
            }
        });
    }
}

fn report(view: &View<'_>, name: &str, at: &Expr, findings: &mut Findings) {
    let message = format!("{name} would keep a function, which cannot be saved");
    let hint =
        "write a function of the script and call it by name; keep in the context what it needs";
    let at = span::of(view.file, at);
    findings.error(view.file, "RBT111", at, message, hint.to_owned());
}

/// Whether a value is a function, or an array or map with one inside.
fn holds_function(view: &View<'_>, function: &Function, expr: &Expr) -> bool {
    match expr {
        Expr::Array(items, _) => items
            .iter()
            .any(|item| holds_function(view, function, item)),
        Expr::Map(x, _) => {
            x.0.iter()
                .any(|(_, item)| holds_function(view, function, item))
        }
        _ => view.value(function, expr).sure() == Some(Kind::Function),
    }
}

/// Methods that change an array or a map.
const CHANGING: [&str; 16] = [
    "append",
    "clear",
    "drain",
    "fill_with",
    "insert",
    "mixin",
    "pop",
    "push",
    "remove",
    "retain",
    "reverse",
    "set",
    "shift",
    "sort",
    "splice",
    "truncate",
];

/// What happens to a parameter.
#[derive(Default)]
struct Uses {
    /// Where it is first changed inside, and whether by what only arrays and maps have.
    changed: Option<(Position, bool)>,
    /// Whether a change stands in a loop.
    in_loop: bool,
    /// Where it is last read.
    read: Option<Position>,
}

/// `RBT112`: a parameter that is changed inside and then forgotten: the caller keeps the old one.
pub(super) fn changed_parameters(view: &View<'_>, findings: &mut Findings) {
    for function in view.file.named() {
        for (place, param) in function.params.iter().enumerate() {
            let kind = function
                .kinds
                .get(param)
                .map_or(Kind::Any, |value| value.kind);
            if matches!(kind, Kind::Host(_)) || param.starts_with('_') {
                continue;
            }
            let uses = uses(function, param);
            let Some((at, surely)) = uses.changed else {
                continue;
            };
            let is_read = uses
                .read
                .is_some_and(|read| uses.in_loop || after(read, at));
            if is_read || !(surely || gets_a_copy(view, function, place)) {
                continue;
            }
            let message = format!(
                "`{param}` is changed here, but the caller does not see it: a function gets a copy"
            );
            let hint = format!(
                "return it: end the function with {param}, and write {param} = {}(…)",
                function.name
            );
            findings.error(view.file, "RBT112", at, message, hint);
        }
    }
}

fn after(one: Position, other: Position) -> bool {
    (one.line(), one.position()) > (other.line(), other.position())
}

fn uses(function: &Function, param: &str) -> Uses {
    let mut uses = Uses::default();
    let mut roots: Vec<Position> = Vec::new();
    let mut change = |at: Position, surely: bool, path: &[ASTNode<'_>], uses: &mut Uses| {
        roots.push(at);
        let known = uses.changed.get_or_insert((at, surely));
        known.1 |= surely;
        uses.in_loop |= path.iter().any(|node| {
            matches!(
                node,
                ASTNode::Stmt(Stmt::While(..) | Stmt::For(..) | Stmt::Do(..))
            )
        });
    };
    function.walk(|path| {
        let target = match path.last() {
            Some(ASTNode::Stmt(Stmt::Assignment(x))) => Some((&x.1.lhs, false)),
            Some(ASTNode::Stmt(Stmt::Expr(expr))) => Some((&**expr, true)),
            _ => None,
        };
        let Some((target, is_call)) = target else {
            return;
        };
        let Some(chain) = Chain::of(target).filter(|chain| chain.variable() == Some(param)) else {
            return;
        };
        let at = chain.root.position();
        match chain.links.last().map(|link| link.step) {
            Some(Step::Method(call, _)) if is_call && changes(call) => {
                change(at, chain.links.len() == 1, path, &mut uses);
            }
            Some(Step::Field(..) | Step::Index(_)) if !is_call => {
                change(at, false, path, &mut uses);
            }
            _ => {}
        }
    });
    function.walk(|path| {
        if let Some(ASTNode::Expr(expr)) = path.last()
            && variable(expr) == Some(param)
            && !roots.contains(&expr.position())
            && uses.read.is_none_or(|read| after(expr.position(), read))
        {
            uses.read = Some(expr.position());
        }
    });
    uses
}

fn changes(call: &FnCallExpr) -> bool {
    CHANGING.contains(&call.name.as_str())
}

/// Whether all calls of a function in its file hand over an array or a map.
fn gets_a_copy(view: &View<'_>, function: &Function, place: usize) -> bool {
    let mut kinds: BTreeMap<bool, usize> = BTreeMap::new();
    for caller in &view.file.functions {
        each_call(caller, |_, call, _| {
            if call.name == function.name && call.args.len() == function.params.len() {
                let kind = view.value(caller, &call.args[place]).sure();
                let is_copy = kind.is_some_and(|kind| kind == Kind::Map || kind.is_array());
                *kinds.entry(is_copy).or_default() += 1;
            }
        });
    }
    kinds.contains_key(&true) && !kinds.contains_key(&false)
}
