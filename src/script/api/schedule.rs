//! What runs when: `schedule` and its rules.

use std::rc::Rc;

use rhai::{Array, Dynamic, INT, Map};

use crate::core::calendar::zone::parse_zone;
use crate::core::engine::desk::{LogLevel, Note};
use crate::core::engine::schedule::rule::OUTSIDE_HOURS;
use crate::core::engine::schedule::text::{
    parse_clock, parse_date, parse_interval, parse_offset, parse_weekday,
};
use crate::core::engine::schedule::{Cron, DateRule, Entry, Rule, TimeRule};
use crate::core::model::time::Span;
use crate::script::api::time::TimeRef;
use crate::script::convert::{
    Outcome, check_keys, fail, kind_of, need_count, need_flag, need_text,
};
use crate::script::host::Host;
use crate::script::registry::Registry;

/// A rule of dates, times or intervals.
#[derive(Clone, Debug)]
pub(crate) struct RuleRef(Part);

#[derive(Clone, Debug)]
enum Part {
    Date(DateRule),
    Time(TimeRule),
    Alone(Rule),
}

pub(super) fn register(engine: &mut Registry, host: &Rc<Host>) {
    engine.register_type_with_name::<RuleRef>("Rule");
    register_date_rules(engine);
    register_time_rules(engine);
    let at = Rc::clone(host);
    engine.register_fn("schedule", move |f: Dynamic, a: Dynamic| {
        schedule(&at, &f, &a, None, &Map::new())
    });
    let at = Rc::clone(host);
    engine.register_fn("schedule", move |f: Dynamic, a: Dynamic, b: Dynamic| {
        if let Some(options) = b.read_lock::<Map>().map(|map| map.clone()) {
            return schedule(&at, &f, &a, None, &options);
        }
        schedule(&at, &f, &a, Some(&b), &Map::new())
    });
    let at = Rc::clone(host);
    engine.register_fn(
        "schedule",
        move |f: Dynamic, a: Dynamic, b: Dynamic, options: Map| {
            schedule(&at, &f, &a, Some(&b), &options)
        },
    );
    register_listing(engine, host);
}

fn register_date_rules(engine: &mut Registry) {
    type Make = fn(u32) -> DateRule;
    let date = |rule| RuleRef(Part::Date(rule));
    engine.register_fn("every_day", move || date(DateRule::EveryDay));
    let rules: [(&str, Make); 4] = [
        ("week_start", DateRule::WeekStart),
        ("week_end", DateRule::WeekEnd),
        ("month_start", DateRule::MonthStart),
        ("month_end", DateRule::MonthEnd),
    ];
    for (name, make) in rules {
        engine.register_fn(name, move || date(make(0)));
        engine.register_fn(name, move |n: INT| -> Outcome<RuleRef> {
            let n = need_count(&n.into(), "n", 0)?;
            Ok(date(make(u32::try_from(n).unwrap_or(u32::MAX))))
        });
    }
    engine.register_fn("on_days", move |days: Array| -> Outcome<RuleRef> {
        let days = days
            .iter()
            .map(|day| told(parse_weekday(&need_text(day, "day")?)))
            .collect::<Outcome<Vec<_>>>()?;
        Ok(date(DateRule::OnDays(days)))
    });
    engine.register_fn("on_date", move |day: &str| -> Outcome<RuleRef> {
        Ok(date(DateRule::OnDate(told(parse_date(day))?)))
    });
}

/// The value, or the error as one of the script.
fn told<T, E: std::fmt::Display>(result: Result<T, E>) -> Outcome<T> {
    result.or_else(|error| fail(error.to_string()))
}

