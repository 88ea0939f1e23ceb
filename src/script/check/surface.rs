//! What scripts can call: names and numbers of arguments, as the interpreter has them registered.

use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use rhai::{Array, Dynamic, Engine, FLOAT, FnPtr, INT, ImmutableString, Map, OptimizationLevel};
use rust_decimal::Decimal;

use crate::script::api::docs;
use crate::script::check::kind::Kind;
use crate::script::host::{Host, furnish};
use crate::script::registry::Natives;
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

/// One way to call a function.
#[derive(Clone, Debug)]
pub(super) struct Form {
    /// What it takes, a method's own value first; [`Kind::Any`] for anything.
    pub(super) params: Vec<Kind>,
    /// What it gives.
    pub(super) gives: Kind,
}

/// See the module.
pub(super) struct Surface {
    engine: Engine,
    /// Forms by name; fields are `get$name`, elements `index$get$`.
    forms: BTreeMap<String, Vec<Form>>,
    /// Numbers of arguments by name; a method counts its receiver.
    arities: BTreeMap<String, BTreeSet<usize>>,
}

impl Surface {
    pub(super) fn new() -> Self {
        let (mut engine, natives) = bare();
        // What is written shall be seen: `10 / 30` would otherwise be folded away.
        engine.set_optimization_level(OptimizationLevel::None);
        let forms = forms(&engine, &natives);
        let is_word = |name: &str| name.starts_with(|c: char| c.is_alphabetic() || c == '_');
        let arities = forms
            .iter()
            .filter(|(name, _)| is_word(name) && !name.contains('$'))
            .map(|(name, forms)| {
                let takes = forms.iter().map(|form| form.params.len()).collect();
                (name.clone(), takes)
            })
            .collect();
        Self {
            engine,
            forms,
            arities,
        }
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Whether a function of this name exists.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.arities.contains_key(name) || OF_THE_LANGUAGE.contains(&name)
    }

    /// Whether any number and kind of arguments may be right.
    pub(super) fn is_of_the_language(name: &str) -> bool {
        OF_THE_LANGUAGE.contains(&name)
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

    /// Returns the ways to call a function, an operator, a field or an index.
    pub(super) fn forms(&self, name: &str) -> &[Form] {
        self.forms.get(name).map_or(&[], Vec::as_slice)
    }

    /// Returns the kind of a field; `None` where a kind has no such field.
    pub(super) fn field(&self, of: Kind, name: &str) -> Option<Kind> {
        self.forms(&format!("get${name}"))
            .iter()
            .find(|form| form.params == [of])
            .map(|form| form.gives)
    }

    /// Returns the names of the fields of a kind.
    pub(super) fn fields(&self, of: Kind) -> impl Iterator<Item = &str> {
        self.forms
            .iter()
            .filter(move |(_, forms)| forms.iter().any(|form| form.params == [of]))
            .filter_map(|(name, _)| name.strip_prefix("get$"))
    }

    /// Returns the names of the methods of a kind.
    pub(super) fn methods(&self, of: Kind) -> impl Iterator<Item = &str> {
        self.forms
            .iter()
            .filter(move |(name, forms)| {
                !name.contains('$') && forms.iter().any(|form| form.params.first() == Some(&of))
            })
            .map(|(name, _)| name.as_str())
            .filter(|name| self.arities.contains_key(*name))
    }
}

/// An interpreter with everything that a script can call, and what is registered.
fn bare() -> (Engine, Natives) {
    let (mut engine, registry) = furnish(
        &Rc::new(Host::vacant()),
        Budget::default(),
        &Arc::new(Fuse::default()),
    );
    let natives = registry.install(&mut engine);
    (engine, natives)
}

/// Returns the forms of all that is registered.
fn forms(engine: &Engine, natives: &Natives) -> BTreeMap<String, Vec<Form>> {
    let raw = engine.collect_fn_metadata(
        None,
        |info| {
            let f = info.metadata;
            let types: Vec<TypeId> = f.param_types.iter().copied().collect();
            Some((
                f.name.to_string(),
                f.num_params,
                types,
                f.return_type.to_string(),
            ))
        },
        true,
    );
    let mut forms: BTreeMap<String, Vec<Form>> = BTreeMap::new();
    for (name, count, types, result) in raw {
        let params = if types.len() == count {
            types.iter().map(|id| kind(*id, natives)).collect()
        } else {
            vec![Kind::Any; count]
        };
        let own = natives.find(&name, count);
        let gives = own
            .iter()
            .find(|form| {
                let known = form.types.iter().map(|id| kind(*id, natives));
                known.eq(params.iter().copied())
            })
            .map_or_else(
                || kind_named(&result),
                |form| {
                    let gives = kind(form.gives, natives);
                    if gives == Kind::Strange {
                        Kind::Any
                    } else {
                        gives
                    }
                },
            );
        forms.entry(name).or_default().push(Form { params, gives });
    }
    forms
}

/// Returns the kind of a type.
fn kind(id: TypeId, natives: &Natives) -> Kind {
    let known = [
        (TypeId::of::<Dynamic>(), Kind::Any),
        (TypeId::of::<()>(), Kind::Unit),
        (TypeId::of::<bool>(), Kind::Bool),
        (TypeId::of::<INT>(), Kind::Int),
        (TypeId::of::<FLOAT>(), Kind::Float),
        (TypeId::of::<Decimal>(), Kind::Decimal),
        (TypeId::of::<ImmutableString>(), Kind::Text),
        (TypeId::of::<String>(), Kind::Text),
        (TypeId::of::<&str>(), Kind::Text),
        (TypeId::of::<char>(), Kind::Char),
        (TypeId::of::<Array>(), Kind::Array),
        (TypeId::of::<Map>(), Kind::Map),
        (TypeId::of::<FnPtr>(), Kind::Function),
    ];
    known
        .into_iter()
        .find(|(known, _)| *known == id)
        .map(|(_, kind)| kind)
        .or_else(|| natives.kind(id).map(Kind::Host))
        .unwrap_or(Kind::Strange)
}

/// Returns the kind that the language's own packages write as their result.
fn kind_named(name: &str) -> Kind {
    let name = name
        .trim_start_matches("RhaiResultOf<")
        .trim_end_matches('>');
    match name {
        "bool" => Kind::Bool,
        "INT" | "i64" => Kind::Int,
        "FLOAT" | "f64" => Kind::Float,
        "ImmutableString" | "String" | "&str" => Kind::Text,
        "Array" => Kind::Array,
        "Map" => Kind::Map,
        _ => Kind::Any,
    }
}

/// Returns the names of functions and fields that this program registers; fields with a leading dot.
pub fn names() -> BTreeSet<String> {
    let (engine, _) = bare();
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
    let mut forms: Vec<&str> = Vec::new();
    for doc in docs::find(name).iter().filter(|doc| !doc.is_field) {
        if !forms.contains(&&*doc.signature) {
            forms.push(&doc.signature);
        }
    }
    if forms.is_empty() {
        name.to_owned()
    } else {
        forms.join(" or ")
    }
}
