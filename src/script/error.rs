//! What went wrong in a script, and where.
//!
//! Invariants: the place is the innermost one that is known, also inside imported modules and
//! closures; a message says what, a hint what to do; nothing is lost of the chain of calls.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the interpreter's own enums are long and open"
)]

/// Errors of syntax.
pub(super) mod syntax;
/// What tests throw.
mod thrown;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use rhai::{Dynamic, EvalAltResult, ParseError, Position};

use crate::script::api::docs;
use crate::script::convert::nearest;
use crate::script::sandbox::{Budget, OUT_OF_TIME};

pub(super) use self::thrown::Thrown;

/// The texts of a script and its modules, by the name that errors know them by.
pub(super) type Texts = BTreeMap<String, Arc<str>>;

/// A place in a script.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Place {
    /// The file, as the script or its import names it.
    pub file: String,
    /// The line from 1; 0 where it is not known.
    pub line: usize,
    /// The column from 1, in characters; 0 where it is not known.
    pub column: usize,
    /// The length of the name or sign there, in characters; at least 1.
    pub width: usize,
    /// The text of the line; empty where it is not known.
    pub text: String,
}

/// A call on the way to an error.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Called {
    /// The function that was called.
    pub function: String,
    /// From where.
    pub from: Place,
}

/// An error in a script.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScriptError {
    /// A code of the form `RBT101`.
    pub code: &'static str,
    /// What went wrong.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What to do about it; empty where nobody knows.
    pub hint: String,
    /// How the script got there, innermost first.
    pub trace: Vec<Called>,
    /// What else was known at that moment.
    pub details: Details,
}

/// What was known at the moment of an error.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Details {
    /// The variables named on the failing line and what they held, cut where it is long.
    pub values: Vec<(String, String)>,
    /// The assets that these variables held.
    pub assets: Vec<String>,
    /// Both sides of an assertion that does not hold.
    pub sides: Option<(String, String)>,
    /// The function that the engine had called; empty outside of handlers.
    pub handler: String,
    /// The instant of the decision, RFC 3339; empty outside of handlers.
    pub bar_time: String,
}

impl std::error::Error for ScriptError {}

impl ScriptError {
    /// Adds what was known at the moment of the error; what it knows itself stays.
    #[must_use]
    pub(super) fn with_details(mut self, details: Details) -> Self {
        let own = std::mem::replace(&mut self.details, details);
        if !own.handler.is_empty() {
            self.details = own;
        } else if own.sides.is_some() {
            self.details.sides = own.sides;
        }
        self
    }
}

/// One line: place and message.
impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.line > 0 {
            write!(
                f,
                "{}:{}:{}: ",
                self.place.file, self.place.line, self.place.column
            )?;
        }
        f.write_str(&self.message)
    }
}

/// What a function does not see.
pub(super) const UNSEEN: &str = "a function sees its parameters, its own variables and the script's constants; keep state in context";

/// Words of other languages for what is written otherwise here.
pub(super) fn foreign_word(name: &str) -> Option<&'static str> {
    match name {
        "None" | "nil" | "null" | "na" | "nan" | "NaN" | "NULL" | "undefined" => {
            Some("no value is written ()")
        }
        "True" => Some("write true"),
        "False" => Some("write false"),
        "pass" => Some("an empty block is { }"),
        _ => None,
    }
}

/// Returns line, column and width of the end of a text.
fn end_of(text: &str) -> (usize, usize, usize) {
    let line = text.split('\n').next_back().unwrap_or("");
    let number = text.matches('\n').count() + 1;
    (number, line.chars().count() + 1, 1)
}

/// What helps to explain an error.
pub(super) struct Explainer<'a> {
    pub(super) texts: &'a Texts,
    pub(super) main: &'a str,
    /// The names of the script's own functions.
    pub(super) functions: Vec<String>,
    /// The names of the script's constants.
    pub(super) constants: Vec<String>,
    pub(super) budget: Budget,
}

