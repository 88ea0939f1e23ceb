//! Scales, their ticks, and the thinning of long series.
//!
//! Invariants: a scale maps its range to 0 to 1 and always has a width; thinning keeps the lowest and
//! highest value of every part, so no spike is lost. Knows nothing of SVG.

use chrono::{Datelike, Months, NaiveDate, Timelike};

use crate::core::model::time::{Span, Timestamp};

const HOUR: i64 = 3_600;

/// The most points that one line of a chart has.
pub const MOST_POINTS: usize = 2_000;

/// A point of a series: the time as a float of nanoseconds, and its value if there is one.
pub type Point = (f64, Option<f64>);

/// A range of values, linear or logarithmic.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Scale {
    low: f64,
    high: f64,
    log: bool,
}

impl Scale {
    /// Spans `low` to `high`; an empty range is widened.
    pub fn linear(low: f64, high: f64) -> Self {
        let (low, high) = if low.is_finite() && high.is_finite() {
            (low.min(high), low.max(high))
        } else {
            (0.0, 1.0)
        };
        let thin = high - low <= 1e-12 * high.abs().max(low.abs());
        let pad = if thin {
            high.abs().max(1.0) * 0.05
        } else {
            0.0
        };
        Self {
            low: low - pad,
            high: high + pad,
            log: false,
        }
    }

    /// Spans all values with a margin of 5 % on both sides.
    pub fn around(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = extent(values);
        let margin = (high - low) * 0.05;
        Self::linear(low - margin, high + margin)
    }

    /// Spans all values on a logarithmic scale; `None` if one of them is not positive.
    pub fn logarithmic(values: impl Iterator<Item = f64>) -> Option<Self> {
        let (low, high) = extent(values);
        if low.is_nan() || low <= 0.0 || !high.is_finite() {
            return None;
        }
        let margin = (high / low).max(1.01).powf(0.05);
        Some(Self {
            low: low / margin,
            high: high * margin,
            log: true,
        })
    }

    /// Returns where a value lies: 0 at the low end, 1 at the high end.
    pub fn at(&self, value: f64) -> f64 {
        if self.log {
            (value / self.low).ln() / (self.high / self.low).ln()
        } else {
            (value - self.low) / (self.high - self.low)
        }
    }

    /// Returns the ends of the range.
    pub fn ends(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// Whether it is logarithmic.
    pub fn is_log(&self) -> bool {
        self.log
    }

    /// Returns round values within the range, at most eight of them.
    pub fn ticks(&self) -> Vec<f64> {
        if self.log && self.high / self.low > 8.0 {
            return self.log_ticks();
        }
        let step = round_step((self.high - self.low) / 4.0);
        let first = (self.low / step).ceil();
        (0..8)
            .map(|n| (first + f64::from(n)) * step)
            .take_while(|tick| *tick <= self.high)
            .map(|tick| tick + 0.0)
            .collect()
    }

    fn log_ticks(&self) -> Vec<f64> {
        let decades = (self.high / self.low).log10();
        let parts: &[f64] = if decades > 3.0 {
            &[1.0]
        } else {
            &[1.0, 2.0, 5.0]
        };
        let first = self.low.log10().floor();
        let mut ticks = Vec::new();
        for decade in 0..24 {
            for part in parts {
                let tick = part * 10_f64.powf(first + f64::from(decade));
                if tick >= self.low && tick <= self.high {
                    ticks.push(tick);
                }
            }
        }
        ticks
    }
}

/// Returns the lowest and highest of the finite values; infinities where there are none.
pub fn extent(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        })
}

fn round_step(rough: f64) -> f64 {
    let power = 10_f64.powf(rough.log10().floor());
    let part = rough / power;
    let round = if part <= 1.0 {
        1.0
    } else if part <= 2.0 {
        2.0
    } else if part <= 5.0 {
        5.0
    } else {
        10.0
    };
    round * power
}

/// Returns a time as a float, for a horizontal axis.
#[expect(
    clippy::cast_precision_loss,
    reason = "a microsecond does not show on a chart"
)]
pub fn time_value(time: Timestamp) -> f64 {
    time.as_nanos() as f64
}

/// Thins a series to about `most` points, keeping the lowest and the highest of every part and the
/// first and last point.
pub fn thin(points: &[Point], most: usize) -> Vec<Point> {
    if points.len() <= most || most < 4 {
        return points.to_vec();
    }
    let parts = most / 2 - 1;
    let mut out = vec![points[0]];
    for part in 0..parts {
        let from = part * points.len() / parts;
        let to = (part + 1) * points.len() / parts;
        let present = (from..to).filter(|at| points[*at].1.is_some());
        let value = |at: &usize| points[*at].1.unwrap_or_default();
        let low = present.clone().min_by(|a, b| value(a).total_cmp(&value(b)));
        let high = present.max_by(|a, b| value(a).total_cmp(&value(b)));
        match (low, high) {
            (Some(low), Some(high)) if low == high => out.push(points[low]),
            (Some(low), Some(high)) => {
                out.push(points[low.min(high)]);
                out.push(points[low.max(high)]);
            }
            _ => out.push((points[from].0, None)),
        }
    }
    out.push(points[points.len() - 1]);
    out
}

