//! Running a tree.
//!
//! Invariants: the stack is as long after a call as before it, whatever happened; operations, depth and
//! sizes are bounded; an error carries the place of the call that it came from.

#![expect(
    clippy::wildcard_enum_match_arm,
    clippy::unnecessary_box_returns,
    reason = "the interpreter's own enums are long and open, its errors are boxed"
)]

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use rhai::{
    Array, Caches, Dynamic, Engine, EvalAltResult, GlobalRuntimeState, INT, ImmutableString, Map,
    Position, Scope,
};

use crate::script::fast::compile::Program;
use crate::script::fast::operators::on_numbers;
use crate::script::fast::tree::{Block, For, Function, FunctionId, If, Node, Op, Update, While};
use crate::script::fast::witness::Witness;
use crate::script::registry::{Forms, Natives};
use crate::script::sandbox::{Budget, Fuse, OUT_OF_TIME};

/// What a call may use up.
#[derive(Clone, Debug)]
pub(in crate::script) struct Limits {
    pub(in crate::script) budget: Budget,
    pub(in crate::script) fuse: Arc<Fuse>,
}

/// Why a tree stopped before its end; the error or value is kept in the machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stop {
    Error,
    Return,
    Break,
    Continue,
}

pub(super) type Step<T> = Result<T, Stop>;

/// A running script: Rhai's state for what is left to it, and a stack for the rest.
pub(in crate::script) struct Machine<'a> {
    pub(super) engine: &'a Engine,
    pub(super) global: &'a mut GlobalRuntimeState,
    pub(super) caches: &'a mut Caches,
    pub(super) scope: &'a mut Scope<'static>,
    pub(super) program: &'a Program,
    pub(super) natives: &'a Natives,
    pub(super) limits: &'a Limits,
    pub(super) stack: &'a mut Vec<Dynamic>,
    pub(super) value: Dynamic,
    pub(super) error: Option<Box<EvalAltResult>>,
    /// What the function that failed first held.
    pub(in crate::script) witness: Option<Box<Witness>>,
    pub(super) operations: u64,
    pub(super) depth: usize,
}

/// The parts of a machine that outlive a call.
pub(in crate::script) struct Parts<'a> {
    pub(in crate::script) engine: &'a Engine,
    pub(in crate::script) global: &'a mut GlobalRuntimeState,
    pub(in crate::script) caches: &'a mut Caches,
    pub(in crate::script) scope: &'a mut Scope<'static>,
    pub(in crate::script) program: &'a Program,
    pub(in crate::script) natives: &'a Natives,
    pub(in crate::script) limits: &'a Limits,
    pub(in crate::script) stack: &'a mut Vec<Dynamic>,
}

impl<'a> Machine<'a> {
    pub(in crate::script) fn new(parts: Parts<'a>) -> Self {
        let Parts {
            engine,
            global,
            caches,
            scope,
            program,
            natives,
            limits,
            stack,
        } = parts;
        Self {
            engine,
            global,
            caches,
            scope,
            program,
            natives,
            limits,
            stack,
            value: Dynamic::UNIT,
            error: None,
            witness: None,
            operations: 0,
            depth: 0,
        }
    }

    /// Calls a compiled function. The arguments come back as the function left its parameters.
    pub(in crate::script) fn run(
        &mut self,
        id: FunctionId,
        args: &mut [Dynamic],
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        self.stack.clear();
        let function = self.function(id);
        for arg in &mut *args {
            self.stack.push(std::mem::take(arg));
        }
        self.stack.resize(function.slots, Dynamic::UNIT);
        let outcome = match self.nodes(&function.body, 0) {
            Ok(value) => Ok(value),
            Err(Stop::Return) => Ok(std::mem::take(&mut self.value)),
            Err(Stop::Break | Stop::Continue) => Ok(Dynamic::UNIT),
            Err(Stop::Error) => {
                self.bear_witness(function, 0);
                Err(self.take_error())
            }
        };
        for (arg, left) in args.iter_mut().zip(&mut *self.stack) {
            *arg = std::mem::take(left);
        }
        self.stack.clear();
        outcome
    }

