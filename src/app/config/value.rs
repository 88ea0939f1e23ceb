//! Single values as people write them: amounts, fractions, dates, words.
//!
//! Invariants: numbers are read from their text, digit by digit, never through a float; what was read
//! prints as a text that reads back to the same value. Knows nothing of where a text came from: the
//! flag, variable or line is added by the caller.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::core::model::time::{Span, TimeError, Timestamp};

/// The largest amount that is taken, so that no product of two of them leaves the range of a decimal.
const LARGEST: Decimal = Decimal::from_parts(2_764_472_320, 232_830, 0, false, 0);

/// A text that is not the value that its place asks for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}; {hint}")]
pub struct ValueError {
    /// What is wrong, with the text in question.
    pub what: String,
    /// The right form, with an example.
    pub hint: String,
}

impl ValueError {
    /// Makes an error from what is wrong and the right form.
    pub fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: hint.into(),
        }
    }
}

/// Reads an exact number such as `100000`, `-0.5` or `100_000`; no exponent.
///
/// # Errors
/// If it is none, or beyond 10^15 in size.
pub fn parse_number(text: &str) -> Result<Decimal, ValueError> {
    let wrong = |why: &str| {
        ValueError::new(
            format!("`{text}` {why}"),
            "write digits, such as 100000 or 0.5",
        )
    };
    let shaped = text.chars().any(|c| c.is_ascii_digit())
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || "._+-".contains(c));
    if !shaped {
        return Err(wrong("is not a number"));
    }
    let number =
        Decimal::from_str_exact(text).map_err(|_| wrong("is not a number of at most 28 digits"))?;
    if number.abs() > LARGEST {
        return Err(wrong("is larger than 10^15"));
    }
    Ok(number.normalize())
}

/// Reads a number above zero.
///
/// # Errors
/// If it is none, or zero or less.
pub fn parse_positive(text: &str) -> Result<Decimal, ValueError> {
    let number = parse_number(text)?;
    if number <= Decimal::ZERO {
        return Err(ValueError::new(
            format!("`{text}` is not above zero"),
            "write a positive number",
        ));
    }
    Ok(number)
}

/// Reads a number of zero or more.
///
/// # Errors
/// If it is none, or below zero.
pub fn parse_not_negative(text: &str) -> Result<Decimal, ValueError> {
    let number = parse_number(text)?;
    if number < Decimal::ZERO {
        return Err(ValueError::new(
            format!("`{text}` is below zero"),
            "write zero or a positive number",
        ));
    }
    Ok(number)
}

/// Reads a fraction above 0 and at most 1, such as `0.025` for 2.5 %.
///
/// # Errors
/// If it is none, or outside that range.
pub fn parse_fraction(text: &str) -> Result<Decimal, ValueError> {
    let number = parse_number(text)?;
    if number <= Decimal::ZERO || number > Decimal::ONE {
        return Err(ValueError::new(
            format!("`{text}` is not a fraction above 0 and at most 1"),
            "write 0.025 for 2.5 %",
        ));
    }
    Ok(number)
}

/// Reads a whole number of zero or more.
///
/// # Errors
/// If it is none, or above 2^64 − 1.
pub fn parse_count(text: &str) -> Result<u64, ValueError> {
    text.parse().map_err(|_| {
        ValueError::new(
            format!("`{text}` is not a whole number of zero or more"),
            "write digits, such as 42",
        )
    })
}

/// Reads a length of time such as `30m`; see [`Span::parse`].
///
/// # Errors
/// If it is none.
pub fn parse_span(text: &str) -> Result<Span, ValueError> {
    Span::parse(text).map_err(|error| from_time(&error))
}

/// Splits a list such as `AAPL,MSFT` at its commas; spaces around a name are dropped.
///
/// # Errors
/// If a name is empty or is written twice.
pub fn parse_list(text: &str) -> Result<Vec<String>, ValueError> {
    let mut names: Vec<String> = Vec::new();
    for name in text.split(',').map(str::trim) {
        if name.is_empty() {
            return Err(ValueError::new(
                format!("the list `{text}` has an empty name"),
                "write AAPL,MSFT",
            ));
        }
        if names.iter().any(|known| known == name) {
            return Err(ValueError::new(
                format!("the list `{text}` names `{name}` twice"),
                "write each name once",
            ));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

/// Turns the message of a time error, which holds both, into what is wrong and the right form.
pub fn from_time(error: &TimeError) -> ValueError {
    let message = error.to_string();
    match message.split_once("; ") {
        Some((what, hint)) => ValueError::new(what, hint),
        None => ValueError::new(message, "write 2023-01-31"),
    }
}

/// Returns the known word nearest to `word`, if one is near enough to be a slip of the fingers.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// A closed set of words, each with its value.
pub trait Words: Copy + 'static {
    /// What the set is called in messages.
    const NOUN: &'static str;
    /// Every word and its value, in the order in which help shows them.
    const ALL: &'static [(&'static str, Self)];

    /// Returns the word of a value.
    fn word(self) -> &'static str
    where
        Self: PartialEq,
    {
        Self::ALL
            .iter()
            .find(|(_, value)| *value == self)
            .map_or("", |(word, _)| word)
    }

    /// Reads one of the words.
    ///
    /// # Errors
    /// If it is none of them; the message lists all.
    fn parse_word(text: &str) -> Result<Self, ValueError> {
        Self::ALL
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, value)| *value)
            .ok_or_else(|| {
                let words: Vec<_> = Self::ALL.iter().map(|(word, _)| *word).collect();
                let hint = match nearest(text, words.iter().copied()) {
                    Some(word) => format!("did you mean `{word}`?"),
                    None => format!("write one of {}", words.join(", ")),
                };
                ValueError::new(format!("`{text}` is not a {}", Self::NOUN), hint)
            })
    }
}

