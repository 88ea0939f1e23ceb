//! `repl` as a program pipes lines into it.

use std::io::Write;
use std::process::Stdio;

use crate::support::Folder;

const STRATEGY: &str = "
const N = param(\"n\", 10);
fn initialize(context) { context.asset = symbol(\"X\"); context.calls = 0; }
fn handle_data(context, data) {
    context.calls += 1;
    if context.calls == 1 { order(context.asset, N); }
}
fn twice(x) { x * 2 }
";

/// Five sessions of X and Y, the first in 2024, of closes that can be added in the head.
fn project() -> Folder {
    let folder = Folder::new();
    let days = ["02", "03", "04", "05", "08"];
    for (symbol, base) in [("X", 10), ("Y", 50)] {
        let rows = days.iter().zip(base..).map(|(day, close)| {
            format!(
                "2024-01-{day}T00:00:00Z,{close},{},{},{close},1000000\n",
                close + 1,
                close - 1
            )
        });
        let text: String = std::iter::once("timestamp,open,high,low,close,volume\n".to_owned())
            .chain(rows)
            .collect();
        folder.write(&format!("bars/{symbol}.csv"), text);
    }
    folder.write("strategy.rhai", STRATEGY);
    folder
}

/// Pipes lines in; returns the exit code and both streams.
fn typed(folder: &Folder, args: &[&str], lines: &str) -> (i32, String, String) {
    let mut child = folder
        .command(&[&["repl"], args].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(lines.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

/// Returns what is answered, on bars up to 2024-01-04.
fn answers(lines: &str) -> String {
    let (code, stdout, stderr) =
        typed(&project(), &["--data", "bars", "--at", "2024-01-04"], lines);
    assert_eq!(code, 0, "{stderr}");
    stdout
}

#[test]
fn the_api_is_there_at_a_moment_of_history() {
    let cases = [
        // 10, 11, 12: nothing later is seen.
        ("data.history(X, \"close\", 20, \"1d\").mean()", "11.0\n"),
        (
            "data.history(Y, \"close\", 20, \"1d\").to_array()",
            "[50.0, 51.0, 52.0]\n",
        ),
        ("context.now", "2024-01-04T21:00:00Z\n"),
        ("data.current(\"X\", \"close\")", "12.0\n"),
        ("symbols()", "[X, Y]\n"),
        ("data.history(X, \"close\", 20, \"1d\").sma(20)", "()\n"),
        ("context.portfolio.positions", "[]\n"),
        ("context.mode", "\"backtest\"\n"),
    ];
    for (line, answer) in cases {
        assert_eq!(answers(line), answer, "{line}");
    }
}

#[test]
fn the_built_in_sample_is_there_where_no_data_are_named() {
    let folder = Folder::new();
    let line =
        "data.history(AAPL, \"close\", 20, \"1d\").mean() > 500.0\ndata.current(AAPL, \"close\")\n";
    let args = ["--symbols", "AAPL", "--at", "2012-08-09"];
    // The close of that day, as every record of it has it.
    assert_eq!(typed(&folder, &args, line).1, "true\n620.73\n");
}

#[test]
fn what_a_line_makes_is_there_in_the_next() {
    let lines = "let a = 2;\nfn times(x) {\n  x * 3\n}\nimport \"std/signals\" as s;\ntimes(a)\n\
        [1, a].map(|x| times(x))\ncontext.kept = a;\ncontext.kept + 1\n\
        s::rising(data.history(X, \"close\", 5, \"1d\"), 2)\nlet f = |x| x + a;\nf.call(5)\n";
    assert_eq!(answers(lines), "6\n[3, 6]\n3\ntrue\n7\n");
}

#[test]
fn orders_fill_in_the_next_step_and_time_goes_both_ways() {
    let lines = "order(X, 10)\n:step\ncontext.portfolio.positions\n:at 2024-01-03\ncontext.now\n\
        context.portfolio.positions\n:step 9\n:at 2030\n";
    let stdout = answers(lines);
    insta::assert_snapshot!(stdout);
}

#[test]
fn a_script_runs_up_to_the_moment_and_its_functions_are_there() {
    let args = [
        "strategy.rhai",
        "--data",
        "bars",
        "--at",
        "2024-01-05",
        "--param",
        "n=7",
    ];
    let lines = "context.calls\ntwice(4)\nN\ncontext.portfolio.position(context.asset).amount\n";
    let (code, stdout, stderr) = typed(&project(), &args, lines);
    assert_eq!((code, stdout.as_str()), (0, "4\n8\n7\n7.0\n"), "{stderr}");
}

#[test]
fn an_error_ends_a_line_and_not_the_session() {
    let lines = "let a = ();\n1 + a\nprices\nfn f(x) { x / 0 }\nf(3)\n1 +\n(1,\n\n:foo\n:doc nothing_of_it\n\
        :step x\n:at never\nimport \"../x\" as x;\norder(X, 1); 1 / 0\nopen_orders().len()\n\"still\" + \" here\"\n";
    let args = ["--data", "bars", "--symbols", "X", "--at", "2024-01-04"];
    let (code, stdout, stderr) = typed(&project(), &args, lines);
    assert_eq!(code, 3);
    assert_eq!(stdout, "0\n\"still here\"\n");
    insta::assert_snapshot!(stderr);
}

#[test]
fn help_words_and_the_end_are_commands() {
    let stdout = answers(":help\n:doc Series.zscore\n:quit\n1 + 1\n");
    assert!(stdout.contains(":step [N]") && stdout.contains("Series.zscore()"));
    assert!(!stdout.contains("2\n"), "{stdout}");
}

#[test]
fn a_moment_before_the_first_bar_is_an_error_of_data() {
    let (code, stdout, stderr) = typed(&project(), &["--data", "bars", "--at", "2023"], "1\n");
    assert_eq!((code, stdout.as_str()), (4, ""));
    assert!(stderr.contains("--at 2024-01-02"), "{stderr}");
}
