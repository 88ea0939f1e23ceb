//! The runs that were kept: list, show, compare, report.
//!
//! Invariants: a run is a folder with a `summary.json` below one root; a folder that cannot be read is
//! named with its reason and never hides the others; nothing is changed but the report that is asked
//! for. Knows nothing of how a run is made.

/// What can be typed.
pub mod command;
/// Two runs side by side.
pub mod compare;
/// The answers as text.
pub mod text;

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::app::report::data::{ReportData, yearly};
use crate::app::report::folder::{FolderError, folder_name, read_summary};
use crate::app::report::render;
use crate::app::run::summary::Summary;
use crate::app::run::summary_text::SparklineInput;
use crate::core::model::time::Timestamp;
use crate::shell::files::{FileError, exists, is_folder, names, replace};

/// The folder that holds the runs of a project.
pub const ROOT: &str = "runs";

/// Why a run cannot be found or read.
#[derive(Debug, thiserror::Error)]
pub enum RunsError {
    /// A folder cannot be read, or a report cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// No run of that name.
    #[error("no run `{name}` in {}", root.display())]
    Unknown {
        /// What was asked for.
        name: String,
        /// Where it was looked for.
        root: PathBuf,
    },
    /// The beginning of several ids.
    #[error("`{name}` is the beginning of {} runs: {}", matches.len(), matches.join(", "))]
    Ambiguous {
        /// What was asked for.
        name: String,
        /// The ids that begin so.
        matches: Vec<String>,
    },
    /// A file of the run cannot be read.
    #[error(transparent)]
    Folder(#[from] FolderError),
}

/// All runs below a root.
#[derive(Debug, Serialize)]
pub struct RunList {
    /// Those that can be read, by id: oldest first.
    pub runs: Vec<Run>,
    /// Those that cannot, with the reason.
    pub broken: Vec<BrokenRun>,
}

/// One run.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// The name of its folder.
    pub id: String,
    /// Its summary.
    pub summary: Summary,
}

/// A folder that should be a run and cannot be read.
#[derive(Debug, Serialize)]
pub struct BrokenRun {
    /// The name of the folder.
    pub id: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Lists the runs below `root`; none where the folder does not exist.
///
/// # Errors
/// [`RunsError::File`].
pub fn list(root: &Path) -> Result<RunList, RunsError> {
    let (mut runs, mut broken) = (Vec::new(), Vec::new());
    for folder in folders(root)? {
        let id = folder_name(&folder);
        match read_summary(&folder) {
            Ok(summary) => runs.push(Run { id, summary }),
            Err(error) => broken.push(BrokenRun {
                id,
                reason: error.to_string(),
            }),
        }
    }
    Ok(RunList { runs, broken })
}

/// Finds the folder of a run: by path, by id below `root`, by the beginning of one id, or `last` for
/// the newest.
///
/// # Errors
/// [`RunsError::Unknown`], [`RunsError::Ambiguous`] or [`RunsError::File`].
pub fn find(root: &Path, name: &str) -> Result<PathBuf, RunsError> {
    for folder in [root.join(name), PathBuf::from(name)] {
        if folder.join("summary.json").is_file() {
            return Ok(folder);
        }
    }
    let mut all = folders(root)?;
    all.retain(|folder| folder.join("summary.json").is_file());
    let unknown = || RunsError::Unknown {
        name: name.to_owned(),
        root: root.to_owned(),
    };
    if name == "last" {
        return all.pop().ok_or_else(unknown);
    }
    all.retain(|folder| !name.is_empty() && folder_name(folder).starts_with(name));
    match all.as_slice() {
        [] => Err(unknown()),
        [one] => Ok(one.clone()),
        several => Err(RunsError::Ambiguous {
            name: name.to_owned(),
            matches: several.iter().map(|folder| folder_name(folder)).collect(),
        }),
    }
}

/// Reads the summary of the run in `folder`, with its id.
///
/// # Errors
/// [`RunsError::Folder`].
pub fn show(folder: &Path) -> Result<Run, RunsError> {
    Ok(Run {
        id: folder_name(folder),
        summary: read_summary(folder)?,
    })
}

/// Writes the tear sheet of the run in `folder` to `out`, or to `report.html` in the folder, and
/// returns where.
///
/// # Errors
/// [`RunsError::Folder`] or [`RunsError::File`].
pub fn write_report(folder: &Path, out: Option<&Path>) -> Result<PathBuf, RunsError> {
    let page = render(&ReportData::from_folder(folder)?);
    let path = out.map_or_else(|| folder.join("report.html"), Path::to_path_buf);
    replace(&path, &page)?;
    Ok(path)
}

/// Returns what is drawn beside the summary in a terminal.
pub fn sparkline_input(data: &ReportData) -> SparklineInput {
    let daily = data.daily();
    SparklineInput {
        values: daily.values().to_vec(),
        years: yearly(data.capital(), &daily),
    }
}

/// Returns the id of a run that starts at `now` with this script: `YYYYMMDD-HHMMSS-` and the first
/// four digits of the script's hash.
pub fn new_id(now: Timestamp, script_sha256: &str) -> String {
    let hash: String = script_sha256.chars().take(4).collect();
    format!("{}-{hash:0<4}", now.naive().format("%Y%m%d-%H%M%S"))
}

/// Returns the folders below `root`, by name; hidden ones are left out.
fn folders(root: &Path) -> Result<Vec<PathBuf>, RunsError> {
    if !exists(root) {
        return Ok(Vec::new());
    }
    // Ids sort as the runs began.
    let names = names(root)?;
    let shown = names.iter().filter(|name| !name.starts_with('.'));
    let folders = shown.map(|name| root.join(name));
    Ok(folders.filter(|folder| is_folder(folder)).collect())
}
