//! Indicators against TA-Lib's own numbers, and the laws that hold for all of them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

/// Candlestick patterns.
mod candles;
/// Reading the reference vectors.
mod vectors;

use std::collections::BTreeSet;

use proptest::prelude::*;
use rustybt::core::indicator::{
    ALL, BarInput, Columns, Indicator, Inputs, Kind, MAX_OUTPUTS, MAX_PARAMS, Memory, Param, Spec,
    spec,
};

use vectors::{Case, FILES, MORE, Vectors};

fn outputs(indicator: &dyn Indicator) -> [u64; MAX_OUTPUTS] {
    std::array::from_fn(|output| indicator.value(output).to_bits())
}

/// Runs the stateful form; the bits of all outputs after each bar.
fn run(indicator: &mut dyn Indicator, bars: &[BarInput]) -> Vec<[u64; MAX_OUTPUTS]> {
    bars.iter()
        .map(|bar| {
            indicator.update(bar);
            outputs(indicator)
        })
        .collect()
}

/// Those that have no value at some bars even after the warm-up.
const PARTIAL: [&str; 11] = [
    "acos", "asin", "cosh", "div", "exp", "ln", "log10", "rvol", "sinh", "sqrt", "vwma",
];

/// Every indicator with its defaults and with short periods.
fn each_indicator() -> impl Iterator<Item = (&'static Spec, Vec<f64>)> {
    ALL.iter().flat_map(|&spec| {
        let short: Vec<f64> = spec
            .params
            .iter()
            .map(|param| param.min.max(3.0).min(param.max))
            .collect();
        [(spec, vec![]), (spec, short)]
    })
}

#[test]
fn values_and_warm_up_are_those_of_ta_lib() {
    let mut tested = BTreeSet::new();
    let files = FILES.map(|file| ("talib", file)).into_iter().chain(MORE);
    for (folder, file) in files {
        let vectors = Vectors::of(folder, file);
        for case in &vectors.cases {
            let name = case.indicator.as_str();
            let place = format!("{folder}/{file}: {name}{:?} {}", case.params, case.output);
            let spec = spec(name).unwrap();
            let output = spec
                .outputs
                .iter()
                .position(|output| *output == case.output)
                .unwrap();
            let series = spec
                .series(&vectors.columns_of(name), &case.params)
                .unwrap();
            let lookback = spec
                .lookback(&case.params)
                .unwrap()
                .min(vectors.close.len());
            assert_eq!(lookback, case.warm_up, "{place}");
            let price = vectors.close.iter().copied().fold(0.0, f64::max);
            assert_close(&place, &series[output], case, price);
            tested.insert(name.to_string());
        }
    }
    let all: BTreeSet<String> = ALL.iter().map(|spec| spec.name.to_string()).collect();
    assert_eq!(tested, all);
}

/// What running sums leave in TA-Lib's values.
fn residue(name: &str, price: f64) -> f64 {
    match name {
        "linearreg_angle" => 2e-12 * price,
        // In percent of the price.
        "fosc" => 1e-11,
        _ => 3e-14 * price,
    }
}

/// Within 1e-9 of the value. Where the value is a small difference of larger numbers: within 1e-12 of the
/// greatest of its column, or within what running sums leave. Not a number where TA-Lib has none.
fn assert_close(place: &str, ours: &[f64], case: &Case, price: f64) {
    let name = case.indicator.as_str();
    let (warm_up, ours) = ours.split_at(case.warm_up);
    assert!(warm_up.iter().all(|value| value.is_nan()), "{place}");
    assert_eq!(ours.len(), case.values.len(), "{place}");
    let scale = case
        .values
        .iter()
        .fold(0.0_f64, |scale, value| scale.max(value.abs()));
    for (bar, (&ours, &theirs)) in ours.iter().zip(&case.values).enumerate() {
        let allowed = 1e-9 * theirs.abs() + 1e-12 * scale + residue(name, price);
        let bar = bar + case.warm_up;
        assert!(
            (ours - theirs).abs() <= allowed || (ours.is_nan() && theirs.is_nan()),
            "{place} bar {bar}: {ours} is not {theirs}"
        );
    }
}

