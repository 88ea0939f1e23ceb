//! Versions of the script: from the file, and from what was kept.
//!
//! Invariants: a version that runs is one that was kept, so that a restart and a replay find it; what a
//! version says of itself is checked before it runs.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use crate::app::check::{check_file, diagnostic};
use crate::app::cli::diagnostic::{Diagnostic, Severity};
use crate::app::cli::exit::{Exit, Failure};
use crate::app::config::Config;
use crate::app::run::failure::{of_load, of_script, of_unknown_params};
use crate::app::run::market::MarketData;
use crate::app::run::script::{ScriptFile, hash_of};
use crate::app::run::simulate::world_over;
use crate::app::session::drive::{Arrived, SessionWorld, Slice};
use crate::core::engine::OnScriptError;
use crate::core::engine::desk::{Desk, Mode};
use crate::core::model::asset::AssetId;
use crate::core::model::fill::Fill;
use crate::core::model::market::Bar;
use crate::core::model::number::Quantity;
use crate::core::sim::world::{DatedAction, Observer};
use crate::script::error::ScriptError;
use crate::script::host::ScriptStrategy;
use crate::script::sandbox::Fuse;
use crate::shell::store::versions::{self, Version};

/// What versions are loaded with.
#[derive(Debug)]
pub struct Loading {
    /// The configuration.
    pub config: Config,
    /// The data, for their assets.
    pub data: MarketData,
    /// The script's file.
    pub path: PathBuf,
    /// The state directory.
    pub directory: PathBuf,
    /// The switch of the watchdog.
    pub fuse: Arc<Fuse>,
}

/// A version that may take over.
#[derive(Debug)]
pub struct Candidate {
    /// Its hash.
    pub hash: String,
    /// What a person should know.
    pub warnings: Vec<Diagnostic>,
    version: Version,
}

impl Loading {
    /// Reads and checks the file, and loads it.
    ///
    /// # Errors
    /// What is wrong with it, all findings at once.
    pub fn candidate(&self) -> Result<(Candidate, ScriptStrategy), Failure> {
        let script = ScriptFile::read(&self.path)?;
        let findings: Vec<_> = check_file(&script).iter().map(diagnostic).collect();
        let (errors, warnings): (Vec<_>, Vec<_>) = findings
            .into_iter()
            .partition(|found| found.severity == Severity::Error);
        if !errors.is_empty() {
            return Err(Failure {
                exit: Exit::Script,
                diagnostics: errors,
            });
        }
        let strategy = script
            .load(&self.data, &self.config, Arc::clone(&self.fuse))
            .map_err(|error| of_load(&error, &self.config))?;
        if !strategy.unknown_params().is_empty() {
            return Err(of_unknown_params(&strategy));
        }
        let texts = strategy.texts();
        let is_own = |name: &str| name != script.name() && !name.starts_with("std/");
        let modules: BTreeMap<String, Arc<str>> = texts
            .iter()
            .filter(|(name, _)| is_own(name))
            .map(|(name, text)| (name.clone(), Arc::clone(text)))
            .collect();
        let candidate = Candidate {
            hash: hash_of(&texts, &script.name()),
            warnings,
            version: Version {
                text: script.text.clone(),
                modules,
            },
        };
        Ok((candidate, strategy))
    }

    /// Keeps a version, so that it can be loaded by its hash.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, candidate: &Candidate) -> Result<(), crate::shell::store::StoreError> {
        versions::keep(&self.directory, &candidate.hash, &candidate.version)
    }

    /// Loads a version that was kept.
    ///
    /// # Errors
    /// Why it cannot be.
    pub fn kept(&self, hash: &str) -> Result<ScriptStrategy, String> {
        let version = versions::get(&self.directory, hash).map_err(|e| e.to_string())?;
        let script = ScriptFile {
            path: self.path.clone(),
            text: version.text,
        };
        let modules = version.modules;
        script
            .load_with(
                &self.data,
                &self.config,
                Arc::clone(&self.fuse),
                Rc::new(move |name| modules.get(name).cloned()),
            )
            .map_err(|error| error.to_string())
    }

    /// Tries a version on the latest slices, in a world that is thrown away.
    ///
    /// # Errors
    /// What it fails with.
    pub fn dry_run(&self, slices: &VecDeque<Slice>) -> Result<(), Failure> {
        let (_, strategy) = self.candidate()?;
        let how = (Mode::Paper, OnScriptError::Halt);
        let mut world: SessionWorld = world_over(
            &self.data,
            &self.config,
            strategy,
            how,
            Arrived::of(slices.iter().cloned()),
        );
        let outcome = world.run(&mut Nobody);
        if let Err(error) = outcome {
            let text = format!("in a dry run on recent bars: {error}");
            return Err(Failure::new(Exit::Script, Diagnostic::error(text)));
        }
        match world.engine_mut().take_failure() {
            None => Ok(()),
            Some((handler, failure)) => match failure.downcast::<ScriptError>() {
                Ok(error) => Err(of_script(
                    &error,
                    Some(format!("in {handler}, in a dry run on recent bars")),
                )),
                Err(other) => Err(Failure::new(
                    Exit::Script,
                    Diagnostic::error(other.to_string()),
                )),
            },
        }
    }
}

/// Watches a world that is thrown away.
struct Nobody;

impl Observer for Nobody {
    fn on_fill(&mut self, _fill: &Fill, _desk: &Desk) {}

    fn on_action(&mut self, _action: &DatedAction, _before: Quantity, _desk: &Desk) {}

    fn on_slice(&mut self, _bars: &[(AssetId, Bar)], desk: &mut Desk) {
        desk.notes.clear();
    }

    fn on_session_end(&mut self, _desk: &mut Desk) {}

    fn on_event(&mut self, desk: &mut Desk) {
        desk.notes.clear();
    }
}
