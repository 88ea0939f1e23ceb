//! `definitions`: what scripts can call, as files that editors for Rhai read.
//!
//! Invariants: written from the same words as `doc`; every name that is registered is in one of the
//! files. Knows no project: `new` and the command write what it returns.

use std::fmt::Write;
use std::path::PathBuf;

use serde_json::json;

use crate::app::cli::args::project::DefinitionsArgs;
use crate::app::cli::exit::{Exit, Failure};
use crate::app::cli::out::Out;
use crate::core::indicator::spec;
use crate::script::api::docs::{self, Doc, Parameter};
use crate::script::look::{Script, language_definitions};
use crate::script::stdlib;
use crate::shell::files;

/// Where the files lie in a project.
pub const FOLDER: &str = ".rustybt/definitions";

/// Runs the command.
///
/// # Errors
/// When a file cannot be written.
pub fn run(args: &DefinitionsArgs, out: &mut Out) -> Result<Exit, Failure> {
    let folder = args.out.clone().unwrap_or_else(|| PathBuf::from(FOLDER));
    let files = definitions();
    for (name, text) in &files {
        files::replace(&folder.join(name), text)?;
    }
    if args.json {
        let names: Vec<&String> = files.iter().map(|(name, _)| name).collect();
        out.json(
            "definitions",
            true,
            &json!({ "folder": folder, "files": names }),
            &[],
        );
    } else {
        out.status("Wrote", format_args!("{} files", files.len()));
        out.line(folder.display());
    }
    Ok(Exit::Done)
}

/// Returns the files: names with texts.
pub fn definitions() -> Vec<(String, String)> {
    let mut found = vec![
        ("rustybt.d.rhai".to_owned(), api()),
        ("language.d.rhai".to_owned(), language_definitions() + "\n"),
    ];
    for path in stdlib::names() {
        let short = path.trim_start_matches("std/");
        found.push((format!("std_{short}.d.rhai"), module(path, short)));
    }
    found
}

/// Writes everything that a script can call without importing it.
fn api() -> String {
    let mut text = String::from("module static;\n");
    for subject in docs::subjects() {
        let _infallible = write!(text, "\n// {subject}\n");
        for doc in docs::all().iter().filter(|doc| doc.subject == subject) {
            if doc.subject == "Handlers" {
                // What a script writes itself is not there to be called.
                continue;
            }
            function(&mut text, doc);
        }
    }
    operators(&mut text);
    text
}

fn comment(text: &mut String, words: &str) {
    text.push('\n');
    for line in words.lines() {
        let _infallible = writeln!(text, "/// {line}");
    }
}

/// Writes a function with every number of arguments that it takes, or a field.
fn function(text: &mut String, doc: &Doc) {
    let returns = doc.returns();
    let returns = kind(&returns);
    let receiver = kind(doc.receiver);
    if doc.is_field {
        comment(text, &doc.text);
        let _infallible = writeln!(text, "fn get {}(self: {receiver}) -> {returns};", doc.name);
        return;
    }
    let parameters = doc.parameters();
    let needed = parameters.iter().filter(|p| !p.optional).count();
    let is_indicator = spec(doc.name).is_some();
    for count in needed..=parameters.len() {
        // What must be there comes first, so that the rest may be left out from the end.
        let given: Vec<&Parameter> = parameters
            .iter()
            .filter(|p| !p.optional)
            .chain(parameters.iter().filter(|p| p.optional))
            .take(count)
            .collect();
        let mut written: Vec<String> = Vec::new();
        if !doc.receiver.is_empty() {
            written.push(format!("self: {receiver}"));
        }
        written.extend(
            given
                .iter()
                .map(|p| format!("{}: {}", name(&p.name), kind(p.kind))),
        );
        let written = written.join(", ");
        comment(text, &doc.text);
        let _infallible = writeln!(text, "fn {}({written}) -> {returns};", doc.name);
        if is_indicator {
            comment(text, &doc.text);
            let _infallible = writeln!(text, "fn {}_series({written}) -> ?;", doc.name);
        }
    }
}

/// Writes the operators that hold between values of ours.
fn operators(text: &mut String) {
    text.push_str("\n// Operators\n");
    for (left, right) in [
        ("Series", "Series"),
        ("Series", "?"),
        ("?", "Series"),
        ("Panel", "?"),
        ("Panel", "Panel"),
    ] {
        let returns = if left == "Panel" { "Panel" } else { "Series" };
        for sign in ["+", "-", "*", "/"] {
            let _infallible = writeln!(text, "\nop {sign}({left}, {right}) -> {returns};");
        }
    }
    for sign in ["==", "!="] {
        for (left, right) in [
            ("Asset", "Asset"),
            ("Asset", "String"),
            ("String", "Asset"),
            ("Time", "Time"),
        ] {
            let _infallible = writeln!(text, "\nop {sign}({left}, {right}) -> bool;");
        }
    }
}

fn module(path: &str, short: &str) -> String {
    let script = Script::new(stdlib::text(path).unwrap_or(""));
    let mut text = format!("module {short};\n\n// import \"{path}\" as {short};\n");
    for function in script.outline.functions.iter().filter(|f| !f.private) {
        comment(&mut text, &function.doc);
        let params: Vec<String> = function.params.iter().map(|p| format!("{p}: ?")).collect();
        let _infallible = writeln!(text, "fn {}({}) -> ?;", function.name, params.join(", "));
    }
    text
}

/// Returns a parameter's name; one that the language keeps for itself gets a mark behind it.
fn name(name: &str) -> String {
    let is_reserved = matches!(name, "default" | "var" | "new" | "use" | "match");
    format!("{name}{}", if is_reserved { "_" } else { "" })
}

/// Returns what definitions call a kind; `?` is any.
fn kind(kind: &str) -> &str {
    if kind.contains(" or ") {
        return "?";
    }
    match kind {
        "()" => "()",
        "string" => "String",
        "map" => "Map",
        "function" => "FnPtr",
        "number" | "any" => "?",
        _ if kind.starts_with("array") => "Array",
        _ if kind.contains(' ') || kind.is_empty() => "?",
        _ => kind,
    }
}
