//! What a text declares: functions, constants, variables, imports, fields of the context.
//!
//! Invariants: found from tokens, so that a text that cannot be parsed has an outline too; a name is
//! visible from its declaration to the end of the block that it stands in.

use std::ops::Range;

use crate::script::look::lex::{Kind, Token, tokens};

/// A function of the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its parameters.
    pub params: Vec<String>,
    /// Whether importers do not see it.
    pub private: bool,
    /// What stands before it as explanation.
    pub doc: String,
    /// Where its name stands.
    pub at: Range<usize>,
    /// Where all of it stands.
    pub whole: Range<usize>,
    /// Its tokens from `fn` on, as indices.
    pub(super) span: Range<usize>,
}

/// What gives a variable its value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// A parameter of a function.
    Param,
    /// `let`.
    Let,
    /// `const`.
    Const,
    /// A loop over something.
    Loop,
    /// A parameter of a closure.
    Closure,
    /// `catch`.
    Caught,
    /// A field of the context.
    Field,
}

/// A variable, a constant or a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Where that stands.
    pub at: Range<usize>,
    /// What gives it its value.
    pub origin: Origin,
    /// The index of the first token of what it is set to, or of what is looped over.
    pub(super) value: Option<usize>,
}

/// An import.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Import {
    /// What is imported.
    pub path: String,
    /// The name it has here; empty for none.
    pub alias: String,
    /// Where the path stands, quotes included.
    pub at: Range<usize>,
}

/// See the module.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Outline {
    /// The tokens, comments aside.
    pub(super) tokens: Vec<Token>,
    /// Comments.
    pub(super) comments: Vec<Token>,
    /// Functions in order.
    pub functions: Vec<Function>,
    /// Constants and variables at the top level, in order.
    pub variables: Vec<Variable>,
    /// Imports.
    pub imports: Vec<Import>,
    /// Fields that functions give to the context, each where it is first set.
    pub fields: Vec<Variable>,
}

/// Names that a context usually has.
pub(super) fn is_context(name: &str) -> bool {
    matches!(name, "context" | "ctx")
}

impl Outline {
    /// Reads a text.
    pub fn of(text: &str) -> Self {
        let all = tokens(text);
        let mut outline = Self::default();
        for token in all {
            match token.kind {
                Kind::Doc | Kind::Comment => outline.comments.push(token),
                Kind::Name | Kind::Number | Kind::Text(_) | Kind::Sign => {
                    outline.tokens.push(token);
                }
            }
        }
        outline.read_declarations(text);
        outline.read_fields(text);
        outline
    }

    /// Returns the function that a place lies in.
    pub fn function_at(&self, at: usize) -> Option<&Function> {
        self.functions
            .iter()
            .find(|f| f.whole.start <= at && at <= f.whole.end)
    }

