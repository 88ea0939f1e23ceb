//! What was known at the moment of an error: the values on the failing line, the assets, the time.
//!
//! Invariants: looked at only after a failure; values are cut short; nothing is evaluated again.

use rhai::{Array, Dynamic, FnPtr, ImmutableString, Map};

use crate::script::api::assets::AssetRef;
use crate::script::api::context::ContextRef;
use crate::script::api::data::DataRef;
use crate::script::convert::kind_of;
use crate::script::error::Details;
use crate::script::fast::Witness;
use crate::script::host::ScriptStrategy;
use crate::script::registry::Natives;

/// The most values that are shown of a line.
const MOST: usize = 8;

/// How much of a value is shown.
#[derive(Clone, Copy)]
struct Bounds {
    /// The longest text, in characters.
    longest: usize,
    /// The most elements of an array or map.
    elements: usize,
}

/// Beside a line that failed.
const SHORT: Bounds = Bounds {
    longest: 60,
    elements: 5,
};
/// For a person who asked for the value.
const LONG: Bounds = Bounds {
    longest: 4_000,
    elements: 100,
};

impl ScriptStrategy {
    /// Returns what is known of the call of a function that has just failed.
    pub(super) fn details(&self, function: &str, witness: Option<&Witness>) -> Details {
        let mut details = Details::default();
        if self.host.bench.is_none() {
            function.clone_into(&mut details.handler);
            let now = self.host.with(|desk| desk.now.to_string());
            details.bar_time = now.unwrap_or_default();
        }
        let Some(witness) = witness else {
            return details;
        };
        for named in &witness.named {
            let field = named.field.as_deref();
            let (name, value) = match (named.value.read_lock::<ContextRef>(), field) {
                (Some(_), Some(field)) => {
                    let Some(value) = self.field(field) else {
                        continue;
                    };
                    (format!("{}.{field}", named.name), value)
                }
                (Some(_), None) => continue,
                (None, _) => (named.name.to_string(), named.value.clone()),
            };
            if details.values.iter().any(|(other, _)| *other == name) {
                continue;
            }
            self.take_asset(&value, &mut details.assets);
            if is_shown(&value) && details.values.len() < MOST {
                let text = text_of(self.unit.natives(), &value, SHORT);
                details.values.push((name, text));
            }
        }
        if details.assets.is_empty() {
            let mut held = Vec::new();
            for handle in &witness.handles {
                self.take_asset(handle, &mut held);
            }
            // Of several nobody knows which one it was about.
            if held.len() == 1 {
                details.assets = held;
            }
        }
        details
    }

    /// Writes a value as a script would.
    pub(super) fn text_of(&self, value: &Dynamic) -> String {
        text_of(self.unit.natives(), value, LONG)
    }

    /// Returns a field of the context that the script has set.
    fn field(&self, name: &str) -> Option<Dynamic> {
        let mut fields = self.host.fields.borrow_mut();
        let slot = fields.slot(name);
        fields.get(slot).cloned()
    }

    fn take_asset(&self, value: &Dynamic, assets: &mut Vec<String>) {
        let symbol = if let Some(asset) = value.read_lock::<AssetRef>() {
            asset.asset().symbol.to_string()
        } else if let Some(text) = value.read_lock::<ImmutableString>() {
            let known = self.host.assets.iter().any(|a| *a.symbol == **text);
            if !known {
                return;
            }
            text.to_string()
        } else {
            return;
        };
        if !assets.contains(&symbol) {
            assets.push(symbol);
        }
    }
}

/// Whether a value says something beside a line.
fn is_shown(value: &Dynamic) -> bool {
    !(value.is::<ContextRef>() || value.is::<DataRef>() || value.is::<FnPtr>())
}

/// Writes a value as a script would, in one line and cut where it is long.
fn text_of(natives: &Natives, value: &Dynamic, bounds: Bounds) -> String {
    let text = whole_text_of(natives, value, bounds).replace('\n', "\\n");
    if text.chars().count() <= bounds.longest {
        return text;
    }
    let cut: String = text.chars().take(bounds.longest).collect();
    format!("{cut}…")
}

fn whole_text_of(natives: &Natives, value: &Dynamic, bounds: Bounds) -> String {
    if value.is_unit() {
        return "()".to_owned();
    }
    if let Some(text) = value.read_lock::<ImmutableString>() {
        let start: String = text.chars().take(bounds.longest).collect();
        return format!("{start:?}");
    }
    if let Some(array) = value.read_lock::<Array>() {
        let shown = array.iter().take(bounds.elements);
        let mut shown: Vec<String> = shown.map(|item| text_of(natives, item, bounds)).collect();
        if array.len() > bounds.elements {
            shown.push(format!("… {} in all", array.len()));
        }
        return format!("[{}]", shown.join(", "));
    }
    if let Some(map) = value.read_lock::<Map>() {
        let shown = map.iter().take(bounds.elements);
        let mut shown: Vec<String> = shown
            .map(|(key, item)| format!("{key}: {}", text_of(natives, item, bounds)))
            .collect();
        if map.len() > bounds.elements {
            shown.push(format!("… {} in all", map.len()));
        }
        return format!("#{{{}}}", shown.join(", "));
    }
    if value.is_variant() {
        let forms = natives.find("to_string", 1);
        let form = forms
            .iter()
            .find(|form| form.types.first() == Some(&value.type_id()));
        if form.is_none()
            && let Some(items) = natives.iterator(value.type_id())
        {
            let items: Array = items(value.clone()).collect();
            return whole_text_of(natives, &items.into(), bounds);
        }
        let mut copy = value.clone();
        return form
            .and_then(|form| (form.func)(None, &mut [&mut copy]).ok())
            .map_or_else(|| kind_of(value).to_owned(), |text| text.to_string());
    }
    value.to_string()
}
