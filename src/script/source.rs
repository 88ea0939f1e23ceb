//! From a text to something that can be called.
//!
//! Constants at the top level of a script are visible everywhere: they are computed once, then the
//! text is compiled again with their values in place of their names, in functions and closures too.
//!
//! Invariants: the top level runs once; a constant's name is never hidden by a parameter or a loop
//! variable (that would be replaced too), which is refused.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rhai::{
    AST, ASTNode, Caches, Dynamic, Engine, EvalAltResult, EvalContext, Expr, GlobalRuntimeState,
    Identifier, ImmutableString, Module, Position, Scope, Stmt, Token,
};

use crate::script::convert::error;
use crate::script::fast::{Limits, Machine, Named, Parts, Program, Witness, is_own};
use crate::script::modules::Modules;
use crate::script::registry::Natives;

/// A compiled script with everything that it keeps between calls.
pub(super) struct Unit {
    ast: AST,
    /// The functions of the script, closures aside.
    bodies: Bodies,
    fast: Fast,
    global: GlobalRuntimeState,
    caches: Caches,
    scope: Scope<'static>,
    /// What was known of the last failure.
    witness: Option<Box<Witness>>,
}

/// A function taken apart.
///
/// What stops a call for good (the end of its budget, too deep a recursion) carries the place of the
/// outermost call, and a call from outside has none. Statements that are run as such keep theirs.
pub(super) struct Body {
    pub(super) params: Vec<ImmutableString>,
    pub(super) statements: Vec<Stmt>,
}

impl Body {
    /// Returns what the failing line of the function names, as far as Rhai left it in its scope.
    fn witness(&self, error: &EvalAltResult, scope: &Scope<'_>) -> Option<Witness> {
        let line = error.position().line().filter(|_| is_own(error));
        line?;
        let mut named: Vec<(Position, Named)> = Vec::new();
        let tree = AST::new(self.statements.clone(), Module::new());
        tree.walk(&mut |path| {
            let Some(ASTNode::Expr(Expr::Variable(x, _, at))) = path.last() else {
                return true;
            };
            if let Some(value) = scope.get(&x.1).filter(|_| at.line() == line) {
                let one = Named {
                    name: x.1.as_str().into(),
                    field: field_of(path),
                    value: value.clone(),
                };
                named.push((*at, one));
            }
            true
        });
        named.sort_by_key(|(at, _)| at.position());
        Some(Witness {
            named: named.into_iter().map(|(_, one)| one).collect(),
            handles: scope
                .iter_raw()
                .map(|(_, _, value)| value.clone())
                .collect(),
        })
    }
}

/// Returns the field that is read of the variable at the end of a path.
fn field_of(path: &[ASTNode<'_>]) -> Option<Identifier> {
    let [
        ..,
        ASTNode::Expr(Expr::Dot(sides, ..)),
        ASTNode::Expr(Expr::Variable(_, _, at)),
    ] = path
    else {
        return None;
    };
    let first = if let Expr::Dot(next, ..) = &sides.rhs {
        &next.lhs
    } else {
        &sides.rhs
    };
    if let (Expr::Variable(_, _, root), Expr::Property(x, _)) = (&sides.lhs, first)
        && root == at
    {
        return Some(x.2.as_str().into());
    }
    None
}

/// Functions by name and number of parameters.
pub(super) type Bodies = BTreeMap<(String, usize), Body>;

/// The compiled form of a script, and what it needs to run.
struct Fast {
    program: Program,
    natives: Natives,
    limits: Limits,
    stack: Vec<Dynamic>,
}

/// What a script is loaded with.
pub(super) struct Loading<'a> {
    pub(super) natives: Natives,
    pub(super) limits: Limits,
    pub(super) modules: &'a Modules,
    /// Whether functions are compiled; without, all of them run under Rhai.
    pub(super) compiled: bool,
}

