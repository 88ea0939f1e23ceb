//! `check` as typed: what it checks, how it writes what it finds, what it changes, and watching.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use rustybt::app::cli::diagnostic::{Diagnostic, Place};
use rustybt::script::edit::{Edit, Fix};
use serde_json::{Value, json};

use crate::support::Folder;

const FAULTY: &str =
    "fn handle_data(context, data) {\n    order_taget(\"AAPL\", 1);\n    print(1 / 3);\n}\n";
const FINE: &str = "fn handle_data(context, data) {\n    order_target(\"AAPL\", 1);\n}\n";
const WARNED: &str = "fn handle_data(context, data) {\n    print(1 / 3);\n}\n";

fn project() -> Folder {
    let folder = Folder::new();
    folder.write("rustybt.yaml", "strategy:\n  script: strategies/a.rhai\n");
    folder.write(
        "strategies/a.rhai",
        "import \"lib/b\" as b;\n\nfn handle_data(context, data) { b::trade(); }\n",
    );
    folder.write("lib/b.rhai", "fn trade() { ordr(\"AAPL\", 1); }\n");
    folder
}

#[test]
fn a_project_is_all_its_scripts_and_a_fault_in_a_module_is_told_once_under_its_path() {
    let folder = project();
    folder.write("tests/t.rhai", "fn test_one() { prnt(1); }\n");
    for other in [
        "runs/x/old.rhai",
        ".hidden/c.rhai",
        "target/d.rhai",
        "within/e.rhai",
    ] {
        folder.write(other, "what?");
    }
    folder.write("within/rustybt.yaml", "");
    let found = folder.rustybt(&["check", "--format", "concise"]);
    assert_eq!(found.code, Some(1), "{}", found.all());
    let expected = "lib/b.rhai:1:14: error[RBT101]: unknown function `ordr`\n\
                    tests/t.rhai:1:17: error[RBT101]: unknown function `prnt`\n";
    assert_eq!(found.stdout, expected);
    let one = folder.rustybt(&["check", "strategies", "--format", "concise"]);
    assert!(one.stdout.starts_with("lib/b.rhai:1:14: "), "{}", one.all());
    folder.write("rustybt.yaml", "strategy:\n  scrpt: a\n");
    let wrong = folder.rustybt(&["check"]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.all());
}

