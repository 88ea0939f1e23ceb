//! Cron expressions: minute, hour, day of the month, month and day of the week on a wall clock.
//!
//! A field is `*`, values, ranges and steps (`*/15`, `9-16`, `MON-FRI`, `0,30`, `10-50/20`); months and
//! days of the week have English names of three letters; Sunday is 0 or 7. The day of the month may be
//! `L`, the last one; a day of the week may be the n-th of its month (`FRI#3`) or the last (`FRIL`).
//! Where both days are restricted, either is enough (as in Vixie cron); where one begins with `*`, both
//! must match.
//!
//! Invariants: each wall-clock minute that matches fires once, by the rules of
//! [`crate::core::calendar::zone`]: minutes that a change of the clocks skips fire together, once, at
//! the first instant after the gap; minutes that come twice fire at their first occurrence. So a job
//! fires on every day that it names, whatever the clocks do. Knows no sessions.

use std::fmt;

use chrono::{Datelike, Days, NaiveDate};
use chrono_tz::Tz;

use crate::core::calendar::zone::{instant_of, local_of};
use crate::core::model::time::Timestamp;

/// How far ahead is looked. The rarest expression is a fifth day of the week in February: every 28
/// years, every 40 across a century without a leap day.
const HORIZON: Days = Days::new(41 * 366);

/// The first day of a year that has every date that there is.
const LEAP_YEAR: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).expect("a date of the calendar");

/// An expression. Two are equal if they were written alike.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cron {
    text: String,
    /// One bit a value, of this field and the following four.
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    /// From Sunday, 0.
    weekdays: u64,
    last_day: bool,
    /// Days of the week, from Sunday, and which of its month; `None` is the last.
    places: Vec<(u32, Option<u32>)>,
    /// Whether one of the two days is enough.
    either: bool,
}

/// A text that is no cron expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CronError {
    /// Not five fields.
    #[error(
        "cron `{text}` has {count} fields, needs 5: minute, hour, day of the month, month, day of the week"
    )]
    Fields {
        /// The expression.
        text: String,
        /// How many it has.
        count: usize,
    },
    /// A part of a field that cannot be read.
    #[error("the {field} `{part}` in cron `{text}` {rule}")]
    Part {
        /// The expression.
        text: String,
        /// The field's name.
        field: &'static str,
        /// The part of it.
        part: String,
        /// What is right.
        rule: String,
    },
    /// No date matches.
    #[error("cron `{text}` never comes: none of its months has such a day")]
    Never {
        /// The expression.
        text: String,
    },
}

/// What a field takes.
struct Field {
    name: &'static str,
    first: u32,
    last: u32,
    /// The names of the values, from the first.
    names: &'static [&'static str],
}

const fn field(name: &'static str, first: u32, last: u32, names: &'static [&'static str]) -> Field {
    Field {
        name,
        first,
        last,
        names,
    }
}

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
/// Sunday stands at both ends, so that `SAT-SUN` is a range.
const WEEKDAYS: [&str; 8] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];

const FIELDS: [Field; 5] = [
    field("minute", 0, 59, &[]),
    field("hour", 0, 23, &[]),
    field("day of the month", 1, 31, &[]),
    field("month", 1, 12, &MONTHS),
    field("day of the week", 0, 7, &WEEKDAYS),
];

