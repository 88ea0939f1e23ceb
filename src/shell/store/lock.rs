//! One engine a directory: a lock that the system takes back when its holder dies.

#![expect(
    clippy::disallowed_methods,
    reason = "this room owns the state directory"
)]

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use crate::shell::store::{StoreError, io_error};

/// A directory that is ours until this is dropped or the process dies.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// Takes the directory, making it where it is not there yet. `holder` is what others are told
    /// about us, such as the process id; one line.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when another engine has it; else when the file cannot be made.
    pub fn take(directory: &Path, holder: &str) -> Result<Self, StoreError> {
        std::fs::create_dir_all(directory).map_err(io_error("create", directory))?;
        let path = directory.join("lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(io_error("create", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut by = String::new();
                let known = file.read_to_string(&mut by).is_ok() && !by.trim().is_empty();
                return Err(StoreError::Locked {
                    path: directory.to_owned(),
                    by: known.then(|| by.trim().to_owned()),
                });
            }
            Err(TryLockError::Error(source)) => return Err(io_error("lock", &path)(source)),
        }
        let written = file
            .set_len(0)
            .and_then(|()| file.seek(SeekFrom::Start(0)))
            .and_then(|_| writeln!(file, "{holder}"));
        written.map_err(io_error("write", &path))?;
        Ok(Self { file })
    }

    /// Whether somebody has the directory, and what the lock says about them.
    pub fn holder(directory: &Path) -> Option<String> {
        let mut file = File::open(directory.join("lock")).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => {
                let mut by = String::new();
                let _read = file.read_to_string(&mut by).ok()?;
                Some(by.trim().to_owned())
            }
            Ok(()) | Err(TryLockError::Error(_)) => None,
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Nobody is named once nobody holds it; the lock itself goes with the file.
        let _emptied = self.file.set_len(0);
        let _released = self.file.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_one_holder_at_a_time() {
        let folder = std::env::temp_dir().join(format!("rustybt-lock-{}", std::process::id()));
        assert_eq!(Lock::holder(&folder), None);
        let lock = Lock::take(&folder, "process 12").unwrap();
        let refused = Lock::take(&folder, "process 13").unwrap_err();
        assert!(
            refused
                .to_string()
                .ends_with("is in use by another engine (process 12)")
        );
        assert_eq!(Lock::holder(&folder).as_deref(), Some("process 12"));
        drop(lock);
        assert_eq!(Lock::holder(&folder), None);
        Lock::take(&folder, "process 13").unwrap();
    }
}
