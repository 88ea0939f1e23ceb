//! `run` as a person starts it, kills it, edits under it and asks it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustybt::shell::store::checkpoint;

use crate::support::{Folder, root};

const DATA: [&str; 3] = [
    "synthetic:symbols=AAPL,MSFT,GOOG;bars=400;seed=3;volatility=0.4",
    "synthetic:symbols=AAPL,MSFT,GOOG;bars=500;seed=4;timeframe=1h;volatility=0.8",
    "synthetic:symbols=AAPL,MSFT,GOOG;bars=500;seed=5;timeframe=4h;calendar=24/7;volatility=1.2",
];
const FILES: [&str; 5] = [
    "fills.csv",
    "equity.csv",
    "orders.csv",
    "recorded.csv",
    "positions.csv",
];

/// The shipped scripts that run on any three assets.
fn scripts() -> Vec<PathBuf> {
    ["momentum", "sma_cross", "mean_reversion", "breakout_atr"]
        .map(|name| root().join("scripts").join(format!("{name}.rhai")))
        .to_vec()
}

fn backtest(folder: &Folder, script: &Path, data: &str) {
    let script = script.display().to_string();
    let ran = folder.rustybt(&["backtest", &script, "--data", data, "--out", "backtest"]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
}

fn assert_same(folder: &Folder, what: &str) {
    for name in FILES {
        let (one, other) = (
            folder.read(&format!("state/results/{name}")),
            folder.read(&format!("backtest/{name}")),
        );
        assert!(one == other, "{what}: {name} differs");
    }
}

/// Numbers that follow from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

#[test]
fn paper_over_files_is_the_backtest_byte_for_byte() {
    for data in DATA {
        for script in scripts() {
            let folder = Folder::new();
            backtest(&folder, &script, data);
            let name = script.display().to_string();
            let ran = folder.rustybt(&["run", &name, "--data", data, "--state-dir", "state"]);
            assert_eq!(ran.code, Some(0), "{}", ran.all());
            assert_same(&folder, &format!("{name} on {data}"));
        }
    }
}

/// Returns the bytes of the journal so far.
fn written(folder: &Folder) -> u64 {
    let entries = fs::read_dir(folder.path().join("state/journal"));
    let sizes = entries
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().metadata().map_or(0, |data| data.len()));
    sizes.sum()
}

fn start(folder: &Folder, script: &Path, data: &str, more: &[&str]) -> Child {
    let script = script.display().to_string();
    let mut args = vec!["run", &script, "--data", data, "--state-dir", "state"];
    args.extend(more);
    folder
        .command(&args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Kills the program once the journal has grown by so much, if it does not end before. Returns whether
/// it was killed.
fn kill_after(folder: &Folder, mut child: Child, bytes: u64) -> bool {
    let enough = written(folder) + bytes;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            let output = child.wait_with_output().unwrap();
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(status.success(), "{told}");
            return false;
        }
        if written(folder) >= enough {
            child.kill().unwrap();
            child.wait().unwrap();
            return true;
        }
        std::thread::yield_now();
    }
}

/// What a crash may do to the files besides ending the process.
fn damage(folder: &Folder, random: &mut Random) {
    let state = folder.path().join("state");
    match random.below(4) {
        // The last record is torn.
        0 => {
            let mut segments: Vec<PathBuf> = fs::read_dir(state.join("journal"))
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .collect();
            segments.sort();
            let last = segments.pop().unwrap();
            let text = fs::read(&last).unwrap();
            let end = text.len();
            let line = text[..end.saturating_sub(1)]
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |at| at + 1);
            let sequence = checkpointed(&state);
            let last_record = String::from_utf8_lossy(&text[line..end]).into_owned();
            let number: u64 = last_record
                .split(' ')
                .nth(1)
                .and_then(|number| number.parse().ok())
                .unwrap_or(0);
            // What a checkpoint has was synced before; no crash takes it back.
            if end > line + 1 && number > sequence {
                let cut =
                    line + 1 + usize::try_from(random.below((end - line - 1) as u64)).unwrap();
                fs::write(&last, &text[..cut]).unwrap();
            }
        }
        // The rename of the newest checkpoint was lost, and the next one is half there.
        1 => {
            let (current, previous) = (
                state.join("checkpoint.json"),
                state.join("checkpoint.prev.json"),
            );
            if previous.exists() && current.exists() {
                fs::write(state.join("checkpoint.next.json"), "{\"checkp").unwrap();
                fs::remove_file(current).unwrap();
            }
        }
        _ => {}
    }
}

