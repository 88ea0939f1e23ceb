//! What `doc` knows beside the words about the API: the standard library, keys of options, codes,
//! functions of the language.

use std::fmt::Write;

use crate::app::run::warnings::MEANINGS;
use crate::script::api::docs::{OptionKey, all, option_key};
use crate::script::check::{codes, explain};
use crate::script::look::{Script, builtins};
use crate::script::stdlib;

/// A function of the standard library.
#[derive(Clone, Debug)]
pub(super) struct Library {
    /// The module, such as `std/sizing`.
    pub(super) module: &'static str,
    /// Its name.
    pub(super) name: String,
    /// How it is called.
    pub(super) signature: String,
    /// What it does.
    pub(super) text: String,
}

/// Returns the modules of the standard library with what they say about themselves.
pub(super) fn modules() -> Vec<(&'static str, String)> {
    stdlib::names()
        .filter_map(|name| Some((name, Script::new(stdlib::text(name)?).words())))
        .collect()
}

/// Returns the functions of the standard library that importers see, in order.
pub(super) fn library() -> Vec<Library> {
    let mut found = Vec::new();
    for module in stdlib::names() {
        let script = Script::new(stdlib::text(module).unwrap_or(""));
        for function in script.outline.functions.iter().filter(|f| !f.private) {
            found.push(Library {
                module,
                name: function.name.clone(),
                signature: format!("{}({})", function.name, function.params.join(", ")),
                text: function.doc.replace('\n', " "),
            });
        }
    }
    found
}

/// Returns all codes with what they mean: those of scripts, then those of runs.
pub(super) fn meanings() -> Vec<(&'static str, &'static str)> {
    codes().chain(MEANINGS).collect()
}

/// Returns the names of the functions that know an option.
pub(super) fn takers(key: &str) -> Vec<&'static str> {
    let takes = |parameters: Vec<crate::script::api::docs::Parameter>| {
        parameters
            .iter()
            .any(|parameter| parameter.options.iter().any(|option| option == key))
    };
    let mut names: Vec<&str> = Vec::new();
    for doc in all().iter().filter(|doc| takes(doc.parameters())) {
        if !names.contains(&doc.name) {
            names.push(doc.name);
        }
    }
    names
}

/// Writes an option.
pub(super) fn option_told(key: &OptionKey) -> String {
    format!(
        "{}: {}\n    {}\n    An option of {}.\n",
        key.name,
        key.kind,
        key.text,
        takers(key.name).join(", ")
    )
}

fn library_told(found: &Library) -> String {
    format!(
        "{}.{}\n    {}\n\n        import \"{}\" as {short};\n        {short}::{}\n",
        found.module,
        found.signature,
        found.text,
        found.module,
        found.signature,
        short = found.module.trim_start_matches("std/"),
    )
}

/// Returns what is known of a name beside the API; `None` for nothing.
pub(super) fn told(name: &str) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    for (module, words) in modules().into_iter().filter(|(module, _)| *module == name) {
        let mut text = format!("{module}\n    {}\n\n", words.replace('\n', "\n    "));
        for found in library().iter().filter(|found| found.module == module) {
            let _infallible = writeln!(text, "    {}", found.signature);
        }
        parts.push(text);
    }
    let (module, plain) = name.rsplit_once(['.', ':']).unwrap_or(("", name));
    let module = module.trim_end_matches(':');
    let of_module = |found: &&Library| {
        found.name == plain
            && (module.is_empty()
                || found.module.trim_start_matches("std/") == module.trim_start_matches("std/"))
    };
    parts.extend(library().iter().filter(of_module).map(library_told));
    parts.extend(option_key(name).map(option_told));
    let code = name.to_uppercase();
    if let Some((_, text)) = meanings().into_iter().find(|(known, _)| *known == code) {
        let hint = match explain(&code) {
            Some(_) => format!("\n    See also: rustybt check --explain {code}\n"),
            None => String::new(),
        };
        parts.push(format!("{code}\n    {text}\n{hint}"));
    }
    if parts.is_empty() {
        parts.extend(language(name));
    }
    (!parts.is_empty()).then(|| parts.join("\n"))
}

/// Writes the functions of the language of this name.
fn language(name: &str) -> Vec<String> {
    let (receiver, plain) = name.split_once('.').unwrap_or(("", name));
    let fits = |kind: &str| receiver.is_empty() || receiver == kind;
    let mut parts: Vec<String> = Vec::new();
    for found in builtins()
        .iter()
        .filter(|f| f.name == plain && fits(&f.receiver) && !f.words.is_empty())
    {
        let dot = if found.receiver.is_empty() { "" } else { "." };
        let words = found
            .words
            .replace('\n', "\n    ")
            .replace("\n    \n", "\n\n");
        let text = format!("{}{dot}{}\n    {words}\n", found.receiver, found.signature);
        if !parts.contains(&text) && parts.len() < 5 {
            parts.push(text);
        }
    }
    parts
}