impl<'a> Explainer<'a> {
    /// Explains errors of texts that do not run.
    pub(super) fn of_texts(texts: &'a Texts, main: &'a str) -> Self {
        Self {
            texts,
            main,
            functions: Vec::new(),
            constants: Vec::new(),
            budget: Budget::default(),
        }
    }

    /// Explains an error of a running script.
    pub(super) fn explain(&self, error: EvalAltResult) -> ScriptError {
        let mut trace = Vec::new();
        let mut file = self.main.to_owned();
        let mut error = error;
        loop {
            error = match error {
                EvalAltResult::ErrorInFunctionCall(function, source, inner, at) => {
                    if at != Position::NONE {
                        trace.push(Called {
                            function: called(function),
                            from: self.place(&file, at),
                        });
                    }
                    if !source.is_empty() {
                        file = source;
                    }
                    *inner
                }
                EvalAltResult::ErrorInModule(path, inner, at) => {
                    if at != Position::NONE {
                        trace.push(Called {
                            function: format!("import \"{path}\""),
                            from: self.place(&file, at),
                        });
                    }
                    if !path.is_empty() {
                        file = path;
                    }
                    *inner
                }
                innermost => {
                    trace.reverse();
                    let trace = folded(trace);
                    return self.innermost(&innermost, &file, trace);
                }
            };
        }
    }

    /// Explains an error of syntax.
    pub(super) fn explain_parse(&self, error: &ParseError, file: &str) -> ScriptError {
        let ParseError(kind, at) = error;
        let text = self.texts.get(file).map_or("", |text| text);
        let advice = syntax::advise(kind, text, *at);
        let mut place = self.place(file, *at);
        // Rhai says of some ends of a text only that they come too early.
        let end = (*at == Position::NONE).then(|| end_of(text));
        if let Some((line, column, width)) = advice.at.or(end) {
            let shown = text.lines().nth(line.saturating_sub(1)).unwrap_or("");
            place = Place {
                line,
                column,
                width,
                text: shown.to_owned(),
                ..place
            };
        }
        ScriptError {
            code: "RBT001",
            message: advice.message.unwrap_or_else(|| syntax::message(kind)),
            hint: advice.hint,
            place,
            trace: Vec::new(),
            details: Details::default(),
        }
    }

    fn innermost(&self, error: &EvalAltResult, file: &str, trace: Vec<Called>) -> ScriptError {
        if let EvalAltResult::ErrorParsing(kind, at) = error {
            let parse = ParseError(Box::new(kind.clone()), *at);
            return ScriptError {
                trace,
                ..self.explain_parse(&parse, file)
            };
        }
        let place = self.place(file, error.position());
        if let EvalAltResult::ErrorRuntime(value, _) = error
            && let Some(thrown) = value.read_lock::<Thrown>()
        {
            return thrown.explain(place, trace);
        }
        let (code, message, hint) = self.words(error);
        ScriptError {
            code,
            message,
            hint,
            place,
            trace,
            details: Details::default(),
        }
    }

