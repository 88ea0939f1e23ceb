//! Two series together: BETA, CORREL, ADD, SUB, MULT, DIV. Of bars, the highs and the lows are the two,
//! as in TA-Lib.

use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::line::{Before, Each};
use crate::core::indicator::ring::Ring;
use crate::core::indicator::running::Kernel;
use crate::core::indicator::spec::{Param, Spec, running};
use crate::core::indicator::state::{Visit, real};
use crate::core::indicator::sum::{SquareSum, Sum, is_rounding, two_product};

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[BETA, CORREL, ADD, SUB, MULT, DIV];

const BETA: Spec = Spec::window(
    "beta",
    Inputs::Pair,
    &[Param::period("period", 5.0, 1.0)],
    "covariance of the changes of both series ÷ variance of those of the first, over `period` changes",
    |params| params.whole(0),
    |params| {
        running(Beta {
            before: [Before::default(); 2],
            joint: Joint::new(params.whole(0)),
        })
    },
);

const CORREL: Spec = Spec::window(
    "correl",
    Inputs::Pair,
    &[Param::period("period", 30.0, 1.0)],
    "Pearson's correlation of the last `period` values of two series, 0 where one does not vary",
    |params| params.whole(0) - 1,
    |params| running(Correlation(Joint::new(params.whole(0)))),
);

const ADD: Spec = Spec::window(
    "add",
    Inputs::Pair,
    &[],
    "sum of two series",
    |_| 0,
    |_| each(|bar| bar.high + bar.low),
);

const SUB: Spec = Spec::window(
    "sub",
    Inputs::Pair,
    &[],
    "difference of two series",
    |_| 0,
    |_| each(|bar| bar.high - bar.low),
);

const MULT: Spec = Spec::window(
    "mult",
    Inputs::Pair,
    &[],
    "product of two series",
    |_| 0,
    |_| each(|bar| bar.high * bar.low),
);

const DIV: Spec = Spec::window(
    "div",
    Inputs::Pair,
    &[],
    "quotient of two series; nothing where the second is 0",
    |_| 0,
    |_| {
        each(|bar| {
            if bar.low == 0.0 {
                f64::NAN
            } else {
                bar.high / bar.low
            }
        })
    },
);

fn each(of: fn(&BarInput) -> f64) -> Box<dyn crate::core::indicator::Indicator> {
    running(Each {
        inputs: Inputs::Pair,
        of,
    })
}

/// Sums of two windows, of their squares and of their products.
#[derive(Clone, Debug)]
struct Joint {
    values: [Ring; 2],
    sums: [Sum; 2],
    squares: [SquareSum; 2],
    products: SquareSum,
    count: f64,
}

impl Joint {
    fn new(period: usize) -> Self {
        Self {
            values: [Ring::new(period), Ring::new(period)],
            sums: [Sum::default(); 2],
            squares: [SquareSum::default(); 2],
            products: SquareSum::default(),
            count: real(period),
        }
    }

    /// Takes a pair in; whether the windows are full.
    fn push(&mut self, pair: [f64; 2]) -> bool {
        let mut old = [0.0; 2];
        for (place, value) in pair.into_iter().enumerate() {
            self.squares[place].add(value, 1.0);
            if let Some(gone) = self.values[place].push(value) {
                self.sums[place].replace(value, gone);
                self.squares[place].add(gone, -1.0);
                old[place] = gone;
            } else {
                self.sums[place].add(value);
            }
        }
        self.products.add_product(pair[0], pair[1]);
        self.products.add_product(-old[0], old[1]);
        self.values[0].is_full()
    }

    /// `count × Σab − Σa × Σb`, 0 where no more than rounding is left of it.
    fn spread(&self, products: SquareSum, [a, b]: [usize; 2]) -> f64 {
        let (products, products_low) = products.parts();
        let (left, left_low) = two_product(products, self.count);
        let (one, one_low) = self.sums[a].parts();
        let (other, other_low) = self.sums[b].parts();
        let (right, right_low) = two_product(one, other);
        let low = (left_low + products_low * self.count)
            - (right_low + one * other_low + other * one_low);
        let spread = (left - right) + low;
        if spread.abs() <= 1e-28 * right.abs() {
            0.0
        } else {
            spread
        }
    }

    fn covariance(&self) -> f64 {
        self.spread(self.products, [0, 1])
    }

    fn variance(&self, place: usize) -> f64 {
        self.spread(self.squares[place], [place, place]).max(0.0)
    }

    fn walk(&mut self, visit: &mut dyn Visit) {
        for place in 0..2 {
            self.values[place].walk(visit);
            self.sums[place].walk(visit);
            self.squares[place].walk(visit);
        }
        self.products.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Correlation(Joint);

impl Kernel for Correlation {
    type Output = f64;
    const INPUTS: Inputs = Inputs::Pair;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        if !self.0.push([bar.high, bar.low]) {
            return None;
        }
        let both = self.0.variance(0).sqrt() * self.0.variance(1).sqrt();
        Some(if both == 0.0 {
            0.0
        } else {
            (self.0.covariance() / both).clamp(-1.0, 1.0)
        })
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.0.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Beta {
    before: [Before; 2],
    joint: Joint,
}

impl Kernel for Beta {
    type Output = f64;
    const INPUTS: Inputs = Inputs::Pair;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let one = self.before[0].push(bar.high);
        let other = self.before[1].push(bar.low);
        let change = |value: f64, before: f64| {
            if is_rounding(value - before, before) || before == 0.0 {
                0.0
            } else {
                (value - before) / before
            }
        };
        if !self
            .joint
            .push([change(bar.high, one?), change(bar.low, other?)])
        {
            return None;
        }
        let variance = self.joint.variance(0);
        Some(if variance == 0.0 {
            0.0
        } else {
            self.joint.covariance() / variance
        })
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.before.iter_mut().for_each(|before| before.walk(visit));
        self.joint.walk(visit);
    }
}
