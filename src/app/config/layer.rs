//! Settings and where they come from: flags, the environment, files, defaults.
//!
//! Invariants: a setting is text with its origin until [`crate::app::config::resolve`] reads it, so
//! that every source is read by the same rules and every error can name its place. Relative paths in a
//! file are relative to the file.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::config::keys::{Default, Found, KEYS, KeyPath, Shape, find};
use crate::app::config::substitute::substitute;
use crate::app::config::yaml::{Node, Spot, Value, parse};

/// The beginning of the name of every environment variable that sets something.
pub const PREFIX: &str = "RUSTYBT_";

/// A configuration file that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// Its path as it is shown.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

/// Where a setting comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// A flag, with its dashes.
    Flag(String),
    /// An environment variable.
    Environment(String),
    /// A place in a file.
    File(Arc<Source>, Spot),
    /// A file as a whole.
    WholeFile(PathBuf),
    /// Nowhere: the built-in default.
    BuiltIn,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => f.write_str(flag),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::File(source, spot) => write!(f, "{}:{}", source.path.display(), spot.line),
            Self::WholeFile(path) => write!(f, "{}", path.display()),
            Self::BuiltIn => f.write_str("default"),
        }
    }
}

/// One value that was set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setting {
    /// What it sets.
    pub key: KeyPath,
    /// The text.
    pub text: String,
    /// Where it was set.
    pub origin: Origin,
}

impl Setting {
    /// Makes the setting of a flag.
    pub fn flag(flag: &str, key: &str, text: impl fmt::Display) -> Self {
        Self {
            key: KeyPath::fixed(key),
            text: text.to_string(),
            origin: Origin::Flag(flag.to_owned()),
        }
    }
}

/// Something wrong with a setting, and where.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{what}")]
pub struct ConfigError {
    /// What is wrong, with the key and the value.
    pub what: String,
    /// What to do.
    pub hint: String,
    /// Where it was written.
    pub origin: Origin,
}

impl ConfigError {
    /// Makes an error.
    pub fn new(what: impl Into<String>, hint: impl Into<String>, origin: Origin) -> Self {
        Self {
            what: what.into(),
            hint: hint.into(),
            origin,
        }
    }
}

/// Returns the built-in values.
pub fn defaults() -> Vec<Setting> {
    KEYS.iter()
        .filter_map(|key| match key.default {
            Default::Value(text) => Some(Setting {
                key: KeyPath::fixed(key.path),
                text: text.to_owned(),
                origin: Origin::BuiltIn,
            }),
            Default::Absent(_) => None,
        })
        .collect()
}

/// Reads the variables `RUSTYBT_SECTION__KEY`. Names are lower-cased, but for the symbol in
/// `RUSTYBT_ASSETS__SYMBOL__KEY` and the code in `RUSTYBT_CHECK__CODE`.
pub fn from_environment(
    variables: &BTreeMap<String, String>,
    errors: &mut Vec<ConfigError>,
) -> Vec<Setting> {
    let mut settings = Vec::new();
    for (name, text) in variables {
        let Some(rest) = name.strip_prefix(PREFIX) else {
            continue;
        };
        let mut path: Vec<String> = rest.split("__").map(str::to_lowercase).collect();
        if path[0] == "assets"
            && let Some(symbol) = rest.split("__").nth(1)
        {
            symbol.clone_into(&mut path[1]);
        }
        if path[0] == "check"
            && let Some(code) = path.get_mut(1)
        {
            *code = code.to_uppercase();
        }
        let origin = Origin::Environment(name.clone());
        match find(&path) {
            Found::Leaf(_) => settings.push(Setting {
                key: KeyPath(path),
                text: text.clone(),
                origin,
            }),
            Found::Branch => errors.push(ConfigError::new(
                format!("the variable {name} names a section, not a setting"),
                format!("write {name}__KEY"),
                origin,
            )),
            Found::Unknown { near, .. } => errors.push(ConfigError::new(
                format!("the variable {name} sets nothing that exists"),
                match near {
                    Some(near) if near.contains('.') => {
                        format!("did you mean {}?", variable(&near))
                    }
                    Some(near) => {
                        path.pop();
                        path.push(near);
                        format!("did you mean {}?", variable(&path.join(".")))
                    }
                    None => "unset it; `rustybt config show` lists what can be set".to_owned(),
                },
                origin,
            )),
        }
    }
    settings
}

/// Returns the name of the environment variable of a key.
fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase().replace('.', "__"))
}

