//! Rules about calls: do they exist, do they take so many arguments, do they know the option.

use std::collections::BTreeSet;

use rhai::{ASTNode, Expr, FnCallExpr, Position, Stmt};

use crate::script::check::arguments::taken;
use crate::script::check::parsed::{Function, Parsed};
use crate::script::check::surface::signature;
use crate::script::check::{Findings, View};
use crate::script::convert::nearest;

/// How a function is called.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// `f(a)`.
    Plain,
    /// `x.f(a)`.
    Method,
}

/// Calls `look` for each call in a function, but for operators.
pub(super) fn each_call(function: &Function, mut look: impl FnMut(How, &FnCallExpr, Position)) {
    function.walk(|path| {
        let (how, call, at) = match path.last() {
            Some(ASTNode::Expr(Expr::FnCall(call, at)) | ASTNode::Stmt(Stmt::FnCall(call, at))) => {
                (How::Plain, call, *at)
            }
            Some(ASTNode::Expr(Expr::MethodCall(call, at))) => (How::Method, call, *at),
            _ => return,
        };
        if call.op_token.is_none() {
            look(how, call, at);
        }
    });
}

/// `RBT101`, and `RBT104` for modules.
pub(super) fn unknown_functions(view: &View<'_>, findings: &mut Findings) {
    let entries = entries_of_maps(view.file);
    for function in &view.file.functions {
        each_call(function, |how, call, at| {
            let name = call.name.as_str();
            if !call.namespace.is_empty() {
                unknown_in_module(view, function, call, at, findings);
                return;
            }
            let known = view.surface.knows(name)
                || view.file.function(name).is_some()
                || name.starts_with("anon$")
                || (how == How::Method && entries.contains(name));
            if known {
                return;
            }
            if how == How::Plain && function.locals().contains(name) {
                let hint = format!("write `{name}.call(…)`");
                let message = format!("`{name}` is a variable; what it holds is called otherwise");
                findings.error(view.file, "RBT101", at, message, hint);
                return;
            }
            let message = format!("unknown function `{name}`");
            findings.error(view.file, "RBT101", at, message, meant(view, name));
        });
    }
}

/// Says which function is meant by a name that none has.
fn meant(view: &View<'_>, name: &str) -> String {
    for (alias, path) in &view.file.imports {
        let form = view.all.get(path).and_then(|module| public(module, name));
        if let Some(form) = form {
            return format!("write `{alias}::{name}({})`", form.params.join(", "));
        }
    }
    let own: Vec<&Function> = view.file.named().collect();
    let names = own.iter().map(|f| f.name.as_str());
    let Some(near) = nearest(name, view.surface.names().chain(names)) else {
        return meant_in_modules(view, name);
    };
    match own.iter().find(|f| f.name == near) {
        Some(f) => format!("did you mean `{near}({})`?", f.params.join(", ")),
        None => format!("did you mean `{}`?{}", signature(near), taken(near)),
    }
}

/// Says which function of an imported module is meant.
fn meant_in_modules(view: &View<'_>, name: &str) -> String {
    let modules = view.file.imports.iter();
    let mut found = modules.filter_map(|(alias, path)| {
        let offered = view.all.get(path)?.named().filter(|f| !f.private);
        let near = nearest(name, offered.map(|f| f.name.as_str()))?;
        let params = public(view.all.get(path)?, near)?.params.join(", ");
        Some(format!("did you mean `{alias}::{near}({params})`?"))
    });
    found.next().unwrap_or_default()
}

fn unknown_in_module(
    view: &View<'_>,
    function: &Function,
    call: &FnCallExpr,
    at: Position,
    findings: &mut Findings,
) {
    let (Some(alias), 1) = (call.namespace.path.first(), call.namespace.path.len()) else {
        return;
    };
    let (alias, alias_at) = (alias.name.as_str(), alias.pos);
    let Some(path) = view.file.imports.get(alias) else {
        // An import inside a function is not followed.
        if !function.locals().contains(alias) {
            let imported = view.file.imports.keys().map(String::as_str);
            let hint = nearest(alias, imported).map_or_else(
                || format!("write import \"…\" as {alias}; at the top of the script"),
                |near| format!("did you mean `{near}`?"),
            );
            let message = format!("nothing is imported as `{alias}`");
            findings.error(view.file, "RBT104", alias_at, message, hint);
        }
        return;
    };
    let Some(module) = view.all.get(path) else {
        return;
    };
    if public(module, &call.name).is_some() {
        return;
    }
    let offered: Vec<&str> = module
        .named()
        .filter(|f| !f.private)
        .map(|f| f.name.as_str())
        .collect();
    let hint = nearest(&call.name, offered.iter().copied()).map_or_else(
        || format!("it has {}", offered.join(", ")),
        |near| {
            let params = public(module, near)
                .map(|f| f.params.join(", "))
                .unwrap_or_default();
            format!("did you mean `{alias}::{near}({params})`?")
        },
    );
    let message = format!("the module `{path}` has no function `{}`", call.name);
    findings.error(view.file, "RBT101", at, message, hint);
}