#[test]
fn columns_give_what_the_stateful_form_gives_bit_for_bit() {
    let vectors = Vectors::read("aapl");
    for (spec, params) in each_indicator() {
        let series = spec.series(&vectors.columns(), &params).unwrap();
        let stateful = run(&mut *spec.build(&params).unwrap(), &vectors.bars());
        for (output, column) in series.iter().enumerate() {
            for (bar, value) in column.iter().enumerate() {
                assert_eq!(
                    value.to_bits(),
                    stateful[bar][output],
                    "{} bar {bar}",
                    spec.name
                );
            }
        }
    }
}

#[test]
fn the_latest_value_is_the_last_of_the_series_for_every_length() {
    for file in ["goog", "step-with-range", "flat"] {
        let vectors = Vectors::read(file);
        let all = vectors.columns();
        for (spec, params) in each_indicator() {
            let series = spec.series(&all, &params).unwrap();
            for len in 0..=all.close.len() {
                let latest = spec.latest(&part(&all, 0, len), &params).unwrap();
                let place = format!("{file}: {}{params:?} of {len} bars", spec.name);
                let lookback = spec.lookback(&params).unwrap();
                let Some(last) = len.checked_sub(1).filter(|last| *last >= lookback) else {
                    assert_eq!(latest, None, "{place}");
                    continue;
                };
                let latest = latest.unwrap();
                for (output, column) in series.iter().enumerate() {
                    assert_same(latest[output], column[last], &place);
                }
            }
        }
    }
}

#[test]
fn a_window_indicator_gives_the_same_values_over_any_later_part() {
    let vectors = Vectors::read("msft");
    let all = vectors.columns();
    for (spec, params) in each_indicator() {
        let whole = spec.series(&all, &params).unwrap();
        let lookback = spec.lookback(&params).unwrap();
        for start in [1, 7, 40, 100] {
            let late = spec
                .series(&part(&all, start, all.close.len()), &params)
                .unwrap();
            for (output, column) in late.iter().enumerate() {
                for (bar, &value) in column.iter().enumerate() {
                    let place = format!("{} from {start} bar {bar}", spec.name);
                    if !PARTIAL.contains(&spec.name) {
                        assert_eq!(value.is_nan(), bar < lookback, "{place}");
                    }
                    if spec.memory == Memory::Window && bar >= lookback {
                        assert_same(value, whole[output][start + bar], &place);
                    }
                }
            }
        }
    }
}

fn part<'a>(columns: &Columns<'a>, from: usize, to: usize) -> Columns<'a> {
    Columns {
        open: &columns.open[from..to],
        high: &columns.high[from..to],
        low: &columns.low[from..to],
        close: &columns.close[from..to],
        volume: &columns.volume[from..to],
    }
}

fn assert_same(left: f64, right: f64, place: &str) {
    assert_eq!(
        left.to_bits(),
        right.to_bits(),
        "{place}: {left} is not {right}"
    );
}

#[test]
fn a_snapshot_continues_bit_for_bit() {
    let vectors = Vectors::read("msft");
    let bars = vectors.bars();
    for (spec, params) in each_indicator() {
        for cut in [0, 1, 2, 5, 13, 14, 33, 77, 100] {
            let mut first = spec.build(&params).unwrap();
            run(&mut *first, &bars[..cut]);
            let snapshot = first.snapshot();
            assert!(
                snapshot.iter().all(|number| number.is_finite()),
                "{}",
                spec.name
            );
            let mut second = spec.build(&params).unwrap();
            run(&mut *second, &bars[50..90]);
            second.restore(&snapshot).unwrap();
            assert_eq!(second.snapshot(), snapshot, "{} at {cut}", spec.name);
            assert_eq!(
                outputs(&*second),
                outputs(&*first),
                "{} at {cut}",
                spec.name
            );
            assert_eq!(second.ready(), first.ready(), "{} at {cut}", spec.name);
            let rest = run(&mut *first, &bars[cut..]);
            assert_eq!(
                run(&mut *second, &bars[cut..]),
                rest,
                "{} at {cut}",
                spec.name
            );
        }
    }
}

