//! The one place where errors become words: a diagnostic, drawn as a frame or written as JSON.
//!
//! Invariants: one line what, one line where, then hints; what comes from files and flags is escaped
//! before a terminal sees it. Rooms hand in what they know; they draw nothing.

use std::borrow::Cow;
use std::fmt::Write;

use annotate_snippets::{AnnotationKind, Group, Level, Origin as Location, Renderer, Snippet};
use anstyle::{AnsiColor, Effects, Style};
use clap::error::ContextKind;
use serde_json::{Value, json};

use crate::app::cli::exit::{Exit, Failure};
use crate::app::config::layer::{ConfigError, Origin};
use crate::app::config::value::ValueError;
use crate::script::edit::Fix;
use crate::shell::files::FileError;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Likely wrong.
    Warning,
    /// Wrong.
    Error,
}

impl Severity {
    /// Returns `error`, `warning` or `note`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// Where something is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The file as the person named it; also a flag or an environment variable.
    pub file: String,
    /// The position in the file, if there is one.
    pub position: Option<Position>,
    /// The lines around, to be shown.
    pub source: Option<SourceLines>,
}

/// A stretch of one line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The first column, from 1, in characters.
    pub column: usize,
    /// The column after the last.
    pub end_column: usize,
}

/// Lines of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceLines {
    /// The number of the first one, from 1.
    pub first: usize,
    /// The lines, without the last line's end.
    pub text: String,
}

impl Place {
    /// Names a file, a flag or a variable as a whole.
    pub fn named(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            position: None,
            source: None,
        }
    }

    /// Names a stretch of a line of a file.
    pub fn at(file: impl Into<String>, line: usize, column: usize, end_column: usize) -> Self {
        Self {
            file: file.into(),
            position: Some(Position {
                line,
                column,
                end_column: end_column.max(column + 1),
            }),
            source: None,
        }
    }

    /// Takes the line of the position out of the file's whole `text`.
    #[must_use]
    pub fn with_source(mut self, text: &str) -> Self {
        self.source = self.position.and_then(|position| {
            let line = text.lines().nth(position.line.checked_sub(1)?)?;
            Some(SourceLines {
                first: position.line,
                text: line.to_owned(),
            })
        });
        self
    }
}

/// Something to tell a person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The code of the rule, such as `RBT101`.
    pub code: Option<String>,
    /// What is wrong: one line, lower case, no full stop.
    pub what: String,
    /// Where.
    pub place: Option<Place>,
    /// A word at the underlined stretch; may be empty.
    pub label: String,
    /// What to do; each can be pasted where that makes sense.
    pub hints: Vec<String>,
    /// Edits of the file that do it.
    pub fix: Option<Fix>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
    /// What else a program may want to know; fields of its JSON.
    pub facts: serde_json::Map<String, Value>,
}

impl Diagnostic {
    /// Starts an error.
    pub fn error(what: impl Into<String>) -> Self {
        Self::new(Severity::Error, what)
    }

    /// Starts a warning.
    pub fn warning(what: impl Into<String>) -> Self {
        Self::new(Severity::Warning, what)
    }

    /// Starts a diagnostic.
    pub fn new(severity: Severity, what: impl Into<String>) -> Self {
        Self {
            severity,
            code: None,
            what: what.into(),
            place: None,
            label: String::new(),
            hints: Vec::new(),
            fix: None,
            notes: Vec::new(),
            facts: serde_json::Map::new(),
        }
    }

