//! Rules about what is declared and never used.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the interpreter's own enums are long and open"
)]

use std::collections::BTreeSet;

use rhai::{ASTFlags, ASTNode, Expr, Stmt};

use crate::script::check::chain::{Chain, Step, each_chain};
use crate::script::check::handlers::{is_handler, meant_by};
use crate::script::check::kind::Kind;
use crate::script::check::parsed::{Function, Parsed, Role};
use crate::script::check::{Findings, View};

/// Names that a file reads, calls or hands on, at all places.
struct Used {
    variables: BTreeSet<String>,
    calls: BTreeSet<String>,
    modules: BTreeSet<String>,
    /// Strings: `Fn("name")` calls by them.
    texts: BTreeSet<String>,
}

/// `RBT105`.
pub(super) fn unused(view: &View<'_>, findings: &mut Findings) {
    let file = view.file;
    let mut used = Used {
        variables: BTreeSet::new(),
        calls: BTreeSet::new(),
        modules: BTreeSet::new(),
        texts: BTreeSet::new(),
    };
    for function in &file.functions {
        collect(function, &mut used);
    }
    for function in &file.functions {
        variables(view, function, &used, findings);
    }
    if file.role == Role::Script {
        functions(file, &used, findings);
    }
}

fn collect(function: &Function, used: &mut Used) {
    function.walk(|path| match path.last() {
        Some(ASTNode::Expr(Expr::Variable(x, ..))) => {
            used.modules
                .extend(x.2.path.iter().map(|part| part.name.to_string()));
            if !is_target(path) {
                used.variables.insert(x.1.to_string());
            }
        }
        Some(
            ASTNode::Expr(Expr::FnCall(call, _) | Expr::MethodCall(call, _))
            | ASTNode::Stmt(Stmt::FnCall(call, _)),
        ) => {
            used.modules
                .extend(call.namespace.path.iter().map(|part| part.name.to_string()));
            // A function that calls itself is not used by that.
            if call.name != function.name {
                used.calls.insert(call.name.to_string());
            }
        }
        Some(ASTNode::Expr(Expr::StringConstant(text, _))) => {
            used.texts.insert(text.to_string());
        }
        Some(ASTNode::Stmt(Stmt::Export(x, _))) => {
            used.variables.insert(x.0.name.to_string());
        }
        _ => {}
    });
}

/// Whether the last node is what an assignment sets, and nothing else.
fn is_target(path: &[ASTNode<'_>]) -> bool {
    let [.., ASTNode::Stmt(Stmt::Assignment(x)), ASTNode::Expr(this)] = path else {
        return false;
    };
    std::ptr::eq(&raw const x.1.lhs, *this)
}

/// Whether a file reads `context.params`, through which every parameter is used.
fn reads_params(view: &View<'_>) -> bool {
    let mut reads = false;
    for function in &view.file.functions {
        each_chain(function, |chain: &Chain<'_>, _| {
            let first = chain.links.first().map(|link| link.step);
            let is_params = matches!(first, Some(Step::Field("params", _)));
            reads |= is_params && view.value(function, chain.root).kind == Kind::CONTEXT;
        });
    }
    reads
}

fn variables(view: &View<'_>, function: &Function, used: &Used, findings: &mut Findings) {
    let file = view.file;
    let is_top = function.name.is_empty();
    let mut own = Used {
        variables: BTreeSet::new(),
        calls: BTreeSet::new(),
        modules: BTreeSet::new(),
        texts: BTreeSet::new(),
    };
    collect(function, &mut own);
    function.walk(|path| {
        let Some(ASTNode::Stmt(stmt)) = path.last() else {
            return;
        };
        match stmt {
            Stmt::Var(x, flags, _) => {
                let name = x.0.name.as_str();
                let (is_read, what) = if is_top && path.len() == 1 {
                    let is_constant = flags.contains(ASTFlags::CONSTANT);
                    // A module's constants may be meant for others.
                    let open = file.role == Role::Module || flags.contains(ASTFlags::EXPORTED);
                    let by_params = matches!(&x.1, Expr::FnCall(call, _) if call.name == "param")
                        && reads_params(view);
                    let what = if is_constant { "constant" } else { "variable" };
                    (open || by_params || used.variables.contains(name), what)
                } else {
                    (own.variables.contains(name), "variable")
                };
                if is_read || name.starts_with('_') {
                    return;
                }
                let message = format!("the {what} `{name}` is never read");
                let hint = format!("leave it out, or write _{name} if that is meant");
                findings.warning(file, "RBT105", x.0.pos, message, hint);
            }
            Stmt::Import(x, _) => {
                let name = x.1.name.as_str();
                let modules = if is_top { &used.modules } else { &own.modules };
                // What is not there is reported as such.
                let is_there = file
                    .imports
                    .get(name)
                    .is_none_or(|path| view.all.contains_key(path));
                if modules.contains(name) || name.starts_with('_') || x.1.pos.is_none() || !is_there
                {
                    return;
                }
                let message = format!("nothing of the module `{name}` is used");
                let hint = "leave the import out".to_owned();
                findings.warning(file, "RBT105", x.1.pos, message, hint);
            }
            _ => {}
        }
    });
}

/// Functions of a strategy that nothing calls.
fn functions(file: &Parsed, used: &Used, findings: &mut Findings) {
    for function in file.named() {
        let name = function.name.as_str();
        let is_entry = is_handler(name)
            || name.starts_with("test_")
            || name.starts_with('_')
            || file.scheduled.contains(name);
        let is_used =
            used.calls.contains(name) || used.variables.contains(name) || used.texts.contains(name);
        // Handlers that are nearly right are reported as such.
        if is_entry || is_used || meant_by(name).is_some() {
            continue;
        }
        let message = format!("nothing calls the function `{name}`");
        let hint = format!("leave it out, or write _{name} if that is meant");
        findings.warning(file, "RBT105", file.place_of(name), message, hint);
    }
}
