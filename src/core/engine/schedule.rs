//! What runs when (R-CAL-2, R-CAL-3): functions of a strategy at rules of dates and times.
//!
//! Invariants: a rule fires at its true instant in every mode; what is due runs in order of the
//! instants, at one instant in order of registration; each instant fires once. An entry has moved on to
//! its next instant before its function is called, so that a failing call does not come again. What is
//! late by more than the grace is skipped and reported; on event time nothing is ever late.

/// Cron expressions.
pub mod cron;
/// Rules and their instants.
pub mod rule;
/// Rules as text.
pub mod text;

use std::fmt;
use std::sync::Arc;

use crate::core::calendar::Calendar;
use crate::core::model::time::{Span, Timestamp};

pub use self::cron::{Cron, CronError};
pub use self::rule::{DateRule, Rule, TimeRule};
pub use self::text::RuleError;

/// How late a call may be where nothing else is set.
pub const MISFIRE_GRACE: Span = Span::from_seconds(60);

/// Calls of one entry that are counted when they were missed; beyond it "more than" is enough.
const MOST_MISSED: u64 = 10_000;

/// One function and its rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The name by which it is listed and removed.
    pub name: Arc<str>,
    /// The function.
    pub function: Arc<str>,
    /// When it runs.
    pub rule: Rule,
    /// Whether it runs on sessions that close early.
    pub half_days: bool,
    /// Whether it runs at all.
    pub enabled: bool,
    /// When it runs next; `None` when never again. Of a disabled one it says nothing.
    pub next: Option<Timestamp>,
}

/// A trigger from outside the strategy, added once the strategy has set itself up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trigger {
    /// The name.
    pub name: String,
    /// The function.
    pub function: String,
    /// When it runs.
    pub rule: Rule,
    /// Whether it runs on sessions that close early.
    pub half_days: bool,
    /// Whether it runs from the start.
    pub enabled: bool,
}

/// An entry as plain data, for a checkpoint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntryState {
    /// The name.
    pub name: String,
    /// The function.
    pub function: String,
    /// The rule, as [`Rule::parse`] reads it.
    pub rule: String,
    /// Whether it runs on sessions that close early.
    pub half_days: bool,
    /// Whether it runs at all.
    pub enabled: bool,
    /// When it runs next; an instant that has passed was missed.
    pub next: Option<Timestamp>,
}

/// A call that is due.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Due {
    /// The function.
    pub function: Arc<str>,
    /// The instant of the rule; on the clock the call may come a little later.
    pub at: Timestamp,
}

/// Calls that came too late to be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Missed {
    /// The entry.
    pub name: Arc<str>,
    /// The first instant.
    pub first: Timestamp,
    /// How many; 10,000 or more where it is 10,000.
    pub count: u64,
}

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, first, count } = self;
        if *count == 1 {
            write!(f, "schedule `{name}` missed its call at {first}")
        } else {
            let more = if *count == MOST_MISSED {
                "at least "
            } else {
                ""
            };
            write!(
                f,
                "schedule `{name}` missed {more}{count} calls, the first at {first}"
            )
        }
    }
}

/// All entries, in order of registration.
#[derive(Default, Debug)]
pub struct Schedule {
    entries: Vec<Entry>,
    calendar: Option<Calendar>,
    grace: Option<Span>,
    /// The entries as they were when the call at hand changed them first.
    undo: Option<Vec<Entry>>,
}

impl Schedule {
    /// Sets the calendar that sessions are taken from.
    pub fn set_calendar(&mut self, calendar: Calendar) {
        self.calendar = Some(calendar);
    }

    /// Sets how late a call may be ([`MISFIRE_GRACE`] is usual); `None`, as at first, is any time.
    pub fn set_grace(&mut self, grace: Option<Span>) {
        self.grace = grace;
    }

    /// Returns the entries.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns how many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a function under `name` (a second one of the name gets `-2`, and so on) and returns the
    /// name. It runs from `now` on, an instant at `now` included.
    pub fn add(
        &mut self,
        name: &str,
        function: &str,
        rule: Rule,
        half_days: bool,
        now: Timestamp,
    ) -> Arc<str> {
        self.remember();
        let mut unique = name.to_owned();
        let mut count = 1;
        while self.entries.iter().any(|entry| *entry.name == *unique) {
            count += 1;
            unique = format!("{name}-{count}");
        }
        let name: Arc<str> = unique.into();
        let mut entry = Entry {
            name: Arc::clone(&name),
            function: function.into(),
            rule,
            half_days,
            enabled: true,
            next: None,
        };
        entry.next = self.next_of(&entry, now - Span::from_nanos(1));
        self.entries.push(entry);
        name
    }

