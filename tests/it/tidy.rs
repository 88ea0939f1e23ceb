//! Rules of the source that no compiler checks: arrows between doors, rooms that own the world, words
//! of unfinished work. The rules have tests of their own.

use std::fs;
use std::path::Path;

use crate::support::root;

/// What each door may know, beside itself.
const ARROWS: &[(&str, &[&str])] = &[
    ("core", &[]),
    ("script", &["core"]),
    ("adapters", &["core"]),
    ("shell", &["core", "adapters"]),
    ("app", &["core", "script", "adapters", "shell"]),
];

/// Names that only some rooms may use, and why.
const OWNERS: &[(&str, &[&str], &str)] = &[
    ("std::fs", &["src/shell/"], "files are touched in shell"),
    (
        "std::net",
        &["src/shell/net/"],
        "sockets are opened in shell/net",
    ),
    (
        "std::env::",
        &["src/shell/environment.rs", "src/main.rs"],
        "the environment is shell::environment",
    ),
    (
        "SystemTime",
        &["src/shell/clock.rs"],
        "the clock is shell::clock",
    ),
    (
        "Instant::now",
        &["src/shell/clock.rs"],
        "the stopwatch is shell::clock",
    ),
    ("Utc::now", &[], "time enters as data"),
    (
        "Local::now",
        &[],
        "time enters as data, and zones are named",
    ),
    ("thread::sleep", &[], "nothing waits by sleeping"),
    ("rand::", &[], "randomness follows from the seed"),
    ("getrandom", &[], "randomness follows from the seed"),
    ("RandomState", &[], "randomness follows from the seed"),
    (
        "tokio",
        &["src/shell/", "src/app/run/live"],
        "only shell and live are asynchronous",
    ),
    (
        "reqwest",
        &["src/shell/net/"],
        "sockets are opened in shell/net",
    ),
    (
        "tungstenite",
        &["src/shell/net/"],
        "sockets are opened in shell/net",
    ),
];

/// Words of unfinished work.
const UNFINISHED: &[&str] = &["todo!(", "unimplemented!(", "FIXME", "not implemented"];

/// Folders whose every file a test runs: the folder, and the file of tests that walks it.
const RUN_BY: &[(&str, &str)] = &[
    ("scripts", "shipped_scripts.rs"),
    ("examples", "examples.rs"),
];

/// Folders whose files some test must name or run.
const SAMPLES: &[&str] = &["scripts", "stdlib", "examples", "config"];

/// The longest file, in lines.
const LONGEST: usize = 600;

/// A finding: where, and what.
type Findings = Vec<String>;

/// Returns the door that a source file belongs to; `None` for `lib.rs` and `main.rs`.
fn door(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("src/")?;
    let (door, _) = rest.split_once('/')?;
    Some(door)
}

/// Returns the lines of code with their numbers: without comments, without tests.
fn code(path: &str, text: &str) -> Vec<(usize, String)> {
    if path.ends_with("/tests.rs") || path.contains("/tests/") {
        return Vec::new();
    }
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim() == "#[cfg(test)]" {
            break;
        }
        let code = match line.find("//") {
            Some(at) => &line[..at],
            None => line,
        };
        lines.push((index + 1, code.to_owned()));
    }
    lines
}

/// Judges one source file.
fn judge_source(path: &str, text: &str) -> Findings {
    let mut found = Vec::new();
    if !text.starts_with("//!") {
        found.push(format!(
            "{path}:1: the file does not begin with //! and what it is for"
        ));
    }
    if let Some(door) = door(path).filter(|door| ARROWS.iter().all(|(name, _)| name != door)) {
        found.push(format!("{path}:1: `{door}` is not one of the doors"));
    }
    let length = text.lines().count();
    if length > LONGEST {
        found.push(format!("{path}: {length} lines; which two rooms is it?"));
    }
    for (number, line) in code(path, text) {
        for problem in judge_arrow(path, &line)
            .into_iter()
            .chain(judge_owner(path, &line))
        {
            found.push(format!("{path}:{number}: {problem}"));
        }
    }
    found
}

/// Judges the doors that a line names.
fn judge_arrow(path: &str, line: &str) -> Findings {
    let Some(from) = door(path) else {
        return Vec::new();
    };
    if line.contains("crate::{") {
        return vec![
            "one `use crate::door::room::Item;` line a room, so that arrows can be found".into(),
        ];
    }
    let known = ARROWS.iter().find(|(name, _)| *name == from);
    let allowed = known.map_or(&[][..], |(_, to)| *to);
    line.split("crate::")
        .skip(1)
        .map(|rest| {
            rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
                .unwrap_or_default()
        })
        .filter(|to| ARROWS.iter().any(|(name, _)| name == to))
        .filter(|to| *to != from && !allowed.contains(to))
        .map(|to| format!("`{from}` must not know `{to}`"))
        .collect()
}

