//! Writes documentation as plain text.

use std::fmt::Write;

use crate::script::api::docs::{Doc, Parameter, all, find, subjects};

/// Lists all subjects with the names in each.
pub fn overview() -> String {
    let mut text = String::new();
    for subject in subjects() {
        let mut names: Vec<&str> = Vec::new();
        for doc in all().iter().filter(|doc| doc.subject == subject) {
            if !names.contains(&doc.name) {
                names.push(doc.name);
            }
        }
        let _infallible = writeln!(text, "{subject}\n{}", wrapped(&names));
    }
    text
}

/// Returns what is known of a name, or of a method as `Series.mean`, or of a subject or kind of
/// value; `None` for what is not known.
pub fn render(name: &str) -> Option<String> {
    let name = name.trim_end_matches("()");
    let (receiver, plain) = match name.split_once('.') {
        Some((receiver, plain)) => (Some(receiver), plain),
        None => (None, name),
    };
    let mut found = find(plain);
    if let Some(receiver) = receiver {
        found.retain(|doc| doc.receiver.eq_ignore_ascii_case(receiver));
    }
    // A subject is more than a field of the same name.
    let is_subject = || subjects().any(|subject| subject.eq_ignore_ascii_case(name));
    if found.iter().all(|doc| doc.is_field) && (found.is_empty() || is_subject()) {
        found = all()
            .iter()
            .filter(|doc| {
                doc.subject.eq_ignore_ascii_case(name) || doc.receiver.eq_ignore_ascii_case(name)
            })
            .collect();
    }
    let texts: Vec<String> = found.into_iter().map(entry).collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

/// Returns one line for everything that mentions a text, in any case of letters.
pub fn search(text: &str) -> String {
    let mut lines = String::new();
    for doc in all().iter().filter(|doc| doc.mentions(text)) {
        let first = doc.text.split(". ").next().unwrap_or("");
        let _infallible = writeln!(lines, "{}  {}", title(doc), first.trim_end_matches('.'));
    }
    lines
}

impl Parameter {
    /// Writes a parameter in a line: its name, its kind, whether it may be left out.
    pub fn told(&self) -> String {
        let Self {
            name,
            kind,
            optional,
            options,
        } = self;
        let mut text = format!("{name}: {kind}");
        if *optional {
            text.push_str(", may be left out");
        }
        if !options.is_empty() {
            let _infallible = write!(text, "; keys: {}", options.join(", "));
        }
        text
    }
}

impl Doc {
    /// Returns the names of what is near: what the words mention, and what begins alike.
    pub fn see_also(&self) -> Vec<&'static str> {
        const MOST: usize = 6;
        let mut near: Vec<&'static str> = Vec::new();
        let first = |name: &str| name.split('_').next().unwrap_or("").to_owned();
        let words: Vec<&str> = self
            .text
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .collect();
        let mentioned = |doc: &Doc| doc.name.contains('_') && words.contains(&doc.name);
        let alike = |doc: &Doc| {
            doc.subject == self.subject
                && doc.receiver == self.receiver
                && doc.name.contains('_')
                && first(doc.name) == first(self.name)
        };
        for doc in all()
            .iter()
            .filter(|doc| !doc.is_field && !self.is_field && doc.name != self.name)
        {
            if (mentioned(doc) || alike(doc)) && !near.contains(&doc.name) && near.len() < MOST {
                near.push(doc.name);
            }
        }
        near
    }

    /// Returns whether a text occurs in the name, the signature or the words, in any case.
    pub fn mentions(&self, text: &str) -> bool {
        let wanted = text.to_lowercase();
        [self.name, &self.signature, &self.text]
            .iter()
            .any(|words| words.to_lowercase().contains(&wanted))
    }
}

fn entry(doc: &Doc) -> String {
    let returns = match doc.returns().as_str() {
        "()" => String::new(),
        _ if doc.is_field => String::new(),
        kind => format!(" -> {kind}"),
    };
    let mut text = format!("{}{returns}\n    {}\n", title(doc), doc.text);
    let parameters = doc.parameters();
    if doc.subject != "Handlers" && !parameters.is_empty() {
        text.push('\n');
        for parameter in &parameters {
            let _infallible = writeln!(text, "    {}", parameter.told());
        }
    }
    if !doc.example.is_empty() {
        text.push('\n');
        for line in doc.example.lines() {
            let _infallible = writeln!(text, "        {line}");
        }
    }
    let near = doc.see_also();
    if !near.is_empty() {
        let _infallible = writeln!(text, "\n    See also: {}", near.join(", "));
    }
    text
}

/// Writes what something is called: a function, a method, a field with its kind.
pub fn title(doc: &Doc) -> String {
    match (doc.receiver, doc.is_field) {
        ("", _) => doc.signature.to_string(),
        (receiver, true) => format!("{receiver}.{}: {}", doc.name, doc.signature),
        (receiver, false) => format!("{receiver}.{}", doc.signature),
    }
}

/// Writes words with commas in lines of at most 76 characters, indented.
fn wrapped(words: &[&str]) -> String {
    let mut text = String::new();
    let mut line = String::new();
    for word in words {
        if !line.is_empty() && line.len() + word.len() + 2 > 76 {
            let _infallible = writeln!(text, "    {line},");
            line.clear();
        }
        if !line.is_empty() {
            line.push_str(", ");
        }
        line.push_str(word);
    }
    let _infallible = writeln!(text, "    {line}");
    text
}
