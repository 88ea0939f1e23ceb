//! `run`: from the command line to a session, and back to a person.
//!
//! Invariants: nothing is told to a strategy before the state directory is ours and what it holds was
//! read; a session that cannot be taken up leaves everything as it was.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::app::cli::args::run::{RunArgs, RunMode};
use crate::app::cli::diagnostic::Diagnostic;
use crate::app::cli::exit::{Exit, Failure};
use crate::app::cli::out::Out;
use crate::app::config::{ConfigSources, load};
use crate::app::run::failure::of_data;
use crate::app::run::market::MarketData;
use crate::app::run::script::{ScriptFile, watched};
use crate::app::run::simulate::world_over;
use crate::app::session::answer::{After, answer};
use crate::app::session::drive::{Arrived, Session, SessionError, Versions};
use crate::app::session::entry::{Begin, Entry, Record};
use crate::app::session::keep::{Facts, Kept, read};
use crate::app::session::loading::Loading;
use crate::app::session::record::{RecorderState, SessionRecorder};
use crate::app::session::source::{Next, Replay};
use crate::core::engine::OnScriptError;
use crate::core::engine::desk::{LogLevel, Mode};
use crate::core::message::Wish;
use crate::core::model::time::Span;
use crate::script::host::ScriptStrategy;
use crate::shell::clock::now;
use crate::shell::control::Control;
use crate::shell::files::make_folder;
use crate::shell::signals::Signals;
use crate::shell::store::journal::{self, Durability, Journal};
use crate::shell::store::lock::Lock;
use crate::shell::store::{StoreError, checkpoint, set_aside};
use crate::shell::watch::{Watch, WatchError};

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
    let data = MarketData::load(&config).map_err(|error| of_data(&error))?;
    let directory = directory_of(args, path);
    let _lock = Lock::take(&directory, &format!("process {}", std::process::id()))
        .map_err(|error| of_store(&error))?;
    if args.engine.fresh {
        set_aside(&directory, &now().to_string()).map_err(|error| of_store(&error))?;
    }
    let (fuse, _watchdog) = watched(CALL_LIMIT);
    let path = path.clone();
    let loading = Rc::new(Loading {
        config,
        data,
        path,
        directory,
        fuse,
    });
    let mut session = Opening {
        args,
        loading: &loading,
    }
    .open(out)?;
    let signals = Signals::listen();
    let ended = drive(&mut session, &loading, args, &signals, out);
    let exit = close(&mut session, ended, &signals, out)?;
    tell(&session, args, &loading.directory, out);
    Ok(exit)
}

/// What a session is opened with.
struct Opening<'a> {
    args: &'a RunArgs,
    loading: &'a Rc<Loading>,
}

