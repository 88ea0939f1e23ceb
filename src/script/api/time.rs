//! Instants (`Time`) in UTC and in zones.

use chrono::{Datelike, Timelike};
use chrono_tz::Tz;
use rhai::{FLOAT, INT};

use crate::core::calendar::zone::{local_of, parse_zone};
use crate::core::model::time::{Span, Timestamp};
use crate::script::convert::{Outcome, fail, need_span};
use crate::script::registry::Registry;

/// An instant as scripts see it: UTC, or shown in a zone.
#[derive(Clone, Copy, Debug)]
pub struct TimeRef {
    /// The instant.
    pub at: Timestamp,
    /// The zone that its parts are shown in; `None` is UTC.
    pub zone: Option<Tz>,
}

impl From<Timestamp> for TimeRef {
    fn from(at: Timestamp) -> Self {
        Self { at, zone: None }
    }
}

impl TimeRef {
    fn local(self) -> chrono::NaiveDateTime {
        self.zone
            .map_or_else(|| self.at.naive(), |zone| local_of(zone, self.at))
    }

    fn shifted(self, span: Span, back: bool) -> Self {
        let at = if back { self.at - span } else { self.at + span };
        Self { at, ..self }
    }

    fn text(self) -> String {
        let Some(_) = self.zone else {
            return self.at.to_string();
        };
        let local = self.local();
        let offset = local.signed_duration_since(self.at.naive());
        let minutes = offset.num_minutes();
        let sign = if minutes < 0 { '-' } else { '+' };
        let minutes = minutes.abs();
        format!(
            "{}{sign}{:02}:{:02}",
            local.format("%Y-%m-%dT%H:%M:%S"),
            minutes / 60,
            minutes % 60
        )
    }
}

const WEEKDAYS: [&str; 7] = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];

pub(super) fn register(engine: &mut Registry) {
    engine.register_type_with_name::<TimeRef>("Time");
    engine.register_get("year", |t: &mut TimeRef| INT::from(t.local().year()));
    engine.register_get("month", |t: &mut TimeRef| INT::from(t.local().month()));
    engine.register_get("day", |t: &mut TimeRef| INT::from(t.local().day()));
    engine.register_get("hour", |t: &mut TimeRef| INT::from(t.local().hour()));
    engine.register_get("minute", |t: &mut TimeRef| INT::from(t.local().minute()));
    engine.register_get("second", |t: &mut TimeRef| INT::from(t.local().second()));
    engine.register_get("weekday", |t: &mut TimeRef| {
        WEEKDAYS[t.local().weekday().num_days_from_monday() as usize].to_owned()
    });
    engine.register_get("date", |t: &mut TimeRef| t.local().date().to_string());
    engine.register_get("epoch_ms", |t: &mut TimeRef| t.at.as_millis());
    engine.register_fn(
        "in_zone",
        |t: &mut TimeRef, name: &str| -> Outcome<TimeRef> {
            match parse_zone(name) {
                Ok(zone) => Ok(TimeRef {
                    at: t.at,
                    zone: Some(zone),
                }),
                Err(e) => fail(e.to_string()),
            }
        },
    );
    engine.register_fn("time", |text: &str| -> Outcome<TimeRef> {
        Timestamp::parse(text)
            .map(TimeRef::from)
            .or_else(|e| fail(e.to_string()))
    });
    engine.register_fn("+", |t: TimeRef, span: &str| -> Outcome<TimeRef> {
        Ok(t.shifted(need_span(span)?, false))
    });
    engine.register_fn("-", |t: TimeRef, span: &str| -> Outcome<TimeRef> {
        Ok(t.shifted(need_span(span)?, true))
    });
    engine.register_fn("-", |a: TimeRef, b: TimeRef| -> FLOAT {
        (a.at - b.at).as_seconds_f64()
    });
    engine.register_fn("to_string", |t: &mut TimeRef| t.text());
    engine.register_fn("to_debug", |t: &mut TimeRef| t.text());
    register_comparisons(engine);
}

fn register_comparisons(engine: &mut Registry) {
    engine.register_fn("==", |a: TimeRef, b: TimeRef| a.at == b.at);
    engine.register_fn("!=", |a: TimeRef, b: TimeRef| a.at != b.at);
    engine.register_fn("<", |a: TimeRef, b: TimeRef| a.at < b.at);
    engine.register_fn("<=", |a: TimeRef, b: TimeRef| a.at <= b.at);
    engine.register_fn(">", |a: TimeRef, b: TimeRef| a.at > b.at);
    engine.register_fn(">=", |a: TimeRef, b: TimeRef| a.at >= b.at);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_prints_in_utc_and_in_its_zone() {
        let winter = TimeRef::from(Timestamp::parse("2024-01-02T14:30:00Z").unwrap());
        assert_eq!(winter.text(), "2024-01-02T14:30:00Z");
        let zone = Some(parse_zone("America/New_York").unwrap());
        assert_eq!(
            TimeRef { zone, ..winter }.text(),
            "2024-01-02T09:30:00-05:00"
        );
        let summer = Timestamp::parse("2024-07-02T13:30:00Z").unwrap();
        assert_eq!(
            TimeRef { at: summer, zone }.text(),
            "2024-07-02T09:30:00-04:00"
        );
    }
}
