//! `doc`: the words about everything that a script can call.

/// What is known beside the API.
mod beyond;
/// The same as pages.
mod site;

use std::fmt::Write;

use serde_json::{Value, json};

use crate::app::cli::args::project::DocArgs;
use crate::app::cli::exit::{Exit, Failure};
use crate::app::cli::out::Out;
use crate::app::config::value::nearest;
use crate::app::doc::beyond::{library, meanings};
use crate::script::api::docs::{self, Doc, OPTION_KEYS, Parameter, title};
use crate::shell::files;

pub use self::site::pages;

/// Runs the command: a name, method, subject, kind of value, option, code or function of the standard
/// library; a search; a list; pages; or an overview.
///
/// # Errors
/// When nothing of that name is known, or the pages cannot be written.
pub fn run(args: &DocArgs, out: &mut Out) -> Result<Exit, Failure> {
    if let Some(folder) = &args.html {
        let pages = pages();
        for (name, text) in &pages {
            files::replace(&folder.join(name), text)?;
        }
        if args.json {
            let names: Vec<&String> = pages.iter().map(|(name, _)| name).collect();
            out.json(
                "doc",
                true,
                &json!({ "folder": folder, "pages": names }),
                &[],
            );
        } else {
            out.status("Wrote", format_args!("{} pages", pages.len()));
            out.line(folder.join("index.html").display());
        }
        return Ok(Exit::Done);
    }
    let text = match (&args.name, &args.search) {
        (Some(name), _) => told(name).ok_or_else(|| unknown(name))?,
        (None, Some(text)) => {
            let found = search(text);
            if found.is_empty() {
                return Err(Failure::usage(
                    format!("nothing mentions `{text}`"),
                    "rustybt doc",
                ));
            }
            shown(&found)
        }
        (None, None) if args.list => shown(&lines()),
        (None, None) => format!("{}{}", docs::overview(), standard_library()),
    };
    if args.json {
        out.json("doc", true, &Value::Array(chosen(args)), &[]);
    } else {
        out.print(&text);
    }
    Ok(Exit::Done)
}

fn shown(lines: &[Line]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| line.shown() + "\n").collect();
    lines.concat()
}

/// Returns everything that is known of a name.
fn told(name: &str) -> Option<String> {
    let name = name.trim_end_matches("()");
    let parts: Vec<String> = docs::render(name)
        .into_iter()
        .chain(beyond::told(name))
        .collect();
    (!parts.is_empty()).then(|| parts.join("\n"))
}

fn standard_library() -> String {
    let mut text = String::from("Standard library\n");
    for (module, _) in beyond::modules() {
        let names: Vec<String> = library()
            .into_iter()
            .filter(|f| f.module == module)
            .map(|f| f.name)
            .collect();
        let _infallible = writeln!(text, "    {module}: {}", names.join(", "));
    }
    text
}

/// One line of a list or of what a search finds.
#[derive(Clone, Debug)]
struct Line {
    name: String,
    title: String,
    text: String,
    entry: Value,
}

impl Line {
    fn shown(&self) -> String {
        let first = self.text.split(". ").next().unwrap_or("");
        format!("{}  {}", self.title, first.trim_end_matches('.'))
    }

    /// Returns how well it fits what is looked for, 0 the best; `None` for not at all.
    fn rank(&self, wanted: &str) -> Option<usize> {
        let name = self.name.to_lowercase();
        let title = self.title.to_lowercase();
        let tests = [
            name == wanted,
            name.starts_with(wanted),
            name.contains(wanted),
            title.contains(wanted),
            self.text.to_lowercase().contains(wanted),
        ];
        tests.iter().position(|fits| *fits)
    }
}

/// Returns all there is, in order.
fn lines() -> Vec<Line> {
    let mut found: Vec<Line> = docs::all()
        .iter()
        .map(|doc| Line {
            name: doc.name.to_owned(),
            title: title(doc),
            text: doc.text.to_string(),
            entry: entry(doc),
        })
        .collect();
    let other = |subject: &str, receiver: &str, name: &str, signature: &str, text: &str| Line {
        name: name.to_owned(),
        title: if receiver.is_empty() {
            signature.to_owned()
        } else {
            format!("{receiver}.{signature}")
        },
        text: text.to_owned(),
        entry: json!({
            "name": name, "subject": subject, "receiver": receiver, "field": false,
            "signature": signature, "text": text, "example": "",
        }),
    };
    found.extend(
        library()
            .iter()
            .map(|f| other("Standard library", f.module, &f.name, &f.signature, &f.text)),
    );
    found.extend(OPTION_KEYS.iter().map(|key| {
        other(
            "Options",
            "",
            key.name,
            &format!("#{{ {}: {} }}", key.name, key.kind),
            key.text,
        )
    }));
    found.extend(
        meanings()
            .iter()
            .map(|(code, text)| other("Codes", "", code, code, text)),
    );
    found
}

/// Returns what mentions a text, what fits best first.
fn search(text: &str) -> Vec<Line> {
    let wanted = text.to_lowercase();
    let mut found: Vec<(usize, Line)> = lines()
        .into_iter()
        .filter_map(|line| Some((line.rank(&wanted)?, line)))
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, line)| line).collect()
}

/// Returns the entries of the document.
fn chosen(args: &DocArgs) -> Vec<Value> {
    let found = match (&args.name, &args.search) {
        (Some(name), _) => {
            let name = name.trim_end_matches("()");
            let fits = |line: &Line| {
                let receiver = line.entry["receiver"].as_str().unwrap_or("");
                let subject = line.entry["subject"].as_str().unwrap_or("");
                line.name.eq_ignore_ascii_case(name)
                    || format!("{receiver}.{}", line.name).eq_ignore_ascii_case(name)
                    || receiver.eq_ignore_ascii_case(name)
                    || subject.eq_ignore_ascii_case(name)
            };
            lines().into_iter().filter(fits).collect()
        }
        (None, Some(text)) => search(text),
        (None, None) => lines(),
    };
    found.into_iter().map(|line| line.entry).collect()
}

fn unknown(name: &str) -> Failure {
    let library = library();
    let mut names: Vec<&str> = docs::names().collect();
    names.extend(library.iter().map(|f| f.name.as_str()));
    let hint = nearest(name, names).map_or_else(
        || "rustybt doc --search TEXT finds what mentions a text".to_owned(),
        |near| format!("rustybt doc {near}"),
    );
    Failure::usage(format!("there is nothing called `{name}`"), hint)
}

fn entry(doc: &Doc) -> Value {
    let parameter = |p: Parameter| json!({ "name": p.name, "kind": p.kind, "optional": p.optional, "options": p.options });
    let parameters: Vec<Value> = doc.parameters().into_iter().map(parameter).collect();
    json!({
        "name": doc.name,
        "subject": doc.subject,
        "receiver": doc.receiver,
        "field": doc.is_field,
        "signature": doc.signature,
        "parameters": parameters,
        "returns": doc.returns(),
        "text": doc.text,
        "example": doc.example,
        "see_also": doc.see_also(),
    })
}
