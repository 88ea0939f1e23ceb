//! The rules of one exchange in local time: regular hours, holidays, days with other hours.
//!
//! Invariants: hours are `open < break start < break end < close`; what `Rules::hours_on` says is
//! the whole truth about a date, and everything in UTC follows from it and the zone.
//! Does not know names of calendars, nor how to answer fast: see `index`.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate, NaiveTime};
use chrono_tz::Tz;

use crate::core::calendar::zone::instant_on;
use crate::core::model::time::{Span, Timestamp};

const DAY: i32 = 86_400;

/// Trading hours in seconds after local midnight of the session's date; before it if negative.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Hours {
    pub(super) open: i32,
    pub(super) close: i32,
    pub(super) break_: Option<(i32, i32)>,
}

impl Hours {
    /// From one midnight to the next.
    pub(super) const WHOLE_DAY: Self = Self {
        open: 0,
        close: DAY,
        break_: None,
    };

    /// Whether the times are in order and at most a day long.
    pub(super) fn is_sound(self) -> bool {
        let (from, to) = self.break_.unwrap_or((self.open + 1, self.open + 2));
        -DAY < self.open
            && self.open < from
            && from < to
            && to < self.close
            && self.close <= DAY
            && self.close - self.open <= DAY
    }

    /// The same day with another open or close; a break that no longer fits inside is dropped.
    pub(super) fn moved(self, open: i32, close: i32) -> Self {
        Self {
            open,
            close,
            break_: self.break_.filter(|(from, to)| open < *from && *to < close),
        }
    }
}

/// The instants of one day's [`Hours`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Instants {
    pub(super) open: Timestamp,
    pub(super) close: Timestamp,
    pub(super) break_: Option<(Timestamp, Timestamp)>,
}

/// What one exchange does on every date.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) zone: Tz,
    /// Which days of the week trade, Monday first.
    pub(super) week: [bool; 7],
    /// Regular hours by the first date on which they hold, oldest first, never empty. The first
    /// holds for all earlier dates as well.
    pub(super) periods: Vec<(NaiveDate, Hours)>,
    /// Dates that differ from the regular week; `None` is closed.
    pub(super) exceptions: BTreeMap<NaiveDate, Option<Hours>>,
    /// First and last date of which the exceptions are known; `None` if there are none by nature.
    pub(super) covers: Option<(NaiveDate, NaiveDate)>,
}

impl Rules {
    /// Rules without holidays.
    pub(super) fn plain(week: [bool; 7], hours: Hours) -> Self {
        Self {
            zone: Tz::UTC,
            week,
            periods: vec![(NaiveDate::MIN, hours)],
            exceptions: BTreeMap::new(),
            covers: None,
        }
    }

    /// The regular hours in force on `date`, whether or not it is a session.
    pub(super) fn regular(&self, date: NaiveDate) -> Hours {
        let after = self.periods.partition_point(|(from, _)| *from <= date);
        self.periods[after.saturating_sub(1)].1
    }

    /// The hours of the session on `date`, if there is one.
    pub(super) fn hours_on(&self, date: NaiveDate) -> Option<Hours> {
        if let Some(exception) = self.exceptions.get(&date) {
            return *exception;
        }
        let weekday = date.weekday().num_days_from_monday() as usize;
        self.week[weekday].then(|| self.regular(date))
    }

    /// `hours` of `date` in UTC; `None` outside the years 1677 to 2262.
    pub(super) fn instants(&self, date: NaiveDate, hours: Hours) -> Option<Instants> {
        let at = |seconds| self.instant(date, seconds);
        let break_ = match hours.break_ {
            Some((from, to)) => Some((at(from)?, at(to)?)),
            None => None,
        };
        Some(Instants {
            open: at(hours.open)?,
            close: at(hours.close)?,
            break_,
        })
    }

    fn instant(&self, date: NaiveDate, seconds: i32) -> Option<Timestamp> {
        // A zone without changes needs no search for the offset.
        if self.zone == Tz::UTC {
            return Some(Timestamp::from_date(date)? + Span::from_seconds(i64::from(seconds)));
        }
        let days = seconds.div_euclid(DAY);
        let date = if days < 0 {
            date.checked_sub_days(Days::new(u64::from(days.unsigned_abs())))?
        } else {
            date.checked_add_days(Days::new(u64::from(days.unsigned_abs())))?
        };
        let time = seconds.rem_euclid(DAY).unsigned_abs();
        instant_on(
            self.zone,
            date,
            NaiveTime::from_num_seconds_from_midnight_opt(time, 0)?,
        )
    }
}
