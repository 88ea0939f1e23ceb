//! Imports: `import "std/…"` from the program, `import "lib/x"` from beside the script, nothing else.
//!
//! Invariants: a path is a name with slashes, never absolute, never upwards; a module sees its own
//! constants everywhere; each is loaded once; importing in a circle is an error.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult, ModuleResolver, Position, Scope, Shared};

use crate::script::convert::{error, nearest};
use crate::script::error::Texts;
use crate::script::source::{OwnNames, compile_with_constants};
use crate::script::stdlib;

/// Reads the text of a module beside the script; `None` where there is none.
pub type ReadModule = Rc<dyn Fn(&str) -> Option<Arc<str>>>;

/// Finds modules and remembers them.
#[derive(Clone)]
pub(super) struct Modules {
    read: ReadModule,
    loaded: Rc<RefCell<BTreeMap<String, Shared<rhai::Module>>>>,
    loading: Rc<RefCell<Vec<String>>>,
    /// The syntax trees of loaded modules, those that others import first.
    trees: Rc<RefCell<Vec<(String, rhai::AST)>>>,
    texts: Rc<RefCell<Texts>>,
    names: OwnNames,
    constants: Rc<RefCell<Vec<(String, Dynamic)>>>,
}

impl Modules {
    pub(super) fn new(read: ReadModule, texts: Rc<RefCell<Texts>>, names: OwnNames) -> Self {
        Self {
            read,
            loaded: Rc::default(),
            loading: Rc::default(),
            trees: Rc::default(),
            texts,
            names,
            constants: Rc::default(),
        }
    }

    /// Takes the constants that functions of the modules loaded so far look for among variables that
    /// all see, under names of their modules' own.
    pub(super) fn take_constants(&self) -> Vec<(String, Dynamic)> {
        self.constants.take()
    }

    /// Returns the syntax trees of the modules that were loaded, by path.
    pub(super) fn trees(&self) -> Vec<(String, rhai::AST)> {
        self.trees.borrow().clone()
    }

    fn text(&self, path: &str) -> Result<Arc<str>, Box<EvalAltResult>> {
        let found = if !is_plain(path) {
            None
        } else if path.starts_with("std/") {
            stdlib::text(path).map(Arc::from)
        } else {
            (self.read)(path)
        };
        found.ok_or_else(|| {
            let (message, hint) = refusal(path);
            error(format!("{message}\nhint: {hint}"))
        })
    }

    fn load(
        &self,
        engine: &Engine,
        path: &str,
    ) -> Result<Shared<rhai::Module>, Box<EvalAltResult>> {
        if let Some(module) = self.loaded.borrow().get(path) {
            return Ok(Shared::clone(module));
        }
        let text = self.text(path)?;
        if self.loading.borrow().iter().any(|other| other == path) {
            let chain = self.loading.borrow().join(" → ");
            return Err(error(format!(
                "modules import each other in a circle: {chain} → {path}"
            )));
        }
        self.texts
            .borrow_mut()
            .insert(path.to_owned(), Arc::clone(&text));
        self.loading.borrow_mut().push(path.to_owned());
        let mut kept = Vec::new();
        let made =
            compile_with_constants(engine, &text, path, &self.names, &mut kept).and_then(|ast| {
                let module = rhai::Module::eval_ast_as_new(Scope::new(), &ast, engine)?;
                Ok((module, ast))
            });
        self.loading.borrow_mut().pop();
        self.constants.borrow_mut().extend(kept);
        let (mut module, ast) = made?;
        self.trees.borrow_mut().push((path.to_owned(), ast));
        module.set_id(path);
        let module: Shared<rhai::Module> = module.into();
        self.loaded
            .borrow_mut()
            .insert(path.to_owned(), Shared::clone(&module));
        Ok(module)
    }
}

/// Whether a path is words with slashes between them.
fn is_plain(path: &str) -> bool {
    path.split('/').all(|part| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    })
}

/// Says why a module cannot be had, and what to do about it.
pub(super) fn refusal(path: &str) -> (String, String) {
    if !is_plain(path) {
        return (
            format!("`{path}` cannot be imported"),
            "a module is named by words and slashes, such as \"std/signals\" or \"lib/mine\", without `..` and without an ending".to_owned(),
        );
    }
    let hint = if path.starts_with("std/") {
        let names: Vec<&str> = stdlib::names().collect();
        nearest(path, names.iter().copied()).map_or_else(
            || format!("the standard library has {}", names.join(", ")),
            |near| format!("did you mean \"{near}\"?"),
        )
    } else {
        format!("it would be the file {path}.rhai beside the script")
    };
    (format!("there is no module `{path}`"), hint)
}

impl ModuleResolver for Modules {
    fn resolve(
        &self,
        engine: &Engine,
        _source: Option<&str>,
        path: &str,
        pos: Position,
    ) -> Result<Shared<rhai::Module>, Box<EvalAltResult>> {
        self.load(engine, path).map_err(|e| {
            let at_import =
                matches!(&*e, EvalAltResult::ErrorRuntime(..)) && e.position() == Position::NONE;
            if at_import {
                let mut e = e;
                e.set_position(pos);
                e
            } else {
                Box::new(EvalAltResult::ErrorInModule(path.to_owned(), e, pos))
            }
        })
    }
}
