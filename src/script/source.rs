//! From a text to something that can be called.
//!
//! Constants at the top level of a script are visible everywhere: they are computed once, then the
//! text is compiled again with their values in place of their names, in functions and closures too.
//!
//! Invariants: the top level runs once; a constant's name is never hidden by a parameter or a loop
//! variable (that would be replaced too), which is refused.

use std::cell::Cell;
use std::collections::BTreeMap;

use rhai::{
    AST, ASTNode, Caches, Dynamic, Engine, EvalAltResult, EvalContext, GlobalRuntimeState,
    ImmutableString, Position, Scope, Stmt, Token,
};

use crate::script::convert::error;

/// A compiled script with everything that it keeps between calls.
pub(super) struct Unit {
    ast: AST,
    /// The functions of the script by name and number of parameters.
    bodies: BTreeMap<(String, usize), Body>,
    global: GlobalRuntimeState,
    caches: Caches,
    scope: Scope<'static>,
}

/// A function taken apart.
///
/// What stops a call for good (the end of its budget, too deep a recursion) carries the place of the
/// outermost call, and a call from outside has none. Statements that are run as such keep theirs.
struct Body {
    params: Vec<ImmutableString>,
    statements: Vec<Stmt>,
}

impl Unit {
    /// Compiles a script and runs its top level: imports and constants.
    pub(super) fn load(
        engine: &Engine,
        text: &str,
        file: &str,
    ) -> Result<Self, Box<EvalAltResult>> {
        let mut first = engine.compile(text)?;
        first.set_source(file);
        let mut global = engine.new_global_runtime_state();
        let mut caches = Caches::new();
        let mut scope = Scope::new();
        global.lib.push(first.shared_lib().clone());
        global.source = Some(file.into());
        run_statements(
            engine,
            &mut global,
            &mut caches,
            &mut scope,
            first.statements(),
        )?;
        let constants = constants_of(scope);
        refuse_hidden(&first, &constants)?;
        let mut ast = engine.compile_with_scope(&constants, text)?;
        ast.set_source(file);
        global.lib.clear();
        global.lib.push(ast.shared_lib().clone());
        Ok(Self {
            bodies: bodies_of(&ast),
            ast,
            global,
            caches: Caches::new(),
            scope: Scope::new(),
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
        // A stopped call must not leave its depth or variables behind.
        self.global.level = 0;
        self.scope.clear();
        result
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

/// Lets a method be named as a word that Rhai reserves: `prices.var()`.
#[expect(
    deprecated,
    reason = "the library marks what may change in its next version so"
)]
pub(super) fn free_method_names(engine: &mut Engine) {
    let after_dot = Cell::new(false);
    engine.on_parse_token(move |token, _, _| {
        let is_method = after_dot.replace(token == Token::Period);
        match token {
            Token::Reserved(name) if is_method && *name == "var" => Token::Identifier(name),
            other => other,
        }
    });
}

/// Compiles a module, with its constants in place of their names.
pub(super) fn compile_with_constants(
    engine: &Engine,
    text: &str,
    file: &str,
) -> Result<AST, Box<EvalAltResult>> {
    let mut first = engine.compile(text)?;
    first.set_source(file);
    let mut scope = Scope::new();
    engine.run_ast_with_scope(&mut scope, &first)?;
    let constants = constants_of(scope);
    if constants.is_empty() {
        return Ok(first);
    }
    refuse_hidden(&first, &constants)?;
    let mut ast = engine.compile_with_scope(&constants, text)?;
    ast.set_source(file);
    Ok(ast)
}

/// Returns a tree with one function of another, by its name and number of parameters.
pub(super) fn only(ast: &AST, name: &str, params: usize) -> AST {
    let mut one = ast.clone_functions_only();
    one.retain_functions(|_, _, other, n| other == name && n == params);
    one
}

/// Takes the functions of a script apart, but for closures and for those that import: what they
/// import must go when they return.
fn bodies_of(ast: &AST) -> BTreeMap<(String, usize), Body> {
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
        if !imports && !name.starts_with("anon$") {
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

fn constants_of(scope: Scope<'static>) -> Scope<'static> {
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
    for function in ast.iter_functions() {
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
