//! Kinds of parameters and results, read from how a function is called.
//!
//! Invariants: a parameter has one kind by its name, whatever the function, but for those listed; a
//! kind is written as in the fields' words (`float or ()`), `any` where anything goes.

use crate::core::indicator::ALL;
use crate::script::api::docs::Doc;
use crate::script::api::orders;

/// A parameter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What it takes.
    pub kind: &'static str,
    /// Whether it may be left out.
    pub optional: bool,
    /// The keys that it knows where it is a map of options.
    pub options: Vec<String>,
}

/// Kinds of parameters by name.
const BY_NAME: &[(&str, &str)] = &[
    ("a", "Series or Indicator"),
    ("b", "Series, Indicator or number"),
    ("bars", "Bars"),
    ("context", "Context"),
    ("data", "Data"),
    ("series", "Series"),
    ("other", "Series"),
    ("asset", "Asset or string"),
    ("assets", "array of Asset"),
    ("names", "array of string"),
    ("days", "array of string"),
    ("weights", "map or Panel"),
    ("results", "map"),
    ("options", "map"),
    ("order", "Order"),
    ("fill", "Fill"),
    ("model", "Model"),
    ("date_rule", "Rule"),
    ("time_rule", "Rule"),
    ("function", "function"),
    ("comparison", "function"),
    ("default", "number, string or bool"),
    ("range", "range, array or map"),
    ("id", "string or Order"),
    ("value", "number or ()"),
    ("numbers", "array of number"),
    ("arguments", "array"),
    ("closure", "function"),
    ("key", "function or string"),
    ("count", "int"),
    ("n", "int"),
    ("from", "int"),
    ("to", "int"),
];

/// Names of parameters that take a number.
const NUMBERS: [&str; 17] = [
    "tolerance",
    "amount",
    "money",
    "fraction",
    "rate",
    "minimum",
    "cost",
    "maker",
    "taker",
    "bps",
    "limit",
    "impact",
    "x",
    "q",
    "strike",
    "number",
    "parameters",
];

/// Names of parameters that take a string.
const STRINGS: [&str; 24] = [
    "date",
    "expression",
    "script",
    "name",
    "exchange",
    "root",
    "expiry",
    "underlying",
    "right",
    "pair",
    "field",
    "frequency",
    "text",
    "level",
    "zone",
    "interval",
    "policy",
    "reason",
    "message",
    "previous",
    "id1",
    "id2",
    "offset",
    "time",
];

/// What functions return: of which kind of value, under which name, what.
const RETURNS: &[(&str, &str, &str)] = &[
    ("Portfolio", "position", "Position"),
    ("Portfolio", "holds", "bool"),
    ("Positions", "contains", "bool"),
    ("Data", "current", "float or ()"),
    ("Data", "panel", "Panel"),
    ("Data", "can_trade", "bool"),
    ("Data", "is_stale", "bool"),
    ("Data", "last_time", "Time or ()"),
    ("Series", "sum", "float"),
    ("Series", "product", "float"),
    ("Series", "argmin", "int or ()"),
    ("Series", "argmax", "int or ()"),
    ("Series", "to_array", "array of float"),
    ("Series", "tail", "Series"),
    ("Series", "head", "Series"),
    ("Series", "returns", "Series"),
    ("Series", "log_returns", "Series"),
    ("Series", "diff", "Series"),
    ("Series", "shift", "Series"),
    ("Series", "rank", "Series"),
    ("Series", "cumsum", "Series"),
    ("Series", "abs", "Series"),
    ("Series", "ln", "Series"),
    ("Series", "exp", "Series"),
    ("Series", "sqrt", "Series"),
    ("Bars", "tail", "Bars"),
    ("Panel", "to_map", "map"),
    ("Panel", "top", "array of Asset"),
    ("Panel", "bottom", "array of Asset"),
    ("Panel", "select", "array of Asset"),
    ("Time", "in_zone", "Time"),
    ("", "indicator", "Indicator"),
    ("", "crossed_above", "bool"),
    ("", "crossed_below", "bool"),
    ("", "symbol", "Asset"),
    ("", "symbols", "array of Asset"),
    ("", "future", "Asset"),
    ("", "option", "Asset"),
    ("", "forex", "Asset"),
    ("", "order_target_weights", "array of string"),
    ("", "try_order", "map"),
    ("", "cancel_order", "bool"),
    ("", "cancel_all", "int"),
    ("", "modify_order", "bool"),
    ("", "get_order", "Order or ()"),
    ("", "open_orders", "array of Order"),
    ("", "bracket", "string or ()"),
    ("", "close_position", "string or ()"),
    ("", "schedules", "array of map"),
    ("", "schedule", "string"),
    ("", "unschedule", "bool"),
    ("", "schedule_enable", "bool"),
    ("", "schedule_disable", "bool"),
    ("", "param", "number, string or bool"),
    ("", "decimal", "Decimal"),
    ("", "to_float", "float"),
    ("", "rand", "float or int"),
    ("", "time", "Time"),
];

