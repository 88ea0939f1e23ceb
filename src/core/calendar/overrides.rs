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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::calendar::Calendar;
    use crate::core::model::time::Timestamp;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn time(hour: u32, minute: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
    }

    #[test]
    fn single_days_change_and_all_others_stay() {
        let table = Calendar::named("XTKS").unwrap();
        let changes = CalendarOverrides {
            closed: vec![date("2025-06-02"), date("2025-06-01"), date("2040-01-04")],
            open: vec![date("2025-06-07"), date("2025-01-01")],
            early_close: vec![
                (date("2025-06-03"), time(14, 0)),
                (date("2025-06-04"), time(12, 0)),
            ],
            late_open: vec![(date("2025-06-05"), time(12, 45))],
        };
        let ours = table.with_overrides(&changes).unwrap();
        for (day, expected) in [
            ("2025-06-01", None),
            ("2025-06-02", None),
            ("2040-01-04", None),
            ("2025-06-03", Some(("00:00", "05:00", true, true))),
            ("2025-06-04", Some(("00:00", "03:00", false, true))),
            ("2025-06-05", Some(("03:45", "06:30", false, false))),
            // A Saturday and a holiday.
            ("2025-06-07", Some(("00:00", "06:30", true, false))),
            ("2025-01-01", Some(("00:00", "06:30", true, false))),
        ] {
            let session = ours.session_on(date(day));
            let expected = expected.map(|(open, close, pause, half)| {
                let at = |time: &str| at(&format!("{day}T{time}:00Z"));
                (at(open), at(close), pause, half)
            });
            let session = session.map(|s| (s.open, s.close, s.break_.is_some(), s.half_day));
            assert_eq!(session, expected, "{day}");
        }
        assert_eq!(ours.name(), "XTKS");
        for day in date("2025-06-08").iter_days().take(400) {
            assert_eq!(ours.session_on(day), table.session_on(day));
        }
    }

    #[test]
    fn a_change_that_makes_no_sense_is_refused_with_its_day() {
        let table = Calendar::named("XNYS").unwrap();
        let none = CalendarOverrides::default;
        for (changes, text) in [
            (
                CalendarOverrides {
                    early_close: vec![(date("2025-01-09"), time(13, 0))],
                    ..none()
                },
                "2025-01-09 is no session of XNYS, so its hours cannot change; list it as open as well",
            ),
            (
                CalendarOverrides {
                    early_close: vec![(date("2025-01-10"), time(16, 0))],
                    ..none()
                },
                "16:00:00 is not inside the session of XNYS on 2025-01-10",
            ),
            (
                CalendarOverrides {
                    early_close: vec![(date("2025-01-10"), time(9, 0))],
                    ..none()
                },
                "09:00:00 is not inside the session of XNYS on 2025-01-10",
            ),
            (
                CalendarOverrides {
                    late_open: vec![(date("2025-01-10"), time(16, 30))],
                    ..none()
                },
                "16:30:00 is not inside the session of XNYS on 2025-01-10",
            ),
            (
                CalendarOverrides {
                    open: vec![date("2025-01-09")],
                    closed: vec![date("2025-01-09")],
                    ..none()
                },
                "2025-01-09 is listed both as open and as closed in XNYS",
            ),
        ] {
            let error = table.with_overrides(&changes).unwrap_err();
            assert_eq!(error.to_string(), text);
        }
        assert!(table.with_overrides(&none()).is_ok());
    }

    #[test]
    fn a_day_off_ends_the_claim_to_be_always_open() {
        let always = Calendar::named("crypto").unwrap();
        assert!(always.is_always_open());
        let changes = CalendarOverrides {
            closed: vec![date("2025-06-02")],
            ..CalendarOverrides::default()
        };
        let ours = always.with_overrides(&changes).unwrap();
        assert!(!ours.is_always_open());
        assert_eq!(ours.annualization(), 365);
        let noon = at("2025-06-02T12:00:00Z");
        assert!(!ours.is_open(noon) && always.is_open(noon));
    }
}
