//! Times as files write them: RFC 3339, dates, local times, epochs.
//!
//! Invariants: one style a file: the unit of an epoch and whether times carry an offset are settled by
//! the first row and a later change is refused or reported, never guessed again. The machine's own
//! zone is never used.

use std::str::FromStr;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Tz;

use crate::core::model::time::Timestamp;
use crate::shell::catalog::error::{Notice, Notices, Rule};
use crate::shell::catalog::fixed::Fixed;

const NANOS_PER_SECOND: i64 = 1_000_000_000;
const NANOS_PER_DAY: i64 = 86_400 * NANOS_PER_SECOND;

/// How dates with slashes are to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DateOrder {
    /// `12/31/2020`.
    MonthFirst,
    /// `31/12/2020`.
    DayFirst,
}

impl FromStr for DateOrder {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "mdy" => Ok(Self::MonthFirst),
            "dmy" => Ok(Self::DayFirst),
            _ => Err(format!("`{text}` is not a date order; write mdy or dmy")),
        }
    }
}

/// How a file writes its times.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TimeStyle {
    /// With an offset from UTC in seconds.
    Zoned(i32),
    /// Without an offset.
    Naive,
    /// A date alone.
    Date,
    /// A number of units of this many nanoseconds since 1970.
    Epoch(i64),
}

/// Reads the times of one file, row by row.
#[derive(Debug)]
pub(super) struct TimeReader {
    style: Option<TimeStyle>,
    zone: Option<Tz>,
    date_order: Option<DateOrder>,
    /// Whether each time so far was a date or a local midnight: then they are labels of days.
    only_midnights: bool,
    previous: Option<i64>,
    /// The line on which local times stopped being all midnight, for the caller to convert the rest.
    leaves_midnight: bool,
}

enum Parsed {
    Zoned(NaiveDateTime, i32),
    Naive(NaiveDateTime),
    Date(NaiveDate),
    Epoch(i64, i64),
}

impl TimeReader {
    pub(super) fn new(zone: Option<Tz>, date_order: Option<DateOrder>) -> Self {
        Self {
            style: None,
            zone,
            date_order,
            only_midnights: true,
            previous: None,
            leaves_midnight: false,
        }
    }

    /// Returns how the file writes its times, once a row was read.
    pub(super) fn style(&self) -> Option<TimeStyle> {
        self.style
    }

    /// Whether times without offset are of a zone that was named.
    pub(super) fn has_zone(&self) -> bool {
        self.zone.is_some()
    }

    /// Returns true once: when local times stop being midnights, so that the days before this row,
    /// which were kept as dates, must be converted with [`Self::convert_midnight`].
    pub(super) fn take_leaves_midnight(&mut self) -> bool {
        std::mem::take(&mut self.leaves_midnight)
    }

    /// Converts a local midnight, kept as if it were UTC, to the instant it is in the zone.
    pub(super) fn convert_midnight(&self, label: Timestamp) -> Option<Timestamp> {
        let zone = self.zone?;
        let local = zone.from_local_datetime(&label.naive()).earliest()?;
        Timestamp::from_naive(local.naive_utc())
    }

    /// Reads one cell; `text` has no surrounding blanks.
    pub(super) fn read(
        &mut self,
        text: &[u8],
        line: u64,
        notices: &mut Notices,
    ) -> Result<Timestamp, Rule> {
        let text = std::str::from_utf8(text)
            .map_err(|_| Rule::NotATime(String::from_utf8_lossy(text).into_owned()))?;
        let wrong = || Rule::NotATime(text.to_owned());
        let parsed = parse(text, self.date_order)?;
        let nanos = match parsed {
            Parsed::Epoch(value, unit) => {
                self.settle_epoch(text, unit)?;
                Some(value)
            }
            Parsed::Zoned(local, offset) => {
                self.settle_zoned(text, offset, line, notices)?;
                nanos_of(local).and_then(|n| n.checked_sub(i64::from(offset) * NANOS_PER_SECOND))
            }
            Parsed::Naive(local) => {
                self.settle_naive(text, line, notices)?;
                self.naive(local, text)?
            }
            Parsed::Date(date) => {
                match self.style {
                    None => self.style = Some(TimeStyle::Date),
                    // A midnight may be written as a bare date.
                    Some(TimeStyle::Date | TimeStyle::Naive) => {}
                    Some(TimeStyle::Zoned(_) | TimeStyle::Epoch(_)) => {
                        return Err(Rule::TimeStyle(text.to_owned()));
                    }
                }
                self.naive(date.and_time(NaiveTime::MIN), text)?
            }
        }
        .ok_or_else(wrong)?;
        self.previous = Some(nanos);
        Ok(Timestamp::from_nanos(nanos))
    }