impl Cron {
    /// Reads an expression such as `*/15 9-16 * * MON-FRI`.
    ///
    /// # Errors
    /// [`CronError`] with the field that is wrong, or where no date ever matches.
    pub fn parse(text: &str) -> Result<Self, CronError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let text = words.join(" ");
        let [minute, hour, day, month, weekday] = words[..] else {
            let count = words.len();
            return Err(CronError::Fields { text, count });
        };
        let mut cron = Self {
            minutes: 0,
            hours: 0,
            days: 0,
            months: 0,
            weekdays: 0,
            last_day: false,
            places: Vec::new(),
            either: !day.starts_with('*') && !weekday.starts_with('*'),
            text,
        };
        let [of_minute, of_hour, of_day, of_month, of_weekday] = &FIELDS;
        cron.minutes = cron.bits(of_minute, minute)?;
        cron.hours = cron.bits(of_hour, hour)?;
        cron.months = cron.bits(of_month, month)?;
        for part in day.split(',') {
            if part.eq_ignore_ascii_case("L") {
                cron.last_day = true;
            } else {
                cron.days |= cron.bits(of_day, part)?;
            }
        }
        for part in weekday.split(',') {
            match cron.place(of_weekday, part)? {
                Some(place) => cron.places.push(place),
                None => cron.weekdays |= cron.bits(of_weekday, part)?,
            }
        }
        // Sunday is 0 and 7.
        cron.weekdays = (cron.weekdays | cron.weekdays >> 7) & 0x7f;
        let comes = cron.either
            || !cron.places.is_empty()
            || LEAP_YEAR
                .iter_days()
                .take(366)
                .any(|date| cron.has_month(date) && cron.has_day(date));
        if comes {
            Ok(cron)
        } else {
            Err(CronError::Never { text: cron.text })
        }
    }

    /// Returns the first instant after `after` at which it fires in `zone`; `None` if there is none
    /// within 41 years.
    pub fn next(&self, zone: Tz, after: Timestamp) -> Option<Timestamp> {
        let start = local_of(zone, after);
        let end = start.date().checked_add_days(HORIZON)?;
        let mut date = start.date();
        while date <= end {
            if !self.has_month(date) {
                date = date
                    .with_day(1)?
                    .checked_add_months(chrono::Months::new(1))?;
                continue;
            }
            if self.on_date(date) {
                for minute in self.minutes_of_day() {
                    let local = date.and_hms_opt(minute / 60, minute % 60, 0)?;
                    // An earlier wall clock never means a later instant.
                    if local <= start {
                        continue;
                    }
                    if let Some(at) = instant_of(zone, local).filter(|at| *at > after) {
                        return Some(at);
                    }
                }
            }
            date = date.succ_opt()?;
        }
        None
    }

    fn minutes_of_day(&self) -> impl Iterator<Item = u32> {
        let hours = (0..24).filter(|hour| self.hours >> hour & 1 == 1);
        hours.flat_map(|hour| {
            let minutes = (0..60).filter(|minute| self.minutes >> minute & 1 == 1);
            minutes.map(move |minute| hour * 60 + minute)
        })
    }

    fn has_month(&self, date: NaiveDate) -> bool {
        self.months >> date.month() & 1 == 1
    }

    fn has_day(&self, date: NaiveDate) -> bool {
        self.days >> date.day() & 1 == 1 || self.last_day && days_left(date) == 0
    }

    fn has_weekday(&self, date: NaiveDate) -> bool {
        let weekday = date.weekday().num_days_from_sunday();
        let in_place = |(day, place): &(u32, Option<u32>)| {
            *day == weekday
                && match place {
                    Some(n) => (date.day() - 1) / 7 + 1 == *n,
                    None => days_left(date) < 7,
                }
        };
        self.weekdays >> weekday & 1 == 1 || self.places.iter().any(in_place)
    }

    fn on_date(&self, date: NaiveDate) -> bool {
        if self.either {
            self.has_day(date) || self.has_weekday(date)
        } else {
            self.has_day(date) && self.has_weekday(date)
        }
    }

    fn wrong(&self, field: &Field, part: &str, rule: impl Into<String>) -> CronError {
        CronError::Part {
            text: self.text.clone(),
            field: field.name,
            part: part.to_owned(),
            rule: rule.into(),
        }
    }

    /// Reads a field into one bit a value.
    fn bits(&self, field: &Field, text: &str) -> Result<u64, CronError> {
        let mut bits = 0;
        for part in text.split(',') {
            let (range, step) = match part.split_once('/') {
                None => (part, None),
                Some((range, step)) => {
                    let step = step.parse().ok().filter(|step| *step > 0);
                    let rule = "has a step that is no whole number above zero";
                    let step: usize = step.ok_or_else(|| self.wrong(field, part, rule))?;
                    (range, Some(step))
                }
            };
            let (from, to) = match range.split_once('-') {
                _ if range == "*" => (field.first, field.last),
                Some((from, to)) => (
                    self.value(field, from, false)?,
                    self.value(field, to, true)?,
                ),
                None => {
                    let from = self.value(field, range, false)?;
                    (from, if step.is_some() { field.last } else { from })
                }
            };
            if to < from {
                return Err(self.wrong(field, part, "runs backwards"));
            }
            for value in (from..=to).step_by(step.unwrap_or(1)) {
                bits |= 1 << value;
            }
        }
        Ok(bits)
    }

    /// Reads a value or its name; `is_end` takes the later of two values of one name.
    fn value(&self, field: &Field, text: &str, is_end: bool) -> Result<u32, CronError> {
        let mut named = (field.first..).zip(field.names);
        let is_it = |(_, name): &(u32, &&str)| name.eq_ignore_ascii_case(text);
        let named = if is_end {
            named.filter(is_it).last()
        } else {
            named.find(is_it)
        };
        let number = || text.parse().ok().filter(|_| !text.starts_with('+'));
        named
            .map(|(value, _)| value)
            .or_else(number)
            .filter(|value| (field.first..=field.last).contains(value))
            .ok_or_else(|| {
                let names = match field.names {
                    [] => String::new(),
                    [first, ..] => format!(" or a name such as {first}"),
                };
                let rule = format!("is not {} to {}{names}", field.first, field.last);
                self.wrong(field, text, rule)
            })
    }

    /// Reads `FRI#3` and `FRIL`; `None` for anything else.
    fn place(&self, field: &Field, part: &str) -> Result<Option<(u32, Option<u32>)>, CronError> {
        if let Some((day, place)) = part.split_once('#') {
            let day = self.value(field, day, false)? % 7;
            let place = place.parse().ok().filter(|n| (1..=5).contains(n));
            let place = place.ok_or_else(|| self.wrong(field, part, "counts from #1 to #5"))?;
            return Ok(Some((day, Some(place))));
        }
        match part.strip_suffix(['L', 'l']) {
            Some(day) if !day.is_empty() => Ok(Some((self.value(field, day, false)? % 7, None))),
            Some(_) | None => Ok(None),
        }
    }
}

/// As it was written, with single spaces.
impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Returns how many days of the month come after `date`.
fn days_left(date: NaiveDate) -> u32 {
    u32::from(date.num_days_in_month()) - date.day()
}

#[cfg(test)]
mod tests;
