//! The documentation as pages, and the definitions for editors.

use std::collections::{BTreeMap, BTreeSet};

use rustybt::app::definitions::definitions;
use rustybt::app::doc::pages;
use rustybt::script::check::surface_names;

use crate::support::{Folder, rustybt};

/// Returns what stands between quotes behind a mark, wherever it does.
fn quoted<'a>(text: &'a str, mark: &str) -> Vec<&'a str> {
    text.split(mark)
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect()
}

#[test]
fn every_link_of_the_pages_leads_to_a_place_that_is_there_once() {
    let pages: BTreeMap<String, String> = pages().into_iter().collect();
    assert!(pages.len() > 14);
    let mut links = 0;
    for (name, text) in &pages {
        let places = quoted(text, " id=\"");
        let unique: BTreeSet<&&str> = places.iter().collect();
        assert_eq!(unique.len(), places.len(), "{name}: a place is there twice");
        for link in quoted(text, " href=\"")
            .into_iter()
            .filter(|link| *link != "data:,")
        {
            let (file, place) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() {
                text
            } else {
                pages.get(file).unwrap_or_else(|| panic!("{name}: {link}"))
            };
            let there = place.is_empty() || target.contains(&format!(" id=\"{place}\""));
            assert!(there, "{name}: {link}");
            links += 1;
        }
    }
    assert!(links > 500, "only {links} links");
}

#[test]
fn the_pages_load_nothing_and_are_the_same_each_time() {
    let (first, again) = (pages(), pages());
    assert_eq!(first, again);
    for (name, text) in first {
        assert!(text.contains("Content-Security-Policy"), "{name}");
        assert!(text.contains("default-src 'none'"), "{name}");
        for mark in [
            "src=\"", "@import", "url(", "style=\"", "onclick", "http://", "https://",
        ] {
            assert!(!text.contains(mark), "{name}: {mark}");
        }
        let opened = text.matches("<section").count();
        assert_eq!(opened, text.matches("</section>").count(), "{name}");
        assert!(
            text.contains("<html lang=\"en\">") && text.contains("class=\"skip\""),
            "{name}"
        );
    }
}

#[test]
fn everything_that_scripts_call_is_on_a_page() {
    let all: String = pages().into_iter().map(|(_, text)| text).collect();
    for doc in rustybt::script::api::docs::all() {
        let wanted = doc
            .text
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;");
        assert!(all.contains(&wanted), "{}", doc.name);
    }
    for name in ["std/sizing.kelly", "RBT120", "trail_percent", "handle_data"] {
        assert!(all.contains(&format!("<code>{name}</code>")), "{name}");
    }
}

