//! New projects: whole, in order, and never over something else.

use rustybt::core::sim::rules::Rules;

use crate::support::Folder;

const TEMPLATES: [&str; 4] = ["sma-cross", "rotation", "mean-reversion", "empty"];
const MARKETS: [&str; 2] = ["equities", "crypto"];

#[test]
fn a_new_project_ends_with_the_next_commands() {
    let folder = Folder::new();
    insta::assert_snapshot!(folder.rustybt(&["new", "demo"]).all());
    insta::assert_snapshot!("rustybt.yaml", folder.read("demo/rustybt.yaml"));
}

#[test]
fn every_template_and_market_makes_a_project_in_order() {
    let folder = Folder::new();
    for template in TEMPLATES {
        for market in MARKETS {
            let name = format!("{template}-{market}");
            let args = ["new", &name, "--template", template, "--market", market];
            assert_eq!(folder.rustybt(&args).code, Some(0), "{name}");
            let config = format!("{name}/rustybt.yaml");
            let ran = folder.rustybt(&["config", "check", "-c", &config]);
            assert_eq!(ran.code, Some(0), "{}", ran.all());
            let script = format!("{name}/strategies/{}.rhai", template.replace('-', "_"));
            let text = folder.read(&script);
            rhai::Engine::new_raw()
                .compile(&text)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(!text.contains("{{"), "{text}");
            let args = ["test", "--json"];
            let project = folder.path().join(&name);
            let tested = folder.command(&args).current_dir(project).output().unwrap();
            let said = String::from_utf8(tested.stdout).unwrap();
            assert!(
                tested.status.success() && said.contains("::test_"),
                "{name}: {said}"
            );
            for file in [
                "README.md",
                ".gitignore",
                "tests/README.md",
                "data/README.md",
            ] {
                let text = folder.read(&format!("{name}/{file}"));
                assert!(!text.is_empty() && !text.contains("{{"), "{text}");
            }
        }
    }
}

#[test]
fn the_commission_of_each_market_is_the_default_of_its_kind() {
    let folder = Folder::new();
    for (market, kind) in [("equities", "equity"), ("crypto", "crypto")] {
        folder.rustybt(&["new", market, "--market", market]);
        let config = folder.read(&format!("{market}/rustybt.yaml"));
        let written = config
            .lines()
            .find_map(|line| line.trim().strip_prefix("commission: "))
            .unwrap();
        let kind = rustybt::core::model::asset::AssetKind::parse(kind).unwrap();
        assert_eq!(written.parse(), Ok(Rules::default().commission_for(kind)));
    }
}

#[test]
fn nothing_is_overwritten() {
    let folder = Folder::new();
    folder.write("demo/mine.txt", "mine");
    folder.write("file", "mine");
    for name in ["demo", "file"] {
        let ran = folder.rustybt(&["new", name]);
        assert_eq!(ran.code, Some(2));
        assert!(
            ran.stderr.contains("nothing is overwritten"),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(folder.read("file"), "mine");
    assert_eq!(
        std::fs::read_dir(folder.path().join("demo"))
            .unwrap()
            .count(),
        1
    );
}

#[test]
fn a_name_that_a_shell_would_split_is_quoted() {
    let folder = Folder::new();
    let ran = folder.rustybt(&["new", "it's mine"]);
    assert!(
        ran.stdout.starts_with("cd -- 'it'\\''s mine'\n"),
        "{}",
        ran.stdout
    );
}