/// Judges the names in a line that belong to rooms.
fn judge_owner(path: &str, line: &str) -> Findings {
    let begins_word = |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    let mut found: Findings = OWNERS
        .iter()
        .filter(|(name, owners, _)| {
            line.match_indices(name).any(|(at, _)| begins_word(at))
                && !owners.iter().any(|owner| path.starts_with(owner))
        })
        .map(|(name, _, why)| format!("`{name}` does not belong here: {why}"))
        .collect();
    let pure = matches!(door(path), Some("core" | "script"));
    for name in ["HashMap", "HashSet"] {
        if pure && line.contains(name) {
            found.push(format!(
                "`{name}` has a different order in every run: use a BTree"
            ));
        }
    }
    found
}

/// Judges the words of any text: unfinished work, and paths of one machine.
fn judge_words(path: &str, text: &str) -> Findings {
    // Put together here, so that this file does not find itself.
    let machine = ["work", "root", "farm", "home/"].map(|folder| {
        if folder.ends_with('/') {
            format!("/{folder}")
        } else {
            format!("/{folder}/")
        }
    });
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let own = path == "tests/it/tidy.rs";
        for word in UNFINISHED
            .iter()
            .filter(|word| !own && line.contains(**word))
        {
            found.push(format!("{path}:{}: `{word}` is unfinished work", index + 1));
        }
        let starts =
            |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || "_.-)}".contains(c));
        for folder in &machine {
            if line
                .match_indices(folder.as_str())
                .any(|(at, _)| starts(at))
            {
                found.push(format!(
                    "{path}:{}: `{folder}` is a path of one machine",
                    index + 1
                ));
            }
        }
    }
    found
}

/// Judges whether each sample is named by a test, or lies in a folder that a test walks.
fn judge_samples(
    samples: &[String],
    walked: &[(&str, &str)],
    tests: &[(String, String)],
) -> Findings {
    let mut found = Vec::new();
    for (folder, file) in walked {
        let wanted = format!("tests/it/{file}");
        let walks = |(path, text): &(String, String)| {
            let named = |quote: &str| text.contains(&format!("{quote}{folder}"));
            *path == wanted && (named("\"") || named("\"/"))
        };
        if !tests.iter().any(walks) {
            found.push(format!("{wanted} does not walk {folder}"));
        }
    }
    for sample in samples {
        let in_walked = walked
            .iter()
            .any(|(folder, _)| sample.starts_with(&format!("{folder}/")));
        if !in_walked && !tests.iter().any(|(_, text)| text.contains(sample.as_str())) {
            found.push(format!("{sample}: no test runs it"));
        }
    }
    found
}

/// Returns the files below a folder, as paths from the root with their text; those that are not text
/// have none.
fn files(folder: &str) -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    walk(&root(), &root().join(folder), &mut found);
    found.sort();
    found
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<(String, Option<String>)>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path
            .strip_prefix(root)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        if path.is_dir() {
            walk(root, &path, found);
        } else {
            found.push((name, fs::read_to_string(&path).ok()));
        }
    }
}

/// Returns the files below folders that are text.
fn texts(folders: &[&str]) -> Vec<(String, String)> {
    folders
        .iter()
        .flat_map(|folder| files(folder))
        .filter_map(|(path, text)| Some((path, text?)))
        .collect()
}

fn has_ending(path: &str, ending: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|found| found == ending)
}

fn assert_none(found: &Findings) {
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_source_file_keeps_to_its_room() {
    let sources = texts(&["src"]);
    assert!(sources.len() > 10, "the source was not found");
    let found = sources
        .iter()
        .filter(|(path, _)| has_ending(path, "rs"))
        .flat_map(|(path, text)| judge_source(path, text))
        .collect();
    assert_none(&found);
}

/// Returns the rooms that a map does not name: `room` in backquotes.
fn unmapped_rooms(sources: &[String], map: &str) -> Findings {
    let mut rooms: Vec<(&str, &str)> = sources
        .iter()
        .filter_map(|path| path.strip_prefix("src/")?.split_once('/'))
        .map(|(door, rest)| (door, rest.split('/').next().unwrap_or_default()))
        .map(|(door, room)| (door, room.strip_suffix(".rs").unwrap_or(room)))
        .filter(|(_, room)| !matches!(*room, "mod" | "error"))
        .collect();
    rooms.sort_unstable();
    rooms.dedup();
    rooms
        .into_iter()
        .filter(|(_, room)| !map.contains(&format!("`{room}`")))
        .map(|(door, room)| format!("ARCHITECTURE.md does not name `{room}` in {door}"))
        .collect()
}

#[test]
fn every_room_is_on_the_map() {
    let sources: Vec<String> = files("src").into_iter().map(|(path, _)| path).collect();
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    assert_none(&unmapped_rooms(&sources, &map));
}

#[test]
fn a_room_that_is_not_on_the_map_is_reported() {
    let sources = [
        "src/core/a/mod.rs",
        "src/core/b.rs",
        "src/lib.rs",
        "src/core/mod.rs",
    ];
    let found = unmapped_rooms(&sources.map(str::to_owned), "the room `a`");
    assert_eq!(found, ["ARCHITECTURE.md does not name `b` in core"]);
}

#[test]
fn nothing_is_left_unfinished_or_tied_to_one_machine() {
    let mut all = texts(&[
        "src", "tests/it", "scripts", "stdlib", "examples", "config", "docs", "benches", ".ci",
    ]);
    for name in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "Cargo.toml",
    ] {
        all.push((
            name.to_owned(),
            fs::read_to_string(root().join(name)).unwrap(),
        ));
    }
    assert_none(
        &all.iter()
            .flat_map(|(path, text)| judge_words(path, text))
            .collect(),
    );
}

