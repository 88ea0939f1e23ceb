//! The text form of `Rules`, as `tables/generate.py` writes it.
//!
//! ```text
//! # a comment
//! zone America/New_York
//! covers 2000-01-01 2030-12-31            first and last date of the table
//! week 12345                              the days that trade, 1 = Monday
//! hours 2000-01-01 09:30 16:00            from that date on: open, close[, break start, break end]
//! closed 2000 0117 0221                   a year and its holidays
//! special 09:30 13:00 2000 0703 1124      hours, a year and the days that have them
//! ```
//!
//! Times are local; `17:00-1` is on the day before the session's date. Knows no file: the tables
//! are part of the program.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::core::calendar::rules::{Hours, Rules};

/// Reads a table; `None` if it breaks the form above.
pub(super) fn parse(text: &str) -> Option<Rules> {
    let mut rules = Rules {
        zone: Tz::UTC,
        week: [false; 7],
        periods: Vec::new(),
        exceptions: BTreeMap::new(),
        covers: None,
    };
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        let (key, rest) = words.split_first()?;
        match (*key, rest) {
            ("zone", [zone]) => rules.zone = zone.parse().ok()?,
            ("covers", [first, last]) => {
                rules.covers = Some((first.parse().ok()?, last.parse().ok()?));
            }
            ("week", [digits]) => {
                for digit in digits.bytes() {
                    let day = usize::from(digit.checked_sub(b'1')?);
                    *rules.week.get_mut(day)? = true;
                }
            }
            ("hours", [from, times @ ..]) => {
                rules.periods.push((from.parse().ok()?, hours(times)?));
            }
            ("closed", [year, days @ ..]) => except(&mut rules, year, days, None)?,
            ("special", times_and_days) => {
                let year = times_and_days.iter().position(|word| !word.contains(':'))?;
                let (times, days) = times_and_days.split_at(year);
                let (year, days) = days.split_first()?;
                except(&mut rules, year, days, Some(hours(times)?))?;
            }
            _ => return None,
        }
    }
    (!rules.periods.is_empty()).then_some(rules)
}

fn except(rules: &mut Rules, year: &str, days: &[&str], hours: Option<Hours>) -> Option<()> {
    for day in days {
        let (month, day) = day.split_at_checked(2)?;
        let date =
            NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
        rules.exceptions.insert(date, hours);
    }
    Some(())
}

fn hours(times: &[&str]) -> Option<Hours> {
    let (open, close, pause) = match times {
        [open, close] => (open, close, None),
        [open, close, from, to] => (open, close, Some((seconds(from)?, seconds(to)?))),
        _ => return None,
    };
    let hours = Hours {
        open: seconds(open)?,
        close: seconds(close)?,
        break_: pause,
    };
    hours.is_sound().then_some(hours)
}

fn seconds(time: &str) -> Option<i32> {
    let (time, day) = match time.strip_suffix("-1") {
        Some(time) => (time, -86_400),
        None => (time, 0),
    };
    let (hour, minute) = time.split_once(':')?;
    let hour: i32 = hour.parse().ok()?;
    let minute: i32 = minute.parse().ok()?;
    Some(day + hour * 3_600 + minute * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_breaks_the_form_is_refused() {
        let sound = "week 12345\nhours 2000-01-01 17:00-1 16:00\nclosed 2001 0911";
        assert!(parse(sound).is_some());
        assert!(parse("").is_none());
        assert!(parse("week 12345").is_none());
        for wrong in [
            "zone Mars/Olympus",
            "week 8",
            "hours 2000-01-01 09:30",
            "hours 2000-01-01 16:00 09:30",
            "hours 2000-01-01 09:30 16:00 17:00 18:00",
            "closed 2001 0931",
            "closed 2001 1",
            "special 09:30 2001 0703",
            "opened 2001",
        ] {
            assert!(parse(&format!("{sound}\n{wrong}")).is_none(), "{wrong}");
        }
    }
}
