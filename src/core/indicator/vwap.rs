//! VWAP: the mean typical price, each bar weighted by its volume.
//!
//! Without a period it is anchored at the first bar that it is given: over a window of bars their own, as
//! an indicator that the engine keeps all since it was made. It knows no sessions; that of a session is that
//! over the bars since its open.

use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::ring::Ring;
use crate::core::indicator::running::Kernel;
use crate::core::indicator::spec::{Memory, Param, Params, Spec, running};
use crate::core::indicator::state::Visit;
use crate::core::indicator::sum::Sum;
use crate::core::indicator::typical::typical;

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[VWAP];

const VWAP: Spec = Spec {
    name: "vwap",
    aliases: &[],
    inputs: Inputs::HighLowCloseVolume,
    params: &[Param::period("period", 0.0, 0.0)],
    outputs: &["value"],
    doc: "volume-weighted average of the typical price over all bars given, as in TA-Lib, or over the last `period`; for a session give its bars; 0 without any volume",
    memory: Memory::Endless,
    lookback: |params| params.whole(0).saturating_sub(1),
    build: |params| running(Weighted::new(params)),
    quick: None,
};

/// Sums of price × volume and of volume, over everything or over a window.
#[derive(Clone, Debug)]
struct Weighted {
    window: Option<Window>,
    turnover: Sum,
    volume: Sum,
}

/// What leaves the sums again.
#[derive(Clone, Debug)]
struct Window {
    turnovers: Ring,
    volumes: Ring,
    /// How many of the newest bars had no volume.
    idle: usize,
    period: usize,
}

impl Weighted {
    fn new(params: &Params) -> Self {
        let period = params.whole(0);
        Self {
            window: (period > 0).then(|| Window {
                turnovers: Ring::new(period),
                volumes: Ring::new(period),
                idle: 0,
                period,
            }),
            turnover: Sum::default(),
            volume: Sum::default(),
        }
    }
}

impl Kernel for Weighted {
    type Output = f64;
    const INPUTS: Inputs = Inputs::HighLowCloseVolume;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let turnover = typical(bar) * bar.volume;
        if let Some(window) = &mut self.window {
            let old = window.turnovers.push(turnover).unwrap_or(0.0);
            self.turnover.replace(turnover, old);
            let old = window.volumes.push(bar.volume).unwrap_or(0.0);
            self.volume.replace(bar.volume, old);
            // A window without any volume is known by counting: the sums may keep a residue.
            window.idle = if bar.volume == 0.0 {
                (window.idle + 1).min(window.period)
            } else {
                0
            };
            if window.idle == window.period {
                (self.turnover, self.volume) = (Sum::default(), Sum::default());
            }
            if !window.turnovers.is_full() {
                return None;
            }
        } else {
            self.turnover.add(turnover);
            self.volume.add(bar.volume);
        }
        let volume = self.volume.value();
        Some(if volume > 0.0 {
            self.turnover.value() / volume
        } else {
            0.0
        })
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        if let Some(window) = &mut self.window {
            window.turnovers.walk(visit);
            window.volumes.walk(visit);
            visit.index(&mut window.idle, window.period);
        }
        self.turnover.walk(visit);
        self.volume.walk(visit);
    }
}
