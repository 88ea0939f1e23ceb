//! Finding and reading the configuration of a run.
//!
//! Invariants: files named with `-c` are all that is read; without any, the nearest `rustybt.yaml` at
//! or above the current folder is. Knows nothing of what the settings mean.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::config::calendars;
use crate::app::config::layer::{
    ConfigError, Origin, Setting, Source, defaults, from_environment, from_file,
};
use crate::app::config::model::Config;
use crate::app::config::resolve::resolve;
use crate::shell::environment;
use crate::shell::files;

/// The name of a project's configuration file.
pub const PROJECT_FILE: &str = "rustybt.yaml";

/// The largest configuration file that is read, in bytes.
const LARGEST: u64 = 1_000_000;

/// What a configuration is made from.
#[derive(Clone, Debug)]
pub struct ConfigSources {
    /// The files named with `-c`, in order.
    pub files: Vec<PathBuf>,
    /// The folder that the search for a project starts in; paths are shown relative to it.
    pub folder: PathBuf,
    /// The environment.
    pub variables: BTreeMap<String, String>,
    /// What flags set.
    pub flags: Vec<Setting>,
}

impl ConfigSources {
    /// Takes the current folder and the process's environment.
    pub fn here(files: &[PathBuf], flags: Vec<Setting>) -> Self {
        Self {
            files: files.to_vec(),
            folder: PathBuf::new(),
            variables: environment::variables(),
            flags,
        }
    }

    /// Returns the files that are read.
    pub fn paths(&self) -> Vec<PathBuf> {
        if self.files.is_empty() {
            files::find_upwards(&self.folder, PROJECT_FILE)
                .into_iter()
                .collect()
        } else {
            self.files
                .iter()
                .map(|path| self.folder.join(path))
                .collect()
        }
    }

    /// Returns the files of calendars: those in the folder `calendars` beside the first file, or in
    /// the current folder if there is none.
    pub fn calendar_paths(&self) -> Vec<PathBuf> {
        let first = self.paths().into_iter().next();
        let beside = first.as_deref().and_then(Path::parent);
        calendars::files_in(beside.unwrap_or(&self.folder))
    }
}

/// Reads the configuration.
///
/// # Errors
/// Everything that is wrong with files, environment and flags.
pub fn load(sources: ConfigSources) -> Result<Config, Vec<ConfigError>> {
    let mut errors = Vec::new();
    let mut settings = defaults();
    for path in sources.paths() {
        match read(&path) {
            Ok(source) => settings.extend(from_file(&source, &sources.variables, &mut errors)),
            Err(error) => errors.push(error),
        }
    }
    let own = calendars::read(&sources.calendar_paths(), &mut errors);
    settings.extend(from_environment(&sources.variables, &mut errors));
    settings.extend(sources.flags);
    let mut config = read_settings(settings, errors)?;
    config.calendars = own;
    let wrong = unknown_calendars(&config);
    if wrong.is_empty() {
        Ok(config)
    } else {
        Err(wrong)
    }
}

/// Finds the settings that name a calendar which does not exist.
fn unknown_calendars(config: &Config) -> Vec<ConfigError> {
    let names_one = |setting: &&Setting| {
        let path: Vec<&str> = setting.key.0.iter().map(String::as_str).collect();
        matches!(path[..], ["data", "calendar"] | ["assets", _, "calendar"])
    };
    let named = config.settings.values().filter(names_one);
    named
        .filter_map(|setting| {
            let error = config.calendars.named(&setting.text).err()?;
            let what = format!("`{}`: {error}", setting.key);
            let hint = "rustybt calendar lists them; calendars/*.yaml can add one";
            Some(ConfigError::new(what, hint, setting.origin.clone()))
        })
        .collect()
}

/// Reads the settings; what was wrong before comes out with what is wrong in them, by place.
pub(super) fn read_settings(
    settings: Vec<Setting>,
    mut errors: Vec<ConfigError>,
) -> Result<Config, Vec<ConfigError>> {
    match resolve(settings) {
        Ok(config) if errors.is_empty() => return Ok(config),
        Ok(_) => {}
        Err(more) => errors.extend(more),
    }
    errors.sort_by_key(|error| match &error.origin {
        Origin::WholeFile(path) => (0, path.clone(), 0),
        Origin::File(source, spot) => (1, source.path.clone(), spot.line),
        Origin::Environment(_) => (2, PathBuf::new(), 0),
        Origin::Flag(_) | Origin::BuiltIn => (3, PathBuf::new(), 0),
    });
    Err(errors)
}

fn read(path: &Path) -> Result<Arc<Source>, ConfigError> {
    let wrong =
        |what: String, hint: &str| ConfigError::new(what, hint, Origin::WholeFile(path.to_owned()));
    match files::read_text(path, LARGEST) {
        Ok(text) => Ok(Arc::new(Source {
            path: path.to_owned(),
            text,
        })),
        Err(error) => Err(wrong(
            error.to_string(),
            "name a readable YAML file with -c",
        )),
    }
}
