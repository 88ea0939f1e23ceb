//! What a script keeps between calls: the fields of its context.
//!
//! Invariants: a field holds only what can be saved; a failing call's changes are undone; reading a
//! field that was never set is an error that names the nearest one.

use std::collections::BTreeMap;

use rhai::{Array, Dynamic, FnPtr, Map};

use crate::script::api::assets::AssetRef;
use crate::script::api::indicators::IndicatorRef;
use crate::script::api::series::SeriesRef;
use crate::script::api::time::TimeRef;
use crate::script::convert::nearest;

/// The fields of a context.
#[derive(Default, Debug)]
pub(super) struct Fields {
    slots: Vec<Option<Dynamic>>,
    names: BTreeMap<String, usize>,
    /// What fields held before the call at hand changed them.
    undo: Vec<(usize, Option<Dynamic>)>,
    changed: Vec<bool>,
}

impl Fields {
    /// Returns the slot of a field, making one where there is none.
    pub(super) fn slot(&mut self, name: &str) -> usize {
        if let Some(slot) = self.names.get(name) {
            return *slot;
        }
        self.names.insert(name.to_owned(), self.slots.len());
        self.slots.push(None);
        self.changed.push(false);
        self.slots.len() - 1
    }

    /// Returns what a field holds.
    pub(super) fn get(&self, slot: usize) -> Option<&Dynamic> {
        self.slots[slot].as_ref()
    }

    /// Sets a field.
    pub(super) fn write(&mut self, slot: usize, value: Dynamic) {
        let before = self.slots[slot].replace(value);
        if !self.changed[slot] {
            self.changed[slot] = true;
            self.undo.push((slot, before));
        }
    }

    /// Forgets what all fields hold.
    pub(super) fn clear(&mut self) {
        self.slots.fill(None);
    }

    /// Keeps what the call at hand changed.
    pub(super) fn commit(&mut self) {
        for (slot, _) in self.undo.drain(..) {
            self.changed[slot] = false;
        }
    }

    /// Undoes what the call at hand changed.
    pub(super) fn roll_back(&mut self) {
        for (slot, before) in self.undo.drain(..) {
            self.changed[slot] = false;
            self.slots[slot] = before;
        }
    }

    /// Returns the names of the fields that are set.
    pub(super) fn set_names(&self) -> impl Iterator<Item = &str> {
        self.set().map(|(name, _)| name)
    }

    /// Returns the fields that are set, by name.
    pub(super) fn set(&self) -> impl Iterator<Item = (&str, &Dynamic)> {
        self.names.iter().filter_map(|(name, slot)| {
            let value = self.slots[*slot].as_ref()?;
            Some((name.as_str(), value))
        })
    }

    /// Says that a field was never set.
    pub(super) fn unset(&self, name: &str) -> String {
        let known = ["now", "mode", "params", "portfolio", "account"];
        let hint = nearest(name, self.set_names().chain(known)).map_or_else(
            || "set it in initialize before it is read".to_owned(),
            |near| format!("did you mean `context.{near}`?"),
        );
        format!("context has no field `{name}`\nhint: {hint}")
    }
}

/// Returns why a value cannot be saved: where in it, and what is there.
pub(super) fn unsavable(value: &Dynamic) -> Option<String> {
    if value.is::<FnPtr>() {
        return Some(
            "a function or closure cannot be saved; keep the name of a function instead".to_owned(),
        );
    }
    if let Some(array) = value.read_lock::<Array>() {
        return array.iter().find_map(unsavable);
    }
    if let Some(map) = value.read_lock::<Map>() {
        return map.values().find_map(unsavable);
    }
    let savable = value.is_unit()
        || value.is_bool()
        || value.is_int()
        || value.is_float()
        || value.is_decimal()
        || value.is_string()
        || value.is_char()
        || value.is::<AssetRef>()
        || value.is::<TimeRef>()
        || value.is::<SeriesRef>()
        || value.is::<IndicatorRef>();
    (!savable).then(|| {
        let kind = value.type_name().rsplit("::").next().unwrap_or("value").trim_end_matches("Ref").to_owned();
        format!("a value of kind {kind} cannot be saved; keep the numbers, names or ids that you need of it")
    })
}
