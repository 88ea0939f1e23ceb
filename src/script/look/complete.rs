//! What fits at a place.
//!
//! Invariants: each label comes once; what is offered replaces the word that is being typed, which may
//! be empty.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::core::indicator::ALL;
use crate::script::api::docs::{self, Doc, option_key};
use crate::script::host::HANDLERS;
use crate::script::look::Look;
use crate::script::look::builtin::builtins;
use crate::script::look::lex::Kind;
use crate::script::look::outline::{Function, Origin};
use crate::script::look::sight::{KEYWORDS, first_kind, members};
use crate::script::stdlib;

/// How many of the nearest variables are offered with the kinds of their values.
const WITH_KIND: usize = 60;

/// What a candidate is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// A function.
    Function,
    /// A method.
    Method,
    /// A field.
    Field,
    /// A variable or parameter.
    Variable,
    /// A constant.
    Constant,
    /// A module.
    Module,
    /// A word of the language.
    Keyword,
    /// The key of an option.
    Key,
    /// A text that a parameter takes.
    Value,
    /// A function that the engine calls.
    Handler,
}

/// Something that fits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// What is shown, and inserted where there is nothing better.
    pub label: String,
    /// What it is.
    pub what: What,
    /// How it is called, or its kind.
    pub detail: String,
    /// Words about it, as Markdown.
    pub words: String,
    /// What is inserted by editors that know snippets; empty for the label.
    pub snippet: String,
    /// What is replaced.
    pub replace: Range<usize>,
}

/// Candidates as they are found.
struct Basket {
    found: Vec<Candidate>,
    labels: BTreeSet<String>,
    replace: Range<usize>,
}

impl Basket {
    fn add(&mut self, label: &str, what: What, detail: &str, words: &str, snippet: String) {
        if self.labels.insert(label.to_owned()) {
            self.found.push(Candidate {
                label: label.to_owned(),
                what,
                detail: detail.to_owned(),
                words: words.to_owned(),
                snippet,
                replace: self.replace.clone(),
            });
        }
    }

    fn plain(&mut self, label: &str, what: What, detail: &str, words: &str) {
        self.add(label, what, detail, words, String::new());
    }

    fn doc(&mut self, doc: &Doc, what: What) {
        let snippet = if doc.is_field {
            String::new()
        } else {
            snippet(doc, what == What::Method)
        };
        self.add(doc.name, what, &doc.signature, &doc.text, snippet);
    }

    fn function(&mut self, function: &Function) {
        let detail = format!("{}({})", function.name, function.params.join(", "));
        let snippet = call(&function.name, &function.params);
        self.add(
            &function.name,
            What::Function,
            &detail,
            &function.doc,
            snippet,
        );
    }
}

/// Returns a call with a place for each argument.
fn call(name: &str, params: &[String]) -> String {
    let places: Vec<String> = params
        .iter()
        .enumerate()
        .map(|(index, param)| format!("${{{}:{param}}}", index + 1))
        .collect();
    format!("{name}({})$0", places.join(", "))
}

fn snippet(doc: &Doc, is_method: bool) -> String {
    let skip = usize::from(is_method && doc.receiver.is_empty());
    let params: Vec<String> = doc
        .parameters()
        .into_iter()
        .skip(skip)
        .filter(|parameter| !parameter.optional)
        .map(|parameter| parameter.name)
        .collect();
    call(doc.name, &params)
}

