//! Rules: on which dates and at which instants something runs.
//!
//! Invariants: a rule means the same instants in every mode; what a rule shows as, [`Rule::parse`] reads
//! back to the same rule. Knows nothing of functions or of what has run.

use std::fmt;

use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime, Timelike, Weekday};
use chrono_tz::Tz;

use crate::core::calendar::zone::instant_on;
use crate::core::calendar::{Calendar, Session};
use crate::core::engine::schedule::cron::Cron;
use crate::core::model::time::{Span, Timestamp};

/// How long before the open or after the close `pre_market()` and `after_hours()` are.
pub const OUTSIDE_HOURS: Span = Span::from_seconds(1_800);

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
    /// On the session of this date alone.
    OnDate(NaiveDate),
}

/// When on such a session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TimeRule {
    /// This long after the open.
    MarketOpen(Span),
    /// This long before the close.
    MarketClose(Span),
    /// This long before the open.
    PreMarket(Span),
    /// This long after the close.
    AfterHours(Span),
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
    /// By a cron expression, in sessions and outside; without a zone in that of the calendar.
    Cron(Cron, Option<Tz>),
}

impl Rule {
    /// Returns the first instant after `after`; `None` if there is none in the next years. Without
    /// `half_days`, sessions that close early are left out, which does not concern cron expressions.
    pub fn next(
        &self,
        calendar: &Calendar,
        half_days: bool,
        after: Timestamp,
    ) -> Option<Timestamp> {
        let (date, time) = match self {
            Self::Cron(cron, zone) => return cron.next(zone.unwrap_or(calendar.zone()), after),
            Self::Every(span) => {
                return coming(calendar, half_days, after)
                    .find_map(|session| next_step(&session, *span, after));
            }
            Self::Session(date, time) => (date, time),
        };
        let instant = |session: Session| time.instant(&session).filter(|at| *at > after);
        if let DateRule::OnDate(date) = date {
            let session = calendar.session_on(*date);
            return session
                .filter(|session| half_days || !session.half_day)
                .and_then(instant);
        }
        coming(calendar, half_days, after)
            .filter(|session| date.holds(calendar, session))
            .find_map(instant)
    }
}

/// Returns the sessions that may hold an instant after `after`, for two years.
fn coming(calendar: &Calendar, half_days: bool, after: Timestamp) -> impl Iterator<Item = Session> {
    // A session may begin the evening before its date, and an offset may reach past its close.
    let from = (after - Span::from_seconds(3 * 86_400)).date();
    let to = from.checked_add_days(Days::new(800)).unwrap_or(from);
    calendar
        .sessions(from..=to)
        .filter(move |session| half_days || !session.half_day)
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
            Self::PreMarket(offset) => Some(session.open - *offset),
            Self::AfterHours(offset) => Some(session.close + *offset),
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
            Self::OnDate(date) => *date == session.date,
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
        .checked_add_months(Months::new(1))
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
            Self::Cron(cron, None) => write!(f, "cron(\"{cron}\")"),
            Self::Cron(cron, Some(zone)) => write!(f, "cron(\"{cron}\", \"{zone}\")"),
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
            Self::OnDate(date) => write!(f, "on_date(\"{date}\")"),
        }
    }
}

impl fmt::Display for TimeRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MarketOpen(offset) => write!(f, "market_open(\"{offset}\")"),
            Self::MarketClose(offset) => write!(f, "market_close(\"{offset}\")"),
            Self::PreMarket(offset) => write!(f, "pre_market(\"{offset}\")"),
            Self::AfterHours(offset) => write!(f, "after_hours(\"{offset}\")"),
            Self::At(time, zone) => {
                let form = if time.second() == 0 {
                    "%H:%M"
                } else {
                    "%H:%M:%S"
                };
                write!(f, "at(\"{}\", \"{zone}\")", time.format(form))
            }
        }
    }
}
