//! `calendar`: the sessions of an exchange in a year, and whether it is open (R-CAL, R-CLI).
//!
//! Invariants: instants are UTC, wall clocks are those of the exchange; what lies beyond a table comes
//! with a warning.

/// The same in words.
mod text;

use chrono::{Datelike, NaiveDate};
use serde_json::{Value, json};

use crate::app::cli::args::calendar::CalendarArgs;
use crate::app::cli::diagnostic::Diagnostic;
use crate::app::cli::exit::{Exit, Failure};
use crate::app::cli::out::Out;
use crate::app::config::{ConfigSources, load};
use crate::core::calendar::{Calendar, CalendarError, Calendars, Session};
use crate::core::model::time::Timestamp;
use crate::shell::clock::now;

/// How many days ahead an early close is looked for.
const AHEAD: chrono::Days = chrono::Days::new(800);

/// The calendar of a year.
struct Year {
    number: i32,
    sessions: Vec<Session>,
    /// Days on which its week trades and it does not.
    holidays: Vec<NaiveDate>,
}

/// What holds at an instant and what comes after it.
struct Moment {
    at: Timestamp,
    open: bool,
    session: Option<Session>,
    next_open: Option<Timestamp>,
    next_close: Option<Timestamp>,
    next_early_close: Option<Session>,
}

/// Runs the command.
///
/// # Errors
/// For a name that is none, and a configuration that is wrong.
pub fn run(args: &CalendarArgs, out: &mut Out) -> Result<Exit, Failure> {
    let config = load(ConfigSources::here(&args.files.config, Vec::new()))?;
    let calendars = &config.calendars;
    let Some(name) = args.name.as_ref().filter(|_| !args.list) else {
        if args.year.is_some() || args.at.is_some() {
            return Err(Failure::usage(
                "no calendar was named",
                "rustybt calendar XNYS --year 2024",
            ));
        }
        list(args, calendars, out);
        return Ok(Exit::Done);
    };
    let calendar = calendars.named(name).map_err(|error| unknown(&error))?;
    let clock = now();
    let shown = args.year.or(args.at.map(|at| at.date().year()));
    let year = Year::of(&calendar, shown.unwrap_or(clock.date().year()));
    let moment = match (args.at, args.year) {
        (Some(at), _) => Some(Moment::of(&calendar, at)),
        (None, None) => Some(Moment::of(&calendar, clock)),
        (None, Some(_)) => None,
    };
    let mut asked: Vec<NaiveDate> = args.at.iter().map(|at| at.date()).collect();
    if args.at.is_none() || args.year.is_some() {
        asked.extend(year.ends());
    }
    let warnings: Vec<Diagnostic> = asked
        .iter()
        .find_map(|date| beyond(&calendar, *date))
        .into_iter()
        .map(|text| Diagnostic::warning(text).code("RBT211"))
        .collect();
    let own = calendars.is_own(calendar.name());
    if args.json {
        let data = document(&calendar, own, &year, moment.as_ref());
        out.json("calendar", true, &data, &warnings);
        return Ok(Exit::Done);
    }
    out.report(&warnings);
    let mut words = text::head(&calendar, own);
    if args.at.is_none() || args.year.is_some() {
        words.push_str(&text::year(&calendar, &year));
    }
    if let Some(moment) = &moment {
        words.push_str(&text::moment(&calendar, moment));
    }
    out.print(&words);
    Ok(Exit::Done)
}

/// Returns what to say of a date that the calendar's table does not cover; `None` of others.
pub fn beyond(calendar: &Calendar, date: NaiveDate) -> Option<String> {
    let (first, last) = calendar.coverage()?;
    (!calendar.covers(date)).then(|| {
        format!(
            "{calendar} is known from {first} to {last}, and {date} lies beyond; there every weekday is taken for a session with regular hours"
        )
    })
}

