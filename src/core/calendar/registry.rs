//! The calendars that the program knows, by name.

use std::sync::OnceLock;

use crate::core::calendar::rules::{Hours, Rules};
use crate::core::calendar::spelling::closest;
use crate::core::calendar::{Calendar, CalendarError, table};

const EVERY_DAY: [bool; 7] = [true; 7];
const WEEKDAYS: [bool; 7] = [true, true, true, true, true, false, false];

struct Entry {
    name: &'static str,
    /// In upper case.
    aliases: &'static [&'static str],
    rules: Source,
    made: OnceLock<Calendar>,
}

enum Source {
    Table(&'static str),
    Days([bool; 7]),
}

const fn entry(name: &'static str, aliases: &'static [&'static str], rules: Source) -> Entry {
    Entry {
        name,
        aliases,
        rules,
        made: OnceLock::new(),
    }
}

const fn table(text: &'static str) -> Source {
    Source::Table(text)
}

/// `TSE` is Tokyo here, as in its own usage; Toronto is `TSX`.
static ENTRIES: [Entry; 12] = [
    entry(
        "24/7",
        &["24-7", "24X7", "247", "CRYPTO", "ALWAYS"],
        Source::Days(EVERY_DAY),
    ),
    entry(
        "24/5",
        &["24-5", "24X5", "245", "FOREX", "FX"],
        Source::Days(WEEKDAYS),
    ),
    entry(
        "XNYS",
        &["NYSE", "XASE", "AMEX", "ARCX", "ARCA", "BATS"],
        table(include_str!("tables/xnys.txt")),
    ),
    entry("XNAS", &["NASDAQ"], table(include_str!("tables/xnys.txt"))),
    entry("XLON", &["LSE"], table(include_str!("tables/xlon.txt"))),
    entry(
        "XTKS",
        &["TSE", "JPX"],
        table(include_str!("tables/xtks.txt")),
    ),
    entry("XPAR", &["PAR"], table(include_str!("tables/xpar.txt"))),
    entry(
        "XFRA",
        &["FWB", "XETR", "XETRA"],
        table(include_str!("tables/xfra.txt")),
    ),
    entry("XTSE", &["TSX"], table(include_str!("tables/xtse.txt"))),
    entry(
        "XHKG",
        &["HKEX", "SEHK"],
        table(include_str!("tables/xhkg.txt")),
    ),
    entry("XASX", &["ASX"], table(include_str!("tables/xasx.txt"))),
    entry(
        "CMES",
        &["CME", "GLOBEX"],
        table(include_str!("tables/cmes.txt")),
    ),
];

/// The names without aliases.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    ENTRIES.iter().map(|entry| entry.name)
}

/// Finds a calendar by name or alias, whatever the case.
pub(super) fn find(name: &str) -> Result<Calendar, CalendarError> {
    let wanted = name.to_ascii_uppercase();
    let found = ENTRIES
        .iter()
        .find(|entry| entry.name == wanted || entry.aliases.contains(&wanted.as_str()));
    match found {
        Some(entry) => Ok(entry.made.get_or_init(|| entry.make()).clone()),
        None => Err(unknown(name)),
    }
}

fn unknown(name: &str) -> CalendarError {
    let spellings = ENTRIES.iter().flat_map(|entry| {
        let aliases = entry.aliases.iter().map(|alias| (*alias, *alias));
        aliases.chain([(entry.name, entry.name)])
    });
    CalendarError::Unknown {
        name: name.to_owned(),
        known: names().map(str::to_owned).collect(),
        candidates: closest(name, spellings),
    }
}

/// The aliases of a name; none for one that is not built in.
pub(super) fn aliases(name: &str) -> &'static [&'static str] {
    let entry = ENTRIES.iter().find(|entry| entry.name == name);
    entry.map_or(&[], |entry| entry.aliases)
}

impl Entry {
    fn make(&self) -> Calendar {
        let rules = match self.rules {
            Source::Table(text) => table::parse(text).expect("a test reads every table"),
            Source::Days(week) => Rules::plain(week, Hours::WHOLE_DAY),
        };
        Calendar::new(self.name, rules)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_table_is_read_and_every_name_and_alias_is_one_calendar() {
        let mut seen = BTreeSet::new();
        for entry in &ENTRIES {
            let calendar = find(entry.name).unwrap();
            assert_eq!(calendar.name(), entry.name);
            assert!(seen.insert(entry.name));
            for alias in entry.aliases {
                assert!(seen.insert(alias), "{alias}");
                assert_eq!(
                    find(&alias.to_lowercase()).unwrap().name(),
                    entry.name,
                    "{alias}"
                );
            }
        }
    }

    #[test]
    fn a_wrong_name_is_answered_with_those_that_look_like_it() {
        for (name, first, text) in [
            ("XNSY", Some("XNYS"), "did you mean `XNYS`"),
            ("nasdak", Some("NASDAQ"), "did you mean `NASDAQ`?"),
            ("forx", Some("FOREX"), "did you mean `FOREX`"),
            (
                "Timbuktu",
                None,
                "`Timbuktu`; there are 24/7, 24/5, XNYS, XNAS",
            ),
        ] {
            let error = find(name).unwrap_err();
            assert!(error.to_string().contains(text), "{error}");
            let CalendarError::Unknown { candidates, .. } = error else {
                panic!("{error:?}");
            };
            assert_eq!(candidates.first().map(String::as_str), first);
        }
    }
}
