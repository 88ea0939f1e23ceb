//! A parsed file, ready to be looked at: its functions one by one, its constants, its imports.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the interpreter's own enums are long and open"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rhai::{AST, ASTFlags, ASTNode, Engine, Expr, FnAccess, Position, Stmt};

use crate::script::check::handlers::scheduled;
use crate::script::check::kind::Value;
use crate::script::check::{Finding, Severity};
use crate::script::error::syntax::advise;
use crate::script::error::{Explainer, Texts};
use crate::script::modules::ReadModule;
use crate::script::source::only;
use crate::script::stdlib;

/// What a file is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// A strategy.
    Script,
    /// What others import.
    Module,
}

/// A function of a file, or a closure, or its top level.
pub(super) struct Function {
    /// Empty for the top level; `anon$…` for closures.
    pub(super) name: String,
    pub(super) params: Vec<String>,
    pub(super) private: bool,
    pub(super) body: Vec<Stmt>,
    /// What is known of its parameters and variables.
    pub(super) kinds: BTreeMap<String, Value>,
}

/// See the module.
pub(super) struct Parsed {
    pub(super) name: String,
    pub(super) text: Arc<str>,
    pub(super) role: Role,
    /// The top level first, then functions and closures.
    pub(super) functions: Vec<Function>,
    /// Paths by the name that an import gives them.
    pub(super) imports: BTreeMap<String, String>,
    /// Whole-number constants at the top level.
    pub(super) whole: BTreeMap<String, i64>,
    /// Names of constants at the top level.
    pub(super) constants: BTreeSet<String>,
    /// Names of variables at the top level.
    pub(super) top_level: BTreeSet<String>,
    /// Names of functions that are handed to the engine.
    pub(super) scheduled: BTreeSet<String>,
}

impl Function {
    /// Calls `look` with each node and the nodes that it stands in, itself last.
    pub(super) fn walk(&self, mut look: impl FnMut(&[ASTNode<'_>])) {
        for statement in &self.body {
            statement.walk(&mut Vec::new(), &mut |path: &[ASTNode<'_>]| {
                look(path);
                true
            });
        }
    }

    pub(super) fn is_closure(&self) -> bool {
        self.name.starts_with("anon$")
    }

    /// Returns the names that a function's own parameters, variables and loops give.
    pub(super) fn locals(&self) -> BTreeSet<String> {
        let mut names: BTreeSet<String> = self.params.iter().cloned().collect();
        self.walk(|path| {
            let Some(ASTNode::Stmt(stmt)) = path.last() else {
                return;
            };
            match stmt {
                Stmt::Var(x, ..) => {
                    names.insert(x.0.name.to_string());
                }
                Stmt::For(x, _) => {
                    names.insert(x.0.name.to_string());
                    names.extend(x.1.iter().map(|counter| counter.name.to_string()));
                }
                Stmt::TryCatch(x, _) => {
                    if let Expr::Variable(caught, ..) = &x.expr {
                        names.insert(caught.1.to_string());
                    }
                }
                Stmt::Import(x, _) => {
                    names.insert(x.1.name.to_string());
                }
                _ => {}
            }
        });
        names
    }
}

impl Parsed {
    /// Returns the functions that have a name.
    pub(super) fn named(&self) -> impl Iterator<Item = &Function> {
        self.functions
            .iter()
            .filter(|f| !f.name.is_empty() && !f.is_closure())
    }

    pub(super) fn function(&self, name: &str) -> Option<&Function> {
        self.named().find(|f| f.name == name)
    }

    /// Returns where the name of a function stands.
    pub(super) fn place_of(&self, name: &str) -> Position {
        for (at, line) in self.text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or("");
            let after_fn = code.find("fn ").map(|found| found + 3);
            let Some(start) = after_fn else { continue };
            let rest = code[start..].trim_start();
            let column = code.len() - rest.len();
            let ends = rest
                .get(name.len()..)
                .is_some_and(|after| rest.starts_with(name) && after.trim_start().starts_with('('));
            if ends {
                let characters = code[..column].chars().count();
                return position(at + 1, characters + 1);
            }
        }
        Position::NONE
    }

    fn new(role: Role, name: &str, text: Arc<str>, tree: &AST) -> Self {
        let mut parsed = Self {
            name: name.to_owned(),
            text,
            role,
            functions: functions(tree),
            imports: BTreeMap::new(),
            whole: BTreeMap::new(),
            constants: BTreeSet::new(),
            top_level: BTreeSet::new(),
            scheduled: BTreeSet::new(),
        };
        parsed.find_scheduled();
        for stmt in tree.statements() {
            parsed.take_statement(stmt);
        }
        parsed
    }

    fn find_scheduled(&mut self) {
        let mut names = BTreeSet::new();
        for function in &self.functions {
            function.walk(|path| {
                if let Some(
                    ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _)),
                ) = path.last()
                    && let Some((name, _)) = scheduled(call)
                {
                    names.insert(name.to_owned());
                }
            });
        }
        self.scheduled = names;
    }

    fn take_statement(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Var(x, flags, _) => {
                let name = x.0.name.to_string();
                if flags.intersects(ASTFlags::CONSTANT) {
                    if let Some(value) = whole_number(&x.1) {
                        self.whole.insert(name.clone(), value);
                    }
                    self.constants.insert(name);
                } else {
                    self.top_level.insert(name);
                }
            }
            Stmt::Import(x, _) => {
                if let Expr::StringConstant(path, _) = &x.0 {
                    self.imports.insert(x.1.name.to_string(), path.to_string());
                }
            }
            _ => {}
        }
    }
}

