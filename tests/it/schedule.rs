//! Schedules: around every change of the clocks (tests/data/vectors/schedule/SOURCES.md), and the same
//! in a backtest and on a clock.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::rc::Rc;

use proptest::prelude::*;
use rust_decimal::Decimal;
use rustybt::core::calendar::Calendar;
use rustybt::core::engine::desk::{Desk, Mode, Note};
use rustybt::core::engine::market::Market;
use rustybt::core::engine::schedule::{MISFIRE_GRACE, Rule, Schedule, Trigger};
use rustybt::core::engine::strategy::{Call, Failure, Handler, Strategy as Strategist};
use rustybt::core::engine::{Engine, OnScriptError};
use rustybt::core::ledger::Ledger;
use rustybt::core::message::{Envelope, Event};
use rustybt::core::model::asset::{Asset, AssetKind};
use rustybt::core::model::number::Money;
use rustybt::core::model::time::{Span, Timeframe, Timestamp};

use crate::support::script::closes;
use crate::support::world::world;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

#[test]
fn every_change_of_the_clocks_of_ten_years_is_survived() {
    let path = format!(
        "{}/tests/data/vectors/schedule/clock-changes.txt",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = fs::read_to_string(path).unwrap();
    let length = Span::from_seconds(108 * 3_600);
    let mut windows = BTreeSet::new();
    let mut fired = 0;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (head, minutes) = line.rsplit_once(':').unwrap();
        let (day, head) = head.split_once(' ').unwrap();
        let (calendar, rule) = head.split_once(' ').unwrap();
        let start = at(day);
        let minutes = minutes
            .split_whitespace()
            .map(|n| n.parse::<i64>().unwrap());
        let expected: Vec<Timestamp> = minutes
            .map(|minute| start + Span::from_seconds(minute * 60))
            .collect();
        let mut schedule = Schedule::default();
        schedule.set_calendar(Calendar::named(calendar).unwrap());
        let rule = Rule::parse(rule).unwrap();
        schedule.add("f", "f", rule, true, start);
        let last = start + length - Span::from_nanos(1);
        let due = std::iter::from_fn(|| schedule.take_due(last));
        let ours: Vec<Timestamp> = due.map(|due| due.at).collect();
        assert_eq!(ours, expected, "{line}");
        fired += ours.len();
        windows.insert((day.to_owned(), calendar.to_owned()));
    }
    assert!(
        windows.len() > 160 && fired > 14_000,
        "{} {fired}",
        windows.len()
    );
}

/// The calls of a strategy, with the instants of its decisions.
type Calls = Rc<RefCell<Vec<(String, Timestamp)>>>;

/// Registers rules and writes down when they come.
struct Listener {
    rules: Vec<Rule>,
    calls: Calls,
    /// Fails in every second call.
    fails: bool,
}

impl Strategist for Listener {
    fn handles(&self, handler: &Handler) -> bool {
        matches!(handler, Handler::Initialize | Handler::BeforeTradingStart)
    }

    fn call(&mut self, call: &Call, desk: &mut Box<Desk>) -> Result<(), Failure> {
        let now = desk.now;
        if *call == Call::Initialize {
            for (index, rule) in self.rules.iter().enumerate() {
                let name = format!("f{index}");
                desk.schedule.add(&name, &name, rule.clone(), true, now);
            }
            return Ok(());
        }
        let mut calls = self.calls.borrow_mut();
        calls.push((call.handler().to_string(), now));
        if self.fails && calls.len() % 2 == 1 {
            return Err("it had to fail".into());
        }
        Ok(())
    }
}

fn engine(calendar: &Calendar, listener: Listener, on_error: OnScriptError) -> Engine<Listener> {
    let assets: Rc<[Asset]> = Rc::new([Asset::new("A", AssetKind::Equity, calendar.name())]);
    let market = Market::new(Rc::clone(&assets), vec![calendar.clone()], Timeframe::Day);
    let ledger = Ledger::new(assets, Money::new(Decimal::from(1_000)));
    let mut desk = Desk::new(Mode::Live, market, ledger);
    desk.schedule.set_calendar(calendar.clone());
    desk.schedule.set_grace(Some(MISFIRE_GRACE));
    Engine::new(desk, listener, on_error, false)
}

fn tell(engine: &mut Engine<Listener>, at: Timestamp, event: Event) {
    engine.handle(&Envelope { at, event }, &mut Vec::new());
}

