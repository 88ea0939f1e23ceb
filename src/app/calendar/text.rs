//! A calendar in words.

#![expect(
    clippy::format_push_string,
    reason = "short pieces, built once for a person"
)]

use chrono::NaiveDate;

use crate::app::calendar::{Moment, Year};
use crate::core::calendar::zone::local_of;
use crate::core::calendar::{Calendar, Session};
use crate::core::model::time::Timestamp;

/// Returns the line of a calendar in the list.
pub(super) fn entry(calendar: &Calendar, own: bool) -> String {
    let mut names = Calendar::aliases(calendar.name()).join(", ");
    if own {
        names.push_str(if names.is_empty() { "own" } else { ", changed" });
    }
    let line = format!(
        "{:8} {:18} {:26} {names}",
        calendar.name(),
        calendar.zone().name(),
        known(calendar)
    );
    line.trim_end().to_owned()
}

fn known(calendar: &Calendar) -> String {
    calendar.coverage().map_or_else(
        || "every year".to_owned(),
        |(first, last)| format!("{first} to {last}"),
    )
}

/// Returns the first line about a calendar.
pub(super) fn head(calendar: &Calendar, own: bool) -> String {
    let own = if own { ", changed by the project" } else { "" };
    format!(
        "{calendar}  {}, known {}{own}\n",
        calendar.zone().name(),
        match calendar.coverage() {
            Some(_) => format!("from {}", known(calendar)),
            None => "in every year".to_owned(),
        }
    )
}

/// Returns the lines about a year.
pub(super) fn year(calendar: &Calendar, year: &Year) -> String {
    let mut text = format!("{}  {} sessions", year.number, year.sessions.len());
    for (at, hours) in usual_hours(calendar, year).into_iter().enumerate() {
        text.push_str(&match at {
            0 => format!(", {}", hours.1),
            _ => format!(", from {} {}", hours.0, hours.1),
        });
    }
    text.push('\n');
    let is_early = |session: &&Session| session.half_day;
    let early: Vec<&Session> = year.sessions.iter().filter(is_early).collect();
    let late: Vec<&Session> = year
        .sessions
        .iter()
        .filter(|session| !session.half_day && !is_usual(calendar, session))
        .collect();
    let extra: Vec<&Session> = year
        .sessions
        .iter()
        .filter(|session| !calendar.trades_on(chrono::Datelike::weekday(&session.date)))
        .collect();
    if !year.holidays.is_empty() {
        text.push_str("\nholidays\n");
        for date in &year.holidays {
            text.push_str(&format!("  {}\n", day(*date)));
        }
    }
    for (title, sessions) in [
        ("early closes", early),
        ("other hours", late),
        ("extra sessions", extra),
    ] {
        if sessions.is_empty() {
            continue;
        }
        text.push_str(&format!("\n{title}\n"));
        for session in sessions {
            text.push_str(&format!(
                "  {}  {}  {} to {}\n",
                day(session.date),
                hours(calendar, session),
                session.open,
                session.close
            ));
        }
    }
    text
}

/// Returns the lines about an instant.
pub(super) fn moment(calendar: &Calendar, moment: &Moment) -> String {
    let state = match (&moment.session, moment.open) {
        (Some(session), true) => format!("open, session of {}", session.date),
        (Some(session), false) => format!("in the break of the session of {}", session.date),
        (None, _) => "closed".to_owned(),
    };
    let local = |at: Timestamp| local_of(calendar.zone(), at).format("%a %Y-%m-%d %H:%M");
    let mut text = format!("\n{}  {}  {state}\n", local(moment.at), moment.at);
    let mut next = |what: &str, at: Option<Timestamp>| {
        let words = at.map_or("none".to_owned(), |at| format!("{}  {at}", local(at)));
        text.push_str(&format!("  {what:16}  {words}\n"));
    };
    next("next open", moment.next_open);
    next("next close", moment.next_close);
    let early = moment.next_early_close.as_ref();
    next("next early close", early.map(|session| session.close));
    text
}

fn day(date: NaiveDate) -> String {
    date.format("%Y-%m-%d %a").to_string()
}

/// Returns the regular hours of a year, each with the date of the first session that has them.
fn usual_hours(calendar: &Calendar, year: &Year) -> Vec<(NaiveDate, String)> {
    let mut all: Vec<(NaiveDate, String)> = Vec::new();
    for session in year.sessions.iter().filter(|s| is_usual(calendar, s)) {
        let hours = hours(calendar, session);
        if all.last().is_none_or(|(_, last)| *last != hours) {
            all.push((session.date, hours));
        }
    }
    all
}

fn is_usual(calendar: &Calendar, session: &Session) -> bool {
    calendar.regular_hours(session.date) == Some((session.open, session.close))
}

/// Returns the hours of a session on the wall clock.
fn hours(calendar: &Calendar, session: &Session) -> String {
    let clock = |at: Timestamp| {
        let local = local_of(calendar.zone(), at);
        let midnight = local.time() == chrono::NaiveTime::MIN;
        if midnight && local.date() > session.date {
            "24:00".to_owned()
        } else if local.date() < session.date {
            format!("{} the day before", local.format("%H:%M"))
        } else {
            local.format("%H:%M").to_string()
        }
    };
    let (open, close) = (clock(session.open), clock(session.close));
    match session.break_ {
        None => format!("{open} to {close}"),
        Some((from, to)) => format!("{open} to {}, {} to {close}", clock(from), clock(to)),
    }
}
