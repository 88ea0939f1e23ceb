//! The script of a run: its text, its modules, and loading it for some assets.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::app::config::Config;
use crate::app::config::model::AccountKind;
use crate::app::run::market::MarketData;
use crate::app::run::rules::margin_of;
use crate::script::error::ScriptError;
use crate::script::host::{Locks, ScriptStrategy, Setup};
use crate::script::sandbox::{Budget, Fuse};
use crate::shell::files::{FileError, exists, read_text};
use crate::shell::watchdog::Watchdog;

/// The largest script that is read, in bytes.
const LARGEST: u64 = 4_000_000;

/// Finds the text of a module by its name.
pub type ModuleReader = Rc<dyn Fn(&str) -> Option<Arc<str>>>;

/// A script's text and where its modules lie.
#[derive(Clone, Debug)]
pub struct ScriptFile {
    /// The path as it was given.
    pub path: PathBuf,
    /// The text.
    pub text: String,
}

impl ScriptFile {
    /// Reads a script.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(path: &Path) -> Result<Self, FileError> {
        Ok(Self {
            path: path.to_owned(),
            text: read_text(path, LARGEST)?,
        })
    }

    /// Returns the name that errors know it by.
    pub fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Returns the files that a module of this name might be: beside the script, or in the folder above
    /// it (so that a project's `lib/` serves all its scripts).
    pub fn module_places(&self, name: &str) -> Vec<PathBuf> {
        let file = format!("{name}.rhai");
        let beside = self.path.parent().map(Path::to_owned).unwrap_or_default();
        let above = beside.parent().map(|above| above.join(&file));
        std::iter::once(beside.join(&file)).chain(above).collect()
    }

    /// Returns a function that reads modules.
    pub fn module_reader(&self) -> ModuleReader {
        let script = Self {
            path: self.path.clone(),
            text: String::new(),
        };
        Rc::new(move |name| {
            let places = script.module_places(name);
            places.iter().find_map(|path| read_module_file(path))
        })
    }

    /// Returns the file that a module of this name is read from; `None` for those of the standard
    /// library and those that are not there.
    pub fn module_path(&self, name: &str) -> Option<PathBuf> {
        let mut places = self.module_places(name).into_iter();
        places.find(|path| exists(path) && !name.starts_with("std/"))
    }

    /// Loads the script for a run.
    ///
    /// # Errors
    /// As [`ScriptStrategy::load`].
    pub fn load(
        &self,
        data: &MarketData,
        config: &Config,
        fuse: Arc<Fuse>,
    ) -> Result<ScriptStrategy, Box<ScriptError>> {
        self.load_with(data, config, fuse, self.module_reader())
    }

    /// As [`Self::load`], with modules from elsewhere.
    ///
    /// # Errors
    /// As [`ScriptStrategy::load`].
    pub fn load_with(
        &self,
        data: &MarketData,
        config: &Config,
        fuse: Arc<Fuse>,
        read_module: ModuleReader,
    ) -> Result<ScriptStrategy, Box<ScriptError>> {
        let explicit = |key| config.is_explicit(key);
        let setup = Setup {
            assets: data.shared_assets(),
            params: config.strategy.params.clone(),
            seed: config.engine.seed,
            locks: Locks {
                commission: explicit("execution.commission"),
                slippage: explicit("execution.slippage"),
                cancel_policy: explicit("execution.cancel_policy"),
                benchmark: explicit("engine.benchmark"),
            },
            margin: match config.execution.account {
                AccountKind::Margin => margin_of(&config.execution),
                AccountKind::Cash => crate::script::host::Margin {
                    initial: rust_decimal::Decimal::ONE,
                    maintenance: rust_decimal::Decimal::ZERO,
                },
            },
            budget: Budget::default(),
            fuse,
            read_module,
            compiled: true,
        };
        ScriptStrategy::load(&self.text, &self.name(), setup).map_err(Box::new)
    }
}

/// Reads the file of a module; `None` where there is none, or none that is text.
pub fn read_module_file(path: &Path) -> Option<Arc<str>> {
    read_text(path, LARGEST).ok().map(Arc::from)
}

/// Returns a switch for the calls of a script, and the watchdog that turns it when one of them takes
/// longer than `limit`; it watches as long as it is kept.
pub fn watched(limit: Duration) -> (Arc<Fuse>, Watchdog) {
    let fuse = Arc::new(Fuse::default());
    let (running, blown) = (Arc::clone(&fuse), Arc::clone(&fuse));
    let watchdog = Watchdog::start(
        limit,
        move || running.running(),
        move |call| blown.blow(call),
    );
    (fuse, watchdog)
}

/// Returns the hash of a script and all modules that it imports, lower-case hex. The names of files
/// are not part of it, those of modules are.
pub fn hash_of(texts: &BTreeMap<String, Arc<str>>, main: &str) -> String {
    let mut hash = Sha256::new();
    if let Some(text) = texts.get(main) {
        hash.update(text.as_bytes());
    }
    for (name, text) in texts.iter().filter(|(name, _)| *name != main) {
        hash.update([0]);
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(text.as_bytes());
    }
    hex(hash)
}

/// Returns the SHA-256 of bytes, in lower-case hex.
pub fn sha256_of(bytes: &[u8]) -> String {
    hex(Sha256::new().chain_update(bytes))
}

/// Ends a hash and returns it in lower-case hex.
pub fn hex(hash: Sha256) -> String {
    use std::fmt::Write as _;
    hash.finalize()
        .iter()
        .fold(String::new(), |mut text, byte| {
            // Writing to a string cannot fail.
            let _written = write!(text, "{byte:02x}");
            text
        })
}
