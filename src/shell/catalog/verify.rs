//! What is suspicious in bars that loaded: holes, spikes, splits, stale tails (R-DATA-5).
//!
//! Invariants: reports, never changes; a finding says where and shows the numbers. Whether a price of
//! 27.00 between two of 22.50 is real is for a person to decide.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::core::calendar::{Calendar, Session};
use crate::core::model::market::CorporateAction;
use crate::core::model::time::{Span, Timeframe, Timestamp};
use crate::shell::catalog::actions::DatedAction;
use crate::shell::catalog::bars::BarColumns;
use crate::shell::catalog::fixed::write_fixed;

/// What kind of thing is suspicious.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Sessions without a bar, or sessions with fewer bars than they are long.
    Gap,
    /// So long without a bar that it may be another company under the same ticker.
    Hole,
    /// A daily bar on a day without a session.
    OffCalendar,
    /// A price moved by more than the limit from one bar to the next, or within one.
    Jump,
    /// A jump by a factor that splits have, where no split is recorded.
    Split,
    /// A high or low far outside of the bar's open and close.
    Spike,
    /// The same bar again and again, at the end of the data.
    StaleTail,
    /// The same bar again and again.
    Stale,
}

/// One thing that is suspicious.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// The asset.
    pub symbol: String,
    /// What it is.
    pub kind: FindingKind,
    /// The label of the bar, or the first day without one.
    pub at: String,
    /// The numbers, for a person.
    pub detail: String,
}

/// What counts as suspicious.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifyLimits {
    /// A move of more than so many percent is a jump or a spike.
    pub jump_percent: u32,
    /// So many equal bars in a row are stale.
    pub stale_bars: usize,
    /// So many days without a bar are a hole.
    pub hole_days: i64,
}

impl Default for VerifyLimits {
    fn default() -> Self {
        Self {
            jump_percent: 30,
            stale_bars: 5,
            hole_days: 120,
        }
    }
}

/// Looks at the bars of one asset. Findings come in order of time.
pub fn verify(
    bars: &BarColumns,
    actions: &[DatedAction],
    calendar: &Calendar,
    limits: VerifyLimits,
) -> Vec<Finding> {
    let check = Check {
        bars,
        calendar,
        limits,
        split_dates: actions
            .iter()
            .filter(|dated| matches!(dated.action, CorporateAction::Split(_)))
            .map(|dated| dated.ex_date)
            .collect(),
    };
    let mut findings = Vec::new();
    if !bars.is_empty() {
        check.gaps(&mut findings);
        check.moves(&mut findings);
        check.stale(&mut findings);
    }
    findings.sort_by_key(|(at, _)| *at);
    findings.into_iter().map(|(_, finding)| finding).collect()
}

type Found = Vec<(Timestamp, Finding)>;

struct Check<'a> {
    bars: &'a BarColumns,
    calendar: &'a Calendar,
    limits: VerifyLimits,
    split_dates: BTreeSet<NaiveDate>,
}