    /// Returns the token at an index.
    pub(super) fn token<'a>(&self, text: &'a str, index: usize) -> &'a str {
        self.tokens.get(index).map_or("", |token| token.of(text))
    }

    fn is_name(&self, index: usize) -> bool {
        self.tokens.get(index).is_some_and(|t| t.kind == Kind::Name)
    }

    fn range(&self, index: usize) -> Range<usize> {
        self.tokens.get(index).map_or(0..0, |token| token.range())
    }

    fn read_declarations(&mut self, text: &str) {
        let mut depth = 0_usize;
        let mut at = 0;
        while at < self.tokens.len() {
            match self.token(text, at) {
                "{" | "#{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth = depth.saturating_sub(1),
                "fn" if self.is_name(at + 1) => {
                    at = self.take_function(text, at);
                    depth = 0;
                    continue;
                }
                word @ ("const" | "let") if depth == 0 && self.is_name(at + 1) => {
                    let origin = if word == "const" {
                        Origin::Const
                    } else {
                        Origin::Let
                    };
                    let value = (self.token(text, at + 2) == "=").then_some(at + 3);
                    self.variables.push(Variable {
                        name: self.token(text, at + 1).to_owned(),
                        at: self.range(at + 1),
                        origin,
                        value,
                    });
                }
                "import" => self.take_import(text, at),
                _ => {}
            }
            at += 1;
        }
    }

    fn take_import(&mut self, text: &str, at: usize) {
        let Some(path) = self
            .tokens
            .get(at + 1)
            .filter(|t| matches!(t.kind, Kind::Text(true)))
        else {
            return;
        };
        let named = self.token(text, at + 2) == "as" && self.is_name(at + 3);
        self.imports.push(Import {
            path: path.of(text).trim_matches(['"', '`']).to_owned(),
            alias: if named {
                self.token(text, at + 3).to_owned()
            } else {
                String::new()
            },
            at: path.range(),
        });
    }

    /// Takes a function; returns the index of the token after it.
    fn take_function(&mut self, text: &str, at: usize) -> usize {
        let mut params = Vec::new();
        let mut end = at + 2;
        if self.token(text, end) == "(" {
            end += 1;
            while end < self.tokens.len() && !matches!(self.token(text, end), ")" | "{" | "fn") {
                if self.is_name(end) {
                    params.push(self.token(text, end).to_owned());
                }
                end += 1;
            }
            end += usize::from(self.token(text, end) == ")");
        }
        if self.token(text, end) == "{" {
            end = self.after_block(text, end);
        }
        let private = at > 0 && self.token(text, at - 1) == "private";
        let first = at - usize::from(private);
        let start = self.range(first).start;
        self.functions.push(Function {
            name: self.token(text, at + 1).to_owned(),
            params,
            private,
            doc: self.doc_before(text, first),
            at: self.range(at + 1),
            whole: start..self.range(end - 1).end,
            span: at..end,
        });
        end
    }

    /// Returns the index after the bracket that closes the one at an index. A function that begins at
    /// the start of a line ends what was left open before it.
    pub(super) fn after_block(&self, text: &str, open: usize) -> usize {
        let mut depth = 0_usize;
        let mut at = open;
        while at < self.tokens.len() {
            match self.token(text, at) {
                "{" | "#{" | "(" | "[" | "${" | "?[" => depth += 1,
                "}" | ")" | "]" => {
                    depth -= 1;
                    if depth == 0 {
                        return at + 1;
                    }
                }
                "fn" | "private" => {
                    let start = self.range(at).start;
                    if start == 0 || text[..start].ends_with('\n') {
                        return at;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        at
    }

    /// Returns the explanation that stands between a token and the one before it.
    fn doc_before(&self, text: &str, index: usize) -> String {
        let from = index
            .checked_sub(1)
            .map_or(0, |before| self.range(before).end);
        let to = self.range(index).start;
        let lines: Vec<String> = self
            .comments
            .iter()
            .filter(|t| t.kind == Kind::Doc && t.start >= from && t.end <= to)
            .flat_map(|t| doc_lines(t.of(text)))
            .collect();
        lines.join("\n").trim().to_owned()
    }

    fn read_fields(&mut self, text: &str) {
        let mut fields: Vec<Variable> = Vec::new();
        for at in 0..self.tokens.len() {
            let set = self.token(text, at + 1) == "."
                && self.is_name(at + 2)
                && self.token(text, at + 3) == "="
                && is_context(self.token(text, at))
                && (at == 0 || !matches!(self.token(text, at - 1), "." | "?."));
            let name = self.token(text, at + 2);
            if set && !fields.iter().any(|field| field.name == name) {
                fields.push(Variable {
                    name: name.to_owned(),
                    at: self.range(at + 2),
                    origin: Origin::Field,
                    value: Some(at + 4),
                });
            }
        }
        self.fields = fields;
    }

    /// Returns the variables that a place sees, the innermost last: those of its function, and the
    /// constants (or at the top level everything) of the text.
    pub fn visible(&self, text: &str, at: usize) -> Vec<Variable> {
        let Some(function) = self.function_at(at) else {
            return self
                .variables
                .iter()
                .filter(|v| v.at.end <= at)
                .cloned()
                .collect();
        };
        let constants = self.variables.iter().filter(|v| v.origin == Origin::Const);
        let mut found: Vec<Variable> = constants.cloned().collect();
        found.extend(self.locals(text, function, at));
        found
    }

    fn locals(&self, text: &str, function: &Function, at: usize) -> Vec<Variable> {
        let mut found: Vec<Variable> = Vec::new();
        // For each open block, how many variables there were before it.
        let mut blocks: Vec<usize> = Vec::new();
        let mut waiting: Vec<Variable> = Vec::new();
        let body = function.span.start + 2;
        let mut index = body;
        while index < function.span.end && self.range(index).start < at {
            let word = self.token(text, index);
            match word {
                "(" if index == body => {
                    let mut name = index + 1;
                    while name < function.span.end && self.token(text, name) != ")" {
                        if self.is_name(name) {
                            found.push(self.variable(text, name, Origin::Param, None));
                        }
                        name += 1;
                    }
                    index = name;
                }
                "{" | "#{" | "(" | "[" | "${" | "?[" => {
                    blocks.push(found.len());
                    if word == "{" {
                        found.append(&mut waiting);
                    }
                }
                "}" | ")" | "]" => {
                    if let Some(count) = blocks.pop() {
                        found.truncate(count);
                    }
                }
                "let" | "const"
                    if self.is_name(index + 1) && self.statement_end(text, index) < at =>
                {
                    let value = (self.token(text, index + 2) == "=").then_some(index + 3);
                    let origin = if word == "const" {
                        Origin::Const
                    } else {
                        Origin::Let
                    };
                    found.push(self.variable(text, index + 1, origin, value));
                }
                "for" => waiting = self.looped(text, index),
                "catch" if self.token(text, index + 1) == "(" && self.is_name(index + 2) => {
                    waiting = vec![self.variable(text, index + 2, Origin::Caught, None)];
                }
                "|" if self.opens_closure(text, index) => {
                    let mut name = index + 1;
                    while name < function.span.end && self.token(text, name) != "|" {
                        if self.is_name(name) {
                            found.push(self.variable(text, name, Origin::Closure, None));
                        }
                        name += 1;
                    }
                    index = name;
                }
                _ => {}
            }
            index += 1;
        }
        found
    }

    /// Returns where the statement that begins at a token ends: what it declares is seen only after it.
    fn statement_end(&self, text: &str, index: usize) -> usize {
        let mut depth = 0_usize;
        let mut at = index;
        while at < self.tokens.len() {
            match self.token(text, at) {
                "{" | "#{" | "(" | "[" | "${" | "?[" => depth += 1,
                "}" | ")" | "]" | ";" if depth == 0 => break,
                "}" | ")" | "]" => depth -= 1,
                _ => {}
            }
            at += 1;
        }
        self.range(at).start
    }

    fn variable(&self, text: &str, index: usize, origin: Origin, value: Option<usize>) -> Variable {
        Variable {
            name: self.token(text, index).to_owned(),
            at: self.range(index),
            origin,
            value,
        }
    }

    /// Returns the variables of `for x in …` or `for (x, i) in …`.
    fn looped(&self, text: &str, at: usize) -> Vec<Variable> {
        let mut names = Vec::new();
        let mut index = at + 1;
        while index < at + 8 && !matches!(self.token(text, index), "in" | "{" | "") {
            if self.is_name(index) {
                names.push(index);
            }
            index += 1;
        }
        let over = (self.token(text, index) == "in").then_some(index + 1);
        names
            .into_iter()
            .enumerate()
            .map(|(place, name)| {
                let over = over.filter(|_| place == 0);
                self.variable(text, name, Origin::Loop, over)
            })
            .collect()
    }

    /// Whether `|` begins the parameters of a closure: it does where a value may begin.
    fn opens_closure(&self, text: &str, index: usize) -> bool {
        let before = index.checked_sub(1).map_or("", |i| self.token(text, i));
        matches!(
            before,
            "(" | "," | "=" | "{" | ";" | ":" | "[" | "return" | "=>" | "" | "}"
        )
    }
}

/// Returns the lines of an explanation without what marks them.
fn doc_lines(comment: &str) -> Vec<String> {
    let body = comment.strip_prefix("/**").map_or_else(
        || comment.trim_start_matches('/'),
        |body| body.trim_end_matches("*/"),
    );
    body.lines()
        .map(|line| {
            let line = line.strip_prefix(' ').unwrap_or(line);
            line.trim_end().to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "//! A script.
import \"std/signals\" as sig;
const FAST = param(\"fast\", 10);
let state = 1;
/// Doubles.
/// Twice.
private fn double(x) { x * 2 }
fn handle_data(context, data) {
    context.prices = data.history(\"A\", 5, \"1d\");
    for (p, i) in context.prices { let q = p; }
    let a = [1].map(|y| y + 1);
    if a { let inner = 1; HERE }
}
";

    #[test]
    fn what_is_declared_is_found_with_its_words() {
        let outline = Outline::of(TEXT);
        let functions: Vec<_> = outline
            .functions
            .iter()
            .map(|f| (&*f.name, f.params.join(",")))
            .collect();
        assert_eq!(
            functions,
            [
                ("double", "x".to_owned()),
                ("handle_data", "context,data".to_owned())
            ]
        );
        assert!(outline.functions[0].private);
        assert_eq!(outline.functions[0].doc, "Doubles.\nTwice.");
        assert_eq!(&TEXT[outline.functions[1].at.clone()], "handle_data");
        assert!(TEXT[outline.functions[1].whole.clone()].ends_with("HERE }\n}"));
        let top: Vec<_> = outline
            .variables
            .iter()
            .map(|v| (&*v.name, v.origin))
            .collect();
        assert_eq!(top, [("FAST", Origin::Const), ("state", Origin::Let)]);
        assert_eq!(outline.imports[0].path, "std/signals");
        assert_eq!(outline.imports[0].alias, "sig");
        assert_eq!(outline.fields[0].name, "prices");
    }

    #[test]
    fn a_place_sees_what_is_declared_before_it_and_around_it() {
        let outline = Outline::of(TEXT);
        let seen = |mark: &str| -> Vec<String> {
            let at = TEXT.find(mark).unwrap();
            outline
                .visible(TEXT, at)
                .into_iter()
                .map(|v| v.name)
                .collect()
        };
        assert_eq!(seen("HERE"), ["FAST", "context", "data", "a", "inner"]);
        assert_eq!(seen("let q"), ["FAST", "context", "data", "p", "i"]);
        assert_eq!(seen("y + 1"), ["FAST", "context", "data", "y"]);
        assert_eq!(seen("* 2"), ["FAST", "x"]);
    }

    #[test]
    fn a_function_that_is_not_closed_ends_where_the_next_begins() {
        let text = "fn a(x) {\n    order(\nfn b(y) { y }\n";
        let outline = Outline::of(text);
        let names: Vec<_> = outline.functions.iter().map(|f| &*f.name).collect();
        assert_eq!(names, ["a", "b"]);
        let seen = outline.visible(text, text.find("(\nfn").unwrap());
        assert_eq!(seen[0].name, "x");
    }
}
