//! The context: what a script keeps, and what it is told about itself.

use std::rc::Rc;

use rhai::{Dynamic, ImmutableString};

use crate::script::api::portfolio::{AccountRef, PortfolioRef};
use crate::script::api::time::TimeRef;
use crate::script::convert::{Outcome, fail};
use crate::script::host::Host;
use crate::script::registry::Registry;
use crate::script::state::unsavable;

/// The context as scripts see it.
#[derive(Clone, Debug)]
pub(crate) struct ContextRef(pub(crate) Rc<Host>);

/// Fields that are not the script's own.
pub(crate) const RESERVED: [&str; 5] = ["now", "mode", "params", "portfolio", "account"];

pub(super) fn register(engine: &mut Registry) {
    engine.register_type_with_name::<ContextRef>("Context");
    engine.register_get("now", |c: &mut ContextRef| {
        c.0.with(|desk| TimeRef::from(desk.now))
    });
    engine.register_get("mode", |c: &mut ContextRef| {
        c.0.with(|desk| desk.mode.name().to_owned())
    });
    engine.register_get("params", |c: &mut ContextRef| c.0.params.borrow().to_map());
    engine.register_get("portfolio", |c: &mut ContextRef| {
        PortfolioRef(Rc::clone(&c.0))
    });
    engine.register_get("account", |c: &mut ContextRef| AccountRef(Rc::clone(&c.0)));
    for name in RESERVED {
        engine.register_set(
            name,
            move |c: &mut ContextRef, value: Dynamic| -> Outcome<()> {
                accept_unchanged(c, name, &value)
            },
        );
    }
    engine.register_indexer_get(|c: &mut ContextRef, name: ImmutableString| read_by_name(c, &name));
    engine.register_indexer_set(
        |c: &mut ContextRef, name: ImmutableString, value: Dynamic| write_by_name(c, &name, value),
    );
    engine.register_fn("to_string", |c: &mut ContextRef| show(c));
    engine.register_fn("to_debug", |c: &mut ContextRef| show(c));
}

/// Registers the fields that a script names, so that each is found at once.
pub(crate) fn register_fields(engine: &mut Registry, host: &Rc<Host>, names: &[String]) {
    for name in names
        .iter()
        .filter(|name| !RESERVED.contains(&name.as_str()))
    {
        let slot = host.fields.borrow_mut().slot(name);
        let field = name.clone();
        engine.register_get(
            name.as_str(),
            move |c: &mut ContextRef| -> Outcome<Dynamic> {
                let fields = c.0.fields.borrow();
                match fields.get(slot) {
                    Some(value) => Ok(value.clone()),
                    None => fail(fields.unset(&field)),
                }
            },
        );
        let field = name.clone();
        engine.register_set(
            name.as_str(),
            move |c: &mut ContextRef, value: Dynamic| -> Outcome<()> {
                write(c, slot, &field, value)
            },
        );
    }
}

/// Registers the fields that a test names: the context is that of another script, whose fields have
/// places of their own.
pub(crate) fn register_fields_by_name(engine: &mut Registry, names: &[String]) {
    for name in names {
        let field = name.clone();
        engine.register_get(name.as_str(), move |c: &mut ContextRef| {
            read_by_name(c, &field)
        });
        let field = name.clone();
        engine.register_set(name.as_str(), move |c: &mut ContextRef, value: Dynamic| {
            write_by_name(c, &field, value)
        });
    }
}

fn read_by_name(c: &mut ContextRef, name: &str) -> Outcome<Dynamic> {
    let known = match name {
        "now" => Some(c.0.with(|desk| Dynamic::from(TimeRef::from(desk.now)))?),
        "mode" => Some(c.0.with(|desk| Dynamic::from(desk.mode.name().to_owned()))?),
        "params" => Some(c.0.params.borrow().to_map().into()),
        "portfolio" => Some(Dynamic::from(PortfolioRef(Rc::clone(&c.0)))),
        "account" => Some(Dynamic::from(AccountRef(Rc::clone(&c.0)))),
        _ => None,
    };
    if let Some(value) = known {
        return Ok(value);
    }
    let slot = c.0.fields.borrow_mut().slot(name);
    let fields = c.0.fields.borrow();
    fields
        .get(slot)
        .cloned()
        .map_or_else(|| fail(fields.unset(name)), Ok)
}

fn write_by_name(c: &mut ContextRef, name: &str, value: Dynamic) -> Outcome<()> {
    if RESERVED.contains(&name) {
        return accept_unchanged(c, name, &value);
    }
    let slot = c.0.fields.borrow_mut().slot(name);
    write(c, slot, name, value)
}

fn write(c: &ContextRef, slot: usize, name: &str, value: Dynamic) -> Outcome<()> {
    if let Some(why) = unsavable(&value) {
        return fail(format!("context.{name}: {why}"));
    }
    c.0.fields.borrow_mut().write(slot, value);
    Ok(())
}

/// After a method call on a property Rhai writes the property back: that is no assignment. A value
/// that differs is one, and a mistake.
fn accept_unchanged(c: &mut ContextRef, name: &str, value: &Dynamic) -> Outcome<()> {
    let unchanged = match name {
        "portfolio" => value.is::<PortfolioRef>(),
        "account" => value.is::<AccountRef>(),
        "now" => value
            .read_lock::<TimeRef>()
            .is_some_and(|t| c.0.with(|desk| desk.now == t.at).unwrap_or(false)),
        "mode" => value.is_string(),
        _ => {
            value.is_map()
                && value.to_string() == Dynamic::from_map(c.0.params.borrow().to_map()).to_string()
        }
    };
    if unchanged {
        return Ok(());
    }
    let hint = if name == "params" {
        "set a parameter with --param or in the configuration"
    } else {
        "use another name"
    };
    fail(format!(
        "context.{name} belongs to the engine and cannot be set\nhint: {hint}"
    ))
}

fn show(c: &ContextRef) -> String {
    let fields = c.0.fields.borrow();
    let names: Vec<&str> = fields.set_names().collect();
    format!("Context({})", names.join(", "))
}
