//! Arrays: sorting that neither hides an error of its comparison nor depends on chance.
//!
//! Rhai's own `sort` ignores errors of the comparison, ignores one that answers with a float, and
//! may panic inside on one that contradicts itself. This one merges, so that any comparison ends.
//! A comparison says whether, or by a negative number that, the first comes before the second;
//! otherwise the two keep their order. A key is what a function says of an element, or an entry of it
//! by name; it is asked for once. What has the key `()` comes last, and is never among the first few.

use std::cmp::Ordering;

use rhai::{Array, Dynamic, FnPtr, INT, Map, NativeCallContext};

use crate::script::convert::{Outcome, fail, float, kind_of, need_count};
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
    for (sort, few, first) in [
        ("sort_by_key", "bottom", Ordering::Less),
        ("sort_by_key_desc", "top", Ordering::Greater),
    ] {
        register_by_key(engine, sort, few, first);
    }
}

/// Registers a sort by a key and the function that returns its first few; `first` is how a key that
/// comes before another stands to it.
fn register_by_key(engine: &mut Registry, sort: &str, few: &str, first: Ordering) {
    engine.register_fn(
        sort,
        move |ctx: NativeCallContext<'_>, array: &mut Array, key: FnPtr| {
            let keyed = keys_by_function(&ctx, array, &key)?;
            sorted_by_key(keyed, first)
        },
    );
    engine.register_fn(sort, move |array: &mut Array, key: &str| {
        sorted_by_key(keys_by_name(array, key)?, first)
    });
    engine.register_fn(
        few,
        move |ctx: NativeCallContext<'_>, array: &mut Array, n: INT, key: FnPtr| {
            let keyed = keys_by_function(&ctx, array, &key)?;
            first_by_key(keyed, n, first)
        },
    );
    engine.register_fn(few, move |array: &mut Array, n: INT, key: &str| {
        first_by_key(keys_by_name(array, key)?, n, first)
    });
}

/// Elements with their keys.
type Keyed = Vec<(Dynamic, Dynamic)>;

fn keys_by_function(ctx: &NativeCallContext<'_>, array: &Array, key: &FnPtr) -> Outcome<Keyed> {
    let keyed = |value: &Dynamic| Ok((key.call_raw(ctx, None, [value.clone()])?, value.clone()));
    array.iter().map(keyed).collect()
}

fn keys_by_name(array: &Array, key: &str) -> Outcome<Keyed> {
    let keyed = |value: &Dynamic| {
        let entry = value.read_lock::<Map>().map(|map| map.get(key).cloned());
        match entry {
            Some(Some(entry)) => Ok((entry, value.clone())),
            Some(None) => fail(format!("an element of the list has no entry `{key}`")),
            None => fail(format!(
                "only maps have the entry `{key}`; this element is {}\nhint: give a function: list.sort_by_key(|x| x.{key})",
                kind_of(value)
            )),
        }
    };
    array.iter().map(keyed).collect()
}

fn sorted_by_key(keyed: Keyed, first: Ordering) -> Outcome<Array> {
    let (with, without): (Keyed, Keyed) = keyed.into_iter().partition(|(key, _)| !key.is_unit());
    let mut sorted = placed_by_key(with, first)?;
    sorted.extend(without.into_iter().map(|(_, value)| value));
    Ok(sorted)
}

fn first_by_key(mut keyed: Keyed, n: INT, first: Ordering) -> Outcome<Array> {
    let n = need_count(&n.into(), "n", 0)?;
    keyed.retain(|(key, _)| !key.is_unit());
    let mut sorted = placed_by_key(keyed, first)?;
    sorted.truncate(n);
    Ok(sorted)
}

fn placed_by_key(keyed: Keyed, first: Ordering) -> Outcome<Array> {
    let (keys, values): (Array, Array) = keyed.into_iter().unzip();
    let places: Array = (0..keys.len())
        .map(|at| Dynamic::from_int(INT::try_from(at).unwrap_or(INT::MAX)))
        .collect();
    let at = |place: &Dynamic| usize::try_from(place.as_int().unwrap_or(0)).unwrap_or(0);
    let sorted = merge_sort(places, &mut |a, b| {
        Ok(natural(&keys[at(a)], &keys[at(b)])? == first)
    })?;
    Ok(sorted
        .iter()
        .map(|place| values[at(place)].clone())
        .collect())
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
