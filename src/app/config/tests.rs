//! Whole configurations: files, environment and flags together.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use rust_decimal::dec;

use crate::app::cli::exit::Failure;
use crate::app::config::Config;
use crate::app::config::keys::{Default, KEYS, KeyPath};
use crate::app::config::layer::{
    ConfigError, Origin, Setting, Source, defaults, from_environment, from_file,
};
use crate::app::config::load::read_settings;
use crate::app::config::model::VolumeLimit;
use crate::core::model::number::Money;
use crate::core::sim::rules::FillAt;

fn variables(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// Resolves files, named `a.yaml`, `b.yaml`, …, the environment and flags.
fn config(
    files: &[&str],
    environment: &[(&str, &str)],
    flags: Vec<Setting>,
) -> Result<Config, Vec<ConfigError>> {
    let variables = variables(environment);
    let mut errors = Vec::new();
    let mut settings = defaults();
    for (name, text) in ('a'..).zip(files) {
        let source = Arc::new(Source {
            path: format!("conf/{name}.yaml").into(),
            text: (*text).to_owned(),
        });
        settings.extend(from_file(&source, &variables, &mut errors));
    }
    settings.extend(from_environment(&variables, &mut errors));
    settings.extend(flags);
    read_settings(settings, errors)
}

/// Returns the drawn errors of one file.
fn drawn(text: &str, environment: &[(&str, &str)]) -> String {
    let failure = Failure::from(config(&[text], environment, Vec::new()).unwrap_err());
    failure
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.render(true))
        .collect()
}

#[test]
fn nothing_set_gives_the_documented_defaults() {
    let config = config(&[], &[], Vec::new()).unwrap();
    assert_eq!(config.engine.capital, Money::new(dec!(100000)));
    assert_eq!(config.execution.fill_at, FillAt::NextOpen);
    assert_eq!(
        config.execution.volume_limit,
        VolumeLimit::Share(dec!(0.025))
    );
    assert_eq!(config.execution.leverage, dec!(2));
    assert_eq!(config.execution.initial_margin, dec!(0.5));
    assert_eq!(config.execution.maintenance_margin, dec!(0.25));
    assert_eq!(config.execution.commission, None);
    assert!(!config.is_explicit("execution.commission"));
}

#[test]
fn the_default_of_every_key_is_read() {
    let config = config(&[], &[], Vec::new()).unwrap();
    for key in KEYS {
        if let Default::Value(text) = key.default {
            assert_eq!(config.settings[&KeyPath::fixed(key.path)].text, text);
        }
    }
}

#[test]
fn a_flag_beats_the_environment_beats_later_files_beat_earlier_ones() {
    let files = [
        "engine: {capital: 1, seed: 1, benchmark: A}",
        "engine: {capital: 2, seed: 2}",
    ];
    let environment = [
        ("RUSTYBT_ENGINE__CAPITAL", "3"),
        ("RUSTYBT_EXECUTION__SLIPPAGE", "bps:3"),
    ];
    let flags = vec![Setting::flag("--capital", "engine.capital", "4")];
    let config = config(&files, &environment, flags).unwrap();
    assert_eq!(config.engine.capital, Money::new(dec!(4)));
    assert_eq!(config.engine.seed, 2);
    assert_eq!(config.engine.benchmark.as_deref(), Some("A"));
    let origins = [
        "engine.capital",
        "engine.seed",
        "engine.benchmark",
        "execution.slippage",
        "data.path",
    ]
    .map(|key| config.origin(key).to_string());
    assert_eq!(
        origins,
        [
            "--capital",
            "conf/b.yaml:1",
            "conf/a.yaml:1",
            "environment RUSTYBT_EXECUTION__SLIPPAGE",
            "default"
        ]
    );
}

#[test]
fn numbers_keep_every_digit_that_was_written() {
    let text = "engine:\n  capital: 123456789.123456789012345\n";
    let config = config(&[text], &[], Vec::new()).unwrap();
    assert_eq!(
        config.engine.capital.to_string(),
        "123456789.123456789012345"
    );
}

#[test]
fn a_whole_file_is_understood() {
    let text = "\
strategy:
  script: s.rhai
  params: {fast: 5, name: 'yes', api_key: '${KEY}'}
data:
  path: ../bars
  symbols: [NO, 'BRK.B']
  end: 2023
execution:
  commission: tiered:0:0.001,100000:0.0005:1
  volume_limit: none
assets:
  BRK.B: {kind: equity, lot_size: 1, min_notional: 10}
";
    let config = config(&[text], &[("KEY", "hunter2")], Vec::new()).unwrap();
    assert_eq!(
        config.strategy.script.as_deref(),
        Some("conf/s.rhai".as_ref())
    );
    assert_eq!(config.strategy.params["name"], "yes");
    assert_eq!(config.data.path.as_deref(), Some("conf/../bars".as_ref()));
    assert_eq!(config.data.symbols, ["NO", "BRK.B"]);
    assert_eq!(
        config.assets["BRK.B"].min_notional,
        Some(Money::new(dec!(10)))
    );
    let shown = format!("{:#?}", config.shown());
    assert!(
        !shown.contains("hunter2") && shown.contains("***"),
        "{shown}"
    );
}

