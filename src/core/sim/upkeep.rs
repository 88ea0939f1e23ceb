//! What happens to orders and account between bars: ends of sessions, corporate actions, margin, fees.
//!
//! Invariants: an order ends with the first session in which it could have filled; a breach of the
//! maintenance requirement is said once, until it is cured.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::core::message::{Event, OrderReport};
use crate::core::model::asset::AssetId;
use crate::core::model::market::{Bar, CorporateAction};
use crate::core::model::number::{Money, Price, Quantity};
use crate::core::model::time::Timestamp;
use crate::core::sim::account::maintenance_shortfall;
use crate::core::sim::exchange::Exchange;
use crate::core::sim::rules::AccountRules;

impl Exchange {
    /// Applies a corporate action to positions and working orders.
    pub fn apply_action(
        &mut self,
        asset: AssetId,
        action: CorporateAction,
        out: &mut Vec<OrderReport>,
    ) {
        self.carried = None;
        let close = self.ledger.position(asset).last_price;
        self.ledger.apply_action(asset, action, close);
        let CorporateAction::Split(ratio) = action else {
            return;
        };
        self.bars[asset.index()].usual.split(ratio);
        let rules = self.assets[asset.index()].clone();
        let scaled = |units: Quantity| rules.round_quantity(Quantity::new(units.get() * ratio));
        let mut gone = Vec::new();
        for order in self.book.of_mut(asset) {
            order.filled = scaled(order.filled);
            order.request.split(ratio, &rules);
            order.trail = order.trail.map(|price| Price::new(price.get() / ratio));
            order.room = order.room.map(scaled);
            out.push(OrderReport::Adjusted(order.id, action));
            if order.request.quantity <= order.filled {
                gone.push(order.id);
            }
        }
        for id in gone {
            self.end(id, &"nothing is left of it after the split".into(), out);
        }
    }

    /// Ends what does not outlive a session that ends at or before `now`: DAY orders, and all others
    /// too when the policy says so. What could not yet fill in that session stays.
    pub fn end_sessions(&mut self, now: Timestamp, out: &mut Vec<OrderReport>) {
        let reason: Arc<str> = "end of session".into();
        for id in self.book.expired(now) {
            let Some(order) = self.book.get(id) else {
                continue;
            };
            if order.request.tif.is_day() {
                self.drop_order(id, OrderReport::Expired(id), out);
            } else {
                self.end(id, &reason, out);
            }
        }
    }

    /// Returns when [`Self::end_sessions`] next has something to do.
    pub fn next_expiry(&self) -> Option<Timestamp> {
        self.book.next_expiry()
    }

    /// Notes in which session an order could first fill, when that is now.
    pub(super) fn note_session(&mut self, asset: AssetId, at: usize, bar: &Bar) {
        let order = &mut self.book.of_mut(asset)[at];
        if order.session_end.is_some() {
            return;
        }
        let calendar = &self.calendars[asset.index()];
        let end = calendar
            .session_at(bar.opens)
            .or_else(|| calendar.next_session_after(bar.opens))
            .map_or(Timestamp::MAX, |session| session.close);
        order.session_end = Some(end);
        if self.rules.cancel_at_session_end || order.request.tif.is_day() {
            let id = order.id;
            self.book.expires(end, id);
        }
    }

    /// Looks at the maintenance requirement; says so once when it is breached.
    pub fn check_margin(&mut self) -> Option<Event> {
        let AccountRules::Margin { maintenance, .. } = self.rules.account else {
            return None;
        };
        let shortfall = maintenance_shortfall(&self.ledger, maintenance);
        let began = shortfall.is_some() && !self.in_breach;
        self.in_breach = shortfall.is_some();
        shortfall.filter(|_| began).map(Event::MarginCall)
    }

    /// Charges `days` days' fee on short positions; `None` where there is none.
    pub fn borrow_fee(&mut self, days: i64) -> Option<Event> {
        if self.rules.borrow_rate.is_zero() {
            return None;
        }
        let short: Money = self
            .ledger
            .held()
            .iter()
            .filter(|id| self.ledger.position(**id).amount.is_short())
            .map(|id| self.ledger.exposure(*id).abs())
            .sum();
        if short.is_zero() {
            return None;
        }
        let year = Decimal::from(365);
        let fee = short.get() * self.rules.borrow_rate * Decimal::from(days) / year;
        let fee = Money::new(fee);
        self.carried = None;
        self.ledger.adjust_cash(-fee);
        Some(Event::Charged(fee, "borrow fee".into()))
    }
}
