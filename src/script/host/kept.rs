//! What a script keeps between calls, to be written down and taken up again.
//!
//! Invariants: a script that took up what another of the same text kept goes on as that one would
//! have. The script's parameters are not part of it; they come from the configuration.

use std::collections::BTreeSet;
use std::rc::Rc;

use rhai::Dynamic;
use serde::{Deserialize, Serialize};

use crate::core::engine::Engine;
use crate::core::engine::desk::Desk;
use crate::core::model::asset::AssetId;
use crate::script::host::{Host, ScriptStrategy};
use crate::script::random::Random;
use crate::script::saved::{load, save};

/// What a script keeps between calls.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct ScriptState {
    /// The fields of its context.
    pub context: serde_json::Map<String, serde_json::Value>,
    random: u64,
    /// The assets of which it was said that an order rounded to nothing.
    said: BTreeSet<AssetId>,
}

impl ScriptStrategy {
    /// Returns what the script keeps between calls.
    pub fn state(&self) -> ScriptState {
        let fields = self.host.fields.borrow();
        let context = fields
            .set()
            // What cannot be saved was refused when it was assigned.
            .filter_map(|(name, value)| Some((name.to_owned(), save(value)?)));
        ScriptState {
            context: context.collect(),
            random: self.host.rng.borrow().seed(),
            said: self.host.said.borrow().clone(),
        }
    }

    /// Takes up what a script kept; `desk` must have been restored before, for the indicators in it.
    ///
    /// # Errors
    /// Names the field that cannot be read.
    pub fn restore(&mut self, state: &ScriptState, desk: &mut Box<Desk>) -> Result<(), String> {
        let restored: Result<Vec<(&String, Dynamic)>, String> = self.at(desk, |host| {
            let read = |(name, json)| match load(json, host) {
                Ok(value) => Ok((name, value)),
                Err(reason) => Err(format!("context.{name}: {reason}")),
            };
            state.context.iter().map(read).collect()
        });
        let mut fields = self.host.fields.borrow_mut();
        fields.clear();
        for (name, value) in restored? {
            let slot = fields.slot(name);
            fields.write(slot, value);
        }
        fields.commit();
        *self.host.rng.borrow_mut() = Random::new(state.random);
        self.host.said.borrow_mut().clone_from(&state.said);
        Ok(())
    }

    /// Does something while the host sits at a desk.
    fn at<R>(&mut self, desk: &mut Box<Desk>, work: impl FnOnce(&Rc<Host>) -> R) -> R {
        std::mem::swap(&mut *self.host.desk.borrow_mut(), desk);
        self.host.seated.set(true);
        let result = work(&self.host);
        self.host.seated.set(false);
        std::mem::swap(&mut *self.host.desk.borrow_mut(), desk);
        result
    }
}

impl Engine<ScriptStrategy> {
    /// Lets the script take up what another kept; the engine must have been restored before.
    ///
    /// # Errors
    /// As [`ScriptStrategy::restore`].
    pub fn restore_strategy(&mut self, state: &ScriptState) -> Result<(), String> {
        let (strategy, desk) = self.parts_mut();
        strategy.restore(state, desk)
    }
}
