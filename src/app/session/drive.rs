//! The session at work: entries in, journal and checkpoints out.
//!
//! Invariants: an entry is in the journal before the next one is taken; a checkpoint is never ahead of
//! the journal; entries that are read back are told to the core as they were the first time, and the
//! hash over what it answers must be the same.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::app::session::entry::{BarEntry, Entry, Record};
use crate::app::session::keep::{Facts, Kept, document};
use crate::app::session::record::SessionRecorder;
use crate::core::model::asset::AssetId;
use crate::core::model::market::Bar;
use crate::core::model::number::Money;
use crate::core::model::time::Timestamp;
use crate::core::sim::world::{Feed, World, WorldError};
use crate::script::host::ScriptStrategy;
use crate::shell::clock::{Stopwatch, now};
use crate::shell::store::journal::{Durability, Journal};
use crate::shell::store::{StoreError, checkpoint};

/// How much of the journal may be in memory alone, in entries and in time; what is lost with the
/// process is told again by the source.
const MOST_PENDING: u64 = 256;
const LONGEST_PENDING: Duration = Duration::from_millis(50);

/// One slice: when its bars end, and the bars.
pub type Slice = (Timestamp, Vec<(AssetId, Bar)>);

/// Slices that have come and were not taken yet.
#[derive(Debug, Default)]
pub struct Arrived(VecDeque<Slice>);

impl Arrived {
    /// Wraps slices, oldest first.
    pub fn of(slices: impl Iterator<Item = Slice>) -> Self {
        Self(slices.collect())
    }
}

impl Feed for Arrived {
    fn peek(&mut self) -> Option<Timestamp> {
        self.0.front().map(|(at, _)| *at)
    }

    fn next(&mut self, slice: &mut Vec<(AssetId, Bar)>) {
        slice.clear();
        if let Some((_, bars)) = self.0.pop_front() {
            slice.extend(bars);
        }
    }
}

/// Loads the version of the script that has a hash.
pub type Versions = Box<dyn Fn(&str) -> Result<ScriptStrategy, String>>;

/// The world of a session.
pub type SessionWorld = World<ScriptStrategy, Arrived>;

/// Why a session ended.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The state directory.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The strategy went in circles.
    #[error(transparent)]
    World(#[from] WorldError),
    /// What the journal says happened does not happen again.
    #[error(
        "entry {sequence} of the journal is answered otherwise than it was: {hash} instead of {was}"
    )]
    Otherwise {
        /// The entry.
        sequence: u64,
        /// The hash now.
        hash: String,
        /// The hash then.
        was: String,
    },
    /// An entry that cannot be read.
    #[error("entry {sequence} of the journal cannot be read: {reason}")]
    Entry {
        /// The entry.
        sequence: u64,
        /// Why not.
        reason: String,
    },
    /// A version of the script that cannot take over.
    #[error("version {hash} of the script cannot take over: {reason}")]
    Version {
        /// Its hash.
        hash: String,
        /// Why not.
        reason: String,
    },
    /// A checkpoint that cannot be written as JSON.
    #[error("the state cannot be written: {0}")]
    State(#[from] serde_json::Error),
}

/// How many slices another version is tried on.
const RECENT: usize = 64;

/// See the module.
pub struct Session {
    /// The engine and the simulated exchange.
    pub world: SessionWorld,
    /// What it writes.
    pub recorder: SessionRecorder,
    /// What is known of it.
    pub facts: Facts,
    journal: Journal,
    directory: PathBuf,
    versions: Versions,
    /// The latest slices, for a dry run of another version.
    recent: VecDeque<Slice>,
    slice: Vec<(AssetId, Bar)>,
    pending: u64,
    committed: Stopwatch,
    kept: Stopwatch,
    kept_value: Money,
    interval: Duration,
}

impl Session {
    /// Puts a session together; `interval` is the longest time between two checkpoints.
    pub fn new(
        world: SessionWorld,
        recorder: SessionRecorder,
        facts: Facts,
        journal: Journal,
        (directory, versions): (&Path, Versions),
        interval: Duration,
    ) -> Self {
        Self {
            kept_value: world.engine().desk().ledger.value(),
            world,
            recorder,
            facts,
            journal,
            directory: directory.to_owned(),
            versions,
            recent: VecDeque::new(),
            slice: Vec::new(),
            pending: 0,
            committed: Stopwatch::start(),
            kept: Stopwatch::start(),
            interval,
        }
    }

