//! The broker's own view of the account: what an order needs and what there is (R-SIM-7).
//!
//! Invariants: an order that only reduces a position always passes; a refusal states the shortfall;
//! a requirement looks at positions and working orders together, at last prices.

use rust_decimal::Decimal;

use crate::core::ledger::Ledger;
use crate::core::model::asset::AssetId;
use crate::core::model::number::{Money, Quantity};
use crate::core::model::order::Side;
use crate::core::sim::rules::AccountRules;

/// The open orders of one asset, added up.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Working {
    /// Units that open buys may still add.
    pub(super) buys: Quantity,
    /// Units that open sells may still take away; positive.
    pub(super) sells: Quantity,
}

impl Working {
    /// Adds an order on trial.
    pub(super) fn with(self, trial: &Trial) -> Self {
        let Self { buys, sells } = self;
        match trial.side {
            Side::Buy => Self {
                buys: buys + trial.quantity,
                sells,
            },
            Side::Sell => Self {
                buys,
                sells: sells + trial.quantity,
            },
        }
    }
}

/// An order on trial.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trial {
    pub(super) asset: AssetId,
    pub(super) side: Side,
    pub(super) quantity: Quantity,
    /// What it would be charged.
    pub(super) commission: Money,
}

/// Returns why a margin account cannot carry an order that does not only reduce; `None` when it can.
/// `exposure` is that of the account with all orders and this one, `worth` the account's value.
pub(super) fn margin_refusal(
    rules: AccountRules,
    ledger: &Ledger,
    trial: &Trial,
    exposure: Money,
    worth: Money,
) -> Option<String> {
    let AccountRules::Margin {
        initial,
        maintenance,
        ..
    } = rules
    else {
        return None;
    };
    let needed = Money::new(exposure.get() * initial) + trial.commission;
    if needed > worth {
        return Some(format!(
            "margin: needs {needed}, the account is worth {worth}, {} short",
            needed - worth
        ));
    }
    maintenance_shortfall(ledger, maintenance).map(|short| {
        format!("maintenance margin is {short} short: only orders that reduce are taken")
    })
}

/// Whether an order, with the open ones of its side, stays within what is held on the other side.
pub(super) fn reduces(held: Quantity, open: Working, trial: &Trial) -> bool {
    match trial.side {
        Side::Sell => held.is_long() && open.sells + trial.quantity <= held,
        Side::Buy => held.is_short() && open.buys + trial.quantity <= held.abs(),
    }
}

/// Returns the exposure of an asset at its last price: the larger of what the position becomes when all
/// buys fill and when all sells do.
pub(super) fn weight(ledger: &Ledger, id: AssetId, open: Working) -> Money {
    let position = ledger.position(id);
    let units = (position.amount + open.buys)
        .abs()
        .max((position.amount - open.sells).abs());
    if units.is_zero() {
        return Money::ZERO;
    }
    ledger.asset(id).notional(position.last_price, units)
}

/// A purchase is taken whatever it costs, since it fills as far as the cash reaches; a sale of what is
/// not held is refused.
pub(super) fn cash_refusal(ledger: &Ledger, open: Working, trial: &Trial) -> Option<String> {
    if trial.side == Side::Buy {
        return None;
    }
    let free = ledger.position(trial.asset).amount - open.sells;
    Some(format!(
        "cash account: sells {} {}, {free} held and not yet on sale, {} short",
        trial.quantity,
        ledger.asset(trial.asset).symbol,
        trial.quantity - free
    ))
}

/// Returns what the maintenance requirement lacks; `None` while it is met. Cheap for an account that
/// neither borrows nor is short, which cannot breach it.
pub(super) fn maintenance_shortfall(ledger: &Ledger, maintenance: Decimal) -> Option<Money> {
    let borrows = ledger.cash().get().is_sign_negative()
        || ledger
            .held()
            .iter()
            .any(|id| ledger.position(*id).amount.is_short());
    let leveraged = borrows
        || ledger
            .held()
            .iter()
            .any(|id| ledger.asset(*id).multiplier != Decimal::ONE);
    if !leveraged {
        return None;
    }
    let needed = Money::new(ledger.gross_exposure().get() * maintenance);
    let value = ledger.value();
    (value < needed).then(|| needed - value)
}