/// Reads the settings of a file; everything wrong with it is added to `errors`.
pub fn from_file(
    source: &Arc<Source>,
    variables: &BTreeMap<String, String>,
    errors: &mut Vec<ConfigError>,
) -> Vec<Setting> {
    let root = match parse(&source.text) {
        Ok(Some(root)) => root,
        Ok(None) => return Vec::new(),
        Err(error) => {
            let origin = Origin::File(Arc::clone(source), error.spot);
            errors.push(ConfigError::new(error.what, error.hint, origin));
            return Vec::new();
        }
    };
    let mut walk = Walk {
        source,
        variables,
        errors,
        settings: Vec::new(),
        path: Vec::new(),
    };
    walk.branch(&root);
    walk.settings
}

struct Walk<'a> {
    source: &'a Arc<Source>,
    variables: &'a BTreeMap<String, String>,
    errors: &'a mut Vec<ConfigError>,
    settings: Vec<Setting>,
    path: Vec<String>,
}

impl Walk<'_> {
    fn error(&mut self, what: String, hint: impl Into<String>, spot: Spot) {
        let origin = Origin::File(Arc::clone(self.source), spot);
        self.errors.push(ConfigError::new(what, hint, origin));
    }

    fn name(&self) -> String {
        if self.path.is_empty() {
            "the file".to_owned()
        } else {
            format!("`{}`", self.path.join("."))
        }
    }

    /// Reads a map of keys.
    fn branch(&mut self, node: &Node) {
        let Value::Map(entries) = &node.value else {
            if !node.is_null() {
                let what = format!("{} is {}, not a map of settings", self.name(), node.kind());
                self.error(
                    what,
                    "write `key: value` lines below it, indented by two spaces",
                    node.spot,
                );
            }
            return;
        };
        for (key, child) in entries {
            self.path.push(key.text.clone());
            match find(&self.path) {
                Found::Branch => self.branch(child),
                Found::Leaf(found) => self.leaf(found.shape, child, key.spot),
                Found::Unknown { near, known } => {
                    let what = format!("unknown key {}", self.name());
                    let hint = match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("the keys here are {}", known.join(", ")),
                    };
                    self.error(what, hint, key.spot);
                }
            }
            self.path.pop();
        }
    }

    /// Reads one value; `key` is the place of its name.
    fn leaf(&mut self, shape: Shape, node: &Node, key: Spot) {
        if node.is_null() {
            let what = format!("{} has no value", self.name());
            return self.error(what, "write a value, or remove the line", key);
        }
        let text = match (&node.value, shape) {
            (Value::Scalar { text, .. }, _) => self.fill(text, node.spot),
            (Value::List(items), Shape::List) => self.list(items),
            (Value::List(_) | Value::Map(_), _) => {
                let wanted = if shape == Shape::List {
                    "a list"
                } else {
                    "a single value"
                };
                let what = format!("{} is {}, not {wanted}", self.name(), node.kind());
                self.error(what, "write it behind the colon", node.spot);
                None
            }
        };
        let Some(mut text) = text else { return };
        if shape == Shape::Path && !text.is_empty() {
            text = beside(&self.source.path, &text);
        }
        self.settings.push(Setting {
            key: KeyPath(self.path.clone()),
            text,
            origin: Origin::File(Arc::clone(self.source), node.spot),
        });
    }

    /// Joins the items of a list with commas.
    fn list(&mut self, items: &[Node]) -> Option<String> {
        let mut texts = Vec::new();
        for item in items {
            match &item.value {
                Value::Scalar { text, .. } if !item.is_null() && !text.contains(',') => {
                    texts.push(self.fill(text, item.spot)?);
                }
                Value::Scalar { .. } | Value::List(_) | Value::Map(_) => {
                    let what = format!(
                        "an item of {} is {}, not one name",
                        self.name(),
                        item.kind()
                    );
                    self.error(what, "write [AAPL, MSFT]", item.spot);
                    return None;
                }
            }
        }
        Some(texts.join(","))
    }

    /// Puts the variables in.
    fn fill(&mut self, text: &str, spot: Spot) -> Option<String> {
        match substitute(text, self.variables) {
            Ok(text) => Some(text),
            Err(missing) => {
                for error in missing {
                    let what = format!("{}: {error}", self.name());
                    self.error(what, error.hint(), spot);
                }
                None
            }
        }
    }
}

/// Returns `text` as a path beside `file`.
fn beside(file: &Path, text: &str) -> String {
    let folder = file.parent().unwrap_or(Path::new(""));
    folder.join(text).display().to_string()
}
