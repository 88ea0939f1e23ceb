//! Sessions of exchanges: when a market is open, right in every zone (R-CAL).
//!
//! Invariants:
//! * a session belongs to one date and is the half-open interval `open ≤ t < close`; it may begin
//!   on the evening before its date (CMES) and pause once (XTKS, XHKG);
//! * sessions do not overlap, and their order in time is the order of their dates;
//! * the tables are those of `exchange_calendars` for every session that they cover (2000 to 2030,
//!   XNYS and XNAS from 1990). Beyond them the regular hours hold on every weekday, without
//!   holidays: `Calendar::covers` tells a caller when to warn.
//!
//! Knows nothing of assets, schedules or configuration files, and reads no clock and no file: the
//! tables are part of the program.

/// Bar intervals and resampling at the cost of a comparison a bar.
mod cursor;
/// The sessions as one byte a day.
mod index;
/// Changes to single days.
mod overrides;
/// Calendars by name.
mod registry;
/// Hours and holidays in local time.
mod rules;
/// Calendars of a project beside the built-in ones.
mod set;
/// Suggestions for misspelled names.
mod spelling;
/// The text form of the rules.
mod table;
/// Wall clocks and instants.
pub mod zone;

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;

pub use self::cursor::{BarSpan, SessionCursor};
use self::index::{Day, Index, date_of, day_number, day_of};
pub use self::overrides::CalendarOverrides;
use self::rules::{Hours, Rules};
pub use self::set::Calendars;
use self::spelling::did_you_mean;
use crate::core::model::time::{Timeframe, Timestamp};

/// One trading day of an exchange.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Session {
    /// The date it is known by, in the exchange's zone.
    pub date: NaiveDate,
    /// The first instant of it.
    pub open: Timestamp,
    /// The first instant after it.
    pub close: Timestamp,
    /// The first instant of its break and the first after it; `None` without a break.
    pub break_: Option<(Timestamp, Timestamp)>,
    /// Whether it closes earlier than is regular on its date.
    pub half_day: bool,
}

impl Session {
    /// Whether `open ≤ at < close`; the break counts as inside.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.open <= at && at < self.close
    }

    /// Whether trading goes on at this instant: inside the session and not in its break.
    pub fn is_open(&self, at: Timestamp) -> bool {
        let paused = self.break_.is_some_and(|(from, to)| from <= at && at < to);
        self.contains(at) && !paused
    }
}

/// A calendar that does not exist, or a change to one that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// No calendar has this name or alias.
    #[error("no calendar is named `{name}`{}; there are {}", did_you_mean(candidates), known.join(", "))]
    Unknown {
        /// What was written.
        name: String,
        /// The names that there are, without aliases.
        known: Vec<String>,
        /// Names that are spelled alike, the closest first; may be empty.
        candidates: Vec<String>,
    },
    /// A new calendar with the name or alias of a built-in one, or of another new one.
    #[error("there is a calendar named `{name}` already, so no new one can have the name")]
    Taken {
        /// The name.
        name: String,
    },
    /// Other hours for a day without a session.
    #[error(
        "{date} is no session of {calendar}, so its hours cannot change; list it as open as well"
    )]
    NoSession {
        /// The calendar's name.
        calendar: String,
        /// The day.
        date: NaiveDate,
    },
    /// An early close or late open that is not inside the session it would shorten.
    #[error("{time} is not inside the session of {calendar} on {date}")]
    OutsideHours {
        /// The calendar's name.
        calendar: String,
        /// The day.
        date: NaiveDate,
        /// The time, in the calendar's zone.
        time: NaiveTime,
    },
    /// A day that is listed as open and as closed.
    #[error("{date} is listed both as open and as closed in {calendar}")]
    OpenAndClosed {
        /// The calendar's name.
        calendar: String,
        /// The day.
        date: NaiveDate,
    },
}

/// When one exchange trades. Cheap to clone.
#[derive(Clone)]
pub struct Calendar(Arc<Inner>);

struct Inner {
    name: Arc<str>,
    rules: Rules,
    index: Index,
}

impl Calendar {
    fn new(name: &str, rules: Rules) -> Self {
        let index = Index::new(&rules);
        let name = name.into();
        Self(Arc::new(Inner { name, rules, index }))
    }

    /// Returns the calendar with this name (`XNYS`, `24/7`) or alias (`NYSE`, `LSE`, `TSE`, `JPX`,
    /// `crypto`, `forex`), whatever the case.
    ///
    /// # Errors
    /// [`CalendarError::Unknown`] with the names that are spelled alike.
    pub fn named(name: &str) -> Result<Self, CalendarError> {
        registry::find(name)
    }

