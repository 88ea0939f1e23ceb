//! `new`: makes a project that runs at once.
//!
//! Invariants: nothing that is there is overwritten; if a project cannot be made whole, it is not
//! begun. Knows nothing of how a script runs.

use std::path::{Path, PathBuf};

use crate::app::cli::args::project::{Market, NewArgs, Template};
use crate::app::cli::exit::{Exit, Failure};
use crate::app::cli::out::Out;
use crate::app::config::load::PROJECT_FILE;
use crate::app::definitions::{FOLDER, definitions};
use crate::shell::files;

/// One file of a new project: its path in the project, and its text.
pub type File = (PathBuf, String);

/// What differs by market.
struct Words {
    assets: [&'static str; 2],
    kind: &'static str,
    commission: &'static str,
    data: &'static str,
}

/// Makes a project.
///
/// # Errors
/// If the folder holds anything already, or cannot be written.
pub fn run(args: &NewArgs, out: &mut Out) -> Result<Exit, Failure> {
    let project = project_name(&args.name)?;
    refuse_occupied(&args.name)?;
    let files = plan(&project, args.template, args.market);
    for (path, text) in &files {
        files::create(&args.name.join(path), text)?;
    }
    let template = word(args.template);
    out.status(
        "Created",
        format_args!("{} with the template {template}", args.name.display()),
    );
    let script = script_name(args.template);
    out.line(format_args!("cd {}", shown(&args.name)));
    if args.market == Market::Crypto {
        out.status(
            "Next",
            "put the bars, such as BTCUSDT.csv, into data/, then",
        );
    }
    out.line(format_args!("rustybt check strategies/{script}.rhai"));
    out.line(format_args!("rustybt test"));
    out.line(format_args!("rustybt backtest strategies/{script}.rhai"));
    Ok(Exit::Done)
}

/// Returns all files of a project.
pub fn plan(project: &str, template: Template, market: Market) -> Vec<File> {
    let words = match market {
        Market::Equities => Words {
            assets: ["AAPL", "MSFT"],
            kind: "equity",
            commission: "per_share:0.005:1.00",
            data: "# path: data",
        },
        Market::Crypto => Words {
            assets: ["BTCUSDT", "ETHUSDT"],
            kind: "crypto",
            commission: "maker_taker:0.001:0.001",
            data: "path: data",
        },
    };
    let script = script_name(template);
    let symbols = match template {
        Template::Rotation => words.assets.join(", "),
        Template::SmaCross | Template::MeanReversion | Template::Empty => {
            words.assets[0].to_owned()
        }
    };
    let fill = |text: &str| {
        text.replace("{{script}}", script)
            .replace("{{symbols}}", &symbols)
            .replace("{{kind}}", words.kind)
            .replace("{{commission}}", words.commission)
            .replace("{{data}}", words.data)
            .replace("{{asset_1}}", words.assets[0])
            .replace("{{asset_2}}", words.assets[1])
            .replace("{{project}}", project)
    };
    [
        (format!("strategies/{script}.rhai"), script_text(template)),
        (
            PROJECT_FILE.to_owned(),
            include_str!("templates/rustybt.yaml"),
        ),
        ("README.md".to_owned(), include_str!("templates/README.md")),
        (".gitignore".to_owned(), include_str!("templates/gitignore")),
        (
            "data/README.md".to_owned(),
            include_str!("templates/data.md"),
        ),
        (
            "tests/README.md".to_owned(),
            include_str!("templates/tests.md"),
        ),
        (format!("tests/{script}.rhai"), test_text(template)),
    ]
    .into_iter()
    .map(|(path, text)| (PathBuf::from(path), fill(text)))
    .chain(for_editors())
    .collect()
}

/// Returns the files that tell editors what a script can call.
fn for_editors() -> impl Iterator<Item = File> {
    definitions()
        .into_iter()
        .map(|(name, text)| (Path::new(FOLDER).join(name), text))
}

/// Returns the name of the strategy's file, without its ending.
pub fn script_name(template: Template) -> &'static str {
    match template {
        Template::SmaCross => "sma_cross",
        Template::Rotation => "rotation",
        Template::MeanReversion => "mean_reversion",
        Template::Empty => "empty",
    }
}

fn script_text(template: Template) -> &'static str {
    match template {
        Template::SmaCross => include_str!("templates/sma_cross.rhai"),
        Template::Rotation => include_str!("templates/rotation.rhai"),
        Template::MeanReversion => include_str!("templates/mean_reversion.rhai"),
        Template::Empty => include_str!("templates/empty.rhai"),
    }
}

fn test_text(template: Template) -> &'static str {
    match template {
        Template::SmaCross => include_str!("templates/tests/sma_cross.rhai"),
        Template::Rotation => include_str!("templates/tests/rotation.rhai"),
        Template::MeanReversion => include_str!("templates/tests/mean_reversion.rhai"),
        Template::Empty => include_str!("templates/tests/empty.rhai"),
    }
}

fn word(template: Template) -> String {
    script_name(template).replace('_', "-")
}

fn project_name(folder: &Path) -> Result<String, Failure> {
    match folder.file_name().and_then(|name| name.to_str()) {
        Some(name) if !name.chars().any(char::is_control) => Ok(name.to_owned()),
        Some(_) | None => Err(Failure::usage(
            format!("`{}` does not name a project", folder.display()),
            "rustybt new my-strategy",
        )),
    }
}

fn refuse_occupied(folder: &Path) -> Result<(), Failure> {
    if !files::exists(folder) {
        return Ok(());
    }
    if files::is_folder(folder) && files::names(folder)?.is_empty() {
        return Ok(());
    }
    Err(Failure::usage(
        format!(
            "`{}` is there already, and not an empty folder",
            folder.display()
        ),
        "choose another name; nothing is overwritten",
    ))
}

/// Returns the folder as a shell takes it.
fn shown(folder: &Path) -> String {
    let text = folder.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if text.chars().all(plain) && !text.starts_with('-') {
        text
    } else {
        format!("-- '{}'", text.replace('\'', r"'\''"))
    }
}
