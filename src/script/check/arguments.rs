//! Rules about the kinds of arguments: `order("AAPL", "many")`.
//!
//! What a function takes is known from its registration; where that says "anything", from the names
//! that its documentation gives to parameters.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the interpreter's own enums are long and open"
)]

use rhai::{Expr, FnCallExpr, Position};

use crate::core::indicator::spec;
use crate::script::api::docs::{self, Doc};
use crate::script::check::calls::{How, each_call, entries_of_maps};
use crate::script::check::chain::{Step, each_chain};
use crate::script::check::infer::{fits, suits};
use crate::script::check::kind::{Kind, Value};
use crate::script::check::span;
use crate::script::check::surface::{Form, Surface, signature};
use crate::script::check::{Findings, View};
use crate::script::convert::nearest;

/// What a parameter of a name takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Number,
    Asset,
    Assets,
    Text,
}

impl Takes {
    const fn words(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Asset => "an asset or its symbol",
            Self::Assets => "an array of assets",
            Self::Text => "a string",
        }
    }

    fn suits(self, kind: Kind) -> bool {
        match self {
            Self::Number => kind.is_number(),
            Self::Asset => matches!(kind, Kind::Text | Kind::Host("Asset")),
            Self::Assets => kind.is_array(),
            Self::Text => kind == Kind::Text,
        }
    }
}

/// What the documentation's names of parameters stand for.
const NAMES: [(&str, Takes); 24] = [
    ("amount", Takes::Number),
    ("asset", Takes::Asset),
    ("assets", Takes::Assets),
    ("bps", Takes::Number),
    ("cost", Takes::Number),
    ("count", Takes::Number),
    ("expiry", Takes::Text),
    ("field", Takes::Text),
    ("fraction", Takes::Number),
    ("frequency", Takes::Text),
    ("impact", Takes::Number),
    ("interval", Takes::Text),
    ("limit", Takes::Number),
    ("maker", Takes::Number),
    ("minimum", Takes::Number),
    ("money", Takes::Number),
    ("n", Takes::Number),
    ("offset", Takes::Text),
    ("q", Takes::Number),
    ("rate", Takes::Number),
    ("strike", Takes::Number),
    ("taker", Takes::Number),
    ("x", Takes::Number),
    ("zone", Takes::Text),
];

/// Says in words what a function takes, for a hint; empty where nothing is known.
pub(super) fn taken(name: &str) -> String {
    let Some(doc) = docs::find(name).into_iter().find(|doc| !doc.is_field) else {
        return String::new();
    };
    let words: Vec<String> = parameters(doc)
        .iter()
        .filter_map(|param| Some(format!("{param} is {}", takes(doc.name, param)?.words())))
        .collect();
    if words.is_empty() {
        return String::new();
    }
    format!(" {}", words.join(", "))
}

fn takes(function: &str, param: &str) -> Option<Takes> {
    // What follows the asset are the indicator's own parameters, and the frequency is the last.
    if function == "indicator" && param == "frequency" {
        return None;
    }
    // () stands for every asset there.
    if param == "asset" && function.starts_with("set_max_") {
        return None;
    }
    let known = NAMES.iter().find(|(name, _)| *name == param);
    known.map(|(_, takes)| *takes).or_else(|| {
        let plain = function.strip_suffix("_series").unwrap_or(function);
        let spec = spec(function).or_else(|| spec(plain))?;
        let is_its = spec.params.iter().any(|p| p.name == param);
        is_its.then_some(Takes::Number)
    })
}

/// Returns the names of the parameters in a signature such as `order(asset, amount [, options])`.
fn parameters(doc: &Doc) -> Vec<String> {
    let text = doc.signature.as_ref();
    let (Some(from), Some(to)) = (text.find('('), text.rfind(')')) else {
        return Vec::new();
    };
    let mut names = vec![String::new()];
    let mut depth = 0_usize;
    for c in text[from + 1..to].chars() {
        match c {
            '{' | '(' => depth += 1,
            '}' | ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => names.push(String::new()),
            '[' | ']' if depth == 0 => {}
            _ => {
                if let Some(name) = names.last_mut() {
                    name.push(c);
                }
            }
        }
    }
    let plain = |name: &String| name.split('=').next().unwrap_or("").trim().to_owned();
    let names: Vec<String> = names.iter().map(plain).collect();
    if names == [""] { Vec::new() } else { names }
}

/// A call with what is known of its arguments, a method's own value first.
struct Call<'a> {
    expr: &'a FnCallExpr,
    at: Position,
    how: How,
    given: Vec<Value>,
}

/// `RBT102` for kinds, and `RBT101` for methods that a kind does not have.
pub(super) fn wrong_kinds(view: &View<'_>, findings: &mut Findings) {
    let entries = entries_of_maps(view.file);
    for function in &view.file.functions {
        let values = |call: &FnCallExpr| -> Vec<Value> {
            let args = call.args.iter();
            args.map(|arg| view.value(function, arg)).collect()
        };
        each_call(function, |how, call, at| {
            if how == How::Plain && call.namespace.is_empty() {
                let given = values(call);
                check(
                    view,
                    &Call {
                        expr: call,
                        at,
                        how,
                        given,
                    },
                    findings,
                );
            }
        });
        each_chain(function, |chain, _| {
            for (place, link) in chain.links.iter().enumerate() {
                let Step::Method(call, at) = link.step else {
                    continue;
                };
                let own = view.kinds.along(view.file, function, chain, place);
                if own.kind == Kind::Map && entries.contains(call.name.as_str()) {
                    continue;
                }
                let mut given = vec![own];
                given.extend(values(call));
                let how = How::Method;
                check(
                    view,
                    &Call {
                        expr: call,
                        at,
                        how,
                        given,
                    },
                    findings,
                );
            }
        });
    }
}

