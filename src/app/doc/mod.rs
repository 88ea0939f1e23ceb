//! `doc`: the words about everything that a script can call.

use serde_json::{Value, json};

use crate::app::cli::args::project::DocArgs;
use crate::app::cli::exit::{Exit, Failure};
use crate::app::cli::out::Out;
use crate::app::config::value::nearest;
use crate::script::api::docs::{self, Doc};

/// Runs the command: a name, method, subject or kind of value; a search; or an overview.
///
/// # Errors
/// When nothing of that name is known.
pub fn run(args: &DocArgs, out: &mut Out) -> Result<Exit, Failure> {
    let text = match (&args.name, &args.search) {
        (Some(name), _) => docs::render(name).ok_or_else(|| unknown(name))?,
        (None, Some(text)) => {
            let found = docs::search(text);
            if found.is_empty() {
                return Err(Failure::usage(
                    format!("nothing mentions `{text}`"),
                    "rustybt doc",
                ));
            }
            found
        }
        (None, None) => docs::overview(),
    };
    if args.json {
        let chosen = |doc: &&Doc| match (&args.name, &args.search) {
            (Some(name), _) => doc.name == name || doc.subject.eq_ignore_ascii_case(name),
            (None, Some(text)) => doc.mentions(text),
            (None, None) => true,
        };
        let entries: Vec<Value> = docs::all().iter().filter(chosen).map(entry).collect();
        out.json("doc", true, &Value::Array(entries), &[]);
    } else {
        out.print(&text);
    }
    Ok(Exit::Done)
}

fn unknown(name: &str) -> Failure {
    let hint = nearest(name, docs::names()).map_or_else(
        || "rustybt doc --search TEXT finds what mentions a text".to_owned(),
        |near| format!("rustybt doc {near}"),
    );
    Failure::usage(format!("there is nothing called `{name}`"), hint)
}

fn entry(doc: &Doc) -> Value {
    json!({
        "name": doc.name,
        "subject": doc.subject,
        "receiver": doc.receiver,
        "field": doc.is_field,
        "signature": doc.signature,
        "text": doc.text,
        "example": doc.example,
    })
}
