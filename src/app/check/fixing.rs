//! `check --fix`: makes the edits that are safe, or shows them.

use crate::app::check::{files::Project, role_of};
use crate::app::cli::args::project::CheckArgs;
use crate::app::cli::exit::Failure;
use crate::app::cli::out::Out;
use crate::app::run::script::ScriptFile;
use crate::script::check::Checker;
use crate::script::check::fix::fix;
use crate::script::edit::difference;
use crate::shell::files::replace_whole;

/// Edits a script and its file; with `--dry-run` shows the difference instead, and edits neither.
pub(super) fn run(
    args: &CheckArgs,
    project: &Project,
    checker: &Checker,
    script: &mut ScriptFile,
    out: &mut Out,
) -> Result<(), Failure> {
    let name = script.name();
    let fixed = fix(
        checker,
        &project.levels,
        role_of(&script.path),
        &script.text,
        &name,
        &script.module_reader(),
    );
    if fixed.made.is_empty() {
        return Ok(());
    }
    let is_plain = !args.json && args.format == crate::app::cli::args::project::CheckFormat::Text;
    if args.dry_run {
        if is_plain {
            let changes = difference(&script.text, &fixed.text);
            out.print(&format!("--- {name}\n+++ {name}\n{changes}"));
        }
        return Ok(());
    }
    replace_whole(&script.path, &fixed.text)?;
    for made in &fixed.made {
        out.status(
            "Fixed",
            format_args!("{name}:{}: {} [{}]", made.line, made.what, made.code),
        );
    }
    script.text = fixed.text;
    Ok(())
}