    fn settle_epoch(&mut self, text: &str, unit: i64) -> Result<(), Rule> {
        match self.style {
            None => self.style = Some(TimeStyle::Epoch(unit)),
            Some(TimeStyle::Epoch(known)) if known == unit => {}
            Some(TimeStyle::Epoch(known)) => {
                return Err(Rule::UnitChanged {
                    text: text.to_owned(),
                    unit: unit_name(known),
                    found: unit_name(unit),
                });
            }
            Some(TimeStyle::Zoned(_) | TimeStyle::Naive | TimeStyle::Date) => {
                return Err(Rule::TimeStyle(text.to_owned()));
            }
        }
        Ok(())
    }

    fn settle_zoned(
        &mut self,
        text: &str,
        offset: i32,
        line: u64,
        notices: &mut Notices,
    ) -> Result<(), Rule> {
        match self.style {
            None => {}
            Some(TimeStyle::Zoned(known)) if known == offset => return Ok(()),
            Some(TimeStyle::Zoned(_)) => notices.row(Notice::OffsetsChange, line),
            Some(TimeStyle::Naive | TimeStyle::Date | TimeStyle::Epoch(_)) => {
                return Err(Rule::TimeStyle(text.to_owned()));
            }
        }
        self.style = Some(TimeStyle::Zoned(offset));
        Ok(())
    }

    fn settle_naive(&mut self, text: &str, line: u64, notices: &mut Notices) -> Result<(), Rule> {
        match self.style {
            Some(TimeStyle::Naive) => return Ok(()),
            None | Some(TimeStyle::Date) => {}
            Some(TimeStyle::Zoned(_) | TimeStyle::Epoch(_)) => {
                return Err(Rule::TimeStyle(text.to_owned()));
            }
        }
        if self.zone.is_none() {
            notices.row(Notice::AssumedUtc, line);
        }
        self.style = Some(TimeStyle::Naive);
        Ok(())
    }

    fn naive(&mut self, local: NaiveDateTime, text: &str) -> Result<Option<i64>, Rule> {
        let Some(zone) = self.zone else {
            return Ok(nanos_of(local));
        };
        if self.only_midnights {
            if local.time() == NaiveTime::MIN {
                return Ok(nanos_of(local));
            }
            self.only_midnights = false;
            self.leaves_midnight = true;
            self.previous = None;
        }
        let found = zone.from_local_datetime(&local);
        let (Some(first), Some(second)) = (found.earliest(), found.latest()) else {
            return Err(Rule::SkippedTime {
                text: text.to_owned(),
                zone: zone.name().to_owned(),
            });
        };
        let first = nanos_of(first.naive_utc());
        // When the clocks go back an hour comes twice: the first time as long as time moves on.
        let repeats = matches!((first, self.previous), (Some(at), Some(last)) if at <= last);
        Ok(if repeats {
            nanos_of(second.naive_utc())
        } else {
            first
        })
    }
}

/// Returns the days since 1970 of a date; `None` if it does not exist.
pub(super) fn days_of(year: i32, month: u32, day: u32) -> Option<i64> {
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    Some(Timestamp::from_date(date)?.as_nanos() / NANOS_PER_DAY)
}

/// Returns the name of an epoch's unit.
fn unit_name(unit: i64) -> &'static str {
    match unit {
        NANOS_PER_SECOND => "seconds",
        1_000_000 => "milliseconds",
        1_000 => "microseconds",
        _ => "nanoseconds",
    }
}

/// Returns the unit, in nanoseconds, that makes a date of our days of an epoch's digits.
pub(super) fn unit_of(whole: u64) -> i64 {
    match whole {
        0..100_000_000_000 => NANOS_PER_SECOND,
        100_000_000_000..100_000_000_000_000 => 1_000_000,
        100_000_000_000_000..100_000_000_000_000_000 => 1_000,
        _ => 1,
    }
}

fn nanos_of(naive: NaiveDateTime) -> Option<i64> {
    Timestamp::from_naive(naive).map(Timestamp::as_nanos)
}

