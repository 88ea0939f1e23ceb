//! The files of results that a session writes as it goes.
//!
//! Invariants: `fills.csv` and `equity.csv` are those of a backtest over the same bars, byte for byte;
//! after a restart every file goes on at the length that the checkpoint knows. `orders.csv` and
//! `recorded.csv` are written when the session ends, from the table of orders and `recorded.jsonl`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::app::run::events::EventHash;
use crate::app::run::results::orders_csv;
use crate::app::run::rows;
use crate::app::run::write::{TimeWriter, push_float, push_text};
use crate::core::engine::desk::{Desk, LogLevel, Note};
use crate::core::message::{Command, OrderReport};
use crate::core::model::asset::{Asset, AssetId};
use crate::core::model::fill::Fill;
use crate::core::model::market::Bar;
use crate::core::model::number::Quantity;
use crate::core::model::time::Timestamp;
use crate::core::sim::world::{DatedAction, Observer};
use crate::shell::store::StoreError;
use crate::shell::store::growing::{GrowingFile, lines};

/// How long each file was.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Lengths {
    fills: u64,
    equity: u64,
    positions: u64,
    log: u64,
    recorded: u64,
}

/// What the observer of a session keeps.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct RecorderState {
    /// How long each file was.
    pub lengths: Lengths,
    /// The hash over what passed between engine and exchange.
    pub hash: String,
    /// The label of the last slice.
    label: Option<Timestamp>,
    /// What was recorded since the last slice.
    pending: Map<String, Value>,
    /// Executions so far.
    pub fills: u64,
}

/// See the module.
#[derive(Debug)]
pub struct SessionRecorder {
    folder: PathBuf,
    fills: GrowingFile,
    equity: GrowingFile,
    positions: GrowingFile,
    log: GrowingFile,
    recorded: GrowingFile,
    state: RecorderState,
    events: EventHash,
    /// Whether anything passed between engine and exchange since the hash was taken.
    moved: bool,
    /// Lines of the log that a person should see.
    loud: Vec<(LogLevel, String)>,
    line: String,
    times: TimeWriter,
}

impl SessionRecorder {
    /// Opens the files in a folder where they were left.
    ///
    /// # Errors
    /// When the system refuses, or a file is shorter than it was.
    pub fn open(folder: &Path, assets: &[Asset], state: RecorderState) -> Result<Self, StoreError> {
        let begins = state.lengths == Lengths::default();
        let open = |name: &str, length| GrowingFile::open(&folder.join(name), length);
        let lengths = state.lengths;
        let mut recorder = Self {
            folder: folder.to_owned(),
            fills: open("fills.csv", lengths.fills)?,
            equity: open("equity.csv", lengths.equity)?,
            positions: open("positions.csv", lengths.positions)?,
            log: open("log.jsonl", lengths.log)?,
            recorded: open("recorded.jsonl", lengths.recorded)?,
            events: EventHash::resumed(assets, &state.hash),
            state,
            moved: false,
            loud: Vec::new(),
            line: String::new(),
            times: TimeWriter::default(),
        };
        if begins {
            recorder.fills.write(rows::FILLS);
            recorder.equity.write(rows::EQUITY);
            recorder.positions.write(rows::POSITIONS);
        }
        Ok(recorder)
    }

    /// Makes what was written durable and returns what is needed to go on from here.
    ///
    /// # Errors
    /// The first error since the last call.
    pub fn sync(&mut self) -> Result<RecorderState, StoreError> {
        self.state.lengths = Lengths {
            fills: self.fills.sync()?,
            equity: self.equity.sync()?,
            positions: self.positions.sync()?,
            log: self.log.sync()?,
            recorded: self.recorded.sync()?,
        };
        Ok(self.state.clone())
    }

    /// Hands what was written to the system, for whoever reads along.
    ///
    /// # Errors
    /// The first error since the last call.
    pub fn flush(&mut self) -> Result<(), StoreError> {
        for file in [
            &mut self.fills,
            &mut self.equity,
            &mut self.positions,
            &mut self.log,
            &mut self.recorded,
        ] {
            file.flush()?;
        }
        Ok(())
    }

    /// Returns the hash over all that passed between engine and exchange, if anything did since the
    /// last call.
    pub fn take_hash(&mut self) -> Option<String> {
        if !std::mem::take(&mut self.moved) {
            return None;
        }
        self.state.hash = self.events.link();
        Some(self.state.hash.clone())
    }

    /// Returns the lines of the log that a person should see, and forgets them.
    pub fn take_loud(&mut self) -> Vec<(LogLevel, String)> {
        std::mem::take(&mut self.loud)
    }

    /// Returns how many executions there were.
    pub fn n_fills(&self) -> u64 {
        self.state.fills
    }