#[test]
fn doc_writes_its_pages_into_a_folder() {
    let folder = Folder::new();
    let ran = folder.rustybt(&["doc", "--html", "site"]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    assert!(
        folder
            .read("site/index.html")
            .starts_with("<!doctype html>")
    );
    let document = folder.rustybt(&["doc", "--html", "site", "--json"]).json();
    assert_eq!(document["data"]["pages"][0], "index.html");
}

#[test]
fn doc_knows_the_library_options_codes_and_the_language() {
    for (name, expected) in [
        ("std/sizing.kelly", "sizing::kelly(win, payoff, part)"),
        ("kelly", "std/sizing.kelly"),
        ("std/signals", "crossed_above_now(a, b)"),
        ("trail_percent", "An option of order, "),
        ("rbt120", "check --explain RBT120"),
        ("Series.tail", "n: int"),
        ("order", "keys: limit, stop"),
        ("order_target", "See also: "),
        ("handle_data", "Called each time bars close"),
        ("Position", "Position.cost_basis: float"),
        ("push", "array.push(item)"),
    ] {
        let ran = rustybt(&["doc", name]);
        assert_eq!(ran.code, Some(0), "{name}");
        assert!(ran.stdout.contains(expected), "{name}: {}", ran.stdout);
    }
    let unknown = rustybt(&["doc", "kely"]);
    assert_eq!(unknown.code, Some(2));
    assert!(
        unknown.stderr.contains("rustybt doc kelly"),
        "{}",
        unknown.all()
    );
    let first = |args: &[&str]| {
        rustybt(args)
            .stdout
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    assert!(first(&["doc", "--search", "ORDER"]).starts_with("order(asset, amount"));
    assert!(first(&["doc", "--search", "cross"]).starts_with("crossed_above"));
    assert!(rustybt(&["doc", "--list"]).stdout.lines().count() > 250);
    let document = rustybt(&["doc", "order", "--json"]).json();
    assert_eq!(document["data"][0]["parameters"][1]["kind"], "number");
    assert_eq!(document["data"][0]["returns"], "string or ()");
}

/// Registered to give an answer at all, but not for use.
const NOT_FOR_USE: [&str; 4] = ["sleep", "timestamp", "to_debug", "to_string"];

#[test]
fn every_name_that_is_registered_is_in_the_definitions() {
    let all: String = definitions().into_iter().map(|(_, text)| text).collect();
    for name in surface_names() {
        let wanted = match name.strip_prefix('.') {
            Some(field) => format!("\nfn get {field}("),
            None => format!("\nfn {name}("),
        };
        assert!(
            NOT_FOR_USE.contains(&name.as_str()) || all.contains(&wanted),
            "{name}"
        );
    }
}

/// Returns a definition as a function that does nothing, for the language's own reader: names and
/// parameters stay, kinds go.
fn as_function(line: &str) -> String {
    let line = line.trim_end_matches(';');
    let (head, _result) = line.split_once(" -> ").unwrap();
    let head = head
        .replacen("fn get ", "fn get_", 1)
        .replacen("fn set ", "fn set_", 1);
    let (name, params) = head.split_once('(').unwrap();
    let names: Vec<&str> = params
        .trim_end_matches(')')
        .split(", ")
        .map(|param| param.split(':').next().unwrap())
        .filter(|param| !param.is_empty())
        .collect();
    format!("{name}({}) {{ }}", names.join(", ")).replace("self", "itself")
}

#[test]
fn definitions_are_of_the_form_that_editors_read() {
    // Names that the language reserves and that only a method may have.
    let reserved = ["fn var("];
    let engine = rhai::Engine::new_raw();
    for (name, text) in definitions() {
        assert!(text.starts_with("module "), "{name}");
        if name == "language.d.rhai" {
            continue;
        }
        let mut seen = BTreeSet::new();
        for line in text
            .lines()
            .skip(1)
            .filter(|line| !line.is_empty() && !line.starts_with("//"))
        {
            assert!(
                line.ends_with(';') && line.contains(" -> "),
                "{name}: {line}"
            );
            assert!(seen.insert(line), "{name}: twice: {line}");
            if line.starts_with("op ") || reserved.iter().any(|word| line.starts_with(word)) {
                continue;
            }
            let function = as_function(line);
            let compiled = engine.compile(&function);
            assert!(compiled.is_ok(), "{name}: {line}: {:?}", compiled.err());
        }
        assert!(seen.len() > 2, "{name}");
    }
}

#[test]
fn definitions_go_where_they_are_wanted_and_into_new_projects() {
    let folder = Folder::new();
    let ran = folder.rustybt(&["definitions"]);
    assert_eq!(ran.code, Some(0), "{}", ran.all());
    let text = folder.read(".rustybt/definitions/rustybt.d.rhai");
    assert!(
        text.contains("fn order(asset: ?, amount: ?, options: Map) -> ?;"),
        "{text}"
    );
    let document = folder
        .rustybt(&["definitions", "--out", "elsewhere", "--json"])
        .json();
    assert_eq!(document["data"]["folder"], "elsewhere");
    assert_eq!(folder.read("elsewhere/rustybt.d.rhai"), text);
    assert_eq!(folder.rustybt(&["new", "demo"]).code, Some(0));
    assert_eq!(
        folder.read("demo/.rustybt/definitions/rustybt.d.rhai"),
        text
    );
}
