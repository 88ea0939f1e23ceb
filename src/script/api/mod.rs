//! What a script can call, one file a subject.
//!
//! Invariants: everything that is registered is documented in the `DOCS` of its file, and the other
//! way round (a test holds it); functions take any kind of number where a number is meant.

use std::rc::Rc;

use crate::script::host::Host;
use crate::script::registry::Registry;

/// Arrays.
pub(super) mod arrays;
/// Assets and how they are found.
pub mod assets;
/// The context and its fields.
pub(super) mod context;
/// Market data.
pub(super) mod data;
/// Words about everything above.
pub mod docs;
/// Indicators, at once and kept.
pub mod indicators;
/// Orders.
pub(super) mod orders;
/// What the script says.
pub(super) mod output;
/// The whole universe at once.
pub(super) mod panel;
/// Portfolio, positions, account.
mod portfolio;
/// What runs when.
mod schedule;
/// Windows of numbers.
pub mod series;
/// How a run is set up.
mod setup;
/// Mathematics of one series or two.
mod statistics;
/// What tests call.
pub(super) mod testing;
/// Instants.
pub mod time;

/// Registers everything.
pub(super) fn register(engine: &mut Registry, host: &Rc<Host>) {
    arrays::register(engine);
    time::register(engine);
    assets::register(engine, host);
    series::register(engine);
    indicators::register(engine, host);
    context::register(engine);
    portfolio::register(engine);
    data::register(engine);
    panel::register(engine);
    orders::register(engine, host);
    setup::register(engine, host);
    schedule::register(engine, host);
    output::register(engine, host);
    testing::register(engine, host);
}
