//! Lines of CSV into fields, fields into numbers.
//!
//! Invariants: within quotation marks a separator is text; thousands separators are taken only where
//! each stands before three digits. Knows nothing of columns.

use crate::shell::catalog::error::{Notice, Notices, Rule};
use crate::shell::catalog::fixed::{Fixed, NumberFault};

/// How fields stand in a line.
#[derive(Clone, Copy)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    pub(super) decimal_comma: bool,
}

/// A field of a line, without quotation marks and surrounding blanks.
#[derive(Clone, Copy)]
pub(super) struct Field {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Field {
    /// Returns the text of the field.
    pub(super) fn bytes(self, line: &[u8]) -> &[u8] {
        line[self.start..self.end].trim_ascii()
    }
}

/// Splits a line into as many fields as the header has; empty ones at the end are surplus.
pub(super) fn fields_of(
    line: &[u8],
    delimiter: u8,
    expected: usize,
    cut_off: bool,
) -> Result<Vec<Field>, Rule> {
    if line.contains(&0) {
        return Err(Rule::NulBytes);
    }
    let mut fields = split(line, delimiter)?;
    let is_empty = |field: &Field| field.bytes(line).is_empty();
    while fields.len() > expected && fields.last().is_some_and(is_empty) {
        fields.pop();
    }
    if fields.len() != expected {
        return Err(Rule::FieldCount {
            found: fields.len(),
            expected,
            cut_off,
        });
    }
    Ok(fields)
}

/// Splits a line at the delimiter; within quotation marks it is text. A doubled quotation mark stays
/// as it is: no number and no time has one.
pub(super) fn split(line: &[u8], delimiter: u8) -> Result<Vec<Field>, Rule> {
    let mut fields = Vec::with_capacity(12);
    let mut at = 0;
    loop {
        if line.get(at) == Some(&b'"') {
            let start = at + 1;
            let mut end = start;
            loop {
                match (line.get(end), line.get(end + 1)) {
                    (Some(b'"'), Some(b'"')) => end += 2,
                    (Some(b'"'), _) => break,
                    (Some(_), _) => end += 1,
                    (None, _) => return Err(Rule::OpenQuote),
                }
            }
            fields.push(Field { start, end });
            at = end + 1;
            match line.get(at) {
                None => return Ok(fields),
                Some(byte) if *byte == delimiter => at += 1,
                Some(_) => return Err(Rule::OpenQuote),
            }
        } else {
            let length = line[at..].iter().position(|byte| *byte == delimiter);
            let end = length.map_or(line.len(), |length| at + length);
            fields.push(Field { start: at, end });
            if length.is_none() {
                return Ok(fields);
            }
            at = end + 1;
        }
    }
}

pub(super) fn parse_cell(
    text: &[u8],
    dialect: Dialect,
    line: u64,
    notices: &mut Notices,
) -> Result<Fixed, Rule> {
    let shown = || String::from_utf8_lossy(text).into_owned();
    let (point, group) = if dialect.decimal_comma {
        (b',', b'.')
    } else {
        (b'.', b',')
    };
    let grouped = is_grouped(text, point, group);
    let parsed = if grouped || dialect.decimal_comma {
        if grouped {
            notices.row(Notice::ThousandsSeparators, line);
        } else if text.contains(&group) {
            return Err(Rule::NotANumber(shown()));
        }
        let plain: Vec<u8> = text
            .iter()
            .filter(|byte| **byte != group)
            .map(|byte| if *byte == point { b'.' } else { *byte })
            .collect();
        Fixed::parse(&plain)
    } else {
        Fixed::parse(text)
    };
    parsed.map_err(|fault| match fault {
        NumberFault::Syntax => Rule::NotANumber(shown()),
        NumberFault::Range => Rule::OutOfRange(shown()),
    })
}

/// Whether a number has thousands separators, each before exactly three digits.
fn is_grouped(text: &[u8], point: u8, group: u8) -> bool {
    if !text.contains(&group) {
        return false;
    }
    let whole = text.split(|byte| *byte == point).next().unwrap_or(text);
    let whole = whole.strip_prefix(b"-").unwrap_or(whole);
    let mut parts = whole.split(|byte| *byte == group);
    let first = parts.next().unwrap_or(whole);
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    (1..=3).contains(&first.len()) && digits(first) && parts.all(|p| p.len() == 3 && digits(p))
}
