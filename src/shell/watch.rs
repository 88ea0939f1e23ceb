//! Tells when files of a project change.
//!
//! Invariants: folders are watched and not files, because editors put a new file in the place of the old
//! one; a burst of changes is told once, when it is over; reading a file is no change. Knows nothing of
//! what the files say.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, MetadataKind, ModifyKind};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// How long it must be quiet before a burst of changes is over.
const QUIET: Duration = Duration::from_millis(60);

/// Watching is not possible.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The system refused.
    #[error("cannot watch `{}`: {source}", path.display())]
    Refused {
        /// The folder; empty where it is not about one.
        path: PathBuf,
        /// The reason.
        source: notify::Error,
    },
}

/// Folders under watch.
#[derive(Debug)]
pub struct Watch {
    watcher: RecommendedWatcher,
    changes: Receiver<notify::Result<notify::Event>>,
    folders: BTreeSet<PathBuf>,
}

impl Watch {
    /// Starts with no folder.
    ///
    /// # Errors
    /// If the system cannot watch.
    pub fn start() -> Result<Self, WatchError> {
        let (sender, changes) = channel();
        let watcher =
            notify::recommended_watcher(sender).map_err(|source| WatchError::Refused {
                path: PathBuf::new(),
                source,
            })?;
        Ok(Self {
            watcher,
            changes,
            folders: BTreeSet::new(),
        })
    }

    /// Watches these folders, not those below them, and no others; an empty path is the current folder.
    /// One that does not exist is left out.
    ///
    /// # Errors
    /// If the system refuses one that exists.
    pub fn set(&mut self, folders: impl IntoIterator<Item = PathBuf>) -> Result<(), WatchError> {
        let wanted: BTreeSet<PathBuf> = folders
            .into_iter()
            .map(|folder| {
                if folder.as_os_str().is_empty() {
                    PathBuf::from(".")
                } else {
                    folder
                }
            })
            .filter(|folder| folder.is_dir())
            .collect();
        for gone in self.folders.difference(&wanted) {
            // A folder that was removed is not watched any more.
            let _gone = self.watcher.unwatch(gone);
        }
        // One that was removed and made again must be watched anew.
        for folder in &wanted {
            self.watcher
                .watch(folder, RecursiveMode::NonRecursive)
                .map_err(|source| WatchError::Refused {
                    path: folder.clone(),
                    source,
                })?;
        }
        self.folders = wanted;
        Ok(())
    }

    /// Waits until a file that `concerns` has changed and the burst is over; returns the files. With
    /// `limit`, returns an empty list when nothing changed for so long.
    ///
    /// # Errors
    /// If the system stops watching.
    pub fn changed(
        &self,
        concerns: impl Fn(&Path) -> bool,
        limit: Option<Duration>,
    ) -> Result<Vec<PathBuf>, WatchError> {
        let mut changed = BTreeSet::new();
        loop {
            let wait = if changed.is_empty() {
                limit
            } else {
                Some(QUIET)
            };
            let event = match wait {
                Some(wait) => self.changes.recv_timeout(wait),
                None => self
                    .changes
                    .recv()
                    .map_err(|_| RecvTimeoutError::Disconnected),
            };
            match event {
                Ok(Ok(event)) if is_change(event.kind) => {
                    changed.extend(event.paths.into_iter().filter(|path| concerns(path)));
                }
                Ok(Ok(_)) => {}
                Ok(Err(source)) => {
                    let path = source.paths.first().cloned().unwrap_or_default();
                    return Err(WatchError::Refused { path, source });
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    return Ok(changed.into_iter().collect());
                }
            }
        }
    }
}

/// Whether the content of a file may be another now.
fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(how) => how == AccessKind::Close(AccessMode::Write),
        EventKind::Modify(ModifyKind::Metadata(MetadataKind::AccessTime)) => false,
        EventKind::Any
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_)
        | EventKind::Other => true,
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::disallowed_methods,
        reason = "the files are those of the tests"
    )]

    use std::fs;

    use super::*;

    fn folder(name: &str) -> PathBuf {
        let path =
            std::env::temp_dir().join(format!("rustybt-watch-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        path
    }

    const LIMIT: Option<Duration> = Some(Duration::from_secs(20));

    fn is_script(path: &Path) -> bool {
        path.extension().is_some_and(|ending| ending == "rhai")
    }

    fn names(paths: &[PathBuf]) -> Vec<String> {
        let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
        paths.iter().map(name).collect()
    }

    #[test]
    fn a_file_that_is_written_or_replaced_by_a_rename_has_changed_and_one_that_is_read_has_not() {
        let folder = folder("rename");
        let file = folder.join("a.rhai");
        fs::write(&file, "1").unwrap();
        let mut watch = Watch::start().unwrap();
        watch.set([folder.clone(), folder.join("missing")]).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "1");
        fs::write(folder.join("b.txt"), "not concerned").unwrap();
        fs::write(&file, "2").unwrap();
        assert_eq!(names(&watch.changed(is_script, LIMIT).unwrap()), ["a.rhai"]);
        fs::write(folder.join("a.tmp"), "3").unwrap();
        fs::rename(folder.join("a.tmp"), &file).unwrap();
        assert_eq!(names(&watch.changed(is_script, LIMIT).unwrap()), ["a.rhai"]);
        assert_eq!(fs::read_to_string(&file).unwrap(), "3");
        let soon = Some(Duration::from_millis(100));
        assert_eq!(names(&watch.changed(is_script, soon).unwrap()), [""; 0]);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_is_no_longer_among_the_folders_is_not_watched() {
        let (one, two) = (folder("one"), folder("two"));
        let mut watch = Watch::start().unwrap();
        watch.set([one.clone()]).unwrap();
        watch.set([two.clone()]).unwrap();
        fs::write(one.join("a.rhai"), "1").unwrap();
        fs::write(two.join("b.rhai"), "1").unwrap();
        assert_eq!(names(&watch.changed(is_script, LIMIT).unwrap()), ["b.rhai"]);
        fs::remove_dir_all(&one).unwrap();
        fs::remove_dir_all(&two).unwrap();
    }
}
