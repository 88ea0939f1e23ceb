//! Bars of files, told as if they were happening.
//!
//! Invariants: at any speed the same things happen in the same order; speed only decides when.

use std::time::Duration;

use crate::app::cli::args::run::Speed;
use crate::app::session::drive::Slice;
use crate::core::model::time::{Span, Timestamp};
use crate::core::sim::world::Feed;
use crate::shell::clock::Stopwatch;

/// What a source has to say.
#[derive(Debug)]
pub enum Next {
    /// Bars ended.
    Slice(
        Timestamp,
        Vec<(
            crate::core::model::asset::AssetId,
            crate::core::model::market::Bar,
        )>,
    ),
    /// Time went on to this instant.
    Clock(Timestamp),
    /// Nothing for this long.
    Wait(Duration),
    /// Nothing any more.
    End,
}

/// The longest wait at a time, so that a request to stop is soon heard.
const LONGEST_WAIT: Duration = Duration::from_millis(50);

/// See the module.
#[derive(Debug)]
pub struct Replay<F> {
    feed: F,
    speed: Speed,
    /// The instant of the data at which the stopwatch was started.
    began: Option<(Timestamp, Stopwatch)>,
    slice: Slice,
}

impl<F: Feed> Replay<F> {
    /// Begins after the first `taken` slices.
    pub fn new(mut feed: F, taken: u64, speed: Speed) -> Self {
        let mut bars = Vec::new();
        for _ in 0..taken {
            feed.next(&mut bars);
        }
        Self {
            feed,
            speed,
            began: None,
            slice: (Timestamp::MIN, Vec::new()),
        }
    }

    /// Returns what is next. `due` is when the core next wants to be told the time, `now` the instant
    /// that it was told last.
    pub fn next(&mut self, due: Option<Timestamp>, now: Timestamp) -> Next {
        let Some(at) = self.feed.peek() else {
            return Next::End;
        };
        if let Speed::Times(times) = self.speed {
            let (from, watch) = *self
                .began
                .get_or_insert_with(|| (now.max(at - Span::DAY), Stopwatch::start()));
            let passed = watch.elapsed().mul_f64(times);
            let passed = i64::try_from(passed.as_nanos()).unwrap_or(i64::MAX);
            let present = from.saturating_add(Span::from_nanos(passed));
            let due = due.filter(|due| *due < at && *due > now);
            if let Some(due) = due.filter(|due| *due <= present) {
                return Next::Clock(due);
            }
            let until = due.unwrap_or(at) - present;
            if until > Span::ZERO {
                let left = Duration::from_secs_f64(until.as_seconds_f64() / times);
                return Next::Wait(left.min(LONGEST_WAIT));
            }
        }
        self.feed.next(&mut self.slice.1);
        Next::Slice(at, std::mem::take(&mut self.slice.1))
    }
}