    fn words(&self, error: &EvalAltResult) -> (&'static str, String, String) {
        let plain = |code, message: String| (code, message, String::new());
        match error {
            EvalAltResult::ErrorFunctionNotFound(signature, _) => self.unknown_function(signature),
            EvalAltResult::ErrorVariableNotFound(name, _) => {
                let hint = foreign_word(name)
                    .map(str::to_owned)
                    .or_else(|| {
                        nearest(name, self.constants.iter().map(String::as_str))
                            .map(|near| format!("did you mean `{near}`?"))
                    })
                    .unwrap_or_else(|| UNSEEN.to_owned());
                ("RBT104", format!("unknown variable `{name}`"), hint)
            }
            EvalAltResult::ErrorModuleNotFound(path, _) => {
                plain("RBT104", format!("there is no module `{path}`"))
            }
            EvalAltResult::ErrorRuntime(value, _) => thrown(value),
            EvalAltResult::ErrorMismatchDataType(needed, given, _) => mismatch(needed, given),
            EvalAltResult::ErrorArrayBounds(len, index, _) => plain(
                "RBT300",
                format!("index {index} is outside of an array of {len}"),
            ),
            EvalAltResult::ErrorIndexingType(kinds, _) => no_such_index(kinds),
            EvalAltResult::ErrorTooManyOperations(_) => (
                "RBT310",
                format!(
                    "the call took more than {} operations and was stopped",
                    self.budget.operations
                ),
                "is there a loop that never ends?".to_owned(),
            ),
            EvalAltResult::ErrorTerminated(token, _) if token.to_string() == OUT_OF_TIME => (
                "RBT311",
                "the call took too long and was stopped".to_owned(),
                "is there a loop that never ends?".to_owned(),
            ),
            EvalAltResult::ErrorStackOverflow(_) => (
                "RBT312",
                "too many functions call each other".to_owned(),
                "does a function call itself without end?".to_owned(),
            ),
            EvalAltResult::ErrorDataTooLarge(what, _) => self.too_large(what),
            EvalAltResult::ErrorPropertyNotFound(name, _) => {
                plain("RBT104", format!("the map has no entry `{name}`"))
            }
            EvalAltResult::ErrorDotExpr(text, _) => plain("RBT104", dot_message(text)),
            EvalAltResult::ErrorArithmetic(text, _) => plain("RBT314", lower_first(text)),
            other => plain("RBT300", lower_first(&without_place(other))),
        }
    }

    /// `order_taget (Asset, f64)`: the name is wrong, or its arguments are.
    fn unknown_function(&self, signature: &str) -> (&'static str, String, String) {
        let (name, arguments) = signature.split_once(" (").unwrap_or((signature, ")"));
        let name = name.trim();
        let arguments = arguments.trim_end_matches(')');
        let kinds: Vec<&str> = arguments
            .split(", ")
            .map(kind_name)
            .filter(|kind| !kind.is_empty())
            .collect();
        let kinds = kinds.join(", ");
        if let [left, right] = arguments.split(", ").map(kind_name).collect::<Vec<_>>()[..]
            && !name.chars().any(char::is_alphanumeric)
        {
            return (
                "RBT121",
                format!("`{name}` does not work between {left} and {right}"),
                String::new(),
            );
        }
        let own = self.functions.iter().any(|function| function == name);
        let known = docs::find(name);
        if !known.is_empty() {
            let forms: Vec<&str> = known.iter().map(|doc| &*doc.signature).collect();
            return (
                "RBT102",
                format!("`{name}` does not take ({kinds})"),
                format!("it is {}", forms.join(" or ")),
            );
        }
        if own {
            return (
                "RBT102",
                format!("the script's own function `{name}` does not take ({kinds})"),
                String::new(),
            );
        }
        let mut candidates: Vec<&str> = docs::names().collect();
        candidates.extend(self.functions.iter().map(String::as_str));
        let hint = nearest(name, candidates.into_iter()).map_or_else(String::new, |near| {
            let form = docs::find(near).first().map_or(near, |doc| &doc.signature);
            format!("did you mean `{form}`?")
        });
        ("RBT101", format!("unknown function `{name}`"), hint)
    }

    fn too_large(&self, what: &str) -> (&'static str, String, String) {
        let what = what.to_lowercase();
        let (thing, most) = if what.contains("string") {
            ("a string", format!("{} bytes", self.budget.string_size))
        } else if what.contains("map") {
            ("a map", format!("{} entries", self.budget.map_size))
        } else {
            ("an array", format!("{} elements", self.budget.array_size))
        };
        (
            "RBT313",
            format!("{thing} grew too large"),
            format!("the most is {most}"),
        )
    }

