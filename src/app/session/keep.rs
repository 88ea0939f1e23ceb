//! What a checkpoint says.
//!
//! Invariants: the state is there once: `schedule`, `indicators`, `strategy` and `engine` are what a
//! session is restored from, and `portfolio` and `pending_orders` show the same to people and
//! programs. A document of another version is refused, never guessed at.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::app::session::record::RecorderState;
use crate::core::engine::desk::Desk;
use crate::core::model::order::{Order, OrderType};
use crate::core::model::time::Timestamp;
use crate::core::sim::world::WorldState;
use crate::script::host::kept::ScriptState;

/// The version of the document.
pub const VERSION: u64 = 1;

/// All that a session is restored from.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The facts of the session.
    pub facts: Facts,
    /// The engine and the simulated exchange.
    pub world: WorldState,
    /// What the script kept.
    pub script: ScriptState,
    /// The files of results.
    pub recorder: RecorderState,
}

/// What is known of a session besides its state.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Facts {
    /// When it was written, on the wall clock.
    pub timestamp: Timestamp,
    /// The last entry of the journal that is in it.
    pub sequence: u64,
    /// `paper` or `live`.
    pub mode: String,
    /// The account.
    pub account: String,
    /// The script's name.
    pub name: String,
    /// The hash of the script that is running.
    pub script_sha256: String,
    /// Eight characters that begin the broker's order ids of this session.
    pub run_id: String,
    /// The slices that were taken.
    pub slices: u64,
    /// The symbols, by their numbers.
    pub symbols: Vec<String>,
    /// The interval of the bars.
    pub timeframe: String,
}

/// Returns the document.
///
/// # Errors
/// When something in the state cannot be written as JSON.
pub fn document(kept: &Kept, desk: &Desk) -> Result<Map<String, Value>, serde_json::Error> {
    let facts = &kept.facts;
    let mut world = serde_json::to_value(&kept.world)?;
    let schedule = world["engine"]["schedule"].take();
    let indicators = world["engine"]["handles"].take();
    let mut strategy = serde_json::to_value(&kept.script)?;
    strategy["name"] = facts.name.as_str().into();
    strategy["script_sha256"] = facts.script_sha256.as_str().into();
    let document = json!({
        "checkpoint_version": VERSION,
        "timestamp": facts.timestamp,
        "sequence": facts.sequence,
        "mode": facts.mode,
        "account": facts.account,
        "run_id": facts.run_id,
        "strategy": strategy,
        "portfolio": portfolio(desk),
        "pending_orders": pending(desk),
        "breakers": {},
        "schedule": schedule,
        "indicators": indicators,
        "alignment_metrics": {},
        "results": kept.recorder,
        "source": {
            "slices": facts.slices,
            "symbols": facts.symbols,
            "timeframe": facts.timeframe,
        },
        "engine": world,
    });
    // It is an object, as it is written above.
    let document = document.as_object().cloned();
    Ok(document.unwrap_or_default())
}

/// Reads a document.
///
/// # Errors
/// What is wrong with it.
pub fn read(document: &Map<String, Value>) -> Result<Kept, String> {
    let version = document.get("checkpoint_version").and_then(Value::as_u64);
    if version != Some(VERSION) {
        return Err(match version {
            Some(other) => {
                format!("it has version {other}, and this program reads version {VERSION}")
            }
            None => "it is no checkpoint".to_owned(),
        });
    }
    let part = |name: &str| document.get(name).cloned().unwrap_or_default();
    let mut world = part("engine");
    world["engine"]["schedule"] = part("schedule");
    world["engine"]["handles"] = part("indicators");
    let (strategy, source) = (part("strategy"), part("source"));
    let facts = json!({
        "timestamp": part("timestamp"),
        "sequence": part("sequence"),
        "mode": part("mode"),
        "account": part("account"),
        "run_id": part("run_id"),
        "name": strategy["name"],
        "script_sha256": strategy["script_sha256"],
        "slices": source["slices"],
        "symbols": source["symbols"],
        "timeframe": source["timeframe"],
    });
    let wrong = |part: &str| {
        let part = part.to_owned();
        move |error: serde_json::Error| {
            format!("its part `{part}` is not what it should be: {error}")
        }
    };
    Ok(Kept {
        facts: serde_json::from_value(facts).map_err(wrong("source"))?,
        world: serde_json::from_value(world).map_err(wrong("engine"))?,
        script: serde_json::from_value(strategy).map_err(wrong("strategy"))?,
        recorder: serde_json::from_value(part("results")).map_err(wrong("results"))?,
    })
}

fn portfolio(desk: &Desk) -> Value {
    let ledger = &desk.ledger;
    let positions = ledger.held().iter().map(|id| {
        let (asset, position) = (desk.asset(*id), ledger.position(*id));
        json!({
            "asset": &*asset.symbol,
            "amount": position.amount,
            "cost_basis": position.cost_basis(asset),
            "last_sale_price": position.last_price,
            "realized_pnl": position.realized,
        })
    });
    json!({
        "cash": ledger.cash(),
        "portfolio_value": ledger.value(),
        "positions": positions.collect::<Vec<_>>(),
    })
}

fn pending(desk: &Desk) -> Vec<Value> {
    desk.orders.open().map(|order| shown(order, desk)).collect()
}

/// Returns an order as programs read it.
pub fn shown(order: &Order, desk: &Desk) -> Value {
    let request = &order.request;
    json!({
        "order_id": order.id.to_string(),
        "broker_order_id": null,
        "asset": &*desk.asset(request.asset).symbol,
        "amount": request.side.signed(request.quantity),
        "filled": order.filled,
        "order_type": request.order_type.name(),
        "limit_price": request.order_type.limit(),
        "stop_price": match request.order_type {
            OrderType::Trail(_) => Value::Null,
            OrderType::Market | OrderType::Limit(_) | OrderType::Stop(_)
            | OrderType::StopLimit { .. } => json!(request.order_type.stop()),
        },
        "time_in_force": request.tif.name(),
        "status": order.status.name(),
        "tag": &*request.tag,
    })
}
