//! Entries: what is due, missed, restored and taken back.

use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn on(calendar: &str, rules: &[&str], now: &str) -> Schedule {
    let mut schedule = Schedule::default();
    schedule.set_calendar(Calendar::named(calendar).unwrap());
    schedule.set_grace(Some(MISFIRE_GRACE));
    for (index, rule) in rules.iter().enumerate() {
        let name = format!("f{index}");
        schedule.add(&name, &name, Rule::parse(rule).unwrap(), true, at(now));
    }
    schedule
}

/// Everything that fires up to `until`, as function and instant.
fn firings(schedule: &mut Schedule, until: &str) -> Vec<String> {
    let due = std::iter::from_fn(|| schedule.take_due(at(until)));
    due.map(|due| format!("{} {}", due.function, due.at))
        .collect()
}

#[rustfmt::skip]
#[test]
fn each_rule_fires_at_its_instants() {
    let cases: [(&str, &str, &str, &str, &[&str]); 12] = [
        // SC-03 and SC-04, in winter and in summer; the half day after Thanksgiving.
        ("XNYS", "pre_market()", "2025-03-07", "2025-03-11", &["2025-03-07T14:00:00Z", "2025-03-10T13:00:00Z"]),
        ("XNYS", "after_hours()", "2025-03-07", "2025-03-11", &["2025-03-07T21:30:00Z", "2025-03-10T20:30:00Z"]),
        ("XNYS", "after_hours(\"10m\")", "2024-11-29", "2024-12-01", &["2024-11-29T18:10:00Z"]),
        ("XNYS", "market_close(\"15m\")", "2024-11-28", "2024-12-03", &["2024-11-29T17:45:00Z", "2024-12-02T20:45:00Z"]),
        // SC-05, SC-06.
        ("XLON", "market_open()", "2025-03-28", "2025-04-01", &["2025-03-28T08:00:00Z", "2025-03-31T07:00:00Z"]),
        ("XTKS", "market_close()", "2024-11-01", "2024-11-06", &["2024-11-01T06:00:00Z", "2024-11-05T06:30:00Z"]),
        ("XNYS", "on_date(\"2030-07-05\"), market_open(\"1h\")", "2020-01-01", "2031-01-01", &["2030-07-05T14:30:00Z"]),
        ("XNYS", "on_date(\"2024-12-25\")", "2020-01-01", "2031-01-01", &[]),
        // Intervals within sessions, and on a market that never closes from midnight on.
        ("XNYS", "every(\"3h\")", "2024-11-29", "2024-12-03", &["2024-11-29T17:30:00Z", "2024-12-02T17:30:00Z", "2024-12-02T20:30:00Z"]),
        ("24/7", "every(\"8h\")", "2025-03-08T07:30:00Z", "2025-03-09T08:00:00Z", &["2025-03-08T08:00:00Z", "2025-03-08T16:00:00Z", "2025-03-09T00:00:00Z", "2025-03-09T08:00:00Z"]),
        // Outside sessions, in the zone of the calendar and in another one.
        ("XTKS", "cron(\"0 12 * * SAT,MON\")", "2025-01-10", "2025-01-14", &["2025-01-11T03:00:00Z", "2025-01-13T03:00:00Z"]),
        ("XTKS", "cron(\"0 12 * * SAT\", \"America/New_York\")", "2025-01-10", "2025-01-14", &["2025-01-11T17:00:00Z"]),
    ];
    for (calendar, rule, from, until, expected) in cases {
        let mut schedule = on(calendar, &[rule], from);
        let expected: Vec<String> = expected.iter().map(|at| format!("f0 {at}")).collect();
        assert_eq!(firings(&mut schedule, until), expected, "{calendar} {rule}");
    }
}

/// SC-16.
#[test]
fn a_session_of_new_york_has_26_quarters_of_an_hour() {
    let mut schedule = on("XNYS", &["every(\"15m\")"], "2025-01-15");
    let fired = firings(&mut schedule, "2025-01-16");
    assert_eq!(fired.len(), 26);
    assert_eq!(fired[0], "f0 2025-01-15T14:45:00Z");
    assert_eq!(fired[25], "f0 2025-01-15T21:00:00Z");
}

