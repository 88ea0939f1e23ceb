//! `lsp`: what editors ask about scripts, in the language server protocol over standard input and
//! output.
//!
//! Invariants: one thread; nothing but messages goes out; whatever comes in, every request has one
//! answer and the next is read. Nothing of a script is run. Knows no editor by name.

/// Answers to requests about a text.
mod answers;
/// Findings as diagnostics.
mod diagnose;
/// Open texts.
mod documents;
/// Places, changes, URIs.
mod text;
/// Messages in and out.
mod wire;

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use serde_json::{Value, json};

use crate::app::check::check_text;
use crate::app::cli::exit::Exit;
use crate::app::config::{ConfigSources, load};
use crate::app::lsp::documents::{Document, Documents};
use crate::app::lsp::text::{Encoding, change};
use crate::app::lsp::wire::{Incoming, Messages, write};
use crate::script::check::Checker;
use crate::script::check::level::Levels;

/// Codes of the protocol for what went wrong.
const PARSE_ERROR: i64 = -32700;
const INVALID_REQUEST: i64 = -32600;
const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;
const INTERNAL_ERROR: i64 = -32603;
const NOT_INITIALIZED: i64 = -32002;
const CANCELED: i64 = -32800;

/// How far the conversation is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Waiting,
    Running,
    ShutDown,
}

/// What the editor understands.
#[derive(Clone, Copy, Debug)]
struct Client {
    encoding: Encoding,
    snippets: bool,
    /// Whether outlines may have ranges of their own.
    symbols: bool,
}

/// Why a request has no result: a code of the protocol, and words.
type Refusal = (i64, String);

/// The server.
struct Server {
    phase: Phase,
    client: Client,
    documents: Documents,
    checker: Checker,
    /// What is to be sent.
    outbox: Vec<Value>,
}

/// Talks with an editor until it says goodbye. The exit is that of the protocol: 0 where it asked for
/// the end first, else 1.
pub fn run(input: impl Read, mut output: impl Write) -> Exit {
    let mut messages = Messages::new(input);
    let mut server = Server::new();
    loop {
        let incoming = messages.next();
        let ends = match incoming {
            Incoming::End => true,
            Incoming::Broken(why) => {
                server.refuse(&Value::Null, (PARSE_ERROR, why));
                false
            }
            Incoming::Message(message) => {
                let canceled = canceled(&message, &mut messages);
                server.take(&message, canceled)
            }
        };
        if messages.waiting().is_empty() && !ends {
            server.guard(Server::check_stale);
        }
        let sent: io::Result<()> = server
            .outbox
            .drain(..)
            .try_for_each(|m| write(&mut output, &m));
        if ends || sent.is_err() {
            let asked = server.phase == Phase::ShutDown;
            return if asked { Exit::Done } else { Exit::No };
        }
    }
}

/// Returns how much each rule matters to the project that a file lies in; a configuration that cannot
/// be read changes nothing.
fn levels_at(path: Option<&Path>) -> Levels {
    let Some(folder) = path.and_then(Path::parent) else {
        return Levels::new();
    };
    let sources = ConfigSources {
        folder: folder.to_owned(),
        ..ConfigSources::here(&[], Vec::new())
    };
    load(sources).map(|config| config.check).unwrap_or_default()
}

/// Whether a request that is still to be answered has been canceled by a message behind it.
fn canceled<R: Read>(message: &Value, messages: &mut Messages<R>) -> bool {
    let Some(id) = message.get("id") else {
        return false;
    };
    messages.waiting().iter().any(|other| match other {
        Incoming::Message(other) => {
            other["method"] == "$/cancelRequest" && other["params"].get("id") == Some(id)
        }
        Incoming::Broken(_) | Incoming::End => false,
    })
}

impl Server {
    fn new() -> Self {
        Self {
            phase: Phase::Waiting,
            client: Client {
                encoding: Encoding::Utf16,
                snippets: false,
                symbols: false,
            },
            documents: Documents::default(),
            checker: Checker::new(),
            outbox: Vec::new(),
        }
    }

    /// Does something that must not end the conversation, whatever happens in it.
    fn guard<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> Option<T> {
        catch_unwind(AssertUnwindSafe(|| act(self))).ok()
    }

    /// Takes a message; returns whether it was the last.
    fn take(&mut self, message: &Value, canceled: bool) -> bool {
        let Some(method) = message.get("method").and_then(Value::as_str) else {
            // An answer to something that the server asked: it asks nothing.
            let is_answer = message.get("result").is_some() || message.get("error").is_some();
            if !is_answer {
                let id = message.get("id").cloned().unwrap_or(Value::Null);
                self.refuse(&id, (INVALID_REQUEST, "this is not a request".to_owned()));
            }
            return false;
        };
        let params = message.get("params").unwrap_or(&Value::Null);
        let Some(id) = message.get("id") else {
            if method == "exit" {
                return true;
            }
            if self.phase == Phase::Running {
                self.guard(|server| server.notice(method, params));
            }
            return false;
        };
        if canceled {
            self.refuse(id, (CANCELED, "the request was canceled".to_owned()));
            return false;
        }
        match self.guard(|server| server.answer(method, params)) {
            Some(Ok(result)) => {
                self.outbox
                    .push(json!({ "jsonrpc": "2.0", "id": id, "result": result }));
            }
            Some(Err(refusal)) => self.refuse(id, refusal),
            None => self.refuse(
                id,
                (
                    INTERNAL_ERROR,
                    "the server failed at this request".to_owned(),
                ),
            ),
        }
        false
    }