impl Check<'_> {
    fn add(&self, found: &mut Found, kind: FindingKind, at: Timestamp, detail: String) {
        let is_bar = self.bars.starts.binary_search(&at).is_ok();
        let label = if self.bars.timeframe.is_intraday() && is_bar {
            at.to_string()
        } else {
            at.date().to_string()
        };
        found.push((
            at,
            Finding {
                symbol: self.bars.symbol.clone(),
                kind,
                at: label,
                detail,
            },
        ));
    }

    fn price(&self, mantissa: i64) -> String {
        let mut text = String::new();
        write_fixed(&mut text, mantissa, self.bars.price_scale);
        text
    }

    /// Compares the bars with the sessions of the calendar.
    fn gaps(&self, found: &mut Found) {
        let starts = &self.bars.starts;
        let first = starts[0].date();
        let last = starts[starts.len() - 1].date();
        if self.bars.timeframe == Timeframe::Week {
            return self.week_gaps(found);
        }
        let mut missing: Vec<Session> = Vec::new();
        let mut row = 0;
        for session in self.calendar.sessions(first..=last) {
            if !self.calendar.covers(session.date) {
                continue;
            }
            let (from, to) = if self.bars.timeframe == Timeframe::Day {
                let label = Timestamp::from_date(session.date).unwrap_or_default();
                (label, label + Span::DAY)
            } else {
                (session.open, session.close)
            };
            while row < starts.len() && starts[row] < from {
                self.off_calendar(row, found);
                row += 1;
            }
            let begin = row;
            while row < starts.len() && starts[row] < to {
                row += 1;
            }
            if begin == row {
                missing.push(session);
                continue;
            }
            self.missing_sessions(&mut missing, begin, found);
            self.thin_session(session, begin..row, found);
        }
        while row < starts.len() {
            self.off_calendar(row, found);
            row += 1;
        }
    }

    fn off_calendar(&self, row: usize, found: &mut Found) {
        let at = self.bars.starts[row];
        if self.bars.timeframe == Timeframe::Day && self.calendar.covers(at.date()) {
            let detail = format!("{} has no session on this day", self.calendar.name());
            self.add(found, FindingKind::OffCalendar, at, detail);
        }
    }

    /// Reports the sessions without a bar that end before the bar at `row`.
    fn missing_sessions(&self, missing: &mut Vec<Session>, row: usize, found: &mut Found) {
        let (Some(first), Some(last)) = (missing.first().copied(), missing.last().copied()) else {
            return;
        };
        let n_missing = missing.len();
        missing.clear();
        // Sessions before the first bar are not missing.
        let Some(before) = row.checked_sub(1) else {
            return;
        };
        let at = Timestamp::from_date(first.date).unwrap_or(first.open);
        let days = (self.bars.starts[row] - self.bars.starts[before]).as_seconds() / 86_400;
        if days >= self.limits.hole_days {
            let detail = format!(
                "nothing for {days} days until {}; {} before, {} after: another company under this ticker?",
                self.bars.starts[row].date(),
                self.price(self.bars.close[before]),
                self.price(self.bars.open[row]),
            );
            return self.add(found, FindingKind::Hole, at, detail);
        }
        let detail = if n_missing == 1 {
            "1 session without a bar".to_owned()
        } else {
            format!("{n_missing} sessions without a bar, to {}", last.date)
        };
        self.add(found, FindingKind::Gap, at, detail);
    }

    /// Counts the bars of a session that has some.
    fn thin_session(&self, session: Session, rows: std::ops::Range<usize>, found: &mut Found) {
        let Timeframe::Intraday(seconds) = self.bars.timeframe else {
            return;
        };
        let starts = &self.bars.starts;
        let from = session.open.max(starts[0]);
        let last = starts[starts.len() - 1] + self.bars.timeframe.span();
        let to = session.close.min(last);
        let pause = session
            .break_
            .map_or(0, |(from, to)| (to - from).as_seconds());
        let length = (to - from).as_seconds() - pause;
        let expected = usize::try_from(length)
            .unwrap_or(0)
            .div_ceil(seconds as usize);
        let n_bars = rows.len();
        if n_bars < expected {
            let detail = format!(
                "{n_bars} of {expected} bars in the session of {}",
                session.date
            );
            self.add(found, FindingKind::Gap, starts[rows.start], detail);
        }
    }

    fn week_gaps(&self, found: &mut Found) {
        for pair in self.bars.starts.windows(2) {
            let weeks = (pair[1] - pair[0]).as_seconds() / (7 * 86_400);
            if weeks > 1 {
                let detail = format!("{} weeks without a bar", weeks - 1);
                self.add(
                    found,
                    FindingKind::Gap,
                    pair[0] + self.bars.timeframe.span(),
                    detail,
                );
            }
        }
    }

    /// Whether two prices are further apart than the limit.
    fn is_far(&self, from: i64, to: i64) -> bool {
        let (from, to) = (i128::from(from), i128::from(to));
        (to - from).abs() * 100 > from * i128::from(self.limits.jump_percent)
    }

    fn moves(&self, found: &mut Found) {
        let bars = self.bars;
        for row in 0..bars.len() {
            let (open, high, low, close) = (
                bars.open[row],
                bars.high[row],
                bars.low[row],
                bars.close[row],
            );
            if let Some(before) = row.checked_sub(1) {
                self.jump(
                    row,
                    "previous close",
                    bars.close[before],
                    "open",
                    open,
                    found,
                );
            }
            self.jump(row, "open", open, "close", close, found);
            if self.is_far(open.min(close), low) {
                self.spike(row, "low", low, open.min(close), found);
            }
            if self.is_far(open.max(close), high) {
                self.spike(row, "high", high, open.max(close), found);
            }
        }
    }

    fn jump(&self, row: usize, from: &str, before: i64, to: &str, after: i64, found: &mut Found) {
        let at = self.bars.starts[row];
        if !self.is_far(before, after) || self.split_dates.contains(&at.date()) {
            return;
        }
        let numbers = format!("{from} {}, {to} {}", self.price(before), self.price(after));
        // Within a bar a market can well move by half; between bars that is rare.
        let least = if from == "open" { 3 } else { 1 };
        if let Some(ratio) = split_ratio(before, after, least) {
            let detail = format!("{numbers}: a split of {ratio}? none is recorded");
            self.add(found, FindingKind::Split, at, detail);
        } else {
            let detail = format!("{numbers}: {}", percent(before, after));
            self.add(found, FindingKind::Jump, at, detail);
        }
    }

    fn spike(&self, row: usize, name: &str, price: i64, body: i64, found: &mut Found) {
        let detail = format!(
            "{name} {}, open and close beyond {}: {}",
            self.price(price),
            self.price(body),
            percent(body, price)
        );
        self.add(found, FindingKind::Spike, self.bars.starts[row], detail);
    }

    /// Finds runs of equal bars.
    fn stale(&self, found: &mut Found) {
        let bars = self.bars;
        let bar = |row: usize| {
            (
                bars.open[row],
                bars.high[row],
                bars.low[row],
                bars.close[row],
                bars.volume[row],
            )
        };
        let mut begin = 0;
        for row in 1..=bars.len() {
            if row < bars.len() && bar(row) == bar(begin) {
                continue;
            }
            let n_equal = row - begin;
            if n_equal >= self.limits.stale_bars {
                let is_tail = row == bars.len();
                let kind = if is_tail {
                    FindingKind::StaleTail
                } else {
                    FindingKind::Stale
                };
                let detail = format!(
                    "{n_equal} equal bars, close {}",
                    self.price(bars.close[begin])
                );
                self.add(found, kind, bars.starts[begin], detail);
            }
            begin = row;
        }
    }
}