fn public<'a>(module: &'a Parsed, name: &str) -> Option<&'a Function> {
    module.named().find(|f| !f.private && f.name == name)
}

/// Names under which maps of the file keep something: it may be a function.
pub(super) fn entries_of_maps(file: &Parsed) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for function in &file.functions {
        function.walk(|path| match path.last() {
            Some(ASTNode::Expr(Expr::Map(x, _))) => {
                names.extend(x.0.iter().map(|(name, _)| name.name.to_string()));
            }
            Some(ASTNode::Expr(Expr::Property(x, _))) => {
                names.insert(x.2.to_string());
            }
            _ => {}
        });
    }
    names
}

/// `RBT102`.
pub(super) fn wrong_numbers_of_arguments(view: &View<'_>, findings: &mut Findings) {
    for function in &view.file.functions {
        each_call(function, |how, call, at| {
            let given = call.args.len();
            if !call.namespace.is_empty() {
                wrong_in_module(view, call, at, findings);
                return;
            }
            let name = call.name.as_str();
            let own: Vec<&Function> = view.file.named().filter(|f| f.name == name).collect();
            let natives = view.surface.arities(name);
            if natives.is_none() && own.is_empty() {
                return;
            }
            let receiver = usize::from(how == How::Method);
            let fits = natives.is_some_and(|takes| takes.contains(&(given + receiver)))
                || own.iter().any(|f| f.params.len() == given);
            if fits
                || (how == How::Method
                    && own.is_empty()
                    && entries_of_maps(view.file).contains(name))
            {
                return;
            }
            let hint = match own.first() {
                Some(f) => format!("it is {name}({})", f.params.join(", ")),
                None => form(view, name),
            };
            let message = format!("`{name}` does not take {}", arguments(given));
            findings.error(view.file, "RBT102", at, message, hint);
        });
    }
}

fn wrong_in_module(view: &View<'_>, call: &FnCallExpr, at: Position, findings: &mut Findings) {
    let alias = call.namespace.path.first().map(|part| part.name.as_str());
    let module = alias
        .and_then(|alias| view.file.imports.get(alias))
        .and_then(|path| view.all.get(path));
    let Some(module) = module.filter(|_| call.namespace.path.len() == 1) else {
        return;
    };
    let forms: Vec<&Function> = module
        .named()
        .filter(|f| !f.private && f.name == call.name.as_str())
        .collect();
    let Some(form) = forms.first() else { return };
    if forms.iter().any(|f| f.params.len() == call.args.len()) {
        return;
    }
    let name = format!("{}::{}", alias.unwrap_or_default(), call.name);
    let message = format!("`{name}` does not take {}", arguments(call.args.len()));
    let hint = format!("it is {name}({})", form.params.join(", "));
    findings.error(view.file, "RBT102", at, message, hint);
}

/// Says how a function is called, from its documentation or else from what is registered.
fn form(view: &View<'_>, name: &str) -> String {
    if name == "range" {
        return "for the numbers below n write 0..n".to_owned();
    }
    let documented = signature(name);
    if documented != name {
        return format!("it is {documented}");
    }
    let takes: Vec<String> = view
        .surface
        .arities(name)
        .into_iter()
        .flatten()
        .map(ToString::to_string)
        .collect();
    format!(
        "it takes {}, a method's own value included",
        takes.join(" or ")
    )
}

fn arguments(count: usize) -> String {
    match count {
        0 => "no arguments".to_owned(),
        1 => "1 argument".to_owned(),
        n => format!("{n} arguments"),
    }
}