#[test]
fn every_sample_is_run_by_a_test() {
    let samples: Vec<String> = SAMPLES
        .iter()
        .flat_map(|folder| files(folder))
        .map(|(path, _)| path)
        .filter(|path| !has_ending(path, "md"))
        .collect();
    let tests: Vec<_> = texts(&["tests", "src"])
        .into_iter()
        .filter(|(path, _)| has_ending(path, "rs"))
        .collect();
    assert_none(&judge_samples(&samples, RUN_BY, &tests));
}

#[test]
fn a_bad_line_is_reported() {
    let cases = [
        (
            "src/core/engine/a.rs",
            "use crate::shell::clock::now;",
            "`core` must not know `shell`",
        ),
        (
            "src/script/a.rs",
            "    crate::app::x();",
            "`script` must not know `app`",
        ),
        (
            "src/shell/a.rs",
            "use crate::script::Host;",
            "`shell` must not know `script`",
        ),
        (
            "src/app/a.rs",
            "use crate::{core, shell};",
            "one `use crate::",
        ),
        (
            "src/misc/a.rs",
            "fn a() {}",
            "`misc` is not one of the doors",
        ),
        (
            "src/app/a.rs",
            "let t = std::fs::read(p);",
            "files are touched in shell",
        ),
        ("src/core/a.rs", "use std::env::var;", "shell::environment"),
        (
            "src/core/a.rs",
            "SystemTime::now()",
            "the clock is shell::clock",
        ),
        (
            "src/app/run/a.rs",
            "let t = Instant::now();",
            "the stopwatch",
        ),
        ("src/core/a.rs", "chrono::Utc::now()", "time enters as data"),
        (
            "src/core/a.rs",
            "let x = rand::random();",
            "randomness follows from the seed",
        ),
        (
            "src/app/run/backtest.rs",
            "tokio::spawn(x)",
            "only shell and live",
        ),
        (
            "src/core/a.rs",
            "use std::collections::HashMap;",
            "use a BTree",
        ),
    ];
    for (path, line, expected) in cases {
        let found = judge_source(path, &format!("//! A room.\n{line}\n"));
        assert_eq!(found.len(), 1, "{line}: {found:?}");
        assert!(found[0].contains(expected), "{line}: {found:?}");
    }
}

#[test]
fn a_good_line_is_not_reported() {
    for (path, line) in [
        (
            "src/app/a.rs",
            "use crate::core::model::Bar; // crate::nothing",
        ),
        ("src/core/a.rs", "// std::fs is not for us, nor crate::app"),
        ("src/core/a.rs", "use crate::core::model::asset::Asset;"),
        ("src/core/a.rs", "let operand::x = brand::new();"),
        ("src/shell/files.rs", "use std::fs;"),
        ("src/main.rs", "std::env::args_os()"),
        ("src/core/a.rs", "#[cfg(test)]\nmod tests { use std::fs; }"),
    ] {
        let found = judge_source(path, &format!("//! A room.\n{line}\n"));
        assert!(found.is_empty(), "{found:?}");
    }
}

#[test]
fn a_file_without_purpose_or_end_is_reported() {
    assert!(judge_source("src/core/a.rs", "fn a() {}\n")[0].contains("//!"));
    let long = format!("//! A room.\n{}", "\n".repeat(LONGEST));
    assert!(judge_source("src/core/a.rs", &long)[0].contains("601 lines"));
}

#[test]
fn unfinished_words_and_machine_paths_are_reported() {
    let home = format!("see /{}/me/x", "home");
    let work = format!("cd \"/{}/main\"", "work");
    for line in [
        "    todo!()",
        "// FIXME later",
        home.as_str(),
        work.as_str(),
    ] {
        assert_eq!(judge_words("src/a.rs", line).len(), 1, "{line}");
    }
    for line in [
        "a url https://example.com/work/x",
        "frame/work/x",
        "clockwork",
    ] {
        assert!(judge_words("src/a.rs", line).is_empty(), "{line}");
    }
}

#[test]
fn a_sample_that_no_test_runs_is_reported() {
    let tests = [(
        "tests/it/a.rs".to_owned(),
        "run(\"scripts/a.rhai\"); walk(\"stdlib\")".to_owned(),
    )];
    let samples = ["scripts/a.rhai", "scripts/b.rhai", "stdlib/c.rhai"].map(str::to_owned);
    let found = judge_samples(
        &samples,
        &[("stdlib", "a.rs"), ("examples", "b.rs")],
        &tests,
    );
    assert_eq!(
        found,
        [
            "tests/it/b.rs does not walk examples",
            "scripts/b.rhai: no test runs it"
        ]
    );
}
