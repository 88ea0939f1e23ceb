//! Assertions: what must hold in a test.
//!
//! Numbers of unlike kinds are equal when their values are (`1 == 1.0`); arrays and maps when all that
//! they hold is.

use std::rc::Rc;

use rhai::{Array, Dynamic, EvalAltResult, FnPtr, Map, NativeCallContext, Position};

use crate::script::api::testing::bench_of;
use crate::script::convert::{Outcome, fail, float, kind_of, need_float};
use crate::script::error::{Explainer, Texts, Thrown};
use crate::script::host::Host;
use crate::script::registry::Registry;

/// The longest text of a value in a message, in characters.
const LONGEST: usize = 200;

pub(super) fn register(engine: &mut Registry, host: &Rc<Host>) {
    engine.register_type_with_name::<Thrown>("Error");
    engine.register_fn("to_string", |e: &mut Thrown| e.message().to_owned());
    engine.register_fn("to_debug", |e: &mut Thrown| e.message().to_owned());
    let at = Rc::clone(host);
    engine.register_fn("assert", move |holds: Dynamic| {
        assert_holds(&at, &holds, None)
    });
    let at = Rc::clone(host);
    engine.register_fn("assert", move |holds: Dynamic, message: Dynamic| {
        assert_holds(&at, &holds, Some(&message))
    });
    register_equal(engine, host, "assert_eq", true);
    register_equal(engine, host, "assert_ne", false);
    let at = Rc::clone(host);
    engine.register_fn(
        "assert_near",
        move |left: Dynamic, right: Dynamic, tolerance: Dynamic| {
            assert_near(&at, &left, &right, &tolerance)
        },
    );
    let at = Rc::clone(host);
    engine.register_fn(
        "assert_throws",
        move |context: NativeCallContext, work: FnPtr| assert_throws(&at, &context, &work, ""),
    );
    let at = Rc::clone(host);
    engine.register_fn(
        "assert_throws",
        move |context: NativeCallContext, work: FnPtr, text: &str| {
            assert_throws(&at, &context, &work, text)
        },
    );
}

fn claim<T>(message: String, sides: Option<(String, String)>) -> Outcome<T> {
    let thrown = Dynamic::from(Thrown::Assertion { message, sides });
    Err(Box::new(EvalAltResult::ErrorRuntime(
        thrown,
        Position::NONE,
    )))
}

/// Adds the author's words to those of an assertion.
fn with_words(claimed: &str, message: Option<&Dynamic>) -> String {
    message.map_or_else(
        || claimed.to_owned(),
        |message| format!("{claimed}: {message}"),
    )
}

fn assert_holds(host: &Host, holds: &Dynamic, message: Option<&Dynamic>) -> Outcome<()> {
    bench_of(host, "assert")?;
    match holds.as_bool() {
        Ok(true) => Ok(()),
        Ok(false) => claim(with_words("assertion failed", message), None),
        Err(_) => fail(format!(
            "assert needs true or false; this is {}",
            kind_of(holds)
        )),
    }
}

fn register_equal(engine: &mut Registry, host: &Rc<Host>, name: &'static str, wanted: bool) {
    let at = Rc::clone(host);
    engine.register_fn(
        name,
        move |context: NativeCallContext, left: Dynamic, right: Dynamic| {
            assert_equal(&at, &context, (name, wanted), &left, &right, None)
        },
    );
    let at = Rc::clone(host);
    engine.register_fn(
        name,
        move |context: NativeCallContext, left: Dynamic, right: Dynamic, message: Dynamic| {
            let words = Some(&message);
            assert_equal(&at, &context, (name, wanted), &left, &right, words)
        },
    );
}

fn assert_equal(
    host: &Host,
    context: &NativeCallContext<'_>,
    (name, wanted): (&str, bool),
    left: &Dynamic,
    right: &Dynamic,
    message: Option<&Dynamic>,
) -> Outcome<()> {
    bench_of(host, name)?;
    if equal(context, left, right) == wanted {
        return Ok(());
    }
    let sign = if wanted { "==" } else { "!=" };
    let claimed = format!("assertion `left {sign} right` failed");
    let sides = (written(context, left), written(context, right));
    claim(with_words(&claimed, message), Some(sides))
}

fn assert_near(host: &Host, left: &Dynamic, right: &Dynamic, tolerance: &Dynamic) -> Outcome<()> {
    bench_of(host, "assert_near")?;
    let tolerance = need_float(tolerance, "tolerance")?;
    let near = match (float(left), float(right)) {
        (Some(left), Some(right)) => (left - right).abs() <= tolerance,
        _ => false,
    };
    if near {
        return Ok(());
    }
    claim(
        format!("assertion `left is within {tolerance} of right` failed"),
        Some((left.to_string(), right.to_string())),
    )
}

/// Calls a closure that must throw, and returns what it said.
fn assert_throws(
    host: &Host,
    context: &NativeCallContext<'_>,
    work: &FnPtr,
    text: &str,
) -> Outcome<String> {
    bench_of(host, "assert_throws")?;
    let said = match work.call_within_context::<Dynamic>(context, ()) {
        Ok(_) => {
            return claim("assertion failed: nothing was thrown".to_owned(), None);
        }
        // What ends a test must not pass for what it expects.
        Err(error) if !error.is_catchable() => return Err(error),
        Err(error) => {
            let texts = Texts::new();
            Explainer::of_texts(&texts, "").explain(*error).message
        }
    };
    if said.contains(text) {
        return Ok(said);
    }
    claim(
        "assertion `what was thrown contains the text` failed".to_owned(),
        Some((format!("{said:?}"), format!("{text:?}"))),
    )
}

fn equal(context: &NativeCallContext<'_>, left: &Dynamic, right: &Dynamic) -> bool {
    if let (Ok(left), Ok(right)) = (left.as_int(), right.as_int()) {
        return left == right;
    }
    if let (Ok(left), Ok(right)) = (left.as_decimal(), right.as_decimal()) {
        return left == right;
    }
    #[expect(clippy::float_cmp, reason = "the assertion of a test is precise")]
    if let (Some(left), Some(right)) = (float(left), float(right)) {
        return left == right;
    }
    if let (Some(left), Some(right)) = (left.read_lock::<Array>(), right.read_lock::<Array>()) {
        let pairs = || left.iter().zip(right.iter());
        return left.len() == right.len() && pairs().all(|(a, b)| equal(context, a, b));
    }
    if let (Some(left), Some(right)) = (left.read_lock::<Map>(), right.read_lock::<Map>()) {
        let pairs = || left.iter().zip(right.iter());
        return left.len() == right.len()
            && pairs().all(|((x, a), (y, b))| x == y && equal(context, a, b));
    }
    if left.is_unit() || right.is_unit() {
        return left.is_unit() && right.is_unit();
    }
    let args = (left.clone(), right.clone());
    context.call_native_fn::<bool>("==", args).unwrap_or(false)
}

/// Writes a value as a script would, as far as that goes.
fn written(context: &NativeCallContext<'_>, value: &Dynamic) -> String {
    let text = context
        .call_native_fn::<String>("to_debug", (value.clone(),))
        .or_else(|_| context.call_native_fn::<String>("to_string", (value.clone(),)))
        .unwrap_or_else(|_| value.to_string());
    if text.chars().count() <= LONGEST {
        return text;
    }
    let cut: String = text.chars().take(LONGEST).collect();
    format!("{cut}…")
}