impl Doc {
    /// Returns the parameters in order; none of a field.
    pub fn parameters(&self) -> Vec<Parameter> {
        if self.is_field {
            return Vec::new();
        }
        let inside = self
            .signature
            .split_once('(')
            .and_then(|(_, rest)| rest.rsplit_once(')'))
            .map_or("", |(inside, _)| inside);
        pieces(inside)
            .into_iter()
            .map(|(text, optional)| parameter(self, &text, optional))
            .collect()
    }

    /// Returns the kind of value that a call returns, or that a field has.
    pub fn returns(&self) -> String {
        if self.is_field {
            return self.signature.to_string();
        }
        if self.subject == "Handlers" {
            return "()".to_owned();
        }
        if self.receiver == "Data" && self.name == "history" {
            let first = self.signature.split(['(', ',']).nth(1).unwrap_or("");
            let kind = match (first, self.parameters().len()) {
                ("assets", _) => "Histories",
                (_, 3) => "Bars",
                _ => "Series",
            };
            return kind.to_owned();
        }
        let known = RETURNS
            .iter()
            .find(|(receiver, name, _)| *receiver == self.receiver && *name == self.name);
        if let Some((_, _, kind)) = known {
            return (*kind).to_owned();
        }
        self.usual_result().to_owned()
    }

    fn usual_result(&self) -> &'static str {
        let of_the_table = ALL
            .iter()
            .find(|spec| spec.name == self.name || spec.aliases.contains(&self.name));
        match (self.receiver, of_the_table, self.name) {
            ("", Some(spec), _) if spec.outputs.len() > 1 => "map or ()",
            ("", Some(_), _) => "float or ()",
            (_, _, "len") => "int",
            (_, _, "is_empty" | "is_full") => "bool",
            ("Series", ..) => "float or ()",
            ("Panel", ..) => "Panel",
            ("", _, name) if name.starts_with("order") => "string or ()",
            ("", _, _) if self.subject == "Set-up" && !self.name.starts_with("set_") => "Model",
            ("", _, _) if self.subject == "Schedules" => "Rule",
            _ => "()",
        }
    }
}

/// Splits parameters at their commas; what stands in brackets may be left out.
fn pieces(inside: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let (mut piece, mut optional, mut brackets, mut braces) =
        (String::new(), false, 0_usize, 0_usize);
    let mut flush = |piece: &mut String, optional: &mut bool| {
        let text = piece.trim();
        if !text.is_empty() {
            found.push((text.to_owned(), *optional));
        }
        piece.clear();
        *optional = false;
    };
    for c in inside.chars() {
        match c {
            '[' if braces == 0 => brackets += 1,
            ']' if braces == 0 => brackets = brackets.saturating_sub(1),
            ',' if braces == 0 => flush(&mut piece, &mut optional),
            _ => {
                braces += usize::from(c == '{');
                braces = braces.saturating_sub(usize::from(c == '}'));
                if piece.trim().is_empty() && !c.is_whitespace() {
                    optional = brackets > 0;
                }
                piece.push(c);
            }
        }
    }
    flush(&mut piece, &mut optional);
    found
}

