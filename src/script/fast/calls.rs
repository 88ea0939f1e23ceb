//! Calls: of functions of the host, of the script, and of those that stay with Rhai.
//!
//! Invariants: an argument is evaluated before the call is counted; a function of the script that fails
//! puts the place of its call around the error, as Rhai does; the stack is as long after as before.

#![expect(
    clippy::unnecessary_box_returns,
    reason = "the interpreter's errors are boxed"
)]

use std::any::TypeId;

use rhai::{Dynamic, EvalAltResult, EvalContext, Position};

use crate::script::fast::run::{Machine, Step, Stop};
use crate::script::fast::tree::{FunctionId, NativeCall, Node, ScriptCall};
use crate::script::registry::{Forms, Native};

impl Machine<'_> {
    pub(super) fn call_native(&mut self, call: &NativeCall, base: usize) -> Step<Dynamic> {
        let mut args: Args = Args::new();
        for arg in &call.args {
            args.push(self.eval(arg, base)?.flatten());
        }
        // As in Rhai, a variable that comes first can be changed by the function.
        let changes = match call.args.first() {
            Some(Node::Local(slot)) => Some(base + slot),
            _ => None,
        };
        let value = self.dispatch(
            &call.name,
            &call.forms,
            &mut args,
            changes.is_some(),
            false,
            call.at,
        )?;
        if let Some(slot) = changes
            && is_changeable(&args[0])
        {
            self.stack[slot] = std::mem::take(&mut args[0]);
        }
        Ok(value)
    }

    pub(super) fn call_script(&mut self, call: &ScriptCall, base: usize) -> Step<Dynamic> {
        let from = self.stack.len();
        for arg in &call.args {
            match self.eval(arg, base) {
                Ok(value) => self.stack.push(value.flatten()),
                Err(stop) => {
                    self.stack.truncate(from);
                    return Err(stop);
                }
            }
        }
        self.enter_or_interpret(call.target, from, call.at)
    }

    /// Calls a compiled function with values.
    pub(super) fn call_with(
        &mut self,
        id: FunctionId,
        args: impl IntoIterator<Item = Dynamic>,
        at: Position,
    ) -> Step<Dynamic> {
        let from = self.stack.len();
        self.stack.extend(args);
        self.enter_or_interpret(id, from, at)
    }

    pub(super) fn enter_or_interpret(
        &mut self,
        id: FunctionId,
        from: usize,
        at: Position,
    ) -> Step<Dynamic> {
        self.count(at)?;
        let Some(function) = self.program.functions[id.0].as_ref() else {
            let mut args: Vec<Dynamic> = self.stack.drain(from..).collect();
            let name = self.program.name_of(id).to_owned();
            return self.call_rhai(&name, &mut args, false, false, at);
        };
        if self.depth >= self.limits.budget.call_levels {
            self.stack.truncate(from);
            return self.fail(Box::new(EvalAltResult::ErrorStackOverflow(at)));
        }
        self.depth += 1;
        let outcome = self.enter(function, from);
        self.depth -= 1;
        match outcome {
            Err(Stop::Error) => {
                let inner = self.take_error();
                let bare = matches!(
                    *inner,
                    EvalAltResult::ErrorTooManyOperations(_)
                        | EvalAltResult::ErrorTerminated(..)
                        | EvalAltResult::ErrorStackOverflow(_)
                );
                let error = if bare && inner.position().is_none() {
                    let mut inner = inner;
                    inner.set_position(at);
                    inner
                } else {
                    Box::new(EvalAltResult::ErrorInFunctionCall(
                        function.name.clone(),
                        function.source.to_string(),
                        inner,
                        at,
                    ))
                };
                self.fail(error)
            }
            Err(Stop::Break | Stop::Continue) => Ok(Dynamic::UNIT),
            other => other,
        }
    }

    /// Calls a function of the host: the form that fits the arguments, else through Rhai. `changes`
    /// says that the first argument may be changed in place.
    pub(super) fn dispatch(
        &mut self,
        name: &str,
        forms: &Forms,
        args: &mut [Dynamic],
        changes: bool,
        is_method: bool,
        at: Position,
    ) -> Step<Dynamic> {
        let form = match args {
            [first, rest @ ..] => form_for(forms, name, first, rest),
            [] => forms.first(),
        };
        let Some(form) = form else {
            return self.call_rhai(name, args, changes, is_method, at);
        };
        let outcome = match args {
            // The function would take the variable's value away.
            [first, rest @ ..] if changes && !form.by_ref => {
                call_form(form, &mut first.clone(), rest)
            }
            [first, rest @ ..] => call_form(form, first, rest),
            [] => (form.func)(None, &mut []),
        };
        match outcome {
            Ok(value) => self.checked(value, at),
            Err(error) => self.fail(placed(error, at)),
        }
    }

    /// Calls a function through Rhai.
    pub(super) fn call_rhai(
        &mut self,
        name: &str,
        args: &mut [Dynamic],
        changes: bool,
        is_method: bool,
        at: Position,
    ) -> Step<Dynamic> {
        self.global.num_operations = self.operations;
        self.global.level = self.depth;
        let outcome = {
            let mut refs: Vec<&mut Dynamic> = args.iter_mut().collect();
            EvalContext::new(self.engine, self.global, self.caches, self.scope, None)
                .call_fn_raw(name, changes, is_method, &mut refs)
        };
        self.operations = self.global.num_operations;
        match outcome {
            Ok(value) => {
                if changes {
                    self.check_size(&args[0], at)?;
                }
                self.checked(value, at)
            }
            Err(error) => self.fail(placed(error, at)),
        }
    }
}

