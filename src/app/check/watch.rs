//! `check --watch`: checks again whenever a file of the project changes, until it is stopped.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::app::check::files::Project;
use crate::app::check::once;
use crate::app::cli::args::project::CheckArgs;
use crate::app::cli::exit::{Exit, Failure};
use crate::app::cli::out::Out;
use crate::shell::clock::now;
use crate::shell::watch::{Watch, WatchError};

/// Runs until a signal ends the process, or nobody reads the results any more.
pub(super) fn run(args: &CheckArgs, out: &mut Out) -> Result<Exit, Failure> {
    let mut watch = Watch::start().map_err(|error| of_watch(&error))?;
    loop {
        // Folders are watched before their files are read, so that no change is missed.
        let (folders, project) = settled(args, &mut watch)?;
        out.clear();
        out.status("Checking", format_args!("at {}", now()));
        let outcome = project.and_then(|project| once(args, &project, &project.checker(), out));
        if let Err(failure) = outcome {
            out.report(&failure.diagnostics);
        }
        if out.is_closed() {
            return Ok(Exit::Done);
        }
        out.status(
            "Watching",
            format_args!("{} folders; Ctrl-C stops", folders.len()),
        );
        let changed = watch.changed(concerns, None);
        changed.map_err(|error| of_watch(&error))?;
    }
}

/// Watches the folders of a project, again if there were new ones meanwhile.
fn settled(
    args: &CheckArgs,
    watch: &mut Watch,
) -> Result<(BTreeSet<PathBuf>, Result<Project, Failure>), Failure> {
    let mut folders = BTreeSet::new();
    loop {
        let project = Project::find(args);
        let now_there = match &project {
            Ok(project) => folders_of(project),
            // What keeps a project from being found may lie here.
            Err(_) => args
                .scripts
                .iter()
                .map(|path| folder_of(path))
                .chain([PathBuf::new()])
                .collect(),
        };
        if now_there == folders {
            return Ok((folders, project));
        }
        folders = now_there;
        watch
            .set(folders.iter().cloned())
            .map_err(|error| of_watch(&error))?;
    }
}

/// The folders of scripts, of the modules that they may import, and of the configuration.
fn folders_of(project: &Project) -> BTreeSet<PathBuf> {
    let mut folders: BTreeSet<PathBuf> = project.folders.iter().cloned().collect();
    for script in &project.scripts {
        let beside = folder_of(script);
        if let Some(above) = beside.parent() {
            folders.insert(above.join("lib"));
        }
        folders.insert(beside.join("lib"));
        folders.insert(beside);
    }
    folders.extend(project.configs.iter().map(|path| folder_of(path)));
    folders
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().map(Path::to_owned).unwrap_or_default()
}

/// Scripts, configurations, and folders that may hold some.
fn concerns(path: &Path) -> bool {
    match path.extension() {
        Some(ending) => ending == "rhai" || ending == "yaml" || ending == "yml",
        None => true,
    }
}

fn of_watch(error: &WatchError) -> Failure {
    Failure::usage(error.to_string(), "check without --watch")
}
