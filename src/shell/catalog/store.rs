//! The local catalog: a folder with one file of bars for each symbol and interval, and beside it a
//! small JSON file that says where they came from (R-DATA-5).
//!
//! Invariants: a file is complete or not there: written under another name, synced, renamed; the JSON
//! file comes last and holds the hash of the bars, so that a half import is seen. The folder is also a
//! valid `--data` folder.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::core::model::asset::AssetKind;
use crate::core::model::time::Timeframe;
use crate::shell::catalog::actions::{Actions, DatedAction, beside, write_actions};
use crate::shell::catalog::bars::BarColumns;
use crate::shell::catalog::error::{DataError, Rule};
use crate::shell::catalog::load::{LoadOptions, Loaded, load};
use crate::shell::catalog::name::{encode, is_symbol};
use crate::shell::catalog::text::{reason, sha256_hex};

/// A folder of bars with their records.
#[derive(Debug, Clone)]
pub struct Catalog {
    dir: PathBuf,
}

/// What the catalog knows of one file of bars.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CatalogEntry {
    /// The version of this record's form.
    pub schema: String,
    /// What the bars are of.
    pub symbol: String,
    /// The interval: `1m`, `1h`, `1d` …
    pub timeframe: String,
    /// `equity`, `crypto`, `forex`, `future` or `option`.
    pub kind: String,
    /// The name of the calendar.
    pub calendar: String,
    /// Number of bars.
    pub rows: u64,
    /// The label of the first bar.
    pub first: String,
    /// The label of the last bar.
    pub last: String,
    /// Decimals of the prices.
    pub price_scale: u8,
    /// Decimals of the volumes.
    pub volume_scale: u8,
    /// Number of splits and dividends.
    pub actions: u64,
    /// The file of the bars, in the catalog's folder.
    pub file: String,
    /// SHA-256 of that file.
    pub file_sha256: String,
    /// Where the bars came from.
    pub source: String,
    /// SHA-256 of the bytes they came from.
    pub source_sha256: String,
    /// The version of the program that imported them.
    pub imported_by: String,
}

/// What a person or a file decided about an asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetFacts {
    /// The kind.
    pub kind: AssetKind,
    /// The name of the calendar.
    pub calendar: String,
}

const SCHEMA: &str = "rustybt.catalog-entry/1";

impl CatalogEntry {
    /// Returns the interval.
    ///
    /// # Errors
    /// [`Rule::Catalog`] when the record was edited into something else.
    pub fn interval(&self) -> Result<Timeframe, DataError> {
        Timeframe::parse(&self.timeframe).map_err(|error| self.damaged(&error.to_string()))
    }

    /// Returns the kind.
    ///
    /// # Errors
    /// [`Rule::Catalog`] when the record was edited into something else.
    pub fn asset_kind(&self) -> Result<AssetKind, DataError> {
        AssetKind::parse(&self.kind)
            .ok_or_else(|| self.damaged(&format!("`{}` is not a kind", self.kind)))
    }

    fn damaged(&self, what: &str) -> DataError {
        DataError::of_file(Path::new(&self.file), Rule::Catalog(what.to_owned()))
    }
}

