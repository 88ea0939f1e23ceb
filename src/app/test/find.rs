//! Which files hold tests, and where the strategies lie that they name.
//!
//! Invariants: files come in the order in which they were named, those of a folder by their paths; a
//! strategy is named by a path downwards, so that no test leaves the project.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use crate::app::cli::args::project::TestArgs;
use crate::app::cli::exit::Failure;
use crate::app::config::load::PROJECT_FILE;
use crate::app::run::script::ScriptFile;
use crate::script::testing::{FindScript, Source};
use crate::shell::files::{find_upwards, is_folder, names};

/// The folders of a project in which scripts lie.
const FOLDERS: [&str; 5] = ["scripts", "strategies", "lib", "stdlib", "tests"];

/// A file that may hold tests.
pub(super) struct File {
    /// What its tests are known by.
    pub(super) name: String,
    pub(super) script: ScriptFile,
    /// Where the strategies may lie that it names.
    pub(super) folders: Vec<PathBuf>,
}

impl File {
    /// Returns it as tests are read from.
    pub(super) fn source(&self) -> Source {
        source_of(&self.script)
    }
}

fn source_of(script: &ScriptFile) -> Source {
    Source {
        file: script.name(),
        text: script.text.as_str().into(),
        read_module: script.module_reader(),
    }
}

/// Reads the files that were named, or all of the project's.
pub(super) fn files(args: &TestArgs) -> Result<Vec<File>, Failure> {
    let root = project_root();
    let mut paths = Vec::new();
    if args.paths.is_empty() {
        for folder in FOLDERS {
            let folder = root.join(folder);
            if is_folder(&folder) {
                collect(&folder, &mut paths)?;
            }
        }
    }
    for path in &args.paths {
        if is_folder(path) {
            collect(path, &mut paths)?;
        } else {
            paths.push(path.clone());
        }
    }
    let mut seen = BTreeSet::new();
    paths.retain(|path| seen.insert(path.clone()));
    let mut files = Vec::new();
    for path in &paths {
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        let above = folder.parent().map(Path::to_owned);
        files.push(File {
            name: name_of(path, &paths),
            script: ScriptFile::read(path)?,
            folders: [root.clone(), folder].into_iter().chain(above).collect(),
        });
    }
    Ok(files)
}

/// Returns the folder of the nearest configuration, else the current one.
fn project_root() -> PathBuf {
    find_upwards(Path::new(""), PROJECT_FILE)
        .and_then(|file| file.parent().map(Path::to_owned))
        .unwrap_or_default()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), Failure> {
    for name in names(folder)? {
        let path = folder.join(&name);
        if is_folder(&path) {
            if !name.starts_with('.') {
                collect(&path, paths)?;
            }
        } else if path.extension().is_some_and(|ending| ending == "rhai") {
            paths.push(path);
        }
    }
    Ok(())
}

/// Returns the name of a file, with its folder's where another file has the same.
fn name_of(path: &Path, all: &[PathBuf]) -> String {
    let stem = |path: &Path| {
        path.file_stem()
            .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
    };
    let own = stem(path);
    let shared = all.iter().filter(|other| stem(other) == own).count() > 1;
    match path.parent().and_then(Path::file_name) {
        Some(folder) if shared => format!("{}::{own}", folder.to_string_lossy()),
        Some(_) | None => own,
    }
}

/// Returns what finds a strategy in these folders.
pub(super) fn strategies(folders: &[PathBuf]) -> FindScript {
    let folders = folders.to_vec();
    std::rc::Rc::new(move |path| {
        let plain = Path::new(path)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if !plain || path.is_empty() {
            return Err(format!(
                "`{path}` is no path of a strategy\nhint: name it from the project's folder downwards, such as \"strategies/momentum.rhai\", without `..`"
            ));
        }
        let name = if Path::new(path).extension().is_some() {
            PathBuf::from(path)
        } else {
            PathBuf::from(format!("{path}.rhai"))
        };
        let mut found = folders.iter().map(|folder| folder.join(&name));
        found
            .find_map(|path| ScriptFile::read(&path).ok())
            .map(|script| source_of(&script))
            .ok_or_else(|| {
                format!(
                    "there is no strategy `{path}`\nhint: it would be the file {} in the project's folder, or beside the test",
                    name.display()
                )
            })
    })
}
