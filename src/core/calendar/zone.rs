//! Wall clocks: what the time of day in a zone means as an instant, and back.
//!
//! Invariants: a wall-clock time that a change of the clocks skips (02:30 on 2025-03-09 in New York)
//! means the first instant after the gap (03:00); one that happens twice (01:30 on 2025-11-02) means
//! its first occurrence. So a daily trigger fires exactly once on every date.
//! Does not know sessions; the rules of zones come from the IANA database inside `chrono-tz`.

use chrono::{DateTime, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::{GapInfo, TZ_VARIANTS, Tz};

use crate::core::calendar::spelling::{closest, did_you_mean};
use crate::core::model::time::Timestamp;

/// A text that names no zone of the IANA database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{name}` is not a time zone{}; write an IANA name such as America/New_York or UTC",
    did_you_mean(candidates)
)]
pub struct ZoneError {
    /// What was written.
    pub name: String,
    /// Names that are spelled alike, the closest first; may be empty.
    pub candidates: Vec<String>,
}

/// Reads an IANA name such as `America/New_York`, `Asia/Tokyo` or `UTC`; case does not matter.
///
/// # Errors
/// [`ZoneError`] for a name that the database does not have.
pub fn parse_zone(name: &str) -> Result<Tz, ZoneError> {
    if let Ok(zone) = name.parse::<Tz>() {
        return Ok(zone);
    }
    let alike = |zone: &&Tz| zone.name().eq_ignore_ascii_case(name);
    if let Some(zone) = TZ_VARIANTS.iter().find(alike) {
        return Ok(*zone);
    }
    // People write a city alone, so the part after the slash is compared as well.
    let names = TZ_VARIANTS.iter().flat_map(|zone| {
        let full = zone.name();
        let city = full.rsplit('/').next().unwrap_or(full);
        [(full, full), (city, full)]
    });
    Err(ZoneError {
        name: name.to_owned(),
        candidates: closest(name, names),
    })
}

/// Returns the instant of a wall-clock time in `zone`, by the rules at the top of this room; `None`
/// outside the years 1677 to 2262.
pub fn instant_of(zone: Tz, local: NaiveDateTime) -> Option<Timestamp> {
    match zone.from_local_datetime(&local) {
        MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => instant(&at),
        MappedLocalTime::None => {
            let end = GapInfo::new(&local, &zone).and_then(|gap| gap.end)?;
            instant(&end)
        }
    }
}

/// Returns the instant of the time of day `time` on `date` in `zone`, as [`instant_of`] does.
pub fn instant_on(zone: Tz, date: NaiveDate, time: NaiveTime) -> Option<Timestamp> {
    instant_of(zone, date.and_time(time))
}

/// Returns the first instant of `date` in `zone`: its midnight, or the end of the gap where the
/// clocks skip midnight.
pub fn start_of_day(zone: Tz, date: NaiveDate) -> Option<Timestamp> {
    instant_on(zone, date, NaiveTime::MIN)
}

/// Returns the wall-clock date and time in `zone` at the instant `at`.
pub fn local_of(zone: Tz, at: Timestamp) -> NaiveDateTime {
    zone.from_utc_datetime(&at.naive()).naive_local()
}