fn parse(text: &str, order: Option<DateOrder>) -> Result<Parsed, Rule> {
    let wrong = || Rule::NotATime(text.to_owned());
    let bytes = text.as_bytes();
    if bytes.is_empty() || !bytes.iter().any(u8::is_ascii_digit) {
        return Err(wrong());
    }
    let all_digits = bytes.iter().all(|b| b.is_ascii_digit() || *b == b'.');
    let n_points = text.matches('.').count();
    let is_date = bytes.len() == 8 && n_points == 0;
    if all_digits && n_points < 2 && !is_date {
        return parse_epoch(text).ok_or_else(wrong);
    }
    let split = bytes.iter().position(|b| matches!(b, b'T' | b't' | b' '));
    let (date_text, time_text) = match split {
        Some(at) => (&text[..at], Some(text[at + 1..].trim())),
        None => (text, None),
    };
    let date = parse_date(date_text, order, text)?;
    let Some(time_text) = time_text else {
        return Ok(Parsed::Date(date));
    };
    let (clock, offset) = split_offset(time_text);
    let time = parse_clock(clock).ok_or_else(|| {
        if clock
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.'))
        {
            Rule::ImpossibleTime(text.to_owned())
        } else {
            wrong()
        }
    })?;
    let local = date.and_time(time);
    match offset {
        None => Ok(Parsed::Naive(local)),
        Some(offset) => parse_offset(offset)
            .map(|seconds| Parsed::Zoned(local, seconds))
            .ok_or_else(wrong),
    }
}

fn parse_epoch(text: &str) -> Option<Parsed> {
    let whole: u64 = text.split('.').next()?.parse().ok()?;
    let unit = unit_of(whole);
    let fixed = Fixed::parse(text.as_bytes()).ok()?;
    let power = 10_i128.pow(u32::from(fixed.scale));
    let nanos = i128::from(fixed.mantissa) * i128::from(unit) / power;
    Some(Parsed::Epoch(i64::try_from(nanos).ok()?, unit))
}

fn parse_date(text: &str, order: Option<DateOrder>, whole: &str) -> Result<NaiveDate, Rule> {
    let wrong = || Rule::NotATime(whole.to_owned());
    let digits_only = text.bytes().all(|b| b.is_ascii_digit());
    let (year, month, day) = if digits_only && text.len() == 8 {
        (&text[..4], &text[4..6], &text[6..])
    } else {
        let separator = text
            .chars()
            .find(|c| matches!(c, '-' | '/' | '.'))
            .ok_or_else(wrong)?;
        let mut parts = text.split(separator);
        let (Some(a), Some(b), Some(c), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong());
        };
        match (a.len(), c.len(), separator, order) {
            (4, 1 | 2, ..) => (a, b, c),
            (1 | 2, 4, '.', _) | (1 | 2, 4, _, Some(DateOrder::DayFirst)) => (c, b, a),
            (1 | 2, 4, _, Some(DateOrder::MonthFirst)) => (c, a, b),
            (1 | 2, 4, _, None) => return Err(Rule::AmbiguousDate(whole.to_owned())),
            _ => return Err(wrong()),
        }
    };
    let number = |part: &str| -> Result<u32, Rule> {
        if part.is_empty() || part.len() > 4 || !part.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        part.parse().map_err(|_| wrong())
    };
    let year = i32::try_from(number(year)?).map_err(|_| wrong())?;
    NaiveDate::from_ymd_opt(year, number(month)?, number(day)?)
        .ok_or_else(|| Rule::ImpossibleTime(whole.to_owned()))
}

/// Splits `09:30:00-05:00` into the time of day and the offset.
fn split_offset(text: &str) -> (&str, Option<&str>) {
    let at = text.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.');
    match at {
        Some(at) => (&text[..at], Some(text[at..].trim())),
        None => (text, None),
    }
}

fn parse_offset(text: &str) -> Option<i32> {
    if matches!(text, "Z" | "z" | "UTC" | "GMT") {
        return Some(0);
    }
    let (sign, digits) = match text.as_bytes() {
        [b'+', ..] => (1, &text[1..]),
        [b'-', ..] => (-1, &text[1..]),
        _ => return None,
    };
    let plain: String = digits.chars().filter(|c| *c != ':').collect();
    if !plain.bytes().all(|b| b.is_ascii_digit()) || !matches!(plain.len(), 2 | 4) {
        return None;
    }
    let hours: i32 = plain[..2].parse().ok()?;
    let minutes: i32 = if plain.len() == 4 {
        plain[2..].parse().ok()?
    } else {
        0
    };
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 3_600 + minutes * 60))
}

