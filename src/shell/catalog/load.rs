//! Bars from a file or a folder, with the corporate actions beside them.
//!
//! Invariants: all or nothing; assets come in order of their symbols whatever order files were read
//! in. Knows nothing of sessions: the caller resamples and adjusts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;

use crate::core::model::time::{Span, Timeframe, Timestamp};
use crate::shell::catalog::actions::{Actions, beside, read_actions};
use crate::shell::catalog::bars::BarColumns;
use crate::shell::catalog::builder::Built;
use crate::shell::catalog::csv_read::{CsvFile, Rows, read_csv};
use crate::shell::catalog::error::{DataError, DataWarning, Notice, Notices, Rule};
use crate::shell::catalog::infer::timeframe_of;
use crate::shell::catalog::instant::DateOrder;
use crate::shell::catalog::layout::ColumnMap;
use crate::shell::catalog::name::{FileName, is_symbol};
#[cfg(feature = "parquet")]
use crate::shell::catalog::parquet::read_parquet;
use crate::shell::catalog::store::{AssetFacts, facts_beside};
use crate::shell::catalog::text::{FileFormat, open, reason, sha256_hex};

/// How to read files.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// Which symbols of a folder; empty means all. With one file and one symbol the file's name need
    /// not match.
    pub symbols: Vec<String>,
    /// The interval wanted: which of several files of a symbol to take, never coarser; and the
    /// interval of a file whose rows do not tell it. The caller resamples.
    pub timeframe: Option<Timeframe>,
    /// The interval that the rows have, where they do not show it (thin trading).
    pub declared: Option<Timeframe>,
    /// A file or folder of corporate actions, used instead of those beside the bars.
    pub actions: Option<PathBuf>,
    /// Columns by name.
    pub map: ColumnMap,
    /// The zone of times without offset; none means UTC, with a warning.
    pub zone: Option<Tz>,
    /// How dates with slashes are read.
    pub date_order: Option<DateOrder>,
    /// The separator of fields; none means to find it.
    pub delimiter: Option<u8>,
    /// Whether numbers are written as `1.234,5`.
    pub decimal_comma: bool,
    /// Whether wrong rows are left out, with a warning, instead of refusing the file.
    pub skip_bad_rows: bool,
    /// Whether warnings are errors.
    pub strict: bool,
    /// The interval of the bars to make of a file of trades; none refuses such a file.
    pub trades_to: Option<Timeframe>,
}

/// What was loaded.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The assets, in order of their symbols.
    pub assets: Vec<BarColumns>,
    /// Their corporate actions, in order of the ex-date.
    pub actions: Actions,
    /// Kind and calendar of those that a catalog's record knows, by symbol.
    pub facts: BTreeMap<String, AssetFacts>,
    /// What was put right on the way in.
    pub warnings: Vec<DataWarning>,
    /// SHA-256 in hexadecimal: of one file without actions its own; else of a list of the symbols and
    /// the hashes of their files.
    pub sha256: String,
}

/// The bars of one file, with the warnings about it.
type OneFile = Result<(BarColumns, Vec<DataWarning>), DataError>;

/// Loads a file, or a folder of `SYMBOL.csv`, `SYMBOL.csv.gz` and `SYMBOL.parquet`.
///
/// # Errors
/// [`DataError`] with the place; when several files are wrong, about the first by symbol.
pub fn load(path: &Path, options: &LoadOptions) -> Result<Loaded, DataError> {
    let is_folder = std::fs::metadata(path)
        .map_err(|error| DataError::of_file(path, Rule::Io(reason(&error))))?
        .is_dir();
    let files = if is_folder {
        files_of_folder(path, options)?
    } else {
        vec![file_and_symbol(path, options)?]
    };
    let results = load_all(&files, options);
    let mut assets = Vec::with_capacity(results.len());
    let mut warnings = Vec::new();
    for result in results {
        let (bars, of_file) = result?;
        assets.push(bars);
        warnings.extend(of_file);
    }
    let (actions, action_hashes) = load_actions(&files, options)?;
    let sha256 = hash_of(&assets, &action_hashes);
    let facts = files
        .iter()
        .filter_map(|file| Some((file.symbol.clone(), facts_beside(&file.path)?)))
        .collect();
    Ok(Loaded {
        assets,
        actions,
        facts,
        warnings,
        sha256,
    })
}

/// Returns the bar files of a folder, by name; of what is no folder, itself.
///
/// # Errors
/// [`Rule::Io`], [`Rule::NoFiles`].
pub fn bar_files(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    if !folder.is_dir() {
        return Ok(vec![folder.to_owned()]);
    }
    let failed = |error: std::io::Error| DataError::of_file(folder, Rule::Io(reason(&error)));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_file() && FileName::of(&path).is_some_and(|name| is_symbol(&name.symbol)) {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(DataError::of_file(folder, Rule::NoFiles));
    }
    files.sort_unstable();
    Ok(files)
}