/// A point in time as it was written, which may be coarser than an instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moment {
    /// A whole year, in UTC.
    Year(i32),
    /// A whole day, in UTC.
    Day(NaiveDate),
    /// An instant.
    Instant(Timestamp),
}

impl Moment {
    /// Returns its first instant: where a run that starts with it begins.
    pub fn first(self) -> Timestamp {
        match self {
            Self::Year(year) => NaiveDate::from_ymd_opt(year, 1, 1)
                .and_then(Timestamp::from_date)
                .unwrap_or(Timestamp::MIN),
            Self::Day(date) => Timestamp::from_date(date).unwrap_or(Timestamp::MIN),
            Self::Instant(at) => at,
        }
    }

    /// Returns its last instant, inclusive: where a run that ends with it stops.
    pub fn last(self) -> Timestamp {
        let nanosecond = Span::from_nanos(1);
        match self {
            Self::Year(year) => Self::Year(year + 1).first() - nanosecond,
            Self::Day(_) => self.first() + Span::DAY - nanosecond,
            Self::Instant(at) => at,
        }
    }
}

impl FromStr for Moment {
    type Err = ValueError;

    /// Reads `2023`, `2023-01-31` or `2023-01-31T09:30:00Z`.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        let is_year = text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
        if is_year && let Ok(year @ 1678..=2261) = text.parse() {
            return Ok(Self::Year(year));
        }
        let at = Timestamp::parse(text).map_err(|error| from_time(&error))?;
        Ok(match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            Ok(date) => Self::Day(date),
            Err(_) => Self::Instant(at),
        })
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(year) => write!(f, "{year}"),
            Self::Day(date) => write!(f, "{date}"),
            Self::Instant(at) => write!(f, "{at}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;

    #[test]
    fn numbers_are_exact_and_bounded() {
        assert_eq!(parse_number("0.1"), Ok(dec!(0.1)));
        assert_eq!(parse_number("100_000.50"), Ok(dec!(100000.5)));
        assert_eq!(parse_number("1000000000000000"), Ok(dec!(1000000000000000)));
        for wrong in [
            "",
            "-",
            "1e5",
            "0x10",
            "NaN",
            "inf",
            "1,5",
            "1000000000000001",
            "lots",
        ] {
            assert!(parse_number(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_end_is_inclusive_to_its_last_nanosecond() {
        let cases = [
            (
                "2023",
                "2023-01-01T00:00:00Z",
                "2023-12-31T23:59:59.999999999Z",
            ),
            (
                "2024-02-29",
                "2024-02-29T00:00:00Z",
                "2024-02-29T23:59:59.999999999Z",
            ),
            (
                "2023-01-01T09:30:00Z",
                "2023-01-01T09:30:00Z",
                "2023-01-01T09:30:00Z",
            ),
        ];
        for (text, first, last) in cases {
            let moment: Moment = text.parse().unwrap();
            assert_eq!(moment.first().to_string(), first);
            assert_eq!(moment.last().to_string(), last);
            assert_eq!(moment.to_string(), text);
        }
    }

    #[test]
    fn a_date_that_does_not_exist_is_refused() {
        for wrong in [
            "2023-02-30",
            "0001",
            "9999",
            "23",
            "2023-1",
            "tomorrow",
            "2023-01-01T09:30",
        ] {
            assert!(wrong.parse::<Moment>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_list_has_no_empty_and_no_double_name() {
        assert_eq!(parse_list("A, B").unwrap(), ["A", "B"]);
        assert!(parse_list("A,,B").is_err());
        assert!(parse_list("A,A").is_err());
    }

    #[test]
    fn only_a_near_word_is_suggested() {
        assert_eq!(nearest("captial", ["capital", "seed"]), Some("capital"));
        assert_eq!(nearest("zzz", ["capital", "seed"]), None);
    }
}