#[test]
fn every_mistake_of_a_file_is_reported_at_its_place() {
    let text = "\
engin:
  capital: 1
engine:
  captial: 5
  capital: lots
  seed:
  benchmark: [A]
data:
  symbols: {A: 1}
  kind: stock
  start: 2023
  end: 2022
execution:
  commission: per_share:0.005
  account: cash
  leverage: 3
  maintenance_margin: 0.9
assets:
  X:
    ticksize: 1
capital: 5
strategy: s.rhai
";
    insta::assert_snapshot!(drawn(text, &[]));
}

#[test]
fn every_missing_variable_is_reported_at_once() {
    let text = "engine:\n  capital: ${CAPITAL:?the desk decides}\n  seed: ${SEED}\ndata:\n  symbols: ['${A}', B]\n  path: ${DATA:-bars}\n";
    insta::assert_snapshot!(drawn(text, &[]));
}

#[test]
fn what_is_not_yaml_is_said_plainly() {
    let texts = [
        "engine:\n\tcapital: 1\n",
        "engine: [1, 2\n",
        "- a\n- b\n",
        "a: 1\na: 2\n",
    ];
    insta::assert_snapshot!(texts.map(|text| drawn(text, &[])).join("\n"));
}

#[test]
fn a_variable_cannot_inject_structure() {
    let text = "engine:\n  benchmark: ${NAME}\n";
    let errors = config(
        &[text],
        &[("NAME", "A\nexecution: {slippage: none}")],
        Vec::new(),
    )
    .unwrap_err();
    assert_eq!(errors.len(), 1);
    assert!(errors[0].what.contains("is not a name"), "{}", errors[0]);
}

#[test]
fn a_mistyped_variable_is_refused() {
    let environment = [
        ("RUSTYBT_ENGINE__CAPITL", "1"),
        ("RUSTYBT_CAPITAL", "1"),
        ("RUSTYBT_ENGINE", "1"),
        ("RUSTYBT_EXECUTION__LEVERAGE", "half"),
        ("RUSTYBT_ASSETS__BTCUSDT__TICK_SIZE", "0.1"),
    ];
    let failure = Failure::from(config(&[], &environment, Vec::new()).unwrap_err());
    let text: String = failure
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.render(true))
        .collect();
    insta::assert_snapshot!(text);
}

#[test]
fn the_example_sets_every_key_there_is() {
    let text = include_str!("../../../config/example.yaml");
    let config = config(&[text], &[], Vec::new()).unwrap();
    for key in KEYS {
        let names: Vec<&str> = key.path.split('.').collect();
        let set = config.settings.values().any(|setting| {
            setting.origin != Origin::BuiltIn
                && setting.key.0.len() == names.len()
                && setting
                    .key
                    .0
                    .iter()
                    .zip(&names)
                    .all(|(part, name)| *name == "*" || part == name)
        });
        assert!(set, "config/example.yaml does not set {}", key.path);
    }
}

#[test]
fn margins_that_contradict_are_reported_where_one_was_written() {
    let text = drawn("execution:\n  initial_margin: 0.1\n", &[]);
    assert!(
        text.contains("`0.1` is below the maintenance margin 0.25"),
        "{text}"
    );
    assert!(text.contains("--> conf/a.yaml:2:19"), "{text}");
}

/// The example with some of its characters replaced.
fn damaged() -> impl Strategy<Value = String> {
    let example = include_str!("../../../config/example.yaml");
    let length = example.chars().count();
    let bytes = prop::sample::select(vec![
        ' ', '\n', '\t', ':', '-', '[', '{', '}', '"', '\'', '#', '&', '*', '!', '|', '$', '0',
        'é', '\u{7}',
    ]);
    prop::collection::vec((0..length, bytes), 1..6).prop_map(move |changes| {
        let mut characters: Vec<char> = example.chars().collect();
        for (at, character) in changes {
            characters[at] = character;
        }
        characters.into_iter().collect()
    })
}

proptest! {
    #[test]
    fn a_damaged_file_is_read_or_refused_with_a_place_in_it(text in damaged()) {
        if let Err(errors) = config(&[&text], &[], Vec::new()) {
            for error in &errors {
                prop_assert!(matches!(error.origin, Origin::File(..)), "{:?}", error);
            }
            for diagnostic in Failure::from(errors).diagnostics {
                let drawn = diagnostic.render(true);
                prop_assert!(drawn.contains("--> conf/a.yaml:"), "{}", drawn);
                prop_assert!(drawn.chars().all(|c| c == '\n' || !c.is_control()), "{:?}", drawn);
            }
        }
    }
}