impl Unit {
    /// Compiles a script and runs its top level: imports and constants.
    pub(super) fn load(
        engine: &mut Engine,
        text: &str,
        file: &str,
        loading: Loading<'_>,
    ) -> Result<Self, Box<EvalAltResult>> {
        let mut first = engine.compile(text)?;
        first.set_source(file);
        let mut global = engine.new_global_runtime_state();
        let mut caches = Caches::new();
        let mut scope = Scope::new();
        global.lib.push(first.shared_lib().clone());
        global.source = Some(file.into());
        drop(run_statements(
            engine,
            &mut global,
            &mut caches,
            &mut scope,
            first.statements(),
        )?);
        let constants = constants_of(&scope);
        refuse_hidden(&first, &constants)?;
        // Before a dot or an index a constant's name is not replaced by its value: there it is found
        // as a variable that all functions see, that of a module under a name of the module's own.
        let mut seen: BTreeMap<String, Dynamic> =
            loading.modules.take_constants().into_iter().collect();
        seen.extend(
            constants
                .iter()
                .map(|(name, _, value)| (name.to_owned(), value)),
        );
        let mut variables = Module::new();
        for (name, value) in &seen {
            variables.set_var(name.as_str(), value.clone());
        }
        engine.register_global_module(variables.into());
        let mut ast = engine.compile_with_scope(&constants, text)?;
        ast.set_source(file);
        global.lib.clear();
        global.lib.push(ast.shared_lib().clone());
        let program = if loading.compiled {
            Program::new(
                file,
                &ast,
                &loading.modules.trees(),
                &seen,
                &loading.natives,
            )
        } else {
            Program::default()
        };
        let mut bodies = bodies_of(&ast);
        bodies.retain(|(name, _), _| !is_closure(name));
        Ok(Self {
            fast: Fast {
                program,
                natives: loading.natives,
                limits: loading.limits,
                stack: Vec::new(),
            },
            bodies,
            ast,
            global,
            caches: Caches::new(),
            scope: Scope::new(),
            witness: None,
        })
    }

    /// Calls a function.
    pub(super) fn call(
        &mut self,
        engine: &Engine,
        function: &str,
        args: &mut [Dynamic],
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        self.global.num_operations = 0;
        if let Some(id) = self.fast.program.find(function, args.len()) {
            let mut machine = Machine::new(Parts {
                engine,
                global: &mut self.global,
                caches: &mut self.caches,
                scope: &mut self.scope,
                program: &self.fast.program,
                natives: &self.fast.natives,
                limits: &self.fast.limits,
                stack: &mut self.fast.stack,
            });
            let result = machine.run(id, args);
            if result.is_err() {
                self.witness = machine.witness.take();
            }
            self.global.level = 0;
            self.scope.clear();
            return result;
        }
        let body = self.bodies.get(&(function.to_owned(), args.len()));
        let result = if let Some(body) = body {
            for (name, value) in body.params.iter().zip(&mut *args) {
                self.scope.push_dynamic(name.clone(), value.take());
            }
            self.global.level = 1;
            run_statements(
                engine,
                &mut self.global,
                &mut self.caches,
                &mut self.scope,
                &body.statements,
            )
        } else {
            let mut refs: Vec<&mut Dynamic> = args.iter_mut().collect();
            EvalContext::new(
                engine,
                &mut self.global,
                &mut self.caches,
                &mut self.scope,
                None,
            )
            .call_fn_raw(function, false, false, &mut refs)
        };
        if let (Err(error), Some(body)) = (&result, body) {
            self.witness = body.witness(error, &self.scope).map(Box::new);
        }
        // A stopped call must not leave its depth or variables behind.
        self.global.level = 0;
        self.scope.clear();
        result
    }

