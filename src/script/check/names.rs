//! Rules about names: of functions, of variables, of modules.

use std::collections::BTreeSet;

use rhai::{ASTNode, Expr, Stmt};

use crate::script::api::docs;
use crate::script::check::surface::signature;
use crate::script::check::{Findings, View};
use crate::script::convert::nearest;
use crate::script::error::{UNSEEN, foreign_word};
use crate::script::modules::refusal;

/// `RBT104`, and `RBT110` for variables of the top level, which functions do not see.
pub(super) fn unknown_variables(view: &View<'_>, findings: &mut Findings) {
    let file = view.file;
    let functions: BTreeSet<&str> = file.named().map(|f| f.name.as_str()).collect();
    for function in &file.functions {
        let locals = function.locals();
        let top = function.name.is_empty();
        let mut reported = BTreeSet::new();
        function.walk(|path| {
            let Some(ASTNode::Expr(Expr::Variable(x, _, at))) = path.last() else {
                return;
            };
            let name = x.1.as_str();
            let known = !x.2.is_empty()
                || locals.contains(name)
                || file.constants.contains(name)
                || functions.contains(name)
                || (top && file.top_level.contains(name))
                // `f(x)` on the name of a function of the host makes a pointer to it.
                || view.surface.knows(name);
            if known || !reported.insert(name.to_owned()) {
                return;
            }
            if file.top_level.contains(name) {
                let message = format!("`{name}` is a variable of the top level, which functions do not see and which keeps nothing between calls");
                let hint = format!("keep it in the context: context.{name}; or make it a const");
                findings.error(file, "RBT110", *at, message, hint);
                return;
            }
            let candidates = locals.iter().chain(&file.constants).map(String::as_str).chain(functions.iter().copied());
            let hint = foreign_word(name)
                .map(str::to_owned)
                .or_else(|| nearest(name, candidates).map(|near| format!("did you mean `{near}`?")))
                .unwrap_or_else(|| UNSEEN.to_owned());
            findings.error(file, "RBT104", *at, format!("unknown variable `{name}`"), hint);
        });
    }
}

/// `RBT104` for imports.
pub(super) fn unknown_modules(view: &View<'_>, findings: &mut Findings) {
    for function in &view.file.functions {
        function.walk(|path| {
            let Some(ASTNode::Stmt(Stmt::Import(x, _))) = path.last() else {
                return;
            };
            let Expr::StringConstant(path, at) = &x.0 else {
                return;
            };
            if view.all.contains_key(path.as_str())
                || !view.file.imports.values().any(|p| p == path.as_str())
            {
                return;
            }
            if view.broken.contains(path.as_str()) {
                return;
            }
            let (message, hint) = refusal(path);
            findings.error(view.file, "RBT104", *at, message, hint);
        });
    }
}

/// `RBT109`: such a function would silently take the place of the API's.
pub(super) fn functions_like_the_api(view: &View<'_>, findings: &mut Findings) {
    for function in view.file.named() {
        let name = function.name.as_str();
        let Some(takes) = view.surface.arities(name) else {
            continue;
        };
        let count = function.params.len();
        let is_documented = docs::find(name).iter().any(|doc| doc.receiver.is_empty());
        // A method's receiver is `this` to a script's function.
        let hides = takes.contains(&count) || takes.contains(&(count + 1));
        if !is_documented && !hides {
            continue;
        }
        let message = format!(
            "the function `{name}` takes the name of the API's `{}`",
            signature(name)
        );
        let hint = "choose another name: calls meant for the API would reach this one".to_owned();
        findings.error(view.file, "RBT109", view.file.place_of(name), message, hint);
    }
}