/// Returns the number of the last entry that a checkpoint has.
fn checkpointed(state: &Path) -> u64 {
    let document = checkpoint::read(&state.join("checkpoint.json")).unwrap();
    document.map_or(0, |document| document["sequence"].as_u64().unwrap())
}

#[test]
fn a_session_that_is_killed_at_any_instant_ends_as_if_it_had_not_been() {
    let most: u64 = std::env::var("RUSTYBT_KILLS").map_or(60, |text| text.parse().unwrap());
    let seed: u64 = std::env::var("RUSTYBT_SEED").map_or(1, |text| text.parse().unwrap());
    let mut random = Random(seed);
    let (mut kills, mut sessions) = (0, 0_usize);
    while kills < most {
        let script = &scripts()[sessions % scripts().len()];
        let data = DATA[sessions / 2 % DATA.len()];
        sessions += 1;
        let folder = Folder::new();
        backtest(&folder, script, data);
        let mut here = 0;
        loop {
            let interval = ["1ms", "20ms", "60s"][usize::try_from(random.below(3)).unwrap()];
            let child = start(&folder, script, data, &["--checkpoint-interval", interval]);
            let bytes = if here < 8 {
                1 + random.below(40_000)
            } else {
                u64::MAX / 2
            };
            if !kill_after(&folder, child, bytes) {
                break;
            }
            (kills, here) = (kills + 1, here + 1);
            damage(&folder, &mut random);
        }
        assert_same(
            &folder,
            &format!(
                "RUSTYBT_SEED={seed}, session {sessions}, {}",
                script.display()
            ),
        );
    }
}

/// A session that lasts until it is told to stop.
struct Running {
    folder: Folder,
    child: Child,
    lines: std::sync::mpsc::Receiver<String>,
}

impl Running {
    /// Starts a script that is written into the folder as `s.rhai`, an hour of bars in three seconds.
    fn start(folder: Folder, more: &[&str]) -> Self {
        let mut args = vec![
            "run",
            "s.rhai",
            "--data",
            "synthetic:symbols=AAPL;bars=200000;seed=3;timeframe=1m;calendar=24/7",
            "--speed",
            "6000x",
            "--state-dir",
            "state/s",
        ];
        args.extend(more);
        let mut child = folder
            .command(&args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let errors = child.stderr.take().unwrap();
        let (sender, lines) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let running = Self {
            folder,
            child,
            lines,
        };
        running.until(|status| status["slices"].as_u64() > Some(0));
        running
    }

    /// Asks until what is answered holds.
    fn until(&self, holds: impl Fn(&serde_json::Value) -> bool) -> serde_json::Value {
        let began = Instant::now();
        loop {
            let ran = self.folder.rustybt(&["status", "--json"]);
            if ran.code == Some(0) {
                let document = ran.json();
                if holds(&document["data"]) {
                    return document["data"].clone();
                }
            }
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "it never came: {}",
                ran.all()
            );
        }
    }

    /// Waits for a line on standard error that holds a text.
    fn line_with(&self, text: &str) -> String {
        let mut seen = Vec::new();
        loop {
            match self.lines.recv_timeout(Duration::from_secs(60)) {
                Ok(line) if line.contains(text) => return line,
                Ok(line) => seen.push(line),
                Err(error) => panic!("no line with `{text}`, {error}: {seen:#?}"),
            }
        }
    }

    /// Waits for the end.
    fn end(mut self) -> (Folder, Option<i32>) {
        let status = self.child.wait().unwrap();
        (self.folder, status.code())
    }
}

/// Buys one unit in each bar.
const BUYER: &str = "fn initialize(context) { context.asset = symbol(\"AAPL\"); context.n = 0; }\n\
    fn handle_data(context, data) { context.n += 1; order(context.asset, 1); }\n";

fn with_script(text: &str) -> Folder {
    let folder = Folder::new();
    folder.write("s.rhai", text);
    folder
}

