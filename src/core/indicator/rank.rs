//! Where a value stands among the last ones: AVGDEV, PERCENTILE, PERCENTRANK. All cost O(period) a bar.

use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::line::{Line, Over};
use crate::core::indicator::ring::{Mean, Ring};
use crate::core::indicator::running::Kernel;
use crate::core::indicator::spec::{Param, Spec, running};
use crate::core::indicator::state::{Visit, real};

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[AVGDEV, PERCENTILE, PERCENTRANK];

const AVGDEV: Spec = Spec::window(
    "avgdev",
    Inputs::Close,
    &[Param::period("period", 14.0, 2.0)],
    "average deviation: mean distance of the last `period` values from their mean",
    |params| params.whole(0) - 1,
    |params| {
        running(Over::series(Distance {
            mean: Mean::new(params.whole(0)),
            period: real(params.whole(0)),
        }))
    },
);

const PERCENTILE: Spec = Spec::window(
    "percentile",
    Inputs::Close,
    &[
        Param::period("period", 30.0, 2.0),
        Param::real("percentile", 50.0, 0.0, 100.0),
    ],
    "the least of the last `period` values that so many percent of them do not exceed (nearest rank)",
    |params| params.whole(0) - 1,
    |params| running(Nearest::new(params.whole(0), params.real(1))),
);

const PERCENTRANK: Spec = Spec::window(
    "percentrank",
    Inputs::Close,
    &[Param::period("period", 100.0, 2.0)],
    "how many percent of the `period` values before lie below the value",
    |params| params.whole(0),
    |params| {
        running(Over::series(Below {
            past: Ring::new(params.whole(0)),
            period: real(params.whole(0)),
        }))
    },
);

#[derive(Clone, Debug)]
struct Distance {
    mean: Mean,
    period: f64,
}

impl Line for Distance {
    fn push(&mut self, value: f64) -> Option<f64> {
        let mean = self.mean.push(value)?;
        let sum: f64 = self.mean.iter().map(|value| (value - mean).abs()).sum();
        Some(sum / self.period)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.mean.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Below {
    past: Ring,
    period: f64,
}

impl Line for Below {
    fn push(&mut self, value: f64) -> Option<f64> {
        let below = self
            .past
            .is_full()
            .then(|| self.past.iter().filter(|&past| past < value).count());
        self.past.push(value);
        Some(100.0 * real(below?) / self.period)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.past.walk(visit);
    }
}

/// The values of the window in order, beside the window.
#[derive(Clone, Debug)]
struct Nearest {
    window: Ring,
    sorted: Box<[f64]>,
    len: usize,
    rank: usize,
}

impl Nearest {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 0 to the period"
    )]
    fn new(period: usize, percentile: f64) -> Self {
        let rank = (percentile / 100.0 * real(period)).ceil() as usize;
        Self {
            window: Ring::new(period),
            sorted: vec![0.0; period].into_boxed_slice(),
            len: 0,
            rank: rank.clamp(1, period) - 1,
        }
    }
}

impl Kernel for Nearest {
    type Output = f64;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let value = bar.close;
        if let Some(old) = self.window.push(value) {
            let filled = &mut self.sorted[..self.len];
            let place = filled.partition_point(|other| *other < old);
            if place < filled.len() {
                filled[place..].rotate_left(1);
                self.len -= 1;
            }
        }
        let filled = &self.sorted[..self.len];
        let place = filled.partition_point(|other| *other < value);
        self.len = (self.len + 1).min(self.sorted.len());
        let moved = &mut self.sorted[place.min(self.len - 1)..self.len];
        moved.rotate_right(1);
        moved[0] = value;
        self.window.is_full().then(|| self.sorted[self.rank])
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.window.walk(visit);
        visit.index(&mut self.len, self.sorted.len());
        self.sorted.iter_mut().for_each(|value| visit.number(value));
    }
}