/// Gives an error the place of a call, if it has none of its own.
#[expect(
    clippy::unnecessary_box_returns,
    reason = "the interpreter's errors are boxed"
)]
pub(super) fn placed(mut error: Box<EvalAltResult>, at: Position) -> Box<EvalAltResult> {
    if error.position().is_none() {
        error.set_position(at);
    }
    error
}

/// Arguments, mostly few.
pub(super) type Args = smallvec::SmallVec<[Dynamic; 6]>;

/// Calls a form of a function.
pub(super) fn call_form(
    form: &Native,
    first: &mut Dynamic,
    rest: &mut [Dynamic],
) -> Result<Dynamic, Box<EvalAltResult>> {
    match rest {
        [] => (form.func)(None, &mut [first]),
        [a] => (form.func)(None, &mut [first, a]),
        [a, b] => (form.func)(None, &mut [first, a, b]),
        [a, b, c] => (form.func)(None, &mut [first, a, b, c]),
        [a, b, c, d] => (form.func)(None, &mut [first, a, b, c, d]),
        more => {
            let mut refs: Vec<&mut Dynamic> = std::iter::once(first).chain(more).collect();
            (form.func)(None, &mut refs)
        }
    }
}

/// Returns the form that takes these arguments, if Rhai would choose it too.
pub(super) fn form_for<'f>(
    forms: &'f Forms,
    name: &str,
    first: &Dynamic,
    rest: &[Dynamic],
) -> Option<&'f Native> {
    let anything = TypeId::of::<Dynamic>();
    let fits = forms.iter().find(|form| {
        let (wanted, others) = form.types.split_first().unwrap_or((&anything, &[]));
        (*wanted == anything || *wanted == first.type_id())
            && others
                .iter()
                .zip(rest)
                .all(|(wanted, arg)| *wanted == anything || *wanted == arg.type_id())
    })?;
    // Unlike kinds: Rhai's own operators come before a form that takes anything.
    (!is_sign(name) || !fits.types.contains(&anything)).then_some(fits)
}

/// Whether a value can be changed in place by a function.
fn is_changeable(value: &Dynamic) -> bool {
    value.is_array() || value.is_map() || value.is_string() || value.is_blob() || value.is_variant()
}

fn is_sign(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_alphabetic() || c == '_')
}