#[test]
fn warnings_fail_only_where_they_are_denied_or_made_errors() {
    let folder = Folder::new();
    folder.write("a.rhai", WARNED);
    let code = |args: &[&str]| folder.rustybt(args).code;
    assert_eq!(code(&["check", "a.rhai"]), Some(0));
    assert_eq!(code(&["check", "a.rhai", "--deny", "warnings"]), Some(1));
    for (level, expected) in [("off", 0), ("warn", 1), ("error", 1)] {
        folder.write("rustybt.yaml", format!("check:\n  RBT120: {level}\n"));
        let ran = folder.rustybt(&["check", "a.rhai", "--deny", "warnings"]);
        assert_eq!(ran.code, Some(expected), "{level}: {}", ran.all());
    }
    assert_eq!(code(&["check", "a.rhai"]), Some(1));
    let ran = folder.rustybt_with(&["check", "a.rhai"], &[("RUSTYBT_CHECK__RBT120", "off")]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    for wrong in ["RBT001: off", "RBT999: off", "RBT120: loud"] {
        folder.write("rustybt.yaml", format!("check:\n  {wrong}\n"));
        assert_eq!(code(&["check"]), Some(2), "{wrong}");
    }
}

#[test]
fn a_run_is_checked_first_and_heeds_what_is_allowed() {
    let folder = Folder::new();
    let rare = "    if context.now.year > 3000 { fly(); }";
    let script = |remark: &str| format!("fn handle_data(context, data) {{\n{remark}\n{rare}\n}}\n");
    folder.write("a.rhai", script(""));
    let args = ["backtest", "a.rhai", "--no-save"];
    let refused = folder.rustybt(&args);
    assert_eq!(refused.code, Some(3), "{}", refused.all());
    assert!(refused.stderr.contains("RBT101"), "{}", refused.all());
    folder.write("a.rhai", script("    // rustybt: allow RBT101"));
    let ran = folder.rustybt(&args);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    folder.write("a.rhai", script(""));
    folder.write("rustybt.yaml", "check:\n  RBT101: warn\n");
    let warned = folder.rustybt(&args);
    assert_eq!(warned.code, Some(0), "{}", warned.all());
    assert!(
        warned.stderr.contains("warning[RBT101]"),
        "{}",
        warned.all()
    );
}

#[test]
fn a_fix_changes_the_file_says_what_and_a_dry_run_only_shows_it() {
    let folder = Folder::new();
    folder.write("a.rhai", FAULTY);
    let shown = folder.rustybt(&["check", "a.rhai", "--fix", "--dry-run"]);
    assert_eq!(folder.read("a.rhai"), FAULTY);
    let difference = "--- a.rhai\n+++ a.rhai\n@@ line 2 @@\n-    order_taget(\"AAPL\", 1);\n\
                      -    print(1 / 3);\n+    order_target(\"AAPL\", 1);\n+    print(1 / 3.0);\n";
    assert!(shown.stdout.starts_with(difference), "{}", shown.all());
    assert_eq!(shown.code, Some(1));
    let fixed = folder.rustybt(&["check", "a.rhai", "--fix"]);
    assert_eq!(fixed.code, Some(0), "{}", fixed.all());
    assert!(
        fixed
            .stderr
            .contains("Fixed a.rhai:2: write `order_target` [RBT101]"),
        "{}",
        fixed.all()
    );
    assert_eq!(
        folder.read("a.rhai"),
        FAULTY
            .replace("taget", "target")
            .replace("1 / 3", "1 / 3.0")
    );
    let left: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(left, ["a.rhai"]);
    assert_eq!(
        folder.rustybt(&["check", "--dry-run", "a.rhai"]).code,
        Some(2)
    );
}

#[test]
fn a_script_of_another_language_becomes_one_of_this_step_by_step() {
    let folder = Folder::new();
    let foreign = "# trend\ndef handle_data(context, data) {\n    var held = 0\n    if held == null and not data.can_trade('AAPL') {\n        order('AAPL', 1)\n    } elif held === 3 {\n        held++;\n        log_info(f\"held {held}\")\n    }\n}\n";
    folder.write("a.rhai", foreign);
    let fixed = folder.rustybt(&["check", "a.rhai", "--fix"]);
    assert_eq!(fixed.code, Some(0), "{}", fixed.all());
    insta::assert_snapshot!(folder.read("a.rhai"));
}

#[test]
fn each_format_says_the_same() {
    let folder = Folder::new();
    folder.write("a b.rhai", FAULTY);
    let ran = |format: &str| folder.rustybt(&["check", "a b.rhai", "--format", format]);
    insta::assert_snapshot!("concise", ran("concise").stdout);
    insta::assert_snapshot!("github", ran("github").stdout);
    let document = ran("json").json();
    assert_eq!(
        document,
        folder.rustybt(&["check", "a b.rhai", "--json"]).json()
    );
    let first = &document["diagnostics"][0];
    let edit =
        json!({ "line": 2, "column": 5, "end_line": 2, "end_column": 16, "text": "order_target" });
    assert_eq!(
        first["fix"],
        json!({ "what": "write `order_target`", "edits": [edit] })
    );
    assert_eq!(first["end_column"], 16);
    let sarif = ran("sarif").json();
    sarif_is_sound(&sarif);
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "RBT101");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b.rhai");
    let region = json!({ "startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 16 });
    assert_eq!(place["region"], region);
    let replaced = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replaced["insertedContent"]["text"], "order_target");
    folder.write("a b.rhai", FINE);
    sarif_is_sound(&ran("sarif").json());
}

/// What the schema of SARIF 2.1.0 asks for in the parts that are written (sections 3.13 to 3.55).
fn sarif_is_sound(log: &Value) {
    assert_eq!(log["version"], "2.1.0");
    assert!(
        log["$schema"]
            .as_str()
            .unwrap()
            .ends_with("sarif-2.1.0.json")
    );
    let runs = log["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 1);
    let driver = &runs[0]["tool"]["driver"];
    assert!(driver["name"].as_str().is_some_and(|name| !name.is_empty()));
    assert_eq!(runs[0]["columnKind"], "unicodeCodePoints");
    let rules = driver["rules"].as_array().unwrap();
    let mut ids: Vec<&str> = rules
        .iter()
        .map(|rule| rule["id"].as_str().unwrap())
        .collect();
    for rule in rules {
        for text in ["shortDescription", "fullDescription", "help"] {
            assert!(
                rule[text]["text"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
                "{rule}"
            );
        }
    }
    for result in runs[0]["results"].as_array().unwrap() {
        assert!(["none", "note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
        assert!(result["message"]["text"].is_string());
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(result["ruleId"], ids[index]);
        for location in result["locations"].as_array().unwrap() {
            let place = &location["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().unwrap();
            assert!(!uri.contains(' ') && !uri.contains('\\'), "{uri}");
            region_is_sound(&place["region"]);
        }
        for fix in result["fixes"].as_array().into_iter().flatten() {
            let changes = fix["artifactChanges"].as_array().unwrap();
            assert!(!changes.is_empty());
            for replacement in changes
                .iter()
                .flat_map(|c| c["replacements"].as_array().unwrap())
            {
                region_is_sound(&replacement["deletedRegion"]);
            }
        }
    }
    ids.dedup();
    assert_eq!(ids.len(), rules.len(), "the ids of rules are distinct");
}

fn region_is_sound(region: &Value) {
    let at = |key: &str| region[key].as_u64().unwrap();
    assert!(at("startLine") >= 1 && at("startColumn") >= 1, "{region}");
    let (start, end) = (
        (at("startLine"), at("startColumn")),
        (at("endLine"), at("endColumn")),
    );
    assert!(start <= end, "{region}");
}

#[test]
fn frames_keep_their_shape_with_tabs_wide_letters_and_long_lines() {
    let mut shown = String::new();
    let long = format!("    let x = {}; ordr(1);", "1 + ".repeat(60) + "1");
    for text in [
        "fn handle_data(context, data) {\n\tif true {\n\t\tordr(1);\n\t}\n}\n".to_owned(),
        "fn handle_data(context, data) {\n    log_info(\"価格 📈\"); ordr(1);\n}\n".to_owned(),
        format!("fn handle_data(context, data) {{\n{long}\n}}\n"),
        "fn handle_data(context, data) {\r\n    ordr(1);\r\n}\r\n".to_owned(),
    ] {
        let folder = Folder::new();
        folder.write("a.rhai", text);
        shown.push_str(&folder.rustybt(&["check", "a.rhai"]).stderr);
    }
    let edit = Edit {
        line: 1,
        column: 1,
        end_line: 3,
        end_column: 2,
        text: "c".to_owned(),
    };
    let mut wide = Diagnostic::error("two lines")
        .place(Place::at("b.rhai", 1, 2, 9).with_source("abc\ndef\n"))
        .hint("x");
    wide.fix = Some(Fix {
        what: "write `c`".to_owned(),
        edits: vec![edit],
    });
    shown.push_str(&wide.render(true));
    insta::assert_snapshot!(shown);
}

/// A process that watches, with the lines that it writes to both streams.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn start(folder: &Folder, args: &[&str]) -> Self {
        let mut child = folder
            .command(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let out = child.stdout.take().unwrap();
        let aside = child.stderr.take().unwrap();
        let of_out = sender.clone();
        thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let _nobody_waits = of_out.send(line);
            }
        });
        thread::spawn(move || {
            for line in BufReader::new(aside).lines().map_while(Result::ok) {
                let _nobody_waits = sender.send(line);
            }
        });
        Self { child, lines }
    }

    /// Waits for a line with this text, and for the word that it waits for changes; the two streams
    /// come in any order.
    fn expect(&self, text: &str) {
        let mut seen = Vec::new();
        let mut missing = vec![text, "Watching"];
        while !missing.is_empty() {
            match self.lines.recv_timeout(Duration::from_secs(60)) {
                Ok(line) => {
                    missing.retain(|text| !line.contains(text));
                    seen.push(line);
                }
                Err(error) => panic!("no line with {missing:?}: {error}\n{}", seen.join("\n")),
            }
        }
    }

    /// Waits for the end of both streams, but not for ever.
    fn has_gone_silent(&self) -> bool {
        loop {
            match self.lines.recv_timeout(Duration::from_secs(10)) {
                Ok(_) => {}
                Err(error) => return error == RecvTimeoutError::Disconnected,
            }
        }
    }

    /// Sends a signal and waits for the end.
    fn stop(mut self, signal: &str) {
        let id = self.child.id().to_string();
        // Whatever runs in the background of a shell without jobs ignores SIGINT, and so do its children.
        for signal in [signal, "-TERM"] {
            let sent = Command::new("kill").args([signal, &id]).status().unwrap();
            assert!(sent.success());
            if self.has_gone_silent() {
                break;
            }
        }
        let ended = self.child.wait().unwrap();
        assert!(ended.code().is_none_or(|code| code == 0), "{ended:?}");
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _has_ended = self.child.kill();
    }
}

#[test]
fn watching_checks_again_when_a_file_is_edited_replaced_broken_or_added() {
    let folder = project();
    let watching = Watching::start(&folder, &["check", "--watch", "--format", "text"]);
    watching.expect("2 scripts checked: 1 error, 0 warnings");
    folder.write("lib/b.rhai", "fn trade() { order(\"AAPL\", 1); }\n");
    watching.expect("2 scripts checked, nothing found");
    // As editors do: a new file takes the place of the old one.
    folder.write("strategies/a.rhai.tmp", WARNED);
    let to = folder.path().join("strategies/a.rhai");
    std::fs::rename(folder.path().join("strategies/a.rhai.tmp"), to).unwrap();
    watching.expect("2 scripts checked: 0 errors, 1 warning");
    folder.write("more/c.rhai", FAULTY);
    watching.expect("3 scripts checked: 1 error, 2 warnings");
    folder.write("rustybt.yaml", "strategy:\n  scrpt: a\n");
    watching.expect("scrpt");
    folder.write("rustybt.yaml", "check:\n  RBT120: off\n");
    watching.expect("3 scripts checked: 1 error, 0 warnings");
    watching.stop("-INT");
}

#[test]
fn watching_one_script_ends_with_the_signal_of_a_service() {
    let folder = Folder::new();
    folder.write("a.rhai", FINE);
    let watching = Watching::start(&folder, &["check", "a.rhai", "--watch"]);
    watching.expect("1 script checked, nothing found");
    std::fs::remove_file(folder.path().join("a.rhai")).unwrap();
    watching.expect("cannot read `a.rhai`");
    folder.write("a.rhai", FINE);
    watching.expect("1 script checked, nothing found");
    watching.stop("-TERM");
}
