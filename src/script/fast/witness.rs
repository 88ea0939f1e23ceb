//! What variables held when something failed.
//!
//! Invariants: looked at only after a failure; the innermost function speaks, or nobody where that
//! one ran under Rhai.

use rhai::{Dynamic, EvalAltResult, Identifier};

use crate::script::fast::run::Machine;
use crate::script::fast::tree::Function;

/// A variable, or a field of one, that a line names.
#[derive(Clone, Debug)]
pub(in crate::script) struct Named {
    pub(in crate::script) name: Identifier,
    /// The field that is read there.
    pub(in crate::script) field: Option<Identifier>,
    /// What the variable held.
    pub(in crate::script) value: Dynamic,
}

/// What is known of the moment of a failure.
#[derive(Clone, Default, Debug)]
pub(in crate::script) struct Witness {
    /// What the failing line names, from left to right.
    pub(in crate::script) named: Vec<Named>,
    /// The handles that the failing function had, of whatever kind.
    pub(in crate::script) handles: Vec<Dynamic>,
}

/// Whether an error happened in the function at hand, not in one that it called.
pub(in crate::script) fn is_own(error: &EvalAltResult) -> bool {
    !matches!(
        error,
        EvalAltResult::ErrorInFunctionCall(..) | EvalAltResult::ErrorInModule(..)
    )
}

impl Machine<'_> {
    /// Keeps what the variables of a function hold, which has just failed.
    #[cold]
    pub(super) fn bear_witness(&mut self, function: &Function, base: usize) {
        let Some(error) = self.error.as_deref().filter(|_| self.witness.is_none()) else {
            return;
        };
        let line = error.position().line();
        if line.is_none() && is_own(error) {
            // It gets the place of the call, a line of the caller.
            return;
        }
        let mut witness = Witness::default();
        if is_own(error) {
            let mut uses: Vec<_> = function
                .uses
                .iter()
                .filter(|one| one.at.line() == line)
                .collect();
            uses.sort_by_key(|one| one.at.position());
            witness.named = uses
                .into_iter()
                .filter_map(|one| {
                    Some(Named {
                        name: one.name.clone(),
                        field: one.field.clone(),
                        value: self.stack.get(base + one.slot)?.clone(),
                    })
                })
                .collect();
            let slots = self.stack.get(base..base + function.slots);
            witness.handles = slots
                .unwrap_or_default()
                .iter()
                .filter(|value| value.is_variant())
                .cloned()
                .collect();
        }
        self.witness = Some(Box::new(witness));
    }
}
