//! The journal: records in order, in segments, only ever appended to.
//!
//! Invariants: records are numbered without a gap, from 1; after `Journal::commit` with
//! `Durability::Synced` they survive a power cut; a record that was cut off at the end is removed at
//! the next opening and said so; one that is damaged before the end is an error, and nothing is
//! touched. A commit that fails leaves the records in memory, to be tried again.

#![expect(
    clippy::disallowed_methods,
    reason = "this room owns the state directory"
)]

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use crate::shell::store::line;
use crate::shell::store::{StoreError, io_error, sync_folder};

/// How safe records are after a commit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Durability {
    /// From the death of the process.
    Written,
    /// From a power cut, too.
    Synced,
}

/// What was cut off when a journal was opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Torn {
    /// The segment.
    pub path: PathBuf,
    /// Where the cut-off record began.
    pub at: u64,
    /// How many bytes were removed.
    pub bytes: u64,
}

/// A journal that is written to.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    file: File,
    path: PathBuf,
    /// Bytes of the segment that are known to be good.
    length: u64,
    /// A segment longer than this is followed by another.
    segment_bytes: u64,
    /// The number of the next record.
    next: u64,
    /// Records that are not written yet.
    pending: String,
    /// Whether something is written that is not synced.
    unsynced: bool,
}

impl Journal {
    /// Opens the journal in a folder, making it where it is not there yet, and cuts off what a crash
    /// left half-written. `segment_bytes` is how long a segment grows before the next begins.
    ///
    /// # Errors
    /// When the system refuses, or the last segment is damaged before its end.
    pub fn open(folder: &Path, segment_bytes: u64) -> Result<(Self, Option<Torn>), StoreError> {
        fs::create_dir_all(folder).map_err(io_error("create", folder))?;
        let last = segments(folder)?.pop();
        let (first, path) = last.unwrap_or_else(|| (1, segment_path(folder, 1)));
        let scan = match scan(&path, first)? {
            Some(scan) => scan,
            None => Scan::empty(first),
        };
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&path)
            .map_err(io_error("open", &path))?;
        let torn = (scan.torn > 0).then(|| Torn {
            path: path.clone(),
            at: scan.good,
            bytes: scan.torn,
        });
        if torn.is_some() {
            file.set_len(scan.good).map_err(io_error("cut", &path))?;
            file.sync_all().map_err(io_error("sync", &path))?;
        }
        sync_folder(folder)?;
        let journal = Self {
            folder: folder.to_owned(),
            file,
            path,
            length: scan.good,
            segment_bytes,
            next: scan.next,
            pending: String::new(),
            unsynced: false,
        };
        Ok((journal, torn))
    }

    /// Returns the number of the next record.
    pub fn next_sequence(&self) -> u64 {
        self.next
    }

    /// Adds a record, one line, and returns its number. It is nowhere but in memory until
    /// [`Self::commit`].
    pub fn append(&mut self, payload: &str) -> u64 {
        let sequence = self.next;
        line::write(&mut self.pending, sequence, payload);
        self.next += 1;
        sequence
    }

    /// Writes what was added.
    ///
    /// # Errors
    /// When the system refuses (a full disk); what was added is kept for the next try, and nothing
    /// half-written stays.
    pub fn commit(&mut self, durability: Durability) -> Result<(), StoreError> {
        if !self.pending.is_empty() {
            if let Err(source) = self.file.write_all(self.pending.as_bytes()) {
                // Whatever of it was written must not stand before the next try.
                let _cut = self.file.set_len(self.length);
                return Err(io_error("write", &self.path)(source));
            }
            self.length += self.pending.len() as u64;
            self.pending.clear();
            self.unsynced = true;
        }
        if durability == Durability::Synced && self.unsynced {
            self.file
                .sync_data()
                .map_err(io_error("sync", &self.path))?;
            self.unsynced = false;
        }
        if self.length >= self.segment_bytes {
            self.rotate()?;
        }
        Ok(())
    }

    /// Begins the next segment.
    fn rotate(&mut self) -> Result<(), StoreError> {
        self.file
            .sync_data()
            .map_err(io_error("sync", &self.path))?;
        let path = segment_path(&self.folder, self.next);
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .open(&path)
            .map_err(io_error("create", &path))?;
        sync_folder(&self.folder)?;
        self.file = file;
        self.path = path;
        self.length = 0;
        self.unsynced = false;
        Ok(())
    }

    /// Removes the segments all of whose records come before `sequence`; the one that is written to
    /// stays. Returns how many went.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn remove_before(&self, sequence: u64) -> Result<usize, StoreError> {
        let segments = segments(&self.folder)?;
        let mut removed = 0;
        for pair in segments.windows(2) {
            if pair[1].0 > sequence {
                break;
            }
            fs::remove_file(&pair[0].1).map_err(io_error("remove", &pair[0].1))?;
            removed += 1;
        }
        if removed > 0 {
            sync_folder(&self.folder)?;
        }
        Ok(removed)
    }
}

