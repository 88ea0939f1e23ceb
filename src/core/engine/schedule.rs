//! What runs when (R-CAL-2): functions of a strategy at rules of dates and times.
//!
//! Invariants: a rule fires at its true instant in every mode; entries due at one instant run in
//! order of registration; each instant fires once.

use std::fmt;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;

use crate::core::calendar::zone::instant_on;
use crate::core::calendar::{Calendar, Session};
use crate::core::model::time::{Span, Timestamp};

/// On which sessions a function runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DateRule {
    /// On every one.
    EveryDay,
    /// On the n-th of each week, from 0.
    WeekStart(u32),
    /// On the n-th from the end of each week, from 0.
    WeekEnd(u32),
    /// On the n-th of each month, from 0.
    MonthStart(u32),
    /// On the n-th from the end of each month, from 0.
    MonthEnd(u32),
    /// On these days of the week.
    OnDays(Vec<Weekday>),
}

/// When on such a session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TimeRule {
    /// This long after the open.
    MarketOpen(Span),
    /// This long before the close.
    MarketClose(Span),
    /// At a time of day in a zone.
    At(NaiveTime, Tz),
}

/// A rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Rule {
    /// Once on each of some sessions.
    Session(DateRule, TimeRule),
    /// Within each session, each time this long after the open, up to the close.
    Every(Span),
}

/// One function and its rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The name by which it is listed and removed.
    pub name: Arc<str>,
    /// The function.
    pub function: Arc<str>,
    /// When it runs.
    pub rule: Rule,
    /// Whether it runs on sessions that close early.
    pub half_days: bool,
    /// Whether it runs at all.
    pub enabled: bool,
    /// When it runs next; `None` when never again.
    pub next: Option<Timestamp>,
}

/// All entries, in order of registration.
#[derive(Default, Debug)]
pub struct Schedule {
    entries: Vec<Entry>,
    calendar: Option<Calendar>,
}

impl Schedule {
    /// Sets the calendar that sessions are taken from.
    pub fn set_calendar(&mut self, calendar: Calendar) {
        self.calendar = Some(calendar);
    }

    /// Returns the entries.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns how many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a function under `name` (a second one of the name gets `-2`, and so on) and returns the
    /// name. It runs from `now` on, an instant at `now` included.
    pub fn add(
        &mut self,
        name: &str,
        function: &str,
        rule: Rule,
        half_days: bool,
        now: Timestamp,
    ) -> Arc<str> {
        let mut unique = name.to_owned();
        let mut count = 1;
        while self.entries.iter().any(|entry| *entry.name == *unique) {
            count += 1;
            unique = format!("{name}-{count}");
        }
        let name: Arc<str> = unique.into();
        let mut entry = Entry {
            name: Arc::clone(&name),
            function: function.into(),
            rule,
            half_days,
            enabled: true,
            next: None,
        };
        entry.next = self.next_of(&entry, now - Span::from_nanos(1));
        self.entries.push(entry);
        name
    }

    /// Removes an entry; returns whether it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| *entry.name != *name);
        self.entries.len() < before
    }

    /// Enables or disables an entry; returns whether it is there. What was missed meanwhile is not
    /// made up for.
    pub fn enable(&mut self, name: &str, enabled: bool, now: Timestamp) -> bool {
        let Some(at) = self.entries.iter().position(|entry| *entry.name == *name) else {
            return false;
        };
        self.entries[at].enabled = enabled;
        self.entries[at].next = self.next_of(&self.entries[at], now);
        true
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.entries.truncate(len);
    }

    /// Returns when something is due next.
    pub fn next(&self) -> Option<Timestamp> {
        self.entries
            .iter()
            .filter(|entry| entry.enabled)
            .filter_map(|entry| entry.next)
            .min()
    }

    /// Takes the first function, in order of registration, that is due at or before `now`, and moves
    /// its entry to its next instant.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Option<Arc<str>> {
        let at = self
            .entries
            .iter()
            .position(|entry| entry.enabled && entry.next.is_some_and(|next| next <= now))?;
        let next = self.next_of(&self.entries[at], now);
        let entry = &mut self.entries[at];
        entry.next = next;
        Some(Arc::clone(&entry.function))
    }

    /// Returns the first instant of a rule after `after`.
    fn next_of(&self, entry: &Entry, after: Timestamp) -> Option<Timestamp> {
        let calendar = self.calendar.as_ref()?;
        // A session may begin the evening before its date, and an offset may reach past its close.
        let from = (after - Span::from_seconds(3 * 86_400)).date();
        let to = from.checked_add_days(chrono::Days::new(800))?;
        calendar
            .sessions(from..=to)
            .filter(|session| entry.half_days || !session.half_day)
            .find_map(|session| match &entry.rule {
                Rule::Session(date, time) => date
                    .holds(calendar, &session)
                    .then(|| time.instant(&session))
                    .flatten()
                    .filter(|at| *at > after),
                Rule::Every(span) => next_step(&session, *span, after),
            })
    }
}

