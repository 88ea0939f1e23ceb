//! Rules as text, in the words of a script: `month_end(), market_close("15m")`.
//!
//! Invariants: reads what a rule shows as; every error names the text and what would be right.

use chrono::{NaiveDate, NaiveTime, Weekday};

use crate::core::calendar::zone::{ZoneError, parse_zone};
use crate::core::engine::schedule::cron::{Cron, CronError};
use crate::core::engine::schedule::rule::{DateRule, OUTSIDE_HOURS, Rule, TimeRule};
use crate::core::model::time::{Span, TimeError};

/// The longest that an offset may be.
const LONGEST_OFFSET: Span = Span::DAY;
/// The shortest interval.
const SHORTEST_INTERVAL: Span = Span::from_seconds(1);

/// A text that is no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// No rule has this form.
    #[error(
        "`{0}` is not a rule; write such as month_end(), market_close(\"15m\"), every(\"1h\") or cron(\"0 9 * * MON\")"
    )]
    Form(String),
    /// A rule of dates is needed.
    #[error(
        "`{0}` is not a rule of dates; write every_day(), week_start(n), week_end(n), month_start(n), month_end(n), on_days([\"MON\"]) or on_date(\"2024-03-05\")"
    )]
    Date(String),
    /// A rule of times is needed.
    #[error(
        "`{0}` is not a rule of times; write market_open(\"30m\"), market_close(\"15m\"), pre_market(), after_hours() or at(\"14:00\", \"America/New_York\")"
    )]
    Time(String),
    /// A time of day.
    #[error("`{0}` is not a time of day; write \"14:00\"")]
    Clock(String),
    /// A date.
    #[error("`{0}` is not a date; write \"2024-03-05\"")]
    Day(String),
    /// A day of the week.
    #[error("`{0}` is not a day of the week; write \"MON\" to \"SUN\"")]
    Weekday(String),
    /// An offset that leads away from its session.
    #[error("the offset `{0}` is longer than {LONGEST_OFFSET}")]
    Offset(String),
    /// An interval of nothing.
    #[error("every(\"{0}\") must be longer than nothing")]
    Nothing(String),
    /// A length of time.
    #[error(transparent)]
    Span(#[from] TimeError),
    /// A zone.
    #[error(transparent)]
    Zone(#[from] ZoneError),
    /// A cron expression.
    #[error(transparent)]
    Cron(#[from] CronError),
}

impl Rule {
    /// Reads a rule such as `month_end(), market_close("15m")`, `every("1h")` or
    /// `cron("0 9 * * MON", "Europe/London")`; dates alone mean their open, times alone every day.
    ///
    /// # Errors
    /// [`RuleError`] with what is wrong.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let wrong = || RuleError::Form(text.to_owned());
        let (first, rest) = call(text).ok_or_else(wrong)?;
        if rest.is_empty() {
            return match (first.name, first.args.as_slice()) {
                ("every", [span]) => Ok(Self::Every(parse_interval(span)?)),
                ("cron", [cron]) => Ok(Self::Cron(Cron::parse(cron)?, None)),
                ("cron", [cron, zone]) => {
                    Ok(Self::Cron(Cron::parse(cron)?, Some(parse_zone(zone)?)))
                }
                _ => Ok(match DateRule::of(&first)? {
                    Some(date) => Self::Session(date, TimeRule::MarketOpen(Span::ZERO)),
                    None => {
                        Self::Session(DateRule::EveryDay, TimeRule::of(&first)?.ok_or_else(wrong)?)
                    }
                }),
            };
        }
        let rest = rest.strip_prefix(',').ok_or_else(wrong)?;
        Ok(Self::Session(
            DateRule::parse(first.text)?,
            TimeRule::parse(rest.trim())?,
        ))
    }
}

impl DateRule {
    /// Reads a rule such as `month_end(1)`.
    ///
    /// # Errors
    /// [`RuleError`] with what is wrong.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let wrong = || RuleError::Date(text.to_owned());
        let call = alone(text).ok_or_else(wrong)?;
        Self::of(&call)?.ok_or_else(wrong)
    }

    fn of(call: &Call<'_>) -> Result<Option<Self>, RuleError> {
        let make = match call.name {
            "week_start" => Self::WeekStart,
            "week_end" => Self::WeekEnd,
            "month_start" => Self::MonthStart,
            "month_end" => Self::MonthEnd,
            "every_day" if call.args.is_empty() => return Ok(Some(Self::EveryDay)),
            "on_days" => {
                let days = call.args.iter().map(|day| parse_weekday(day));
                return Ok(Some(Self::OnDays(days.collect::<Result<_, _>>()?)));
            }
            "on_date" => {
                return match call.args.as_slice() {
                    [date] => Ok(Some(Self::OnDate(parse_date(date)?))),
                    _ => Ok(None),
                };
            }
            _ => return Ok(None),
        };
        Ok(match call.args.as_slice() {
            [] => Some(make(0)),
            [n] => n.parse().ok().map(make),
            _ => None,
        })
    }
}

