//! The bytes of a file as blocks of whole lines of UTF-8, whatever they were stored as.
//!
//! Invariants: memory is bounded by one block, except for UTF-16, which is decoded as a whole; the hash
//! is of the bytes as stored. Knows nothing of columns.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};

use crate::shell::catalog::error::{DataError, Rule};

/// Small enough for the nearer caches and for an allocator to use again.
const BLOCK: usize = 120 << 10;
/// A line longer than this is no line of data.
const LONGEST_LINE: usize = 1 << 22;

/// What the first bytes of a file say that it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FileFormat {
    /// Text, as far as can be seen.
    Text,
    /// Gzip.
    Gzip,
    /// UTF-16 with a byte order mark.
    Utf16,
    /// Parquet.
    Parquet,
    /// Something known that is not read.
    Other(&'static str),
}

/// A file with a running hash of what was read of it.
struct HashingFile {
    file: File,
    hash: Sha256,
}

enum Source {
    Plain(HashingFile),
    Gzip(Box<MultiGzDecoder<BufReader<HashingFile>>>),
    Memory(Cursor<Vec<u8>>, Sha256),
    Packed(Box<MultiGzDecoder<Cursor<&'static [u8]>>>),
}

/// A file as blocks of whole lines.
pub(super) struct Blocks {
    path: PathBuf,
    source: Source,
    buffer: Vec<u8>,
    filled: usize,
    taken: usize,
    done: bool,
    format: FileFormat,
}

impl Read for HashingFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_bytes = self.file.read(buffer)?;
        self.hash.update(&buffer[..n_bytes]);
        Ok(n_bytes)
    }
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.read(buffer),
            Self::Gzip(decoder) => decoder.read(buffer),
            Self::Memory(bytes, _) => bytes.read(buffer),
            Self::Packed(decoder) => decoder.read(buffer),
        }
    }
}

impl Blocks {
    /// Opens a file and looks at its first bytes.
    ///
    /// # Errors
    /// [`Rule::Io`], [`Rule::Empty`], and [`Rule::Format`] for what is not text.
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        let failed = |error: &io::Error| DataError::of_file(path, Rule::Io(reason(error)));
        let (mut file, format) = open(path)?;
        let hash = Sha256::new();
        let source = match format {
            FileFormat::Text => Source::Plain(HashingFile { file, hash }),
            FileFormat::Gzip => {
                Source::Gzip(Box::new(MultiGzDecoder::new(BufReader::new(HashingFile {
                    file,
                    hash,
                }))))
            }
            FileFormat::Utf16 => {
                let mut bytes = Vec::new();
                file.read_to_end(&mut bytes).map_err(|e| failed(&e))?;
                let hash = hash.chain_update(&bytes);
                Source::Memory(Cursor::new(decode_utf16(&bytes).into_bytes()), hash)
            }
            FileFormat::Parquet => {
                return Err(DataError::of_file(path, Rule::Format("Parquet")));
            }
            FileFormat::Other(what) => return Err(DataError::of_file(path, Rule::Format(what))),
        };
        Ok(Self::new(path, source, format))
    }

    /// Reads gzip from the program itself; `path` is for errors.
    pub(super) fn packed(path: &Path, bytes: &'static [u8]) -> Self {
        let decoder = MultiGzDecoder::new(Cursor::new(bytes));
        Self::new(path, Source::Packed(Box::new(decoder)), FileFormat::Gzip)
    }

    fn new(path: &Path, source: Source, format: FileFormat) -> Self {
        Self {
            path: path.to_owned(),
            source,
            buffer: vec![0; BLOCK],
            filled: 0,
            taken: 0,
            done: false,
            format,
        }
    }

    /// Returns what the file was recognized as.
    pub(super) fn format(&self) -> FileFormat {
        self.format
    }

    /// Returns the next block of whole lines and whether it is the last; only the last may lack a
    /// line end.
    ///
    /// # Errors
    /// [`Rule::Io`], damaged gzip, or a line without end.
    pub(super) fn next_block(&mut self) -> Result<Option<(&[u8], bool)>, DataError> {
        if self.done {
            return Ok(None);
        }
        self.buffer.copy_within(self.taken..self.filled, 0);
        self.filled -= self.taken;
        self.taken = 0;
        loop {
            if self.filled == self.buffer.len() {
                if self.filled >= LONGEST_LINE {
                    let rule = Rule::Format("one line of several megabytes");
                    return Err(DataError::of_file(&self.path, rule));
                }
                self.buffer.resize(self.filled * 2, 0);
            }
            let n_bytes = match self.source.read(&mut self.buffer[self.filled..]) {
                Ok(n_bytes) => n_bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.read_failed(&error)),
            };
            let before = self.filled;
            self.filled += n_bytes;
            if n_bytes == 0 {
                self.done = true;
                return Ok(Some((&self.buffer[..self.filled], true)));
            }
            let fresh = &self.buffer[before..self.filled];
            if let Some(at) = fresh.iter().rposition(|byte| *byte == b'\n') {
                self.taken = before + at + 1;
                return Ok(Some((&self.buffer[..self.taken], false)));
            }
        }
    }

    /// Returns the SHA-256 of the bytes of the file, once all were read.
    pub(super) fn finish(self) -> String {
        let hash = match self.source {
            Source::Plain(file) => file.hash,
            Source::Gzip(decoder) => decoder.into_inner().into_inner().hash,
            Source::Memory(_, hash) => hash,
            Source::Packed(decoder) => Sha256::new().chain_update(*decoder.into_inner().get_ref()),
        };
        hex(&hash.finalize())
    }

    fn read_failed(&self, error: &io::Error) -> DataError {
        let rule = match (self.format, error.kind()) {
            (FileFormat::Gzip, io::ErrorKind::UnexpectedEof) => Rule::GzipEndsEarly,
            (FileFormat::Gzip, io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => {
                Rule::GzipDamaged(error.to_string())
            }
            _ => Rule::Io(reason(error)),
        };
        DataError::of_file(&self.path, rule)
    }
}

