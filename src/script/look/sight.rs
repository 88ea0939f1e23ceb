//! The kinds of values, as far as a text shows them without being run.
//!
//! Invariants: a kind is written as in the words about the API (`Series`, `array of Asset`); what is
//! not certain has none. Names that lead in a circle end after a few steps.

use crate::script::api::docs::{self, Doc};
use crate::script::host::HANDLERS;
use crate::script::look::Look;
use crate::script::look::lex::Kind;
use crate::script::look::outline::{Origin, Variable, is_context};

/// How many names are followed.
const STEPS: usize = 8;

/// Returns the first of several kinds: `float or ()` is a float once it is there.
pub(super) fn first_kind(kind: &str) -> &str {
    kind.split([','])
        .next()
        .unwrap_or(kind)
        .split(" or ")
        .next()
        .unwrap_or(kind)
}

/// Returns what a value of a kind has under a name.
pub(super) fn members(kind: &str) -> impl Iterator<Item = &'static Doc> {
    let kind = if kind.starts_with("array") {
        "array"
    } else {
        kind
    }
    .to_owned();
    docs::all().iter().filter(move |doc| {
        (!doc.receiver.is_empty() && doc.receiver == kind) || is_method_of(doc, &kind)
    })
}

/// Whether an indicator's function is a method of a kind of value too.
fn is_method_of(doc: &Doc, kind: &str) -> bool {
    let over = match kind {
        "Series" | "Panel" => "series",
        "Bars" => "bars",
        _ => return false,
    };
    let takes = doc
        .signature
        .strip_prefix(doc.name)
        .and_then(|rest| rest.strip_prefix('('));
    doc.receiver.is_empty()
        && doc.subject == "Indicators"
        && takes.is_some_and(|rest| rest.starts_with(over))
}

