//! Rules about maps of options, where they are written out.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the interpreter's own enums are long and open"
)]

use rhai::{Expr, Ident};

use crate::script::check::calls::{How, each_call};
use crate::script::check::kind::{Kind, Value};
use crate::script::check::parsed::Function;
use crate::script::check::span;
use crate::script::check::{Findings, View};
use crate::script::convert::nearest;

/// What an option takes.
#[derive(Clone, Copy)]
enum Takes {
    /// A number, or `()` for none.
    Number,
    Text,
    Bool,
    Array,
    OneOf(&'static [&'static str]),
}

type Options = &'static [(&'static str, Takes)];

const TIF: Takes = Takes::OneOf(&["gtc", "day", "ioc", "fok"]);

const ORDER: Options = &[
    ("limit", Takes::Number),
    ("stop", Takes::Number),
    ("trail", Takes::Number),
    ("trail_percent", Takes::Number),
    ("tif", TIF),
    ("tag", Takes::Text),
    ("reduce_only", Takes::Bool),
    ("post_only", Takes::Bool),
];

const BRACKET: Options = &[
    ("stop", Takes::Number),
    ("target", Takes::Number),
    ("entry_limit", Takes::Number),
    ("tif", TIF),
    ("tag", Takes::Text),
];

const PARAM: Options = &[
    ("min", Takes::Number),
    ("max", Takes::Number),
    ("step", Takes::Number),
    ("log", Takes::Bool),
    ("help", Takes::Text),
    ("choices", Takes::Array),
];

/// Functions that take a map of options, as their last argument from this place on.
const OPTIONS: [(&str, usize, Options); 13] = [
    ("order", 2, ORDER),
    ("order_value", 2, ORDER),
    ("order_percent", 2, ORDER),
    ("order_target", 2, ORDER),
    ("order_target_value", 2, ORDER),
    ("order_target_percent", 2, ORDER),
    ("try_order", 2, ORDER),
    ("bracket", 2, BRACKET),
    (
        "modify_order",
        1,
        &[
            ("amount", Takes::Number),
            ("limit", Takes::Number),
            ("stop", Takes::Number),
        ],
    ),
    (
        "plot",
        2,
        &[
            ("pane", Takes::Text),
            ("color", Takes::Text),
            ("levels", Takes::Array),
        ],
    ),
    (
        "schedule",
        2,
        &[("name", Takes::Text), ("half_days", Takes::Bool)],
    ),
    (
        "on_cross",
        3,
        &[("tolerance", Takes::Number), ("initial", Takes::Bool)],
    ),
    ("param", 2, PARAM),
];

/// `RBT103`: keys that a function does not know, and values that it does not take.
pub(super) fn unknown_options(view: &View<'_>, findings: &mut Findings) {
    for function in &view.file.functions {
        each_call(function, |how, call, _| {
            if how == How::Method
                || !call.namespace.is_empty()
                || view.file.function(&call.name).is_some()
            {
                return;
            }
            let Some((name, place, known)) = OPTIONS
                .iter()
                .find(|(name, ..)| *name == call.name.as_str())
            else {
                return;
            };
            let Some((Expr::Map(options, _), before)) = call.args.split_last() else {
                return;
            };
            if before.len() < *place {
                return;
            }
            for (key, value) in &options.0 {
                match known
                    .iter()
                    .find(|(option, _)| *option == key.name.as_str())
                {
                    Some((_, takes)) => check_value(view, function, key, value, *takes, findings),
                    None => unknown(view, name, key, known, findings),
                }
            }
        });
    }
}

fn unknown(view: &View<'_>, function: &str, key: &Ident, known: Options, findings: &mut Findings) {
    let names = || known.iter().map(|(name, _)| *name);
    let hint = nearest(&key.name, names())
        .map(|near| format!("did you mean `{near}`?"))
        .unwrap_or_default();
    let message = format!(
        "unknown option `{}`; {function} takes {}",
        key.name,
        names().collect::<Vec<_>>().join(", ")
    );
    findings.error(view.file, "RBT103", key.pos, message, hint);
}

fn check_value(
    view: &View<'_>,
    function: &Function,
    key: &Ident,
    value: &Expr,
    takes: Takes,
    findings: &mut Findings,
) {
    let Some(kind) = view.value(function, value).sure() else {
        return;
    };
    let needed = match takes {
        Takes::Number if kind.is_number() || kind == Kind::Unit => return,
        Takes::Number => "a number".to_owned(),
        Takes::Text if kind == Kind::Text => return,
        Takes::Text => "a string".to_owned(),
        Takes::Bool if kind == Kind::Bool => return,
        Takes::Bool => "true or false".to_owned(),
        Takes::Array if Value::from(kind).kind.is_array() => return,
        Takes::Array => "an array".to_owned(),
        Takes::OneOf(words) => match value {
            Expr::StringConstant(text, _) if words.contains(&text.to_lowercase().as_str()) => {
                return;
            }
            _ if kind == Kind::Text && !matches!(value, Expr::StringConstant(..)) => return,
            _ => format!("\"{}\"", words.join("\", \"")),
        },
    };
    let (was, hint) = match (takes, value) {
        (Takes::OneOf(words), Expr::StringConstant(text, _)) => (
            format!("\"{text}\""),
            nearest(text, words.iter().copied())
                .map(|near| format!("did you mean \"{near}\"?"))
                .unwrap_or_default(),
        ),
        _ => (kind.name().to_owned(), String::new()),
    };
    let message = format!("the option `{}` must be {needed}, was {was}", key.name);
    findings.error(
        view.file,
        "RBT103",
        span::of(view.file, value),
        message,
        hint,
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::api::orders;

    #[test]
    fn the_options_of_orders_are_those_that_orders_read() {
        let names: Vec<&str> = ORDER.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, orders::OPTIONS);
    }
}
