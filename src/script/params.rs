//! Parameters: `const FAST = param("fast", 10, 5..=50);`.
//!
//! Invariants: a parameter's type is its default's; a value from outside is read as that type and must
//! lie in the range or among the choices, and so must the default; a name is declared once.

use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};
use std::rc::Rc;

use rhai::{Array, Dynamic, FLOAT, INT, Map};

use crate::script::convert::{
    Outcome, check_keys, fail, float, kind_of, need_float, need_text, show,
};
use crate::script::host::Host;
use crate::script::registry::Registry;

/// A range of floats, as `0.01..=0.08` makes it.
#[derive(Clone, Copy, Debug)]
pub(super) struct FloatRange(FLOAT, FLOAT);

/// What a parameter may be.
#[derive(Clone, Debug)]
pub enum Domain {
    /// Anything of the default's type.
    Any,
    /// From the first to the second, both included, in steps where there are some.
    Range {
        /// The least.
        min: f64,
        /// The greatest.
        max: f64,
        /// The step of a search.
        step: Option<f64>,
        /// Whether a search goes by ratios.
        log: bool,
    },
    /// One of these.
    Choices(Vec<Dynamic>),
}

/// One declared parameter.
#[derive(Clone, Debug)]
pub struct Param {
    /// The name by which it is set.
    pub name: String,
    /// What it is when nothing sets it.
    pub default: Dynamic,
    /// What it may be.
    pub domain: Domain,
    /// One line for people; empty for none.
    pub help: String,
    /// What it is in this run.
    pub value: Dynamic,
}

/// The parameters of a script, in order of declaration, and what was set from outside.
#[derive(Default, Debug)]
pub struct Params {
    declared: Vec<Param>,
    overrides: BTreeMap<String, String>,
}

impl Params {
    /// Starts with values from outside, as texts by name.
    pub fn new(overrides: BTreeMap<String, String>) -> Self {
        Self {
            declared: Vec::new(),
            overrides,
        }
    }

    /// Returns what was declared.
    pub fn declared(&self) -> &[Param] {
        &self.declared
    }

    /// Returns the names that were set from outside and that no script declares.
    pub fn unknown(&self) -> Vec<&str> {
        self.overrides
            .keys()
            .map(String::as_str)
            .filter(|name| !self.declared.iter().any(|param| param.name == *name))
            .collect()
    }

    pub(super) fn to_map(&self) -> Map {
        self.declared
            .iter()
            .map(|param| (param.name.as_str().into(), param.value.clone()))
            .collect()
    }

    fn declare(
        &mut self,
        name: &str,
        default: Dynamic,
        domain: Domain,
        help: String,
    ) -> Outcome<Dynamic> {
        if !(default.is_int() || default.is_float() || default.is_bool() || default.is_string()) {
            return fail(format!(
                "param(\"{name}\"): the default must be a number, a string or a bool, was {}",
                kind_of(&default)
            ));
        }
        domain.check(name, &default, "default")?;
        let value = match self.overrides.get(name) {
            Some(text) => {
                let value = read_as(text, &default).map_or_else(
                    || {
                        fail(format!(
                            "parameter `{name}`: `{text}` is not of the default's type, {}",
                            kind_of(&default)
                        ))
                    },
                    Ok,
                )?;
                domain.check(name, &value, "value")?;
                value
            }
            None => default.clone(),
        };
        match self.declared.iter_mut().find(|param| param.name == name) {
            // The top level of a script is looked at twice, and a module may be imported twice.
            Some(param) if same(&param.default, &default) => param.value = value.clone(),
            Some(_) => {
                return fail(format!(
                    "parameter `{name}` is declared twice with different defaults"
                ));
            }
            None => self.declared.push(Param {
                name: name.to_owned(),
                default,
                domain,
                help,
                value: value.clone(),
            }),
        }
        Ok(value)
    }
}

impl Domain {
    fn check(&self, name: &str, value: &Dynamic, what: &str) -> Outcome<()> {
        match self {
            Self::Any => Ok(()),
            Self::Range { min, max, .. } => {
                let number = need_float(value, name)?;
                if (*min..=*max).contains(&number) {
                    return Ok(());
                }
                fail(format!(
                    "parameter `{name}`: the {what} {value} lies outside of {min} to {max}"
                ))
            }
            Self::Choices(choices) => {
                if choices.iter().any(|choice| same(choice, value)) {
                    return Ok(());
                }
                let all: Vec<String> = choices.iter().map(ToString::to_string).collect();
                fail(format!(
                    "parameter `{name}`: the {what} {value} is not one of {}",
                    all.join(", ")
                ))
            }
        }
    }

