//! The projects under `examples/`: each is in order, runs and trades.

use std::fs;
use std::path::PathBuf;

use crate::support::{Folder, root};

fn examples() -> Vec<PathBuf> {
    fs::read_dir(root().join("examples"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect()
}

#[test]
fn every_example_is_in_order_runs_and_trades() {
    let folder = Folder::new();
    let examples = examples();
    assert!(!examples.is_empty());
    for example in examples {
        let run = |args: &[&str]| {
            let output = folder.command(args).current_dir(&example).output().unwrap();
            assert!(output.status.success(), "{}: {output:?}", example.display());
            output.stdout
        };
        run(&["config", "check"]);
        let checked = String::from_utf8(run(&["check"])).unwrap();
        assert!(checked.ends_with("nothing found\n"), "{checked}");
        let result: serde_json::Value =
            serde_json::from_slice(&run(&["backtest", "--no-save", "--json"])).unwrap();
        assert!(
            result["data"]["fills"].as_u64() > Some(4),
            "{}: {result}",
            example.display()
        );
    }
}