/// The records of a journal, oldest first.
#[derive(Debug)]
pub struct Records {
    segments: std::vec::IntoIter<(u64, PathBuf)>,
    reader: Option<Segment>,
    /// The number that the next record must have.
    expected: Option<u64>,
    /// Records before this one are passed over.
    from: u64,
}

#[derive(Debug)]
struct Segment {
    path: PathBuf,
    reader: BufReader<File>,
    at: u64,
    is_last: bool,
}

/// Reads the records of a journal from number `from` on. A record that was cut off at the end of the
/// last segment is not there; nothing is changed.
///
/// # Errors
/// When the system refuses.
pub fn read(folder: &Path, from: u64) -> Result<Records, StoreError> {
    let mut segments = segments(folder)?;
    // The segment that `from` lies in is the last one that begins at or before it.
    let skip = segments
        .iter()
        .rposition(|(first, _)| *first <= from)
        .unwrap_or(0);
    segments.drain(..skip);
    Ok(Records {
        expected: segments.first().map(|(first, _)| *first),
        segments: segments.into_iter(),
        reader: None,
        from,
    })
}

impl Records {
    fn next_record(&mut self) -> Result<Option<(u64, String)>, StoreError> {
        loop {
            let Some(segment) = &mut self.reader else {
                let Some((first, path)) = self.segments.next() else {
                    return Ok(None);
                };
                if let Some(expected) = self.expected.filter(|expected| *expected != first) {
                    return Err(StoreError::Gap {
                        last: expected - 1,
                        path,
                    });
                }
                let file = File::open(&path).map_err(io_error("read", &path))?;
                self.reader = Some(Segment {
                    path,
                    reader: BufReader::with_capacity(1 << 16, file),
                    at: 0,
                    is_last: self.segments.as_slice().is_empty(),
                });
                continue;
            };
            let mut bytes = Vec::new();
            let read = segment
                .reader
                .read_until(b'\n', &mut bytes)
                .map_err(io_error("read", &segment.path))?;
            if read == 0 {
                self.reader = None;
                continue;
            }
            let at = segment.at;
            segment.at += read as u64;
            let expected = self.expected.unwrap_or(1);
            match whole(&bytes, expected) {
                Ok(payload) => {
                    self.expected = Some(expected + 1);
                    if expected >= self.from {
                        return Ok(Some((expected, payload.to_owned())));
                    }
                }
                Err(reason) => {
                    let mut rest = Vec::new();
                    let more = segment
                        .reader
                        .read_until(b'\n', &mut rest)
                        .map_err(io_error("read", &segment.path))?;
                    if segment.is_last && more == 0 {
                        return Ok(None);
                    }
                    return Err(StoreError::Damaged {
                        path: segment.path.clone(),
                        at,
                        reason: reason.to_owned(),
                    });
                }
            }
        }
    }
}

impl Iterator for Records {
    type Item = Result<(u64, String), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.next_record();
        if next.is_err() {
            // Nothing after a damaged record can be trusted.
            self.reader = None;
            self.segments = Vec::new().into_iter();
        }
        next.transpose()
    }
}

/// What a segment holds.
struct Scan {
    /// Bytes up to the end of the last good record.
    good: u64,
    /// Bytes after it.
    torn: u64,
    /// The number after the last good record.
    next: u64,
}

impl Scan {
    fn empty(first: u64) -> Self {
        Self {
            good: 0,
            torn: 0,
            next: first,
        }
    }
}

/// Reads a segment to its end; `None` when it is not there.
fn scan(path: &Path, first: u64) -> Result<Option<Scan>, StoreError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error("read", path)(error)),
    };
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let mut scan = Scan::empty(first);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let read = reader
            .read_until(b'\n', &mut bytes)
            .map_err(io_error("read", path))? as u64;
        if read == 0 {
            return Ok(Some(scan));
        }
        match whole(&bytes, scan.next) {
            Ok(_) if scan.torn == 0 => {
                scan.good += read;
                scan.next += 1;
            }
            Err(_) if scan.torn == 0 => scan.torn = read,
            Ok(_) | Err(_) => {
                return Err(StoreError::Damaged {
                    path: path.to_owned(),
                    at: scan.good,
                    reason: "it is followed by others, so no crash cut it off".to_owned(),
                });
            }
        }
    }
}

/// Returns the payload of a line that is a whole record with the expected number.
fn whole(bytes: &[u8], expected: u64) -> Result<&str, &'static str> {
    let line = bytes.strip_suffix(b"\n").ok_or("it is cut off")?;
    let record = line::read(line)?;
    if record.sequence == expected {
        Ok(record.payload)
    } else {
        Err("it has another number than its place")
    }
}

