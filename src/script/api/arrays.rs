//! Arrays: sorting that neither hides an error of its comparison nor depends on chance.
//!
//! Rhai's own `sort` ignores errors of the comparison, ignores one that answers with a float, and
//! may panic inside on one that contradicts itself. This one merges, so that any comparison ends.
//! A comparison says whether, or by a negative number that, the first comes before the second;
//! otherwise the two keep their order.

use std::cmp::Ordering;

use rhai::{Array, Dynamic, FnPtr, NativeCallContext};

use crate::script::convert::{Outcome, fail, float, kind_of};
use crate::script::registry::Registry;

pub(super) fn register(engine: &mut Registry) {
    for name in ["sort", "sort_by"] {
        engine.register_fn(name, sort_with);
    }
    engine.register_fn("sort", |array: &mut Array| {
        let sorted = merge_sort(std::mem::take(array), &mut |a, b| {
            Ok(natural(a, b)? == Ordering::Less)
        })?;
        *array = sorted;
        Outcome::Ok(())
    });
    engine.register_fn("sort_desc", |array: &mut Array| {
        let sorted = merge_sort(std::mem::take(array), &mut |a, b| {
            Ok(natural(a, b)? == Ordering::Greater)
        })?;
        *array = sorted;
        Outcome::Ok(())
    });
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the interpreter hands these over"
)]
fn sort_with(ctx: NativeCallContext<'_>, array: &mut Array, compare: FnPtr) -> Outcome<()> {
    let sorted = merge_sort(std::mem::take(array), &mut |a, b| {
        comes_first(&compare.call_raw(&ctx, None, [a.clone(), b.clone()])?)
    })?;
    *array = sorted;
    Ok(())
}

/// Whether the answer of a comparison says that its first argument comes first.
pub(in crate::script) fn comes_first(answer: &Dynamic) -> Outcome<bool> {
    match (answer.as_bool(), float(answer)) {
        (Ok(first), _) => Ok(first),
        (Err(_), Some(number)) => Ok(number < 0.0),
        (Err(_), None) => fail(format!(
            "the comparison of a sort must answer true, false or a number, was {}",
            kind_of(answer)
        )),
    }
}

/// How two values of one kind stand; numbers of all kinds are of one.
fn natural(a: &Dynamic, b: &Dynamic) -> Outcome<Ordering> {
    if let (Some(a), Some(b)) = (float(a), float(b)) {
        return Ok(a.total_cmp(&b));
    }
    if a.is_string() && b.is_string() {
        return Ok(a.to_string().cmp(&b.to_string()));
    }
    if let (Ok(a), Ok(b)) = (a.as_bool(), b.as_bool()) {
        return Ok(a.cmp(&b));
    }
    fail(format!(
        "sort cannot order {} and {}\nhint: give it a comparison: list.sort(|a, b| a.score < b.score)",
        kind_of(a),
        kind_of(b)
    ))
}

/// Sorts, equal elements keeping their order. `before` says whether its first argument must come
/// before its second.
pub(in crate::script) fn merge_sort(
    mut values: Array,
    before: &mut impl FnMut(&Dynamic, &Dynamic) -> Outcome<bool>,
) -> Outcome<Array> {
    if values.len() < 2 {
        return Ok(values);
    }
    let right = values.split_off(values.len() / 2);
    let left = merge_sort(values, before)?;
    let right = merge_sort(right, before)?;
    let mut sorted = Array::with_capacity(left.len() + right.len());
    let mut right = right.into_iter().peekable();
    for value in left {
        while let Some(other) = right.peek() {
            if !before(other, &value)? {
                break;
            }
            sorted.extend(right.next());
        }
        sorted.push(value);
    }
    sorted.extend(right);
    Ok(sorted)
}
