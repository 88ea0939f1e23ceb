//! What a name means, as Markdown.

use std::fmt::Write;

use crate::core::indicator::ALL;
use crate::script::api::docs::{self, Doc, option_key};
use crate::script::host::HANDLERS;
use crate::script::look::builtin::builtins;
use crate::script::look::lex::Kind;
use crate::script::look::outline::{Function, Origin, Variable};
use crate::script::look::sight::first_kind;
use crate::script::look::{Hover, Look, Script};

/// Writes code as Markdown.
fn code(text: &str) -> String {
    format!("```rhai\n{text}\n```\n")
}

/// Writes the words about functions, methods or fields as Markdown.
fn told(forms: &[&Doc]) -> String {
    let mut text = String::new();
    for doc in forms {
        let head = match (doc.receiver, doc.is_field) {
            ("", _) => format!("{}{}", doc.signature, arrow(doc)),
            (receiver, true) => format!("{receiver}.{}: {}", doc.name, doc.signature),
            (receiver, false) => format!("{receiver}.{}{}", doc.signature, arrow(doc)),
        };
        let _infallible = writeln!(text, "{}\n{}\n", code(&head).trim_end(), doc.text);
        if !doc.example.is_empty() {
            let _infallible = writeln!(text, "{}", code(&doc.example));
        }
    }
    text.trim_end().to_owned()
}

fn arrow(doc: &Doc) -> String {
    match doc.returns().as_str() {
        "()" => String::new(),
        kind => format!(" -> {kind}"),
    }
}

fn of_function(prefix: &str, function: &Function) -> String {
    let head = format!(
        "fn {prefix}{}({})",
        function.name,
        function.params.join(", ")
    );
    format!("{}{}", code(&head), function.doc)
        .trim_end()
        .to_owned()
}

fn of_module(path: &str, module: &Script) -> String {
    let mut text = format!("{}{}", code(&format!("import \"{path}\"")), module.words());
    let names: Vec<String> = module
        .outline
        .functions
        .iter()
        .filter(|f| !f.private)
        .map(|f| format!("`{}({})`", f.name, f.params.join(", ")))
        .collect();
    let _infallible = write!(text, "\n\n{}", names.join(", "));
    text
}

