//! A record as a line of text: `<checksum> <sequence> <payload>`.
//!
//! The checksum is CRC-32 (IEEE) over the rest of the line, eight hexadecimal digits. Text, so that a
//! journal can be read with the tools that everybody has.

use std::fmt::Write;

/// A record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Record<'a> {
    /// Its number.
    pub(super) sequence: u64,
    /// What it says: one line.
    pub(super) payload: &'a str,
}

/// Appends a record. The payload must not have a line break in it.
pub(super) fn write(out: &mut String, sequence: u64, payload: &str) {
    debug_assert!(!payload.contains('\n'), "a payload is one line");
    let start = out.len();
    // Room for the checksum, which is known once the rest is written.
    let written = write!(out, "00000000 {sequence} {payload}");
    debug_assert!(written.is_ok(), "a string takes what is written");
    let sum = format!("{:08x}", checksum(&out.as_bytes()[start + 9..]));
    out.replace_range(start..start + 8, &sum);
    out.push('\n');
}

/// Reads a line without its end.
///
/// # Errors
/// What is wrong with it.
pub(super) fn read(line: &[u8]) -> Result<Record<'_>, &'static str> {
    let (sum, rest) = line
        .split_at_checked(8)
        .ok_or("it is shorter than a checksum")?;
    let rest = rest.strip_prefix(b" ").ok_or("it has no checksum")?;
    let sum = std::str::from_utf8(sum)
        .ok()
        .and_then(|sum| u32::from_str_radix(sum, 16).ok())
        .ok_or("it has no checksum")?;
    if sum != checksum(rest) {
        return Err("its checksum is wrong");
    }
    let text = std::str::from_utf8(rest).map_err(|_| "it is not text")?;
    let (sequence, payload) = text.split_once(' ').ok_or("it has no number")?;
    let sequence = sequence.parse().map_err(|_| "it has no number")?;
    Ok(Record { sequence, payload })
}

fn checksum(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_as_it_was_written() {
        let mut text = String::new();
        write(&mut text, 41, "{\"a\":\"ü\"}");
        write(&mut text, 42, "");
        // Checksums by Python's zlib.crc32.
        assert_eq!(text, "18333dcf 41 {\"a\":\"ü\"}\n0a3de0e7 42 \n");
        let mut records = text.lines().map(|line| read(line.as_bytes()).unwrap());
        assert_eq!(
            records.next(),
            Some(Record {
                sequence: 41,
                payload: "{\"a\":\"ü\"}"
            })
        );
        assert_eq!(records.next().unwrap().payload, "");
    }

    #[test]
    fn no_flipped_bit_goes_unnoticed() {
        let mut text = String::new();
        write(&mut text, 7, "{\"bar\":[1,2,3]}");
        let line = text.trim_end().as_bytes();
        for at in 0..line.len() {
            for bit in 0..8 {
                let mut broken = line.to_vec();
                broken[at] ^= 1 << bit;
                // A hexadecimal digit may be written in capitals; the record is the same.
                let same = broken.eq_ignore_ascii_case(line) && at < 8;
                assert!(read(&broken).is_err() || same, "byte {at}, bit {bit}");
            }
        }
    }
}