fn parse_clock(text: &str) -> Option<NaiveTime> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, ""));
    let (hour, minute, second, fraction) = if clock.contains(':') {
        let mut parts = clock.split(':');
        let (hour, minute) = (parts.next()?, parts.next()?);
        let second = parts.next().unwrap_or("0");
        if parts.next().is_some() {
            return None;
        }
        (hour, minute, second, fraction)
    } else if clock.is_ascii() && clock.len() >= 6 && fraction.is_empty() {
        (&clock[..2], &clock[2..4], &clock[4..6], &clock[6..])
    } else if clock.is_ascii() && clock.len() == 4 {
        (&clock[..2], &clock[2..], "0", fraction)
    } else {
        return None;
    };
    if fraction.len() > 9 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut nanos: u32 = if fraction.is_empty() {
        0
    } else {
        fraction.parse().ok()?
    };
    for _ in fraction.len()..9 {
        nanos *= 10;
    }
    let part = |text: &str| -> Option<u32> {
        (matches!(text.len(), 1 | 2) && text.bytes().all(|b| b.is_ascii_digit()))
            .then(|| text.parse().ok())
            .flatten()
    };
    NaiveTime::from_hms_nano_opt(part(hour)?, part(minute)?, part(second)?, nanos)
}

/// Whether a text looks like a time or a number, as the first cell of a header-less file does.
pub(super) fn looks_like_a_time(text: &str) -> bool {
    match parse(text, Some(DateOrder::DayFirst)) {
        Ok(_) => true,
        Err(rule) => matches!(rule, Rule::ImpossibleTime(_)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::calendar::zone::parse_zone;

    fn read(text: &str) -> Result<String, Rule> {
        TimeReader::new(None, None)
            .read(text.as_bytes(), 1, &mut Notices::default())
            .map(|at| at.to_string())
    }

    #[test]
    fn every_style_gives_the_instant() {
        for (text, expected) in [
            ("2004-11-01T00:00:00Z", "2004-11-01T00:00:00Z"),
            ("2004-11-01T09:30:00.25-05:00", "2004-11-01T14:30:00.25Z"),
            ("2004-11-01 09:30:00+0100", "2004-11-01T08:30:00Z"),
            ("2004-11-01 09:30:00 UTC", "2004-11-01T09:30:00Z"),
            ("2004-11-01", "2004-11-01T00:00:00Z"),
            ("20041101", "2004-11-01T00:00:00Z"),
            ("2004/11/01", "2004-11-01T00:00:00Z"),
            ("2004-11-01 09:30", "2004-11-01T09:30:00Z"),
            ("01.11.2004 22:00:00.000", "2004-11-01T22:00:00Z"),
            ("20200101 170000065", "2020-01-01T17:00:00.065Z"),
            ("1099267200", "2004-11-01T00:00:00Z"),
            ("1099267200.5", "2004-11-01T00:00:00.5Z"),
            ("1099267200000", "2004-11-01T00:00:00Z"),
            ("1099267200000000", "2004-11-01T00:00:00Z"),
            ("1099267200000000001", "2004-11-01T00:00:00.000000001Z"),
        ] {
            assert_eq!(read(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "yesterday",
            "12:30",
            "2004-11",
            "2004-11-01T",
            "2004-11-01T09:30:00 XST",
        ] {
            assert!(
                matches!(read(text), Err(Rule::NotATime(_) | Rule::ImpossibleTime(_))),
                "{text}"
            );
        }
        for text in ["2004-11-31", "2004-11-31T00:00:00Z", "2004-11-01T24:01:00Z"] {
            assert!(matches!(read(text), Err(Rule::ImpossibleTime(_))), "{text}");
        }
        assert!(matches!(read("03/04/2020"), Err(Rule::AmbiguousDate(_))));
    }

    #[test]
    fn local_times_follow_their_zone_through_both_changes_of_the_clocks() {
        let zone = parse_zone("America/New_York").unwrap();
        let mut reader = TimeReader::new(Some(zone), None);
        let mut notices = Notices::default();
        let mut read = |text: &str| reader.read(text.as_bytes(), 1, &mut notices);
        let expected = [
            ("2013-11-03 00:30:00", "2013-11-03T04:30:00Z"),
            ("2013-11-03 01:30:00", "2013-11-03T05:30:00Z"),
            ("2013-11-03 01:30:00", "2013-11-03T06:30:00Z"),
            ("2013-11-03 02:30:00", "2013-11-03T07:30:00Z"),
            ("2014-03-09 01:59:00", "2014-03-09T06:59:00Z"),
            ("2014-03-09 03:00:00", "2014-03-09T07:00:00Z"),
        ];
        for (text, instant) in expected {
            assert_eq!(read(text).unwrap().to_string(), instant, "{text}");
        }
        assert!(matches!(
            read("2014-03-09 02:30:00"),
            Err(Rule::SkippedTime { .. })
        ));
    }
}
