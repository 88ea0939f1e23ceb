//! Which column is which: from the header, from the shape of a file without one, or as mapped.
//!
//! Invariants: names are compared without case, blanks and signs; a column is never guessed by its
//! position when there is a header. Knows nothing of the values.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::shell::catalog::error::Rule;
use crate::shell::catalog::fixed::Fixed;
use crate::shell::catalog::instant::looks_like_a_time;

/// What a file holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Content {
    /// Time, open, high, low, close, volume.
    Bars,
    /// Time, price, quantity, side.
    Trades,
}

/// Where the fields of a row stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) content: Content,
    /// The names, for errors.
    pub(super) names: Vec<String>,
    /// Whether the first line is data.
    pub(super) headerless: bool,
    /// The column of the time, or of the date.
    pub(super) time: usize,
    /// The column of the time of day, when it stands apart.
    pub(super) clock: Option<usize>,
    /// Bars: open, high, low, close. Trades: the price.
    pub(super) prices: Vec<usize>,
    /// Volume or quantity.
    pub(super) amount: Option<usize>,
    /// Side of a trade.
    pub(super) side: Option<usize>,
}

/// Names of columns for the fields of a row, as `--map date=Date,close="Adj Close"` says them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnMap(BTreeMap<&'static str, String>);

/// The fields that can be mapped.
const FIELDS: [&str; 9] = [
    "timestamp",
    "date",
    "time",
    "open",
    "high",
    "low",
    "close",
    "volume",
    "side",
];

impl FromStr for ColumnMap {
    type Err = String;

    /// Reads `field=column` pairs separated by commas; a column is a name, in quotes where it holds a
    /// comma, or for a file without header its number, counted from 1.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut map = BTreeMap::new();
        for pair in split_outside_quotes(text) {
            let (field, column) = pair
                .split_once('=')
                .ok_or_else(|| format!("`{pair}` is not field=column"))?;
            let field = match field.trim() {
                "price" => "close",
                "quantity" | "qty" => "volume",
                other => other,
            };
            let known = FIELDS.into_iter().find(|f| *f == field).ok_or_else(|| {
                format!(
                    "`{field}` is not a field; write one of {}",
                    FIELDS.join(", ")
                )
            })?;
            let column = column.trim().trim_matches(['"', '\'']).to_owned();
            if column.is_empty() {
                return Err(format!("no column is given for {field}"));
            }
            map.insert(known, column);
        }
        Ok(Self(map))
    }
}