impl Look<'_> {
    /// Returns what is known about the name at a place.
    pub fn hover(&self, at: usize) -> Option<Hover> {
        if self.in_comment(at) {
            return None;
        }
        let index = self.token_at(at)?;
        let token = self.outline().tokens[index];
        let words = match token.kind {
            Kind::Name => self.about_name(index)?,
            Kind::Text(_) => self.about_text(index)?,
            Kind::Number | Kind::Sign | Kind::Comment | Kind::Doc => return None,
        };
        Some(Hover {
            words,
            at: token.range(),
        })
    }

    fn about_text(&self, index: usize) -> Option<String> {
        let token = self.outline().tokens[index];
        if let Some(import) = self
            .outline()
            .imports
            .iter()
            .find(|i| i.at == token.range())
        {
            let text = crate::script::check::module_text(&import.path, self.read)?;
            return Some(of_module(&import.path, &Script::new(text)));
        }
        let inside = self.inside(token.start)?;
        let name = self.word(index).trim_matches('"');
        let is_indicator = self.word(inside.name) == "indicator" && inside.argument == 0;
        let known = |name: &str| {
            ALL.iter()
                .any(|s| s.name == name || s.aliases.contains(&name))
        };
        (is_indicator && known(name)).then(|| {
            let mut forms = docs::find(name);
            forms.retain(|doc| doc.receiver.is_empty());
            told(&forms)
        })
    }

    fn about_name(&self, index: usize) -> Option<String> {
        let token = self.outline().tokens[index];
        let word = self.word(index);
        match self.word_before(index) {
            "." | "?." => return self.about_member(index),
            "::" => {
                let alias = self.word(index.checked_sub(2)?);
                let (_, module) = self.module(alias)?;
                let functions = &module.outline.functions;
                if let Some(function) = functions.iter().find(|f| !f.private && f.name == word) {
                    return Some(of_function(&format!("{alias}::"), function));
                }
                let read = self.read;
                let look = Look::new(&module, read);
                let constant = module.outline.variables.iter().find(|v| v.name == word)?;
                return Some(look.about_variable(constant));
            }
            _ => {}
        }
        if self.word(index + 1) == "::" {
            let (path, module) = self.module(word)?;
            return Some(of_module(&path, &module));
        }
        if self.word(index + 1) == ":"
            && let Some(words) = self.about_key(index)
        {
            return Some(words);
        }
        let is_call = self.word(index + 1) == "(";
        let declared = self
            .outline()
            .variables
            .iter()
            .find(|v| v.at == token.range());
        let visible = self.outline().visible(self.text(), token.end + 1);
        let variable = visible.iter().rev().find(|v| v.name == word).or(declared);
        if let Some(variable) = variable.filter(|_| !is_call) {
            return Some(self.about_variable(variable));
        }
        if let Some(function) = self.outline().functions.iter().find(|f| f.name == word) {
            let mut words = of_function("", function);
            if HANDLERS.iter().any(|(name, _)| *name == word) {
                let _infallible = write!(words, "\n\n{}", told(&docs::find(word)));
            }
            return Some(words);
        }
        let forms = self.forms(index);
        if !forms.is_empty() {
            return Some(told(&forms));
        }
        about_builtin(word, None)
    }

    fn about_key(&self, index: usize) -> Option<String> {
        let inside = self.inside(self.outline().tokens[index].start)?;
        inside.map?;
        let forms = self.forms(inside.name);
        let mut keys = forms
            .iter()
            .flat_map(|doc| doc.parameters())
            .flat_map(|p| p.options);
        let key = keys.find(|key| key == self.word(index))?;
        let known = option_key(&key)?;
        let head = code(&format!("{}: {}", known.name, known.kind));
        Some(format!("{head}{}", known.text))
    }

    fn about_member(&self, index: usize) -> Option<String> {
        let word = self.word(index);
        let kind = self.kind_before(index - 1);
        if kind.as_deref() == Some("Context")
            && let Some(field) = self.outline().fields.iter().find(|f| f.name == word)
        {
            let kind = self
                .kind_of(field)
                .map(|kind| format!(": {kind}"))
                .unwrap_or_default();
            let head = code(&format!("context.{word}{kind}"));
            return Some(format!(
                "{head}Set first to `{}`.",
                self.value_text(field.at.end)
            ));
        }
        let is_call = self.word(index + 1) == "(";
        let mut forms = Self::docs_of_member(kind.as_deref(), word);
        if forms.iter().any(|doc| doc.is_field != is_call) {
            forms.retain(|doc| doc.is_field != is_call);
        }
        if !forms.is_empty() {
            return Some(told(&forms));
        }
        about_builtin(word, kind.as_deref().map(first_kind))
    }

    fn about_variable(&self, variable: &Variable) -> String {
        let kind = self
            .kind_of(variable)
            .map(|kind| format!(": {kind}"))
            .unwrap_or_default();
        let name = &variable.name;
        match variable.origin {
            Origin::Const => code(&format!(
                "const {name}{kind} = {}",
                self.value_text(variable.at.end)
            )),
            Origin::Let => code(&format!(
                "let {name}{kind} = {}",
                self.value_text(variable.at.end)
            )),
            Origin::Param | Origin::Loop | Origin::Closure | Origin::Caught | Origin::Field => {
                code(&format!("{name}{kind}"))
            }
        }
        .trim_end()
        .to_owned()
    }
}

/// Returns the words about a function of the language, of one kind of value where that is known.
fn about_builtin(name: &str, kind: Option<&str>) -> Option<String> {
    let kind = kind.map(|kind| kind.split(' ').next().unwrap_or(kind));
    let mut texts: Vec<String> = Vec::new();
    let fits = |receiver: &str| kind.is_none_or(|kind| kind == receiver);
    for found in builtins()
        .iter()
        .filter(|f| f.name == name && fits(&f.receiver))
    {
        let dot = if found.receiver.is_empty() { "" } else { "." };
        let head = code(&format!("{}{dot}{}", found.receiver, found.signature));
        let text = format!("{head}{}", found.words);
        if texts.len() < 4 && !found.words.is_empty() && !texts.contains(&text) {
            texts.push(text);
        }
    }
    (!texts.is_empty()).then(|| texts.join("\n\n"))
}