    pub(super) fn take_error(&mut self) -> Box<EvalAltResult> {
        self.error.take().unwrap_or_else(|| {
            Box::new(EvalAltResult::ErrorRuntime(
                "stopped".into(),
                Position::NONE,
            ))
        })
    }

    pub(super) fn fail<T>(&mut self, error: Box<EvalAltResult>) -> Step<T> {
        self.error = Some(error);
        Err(Stop::Error)
    }

    fn function(&self, id: FunctionId) -> &'a Function {
        self.program.functions[id.0]
            .as_ref()
            .expect("only compiled functions are entered")
    }

    /// Runs a function whose arguments lie on the stack from `base` on.
    pub(super) fn enter(&mut self, function: &Function, base: usize) -> Step<Dynamic> {
        self.stack.resize(base + function.slots, Dynamic::UNIT);
        let outcome = match self.nodes(&function.body, base) {
            Err(Stop::Return) => Ok(std::mem::take(&mut self.value)),
            Err(Stop::Error) => {
                self.bear_witness(function, base);
                Err(Stop::Error)
            }
            other => other,
        };
        self.stack.truncate(base);
        outcome
    }

    fn nodes(&mut self, nodes: &[Node], base: usize) -> Step<Dynamic> {
        let Some((last, others)) = nodes.split_last() else {
            return Ok(Dynamic::UNIT);
        };
        for node in others {
            self.count(Position::NONE)?;
            drop(self.eval(node, base)?);
        }
        self.count(Position::NONE)?;
        self.eval(last, base)
    }

    fn block(&mut self, block: &Block, base: usize) -> Step<Dynamic> {
        self.nodes(&block.nodes, base)
    }

    /// Counts an operation, and stops what is over its budget.
    pub(super) fn count(&mut self, at: Position) -> Step<()> {
        self.operations += 1;
        if self.operations > self.limits.budget.operations {
            return self.fail(Box::new(EvalAltResult::ErrorTooManyOperations(at)));
        }
        if self.limits.fuse.is_blown() {
            return self.fail(Box::new(EvalAltResult::ErrorTerminated(
                OUT_OF_TIME.into(),
                at,
            )));
        }
        Ok(())
    }

    pub(super) fn eval(&mut self, node: &Node, base: usize) -> Step<Dynamic> {
        match node {
            Node::Unit => Ok(Dynamic::UNIT),
            Node::Bool(value) => Ok(Dynamic::from_bool(*value)),
            Node::Int(value) => Ok(Dynamic::from_int(*value)),
            Node::Float(value) => Ok(Dynamic::from_float(*value)),
            Node::Constant(value) => Ok(value.clone()),
            Node::Local(slot) => Ok(self.stack[base + slot].clone()),
            Node::Binary(binary) => {
                let left = self.eval(&binary.left, base)?;
                let right = self.eval(&binary.right, base)?;
                self.operate(binary.op, &binary.forms, left, right, binary.at)
            }
            Node::Chain(chain) => self.read_chain(chain, base),
            Node::Native(call) => self.call_native(call, base),
            Node::Script(call) => self.call_script(call, base),
            Node::If(branch) => self.branch(branch, base),
            Node::Block(block) => self.block(block, base),
            Node::Let(slot, value) | Node::Assign(slot, value) => {
                let value = self.eval(value, base)?;
                self.stack[base + slot] = value.flatten();
                Ok(Dynamic::UNIT)
            }
            Node::Update(update) => self.update(update, base),
            Node::AssignChain(assign) => self.assign_chain(assign, base),
            Node::Return(value) => {
                self.value = match value {
                    Some(value) => self.eval(value, base)?,
                    None => Dynamic::UNIT,
                };
                Err(Stop::Return)
            }
            _ => self.eval_rarer(node, base),
        }
    }

    fn eval_rarer(&mut self, node: &Node, base: usize) -> Step<Dynamic> {
        match node {
            Node::Not(one, at) => {
                let value = self.eval(one, base)?;
                match value.as_bool() {
                    Ok(value) => Ok(Dynamic::from_bool(!value)),
                    Err(_) => self.call_rhai("!", &mut [value], false, false, *at),
                }
            }
            Node::Negate(one, forms, at) => {
                let value = self.eval(one, base)?;
                if let Ok(float) = value.as_float() {
                    return Ok(Dynamic::from_float(-float));
                }
                if let Some(int) = value.as_int().ok().and_then(INT::checked_neg) {
                    return Ok(Dynamic::from_int(int));
                }
                self.dispatch("-", forms, &mut [value], false, false, *at)
            }
            Node::And(parts, at) => self.all_or_any(parts, false, *at, base),
            Node::Or(parts, at) => self.all_or_any(parts, true, *at, base),
            Node::Coalesce(parts) => {
                for part in parts {
                    let value = self.eval(part, base)?;
                    if !value.is_unit() {
                        return Ok(value);
                    }
                }
                Ok(Dynamic::UNIT)
            }
            Node::Array(items, at) => {
                let mut array = Array::with_capacity(items.len());
                for item in items {
                    array.push(self.eval(item, base)?.flatten());
                }
                self.checked(array.into(), *at)
            }
            Node::Map(entries, at) => {
                let mut map = Map::new();
                for (name, value) in entries {
                    map.insert(name.clone(), self.eval(value, base)?.flatten());
                }
                self.checked(map.into(), *at)
            }
            Node::Text(parts, at) => self.text(parts, *at, base),
            Node::TypeOf(one) => {
                let value = self.eval(one, base)?;
                Ok(self
                    .engine
                    .map_type_name(value.type_name())
                    .to_owned()
                    .into())
            }
            Node::While(repeat) => self.repeat(repeat, base),
            Node::For(each) => self.each(each, base),
            Node::Break => Err(Stop::Break),
            Node::Continue => Err(Stop::Continue),
            Node::Throw(value, at) => {
                let value = match value {
                    Some(value) => self.eval(value, base)?,
                    None => Dynamic::UNIT,
                };
                self.fail(Box::new(EvalAltResult::ErrorRuntime(value.flatten(), *at)))
            }
            Node::Unknown(name, at) => self.fail(Box::new(EvalAltResult::ErrorVariableNotFound(
                name.clone(),
                *at,
            ))),
            _ => Ok(Dynamic::UNIT),
        }
    }

    fn all_or_any(
        &mut self,
        parts: &[Node],
        ends_on: bool,
        at: Position,
        base: usize,
    ) -> Step<Dynamic> {
        for part in parts {
            if self.condition(part, at, base)? == ends_on {
                return Ok(Dynamic::from_bool(ends_on));
            }
        }
        Ok(Dynamic::from_bool(!ends_on))
    }

    fn condition(&mut self, node: &Node, at: Position, base: usize) -> Step<bool> {
        let value = self.eval(node, base)?;
        match value.as_bool() {
            Ok(value) => Ok(value),
            Err(kind) => {
                let kind = self.engine.map_type_name(kind).to_owned();
                self.fail(Box::new(EvalAltResult::ErrorMismatchDataType(
                    "bool".to_owned(),
                    kind,
                    at,
                )))
            }
        }
    }

    fn branch(&mut self, branch: &If, base: usize) -> Step<Dynamic> {
        if self.condition(&branch.condition, branch.at, base)? {
            self.block(&branch.then, base)
        } else {
            self.block(&branch.otherwise, base)
        }
    }

    fn repeat(&mut self, repeat: &While, base: usize) -> Step<Dynamic> {
        let mut look = !repeat.body_first;
        loop {
            self.count(repeat.at)?;
            if look
                && let Some(condition) = &repeat.condition
                && self.condition(condition, repeat.at, base)? == repeat.until
            {
                return Ok(Dynamic::UNIT);
            }
            look = true;
            match self.block(&repeat.body, base) {
                Ok(_) | Err(Stop::Continue) => {}
                Err(Stop::Break) => return Ok(Dynamic::UNIT),
                Err(stop) => return Err(stop),
            }
        }
    }

    fn each(&mut self, each: &For, base: usize) -> Step<Dynamic> {
        let over = self.eval(&each.over, base)?.flatten();
        let items: Box<dyn Iterator<Item = Dynamic>> =
            if let Some(range) = over.read_lock::<Range<INT>>() {
                Box::new(range.clone().map(Dynamic::from_int))
            } else if let Some(range) = over.read_lock::<RangeInclusive<INT>>() {
                Box::new(range.clone().map(Dynamic::from_int))
            } else if over.is_array() {
                Box::new(over.cast::<Array>().into_iter())
            } else if let Some(make) = self.natives.iterator(over.type_id()) {
                make(over)
            } else {
                // Rhai knows how to iterate over the rest; it hands back an array.
                let array = self.call_rhai(TO_ARRAY, &mut [over], false, false, each.at)?;
                Box::new(array.cast::<Array>().into_iter())
            };
        for (number, item) in items.enumerate() {
            self.count(each.at)?;
            if let Some(counter) = each.counter {
                self.stack[base + counter] =
                    Dynamic::from_int(INT::try_from(number).unwrap_or(INT::MAX));
            }
            self.stack[base + each.variable] = item.flatten();
            match self.block(&each.body, base) {
                Ok(_) | Err(Stop::Continue) => {}
                Err(Stop::Break) => break,
                Err(stop) => return Err(stop),
            }
        }
        Ok(Dynamic::UNIT)
    }

    fn update(&mut self, update: &Update, base: usize) -> Step<Dynamic> {
        let value = self.eval(&update.value, base)?;
        let slot = base + update.slot;
        if let Some(number) = on_numbers(update.op, &self.stack[slot], &value) {
            self.stack[slot] = number;
            return Ok(Dynamic::UNIT);
        }
        let before = std::mem::take(&mut self.stack[slot]);
        // Kept for the case that the operator fails and the error is caught further out.
        let kept = before.clone();
        match self.operate(update.op, &update.forms, before, value, update.at) {
            Ok(after) => {
                self.stack[slot] = after.flatten();
                Ok(Dynamic::UNIT)
            }
            Err(stop) => {
                self.stack[slot] = kept;
                Err(stop)
            }
        }
    }

    fn text(&mut self, parts: &[Node], at: Position, base: usize) -> Step<Dynamic> {
        let mut text = String::new();
        for part in parts {
            let value = self.eval(part, base)?;
            if let Some(part) = value.read_lock::<ImmutableString>() {
                text.push_str(&part);
                continue;
            }
            let shown = self.dispatch(
                "to_string",
                &self.natives.find("to_string", 1),
                &mut [value],
                true,
                false,
                at,
            )?;
            text.push_str(&shown.to_string());
        }
        self.checked(text.into(), at)
    }

    /// Applies an operator.
    #[inline]
    pub(super) fn operate(
        &mut self,
        op: Op,
        forms: &Forms,
        left: Dynamic,
        right: Dynamic,
        at: Position,
    ) -> Step<Dynamic> {
        if let Some(value) = on_numbers(op, &left, &right) {
            return Ok(value);
        }
        self.dispatch(op.sign(), forms, &mut [left, right], false, false, at)
    }

    /// Refuses a value that is too large.
    pub(super) fn checked(&mut self, value: Dynamic, at: Position) -> Step<Dynamic> {
        self.check_size(&value, at)?;
        Ok(value)
    }

    pub(super) fn check_size(&mut self, value: &Dynamic, at: Position) -> Step<()> {
        // Only these hold others; handles and numbers are what they are.
        if !(value.is_string() || value.is_array() || value.is_map()) {
            return Ok(());
        }
        let budget = self.limits.budget;
        let what = if let Some(text) = value.read_lock::<ImmutableString>() {
            (text.len() > budget.string_size).then_some("Length of string")
        } else if let Some(array) = value.read_lock::<Array>() {
            (array.len() > budget.array_size).then_some("Size of array/BLOB")
        } else if let Some(map) = value.read_lock::<Map>() {
            (map.len() > budget.map_size).then_some("Size of object map")
        } else {
            None
        };
        match what {
            Some(what) => self.fail(Box::new(EvalAltResult::ErrorDataTooLarge(
                what.to_owned(),
                at,
            ))),
            None => Ok(()),
        }
    }
}

/// The helper through which Rhai iterates for us.
pub(in crate::script) const TO_ARRAY: &str = "array_of_anything";

/// Its text.
pub(in crate::script) const TO_ARRAY_TEXT: &str =
    "fn array_of_anything(x) { let all = []; for item in x { all.push(item); } all }";