    fn refuse(&mut self, id: &Value, (code, message): Refusal) {
        let error = json!({ "code": code, "message": message });
        self.outbox
            .push(json!({ "jsonrpc": "2.0", "id": id, "error": error }));
    }

    fn answer(&mut self, method: &str, params: &Value) -> Result<Value, Refusal> {
        match (self.phase, method) {
            (Phase::Waiting, "initialize") => Ok(self.initialize(params)),
            (Phase::Waiting, _) => Err((
                NOT_INITIALIZED,
                format!("`{method}` came before `initialize`"),
            )),
            (Phase::Running, "initialize") => {
                Err((INVALID_REQUEST, "`initialize` came twice".to_owned()))
            }
            (Phase::ShutDown, _) => {
                Err((INVALID_REQUEST, format!("`{method}` came after `shutdown`")))
            }
            (Phase::Running, "shutdown") => {
                self.phase = Phase::ShutDown;
                Ok(Value::Null)
            }
            (Phase::Running, _) => self.answer_about_text(method, params),
        }
    }

    fn initialize(&mut self, params: &Value) -> Value {
        let capability = |path: &str| params.pointer(&format!("/capabilities/{path}"));
        let is_true = |path: &str| capability(path).and_then(Value::as_bool).unwrap_or(false);
        let offered = capability("general/positionEncodings").unwrap_or(&Value::Null);
        self.client = Client {
            encoding: Encoding::choose(offered),
            snippets: is_true("textDocument/completion/completionItem/snippetSupport"),
            symbols: is_true("textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
        };
        self.phase = Phase::Running;
        json!({
            "capabilities": {
                "positionEncoding": self.client.encoding.name(),
                "textDocumentSync": { "openClose": true, "change": 2, "save": true },
                "completionProvider": { "triggerCharacters": [".", ":", "\"", "{", "/"] },
                "hoverProvider": true,
                "signatureHelpProvider": { "triggerCharacters": ["(", ","] },
                "definitionProvider": true,
                "documentSymbolProvider": true,
                "codeActionProvider": { "codeActionKinds": ["quickfix"] },
            },
            "serverInfo": { "name": "rustybt", "version": env!("CARGO_PKG_VERSION") },
        })
    }

    /// Takes what needs no answer; what is not understood is passed over.
    fn notice(&mut self, method: &str, params: &Value) {
        let Some(uri) = params.pointer("/textDocument/uri").and_then(Value::as_str) else {
            if method == "workspace/didChangeWatchedFiles" {
                self.documents.touch("");
            }
            return;
        };
        match method {
            "textDocument/didOpen" => self.open(uri, params),
            "textDocument/didChange" => self.change(uri, params),
            "textDocument/didSave" => self.documents.touch(uri),
            "textDocument/didClose" => self.close(uri),
            _ => {}
        }
    }

    fn open(&mut self, uri: &str, params: &Value) {
        let document = &params["textDocument"];
        let text = document["text"].as_str().unwrap_or_default().to_owned();
        let version = document["version"].as_i64().unwrap_or_default();
        let opened = Document::new(uri, version, text);
        self.documents.0.insert(uri.to_owned(), opened);
        self.documents.touch(uri);
    }

    fn close(&mut self, uri: &str) {
        if self.documents.0.remove(uri).is_some() {
            self.documents.touch(uri);
            self.publish(uri, None, &[]);
        }
    }

    fn change(&mut self, uri: &str, params: &Value) {
        let encoding = self.client.encoding;
        let Some(document) = self.documents.0.get_mut(uri) else {
            return;
        };
        let mut text = document.script.text.to_string();
        let changes = params["contentChanges"].as_array();
        for one in changes.into_iter().flatten() {
            // A change that is none leaves the text as it is.
            let _applied = change(&mut text, one, encoding);
        }
        document.script = crate::script::look::Script::new(text);
        document.version = params
            .pointer("/textDocument/version")
            .and_then(Value::as_i64)
            .unwrap_or_default();
        self.documents.touch(uri);
    }

    /// Checks everything that has changed, and tells what was found.
    fn check_stale(&mut self) {
        let stale: BTreeSet<String> = self
            .documents
            .0
            .iter()
            .filter(|(_, document)| document.stale)
            .map(|(uri, _)| uri.clone())
            .collect();
        for uri in stale {
            self.check(&uri);
        }
    }

    fn check(&mut self, uri: &str) {
        let reader = self.documents.reader(uri);
        let Some(document) = self.documents.0.get_mut(uri) else {
            return;
        };
        // First of all: a check that fails is not tried again until the text changes.
        document.stale = false;
        let levels = levels_at(document.path.as_deref());
        document.findings = check_text(&self.checker, &levels, &document.file(uri), &reader);
        let version = document.version;
        let shown = self.diagnostics(uri);
        self.publish(uri, Some(version), &shown);
    }

    fn publish(&mut self, uri: &str, version: Option<i64>, diagnostics: &[Value]) {
        let mut params = json!({ "uri": uri, "diagnostics": diagnostics });
        if let Some(version) = version {
            params["version"] = json!(version);
        }
        self.outbox.push(json!({
            "jsonrpc": "2.0",
            "method": "textDocument/publishDiagnostics",
            "params": params,
        }));
    }
}