    fn place(&self, file: &str, at: Position) -> Place {
        let line = at.line().unwrap_or(0);
        let column = at.position().unwrap_or(0);
        let text = self
            .texts
            .get(file)
            .and_then(|text| text.lines().nth(line.checked_sub(1)?))
            .unwrap_or("")
            .to_owned();
        Place {
            file: file.to_owned(),
            line,
            column,
            width: width_at(&text, column),
            text,
        }
    }
}

/// Makes one call of several that are the same: a function that calls itself.
fn folded(trace: Vec<Called>) -> Vec<Called> {
    let mut folded: Vec<(Called, usize)> = Vec::new();
    for called in trace {
        match folded.last_mut() {
            Some((last, times)) if *last == called => *times += 1,
            Some(_) | None => folded.push((called, 1)),
        }
    }
    folded
        .into_iter()
        .map(|(mut called, times)| {
            if times > 1 {
                called.function = format!("{} ({times} times)", called.function);
            }
            called
        })
        .collect()
}

/// Names a function for people; closures have none of their own.
fn called(function: String) -> String {
    if function.starts_with("anon$") {
        "a closure".to_owned()
    } else {
        function
    }
}

/// Returns the length of the name, number or sign that begins at a column.
pub(super) fn width_at(line: &str, column: usize) -> usize {
    let Some(skip) = column.checked_sub(1) else {
        return 1;
    };
    let rest = line.chars().skip(skip);
    rest.take_while(|c| c.is_alphanumeric() || *c == '_')
        .count()
        .max(1)
}

fn kind_name(type_name: &str) -> &str {
    let type_name = type_name.trim();
    match type_name {
        "i64" => "int",
        "f64" => "float",
        "&str | ImmutableString | String" | "&str" => "string",
        "map" => "map",
        other => other
            .rsplit("::")
            .next()
            .map_or(other, |name| name.strip_suffix("Ref").unwrap_or(name)),
    }
}

/// What a script or the API throws: a text, with a hint on a line of its own, or any value.
fn thrown(value: &Dynamic) -> (&'static str, String, String) {
    if !value.is_string() {
        let text = value.to_string();
        return ("RBT300", format!("the script threw {text}"), String::new());
    }
    let text = value.to_string();
    let (message, hint) = text.split_once("\nhint: ").unwrap_or((&text, ""));
    ("RBT300", message.to_owned(), hint.to_owned())
}

fn mismatch(needed: &str, given: &str) -> (&'static str, String, String) {
    let (needed, given) = (kind_name(needed), kind_name(given));
    let hint = match (needed, given) {
        ("string", "Asset") => "keys of a map are strings: write m[asset.symbol]",
        ("bool", _) => "a condition must be true or false: compare with != () or != 0",
        _ => "",
    };
    (
        "RBT121",
        format!("{needed} is needed here; this is {given}"),
        hint.to_owned(),
    )
}

/// `path::to::AssetRef [i64]`, with ` = f64` where it is assigned.
fn no_such_index(kinds: &str) -> (&'static str, String, String) {
    let (value, index) = kinds.split_once(" [").unwrap_or((kinds, ""));
    let index = index.split(']').next().unwrap_or("");
    let (value, index) = (
        kind_name(value),
        kind_name(index.split(" = ").next().unwrap_or("")),
    );
    if value == "map" {
        return mismatch("string", index);
    }
    (
        "RBT121",
        format!("{value} has no index of kind {index}"),
        String::new(),
    )
}

fn dot_message(text: &str) -> String {
    // "Unknown property 'x' - a getter is not registered for type 'Series'"
    let mut quoted = text.split('\'').skip(1).step_by(2);
    match (quoted.next(), quoted.next()) {
        (Some(name), Some(kind)) => format!("{} has no field `{name}`", kind_name(kind)),
        _ => lower_first(text),
    }
}

fn without_place(error: &EvalAltResult) -> String {
    let text = error.to_string();
    match text.rfind(" (line ") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}
