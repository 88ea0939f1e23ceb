//! The functions of the language itself, from the interpreter's own documentation.

use std::sync::LazyLock;

use rhai::Engine;

/// One form of a function of the language.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Builtin {
    /// Its name.
    pub name: String,
    /// The kind of value that it is a method of; empty where it takes nothing.
    pub receiver: String,
    /// How it is called as a method, or as a function where it takes nothing.
    pub signature: String,
    /// What it does, as Markdown; may be empty.
    pub words: String,
}

static ALL: LazyLock<Vec<Builtin>> = LazyLock::new(read);

/// Returns the functions of the language, by name; operators aside.
pub fn builtins() -> &'static [Builtin] {
    &ALL
}

/// Returns the functions of the language as definitions for editors.
pub fn language_definitions() -> String {
    Engine::new()
        .definitions()
        .with_headers(true)
        .include_standard_packages(true)
        .static_module()
}

fn read() -> Vec<Builtin> {
    let engine = Engine::new();
    let mut found = engine.collect_fn_metadata(
        None,
        |info| {
            let data = info.metadata;
            let name = data.name.as_str();
            let is_word = name.starts_with(|c: char| c.is_alphabetic()) && !name.contains('$');
            if !is_word {
                return None;
            }
            let mut params = data.params_info.iter().map(|param| part(param));
            let first = params.next();
            let rest: Vec<String> = params.map(|(name, _)| name).collect();
            Some(Builtin {
                name: name.to_owned(),
                receiver: first.map(|(_, kind)| kind).unwrap_or_default(),
                signature: format!("{name}({})", rest.join(", ")),
                words: words(data.comments.iter().map(AsRef::as_ref)),
            })
        },
        true,
    );
    found.sort();
    found.dedup_by(|a, b| {
        a.name == b.name && a.receiver == b.receiver && a.signature == b.signature
    });
    found
}

/// Splits `name: kind`.
fn part(param: &str) -> (String, String) {
    let (name, kind) = param.split_once(':').unwrap_or((param, ""));
    let kind = kind
        .trim()
        .trim_start_matches('&')
        .trim_start_matches("mut ")
        .trim();
    (name.trim().to_owned(), kind_name(kind).to_owned())
}

/// Returns what scripts call a type.
fn kind_name(kind: &str) -> &str {
    let last = kind.rsplit("::").next().unwrap_or(kind);
    match last {
        "Array" => "array",
        "Map" => "map",
        "ImmutableString" | "str" | "String" => "string",
        "INT" | "i64" => "int",
        "FLOAT" | "f64" => "float",
        other => other,
    }
}

/// Joins the lines of a comment; examples stay, as code.
fn words<'a>(comments: impl Iterator<Item = &'a str>) -> String {
    let mut lines = Vec::new();
    for comment in comments {
        for line in comment.lines() {
            let line = line.trim_start_matches('/');
            lines.push(line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned());
        }
    }
    lines.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_explains_its_functions() {
        let push = builtins()
            .iter()
            .find(|b| b.name == "push" && b.receiver == "array")
            .unwrap();
        assert_eq!(push.signature, "push(item)");
        assert!(push.words.contains("Add"), "{}", push.words);
        assert!(
            builtins()
                .iter()
                .any(|b| b.name == "keys" && b.receiver == "map")
        );
        assert!(language_definitions().starts_with("module static;"));
    }
}
