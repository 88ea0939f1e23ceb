//! Calendars against `exchange_calendars` (tests/data/calendars/SOURCES.md) and against bars that
//! were recorded on the real exchanges.

#![expect(clippy::unwrap_used, reason = "a broken fixture fails the test")]
#![expect(clippy::print_stdout, reason = "a skipped test says why")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::PathBuf;

use chrono::{Datelike, NaiveDate, Weekday};
use rustybt::core::calendar::{Calendar, Session, SessionCursor};
use rustybt::core::model::time::{Span, Timeframe, Timestamp};

const MINUTE: Span = Span::from_seconds(60);

/// Minutes from 00:00Z of the date to open, close and break, and whether it closes early.
type Hours = (Vec<i64>, bool);

/// What `exchange_calendars` says of one calendar.
struct Expected {
    /// Each day with its session.
    days: Vec<(NaiveDate, Option<Hours>)>,
    /// Minutes since the epoch, and whether the market trades.
    minutes: Vec<(i64, bool)>,
}

fn expected(name: &str) -> Expected {
    let file = name.to_lowercase().replace('/', "-");
    let path = format!(
        "{}/tests/data/calendars/{file}.txt",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = fs::read_to_string(path).unwrap();
    let mut letters = BTreeMap::new();
    let mut days = Vec::new();
    let mut numbers = Vec::new();
    let mut bits = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["=", letter, rest @ ..] => {
                let minutes = rest.iter().filter_map(|word| word.parse().ok()).collect();
                letters.insert(
                    letter.chars().next().unwrap(),
                    (minutes, rest.contains(&"early")),
                );
            }
            ["minutes", rest @ ..] => {
                numbers.extend(rest.iter().map(|n| n.parse::<u64>().unwrap()));
            }
            [year, marks] => {
                let first = NaiveDate::from_ymd_opt(year.parse().unwrap(), 1, 1).unwrap();
                let session = |mark| letters.get(&mark).cloned();
                days.extend(first.iter_days().zip(marks.chars().map(session)));
            }
            [digits] => bits.extend(
                (0..digits.len())
                    .step_by(2)
                    .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()),
            ),
            _ => panic!("{line}"),
        }
    }
    let [seed, from, to] = numbers[..] else {
        panic!("{numbers:?}");
    };
    let mut random = SplitMix(seed);
    let minutes = (0..bits.len() * 8)
        .map(|i| {
            let minute = from + random.next() % (to - from);
            (minute.cast_signed(), bits[i / 8] >> (i % 8) & 1 == 1)
        })
        .collect();
    Expected { days, minutes }
}

/// splitmix64 (Steele, Lea and Flood 2014), as in generate.py.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