impl Look<'_> {
    /// Returns the index of the first token of the value that ends before a token, such as a dot.
    pub(super) fn value_before(&self, index: usize) -> Option<usize> {
        let mut at = index;
        loop {
            at = at.checked_sub(1)?;
            let kind = self.outline().tokens.get(at)?.kind;
            match (self.word(at), kind) {
                (")" | "]" | "}", _) => {
                    let open = self.opening(at)?;
                    let before = open.checked_sub(1);
                    let continues = before.is_some_and(|i| {
                        let kind = self.outline().tokens[i].kind;
                        let ends = matches!(self.word(i), ")" | "]");
                        let named = kind == Kind::Name && !is_keyword(self.word(i));
                        self.word(at) != "}" && (named || (ends && self.word(at) == "]"))
                    });
                    if continues {
                        at = open;
                        continue;
                    }
                    return Some(open);
                }
                (word, Kind::Name) if !is_keyword(word) => {}
                (_, Kind::Text(_) | Kind::Number) => {}
                _ => return None,
            }
            match self.word_before(at) {
                "." | "?." => at -= 1,
                "::" => return at.checked_sub(2),
                _ => return Some(at),
            }
        }
    }

    /// Returns the index of the bracket that one closes.
    fn opening(&self, close: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for at in (0..=close).rev() {
            match self.word(at) {
                ")" | "]" | "}" => depth += 1,
                "(" | "[" | "{" | "#{" | "${" | "?[" => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// Returns the kind of the value that ends before a token.
    pub(super) fn kind_before(&self, index: usize) -> Option<String> {
        let start = self.value_before(index)?;
        self.chain(start, index, 0).0
    }

    /// Returns the kind of a variable's value.
    pub(super) fn kind_of(&self, variable: &Variable) -> Option<String> {
        self.kind_of_variable(variable, 0)
    }

    fn kind_of_variable(&self, variable: &Variable, steps: usize) -> Option<String> {
        if steps > STEPS {
            return None;
        }
        match variable.origin {
            Origin::Param | Origin::Closure => self.kind_of_parameter(variable),
            Origin::Caught => None,
            Origin::Loop => {
                let (kind, _) = self.chain(variable.value?, usize::MAX, steps + 1);
                element(&kind?).map(str::to_owned)
            }
            Origin::Let | Origin::Const | Origin::Field => self.value(variable.value?, steps + 1),
        }
    }

    fn kind_of_parameter(&self, variable: &Variable) -> Option<String> {
        let function = self.outline().function_at(variable.at.start);
        let handler = function.filter(|f| HANDLERS.iter().any(|(name, _)| *name == f.name));
        if let Some(handler) = handler {
            let place = handler
                .params
                .iter()
                .position(|name| *name == variable.name)?;
            let doc = docs::find(&handler.name).into_iter().next()?;
            return doc.parameters().get(place).map(|p| p.kind.to_owned());
        }
        if is_context(&variable.name) {
            return Some("Context".to_owned());
        }
        let kind = first_kind(docs::kind_of(&variable.name));
        matches!(kind, "Asset" | "Data" | "Bars" | "Series").then(|| kind.to_owned())
    }

    /// Returns the kind of the value that begins at a token: a chain, or one with operators behind it.
    fn value(&self, start: usize, steps: usize) -> Option<String> {
        let (kind, end) = self.chain(start, usize::MAX, steps);
        let kind = kind?;
        match self.word(end) {
            "+" | "-" | "*" | "/" | "%" | "**" => match first_kind(&kind) {
                whole @ ("Series" | "Panel" | "string" | "Time") => Some(whole.to_owned()),
                _ => None,
            },
            "==" | "!=" | "<" | ">" | "<=" | ">=" | "&&" | "||" | "in" => match &*kind {
                "Panel" => Some(kind),
                _ => Some("bool".to_owned()),
            },
            "??" => Some(first_kind(&kind).to_owned()),
            _ => Some(kind),
        }
    }

    /// Returns the kind of a value and the index of the token after it.
    fn chain(&self, start: usize, end: usize, steps: usize) -> (Option<String>, usize) {
        if steps > STEPS || start >= self.outline().tokens.len() {
            return (None, start);
        }
        let (mut kind, mut at) = self.root(start, steps);
        while at < end.min(self.outline().tokens.len()) {
            match self.word(at) {
                "." | "?." => {
                    let name = self.word(at + 1);
                    let receiver = kind.take();
                    if self.word(at + 2) == "(" {
                        let after = self.outline().after_block(self.text(), at + 2);
                        kind = receiver.and_then(|k| method_kind(&k, name, self.arguments(at + 2)));
                        at = after;
                    } else {
                        kind = receiver.and_then(|k| self.field_kind(&k, name, steps));
                        at += 2;
                    }
                }
                "[" | "?[" => {
                    let after = self.outline().after_block(self.text(), at);
                    let slices = (at..after).any(|i| matches!(self.word(i), ".." | "..="));
                    kind = kind.take().and_then(|k| indexed(&k, slices));
                    at = after;
                }
                _ => break,
            }
        }
        (kind, at)
    }

    /// Returns the kind of what a chain begins with, and the index of the token after it.
    fn root(&self, start: usize, steps: usize) -> (Option<String>, usize) {
        let word = self.word(start);
        let after_block = |at: usize| self.outline().after_block(self.text(), at);
        match self.outline().tokens[start].kind {
            Kind::Text(_) => return (Some("string".to_owned()), start + 1),
            Kind::Number => {
                let kind = if word.contains(['.', 'e']) && !word.starts_with("0x") {
                    "float"
                } else {
                    "int"
                };
                return (Some(kind.to_owned()), start + 1);
            }
            Kind::Comment | Kind::Doc | Kind::Sign => {}
            Kind::Name => return self.named(start, word, steps),
        }
        match word {
            "[" => {
                let element = self.chain(start + 1, usize::MAX, steps + 1).0;
                let kind =
                    element.map_or_else(|| "array".to_owned(), |kind| format!("array of {kind}"));
                (Some(kind), after_block(start))
            }
            "#{" => (Some("map".to_owned()), after_block(start)),
            "(" => {
                let inner = self.value(start + 1, steps + 1);
                (inner, after_block(start))
            }
            "-" | "+" => self.chain(start + 1, usize::MAX, steps + 1),
            "!" => (
                Some("bool".to_owned()),
                self.chain(start + 1, usize::MAX, steps + 1).1,
            ),
            _ => (None, start + 1),
        }
    }

    fn named(&self, start: usize, word: &str, steps: usize) -> (Option<String>, usize) {
        if matches!(word, "true" | "false") {
            return (Some("bool".to_owned()), start + 1);
        }
        if self.word(start + 1) == "::" {
            let called = self.word(start + 3) == "(";
            let after = start + 3;
            let end = if called {
                self.outline().after_block(self.text(), after)
            } else {
                after
            };
            return (None, end);
        }
        if self.word(start + 1) == "(" {
            let end = self.outline().after_block(self.text(), start + 1);
            let kind = match word {
                "param" => self.default_kind(start),
                _ if self.outline().functions.iter().any(|f| f.name == word) => None,
                _ => function_kind(word),
            };
            return (kind, end);
        }
        let at = self.outline().tokens[start].start;
        let variables = self.outline().visible(self.text(), at);
        let found = variables.iter().rev().find(|v| v.name == word);
        (
            found.and_then(|v| self.kind_of_variable(v, steps + 1)),
            start + 1,
        )
    }

    /// Returns the kind of a parameter's default: `param("fast", 10, …)` is an int.
    fn default_kind(&self, start: usize) -> Option<String> {
        let at = start + 4 + usize::from(self.word(start + 4) == "-");
        let token = self.outline().tokens.get(at)?;
        matches!(token.kind, Kind::Text(_) | Kind::Number | Kind::Name)
            .then(|| self.root(at, STEPS).0)
            .flatten()
    }

    fn field_kind(&self, kind: &str, name: &str, steps: usize) -> Option<String> {
        let kind = first_kind(kind);
        let doc = members(kind).find(|doc| doc.is_field && doc.name == name);
        if let Some(doc) = doc {
            return Some(doc.returns());
        }
        let field = self
            .outline()
            .fields
            .iter()
            .find(|f| kind == "Context" && f.name == name)?;
        self.kind_of_variable(field, steps + 1)
    }

    /// Returns how many arguments stand in a bracket.
    fn arguments(&self, open: usize) -> usize {
        let end = self.outline().after_block(self.text(), open);
        let (mut depth, mut commas) = (0_usize, 0);
        for at in open..end {
            match self.word(at) {
                "(" | "[" | "{" | "#{" | "${" | "?[" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                "," if depth == 1 && self.word(at + 1) != ")" => commas += 1,
                _ => {}
            }
        }
        if end <= open + 2 { 0 } else { commas + 1 }
    }
}

/// Words that are not names of values.
pub(super) const KEYWORDS: [&str; 23] = [
    "let", "const", "fn", "private", "if", "else", "for", "in", "while", "loop", "do", "until",
    "switch", "return", "break", "continue", "throw", "try", "catch", "import", "as", "true",
    "false",
];

pub(super) fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word) && !matches!(word, "true" | "false")
}

