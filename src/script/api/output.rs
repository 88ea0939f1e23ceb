//! What the script says: recorded series, plots, markers, the log, alerts.

use std::rc::Rc;

use rhai::{Dynamic, Engine, Map};

use crate::core::engine::desk::{LogLevel, Note};
use crate::script::convert::{Outcome, check_keys, fail, float, kind_of, need_float, need_text};
use crate::script::host::Host;
use crate::script::registry::Registry;

pub(super) fn register(engine: &mut Registry, host: &Rc<Host>) {
    let at = Rc::clone(host);
    engine.register_fn("record", move |values: Map| -> Outcome<()> {
        record(&at, &values)
    });
    register_charts(engine, host);
    register_log(engine, host);
    let at = Rc::clone(host);
    engine.register_fn("alert", move |level: &str, text: Dynamic| -> Outcome<()> {
        if !["info", "warning", "critical"].contains(&level) {
            return fail(format!(
                "the level of an alert is \"info\", \"warning\" or \"critical\", was \"{level}\""
            ));
        }
        at.with(|desk| desk.note(Note::Alert(level.into(), text.to_string().into())))
    });
    let at = Rc::clone(host);
    engine.register_fn("rand", move || at.rng.borrow_mut().unit());
    let at = Rc::clone(host);
    engine.register_fn("rand", move |from: i64, to: i64| -> Outcome<i64> {
        if from > to {
            return fail(format!(
                "rand({from}, {to}): the first must not be above the second"
            ));
        }
        Ok(at.rng.borrow_mut().between(from, to))
    });
}

/// Sends what a script prints to its log.
pub(crate) fn listen(engine: &mut Engine, host: &Rc<Host>) {
    let at = Rc::clone(host);
    engine.on_print(move |text| at.say(LogLevel::Info, text));
    let at = Rc::clone(host);
    engine.on_debug(move |text, _, place| at.say(LogLevel::Debug, &format!("{text} ({place:?})")));
}

fn record(host: &Rc<Host>, values: &Map) -> Outcome<()> {
    let row = values
        .iter()
        .map(|(name, value)| {
            if value.is_unit() {
                return Ok((name.as_str().into(), None));
            }
            let number = value
                .as_bool()
                .ok()
                .map(|yes| if yes { 1.0 } else { 0.0 })
                .or_else(|| float(value));
            match number {
                Some(number) => Ok((name.as_str().into(), Some(number).filter(|n| n.is_finite()))),
                None => fail(format!(
                    "record: `{name}` must be a number or (), was {}",
                    kind_of(value)
                )),
            }
        })
        .collect::<Outcome<Vec<_>>>()?;
    host.with(|desk| desk.note(Note::Record(row)))
}

fn register_charts(engine: &mut Registry, host: &Rc<Host>) {
    let at = Rc::clone(host);
    engine.register_fn("plot", move |name: &str, value: Dynamic| {
        plot(&at, name, &value, &Map::new())
    });
    let at = Rc::clone(host);
    engine.register_fn("plot", move |name: &str, value: Dynamic, options: Map| {
        plot(&at, name, &value, &options)
    });
    let at = Rc::clone(host);
    engine.register_fn(
        "marker",
        move |asset: Dynamic, text: Dynamic| -> Outcome<()> {
            let id = at.need_asset(&asset)?;
            at.with(|desk| desk.note(Note::Marker(id, text.to_string().into())))
        },
    );
}

fn plot(host: &Rc<Host>, name: &str, value: &Dynamic, options: &Map) -> Outcome<()> {
    check_keys(options, &["pane", "color", "levels"], "plot")?;
    if value.is_unit() {
        return Ok(());
    }
    let value = need_float(value, "value")?;
    let options = if options.is_empty() {
        String::new()
    } else {
        json(&options.clone().into())
    };
    host.with(|desk| desk.note(Note::Plot(name.into(), value, options.into())))
}

fn register_log(engine: &mut Registry, host: &Rc<Host>) {
    let levels = [
        ("log_debug", LogLevel::Debug),
        ("log_info", LogLevel::Info),
        ("log_warn", LogLevel::Warn),
        ("log_error", LogLevel::Error),
    ];
    for (name, level) in levels {
        let at = Rc::clone(host);
        engine.register_fn(name, move |text: Dynamic| -> Outcome<()> {
            let text = text.to_string();
            at.with(|desk| desk.note(Note::Log(level, text.into(), "".into())))
        });
        let at = Rc::clone(host);
        engine.register_fn(name, move |text: Dynamic, fields: Map| -> Outcome<()> {
            let text = need_text(&text, "text")?;
            let fields = json(&fields.into());
            at.with(|desk| desk.note(Note::Log(level, text.into(), fields.into())))
        });
    }
}

/// Writes a value as JSON; what JSON does not know becomes its text.
pub(super) fn json(value: &Dynamic) -> String {
    to_json(value).to_string()
}

fn to_json(value: &Dynamic) -> serde_json::Value {
    if value.is_unit() {
        return serde_json::Value::Null;
    }
    if let Ok(flag) = value.as_bool() {
        return flag.into();
    }
    if let Ok(int) = value.as_int() {
        return int.into();
    }
    if let Ok(number) = value.as_float() {
        return serde_json::Number::from_f64(number).map_or(serde_json::Value::Null, Into::into);
    }
    if let Some(array) = value.read_lock::<rhai::Array>() {
        return array.iter().map(to_json).collect();
    }
    if let Some(map) = value.read_lock::<Map>() {
        return map
            .iter()
            .map(|(key, value)| (key.to_string(), to_json(value)))
            .collect();
    }
    value.to_string().into()
}
