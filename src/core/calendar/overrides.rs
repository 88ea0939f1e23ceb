//! Days that a project knows better than the table: its own holidays, early closes, late opens.

use chrono::{NaiveDate, NaiveTime, Timelike};

use crate::core::calendar::CalendarError;
use crate::core::calendar::rules::{Hours, Rules};

/// Changes to single days of a calendar. Dates are sessions' dates, times are on the wall clock of
/// the calendar's zone on that date.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CalendarOverrides {
    /// Days without a session. A day that has none anyway is no error.
    pub closed: Vec<NaiveDate>,
    /// Days with a session in regular hours, although the table has none.
    pub open: Vec<NaiveDate>,
    /// Days that close earlier than the table says, and when. A break after that time falls away.
    pub early_close: Vec<(NaiveDate, NaiveTime)>,
    /// Days that open later than the table says, and when. A break before that time falls away.
    pub late_open: Vec<(NaiveDate, NaiveTime)>,
}

impl CalendarOverrides {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Writes the changes into `rules` of the calendar `name`.
    pub(super) fn apply(&self, name: &str, rules: &mut Rules) -> Result<(), CalendarError> {
        for date in &self.open {
            if self.closed.contains(date) {
                return Err(CalendarError::OpenAndClosed {
                    calendar: name.to_owned(),
                    date: *date,
                });
            }
            if rules.hours_on(*date).is_none() {
                rules.exceptions.insert(*date, Some(rules.regular(*date)));
            }
        }
        for date in &self.closed {
            rules.exceptions.insert(*date, None);
        }
        for (date, time) in &self.early_close {
            change(name, rules, *date, *time, |hours, at| {
                (at < hours.close).then(|| hours.moved(hours.open, at))
            })?;
        }
        for (date, time) in &self.late_open {
            change(name, rules, *date, *time, |hours, at| {
                (at > hours.open).then(|| hours.moved(at, hours.close))
            })?;
        }
        Ok(())
    }
}

fn change(
    name: &str,
    rules: &mut Rules,
    date: NaiveDate,
    time: NaiveTime,
    moved: impl Fn(Hours, i32) -> Option<Hours>,
) -> Result<(), CalendarError> {
    let hours = rules
        .hours_on(date)
        .ok_or_else(|| CalendarError::NoSession {
            calendar: name.to_owned(),
            date,
        })?;
    let at = time.num_seconds_from_midnight().cast_signed();
    let moved = moved(hours, at)
        .filter(|hours| hours.is_sound())
        .ok_or_else(|| CalendarError::OutsideHours {
            calendar: name.to_owned(),
            date,
            time,
        })?;
    rules.exceptions.insert(date, Some(moved));
    Ok(())
}