#[test]
fn what_is_due_comes_by_instant_then_by_registration() {
    let rules = [
        "at(\"10:30\", \"America/New_York\")",
        "market_open(\"1h\")",
        "market_open()",
        "every(\"1h\")",
    ];
    let mut schedule = on("XNYS", &rules, "2025-01-15");
    assert_eq!(
        firings(&mut schedule, "2025-01-15T16:29:59Z"),
        [
            "f2 2025-01-15T14:30:00Z",
            "f0 2025-01-15T15:30:00Z",
            "f1 2025-01-15T15:30:00Z",
            "f3 2025-01-15T15:30:00Z"
        ]
    );
}

#[test]
fn half_days_can_be_left_out() {
    let mut schedule = on("XNYS", &[], "2024-11-27");
    let rule = Rule::parse("market_close()").unwrap();
    schedule.add("full", "full", rule, false, at("2024-11-27T22:00:00Z"));
    assert_eq!(
        firings(&mut schedule, "2024-12-03"),
        ["full 2024-12-02T21:00:00Z"]
    );
}

/// SC-08 to SC-10: a name is given once, and enabling twice is no error.
#[test]
fn names_are_unique_and_entries_come_and_go() {
    let mut schedule = on("24/7", &["every(\"1h\")"], "2025-01-01");
    let rule = || Rule::parse("every(\"1h\")").unwrap();
    let now = at("2025-01-01T00:30:00Z");
    assert_eq!(&*schedule.add("f0", "g", rule(), true, now), "f0-2");
    assert_eq!(&*schedule.add("f0", "h", rule(), true, now), "f0-3");
    assert!(schedule.remove("f0-2") && !schedule.remove("f0-2"));
    assert_eq!(&*schedule.add("f0", "i", rule(), true, now), "f0-2");
    for _ in 0..2 {
        assert!(schedule.enable("f0", false, now));
    }
    assert!(!schedule.enable("g0", false, now));
    assert_eq!(schedule.next(), Some(at("2025-01-01T01:00:00Z")));
    let calls = firings(&mut schedule, "2025-01-01T02:15:00Z");
    assert_eq!(calls.len(), 4);
    let later = at("2025-01-01T02:30:00Z");
    for _ in 0..2 {
        assert!(schedule.enable("f0", true, later));
    }
    assert_eq!(firings(&mut schedule, "2025-01-01T03:00:00Z").len(), 3);
    assert_eq!(schedule.entries()[0].next, Some(at("2025-01-01T04:00:00Z")));
}

#[test]
fn an_entry_that_never_runs_says_why() {
    let now = "2025-06-01";
    let rules = [
        "every(\"8h\")",
        "on_date(\"2024-12-24\")",
        "on_date(\"2025-12-25\")",
        "month_end(30)",
        "month_end()",
    ];
    let schedule = on("XNYS", &rules, now);
    let idle: Vec<Option<String>> = (0..5).map(|i| schedule.idle(&format!("f{i}"))).collect();
    let text = |i: usize| idle[i].as_deref().unwrap();
    assert_eq!(
        text(0),
        "schedule `f0` never runs: every(\"8h\") has no instant to come on XNYS"
    );
    assert!(
        text(1).ends_with("has no instant to come on XNYS"),
        "{}",
        text(1)
    );
    assert_eq!(
        text(2),
        "schedule `f2` never runs: 2025-12-25 is no session of XNYS"
    );
    assert!(idle[3].is_some() && idle[4].is_none());
}

