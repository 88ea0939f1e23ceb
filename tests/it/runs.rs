//! The list of runs, reports and comparisons, on folders on disk.

use std::fs;
use std::path::{Path, PathBuf};

use rustybt::app::report::data::ReportData;
use rustybt::app::run::summary_text::render_summary;
use rustybt::app::runs::compare::compare;
use rustybt::app::runs::text::{broken_text, compare_text, list_text, show_text};
use rustybt::app::runs::{RunsError, find, list, new_id, show, sparkline_input, write_report};
use rustybt::core::model::time::Timestamp;

const FIXTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/run-fixture");

/// A root with copies of the fixture, gone at the end.
struct Root(PathBuf);

impl Root {
    fn new(name: &str, runs: &[&str]) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("runs-{name}"));
        let _gone = fs::remove_dir_all(&root);
        for run in runs {
            let folder = root.join(run);
            fs::create_dir_all(&folder).expect("the target folder is ours");
            for file in ["summary.json", "equity.csv", "fills.csv", "trades.csv"] {
                fs::copy(Path::new(FIXTURE).join(file), folder.join(file)).expect("it exists");
            }
        }
        Self(root)
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.0.join(file);
        let text = fs::read_to_string(&path).expect("it was copied");
        assert!(text.contains(from), "{file} has no {from}");
        fs::write(path, text.replacen(from, to, 1)).expect("the target folder is ours");
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

const ONE: &str = "20260101-120000-5be1";
const TWO: &str = "20260102-120000-5be1";

#[test]
fn runs_are_listed_oldest_first_and_a_broken_one_is_named() {
    let root = Root::new("list", &[TWO, ONE, "20260103-120000-bad0"]);
    root.edit(
        "20260103-120000-bad0/summary.json",
        "\"schema\"",
        "\"scheme\"",
    );
    let found = list(&root.0).expect("the root can be read");
    let ids: Vec<&str> = found.runs.iter().map(|run| run.id.as_str()).collect();
    assert_eq!(ids, [ONE, TWO]);
    insta::assert_snapshot!(list_text(&found));
    let warning = broken_text(&found.broken);
    assert!(
        warning.starts_with("warning: 20260103-120000-bad0: "),
        "{warning}"
    );
    assert!(
        warning.contains("summary.json line ") && warning.contains("schema"),
        "{warning}"
    );
    let none = list(&root.0.join("nothing")).expect("a missing root is empty");
    assert_eq!(list_text(&none), "no runs\n");
}

#[test]
fn a_run_is_found_by_id_beginning_path_or_as_the_last() {
    let root = Root::new("find", &[ONE, TWO]);
    for (name, expected) in [(ONE, ONE), ("20260102", TWO), ("last", TWO)] {
        let folder = find(&root.0, name).expect("it is there");
        assert_eq!(folder, root.0.join(expected), "{name}");
    }
    assert!(find(&root.0, FIXTURE).is_ok());
    assert!(
        matches!(find(&root.0, "2026"), Err(RunsError::Ambiguous { matches, .. }) if matches.len() == 2)
    );
    let error = find(&root.0, "2027")
        .expect_err("there is none")
        .to_string();
    assert!(error.starts_with("no run `2027` in "), "{error}");
}

#[test]
fn a_comparison_shows_inputs_metrics_and_the_first_fill_that_differs() {
    let root = Root::new("compare", &[ONE, TWO]);
    root.edit(
        &format!("{TWO}/summary.json"),
        "\"fast\": 10",
        "\"fast\": 12",
    );
    root.edit(
        &format!("{TWO}/summary.json"),
        "\"sharpe\": 0.68",
        "\"sharpe\": 0.98",
    );
    root.edit(
        &format!("{TWO}/fills.csv"),
        "buy,121,565.06239",
        "buy,121,565.0624",
    );
    let (a, b) = (root.0.join(ONE), root.0.join(TWO));
    let comparison = compare(&a, &b).expect("both can be read");
    insta::assert_snapshot!(compare_text(&comparison));
    let same = compare(&a, &a).expect("it can be read");
    assert!(same.fills.first_difference.is_none() && same.inputs.is_empty());
}

#[test]
fn a_report_is_written_beside_the_run_or_where_it_is_wanted() {
    let root = Root::new("report", &[ONE]);
    let folder = root.0.join(ONE);
    let beside = write_report(&folder, None).expect("it can be written");
    assert_eq!(beside, folder.join("report.html"));
    let elsewhere = write_report(&folder, Some(&root.0.join("x.html"))).expect("likewise");
    assert_eq!(fs::read(beside).ok(), fs::read(elsewhere).ok());
}

#[test]
fn a_broken_line_is_an_error_with_its_file_and_line() {
    let root = Root::new("broken", &[ONE]);
    let folder = root.0.join(ONE);
    for (file, from, to, says) in [
        (
            "equity.csv",
            "2010-01-05T00:00:00Z,100000",
            "2010-01-05T00:00:00Z,much",
            "equity.csv line 3: cash `much` is not a number",
        ),
        (
            "fills.csv",
            ",quantity,",
            ",amount,",
            "fills.csv has no column `quantity`",
        ),
        (
            "trades.csv",
            "2010-03-04T00:00:00Z",
            "2010-03-04 00:00",
            "trades.csv line 2: `2010-03-04 00:00` is not a time",
        ),
        (
            "summary.json",
            "rustybt.summary/1",
            "rustybt.summary/9",
            "schema `rustybt.summary/9` is not `rustybt.summary/1`",
        ),
    ] {
        root.edit(&format!("{ONE}/{file}"), from, to);
        let error = ReportData::from_folder(&folder)
            .expect_err("it is broken")
            .to_string();
        assert!(error.contains(says), "{error}");
        root.edit(&format!("{ONE}/{file}"), to, from);
    }
    assert!(ReportData::from_folder(&folder).is_ok());
}

#[test]
fn a_run_is_shown_with_its_block_and_how_to_repeat_it() {
    let run = show(Path::new(FIXTURE)).expect("it can be read");
    let data = ReportData::from_folder(Path::new(FIXTURE)).expect("it can be read");
    let block = render_summary(&run.summary, &sparkline_input(&data), 100, false);
    insta::assert_snapshot!(format!("{block}\n{}", show_text(&run)));
}

#[test]
fn an_id_is_the_time_and_the_start_of_the_hash() {
    let now = Timestamp::parse("2026-11-22T08:09:10Z").expect("a time");
    assert_eq!(new_id(now, "5be1aa"), "20261122-080910-5be1");
    assert_eq!(new_id(now, ""), "20261122-080910-0000");
}