/// Returns round times between two instants with their labels, at most seven.
pub fn time_ticks(from: Timestamp, to: Timestamp) -> Vec<(Timestamp, String)> {
    const MOST: usize = 7;
    for years in [1_u32, 2, 5, 10, 20, 50] {
        let ticks = month_ticks(from, to, years * 12);
        if ticks.len() >= 3 && ticks.len() <= MOST {
            return ticks;
        }
        if ticks.len() < 3 {
            break;
        }
    }
    for months in [1_u32, 2, 3, 6] {
        let ticks = month_ticks(from, to, months);
        if ticks.len() < 3 {
            break;
        }
        if ticks.len() <= MOST {
            return ticks;
        }
    }
    for seconds in [
        1,
        5,
        15,
        60,
        300,
        900,
        HOUR,
        3 * HOUR,
        6 * HOUR,
        12 * HOUR,
        24 * HOUR,
        48 * HOUR,
        120 * HOUR,
        240 * HOUR,
    ] {
        let ticks = even_ticks(from, to, Span::from_seconds(seconds));
        if ticks.len() <= MOST {
            return ticks;
        }
    }
    Vec::new()
}

fn month_ticks(from: Timestamp, to: Timestamp, months: u32) -> Vec<(Timestamp, String)> {
    let date = from.date();
    let month0 = if months >= 12 {
        0
    } else {
        date.month0() / months * months
    };
    #[expect(clippy::cast_possible_wrap, reason = "a stride of a few decades")]
    let year = if months >= 12 {
        date.year().div_euclid((months / 12) as i32) * (months / 12) as i32
    } else {
        date.year()
    };
    let first = NaiveDate::from_ymd_opt(year, month0 + 1, 1);
    let days = std::iter::successors(first, |day| day.checked_add_months(Months::new(months)));
    days.filter_map(|day| Some((day, Timestamp::from_date(day)?)))
        .skip_while(|(_, at)| *at < from)
        .take_while(|(_, at)| *at <= to)
        .take(600)
        .map(|(day, at)| {
            let form = if months >= 12 { "%Y" } else { "%Y-%m" };
            (at, day.format(form).to_string())
        })
        .collect()
}

fn even_ticks(from: Timestamp, to: Timestamp, span: Span) -> Vec<(Timestamp, String)> {
    let mut ticks = Vec::new();
    let mut at = from.floor(span);
    while at <= to && ticks.len() < 20 {
        if at >= from {
            let clock = at.naive();
            let midnight = clock.num_seconds_from_midnight() == 0;
            let form = match (span >= Span::DAY || midnight, span.as_seconds() < 60) {
                (true, _) => "%m-%d",
                (false, true) => "%H:%M:%S",
                (false, false) => "%H:%M",
            };
            ticks.push((at, clock.format(form).to_string()));
        }
        at = at + span;
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(from: &str, to: &str) -> Vec<String> {
        let parse = |text| Timestamp::parse(text).unwrap();
        let ticks = time_ticks(parse(from), parse(to));
        ticks.into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(Scale::linear(0.0, 97.0).ticks(), [0.0, 50.0]);
        assert_eq!(Scale::linear(-0.22, 0.0).ticks(), [-0.2, -0.1, 0.0]);
        let log = Scale::logarithmic([1.0, 1000.0].into_iter()).unwrap();
        assert!(log.ticks().len() >= 4 && log.is_log());
        assert_eq!(Scale::logarithmic([0.0, 1.0].into_iter()), None);
    }

    #[test]
    fn an_empty_range_still_maps() {
        let flat = Scale::around([100.0, 100.0].into_iter());
        assert!((flat.at(100.0) - 0.5).abs() < 1e-9);
        assert!(Scale::around(std::iter::empty()).at(0.5).is_finite());
    }

    #[test]
    fn time_ticks_fit_the_span() {
        assert_eq!(
            labels("2010-01-04", "2012-12-31"),
            ["2010-07", "2011-01", "2011-07", "2012-01", "2012-07"]
        );
        assert_eq!(labels("2000-03-01", "2013-03-01").len(), 6);
        assert_eq!(
            labels("2024-01-02", "2024-01-05"),
            [
                "01-02", "12:00", "01-03", "12:00", "01-04", "12:00", "01-05"
            ]
        );
        assert!(!labels("2024-01-02T14:30:00Z", "2024-01-02T14:31:00Z").is_empty());
        assert_eq!(labels("2024-01-02", "2024-01-02").len(), 1);
    }

    #[test]
    fn thinning_keeps_every_spike_and_both_ends() {
        let mut points: Vec<Point> = (0..100_000).map(|n| (f64::from(n), Some(1.0))).collect();
        points[54_321].1 = Some(99.0);
        points[77_777].1 = Some(-99.0);
        let thinned = thin(&points, MOST_POINTS);
        assert!(thinned.len() <= MOST_POINTS, "{}", thinned.len());
        assert!(thinned.contains(&points[54_321]) && thinned.contains(&points[77_777]));
        assert_eq!(thinned.first(), points.first());
        assert_eq!(thinned.last(), points.last());
        assert!(thinned.is_sorted_by(|a, b| a.0 <= b.0));
    }
}
