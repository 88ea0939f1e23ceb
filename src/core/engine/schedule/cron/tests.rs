//! Expressions by hand; `tests/it/schedule.rs` sweeps the changes of the clocks.

use proptest::prelude::*;

use super::*;

fn firings(text: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
    let zone: Tz = zone.parse().unwrap();
    let cron = Cron::parse(text).unwrap();
    let mut at = Timestamp::parse(from).unwrap();
    let mut found = Vec::new();
    while found.len() < count {
        at = cron.next(zone, at).unwrap();
        found.push(local_of(zone, at).format("%a %y-%m-%d %H:%M").to_string());
    }
    found
}

/// Expressions and when they fire from the start of 2024 on.
#[rustfmt::skip]
const FIRINGS: [(&str, &[&str]); 16] = [
    ("*/20 9-10 * * *", &["Mon 24-01-01 09:00", "Mon 24-01-01 09:20", "Mon 24-01-01 09:40", "Mon 24-01-01 10:00"]),
    ("50/5 0 * * *", &["Mon 24-01-01 00:50", "Mon 24-01-01 00:55", "Tue 24-01-02 00:50"]),
    ("0 10-14/2,20 * * *", &["Mon 24-01-01 10:00", "Mon 24-01-01 12:00", "Mon 24-01-01 14:00", "Mon 24-01-01 20:00"]),
    ("30 9 * * mon-FRI", &["Mon 24-01-01 09:30", "Tue 24-01-02 09:30", "Wed 24-01-03 09:30", "Thu 24-01-04 09:30", "Fri 24-01-05 09:30", "Mon 24-01-08 09:30"]),
    ("0 0 * * 0", &["Sun 24-01-07 00:00", "Sun 24-01-14 00:00"]),
    ("0 0 * * 7", &["Sun 24-01-07 00:00", "Sun 24-01-14 00:00"]),
    ("0 0 * * SAT-SUN", &["Sat 24-01-06 00:00", "Sun 24-01-07 00:00", "Sat 24-01-13 00:00"]),
    ("0 0 * * SUN-MON", &["Mon 24-01-01 00:00", "Sun 24-01-07 00:00"]),
    ("0 12 L * *", &["Wed 24-01-31 12:00", "Thu 24-02-29 12:00", "Sun 24-03-31 12:00"]),
    ("0 12 1,L FEB *", &["Thu 24-02-01 12:00", "Thu 24-02-29 12:00", "Sat 25-02-01 12:00", "Fri 25-02-28 12:00"]),
    ("0 16 * * FRI#3", &["Fri 24-01-19 16:00", "Fri 24-02-16 16:00", "Fri 24-03-15 16:00"]),
    ("0 16 * MAR,JUN,SEP,DEC 5#3", &["Fri 24-03-15 16:00", "Fri 24-06-21 16:00"]),
    ("0 16 * * FRIL", &["Fri 24-01-26 16:00", "Fri 24-02-23 16:00", "Fri 24-03-29 16:00"]),
    // Either day is enough, unless one begins with a star.
    ("0 0 13 * FRI", &["Fri 24-01-05 00:00", "Fri 24-01-12 00:00", "Sat 24-01-13 00:00"]),
    ("0 0 */2 * FRI", &["Fri 24-01-05 00:00", "Fri 24-01-19 00:00"]),
    ("0 0 29 2 *", &["Thu 24-02-29 00:00", "Tue 28-02-29 00:00"]),
];

#[test]
fn each_kind_of_field_fires_when_it_says() {
    for (text, expected) in FIRINGS {
        assert_eq!(
            firings(text, "UTC", "2023-12-31T23:59:59Z", expected.len()),
            expected,
            "{text}"
        );
    }
    assert_eq!(
        firings("0 0 * FEB FRI#5", "UTC", "2023-12-31T00:00:00Z", 1),
        ["Fri 36-02-29 00:00"]
    );
}

