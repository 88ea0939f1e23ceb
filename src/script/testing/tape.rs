//! The bars of a simulated world: written by a test, read by the world as they come due.
//!
//! Invariants: bars of one asset follow each other on the calendar; a bar lies in the future of the
//! world when it is added.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use chrono::{Datelike, Days};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::core::calendar::Calendar;
use crate::core::model::asset::AssetId;
use crate::core::model::market::Bar;
use crate::core::model::time::{Span, Timeframe, Timestamp};
use crate::core::sim::world::Feed;
use crate::script::convert::{Outcome, fail};

/// Bars by the instants at which they end.
type Slices = BTreeMap<Timestamp, Vec<(AssetId, Bar)>>;

/// Bars that are still to come; a test and its world have the same.
#[derive(Clone, Default, Debug)]
pub(super) struct Tape(Rc<RefCell<Slices>>);

impl Tape {
    /// Adds a bar.
    pub(super) fn add(&self, asset: AssetId, bar: Bar) {
        let mut all = self.0.borrow_mut();
        let slice = all.entry(bar.closes).or_default();
        slice.push((asset, bar));
        slice.sort_by_key(|(id, _)| *id);
    }

    /// Returns when the next bars end.
    pub(super) fn next_end(&self) -> Option<Timestamp> {
        self.0.borrow().first_key_value().map(|(at, _)| *at)
    }
}

impl Feed for Tape {
    fn peek(&mut self) -> Option<Timestamp> {
        self.next_end()
    }

    fn next(&mut self, slice: &mut Vec<(AssetId, Bar)>) {
        slice.clear();
        if let Some((_, bars)) = self.0.borrow_mut().pop_first() {
            slice.extend(bars);
        }
    }
}

/// Returns the label of the first bar at or after an instant.
pub(super) fn first_label(
    calendar: &Calendar,
    timeframe: Timeframe,
    from: Timestamp,
) -> Option<Timestamp> {
    match timeframe {
        Timeframe::Intraday(_) => calendar
            .session_at(from)
            .map(|_| from)
            .or_else(|| calendar.next_session_after(from).map(|next| next.open)),
        Timeframe::Day => {
            let date = from.date();
            let last = date.checked_add_days(Days::new(60))?;
            let session = calendar.sessions(date..=last).next()?;
            Timestamp::from_date(session.date)
        }
        Timeframe::Week => {
            let date = from.date();
            let back = u64::from(date.weekday().num_days_from_monday());
            Timestamp::from_date(date.checked_sub_days(Days::new(back))?)
        }
    }
}

/// Returns the label of the bar after one.
pub(super) fn next_label(
    calendar: &Calendar,
    timeframe: Timeframe,
    label: Timestamp,
) -> Option<Timestamp> {
    let next = label + timeframe.span();
    match timeframe {
        Timeframe::Intraday(_) => {
            let session = calendar.session_at(label);
            if session.is_some_and(|session| next < session.close) {
                return Some(next);
            }
            first_label(calendar, timeframe, next.max(label + Span::from_nanos(1)))
        }
        Timeframe::Day | Timeframe::Week => first_label(calendar, timeframe, next),
    }
}

/// Makes a bar of open, high, low, close and volume.
pub(super) fn bar_of(
    numbers: [Decimal; 5],
    label: Timestamp,
    calendar: &Calendar,
    timeframe: Timeframe,
) -> Outcome<Bar> {
    let [open, high, low, close, volume] = numbers;
    if low <= Decimal::ZERO {
        return fail(format!("a price must be above 0, was {low}"));
    }
    if high < open.max(close) || low > open.min(close) {
        return fail(format!(
            "open {open} and close {close} must lie between low {low} and high {high}"
        ));
    }
    if volume.is_sign_negative() && !volume.is_zero() {
        return fail(format!("a volume must not be negative, was {volume}"));
    }
    let (Some((prices, price_scale)), Some(([volume], volume_scale))) =
        (scaled([open, high, low, close]), scaled([volume]))
    else {
        return fail(format!(
            "{high} or {volume} is more than a price or volume can be"
        ));
    };
    let span = calendar.bar_span(label, timeframe);
    Ok(Bar {
        start: label,
        opens: span.opens,
        closes: span.closes,
        prices,
        volume,
        price_scale,
        volume_scale,
    })
}

/// Returns numbers as whole numbers of one decimal scale, the finest that holds them all.
fn scaled<const N: usize>(numbers: [Decimal; N]) -> Option<([i64; N], u8)> {
    let numbers = numbers.map(|number| number.normalize());
    let finest = numbers.iter().map(Decimal::scale).max().unwrap_or(0);
    (0..=finest.min(18)).rev().find_map(|scale| {
        let unit = Decimal::from(10_u64.checked_pow(scale)?);
        let mut whole = [0; N];
        for (slot, number) in whole.iter_mut().zip(&numbers) {
            *slot = number.checked_mul(unit)?.round().to_i64()?;
        }
        Some((whole, u8::try_from(scale).ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn labels_follow_the_calendar() {
        let calendar = Calendar::named("XNYS").unwrap();
        let quarter = Timeframe::parse("15m").unwrap();
        let cases = [
            // The holiday and the weekend are left out.
            (Timeframe::Day, "2024-01-12", "2024-01-16"),
            (Timeframe::Week, "2024-01-08", "2024-01-15"),
            (quarter, "2024-01-02T14:30:00Z", "2024-01-02T14:45:00Z"),
            (quarter, "2024-01-02T20:45:00Z", "2024-01-03T14:30:00Z"),
        ];
        for (timeframe, label, next) in cases {
            let found = next_label(&calendar, timeframe, at(label));
            assert_eq!(found, Some(at(next)), "{label}");
        }
        let first = first_label(&calendar, Timeframe::Day, at("2024-01-01"));
        assert_eq!(first, Some(at("2024-01-02")));
    }

    #[test]
    fn numbers_keep_their_decimals_as_far_as_they_fit() {
        let dec = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!(scaled([dec("100"), dec("0.25")]), Some(([10_000, 25], 2)));
        let third = dec("33.333333333333336");
        assert_eq!(scaled([third]), Some(([33_333_333_333_333_336], 15)));
        assert_eq!(scaled([Decimal::MAX]), None);
    }
}
