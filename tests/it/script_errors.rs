//! What a person is told when a script is wrong, and that the process and the books survive it.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use rustybt::script::sandbox::Budget;

use crate::support::script::{Sandbox, closes, frame};

const FAULTY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scripts/faulty");

fn faulty() -> Vec<(String, String)> {
    let mut paths: Vec<PathBuf> = fs::read_dir(FAULTY)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "rhai"))
        .collect();
    paths.sort();
    let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    paths
        .iter()
        .map(|path| (name(path), fs::read_to_string(path).unwrap()))
        .collect()
}

/// Five bars of AAPL, the modules of the folder, and a budget that ends soon.
fn world() -> Sandbox {
    let mut world = closes(&[100.0, 101.0, 102.0, 103.0, 104.0]).with_budget(Budget {
        operations: 200_000,
        ..Budget::default()
    });
    for entry in fs::read_dir(format!("{FAULTY}/lib")).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("lib/{}", path.file_stem().unwrap().to_string_lossy());
        world = world.with_module(&name, &fs::read_to_string(&path).unwrap());
    }
    world
}

#[test]
fn every_faulty_script_is_told_what_where_and_what_to_do() {
    let mut all = String::new();
    let scripts = faulty();
    assert!(scripts.len() >= 25);
    for (name, text) in scripts {
        let ran = world().named(&format!("{name}.rhai")).run(&text);
        let error = ran
            .error
            .unwrap_or_else(|| panic!("{name} raised no error"));
        let _infallible = writeln!(all, "## {name}\n{}", frame(&error));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn compiled_and_interpreted_scripts_fail_alike() {
    for (name, text) in faulty() {
        let told = |world: Sandbox| {
            let ran = world.named(&name).run(&text);
            ran.error
                .map(|error| (error.code, error.message, error.place.file))
        };
        assert_eq!(told(world()), told(world().interpreted()), "{name}");
    }
}