    /// Runs statements that are no part of the script. Their variables stay in `scope`, their
    /// functions and imports with the script.
    pub(super) fn evaluate(
        &mut self,
        engine: &Engine,
        text: &str,
        name: &str,
        scope: &mut Scope<'static>,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        self.witness = None;
        let mut ast = engine.compile(text)?;
        ast.set_source(name);
        self.global.num_operations = 0;
        self.global.lib.push(ast.shared_lib().clone());
        // What was found under a name before may be another function from here on.
        self.caches = Caches::new();
        let before = self.global.source.replace(name.into());
        let outcome = run_statements(
            engine,
            &mut self.global,
            &mut self.caches,
            scope,
            ast.statements(),
        );
        self.global.source = before;
        self.global.level = 0;
        if let Err(error) = &outcome {
            let body = Body {
                params: Vec::new(),
                statements: ast.statements().to_vec(),
            };
            self.witness = body.witness(error, scope).map(Box::new);
        }
        outcome
    }

    /// Returns what is known of the last failure, once.
    pub(super) fn take_witness(&mut self) -> Option<Box<Witness>> {
        self.witness.take()
    }

    /// Returns the table of the host's functions.
    pub(super) fn natives(&self) -> &Natives {
        &self.fast.natives
    }

    /// Returns the names of functions that run under Rhai's own evaluator.
    pub(super) fn interpreted(&self) -> Vec<String> {
        self.fast.program.left_to_rhai()
    }

    /// Returns the syntax tree.
    pub(super) fn ast(&self) -> &AST {
        &self.ast
    }

    /// Returns how many parameters the script's function of this name has; `None` where there is none.
    pub(super) fn parameters(&self, function: &str) -> Option<usize> {
        self.ast
            .iter_functions()
            .find(|f| f.name == function)
            .map(|f| f.params.len())
    }
}

/// Lets a method be named as a word that Rhai reserves (`prices.var()`), and a module's constants
/// have names of their own where they must.
#[expect(
    deprecated,
    clippy::wildcard_enum_match_arm,
    reason = "the library marks what may change in its next version so; its tokens are many"
)]
pub(super) fn read_names(engine: &mut Engine, names: OwnNames) {
    let after_dot = Cell::new(false);
    engine.on_parse_token(move |token, at, _| {
        let is_method = after_dot.replace(token == Token::Period);
        match token {
            Token::Reserved(name) if is_method && *name == "var" => Token::Identifier(name),
            Token::Identifier(name) => {
                let own = names.of(&name, at).map(|own| Box::new(own.into()));
                Token::Identifier(own.unwrap_or(name))
            }
            other => other,
        }
    });
}

/// Compiles a module, with its constants in place of their names; those that must be found under a
/// name of the module's own are added to `kept`.
pub(super) fn compile_with_constants(
    engine: &Engine,
    text: &str,
    file: &str,
    names: &OwnNames,
    kept: &mut Vec<(String, Dynamic)>,
) -> Result<AST, Box<EvalAltResult>> {
    let mut first = engine.compile(text)?;
    first.set_source(file);
    let mut scope = Scope::new();
    engine.run_ast_with_scope(&mut scope, &first)?;
    let constants = constants_of(&scope);
    if constants.is_empty() {
        return Ok(first);
    }
    refuse_hidden(&first, &constants)?;
    let mut ast = engine.compile_with_scope(&constants, text)?;
    ast.set_source(file);
    let roots = roots_of(&ast, &constants);
    if roots.is_empty() {
        return Ok(ast);
    }
    // Read once more, with a name for each of those that is the module's own.
    *names.0.borrow_mut() = Some((file.to_owned(), roots));
    let renamed = engine.compile_with_scope(&constants, text);
    *names.0.borrow_mut() = None;
    let mut renamed = renamed?;
    renamed.set_source(file);
    kept.extend(
        constants
            .iter()
            .map(|(name, _, value)| (own_name(file, name), value)),
    );
    Ok(renamed)
}

/// Names that are read as others: before a dot or an index a constant's name is not replaced by its
/// value, so that in a module it must be one that no other module has.
#[derive(Clone, Default, Debug)]
pub(super) struct OwnNames(Rc<RefCell<Option<Renamed>>>);

/// A file, and the places in it of names that are read as others.
type Renamed = (String, BTreeSet<Position>);