fn split_outside_quotes(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = None;
    for letter in text.chars() {
        match (quoted, letter) {
            (Some(quote), _) if quote == letter => quoted = None,
            (None, '"' | '\'') => quoted = Some(letter),
            (None, ',') => parts.push(String::new()),
            (Some(_) | None, _) => parts.last_mut().expect("never empty").push(letter),
        }
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

impl ColumnMap {
    /// Whether nothing is mapped.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn get(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }
}

/// Returns the name without case, blanks and signs.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

const TIMES: [&str; 15] = [
    "timestamp",
    "datetime",
    "opentime",
    "timestamputc",
    "datetimeutc",
    "unix",
    "unixtimestamp",
    "dateutc",
    "timeutc",
    "gmttime",
    "dateandtime",
    "epoch",
    "ts",
    "t",
    "index",
];
const OPENS: [&str; 3] = ["open", "o", "openprice"];
const HIGHS: [&str; 3] = ["high", "h", "highprice"];
const LOWS: [&str; 3] = ["low", "l", "lowprice"];
const CLOSES: [&str; 5] = ["close", "c", "closeprice", "closelast", "last"];
const VOLUMES: [&str; 7] = [
    "volume",
    "vol",
    "v",
    "basevolume",
    "tickvol",
    "tickvolume",
    "shares",
];
const PRICES: [&str; 3] = ["price", "p", "tradeprice"];
const QUANTITIES: [&str; 6] = ["quantity", "qty", "size", "amount", "q", "volume"];
const SIDES: [&str; 3] = ["side", "takerside", "aggressor"];

impl Layout {
    /// Reads the first line of a file.
    pub(super) fn of_first_line(fields: &[&str], map: &ColumnMap) -> Result<Self, Rule> {
        if is_data(fields) {
            return Self::headerless(fields, map);
        }
        let names: Vec<String> = fields.iter().map(|f| f.trim().to_owned()).collect();
        let plain_names: Vec<String> = names.iter().map(|name| plain(name)).collect();
        let any_of = |wanted: &[&str]| {
            wanted
                .iter()
                .find_map(|word| plain_names.iter().position(|name| name == word))
        };
        let missing = |name: &str| Rule::MissingColumn {
            name: name.to_owned(),
            found: names.join(", "),
        };
        let column = |field: &str, words: &[&str]| -> Result<Option<usize>, Rule> {
            match map.get(field) {
                None => Ok(any_of(words)),
                Some(wanted) => names
                    .iter()
                    .position(|name| name == wanted)
                    .or_else(|| plain_names.iter().position(|name| *name == plain(wanted)))
                    .map(Some)
                    .ok_or_else(|| missing(wanted)),
            }
        };
        let (time, clock) = time_columns(map, &column)?;
        let time = time.ok_or_else(|| missing("timestamp"))?;
        let opens = column("open", &OPENS)?;
        let closes = column("close", &CLOSES)?;
        let price = any_of(&PRICES).or_else(|| map.get("close").and(closes));
        if let (None, Some(price), Some(amount)) = (opens, price, column("volume", &QUANTITIES)?) {
            return Ok(Self {
                content: Content::Trades,
                side: column("side", &SIDES)?,
                prices: vec![price],
                amount: Some(amount),
                headerless: false,
                names,
                time,
                clock,
            });
        }
        let needed = |name: &str, found: Option<usize>| found.ok_or_else(|| missing(name));
        let prices = vec![
            needed("open", opens)?,
            needed("high", column("high", &HIGHS)?)?,
            needed("low", column("low", &LOWS)?)?,
            needed("close", closes)?,
        ];
        let amount = column("volume", &VOLUMES)?.or_else(|| {
            plain_names
                .iter()
                .position(|name| name.starts_with("volume"))
        });
        Ok(Self {
            content: Content::Bars,
            headerless: false,
            side: None,
            names,
            time,
            clock,
            prices,
            amount,
        })
    }

    fn headerless(fields: &[&str], map: &ColumnMap) -> Result<Self, Rule> {
        let numbers = |wanted: &str| -> Result<usize, Rule> {
            let column: usize = wanted.parse().unwrap_or(0);
            if (1..=fields.len()).contains(&column) {
                return Ok(column - 1);
            }
            Err(Rule::Option(format!(
                "the file has no header and {} columns; `{wanted}` is not the number of one",
                fields.len()
            )))
        };
        let mapped = |field: &str, default: Option<usize>| match map.get(field) {
            Some(wanted) => numbers(wanted).map(Some),
            None => Ok(default.filter(|at| *at < fields.len())),
        };
        let apart = fields.get(1).is_some_and(|field| field.contains(':'));
        let first = usize::from(apart);
        let time = mapped("timestamp", None)?
            .or(mapped("date", None)?)
            .or(mapped("time", None)?)
            .unwrap_or(0);
        let is_trades = fields.len() - first <= 4 && map.get("open").is_none();
        let needed = |field: &str, default: usize| -> Result<usize, Rule> {
            mapped(field, Some(default))?.ok_or_else(|| Rule::MissingColumn {
                name: field.to_owned(),
                found: format!("{} columns without a header", fields.len()),
            })
        };
        let (content, prices, amount, side) = if is_trades {
            let prices = vec![needed("close", first + 1)?];
            let amount = Some(needed("volume", first + 2)?);
            (
                Content::Trades,
                prices,
                amount,
                mapped("side", Some(first + 3))?,
            )
        } else {
            let prices = vec![
                needed("open", first + 1)?,
                needed("high", first + 2)?,
                needed("low", first + 3)?,
                needed("close", first + 4)?,
            ];
            (
                Content::Bars,
                prices,
                mapped("volume", Some(first + 5))?,
                None,
            )
        };
        let mut layout = Self {
            content,
            names: (1..=fields.len()).map(|n| n.to_string()).collect(),
            headerless: true,
            time,
            clock: apart.then_some(1),
            prices,
            amount,
            side,
        };
        layout.name_columns();
        Ok(layout)
    }

    /// Names the columns of a file without a header after what they hold.
    fn name_columns(&mut self) {
        let is_trades = self.content == Content::Trades;
        let named = |trades: &'static str, bars| if is_trades { trades } else { bars };
        for (at, name) in self.prices.iter().zip(["open", "high", "low", "close"]) {
            named("price", name).clone_into(&mut self.names[*at]);
        }
        let others = [
            (Some(self.time), "timestamp"),
            (self.amount, named("quantity", "volume")),
            (self.side, "side"),
        ];
        for (at, name) in others {
            if let Some(at) = at {
                name.clone_into(&mut self.names[at]);
            }
        }
    }

    /// Whether the columns are exactly those of the uniform schema, in its order.
    pub(super) fn is_uniform(&self) -> bool {
        self.content == Content::Bars
            && self.names.len() == 6
            && self.time == 0
            && self.clock.is_none()
            && self.prices == [1, 2, 3, 4]
            && self.amount == Some(5)
    }
}

type Column<'a> = dyn Fn(&str, &[&str]) -> Result<Option<usize>, Rule> + 'a;

/// Finds the column of the time, or those of the date and of the time of day.
fn time_columns(
    map: &ColumnMap,
    column: &Column<'_>,
) -> Result<(Option<usize>, Option<usize>), Rule> {
    if map.get("timestamp").is_some() {
        return Ok((column("timestamp", &[])?, None));
    }
    if map.get("date").is_some() {
        let clock = if map.get("time").is_some() {
            column("time", &[])?
        } else {
            None
        };
        return Ok((column("date", &[])?, clock));
    }
    if map.get("time").is_some() {
        return Ok((column("time", &[])?, None));
    }
    if let Some(time) = column("timestamp", &TIMES)? {
        return Ok((Some(time), None));
    }
    let date = column("date", &["date", "day", "tradedate", "localtime"])?;
    let clock = column("time", &["time", "timeofday", "hour"])?;
    if date.is_some() {
        return Ok((date, clock));
    }
    // Tables written by pandas have their index first, without a name.
    Ok((clock.or(column("timestamp", &[""])?), None))
}

/// Whether a line looks like data: a time, then a number somewhere after it.
fn is_data(fields: &[&str]) -> bool {
    let is_number = |field: &&str| Fixed::parse(field.trim().as_bytes()).is_ok();
    fields
        .first()
        .is_some_and(|first| looks_like_a_time(first.trim()))
        && fields.iter().skip(1).any(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(header: &str, map: &str) -> Result<Layout, Rule> {
        let fields: Vec<&str> = header.split(',').collect();
        Layout::of_first_line(&fields, &map.parse().unwrap())
    }

    #[test]
    fn columns_are_found_by_name() {
        for (header, map, time, clock, prices, amount) in [
            (
                "timestamp,open,high,low,close,volume",
                "",
                0,
                None,
                [1, 2, 3, 4],
                Some(5),
            ),
            (
                "Date,Open,High,Low,Close,Adj Close,Volume",
                "",
                0,
                None,
                [1, 2, 3, 4],
                Some(6),
            ),
            (
                "Date,Open,High,Low,Close,Adj Close,Volume",
                "close=\"Adj Close\"",
                0,
                None,
                [1, 2, 3, 5],
                Some(6),
            ),
            (
                "Date,Time,Open,High,Low,Close,Volume,OpenInterest",
                "",
                0,
                Some(1),
                [2, 3, 4, 5],
                Some(6),
            ),
            (
                "unix,date,symbol,open,high,low,close,Volume BTC,Volume USD",
                "",
                0,
                None,
                [3, 4, 5, 6],
                Some(7),
            ),
            (
                "<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<TICKVOL>",
                "",
                0,
                Some(1),
                [2, 3, 4, 5],
                Some(6),
            ),
            ("time,open,close,high,low", "", 0, None, [1, 3, 4, 2], None),
            (
                "Open Time,Open,High,Low,Close,Volume,Close Time",
                "",
                0,
                None,
                [1, 2, 3, 4],
                Some(5),
            ),
        ] {
            let found = layout(header, map).unwrap();
            assert_eq!(found.content, Content::Bars, "{header}");
            assert_eq!(
                (found.time, found.clock, &found.prices[..], found.amount),
                (time, clock, &prices[..], amount),
                "{header}"
            );
        }
    }

    #[test]
    fn files_without_a_header_are_recognized_by_their_shape() {
        let klines = "1637971200000,0.1,0.2,0.1,0.2,36304.2,1637971259999,1.0,79,19523.0,0.5,0";
        assert_eq!(layout(klines, "").unwrap().prices, [1, 2, 3, 4]);
        let swapped = layout("1367107200000,1,2,3,0.5,9", "close=3,high=4,low=5").unwrap();
        assert_eq!(swapped.prices, [1, 3, 4, 2]);
        assert_eq!(
            layout("1672531436,90.54,1.1", "").unwrap().content,
            Content::Trades
        );
    }

    #[test]
    fn a_missing_column_is_named_with_what_there_is() {
        assert_eq!(
            layout("timestamp,open,high,low,volume", ""),
            Err(Rule::MissingColumn {
                name: "close".into(),
                found: "timestamp, open, high, low, volume".into()
            })
        );
        assert!(layout("timestamp,open,high,low,close", "close=Last").is_err());
        assert!("close".parse::<ColumnMap>().is_err());
        assert!("closing=Close".parse::<ColumnMap>().is_err());
    }
}
