//! `config show` and `config check`.

use serde_json::{Value, json};

use crate::app::cli::args::project::ConfigArgs;
use crate::app::cli::diagnostic::escape;
use crate::app::cli::exit::{Exit, Failure};
use crate::app::cli::out::Out;
use crate::app::config::model::Shown;
use crate::app::config::{ConfigSources, load};

/// Prints every setting with its origin.
///
/// # Errors
/// If the configuration is wrong.
pub fn show(args: &ConfigArgs, out: &mut Out) -> Result<Exit, Failure> {
    let shown = load(ConfigSources::here(&args.files.config, Vec::new()))?.shown();
    if args.json {
        let settings: Vec<Value> = shown.iter().map(to_json).collect();
        out.json("config.show", true, &json!({ "settings": settings }), &[]);
        return Ok(Exit::Done);
    }
    let width = |text: fn(&Shown) -> usize| shown.iter().map(text).max().unwrap_or_default();
    let keys = width(|line| line.key.chars().count());
    let values = width(|line| line.value.as_ref().map_or(1, |value| value.chars().count())).min(40);
    for line in &shown {
        let value = line.value.as_deref().unwrap_or("-");
        out.line(format_args!(
            "{:keys$}  {:values$}  {}",
            escape(&line.key),
            escape(value),
            escape(&line.origin)
        ));
    }
    Ok(Exit::Done)
}

/// Checks the configuration.
///
/// # Errors
/// If it is wrong.
pub fn check(args: &ConfigArgs, out: &mut Out) -> Result<Exit, Failure> {
    let sources = ConfigSources::here(&args.files.config, Vec::new());
    let files: Vec<String> = sources
        .paths()
        .iter()
        .chain(&sources.calendar_paths())
        .map(|path| path.display().to_string())
        .collect();
    load(sources)?;
    if args.json {
        out.json("config.check", true, &json!({ "files": files }), &[]);
    } else if files.is_empty() {
        out.line("no configuration file; the defaults hold");
    } else {
        let are = if files.len() == 1 { "is" } else { "are" };
        out.line(format_args!("{} {are} in order", files.join(", ")));
    }
    Ok(Exit::Done)
}

fn to_json(line: &Shown) -> Value {
    json!({ "key": line.key, "value": line.value, "origin": line.origin })
}
