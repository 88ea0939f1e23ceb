//! Values of scripts as JSON and back: what a context is kept as.
//!
//! Invariants: what is read back equals what was written, to the last bit and of the same kind; a value
//! that cannot be kept is refused where it stands. What JSON has no word for is an object with one key
//! that begins with `$`; a script's own map with such a key is wrapped.

use std::rc::Rc;

use chrono_tz::Tz;
use rhai::{Array, Dynamic, Map};
use rust_decimal::Decimal;
use serde_json::{Map as Object, Number, Value as Json, json};

use crate::core::engine::handles::HandleId;
use crate::core::engine::window::Window;
use crate::core::model::time::Timestamp;
use crate::script::api::assets::AssetRef;
use crate::script::api::indicators::IndicatorRef;
use crate::script::api::series::SeriesRef;
use crate::script::api::time::TimeRef;
use crate::script::host::Host;

/// Writes a value; `None` for one that cannot be kept.
pub(super) fn save(value: &Dynamic) -> Option<Json> {
    if let Some(array) = value.read_lock::<Array>() {
        return array
            .iter()
            .map(save)
            .collect::<Option<_>>()
            .map(Json::Array);
    }
    if let Some(map) = value.read_lock::<Map>() {
        let object: Object<String, Json> = map
            .iter()
            .map(|(key, value)| Some((key.to_string(), save(value)?)))
            .collect::<Option<_>>()?;
        return Some(if object.keys().any(|key| key.starts_with('$')) {
            json!({ "$map": object })
        } else {
            Json::Object(object)
        });
    }
    save_single(value)
}

fn save_single(value: &Dynamic) -> Option<Json> {
    if value.is_unit() {
        return Some(Json::Null);
    }
    if let Ok(flag) = value.as_bool() {
        return Some(flag.into());
    }
    if let Ok(whole) = value.as_int() {
        return Some(whole.into());
    }
    if let Ok(float) = value.as_float() {
        // JSON has no word for what is not finite.
        return Some(
            Number::from_f64(float)
                .map_or_else(|| json!({ "$float": format!("{float}") }), Json::Number),
        );
    }
    if let Ok(decimal) = value.as_decimal() {
        return Some(json!({ "$decimal": decimal.to_string() }));
    }
    if let Ok(letter) = value.as_char() {
        return Some(json!({ "$char": letter.to_string() }));
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        return Some(text.as_str().into());
    }
    if let Some(asset) = value.read_lock::<AssetRef>() {
        return Some(json!({ "$asset": &*asset.asset().symbol }));
    }
    if let Some(time) = value.read_lock::<TimeRef>() {
        let at = time.at.to_string();
        return Some(match time.zone {
            None => json!({ "$time": at }),
            Some(zone) => json!({ "$time": [at, zone.name()] }),
        });
    }
    if let Some(series) = value.read_lock::<SeriesRef>() {
        return Some(json!({ "$series": [series.0.to_vec(), series.0.asked()] }));
    }
    let indicator = value.read_lock::<IndicatorRef>()?;
    Some(json!({ "$indicator": indicator.id() }))
}

/// Reads a value.
///
/// # Errors
/// What is wrong with it.
pub(super) fn load(json: &Json, host: &Rc<Host>) -> Result<Dynamic, String> {
    Ok(match json {
        Json::Null => Dynamic::UNIT,
        Json::Bool(flag) => (*flag).into(),
        Json::String(text) => text.into(),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => whole.into(),
            (None, Some(float)) => float.into(),
            (None, None) => return Err(format!("{number} is no number of a script")),
        },
        Json::Array(values) => {
            let values: Array = values
                .iter()
                .map(|value| load(value, host))
                .collect::<Result<_, _>>()?;
            values.into()
        }
        Json::Object(object) => match object.iter().next() {
            Some((tag, value)) if object.len() == 1 && tag.starts_with('$') => {
                load_tagged(tag, value, host)?
            }
            _ => load_map(object, host)?,
        },
    })
}

fn load_map(object: &Object<String, Json>, host: &Rc<Host>) -> Result<Dynamic, String> {
    let map: Map = object
        .iter()
        .map(|(key, value)| Ok((key.as_str().into(), load(value, host)?)))
        .collect::<Result<_, String>>()?;
    Ok(map.into())
}

fn load_tagged(tag: &str, value: &Json, host: &Rc<Host>) -> Result<Dynamic, String> {
    let wrong = || format!("{{\"{tag}\": {value}}} is no value of a script");
    let text = || value.as_str().ok_or_else(wrong);
    Ok(match tag {
        "$map" => load_map(value.as_object().ok_or_else(wrong)?, host)?,
        "$float" => text()?.parse::<f64>().map_err(|_| wrong())?.into(),
        "$decimal" => {
            let decimal: Decimal = text()?.parse().map_err(|_| wrong())?;
            decimal.into()
        }
        "$char" => text()?.chars().next().ok_or_else(wrong)?.into(),
        "$asset" => {
            let id = host.find_asset(text()?).map_err(|e| e.to_string())?;
            Dynamic::from(host.asset_ref(id))
        }
        "$time" => {
            let (at, zone) = match value.as_array().map(Vec::as_slice) {
                Some([at, zone]) => (at.as_str(), zone.as_str()),
                _ => (value.as_str(), None),
            };
            let at = at.and_then(|at| Timestamp::parse(at).ok());
            let zone = zone.map(str::parse::<Tz>).transpose();
            Dynamic::from(TimeRef {
                at: at.ok_or_else(wrong)?,
                zone: zone.map_err(|_| wrong())?,
            })
        }
        "$series" => {
            let (values, asked): (Vec<f64>, usize) =
                serde_json::from_value(value.clone()).map_err(|_| wrong())?;
            Dynamic::from(SeriesRef(Window::of(values).asking(asked)))
        }
        "$indicator" => {
            let id: HandleId = serde_json::from_value(value.clone()).map_err(|_| wrong())?;
            Dynamic::from(IndicatorRef::of(host, id).ok_or_else(wrong)?)
        }
        _ => return Err(wrong()),
    })
}