    /// Adds the code of the rule.
    #[must_use]
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// Adds where.
    #[must_use]
    pub fn place(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Adds a word at the underlined stretch.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds what else is worth knowing.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Draws it, with a line end; with colors unless `plain`.
    pub fn render(&self, plain: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let mut title = level.primary_title(escape(&self.what));
        if let Some(code) = &self.code {
            title = title.id(escape(code));
        }
        let mut group = Group::with_title(title);
        if let Some(place) = &self.place {
            group = self.add_place(group, place);
        }
        let renderer = if plain {
            Renderer::plain()
        } else {
            Renderer::styled()
        };
        let mut text = renderer.render(&[group]);
        text.push('\n');
        let cyan = Style::new()
            .fg_color(Some(AnsiColor::Cyan.into()))
            .effects(Effects::BOLD);
        let bold = Style::new().effects(Effects::BOLD);
        let help = self
            .fix
            .iter()
            .map(|fix| format!("{} (check --fix does it)", fix.what));
        let help: Vec<String> = help.collect();
        let hints = self.hints.iter().map(|hint| (cyan, "hint", hint));
        let lines = hints.chain(help.iter().map(|help| (cyan, "help", help)));
        for (style, word, line) in lines.chain(self.notes.iter().map(|note| (bold, "note", note))) {
            let style = if plain { Style::new() } else { style };
            writeln!(text, "  {style}{word}{style:#}: {}", escape(line))
                .expect("a string takes all that is written");
        }
        text
    }

    fn add_place<'a>(&'a self, group: Group<'a>, place: &'a Place) -> Group<'a> {
        let path = escape(&place.file);
        let Some(position) = place.position else {
            return group.element(Location::path(path));
        };
        let Some(source) = &place.source else {
            let location = Location::path(path).line(position.line);
            return group.element(location.char_column(position.column));
        };
        let span = byte_span(source, position);
        let label = (!self.label.is_empty()).then(|| escape(&self.label));
        group.element(
            Snippet::source(source.text.as_str())
                .line_start(source.first)
                .path(path)
                .fold(false)
                .annotation(AnnotationKind::Primary.span(span).label(label)),
        )
    }

    /// Returns it as an entry of the array `diagnostics`.
    pub fn to_json(&self) -> Value {
        let position = self.place.as_ref().and_then(|place| place.position);
        let mut entry = json!({
            "severity": self.severity.name(),
            "code": self.code,
            "message": self.what,
            "file": self.place.as_ref().map(|place| place.file.as_str()),
            "line": position.map(|position| position.line),
            "column": position.map(|position| position.column),
            "end_column": position.map(|position| position.end_column),
            "label": (!self.label.is_empty()).then_some(self.label.as_str()),
            "hints": self.hints,
            "fix": self.fix.as_ref().map(fix_json),
            "notes": self.notes,
        });
        if let Some(fields) = entry.as_object_mut() {
            fields.extend(self.facts.clone());
        }
        entry
    }
}

/// Returns edits as data: places from 1, columns in characters, ends exclusive.
fn fix_json(fix: &Fix) -> Value {
    let edits = fix.edits.iter().map(|edit| {
        json!({
            "line": edit.line,
            "column": edit.column,
            "end_line": edit.end_line,
            "end_column": edit.end_column,
            "text": edit.text,
        })
    });
    json!({ "what": fix.what, "edits": edits.collect::<Vec<_>>() })
}

/// Returns the document that every command prints with `--json`.
pub fn envelope(command: &str, ok: bool, data: &Value, diagnostics: &[Diagnostic]) -> Value {
    json!({
        "schema": format!("rustybt.{command}/1"),
        "ok": ok,
        "data": data,
        "diagnostics": diagnostics.iter().map(Diagnostic::to_json).collect::<Vec<_>>(),
    })
}

/// Returns the bytes of the source lines that a position covers.
fn byte_span(source: &SourceLines, position: Position) -> std::ops::Range<usize> {
    let skipped = position.line.saturating_sub(source.first);
    let start: usize = source
        .text
        .split_inclusive('\n')
        .take(skipped)
        .map(str::len)
        .sum();
    let line = source
        .text
        .get(start..)
        .unwrap_or_default()
        .lines()
        .next()
        .unwrap_or_default();
    let byte = |column: usize| {
        let index = column.saturating_sub(1);
        start
            + line
                .char_indices()
                .nth(index)
                .map_or(line.len(), |(at, _)| at)
    };
    byte(position.column)..byte(position.end_column)
}