#[test]
fn a_wrong_expression_names_its_field() {
    for (text, message) in [
        (
            "* * * *",
            "cron `* * * *` has 4 fields, needs 5: minute, hour, day of the month, month, day of the week",
        ),
        (
            "0 0 9 * * MON",
            "cron `0 0 9 * * MON` has 6 fields, needs 5: minute, hour, day of the month, month, day of the week",
        ),
        (
            "60 * * * *",
            "the minute `60` in cron `60 * * * *` is not 0 to 59",
        ),
        (
            "0 9-24 * * *",
            "the hour `24` in cron `0 9-24 * * *` is not 0 to 23",
        ),
        (
            "0 16-9 * * *",
            "the hour `16-9` in cron `0 16-9 * * *` runs backwards",
        ),
        (
            "*/0 * * * *",
            "the minute `*/0` in cron `*/0 * * * *` has a step that is no whole number above zero",
        ),
        (
            "*/x * * * *",
            "the minute `*/x` in cron `*/x * * * *` has a step that is no whole number above zero",
        ),
        (
            "0 0 0 * *",
            "the day of the month `0` in cron `0 0 0 * *` is not 1 to 31",
        ),
        (
            "0 0 15W * *",
            "the day of the month `15W` in cron `0 0 15W * *` is not 1 to 31",
        ),
        (
            "0 0 * MARCH *",
            "the month `MARCH` in cron `0 0 * MARCH *` is not 1 to 12 or a name such as JAN",
        ),
        (
            "0 0 * * MON-FRY",
            "the day of the week `FRY` in cron `0 0 * * MON-FRY` is not 0 to 7 or a name such as SUN",
        ),
        (
            "0 0 * * FRI#6",
            "the day of the week `FRI#6` in cron `0 0 * * FRI#6` counts from #1 to #5",
        ),
        (
            "0 0 * * 8",
            "the day of the week `8` in cron `0 0 * * 8` is not 0 to 7 or a name such as SUN",
        ),
        (
            "0,,5 0 * * *",
            "the minute `` in cron `0,,5 0 * * *` is not 0 to 59",
        ),
        (
            "0 0 30 FEB *",
            "cron `0 0 30 FEB *` never comes: none of its months has such a day",
        ),
        (
            "0 0 31 4,6,9,11 *",
            "cron `0 0 31 4,6,9,11 *` never comes: none of its months has such a day",
        ),
    ] {
        assert_eq!(Cron::parse(text).unwrap_err().to_string(), message);
    }
}

/// SC-17, and the other night.
#[test]
fn a_skipped_minute_fires_after_the_gap_and_a_doubled_one_once() {
    let zone = "America/New_York";
    assert_eq!(
        firings("30 2 * * *", zone, "2025-03-08T12:00:00Z", 2),
        ["Sun 25-03-09 03:00", "Mon 25-03-10 02:30"]
    );
    assert_eq!(
        firings("*/30 1-3 * * *", zone, "2025-03-09T05:00:00Z", 4),
        [
            "Sun 25-03-09 01:00",
            "Sun 25-03-09 01:30",
            "Sun 25-03-09 03:00",
            "Sun 25-03-09 03:30"
        ]
    );
    let once = Cron::parse("30 1 * * *").unwrap();
    let zone = zone.parse().unwrap();
    let first = Timestamp::parse("2025-11-02T05:30:00Z").unwrap();
    let before = Timestamp::parse("2025-11-02T05:29:59Z").unwrap();
    assert_eq!(once.next(zone, before), Some(first));
    // Asked from within the doubled hour.
    for minute in [0, 20, 45, 75, 90, 120] {
        let after = first + crate::core::model::time::Span::from_seconds(minute * 60);
        let next = Timestamp::parse("2025-11-03T06:30:00Z").unwrap();
        assert_eq!(once.next(zone, after), Some(next), "{minute}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic_and_what_is_read_fires_later(
        text in "[0-9*/,L#-]{1,4} [0-9*/,-]{1,4} [0-9*/,L-]{1,4} [0-9*A-Z-]{1,4} [0-9*/,L#A-Z-]{1,5}",
        seconds in 0_i64..2_000_000_000,
    ) {
        if let Ok(cron) = Cron::parse(&text) {
            let at = Timestamp::from_seconds(seconds).unwrap();
            let next = cron.next(Tz::Europe__London, at);
            prop_assert!(next.is_none_or(|next| next > at));
            prop_assert_eq!(Cron::parse(&cron.to_string()).unwrap(), cron);
        }
    }
}
