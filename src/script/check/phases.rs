//! Rules about what may be done when: no orders while a run is set up, no set-up while it runs.

use crate::script::api::docs;
use crate::script::check::calls::{How, each_call};
use crate::script::check::handlers::is_handler;
use crate::script::check::parsed::Role;
use crate::script::check::{Findings, View};

/// Handlers that may not order.
const NO_ORDERS: [&str; 4] = ["analyze", "before_trading_start", "initialize", "on_reload"];

/// Handlers that may set up.
const SET_UP: [&str; 2] = ["initialize", "on_reload"];

/// Functions that place orders.
pub(super) const ORDERS: [&str; 10] = [
    "bracket",
    "close_position",
    "order",
    "order_percent",
    "order_target",
    "order_target_percent",
    "order_target_value",
    "order_target_weights",
    "order_value",
    "try_order",
];

/// Whether a function belongs to the set-up.
fn sets_up(name: &str) -> bool {
    ["schedule", "on_cross"].contains(&name)
        || (name.starts_with("set_") && docs::find(name).iter().any(|doc| doc.subject == "Set-up"))
}

/// `RBT113`: an order where none may be placed. `RBT114`: a set-up call where none is taken.
pub(super) fn wrong_phase(view: &View<'_>, findings: &mut Findings) {
    let file = view.file;
    if file.role == Role::Module {
        return;
    }
    for function in file.named() {
        let within = function.name.as_str();
        let is_scheduled = file.scheduled.contains(within);
        if !is_handler(within) && !is_scheduled {
            continue;
        }
        each_call(function, |how, call, at| {
            let name = call.name.as_str();
            let is_ours =
                how == How::Method || !call.namespace.is_empty() || file.function(name).is_some();
            if is_ours {
                return;
            }
            if NO_ORDERS.contains(&within) && !is_scheduled && ORDERS.contains(&name) {
                let message = format!("{within} may not order, and `{name}` does");
                let hint = "order in handle_data or in a scheduled function";
                findings.error(file, "RBT113", at, message, hint.to_owned());
            }
            if !SET_UP.contains(&within) && sets_up(name) {
                let message = format!("`{name}` belongs in initialize; this is {within}");
                let hint = "move it to initialize; what changes while the run goes on belongs in the context";
                findings.error(file, "RBT114", at, message, hint.to_owned());
            }
        });
    }
}
