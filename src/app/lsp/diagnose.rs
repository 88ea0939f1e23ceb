//! Findings as diagnostics of the protocol.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::app::lsp::Server;
use crate::app::lsp::text::{offsets, uri_of};
use crate::script::check::{Finding, Severity, codes};
use crate::script::edit::offset;
use crate::script::error::Place;

/// The code of what is declared and never used, which editors show faded.
const UNUSED: &str = "RBT105";

impl Server {
    /// Returns what was found in a document. What was found in a file that it imports stands at the
    /// import, with the place.
    pub(super) fn diagnostics(&self, uri: &str) -> Vec<Value> {
        let Some(document) = self.documents.0.get(uri) else {
            return Vec::new();
        };
        let name = document.file(uri).name();
        document
            .findings
            .iter()
            .map(|finding| self.diagnostic(uri, &name, finding))
            .collect()
    }

    /// Returns the edits that do away with findings at a place.
    pub(super) fn actions(&self, uri: &str, at: &Range<usize>) -> Value {
        let Some(document) = self.documents.0.get(uri) else {
            return json!([]);
        };
        let name = document.file(uri).name();
        let own = document
            .findings
            .iter()
            .filter(|f| f.error.place.file == name);
        let touched = own.filter(|finding| {
            let shown = self.shown_at(uri, &name, finding);
            shown.start <= at.end && at.start <= shown.end
        });
        touched
            .filter_map(|finding| self.action(uri, &name, finding))
            .collect()
    }

    /// Returns the edits that do away with a finding; `None` where it has none.
    fn action(&self, uri: &str, name: &str, finding: &Finding) -> Option<Value> {
        let text = &self.documents.0.get(uri)?.script.text;
        let fix = finding.fix.as_ref()?;
        let edits: Option<Vec<Value>> = fix
            .edits
            .iter()
            .map(|edit| {
                let start = offset(text, edit.line, edit.column)?;
                let end = offset(text, edit.end_line, edit.end_column)?;
                let range = self.client.encoding.range(text, &(start..end));
                Some(json!({ "range": range, "newText": edit.text }))
            })
            .collect();
        Some(json!({
            "title": fix.what,
            "kind": "quickfix",
            "isPreferred": true,
            "diagnostics": [self.diagnostic(uri, name, finding)],
            "edit": { "changes": { uri: edits? } },
        }))
    }

    /// Returns where a finding is shown in a document.
    pub(super) fn shown_at(&self, uri: &str, name: &str, finding: &Finding) -> Range<usize> {
        let Some(document) = self.documents.0.get(uri) else {
            return 0..0;
        };
        let place = &finding.error.place;
        if place.file == name {
            return offsets(&document.script.text, place.line, place.column, place.width);
        }
        let mut imports = document.script.outline.imports.iter();
        let direct = imports.find(|import| import.path == place.file);
        let any = document
            .script
            .outline
            .imports
            .iter()
            .find(|import| !import.path.starts_with("std/"));
        direct.or(any).map_or(0..0, |import| import.at.clone())
    }

    fn diagnostic(&self, uri: &str, name: &str, finding: &Finding) -> Value {
        let error = &finding.error;
        let text = self
            .documents
            .0
            .get(uri)
            .map(|document| Arc::clone(&document.script.text));
        let range = self.shown_at(uri, name, finding);
        let mut message = error.message.clone();
        let mut related = Vec::new();
        if error.place.file != name {
            message = format!("in {}: {message}", error.place.file);
            related.extend(self.related(uri, name, &error.place, &error.message));
        }
        if !error.hint.is_empty() {
            message = format!("{message}\nhint: {}", error.hint);
        }
        for called in &error.trace {
            let words = format!("in `{}`, called from here", called.function);
            related.extend(self.related(uri, name, &called.from, &words));
        }
        let mut shown = json!({
            "range": self.client.encoding.range(&text.unwrap_or_default(), &range),
            "severity": match finding.severity {
                Severity::Error => 1,
                Severity::Warning => 2,
            },
            "code": error.code,
            "source": "rustybt",
            "message": message,
            "data": { "explanation": codes().find(|(code, _)| *code == error.code).map(|(_, text)| text), "hint": error.hint },
        });
        if error.code == UNUSED {
            shown["tags"] = json!([1]);
        }
        if !related.is_empty() {
            shown["relatedInformation"] = Value::Array(related);
        }
        shown
    }

    /// Returns a place with words; `None` where it is in no file on disk.
    fn related(&self, uri: &str, name: &str, place: &Place, words: &str) -> Option<Value> {
        let (uri, text) = if place.file == name {
            let document = self.documents.0.get(uri)?;
            (uri.to_owned(), Arc::clone(&document.script.text))
        } else {
            let (path, text) = self.documents.module_file(uri, &place.file)?;
            (self.uri(&path), text)
        };
        let range = offsets(&text, place.line, place.column, place.width);
        let range = self.client.encoding.range(&text, &range);
        Some(json!({ "location": { "uri": uri, "range": range }, "message": words }))
    }

    /// Returns the URI of a file: the editor's own where it is open.
    pub(super) fn uri(&self, path: &Path) -> String {
        self.documents
            .uri_of_open(path)
            .unwrap_or_else(|| uri_of(path))
    }
}
