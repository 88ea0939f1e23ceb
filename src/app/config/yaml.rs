//! YAML text as a tree whose every node knows its place.
//!
//! Invariants: a scalar keeps the text that was written, so that no number passes through a float and
//! no `no` becomes a boolean; lines and columns count from 1, in characters; what a configuration has
//! no use for (anchors, tags, several documents, keys that are not text, one key twice) is refused,
//! never ignored. Knows nothing of what the keys mean.

use serde_yaml::granit_parser::{Event, Parser, ScalarStyle, ScanError, Span};

/// How deep lists and maps may nest; a configuration needs four levels.
const DEPTH: usize = 16;

/// A place on one line of a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spot {
    /// The line, from 1.
    pub line: usize,
    /// The first column, from 1, in characters.
    pub column: usize,
    /// The column after the last.
    pub end_column: usize,
}

/// A value and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it starts; the whole of it where it fits on one line.
    pub spot: Spot,
}

/// What a node is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// Text as written, without its quotes.
    Scalar {
        /// The text.
        text: String,
        /// Whether it was written without quotes.
        plain: bool,
    },
    /// Values in order.
    List(Vec<Node>),
    /// Keys and values in order; no key twice.
    Map(Vec<(Key, Node)>),
}

/// A key of a map and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    /// The text.
    pub text: String,
    /// Its place.
    pub spot: Spot,
}

impl Node {
    /// Whether nothing was written: an empty value, `~` or `null`.
    pub fn is_null(&self) -> bool {
        match &self.value {
            Value::Scalar { text, plain } => *plain && matches!(text.as_str(), "" | "~" | "null"),
            Value::List(_) | Value::Map(_) => false,
        }
    }

    /// Returns the word for the kind of value, for messages.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Scalar { .. } if self.is_null() => "nothing",
            Value::Scalar { .. } => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}

/// A text that is not YAML, or is YAML that a configuration has no use for.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{what}")]
pub struct YamlError {
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub hint: String,
    /// Where.
    pub spot: Spot,
}

impl YamlError {
    fn new(what: impl Into<String>, hint: &str, spot: Spot) -> Self {
        Self {
            what: what.into(),
            hint: hint.to_owned(),
            spot,
        }
    }
}

/// Reads a text; `None` if it holds nothing but comments.
///
/// # Errors
/// The first thing that is not YAML or not of use here.
pub fn parse(text: &str) -> Result<Option<Node>, YamlError> {
    if let Some(error) = indenting_tab(text) {
        return Err(error);
    }
    let mut reader = Reader {
        events: Parser::new_from_str(text),
        last: Spot {
            line: 1,
            column: 1,
            end_column: 2,
        },
    };
    let mut root = None;
    loop {
        let (event, span) = match reader.next()? {
            None | Some((Event::StreamEnd, _)) => return Ok(root),
            Some(next) => next,
        };
        if is_framing(&event) {
            continue;
        }
        if root.is_some() {
            return Err(YamlError::new(
                "a second document starts here",
                "keep one document a file, and give several files with -c",
                spot(span),
            ));
        }
        root = Some(reader.node(event, span, 0)?);
    }
}

/// Whether an event carries no value of its own.
fn is_framing(event: &Event<'_>) -> bool {
    matches!(
        event,
        Event::StreamStart
            | Event::DocumentStart(..)
            | Event::DocumentEnd
            | Event::Comment(..)
            | Event::Anchor(..)
    )
}

/// Returns an error for the first line that is indented with a tab, which YAML forbids and most
/// parsers report as something else.
fn indenting_tab(text: &str) -> Option<YamlError> {
    text.lines().enumerate().find_map(|(index, line)| {
        let indent: usize = line.chars().take_while(|c| c.is_whitespace()).count();
        let tab = line.chars().take(indent).position(|c| c == '\t')?;
        if line.trim().is_empty() {
            return None;
        }
        Some(YamlError::new(
            "a tab indents this line",
            "YAML is indented with spaces; replace the tab with two spaces",
            Spot {
                line: index + 1,
                column: tab + 1,
                end_column: tab + 2,
            },
        ))
    })
}

struct Reader<'a> {
    events: Parser<'a, serde_yaml::granit_parser::StrInput<'a>>,
    last: Spot,
}

impl<'a> Reader<'a> {
    /// Returns the next event that is not a comment.
    fn next(&mut self) -> Result<Option<(Event<'a>, Span)>, YamlError> {
        loop {
            match self.events.next() {
                None => return Ok(None),
                Some(Ok((Event::Comment(..), _))) => {}
                Some(Ok((event, span))) => {
                    self.last = spot(span);
                    return Ok(Some((event, span)));
                }
                Some(Err(error)) => return Err(scan_error(&error)),
            }
        }
    }

    /// Returns the next event inside a list or map, where the text cannot end.
    fn inner(&mut self) -> Result<(Event<'a>, Span), YamlError> {
        let last = self.last;
        self.next()?
            .ok_or_else(|| YamlError::new("the text ends here", "close the list or map", last))
    }

