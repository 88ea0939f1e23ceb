//! `check`: what can be seen in scripts without running them.
//!
//! Invariants: a finding is told once, under the path of its file, also where several scripts import it;
//! a file is changed only by `--fix`, and whole or not at all.

/// `--explain`.
mod explain;
/// Which files are checked.
mod files;
/// `--fix`.
mod fixing;
/// One line a finding, for people and for GitHub.
mod lines;
/// Findings for code scanning.
mod sarif;
/// `--watch`.
mod watch;

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::app::check::files::Project;
use crate::app::cli::args::project::{CheckArgs, CheckFormat};
use crate::app::cli::diagnostic::{Diagnostic, Severity as Shown};
use crate::app::cli::exit::{Exit, Failure};
use crate::app::cli::out::Out;
use crate::app::config::Config;
use crate::app::run::failure::diagnostic_of;
use crate::app::run::script::ScriptFile;
use crate::script::check::level::{self, Levels};
use crate::script::check::{Checker, Finding, Role, Severity};
use crate::script::modules::ReadModule;

/// Runs the command: exit 0 where nothing was found or warnings only, 1 where there are errors.
///
/// # Errors
/// When a script cannot be read, none is named, or a code is not known.
pub fn run(args: &CheckArgs, out: &mut Out) -> Result<Exit, Failure> {
    if let Some(code) = &args.explain {
        return explain::run(code, args.json, out);
    }
    if args.watch {
        return watch::run(args, out);
    }
    let project = Project::find(args)?;
    once(args, &project, &project.checker(), out)
}

/// Checks all files once, and makes the edits where that is asked for.
fn once(
    args: &CheckArgs,
    project: &Project,
    checker: &Checker,
    out: &mut Out,
) -> Result<Exit, Failure> {
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    for path in &project.scripts {
        let mut script = ScriptFile::read(path)?;
        if args.fix {
            fixing::run(args, project, checker, &mut script, out)?;
        }
        for finding in check_with(checker, &project.levels, &script) {
            let shown = diagnostic(&finding);
            if !diagnostics.contains(&shown) {
                diagnostics.push(shown);
            }
        }
    }
    let found = Found {
        scripts: &project.scripts,
        diagnostics,
        is_strict: args.deny.is_some(),
    };
    found.write(args, out);
    Ok(if found.is_well() {
        Exit::Done
    } else {
        Exit::No
    })
}

/// What a check brought.
struct Found<'a> {
    scripts: &'a [PathBuf],
    diagnostics: Vec<Diagnostic>,
    /// Warnings fail too.
    is_strict: bool,
}

impl Found<'_> {
    fn count(&self, severity: Shown) -> usize {
        let of_it = |d: &&Diagnostic| d.severity == severity;
        self.diagnostics.iter().filter(of_it).count()
    }

    fn is_well(&self) -> bool {
        self.count(Shown::Error) == 0 && !(self.is_strict && self.count(Shown::Warning) > 0)
    }

    fn write(&self, args: &CheckArgs, out: &mut Out) {
        let (errors, warnings) = (self.count(Shown::Error), self.count(Shown::Warning));
        let format = if args.json {
            CheckFormat::Json
        } else {
            args.format
        };
        match format {
            CheckFormat::Text => {
                out.report(&self.diagnostics);
                out.line(summary(self.scripts.len(), errors, warnings));
            }
            CheckFormat::Json => {
                let names: Vec<String> = self
                    .scripts
                    .iter()
                    .map(|p| p.display().to_string())
                    .collect();
                let data = json!({ "scripts": names, "errors": errors, "warnings": warnings });
                out.json("check", self.is_well(), &data, &self.diagnostics);
            }
            CheckFormat::Sarif => {
                let document = sarif::document(&self.diagnostics);
                out.line(format_args!("{document:#}"));
            }
            CheckFormat::Github => out.print(&lines::github(&self.diagnostics)),
            CheckFormat::Concise => out.print(&lines::concise(&self.diagnostics)),
        }
    }
}

/// Checks a script; what lies in a folder of modules needs no handler.
pub fn check_file(script: &ScriptFile) -> Vec<Finding> {
    check_with(&Checker::new(), &Levels::new(), script)
}

/// Checks a script as a project wants it; findings in modules name the modules' files.
pub fn check_with(checker: &Checker, levels: &Levels, script: &ScriptFile) -> Vec<Finding> {
    let name = script.name();
    let mut found = check_text(checker, levels, script, &script.module_reader());
    for finding in found.iter_mut().filter(|f| f.error.place.file != name) {
        let place = &mut finding.error.place;
        if let Some(path) = script.module_path(&place.file) {
            place.file = path.display().to_string();
        }
    }
    found
}

/// Checks a script whose modules come from somewhere else, such as an editor; findings in modules name
/// them as imports do.
pub fn check_text(
    checker: &Checker,
    levels: &Levels,
    script: &ScriptFile,
    read_module: &ReadModule,
) -> Vec<Finding> {
    let role = role_of(&script.path);
    let found = checker.check(role, &script.text, &script.name(), read_module);
    level::apply(levels, found)
}

/// Keeps a script from running that has errors, and tells its warnings.
///
/// # Errors
/// The findings, if an error is among them.
pub fn before_a_run(script: &ScriptFile, config: &Config, out: &Out) -> Result<(), Failure> {
    let checker = Checker::new().with_triggers(files::triggers(config));
    let found = check_with(&checker, &config.check, script);
    let diagnostics: Vec<Diagnostic> = found.iter().map(diagnostic).collect();
    if diagnostics.iter().any(|d| d.severity == Shown::Error) {
        return Err(Failure {
            exit: Exit::Script,
            diagnostics,
        });
    }
    if !diagnostics.is_empty() {
        out.report(&diagnostics);
    }
    Ok(())
}

fn role_of(path: &Path) -> Role {
    let is_module = path
        .parent()
        .into_iter()
        .flat_map(Path::components)
        .any(|part| {
            ["lib", "stdlib"]
                .iter()
                .any(|name| part.as_os_str() == *name)
        });
    if is_module {
        Role::Module
    } else {
        Role::Script
    }
}

/// Returns a finding as a diagnostic.
pub fn diagnostic(finding: &Finding) -> Diagnostic {
    let mut diagnostic = diagnostic_of(&finding.error, None);
    diagnostic.severity = match finding.severity {
        Severity::Error => Shown::Error,
        Severity::Warning => Shown::Warning,
    };
    diagnostic.fix.clone_from(&finding.fix);
    diagnostic
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
        let shown: Vec<Diagnostic> = found.iter().map(diagnostic).collect();
        let is_idle = |d: &Diagnostic| d.code.as_deref() == Some("RBT107");
        let idle: Vec<&Diagnostic> = shown.iter().filter(|d| is_idle(d)).collect();
        assert_eq!(idle.len(), 1);
        assert_eq!(idle[0].severity, Shown::Error);
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