impl Year {
    fn of(calendar: &Calendar, year: i32) -> Self {
        let day = |month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
        let dates = day(1, 1)..=day(12, 31);
        let is_off = |date: &NaiveDate| {
            calendar.trades_on(date.weekday()) && calendar.session_on(*date).is_none()
        };
        let days = dates
            .start()
            .iter_days()
            .take_while(|date| date <= dates.end());
        Self {
            number: year,
            holidays: days.filter(is_off).collect(),
            sessions: calendar.sessions(dates.clone()).collect(),
        }
    }

    fn ends(&self) -> [NaiveDate; 2] {
        [(1, 1), (12, 31)].map(|(month, day)| {
            NaiveDate::from_ymd_opt(self.number, month, day).unwrap_or_default()
        })
    }
}

impl Moment {
    fn of(calendar: &Calendar, at: Timestamp) -> Self {
        let today = at.date();
        let from = today.pred_opt().unwrap_or(today);
        let to = today.checked_add_days(AHEAD).unwrap_or(today);
        Self {
            at,
            open: calendar.is_open(at),
            session: calendar.session_at(at),
            next_open: calendar.next_open(at),
            next_close: calendar.next_close(at),
            next_early_close: calendar
                .sessions(from..=to)
                .find(|session| session.half_day && session.close > at),
        }
    }
}

fn unknown(error: &CalendarError) -> Failure {
    let CalendarError::Unknown {
        name,
        known,
        candidates,
    } = error
    else {
        return Failure::usage(error.to_string(), "rustybt calendar --list");
    };
    let hint = if candidates.is_empty() {
        format!("there are {}", known.join(", "))
    } else {
        let names: Vec<String> = candidates.iter().map(|name| format!("`{name}`")).collect();
        format!("did you mean {}?", names.join(" or "))
    };
    Failure::usage(format!("no calendar is named `{name}`"), hint)
}

fn list(args: &CalendarArgs, calendars: &Calendars, out: &mut Out) {
    let all = calendars.names().into_iter();
    let all: Vec<Calendar> = all.filter_map(|name| calendars.named(&name).ok()).collect();
    if args.json {
        let entry = |calendar: &Calendar| {
            let (first, last) = calendar.coverage().unzip();
            json!({
                "calendar": calendar.name(),
                "aliases": Calendar::aliases(calendar.name()),
                "zone": calendar.zone().name(),
                "first": first.map(|date| date.to_string()),
                "last": last.map(|date| date.to_string()),
                "own": calendars.is_own(calendar.name()),
            })
        };
        let entries: Vec<Value> = all.iter().map(entry).collect();
        out.json("calendar", true, &json!({ "calendars": entries }), &[]);
        return;
    }
    for calendar in &all {
        out.line(text::entry(calendar, calendars.is_own(calendar.name())));
    }
}

fn document(calendar: &Calendar, own: bool, year: &Year, moment: Option<&Moment>) -> Value {
    let (first, last) = calendar.coverage().unzip();
    let early = year.sessions.iter().filter(|session| session.half_day);
    let mut data = json!({
        "calendar": calendar.name(),
        "zone": calendar.zone().name(),
        "first": first.map(|date| date.to_string()),
        "last": last.map(|date| date.to_string()),
        "own": own,
        "year": year.number,
        "holidays": year.holidays.iter().map(NaiveDate::to_string).collect::<Vec<_>>(),
        "early_closes": early.map(|session| session.date.to_string()).collect::<Vec<_>>(),
        "sessions": year.sessions.iter().map(entry_of).collect::<Vec<_>>(),
    });
    if let Some(moment) = moment {
        let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
        data["at"] = json!({
            "time": moment.at.to_string(),
            "open": moment.open,
            "session": moment.session.as_ref().map(entry_of),
            "next_open": time(moment.next_open),
            "next_close": time(moment.next_close),
            "next_early_close": moment.next_early_close.as_ref().map(entry_of),
        });
    }
    data
}

fn entry_of(session: &Session) -> Value {
    let (from, to) = session.break_.unzip();
    json!({
        "date": session.date.to_string(),
        "open": session.open.to_string(),
        "close": session.close.to_string(),
        "break_start": from.map(|at| at.to_string()),
        "break_end": to.map(|at| at.to_string()),
    })
}
