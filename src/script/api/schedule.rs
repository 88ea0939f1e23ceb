//! What runs when: `schedule` and its rules.

use std::rc::Rc;

use chrono::{NaiveTime, Weekday};
use rhai::{Array, Dynamic, INT, Map};

use crate::core::calendar::zone::parse_zone;
use crate::core::engine::schedule::{DateRule, Entry, Rule, TimeRule};
use crate::core::model::time::Span;
use crate::script::api::time::TimeRef;
use crate::script::convert::{
    Outcome, check_keys, fail, kind_of, need_count, need_span, need_text,
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
    Every(Span),
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
            .map(|day| {
                let text = need_text(day, "day")?;
                text.parse::<Weekday>().or_else(|_| {
                    fail(format!(
                        "`{text}` is not a day of the week; write \"MON\" to \"SUN\""
                    ))
                })
            })
            .collect::<Outcome<Vec<_>>>()?;
        Ok(date(DateRule::OnDays(days)))
    });
}

fn register_time_rules(engine: &mut Registry) {
    let time = |rule| RuleRef(Part::Time(rule));
    engine.register_fn("market_open", move || {
        time(TimeRule::MarketOpen(Span::ZERO))
    });
    engine.register_fn("market_close", move || {
        time(TimeRule::MarketClose(Span::ZERO))
    });
    engine.register_fn("market_open", move |offset: &str| -> Outcome<RuleRef> {
        Ok(time(TimeRule::MarketOpen(need_span(offset)?)))
    });
    engine.register_fn("market_close", move |offset: &str| -> Outcome<RuleRef> {
        Ok(time(TimeRule::MarketClose(need_span(offset)?)))
    });
    engine.register_fn("at", move |clock: &str, zone: &str| -> Outcome<RuleRef> {
        let parsed = NaiveTime::parse_from_str(clock, "%H:%M")
            .or_else(|_| NaiveTime::parse_from_str(clock, "%H:%M:%S"));
        let clock =
            parsed.or_else(|_| fail(format!("`{clock}` is not a time of day; write \"14:00\"")))?;
        let zone = parse_zone(zone).or_else(|e| fail(e.to_string()))?;
        Ok(time(TimeRule::At(clock, zone)))
    });
    engine.register_fn("every", move |span: &str| -> Outcome<RuleRef> {
        let parsed = need_span(span)?;
        if parsed <= Span::ZERO {
            return fail(format!("every(\"{span}\") must be longer than nothing"));
        }
        Ok(RuleRef(Part::Every(parsed)))
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
        .is_none_or(|v| v.as_bool().unwrap_or(true));
    host.with_set_up("schedule", |desk| {
        let now = desk.now;
        desk.schedule
            .add(&name, &function, rule, half_days, now)
            .to_string()
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
        (Part::Every(span), None) => Ok(Rule::Every(span)),
        _ => fail("schedule takes a date rule, then a time rule; or every(…) alone"),
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
        .map_or(Dynamic::UNIT, |at| Dynamic::from(TimeRef::from(at)));
    [
        ("name".into(), entry.name.to_string().into()),
        ("rule".into(), entry.rule.to_string().into()),
        ("next".into(), next),
        ("enabled".into(), entry.enabled.into()),
    ]
    .into()
}
