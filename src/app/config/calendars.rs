//! `calendars/*.yaml` of a project: days that it knows better than the tables, and calendars of its own.
//!
//! Invariants: every wrong line is reported, with its place and the rule; files are taken in order of
//! their names, those that change a calendar before those that make a new one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime};

use crate::app::config::layer::{ConfigError, Origin, Source};
use crate::app::config::value::nearest;
use crate::app::config::yaml::{Key, Node, Spot, Value, parse};
use crate::core::calendar::{CalendarError, CalendarOverrides, Calendars};
use crate::shell::files;

/// The folder beside the configuration that is looked into.
pub const FOLDER: &str = "calendars";

/// The largest file that is read, in bytes.
const LARGEST: u64 = 1_000_000;

const KEYS: [&str; 6] = [
    "calendar",
    "base",
    "closed",
    "open",
    "early_close",
    "late_open",
];

/// What one file says.
struct Said {
    source: Arc<Source>,
    name: (String, Spot),
    base: Option<(String, Spot)>,
    overrides: CalendarOverrides,
    /// Where each day was named last.
    spots: BTreeMap<NaiveDate, Spot>,
}

/// Returns the files of a folder's `calendars`, in order of their names; none if there is no such
/// folder.
pub fn files_in(folder: &Path) -> Vec<PathBuf> {
    let folder = folder.join(FOLDER);
    if !files::is_folder(&folder) {
        return Vec::new();
    }
    let names = files::names(&folder).unwrap_or_default();
    let is_yaml = |name: &String| {
        let extension = Path::new(name).extension();
        extension.is_some_and(|e| e.eq_ignore_ascii_case("yaml") || e.eq_ignore_ascii_case("yml"))
    };
    let paths = names.into_iter().filter(is_yaml);
    paths.map(|name| folder.join(name)).collect()
}

/// Reads the files; everything wrong with them is added to `errors`.
pub fn read(paths: &[PathBuf], errors: &mut Vec<ConfigError>) -> Calendars {
    let mut said = Vec::new();
    for path in paths {
        match files::read_text(path, LARGEST) {
            Ok(text) => {
                let path = path.clone();
                said.extend(read_file(&Arc::new(Source { path, text }), errors));
            }
            Err(error) => errors.push(ConfigError::new(
                error.to_string(),
                "make it a readable YAML file, or remove it",
                Origin::WholeFile(path.clone()),
            )),
        }
    }
    said.sort_by_key(|file| file.base.is_some());
    let mut calendars = Calendars::default();
    for file in said {
        let name = &file.name.0;
        let outcome = match &file.base {
            None => calendars.change(name, &file.overrides),
            Some((base, _)) => calendars.derive(name, base, &file.overrides),
        };
        if let Err(error) = outcome {
            errors.push(file.explain(&error));
        }
    }
    calendars
}

impl Said {
    fn explain(&self, error: &CalendarError) -> ConfigError {
        let of_day = |date: &NaiveDate| self.spots.get(date).copied().unwrap_or(self.name.1);
        let (spot, hint) = match error {
            CalendarError::Unknown { name, .. } => match &self.base {
                Some((base, spot)) if base == name => (*spot, "name a calendar that exists"),
                Some(_) | None => (
                    self.name.1,
                    "name a calendar that exists; a new one needs a line such as base: XNYS",
                ),
            },
            CalendarError::Taken { .. } => (
                self.name.1,
                "choose another name, or remove `base` to change that calendar",
            ),
            CalendarError::NoSession { date, .. } => (
                of_day(date),
                "list the day under `open` too, or remove it here",
            ),
            CalendarError::OutsideHours { date, .. } => (
                of_day(date),
                "times are on the wall clock of the calendar, inside the hours of the day",
            ),
            CalendarError::OpenAndClosed { date, .. } => (of_day(date), "keep one of the two"),
        };
        let origin = Origin::File(Arc::clone(&self.source), spot);
        ConfigError::new(error.to_string(), hint, origin)
    }
}

