//! Where a name comes from, and what a text has to show in an outline.

use std::ops::Range;

use crate::script::host::HANDLERS;
use crate::script::look::Look;
use crate::script::look::lex::Kind;
use crate::script::look::outline::Origin;

/// Where something is declared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// The module, as an import names it; empty for the text itself.
    pub module: String,
    /// Where its name stands there.
    pub at: Range<usize>,
}

/// What an outline shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SymbolKind {
    /// A function that the engine calls.
    Handler,
    /// Another function.
    Function,
    /// A constant.
    Constant,
    /// A variable.
    Variable,
    /// An import.
    Module,
}

/// One line of an outline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// More about it: parameters, a path.
    pub detail: String,
    /// Where its name stands.
    pub at: Range<usize>,
    /// Where all of it stands.
    pub whole: Range<usize>,
}

impl Look<'_> {
    /// Returns where the name at a place is declared; `None` for what the text and its modules do not
    /// declare.
    pub fn definition(&self, at: usize) -> Option<Target> {
        if self.in_comment(at) {
            return None;
        }
        let index = self.token_at(at)?;
        let token = self.outline().tokens[index];
        let word = self.word(index);
        let here = |at: &Range<usize>| {
            Some(Target {
                module: String::new(),
                at: at.clone(),
            })
        };
        if let Some(import) = self
            .outline()
            .imports
            .iter()
            .find(|i| i.at == token.range())
        {
            return Some(Target {
                module: import.path.clone(),
                at: 0..0,
            });
        }
        if token.kind != Kind::Name {
            return None;
        }
        if self.word_before(index) == "::" {
            let (path, module) = self.module(self.word(index.checked_sub(2)?))?;
            let functions = module.outline.functions.iter().filter(|f| !f.private);
            let constants = module
                .outline
                .variables
                .iter()
                .filter(|v| v.origin == Origin::Const);
            let mut names = functions
                .map(|f| (&f.name, &f.at))
                .chain(constants.map(|v| (&v.name, &v.at)));
            let at = names.find(|(name, _)| *name == word)?.1.clone();
            return Some(Target { module: path, at });
        }
        if self.word(index + 1) == "::" {
            let import = self.outline().imports.iter().find(|i| i.alias == word)?;
            return here(&import.at);
        }
        if matches!(self.word_before(index), "." | "?.") {
            let is_context = self.kind_before(index - 1).as_deref() == Some("Context");
            let field = self
                .outline()
                .fields
                .iter()
                .find(|f| is_context && f.name == word)?;
            return here(&field.at);
        }
        let is_call = self.word(index + 1) == "(";
        let variables = self.outline().visible(self.text(), token.start + 1);
        let declared = self
            .outline()
            .variables
            .iter()
            .find(|v| v.at == token.range());
        let variable = variables.iter().rev().find(|v| v.name == word).or(declared);
        let function = self.outline().functions.iter().find(|f| f.name == word);
        match (variable, function) {
            (Some(variable), None) => here(&variable.at),
            (Some(variable), Some(_)) if !is_call => here(&variable.at),
            (_, Some(function)) => here(&function.at),
            (None, None) => None,
        }
    }

    /// Returns what the text declares, in order.
    pub fn symbols(&self) -> Vec<Symbol> {
        let outline = self.outline();
        let mut found: Vec<Symbol> = Vec::new();
        for import in outline
            .imports
            .iter()
            .filter(|import| !import.alias.is_empty())
        {
            found.push(Symbol {
                name: import.alias.clone(),
                kind: SymbolKind::Module,
                detail: import.path.clone(),
                at: import.at.clone(),
                whole: import.at.clone(),
            });
        }
        for variable in &outline.variables {
            let is_const = variable.origin == Origin::Const;
            found.push(Symbol {
                name: variable.name.clone(),
                kind: if is_const {
                    SymbolKind::Constant
                } else {
                    SymbolKind::Variable
                },
                detail: self.value_text(variable.at.end),
                at: variable.at.clone(),
                whole: variable.at.clone(),
            });
        }
        for function in &outline.functions {
            let is_handler = HANDLERS.iter().any(|(name, _)| *name == function.name);
            found.push(Symbol {
                name: function.name.clone(),
                kind: if is_handler {
                    SymbolKind::Handler
                } else {
                    SymbolKind::Function
                },
                detail: format!("({})", function.params.join(", ")),
                at: function.at.clone(),
                whole: function.whole.clone(),
            });
        }
        found.sort_by_key(|symbol| symbol.at.start);
        found
    }

    /// Returns what a declaration sets a name to: the text from `=` to the end of the statement.
    pub(super) fn value_text(&self, after: usize) -> String {
        let rest = &self.text()[after..];
        let line = rest.lines().next().unwrap_or("").trim_start();
        let value = line.strip_prefix('=').unwrap_or("");
        let value = value.split("//").next().unwrap_or("").trim();
        value.trim_end_matches(';').trim().to_owned()
    }
}
