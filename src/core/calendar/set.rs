//! The calendars of a project: the built-in ones, some of them changed, and new ones.
//!
//! Invariants: what is changed or new here is found by its name first; an alias finds the changed
//! calendar. Knows no files.

use std::collections::BTreeMap;

use crate::core::calendar::spelling::closest;
use crate::core::calendar::{Calendar, CalendarError, CalendarOverrides};

/// Calendars by name. Without changes it is the built-in ones.
#[derive(Clone, Debug, Default)]
pub struct Calendars {
    /// By name in upper case.
    own: BTreeMap<String, Calendar>,
}

impl Calendars {
    /// Returns the calendar with this name or alias, whatever the case.
    ///
    /// # Errors
    /// [`CalendarError::Unknown`] with the names that are spelled alike.
    pub fn named(&self, name: &str) -> Result<Calendar, CalendarError> {
        if let Some(own) = self.own.get(&name.to_ascii_uppercase()) {
            return Ok(own.clone());
        }
        match Calendar::named(name) {
            Ok(built_in) => Ok(self.own.get(built_in.name()).cloned().unwrap_or(built_in)),
            Err(CalendarError::Unknown {
                name,
                known,
                candidates,
            }) => Err(self.unknown(name, known, candidates)),
            Err(error) => Err(error),
        }
    }

    /// Returns the names of all, those of the project last, without aliases.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Calendar::names().map(str::to_owned).collect();
        for own in self.own.values() {
            if !names.iter().any(|name| name == own.name()) {
                names.push(own.name().to_owned());
            }
        }
        names
    }

    /// Whether the project has changed or made the calendar of this name.
    pub fn is_own(&self, name: &str) -> bool {
        self.own.contains_key(&name.to_ascii_uppercase())
    }

    /// Changes single days of a calendar.
    ///
    /// # Errors
    /// [`CalendarError`] if there is none of this name, or for a change that makes no sense.
    pub fn change(
        &mut self,
        name: &str,
        overrides: &CalendarOverrides,
    ) -> Result<(), CalendarError> {
        let changed = self.named(name)?.with_overrides(overrides)?;
        self.own
            .insert(changed.name().to_ascii_uppercase(), changed);
        Ok(())
    }

    /// Adds a calendar that is another one but for single days.
    ///
    /// # Errors
    /// [`CalendarError`] if the name is taken, the other does not exist, or a change makes no sense.
    pub fn derive(
        &mut self,
        name: &str,
        base: &str,
        overrides: &CalendarOverrides,
    ) -> Result<(), CalendarError> {
        if self.named(name).is_ok() {
            return Err(CalendarError::Taken {
                name: name.to_owned(),
            });
        }
        let base = self.named(base)?;
        let mut rules = base.0.rules.clone();
        overrides.apply(name, &mut rules)?;
        self.own
            .insert(name.to_ascii_uppercase(), Calendar::new(name, rules));
        Ok(())
    }

    fn unknown(
        &self,
        name: String,
        mut known: Vec<String>,
        built_in: Vec<String>,
    ) -> CalendarError {
        let own = self.own.values().map(|own| (own.name(), own.name()));
        let mut candidates = closest(&name, own);
        candidates.extend(built_in);
        candidates.dedup();
        candidates.truncate(3);
        known.extend(self.names().split_off(known.len()));
        CalendarError::Unknown {
            name,
            known,
            candidates,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days_off(days: &[&str]) -> CalendarOverrides {
        CalendarOverrides {
            closed: days.iter().map(|day| day.parse().unwrap()).collect(),
            ..CalendarOverrides::default()
        }
    }

    #[test]
    fn a_changed_calendar_is_found_by_name_and_alias_and_a_new_one_by_its_name() {
        let mut set = Calendars::default();
        set.change("nyse", &days_off(&["2025-06-02"])).unwrap();
        set.derive("Desk", "XNYS", &days_off(&["2025-06-03"]))
            .unwrap();
        let open = |name: &str, day: &str| {
            let calendar = set.named(name).unwrap();
            calendar.session_on(day.parse().unwrap()).is_some()
        };
        for (name, second, third) in [
            ("XNYS", false, true),
            ("nyse", false, true),
            ("DESK", false, false),
            ("XNAS", true, true),
        ] {
            assert_eq!(open(name, "2025-06-02"), second, "{name}");
            assert_eq!(open(name, "2025-06-03"), third, "{name}");
        }
        assert_eq!(set.named("desk").unwrap().name(), "Desk");
        assert!(set.is_own("Xnys") && set.is_own("DESK") && !set.is_own("XNAS"));
        assert_eq!(set.names().len(), Calendar::names().count() + 1);
    }

    #[test]
    fn names_that_are_taken_or_unknown_are_refused() {
        let mut set = Calendars::default();
        let none = CalendarOverrides::default();
        set.derive("Desk", "XNYS", &none).unwrap();
        for name in ["desk", "XNYS", "nyse"] {
            let error = set.derive(name, "XLON", &none).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "there is a calendar named `{name}` already, so no new one can have the name"
                )
            );
        }
        let error = set.named("desc").unwrap_err().to_string();
        assert!(
            error.contains("did you mean `Desk`") && error.ends_with("CMES, Desk"),
            "{error}"
        );
        assert!(set.change("XNSY", &none).is_err());
        assert!(set.derive("Other", "XNSY", &none).is_err());
    }
}
