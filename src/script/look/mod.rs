//! What an editor is told about a text: what is declared, what fits at a place, what a name means.
//!
//! Invariants: works on texts that cannot be parsed, for that is what a text is while it is typed;
//! positions are offsets in bytes. Knows nothing of files, editors or protocols: texts of modules come
//! from whoever asks.

/// The functions of the language itself.
mod builtin;
/// What fits at a place.
mod complete;
/// Where a name comes from.
mod define;
/// What a name means.
mod hover;
/// Splitting a text.
mod lex;
/// What a text declares.
mod outline;
/// The kinds of values.
mod sight;
/// How the call at a place is written.
mod signature;

use std::ops::Range;
use std::sync::Arc;

pub use self::builtin::{Builtin, builtins, language_definitions};
pub use self::complete::{Candidate, What};
pub use self::define::{Symbol, SymbolKind, Target};
pub use self::outline::{Function, Import, Origin, Outline, Variable};
pub use self::signature::Call;

use crate::script::check::module_text;
use crate::script::modules::ReadModule;

/// A text with what it declares.
#[derive(Clone, Debug)]
pub struct Script {
    /// The text.
    pub text: Arc<str>,
    /// What it declares.
    pub outline: Outline,
}

impl Script {
    /// Reads a text.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let outline = Outline::of(&text);
        Self { text, outline }
    }

    /// Returns what the text says about itself at its top, in lines that begin with `//!`.
    pub fn words(&self) -> String {
        let lines: Vec<&str> = self
            .text
            .lines()
            .take_while(|line| line.starts_with("//!"))
            .map(|line| line[3..].trim())
            .collect();
        lines.join("\n").trim().to_owned()
    }
}

/// What is known about a name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hover {
    /// The words, as Markdown.
    pub words: String,
    /// Where the name stands.
    pub at: Range<usize>,
}

/// Looks at a text.
pub struct Look<'a> {
    script: &'a Script,
    read: &'a ReadModule,
}

impl<'a> Look<'a> {
    /// Looks at a text; `read` finds the texts of modules.
    pub fn new(script: &'a Script, read: &'a ReadModule) -> Self {
        Self { script, read }
    }

    fn text(&self) -> &'a str {
        &self.script.text
    }

    fn outline(&self) -> &'a Outline {
        &self.script.outline
    }

    /// Returns the text of a token.
    fn word(&self, index: usize) -> &'a str {
        self.outline().token(self.text(), index)
    }

    /// Returns the text of the token before one; empty where there is none.
    fn word_before(&self, index: usize) -> &'a str {
        index.checked_sub(1).map_or("", |before| self.word(before))
    }

    /// Reads the module that is imported under a name.
    fn module(&self, alias: &str) -> Option<(String, Script)> {
        let import = self.outline().imports.iter().find(|i| i.alias == alias)?;
        let text = module_text(&import.path, self.read)?;
        Some((import.path.clone(), Script::new(text)))
    }

    /// Returns the index of the token that holds a place or ends there; a name is preferred to a sign.
    fn token_at(&self, at: usize) -> Option<usize> {
        let tokens = &self.outline().tokens;
        let after = tokens.partition_point(|token| token.end < at);
        let holds = |index: &usize| {
            tokens
                .get(*index)
                .is_some_and(|t| t.start <= at && at <= t.end)
        };
        let is_name = |index: &usize| {
            tokens
                .get(*index)
                .is_some_and(|t| matches!(t.kind, lex::Kind::Name | lex::Kind::Text(_)))
        };
        let both = [after, after + 1];
        let names = both.iter().find(|index| holds(index) && is_name(index));
        names
            .or_else(|| both.iter().find(|index| holds(index)))
            .copied()
    }

    /// Whether a place lies in a comment.
    fn in_comment(&self, at: usize) -> bool {
        self.outline()
            .comments
            .iter()
            .any(|comment| comment.start < at && at <= comment.end)
    }
}

#[cfg(test)]
mod tests;
