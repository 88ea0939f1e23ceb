//! What the engine answers to requests on its control socket.
//!
//! Invariants: every request gets one answer, `{"ok":true,"data":…}` or `{"ok":false,"error":…}`; what
//! changes anything is an entry of the journal like all else that the core is told.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::session::drive::{Session, SessionError};
use crate::app::session::entry::Entry;
use crate::app::session::keep::shown;
use crate::core::engine::desk::Desk;
use crate::core::message::Wish;

/// A request.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Request {
    /// What is wanted: `status`, `halt`, …
    pub command: String,
    /// Who wants it.
    #[serde(default)]
    pub operator: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// Whether working orders are canceled too.
    #[serde(default)]
    pub cancel_orders: bool,
    /// Whether positions are closed before a stop.
    #[serde(default)]
    pub flatten: bool,
}

/// What is to happen after an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum After {
    /// Nothing.
    GoOn,
    /// The session ends in good order.
    Stop,
    /// The script's file is looked at.
    Reload,
}

/// Answers a request.
///
/// # Errors
/// When what it wants cannot be written down.
pub fn answer(session: &mut Session, text: &str) -> Result<(Value, After), SessionError> {
    let request: Request = match serde_json::from_str(text) {
        Ok(request) => request,
        Err(error) => return Ok((refuse(&format!("this is no request: {error}")), After::GoOn)),
    };
    let mut after = After::GoOn;
    let data = match request.command.as_str() {
        "status" => status(session),
        "positions" => positions(session.world.engine().desk()),
        "orders" => orders(session.world.engine().desk()),
        "state" => json!(session.world.engine().strategy().state().context),
        "halt" => {
            obey(session, Wish::Halt, &request)?;
            if request.cancel_orders {
                obey(session, Wish::CancelAll, &request)?;
            }
            status(session)
        }
        "resume" => {
            obey(session, Wish::Resume, &request)?;
            status(session)
        }
        "flatten" => {
            obey(session, Wish::Flatten, &request)?;
            status(session)
        }
        "stop" => {
            if request.flatten {
                obey(session, Wish::Flatten, &request)?;
            }
            after = After::Stop;
            status(session)
        }
        "reload" => {
            after = After::Reload;
            status(session)
        }
        other => {
            let text = format!("`{other}` is not something that an engine can be asked");
            return Ok((refuse(&text), After::GoOn));
        }
    };
    Ok((json!({ "ok": true, "data": data }), after))
}

fn refuse(error: &str) -> Value {
    json!({ "ok": false, "error": error })
}

fn obey(session: &mut Session, wish: Wish, request: &Request) -> Result<(), SessionError> {
    let operator = if request.operator.is_empty() {
        "an operator"
    } else {
        &request.operator
    };
    let why = if request.reason.is_empty() {
        format!("by {operator}")
    } else {
        format!("{}, by {operator}", request.reason)
    };
    session.take(Entry::Operator(wish, why))?;
    // What a person wants must not be lost with the machine.
    session.commit(crate::shell::store::journal::Durability::Synced)
}

fn status(session: &Session) -> Value {
    let engine = session.world.engine();
    let desk = engine.desk();
    let next = desk
        .schedule
        .entries()
        .iter()
        .filter(|entry| entry.enabled)
        .filter_map(|entry| Some((entry.next?, &entry.name)))
        .min();
    let facts = &session.facts;
    json!({
        "mode": facts.mode,
        "script": facts.name,
        "script_sha256": facts.script_sha256,
        "at": desk.now,
        "slices": facts.slices,
        "sequence": facts.sequence,
        "halted": desk.halted.as_deref(),
        "portfolio_value": desk.ledger.value(),
        "cash": desk.ledger.cash(),
        "positions": desk.ledger.held().len(),
        "open_orders": desk.orders.open().count(),
        "fills": session.recorder.n_fills(),
        "script_errors": engine.errors(),
        "last_checkpoint": facts.timestamp,
        "next_call": next.map(|(at, name)| json!({ "name": &**name, "at": at })),
    })
}

fn positions(desk: &Desk) -> Value {
    let ledger = &desk.ledger;
    let held = ledger.held().iter().map(|id| {
        let (asset, position) = (desk.asset(*id), ledger.position(*id));
        json!({
            "asset": &*asset.symbol,
            "amount": position.amount,
            "cost_basis": position.cost_basis(asset),
            "last_price": position.last_price,
            "market_value": position.market_value(asset),
            "unrealized_pnl": position.unrealized(asset),
        })
    });
    held.collect()
}

fn orders(desk: &Desk) -> Value {
    desk.orders.open().map(|order| shown(order, desk)).collect()
}
