//! Lines that are evaluated one after another, by a person who looks at a moment of a run.
//!
//! Invariants: each line is a transaction, as a handler is; the variables and functions of one are
//! there in the next; what a line cannot do, a handler could not do either.

use std::sync::Arc;

use rhai::{Dynamic, Engine, Scope, Stmt};

use crate::core::engine::desk::Desk;
use crate::core::model::asset::AssetId;
use crate::script::error::ScriptError;
use crate::script::host::ScriptStrategy;

/// What errors call a line, with its number behind: `repl[3]`.
pub const CONSOLE: &str = "repl";

/// What is left of the lines so far.
#[derive(Debug)]
pub struct Console {
    scope: Scope<'static>,
    /// How many there were; functions of earlier ones keep their places.
    lines: usize,
}

impl ScriptStrategy {
    /// Starts with `context`, `data`, and a variable for each asset whose symbol can be one.
    pub fn open_console(&self) -> Console {
        let mut scope = Scope::new();
        scope.push_constant_dynamic("context", self.context.clone());
        scope.push_constant_dynamic("data", self.data.clone());
        for (at, asset) in self.host.assets.iter().enumerate() {
            if is_word(&asset.symbol) {
                let id = AssetId(u32::try_from(at).unwrap_or(u32::MAX));
                let handle = Dynamic::from(self.host.asset_ref(id));
                scope.push_constant_dynamic(&*asset.symbol, handle);
            }
        }
        Console { scope, lines: 0 }
    }

    /// Evaluates lines and returns their value as a script would write it; empty for statements that
    /// have none.
    ///
    /// # Errors
    /// What they fail with; what they did is then undone, but for their variables.
    pub fn evaluate(
        &mut self,
        text: &str,
        console: &mut Console,
        desk: &mut Desk,
    ) -> Result<String, Box<ScriptError>> {
        console.lines += 1;
        let name = format!("{CONSOLE}[{}]", console.lines);
        let known: Arc<str> = text.into();
        self.texts.borrow_mut().insert(name.clone(), known);
        self.host.seat(desk);
        let outcome = self.guarded(CONSOLE, Some(&name), |unit, engine| {
            unit.evaluate(engine, text, &name, &mut console.scope)
        });
        if outcome.is_err() {
            self.host.fields.borrow_mut().roll_back();
        }
        let shown = outcome.map(|value| {
            if value.is_unit() && !has_value(&self.engine, text) {
                String::new()
            } else {
                self.text_of(&value)
            }
        });
        self.host.unseat(desk);
        shown.map_err(Box::new)
    }
}

/// Whether what stands last has a value that a person wants to see, `()` too.
fn has_value(engine: &Engine, text: &str) -> bool {
    const SILENT: [&str; 7] = [
        "print", "debug", "log_", "record", "plot", "marker", "alert",
    ];
    if text.trim_end().ends_with(';') {
        return false;
    }
    let ast = engine.compile(text).unwrap_or_default();
    match ast.statements().last() {
        Some(Stmt::Expr(_)) => true,
        Some(Stmt::FnCall(call, _)) => !SILENT.iter().any(|word| call.name.starts_with(word)),
        _ => false,
    }
}

/// Whether a symbol is a word that a variable can have as its name.
fn is_word(symbol: &str) -> bool {
    symbol.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && symbol
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !["context", "data"].contains(&symbol)
}