fn next_step(session: &Session, span: Span, after: Timestamp) -> Option<Timestamp> {
    if span <= Span::ZERO {
        return None;
    }
    let passed = (after - session.open).as_nanos().max(0) / span.as_nanos();
    let at = session
        .open
        .saturating_add(Span::from_nanos((passed + 1).checked_mul(span.as_nanos())?));
    (at <= session.close && at > after).then_some(at)
}

impl TimeRule {
    fn instant(&self, session: &Session) -> Option<Timestamp> {
        match self {
            Self::MarketOpen(offset) => Some(session.open + *offset),
            Self::MarketClose(offset) => Some(session.close - *offset),
            Self::At(time, zone) => instant_on(*zone, session.date, *time),
        }
    }
}

impl DateRule {
    fn holds(&self, calendar: &Calendar, session: &Session) -> bool {
        match self {
            Self::EveryDay => true,
            Self::WeekStart(n) => {
                place(calendar, session, week_of(session.date), false) == Some(*n)
            }
            Self::WeekEnd(n) => place(calendar, session, week_of(session.date), true) == Some(*n),
            Self::MonthStart(n) => {
                place(calendar, session, month_of(session.date), false) == Some(*n)
            }
            Self::MonthEnd(n) => place(calendar, session, month_of(session.date), true) == Some(*n),
            Self::OnDays(days) => days.contains(&session.date.weekday()),
        }
    }
}

/// Returns the place of a session within a stretch of dates, from 0, counted from its start or end.
fn place(
    calendar: &Calendar,
    session: &Session,
    (first, last): (NaiveDate, NaiveDate),
    from_end: bool,
) -> Option<u32> {
    let dates = if from_end {
        session.date..=last
    } else {
        first..=session.date
    };
    u32::try_from(calendar.sessions(dates).count().checked_sub(1)?).ok()
}

fn week_of(date: NaiveDate) -> (NaiveDate, NaiveDate) {
    let week = date.week(Weekday::Mon);
    (week.first_day(), week.last_day())
}

fn month_of(date: NaiveDate) -> (NaiveDate, NaiveDate) {
    let first = date.with_day(1).unwrap_or(date);
    let last = first
        .checked_add_months(chrono::Months::new(1))
        .and_then(|next| next.pred_opt())
        .unwrap_or(date);
    (first, last)
}

/// As a script would write it.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(date, time) => write!(f, "{date}, {time}"),
            Self::Every(span) => write!(f, "every(\"{span}\")"),
        }
    }
}

impl fmt::Display for DateRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EveryDay => f.write_str("every_day()"),
            Self::WeekStart(n) => write!(f, "week_start({n})"),
            Self::WeekEnd(n) => write!(f, "week_end({n})"),
            Self::MonthStart(n) => write!(f, "month_start({n})"),
            Self::MonthEnd(n) => write!(f, "month_end({n})"),
            Self::OnDays(days) => {
                let names: Vec<String> = days
                    .iter()
                    .map(|day| format!("\"{day}\"").to_uppercase())
                    .collect();
                write!(f, "on_days([{}])", names.join(", "))
            }
        }
    }
}

impl fmt::Display for TimeRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MarketOpen(offset) => write!(f, "market_open(\"{offset}\")"),
            Self::MarketClose(offset) => write!(f, "market_close(\"{offset}\")"),
            Self::At(time, zone) => write!(f, "at(\"{}\", \"{zone}\")", time.format("%H:%M")),
        }
    }
}