/// Opens a file and tells its format; the file stands at its beginning.
pub(super) fn open(path: &Path) -> Result<(File, FileFormat), DataError> {
    let failed = |error: &io::Error| DataError::of_file(path, Rule::Io(reason(error)));
    let mut file = File::open(path).map_err(|e| failed(&e))?;
    if file.metadata().map_err(|e| failed(&e))?.is_dir() {
        return Err(DataError::of_file(path, Rule::Format("a folder")));
    }
    let mut magic = Vec::with_capacity(8);
    (&file)
        .take(8)
        .read_to_end(&mut magic)
        .map_err(|e| failed(&e))?;
    file.rewind().map_err(|e| failed(&e))?;
    let format = match magic[..] {
        [] => return Err(DataError::of_file(path, Rule::Empty)),
        [0x1f, 0x8b, ..] => FileFormat::Gzip,
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => FileFormat::Utf16,
        [b'P', b'A', b'R', b'1', ..] => FileFormat::Parquet,
        [b'P', b'K', 3, 4, ..] => FileFormat::Other("a zip archive"),
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] => FileFormat::Other("Feather (Arrow)"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => FileFormat::Other("compressed with zstd"),
        [b'[' | b'{', ..] => FileFormat::Other("JSON"),
        _ => FileFormat::Text,
    };
    Ok((file, format))
}

/// Returns the SHA-256 of bytes in hexadecimal.
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Writes bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes all that is written");
        text
    })
}

/// Returns what the operating system said, without its error number.
pub(super) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let end = text.find(" (os error").unwrap_or(text.len());
    let mut words = text[..end].chars();
    match words.next() {
        Some(first) => first.to_lowercase().chain(words).collect(),
        None => text,
    }
}

fn decode_utf16(bytes: &[u8]) -> String {
    let little = bytes.starts_with(&[0xff, 0xfe]);
    let units = bytes[2..].chunks_exact(2).map(|pair| {
        let pair = [pair[0], pair[1]];
        if little {
            u16::from_le_bytes(pair)
        } else {
            u16::from_be_bytes(pair)
        }
    });
    char::decode_utf16(units)
        .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}
