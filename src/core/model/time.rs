//! Instants, spans and bar intervals.
//!
//! Invariants: a `Timestamp` is UTC with nanosecond resolution; nothing here reads a clock.
//! Knows nothing of sessions or holidays: see [`crate::core::calendar`].

use std::fmt;
use std::ops::{Add, Sub};

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

const NANOS_PER_SECOND: i64 = 1_000_000_000;

/// An instant: nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// A signed length of time in nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(i64);

/// A text that is not a time, a length of time or a bar interval.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not an instant or a date.
    #[error("`{0}` is not a time; write 2023-01-31 or 2023-01-31T09:30:00Z")]
    Instant(String),
    /// A time without an offset, where one is needed to know the instant.
    #[error("`{0}` has no time zone; end it with Z for UTC, or an offset such as -05:00")]
    NoZone(String),
    /// Not a length of time.
    #[error("`{0}` is not a length of time; write 30m, 1h, 90s or 2d")]
    Span(String),
    /// Not a bar interval.
    #[error("`{0}` is not a bar interval; write 1m, 5m, 15m, 30m, 1h, 4h, 1d or 1w")]
    Timeframe(String),
}

impl Timestamp {
    /// The earliest instant that can be held (in the year 1677).
    pub const MIN: Self = Self(i64::MIN);
    /// The latest instant that can be held (in the year 2262).
    pub const MAX: Self = Self(i64::MAX);

    /// Makes an instant from nanoseconds since the epoch.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Makes an instant from milliseconds since the epoch; `None` outside the years 1677 to 2262.
    pub fn from_millis(millis: i64) -> Option<Self> {
        millis.checked_mul(1_000_000).map(Self)
    }

    /// Makes an instant from seconds since the epoch; `None` outside the years 1677 to 2262.
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        seconds.checked_mul(NANOS_PER_SECOND).map(Self)
    }

    /// Returns midnight UTC at the start of `date`; `None` outside the years 1677 to 2262.
    pub fn from_date(date: NaiveDate) -> Option<Self> {
        Self::from_naive(date.and_time(NaiveTime::MIN))
    }

    /// Reads a UTC date and time; `None` outside the years 1677 to 2262.
    pub fn from_naive(utc: NaiveDateTime) -> Option<Self> {
        utc.and_utc().timestamp_nanos_opt().map(Self)
    }

    /// Reads `2023-01-31T09:30:00Z` (any offset, `T` or a space, up to nine decimals), or a date
    /// alone, which means its midnight in UTC.
    ///
    /// # Errors
    /// [`TimeError::NoZone`] for a time of day without offset, else [`TimeError::Instant`].
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let wrong = || TimeError::Instant(text.to_owned());
        if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return Self::from_date(date).ok_or_else(wrong);
        }
        if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            return at.timestamp_nanos_opt().map(Self).ok_or_else(wrong);
        }
        let naive = text.replacen(' ', "T", 1);
        if NaiveDateTime::parse_from_str(&naive, "%Y-%m-%dT%H:%M:%S%.f").is_ok() {
            return Err(TimeError::NoZone(text.to_owned()));
        }
        Err(wrong())
    }

    /// Returns nanoseconds since the epoch.
    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    /// Returns milliseconds since the epoch, rounded down.
    pub const fn as_millis(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Returns the UTC date.
    pub fn date(self) -> NaiveDate {
        self.naive().date()
    }

    /// Returns the UTC date and time.
    pub fn naive(self) -> NaiveDateTime {
        DateTime::from_timestamp_nanos(self.0).naive_utc()
    }

    /// Returns the last instant at or before this one that is a whole multiple of `span` after the
    /// epoch. `span` must be positive.
    #[must_use]
    pub const fn floor(self, span: Span) -> Self {
        Self(self.0 - self.0.rem_euclid(span.0))
    }

    /// Adds `span`, staying within [`Self::MIN`] and [`Self::MAX`].
    #[must_use]
    pub const fn saturating_add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// 24 hours.
    pub const DAY: Self = Self::from_seconds(86_400);

    /// Makes a length of time from nanoseconds.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Makes a length of time from milliseconds.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis * 1_000_000)
    }

    /// Makes a length of time from seconds.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds * NANOS_PER_SECOND)
    }

    /// Reads `90s`, `30m`, `1h30m`, `2d` or `1w`, with an optional leading minus sign.
    ///
    /// # Errors
    /// [`TimeError::Span`] for anything else.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let wrong = || TimeError::Span(text.to_owned());
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let mut total: i64 = 0;
        let mut number = String::new();
        for letter in digits.chars() {
            if letter.is_ascii_digit() {
                number.push(letter);
                continue;
            }
            let unit = match letter {
                's' => 1,
                'm' => 60,
                'h' => 3_600,
                'd' => 86_400,
                'w' => 604_800,
                _ => return Err(wrong()),
            };
            let count: i64 = number.parse().map_err(|_| wrong())?;
            number.clear();
            total = count
                .checked_mul(unit)
                .and_then(|seconds| seconds.checked_add(total))
                .ok_or_else(wrong)?;
        }
        if digits.is_empty() || !number.is_empty() {
            return Err(wrong());
        }
        let nanos = total.checked_mul(NANOS_PER_SECOND).ok_or_else(wrong)?;
        Ok(Self(if negative { -nanos } else { nanos }))
    }

    /// Returns the length in nanoseconds.
    pub const fn as_nanos(self) -> i64 {
        self.0
    }

    /// Returns the length in whole seconds, rounded towards zero.
    pub const fn as_seconds(self) -> i64 {
        self.0 / NANOS_PER_SECOND
    }

    /// Returns the length in seconds, for scripts and reports.
    #[expect(clippy::cast_precision_loss, reason = "a display value")]
    pub fn as_seconds_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl Add<Span> for Timestamp {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        self.saturating_add(span)
    }
}