/// SC-18, and more: within the grace a call is made, beyond it it is reported.
#[test]
fn what_was_missed_runs_within_the_grace_and_is_reported_beyond_it() {
    for (grace, now, runs, missed) in [
        (
            60,
            "2025-01-15T14:31:30Z",
            0,
            Some(("2025-01-15T14:30:00Z", 1)),
        ),
        (120, "2025-01-15T14:31:30Z", 1, None),
        (60, "2025-01-15T14:31:00Z", 1, None),
        (
            60,
            "2025-01-15T14:31:01Z",
            0,
            Some(("2025-01-15T14:30:00Z", 1)),
        ),
        (60, "2025-01-15T14:29:59Z", 0, None),
        (
            60,
            "2025-01-17T14:30:30Z",
            1,
            Some(("2025-01-15T14:30:00Z", 2)),
        ),
    ] {
        let mut before = on("XNYS", &["market_open()"], "2025-01-15");
        let mut schedule = on("XNYS", &[], "2025-01-15");
        schedule.set_grace(Some(Span::from_seconds(grace)));
        schedule.restore(&before.snapshot(), at(now)).unwrap();
        let found = schedule.skip_missed(at(now));
        let expected = missed.map(|(first, count)| Missed {
            name: "f0".into(),
            first: at(first),
            count,
        });
        assert_eq!(
            found,
            expected.into_iter().collect::<Vec<_>>(),
            "{grace} {now}"
        );
        assert_eq!(firings(&mut schedule, now).len(), runs, "{grace} {now}");
        assert!(schedule.next() > Some(at(now)));
        assert!(before.take_due(at(now)).is_some() || runs == 0);
    }
    let mut old = on("24/7", &["every(\"1s\")"], "2020-01-01");
    let found = old.skip_missed(at("2025-01-01"));
    assert_eq!(
        found[0].to_string(),
        "schedule `f0` missed at least 10000 calls, the first at 2020-01-01T00:00:00Z"
    );
    assert_eq!(firings(&mut old, "2025-01-01").len(), 61);
}

#[test]
fn a_state_that_cannot_be_read_changes_nothing() {
    let mut schedule = on("24/7", &["every(\"1h\")"], "2025-01-01");
    let mut states = schedule.snapshot();
    states[0].rule = "someday()".to_owned();
    assert!(schedule.restore(&states, at("2025-01-01")).is_err());
    assert_eq!(schedule.len(), 1);
    assert_eq!(schedule.entries()[0].rule.to_string(), "every(\"1h\")");
}

#[test]
fn a_call_that_fails_leaves_the_schedule_as_it_was() {
    let rules = ["every(\"1h\")", "every(\"2h\")"];
    let mut schedule = on("24/7", &rules, "2025-01-01T00:30:00Z");
    let now = at("2025-01-01T01:00:00Z");
    assert!(schedule.take_due(now).is_some());
    schedule.begin();
    let before = schedule.snapshot();
    schedule.remove("f0");
    schedule.enable("f1", false, now);
    schedule.add("f9", "f9", Rule::parse("every(\"1h\")").unwrap(), true, now);
    assert_ne!(schedule.snapshot(), before);
    schedule.roll_back();
    assert_eq!(schedule.snapshot(), before);
    // It had moved on before the call.
    assert_eq!(schedule.next(), Some(at("2025-01-01T02:00:00Z")));
}

proptest! {
    /// R-CAL-4: by event time or by a clock that wakes early, late and in between, the same instants.
    #[test]
    fn a_clock_that_wakes_late_finds_the_same_instants(
        wakes in proptest::collection::vec(0..50_000_i64, 1..60),
        calendar in proptest::sample::select(vec!["XNYS", "24/7", "XTKS", "CMES"]),
        start in 1_420_070_400_i64..1_800_000_000,
        restarts in any::<u64>(),
    ) {
        let rules = [
            "market_open(\"30m\")", "market_close()", "every(\"47m\")", "cron(\"*/20 1-3,9 * * *\")",
            "week_end(), after_hours()", "at(\"02:30\", \"Europe/London\")",
        ];
        let begin = Timestamp::from_seconds(start).unwrap();
        let new = || {
            let mut schedule = on(calendar, &rules, &begin.to_string());
            schedule.set_grace(Some(Span::DAY));
            schedule
        };
        let mut clock = new();
        let mut seen = Vec::new();
        let mut now = begin;
        for (index, seconds) in wakes.iter().enumerate() {
            now = now + Span::from_seconds(*seconds);
            if restarts >> (index % 64) & 1 == 1 {
                let states = clock.snapshot();
                clock = new();
                clock.restore(&states, now).unwrap();
            }
            prop_assert!(clock.skip_missed(now).is_empty());
            seen.extend(std::iter::from_fn(|| clock.take_due(now)));
        }
        let mut events = new();
        let mut expected = Vec::new();
        while let Some(at) = events.next().filter(|at| *at <= now) {
            expected.extend(std::iter::from_fn(|| events.take_due(at)));
        }
        prop_assert_eq!(seen, expected);
    }
}
