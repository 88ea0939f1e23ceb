//! Laws of candlestick patterns, over the bars in which they occur.

use std::collections::{BTreeMap, BTreeSet};

use rustybt::core::indicator::{ALL, BarInput, Indicator, Spec, spec};

use super::vectors::{MORE, Vectors};

fn patterns() -> impl Iterator<Item = &'static Spec> {
    ALL.iter()
        .copied()
        .filter(|spec| spec.name.starts_with("cdl"))
}

fn run(indicator: &mut dyn Indicator, bars: &[BarInput]) -> Vec<f64> {
    bars.iter()
        .map(|bar| {
            indicator.update(bar);
            indicator.value(0)
        })
        .collect()
}

#[test]
fn every_pattern_occurs_in_the_vectors_with_every_value_it_has() {
    let mut found: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for (folder, file) in MORE.into_iter().filter(|(folder, _)| *folder == "candles") {
        for case in Vectors::of(folder, file).cases {
            #[expect(clippy::cast_possible_truncation, reason = "whole numbers")]
            let values = case.values.iter().map(|value| *value as i64);
            found.entry(case.indicator).or_default().extend(values);
        }
    }
    assert_eq!(found.len(), 61);
    assert!(
        found
            .keys()
            .map(String::as_str)
            .eq(patterns().map(|spec| spec.name))
    );
    for (name, mut values) in found {
        values.remove(&0);
        let has = |value: i64| values.contains(&value);
        let words = spec(&name).unwrap().doc;
        // What the words promise is there, and nothing else.
        assert_eq!(has(80), words.contains("80") && has(-80), "{name}");
        assert_eq!(has(200), words.contains("200") && has(-200), "{name}");
        let one_sided = words.ends_with("; 100") || words.ends_with("; −100");
        assert_eq!(has(100) && has(-100), !one_sided, "{name}");
        assert_eq!(has(-100), !words.ends_with("; 100"), "{name}");
        assert!(
            values
                .iter()
                .all(|value| [80, 100, 200].contains(&value.abs())),
            "{name}"
        );
    }
}

#[test]
fn patterns_go_on_from_any_bar_where_they_were_saved() {
    let bars = Vectors::of("candles", "random").bars();
    for spec in patterns() {
        let mut whole = spec.build(&[]).unwrap();
        let values = run(&mut *whole, &bars);
        for cut in (0..bars.len()).step_by(7) {
            let mut first = spec.build(&[]).unwrap();
            run(&mut *first, &bars[..cut]);
            let mut second = spec.build(&[]).unwrap();
            second.restore(&first.snapshot()).unwrap();
            let part = &bars[cut..bars.len().min(cut + 40)];
            for (bar, value) in run(&mut *second, part).into_iter().enumerate() {
                let expected = values[cut + bar];
                assert_eq!(
                    value.to_bits(),
                    expected.to_bits(),
                    "{} {cut} {bar}",
                    spec.name
                );
            }
        }
    }
}

#[test]
fn a_pattern_is_the_same_at_twice_the_price() {
    // Doubling is exact, so that even comparisons at their border stay as they are.
    let bars = Vectors::of("candles", "random").bars();
    let double = |bar: &BarInput| BarInput {
        open: bar.open * 2.0,
        high: bar.high * 2.0,
        low: bar.low * 2.0,
        close: bar.close * 2.0,
        volume: bar.volume,
    };
    let doubled: Vec<BarInput> = bars.iter().map(double).collect();
    for spec in patterns() {
        let plain = run(&mut *spec.build(&[]).unwrap(), &bars);
        let double = run(&mut *spec.build(&[]).unwrap(), &doubled);
        let same = |(one, two): (&f64, &f64)| one.to_bits() == two.to_bits();
        assert!(plain.iter().zip(&double).all(same), "{}", spec.name);
    }
}
