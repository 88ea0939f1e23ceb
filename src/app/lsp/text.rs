//! Places in texts as editors count them, changes of texts, and files as URIs.
//!
//! Invariants: a place beyond the end of its line is the end of the line, one beyond the text its end;
//! an offset is always between two characters.

use std::fmt::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// What a column counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// Halves of a 32-bit pair: what every editor knows.
    Utf16,
}

impl Encoding {
    /// Chooses one that the editor offers.
    pub(super) fn choose(offered: &Value) -> Self {
        let offers = |name: &str| {
            let list = offered.as_array();
            list.is_some_and(|list| list.iter().any(|item| item == name))
        };
        if offers("utf-8") {
            Self::Utf8
        } else {
            Self::Utf16
        }
    }

    /// Returns the protocol's name of it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
        }
    }

    fn width(self, text: &str) -> usize {
        match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => text.chars().map(char::len_utf16).sum(),
        }
    }

    /// Returns the place of an offset.
    pub(super) fn position(self, text: &str, offset: usize) -> Value {
        let before = &text[..floor(text, offset)];
        let line = before.matches('\n').count();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        json!({ "line": line, "character": self.width(&before[start..]) })
    }

    /// Returns the places of a range of offsets.
    pub(super) fn range(self, text: &str, range: &Range<usize>) -> Value {
        json!({ "start": self.position(text, range.start), "end": self.position(text, range.end) })
    }

    /// Returns the offset of a place; `None` where it is not a place.
    pub(super) fn offset(self, text: &str, position: &Value) -> Option<usize> {
        let number = |key: &str| usize::try_from(position.get(key)?.as_u64()?).ok();
        let (line, column) = (number("line")?, number("character")?);
        let start = match line.checked_sub(1) {
            None => 0,
            Some(before) => match text.match_indices('\n').nth(before) {
                Some((at, _)) => at + 1,
                None => return Some(text.len()),
            },
        };
        let length = text[start..].find('\n').unwrap_or(text.len() - start);
        let line = text[start..start + length].trim_end_matches('\r');
        let mut width = 0;
        for (at, c) in line.char_indices() {
            width += self.width(c.encode_utf8(&mut [0; 4]));
            if width > column {
                return Some(start + at);
            }
        }
        Some(start + line.len())
    }
}

/// Returns the nearest place between characters at or before an offset.
fn floor(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

/// Returns the offset of a line and a column in characters, both from 1, and of a width behind it.
pub(super) fn offsets(text: &str, line: usize, column: usize, width: usize) -> Range<usize> {
    let line = line.max(1) - 1;
    let start = match line.checked_sub(1) {
        None => Some(0),
        Some(before) => text.match_indices('\n').nth(before).map(|(at, _)| at + 1),
    };
    let Some(start) = start else {
        return text.len()..text.len();
    };
    let line = text[start..].lines().next().unwrap_or("");
    let at = |column: usize| {
        line.char_indices()
            .nth(column)
            .map_or(line.len(), |(at, _)| at)
    };
    let column = column.max(1) - 1;
    start + at(column)..start + at(column + width)
}

/// Applies a change; `None` where it is not one.
pub(super) fn change(text: &mut String, change: &Value, encoding: Encoding) -> Option<()> {
    let new = change.get("text")?.as_str()?;
    let Some(range) = change.get("range").filter(|range| !range.is_null()) else {
        new.clone_into(text);
        return Some(());
    };
    let start = encoding.offset(text, range.get("start")?)?;
    let end = encoding.offset(text, range.get("end")?)?;
    text.replace_range(start..end.max(start), new);
    Some(())
}

/// Returns the file that a URI names; `None` for what is not a file.
pub(super) fn path_of(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    let path = &rest[rest.find('/')?..];
    let mut bytes = Vec::new();
    let mut left = path.as_bytes();
    while let [first, rest @ ..] = left {
        let escaped = (*first == b'%').then(|| hex(rest.get(..2)?)).flatten();
        bytes.push(escaped.unwrap_or(*first));
        left = if escaped.is_some() { &rest[2..] } else { rest };
    }
    let text = String::from_utf8(bytes).ok()?;
    // `/c:/a` is `c:/a` where drives have letters.
    let drive = cfg!(windows) && text.as_bytes().get(2) == Some(&b':');
    Some(PathBuf::from(if drive { &text[1..] } else { &text[..] }))
}

fn hex(digits: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Returns the URI of a file.
pub(super) fn uri_of(path: &Path) -> String {
    let text = path.display().to_string().replace('\\', "/");
    let mut uri = String::from(if text.starts_with('/') {
        "file://"
    } else {
        "file:///"
    });
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~:".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _infallible = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_what_the_editor_counts() {
        let text = "aü😀b\r\nsecond\n";
        for (encoding, columns) in [
            (Encoding::Utf8, [0, 1, 3, 7, 8]),
            (Encoding::Utf16, [0, 1, 2, 4, 5]),
        ] {
            for (offset, column) in [0, 1, 3, 7, 8].into_iter().zip(columns) {
                let position = json!({ "line": 0, "character": column });
                assert_eq!(encoding.position(text, offset), position);
                assert_eq!(encoding.offset(text, &position), Some(offset));
            }
            let offset = |line: u64, column: u64| {
                encoding.offset(text, &json!({ "line": line, "character": column }))
            };
            assert_eq!(
                offset(0, 99),
                Some(8),
                "the end of the line, before its end mark"
            );
            assert_eq!(offset(1, 2), Some(12));
            assert_eq!(offset(9, 0), Some(text.len()));
        }
        let inside = json!({ "line": 0, "character": 3 });
        assert_eq!(
            Encoding::Utf16.offset(text, &inside),
            Some(3),
            "between the halves of a pair"
        );
        assert_eq!(Encoding::Utf8.offset(text, &json!({ "line": -1 })), None);
    }

    #[test]
    fn a_finding_lies_where_the_check_counted_characters() {
        let text = "let ü = 1;\n\torder(x)\n";
        assert_eq!(&text[offsets(text, 1, 5, 1)], "ü");
        assert_eq!(&text[offsets(text, 2, 2, 5)], "order");
        assert_eq!(offsets(text, 9, 1, 1), text.len()..text.len());
        assert_eq!(offsets(text, 0, 0, 0), 0..0);
    }

    #[test]
    fn changes_replace_a_range_or_everything() {
        let mut text = "a😀b\nc".to_owned();
        let range =
            json!({ "start": { "line": 0, "character": 1 }, "end": { "line": 1, "character": 0 } });
        change(
            &mut text,
            &json!({ "range": range, "text": "-" }),
            Encoding::Utf16,
        )
        .unwrap();
        assert_eq!(text, "a-c");
        change(&mut text, &json!({ "text": "new" }), Encoding::Utf16).unwrap();
        assert_eq!(text, "new");
        assert!(
            change(
                &mut text,
                &json!({ "range": 5, "text": "" }),
                Encoding::Utf16
            )
            .is_none()
        );
        assert!(change(&mut text, &json!({}), Encoding::Utf16).is_none());
    }

    #[test]
    fn files_and_uris_are_each_other() {
        let path = Path::new("/a b/ü%/c.rhai");
        let uri = uri_of(path);
        assert_eq!(uri, "file:///a%20b/%C3%BC%25/c.rhai");
        assert_eq!(path_of(&uri).unwrap(), path);
        assert_eq!(path_of("untitled:Untitled-1"), None);
        assert_eq!(path_of("file:///a%zz").unwrap(), Path::new("/a%zz"));
    }
}