#[test]
fn a_snapshot_that_cannot_be_is_refused_and_changes_nothing() {
    let bars = Vectors::read("msft").bars();
    for (spec, params) in each_indicator() {
        let mut indicator = spec.build(&params).unwrap();
        run(&mut *indicator, &bars);
        let before = indicator.snapshot();
        let mut longer = before.clone();
        longer.push(0.0);
        let mut wrong = vec![longer, before[1..].to_vec(), vec![]];
        for place in 0..before.len().min(20) {
            for bad in [f64::NAN, f64::INFINITY] {
                wrong.push(before.clone());
                wrong.last_mut().unwrap()[place] = bad;
            }
        }
        for ready in [0.5, 2.0, -1.0] {
            wrong.push(before.clone());
            wrong.last_mut().unwrap()[0] = ready;
        }
        for numbers in wrong {
            assert!(
                indicator.restore(&numbers).is_err(),
                "{} {numbers:?}",
                spec.name
            );
            assert_eq!(indicator.snapshot(), before, "{}", spec.name);
        }
    }
}

#[test]
fn a_bar_with_an_unusable_number_is_passed_over() {
    let bars = Vectors::read("goog").bars();
    for (spec, params) in each_indicator() {
        let clean = run(&mut *spec.build(&params).unwrap(), &bars);
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e200] {
            let mut indicator = spec.build(&params).unwrap();
            for (bar, expected) in bars.iter().zip(&clean) {
                indicator.update(bar);
                assert_eq!(outputs(&*indicator), *expected, "{}", spec.name);
                indicator.update(&BarInput {
                    open: bad,
                    high: bad,
                    low: bad,
                    close: bad,
                    volume: bad,
                });
                assert_eq!(outputs(&*indicator), *expected, "{} after {bad}", spec.name);
            }
        }
    }
}

#[test]
fn the_latest_value_passes_over_unusable_numbers_too() {
    let values: Vec<f64> = Vectors::read("goog").close;
    let mut holes = vec![f64::NAN; 3];
    for &value in &values {
        holes.extend([value, f64::NAN]);
    }
    for (spec, params) in each_indicator().filter(|(spec, _)| spec.inputs == Inputs::Close) {
        let clean = spec.latest(&Columns::values(&values), &params).unwrap();
        let holed = spec.latest(&Columns::values(&holes), &params).unwrap();
        let bits =
            |latest: Option<[f64; MAX_OUTPUTS]>| latest.map(|values| values.map(f64::to_bits));
        assert_eq!(bits(holed), bits(clean), "{}", spec.name);
    }
}

#[test]
fn a_million_bars_leave_no_trace_in_a_window() {
    let mut state = 1_u64;
    let mut uniform = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(state >> 32).unwrap()) / f64::from(u32::MAX)
    };
    // Prices between a millionth and a hundred thousand, as after splits, crashes and bad ticks.
    let values: Vec<f64> = (0..1_000_000)
        .map(|_| 10.0_f64.powf(11.0 * uniform() - 6.0))
        .collect();
    for (name, params) in [
        ("sma", [200.0]),
        ("wma", [200.0]),
        ("max", [200.0]),
        ("stddev", [200.0]),
    ] {
        let spec = spec(name).unwrap();
        let mut indicator = spec.build(&params).unwrap();
        for &value in &values {
            indicator.update(&BarInput::from_value(value));
        }
        let latest = spec
            .latest(&Columns::values(&values), &params)
            .unwrap()
            .unwrap();
        assert_same(indicator.value(0), latest[0], name);
        for _ in 0..200 {
            indicator.update(&BarInput::from_value(131.23));
        }
        let flat: f64 = if name == "stddev" { 0.0 } else { 131.23 };
        assert_eq!(indicator.value(0).to_bits(), flat.to_bits(), "{name}");
    }
}