    /// Writes the files that show the whole.
    ///
    /// # Errors
    /// The first that could not be written.
    pub fn finish(&mut self, desk: &Desk) -> Result<(), StoreError> {
        self.sync()?;
        let mut orders = GrowingFile::open(&self.folder.join("orders.csv"), 0)?;
        orders.write(&orders_csv(desk));
        orders.flush()?;
        write_recorded(&self.folder)
    }

    fn take_notes(&mut self, desk: &mut Desk) {
        for note in std::mem::take(&mut desk.notes) {
            match note {
                Note::Record(values) => {
                    for (name, value) in values {
                        self.keep(&name, value);
                    }
                }
                Note::Plot(name, value, _) => self.keep(&name, Some(value)),
                Note::Log(level, text, fields) => self.write_log(desk, level, &text, &fields),
                Note::Alert(level, text) => {
                    let level = if &*level == "info" {
                        LogLevel::Info
                    } else {
                        LogLevel::Warn
                    };
                    self.write_log(desk, level, &format!("alert: {text}"), "");
                }
                Note::Marker(asset, text) => {
                    let text = format!("{}: {text}", desk.asset(asset).symbol);
                    self.write_log(desk, LogLevel::Info, &text, "{\"event\":\"marker\"}");
                }
            }
        }
    }

    fn keep(&mut self, name: &str, value: Option<f64>) {
        let value = value.map_or(Value::Null, Into::into);
        // An empty cell does not take a value back.
        if value.is_null() && self.state.pending.contains_key(name) {
            return;
        }
        self.state.pending.insert(name.to_owned(), value);
    }

    fn write_log(&mut self, desk: &Desk, level: LogLevel, text: &str, fields: &str) {
        if level >= LogLevel::Warn {
            self.loud.push((level, text.to_owned()));
        }
        self.log.write(&rows::log(desk.now, level, text, fields));
    }
}

impl Observer for SessionRecorder {
    fn on_command(&mut self, at: Timestamp, command: &Command) {
        self.moved = true;
        self.events.command(at, command);
    }

    fn on_report(&mut self, at: Timestamp, report: &OrderReport) {
        self.moved = true;
        self.events.report(at, report);
    }

    fn on_fill(&mut self, fill: &Fill, desk: &Desk) {
        self.state.fills += 1;
        self.line.clear();
        rows::fill(&mut self.line, &mut self.times, fill, desk);
        self.fills.write(&self.line);
    }

    fn on_action(&mut self, _action: &DatedAction, _before: Quantity, _desk: &Desk) {}

    fn on_slice(&mut self, bars: &[(AssetId, Bar)], desk: &mut Desk) {
        let Some((_, first)) = bars.first() else {
            return;
        };
        self.take_notes(desk);
        self.state.label = Some(first.start);
        let row = (first.start, std::mem::take(&mut self.state.pending));
        let row = serde_json::to_string(&row).unwrap_or_default();
        self.recorded.write(&row);
        self.recorded.write("\n");
        self.line.clear();
        rows::equity(&mut self.line, &mut self.times, first.start, desk);
        self.equity.write(&self.line);
    }

    fn on_session_end(&mut self, desk: &mut Desk) {
        if let Some(label) = self.state.label {
            self.line.clear();
            rows::positions(&mut self.line, &mut self.times, label, desk);
            self.positions.write(&self.line);
        }
    }

    fn on_event(&mut self, desk: &mut Desk) {
        self.take_notes(desk);
    }
}

/// Makes the table of recorded values of their lines; a line that is none is left out.
fn write_recorded(folder: &Path) -> Result<(), StoreError> {
    let rows =
        || {
            let lines = lines(&folder.join("recorded.jsonl"))?;
            Ok::<_, StoreError>(lines.filter_map(|line| {
                serde_json::from_str::<(Timestamp, Map<String, Value>)>(&line).ok()
            }))
        };
    let mut names: Vec<String> = Vec::new();
    for (_, values) in rows()? {
        for name in values.keys() {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    let mut file = GrowingFile::open(&folder.join("recorded.csv"), 0)?;
    let mut line = String::from("time");
    for name in &names {
        line.push(',');
        push_text(&mut line, name);
    }
    line.push('\n');
    file.write(&line);
    let mut times = TimeWriter::default();
    for (label, values) in rows()?.filter(|_| !names.is_empty()) {
        line.clear();
        times.push(&mut line, label);
        for name in &names {
            line.push(',');
            if let Some(value) = values.get(name).and_then(Value::as_f64) {
                push_float(&mut line, value);
            }
        }
        line.push('\n');
        file.write(&line);
    }
    file.flush()?;
    Ok(())
}
