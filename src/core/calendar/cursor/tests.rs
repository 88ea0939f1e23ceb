//! Bars of every session and interval, on trading days, holidays and half days.

use proptest::prelude::*;

use super::*;

const HOUR: Timeframe = Timeframe::HOUR;
const FOUR_HOURS: Timeframe = Timeframe::Intraday(4 * 3_600);

fn cursor(name: &str) -> SessionCursor {
    SessionCursor::new(&Calendar::named(name).unwrap())
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

#[rustfmt::skip]
const INTERVALS: [(&str, Timeframe, &str, &str, &str, bool); 20] = [
    // Cut at the close, on a half day too.
    ("XNYS", HOUR, "2025-01-15T14:30:00Z", "2025-01-15T14:30:00Z", "2025-01-15T15:30:00Z", true),
    ("XNYS", HOUR, "2025-01-15T20:30:00Z", "2025-01-15T20:30:00Z", "2025-01-15T21:00:00Z", true),
    ("XNYS", FOUR_HOURS, "2024-11-29T14:30:00Z", "2024-11-29T14:30:00Z", "2024-11-29T18:00:00Z", true),
    // Before the open and after the close: whole.
    ("XNYS", HOUR, "2025-01-15T14:00:00Z", "2025-01-15T14:00:00Z", "2025-01-15T15:00:00Z", false),
    ("XNYS", HOUR, "2025-01-15T21:00:00Z", "2025-01-15T21:00:00Z", "2025-01-15T22:00:00Z", false),
    ("XNYS", HOUR, "2025-01-18T15:00:00Z", "2025-01-18T15:00:00Z", "2025-01-18T16:00:00Z", false),
    ("24/7", HOUR, "2025-01-18T23:30:00Z", "2025-01-18T23:30:00Z", "2025-01-19T00:00:00Z", true),
    // A daily bar is its session; a day that is none has regular hours.
    ("XNYS", Timeframe::Day, "2025-07-15T00:00:00Z", "2025-07-15T13:30:00Z", "2025-07-15T20:00:00Z", true),
    ("XNYS", Timeframe::Day, "2024-11-29T00:00:00Z", "2024-11-29T14:30:00Z", "2024-11-29T18:00:00Z", true),
    ("XNYS", Timeframe::Day, "2024-12-25T00:00:00Z", "2024-12-25T14:30:00Z", "2024-12-25T21:00:00Z", false),
    ("XNYS", Timeframe::Day, "2025-07-12T00:00:00Z", "2025-07-12T13:30:00Z", "2025-07-12T20:00:00Z", false),
    ("XNYS", Timeframe::Day, "1985-07-15T00:00:00Z", "1985-07-15T13:30:00Z", "1985-07-15T20:00:00Z", true),
    ("XTKS", Timeframe::Day, "2024-11-05T00:00:00Z", "2024-11-05T00:00:00Z", "2024-11-05T06:30:00Z", true),
    ("CMES", Timeframe::Day, "2025-01-13T00:00:00Z", "2025-01-12T23:00:00Z", "2025-01-13T23:00:00Z", true),
    ("24/7", Timeframe::Day, "2025-01-18T00:00:00Z", "2025-01-18T00:00:00Z", "2025-01-19T00:00:00Z", true),
    // A week is its sessions: without the Monday of Martin Luther King, the days of September
    // 2001 that never opened, and a week that Tokyo had off.
    ("XNYS", Timeframe::Week, "2025-01-20T00:00:00Z", "2025-01-21T14:30:00Z", "2025-01-24T21:00:00Z", true),
    ("XNYS", Timeframe::Week, "2025-01-26T00:00:00Z", "2025-01-21T14:30:00Z", "2025-01-24T21:00:00Z", true),
    ("XNYS", Timeframe::Week, "2001-09-10T00:00:00Z", "2001-09-10T13:30:00Z", "2001-09-10T20:00:00Z", true),
    ("XTKS", Timeframe::Week, "2019-04-29T00:00:00Z", "2019-04-29T00:00:00Z", "2019-05-03T06:00:00Z", false),
    ("24/7", Timeframe::Week, "2025-01-22T00:00:00Z", "2025-01-20T00:00:00Z", "2025-01-27T00:00:00Z", true),
];

#[test]
fn the_interval_of_a_bar_is_that_of_the_rule() {
    for (name, timeframe, label, opens, closes, in_session) in INTERVALS {
        let expected = BarSpan {
            opens: at(opens),
            closes: at(closes),
            in_session,
        };
        assert_eq!(
            cursor(name).bar_span(at(label), timeframe),
            expected,
            "{name} {timeframe} {label}"
        );
    }
}

#[rustfmt::skip]
const BUCKETS: [(&str, Timeframe, &str, &str); 19] = [
    ("XNYS", HOUR, "2025-01-15T15:29:00Z", "2025-01-15T14:30:00Z"),
    ("XNYS", HOUR, "2025-01-15T20:59:00Z", "2025-01-15T20:30:00Z"),
    ("XNYS", FOUR_HOURS, "2025-07-15T17:30:00Z", "2025-07-15T17:30:00Z"),
    // After the close from the close on, before the open back from the open.
    ("XNYS", HOUR, "2025-01-15T21:00:00Z", "2025-01-15T21:00:00Z"),
    ("XNYS", HOUR, "2025-01-16T00:59:00Z", "2025-01-16T00:00:00Z"),
    ("XNYS", HOUR, "2025-01-15T14:29:00Z", "2025-01-15T13:30:00Z"),
    ("XTKS", HOUR, "2025-01-15T02:29:00Z", "2025-01-15T02:00:00Z"),
    ("XTKS", HOUR, "2025-01-15T06:10:00Z", "2025-01-15T06:00:00Z"),
    ("24/7", FOUR_HOURS, "2025-01-18T23:59:59Z", "2025-01-18T20:00:00Z"),
    ("CMES", FOUR_HOURS, "2025-01-13T02:59:00Z", "2025-01-12T23:00:00Z"),
    // In Sydney the session of the 15th begins on the 14th in UTC.
    ("XASX", Timeframe::Day, "2025-01-14T23:00:00Z", "2025-01-15T00:00:00Z"),
    ("CMES", Timeframe::Day, "2025-01-12T23:00:00Z", "2025-01-13T00:00:00Z"),
    ("XNYS", Timeframe::Day, "2025-01-15T14:00:00Z", "2025-01-15T00:00:00Z"),
    ("XNYS", Timeframe::Day, "2025-01-16T04:59:00Z", "2025-01-15T00:00:00Z"),
    ("XNYS", Timeframe::Day, "2025-01-16T05:00:00Z", "2025-01-16T00:00:00Z"),
    // The Sunday evening of the currencies belongs to Monday.
    ("24/5", Timeframe::Day, "2025-01-12T22:00:00Z", "2025-01-13T00:00:00Z"),
    ("24/5", Timeframe::Week, "2025-01-12T22:00:00Z", "2025-01-13T00:00:00Z"),
    ("XNYS", Timeframe::Week, "2025-01-24T20:59:00Z", "2025-01-20T00:00:00Z"),
    ("24/7", Timeframe::Week, "2025-01-26T23:59:00Z", "2025-01-20T00:00:00Z"),
];

#[test]
fn coarser_bars_are_aligned_to_the_open_of_the_session() {
    for (name, timeframe, opens, label) in BUCKETS {
        let ours = cursor(name).bucket_start(at(opens), timeframe);
        assert_eq!(ours, at(label), "{name} {timeframe} {opens}");
    }
}

#[test]
fn the_ends_of_time_are_no_panic() {
    for name in Calendar::names() {
        for label in [Timestamp::MIN, Timestamp::MAX] {
            for timeframe in [
                Timeframe::Intraday(0),
                HOUR,
                Timeframe::Day,
                Timeframe::Week,
            ] {
                let mut cursor = cursor(name);
                cursor.bar_span(label, timeframe);
                cursor.bucket_start(label, timeframe);
            }
            let calendar = Calendar::named(name).unwrap();
            assert!(calendar.next_open(Timestamp::MAX).is_none());
            assert!(calendar.previous_session_before(Timestamp::MIN).is_none());
        }
    }
}

fn any_calendar() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(Calendar::names().collect::<Vec<_>>())
}