impl Look<'_> {
    /// Returns what fits at a place, the nearest first.
    pub fn complete(&self, at: usize) -> Vec<Candidate> {
        if self.in_comment(at) {
            return Vec::new();
        }
        let tokens = &self.outline().tokens;
        // The token that is being typed, or else the index at which one would stand.
        let index = tokens.partition_point(|token| token.end < at);
        let typed = tokens
            .get(index)
            .filter(|token| token.start < at && at <= token.end);
        let is_word = typed.is_some_and(|token| token.kind == Kind::Name);
        if let Some(token) = typed.filter(|token| matches!(token.kind, Kind::Text(_))) {
            let closed = token.kind == Kind::Text(true);
            if !closed || at < token.end {
                let end = token.end - usize::from(closed);
                return self.in_text(index, token.start + 1..end.max(token.start + 1));
            }
        }
        if typed.is_some_and(|token| token.kind == Kind::Number) {
            return Vec::new();
        }
        let replace = typed
            .filter(|_| is_word)
            .map_or(at..at, |token| token.range());
        let mut basket = Basket {
            found: Vec::new(),
            labels: BTreeSet::new(),
            replace,
        };
        let index = if is_word || typed.is_none() {
            index
        } else {
            index + 1
        };
        match self.word_before(index) {
            "." | "?." => self.add_members(index - 1, &mut basket),
            "::" => self.add_module_members(index, &mut basket),
            "fn" => self.add_handlers(false, &mut basket),
            "let" | "const" | "as" | "for" => {}
            _ if self.add_keys(index, at, &mut basket) => {}
            _ => self.add_names(index, at, &mut basket),
        }
        basket.found
    }

    fn add_members(&self, dot: usize, basket: &mut Basket) {
        let kind = self.kind_before(dot);
        let Some(kind) = kind.as_deref().map(first_kind) else {
            for doc in docs::all().iter().filter(|doc| !doc.receiver.is_empty()) {
                basket.doc(
                    doc,
                    if doc.is_field {
                        What::Field
                    } else {
                        What::Method
                    },
                );
            }
            for doc in members("Series").filter(|doc| doc.receiver.is_empty()) {
                basket.doc(doc, What::Method);
            }
            return;
        };
        if kind == "Context" {
            for field in &self.outline().fields {
                let kind = self.kind_of(field).unwrap_or_default();
                basket.plain(
                    &field.name,
                    What::Field,
                    &kind,
                    "A field that this script sets.",
                );
            }
        }
        // A field reads better than the method of the same name.
        for doc in members(kind).filter(|doc| doc.is_field) {
            basket.doc(doc, What::Field);
        }
        for doc in members(kind).filter(|doc| !doc.is_field) {
            basket.doc(doc, What::Method);
        }
        let of_the_language = kind.split(' ').next().unwrap_or(kind);
        if matches!(
            of_the_language,
            "array" | "map" | "string" | "int" | "float"
        ) {
            for function in builtins().iter().filter(|f| f.receiver == of_the_language) {
                let params: Vec<String> = params_of(&function.signature);
                let snippet = call(&function.name, &params);
                basket.add(
                    &function.name,
                    What::Method,
                    &function.signature,
                    &function.words,
                    snippet,
                );
            }
        }
    }

    fn add_module_members(&self, index: usize, basket: &mut Basket) {
        let alias = index.checked_sub(2).map_or("", |i| self.word(i));
        let Some((_, module)) = self.module(alias) else {
            return;
        };
        for function in module.outline.functions.iter().filter(|f| !f.private) {
            basket.function(function);
        }
        for constant in module
            .outline
            .variables
            .iter()
            .filter(|v| v.origin == Origin::Const)
        {
            basket.plain(&constant.name, What::Constant, "", "");
        }
    }

    /// Offers the functions that the engine calls and that the script does not have yet.
    fn add_handlers(&self, whole: bool, basket: &mut Basket) {
        for (name, _) in HANDLERS {
            if self.outline().functions.iter().any(|f| f.name == name) {
                continue;
            }
            for doc in docs::find(name) {
                let call = doc.signature.trim_start_matches("fn ");
                let fun = if whole { "fn " } else { "" };
                let snippet = format!("{fun}{call} {{\n    $0\n}}");
                basket.add(name, What::Handler, &doc.signature, &doc.text, snippet);
            }
        }
    }

    /// Offers the keys of a map of options; returns whether the place is one for a key.
    fn add_keys(&self, index: usize, at: usize, basket: &mut Basket) -> bool {
        if !matches!(self.word_before(index), "#{" | ",") {
            return false;
        }
        let start = basket.replace.start.min(at);
        let Some(inside) = self.inside(start) else {
            return self.word_before(index) == "#{";
        };
        let Some(map) = inside.map else { return false };
        let given: BTreeSet<&str> = (map..index)
            .filter(|i| self.word(i + 1) == ":")
            .map(|i| self.word(i))
            .collect();
        let forms = self.forms(inside.name);
        let keys = forms
            .iter()
            .flat_map(|doc| doc.parameters())
            .flat_map(|p| p.options);
        for key in keys.filter(|key| !given.contains(key.as_str())) {
            if let Some(known) = option_key(&key) {
                let snippet = format!("{key}: $0");
                basket.add(&key, What::Key, known.kind, known.text, snippet);
            }
        }
        true
    }

    fn add_names(&self, index: usize, at: usize, basket: &mut Basket) {
        let start = basket.replace.start.min(at);
        let outline = self.outline();
        let in_function = outline.function_at(start).is_some();
        let visible = outline.visible(self.text(), start);
        for (distance, variable) in visible.iter().rev().enumerate() {
            let is_constant = variable.origin == Origin::Const;
            let what = if is_constant {
                What::Constant
            } else {
                What::Variable
            };
            // Of the farther ones nobody reads the kind, and finding it takes its time.
            let near = distance < WITH_KIND;
            let kind = near.then(|| self.kind_of(variable)).flatten();
            basket.plain(&variable.name, what, &kind.unwrap_or_default(), "");
        }
        let begins = matches!(self.word_before(index), "" | "}" | ";");
        if !in_function && begins {
            self.add_handlers(true, basket);
        }
        for function in &outline.functions {
            basket.function(function);
        }
        for import in outline
            .imports
            .iter()
            .filter(|import| !import.alias.is_empty())
        {
            basket.plain(&import.alias, What::Module, &import.path, "");
        }
        for doc in docs::all()
            .iter()
            .filter(|doc| doc.receiver.is_empty() && doc.subject != "Handlers")
        {
            basket.doc(doc, What::Function);
        }
        for word in KEYWORDS {
            basket.plain(word, What::Keyword, "", "");
        }
    }

    /// Offers what a text may be: a module, an indicator, a field, an interval, the life of an order.
    fn in_text(&self, index: usize, replace: Range<usize>) -> Vec<Candidate> {
        let mut basket = Basket {
            found: Vec::new(),
            labels: BTreeSet::new(),
            replace,
        };
        if self.word_before(index) == "import" {
            for name in stdlib::names() {
                let words = stdlib::text(name).map(|text| super::Script::new(text).words());
                basket.plain(name, What::Module, "", &words.unwrap_or_default());
            }
            return basket.found;
        }
        let start = self.outline().tokens[index].start;
        let Some(inside) = self.inside(start) else {
            return basket.found;
        };
        if inside.map.is_some() {
            let key = index.checked_sub(2).map_or("", |i| self.word(i));
            if key == "tif" && self.word_before(index) == ":" {
                basket.values(&["gtc", "day", "ioc", "fok"]);
            }
            return basket.found;
        }
        match (self.word(inside.name), inside.argument) {
            ("indicator", 0) => {
                for spec in ALL.iter() {
                    for name in std::iter::once(&spec.name).chain(spec.aliases) {
                        basket.plain(name, What::Value, "indicator", spec.doc);
                    }
                }
            }
            ("current", 1) => basket.values(&["open", "high", "low", "close", "volume", "price"]),
            ("history" | "panel", 1) => basket.values(&["open", "high", "low", "close", "volume"]),
            ("history" | "panel", 2 | 3) | ("every", 0) => {
                basket.values(&["1m", "5m", "15m", "30m", "1h", "4h", "1d", "1w"]);
            }
            ("set_cancel_policy", 0) => basket.values(&["eod", "never"]),
            ("alert", 0) => basket.values(&["info", "warning", "critical"]),
            _ => {}
        }
        basket.found
    }
}

impl Basket {
    fn values(&mut self, values: &[&str]) {
        for value in values {
            self.plain(value, What::Value, "", "");
        }
    }
}

fn params_of(signature: &str) -> Vec<String> {
    let inside = signature
        .split_once('(')
        .map_or("", |(_, rest)| rest.trim_end_matches(')'));
    let params = inside
        .split(',')
        .map(str::trim)
        .filter(|param| !param.is_empty());
    params.map(str::to_owned).collect()
}