    /// Returns the names of all calendars, without aliases.
    pub fn names() -> impl Iterator<Item = &'static str> {
        registry::names()
    }

    /// Returns this calendar with changes to single days. The name stays.
    ///
    /// # Errors
    /// [`CalendarError::NoSession`], [`CalendarError::OutsideHours`] or
    /// [`CalendarError::OpenAndClosed`] for a change that makes no sense.
    pub fn with_overrides(&self, overrides: &CalendarOverrides) -> Result<Self, CalendarError> {
        let mut rules = self.0.rules.clone();
        overrides.apply(self.name(), &mut rules)?;
        Ok(Self::new(self.name(), rules))
    }

    /// Returns the other names of the built-in calendar `name`, in upper case.
    pub fn aliases(name: &str) -> &'static [&'static str] {
        registry::aliases(name)
    }

    /// Returns the name, never an alias.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Returns the zone of the exchange, in which its hours are constant.
    pub fn zone(&self) -> Tz {
        self.0.rules.zone
    }

    /// Whether there is no instant at which it is closed, as on 24/7.
    pub fn is_always_open(&self) -> bool {
        let rules = &self.0.rules;
        let whole_days = rules.periods.iter().all(|(_, h)| *h == Hours::WHOLE_DAY);
        rules.week == [true; 7] && whole_days && rules.exceptions.is_empty()
    }

    /// Returns the sessions of a year that convention uses to annualize daily figures: 365 where
    /// every day of the week trades, else 252.
    pub fn annualization(&self) -> u32 {
        if self.0.rules.week == [true; 7] {
            365
        } else {
            252
        }
    }

    /// Whether the holidays of `date` are known. Where they are not, the regular hours are assumed
    /// on every weekday. Always true where there are no holidays by nature (24/7, 24/5).
    pub fn covers(&self, date: NaiveDate) -> bool {
        self.0
            .rules
            .covers
            .is_none_or(|(first, last)| first <= date && date <= last)
    }

    /// Returns the first and the last date of which the holidays are known; `None` where there are none
    /// by nature.
    pub fn coverage(&self) -> Option<(NaiveDate, NaiveDate)> {
        self.0.rules.covers
    }

    /// Whether its week has sessions on this day, holidays apart.
    pub fn trades_on(&self, weekday: Weekday) -> bool {
        self.0.rules.week[weekday.num_days_from_monday() as usize]
    }

    /// Returns open and close as they are regular on `date`, session or not; `None` outside the years
    /// 1677 to 2262.
    pub fn regular_hours(&self, date: NaiveDate) -> Option<(Timestamp, Timestamp)> {
        self.regular_on_day(day_number(date))
    }

    /// Returns the session of `date`; `None` on a day without one and outside the years 1677 to
    /// 2262.
    pub fn session_on(&self, date: NaiveDate) -> Option<Session> {
        self.on_day(day_number(date))
    }

    /// Returns the session that holds `at`, breaks included.
    pub fn session_at(&self, at: Timestamp) -> Option<Session> {
        // By zone and evening open a session lies at most a day beside its date in UTC.
        let day = day_of(at);
        (day - 1..=day + 1)
            .filter_map(|day| self.on_day(day))
            .find(|session| session.contains(at))
    }

    /// Returns the first session that opens after `at`, not at it.
    pub fn next_session_after(&self, at: Timestamp) -> Option<Session> {
        (day_of(at) - 1..=day_of(Timestamp::MAX))
            .filter_map(|day| self.on_day(day))
            .find(|session| session.open > at)
    }

    /// Returns the last session that is over at `at`: its close is at or before it.
    pub fn previous_session_before(&self, at: Timestamp) -> Option<Session> {
        (day_of(Timestamp::MIN)..=day_of(at) + 1)
            .rev()
            .filter_map(|day| self.on_day(day))
            .find(|session| session.close <= at)
    }

    /// Returns the sessions from the first to the last of `dates`, both included, oldest first.
    pub fn sessions(&self, dates: RangeInclusive<NaiveDate>) -> impl Iterator<Item = Session> {
        let days = day_number(*dates.start())..=day_number(*dates.end());
        days.filter_map(|day| self.on_day(day))
    }

    /// Whether trading goes on at `at`: inside a session and not in its break.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.session_at(at)
            .is_some_and(|session| session.is_open(at))
    }

    /// Returns the next open of a session after `at`, not at it. The end of a break is no open.
    pub fn next_open(&self, at: Timestamp) -> Option<Timestamp> {
        self.next_session_after(at).map(|session| session.open)
    }

    /// Returns the next close of a session after `at`, not at it. The start of a break is no close.
    pub fn next_close(&self, at: Timestamp) -> Option<Timestamp> {
        let inside = self.session_at(at);
        let session = inside.or_else(|| self.next_session_after(at));
        session.map(|session| session.close)
    }

    /// Returns the interval of the bar labeled `label`; see [`SessionCursor::bar_span`], which is
    /// faster for many bars.
    pub fn bar_span(&self, label: Timestamp, timeframe: Timeframe) -> BarSpan {
        SessionCursor::new(self).bar_span(label, timeframe)
    }

    /// Returns the label of the coarser bar; see [`SessionCursor::bucket_start`], which is faster
    /// for many bars.
    pub fn bucket_start(&self, opens: Timestamp, timeframe: Timeframe) -> Timestamp {
        SessionCursor::new(self).bucket_start(opens, timeframe)
    }

    fn on_day(&self, day: Day) -> Option<Session> {
        self.0.index.session(&self.0.rules, day)
    }

    fn hours_on_day(&self, day: Day) -> Option<(Timestamp, Timestamp)> {
        self.0.index.hours(&self.0.rules, day)
    }

    /// The interval that the regular hours give `day`, session or not.
    fn regular_on_day(&self, day: Day) -> Option<(Timestamp, Timestamp)> {
        let rules = &self.0.rules;
        let date = date_of(day)?;
        let instants = rules.instants(date, rules.regular(date))?;
        Some((instants.open, instants.close))
    }
}

impl fmt::Debug for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Calendar").field(&self.0.name).finish()
    }
}

impl fmt::Display for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.name)
    }
}
