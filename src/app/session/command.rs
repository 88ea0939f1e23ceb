//! `run`: from the command line to a session, and back to a person.
//!
//! Invariants: nothing is told to a strategy before the state directory is ours and what it holds was
//! read; a session that cannot be taken up leaves everything as it was.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::app::cli::args::run::{RunArgs, RunMode, Speed};
use crate::app::cli::diagnostic::Diagnostic;
use crate::app::cli::exit::{Exit, Failure};
use crate::app::cli::out::Out;
use crate::app::config::{Config, ConfigSources, load};
use crate::app::run::failure::{of_data, of_load, of_unknown_params};
use crate::app::run::market::MarketData;
use crate::app::run::script::{ScriptFile, hash_of};
use crate::app::run::simulate::world_over;
use crate::app::session::drive::{Arrived, Session, SessionError};
use crate::app::session::entry::{Begin, Entry};
use crate::app::session::keep::{Facts, Kept, read};
use crate::app::session::record::{RecorderState, SessionRecorder};
use crate::app::session::source::{Next, Replay};
use crate::core::engine::OnScriptError;
use crate::core::engine::desk::{LogLevel, Mode};
use crate::core::model::time::Span;
use crate::script::host::ScriptStrategy;
use crate::script::sandbox::Fuse;
use crate::shell::clock::now;
use crate::shell::signals::Signals;
use crate::shell::store::journal::{self, Durability, Journal};
use crate::shell::store::lock::Lock;
use crate::shell::store::{StoreError, checkpoint, set_aside, versions};
use crate::shell::watchdog::Watchdog;

/// How long a call of a handler may take.
const CALL_LIMIT: Duration = Duration::from_secs(1);
/// How long a segment of the journal grows.
const SEGMENT_BYTES: u64 = 64 << 20;
/// The age from which on a checkpoint is stale.
const STALE: Span = Span::from_seconds(3_600);
/// The version of the journal's entries.
const JOURNAL_VERSION: u32 = 1;

/// Runs the command.
///
/// # Errors
/// For everything that keeps the session from going on, with the exit code of its kind.
pub fn run(args: &RunArgs, out: &mut Out) -> Result<Exit, Failure> {
    let config = load(ConfigSources::here(&args.files.config, args.settings()))?;
    if args.mode == RunMode::Live {
        return Err(refused(
            "live trading needs a broker, and this version has none yet",
            "rustybt run --mode paper",
        ));
    }
    let Some(path) = &config.strategy.script else {
        return Err(Failure::usage(
            "no script was named",
            "rustybt run --script scripts/momentum.rhai --mode paper",
        ));
    };
    let script = ScriptFile::read(path)?;
    let data = MarketData::load(&config).map_err(|error| of_data(&error))?;
    let directory = directory_of(args, path);
    let _lock = Lock::take(&directory, &format!("process {}", std::process::id()))
        .map_err(|error| of_store(&error))?;
    if args.engine.fresh {
        set_aside(&directory, &now().to_string()).map_err(|error| of_store(&error))?;
    }
    let fuse = Arc::new(Fuse::default());
    let (watched, halted) = (Arc::clone(&fuse), Arc::clone(&fuse));
    let _watchdog = Watchdog::start(
        CALL_LIMIT,
        move || watched.running(),
        move |call| halted.blow(call),
    );
    let setting = Setting {
        args,
        config: &config,
        data: &data,
        script: &script,
        directory: &directory,
        fuse,
    };
    let mut session = setting.open(out)?;
    let signals = Signals::listen();
    let ended = drive(&mut session, &data, args.engine.speed, &signals, out);
    let exit = close(&mut session, ended, &signals, out)?;
    tell(&session, args, &directory, out);
    Ok(exit)
}

/// What a session is opened with.
struct Setting<'a> {
    args: &'a RunArgs,
    config: &'a Config,
    data: &'a MarketData,
    script: &'a ScriptFile,
    directory: &'a Path,
    fuse: Arc<Fuse>,
}