impl Sub<Span> for Timestamp {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Sub for Timestamp {
    type Output = Span;
    fn sub(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

/// RFC 3339 in UTC with `Z`, with as many decimals of the second as are not zero.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let naive = self.naive();
        write!(f, "{}", naive.format("%Y-%m-%dT%H:%M:%S"))?;
        let nanos = self.0.rem_euclid(NANOS_PER_SECOND);
        if nanos != 0 {
            let digits = format!("{nanos:09}");
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let mut seconds = self.0.unsigned_abs() / NANOS_PER_SECOND.unsigned_abs();
        if seconds == 0 {
            return f.write_str("0s");
        }
        for (letter, unit) in [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)] {
            if seconds >= unit {
                write!(f, "{}{letter}", seconds / unit)?;
                seconds %= unit;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The interval that a bar covers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Timeframe {
    /// A fixed number of seconds below a day, aligned to the session's open (24/7: to midnight UTC).
    Intraday(u32),
    /// One session.
    Day,
    /// The sessions of one ISO week.
    Week,
}

impl Timeframe {
    /// One minute.
    pub const MINUTE: Self = Self::Intraday(60);
    /// One hour.
    pub const HOUR: Self = Self::Intraday(3_600);

    /// Reads `30s`, `1m`, `15m`, `4h`, `1d` or `1w`.
    ///
    /// # Errors
    /// [`TimeError::Timeframe`] for anything else, for several days or weeks, and for 24 hours or
    /// more written in hours or minutes.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let wrong = || TimeError::Timeframe(text.to_owned());
        match text {
            "1d" => return Ok(Self::Day),
            "1w" => return Ok(Self::Week),
            _ => {}
        }
        let span = Span::parse(text).map_err(|_| wrong())?;
        let plain = text.chars().filter(char::is_ascii_alphabetic).count() == 1;
        if !plain || text.ends_with(['d', 'w']) || span <= Span::ZERO || span >= Span::DAY {
            return Err(wrong());
        }
        u32::try_from(span.as_seconds())
            .map(Self::Intraday)
            .map_err(|_| wrong())
    }

    /// Returns the nominal length; a day is 24 hours, a week seven days.
    pub fn span(self) -> Span {
        match self {
            Self::Intraday(seconds) => Span::from_seconds(i64::from(seconds)),
            Self::Day => Span::DAY,
            Self::Week => Span::from_seconds(7 * 86_400),
        }
    }

    /// Whether the interval is shorter than a session.
    pub fn is_intraday(self) -> bool {
        matches!(self, Self::Intraday(_))
    }
}

impl fmt::Display for Timeframe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Intraday(s) if s.is_multiple_of(3_600) => write!(f, "{}h", s / 3_600),
            Self::Intraday(s) if s.is_multiple_of(60) => write!(f, "{}m", s / 60),
            Self::Intraday(s) => write!(f, "{s}s"),
            Self::Day => f.write_str("1d"),
            Self::Week => f.write_str("1w"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_prints_as_it_was_read() {
        for text in [
            "2023-01-31T09:30:00Z",
            "1999-12-31T23:59:59.5Z",
            "2262-01-01T00:00:00.000000001Z",
            "1901-02-03T04:05:06Z",
        ] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(
            Timestamp::parse("2023-01-31T09:30:00-05:00").unwrap(),
            Timestamp::parse("2023-01-31T14:30:00Z").unwrap()
        );
    }

    #[test]
    fn a_time_without_zone_is_refused_and_named() {
        assert_eq!(
            Timestamp::parse("2004-11-01 00:00:00"),
            Err(TimeError::NoZone("2004-11-01 00:00:00".into()))
        );
        assert!(matches!(
            Timestamp::parse("2004-11-31"),
            Err(TimeError::Instant(_))
        ));
    }

    #[test]
    fn lengths_and_intervals_read_and_print() {
        assert_eq!(Span::parse("1h30m").unwrap(), Span::from_seconds(5_400));
        assert_eq!(Span::parse("-30m").unwrap().to_string(), "-30m");
        for wrong in ["", "m", "30", "1y", "-", "9999999999999d"] {
            assert!(Span::parse(wrong).is_err(), "{wrong}");
        }
        for text in ["30s", "1m", "15m", "4h", "1d", "1w"] {
            assert_eq!(Timeframe::parse(text).unwrap().to_string(), text);
        }
        for wrong in ["0m", "24h", "1440m", "2d", "1h30m", "-5m", "day"] {
            assert!(Timeframe::parse(wrong).is_err(), "{wrong}");
        }
    }
}
