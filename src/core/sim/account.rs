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

/// An order on trial.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trial {
    pub(super) asset: AssetId,
    pub(super) side: Side,
    pub(super) quantity: Quantity,
    /// What it would be charged.
    pub(super) commission: Money,
}

/// Why an account cannot carry an order; empty words mean that it can.
pub(super) fn refusal(
    rules: AccountRules,
    ledger: &Ledger,
    working: &dyn Fn(AssetId) -> Working,
    assets_in_play: &[AssetId],
    trial: &Trial,
) -> Option<String> {
    let held = ledger.position(trial.asset).amount;
    let open = working(trial.asset);
    if reduces(held, open, trial) {
        return None;
    }
    match rules {
        AccountRules::Cash => cash_refusal(ledger, working, assets_in_play, trial),
        AccountRules::Margin { initial, .. } => {
            let exposure: Money = assets_in_play
                .iter()
                .map(|id| exposure_with_orders(ledger, *id, working(*id), trial))
                .sum();
            let needed = Money::new(exposure.get() * initial) + trial.commission;
            let value = ledger.value();
            (needed > value).then(|| {
                format!(
                    "margin: needs {needed}, the account is worth {value}, {} short",
                    needed - value
                )
            })
        }
    }
}

/// Whether an order, with the open ones of its side, stays within what is held on the other side.
fn reduces(held: Quantity, open: Working, trial: &Trial) -> bool {
    match trial.side {
        Side::Sell => held.is_long() && open.sells + trial.quantity <= held,
        Side::Buy => held.is_short() && open.buys + trial.quantity <= held.abs(),
    }
}

/// The larger of what the position becomes when all buys fill and when all sells do.
fn exposure_with_orders(ledger: &Ledger, id: AssetId, open: Working, trial: &Trial) -> Money {
    let held = ledger.position(id).amount;
    let (mut buys, mut sells) = (open.buys, open.sells);
    if id == trial.asset {
        match trial.side {
            Side::Buy => buys += trial.quantity,
            Side::Sell => sells += trial.quantity,
        }
    }
    let units = (held + buys).abs().max((held - sells).abs());
    ledger
        .asset(id)
        .notional(ledger.position(id).last_price, units)
}

fn cash_refusal(
    ledger: &Ledger,
    working: &dyn Fn(AssetId) -> Working,
    assets_in_play: &[AssetId],
    trial: &Trial,
) -> Option<String> {
    let asset = ledger.asset(trial.asset);
    let held = ledger.position(trial.asset).amount;
    if trial.side == Side::Sell {
        let free = held - working(trial.asset).sells;
        return Some(format!(
            "cash account: sells {} {}, {} held and not yet on sale, {} short",
            trial.quantity,
            asset.symbol,
            free,
            trial.quantity - free
        ));
    }
    let reserved: Money = assets_in_play
        .iter()
        .map(|id| {
            ledger
                .asset(*id)
                .notional(ledger.position(*id).last_price, working(*id).buys)
        })
        .sum();
    let cost =
        asset.notional(ledger.position(trial.asset).last_price, trial.quantity) + trial.commission;
    let free = ledger.cash() - reserved;
    (cost > free).then(|| {
        format!(
            "insufficient funds: needs {cost}, {free} in cash and not yet reserved, {} short",
            cost - free
        )
    })
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
