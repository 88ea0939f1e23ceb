//! Fast answers: the sessions of the years that matter, one byte a day.
//!
//! Invariants: what the index says of a day equals what `Rules` say; a day outside it is worked
//! out from the rules. The same few shapes (hours as distances from 00:00Z) recur on all days, in
//! winter and in summer time, so a byte that names the shape is enough.

use chrono::NaiveDate;

use crate::core::calendar::Session;
use crate::core::calendar::rules::Rules;
use crate::core::model::time::{Span, Timestamp};

const NANOS_PER_DAY: i64 = Span::DAY.as_nanos();

/// The days that every index holds.
const FIRST: NaiveDate = NaiveDate::from_ymd_opt(1990, 1, 1).expect("a date of the calendar");
const LAST: NaiveDate = NaiveDate::from_ymd_opt(2030, 12, 31).expect("a date of the calendar");

/// The code of a day that is closed.
const CLOSED: u8 = 0;
/// The code of a day of which the index does not know.
const UNKNOWN: u8 = u8::MAX;

/// A date as the number of days since 1970-01-01.
pub(super) type Day = i64;

/// Returns the UTC date of `at`.
pub(super) const fn day_of(at: Timestamp) -> Day {
    at.as_nanos().div_euclid(NANOS_PER_DAY)
}

/// Returns the number of `date`.
pub(super) fn day_number(date: NaiveDate) -> Day {
    i64::from(date.to_epoch_days())
}

/// Returns the date with this number; `None` far outside the years that a [`Timestamp`] can hold.
pub(super) fn date_of(day: Day) -> Option<NaiveDate> {
    i32::try_from(day).ok().and_then(NaiveDate::from_epoch_days)
}

/// Returns 00:00Z of `day`, staying within what a [`Timestamp`] can hold.
pub(super) const fn midnight(day: Day) -> Timestamp {
    Timestamp::from_nanos(day.saturating_mul(NANOS_PER_DAY))
}

/// The hours of a session as distances from 00:00Z of its date.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Shape {
    open: Span,
    close: Span,
    break_: Option<(Span, Span)>,
    half_day: bool,
}

/// What the index knows of a day.
enum Found<'a> {
    Closed,
    Open(&'a Shape),
    Unknown,
}

/// One byte for each day from [`FIRST`] to [`LAST`].
#[derive(Debug)]
pub(super) struct Index {
    /// [`CLOSED`], [`UNKNOWN`], or one more than the position in `shapes`.
    codes: Vec<u8>,
    shapes: Vec<Shape>,
}

impl Index {
    pub(super) fn new(rules: &Rules) -> Self {
        let mut index = Self {
            codes: Vec::new(),
            shapes: Vec::new(),
        };
        for day in day_number(FIRST)..=day_number(LAST) {
            let code = match session(rules, day) {
                Some(session) => index.code(&session, midnight(day)),
                None => CLOSED,
            };
            index.codes.push(code);
        }
        index
    }

    fn code(&mut self, session: &Session, midnight: Timestamp) -> u8 {
        let shape = Shape {
            open: session.open - midnight,
            close: session.close - midnight,
            break_: session
                .break_
                .map(|(from, to)| (from - midnight, to - midnight)),
            half_day: session.half_day,
        };
        let known = self.shapes.iter().position(|other| *other == shape);
        let position = known.unwrap_or_else(|| {
            self.shapes.push(shape);
            self.shapes.len() - 1
        });
        u8::try_from(position + 1).unwrap_or(UNKNOWN)
    }

    /// Returns the session of `day`.
    pub(super) fn session(&self, rules: &Rules, day: Day) -> Option<Session> {
        let shape = match self.find(day) {
            Found::Closed => return None,
            Found::Unknown => return session(rules, day),
            Found::Open(shape) => shape,
        };
        let midnight = midnight(day);
        let at = |(from, to)| (midnight + from, midnight + to);
        Some(Session {
            date: date_of(day)?,
            open: midnight + shape.open,
            close: midnight + shape.close,
            break_: shape.break_.map(at),
            half_day: shape.half_day,
        })
    }

    /// Returns open and close of the session of `day`, at less cost than [`Self::session`].
    pub(super) fn hours(&self, rules: &Rules, day: Day) -> Option<(Timestamp, Timestamp)> {
        match self.find(day) {
            Found::Closed => None,
            Found::Unknown => session(rules, day).map(|session| (session.open, session.close)),
            Found::Open(shape) => {
                let midnight = midnight(day);
                Some((midnight + shape.open, midnight + shape.close))
            }
        }
    }

    fn find(&self, day: Day) -> Found<'_> {
        let position = usize::try_from(day - day_number(FIRST)).ok();
        match position.and_then(|position| self.codes.get(position)) {
            Some(&CLOSED) => Found::Closed,
            None | Some(&UNKNOWN) => Found::Unknown,
            Some(code) => {
                let shape = self.shapes.get(usize::from(*code) - 1);
                shape.map_or(Found::Unknown, Found::Open)
            }
        }
    }
}

/// Works out the session of `day` from the rules alone.
fn session(rules: &Rules, day: Day) -> Option<Session> {
    let date = date_of(day)?;
    let hours = rules.hours_on(date)?;
    let instants = rules.instants(date, hours)?;
    Some(Session {
        date,
        open: instants.open,
        close: instants.close,
        break_: instants.break_,
        half_day: hours.close < rules.regular(date).close,
    })
}
