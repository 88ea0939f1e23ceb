//! Rules about loops that never end, and orders that loops repeat.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the interpreter's own enums are long and open"
)]

use std::collections::BTreeSet;

use rhai::{ASTFlags, ASTNode, Expr, FnCallExpr, Position, Stmt};

use crate::script::check::chain::{Chain, variable};
use crate::script::check::{Findings, View};

/// Orders that add up when they are repeated; those for a target do not.
const ADDING: [&str; 5] = [
    "bracket",
    "order",
    "order_percent",
    "order_value",
    "try_order",
];

/// `RBT142`: a loop without an end.
pub(super) fn endless_loops(view: &View<'_>, findings: &mut Findings) {
    for function in &view.file.functions {
        function.walk(|path| {
            let Some((body, at)) = endless(path.last()) else {
                return;
            };
            if !body.iter().any(leaves) {
                let message = "this loop never ends: nothing in it breaks, returns or throws";
                let hint = "give it an end: for i in 0..100 { … }, or if done { break; }";
                findings.error(view.file, "RBT142", at, message.to_owned(), hint.to_owned());
            }
        });
    }
}

/// Returns the body of a loop whose condition never fails.
fn endless<'a>(node: Option<&'a ASTNode<'a>>) -> Option<(&'a [Stmt], Position)> {
    let always = |expr: &Expr| matches!(expr, Expr::Unit(_) | Expr::BoolConstant(true, _));
    match node? {
        ASTNode::Stmt(Stmt::While(x, at)) if always(&x.expr) => Some((x.body.statements(), *at)),
        ASTNode::Stmt(Stmt::Do(x, flags, at)) => {
            let until = flags.contains(ASTFlags::NEGATED);
            let goes_on = matches!(x.expr, Expr::BoolConstant(value, _) if value != until);
            goes_on.then(|| (x.body.statements(), *at))
        }
        _ => None,
    }
}

/// Whether a statement may leave the loop that it stands in.
fn leaves(statement: &Stmt) -> bool {
    let mut leaves = false;
    statement.walk(&mut Vec::new(), &mut |path: &[ASTNode<'_>]| {
        let is_nested = || path[..path.len() - 1].iter().any(is_loop);
        leaves |= match path.last() {
            Some(ASTNode::Stmt(Stmt::Return(..))) => true,
            Some(ASTNode::Stmt(Stmt::BreakLoop(_, flags, _))) => {
                flags.contains(ASTFlags::BREAK) && !is_nested()
            }
            _ => false,
        };
        true
    });
    leaves
}

fn is_loop(node: &ASTNode<'_>) -> bool {
    matches!(
        node,
        ASTNode::Stmt(Stmt::While(..) | Stmt::Do(..) | Stmt::For(..))
    )
}

/// `RBT140`: the same order again with every turn of a loop, with no condition.
pub(super) fn repeated_orders(view: &View<'_>, findings: &mut Findings) {
    for function in &view.file.functions {
        function.walk(|path| {
            let call = match path.last() {
                Some(
                    ASTNode::Expr(Expr::FnCall(call, at)) | ASTNode::Stmt(Stmt::FnCall(call, at)),
                ) => (call, *at),
                _ => return,
            };
            let (call, at) = call;
            let name = call.name.as_str();
            if !ADDING.contains(&name) || view.file.function(name).is_some() {
                return;
            }
            let Some(place) = path.iter().rposition(is_loop) else {
                return;
            };
            let is_conditional = path[place..].iter().any(|node| {
                matches!(
                    node,
                    ASTNode::Stmt(Stmt::If(..) | Stmt::Switch(..))
                        | ASTNode::Expr(Expr::And(..) | Expr::Or(..) | Expr::Coalesce(..))
                )
            });
            let Some(changing) = (!is_conditional).then(|| turns(&path[place])).flatten() else {
                return;
            };
            if mentions(call, &changing) {
                return;
            }
            let message = format!("`{name}` sends the same order with every turn of the loop");
            let hint = "order once, after the loop, or under a condition";
            findings.warning(view.file, "RBT140", at, message, hint.to_owned());
        });
    }
}

/// Returns the names that change from turn to turn; `None` where the loop has a condition of its own.
fn turns(node: &ASTNode<'_>) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    let body = match node {
        ASTNode::Stmt(Stmt::For(x, _)) => {
            names.insert(x.0.name.to_string());
            names.extend(x.1.iter().map(|counter| counter.name.to_string()));
            x.2.body.statements()
        }
        other => endless(Some(other))?.0,
    };
    if body.iter().any(leaves) || body.iter().any(skips) {
        return None;
    }
    for statement in body {
        statement.walk(&mut Vec::new(), &mut |path: &[ASTNode<'_>]| {
            match path.last() {
                Some(ASTNode::Stmt(Stmt::Var(x, ..))) => {
                    names.insert(x.0.name.to_string());
                }
                Some(ASTNode::Stmt(Stmt::For(x, _))) => {
                    names.insert(x.0.name.to_string());
                }
                Some(ASTNode::Stmt(Stmt::Assignment(x))) => {
                    let chain = Chain::of(&x.1.lhs);
                    let root = chain.as_ref().map_or(&x.1.lhs, |chain| chain.root);
                    names.extend(variable(root).map(str::to_owned));
                }
                // A method may change what it is called on.
                Some(ASTNode::Stmt(Stmt::Expr(expr))) => {
                    let chain = Chain::of(expr);
                    names.extend(chain.and_then(|c| c.variable().map(str::to_owned)));
                }
                _ => {}
            }
            true
        });
    }
    Some(names)
}

/// Whether a statement may go on with the next turn.
fn skips(statement: &Stmt) -> bool {
    let mut skips = false;
    statement.walk(&mut Vec::new(), &mut |path: &[ASTNode<'_>]| {
        skips |= matches!(path.last(), Some(ASTNode::Stmt(Stmt::BreakLoop(..))));
        true
    });
    skips
}

fn mentions(call: &FnCallExpr, names: &BTreeSet<String>) -> bool {
    let mut found = false;
    for arg in &call.args {
        arg.walk(&mut Vec::new(), &mut |path: &[ASTNode<'_>]| {
            found |= match path.last() {
                Some(ASTNode::Expr(Expr::Variable(x, ..))) => names.contains(x.1.as_str()),
                // What a function gives may be another value with every call.
                Some(ASTNode::Expr(Expr::FnCall(call, _))) => call.op_token.is_none(),
                Some(ASTNode::Expr(Expr::MethodCall(..))) => true,
                _ => false,
            };
            true
        });
    }
    found
}