/// Runs an engine on a clock that wakes when it asks to be woken, and at other times too.
fn on_a_clock(
    calendar: &Calendar,
    rules: &[Rule],
    (from, until): (Timestamp, Timestamp),
    jitter: &[i64],
) -> Vec<(String, Timestamp)> {
    let calls = Calls::default();
    let listener = Listener {
        rules: rules.to_vec(),
        calls: Rc::clone(&calls),
        fails: false,
    };
    let mut engine = engine(calendar, listener, OnScriptError::Continue);
    tell(&mut engine, from, Event::Started);
    let mut now = from;
    let mut jitter = jitter.iter().cycle();
    while let Some(wake) = engine.next_wakeup().filter(|wake| *wake <= until) {
        let early = now + Span::from_seconds(*jitter.next().unwrap());
        now = if early < wake { early } else { wake };
        if engine.next_open().is_some_and(|open| open <= now)
            && engine.next_trigger().is_none_or(|at| at > now)
        {
            tell(&mut engine, now, Event::SessionOpened);
        } else {
            tell(&mut engine, now, Event::Clock);
        }
    }
    calls.take()
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let date = prop::sample::select(vec![
        "every_day()",
        "week_start(1)",
        "week_end()",
        "month_start()",
        "month_end(2)",
        "on_days([\"MON\", \"SAT\"])",
        "on_date(\"2024-03-11\")",
    ]);
    let time = prop::sample::select(vec![
        "market_open()",
        "market_open(\"45m\")",
        "market_close()",
        "market_close(\"15m\")",
        "pre_market()",
        "after_hours(\"2h\")",
        "at(\"02:30\", \"America/New_York\")",
        "at(\"14:00\", \"Europe/London\")",
    ]);
    let alone = prop::sample::select(vec![
        "every(\"37m\")",
        "every(\"1h\")",
        "cron(\"*/20 1-3 * * *\", \"America/New_York\")",
        "cron(\"0 12 * * SAT,SUN\")",
        "cron(\"30 9 L * *\", \"Asia/Tokyo\")",
    ]);
    prop_oneof![
        (date, time).prop_map(|(date, time)| format!("{date}, {time}")),
        alone.prop_map(str::to_owned),
    ]
    .prop_map(|text| Rule::parse(&text).unwrap())
}

proptest! {
    /// R-CAL-4, with daily and intraday bars, over both changes of the clocks.
    #[test]
    fn a_backtest_and_a_clock_call_the_same_functions_at_the_same_instants(
        rules in prop::collection::vec(any_rule(), 1..6),
        name in prop::sample::select(vec!["XNYS", "24/7", "XTKS", "XLON"]),
        timeframe in prop::sample::select(vec!["1d", "1h"]),
        first in prop::sample::select(vec!["2024-02-26", "2024-10-22"]),
        jitter in prop::collection::vec(1..90_000_i64, 1..20),
    ) {
        let calendar = Calendar::named(name).unwrap();
        let calls = Calls::default();
        let listener = Listener { rules: rules.clone(), calls: Rc::clone(&calls), fails: false };
        let count = if timeframe == "1d" { 20 } else { 150 };
        let rows = vec![Some([10, 10, 10, 10, 1].map(Decimal::from)); count];
        let sim = world().times(name, timeframe, first).rows("A", rows).run(listener);
        let timeframe = Timeframe::parse(timeframe).unwrap();
        let opens = calendar.bar_span(sim.labels[0], timeframe).opens;
        let closes = calendar.bar_span(sim.labels[count - 1], timeframe).closes;
        let mut by_events = calls.take();
        let mut by_clock = on_a_clock(&calendar, &rules, (opens, closes), &jitter);
        // Where a session begins as the last bar ends, only the order of calls within an instant is
        // that of the bars.
        by_events.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
        by_clock.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
        prop_assert_eq!(by_events, by_clock);
    }
}

#[test]
fn cron_fires_between_bars_and_outside_sessions_at_its_true_instant() {
    let calls = Calls::default();
    let listener = Listener {
        rules: vec![Rule::parse("cron(\"30 20 * * SUN\")").unwrap()],
        calls: Rc::clone(&calls),
        fails: false,
    };
    let rows = vec![Some([10, 10, 10, 10, 1].map(Decimal::from)); 10];
    world()
        .times("XNYS", "1d", "2024-03-04")
        .rows("A", rows)
        .run(listener);
    let calls = calls.take();
    let fired: Vec<&Timestamp> = calls
        .iter()
        .filter(|(name, _)| name == "f0")
        .map(|(_, at)| at)
        .collect();
    // A Sunday evening in New York, hours after the clocks went forward.
    assert_eq!(fired, [&at("2024-03-11T00:30:00Z")]);
}