/// One file, on which the caller decided what it is of.
#[derive(Debug, Clone)]
struct Chosen {
    path: PathBuf,
    name: FileName,
    symbol: String,
}

fn file_and_symbol(path: &Path, options: &LoadOptions) -> Result<Chosen, DataError> {
    let name = FileName::of(path);
    let name = name.unwrap_or_else(|| FileName::of_stem(path));
    let symbol = match &options.symbols[..] {
        [symbol] => symbol.clone(),
        [] => name.symbol.clone(),
        several => {
            let own = &name.symbol;
            let missing = several.iter().find(|symbol| *symbol != own);
            let rule = Rule::UnknownSymbol {
                symbol: missing.cloned().unwrap_or_default(),
                found: own.clone(),
            };
            return Err(DataError::of_file(path, rule));
        }
    };
    if !is_symbol(&symbol) {
        return Err(DataError::of_file(path, Rule::Symbol(symbol)));
    }
    Ok(Chosen {
        path: path.to_owned(),
        name,
        symbol,
    })
}

fn files_of_folder(folder: &Path, options: &LoadOptions) -> Result<Vec<Chosen>, DataError> {
    let mut found: BTreeMap<String, Vec<Chosen>> = BTreeMap::new();
    for path in bar_files(folder)? {
        let name = FileName::of(&path).expect("named as a bar file");
        let symbol = name.symbol.clone();
        let files = found.entry(symbol.clone()).or_default();
        files.push(Chosen { path, name, symbol });
    }
    let wanted: Vec<String> = if options.symbols.is_empty() {
        found.keys().cloned().collect()
    } else {
        let mut wanted = options.symbols.clone();
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    };
    wanted
        .iter()
        .map(|symbol| match found.get(symbol) {
            Some(files) => choose(folder, files, options.timeframe),
            None => Err(DataError::of_file(
                folder,
                Rule::UnknownSymbol {
                    symbol: symbol.clone(),
                    found: found.keys().cloned().collect::<Vec<_>>().join(", "),
                },
            )),
        })
        .collect()
}

/// Chooses among the files of one symbol: the only one, the one named after it alone, the one of the
/// interval asked for, or the one of the next finer interval.
fn choose(
    folder: &Path,
    files: &[Chosen],
    timeframe: Option<Timeframe>,
) -> Result<Chosen, DataError> {
    let only = |matches: &dyn Fn(&&Chosen) -> bool| {
        let mut matching = files.iter().filter(matches);
        matching
            .next()
            .filter(|_| matching.next().is_none())
            .cloned()
    };
    let own = |file: &Chosen| file.name.timeframe;
    let nearest = timeframe.and_then(|asked| {
        let finer = files.iter().filter_map(own).filter(|own| *own <= asked);
        finer.max_by_key(|own| own.span())
    });
    only(&|_| true)
        .or_else(|| only(&|file| file.name.is_bare()))
        .or_else(|| only(&|file| nearest.is_some() && own(file) == nearest))
        .ok_or_else(|| {
            let names: Vec<String> = files
                .iter()
                .filter_map(|file| file.path.file_name())
                .map(|name| name.to_string_lossy().into_owned())
                .collect();
            DataError::of_file(
                folder,
                Rule::SeveralFiles {
                    symbol: files[0].symbol.clone(),
                    files: names.join(", "),
                },
            )
        })
}

