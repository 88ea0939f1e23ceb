//! The call that a place stands in: which function, which argument, and how it is written.

use crate::script::api::docs::{self, Doc};
use crate::script::look::Look;
use crate::script::look::lex::Kind;
use crate::script::look::sight::{first_kind, is_keyword, members};

/// A call, with every way to write it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    /// How the function is called, each with its parameters as they stand in it, and its words.
    pub forms: Vec<(String, Vec<String>, String)>,
    /// The form that fits what is written.
    pub form: usize,
    /// The argument at the place, from 0.
    pub argument: usize,
}

/// What a place stands in.
pub(super) struct Inside {
    /// The index of the function's name.
    pub(super) name: usize,
    /// The argument, from 0.
    pub(super) argument: usize,
    /// The index of the `#{` of the map of options that the place stands in, if it does.
    pub(super) map: Option<usize>,
}

impl Look<'_> {
    /// Returns the call whose brackets hold a place most closely.
    pub(super) fn inside(&self, at: usize) -> Option<Inside> {
        let tokens = &self.outline().tokens;
        let end = tokens.partition_point(|token| token.end <= at);
        // A string or name that is being typed is part of the argument.
        let mut depth = 0_usize;
        let (mut argument, mut map) = (0, None);
        for index in (0..end).rev() {
            match self.word(index) {
                ")" | "]" | "}" => depth += 1,
                "," if depth == 0 => argument += 1,
                "#{" if depth == 0 => {
                    if map.is_some() {
                        return None;
                    }
                    map = Some(index);
                    argument = 0;
                }
                "(" if depth == 0 => {
                    let name = index.checked_sub(1)?;
                    let named = tokens[name].kind == Kind::Name && !is_keyword(self.word(name));
                    if named && self.word_before(name) != "fn" {
                        return Some(Inside {
                            name,
                            argument,
                            map,
                        });
                    }
                    argument = 0;
                    map = None;
                }
                "[" | "?[" if depth == 0 => argument = 0,
                "{" | "${" | ";" if depth == 0 => return None,
                "(" | "[" | "{" | "#{" | "${" | "?[" => depth -= 1,
                _ => {}
            }
        }
        None
    }

    /// Whether a name stands behind a dot. One on a line of its own, with the dot at the end of the
    /// line before, does not: that line is still being written.
    fn is_member(&self, name: usize) -> bool {
        let Some(dot) = name
            .checked_sub(1)
            .map(|before| self.outline().tokens[before])
        else {
            return false;
        };
        let between = dot.end..self.outline().tokens[name].start;
        let breaks = self
            .text()
            .get(between)
            .is_some_and(|blank| blank.contains('\n'));
        matches!(dot.of(self.text()), "." | "?.") && !breaks
    }

    /// Returns the documented forms of the function whose name stands at an index.
    pub(super) fn forms(&self, name: usize) -> Vec<&'static Doc> {
        let word = self.word(name);
        if self.is_member(name) {
            let kind = self.kind_before(name - 1);
            return Self::docs_of_member(kind.as_deref(), word);
        }
        let shadowed = self.outline().functions.iter().any(|f| f.name == word);
        if shadowed || self.word_before(name) == "::" {
            return Vec::new();
        }
        let mut found = docs::find(word);
        found.retain(|doc| doc.receiver.is_empty() && doc.subject != "Handlers");
        if found.is_empty()
            && let Some(plain) = word.strip_suffix("_series")
        {
            found = docs::find(plain);
            found.retain(|doc| doc.receiver.is_empty() && doc.subject == "Indicators");
        }
        found
    }

    /// Returns the words about a method or field; of any kind of value where the kind is not known.
    pub(super) fn docs_of_member(kind: Option<&str>, name: &str) -> Vec<&'static Doc> {
        let plain = name.strip_suffix("_series").unwrap_or(name);
        if let Some(kind) = kind {
            let kind = first_kind(kind);
            let find = |name: &str| {
                members(kind)
                    .filter(|doc| doc.name == name)
                    .collect::<Vec<_>>()
            };
            let found = find(name);
            return if found.is_empty() { find(plain) } else { found };
        }
        let mut found = docs::find(name);
        if found.is_empty() {
            found = docs::find(plain);
        }
        found.retain(|doc| !doc.receiver.is_empty() || doc.subject == "Indicators");
        found
    }

    /// Returns the call at a place.
    pub fn call(&self, at: usize) -> Option<Call> {
        if self.in_comment(at) {
            return None;
        }
        let inside = self.inside(at)?;
        let mut argument = inside.argument;
        if let Some(map) = inside.map {
            argument = self.inside(self.outline().tokens[map].start)?.argument;
        }
        let word = self.word(inside.name);
        let is_method = self.is_member(inside.name);
        let mut forms: Vec<(String, Vec<String>, String)> = Vec::new();
        for doc in self.forms(inside.name) {
            let mut params = params_of(&doc.signature);
            let mut label = doc.signature.to_string();
            if is_method && doc.receiver.is_empty() && !params.is_empty() {
                // An indicator as a method: what it is taken of stands before the dot.
                params.remove(0);
                label = format!("{word}({})", params.join(", "));
            }
            forms.push((label, params, doc.text.to_string()));
        }
        if forms.is_empty() && !is_method {
            forms.extend(
                self.own_function(inside.name).map(|(params, words)| {
                    (format!("{word}({})", params.join(", ")), params, words)
                }),
            );
        }
        let form = forms
            .iter()
            .position(|(_, params, _)| params.len() > argument)
            .unwrap_or(0);
        (!forms.is_empty()).then_some(Call {
            forms,
            form,
            argument,
        })
    }

    /// Returns parameters and words of a function of this text, or of a module.
    fn own_function(&self, name: usize) -> Option<(Vec<String>, String)> {
        let word = self.word(name);
        if self.word_before(name) == "::" {
            let (_, module) = self.module(self.word(name.checked_sub(2)?))?;
            let mut functions = module.outline.functions.into_iter();
            let found = functions.find(|f| f.name == word && !f.private)?;
            return Some((found.params, found.doc));
        }
        let found = self.outline().functions.iter().find(|f| f.name == word)?;
        Some((found.params.clone(), found.doc.clone()))
    }
}

/// Returns the parameters as a signature writes them, brackets of what may be left out aside.
fn params_of(signature: &str) -> Vec<String> {
    let inside = signature
        .split_once('(')
        .and_then(|(_, rest)| rest.rsplit_once(')'));
    let (mut found, mut piece, mut braces) = (Vec::new(), String::new(), 0_usize);
    for c in inside.map_or("", |(inside, _)| inside).chars() {
        match c {
            '[' | ']' if braces == 0 => {}
            ',' if braces == 0 => found.push(std::mem::take(&mut piece)),
            _ => {
                braces += usize::from(c == '{');
                braces = braces.saturating_sub(usize::from(c == '}'));
                piece.push(c);
            }
        }
    }
    found.push(piece);
    found
        .into_iter()
        .map(|piece| piece.trim().to_owned())
        .filter(|piece| !piece.is_empty())
        .collect()
}