/// Returns the kind of an element of a value.
fn element(kind: &str) -> Option<&str> {
    let kind = first_kind(kind);
    if let Some(element) = kind.strip_prefix("array of ") {
        return Some(element);
    }
    match kind {
        "Series" => Some("float"),
        "Positions" => Some("Position"),
        "Indicator" => Some("float or ()"),
        "string" => Some("string"),
        "range" => Some("int"),
        _ => None,
    }
}

/// Returns the kind of what an index gives.
fn indexed(kind: &str, slices: bool) -> Option<String> {
    let kind = first_kind(kind);
    let found = match kind {
        "Series" if slices => "Series",
        "Positions" => "Position",
        "Weights" => "float",
        "Histories" | "Panel" => "Series",
        _ => element(kind)?,
    };
    Some(found.to_owned())
}

fn function_kind(name: &str) -> Option<String> {
    let functions = docs::find(name);
    let mut fits = functions
        .iter()
        .filter(|doc| doc.receiver.is_empty() && !doc.is_field);
    let found = fits.next().map(|doc| doc.returns());
    let series = || {
        let plain = name.strip_suffix("_series")?;
        function_kind(plain).map(|kind| of_series(&kind))
    };
    found.or_else(series)
}

fn of_series(kind: &str) -> String {
    if kind.starts_with("map") {
        "map"
    } else {
        "Series"
    }
    .to_owned()
}

fn method_kind(kind: &str, name: &str, arguments: usize) -> Option<String> {
    let kind = first_kind(kind);
    let forms: Vec<&Doc> = members(kind)
        .filter(|doc| !doc.is_field && doc.name == name)
        .collect();
    if forms.is_empty() {
        let plain = name.strip_suffix("_series")?;
        return members(kind).find(|doc| doc.name == plain).map(|doc| {
            if kind == "Panel" {
                "Panel".to_owned()
            } else {
                of_series(&doc.returns())
            }
        });
    }
    let fits = |doc: &&&Doc| doc.parameters().len() == arguments;
    let doc = forms.iter().find(fits).or_else(|| forms.first())?;
    let is_indicator = doc.receiver.is_empty();
    Some(if kind == "Panel" && is_indicator {
        "Panel".to_owned()
    } else {
        doc.returns()
    })
}