/// Reads files on as many threads as there are processors; results are in the order of the files.
fn load_all(files: &[Chosen], options: &LoadOptions) -> Vec<OneFile> {
    let n_threads = std::thread::available_parallelism()
        .map_or(1, std::num::NonZero::get)
        .min(files.len());
    if n_threads <= 1 {
        return files.iter().map(|file| load_one(file, options)).collect();
    }
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..n_threads)
            .map(|first| {
                scope.spawn(move || {
                    files
                        .iter()
                        .skip(first)
                        .step_by(n_threads)
                        .map(|file| load_one(file, options))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        let mut columns: Vec<_> = workers
            .into_iter()
            .map(|worker| {
                worker
                    .join()
                    .expect("reading a file never panics")
                    .into_iter()
            })
            .collect();
        (0..files.len())
            .filter_map(|index| columns[index % n_threads].next())
            .collect()
    })
}

fn load_one(file: &Chosen, options: &LoadOptions) -> OneFile {
    let mut notices = Notices::default();
    let whole = |rule| DataError::of_file(&file.path, rule);
    let CsvFile {
        rows,
        mut warnings,
        sha256,
    } = if open(&file.path)?.1 == FileFormat::Parquet {
        read_parquet(&file.path, options)?
    } else {
        read_csv(&file.path, options)?
    };
    let (built, made) = match rows {
        Rows::Bars(built) => (built, None),
        Rows::Trades(trades) => {
            let to = options.trades_to.ok_or_else(|| whole(Rule::Trades))?;
            let built = trades.to_bars(to, &mut notices).map_err(whole)?;
            (built, Some(to))
        }
    };
    let shown = timeframe_of(&built.starts);
    if let (Some(declared), Some(shown)) = (options.declared, shown)
        && shown < declared
    {
        let text = format!("most rows are {shown} apart, so the interval is not {declared}");
        return Err(whole(Rule::Option(text)));
    }
    let timeframe = made
        .or(options.declared)
        .or(shown)
        .or(options.timeframe)
        .or(file.name.timeframe)
        .unwrap_or_else(|| {
            notices.file(Notice::TimeframeUnclear, 0);
            Timeframe::Day
        });
    if !timeframe.is_intraday() {
        let day = Span::DAY.as_nanos();
        let is_off = |at: &&Timestamp| at.as_nanos() % day != 0;
        let n_off = built.starts.iter().filter(is_off).count();
        if n_off > 0 {
            notices.file(Notice::NotAtMidnight, n_off as u64);
        }
    }
    warnings.extend(notices.finish(&file.path, options.strict)?);
    Ok((columns_of(built, file, timeframe, sha256), warnings))
}

fn columns_of(built: Built, file: &Chosen, timeframe: Timeframe, sha256: String) -> BarColumns {
    let [open, high, low, close] = built.prices;
    BarColumns {
        symbol: file.symbol.clone(),
        starts: built.starts,
        open,
        high,
        low,
        close,
        volume: built.volume,
        price_scale: built.price_scale,
        volume_scale: built.volume_scale,
        timeframe,
        source: file.path.clone(),
        sha256,
    }
}

#[cfg(not(feature = "parquet"))]
fn read_parquet(path: &Path, _options: &LoadOptions) -> Result<CsvFile, DataError> {
    let rule = Rule::Format("Parquet, without which this program was built");
    Err(DataError::of_file(path, rule))
}

/// Reads the actions beside the bars, or those of the option.
fn load_actions(
    files: &[Chosen],
    options: &LoadOptions,
) -> Result<(Actions, Vec<String>), DataError> {
    let mut actions = Actions::new();
    let mut hashes = Vec::new();
    match &options.actions {
        None => {
            for file in files {
                let folder = file.path.parent().unwrap_or(Path::new("."));
                let path = beside(folder, &file.name.symbol_in_file);
                if path.is_file() {
                    hashes.push(read_actions(&path, &file.symbol, &mut actions)?);
                }
            }
        }
        Some(path) if path.is_dir() => {
            for file in files {
                if let Some(path) = actions_in(path, &file.name.symbol_in_file)? {
                    hashes.push(read_actions(&path, &file.symbol, &mut actions)?);
                }
            }
        }
        Some(path) => {
            let only = files.first().map_or("", |file| &file.symbol);
            hashes.push(read_actions(path, only, &mut actions)?);
        }
    }
    actions.retain(|symbol, _| files.iter().any(|file| file.symbol == *symbol));
    Ok((actions, hashes))
}

/// The file of actions of a symbol in a folder: `SYMBOL.actions.csv`, `SYMBOL-actions….csv` or
/// `SYMBOL.csv`, the first that there is.
fn actions_in(folder: &Path, symbol: &str) -> Result<Option<PathBuf>, DataError> {
    let plain = beside(folder, symbol);
    if plain.is_file() {
        return Ok(Some(plain));
    }
    let failed = |error: std::io::Error| DataError::of_file(folder, Rule::Io(reason(&error)));
    let prefix = format!("{symbol}-actions");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let is_csv = path.extension().is_some_and(|extension| extension == "csv");
        let stem = path
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned());
        if is_csv && stem.is_some_and(|stem| stem.starts_with(&prefix) || stem == symbol) {
            found.push(path);
        }
    }
    found.sort_unstable();
    if found.len() > 1 {
        let names: Vec<String> = found.iter().map(|p| p.display().to_string()).collect();
        let rule = Rule::SeveralFiles {
            symbol: format!("the actions of {symbol}"),
            files: names.join(", "),
        };
        return Err(DataError::of_file(folder, rule));
    }
    Ok(found.pop())
}

/// Returns one hash for all that was loaded.
pub(super) fn hash_of(assets: &[BarColumns], action_hashes: &[String]) -> String {
    if let ([one], []) = (assets, action_hashes) {
        return one.sha256.clone();
    }
    let mut list = String::new();
    list.extend(
        assets
            .iter()
            .map(|bars| format!("{}  {}\n", bars.sha256, bars.symbol)),
    );
    list.extend(
        action_hashes
            .iter()
            .map(|hash| format!("{hash}  actions\n")),
    );
    sha256_hex(list.as_bytes())
}