fn parameter(doc: &Doc, text: &str, optional: bool) -> Parameter {
    let name: String = text
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    let options = options_of(text);
    if text.starts_with("#{") {
        let name = if doc.name == "record" {
            "values"
        } else {
            "options"
        };
        return Parameter {
            name: name.to_owned(),
            kind: "map",
            optional,
            options,
        };
    }
    let kind = if text.contains(" = ") {
        // An indicator's parameter, with its default.
        if name.contains("period") || name.ends_with("type") {
            "int"
        } else {
            "number"
        }
    } else {
        kind_of(&name)
    };
    Parameter {
        name,
        kind,
        optional,
        options,
    }
}

/// Returns what a parameter of this name takes; `any` where the name says nothing.
pub fn kind_of(name: &str) -> &'static str {
    let listed = BY_NAME.iter().find(|(known, _)| *known == name);
    match listed {
        Some((_, kind)) => kind,
        None if NUMBERS.contains(&name) => "number",
        None if STRINGS.contains(&name) => "string",
        None => "any",
    }
}

/// Returns the keys of a map of options: those that are written, or for `options` those of an order.
fn options_of(text: &str) -> Vec<String> {
    if text == "options" {
        return orders::OPTIONS
            .iter()
            .map(|key| (*key).to_owned())
            .collect();
    }
    let inside = text
        .split_once("#{")
        .and_then(|(_, rest)| rest.split_once('}'))
        .map_or("", |(inside, _)| inside);
    inside
        .split(',')
        .map(str::trim)
        .filter(|key| !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_'))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::script::api::docs::{all, find};

    #[test]
    fn parameters_are_read_with_what_may_be_left_out() {
        let shown = |name: &str| -> Vec<String> {
            find(name)[0]
                .parameters()
                .iter()
                .map(|p| {
                    format!(
                        "{}{}: {}",
                        p.name,
                        if p.optional { "?" } else { "" },
                        p.kind
                    )
                })
                .collect()
        };
        assert_eq!(
            shown("order"),
            ["asset: Asset or string", "amount: number", "options?: map"]
        );
        assert_eq!(
            shown("schedule"),
            [
                "function: function",
                "date_rule: Rule",
                "time_rule?: Rule",
                "options?: map"
            ]
        );
        assert_eq!(shown("bbands")[..2], ["series: Series", "period?: int"]);
        assert_eq!(shown("rand"), ["from?: int", "to?: int"]);
        let options =
            |name: &str, place: usize| find(name)[0].parameters()[place].options.join(" ");
        assert_eq!(options("schedule", 3), "name half_days");
        assert_eq!(options("bracket", 2), "stop target entry_limit tif tag");
        assert_eq!(options("param", 2), "min max step log help");
        assert!(options("order_value", 2).starts_with("limit stop"));
    }

    /// Parameters that take values of every kind.
    const TAKES_ANY: [&str; 3] = ["left", "right", "condition"];

    #[test]
    fn every_parameter_has_a_kind_and_every_function_a_result() {
        let mut missing = Vec::new();
        for doc in all() {
            for parameter in doc.parameters() {
                if parameter.kind == "any" && !TAKES_ANY.contains(&parameter.name.as_str()) {
                    missing.push(format!("{} of {}", parameter.name, doc.signature));
                }
                assert!(!parameter.name.is_empty(), "{}", doc.signature);
            }
            if doc.returns().is_empty() {
                missing.push(format!("the result of {}", doc.signature));
            }
        }
        assert_eq!(missing, [""; 0]);
        assert_eq!(
            find("macd")
                .iter()
                .find(|d| d.receiver.is_empty())
                .unwrap()
                .returns(),
            "map or ()"
        );
        let history: Vec<String> = find("history").iter().map(|doc| doc.returns()).collect();
        assert_eq!(history, ["Series", "Bars", "Histories"]);
    }
}