fn check(view: &View<'_>, call: &Call<'_>, findings: &mut Findings) {
    let name = call.expr.name.as_str();
    if Surface::is_of_the_language(name) || view.file.function(name).is_some() {
        return;
    }
    let forms: Vec<&Form> = view
        .surface
        .forms(name)
        .iter()
        .filter(|form| form.params.len() == call.given.len())
        .collect();
    if forms.is_empty() {
        no_such_method(view, call, findings);
        return;
    }
    if forms.iter().any(|form| fits(form, &call.given)) {
        by_documentation(view, call, findings);
        return;
    }
    let suited = |form: &&Form| {
        let pairs = form.params.iter().zip(&call.given);
        pairs
            .take_while(|(param, arg)| suits(**param, **arg))
            .count()
    };
    let place = forms.iter().map(suited).max().unwrap_or(0);
    if place == 0 && call.how == How::Method {
        no_such_method(view, call, findings);
        return;
    }
    let mut kinds: Vec<&'static str> = Vec::new();
    for form in forms.iter().filter(|form| suited(form) == place) {
        let kind = form.params[place];
        if kind.is_known() && !kinds.contains(&kind.name()) {
            kinds.push(kind.name());
        }
    }
    refuse(view, call, place, &kinds.join(" or "), findings);
}

/// A method that the kind of its value does not have, though others may.
fn no_such_method(view: &View<'_>, call: &Call<'_>, findings: &mut Findings) {
    let name = call.expr.name.as_str();
    let own = call.given.first().copied().unwrap_or(Value::ANY);
    let (Some(kind @ Kind::Host(type_name)), How::Method) = (own.sure(), call.how) else {
        return;
    };
    let has = view.surface.forms(name).iter();
    if has.clone().any(
        |form| matches!(form.params.first(), Some(first) if *first == kind || *first == Kind::Any),
    ) {
        return;
    }
    let is_field = view.surface.field(kind, name).is_some();
    let hint = if is_field {
        format!("`{name}` is read without parentheses")
    } else {
        nearest(name, view.surface.methods(kind)).map_or_else(String::new, |near| {
            format!("did you mean `{}`?", of_kind(near, type_name))
        })
    };
    let message = format!("{type_name} has no method `{name}`");
    findings.error(view.file, "RBT101", call.at, message, hint);
}

/// Returns how a method of a kind is called.
fn of_kind(name: &str, type_name: &str) -> String {
    let own = docs::find(name).into_iter();
    let forms: Vec<&str> = own
        .filter(|doc| !doc.is_field && doc.receiver == type_name)
        .map(|doc| &*doc.signature)
        .collect();
    if forms.is_empty() {
        signature(name)
    } else {
        forms.join(" or ")
    }
}

/// Checks arguments by the names that the documentation gives to parameters.
fn by_documentation(view: &View<'_>, call: &Call<'_>, findings: &mut Findings) {
    let name = call.expr.name.as_str();
    let docs = documented(name, call);
    if docs.is_empty() {
        return;
    }
    for (place, value) in call.given.iter().enumerate() {
        let Some(kind) = value.sure() else { continue };
        let taken: Vec<Option<Takes>> = docs
            .iter()
            .map(|params| takes(name, params.get(place)?))
            .collect();
        let wrong = taken
            .iter()
            .all(|takes| takes.is_some_and(|takes| !takes.suits(kind)));
        if !wrong {
            continue;
        }
        let mut words: Vec<&str> = taken.iter().flatten().map(|takes| takes.words()).collect();
        words.dedup();
        refuse(view, call, place, &words.join(" or "), findings);
        return;
    }
}

/// Returns the parameters of each documented form that suits a call, a method's own value first.
fn documented(name: &str, call: &Call<'_>) -> Vec<Vec<String>> {
    let own = call.given.first().map_or(Kind::Any, |value| value.kind);
    let listed = docs::find(name).into_iter().filter(|doc| !doc.is_field);
    listed
        .filter(|doc| doc.receiver.is_empty() || own == Kind::Host(doc.receiver))
        .map(|doc| {
            let mut params = parameters(doc);
            if !doc.receiver.is_empty() {
                params.insert(0, "this".to_owned());
            }
            params
        })
        .filter(|params| params.len() >= call.given.len())
        .collect()
}

fn refuse(view: &View<'_>, call: &Call<'_>, place: usize, needed: &str, findings: &mut Findings) {
    let name = call.expr.name.as_str();
    let value = call.given.get(place).copied().unwrap_or(Value::ANY);
    let Some(kind) = value.sure() else { return };
    let arg = place.checked_sub(usize::from(call.how == How::Method));
    let Some(arg) = arg.and_then(|at| call.expr.args.get(at)) else {
        return;
    };
    let docs = documented(name, call);
    let param = docs.iter().find_map(|params| params.get(place)).cloned();
    let param = param
        .filter(|param| param.chars().all(|c| c.is_alphanumeric() || c == '_'))
        .map_or_else(
            || format!("argument {}", place + 1),
            |param| format!("`{param}`"),
        );
    let needed = if needed.is_empty() {
        "another kind of value"
    } else {
        needed
    };
    let shown = match arg {
        Expr::StringConstant(text, _) => format!("the string \"{text}\""),
        _ => kind.name().to_owned(),
    };
    let message = format!("`{name}`: {param} must be {needed}, was {shown}");
    let form = signature(name);
    let hint = if form == name {
        String::new()
    } else {
        format!("it is {form}")
    };
    findings.error(view.file, "RBT102", span::of(view.file, arg), message, hint);
}
