//! The section `schedule`: triggers from outside a script.
//!
//! Invariants: a trigger has one rule: dates and times, an interval, or a cron expression.

use crate::app::config::keys::KeyPath;
use crate::app::config::model::{Schedule, parse_flag};
use crate::app::config::resolve::Reader;
use crate::app::config::value::{ValueError, from_time};
use crate::core::calendar::zone::parse_zone;
use crate::core::engine::schedule::text::parse_interval;
use crate::core::engine::schedule::{Cron, DateRule, Rule, RuleError, TimeRule, Trigger};
use crate::core::model::time::Span;

impl Reader<'_> {
    pub(super) fn schedule(&mut self) -> Schedule {
        let mut names: Vec<String> = self
            .settings
            .keys()
            .filter(|key| matches!(key.0.as_slice(), [section, map, ..] if section == "schedule" && map == "triggers"))
            .filter_map(|key| key.0.get(2).cloned())
            .collect();
        names.dedup();
        Schedule {
            misfire_grace: self.value("schedule.misfire_grace", parse_grace),
            triggers: names.iter().map(|name| self.trigger(name)).collect(),
        }
    }

    fn trigger(&mut self, name: &str) -> Trigger {
        let key = |field: &str| key_of(name, field);
        let date = self.at(&key("date"), told(DateRule::parse));
        let time = self.at(&key("time"), told(TimeRule::parse));
        let every = self.at(&key("every"), told(parse_interval));
        let cron = self.at(&key("cron"), told(Cron::parse));
        let zone = self.at(&key("zone"), told(parse_zone));
        self.check_alone(name);
        let rule = match (every, cron) {
            (Some(span), _) => Rule::Every(span),
            (None, Some(cron)) => Rule::Cron(cron, zone),
            (None, None) => Rule::Session(
                date.unwrap_or(DateRule::EveryDay),
                time.unwrap_or(TimeRule::MarketOpen(Span::ZERO)),
            ),
        };
        Trigger {
            name: name.to_owned(),
            function: self
                .at(&key("function"), |text| Ok(text.to_owned()))
                .unwrap_or_else(|| name.to_owned()),
            rule,
            half_days: self.at(&key("half_days"), parse_flag).unwrap_or(true),
            enabled: self.at(&key("enabled"), parse_flag).unwrap_or(true),
        }
    }

    /// Reports settings of one trigger that exclude one another.
    fn check_alone(&mut self, name: &str) {
        let has = |field: &str| self.settings.contains_key(&key_of(name, field));
        let mut wrong = Vec::new();
        for (field, others) in [
            ("every", ["cron", "date", "time"].as_slice()),
            ("cron", &["date", "time", "half_days"]),
        ] {
            if let Some(other) = others.iter().find(|other| has(field) && has(other)) {
                wrong.push((
                    *other,
                    format!("stands beside `{field}`, which is a rule of its own"),
                ));
            }
        }
        if has("zone") && !has("cron") {
            wrong.push((
                "zone",
                "is that of a cron expression, and there is none".to_owned(),
            ));
        }
        for (field, what) in wrong {
            let hint = "a trigger has date and time, or every, or cron";
            self.wrong_at(&key_of(name, field), &ValueError::new(what, hint));
        }
    }
}

fn key_of(name: &str, field: &str) -> KeyPath {
    KeyPath(
        ["schedule", "triggers", name, field]
            .map(str::to_owned)
            .to_vec(),
    )
}

/// Lets an error of the core speak; what is right stands in it.
fn told<T, E: Into<RuleError>>(
    read: impl Fn(&str) -> Result<T, E>,
) -> impl Fn(&str) -> Result<T, ValueError> {
    move |text| {
        read(text).map_err(|error| {
            let text = error.into().to_string();
            let (what, hint) = text
                .split_once("; ")
                .unwrap_or((&text, "rustybt doc schedule"));
            ValueError::new(what, hint)
        })
    }
}

fn parse_grace(text: &str) -> Result<Span, ValueError> {
    let span = Span::parse(text).map_err(|error| from_time(&error))?;
    if span < Span::ZERO {
        return Err(ValueError::new(
            format!("`{text}` is below zero"),
            "write 60s",
        ));
    }
    Ok(span)
}