#[test]
fn a_running_engine_is_asked_halted_resumed_flattened_and_stopped() {
    let nobody = Folder::new().rustybt(&["status"]);
    assert_eq!(nobody.code, Some(7), "{}", nobody.all());

    let running = Running::start(with_script(BUYER), &[]);
    let folder = &running.folder;
    running.until(|status| status["positions"] == 1);
    let other = folder.rustybt(&["run", "s.rhai", "--state-dir", "state/s"]);
    assert_eq!(other.code, Some(6), "{}", other.all());
    assert!(other.stderr.contains("is in use by another engine"));

    let halted = folder.rustybt(&[
        "halt",
        "--reason",
        "odd prints",
        "--operator",
        "alice",
        "--json",
    ]);
    assert_eq!(halted.code, Some(0), "{}", halted.all());
    assert_eq!(halted.json()["data"]["halted"], "odd prints, by alice");
    // Every order is refused now, so the script fails again and again, and nothing fills.
    let before = running.until(|status| status["open_orders"] == 0)["fills"].clone();
    let errors = |status: &serde_json::Value| status["script_errors"].as_u64().unwrap();
    let now = errors(&running.until(|_| true));
    let after = running.until(|status| errors(status) > now + 2);
    assert_eq!(after["fills"], before);

    assert_eq!(folder.rustybt(&["resume"]).code, Some(0));
    running.until(|status| status["fills"].as_u64() > before.as_u64());
    let kept = folder.rustybt(&["state", "s", "--json"]).json();
    assert!(kept["data"]["n"].as_u64() > Some(2), "{kept}");

    assert_eq!(folder.rustybt(&["flatten"]).code, Some(2));
    let flat = folder.rustybt(&["flatten", "--yes", "--reason", "done"]);
    assert_eq!(flat.code, Some(0), "{}", flat.all());
    running.until(|status| status["positions"] == 0 && status["open_orders"] == 0);
    let none = folder.rustybt(&["positions", "--state-dir", "state/s"]);
    assert_eq!(none.stdout, "none\n");

    assert_eq!(folder.rustybt(&["stop"]).code, Some(0));
    let (folder, code) = running.end();
    assert_eq!(code, Some(0));
    assert!(
        folder
            .read("state/s/results/orders.csv")
            .contains("flatten")
    );
    // The halt outlives the process.
    let again = Running::start(folder, &[]);
    let status = again.until(|_| true);
    assert!(
        status["halted"].as_str().unwrap().contains("done"),
        "{status}"
    );
    assert_eq!(again.folder.rustybt(&["stop"]).code, Some(0));
    assert_eq!(again.end().1, Some(0));
}