fn percent(from: i64, to: i64) -> String {
    let change = (Decimal::from(to) / Decimal::from(from) - Decimal::ONE) * Decimal::ONE_HUNDRED;
    let rounded = change.round_dp(1).normalize();
    if rounded.is_sign_negative() {
        format!("{rounded} %")
    } else {
        format!("+{rounded} %")
    }
}

/// Returns `n:1`, `1:n`, `3:2` or `2:3` if the step is close to what that split does: within 3 % for
/// factors up to two, which crashes also reach, within 6 % for larger ones. Smaller factors than
/// `least` do not count.
fn split_ratio(before: i64, after: i64, least: i64) -> Option<String> {
    let is_near = |new: i64, old: i64| {
        let expected = i128::from(before) * i128::from(old);
        let is = i128::from(after) * i128::from(new);
        let percent = if new.max(old) <= 3 { 3 } else { 6 };
        (is - expected).abs() * 100 <= expected * percent
    };
    [(3, 2), (2, 3)]
        .into_iter()
        .chain((2..=50).flat_map(|n| [(n, 1), (1, n)]))
        .find(|(new, old)| (*new).max(*old) >= least * (*new).min(*old) && is_near(*new, *old))
        .map(|(new, old)| format!("{new}:{old}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_that_splits_make_are_recognized() {
        for (before, after, expected) in [
            (64_557, 9_269, Some("7:1")),
            (49_923, 12_767, Some("4:1")),
            (4_830, 2_462, Some("2:1")),
            (213, 1_801, Some("1:8")),
            (9_000, 6_100, Some("3:2")),
            (10_000, 5_800, None),
            // AAPL's fall of 2000-09-29.
            (5_350, 2_819, None),
        ] {
            assert_eq!(
                split_ratio(before, after, 1).as_deref(),
                expected,
                "{before} {after}"
            );
        }
    }

    #[test]
    fn changes_are_written_with_their_sign() {
        assert_eq!(percent(10_000, 5_800), "-42 %");
        assert_eq!(percent(10_000, 13_333), "+33.3 %");
    }
}