fn instant(at: &DateTime<Tz>) -> Option<Timestamp> {
    Timestamp::from_naive(at.with_timezone(&Utc).naive_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(zone: &str, local: &str) -> String {
        let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").unwrap();
        instant_of(parse_zone(zone).unwrap(), local)
            .unwrap()
            .to_string()
    }

    /// Zone, wall clock and instant. The dates of the changes are those that the governments of these
    /// zones announced.
    #[rustfmt::skip]
    const CLOCKS: [(&str, &str, &str); 25] = [
        // SC-13: the open of New York in winter and summer.
        ("America/New_York", "2025-01-15 09:30", "2025-01-15T14:30:00Z"),
        ("America/New_York", "2025-07-15 09:30", "2025-07-15T13:30:00Z"),
        // SC-17: forward at 02:00 to 03:00 on 2025-03-09, back at 02:00 to 01:00 on 2025-11-02.
        ("America/New_York", "2025-03-09 01:59", "2025-03-09T06:59:00Z"),
        ("America/New_York", "2025-03-09 02:00", "2025-03-09T07:00:00Z"),
        ("America/New_York", "2025-03-09 02:30", "2025-03-09T07:00:00Z"),
        ("America/New_York", "2025-03-09 03:00", "2025-03-09T07:00:00Z"),
        ("America/New_York", "2025-03-09 03:01", "2025-03-09T07:01:00Z"),
        ("America/New_York", "2025-11-02 00:59", "2025-11-02T04:59:00Z"),
        ("America/New_York", "2025-11-02 01:30", "2025-11-02T05:30:00Z"),
        ("America/New_York", "2025-11-02 02:00", "2025-11-02T07:00:00Z"),
        // The change of 2006 was in April, that of 2007 in March.
        ("America/New_York", "2006-03-20 09:30", "2006-03-20T14:30:00Z"),
        ("America/New_York", "2007-03-20 09:30", "2007-03-20T13:30:00Z"),
        ("America/Chicago", "2024-03-10 02:15", "2024-03-10T08:00:00Z"),
        ("America/Chicago", "2024-11-03 01:15", "2024-11-03T06:15:00Z"),
        ("America/Toronto", "2025-03-09 02:45", "2025-03-09T07:00:00Z"),
        ("America/Toronto", "2025-11-02 01:45", "2025-11-02T05:45:00Z"),
        ("Europe/London", "2025-03-30 01:30", "2025-03-30T01:00:00Z"),
        ("Europe/London", "2025-10-26 01:30", "2025-10-26T00:30:00Z"),
        ("Europe/Paris", "2025-03-30 02:30", "2025-03-30T01:00:00Z"),
        ("Europe/Paris", "2025-10-26 02:30", "2025-10-26T00:30:00Z"),
        // South of the equator summer begins in October.
        ("Australia/Sydney", "2025-10-05 02:30", "2025-10-04T16:00:00Z"),
        ("Australia/Sydney", "2025-04-06 02:30", "2025-04-05T15:30:00Z"),
        ("Asia/Tokyo", "2025-03-09 02:30", "2025-03-08T17:30:00Z"),
        // Midnight itself was skipped here, and once a whole day.
        ("America/Sao_Paulo", "2018-11-04 00:00", "2018-11-04T03:00:00Z"),
        ("Pacific/Apia", "2011-12-30 12:00", "2011-12-30T10:00:00Z"),
    ];

    #[test]
    fn wall_clocks_are_right_on_both_sides_of_every_change() {
        for (zone, local, utc) in CLOCKS {
            assert_eq!(at(zone, local), utc, "{zone} {local}");
        }
    }

    #[test]
    fn an_instant_shows_its_wall_clock() {
        let zone = parse_zone("America/New_York").unwrap();
        for (utc, local) in [
            ("2025-03-09T06:59:59Z", "2025-03-09 01:59:59"),
            ("2025-03-09T07:00:00Z", "2025-03-09 03:00:00"),
            ("2025-11-02T05:30:00Z", "2025-11-02 01:30:00"),
            ("2025-11-02T06:30:00Z", "2025-11-02 01:30:00"),
        ] {
            let at = Timestamp::parse(utc).unwrap();
            assert_eq!(local_of(zone, at).to_string(), local);
        }
    }

    #[test]
    fn a_bad_zone_is_an_error_that_suggests_the_right_one() {
        assert_eq!(parse_zone("america/new_york"), Ok(Tz::America__New_York));
        for (name, suggestion) in [
            ("Amercia/New_York", "America/New_York"),
            ("New York", "America/New_York"),
            ("Toyko", "Asia/Tokyo"),
        ] {
            let error = parse_zone(name).unwrap_err();
            assert_eq!(error.candidates[0], suggestion, "{error}");
            assert!(error.to_string().contains(name), "{error}");
        }
        assert!(parse_zone("").is_err());
        assert!(parse_zone("Mars/Olympus").is_err());
    }
}
