//! Made-up bars from a seed, the same on every machine.
//!
//! `synthetic:symbols=SPY,QQQ;bars=1000;timeframe=1d;seed=1;volatility=0.2;drift=0.05;start=2015-01-02;calendar=XNYS;price=100`,
//! every part optional. Each bar is four steps of a random walk: a step changes the price by
//! `drift ÷ n + volatility ÷ √n × z`, where n is the number of steps in a year and z the sum of twelve
//! uniform numbers less six, which is close to normal. Prices are then rounded to 0.01.
//!
//! Invariants: the walk is integer arithmetic from a generator written here; only the two constants of
//! a step are computed with floats, by operations that are exact to the last bit everywhere. A
//! symbol's bars depend on its name and the seed, not on its neighbors.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{Datelike, Days, NaiveDate};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::core::calendar::Calendar;
use crate::core::model::time::{Timeframe, Timestamp};
use crate::shell::catalog::actions::Actions;
use crate::shell::catalog::bars::BarColumns;
use crate::shell::catalog::error::{DataError, Rule};
use crate::shell::catalog::load::{Loaded, hash_of};
use crate::shell::catalog::name::is_symbol;
use crate::shell::catalog::text::sha256_hex;

/// What a description of synthetic data begins with.
pub const SYNTHETIC_PREFIX: &str = "synthetic:";

/// Most bars in all, so that a slip of the finger does not fill the memory.
const MOST_BARS: usize = 100_000_000;
/// The walk counts in millionths of a tick of 0.01.
const FINE: i128 = 1_000_000;
/// Parts of one in the relative size of a step.
const PARTS: i128 = 1_000_000_000_000;

/// What to make.
#[derive(Debug, Clone)]
struct Recipe {
    symbols: Vec<String>,
    bars: usize,
    timeframe: Timeframe,
    seed: u64,
    volatility: f64,
    drift: f64,
    start: NaiveDate,
    calendar: Calendar,
    price: i64,
}

/// Makes the bars that a description asks for, or the given symbols of them.
///
/// # Errors
/// [`Rule::Option`] for a description that makes no sense, [`Rule::UnknownSymbol`].
pub fn synthetic(text: &str, symbols: &[String]) -> Result<Loaded, DataError> {
    let recipe = Recipe::parse(text).map_err(DataError::option)?;
    if let Some(unknown) = symbols.iter().find(|s| !recipe.symbols.contains(s)) {
        let rule = Rule::UnknownSymbol {
            symbol: unknown.clone(),
            found: recipe.symbols.join(", "),
        };
        return Err(DataError::of_file(&PathBuf::from(text), rule));
    }
    let starts = recipe.starts();
    let mut assets: Vec<BarColumns> = recipe
        .symbols
        .iter()
        .filter(|symbol| symbols.is_empty() || symbols.contains(symbol))
        .map(|symbol| recipe.walk(symbol, starts.clone(), text))
        .collect();
    assets.sort_by(|a, b| a.symbol.cmp(&b.symbol));
    let sha256 = hash_of(&assets, &[]);
    Ok(Loaded {
        assets,
        actions: Actions::new(),
        facts: BTreeMap::new(),
        warnings: Vec::new(),
        sha256,
    })
}