/// Returns `text` with control characters, and those that turn the direction of writing, as escapes:
/// what a file says must not drive a terminal.
pub fn escape(text: &str) -> Cow<'_, str> {
    let harmful = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(harmful) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if harmful(c) {
            escaped.extend(c.escape_default());
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

impl From<&ConfigError> for Diagnostic {
    fn from(error: &ConfigError) -> Self {
        let place = match &error.origin {
            Origin::Flag(flag) => Place::named(flag),
            Origin::Environment(name) => Place::named(format!("environment {name}")),
            Origin::File(source, spot) => {
                let file = source.path.display().to_string();
                Place::at(file, spot.line, spot.column, spot.end_column).with_source(&source.text)
            }
            Origin::WholeFile(path) => Place::named(path.display().to_string()),
            Origin::BuiltIn => Place::named("default"),
        };
        Self::error(&error.what).place(place).hint(&error.hint)
    }
}

impl From<Vec<ConfigError>> for Failure {
    fn from(errors: Vec<ConfigError>) -> Self {
        Self {
            exit: Exit::Usage,
            diagnostics: errors.iter().map(Diagnostic::from).collect(),
        }
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        let hint = match &error {
            FileError::Io { .. } => "check the path and its permissions",
            FileError::NotText { .. } => "save it as UTF-8",
            FileError::TooLarge { .. } => "is it the right file?",
            FileError::Foreign { .. } => "results are written into a folder of their own",
            FileError::Exists { .. } => "choose another name; nothing is overwritten",
        };
        Self::usage(error.to_string(), hint)
    }
}

impl From<clap::Error> for Failure {
    /// Takes the parser's message apart: what, its tips, and the usage line.
    fn from(error: clap::Error) -> Self {
        let inner =
            std::error::Error::source(&error).and_then(|inner| inner.downcast_ref::<ValueError>());
        if let Some(value) = inner {
            let flag = error
                .get(ContextKind::InvalidArg)
                .map(ToString::to_string)
                .unwrap_or_default();
            let flag = flag.split(' ').next().unwrap_or_default().to_owned();
            let diagnostic = Diagnostic::error(&value.what).place(Place::named(flag));
            return Self::new(Exit::Usage, diagnostic.hint(&value.hint));
        }
        let text = error.render().to_string();
        let mut what = String::new();
        let mut diagnostic = Diagnostic::error("");
        for paragraph in text.split("\n\n") {
            for line in paragraph.lines() {
                let line = line.trim();
                if let Some(tip) = line.strip_prefix("tip: ") {
                    diagnostic = diagnostic.hint(tip);
                } else if let Some(usage) = line.strip_prefix("Usage: ") {
                    diagnostic = diagnostic.note(format!("usage: {usage}"));
                } else if let Some(rest) = line.strip_prefix("error: ") {
                    what.push_str(rest);
                } else if let Some(values) = line.strip_prefix("[possible values: ") {
                    diagnostic =
                        diagnostic.hint(format!("write one of {}", values.trim_end_matches(']')));
                } else if !line.is_empty()
                    && diagnostic.notes.is_empty()
                    && !line.starts_with("For more information")
                {
                    what.push(' ');
                    what.push_str(line);
                }
            }
        }
        if diagnostic.hints.is_empty() {
            diagnostic = diagnostic.hint("rustybt --help");
        }
        diagnostic.what = what;
        Self::new(Exit::Usage, diagnostic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Diagnostic {
        let text = "fn handle_data(context, data) {\n    let é = ordr(context.asset, 1);\n}\n";
        Diagnostic::error("unknown function `ordr`")
            .code("RBT101")
            .place(Place::at("strategies/bad.rhai", 2, 13, 17).with_source(text))
            .label("no function of this name")
            .hint("did you mean `order`?")
            .note("rustybt doc order")
    }

    #[test]
    fn a_frame_shows_what_where_and_what_to_do() {
        insta::assert_snapshot!(example().render(true));
    }

    #[test]
    fn colors_change_nothing_but_the_looks() {
        let styled = example().render(false);
        assert!(styled.contains("\u{1b}["));
        assert_eq!(
            anstream::adapter::strip_str(&styled).to_string(),
            example().render(true)
        );
    }

    #[test]
    fn a_place_without_its_text_is_one_line() {
        let bare = Diagnostic::warning("odd").place(Place::at("a.csv", 7, 3, 4));
        let flag = Diagnostic::error("bad")
            .place(Place::named("--capital"))
            .hint("x");
        insta::assert_snapshot!(format!("{}{}", bare.render(true), flag.render(true)));
    }

    #[test]
    fn what_a_file_says_cannot_drive_a_terminal() {
        let nasty = "\u{1b}]0;owned\u{7}\u{202e}";
        let drawn = Diagnostic::error(nasty)
            .place(Place::at(nasty, 1, 1, 2).with_source(nasty))
            .label(nasty)
            .hint(nasty)
            .note(nasty)
            .render(true);
        assert!(
            drawn.chars().all(|c| c == '\n' || !c.is_control()),
            "{drawn:?}"
        );
        assert!(!drawn.contains('\u{202e}'));
    }

    #[test]
    fn a_position_outside_the_text_is_drawn_at_its_end() {
        for (line, column) in [(1, 99), (2, 1), (9, 9)] {
            let place = Place::at("a", line, column, column + 5).with_source("short");
            assert!(
                Diagnostic::error("x")
                    .place(place)
                    .render(true)
                    .starts_with("error: x")
            );
        }
    }

    #[test]
    fn json_says_the_same() {
        let entry = example().to_json();
        assert_eq!(entry["line"], 2);
        assert_eq!(entry["column"], 13);
        assert_eq!(entry["code"], "RBT101");
        let document = envelope("check", false, &Value::Null, &[example()]);
        assert_eq!(document["schema"], "rustybt.check/1");
        assert_eq!(document["diagnostics"][0], entry);
    }
}
