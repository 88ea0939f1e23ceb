//! What the documents say is true: every fenced block of theirs is run or checked.
//!
//! A `console` block is run line by line, those of one document in one folder that holds the project's
//! `scripts`; every command must end with 0, or with what a trailing `# exit 3` says. A `yaml` block is
//! a configuration, or under `calendars/` a calendar; a `rhai` block is a script in which `check` finds no
//! error, and one without a name is run on the sample. A fence that names a file after the language, as in
//! `csv out/fills.csv`, stands for that file: it is written, or must say the same where a command before
//! it has written it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Folder, root, rustybt};

/// Commands that documents name and the program does not list yet. The list only shrinks: a test fails
/// as soon as the program has one of them.
const NOT_YET: &[&str] = &[];

/// Commands of other programs that a document may show; they are run by `.ci/run` or by hand.
const NOT_OURS: &[&str] = &[
    "cargo test",
    "cargo fmt",
    "cargo clippy",
    "cargo build",
    ".ci/run",
    ".ci/long",
    "cargo bench",
    "git ",
];

/// Languages of blocks that say nothing to check.
const PLAIN: &[&str] = &["", "text", "csv", "json", "toml", "rust", "python", "pine"];

/// A fenced block.
#[derive(Debug, PartialEq, Eq)]
struct Block {
    language: String,
    line: usize,
    text: String,
}

/// Returns the fenced blocks of a document.
fn blocks(document: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in document.lines().enumerate() {
        let fence = line.trim_start().strip_prefix("```");
        match (&mut open, fence) {
            (None, Some(language)) => {
                open = Some(Block {
                    language: language.trim().to_owned(),
                    line: index + 1,
                    text: String::new(),
                });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed: {open:?}");
    found
}

/// What one line of a console block asks for.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// Run the program with these words; it ends with this code.
    Run(Vec<String>, i32),
    /// Change the folder.
    Enter(String),
    /// Run by somebody else, or not yet to be run.
    Skip,
}

/// Reads the commands of a console block; what does not begin with `$` is output.
fn steps(text: &str) -> Result<Vec<Step>, String> {
    text.lines()
        .filter_map(|line| line.strip_prefix("$ "))
        .map(step)
        .collect()
}

fn step(line: &str) -> Result<Step, String> {
    let (command, code) = match line.split_once("# exit ") {
        Some((command, code)) => (
            command.trim(),
            code.trim().parse().map_err(|_| line.to_owned())?,
        ),
        None => (line.trim(), 0),
    };
    if let Some(folder) = command.strip_prefix("cd ") {
        return Ok(Step::Enter(folder.to_owned()));
    }
    let ours = ["rustybt ", "cargo run --release -- "]
        .iter()
        .find_map(|start| command.strip_prefix(start));
    if let Some(rest) = ours {
        let words: Vec<String> = rest.split_whitespace().map(unquoted).collect();
        return Ok(if NOT_YET.contains(&words[0].as_str()) {
            Step::Skip
        } else {
            Step::Run(words, code)
        });
    }
    if NOT_OURS.iter().any(|start| command.starts_with(start)) {
        return Ok(Step::Skip);
    }
    Err(format!("`{command}` is neither ours nor known"))
}

/// Takes the quotes off a word that a shell would need them for.
fn unquoted(word: &str) -> String {
    word.trim_matches('\'').to_owned()
}

/// Returns the documents with their text.
fn documents() -> Vec<(PathBuf, String)> {
    let mut paths: Vec<PathBuf> = [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "benches/README.md",
    ]
    .map(|name| root().join(name))
    .to_vec();
    collect(&root().join("docs"), &mut paths);
    paths
        .into_iter()
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            paths.push(path);
        }
    }
}

/// Copies the project's scripts into a folder, where there are any.
fn bring_scripts(folder: &Folder) {
    if let Ok(entries) = fs::read_dir(root().join("scripts")) {
        for entry in entries {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            folder.write(&format!("scripts/{name}"), fs::read(&path).unwrap());
        }
    }
}

