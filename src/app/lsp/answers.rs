//! Answers to requests about a text.

use std::fmt::Write;
use std::ops::Range;

use serde_json::{Value, json};

use crate::app::lsp::{INVALID_PARAMS, METHOD_NOT_FOUND, Refusal, Server};
use crate::script::check::{Meaning, meanings};
use crate::script::look::{Candidate, Look, Script, Symbol, SymbolKind, What};

impl Server {
    pub(super) fn answer_about_text(
        &mut self,
        method: &str,
        params: &Value,
    ) -> Result<Value, Refusal> {
        let known = [
            "textDocument/completion",
            "textDocument/hover",
            "textDocument/signatureHelp",
            "textDocument/definition",
            "textDocument/documentSymbol",
            "textDocument/codeAction",
        ];
        if !known.contains(&method) {
            return Err((METHOD_NOT_FOUND, format!("there is no method `{method}`")));
        }
        let invalid = |what: &str| (INVALID_PARAMS, format!("`{method}` needs {what}"));
        let uri = params
            .pointer("/textDocument/uri")
            .and_then(Value::as_str)
            .ok_or_else(|| invalid("textDocument.uri"))?;
        let document = self
            .documents
            .0
            .get(uri)
            .ok_or_else(|| invalid("a document that is open"))?;
        if method == "textDocument/documentSymbol" {
            return Ok(self.symbols(uri, &document.script));
        }
        if method == "textDocument/codeAction" {
            let ends = params.get("range").and_then(|range| {
                let offset = |end| {
                    self.client
                        .encoding
                        .offset(&document.script.text, range.get(end)?)
                };
                Some(offset("start")?..offset("end")?)
            });
            let range = ends.ok_or_else(|| invalid("a range"))?;
            if document.stale {
                self.check(uri);
            }
            return Ok(self.actions(uri, &range));
        }
        let encoding = self.client.encoding;
        let at = params
            .get("position")
            .and_then(|position| encoding.offset(&document.script.text, position))
            .ok_or_else(|| invalid("a position"))?;
        if method == "textDocument/hover" && document.stale {
            // It tells about findings too: they must be those of this text.
            self.check(uri);
        }
        Ok(match method {
            "textDocument/completion" => self.completion(uri, at),
            "textDocument/hover" => self.hover(uri, at),
            "textDocument/signatureHelp" => self.signature(uri, at),
            _ => self.definition(uri, at),
        })
    }