fn register_time_rules(engine: &mut Registry) {
    type Make = fn(Span) -> TimeRule;
    let time = |rule| RuleRef(Part::Time(rule));
    let rules: [(&str, Make, Span); 4] = [
        ("market_open", TimeRule::MarketOpen, Span::ZERO),
        ("market_close", TimeRule::MarketClose, Span::ZERO),
        ("pre_market", TimeRule::PreMarket, OUTSIDE_HOURS),
        ("after_hours", TimeRule::AfterHours, OUTSIDE_HOURS),
    ];
    for (name, make, usual) in rules {
        engine.register_fn(name, move || time(make(usual)));
        engine.register_fn(name, move |offset: &str| -> Outcome<RuleRef> {
            Ok(time(make(told(parse_offset(offset))?)))
        });
    }
    engine.register_fn("at", move |clock: &str, zone: &str| -> Outcome<RuleRef> {
        let clock = told(parse_clock(clock))?;
        Ok(time(TimeRule::At(clock, told(parse_zone(zone))?)))
    });
    let alone = |rule| RuleRef(Part::Alone(rule));
    engine.register_fn("every", move |span: &str| -> Outcome<RuleRef> {
        Ok(alone(Rule::Every(told(parse_interval(span))?)))
    });
    engine.register_fn("cron", move |text: &str| -> Outcome<RuleRef> {
        Ok(alone(Rule::Cron(told(Cron::parse(text))?, None)))
    });
    engine.register_fn("cron", move |text: &str, zone: &str| -> Outcome<RuleRef> {
        let zone = told(parse_zone(zone))?;
        Ok(alone(Rule::Cron(told(Cron::parse(text))?, Some(zone))))
    });
}

fn schedule(
    host: &Rc<Host>,
    function: &Dynamic,
    first: &Dynamic,
    second: Option<&Dynamic>,
    options: &Map,
) -> Outcome<String> {
    check_keys(options, &["name", "half_days"], "schedule")?;
    let function = host.need_function(function)?;
    let rule = read_rule(first, second)?;
    let name = options
        .get("name")
        .map_or_else(|| Ok(function.to_string()), |name| need_text(name, "name"))?;
    let half_days = options
        .get("half_days")
        .map_or(Ok(true), |flag| need_flag(flag, "half_days"))?;
    if !half_days && matches!(rule, Rule::Cron(..)) {
        return fail("half_days is an option of rules of sessions; a cron expression knows none");
    }
    host.with_set_up("schedule", |desk| {
        let now = desk.now;
        let name = desk.schedule.add(&name, &function, rule, half_days, now);
        if let Some(idle) = desk.schedule.idle(&name) {
            desk.note(Note::Log(LogLevel::Warn, idle.into(), "".into()));
        }
        name.to_string()
    })
}

fn read_rule(first: &Dynamic, second: Option<&Dynamic>) -> Outcome<Rule> {
    let part = |value: &Dynamic| -> Outcome<Part> {
        value.read_lock::<RuleRef>().map(|rule| rule.0.clone()).map_or_else(
            || fail(format!("schedule takes a rule such as every_day() or market_open(\"30m\"); this is {}", kind_of(value))),
            Ok,
        )
    };
    match (part(first)?, second.map(part).transpose()?) {
        (Part::Date(date), None) => Ok(Rule::Session(date, TimeRule::MarketOpen(Span::ZERO))),
        (Part::Date(date), Some(Part::Time(time))) => Ok(Rule::Session(date, time)),
        (Part::Time(time), None) => Ok(Rule::Session(DateRule::EveryDay, time)),
        (Part::Alone(rule), None) => Ok(rule),
        _ => fail("schedule takes a date rule, then a time rule; or every(…) or cron(…) alone"),
    }
}

fn register_listing(engine: &mut Registry, host: &Rc<Host>) {
    let at = Rc::clone(host);
    engine.register_fn("unschedule", move |name: &str| -> Outcome<bool> {
        at.with(|desk| desk.schedule.remove(name))
    });
    for (function, enabled) in [("schedule_enable", true), ("schedule_disable", false)] {
        let at = Rc::clone(host);
        engine.register_fn(function, move |name: &str| -> Outcome<bool> {
            at.with(|desk| {
                let now = desk.now;
                desk.schedule.enable(name, enabled, now)
            })
        });
    }
    let at = Rc::clone(host);
    engine.register_fn("schedules", move || -> Outcome<Array> {
        at.with(|desk| {
            desk.schedule
                .entries()
                .iter()
                .map(|entry| describe(entry).into())
                .collect()
        })
    });
}

fn describe(entry: &Entry) -> Map {
    let next = entry
        .next
        .filter(|_| entry.enabled)
        .map_or(Dynamic::UNIT, |at| Dynamic::from(TimeRef::from(at)));
    [
        ("name".into(), entry.name.to_string().into()),
        ("rule".into(), entry.rule.to_string().into()),
        ("next".into(), next),
        ("enabled".into(), entry.enabled.into()),
    ]
    .into()
}