impl Recipe {
    fn parse(text: &str) -> Result<Self, String> {
        let parts = text.strip_prefix(SYNTHETIC_PREFIX).unwrap_or(text);
        let mut recipe = Self {
            symbols: vec!["SYNTH".to_owned()],
            bars: 1_000,
            timeframe: Timeframe::Day,
            seed: 1,
            volatility: 0.2,
            drift: 0.05,
            start: NaiveDate::from_ymd_opt(2015, 1, 2).expect("a day of the calendar"),
            calendar: Calendar::named("XNYS").map_err(|error| error.to_string())?,
            price: 10_000,
        };
        for part in parts
            .split(';')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            let (key, value) = part
                .split_once('=')
                .ok_or_else(|| format!("`{part}` is not key=value"))?;
            recipe.set(key.trim(), value.trim())?;
        }
        if recipe.bars.saturating_mul(recipe.symbols.len()) > MOST_BARS {
            return Err(format!("more than {MOST_BARS} synthetic bars"));
        }
        Ok(recipe)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        let wrong = || format!("`{value}` is not a value for {key}");
        let ratio = |most: f64| {
            let number: f64 = value.parse().map_err(|_| wrong())?;
            if number.is_finite() && number.abs() <= most {
                Ok(number)
            } else {
                Err(wrong())
            }
        };
        match key {
            "symbols" | "symbol" => {
                let mut symbols: Vec<String> =
                    value.split(',').map(|s| s.trim().to_owned()).collect();
                if !symbols.iter().all(|symbol| is_symbol(symbol)) {
                    return Err(wrong());
                }
                symbols.sort_unstable();
                symbols.dedup();
                self.symbols = symbols;
            }
            "bars" => self.bars = value.parse().ok().filter(|n| *n > 0).ok_or_else(wrong)?,
            "timeframe" => self.timeframe = Timeframe::parse(value).map_err(|e| e.to_string())?,
            "seed" => self.seed = value.parse().map_err(|_| wrong())?,
            "volatility" => self.volatility = ratio(10.0)?.abs(),
            "drift" => self.drift = ratio(10.0)?,
            "start" => {
                self.start = Timestamp::parse(value).map_err(|e| e.to_string())?.date();
            }
            "calendar" => self.calendar = Calendar::named(value).map_err(|e| e.to_string())?,
            "price" => {
                let price: Decimal = value.parse().map_err(|_| wrong())?;
                self.price = (price * Decimal::ONE_HUNDRED)
                    .round()
                    .to_i64()
                    .filter(|ticks| (1..=1_000_000_000).contains(ticks))
                    .ok_or_else(wrong)?;
            }
            _ => {
                return Err(format!(
                    "`{key}` is unknown; write symbols, bars, timeframe, seed, volatility, drift, start, calendar or price"
                ));
            }
        }
        Ok(())
    }

    /// The labels of the bars, fewer than asked for only where time itself ends.
    fn starts(&self) -> Vec<Timestamp> {
        let mut starts = Vec::with_capacity(self.bars);
        let mut date = self.start;
        while starts.len() < self.bars {
            self.starts_of(date, &mut starts);
            match date.checked_add_days(Days::new(1)) {
                Some(next) if next.year() < 2262 => date = next,
                Some(_) | None => break,
            }
        }
        starts.truncate(self.bars);
        starts
    }

    fn starts_of(&self, date: NaiveDate, starts: &mut Vec<Timestamp>) {
        let Some(session) = self.calendar.session_on(date) else {
            return;
        };
        match self.timeframe {
            Timeframe::Day => starts.extend(Timestamp::from_date(date)),
            Timeframe::Week => {
                let monday = date.week(chrono::Weekday::Mon).first_day();
                let label = Timestamp::from_date(monday);
                if starts.last().copied() != label {
                    starts.extend(label);
                }
            }
            Timeframe::Intraday(_) => {
                let mut at = session.open;
                while at < session.close {
                    if session.is_open(at) {
                        starts.push(at);
                    }
                    at = at + self.timeframe.span();
                }
            }
        }
    }

    /// Bars in a year of 252 (24/7: 365) sessions.
    fn bars_per_year(&self) -> f64 {
        let sessions = f64::from(self.calendar.annualization());
        match self.timeframe {
            Timeframe::Day => sessions,
            Timeframe::Week => 52.0,
            Timeframe::Intraday(seconds) => {
                let session = self
                    .calendar
                    .next_session_after(Timestamp::from_date(self.start).unwrap_or_default());
                let length = session.map_or(86_400, |s| (s.close - s.open).as_seconds());
                let length = u32::try_from(length).unwrap_or(86_400);
                sessions * f64::from(length) / f64::from(seconds)
            }
        }
    }

    fn walk(&self, symbol: &str, starts: Vec<Timestamp>, text: &str) -> BarColumns {
        #[expect(clippy::cast_possible_truncation, reason = "at most 10 times 1e12")]
        let parts = |ratio: f64| (ratio * 1e12).round() as i128;
        let steps_per_year = self.bars_per_year() * 4.0;
        let drift = parts(self.drift / steps_per_year);
        let size = parts(self.volatility / steps_per_year.sqrt());
        let mut random = SplitMix64::of(self.seed, symbol);
        let mut fine = i128::from(self.price) * FINE;
        let rows = starts.len();
        let mut prices: [Vec<i64>; 4] = std::array::from_fn(|_| Vec::with_capacity(rows));
        let mut volume = Vec::with_capacity(rows);
        for _ in 0..rows {
            let open = to_ticks(fine);
            let (mut high, mut low, mut close) = (open, open, open);
            for _ in 0..4 {
                let change = drift + size * random.normal() / (1 << 32);
                fine = (fine + fine * change / PARTS).clamp(FINE, FINE * 1_000_000_000_000);
                close = to_ticks(fine);
                high = high.max(close);
                low = low.min(close);
            }
            for (column, price) in prices.iter_mut().zip([open, high, low, close]) {
                column.push(price);
            }
            volume.push(i64::from(random.next_u32() % 990_001) + 10_000);
        }
        let [open, high, low, close] = prices;
        BarColumns {
            symbol: symbol.to_owned(),
            starts,
            open,
            high,
            low,
            close,
            volume,
            price_scale: 2,
            volume_scale: 0,
            timeframe: self.timeframe,
            source: PathBuf::from(text),
            sha256: sha256_hex(format!("{text} {symbol}").as_bytes()),
        }
    }
}