/// Returns the segments of a folder with the numbers of their first records, in order.
fn segments(folder: &Path) -> Result<Vec<(u64, PathBuf)>, StoreError> {
    let mut segments = Vec::new();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(segments),
        Err(error) => return Err(io_error("read", folder)(error)),
    };
    for entry in entries {
        let path = entry.map_err(io_error("read", folder))?.path();
        let first = path
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.strip_suffix(".journal"))
            .and_then(|digits| digits.parse().ok());
        if let Some(first) = first {
            segments.push((first, path));
        }
    }
    segments.sort();
    Ok(segments)
}

fn segment_path(folder: &Path, first: u64) -> PathBuf {
    folder.join(format!("{first:020}.journal"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("rustybt-journal-{}-{name}", std::process::id()));
        let _fresh = fs::remove_dir_all(&folder);
        folder
    }

    fn payloads(folder: &Path, from: u64) -> Vec<(u64, String)> {
        read(folder, from).unwrap().map(Result::unwrap).collect()
    }

    /// Writes `count` records, a commit each.
    fn fill(folder: &Path, count: u64, segment_bytes: u64) {
        let (mut journal, _) = Journal::open(folder, segment_bytes).unwrap();
        for _ in 0..count {
            let number = journal.next_sequence();
            journal.append(&format!("{{\"n\":{number}}}"));
            journal.commit(Durability::Written).unwrap();
        }
    }

    #[test]
    fn records_come_back_in_order_over_segments_and_openings() {
        let folder = folder("order");
        fill(&folder, 40, 200);
        fill(&folder, 2, 200);
        assert!(segments(&folder).unwrap().len() > 3);
        let all = payloads(&folder, 1);
        assert_eq!(all.len(), 42);
        assert_eq!(all[41], (42, "{\"n\":42}".to_owned()));
        for from in 1..=43 {
            let some = payloads(&folder, from);
            assert_eq!(some, all[usize::try_from(from).unwrap() - 1..], "{from}");
        }
    }

    #[test]
    fn a_record_cut_off_anywhere_is_removed_and_the_rest_stays() {
        let folder = folder("torn");
        fill(&folder, 3, 1 << 20);
        let path = segment_path(&folder, 1);
        let whole = fs::read(&path).unwrap();
        let second = whole.iter().position(|b| *b == b'\n').unwrap() + 1;
        let third = second + whole[second..].iter().position(|b| *b == b'\n').unwrap() + 1;
        for cut in second..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let kept = if cut < third { 1 } else { 2 };
            assert_eq!(payloads(&folder, 1).len(), kept, "cut at {cut}");
            let (mut journal, torn) = Journal::open(&folder, 1 << 20).unwrap();
            let clean = cut == second || cut == third;
            assert_eq!(torn.is_none(), clean, "cut at {cut}");
            assert_eq!(journal.append("again"), kept as u64 + 1);
            journal.commit(Durability::Synced).unwrap();
            assert_eq!(payloads(&folder, 1).len(), kept + 1);
        }
    }

    #[test]
    fn damage_before_the_end_is_named_and_nothing_is_touched() {
        let folder = folder("damage");
        fill(&folder, 5, 1 << 20);
        let path = segment_path(&folder, 1);
        let mut bytes = fs::read(&path).unwrap();
        let second = bytes.iter().position(|b| *b == b'\n').unwrap() + 1;
        bytes[second + 12] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let error = Journal::open(&folder, 1 << 20).unwrap_err();
        assert!(matches!(error, StoreError::Damaged { at, .. } if at == second as u64));
        let read: Vec<_> = read(&folder, 1).unwrap().collect();
        assert_eq!(read.len(), 2);
        assert!(matches!(&read[1], Err(StoreError::Damaged { .. })));
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }

    #[test]
    fn a_missing_segment_is_noticed() {
        let folder = folder("gap");
        fill(&folder, 40, 200);
        let second = segments(&folder).unwrap()[1].1.clone();
        fs::remove_file(second).unwrap();
        let last = read(&folder, 1).unwrap().last().unwrap();
        assert!(matches!(last, Err(StoreError::Gap { .. })));
    }

    #[test]
    fn old_segments_go_when_nothing_needs_them() {
        let folder = folder("retention");
        fill(&folder, 40, 200);
        let (journal, _) = Journal::open(&folder, 200).unwrap();
        let before = payloads(&folder, 30);
        assert!(journal.remove_before(30).unwrap() > 0);
        assert_eq!(payloads(&folder, 30), before);
        assert_eq!(journal.remove_before(30).unwrap(), 0);
        // The last segment stays even when all of it is old.
        journal.remove_before(u64::MAX).unwrap();
        assert_eq!(Journal::open(&folder, 200).unwrap().0.next_sequence(), 41);
    }
}