impl TimeRule {
    /// Reads a rule such as `market_close("15m")`.
    ///
    /// # Errors
    /// [`RuleError`] with what is wrong.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let wrong = || RuleError::Time(text.to_owned());
        let call = alone(text).ok_or_else(wrong)?;
        Self::of(&call)?.ok_or_else(wrong)
    }

    fn of(call: &Call<'_>) -> Result<Option<Self>, RuleError> {
        let (make, usual): (fn(Span) -> Self, Span) = match call.name {
            "market_open" => (Self::MarketOpen, Span::ZERO),
            "market_close" => (Self::MarketClose, Span::ZERO),
            "pre_market" => (Self::PreMarket, OUTSIDE_HOURS),
            "after_hours" => (Self::AfterHours, OUTSIDE_HOURS),
            "at" => {
                return match call.args.as_slice() {
                    [clock, zone] => Ok(Some(Self::At(parse_clock(clock)?, parse_zone(zone)?))),
                    _ => Ok(None),
                };
            }
            _ => return Ok(None),
        };
        match call.args.as_slice() {
            [] => Ok(Some(make(usual))),
            [offset] => Ok(Some(make(parse_offset(offset)?))),
            _ => Ok(None),
        }
    }
}

/// Reads a time of day such as `14:00` or `14:00:30`.
///
/// # Errors
/// [`RuleError::Clock`].
pub fn parse_clock(text: &str) -> Result<NaiveTime, RuleError> {
    NaiveTime::parse_from_str(text, "%H:%M")
        .or_else(|_| NaiveTime::parse_from_str(text, "%H:%M:%S"))
        .map_err(|_| RuleError::Clock(text.to_owned()))
}

/// Reads a date such as `2024-03-05`.
///
/// # Errors
/// [`RuleError::Day`].
pub fn parse_date(text: &str) -> Result<NaiveDate, RuleError> {
    text.parse().map_err(|_| RuleError::Day(text.to_owned()))
}

/// Reads a day of the week such as `MON`.
///
/// # Errors
/// [`RuleError::Weekday`].
pub fn parse_weekday(text: &str) -> Result<Weekday, RuleError> {
    text.parse()
        .map_err(|_| RuleError::Weekday(text.to_owned()))
}

/// Reads the distance from an open or close.
///
/// # Errors
/// If it is no length of time, or more than a day.
pub fn parse_offset(text: &str) -> Result<Span, RuleError> {
    let span = Span::parse(text)?;
    if span > LONGEST_OFFSET || span < Span::from_nanos(-LONGEST_OFFSET.as_nanos()) {
        return Err(RuleError::Offset(text.to_owned()));
    }
    Ok(span)
}

/// Reads the interval of `every`.
///
/// # Errors
/// If it is no length of time above nothing.
pub fn parse_interval(text: &str) -> Result<Span, RuleError> {
    let span = Span::parse(text)?;
    if span < SHORTEST_INTERVAL {
        return Err(RuleError::Nothing(text.to_owned()));
    }
    Ok(span)
}

/// `name(args)`.
struct Call<'a> {
    text: &'a str,
    name: &'a str,
    /// Numbers, and texts without their quotes; those of a list in its order.
    args: Vec<String>,
}

/// Reads a call that is all of a text.
fn alone(text: &str) -> Option<Call<'_>> {
    call(text)
        .filter(|(_, rest)| rest.is_empty())
        .map(|(call, _)| call)
}

