//! Which files are checked, and how much each rule matters there.
//!
//! Invariants: without names it is every script of the project, wherever below its configuration; hidden
//! folders, results, and projects within are left out.

use std::path::{Path, PathBuf};

use crate::app::cli::args::project::CheckArgs;
use crate::app::cli::exit::Failure;
use crate::app::config::load::PROJECT_FILE;
use crate::app::config::{Config, ConfigSources, load};
use crate::script::check::Checker;
use crate::script::check::level::Levels;
use crate::shell::files;

/// Folders that hold no scripts of a person.
const ELSEWHERE: [&str; 4] = ["runs", "target", "node_modules", "venv"];

/// How deep folders are searched.
const DEEPEST: usize = 16;

/// What is checked.
#[derive(Debug)]
pub(super) struct Project {
    /// The scripts, in order of their names within each folder that was named.
    pub(super) scripts: Vec<PathBuf>,
    /// The configuration files.
    pub(super) configs: Vec<PathBuf>,
    /// Folders in which a new file would be part of it.
    pub(super) folders: Vec<PathBuf>,
    pub(super) levels: Levels,
    /// Functions that the configuration calls.
    triggers: Vec<String>,
}

/// Returns the functions that a configuration calls.
pub(super) fn triggers(config: &Config) -> impl Iterator<Item = String> {
    let triggers = config.schedule.triggers.iter();
    triggers.map(|trigger| trigger.function.clone())
}

impl Project {
    /// Finds the scripts that are named, else those of the project here.
    pub(super) fn find(args: &CheckArgs) -> Result<Self, Failure> {
        let sources = ConfigSources::here(&args.files.config, Vec::new());
        let configs = sources.paths();
        let loaded = load(sources);
        // Scripts that are named do not need a sound configuration, unless it is named as well.
        let is_needed = args.scripts.is_empty() || !args.files.config.is_empty();
        let config: Option<Config> = match loaded {
            Ok(config) => Some(config),
            Err(errors) if is_needed => return Err(errors.into()),
            Err(_) => None,
        };
        let mut project = Self {
            scripts: Vec::new(),
            configs,
            folders: Vec::new(),
            triggers: config.iter().flat_map(triggers).collect(),
            levels: config.as_ref().map(|c| c.check.clone()).unwrap_or_default(),
        };
        if args.scripts.is_empty() {
            project.take_all(config.and_then(|config| config.strategy.script))?;
        }
        for path in &args.scripts {
            if files::is_folder(path) {
                project.take_folder(path, 0)?;
            } else {
                project.take(path);
            }
        }
        if project.scripts.is_empty() {
            return Err(no_script());
        }
        Ok(project)
    }

    /// Returns what checks the scripts of this project.
    pub(super) fn checker(&self) -> Checker {
        Checker::new().with_triggers(self.triggers.iter().cloned())
    }

    fn take_all(&mut self, configured: Option<PathBuf>) -> Result<(), Failure> {
        let root = self.configs.first().and_then(|path| path.parent());
        if let Some(root) = root.map(Path::to_owned) {
            self.take_folder(&root, 0)?;
        }
        if let Some(script) = configured {
            self.take(&script);
        }
        Ok(())
    }

    fn take(&mut self, path: &Path) {
        if !self.scripts.iter().any(|known| known == path) {
            self.scripts.push(path.to_owned());
        }
    }

    fn take_folder(&mut self, folder: &Path, depth: usize) -> Result<(), Failure> {
        self.folders.push(folder.to_owned());
        for name in files::names(folder)? {
            let path = folder.join(&name);
            if files::is_folder(&path) {
                let is_other = name.starts_with('.')
                    || ELSEWHERE.contains(&name.as_str())
                    || files::exists(&path.join(PROJECT_FILE));
                if !is_other && depth < DEEPEST {
                    self.take_folder(&path, depth + 1)?;
                }
            } else if path.extension().is_some_and(|ending| ending == "rhai") {
                self.take(&path);
            }
        }
        Ok(())
    }
}

fn no_script() -> Failure {
    Failure::usage("no script was named", "rustybt check scripts/momentum.rhai")
}