impl Setting<'_> {
    /// Opens the session: takes up what was kept, or begins anew.
    fn open(&self, out: &mut Out) -> Result<Session, Failure> {
        let loaded = checkpoint::load(self.directory, |document| {
            read(document).and_then(|kept| self.fits(&kept.facts))
        })
        .map_err(|error| unusable(&error))?;
        let kept = match &loaded {
            None => None,
            Some(loaded) => {
                let passed = loaded.passed_over.iter();
                let passed: Vec<_> = passed
                    .map(|error| Diagnostic::warning(format!("{error}; the one before it is used")))
                    .collect();
                out.report(&passed);
                let kept = read(&loaded.document).map_err(|reason| {
                    refused(
                        format!("`{}` cannot be used: {reason}", loaded.path.display()),
                        "rustybt run --fresh begins anew",
                    )
                })?;
                self.check_age(&kept.facts)?;
                Some(kept)
            }
        };
        let (journal, torn) = Journal::open(&self.directory.join("journal"), SEGMENT_BYTES)
            .map_err(|error| unusable(&error))?;
        if let Some(torn) = torn {
            let text = format!(
                "the last record of `{}` was cut off; {} bytes were removed",
                torn.path.display(),
                torn.bytes
            );
            out.report(&[Diagnostic::warning(text)]);
        }
        let has_past = kept.is_some() || journal.next_sequence() > 1;
        let strategy = self.strategy(self.script)?;
        let hash = hash_of(&strategy.texts(), &self.script.name());
        versions::keep(self.directory, &hash, &self.script.text)
            .map_err(|error| of_store(&error))?;
        let facts = kept
            .as_ref()
            .map_or_else(|| self.facts(&hash), |kept| kept.facts.clone());
        let mut session = self.session(kept, strategy, facts, journal)?;
        if has_past {
            let from = session.facts.sequence + 1;
            let records = journal::read(&self.directory.join("journal"), from);
            let count = records
                .map_err(SessionError::from)
                .and_then(|records| session.catch_up(records))
                .map_err(|error| of_session(&error))?;
            let at = session.world.engine().desk().now;
            out.status(
                "Recovered",
                format!("the session at {at}, {count} entries after the last checkpoint"),
            );
        } else {
            let begin = self.begin(&session.facts);
            session
                .take(Entry::Begin(begin))
                .map_err(|error| of_session(&error))?;
        }
        Ok(session)
    }

    fn session(
        &self,
        kept: Option<Kept>,
        strategy: ScriptStrategy,
        facts: Facts,
        journal: Journal,
    ) -> Result<Session, Failure> {
        let how = (Mode::Paper, OnScriptError::Continue);
        let mut world = world_over(self.data, self.config, strategy, how, Arrived::default());
        let mut recorder = RecorderState::default();
        if let Some(kept) = kept {
            let damaged = |reason: String| {
                refused(
                    format!("the state cannot be taken up: {reason}"),
                    "rustybt run --fresh begins anew",
                )
            };
            world
                .restore(kept.world)
                .map_err(|e| damaged(e.to_string()))?;
            let engine = world.engine_mut();
            engine.restore_strategy(&kept.script).map_err(damaged)?;
            recorder = kept.recorder;
        }
        let folder = self.results();
        crate::shell::files::make_folder(&folder)?;
        let recorder = SessionRecorder::open(&folder, &self.data.assets, recorder)
            .map_err(|error| unusable(&error))?;
        let interval = self.args.engine.checkpoint_interval;
        Ok(Session::new(
            world,
            recorder,
            facts,
            journal,
            self.directory,
            interval,
        ))
    }

    fn strategy(&self, script: &ScriptFile) -> Result<ScriptStrategy, Failure> {
        let strategy = script
            .load(self.data, self.config, Arc::clone(&self.fuse))
            .map_err(|error| of_load(&error, self.config))?;
        if strategy.unknown_params().is_empty() {
            Ok(strategy)
        } else {
            Err(of_unknown_params(&strategy))
        }
    }

    fn results(&self) -> PathBuf {
        let own = || self.directory.join("results");
        self.args.engine.out.clone().unwrap_or_else(own)
    }

    fn facts(&self, hash: &str) -> Facts {
        let symbols = self
            .data
            .assets
            .iter()
            .map(|asset| asset.symbol.to_string());
        Facts {
            timestamp: now(),
            sequence: 0,
            mode: self.args.mode.name().to_owned(),
            account: "paper".to_owned(),
            name: self.script.name(),
            script_sha256: hash.to_owned(),
            run_id: run_id(hash),
            slices: 0,
            symbols: symbols.collect(),
            timeframe: self.data.timeframe.to_string(),
        }
    }

    fn begin(&self, facts: &Facts) -> Begin {
        Begin {
            version: JOURNAL_VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            mode: facts.mode.clone(),
            script_sha256: facts.script_sha256.clone(),
            symbols: facts.symbols.clone(),
            timeframe: facts.timeframe.clone(),
        }
    }

    /// Whether a checkpoint is of this session.
    fn fits(&self, facts: &Facts) -> Result<(), String> {
        let symbols: Vec<&str> = self
            .data
            .assets
            .iter()
            .map(|asset| &*asset.symbol)
            .collect();
        let timeframe = self.data.timeframe.to_string();
        if facts.mode != self.args.mode.name() {
            Err(format!("it is of a session in {} mode", facts.mode))
        } else if facts.symbols != symbols {
            Err(format!(
                "it is of a session on {}, and the data have {}",
                facts.symbols.join(", "),
                symbols.join(", ")
            ))
        } else if facts.timeframe != timeframe {
            Err(format!(
                "it is of a session on bars of {}, and the data have {timeframe}",
                facts.timeframe
            ))
        } else {
            Ok(())
        }
    }

    fn check_age(&self, facts: &Facts) -> Result<(), Failure> {
        let age = now() - facts.timestamp;
        if age <= STALE || self.args.engine.accept_stale {
            return Ok(());
        }
        Err(refused(
            format!("the checkpoint is {age} old; much may have happened since"),
            "rustybt run --accept-stale goes on from it, --fresh begins anew",
        ))
    }
}