    /// Returns why an entry will not run, for a person; `None` if it will, or is disabled.
    pub fn idle(&self, name: &str) -> Option<String> {
        let entry = self.entries.iter().find(|entry| *entry.name == *name)?;
        if entry.next.is_some() || !entry.enabled {
            return None;
        }
        let rule = &entry.rule;
        let calendar = self.calendar.as_ref()?;
        Some(match rule {
            Rule::Session(DateRule::OnDate(date), _) if calendar.session_on(*date).is_none() => {
                format!("schedule `{name}` never runs: {date} is no session of {calendar}")
            }
            Rule::Session(..) | Rule::Every(_) | Rule::Cron(..) => {
                format!("schedule `{name}` never runs: {rule} has no instant to come on {calendar}")
            }
        })
    }

    /// Removes an entry; returns whether it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        self.remember();
        let before = self.entries.len();
        self.entries.retain(|entry| *entry.name != *name);
        self.entries.len() < before
    }

    /// Enables or disables an entry; returns whether it is there. What was missed meanwhile is not
    /// made up for; enabling one that is enabled changes nothing.
    pub fn enable(&mut self, name: &str, enabled: bool, now: Timestamp) -> bool {
        let Some(at) = self.entries.iter().position(|entry| *entry.name == *name) else {
            return false;
        };
        if self.entries[at].enabled != enabled {
            self.remember();
            self.entries[at].enabled = enabled;
            self.entries[at].next = self.next_of(&self.entries[at], now);
        }
        true
    }

    /// Returns when something is due next.
    pub fn next(&self) -> Option<Timestamp> {
        self.entries
            .iter()
            .filter(|entry| entry.enabled)
            .filter_map(|entry| entry.next)
            .min()
    }

    /// Takes the first call that is due at or before `now`, and moves its entry to its next instant.
    pub fn take_due(&mut self, now: Timestamp) -> Option<Due> {
        let due = |(index, entry): (usize, &Entry)| {
            let at = entry.next.filter(|at| entry.enabled && *at <= now)?;
            Some((at, index))
        };
        let (at, index) = self.entries.iter().enumerate().filter_map(due).min()?;
        let next = self.next_of(&self.entries[index], at);
        let entry = &mut self.entries[index];
        entry.next = next;
        let function = Arc::clone(&entry.function);
        Some(Due { function, at })
    }

    /// Skips the calls that are late by more than the grace, and returns them by entry.
    pub fn skip_missed(&mut self, now: Timestamp) -> Vec<Missed> {
        let Some(grace) = self.grace else {
            return Vec::new();
        };
        let latest = now - grace;
        let mut missed = Vec::new();
        for index in 0..self.entries.len() {
            let entry = &self.entries[index];
            let Some(first) = entry.next.filter(|at| entry.enabled && *at < latest) else {
                continue;
            };
            let mut next = Some(first);
            let mut count = 0;
            while let Some(at) = next.filter(|at| *at < latest) {
                count += 1;
                let from = if count < MOST_MISSED {
                    at
                } else {
                    latest - Span::from_nanos(1)
                };
                next = self.next_of(entry, from);
            }
            missed.push(Missed {
                name: Arc::clone(&entry.name),
                first,
                count,
            });
            self.entries[index].next = next;
        }
        missed
    }

    /// Returns the entries as plain data.
    pub fn snapshot(&self) -> Vec<EntryState> {
        let state = |entry: &Entry| EntryState {
            name: entry.name.to_string(),
            function: entry.function.to_string(),
            rule: entry.rule.to_string(),
            half_days: entry.half_days,
            enabled: entry.enabled,
            next: entry.next,
        };
        self.entries.iter().map(state).collect()
    }

    /// Puts entries back in place of those there are. What was due before `now` stays due, for
    /// [`Self::skip_missed`] to judge; what is due later is worked out anew, with today's calendar.
    ///
    /// # Errors
    /// [`RuleError`] for a rule that cannot be read; then nothing changes.
    pub fn restore(&mut self, states: &[EntryState], now: Timestamp) -> Result<(), RuleError> {
        let mut entries = Vec::with_capacity(states.len());
        for state in states {
            let mut entry = Entry {
                name: state.name.as_str().into(),
                function: state.function.as_str().into(),
                rule: Rule::parse(&state.rule)?,
                half_days: state.half_days,
                enabled: state.enabled,
                next: state.next,
            };
            if entry.next.is_none_or(|next| next > now) {
                entry.next = self.next_of(&entry, now);
            }
            entries.push(entry);
        }
        self.entries = entries;
        self.undo = None;
        Ok(())
    }

    /// Begins a call: [`Self::roll_back`] returns to here.
    pub(super) fn begin(&mut self) {
        self.undo = None;
    }

    /// Takes back what the call at hand has changed.
    pub(super) fn roll_back(&mut self) {
        if let Some(entries) = self.undo.take() {
            self.entries = entries;
        }
    }

    fn remember(&mut self) {
        if self.undo.is_none() {
            self.undo = Some(self.entries.clone());
        }
    }

    /// Returns the first instant of an entry after `after`.
    fn next_of(&self, entry: &Entry, after: Timestamp) -> Option<Timestamp> {
        let calendar = self.calendar.as_ref()?;
        entry.rule.next(calendar, entry.half_days, after)
    }
}

#[cfg(test)]
mod tests;
