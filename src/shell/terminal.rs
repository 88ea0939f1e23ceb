//! Lines that a person types, or that another program pipes in.
//!
//! Invariants: only on a terminal is there a prompt, editing and a history, which stays in memory.

use std::io::{self, IsTerminal};

use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

/// What was typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Typed {
    /// A line, without its end.
    Line(String),
    /// The person gave up the line.
    Interrupted,
    /// There is nothing more.
    End,
}

/// Reads standard input line by line.
#[derive(Debug)]
pub struct Lines(Option<DefaultEditor>);

impl Lines {
    /// Begins to read, from a terminal if there is one.
    ///
    /// # Errors
    /// When the terminal cannot be used.
    pub fn open() -> io::Result<Self> {
        if !io::stdin().is_terminal() {
            return Ok(Self(None));
        }
        DefaultEditor::new()
            .map(|editor| Self(Some(editor)))
            .map_err(io::Error::other)
    }

    /// Whether a person sits at the other end.
    pub fn is_terminal(&self) -> bool {
        self.0.is_some()
    }

    /// Reads the next line; a terminal shows `prompt` before it.
    ///
    /// # Errors
    /// When standard input cannot be read, or is not UTF-8.
    pub fn next(&mut self, prompt: &str) -> io::Result<Typed> {
        let Some(editor) = &mut self.0 else {
            let mut line = String::new();
            if io::stdin().read_line(&mut line)? == 0 {
                return Ok(Typed::End);
            }
            let line = line.trim_end_matches(['\n', '\r']);
            return Ok(Typed::Line(line.to_owned()));
        };
        match editor.readline(prompt) {
            Ok(line) => {
                // A line that is not kept cannot be called back; nothing else depends on it.
                let _kept = editor.add_history_entry(&line);
                Ok(Typed::Line(line))
            }
            Err(ReadlineError::Interrupted) => Ok(Typed::Interrupted),
            Err(ReadlineError::Eof) => Ok(Typed::End),
            Err(error) => Err(io::Error::other(error)),
        }
    }
}