#[test]
fn a_script_that_hangs_does_not_keep_anybody_from_halting() {
    let text = "fn initialize(context) { }\n\
        fn handle_data(context, data) { let n = 0; while n < 9000000 { n += 1; } }\n";
    let running = Running::start(with_script(text), &[]);
    let ran = running.folder.rustybt(&["halt", "--json"]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    assert!(ran.json()["data"]["halted"].is_string());
    assert_eq!(running.folder.rustybt(&["stop"]).code, Some(0));
    assert_eq!(running.end().1, Some(0));
}

#[test]
fn a_call_that_was_stopped_is_not_made_again_after_a_crash() {
    let text = "fn handle_data(context, data) {\n\
            order(\"AAPL\", 1);\n\
            let bars = data.history(\"AAPL\", \"close\", 9, \"1m\").len;\n\
            let n = 0;\n\
            if bars == 4 { while n < 9000000 { n += 1; } }\n\
        }\n";
    let mut running = Running::start(with_script(text), &[]);
    // Where the machine is so fast that the loop ends in time, there is nothing to be told again.
    let before = running.until(|status| status["slices"].as_u64() > Some(5));
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    let (folder, _) = running.end();
    let again = Running::start(folder, &[]);
    let status = again.until(|status| status["slices"].as_u64() > Some(8));
    assert_eq!(status["script_errors"], before["script_errors"]);
    assert_eq!(again.folder.rustybt(&["stop"]).code, Some(0));
    assert_eq!(again.end().1, Some(0));
}

#[test]
fn a_script_is_edited_while_it_runs_and_a_broken_version_changes_nothing() {
    let running = Running::start(with_script(BUYER), &[]);
    let first = running.until(|_| true)["script_sha256"].clone();
    let write = |text: &str| running.folder.write("s.rhai", text);

    write("fn initialize(context) {");
    running.line_with("RBT001");
    running.line_with("Refused");
    write(&BUYER.replace("order(", "ordr("));
    running.line_with("RBT101");
    running.line_with("Refused");
    write(&BUYER.replace("context.n += 1;", "context.n += context.m;"));
    running.line_with("Refused");
    fs::remove_file(running.folder.path().join("s.rhai")).unwrap();
    running.line_with("Refused");
    assert_eq!(running.until(|_| true)["script_sha256"], first);

    // As editors do it: beside it, then renamed.
    running.folder.write(
        "next",
        BUYER.replace("order(context.asset, 1)", "order(context.asset, 2)")
            + "fn on_reload(context, previous) { context.before = previous; }\n",
    );
    fs::rename(
        running.folder.path().join("next"),
        running.folder.path().join("s.rhai"),
    )
    .unwrap();
    running.line_with("Reloaded");
    let second = running.until(|status| status["script_sha256"] != first);
    let kept = running.folder.rustybt(&["state", "--json"]).json();
    assert_eq!(kept["data"]["before"], first);
    assert!(kept["data"]["n"].as_u64() > Some(0), "the context is kept");

    // The same text again is the same version.
    running
        .folder
        .write("s.rhai", running.folder.read("s.rhai"));
    assert_eq!(running.folder.rustybt(&["reload"]).code, Some(0));
    assert_eq!(
        running.until(|_| true)["script_sha256"],
        second["script_sha256"]
    );
    assert_eq!(running.folder.rustybt(&["stop"]).code, Some(0));
    let (folder, code) = running.end();
    assert_eq!(code, Some(0));
    let journal: String = fs::read_dir(folder.path().join("state/s/journal"))
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    assert_eq!(journal.matches("\"reload\"").count(), 1);
}

#[test]
fn a_state_that_cannot_be_used_is_refused_and_left_alone() {
    let folder = Folder::new();
    folder.write("s.rhai", BUYER);
    let data = "synthetic:symbols=AAPL;bars=50";
    let run = |more: &[&str]| {
        let mut args = vec!["run", "s.rhai", "--data", data, "--state-dir", "state"];
        args.extend(more);
        folder.rustybt(&args)
    };
    assert_eq!(run(&["--checkpoint-interval", "1ms"]).code, Some(0));
    let state = folder.path().join("state");
    let current = state.join("checkpoint.json");

    // Other assets, and an age of more than an hour.
    let others = folder.rustybt(&[
        "run",
        "s.rhai",
        "--data",
        "synthetic:symbols=AAPL,MSFT;bars=50",
        "--state-dir",
        "state",
    ]);
    assert_eq!(others.code, Some(6), "{}", others.all());
    let mut document = checkpoint::read(&current).unwrap().unwrap();
    document["timestamp"] = "2026-01-01T00:00:00Z".into();
    checkpoint::write(&state, &document).unwrap();
    let stale = run(&[]);
    assert_eq!(stale.code, Some(6), "{}", stale.all());
    assert!(stale.stderr.contains("--accept-stale"), "{}", stale.all());
    assert_eq!(run(&["--accept-stale"]).code, Some(0));

    // A damaged one is passed over; two are an end.
    let whole = fs::read_to_string(&current).unwrap();
    fs::write(&current, &whole[..whole.len() / 2]).unwrap();
    let before = run(&["--accept-stale"]);
    assert_eq!(before.code, Some(0), "{}", before.all());
    assert!(before.stderr.contains("the one before it is used"));
    for name in ["checkpoint.json", "checkpoint.prev.json"] {
        fs::write(state.join(name), "{}").unwrap();
    }
    let refused = run(&[]);
    assert_eq!(refused.code, Some(6), "{}", refused.all());
    assert_eq!(fs::read_to_string(&current).unwrap(), "{}");
    // Beginning anew moves it aside.
    assert_eq!(run(&["--fresh"]).code, Some(0));
    assert!(fs::read_dir(&state).unwrap().any(|entry| {
        let name = entry.unwrap().file_name();
        name.to_string_lossy().starts_with("before-")
    }));

    let live = folder.rustybt(&["run", "s.rhai", "--mode", "live"]);
    assert_eq!(live.code, Some(6), "{}", live.all());
}