#[test]
fn a_call_that_fails_is_counted_and_logged_and_the_schedule_goes_on() {
    let calendar = Calendar::named("24/7").unwrap();
    let calls = Calls::default();
    let listener = Listener {
        rules: vec![Rule::parse("every(\"1h\")").unwrap()],
        calls: Rc::clone(&calls),
        fails: true,
    };
    let mut engine = engine(&calendar, listener, OnScriptError::Continue);
    engine.set_triggers(vec![Trigger {
        name: "extra".to_owned(),
        function: "extra".to_owned(),
        rule: Rule::parse("at(\"02:30\", \"UTC\")").unwrap(),
        half_days: true,
        enabled: true,
    }]);
    tell(&mut engine, at("2024-01-01T00:30:00Z"), Event::Started);
    for hour in 1..=4 {
        let now = at("2024-01-01") + Span::from_seconds(hour * 3_600);
        tell(&mut engine, now, Event::Clock);
    }
    let calls: Vec<String> = calls.take().into_iter().map(|(name, _)| name).collect();
    // The trigger of half past two came to light half an hour late and was skipped.
    assert_eq!(calls, ["f0", "f0", "f0", "f0"]);
    assert_eq!(engine.errors(), 2);
    let log: Vec<String> = engine
        .desk()
        .notes
        .iter()
        .filter_map(|note| {
            let Note::Log(level, text, _) = note else {
                return None;
            };
            Some(format!("{} {text}", level.name()))
        })
        .collect();
    assert_eq!(
        log,
        [
            "error f0: it had to fail",
            "warn schedule `extra` missed its call at 2024-01-01T02:30:00Z",
            "error f0: it had to fail",
        ]
    );
}

#[test]
fn a_script_lists_stops_and_resumes_what_it_has_scheduled() {
    let ran = closes(&[10.0; 4]).run(
        r#"
        fn initialize(context) {
            schedule(f, month_end(), market_close("15m"));
            schedule(f, on_date("2020-01-06"), pre_market());
            schedule(f, cron("30 8-9 * * FRI"), #{ name: "early" });
            schedule(f, cron("0 0 1 JAN *", "Asia/Tokyo"));
            schedule(f, every("3h"), #{ name: "often", half_days: false });
            schedule(f, on_date("2019-12-24"), after_hours("1h"), #{ name: "past" });
            log_info(`${schedule_disable("often")} ${schedule_disable("rarely")} ${unschedule("f-3")}`);
            for entry in schedules() {
                log_info(`${entry.name}: ${entry.rule}; ${entry.next} ${entry.enabled}`);
            }
        }
        fn f(context, data) {
            log_info(`f at ${context.now}`);
            if context.now.day == 3 && context.now.hour == 14 {
                schedule_enable("often");
                unschedule("early");
            }
        }
        "#,
    );
    assert_eq!(ran.error, None);
    assert_eq!(
        ran.log,
        [
            "warn schedule `past` never runs: on_date(\"2019-12-24\"), after_hours(\"1h\") has no instant to come on XNYS",
            "info true false true",
            "info f: month_end(0), market_close(\"15m\"); 2020-01-31T20:45:00Z true",
            "info f-2: on_date(\"2020-01-06\"), pre_market(\"30m\"); 2020-01-06T14:00:00Z true",
            "info early: cron(\"30 8-9 * * FRI\"); 2020-01-03T13:30:00Z true",
            "info often: every(\"3h\");  false",
            "info past: on_date(\"2019-12-24\"), after_hours(\"1h\");  true",
            "info f at 2020-01-03T13:30:00Z",
            "info f at 2020-01-03T14:30:00Z",
            "info f at 2020-01-03T17:30:00Z",
            "info f at 2020-01-03T20:30:00Z",
            "info f at 2020-01-06T14:00:00Z",
            "info f at 2020-01-06T17:30:00Z",
            "info f at 2020-01-06T20:30:00Z",
            "info f at 2020-01-07T17:30:00Z",
            "info f at 2020-01-07T20:30:00Z",
        ]
    );
}

/// SC-07, SC-19.
#[test]
fn a_script_is_told_what_is_wrong_with_a_rule() {
    for (call, part) in [
        (
            "schedule(f, cron(\"61 * * * *\"))",
            "the minute `61` in cron `61 * * * *` is not 0 to 59",
        ),
        ("schedule(f, cron(\"0 9 * *\"))", "has 4 fields, needs 5"),
        (
            "schedule(f, cron(\"0 9 * * *\", \"America/New_Yrok\"))",
            "did you mean `America/New_York`",
        ),
        (
            "schedule(f, cron(\"0 9 * * *\"), market_open())",
            "every(…) or cron(…) alone",
        ),
        (
            "schedule(f, cron(\"0 9 * * *\"), #{ half_days: false })",
            "half_days is an option of rules of sessions",
        ),
        (
            "schedule(f, every(\"1h\"), #{ half_days: 0 })",
            "half_days must be true or false, was int",
        ),
        (
            "schedule(f, on_date(\"2024-02-30\"))",
            "`2024-02-30` is not a date",
        ),
        (
            "schedule(f, market_open(\"25h\"))",
            "the offset `25h` is longer than 1d",
        ),
        (
            "schedule(f, every(\"0s\"))",
            "every(\"0s\") must be longer than nothing",
        ),
        (
            "schedule(f, on_days([\"MOON\"]))",
            "`MOON` is not a day of the week",
        ),
    ] {
        let ran = closes(&[10.0; 2]).run(&format!(
            "fn initialize(context) {{ {call}; }}\nfn f(context, data) {{ }}\n"
        ));
        let error = ran.error.map(|error| error.message).unwrap_or_default();
        assert!(error.contains(part), "{call}: {error}");
    }
}
