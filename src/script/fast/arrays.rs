//! Array methods that call a function of the script for each element, when it is compiled.
//!
//! As Rhai's own: the function is given the element, and its index if it takes two. What else there is
//! (a function bound to `this`, captured values) stays with Rhai.

use rhai::{Array, Dynamic, EvalAltResult, FnPtr, INT, Position};

use crate::script::api::arrays::merge_sort;
use crate::script::fast::calls::placed;
use crate::script::fast::run::{Machine, Step};
use crate::script::fast::tree::FunctionId;

/// A function to be called for each element.
#[derive(Clone, Copy)]
struct Callback {
    id: FunctionId,
    wants_index: bool,
}

impl Machine<'_> {
    /// Runs a method of an array that takes a compiled function; `None` leaves it to Rhai.
    pub(super) fn array_method(
        &mut self,
        target: &mut Dynamic,
        name: &str,
        args: &mut [Dynamic],
        at: Position,
    ) -> Option<Step<Dynamic>> {
        let pointer = args
            .first()?
            .read_lock::<FnPtr>()
            .filter(|pointer| !pointer.is_curried())?
            .fn_name()
            .to_owned();
        match (name, args.len()) {
            ("sort" | "sort_by", 1) => {
                let id = self.program.pointed(&pointer, 2)?;
                Some(self.sort(target, id, at))
            }
            ("map" | "filter" | "some" | "all" | "find", 1) => {
                let callback = self.callback(&pointer)?;
                let items = target.read_lock::<Array>()?.clone();
                Some(match name {
                    "map" => self.map(items, callback, at),
                    "filter" => self.filter(items, callback, at),
                    "find" => self.find(items, callback, at),
                    _ => self.some_or_all(items, callback, name == "all", at),
                })
            }
            _ => None,
        }
    }

    fn callback(&self, pointer: &str) -> Option<Callback> {
        if let Some(id) = self.program.pointed(pointer, 1) {
            return Some(Callback {
                id,
                wants_index: false,
            });
        }
        self.program.pointed(pointer, 2).map(|id| Callback {
            id,
            wants_index: true,
        })
    }

    fn answer(
        &mut self,
        callback: Callback,
        item: Dynamic,
        place: usize,
        at: Position,
    ) -> Step<Dynamic> {
        if !callback.wants_index {
            return self.call_with(callback.id, [item], at);
        }
        let place = Dynamic::from_int(INT::try_from(place).unwrap_or(INT::MAX));
        self.call_with(callback.id, [item, place], at)
    }

    fn map(&mut self, items: Array, callback: Callback, at: Position) -> Step<Dynamic> {
        let mut mapped = Array::with_capacity(items.len());
        for (place, item) in items.into_iter().enumerate() {
            mapped.push(self.answer(callback, item, place, at)?.flatten());
        }
        Ok(mapped.into())
    }

    fn filter(&mut self, items: Array, callback: Callback, at: Position) -> Step<Dynamic> {
        let mut kept = Array::new();
        for (place, item) in items.into_iter().enumerate() {
            if self.holds(callback, item.clone(), place, at)? {
                kept.push(item);
            }
        }
        Ok(kept.into())
    }

    fn find(&mut self, items: Array, callback: Callback, at: Position) -> Step<Dynamic> {
        for (place, item) in items.into_iter().enumerate() {
            if self.holds(callback, item.clone(), place, at)? {
                return Ok(item);
            }
        }
        Ok(Dynamic::UNIT)
    }

    fn some_or_all(
        &mut self,
        items: Array,
        callback: Callback,
        all: bool,
        at: Position,
    ) -> Step<Dynamic> {
        for (place, item) in items.into_iter().enumerate() {
            if self.holds(callback, item, place, at)? != all {
                return Ok(Dynamic::from_bool(!all));
            }
        }
        Ok(Dynamic::from_bool(all))
    }

    /// As in Rhai, an answer that is no bool counts as false.
    fn holds(
        &mut self,
        callback: Callback,
        item: Dynamic,
        place: usize,
        at: Position,
    ) -> Step<bool> {
        let answer = self.answer(callback, item, place, at)?;
        Ok(answer.as_bool().unwrap_or(false))
    }

    fn sort(&mut self, target: &mut Dynamic, id: FunctionId, at: Position) -> Step<Dynamic> {
        let items = target
            .write_lock::<Array>()
            .map(|mut array| std::mem::take(&mut *array))
            .unwrap_or_default();
        let mut stopped = None;
        let sorted = merge_sort(items, &mut |a, b| {
            let answer = match self.call_with(id, [a.clone(), b.clone()], at) {
                Ok(answer) => answer,
                Err(stop) => {
                    stopped = Some(stop);
                    return Err(Box::new(EvalAltResult::ErrorRuntime(Dynamic::UNIT, at)));
                }
            };
            crate::script::api::arrays::comes_first(&answer)
        });
        match (sorted, stopped) {
            (_, Some(stop)) => Err(stop),
            (Err(error), None) => self.fail(placed(error, at)),
            (Ok(sorted), None) => {
                *target = sorted.into();
                Ok(Dynamic::UNIT)
            }
        }
    }
}
