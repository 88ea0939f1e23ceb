//! Ichimoku Kinko Hyo (Hosoda 1968), as it can be known at the bar at hand.
//!
//! A chart of it draws two lines into the future and one into the past. Here every output is a value for
//! this bar, from this bar and those before: `senkou_a` and `senkou_b` are the cloud that is drawn under
//! this bar, so they come from `displacement` bars ago; `chikou` is the close less the close `displacement`
//! bars ago, above 0 where the lagging line runs above the price. Charts that count this bar as the first
//! of the displacement use one less.

use crate::core::indicator::extreme::{Highest, Lowest};
use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::ring::Ring;
use crate::core::indicator::running::Kernel;
use crate::core::indicator::spec::{Memory, Param, Params, Spec, running};
use crate::core::indicator::state::Visit;

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[ICHIMOKU];

const ICHIMOKU: Spec = Spec {
    name: "ichimoku",
    aliases: &[],
    inputs: Inputs::HighLowClose,
    params: &[
        Param::period("tenkan_period", 9.0, 1.0),
        Param::period("kijun_period", 26.0, 1.0),
        Param::period("senkou_period", 52.0, 1.0),
        Param::period("displacement", 26.0, 1.0),
    ],
    outputs: &["tenkan", "kijun", "senkou_a", "senkou_b", "chikou"],
    doc: "Ichimoku: tenkan and kijun are middles of ranges, senkou_a and senkou_b the cloud at this bar, made `displacement` bars ago, chikou the close less that of then",
    memory: Memory::Window,
    lookback: |params| longest(params) - 1 + params.whole(3),
    build: |params| running(Ichimoku::new(params)),
    quick: None,
};

fn longest(params: &Params) -> usize {
    params.whole(0).max(params.whole(1)).max(params.whole(2))
}

/// The middle between the highest high and the lowest low.
#[derive(Clone, Debug)]
struct Middle {
    highs: Highest,
    lows: Lowest,
}

impl Middle {
    fn new(period: usize) -> Self {
        Self {
            highs: Highest::new(period),
            lows: Lowest::new(period),
        }
    }

    fn push(&mut self, bar: &BarInput) -> Option<f64> {
        let high = self.highs.push(bar.high);
        let low = self.lows.push(bar.low);
        Some(f64::midpoint(high?, low?))
    }

    fn walk(&mut self, visit: &mut dyn Visit) {
        self.highs.walk(visit);
        self.lows.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Ichimoku {
    tenkan: Middle,
    kijun: Middle,
    senkou: Middle,
    first_spans: Ring,
    second_spans: Ring,
    closes: Ring,
}

impl Ichimoku {
    fn new(params: &Params) -> Self {
        let displacement = params.whole(3);
        Self {
            tenkan: Middle::new(params.whole(0)),
            kijun: Middle::new(params.whole(1)),
            senkou: Middle::new(params.whole(2)),
            first_spans: Ring::new(displacement),
            second_spans: Ring::new(displacement),
            closes: Ring::new(displacement),
        }
    }
}

impl Kernel for Ichimoku {
    type Output = [f64; 5];
    const INPUTS: Inputs = Inputs::HighLowClose;
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 5]> {
        let tenkan = self.tenkan.push(bar);
        let kijun = self.kijun.push(bar);
        let senkou = self.senkou.push(bar);
        let close = self.closes.push(bar.close);
        let (tenkan, kijun, senkou) = (tenkan?, kijun?, senkou?);
        let first = self.first_spans.push(f64::midpoint(tenkan, kijun));
        let second = self.second_spans.push(senkou);
        Some([tenkan, kijun, first?, second?, bar.close - close?])
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.tenkan.walk(visit);
        self.kijun.walk(visit);
        self.senkou.walk(visit);
        self.first_spans.walk(visit);
        self.second_spans.walk(visit);
        self.closes.walk(visit);
    }
}