/// Runs a session until its source ends or it is told to stop.
fn drive(
    session: &mut Session,
    data: &MarketData,
    speed: Speed,
    signals: &Signals,
    out: &mut Out,
) -> Result<(), SessionError> {
    let mut source = Replay::new(data.feed(), session.facts.slices, speed);
    while !signals.stop() {
        match source.next(session.world.next_due(), session.world.engine().desk().now) {
            Next::Slice(at, bars) => {
                let bars = bars.iter().map(Into::into).collect();
                session.take(Entry::Slice { at, bars })?;
            }
            Next::Clock(at) => session.take(Entry::Clock(at))?,
            Next::Wait(span) => {
                session.commit(Durability::Written)?;
                signals.wait(span);
            }
            Next::End => break,
        }
        for (level, text) in session.recorder.take_loud() {
            let text = format!("script: {text}");
            out.report(&[if level == LogLevel::Error {
                Diagnostic::error(text)
            } else {
                Diagnostic::warning(text)
            }]);
        }
    }
    Ok(())
}

/// Ends a session in good order: what is known is kept, whatever ended it.
fn close(
    session: &mut Session,
    ended: Result<(), SessionError>,
    signals: &Signals,
    out: &mut Out,
) -> Result<Exit, Failure> {
    if signals.abort() {
        return Ok(Exit::Aborted);
    }
    let kept = session.checkpoint();
    ended.and(kept).map_err(|error| of_session(&error))?;
    let desk = session.world.engine().desk();
    session
        .recorder
        .finish(desk)
        .map_err(|error| of_store(&error))?;
    if signals.stop() {
        out.status(
            "Stopped",
            "positions stay as they are; the same command goes on from here",
        );
    }
    Ok(Exit::Done)
}

fn tell(session: &Session, args: &RunArgs, directory: &Path, out: &mut Out) {
    let desk = session.world.engine().desk();
    let (value, cash) = (desk.ledger.value(), desk.ledger.cash());
    let fills = session.recorder.n_fills();
    if args.engine.json {
        let data = json!({
            "mode": session.facts.mode,
            "at": desk.now,
            "slices": session.facts.slices,
            "fills": fills,
            "orders": desk.orders.all().len(),
            "portfolio_value": value,
            "cash": cash,
            "errors": session.world.engine().errors(),
            "state_dir": directory.display().to_string(),
        });
        out.json("run", true, &data, &[]);
    } else {
        out.line(format_args!(
            "{}  {} at {}: value {value}, cash {cash}, {fills} fills, state in {}",
            session.facts.name,
            session.facts.mode,
            desk.now,
            directory.display()
        ));
    }
}

/// Returns where a session keeps its state.
fn directory_of(args: &RunArgs, script: &Path) -> PathBuf {
    args.engine.state_dir.clone().unwrap_or_else(|| {
        let stem = script.file_stem().unwrap_or_default().to_string_lossy();
        Path::new("state").join(format!("{stem}-{}", args.mode.name()))
    })
}

/// Eight characters that tell this session's orders from those of others at the same broker.
fn run_id(hash: &str) -> String {
    let seed = format!("{}{}{hash}", now().as_nanos(), std::process::id());
    let mut text = crate::app::run::script::sha256_of(seed.as_bytes());
    text.truncate(8);
    text
}

fn refused(what: impl Into<String>, hint: impl Into<String>) -> Failure {
    Failure::new(Exit::Refused, Diagnostic::error(what).hint(hint))
}

fn of_store(error: &StoreError) -> Failure {
    match error {
        StoreError::Locked { .. } => refused(error.to_string(), "rustybt status"),
        StoreError::Io { .. }
        | StoreError::Damaged { .. }
        | StoreError::Gap { .. }
        | StoreError::Short { .. }
        | StoreError::Checkpoint { .. } => Failure::usage(
            error.to_string(),
            "is the disk full, or the folder not ours?",
        ),
    }
}

fn unusable(error: &StoreError) -> Failure {
    refused(
        error.to_string(),
        "nothing was changed; rustybt run --fresh moves the state aside and begins anew",
    )
}

fn of_session(error: &SessionError) -> Failure {
    match error {
        SessionError::Store(error) => of_store(error),
        SessionError::Otherwise { .. } | SessionError::Entry { .. } => refused(
            error.to_string(),
            "nothing was changed; rustybt run --fresh moves the state aside and begins anew",
        ),
        SessionError::World(_) => Failure::new(Exit::Script, Diagnostic::error(error.to_string())),
        SessionError::State(_) => {
            Failure::new(Exit::Internal, Diagnostic::error(error.to_string()))
        }
    }
}