#[test]
fn a_wrong_parameter_is_named_with_its_rule() {
    let table: [(&str, &[f64], &str); 9] = [
        (
            "sma",
            &[0.0],
            "sma: period must be a whole number from 1 to 100000, was 0",
        ),
        (
            "sma",
            &[2.5],
            "sma: period must be a whole number from 1 to 100000, was 2.5",
        ),
        (
            "sma",
            &[f64::NAN],
            "sma: period must be a whole number from 1 to 100000, was NaN",
        ),
        (
            "sma",
            &[-1.0],
            "sma: period must be a whole number from 1 to 100000, was -1",
        ),
        (
            "rsi",
            &[1.0],
            "rsi: period must be a whole number from 2 to 100000, was 1",
        ),
        (
            "macd",
            &[12.0, 1e9],
            "macd: slow_period must be a whole number from 2 to 100000, was 1000000000",
        ),
        (
            "bbands",
            &[20.0, 2.0, 2.0, 10.0],
            "bbands: average_type must be the number of a moving average: 0 sma, 1 ema, 2 wma, 3 dema, 4 tema, 5 trima, 6 kama, 7 mama, 8 t3, 9 hma, 12 zlema or 13 rma, was 10",
        ),
        (
            "stddev",
            &[5.0, f64::INFINITY],
            "stddev: deviations must be a number from -1000000000 to 1000000000, was inf",
        ),
        ("obv", &[1.0], "obv takes at most 0 parameters, was 1"),
    ];
    for (name, params, message) in table {
        let error = spec(name).unwrap().build(params).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn columns_of_different_lengths_are_refused() {
    let columns = Columns {
        high: &[1.0, 2.0],
        low: &[1.0],
        close: &[1.0, 2.0],
        ..Columns::default()
    };
    let error = spec("atr").unwrap().series(&columns, &[]).unwrap_err();
    let message = "atr needs columns of one length: low has 1 values, high has 2";
    assert_eq!(error.to_string(), message);
}

#[test]
fn the_table_is_in_order_and_each_name_means_one_indicator() {
    assert!(ALL.is_sorted_by_key(|spec| spec.name));
    let mut names = BTreeSet::new();
    for spec in ALL.iter() {
        assert!(
            !spec.doc.contains('\n') && !spec.doc.is_empty(),
            "{}",
            spec.name
        );
        assert!(
            (1..=MAX_OUTPUTS).contains(&spec.outputs.len()),
            "{}",
            spec.name
        );
        for name in [spec.name].iter().chain(spec.aliases) {
            assert!(names.insert(*name), "{name}");
            assert_eq!(
                rustybt::core::indicator::spec(name).map(|found| found.name),
                Some(spec.name)
            );
        }
    }
    assert!(spec("SMA").is_none());
}

/// Bars as a market could make them: positive, `low ≤ close ≤ high`, often unchanged.
fn any_bars() -> impl Strategy<Value = Vec<BarInput>> {
    let price = prop_oneof![
        4 => 1e-6..1e6_f64,
        2 => 99.0..101.0_f64,
        3 => Just(131.23),
    ];
    let volume = prop_oneof![Just(0.0), 0.0..1e9_f64];
    proptest::collection::vec((price.clone(), price.clone(), price, volume), 1..80).prop_map(
        |rows| {
            rows.into_iter()
                .map(|(a, b, c, volume)| {
                    let (low, high) = (a.min(b).min(c), a.max(b).max(c));
                    let close = a + b + c - low - high;
                    BarInput {
                        open: a,
                        high,
                        low,
                        close: close.clamp(low, high),
                        volume,
                    }
                })
                .collect()
        },
    )
}

/// A parameter within its rule, short where it is a period.
fn any_param(param: &Param, share: f64) -> f64 {
    const KINDS: [f64; 12] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 12.0, 13.0];
    match param.kind {
        Kind::Whole => (param.min + (share * 9.0).floor()).min(param.max),
        Kind::Real => (param.min.max(-3.0) + share * 3.0).clamp(param.min, param.max),
        Kind::Average => KINDS[place_of(share, KINDS.len())],
    }
}

/// The place at a share of a length.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "short lengths, shares below 1"
)]
fn place_of(share: f64, len: usize) -> usize {
    (share * len as f64) as usize
}

/// Equal to the bit, or both without a value.
fn is_near(one: f64, other: f64) -> bool {
    one.to_bits() == other.to_bits() || (one.is_nan() && other.is_nan())
}

