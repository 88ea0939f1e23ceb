//! Messages in and out: JSON behind a header that gives its length.
//!
//! Invariants: what is not a message is told as such, and the next one is read; nothing is read beyond
//! what has come, so that one message never waits for the next.

use std::collections::VecDeque;
use std::io::{self, Read, Write};

use serde_json::Value;

/// The longest message and the longest header that are read, in bytes.
const LONGEST: usize = 64 << 20;
const LONGEST_HEADER: usize = 16 << 10;

/// What came.
#[derive(Debug, PartialEq)]
pub(super) enum Incoming {
    /// A message.
    Message(Value),
    /// Something that is not one, and why.
    Broken(String),
    /// Nothing more will come.
    End,
}

/// Reads messages.
#[derive(Debug)]
pub(super) struct Messages<R> {
    input: R,
    bytes: Vec<u8>,
    waiting: VecDeque<Incoming>,
    ended: bool,
}

impl<R: Read> Messages<R> {
    /// Reads from a stream.
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            bytes: Vec::new(),
            waiting: VecDeque::new(),
            ended: false,
        }
    }

    /// Returns the next message, waiting for it if need be.
    pub(super) fn next(&mut self) -> Incoming {
        loop {
            self.take_in();
            if let Some(first) = self.waiting.pop_front() {
                return first;
            }
            if self.ended || !self.fill() {
                return Incoming::End;
            }
        }
    }

    /// Returns the messages that have come already and wait to be read.
    pub(super) fn waiting(&mut self) -> &VecDeque<Incoming> {
        self.take_in();
        &self.waiting
    }

    /// Reads what has come; returns whether there was anything.
    fn fill(&mut self) -> bool {
        let mut piece = [0; 8 << 10];
        loop {
            match self.input.read(&mut piece) {
                Ok(0) => return false,
                Ok(count) => {
                    self.bytes.extend_from_slice(&piece[..count]);
                    return true;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
    }

    /// Takes whole messages out of the bytes.
    fn take_in(&mut self) {
        while !self.ended {
            let Some(header) = find(&self.bytes, b"\r\n\r\n") else {
                if self.bytes.len() > LONGEST_HEADER {
                    self.give_up("a header has no end");
                }
                return;
            };
            let body = header + 4;
            let Some(length) = content_length(&self.bytes[..header]) else {
                self.bytes.drain(..body);
                self.broken("a message has no Content-Length");
                continue;
            };
            if length > LONGEST {
                self.give_up("a message is longer than 64 MiB");
                return;
            }
            if self.bytes.len() < body + length {
                return;
            }
            let message = serde_json::from_slice(&self.bytes[body..body + length]);
            self.bytes.drain(..body + length);
            match message {
                Ok(message) => self.waiting.push_back(Incoming::Message(message)),
                Err(error) => self.broken(&format!("a message is not JSON: {error}")),
            }
        }
    }

    fn broken(&mut self, why: &str) {
        self.waiting.push_back(Incoming::Broken(why.to_owned()));
    }

    fn give_up(&mut self, why: &str) {
        self.broken(why);
        self.ended = true;
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

fn content_length(header: &[u8]) -> Option<usize> {
    let header = std::str::from_utf8(header).ok()?;
    header.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let named = name.trim().eq_ignore_ascii_case("content-length");
        named.then(|| value.trim().parse().ok()).flatten()
    })
}

/// Writes a message.
///
/// # Errors
/// When nobody reads any more.
pub(super) fn write(output: &mut impl Write, message: &Value) -> io::Result<()> {
    let body = message.to_string();
    write!(output, "Content-Length: {}\r\n\r\n{body}", body.len())?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Vec<Incoming> {
        let mut messages = Messages::new(text.as_bytes());
        let mut found = Vec::new();
        loop {
            match messages.next() {
                Incoming::End => return found,
                message @ (Incoming::Message(_) | Incoming::Broken(_)) => found.push(message),
            }
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let mut bytes = Vec::new();
        write(&mut bytes, &json!({ "a": "ü" })).unwrap();
        write(&mut bytes, &json!(2)).unwrap();
        let found = read(std::str::from_utf8(&bytes).unwrap());
        assert_eq!(
            found,
            [
                Incoming::Message(json!({ "a": "ü" })),
                Incoming::Message(json!(2))
            ]
        );
    }

    #[test]
    fn what_is_not_a_message_is_told_and_the_next_is_read() {
        let text = "Content-Length: 3\r\n\r\n{x}X-Other: 1\r\n\r\ncontent-length:1\r\nContent-Type: a\r\n\r\n7";
        let found = read(text);
        assert!(matches!(&found[0], Incoming::Broken(why) if why.contains("not JSON")));
        assert!(matches!(&found[1], Incoming::Broken(why) if why.contains("no Content-Length")));
        assert_eq!(found[2], Incoming::Message(json!(7)));
    }

    #[test]
    fn a_stream_without_an_end_of_its_header_is_given_up() {
        let found = read(&"x".repeat(LONGEST_HEADER + 1));
        assert!(matches!(&found[..], [Incoming::Broken(_)]));
        let found = read("Content-Length: 99999999999\r\n\r\n");
        assert!(matches!(&found[..], [Incoming::Broken(_)]));
        assert!(read("Content-Length: 10\r\n\r\n{").is_empty());
    }
}