impl Opening<'_> {
    /// Opens the session: takes up what was kept, or begins anew.
    fn open(&self, out: &mut Out) -> Result<Session, Failure> {
        let directory = &self.loading.directory;
        let kept = self.kept(out)?;
        let folder = directory.join("journal");
        let (journal, torn) =
            Journal::open(&folder, SEGMENT_BYTES).map_err(|error| unusable(&error))?;
        if let Some(torn) = torn {
            let text = format!(
                "the last record of `{}` was cut off; {} bytes were removed",
                torn.path.display(),
                torn.bytes
            );
            out.report(&[Diagnostic::warning(text)]);
        }
        if kept.is_none() && journal.next_sequence() == 1 {
            return self.begin(journal, out);
        }
        let facts = match &kept {
            Some(kept) => kept.facts.clone(),
            None => self.facts(&first_hash(&folder)?),
        };
        let strategy = self.loading.kept(&facts.script_sha256).map_err(damaged)?;
        let mut session = self.session(kept, strategy, facts, journal)?;
        let count = journal::read(&folder, session.facts.sequence + 1)
            .map_err(SessionError::from)
            .and_then(|records| session.catch_up(records))
            .map_err(|error| of_session(&error))?;
        let at = session.world.engine().desk().now;
        out.status(
            "Recovered",
            format!("the session at {at}, {count} entries after the last checkpoint"),
        );
        // Whoever changed the script meanwhile wants the new one, as while it runs.
        reload(&mut session, self.loading, out)?;
        Ok(session)
    }

    /// Returns the newest checkpoint that can be used.
    fn kept(&self, out: &mut Out) -> Result<Option<Kept>, Failure> {
        let fits = |kept: Kept| self.fits(&kept.facts).map(|()| kept);
        let loaded = checkpoint::load(&self.loading.directory, |document| {
            read(document).and_then(fits).map(drop)
        });
        let Some(loaded) = loaded.map_err(|error| unusable(&error))? else {
            return Ok(None);
        };
        let passed = loaded.passed_over.iter();
        let passed: Vec<_> = passed
            .map(|error| Diagnostic::warning(format!("{error}; the one before it is used")))
            .collect();
        out.report(&passed);
        let kept = read(&loaded.document).map_err(damaged)?;
        self.check_age(&kept.facts)?;
        Ok(Some(kept))
    }

    /// Begins a session.
    fn begin(&self, journal: Journal, out: &mut Out) -> Result<Session, Failure> {
        let (candidate, strategy) = self.loading.candidate()?;
        out.report(&candidate.warnings);
        self.loading
            .keep(&candidate)
            .map_err(|error| of_store(&error))?;
        let facts = self.facts(&candidate.hash);
        let begin = Begin {
            version: JOURNAL_VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            mode: facts.mode.clone(),
            script_sha256: facts.script_sha256.clone(),
            symbols: facts.symbols.clone(),
            timeframe: facts.timeframe.clone(),
        };
        let mut session = self.session(None, strategy, facts, journal)?;
        session
            .take(Entry::Begin(begin))
            .map_err(|error| of_session(&error))?;
        Ok(session)
    }

    fn session(
        &self,
        kept: Option<Kept>,
        strategy: ScriptStrategy,
        facts: Facts,
        journal: Journal,
    ) -> Result<Session, Failure> {
        let Loading { data, config, .. } = &**self.loading;
        let how = (Mode::Paper, OnScriptError::Continue);
        let mut world = world_over(data, config, strategy, how, Arrived::default());
        let mut recorder = RecorderState::default();
        if let Some(kept) = kept {
            world
                .restore(kept.world)
                .map_err(|error| damaged(error.to_string()))?;
            let engine = world.engine_mut();
            engine.restore_strategy(&kept.script).map_err(damaged)?;
            recorder = kept.recorder;
        }
        let folder = self.results();
        make_folder(&folder)?;
        let recorder = SessionRecorder::open(&folder, &data.assets, recorder)
            .map_err(|error| unusable(&error))?;
        let interval = self.args.engine.checkpoint_interval;
        let loading = Rc::clone(self.loading);
        let versions: Versions = Box::new(move |hash| loading.kept(hash));
        Ok(Session::new(
            world,
            recorder,
            facts,
            journal,
            (&self.loading.directory, versions),
            interval,
        ))
    }

    fn results(&self) -> PathBuf {
        let own = || self.loading.directory.join("results");
        self.args.engine.out.clone().unwrap_or_else(own)
    }

    fn facts(&self, hash: &str) -> Facts {
        let data = &self.loading.data;
        Facts {
            timestamp: now(),
            sequence: 0,
            mode: self.args.mode.name().to_owned(),
            account: "paper".to_owned(),
            name: self.loading.path.display().to_string(),
            script_sha256: hash.to_owned(),
            run_id: run_id(hash),
            slices: 0,
            symbols: data.assets.iter().map(|a| a.symbol.to_string()).collect(),
            timeframe: data.timeframe.to_string(),
        }
    }

    /// Whether a checkpoint is of this session.
    fn fits(&self, facts: &Facts) -> Result<(), String> {
        let data = &self.loading.data;
        let symbols: Vec<&str> = data.assets.iter().map(|asset| &*asset.symbol).collect();
        let timeframe = data.timeframe.to_string();
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

/// Returns the hash of the script that a session without a checkpoint was begun with.
fn first_hash(folder: &Path) -> Result<String, Failure> {
    let mut records = journal::read(folder, 1).map_err(|error| unusable(&error))?;
    let (_, text) = records
        .next()
        .ok_or_else(|| damaged("the journal is empty".to_owned()))?
        .map_err(|error| unusable(&error))?;
    match serde_json::from_str(&text) {
        Ok(Record {
            entry: Entry::Begin(begin),
            ..
        }) if begin.version == JOURNAL_VERSION => Ok(begin.script_sha256),
        Ok(_) | Err(_) => Err(damaged(
            "the journal does not begin with the beginning of a session".to_owned(),
        )),
    }
}

/// Lets the script's file take over if it is another version than the one that runs, and fit to. One
/// that is not is told and left alone.
fn reload(session: &mut Session, loading: &Loading, out: &mut Out) -> Result<(), Failure> {
    let refusal = |failure: &Failure, out: &mut Out| {
        out.report(&failure.diagnostics);
        out.status("Refused", "the new version; the one before it goes on");
    };
    let candidate = match loading.candidate() {
        Ok((candidate, _)) => candidate,
        Err(failure) => {
            refusal(&failure, out);
            return Ok(());
        }
    };
    if candidate.hash == session.facts.script_sha256 {
        return Ok(());
    }
    if let Err(failure) = loading.dry_run(session.recent()) {
        refusal(&failure, out);
        return Ok(());
    }
    out.report(&candidate.warnings);
    loading.keep(&candidate).map_err(|error| of_store(&error))?;
    match session.take(Entry::Reload(candidate.hash.clone())) {
        Ok(()) => {}
        Err(SessionError::Version { reason, .. }) => {
            let failure = Failure::new(Exit::Script, Diagnostic::error(reason));
            refusal(&failure, out);
            return Ok(());
        }
        Err(error) => return Err(of_session(&error)),
    }
    let hash = candidate.hash.get(..8).unwrap_or_default();
    let now = session.world.engine().desk().now;
    out.status("Reloaded", format!("version {hash} at {now}"));
    Ok(())
}

/// The files of a script under watch.
struct Watched {
    watch: Watch,
    files: Vec<PathBuf>,
}

impl Watched {
    /// Begins to watch; where that cannot be, it is said and left out.
    fn start(session: &Session, loading: &Loading, out: &mut Out) -> Option<Self> {
        let started = Watch::start().and_then(|watch| {
            let mut watched = Self {
                watch,
                files: Vec::new(),
            };
            watched.follow(session, loading)?;
            Ok(watched)
        });
        let told = |error: WatchError| {
            out.report(&[Diagnostic::warning(format!("no reload: {error}"))]);
        };
        started.map_err(told).ok()
    }

    /// Watches what the script consists of now. Changes that came meanwhile are not lost.
    fn follow(&mut self, session: &Session, loading: &Loading) -> Result<(), WatchError> {
        self.files = files_of(session, loading);
        let folder = |path: &PathBuf| path.parent().map(Path::to_owned).unwrap_or_default();
        self.watch.set(self.files.iter().map(folder))
    }

    /// Whether one of the files has changed.
    fn has_changed(&self) -> bool {
        let concerns = |path: &Path| {
            let name = path.file_name();
            self.files.iter().any(|file| file.file_name() == name)
        };
        let changed = self.watch.changed(concerns, Some(Duration::ZERO));
        changed.is_ok_and(|changed| !changed.is_empty())
    }
}

/// Returns the script's file and those of its modules.
fn files_of(session: &Session, loading: &Loading) -> Vec<PathBuf> {
    let script = ScriptFile {
        path: loading.path.clone(),
        text: String::new(),
    };
    let texts = session.world.engine().strategy().texts();
    let modules = texts.keys().filter_map(|name| script.module_path(name));
    std::iter::once(loading.path.clone())
        .chain(modules)
        .collect()
}

/// Runs a session until its source ends or it is told to stop.
fn drive(
    session: &mut Session,
    loading: &Loading,
    args: &RunArgs,
    signals: &Signals,
    out: &mut Out,
) -> Result<(), Failure> {
    let mut source = Replay::new(loading.data.feed(), session.facts.slices, args.engine.speed);
    let mut watched = Watched::start(session, loading, out);
    let fuse = Arc::clone(&loading.fuse);
    // Whoever halts does not wait for a script that hangs.
    let early = move |text: &str| {
        if text.contains("\"halt\"") || text.contains("\"flatten\"") {
            fuse.blow(fuse.running());
        }
    };
    let control = Control::listen(&loading.directory.join("control.sock"), early)
        .map_err(|error| Failure::usage(error.to_string(), "is the path too long for a socket?"))?;
    while !signals.stop() {
        if signals.take_halt() {
            let why = "by SIGUSR2".to_owned();
            let halted = session.take(Entry::Operator(Wish::Halt, why));
            halted.map_err(|error| of_session(&error))?;
        }
        if signals.take_reload() {
            reload(session, loading, out)?;
        }
        while let Some(request) = control.next() {
            let (said, after) =
                answer(session, &request.text).map_err(|error| of_session(&error))?;
            request.answer(said.to_string());
            match after {
                After::GoOn => {}
                After::Stop => return Ok(()),
                After::Reload => reload(session, loading, out)?,
            }
        }
        let told = match source.next(session.world.next_due(), session.world.engine().desk().now) {
            Next::Slice(at, bars) => {
                let bars = bars.iter().map(Into::into).collect();
                session.take(Entry::Slice { at, bars })
            }
            Next::Clock(at) => session.take(Entry::Clock(at)),
            Next::Wait(span) => {
                let committed = session.commit(Durability::Written);
                signals.wait(span);
                committed
            }
            Next::End => break,
        };
        told.map_err(|error| of_session(&error))?;
        for (level, text) in session.recorder.take_loud() {
            let text = format!("script: {text}");
            out.report(&[if level == LogLevel::Error {
                Diagnostic::error(text)
            } else {
                Diagnostic::warning(text)
            }]);
        }
        if watched.as_ref().is_some_and(Watched::has_changed) {
            reload(session, loading, out)?;
            if let Some(watched) = &mut watched {
                // What was watched before still is.
                let _followed = watched.follow(session, loading);
            }
        }
    }
    Ok(())
}

/// Ends a session in good order: what is known is kept, whatever ended it.
fn close(
    session: &mut Session,
    ended: Result<(), Failure>,
    signals: &Signals,
    out: &mut Out,
) -> Result<Exit, Failure> {
    if signals.abort() {
        return Ok(Exit::Aborted);
    }
    let kept = session.checkpoint();
    ended?;
    kept.map_err(|error| of_session(&error))?;
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

fn damaged(reason: impl std::fmt::Display) -> Failure {
    refused(
        format!("the state cannot be taken up: {reason}"),
        "nothing was changed; rustybt run --fresh moves it aside and begins anew",
    )
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
        SessionError::Otherwise { .. }
        | SessionError::Entry { .. }
        | SessionError::Version { .. } => refused(
            error.to_string(),
            "nothing was changed; rustybt run --fresh moves the state aside and begins anew",
        ),
        SessionError::World(_) => Failure::new(Exit::Script, Diagnostic::error(error.to_string())),
        SessionError::State(_) => {
            Failure::new(Exit::Internal, Diagnostic::error(error.to_string()))
        }
    }
}