proptest! {
    #[test]
    fn a_ready_indicator_always_has_finite_values(bars in any_bars()) {
        for (spec, params) in each_indicator() {
            let lookback = spec.lookback(&params).unwrap();
            let mut indicator = spec.build(&params).unwrap();
            for (count, bar) in bars.iter().enumerate() {
                indicator.update(bar);
                prop_assert_eq!(indicator.ready(), count >= lookback, "{}", spec.name);
                for output in 0..spec.outputs.len() {
                    let value = indicator.value(output);
                    if PARTIAL.contains(&spec.name) {
                        prop_assert!(!value.is_infinite(), "{} {}", spec.name, value);
                        continue;
                    }
                    prop_assert_eq!(value.is_finite(), indicator.ready(), "{} {}", spec.name, value);
                }
            }
        }
    }

    #[test]
    fn windows_equal_their_plain_recomputation(bars in any_bars(), period in 2..12_usize) {
        let values: Vec<f64> = bars.iter().map(|bar| bar.close).collect();
        let period_f64 = f64::from(u32::try_from(period).unwrap());
        let column = |name: &str| {
            spec(name).unwrap().series(&Columns::values(&values), &[period_f64]).unwrap().remove(0)
        };
        let (sma, stddev, min, max) = (column("sma"), column("stddev"), column("min"), column("max"));
        for (start, window) in values.windows(period).enumerate() {
            let bar = start + period - 1;
            let mean = window.iter().sum::<f64>() / period_f64;
            let variance = window.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / period_f64;
            prop_assert!((sma[bar] - mean).abs() <= 1e-14 * mean, "{} is not {}", sma[bar], mean);
            let deviation = variance.sqrt();
            // The plain mean is off by a few ulp, and so is each deviation from it.
            prop_assert!((stddev[bar] - deviation).abs() <= 1e-12 * deviation + 1e-14 * mean);
            let least = window.iter().copied().fold(f64::INFINITY, f64::min);
            let greatest = window.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            prop_assert_eq!(min[bar].to_bits(), least.to_bits());
            prop_assert_eq!(max[bar].to_bits(), greatest.to_bits());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_parameters_give_columns_and_snapshots_that_agree_bit_for_bit(
        bars in any_bars(),
        shares in proptest::collection::vec(0.0..1.0_f64, MAX_PARAMS),
        cut in 0.0..1.0_f64,
    ) {
        let column = |of: fn(&BarInput) -> f64| bars.iter().map(of).collect::<Vec<f64>>();
        let [open, high, low, close, volume] = [
            column(|b| b.open), column(|b| b.high), column(|b| b.low), column(|b| b.close), column(|b| b.volume),
        ];
        let columns = Columns { open: &open, high: &high, low: &low, close: &close, volume: &volume };
        for spec in ALL.iter() {
            let params: Vec<f64> = spec.params.iter().zip(&shares).map(|(param, share)| any_param(param, *share)).collect();
            let place = format!("{}{params:?}", spec.name);
            let series = spec.series(&columns, &params).unwrap();
            let expected = run(&mut *spec.build(&params).unwrap(), &bars);
            for (output, column) in series.iter().enumerate() {
                for (bar, value) in column.iter().enumerate() {
                    prop_assert_eq!(value.to_bits(), expected[bar][output], "{} bar {}", &place, bar);
                }
            }
            let latest = spec.latest(&columns, &params).unwrap();
            let ready = bars.len() > spec.lookback(&params).unwrap();
            prop_assert_eq!(latest.is_some(), ready, "{}", &place);
            if let Some(latest) = latest {
                prop_assert!(
                    latest.iter().zip(expected[bars.len() - 1]).all(|(one, other)| is_near(*one, f64::from_bits(other))),
                    "{} {:?}", &place, latest
                );
            }
            let cut = place_of(cut, bars.len());
            let mut first = spec.build(&params).unwrap();
            run(&mut *first, &bars[..cut]);
            let mut second = spec.build(&params).unwrap();
            second.restore(&first.snapshot()).unwrap();
            prop_assert_eq!(run(&mut *second, &bars[cut..]), expected[cut..].to_vec(), "{} cut at {}", &place, cut);
        }
    }
}