fn read_file(source: &Arc<Source>, errors: &mut Vec<ConfigError>) -> Option<Said> {
    let before = errors.len();
    let mut reader = Reader {
        source,
        errors,
        name: None,
        base: None,
        overrides: CalendarOverrides::default(),
        spots: BTreeMap::new(),
    };
    let start = Spot {
        line: 1,
        column: 1,
        end_column: 2,
    };
    let root = match parse(&source.text) {
        Ok(Some(root)) => root,
        Ok(None) => {
            reader.wrong("the file says nothing", "write calendar: XNYS", start);
            return None;
        }
        Err(error) => {
            reader.wrong(error.what, &error.hint, error.spot);
            return None;
        }
    };
    let Value::Map(entries) = &root.value else {
        let what = format!("the file is {}, not a map", root.kind());
        reader.wrong(what, "write `calendar: XNYS`, then its days", root.spot);
        return None;
    };
    for (key, node) in entries {
        reader.entry(key, node);
    }
    if !entries.iter().any(|(key, _)| key.text == "calendar") {
        reader.wrong(
            "the file does not say which calendar it is about",
            "write calendar: XNYS",
            start,
        );
    }
    let Reader {
        name,
        base,
        overrides,
        spots,
        ..
    } = reader;
    if errors.len() > before {
        return None;
    }
    Some(Said {
        source: Arc::clone(source),
        name: name?,
        base,
        overrides,
        spots,
    })
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    errors: &'a mut Vec<ConfigError>,
    name: Option<(String, Spot)>,
    base: Option<(String, Spot)>,
    overrides: CalendarOverrides,
    spots: BTreeMap<NaiveDate, Spot>,
}

impl Reader<'_> {
    fn wrong(&mut self, what: impl Into<String>, hint: &str, spot: Spot) {
        let origin = Origin::File(Arc::clone(self.source), spot);
        self.errors.push(ConfigError::new(what, hint, origin));
    }

    /// Reads one key and its value.
    fn entry(&mut self, key: &Key, node: &Node) {
        let name = key.text.as_str();
        match name {
            "calendar" => self.name = self.text(name, node),
            "base" => self.base = self.text(name, node),
            "closed" => self.overrides.closed = self.days(name, node),
            "open" => self.overrides.open = self.days(name, node),
            "early_close" => self.overrides.early_close = self.times(name, node),
            "late_open" => self.overrides.late_open = self.times(name, node),
            _ => {
                let hint = match nearest(name, KEYS) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the keys here are {}", KEYS.join(", ")),
                };
                self.wrong(format!("unknown key `{name}`"), &hint, key.spot);
            }
        }
    }

    fn text(&mut self, key: &str, node: &Node) -> Option<(String, Spot)> {
        match &node.value {
            Value::Scalar { text, .. } if is_name(text) && !node.is_null() => {
                Some((text.clone(), node.spot))
            }
            Value::Scalar { .. } | Value::List(_) | Value::Map(_) => {
                let what = format!("`{key}` is {}, not the name of a calendar", node.kind());
                self.wrong(what, "write a name without spaces, such as XNYS", node.spot);
                None
            }
        }
    }

    /// Reads a list of dates.
    fn days(&mut self, key: &str, node: &Node) -> Vec<NaiveDate> {
        let Value::List(items) = &node.value else {
            let what = format!("`{key}` is {}, not a list of dates", node.kind());
            self.wrong(what, "write [2025-06-02, 2025-06-03]", node.spot);
            return Vec::new();
        };
        let mut days = Vec::new();
        for item in items {
            let text = match &item.value {
                Value::Scalar { text, .. } => text.as_str(),
                Value::List(_) | Value::Map(_) => item.kind(),
            };
            days.extend(self.day(text, item.spot));
        }
        days
    }

    /// Reads a map from dates to times of day.
    fn times(&mut self, key: &str, node: &Node) -> Vec<(NaiveDate, NaiveTime)> {
        let Value::Map(entries) = &node.value else {
            let what = format!("`{key}` is {}, not a map of dates", node.kind());
            self.wrong(
                what,
                "write lines such as 2025-07-02: 13:00 below it",
                node.spot,
            );
            return Vec::new();
        };
        let mut days = Vec::new();
        for (day, time) in entries {
            let date = self.day(&day.text, day.spot);
            let text = match &time.value {
                Value::Scalar { text, .. } => text.as_str(),
                Value::List(_) | Value::Map(_) => time.kind(),
            };
            if let Ok(time) = NaiveTime::parse_from_str(text, "%H:%M") {
                days.extend(date.map(|date| (date, time)));
            } else {
                let what = format!("`{text}` is not a time of day");
                self.wrong(what, "write 13:00", time.spot);
            }
        }
        days
    }

    fn day(&mut self, text: &str, spot: Spot) -> Option<NaiveDate> {
        let Ok(date) = text.parse() else {
            self.wrong(format!("`{text}` is not a date"), "write 2025-06-02", spot);
            return None;
        };
        self.spots.insert(date, spot);
        Some(date)
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(|c| c.is_control() || c.is_whitespace())
}
