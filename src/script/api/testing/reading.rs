//! Options and bars, from what a test passes.

use rhai::{Array, Dynamic, Map};
use rust_decimal::Decimal;

use crate::core::calendar::Calendar;
use crate::core::model::asset::AssetKind;
use crate::core::model::number::Money;
use crate::core::model::time::{Timeframe, Timestamp};
use crate::core::sim::commission::Commission;
use crate::core::sim::rules::{FillAt, Rules};
use crate::core::sim::slippage::Slippage;
use crate::script::api::series::SeriesRef;
use crate::script::api::setup::{Model, ModelRef};
use crate::script::api::testing::instant;
use crate::script::convert::{
    Outcome, check_keys, fail, kind_of, need_count, need_exact, need_text, need_timeframe,
};
use crate::script::host::Locks;
use crate::script::testing::sim::{Candle, Options};

/// The options of a simulated world.
const OPTIONS: [&str; 11] = [
    "capital",
    "params",
    "start",
    "calendar",
    "timeframe",
    "kind",
    "commission",
    "slippage",
    "fill_at",
    "volume_limit",
    "seed",
];

/// Reads the options of a world. Nothing costs anything and everything fills, unless the test or the
/// strategy says otherwise.
pub(super) fn options(given: &Map) -> Outcome<Options> {
    check_keys(given, &OPTIONS, "sim_context")?;
    let mut options = Options {
        capital: Money::new(Decimal::from(100_000)),
        params: std::collections::BTreeMap::new(),
        calendar: calendar("XNYS")?,
        kind: AssetKind::Equity,
        timeframe: Timeframe::Day,
        start: Timestamp::parse("2024-01-02").or_else(|e| fail(e.to_string()))?,
        seed: 0,
        rules: Rules {
            commission: Some(Commission::None),
            slippage: Some(Slippage::None),
            volume_limit: None,
            ..Rules::default()
        },
        locks: Locks::default(),
    };
    let mut kind = None;
    for (key, value) in given {
        match key.as_str() {
            "capital" => options.capital = Money::new(positive(value, "capital")?),
            "params" => options.params = params(value)?,
            "start" => options.start = instant(value, "start")?,
            "calendar" => options.calendar = calendar(&need_text(value, "calendar")?)?,
            "timeframe" => options.timeframe = need_timeframe(&need_text(value, "timeframe")?)?,
            "kind" => kind = Some(kind_named(&need_text(value, "kind")?)?),
            "commission" => set_commission(&mut options, value)?,
            "slippage" => set_slippage(&mut options, value)?,
            "fill_at" => options.rules.fill_at = fill_at(&need_text(value, "fill_at")?)?,
            "volume_limit" => options.rules.volume_limit = volume_limit(value)?,
            _ => options.seed = need_count(value, "seed", 0)? as u64,
        }
    }
    options.kind = kind.unwrap_or(if options.calendar.is_always_open() {
        AssetKind::Crypto
    } else {
        AssetKind::Equity
    });
    Ok(options)
}

fn positive(value: &Dynamic, name: &str) -> Outcome<Decimal> {
    let number = need_exact(value, name)?;
    if number <= Decimal::ZERO {
        return fail(format!("{name} must be above 0, was {number}"));
    }
    Ok(number)
}

fn calendar(name: &str) -> Outcome<Calendar> {
    Calendar::named(name).or_else(|e| fail(e.to_string()))
}

fn kind_named(name: &str) -> Outcome<AssetKind> {
    AssetKind::parse(name).map_or_else(
        || {
            fail(format!(
                "kind must be \"equity\", \"crypto\", \"forex\", \"future\" or \"option\", was \"{name}\""
            ))
        },
        Ok,
    )
}

fn fill_at(name: &str) -> Outcome<FillAt> {
    FillAt::parse(name).map_or_else(
        || {
            fail(format!(
                "fill_at must be \"next_open\", \"next_close\" or \"this_close\", was \"{name}\""
            ))
        },
        Ok,
    )
}

fn volume_limit(value: &Dynamic) -> Outcome<Option<Decimal>> {
    if value.is_unit() {
        return Ok(None);
    }
    let share = positive(value, "volume_limit")?;
    if share > Decimal::ONE {
        return fail(format!("volume_limit must be at most 1, was {share}"));
    }
    Ok(Some(share))
}

fn params(value: &Dynamic) -> Outcome<std::collections::BTreeMap<String, String>> {
    let Some(map) = value.read_lock::<Map>() else {
        return fail(format!(
            "params must be a map such as #{{ fast: 5 }}, was {}",
            kind_of(value)
        ));
    };
    Ok(map
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect())
}

fn set_commission(options: &mut Options, value: &Dynamic) -> Outcome<()> {
    let model = value.read_lock::<ModelRef>().map(|model| model.0.clone());
    let Some(Model::Commission(model)) = model else {
        return fail("commission takes a model such as per_share(0.005, 1.0) or no_commission()");
    };
    options.rules.commission = Some(model);
    options.locks.commission = true;
    Ok(())
}

fn set_slippage(options: &mut Options, value: &Dynamic) -> Outcome<()> {
    let model = value.read_lock::<ModelRef>().map(|model| model.0.clone());
    let Some(Model::Slippage(model)) = model else {
        return fail("slippage takes a model such as basis_points(5) or no_slippage()");
    };
    options.rules.slippage = Some(model);
    options.locks.slippage = true;
    Ok(())
}

/// Reads the options of `bars`.
pub(super) fn start_of_bars(options: &Map) -> Outcome<Option<Timestamp>> {
    check_keys(options, &["start"], "bars")?;
    let start = options.get("start");
    start.map(|start| instant(start, "start")).transpose()
}

/// Reads bars: closes, or maps; `()` stands for a bar that the asset does not have.
pub(super) fn candles(bars: &Dynamic) -> Outcome<Vec<Option<Candle>>> {
    if let Some(series) = bars.read_lock::<SeriesRef>() {
        return series.0.with(|values| {
            let closes = values
                .iter()
                .map(|value| candle(&Dynamic::from_float(*value)));
            closes.collect()
        });
    }
    let Some(array) = bars.read_lock::<Array>() else {
        return fail(format!(
            "bars takes an array of closes, or of maps with open, high, low, close and volume; this is {}",
            kind_of(bars)
        ));
    };
    array.iter().map(candle).collect()
}

fn candle(value: &Dynamic) -> Outcome<Option<Candle>> {
    if value.is_unit() {
        return Ok(None);
    }
    let Some(map) = value.read_lock::<Map>() else {
        let close = need_exact(value, "a close")?;
        return Ok(Some(Candle {
            open: None,
            high: None,
            low: None,
            close,
            volume: None,
        }));
    };
    check_keys(&map, &["open", "high", "low", "close", "volume"], "a bar")?;
    let number = |name: &str| {
        map.get(name)
            .map(|value| need_exact(value, name))
            .transpose()
    };
    let Some(close) = number("close")? else {
        return fail("a bar needs a close");
    };
    Ok(Some(Candle {
        open: number("open")?,
        high: number("high")?,
        low: number("low")?,
        close,
        volume: number("volume")?,
    }))
}