/// Reads a call at the start of a text, and returns what stands after it.
fn call(text: &str) -> Option<(Call<'_>, &str)> {
    let text = text.trim();
    let (name, after) = text.split_once('(')?;
    let mut args = Vec::new();
    let mut current: Option<String> = None;
    let mut quoted = false;
    for (at, letter) in after.char_indices() {
        match letter {
            '"' => {
                quoted = !quoted;
                current.get_or_insert_default();
            }
            _ if quoted => current.get_or_insert_default().push(letter),
            ',' => args.push(current.take()?),
            ')' => {
                args.extend(current.take());
                let end = text.len() - after.len() + at + 1;
                let call = Call {
                    text: &text[..end],
                    name: name.trim(),
                    args,
                };
                return Some((call, text[end..].trim()));
            }
            '[' | ']' | ' ' => {}
            _ => current.get_or_insert_default().push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_rule_is_read_as_a_script_would_write_it() {
        for (text, shown) in [
            ("every_day()", "every_day(), market_open(\"0s\")"),
            (
                "month_end(), market_close(\"15m\")",
                "month_end(0), market_close(\"15m\")",
            ),
            (
                " week_start( 2 ) , at(\"14:00\", \"america/new_york\") ",
                "week_start(2), at(\"14:00\", \"America/New_York\")",
            ),
            (
                "on_days([\"mon\", \"FRI\"])",
                "on_days([\"MON\", \"FRI\"]), market_open(\"0s\")",
            ),
            (
                "on_date(\"2024-03-05\"), at(\"09:30:15\", \"UTC\")",
                "on_date(\"2024-03-05\"), at(\"09:30:15\", \"UTC\")",
            ),
            ("pre_market()", "every_day(), pre_market(\"30m\")"),
            ("after_hours(\"1h\")", "every_day(), after_hours(\"1h\")"),
            ("every(\"15m\")", "every(\"15m\")"),
            (
                "cron(\"*/15  9-16 * * MON-FRI\")",
                "cron(\"*/15 9-16 * * MON-FRI\")",
            ),
            (
                "cron(\"0 1,2 * * *\", \"Europe/London\")",
                "cron(\"0 1,2 * * *\", \"Europe/London\")",
            ),
        ] {
            assert_eq!(Rule::parse(text).unwrap().to_string(), shown, "{text}");
        }
    }

    #[test]
    fn a_text_that_is_no_rule_is_refused_with_the_right_form() {
        for (text, part) in [
            ("", "`` is not a rule; write"),
            ("monthly", "`monthly` is not a rule; write"),
            ("month_end(x)", "`month_end(x)` is not a rule"),
            ("month_end() market_close()", "is not a rule; write"),
            (
                "market_open(), month_end()",
                "`market_open()` is not a rule of dates",
            ),
            (
                "month_end(), week_end()",
                "`week_end()` is not a rule of times",
            ),
            ("at(\"25:00\", \"UTC\")", "`25:00` is not a time of day"),
            ("at(\"14:00\", \"Toyko\")", "did you mean `Asia/Tokyo`"),
            ("on_date(\"2024-02-30\")", "`2024-02-30` is not a date"),
            ("on_days([\"FUN\"])", "`FUN` is not a day of the week"),
            ("market_open(\"2d\")", "the offset `2d` is longer than 1d"),
            ("every(\"0s\")", "every(\"0s\") must be longer than nothing"),
            ("every(\"soon\")", "soon"),
            ("cron(\"61 * * * *\")", "the minute `61`"),
        ] {
            let error = Rule::parse(text).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    fn any_rule() -> impl Strategy<Value = Rule> {
        let n = 0..30_u32;
        let date = prop_oneof![
            Just(DateRule::EveryDay),
            n.clone().prop_map(DateRule::WeekStart),
            n.clone().prop_map(DateRule::WeekEnd),
            n.clone().prop_map(DateRule::MonthStart),
            n.prop_map(DateRule::MonthEnd),
            (1..40_000_i32)
                .prop_map(|day| DateRule::OnDate(NaiveDate::from_epoch_days(day).unwrap())),
            Just(DateRule::OnDays(vec![Weekday::Mon, Weekday::Sun])),
        ];
        let offset = (-86_400..86_400_i64).prop_map(Span::from_seconds);
        let time = prop_oneof![
            offset.clone().prop_map(TimeRule::MarketOpen),
            offset.clone().prop_map(TimeRule::MarketClose),
            offset.clone().prop_map(TimeRule::PreMarket),
            offset.prop_map(TimeRule::AfterHours),
            (
                0..86_400_u32,
                proptest::sample::select(chrono_tz::TZ_VARIANTS.to_vec())
            )
                .prop_map(|(at, zone)| TimeRule::At(
                    NaiveTime::from_num_seconds_from_midnight_opt(at, 0).unwrap(),
                    zone
                )),
        ];
        prop_oneof![
            (date, time).prop_map(|(date, time)| Rule::Session(date, time)),
            (1..1_000_000_i64).prop_map(|s| Rule::Every(Span::from_seconds(s))),
            Just(Rule::Cron(
                Cron::parse("*/15 9-16 L,2 * FRI#3").unwrap(),
                None
            )),
            Just(Rule::Cron(
                Cron::parse("0 0 * JAN-MAR,DEC *").unwrap(),
                Some(chrono_tz::Tz::UTC)
            )),
        ]
    }

    proptest! {
        #[test]
        fn what_a_rule_shows_as_reads_back_to_it(rule in any_rule()) {
            prop_assert_eq!(Rule::parse(&rule.to_string()), Ok(rule));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[a-z_]{0,12}[(][\"0-9a-z, \\[\\]]{0,20}[)]?.{0,20}") {
            let _rule = Rule::parse(&text);
        }
    }
}