fn to_ticks(fine: i128) -> i64 {
    i64::try_from((fine + FINE / 2) / FINE).expect("the walk is clamped below 1e12 ticks")
}

/// Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators" (2014).
struct SplitMix64(u64);

impl SplitMix64 {
    /// Seeds with a number and a name, mixed by FNV-1a.
    fn of(seed: u64, name: &str) -> Self {
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let mut seeded = Self(seed ^ hash);
        seeded.next();
        seeded
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn next_u32(&mut self) -> u32 {
        (self.next() >> 32) as u32
    }

    /// The sum of twelve uniform numbers less six, in units of `2^-32`: mean 0, variance 1.
    fn normal(&mut self) -> i128 {
        let sum: u64 = (0..12).map(|_| u64::from(self.next_u32())).sum();
        i128::from(sum) - 6 * (1 << 32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_the_published_one() {
        // From the reference implementation, seed 1234567.
        let mut random = SplitMix64(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn the_same_seed_gives_the_same_bars_for_ever() {
        let loaded = synthetic("synthetic:bars=3;seed=42;symbols=SPY", &[]).unwrap();
        assert_eq!(
            loaded.assets[0].to_csv(),
            "timestamp,open,high,low,close,volume\n\
             2015-01-02T00:00:00Z,100,101.3,99.69,101.3,735437\n\
             2015-01-05T00:00:00Z,101.3,101.79,100.86,101.09,856546\n\
             2015-01-06T00:00:00Z,101.09,101.09,98.88,98.88,454679\n"
        );
    }

    #[test]
    fn a_symbol_does_not_depend_on_its_neighbors() {
        let one = synthetic("synthetic:symbols=QQQ;bars=50", &[]).unwrap();
        let two = synthetic("synthetic:symbols=SPY,QQQ;bars=50", &[]).unwrap();
        assert_eq!(one.assets[0].close, two.assets[0].close);
        assert_ne!(two.assets[0].close, two.assets[1].close);
        let other = synthetic("synthetic:symbols=QQQ;bars=50;seed=2", &[]).unwrap();
        assert_ne!(one.assets[0].close, other.assets[0].close);
    }

    #[test]
    fn bars_are_valid_and_stand_on_sessions() {
        let text = "synthetic:bars=2000;timeframe=1m;volatility=2;start=2023-07-03;price=0.05";
        let loaded = synthetic(text, &[]).unwrap();
        let bars = &loaded.assets[0];
        assert_eq!(bars.len(), 2_000);
        assert!(bars.starts.is_sorted_by(|a, b| a < b));
        // The day before Independence Day closes at 13:00, the fourth itself has no session.
        assert_eq!(bars.starts[209].to_string(), "2023-07-03T16:59:00Z");
        assert_eq!(bars.starts[210].to_string(), "2023-07-05T13:30:00Z");
        for row in 0..bars.len() {
            let (open, close) = (bars.open[row], bars.close[row]);
            assert!(
                0 < bars.low[row] && bars.low[row] <= open.min(close),
                "{row}"
            );
            assert!(bars.high[row] >= open.max(close), "{row}");
        }
    }

    #[test]
    fn a_year_of_it_moves_about_as_much_as_asked() {
        let loaded = synthetic("synthetic:bars=25200;volatility=0.2;drift=0", &[]).unwrap();
        let close = &loaded.assets[0].close;
        let squares: f64 = close
            .windows(2)
            .map(|pair| {
                let [before, after] = [pair[0], pair[1]].map(|p| p.to_f64().unwrap());
                (after / before).ln().powi(2)
            })
            .sum();
        let volatility = (squares / 100.0).sqrt();
        assert!((0.19..0.21).contains(&volatility), "{volatility}");
    }

    #[test]
    fn a_wrong_description_says_what_is_wrong() {
        for (text, words) in [
            ("synthetic:bars=0", "`0` is not a value for bars"),
            ("synthetic:bars", "`bars` is not key=value"),
            ("synthetic:colour=red", "`colour` is unknown"),
            ("synthetic:timeframe=2d", "not a bar interval"),
            ("synthetic:price=-1", "`-1` is not a value for price"),
            ("synthetic:bars=99999999999", "more than"),
            ("synthetic:calendar=MOON", "no calendar is named `MOON`"),
        ] {
            let error = synthetic(text, &[]).unwrap_err();
            assert!(error.to_string().contains(words), "{text}: {error}");
        }
    }
}
