//! Text files that grow while an engine runs and go on growing after a restart.
//!
//! Invariants: a file that is opened at a length holds exactly that much; what came after it, from a
//! run that was cut off, is gone.

#![expect(
    clippy::disallowed_methods,
    reason = "this room owns the state directory"
)]

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::shell::store::{StoreError, io_error};

/// See the module.
#[derive(Debug)]
pub struct GrowingFile {
    path: PathBuf,
    writer: BufWriter<File>,
    length: u64,
    failed: Option<io::Error>,
}

impl GrowingFile {
    /// Opens a file at a length; 0 begins it anew.
    ///
    /// # Errors
    /// When the system refuses, or the file is shorter.
    pub fn open(path: &Path, length: u64) -> Result<Self, StoreError> {
        let mut file = OpenOptions::new()
            .write(true)
            .create(length == 0)
            .truncate(false)
            .open(path)
            .map_err(io_error("open", path))?;
        let there = file.metadata().map_err(io_error("read", path))?.len();
        if there < length {
            return Err(StoreError::Short {
                path: path.to_owned(),
                there,
                length,
            });
        }
        file.set_len(length)
            .and_then(|()| file.seek(SeekFrom::Start(length)))
            .map_err(io_error("cut", path))?;
        Ok(Self {
            path: path.to_owned(),
            writer: BufWriter::with_capacity(1 << 16, file),
            length,
            failed: None,
        })
    }

    /// Appends a text; an error is kept for [`Self::flush`].
    pub fn write(&mut self, text: &str) {
        if self.failed.is_some() {
            return;
        }
        match self.writer.write_all(text.as_bytes()) {
            Ok(()) => self.length += text.len() as u64,
            Err(error) => self.failed = Some(error),
        }
    }

    /// Hands what was appended to the system and returns the length.
    ///
    /// # Errors
    /// The first error since the last call.
    pub fn flush(&mut self) -> Result<u64, StoreError> {
        let outcome = match self.failed.take() {
            Some(error) => Err(error),
            None => self.writer.flush(),
        };
        outcome.map_err(io_error("write", &self.path))?;
        Ok(self.length)
    }

    /// As [`Self::flush`], and what was appended survives a power cut.
    ///
    /// # Errors
    /// As [`Self::flush`].
    pub fn sync(&mut self) -> Result<u64, StoreError> {
        let length = self.flush()?;
        let synced = self.writer.get_ref().sync_data();
        synced.map_err(io_error("sync", &self.path))?;
        Ok(length)
    }
}

/// Returns the lines of a file; reading ends at the first that cannot be read.
///
/// # Errors
/// When it cannot be opened.
pub fn lines(path: &Path) -> Result<impl Iterator<Item = String> + use<>, StoreError> {
    let file = File::open(path).map_err(io_error("read", path))?;
    Ok(BufReader::new(file).lines().map_while(Result::ok))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_goes_on_where_it_is_told_to() {
        let path = std::env::temp_dir().join(format!("rustybt-growing-{}", std::process::id()));
        let mut file = GrowingFile::open(&path, 0).unwrap();
        file.write("one\n");
        let length = file.sync().unwrap();
        file.write("two, cut off");
        drop(file);
        let mut file = GrowingFile::open(&path, length).unwrap();
        file.write("two\n");
        assert_eq!(file.flush().unwrap(), 8);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntwo\n");
        let error = GrowingFile::open(&path, 9).unwrap_err();
        assert!(matches!(
            error,
            StoreError::Short {
                there: 8,
                length: 9,
                ..
            }
        ));
    }
}