    /// Looks at a document.
    fn look<T>(&self, uri: &str, ask: impl FnOnce(&Look<'_>, &Script) -> T) -> Option<T> {
        let document = self.documents.0.get(uri)?;
        let reader = self.documents.reader(uri);
        Some(ask(&Look::new(&document.script, &reader), &document.script))
    }

    fn completion(&self, uri: &str, at: usize) -> Value {
        let items = self.look(uri, |look, script| {
            let found = look.complete(at);
            // All of them replace the same word.
            let range = found
                .first()
                .map(|first| self.client.encoding.range(&script.text, &first.replace));
            let range = range.unwrap_or_default();
            let items = found.iter().enumerate();
            items
                .map(|(index, found)| self.item(&range, index, found))
                .collect::<Vec<Value>>()
        });
        json!({ "isIncomplete": false, "items": items.unwrap_or_default() })
    }

    fn item(&self, range: &Value, index: usize, found: &Candidate) -> Value {
        let is_snippet = self.client.snippets && !found.snippet.is_empty();
        let new_text = if is_snippet {
            &found.snippet
        } else {
            &found.label
        };
        let mut item = json!({
            "label": found.label,
            "kind": item_kind(found.what),
            "sortText": format!("{index:05}"),
            "textEdit": {
                "range": range,
                "newText": new_text,
            },
        });
        if is_snippet {
            item["insertTextFormat"] = json!(2);
        }
        if !found.detail.is_empty() {
            item["detail"] = json!(found.detail);
        }
        if !found.words.is_empty() {
            item["documentation"] = json!({ "kind": "markdown", "value": found.words });
        }
        item
    }

    fn hover(&self, uri: &str, at: usize) -> Value {
        let Some(document) = self.documents.0.get(uri) else {
            return Value::Null;
        };
        let hover = self.look(uri, |look, _| look.hover(at)).flatten();
        let name = document.file(uri).name();
        let mut parts: Vec<String> = hover.iter().map(|hover| hover.words.clone()).collect();
        let mut range = hover.map(|hover| hover.at);
        for finding in &document.findings {
            let shown = self.shown_at(uri, &name, finding);
            if !(shown.start <= at && at <= shown.end) {
                continue;
            }
            if let Some(meaning) = meanings().find(|m| m.code == finding.error.code) {
                parts.push(explained(meaning));
                range = range.or(Some(shown));
            }
        }
        let Some(range) = range else {
            return Value::Null;
        };
        json!({
            "contents": { "kind": "markdown", "value": parts.join("\n\n---\n\n") },
            "range": self.client.encoding.range(&document.script.text, &range),
        })
    }

    fn signature(&self, uri: &str, at: usize) -> Value {
        let Some(call) = self.look(uri, |look, _| look.call(at)).flatten() else {
            return Value::Null;
        };
        let signatures: Vec<Value> = call
            .forms
            .iter()
            .map(|(label, params, words)| {
                let params: Vec<Value> = params.iter().map(|p| json!({ "label": p })).collect();
                json!({
                    "label": label,
                    "documentation": { "kind": "markdown", "value": words },
                    "parameters": params,
                })
            })
            .collect();
        json!({
            "signatures": signatures,
            "activeSignature": call.form,
            "activeParameter": call.argument,
        })
    }

    fn definition(&self, uri: &str, at: usize) -> Value {
        let Some(target) = self.look(uri, |look, _| look.definition(at)).flatten() else {
            return Value::Null;
        };
        let encoding = self.client.encoding;
        if target.module.is_empty() {
            let document = self.documents.0.get(uri);
            let text = document.map_or("", |document| &document.script.text);
            return json!({ "uri": uri, "range": encoding.range(text, &target.at) });
        }
        // The standard library lies in no file: the hover shows it.
        match self.documents.module_file(uri, &target.module) {
            Some((path, text)) if !target.module.starts_with("std/") => {
                json!({ "uri": self.uri(&path), "range": encoding.range(&text, &target.at) })
            }
            Some(_) | None => Value::Null,
        }
    }

    fn symbols(&self, uri: &str, script: &Script) -> Value {
        let symbols = self.look(uri, |look, _| look.symbols()).unwrap_or_default();
        let range = |range: &Range<usize>| self.client.encoding.range(&script.text, range);
        let shown = |symbol: &Symbol| {
            if self.client.symbols {
                json!({
                    "name": symbol.name,
                    "detail": symbol.detail,
                    "kind": symbol_kind(symbol.kind),
                    "range": range(&symbol.whole),
                    "selectionRange": range(&symbol.at),
                })
            } else {
                json!({
                    "name": symbol.name,
                    "kind": symbol_kind(symbol.kind),
                    "location": { "uri": uri, "range": range(&symbol.whole) },
                })
            }
        };
        Value::Array(symbols.iter().map(shown).collect())
    }
}

/// Writes what a code means as Markdown.
fn explained(meaning: &Meaning) -> String {
    let mut text = format!("**{}** {}", meaning.code, meaning.text);
    for (title, script) in [("Wrong", meaning.wrong), ("Right", meaning.right)] {
        if !script.is_empty() {
            let script = script.trim_end();
            let _infallible = write!(text, "\n\n{title}:\n```rhai\n{script}\n```");
        }
    }
    text
}

/// Returns the protocol's number of what a candidate is.
const fn item_kind(what: What) -> u8 {
    match what {
        What::Method => 2,
        What::Function => 3,
        What::Field => 5,
        What::Variable => 6,
        What::Module => 9,
        What::Key => 10,
        What::Value => 12,
        What::Keyword => 14,
        What::Constant => 21,
        What::Handler => 23,
    }
}

/// Returns the protocol's number of what a symbol is.
const fn symbol_kind(kind: SymbolKind) -> u8 {
    match kind {
        SymbolKind::Module => 2,
        SymbolKind::Function => 12,
        SymbolKind::Variable => 13,
        SymbolKind::Constant => 14,
        SymbolKind::Handler => 24,
    }
}
