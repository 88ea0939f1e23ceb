//! What scripts can call: names and numbers of arguments, as the interpreter has them registered.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use rhai::{Engine, OptimizationLevel};

use crate::script::api::docs;
use crate::script::host::{Host, furnish};
use crate::script::sandbox::{Budget, Fuse};

/// Functions of the language itself, which no package registers.
const OF_THE_LANGUAGE: [&str; 9] = [
    "Fn",
    "call",
    "curry",
    "debug",
    "is_def_fn",
    "is_def_var",
    "is_shared",
    "print",
    "type_of",
];

/// See the module.
pub(super) struct Surface {
    engine: Engine,
    /// Numbers of arguments by name; a method counts its receiver.
    arities: BTreeMap<String, BTreeSet<usize>>,
}

impl Surface {
    pub(super) fn new() -> Self {
        let mut engine = bare();
        // What is written shall be seen: `10 / 30` would otherwise be folded away.
        engine.set_optimization_level(OptimizationLevel::None);
        let mut arities: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
        for (name, arity) in registered(&engine, true) {
            arities.entry(name).or_default().insert(arity);
        }
        Self { engine, arities }
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Whether a function of this name exists.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.arities.contains_key(name) || OF_THE_LANGUAGE.contains(&name)
    }

    /// Returns how many arguments a function takes, the receiver included; `None` where any number
    /// may be right.
    pub(super) fn arities(&self, name: &str) -> Option<&BTreeSet<usize>> {
        if OF_THE_LANGUAGE.contains(&name) {
            return None;
        }
        self.arities.get(name)
    }

    /// Returns the names of all functions.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.arities.keys().map(String::as_str)
    }
}

/// An interpreter with everything that a script can call.
fn bare() -> Engine {
    let (mut engine, registry) = furnish(
        &Rc::new(Host::vacant()),
        Budget::default(),
        &Arc::new(Fuse::default()),
    );
    registry.install(&mut engine);
    engine
}

/// Returns the names and numbers of arguments of what is registered, operators and fields aside.
fn registered(engine: &Engine, with_language: bool) -> Vec<(String, usize)> {
    engine.collect_fn_metadata(
        None,
        |info| {
            let name = info.metadata.name.as_str();
            let is_word = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
            (is_word && !name.contains('$')).then(|| (name.to_owned(), info.metadata.num_params))
        },
        with_language,
    )
}

/// Returns the names of functions and fields that this program registers; fields with a leading dot.
pub fn names() -> BTreeSet<String> {
    let engine = bare();
    engine
        .collect_fn_metadata(
            None,
            |info| {
                let name = info.metadata.name.as_str();
                if let Some(field) = name.strip_prefix("get$") {
                    return Some(format!(".{field}"));
                }
                let is_word = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
                (is_word && !name.contains('$')).then(|| name.to_owned())
            },
            false,
        )
        .into_iter()
        .collect()
}

/// Returns how a function is called, as its documentation writes it; the name where there is none.
pub(super) fn signature(name: &str) -> String {
    let forms: Vec<&str> = docs::find(name)
        .iter()
        .filter(|doc| !doc.is_field)
        .map(|doc| &*doc.signature)
        .collect();
    if forms.is_empty() {
        name.to_owned()
    } else {
        forms.join(" or ")
    }
}