    /// Reads the node that starts with `event`.
    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, YamlError> {
        let spot = spot(span);
        if depth > DEPTH {
            return Err(YamlError::new(
                "this is nested too deeply",
                "a configuration has at most four levels",
                spot,
            ));
        }
        let (anchor, tag) = if let Event::Scalar(_, _, anchor, tag)
        | Event::SequenceStart(_, anchor, tag)
        | Event::MappingStart(_, anchor, tag) = &event
        {
            (*anchor != 0, tag.is_some())
        } else {
            (true, false)
        };
        if anchor || tag {
            return Err(YamlError::new(
                if tag {
                    "tags are not used here"
                } else {
                    "anchors and aliases are not used here"
                },
                "write the value out",
                spot,
            ));
        }
        let value = if let Event::Scalar(text, style, ..) = event {
            Value::Scalar {
                text: text.into_owned(),
                plain: style == ScalarStyle::Plain,
            }
        } else if matches!(event, Event::SequenceStart(..)) {
            self.list(depth)?
        } else {
            self.map(depth)?
        };
        Ok(Node { value, spot })
    }

    fn list(&mut self, depth: usize) -> Result<Value, YamlError> {
        let mut items = Vec::new();
        loop {
            match self.inner()? {
                (Event::SequenceEnd, _) => return Ok(Value::List(items)),
                (event, span) => items.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Value, YamlError> {
        let mut entries: Vec<(Key, Node)> = Vec::new();
        loop {
            let key = match self.inner()? {
                (Event::MappingEnd, _) => return Ok(Value::Map(entries)),
                (event, span) => self.node(event, span, depth + 1)?,
            };
            let Value::Scalar { text, .. } = key.value else {
                return Err(YamlError::new(
                    "a key is a list or a map",
                    "write `name: value`",
                    key.spot,
                ));
            };
            if let Some((first, _)) = entries.iter().find(|(known, _)| known.text == text) {
                return Err(YamlError::new(
                    format!(
                        "`{text}` stands here a second time; the first is on line {}",
                        first.spot.line
                    ),
                    "keep one of the two",
                    key.spot,
                ));
            }
            let (event, span) = self.inner()?;
            let value = self.node(event, span, depth + 1)?;
            entries.push((
                Key {
                    text,
                    spot: key.spot,
                },
                value,
            ));
        }
    }
}

/// Returns the part of a span that lies on its first line.
fn spot(span: Span) -> Spot {
    let (line, column) = (span.start.line(), span.start.col() + 1);
    let end = if span.end.line() == line {
        span.end.col() + 1
    } else {
        column + 1
    };
    Spot {
        line,
        column,
        end_column: end.max(column + 1),
    }
}

fn scan_error(error: &ScanError) -> YamlError {
    let at = error.marker();
    let column = at.col() + 1;
    YamlError::new(
        format!("this is not YAML: {}", error.info()),
        "check the indentation, the colon and the quotes of this line and the one above",
        Spot {
            line: at.line().max(1),
            column,
            end_column: column + 1,
        },
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(text: &str) -> String {
        let error = parse(text).unwrap_err();
        format!("{}:{} {}", error.spot.line, error.spot.column, error.what)
    }

    #[test]
    fn every_node_knows_its_place_and_keeps_its_text() {
        let root = parse("# head\nengine:\n  capital: 1_000.10  # money\n  é: 'no'\n")
            .unwrap()
            .unwrap();
        let Value::Map(sections) = root.value else {
            panic!("a map")
        };
        let Value::Map(keys) = &sections[0].1.value else {
            panic!("a map")
        };
        assert_eq!(
            keys[0].1.value,
            Value::Scalar {
                text: "1_000.10".into(),
                plain: true
            }
        );
        assert_eq!(
            keys[0].1.spot,
            Spot {
                line: 3,
                column: 12,
                end_column: 20
            }
        );
        assert_eq!(
            keys[1].0.spot,
            Spot {
                line: 4,
                column: 3,
                end_column: 4
            }
        );
        assert_eq!(
            keys[1].1.value,
            Value::Scalar {
                text: "no".into(),
                plain: false
            }
        );
    }

    #[test]
    fn comments_alone_are_nothing() {
        assert_eq!(parse("# only\n").unwrap(), None);
        assert_eq!(parse("").unwrap(), None);
    }

    #[test]
    fn what_has_no_use_here_is_refused_at_its_place() {
        insta::assert_snapshot!(
            [
                refused("engine:\n\tcapital: 1\n"),
                refused("a: 1\na: 2\n"),
                refused("a: &x 1\nb: *x\n"),
                refused("a: !!str 1\n"),
                refused("a: 1\n---\nb: 2\n"),
                refused("[a]: 1\n"),
                refused("a: [1, 2\n"),
                refused("a: 'open\n"),
                refused("a: 1\n b: 2\n"),
            ]
            .join("\n")
        );
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        assert!(refused(&deep).contains("too deeply"), "{}", refused(&deep));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "[ \\t\\na-c:\\[\\]{}'\"&*!#|>,-]{0,60}") {
            let _tree = parse(&text);
        }
    }
}
