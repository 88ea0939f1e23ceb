//! Rules about fields: of the context, and of what the API gives.

use std::collections::BTreeSet;

use rhai::{ASTNode, Expr, Position, Stmt};

use crate::script::check::chain::{Chain, Step, each_chain};
use crate::script::check::foreign;
use crate::script::check::kind::Kind;
use crate::script::check::parsed::{Function, Parsed};
use crate::script::check::{Findings, View};
use crate::script::convert::nearest;

/// `RBT104` for fields; names of other systems are `RBT160`.
pub(super) fn unknown_fields(view: &View<'_>, findings: &mut Findings) {
    let all_set = sets_by_calculated_name(view);
    for function in &view.file.functions {
        let assigned = assigned(function);
        each_chain(function, |chain, expr| {
            for (place, link) in chain.links.iter().enumerate() {
                let (name, at) = match link.step {
                    Step::Field(name, at) => (name, at),
                    Step::Index(Expr::StringConstant(name, at)) => (name.as_str(), *at),
                    Step::Index(_) | Step::Method(..) => continue,
                };
                let is_index = matches!(link.step, Step::Index(_));
                let of = view.kinds.along(view.file, function, chain, place);
                let is_written = place + 1 == chain.links.len() && assigned.contains(&key(expr));
                if of.kind == Kind::CONTEXT {
                    if !is_written && !all_set {
                        unset(view, name, at, findings);
                    }
                } else if let Kind::Host(type_name) = of.kind
                    && !is_index
                {
                    no_such(view, of.kind, type_name, name, at, findings);
                }
            }
        });
    }
}

/// Where an expression stands, to tell it from others.
fn key(expr: &Expr) -> (Option<usize>, Option<usize>) {
    let at = expr.start_position();
    (at.line(), at.position())
}

/// Returns where chains begin that are assigned to.
fn assigned(function: &Function) -> BTreeSet<(Option<usize>, Option<usize>)> {
    let mut places = BTreeSet::new();
    function.walk(|path| {
        if let Some(ASTNode::Stmt(Stmt::Assignment(x))) = path.last()
            && !x.0.is_op_assignment()
        {
            places.insert(key(&x.1.lhs));
        }
    });
    places
}

/// Whether any file sets fields of something by a calculated name: then any may be set.
fn sets_by_calculated_name(view: &View<'_>) -> bool {
    let sets = |file: &Parsed| {
        let mut sets = false;
        for function in &file.functions {
            function.walk(|path| {
                if let Some(ASTNode::Stmt(Stmt::Assignment(x))) = path.last()
                    && let Some(chain) = Chain::of(&x.1.lhs)
                    && let [link] = &chain.links[..]
                    && let Step::Index(index) = link.step
                    && !matches!(index, Expr::StringConstant(..))
                {
                    let kind = view.kinds.of(file, function, chain.root).kind;
                    sets |= kind == Kind::CONTEXT;
                }
            });
        }
        sets
    };
    view.all.values().any(sets) || !view.broken.is_empty()
}

fn unset(view: &View<'_>, name: &str, at: Position, findings: &mut Findings) {
    let known = view.surface.field(Kind::CONTEXT, name).is_some()
        || view.kinds.fields_set().any(|field| field == name);
    if known || view.surface.knows(name) && view.surface.methods(Kind::CONTEXT).any(|m| m == name) {
        return;
    }
    let set = || view.kinds.fields_set();
    let builtin = view.surface.fields(Kind::CONTEXT);
    let hint = nearest(name, set().chain(builtin)).map_or_else(
        || {
            let fields: Vec<&str> = set().collect();
            if fields.is_empty() {
                format!("set it in initialize: context.{name} = …")
            } else {
                format!(
                    "set it in initialize; the script sets {}",
                    fields.join(", ")
                )
            }
        },
        |near| format!("did you mean `context.{near}`?"),
    );
    let message = format!("nothing ever sets `context.{name}`");
    findings.error(view.file, "RBT104", at, message, hint);
}

fn no_such(
    view: &View<'_>,
    kind: Kind,
    type_name: &str,
    name: &str,
    at: Position,
    findings: &mut Findings,
) {
    if view.surface.field(kind, name).is_some() {
        return;
    }
    let message = format!("{type_name} has no field `{name}`");
    if let Some(ours) = foreign::field(kind, name) {
        findings.error(view.file, "RBT160", at, message, format!("write {ours}"));
        return;
    }
    let is_method = view.surface.methods(kind).any(|method| method == name);
    let hint = if is_method {
        format!("it is a method: write {name}(…)")
    } else if kind == Kind::DATA {
        format!(
            "write data.current(asset, \"{name}\"), or data.history(asset, \"{name}\", 20, \"1d\")"
        )
    } else {
        let fields = || view.surface.fields(kind);
        nearest(name, fields()).map_or_else(
            || format!("it has {}", fields().collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean `{near}`?"),
        )
    };
    findings.error(view.file, "RBT104", at, message, hint);
}