/// Returns a whole number that stands there, or that a parameter has when nothing sets it.
fn whole_number(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::IntegerConstant(value, _) => Some(*value),
        Expr::FnCall(call, _) if call.name == "param" => match call.args.get(1) {
            Some(Expr::IntegerConstant(value, _)) => Some(*value),
            _ => None,
        },
        _ => None,
    }
}

fn functions(tree: &AST) -> Vec<Function> {
    let top = Function {
        name: String::new(),
        params: Vec::new(),
        private: false,
        body: tree.statements().to_vec(),
        kinds: BTreeMap::new(),
    };
    let mut all = vec![top];
    // The tree has them in no order; findings shall not depend on that.
    let mut found: Vec<_> = tree.iter_functions().collect();
    found.sort_by_key(|f| (f.name, f.params.len()));
    for f in found {
        let count = f.params.len();
        all.push(Function {
            name: f.name.to_owned(),
            params: f.params.iter().map(|name| (*name).to_owned()).collect(),
            private: f.access == FnAccess::Private,
            body: body_of(tree, f.name, count),
            kinds: BTreeMap::new(),
        });
    }
    all
}

/// Returns the statements of a function.
fn body_of(tree: &AST, name: &str, params: usize) -> Vec<Stmt> {
    let mut body = Vec::new();
    only(tree, name, params).walk(&mut |path| {
        if let [ASTNode::Stmt(statement)] = path {
            body.push((*statement).clone());
        }
        true
    });
    body
}

/// Parses a script and all that it imports; what cannot be parsed or found becomes a finding.
pub(super) fn read_all(
    role: Role,
    text: &str,
    file: &str,
    read_module: &ReadModule,
    engine: &Engine,
    findings: &mut Vec<Finding>,
) -> BTreeMap<String, Parsed> {
    let mut all = BTreeMap::new();
    let mut waiting = vec![(role, file.to_owned(), Arc::<str>::from(text))];
    while let Some((role, name, text)) = waiting.pop() {
        let tree = match engine.compile(&*text) {
            Ok(tree) => tree,
            Err(error) => {
                let texts = Texts::from([(name.clone(), text)]);
                let fix = advise(&error.0, &texts[&name], error.1).fix;
                let error = Explainer::of_texts(&texts, &name).explain_parse(&error, &name);
                findings.push(Finding {
                    severity: Severity::Error,
                    error,
                    fix,
                });
                continue;
            }
        };
        let parsed = Parsed::new(role, &name, text, &tree);
        for path in parsed.imports.values() {
            let known = all.contains_key(path) || waiting.iter().any(|(_, name, _)| name == path);
            if known || *path == name {
                continue;
            }
            if let Some(text) = module_text(path, read_module) {
                waiting.push((Role::Module, path.clone(), text));
            }
        }
        all.insert(name, parsed);
    }
    all
}

/// Returns the text of a module.
pub(in crate::script) fn module_text(path: &str, read_module: &ReadModule) -> Option<Arc<str>> {
    if path.starts_with("std/") {
        return stdlib::text(path).map(Arc::from);
    }
    let plain = !path.starts_with('/') && !path.split('/').any(|part| part == "..");
    plain.then(|| read_module(path)).flatten()
}

/// Makes a position; lines and columns beyond 65,535 stand at 65,535.
pub(super) fn position(line: usize, column: usize) -> Position {
    let fit = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    Position::new(fit(line), fit(column))
}
