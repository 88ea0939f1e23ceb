//! All that an engine knows, as plain data: what a checkpoint is made of.
//!
//! Invariants: an engine with the same assets, calendars and strategy that takes up the state of
//! another goes on as that one would have, to the last bit. What a strategy keeps is its own affair.
//! Taken between two events; notes that no observer took are not part of it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::core::engine::Engine;
use crate::core::engine::gate::Limits;
use crate::core::engine::handles::{HandleError, HandlesState};
use crate::core::engine::market::MarketState;
use crate::core::engine::orders::OrdersState;
use crate::core::engine::schedule::{EntryState, RuleError};
use crate::core::ledger::LedgerState;
use crate::core::model::asset::AssetId;
use crate::core::model::time::Timestamp;

/// See the module.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EngineState {
    now: Timestamp,
    ledger: LedgerState,
    orders: OrdersState,
    market: MarketState,
    handles: HandlesState,
    schedule: Vec<EntryState>,
    limits: Limits,
    benchmark: Option<AssetId>,
    halted: Option<Arc<str>>,
    errors: u64,
    next_open: Option<Timestamp>,
}

/// A state that cannot be taken up.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StateError {
    /// Of an indicator.
    #[error(transparent)]
    Handle(#[from] HandleError),
    /// Of a schedule.
    #[error(transparent)]
    Rule(#[from] RuleError),
}

impl<S> Engine<S> {
    /// Returns all that the engine knows.
    pub fn state(&self) -> EngineState {
        let desk = &self.desk;
        EngineState {
            now: desk.now,
            ledger: desk.ledger.state(),
            orders: desk.orders.state(),
            market: desk.market.state(),
            handles: desk.handles.state(),
            schedule: desk.schedule.snapshot(),
            limits: desk.limits.clone(),
            benchmark: desk.benchmark,
            halted: desk.halted.clone(),
            errors: self.errors,
            next_open: self.next_open,
        }
    }

    /// Takes up what another engine knew.
    ///
    /// # Errors
    /// For an indicator or a rule that this program does not have, or numbers that are not its own.
    pub fn restore(&mut self, state: EngineState) -> Result<(), StateError> {
        let desk = &mut self.desk;
        desk.now = state.now;
        desk.ledger.restore(state.ledger);
        desk.orders.restore(state.orders);
        desk.market.restore(state.market);
        desk.handles.restore(state.handles)?;
        desk.schedule.restore(&state.schedule, state.now)?;
        desk.limits = state.limits;
        desk.benchmark = state.benchmark;
        desk.halted = state.halted;
        self.errors = state.errors;
        self.next_open = state.next_open;
        Ok(())
    }
}