fn check_document(path: &Path, text: &str) {
    let folder = Folder::new();
    bring_scripts(&folder);
    let mut here = folder.path().to_owned();
    for block in blocks(text) {
        let place = format!("{}:{}", path.display(), block.line);
        let (language, file) = block
            .language
            .split_once(' ')
            .map_or((block.language.as_str(), None), |(word, file)| {
                (word, Some(file))
            });
        if let Some(file) = file {
            if folder.path().join(file).exists() {
                assert_eq!(folder.read(file), block.text, "{place}: {file}");
            } else {
                folder.write(file, &block.text);
            }
        }
        match language {
            "console" => {
                for step in steps(&block.text).unwrap_or_else(|error| panic!("{place}: {error}")) {
                    take(&folder, &mut here, step, &place);
                }
            }
            // The calendars of the folder are read with its configuration.
            "yaml" if file.is_some_and(|file| file.starts_with("calendars/")) => {
                let ran = folder.rustybt(&["config", "check"]);
                assert_eq!(ran.code, Some(0), "{place}: {}", ran.all());
            }
            "yaml" => {
                folder.write("block.yaml", &block.text);
                let ran = folder.rustybt(&["config", "check", "-c", "block.yaml"]);
                assert_eq!(ran.code, Some(0), "{place}: {}", ran.all());
            }
            "rhai" => {
                let name = file.unwrap_or("block.rhai");
                folder.write(name, &block.text);
                let ran = folder.rustybt(&["check", name]);
                assert_eq!(ran.code, Some(0), "{place}: {}", ran.all());
                let runs = block.text.contains("fn handle_data");
                if file.is_none() && runs {
                    let ran = folder.rustybt(&["backtest", name, "--no-save"]);
                    assert_eq!(ran.code, Some(0), "{place}: {}", ran.all());
                }
            }
            other => assert!(PLAIN.contains(&other), "{place}: what is `{other}`?"),
        }
    }
}

fn take(folder: &Folder, here: &mut PathBuf, step: Step, place: &str) {
    match step {
        Step::Skip => {}
        Step::Enter(name) => {
            here.push(name);
            assert!(here.is_dir(), "{place}: {} is not there", here.display());
        }
        Step::Run(words, code) => {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let output = folder.command(&words).current_dir(here).output().unwrap();
            assert_eq!(
                output.status.code(),
                Some(code),
                "{place}: {words:?}: {output:?}"
            );
        }
    }
}

#[test]
fn every_block_of_every_document_is_true() {
    for (path, text) in documents() {
        check_document(&path, &text);
    }
}

#[test]
fn every_named_script_of_a_document_is_run_by_a_command_of_it() {
    for (path, text) in documents() {
        let blocks = blocks(&text);
        let commands: Vec<&str> = blocks
            .iter()
            .filter(|block| block.language == "console")
            .map(|block| block.text.as_str())
            .collect();
        for name in blocks
            .iter()
            .filter_map(|block| block.language.strip_prefix("rhai "))
        {
            let short = Path::new(name).file_name().unwrap().to_str().unwrap();
            let folder = name.split('/').next().unwrap();
            let run = commands
                .iter()
                .any(|text| text.contains(short) || text.contains(&format!("test {folder}")));
            // A strategy that tests name is run by them.
            let stem = short.trim_end_matches(".rhai");
            let tested = text.contains(&format!("sim_context(\"strategies/{stem}\""));
            assert!(run || tested, "{}: nothing runs {name}", path.display());
        }
    }
}

#[test]
fn every_file_that_a_document_links_to_is_there() {
    for (path, text) in documents() {
        let targets = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split_once(')'))
            .map(|(to, _)| to);
        for target in targets.filter(|to| !to.contains("://") && !to.starts_with('#')) {
            let file = target.split('#').next().unwrap_or_default();
            assert!(
                path.parent().unwrap().join(file).exists(),
                "{}: {target}",
                path.display()
            );
        }
    }
}

#[test]
fn a_command_that_works_is_not_listed_as_missing() {
    let help = rustybt(&["--help"]).stdout;
    for command in NOT_YET {
        let listed = help
            .lines()
            .any(|line| line.trim_start().starts_with(&format!("{command} ")));
        assert!(
            !listed,
            "rustybt has `{command}`: take it off the list, so that the documents are run"
        );
    }
}

#[test]
fn blocks_and_steps_are_taken_apart() {
    let document =
        "text\n```console\n$ rustybt doctor # exit 2\nok\n$ cd demo\n```\n```\nplain\n```\n";
    let found = blocks(document);
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].language.as_str(), found[0].line), ("console", 2));
    let taken = steps(&found[0].text).unwrap();
    assert_eq!(
        taken,
        [
            Step::Run(vec!["doctor".into()], 2),
            Step::Enter("demo".into())
        ]
    );
    assert!(steps("$ curl x | sh").is_err());
    let quoted = steps("$ rustybt backtest --data 'synthetic:bars=9;seed=1'").unwrap();
    let words = ["backtest", "--data", "synthetic:bars=9;seed=1"].map(str::to_owned);
    assert_eq!(quoted, [Step::Run(words.into(), 0)]);
}
