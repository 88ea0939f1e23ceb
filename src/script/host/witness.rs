//! What was known at the moment of an error: the values on the failing line, the assets, the time.
//!
//! Invariants: looked at only after a failure; values are cut short; nothing is evaluated again.

use rhai::{Array, Dynamic, FnPtr, ImmutableString, Map};

use crate::script::api::assets::AssetRef;
use crate::script::api::context::ContextRef;
use crate::script::api::data::DataRef;
use crate::script::error::Details;
use crate::script::fast::Witness;
use crate::script::host::ScriptStrategy;
use crate::script::registry::Natives;

/// The most values that are shown.
const MOST: usize = 8;
/// The longest text of a value, in characters.
const LONGEST: usize = 60;
/// The most elements of an array or map that are shown.
const ELEMENTS: usize = 5;

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
            if let Some(text) = text_of(self.unit.natives(), &value)
                && details.values.len() < MOST
            {
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

/// Shows a value in short; `None` for what shows nothing.
fn text_of(natives: &Natives, value: &Dynamic) -> Option<String> {
    if value.is::<ContextRef>() || value.is::<DataRef>() || value.is::<FnPtr>() {
        return None;
    }
    let text = long_text_of(natives, value)?;
    let text = text.replace('\n', "\\n");
    if text.chars().count() <= LONGEST {
        return Some(text);
    }
    let cut: String = text.chars().take(LONGEST).collect();
    Some(format!("{cut}…"))
}

fn long_text_of(natives: &Natives, value: &Dynamic) -> Option<String> {
    if value.is_unit() {
        return Some("()".to_owned());
    }
    if let Some(text) = value.read_lock::<ImmutableString>() {
        let start: String = text.chars().take(LONGEST).collect();
        return Some(format!("{start:?}"));
    }
    if let Some(array) = value.read_lock::<Array>() {
        let shown = array.iter().take(ELEMENTS);
        let mut shown: Vec<String> = shown.filter_map(|item| text_of(natives, item)).collect();
        if array.len() > ELEMENTS {
            shown.push(format!("… {} in all", array.len()));
        }
        return Some(format!("[{}]", shown.join(", ")));
    }
    if let Some(map) = value.read_lock::<Map>() {
        let shown = map.iter().take(ELEMENTS);
        let mut shown: Vec<String> = shown
            .filter_map(|(key, item)| Some(format!("{key}: {}", text_of(natives, item)?)))
            .collect();
        if map.len() > ELEMENTS {
            shown.push(format!("… {} in all", map.len()));
        }
        return Some(format!("#{{{}}}", shown.join(", ")));
    }
    if value.is_variant() {
        let forms = natives.find("to_string", 1);
        let form = forms.iter().find(|form| form.types[0] == value.type_id())?;
        let mut copy = value.clone();
        let shown = (form.func)(None, &mut [&mut copy]).ok()?;
        return Some(shown.to_string());
    }
    Some(value.to_string())
}