impl Catalog {
    /// Names a folder; it need not exist.
    pub fn open(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// Returns the folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Stores the bars of an asset with its actions, in place of what was there for its interval.
    ///
    /// # Errors
    /// [`Rule::Write`]; what was there before is then still there.
    pub fn import(
        &self,
        bars: &BarColumns,
        actions: &[DatedAction],
        facts: &AssetFacts,
    ) -> Result<CatalogEntry, DataError> {
        if !is_symbol(&bars.symbol) {
            return Err(DataError::of_file(
                &self.dir,
                Rule::Symbol(bars.symbol.clone()),
            ));
        }
        let (Some(first), Some(last)) = (bars.starts.first(), bars.starts.last()) else {
            return Err(DataError::of_file(&bars.source, Rule::NoRows));
        };
        fs::create_dir_all(&self.dir).map_err(|e| write_failed(&self.dir, &e))?;
        let stem = format!("{}-{}", encode(&bars.symbol), bars.timeframe);
        let (bytes, extension) = encode_bars(bars)
            .map_err(|text| DataError::of_file(&self.dir.join(&stem), Rule::Write(text)))?;
        let file = format!("{stem}.{extension}");
        let entry = CatalogEntry {
            schema: SCHEMA.to_owned(),
            symbol: bars.symbol.clone(),
            timeframe: bars.timeframe.to_string(),
            kind: facts.kind.name().to_owned(),
            calendar: facts.calendar.clone(),
            rows: bars.len() as u64,
            first: first.to_string(),
            last: last.to_string(),
            price_scale: bars.price_scale,
            volume_scale: bars.volume_scale,
            actions: actions.len() as u64,
            file_sha256: sha256_hex(&bytes),
            source: bars.source.display().to_string(),
            source_sha256: bars.sha256.clone(),
            imported_by: concat!("rustybt ", env!("CARGO_PKG_VERSION")).to_owned(),
            file,
        };
        write_atomically(&self.dir.join(&entry.file), &bytes)?;
        if !actions.is_empty() {
            let path = beside(&self.dir, &encode(&bars.symbol));
            write_atomically(&path, write_actions(actions).as_bytes())?;
        }
        let record = serde_json::to_string_pretty(&entry)
            .map_err(|e| DataError::of_file(&self.dir, Rule::Write(e.to_string())))?;
        write_atomically(&self.dir.join(format!("{stem}.json")), record.as_bytes())?;
        Ok(entry)
    }

    /// Returns all records, by symbol, then from the finest interval to the coarsest.
    ///
    /// # Errors
    /// [`Rule::Io`], or [`Rule::Catalog`] for a record that cannot be read. A folder that does not
    /// exist has none.
    pub fn list(&self) -> Result<Vec<CatalogEntry>, DataError> {
        let failed =
            |path: &Path, error: &std::io::Error| DataError::of_file(path, Rule::Io(reason(error)));
        let folder = match fs::read_dir(&self.dir) {
            Ok(folder) => folder,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(&self.dir, &error)),
        };
        let mut entries = Vec::new();
        for item in folder {
            let path = item.map_err(|e| failed(&self.dir, &e))?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let text = fs::read_to_string(&path).map_err(|e| failed(&path, &e))?;
            let entry: CatalogEntry = serde_json::from_str(&text)
                .map_err(|e| DataError::of_file(&path, Rule::Catalog(e.to_string())))?;
            entry.interval()?;
            entries.push(entry);
        }
        entries.sort_by_key(|entry| {
            let span = entry.interval().map(Timeframe::span).unwrap_or_default();
            (entry.symbol.clone(), span)
        });
        Ok(entries)
    }

    /// Returns the records of one symbol, the finest interval first.
    ///
    /// # Errors
    /// As [`Self::list`], and [`Rule::UnknownSymbol`].
    pub fn entries(&self, symbol: &str) -> Result<Vec<CatalogEntry>, DataError> {
        let mut all = self.list()?;
        let mut names: Vec<String> = all.iter().map(|entry| entry.symbol.clone()).collect();
        names.dedup();
        all.retain(|entry| entry.symbol == symbol);
        if all.is_empty() {
            let rule = Rule::UnknownSymbol {
                symbol: symbol.to_owned(),
                found: names.join(", "),
            };
            return Err(DataError::of_file(&self.dir, rule));
        }
        Ok(all)
    }

    /// Loads symbols, each at `timeframe` or, where the catalog lacks that, at the coarsest interval
    /// from which it can be made; without `timeframe` at the finest. No symbols means all.
    ///
    /// # Errors
    /// As [`Self::list`], [`Rule::UnknownSymbol`], [`Rule::Finer`], and [`Rule::Catalog`] when the
    /// bars are not those of the record.
    pub fn load(
        &self,
        symbols: &[String],
        timeframe: Option<Timeframe>,
    ) -> Result<(Loaded, Vec<CatalogEntry>), DataError> {
        let mut wanted: Vec<String> = if symbols.is_empty() {
            self.list()?.into_iter().map(|entry| entry.symbol).collect()
        } else {
            symbols.to_vec()
        };
        wanted.sort_unstable();
        wanted.dedup();
        if wanted.is_empty() {
            return Err(DataError::of_file(&self.dir, Rule::NoFiles));
        }
        let mut assets = Vec::new();
        let mut actions = Actions::new();
        let mut entries = Vec::new();
        let mut hashes = Vec::new();
        let mut facts = BTreeMap::new();
        for symbol in &wanted {
            let entry = self.choose(symbol, timeframe)?;
            let loaded = self.load_entry(&entry)?;
            hashes.push(loaded.sha256);
            assets.extend(loaded.assets);
            actions.extend(loaded.actions);
            facts.extend(loaded.facts);
            entries.push(entry);
        }
        let sha256 = if let [one] = &hashes[..] {
            one.clone()
        } else {
            sha256_hex(hashes.join("\n").as_bytes())
        };
        let loaded = Loaded {
            assets,
            actions,
            facts,
            warnings: Vec::new(),
            sha256,
        };
        Ok((loaded, entries))
    }