impl OwnNames {
    fn of(&self, name: &str, at: Position) -> Option<String> {
        let names = self.0.borrow();
        let (file, places) = names.as_ref()?;
        places.contains(&at).then(|| own_name(file, name))
    }
}

/// The name of a module's constant among those of all modules.
fn own_name(file: &str, name: &str) -> String {
    format!("{file}::{name}")
}

/// Returns the places at which functions have a constant's name before a dot or an index.
fn roots_of(ast: &AST, constants: &Scope<'_>) -> BTreeSet<Position> {
    let mut places = BTreeSet::new();
    for function in ast.iter_functions() {
        let params = function.params;
        only(ast, function.name, params.len()).walk(&mut |path| {
            if let Some(ASTNode::Expr(Expr::Dot(x, ..) | Expr::Index(x, ..))) = path.last()
                && let Expr::Variable(root, _, at) = &x.lhs
                && root.2.is_empty()
                && constants.contains(&root.1)
                && !params.contains(&root.1.as_str())
            {
                places.insert(*at);
            }
            true
        });
    }
    places
}

/// Returns a tree with one function of another, by its name and number of parameters.
pub(super) fn only(ast: &AST, name: &str, params: usize) -> AST {
    let mut one = ast.clone_functions_only();
    one.retain_functions(|_, _, other, n| other == name && n == params);
    one
}

/// Whether a function is a closure.
fn is_closure(name: &str) -> bool {
    name.starts_with("anon$")
}

/// Takes the functions of a script apart, but for those that import: what they import must go when
/// they return.
pub(super) fn bodies_of(ast: &AST) -> Bodies {
    let mut bodies = BTreeMap::new();
    for function in ast.iter_functions() {
        let (name, count) = (function.name, function.params.len());
        let mut statements = Vec::new();
        let mut imports = false;
        only(ast, name, count).walk(&mut |path| {
            if let [ASTNode::Stmt(statement)] = path {
                statements.push((*statement).clone());
            }
            imports |= matches!(path.last(), Some(ASTNode::Stmt(Stmt::Import(..))));
            true
        });
        if !imports {
            let params = function
                .params
                .iter()
                .map(|param| (*param).into())
                .collect();
            bodies.insert((name.to_owned(), count), Body { params, statements });
        }
    }
    bodies
}

#[expect(deprecated, reason = "the library calls its low-level entry points so")]
fn run_statements(
    engine: &Engine,
    global: &mut GlobalRuntimeState,
    caches: &mut Caches,
    scope: &mut Scope<'static>,
    statements: &[Stmt],
) -> Result<Dynamic, Box<EvalAltResult>> {
    engine.eval_statements_raw(global, caches, scope, statements)
}

fn constants_of(scope: &Scope<'_>) -> Scope<'static> {
    let mut constants = Scope::new();
    for (name, is_constant, value) in scope.iter() {
        if is_constant {
            constants.push_constant_dynamic(name, value);
        }
    }
    constants
}

/// Refuses parameters and loop variables that bear the name of a constant.
fn refuse_hidden(ast: &AST, constants: &Scope<'_>) -> Result<(), Box<EvalAltResult>> {
    if constants.is_empty() {
        return Ok(());
    }
    let hidden = |name: &str, at: Position| {
        let mut e = error(format!(
            "`{name}` is a constant of this script\nhint: choose another name here"
        ));
        e.set_position(at);
        Err(e)
    };
    // What a closure captures looks like a parameter of it.
    let named = ast
        .iter_functions()
        .filter(|function| !is_closure(function.name));
    for function in named {
        if let Some(name) = function.params.iter().find(|name| constants.contains(name)) {
            return hidden(name, Position::NONE);
        }
    }
    let mut found = None;
    ast.walk(&mut |path| {
        if let Some(ASTNode::Stmt(Stmt::For(x, at))) = path.last()
            && constants.contains(&x.0.name)
        {
            found = Some((x.0.name.to_string(), *at));
        }
        found.is_none()
    });
    match found {
        Some((name, at)) => hidden(&name, at),
        None => Ok(()),
    }
}