    /// Takes up the entries that came after the last checkpoint. Returns how many there were.
    ///
    /// # Errors
    /// When one cannot be read, or the core answers it otherwise than it did.
    pub fn catch_up(
        &mut self,
        records: impl Iterator<Item = Result<(u64, String), StoreError>>,
    ) -> Result<u64, SessionError> {
        let mut count = 0;
        for record in records {
            let (sequence, text) = record?;
            let record: Record =
                serde_json::from_str(&text).map_err(|error| SessionError::Entry {
                    sequence,
                    reason: error.to_string(),
                })?;
            self.begin_entry(&record.stopped);
            self.tell(&record.entry)?;
            let hash = self.recorder.take_hash();
            if hash != record.hash {
                let text = |hash: Option<String>| hash.unwrap_or_else(|| "nothing".to_owned());
                return Err(SessionError::Otherwise {
                    sequence,
                    hash: text(hash),
                    was: text(record.hash),
                });
            }
            self.facts.sequence = sequence;
            count += 1;
        }
        Ok(count)
    }

    /// Takes an entry that is new, and writes it down.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn take(&mut self, entry: Entry) -> Result<(), SessionError> {
        self.begin_entry(&[]);
        self.tell(&entry)?;
        let record = Record {
            entry,
            stopped: self.world.engine_mut().strategy_mut().take_stopped(),
            hash: self.recorder.take_hash(),
        };
        let record = serde_json::to_string(&record)?;
        self.facts.sequence = self.journal.append(&record);
        self.pending += 1;
        if self.pending >= MOST_PENDING || self.committed.elapsed() >= LONGEST_PENDING {
            self.commit(Durability::Written)?;
        }
        if self.is_checkpoint_due() {
            self.checkpoint()?;
        }
        Ok(())
    }

    /// Writes what is still in memory.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn commit(&mut self, durability: Durability) -> Result<(), SessionError> {
        self.journal.commit(durability)?;
        self.recorder.flush()?;
        self.pending = 0;
        self.committed = Stopwatch::start();
        Ok(())
    }

    /// Writes a checkpoint; the journal stays whole, so that a session can be told again from its start.
    ///
    /// # Errors
    /// When the system refuses; the session can go on.
    pub fn checkpoint(&mut self) -> Result<(), SessionError> {
        self.commit(Durability::Synced)?;
        self.facts.timestamp = now();
        let kept = Kept {
            facts: self.facts.clone(),
            world: self.world.state(),
            script: self.world.engine().strategy().state(),
            recorder: self.recorder.sync()?,
        };
        let document = document(&kept, self.world.engine().desk())?;
        checkpoint::write(&self.directory, &document)?;
        self.kept = Stopwatch::start();
        self.kept_value = self.world.engine().desk().ledger.value();
        Ok(())
    }

    /// Whether a checkpoint is due: by time, or because the value moved by more than a tenth.
    fn is_checkpoint_due(&self) -> bool {
        let value = self.world.engine().desk().ledger.value();
        let moved = (value - self.kept_value).abs().get() * rust_decimal::Decimal::TEN;
        moved > self.kept_value.abs().get() || self.kept.elapsed() >= self.interval
    }

    fn begin_entry(&mut self, doomed: &[u32]) {
        let engine = self.world.engine_mut();
        engine.strategy_mut().begin_entry(doomed);
    }

    /// Returns the latest slices, oldest first.
    pub fn recent(&self) -> &VecDeque<Slice> {
        &self.recent
    }

    /// Lets the version of this hash take over.
    fn swap(&mut self, hash: &str) -> Result<(), SessionError> {
        let wrong = |reason: String| SessionError::Version {
            hash: hash.to_owned(),
            reason,
        };
        let mut strategy = (self.versions)(hash).map_err(wrong)?;
        let (old, desk) = self.world.engine_mut().parts_mut();
        strategy.restore(&old.state(), desk).map_err(wrong)?;
        let previous = std::mem::replace(&mut self.facts.script_sha256, hash.to_owned());
        self.world
            .replace_strategy(strategy, &previous, &mut self.recorder)?;
        Ok(())
    }

    /// Tells the core what happened.
    fn tell(&mut self, entry: &Entry) -> Result<(), SessionError> {
        match entry {
            Entry::Begin(_) => {}
            Entry::Reload(hash) => self.swap(hash)?,
            Entry::Operator(wish, why) => self.world.obey(*wish, why, &mut self.recorder)?,
            Entry::Slice { at, bars } => {
                let bars: Vec<_> = bars.iter().map(|bar: &BarEntry| (*bar).into()).collect();
                if self.recent.len() == RECENT {
                    self.recent.pop_front();
                }
                self.recent.push_back((*at, bars.clone()));
                self.world.feed_mut().0.push_back((*at, bars));
                self.world.advance(&mut self.slice, &mut self.recorder)?;
                self.facts.slices += 1;
            }
            Entry::Clock(at) => self.world.advance_to(*at, &mut self.recorder)?,
        }
        Ok(())
    }
}
