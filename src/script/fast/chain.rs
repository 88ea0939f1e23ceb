//! Chains: `a.b(c)[d]`, read and assigned.
//!
//! As in Rhai, the arguments of all steps are computed before the chain begins; what a step changed in
//! a field's value is written back to the field.

use rhai::{Array, Dynamic, EvalAltResult, INT, ImmutableString, Map, Position};

use crate::script::fast::calls::{Args, call_form, form_for, placed};
use crate::script::fast::run::{Machine, Step as Outcome};
use crate::script::fast::tree::Op;
use crate::script::fast::tree::{
    AssignChain, Chain, Field, IndexStep, Method, Node, Step, StepKind,
};
use crate::script::registry::Forms;

/// What is assigned to the end of a chain.
struct Assigned<'a> {
    value: Dynamic,
    op: Option<&'a (Op, Forms)>,
    at: Position,
}

impl Machine<'_> {
    pub(super) fn read_chain(&mut self, chain: &Chain, base: usize) -> Outcome<Dynamic> {
        self.run_chain(chain, base, None)
    }

    pub(super) fn assign_chain(&mut self, assign: &AssignChain, base: usize) -> Outcome<Dynamic> {
        let value = self.eval(&assign.value, base)?.flatten();
        let assigned = Assigned {
            value,
            op: assign.op.as_ref(),
            at: assign.at,
        };
        self.run_chain(&assign.chain, base, Some(assigned))
            .map(|_| Dynamic::UNIT)
    }

    fn run_chain(
        &mut self,
        chain: &Chain,
        base: usize,
        assigned: Option<Assigned<'_>>,
    ) -> Outcome<Dynamic> {
        let mut args = Args::new();
        for step in &chain.steps {
            match &step.kind {
                StepKind::Field(_) => {}
                StepKind::Method(method) => {
                    for arg in &method.args {
                        args.push(self.eval(arg, base)?.flatten());
                    }
                }
                StepKind::Index(index) => args.push(self.eval(&index.index, base)?.flatten()),
            }
        }
        if let Node::Local(slot) = chain.root {
            // The value is taken off the stack while the chain works on it; nothing else can see it.
            let mut root = std::mem::take(&mut self.stack[base + slot]);
            let outcome = self.walk(&mut root, &chain.steps, &mut args, assigned);
            self.stack[base + slot] = root;
            return outcome.map(|(value, _)| value);
        }
        let mut root = self.eval(&chain.root, base)?;
        self.walk(&mut root, &chain.steps, &mut args, assigned)
            .map(|(value, _)| value)
    }

    /// Does the steps to a value; returns the result and whether the value may have changed.
    fn walk(
        &mut self,
        target: &mut Dynamic,
        steps: &[Step],
        args: &mut [Dynamic],
        assigned: Option<Assigned<'_>>,
    ) -> Outcome<(Dynamic, bool)> {
        let Some((step, rest)) = steps.split_first() else {
            return Ok((Dynamic::UNIT, false));
        };
        if step.elvis && target.is_unit() {
            return Ok((Dynamic::UNIT, false));
        }
        match &step.kind {
            StepKind::Method(method) => {
                let (own, others) = args.split_at_mut(method.args.len());
                let mut value = self.call_method(target, method, own, step.at)?;
                if rest.is_empty() {
                    return Ok((value, true));
                }
                let (value, _) = self.walk(&mut value, rest, others, assigned)?;
                Ok((value, true))
            }
            StepKind::Field(field) => self.walk_field(target, field, step.at, rest, args, assigned),
            StepKind::Index(index) => {
                let (own, others) = args.split_at_mut(1);
                let key = std::mem::take(&mut own[0]);
                self.walk_index(target, index, key, step.at, rest, others, assigned)
            }
        }
    }

    fn walk_field(
        &mut self,
        target: &mut Dynamic,
        field: &Field,
        at: Position,
        rest: &[Step],
        args: &mut [Dynamic],
        assigned: Option<Assigned<'_>>,
    ) -> Outcome<(Dynamic, bool)> {
        if target.is_map() {
            return self.walk_entry(target, &field.name, at, rest, args, assigned);
        }
        if rest.is_empty() {
            let Some(assigned) = assigned else {
                return self
                    .get_field(target, field, at)
                    .map(|value| (value, false));
            };
            let value = match assigned.op {
                None => assigned.value,
                Some((op, forms)) => {
                    let before = self.get_field(target, field, at)?;
                    self.operate(*op, forms, before, assigned.value, assigned.at)?
                }
            };
            self.set_field(target, field, value, at)?;
            return Ok((Dynamic::UNIT, true));
        }
        let mut value = self.get_field(target, field, at)?;
        let (result, changed) = self.walk(&mut value, rest, args, assigned)?;
        if changed && is_plain(&value) {
            self.write_back(target, field, value, at)?;
        }
        Ok((result, changed))
    }

    /// Gives a field what a step made of its value; as in Rhai, one that cannot be set stays.
    fn write_back(
        &mut self,
        target: &mut Dynamic,
        field: &Field,
        value: Dynamic,
        at: Position,
    ) -> Outcome<()> {
        let outcome = self.set_field(target, field, value, at);
        if outcome.is_err()
            && matches!(self.error.as_deref(), Some(EvalAltResult::ErrorDotExpr(..)))
        {
            self.error = None;
            return Ok(());
        }
        outcome
    }

    /// A field of a map, or an index of it.
    fn walk_entry(
        &mut self,
        target: &mut Dynamic,
        name: &str,
        at: Position,
        rest: &[Step],
        args: &mut [Dynamic],
        assigned: Option<Assigned<'_>>,
    ) -> Outcome<(Dynamic, bool)> {
        let not_found = || Box::new(EvalAltResult::ErrorPropertyNotFound(name.to_owned(), at));
        if rest.is_empty() {
            let Some(assigned) = assigned else {
                let found = target
                    .read_lock::<Map>()
                    .and_then(|map| map.get(name).cloned());
                return match found {
                    Some(value) => Ok((value, false)),
                    None => self.fail(not_found()),
                };
            };
            let before = target
                .read_lock::<Map>()
                .and_then(|map| map.get(name).cloned());
            let value = match (assigned.op, before) {
                (None, _) => assigned.value,
                (Some((op, forms)), Some(before)) => {
                    self.operate(*op, forms, before, assigned.value, assigned.at)?
                }
                (Some(_), None) => return self.fail(not_found()),
            };
            if let Some(mut map) = target.write_lock::<Map>() {
                map.insert(name.into(), value.flatten());
            }
            self.check_size(target, at)?;
            return Ok((Dynamic::UNIT, true));
        }
        // Taken out of the map while the chain works on it.
        let taken = target
            .write_lock::<Map>()
            .and_then(|mut map| map.get_mut(name).map(std::mem::take));
        let Some(mut value) = taken else {
            return self.fail(not_found());
        };
        let outcome = self.walk(&mut value, rest, args, assigned);
        if let Some(mut map) = target.write_lock::<Map>() {
            map.insert(name.into(), value);
        }
        outcome
    }

    #[expect(clippy::too_many_arguments, reason = "a step of the walk")]
    fn walk_index(
        &mut self,
        target: &mut Dynamic,
        index: &IndexStep,
        key: Dynamic,
        at: Position,
        rest: &[Step],
        args: &mut [Dynamic],
        assigned: Option<Assigned<'_>>,
    ) -> Outcome<(Dynamic, bool)> {
        if target.is_map()
            && let Some(name) = key
                .read_lock::<ImmutableString>()
                .map(|name| name.to_string())
        {
            // Reading an entry that is not there by an index gives `()`, unlike by a dot.
            let missing = target
                .read_lock::<Map>()
                .is_some_and(|map| !map.contains_key(name.as_str()));
            if missing && rest.is_empty() && assigned.is_none() {
                return self.missing_entry(&name, at);
            }
            return self.walk_entry(target, &name, at, rest, args, assigned);
        }
        if target.is_array()
            && let Ok(place) = key.as_int()
        {
            return self.walk_element(target, place, at, rest, args, assigned);
        }
        if let Some(text) = target.read_lock::<ImmutableString>()
            && let Ok(place) = key.as_int()
        {
            let letter = letter_at(&text, place);
            drop(text);
            return match letter {
                Some(letter) if rest.is_empty() && assigned.is_none() => Ok((letter.into(), false)),
                _ => self.fail(Box::new(EvalAltResult::ErrorStringBounds(0, place, at))),
            };
        }
        self.walk_custom_index(target, index, key, at, rest, args, assigned)
    }

    fn missing_entry(&mut self, name: &str, at: Position) -> Outcome<(Dynamic, bool)> {
        if self.engine.fail_on_invalid_map_property() {
            return self.fail(Box::new(EvalAltResult::ErrorPropertyNotFound(
                name.to_owned(),
                at,
            )));
        }
        Ok((Dynamic::UNIT, false))
    }

    fn walk_element(
        &mut self,
        target: &mut Dynamic,
        place: INT,
        at: Position,
        rest: &[Step],
        args: &mut [Dynamic],
        assigned: Option<Assigned<'_>>,
    ) -> Outcome<(Dynamic, bool)> {
        let len = target.read_lock::<Array>().map_or(0, |array| array.len());
        let Some(slot) = element_at(len, place) else {
            return self.fail(Box::new(EvalAltResult::ErrorArrayBounds(len, place, at)));
        };
        let taken = |target: &mut Dynamic| {
            target
                .write_lock::<Array>()
                .map(|mut array| std::mem::take(&mut array[slot]))
                .unwrap_or_default()
        };
        let put = |target: &mut Dynamic, value: Dynamic| {
            if let Some(mut array) = target.write_lock::<Array>() {
                array[slot] = value;
            }
        };
        if rest.is_empty() {
            let Some(assigned) = assigned else {
                let value = target
                    .read_lock::<Array>()
                    .map(|array| array[slot].clone())
                    .unwrap_or_default();
                return Ok((value, false));
            };
            let value = match assigned.op {
                None => assigned.value,
                Some((op, forms)) => {
                    let before = target
                        .read_lock::<Array>()
                        .map(|array| array[slot].clone())
                        .unwrap_or_default();
                    self.operate(*op, forms, before, assigned.value, assigned.at)?
                }
            };
            put(target, value.flatten());
            return Ok((Dynamic::UNIT, true));
        }
        let mut value = taken(target);
        let outcome = self.walk(&mut value, rest, args, assigned);
        put(target, value);
        outcome
    }

    #[expect(clippy::too_many_arguments, reason = "a step of the walk")]
    fn walk_custom_index(
        &mut self,
        target: &mut Dynamic,
        index: &IndexStep,
        key: Dynamic,
        at: Position,
        rest: &[Step],
        args: &mut [Dynamic],
        assigned: Option<Assigned<'_>>,
    ) -> Outcome<(Dynamic, bool)> {
        if rest.is_empty()
            && let Some(assigned) = assigned
        {
            let value = match assigned.op {
                None => assigned.value,
                Some((op, forms)) => {
                    let before =
                        self.call_on("index$get$", &index.getters, target, &mut [key.clone()], at)?;
                    self.operate(*op, forms, before, assigned.value, assigned.at)?
                }
            };
            drop(self.call_on("index$set$", &index.setters, target, &mut [key, value], at)?);
            return Ok((Dynamic::UNIT, true));
        }
        let mut value =
            self.call_on("index$get$", &index.getters, target, &mut [key.clone()], at)?;
        if rest.is_empty() {
            return Ok((value, false));
        }
        let (result, changed) = self.walk(&mut value, rest, args, assigned)?;
        if changed && is_plain(&value) {
            drop(self.call_on("index$set$", &index.setters, target, &mut [key, value], at)?);
        }
        Ok((result, changed))
    }

    fn get_field(&mut self, target: &mut Dynamic, field: &Field, at: Position) -> Outcome<Dynamic> {
        if let Some(form) = field
            .getters
            .iter()
            .find(|form| form.types[0] == target.type_id())
        {
            return match (form.func)(None, &mut [target]) {
                Ok(value) => Ok(value),
                Err(error) => self.fail(placed(error, at)),
            };
        }
        self.field_through_rhai(target, field, at)
    }

    /// A field that the table does not have: one of Rhai's own, or one found by its name.
    fn field_through_rhai(
        &mut self,
        target: &mut Dynamic,
        field: &Field,
        at: Position,
    ) -> Outcome<Dynamic> {
        let getter = format!("get${}", field.name);
        let mut args = [std::mem::take(target)];
        let outcome = self.call_rhai(&getter, &mut args, true, false, at);
        let [value] = args;
        *target = value;
        let stop = match outcome {
            Ok(value) => return Ok(value),
            Err(stop) => stop,
        };
        let unknown = matches!(
            self.error.as_deref(),
            Some(EvalAltResult::ErrorFunctionNotFound(..))
        );
        if !unknown {
            return Err(stop);
        }
        self.error = None;
        let by_name = self.natives.find("index$get$", 2);
        let name: Dynamic = field.name.as_str().into();
        if by_name
            .iter()
            .any(|form| form.types[0] == target.type_id() && form.types[1] == name.type_id())
        {
            return self.call_on("index$get$", &by_name, target, &mut [name], at);
        }
        let kind = self.engine.map_type_name(target.type_name()).to_owned();
        let text = format!(
            "Unknown property '{}' - a getter is not registered for type '{kind}'",
            field.name
        );
        self.fail(Box::new(EvalAltResult::ErrorDotExpr(text, at)))
    }

    fn set_field(
        &mut self,
        target: &mut Dynamic,
        field: &Field,
        value: Dynamic,
        at: Position,
    ) -> Outcome<()> {
        let mut value = value.flatten();
        let fits = field.setters.iter().find(|form| {
            form.types[0] == target.type_id()
                && (form.types[1] == value.type_id()
                    || form.types[1] == std::any::TypeId::of::<Dynamic>())
        });
        if let Some(form) = fits {
            return match (form.func)(None, &mut [target, &mut value]) {
                Ok(_) => Ok(()),
                Err(error) => self.fail(placed(error, at)),
            };
        }
        let by_name = self.natives.find("index$set$", 3);
        let name: Dynamic = field.name.as_str().into();
        if by_name
            .iter()
            .any(|form| form.types[0] == target.type_id() && form.types[1] == name.type_id())
        {
            return self
                .call_on("index$set$", &by_name, target, &mut [name, value], at)
                .map(|_| ());
        }
        let kind = self.engine.map_type_name(target.type_name()).to_owned();
        let text = format!(
            "Unknown property '{}' - a setter is not registered for type '{kind}'",
            field.name
        );
        self.fail(Box::new(EvalAltResult::ErrorDotExpr(text, at)))
    }

    fn call_method(
        &mut self,
        target: &mut Dynamic,
        method: &Method,
        args: &mut [Dynamic],
        at: Position,
    ) -> Outcome<Dynamic> {
        let own_function = target.is_map()
            && target
                .read_lock::<Map>()
                .is_some_and(|map| map.get(method.name.as_str()).is_some_and(Dynamic::is_fnptr));
        if target.is_array()
            && let Some(outcome) = self.array_method(target, &method.name, args, at)
        {
            return outcome;
        }
        if own_function || method.interpreted {
            let none = Forms::default();
            return self.call_on(&method.name, &none, target, args, at);
        }
        self.call_on(&method.name, &method.forms, target, args, at)
    }

    /// Calls a function with a value that it may change in place.
    fn call_on(
        &mut self,
        name: &str,
        forms: &Forms,
        target: &mut Dynamic,
        args: &mut [Dynamic],
        at: Position,
    ) -> Outcome<Dynamic> {
        if let Some(form) = form_for(forms, name, target, args) {
            let outcome = if form.by_ref {
                call_form(form, target, args)
            } else {
                call_form(form, &mut target.clone(), args)
            };
            return match outcome {
                Ok(value) => self.checked(value, at),
                Err(error) => self.fail(placed(error, at)),
            };
        }
        let mut all = Args::new();
        all.push(std::mem::take(target));
        all.extend(args.iter_mut().map(std::mem::take));
        let is_method = !name.contains('$');
        let outcome = self.call_rhai(name, &mut all, true, is_method, at);
        *target = std::mem::take(&mut all[0]);
        outcome
    }
}

/// Whether a value holds its content itself, so that a change must be written back; handles do not.
fn is_plain(value: &Dynamic) -> bool {
    value.is_array() || value.is_map() || value.is_string() || value.is_blob()
}

fn element_at(len: usize, place: INT) -> Option<usize> {
    if place < 0 {
        return len.checked_sub(usize::try_from(place.unsigned_abs()).ok()?);
    }
    usize::try_from(place).ok().filter(|place| *place < len)
}

fn letter_at(text: &str, place: INT) -> Option<char> {
    let count = text.chars().count();
    element_at(count, place).and_then(|place| text.chars().nth(place))
}