    fn read(name: &str, value: &Dynamic) -> Outcome<Self> {
        let range = |min: f64, max: f64| {
            if min > max {
                return fail(format!(
                    "param(\"{name}\"): the range {min} to {max} is empty"
                ));
            }
            Ok(Self::Range {
                min,
                max,
                step: None,
                log: false,
            })
        };
        if let Some(r) = value.read_lock::<RangeInclusive<INT>>() {
            return range(wide(*r.start()), wide(*r.end()));
        }
        if let Some(r) = value.read_lock::<Range<INT>>() {
            return range(wide(r.start), wide(r.end - 1));
        }
        if let Some(r) = value.read_lock::<FloatRange>() {
            return range(r.0, r.1);
        }
        if let Some(choices) = value.read_lock::<Array>() {
            return Ok(Self::Choices(choices.clone()));
        }
        if let Some(options) = value.read_lock::<Map>() {
            return Self::read_options(name, &options);
        }
        fail(format!(
            "param(\"{name}\"): a range (5..=50), choices ([1, 2]) or #{{min, max, step, log, help}} is needed, was {}",
            show(value)
        ))
    }

    fn read_options(name: &str, options: &Map) -> Outcome<Self> {
        check_keys(
            options,
            &["min", "max", "step", "log", "help", "choices"],
            "param",
        )?;
        if let Some(choices) = options
            .get("choices")
            .and_then(|v| v.read_lock::<Array>().map(|a| a.clone()))
        {
            return Ok(Self::Choices(choices));
        }
        let number = |key: &str| options.get(key).map(|v| need_float(v, key)).transpose();
        let log = options
            .get("log")
            .is_some_and(|v| v.as_bool().unwrap_or(false));
        match (number("min")?, number("max")?) {
            (Some(min), Some(max)) if min <= max => Ok(Self::Range {
                min,
                max,
                step: number("step")?,
                log,
            }),
            (Some(min), Some(max)) => fail(format!(
                "param(\"{name}\"): the range {min} to {max} is empty"
            )),
            (None, None) => Ok(Self::Any),
            _ => fail(format!("param(\"{name}\"): min and max go together")),
        }
    }
}

/// Registers `param`.
pub(super) fn register(engine: &mut Registry, host: &Rc<Host>) {
    engine.register_fn("..=", |from: FLOAT, to: FLOAT| FloatRange(from, to));
    engine.register_fn("..=", |from: INT, to: FLOAT| FloatRange(wide(from), to));
    engine.register_fn("..=", |from: FLOAT, to: INT| FloatRange(from, wide(to)));
    let at = Rc::clone(host);
    engine.register_fn(
        "param",
        move |name: &str, default: Dynamic| -> Outcome<Dynamic> {
            at.params
                .borrow_mut()
                .declare(name, default, Domain::Any, String::new())
        },
    );
    let at = Rc::clone(host);
    engine.register_fn(
        "param",
        move |name: &str, default: Dynamic, domain: Dynamic| -> Outcome<Dynamic> {
            let help = domain
                .read_lock::<Map>()
                .and_then(|map| map.get("help").map(|help| need_text(help, "help")))
                .transpose()?
                .unwrap_or_default();
            let domain = Domain::read(name, &domain)?;
            at.params.borrow_mut().declare(name, default, domain, help)
        },
    );
}

fn read_as(text: &str, like: &Dynamic) -> Option<Dynamic> {
    if like.is_int() {
        return text.parse::<INT>().ok().map(Dynamic::from_int);
    }
    if like.is_float() {
        return text
            .parse::<FLOAT>()
            .ok()
            .filter(|v| v.is_finite())
            .map(Dynamic::from_float);
    }
    if like.is_bool() {
        return text.parse::<bool>().ok().map(Dynamic::from_bool);
    }
    Some(text.to_owned().into())
}

fn same(a: &Dynamic, b: &Dynamic) -> bool {
    match (float(a), float(b)) {
        (Some(a), Some(b)) => a.to_bits() == b.to_bits(),
        _ => a.to_string() == b.to_string() && kind_of(a) == kind_of(b),
    }
}

#[expect(clippy::cast_precision_loss, reason = "parameters stay far below 2^53")]
const fn wide(value: INT) -> FLOAT {
    value as FLOAT
}