fn any_timeframe() -> impl Strategy<Value = Timeframe> {
    let seconds = vec![30, 60, 300, 900, 1_800, 3_600, 14_400];
    prop_oneof![
        proptest::sample::select(seconds).prop_map(Timeframe::Intraday),
        Just(Timeframe::Day),
        Just(Timeframe::Week),
    ]
}

/// Minutes of 1989 to 2033, in and outside the tables.
fn any_minutes() -> impl Strategy<Value = Vec<Timestamp>> {
    let near = (
        599_616_000_i64..1_988_150_400,
        proptest::collection::vec(0..20_000_i64, 1..40),
    );
    near.prop_map(|(start, steps)| {
        let minute = |step| Timestamp::from_seconds(start / 60 * 60 + step * 60);
        steps.into_iter().filter_map(minute).collect()
    })
}

proptest! {
    #[test]
    fn a_cursor_answers_as_if_it_were_fresh(
        name in any_calendar(), timeframe in any_timeframe(), minutes in any_minutes()
    ) {
        let mut used = cursor(name);
        for minute in minutes {
            prop_assert_eq!(used.bar_span(minute, timeframe), cursor(name).bar_span(minute, timeframe));
            prop_assert_eq!(
                used.bucket_start(minute, timeframe),
                cursor(name).bucket_start(minute, timeframe)
            );
        }
    }

    #[test]
    fn a_later_bar_never_gets_an_earlier_label(
        name in any_calendar(), timeframe in any_timeframe(), mut minutes in any_minutes()
    ) {
        minutes.sort_unstable();
        let mut cursor = cursor(name);
        let labels: Vec<_> = minutes.iter().map(|at| cursor.bucket_start(*at, timeframe)).collect();
        prop_assert!(labels.is_sorted());
    }

    #[test]
    fn a_bar_of_a_session_lies_inside_the_coarser_bar_with_its_label(
        name in any_calendar(), timeframe in any_timeframe(), minutes in any_minutes()
    ) {
        let mut cursor = cursor(name);
        for minute in minutes {
            if !cursor.in_session(minute) {
                continue;
            }
            let fine = cursor.bar_span(minute, Timeframe::Intraday(30));
            let label = cursor.bucket_start(minute, timeframe);
            let coarse = cursor.bar_span(label, timeframe);
            prop_assert!(coarse.in_session);
            prop_assert!(coarse.opens <= fine.opens && fine.closes <= coarse.closes);
            prop_assert_eq!(cursor.bucket_start(coarse.opens, timeframe), label);
        }
    }

    #[test]
    fn the_index_says_what_the_rules_say(name in any_calendar(), day in 7_000_i64..24_000) {
        let calendar = Calendar::named(name).unwrap();
        let date = crate::core::calendar::date_of(day).unwrap();
        let rules = &calendar.0.rules;
        let hours = rules.hours_on(date).and_then(|hours| rules.instants(date, hours));
        let ours = calendar.session_on(date);
        prop_assert_eq!(ours.map(|s| (s.open, s.close, s.break_)), hours.map(|h| (h.open, h.close, h.break_)));
    }
}