    fn choose(
        &self,
        symbol: &str,
        timeframe: Option<Timeframe>,
    ) -> Result<CatalogEntry, DataError> {
        let mut entries = self.entries(symbol)?;
        let Some(asked) = timeframe else {
            return Ok(entries.swap_remove(0));
        };
        let mut finest = Timeframe::Week;
        let mut chosen = None;
        for entry in entries {
            let own = entry.interval()?;
            finest = finest.min(own);
            let divides = own == asked
                || (own.span() < asked.span()
                    && (!asked.is_intraday()
                        || asked.span().as_nanos() % own.span().as_nanos() == 0));
            if divides {
                chosen = Some(entry);
            }
        }
        chosen.ok_or_else(|| DataError::of_file(&self.dir, Rule::Finer { own: finest, asked }))
    }

    /// Loads the bars and actions of one record.
    ///
    /// # Errors
    /// As [`load`], and [`Rule::Catalog`] when the bars are not those of the record.
    pub fn load_entry(&self, entry: &CatalogEntry) -> Result<Loaded, DataError> {
        let path = self.dir.join(&entry.file);
        let options = LoadOptions {
            symbols: vec![entry.symbol.clone()],
            timeframe: Some(entry.interval()?),
            ..LoadOptions::default()
        };
        let mut loaded = load(&path, &options)?;
        for bars in &mut loaded.assets {
            if bars.sha256 != entry.file_sha256 {
                let rule = Rule::Catalog("the file is not the one that was imported".to_owned());
                return Err(DataError::of_file(&path, rule));
            }
            bars.timeframe = entry.interval()?;
        }
        Ok(loaded)
    }
}

/// Returns what the record beside a file of bars says of the asset, if there is one.
pub(super) fn facts_beside(bars: &Path) -> Option<AssetFacts> {
    let name = bars.file_name()?.to_str()?;
    let stem = name
        .strip_suffix(".parquet")
        .or(name.strip_suffix(".csv.gz"))?;
    let text = fs::read_to_string(bars.with_file_name(format!("{stem}.json"))).ok()?;
    let entry: CatalogEntry = serde_json::from_str(&text).ok()?;
    Some(AssetFacts {
        kind: entry.asset_kind().ok()?,
        calendar: entry.calendar,
    })
}

/// Returns the bars as the bytes of a file, and its extension.
#[cfg(feature = "parquet")]
fn encode_bars(bars: &BarColumns) -> Result<(Vec<u8>, &'static str), String> {
    let mut bytes = Vec::new();
    crate::shell::catalog::parquet_write::write_parquet(bars, &mut bytes)
        .map_err(|e| e.to_string())?;
    Ok((bytes, "parquet"))
}

/// Returns the bars as the bytes of a file, and its extension.
#[cfg(not(feature = "parquet"))]
fn encode_bars(bars: &BarColumns) -> Result<(Vec<u8>, &'static str), String> {
    let bytes = compress(bars.to_csv().as_bytes());
    bytes
        .map(|bytes| (bytes, "csv.gz"))
        .map_err(|e| e.to_string())
}

/// Writes bars as CSV in the uniform schema, compressed where the name ends with `.gz`.
///
/// # Errors
/// [`Rule::Write`].
pub fn write_csv(bars: &BarColumns, path: &Path) -> Result<(), DataError> {
    let text = bars.to_csv();
    if path.extension().is_none_or(|extension| extension != "gz") {
        return write_atomically(path, text.as_bytes());
    }
    let bytes = compress(text.as_bytes()).map_err(|error| write_failed(path, &error))?;
    write_atomically(path, &bytes)
}

fn compress(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// Writes a file so that it is there whole or not at all, also after a loss of power.
///
/// # Errors
/// [`Rule::Write`].
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), DataError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    let temporary = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    let write = || -> std::io::Result<()> {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        File::open(folder)?.sync_all()
    };
    write().map_err(|error| {
        // The error that matters is the first; a file left over is overwritten by the next try.
        drop(fs::remove_file(&temporary));
        write_failed(path, &error)
    })
}

fn write_failed(path: &Path, error: &std::io::Error) -> DataError {
    DataError::of_file(path, Rule::Write(reason(error)))
}
