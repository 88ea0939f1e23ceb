//! The program as a person starts it: help, errors, streams, exit codes.

use std::fs::OpenOptions;
use std::io::Read;
use std::process::Stdio;

use crate::support::{Folder, root, rustybt};

#[test]
fn help_lists_the_commands_that_work() {
    insta::assert_snapshot!(rustybt(&["--help"]).all());
}

#[test]
fn a_wrong_command_line_is_answered_with_one_line_and_a_hint() {
    let typed: [&[&str]; 9] = [
        &[],
        &["doctr"],
        &["config", "sho"],
        &["new"],
        &["new", "x", "--template", "sma"],
        &["new", "x", "--tmplate", "empty"],
        &["--color", "blue", "doctor"],
        &["-q", "-v", "doctor"],
        &["completions", "tcsh"],
    ];
    let answers =
        typed.map(|args| format!("$ rustybt {}\n{}", args.join(" "), rustybt(args).all()));
    insta::assert_snapshot!(answers.join("\n"));
}

#[test]
fn the_version_is_a_result() {
    let ran = rustybt(&["--version"]);
    assert_eq!(
        ran.all(),
        format!(
            "exit 0\n--- stdout\nrustybt {}\n--- stderr\n",
            env!("CARGO_PKG_VERSION")
        )
    );
}

#[test]
fn every_setting_is_shown_with_its_origin() {
    let folder = Folder::new();
    folder.write(
        "rustybt.yaml",
        "engine:\n  capital: 5000\nstrategy:\n  params: {fast: 5, api_key: hunter2}\n",
    );
    folder.write("more.yaml", "engine: {seed: 7}\n");
    let variables = [("RUSTYBT_EXECUTION__SLIPPAGE", "none")];
    insta::assert_snapshot!(folder.rustybt_with(&["config", "show"], &variables).all());
    let only = folder
        .rustybt(&["config", "show", "-c", "more.yaml", "--json"])
        .json();
    assert_eq!(only["schema"], "rustybt.config.show/1");
    let settings = only["data"]["settings"].as_array().unwrap();
    let find = |key: &str| settings.iter().find(|line| line["key"] == key).unwrap();
    assert_eq!(find("engine.seed")["origin"], "more.yaml:1");
    assert_eq!(find("engine.capital")["origin"], "default");
    assert!(find("data.path")["value"].is_null());
}

#[test]
fn a_project_is_found_from_a_folder_below_it() {
    let folder = Folder::new();
    folder.write("rustybt.yaml", "engine: {capital: 1}\n");
    folder.write("a/b/c.txt", "");
    let ran = folder
        .command(&["config", "show"])
        .current_dir(folder.path().join("a/b"))
        .output()
        .unwrap();
    let text = String::from_utf8(ran.stdout).unwrap();
    assert!(
        text.lines()
            .any(|line| line.starts_with("engine.capital ") && line.ends_with("rustybt.yaml:1")),
        "{text}"
    );
}

#[test]
fn a_wrong_configuration_is_drawn_or_written_as_json() {
    let folder = Folder::new();
    folder.write(
        "rustybt.yaml",
        "engine:\n  captial: ${NOT_SET}\n  seed: ${NOT_SET}\n",
    );
    insta::assert_snapshot!(folder.rustybt(&["config", "check"]).all());
    let ran = folder.rustybt(&["config", "check", "--json"]);
    let document = ran.json();
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), ""));
    assert_eq!(document["ok"], false);
    assert_eq!(document["diagnostics"][1]["line"], 3);
    assert_eq!(document["diagnostics"][1]["file"], "rustybt.yaml");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = Folder::new();
    folder.write("latin.yaml", b"engine:\n  benchmark: \xe9\n");
    folder.write("dir/x", "");
    let answers = ["nothere.yaml", "latin.yaml", "dir"]
        .map(|name| folder.rustybt(&["config", "check", "-c", name]).all());
    insta::assert_snapshot!(answers.join("\n"));
}

#[test]
fn control_characters_of_a_file_never_reach_the_terminal() {
    let folder = Folder::new();
    folder.write(
        "rustybt.yaml",
        "\"\\e]0;owned\\a\": 1\nengine: {benchmark: \"\\e[31m\"}\n",
    );
    let ran = folder.rustybt(&["config", "check"]);
    assert_eq!(ran.code, Some(2));
    assert!(!ran.stderr.contains('\u{1b}'), "{:?}", ran.stderr);
}

#[test]
fn colors_are_used_when_wanted_and_only_then() {
    let colored = |args: &[&str], variables: &[(&str, &str)]| {
        Folder::new()
            .rustybt_with(args, variables)
            .stderr
            .contains("\u{1b}[")
    };
    let wrong = ["config", "check", "-c", "nothere"];
    let always = ["--color", "always", "config", "check", "-c", "nothere"];
    assert!(!colored(&wrong, &[]));
    assert!(colored(&always, &[("NO_COLOR", "1")]));
    assert!(!colored(
        &wrong,
        &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]
    ));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = Folder::new();
    let mut child = folder
        .command(&["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(said, "");
}

#[test]
#[cfg(target_os = "linux")]
fn a_result_that_cannot_be_written_is_an_error() {
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = Folder::new()
        .command(&["config", "show"])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("cannot write to standard output"), "{said}");
}

#[test]
fn completions_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = rustybt(&["completions", shell]);
        assert_eq!(ran.code, Some(0), "{shell}");
        assert!(ran.stdout.contains("doctor"), "{shell}");
    }
}

#[test]
fn the_doctor_finds_what_is_wrong_and_names_the_cure() {
    let folder = Folder::new();
    folder.write(
        "rustybt.yaml",
        "strategy: {script: gone.rhai}\ndata: {path: bars, symbols: [AAPL, MSFT]}\n",
    );
    folder.write("bars/AAPL.csv", "timestamp,open,high,low,close,volume\n");
    folder.write("bars/AAPL.actions.csv", "ex_date,type,value\n");
    let ran = folder.rustybt(&["doctor"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stdout
            .contains("fail  script      `gone.rhai` is not there"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("holds no bars of MSFT"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("hint: put MSFT.csv there"),
        "{}",
        ran.stdout
    );
    let document = folder.rustybt(&["doctor", "--json"]).json();
    assert_eq!(document["ok"], false);
    assert_eq!(rustybt(&["doctor"]).code, Some(0));
}

#[test]
fn the_sample_configuration_is_in_order() {
    let sample = root().join("config/example.yaml");
    let ran = rustybt(&["config", "check", "-c", sample.to_str().unwrap()]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
}