fn minutes_of(session: &Session) -> Hours {
    let midnight = Timestamp::from_date(session.date).unwrap();
    let mut times = vec![session.open, session.close];
    times.extend(session.break_.iter().flat_map(|(from, to)| [*from, *to]));
    let minutes = times.iter().map(|at| (*at - midnight).as_seconds() / 60);
    (minutes.collect(), session.half_day)
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn calendar(name: &str) -> Calendar {
    Calendar::named(name).unwrap()
}

#[test]
fn every_session_from_2000_to_2030_is_that_of_exchange_calendars() {
    let mut sessions = 0;
    for name in Calendar::names() {
        let calendar = calendar(name);
        let expected = expected(name);
        assert_eq!(expected.days.len(), 11_323, "{name}");
        for (date, session) in expected.days {
            let ours = calendar.session_on(date);
            assert_eq!(ours.as_ref().map(minutes_of), session, "{name} {date}");
            assert!(ours.is_none_or(|ours| ours.date == date));
            assert!(calendar.covers(date));
            sessions += usize::from(session.is_some());
        }
    }
    assert!(sessions > 90_000, "{sessions}");
}

#[test]
fn ten_thousand_random_minutes_are_open_or_closed_as_in_exchange_calendars() {
    for name in Calendar::names() {
        let calendar = calendar(name);
        let minutes = expected(name).minutes;
        assert_eq!(minutes.len(), 10_000, "{name}");
        for (minute, open) in minutes {
            let at = Timestamp::from_seconds(minute * 60).unwrap();
            assert_eq!(calendar.is_open(at), open, "{name} {at}");
        }
    }
}

/// Public knowledge: announcements of the exchanges.
#[test]
fn remarkable_days_are_right() {
    for (name, day, hours) in [
        ("XNYS", "2001-09-10", Some(("13:30", "20:00"))),
        ("XNYS", "2001-09-11", None),
        ("XNYS", "2001-09-14", None),
        ("XNYS", "2001-09-17", Some(("13:30", "20:00"))),
        // Days of mourning for Reagan, Ford, Bush and Carter (SC-15).
        ("XNYS", "2004-06-11", None),
        ("XNYS", "2007-01-02", None),
        ("XNYS", "2018-12-05", None),
        ("XNYS", "2025-01-09", None),
        ("XNYS", "2012-10-29", None),
        ("XNYS", "2012-10-30", None),
        ("XNYS", "2022-06-20", None),
        ("XNYS", "2021-06-18", Some(("13:30", "20:00"))),
        // SC-14, SC-15.
        ("XNYS", "2024-11-29", Some(("14:30", "18:00"))),
        ("XNYS", "2024-12-25", None),
        // SC-13.
        ("XNYS", "2025-01-15", Some(("14:30", "21:00"))),
        ("XNYS", "2025-07-15", Some(("13:30", "20:00"))),
        ("XTKS", "2024-11-01", Some(("00:00", "06:00"))),
        ("XTKS", "2024-11-05", Some(("00:00", "06:30"))),
        ("XTKS", "2019-05-01", None),
        ("XLON", "2011-04-29", None),
        ("XLON", "2022-09-19", None),
        ("XLON", "2024-12-24", Some(("08:00", "12:30"))),
        ("XLON", "2025-07-01", Some(("07:00", "15:30"))),
        ("XHKG", "2024-12-24", Some(("01:30", "04:00"))),
        ("XASX", "2025-01-15", Some(("23:00", "05:00"))),
        ("24/7", "2025-12-25", Some(("00:00", "00:00"))),
        ("24/5", "2025-11-01", None),
    ] {
        let session = calendar(name).session_on(date(day));
        let ours = session.map(|s| (s.open.naive().time(), s.close.naive().time()));
        let theirs = hours.map(|(open, close)| {
            (
                format!("{open}:00").parse().unwrap(),
                format!("{close}:00").parse().unwrap(),
            )
        });
        assert_eq!(ours, theirs, "{name} {day}");
    }
}

#[test]
fn sessions_are_in_order_and_their_neighbors_find_each_other() {
    for name in Calendar::names() {
        let calendar = calendar(name);
        let all: Vec<Session> = calendar
            .sessions(date("2003-12-01")..=date("2006-02-01"))
            .collect();
        for pair in all.windows(2) {
            let [one, two] = pair else { unreachable!() };
            assert!(
                one.open < one.close && one.close <= two.open,
                "{name} {one:?}"
            );
            let last = one.close - Span::from_nanos(1);
            assert_eq!(calendar.session_at(one.open), Some(*one));
            assert_eq!(calendar.session_at(last), Some(*one));
            assert_eq!(calendar.next_session_after(one.open), Some(*two));
            assert_eq!(
                calendar.next_session_after(two.open - Span::from_nanos(1)),
                Some(*two)
            );
            assert_eq!(calendar.previous_session_before(two.open), Some(*one));
            assert_eq!(calendar.previous_session_before(one.close), Some(*one));
            assert_eq!(calendar.next_open(one.open), Some(two.open));
            assert_eq!(calendar.next_close(one.open), Some(one.close));
            assert_eq!(calendar.next_close(one.close), Some(two.close));
            let touch = one.close == two.open;
            assert_eq!(calendar.session_at(one.close).is_some(), touch, "{name}");
            assert_eq!(calendar.is_open(one.close), touch, "{name}");
        }
    }
}

/// SC-16.
#[test]
fn a_session_of_new_york_has_26_quarters_of_an_hour_and_none_after_its_close() {
    let mut cursor = SessionCursor::new(&calendar("NYSE"));
    for (from, first, last, count) in [
        (
            "2025-01-15T14:30:00Z",
            "2025-01-15T14:30:00Z",
            "2025-01-15T20:45:00Z",
            26,
        ),
        (
            "2024-11-29T14:30:00Z",
            "2024-11-29T14:30:00Z",
            "2024-11-29T17:45:00Z",
            14,
        ),
    ] {
        let session = cursor.calendar().session_at(time(from)).unwrap();
        let mut labels = Vec::new();
        let mut minute = session.open;
        while minute < session.close {
            labels.push(cursor.bucket_start(minute, Timeframe::Intraday(900)));
            minute = minute + MINUTE;
        }
        labels.dedup();
        assert_eq!(labels.first(), Some(&time(first)));
        assert_eq!(labels.last(), Some(&time(last)));
        assert_eq!(labels.len(), count);
    }
}

/// Reads the timestamps of a shared file of bars; `None` with a printed reason where it is absent.
fn shared_bars(file: &str) -> Option<Vec<Timestamp>> {
    let root = env!("CARGO_MANIFEST_DIR");
    let found = ["../shared", "../../shared"]
        .map(|shared| PathBuf::from(format!("{root}/{shared}/data/market/{file}")))
        .into_iter()
        .find(|path| path.exists());
    let Some(path) = found else {
        println!("skipped: {file} is not here");
        return None;
    };
    let bytes = fs::read(&path).unwrap();
    let mut text = String::new();
    if path.extension().is_some_and(|end| end == "gz") {
        let mut unzipped = flate2::read::MultiGzDecoder::new(bytes.as_slice());
        unzipped.read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    let stamps = text
        .lines()
        .skip(1)
        .map(|line| time(line.split(',').next().unwrap()));
    Some(stamps.collect())
}

#[test]
fn daily_bars_of_wall_street_are_its_sessions() {
    let xnys = calendar("XNYS");
    // What is missing in the files is a hole of their source.
    for (file, missing) in [
        ("us-equity/AAPL-1d-wiki.csv", vec![]),
        ("us-equity/MSFT-1d-wiki.csv", vec![]),
        ("us-equity/SPY-1d-lean.csv", vec![]),
    ] {
        let Some(bars) = shared_bars(file) else {
            continue;
        };
        let bars: Vec<NaiveDate> = bars.iter().map(|bar| bar.date()).collect();
        let sessions = xnys.sessions(bars[0]..=*bars.last().unwrap());
        let sessions: Vec<NaiveDate> = sessions.map(|session| session.date).collect();
        let strangers: Vec<_> = bars.iter().filter(|bar| !sessions.contains(bar)).collect();
        let holes: Vec<_> = sessions.iter().filter(|day| !bars.contains(day)).collect();
        assert!(strangers.is_empty(), "{file}: {strangers:?}");
        let missing: Vec<NaiveDate> = missing.into_iter().map(date).collect();
        assert_eq!(holes, missing.iter().collect::<Vec<_>>(), "{file}");
    }
}

#[test]
fn hourly_bars_of_wall_street_begin_in_its_first_hour_and_end_with_its_close() {
    let Some(bars) = shared_bars("us-equity/SPY-1h-lean.csv.gz") else {
        return;
    };
    let mut cursor = SessionCursor::new(&calendar("XNYS"));
    let mut by_day: BTreeMap<Timestamp, Vec<Timestamp>> = BTreeMap::new();
    for bar in &bars {
        let day = cursor.bucket_start(*bar, Timeframe::Day);
        by_day.entry(day).or_default().push(*bar);
    }
    for (day, bars) in by_day {
        let session = cursor.calendar().session_on(day.date());
        let session = session.unwrap_or_else(|| panic!("{day} is no session"));
        // The source labels its hours on the hour: the first holds 09:30 to 10:00. On half days until
        // 2008 it has a few late trades after the close. The late open of the first anniversary of
        // 2001-09-11 is unknown to exchange_calendars.
        if day.date() != date("2002-09-11") {
            assert_eq!(bars[0] + Span::from_seconds(1_800), session.open, "{day}");
        }
        if day.date().year() >= 2009 {
            assert!(*bars.last().unwrap() < session.close, "{day}");
            assert_eq!(bars.len() < 7, session.half_day, "{day}");
        }
    }
}

#[test]
fn minute_bars_of_a_half_day_fill_its_session() {
    let calendar = calendar("XNYS");
    for (file, days) in [
        (
            "index/SPX-1m-lean-2023-halfday.csv",
            [("2023-06-26", 390), ("2023-07-03", 210)],
        ),
        (
            "us-equity/GOOG-1m-lean-201512-halfday.csv",
            [("2015-12-23", 390), ("2015-12-24", 210)],
        ),
    ] {
        let Some(bars) = shared_bars(file) else {
            continue;
        };
        for (day, minutes) in days {
            let session = calendar.session_on(date(day)).unwrap();
            let length = (session.close - session.open).as_seconds() / 60;
            assert_eq!(length, minutes, "{file} {day}");
            let inside = bars.iter().filter(|bar| session.contains(**bar));
            assert_eq!(
                i64::try_from(inside.count()).unwrap(),
                minutes,
                "{file} {day}"
            );
        }
    }
}

#[test]
fn beyond_the_table_regular_hours_hold_and_the_calendar_says_so() {
    for (name, day, covered, sessions) in [
        ("XNYS", "1990-01-01", true, false),
        ("XNYS", "1989-12-25", false, true),
        ("XLON", "1999-12-27", false, true),
        ("XLON", "2030-12-25", true, false),
        ("XLON", "2031-01-01", false, true),
        ("XLON", "2031-01-04", false, false),
        ("24/7", "1970-01-01", true, true),
        ("24/7", "2100-01-02", true, true),
        ("24/5", "2100-01-02", true, false),
    ] {
        let calendar = calendar(name);
        assert_eq!(calendar.covers(date(day)), covered, "{name} {day}");
        assert_eq!(
            calendar.session_on(date(day)).is_some(),
            sessions,
            "{name} {day}"
        );
    }
}

#[test]
fn only_a_market_that_never_closes_has_365_days_a_year() {
    for name in Calendar::names() {
        let calendar = calendar(name);
        assert_eq!(calendar.is_always_open(), name == "24/7");
        let days = if name == "24/7" { 365 } else { 252 };
        assert_eq!(calendar.annualization(), days, "{name}");
    }
}

#[test]
fn a_week_has_one_label_by_instant_and_by_date() {
    for name in Calendar::names() {
        let calendar = calendar(name);
        let mut cursor = SessionCursor::new(&calendar);
        for session in calendar.sessions(date("2001-08-01")..=date("2003-01-31")) {
            let monday = session.date.week(Weekday::Mon).first_day();
            let label = Timestamp::from_date(monday).unwrap();
            let by_date = Timestamp::from_date(session.date).unwrap();
            assert_eq!(
                cursor.bucket_start(session.open, Timeframe::Week),
                label,
                "{name}"
            );
            assert_eq!(
                cursor.bucket_start(by_date, Timeframe::Week),
                label,
                "{name}"
            );
            let week = cursor.bar_span(by_date, Timeframe::Week);
            assert_eq!(week, cursor.bar_span(label, Timeframe::Week));
            assert!(week.in_session && week.opens <= session.open, "{name}");
            assert!(session.close <= week.closes, "{name}");
            assert!(session.date.weekday() != Weekday::Mon || week.opens == session.open);
        }
    }
}
