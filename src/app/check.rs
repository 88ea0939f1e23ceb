//! `check`: what can be seen in scripts without running them.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::app::cli::args::project::CheckArgs;
use crate::app::cli::diagnostic::{Diagnostic, Severity as Shown};
use crate::app::cli::exit::{Exit, Failure};
use crate::app::cli::out::Out;
use crate::app::config::{ConfigSources, load};
use crate::app::run::failure::diagnostic_of;
use crate::app::run::script::ScriptFile;
use crate::app::run::warnings::MEANINGS;
use crate::script::check::{Finding, Severity, check, check_module, codes, explain};
use crate::script::modules::ReadModule;

/// Runs the command: exit 0 where nothing was found or warnings only, 1 where there are errors.
///
/// # Errors
/// When a script cannot be read, none is named, or a code is not known.
pub fn run(args: &CheckArgs, out: &mut Out) -> Result<Exit, Failure> {
    if let Some(code) = &args.explain {
        return explain_code(code, args.json, out);
    }
    let mut diagnostics = Vec::new();
    let scripts = scripts(args)?;
    for path in &scripts {
        let findings = check_file(&ScriptFile::read(path)?);
        diagnostics.extend(findings.iter().map(diagnostic));
    }
    let count = |severity| {
        diagnostics
            .iter()
            .filter(|d| d.severity == severity)
            .count()
    };
    let (errors, warnings) = (count(Shown::Error), count(Shown::Warning));
    if args.json {
        let names: Vec<String> = scripts.iter().map(|p| p.display().to_string()).collect();
        let data = json!({ "scripts": names, "errors": errors, "warnings": warnings });
        out.json("check", errors == 0, &data, &diagnostics);
    } else {
        out.report(&diagnostics);
        out.line(summary(scripts.len(), errors, warnings));
    }
    Ok(if errors == 0 { Exit::Done } else { Exit::No })
}

/// Checks a script; what lies in a folder of modules needs no handler.
pub fn check_file(script: &ScriptFile) -> Vec<Finding> {
    check_with(script, &script.module_reader())
}

/// Checks a script whose modules come from somewhere else, such as an editor.
pub fn check_with(script: &ScriptFile, read_module: &ReadModule) -> Vec<Finding> {
    let is_module = script
        .path
        .parent()
        .into_iter()
        .flat_map(Path::components)
        .any(|part| {
            ["lib", "stdlib"]
                .iter()
                .any(|name| part.as_os_str() == *name)
        });
    let how = if is_module { check_module } else { check };
    how(&script.text, &script.name(), read_module)
}

/// Returns a finding as a diagnostic.
pub fn diagnostic(finding: &Finding) -> Diagnostic {
    let mut diagnostic = diagnostic_of(&finding.error, None);
    diagnostic.severity = match finding.severity {
        Severity::Error => Shown::Error,
        Severity::Warning => Shown::Warning,
    };
    diagnostic
}

fn scripts(args: &CheckArgs) -> Result<Vec<PathBuf>, Failure> {
    if !args.scripts.is_empty() {
        return Ok(args.scripts.clone());
    }
    let config = load(ConfigSources::here(&args.files.config, Vec::new()))?;
    config
        .strategy
        .script
        .map(|path| vec![path])
        .ok_or_else(|| Failure::usage("no script was named", "rustybt check scripts/momentum.rhai"))
}

fn summary(scripts: usize, errors: usize, warnings: usize) -> String {
    let counted = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let scripts = counted(scripts, "script");
    match (errors, warnings) {
        (0, 0) => format!("{scripts} checked, nothing found"),
        _ => format!(
            "{scripts} checked: {}, {}",
            counted(errors, "error"),
            counted(warnings, "warning")
        ),
    }
}

fn explain_code(code: &str, as_json: bool, out: &mut Out) -> Result<Exit, Failure> {
    let of_runs = || {
        let mut meanings = MEANINGS.iter();
        meanings.find_map(|(known, text)| known.eq_ignore_ascii_case(code).then_some(*text))
    };
    let Some(text) = explain(code).or_else(of_runs) else {
        let known: Vec<&str> = codes().chain(MEANINGS).map(|(code, _)| code).collect();
        return Err(Failure::usage(
            format!("there is no rule `{code}`"),
            format!("the rules are {}", known.join(", ")),
        ));
    };
    let code = code.to_uppercase();
    if as_json {
        let data: Value = json!({ "code": code, "text": text });
        out.json("check", true, &data, &[]);
    } else {
        out.line(format_args!("{code}\n    {text}"));
    }
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(path: &str, text: &str) -> ScriptFile {
        ScriptFile {
            path: path.into(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_module_needs_no_handler_and_a_script_does() {
        let helper = "fn half(x) { x / 2.0 }";
        assert!(check_file(&script("lib/half.rhai", helper)).is_empty());
        let found = check_file(&script("scripts/half.rhai", helper));
        assert_eq!(found.len(), 1);
        let shown = diagnostic(&found[0]);
        assert_eq!(shown.code.as_deref(), Some("RBT107"));
        assert_eq!(shown.severity, Shown::Error);
    }

    #[test]
    fn a_warning_stays_one_and_the_summary_counts() {
        let text = "fn handle_data(context, data) { let ratio = 1 / 3; }";
        let found = check_file(&script("a.rhai", text));
        assert_eq!(diagnostic(&found[0]).severity, Shown::Warning);
        assert_eq!(summary(1, 0, 0), "1 script checked, nothing found");
        assert_eq!(summary(2, 1, 3), "2 scripts checked: 1 error, 3 warnings");
    }
}
