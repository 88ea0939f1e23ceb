//! Other patterns of three candles, `a` the oldest.

use crate::core::indicator::candle::Setting::{
    BodyLong, BodyShort, Equal, Near, ShadowLong, ShadowVeryShort,
};
use crate::core::indicator::candle::{
    Candle, NONE, Pattern, Rule, View, bearish, bullish, is_about, pattern, signed,
};
use crate::core::indicator::input::Inputs;
use crate::core::indicator::spec::{Memory, Spec, running};

/// Its rows.
pub(in crate::core::indicator) static TABLE: &[Spec] = &[
    CDL2CROWS,
    CDLUPSIDEGAP2CROWS,
    CDL3INSIDE,
    CDL3OUTSIDE,
    CDL3STARSINSOUTH,
    CDLGAPSIDESIDEWHITE,
    CDLSTICKSANDWICH,
    CDLTASUKIGAP,
    CDLXSIDEGAP3METHODS,
    CDLUNIQUE3RIVER,
];

const CDL2CROWS: Spec = pattern!(
    "cdl2crows",
    "two crows: a long white body, a black one above it, a black one from there into the first; −100",
    NONE,
    Rule {
        lookback: 12,
        averages: &[(BodyLong, 2)],
        test: |view| {
            let [a, b, c] = view.last();
            bearish(
                a.is_white()
                    && a.body() > view.limit(BodyLong, 2)
                    && b.is_black()
                    && b.body_above(a)
                    && c.is_black()
                    && c.open < b.open
                    && c.open > b.close
                    && c.close > a.open
                    && c.close < a.close,
            )
        },
    }
);

const CDLUPSIDEGAP2CROWS: Spec = pattern!(
    "cdlupsidegap2crows",
    "upside gap two crows: a long white body, a short black one above it, a black one around that; −100",
    NONE,
    Rule {
        lookback: 12,
        averages: &[(BodyLong, 2), (BodyShort, 1)],
        test: |view| {
            let [a, b, c] = view.last();
            bearish(
                a.is_white()
                    && a.body() > view.limit(BodyLong, 2)
                    && b.is_black()
                    && b.body() <= view.limit(BodyShort, 1)
                    && b.body_above(a)
                    && c.is_black()
                    && c.open > b.open
                    && c.close < b.close
                    && c.close > a.close,
            )
        },
    }
);

const CDL3INSIDE: Spec = pattern!(
    "cdl3inside",
    "three inside: a harami, then a close beyond the open of the first; ±100 against the first",
    NONE,
    Rule {
        lookback: 12,
        averages: &[(BodyLong, 2), (BodyShort, 1)],
        test: |view| {
            let [a, b, c] = view.last();
            let leaves = if a.is_white() {
                c.is_black() && c.close < a.open
            } else {
                c.is_white() && c.close > a.open
            };
            let holds = a.body() > view.limit(BodyLong, 2)
                && b.body() <= view.limit(BodyShort, 1)
                && b.top() < a.top()
                && b.bottom() > a.bottom()
                && leaves;
            signed(holds, -a.sign())
        },
    }
);

const CDL3OUTSIDE: Spec = pattern!(
    "cdl3outside",
    "three outside: a body that holds the one before, of the other color, then a close further on; sign of the second",
    NONE,
    Rule {
        lookback: 3,
        averages: &[],
        test: |view| {
            let [a, b, c] = view.last();
            let onward = if b.is_white() {
                c.close > b.close
            } else {
                c.close < b.close
            };
            let holds = a.is_white() != b.is_white()
                && b.top() > a.top()
                && b.bottom() < a.bottom()
                && onward;
            signed(holds, b.sign())
        },
    }
);

const CDL3STARSINSOUTH: Spec = pattern!(
    "cdl3starsinsouth",
    "three stars in the south: three ever smaller black candles with ever higher lows; 100",
    NONE,
    Rule {
        lookback: 12,
        averages: &[
            (BodyLong, 2),
            (ShadowVeryShort, 1),
            (ShadowVeryShort, 0),
            (BodyShort, 0),
        ],
        test: |view| bullish(is_south(view)),
    }
);

const CDLGAPSIDESIDEWHITE: Spec = pattern!(
    "cdlgapsidesidewhite",
    "side-by-side white lines: two like white candles above (100) or below (−100) the body before",
    NONE,
    Rule {
        lookback: 7,
        averages: &[(Near, 1), (Equal, 1)],
        test: |view| {
            let [a, b, c] = view.last();
            let up = b.body_above(a) && c.body_above(a);
            let down = b.body_below(a) && c.body_below(a);
            let holds = (up || down)
                && b.is_white()
                && c.is_white()
                && is_about(c.body(), b.body(), view.limit(Near, 1))
                && is_about(c.open, b.open, view.limit(Equal, 1));
            signed(holds, if up { 100 } else { -100 })
        },
    }
);

const CDLSTICKSANDWICH: Spec = pattern!(
    "cdlsticksandwich",
    "stick sandwich: a white candle between two black ones with about equal closes below it; 100",
    NONE,
    Rule {
        lookback: 7,
        averages: &[(Equal, 2)],
        test: |view| {
            let [a, b, c] = view.last();
            bullish(
                a.is_black()
                    && b.is_white()
                    && c.is_black()
                    && b.low > a.close
                    && is_about(c.close, a.close, view.limit(Equal, 2)),
            )
        },
    }
);

const CDLTASUKIGAP: Spec = pattern!(
    "cdltasukigap",
    "tasuki gap: after a gap a candle of the other color that closes within the gap; sign of the second",
    NONE,
    Rule {
        lookback: 7,
        averages: &[(Near, 1)],
        test: |view| {
            let [a, b, c] = view.last();
            let within = c.open < b.top() && c.open > b.bottom();
            let fills = if b.is_white() {
                b.body_above(a) && c.is_black() && c.close < b.open && c.close > a.top()
            } else {
                b.body_below(a) && c.is_white() && c.close > b.open && c.close < a.bottom()
            };
            let alike = (b.body() - c.body()).abs() < view.limit(Near, 1);
            signed(within && fills && alike, b.sign())
        },
    }
);

const CDLXSIDEGAP3METHODS: Spec = pattern!(
    "cdlxsidegap3methods",
    "gap three methods: two candles of one color with a gap, then one of the other that closes it; sign of the first",
    NONE,
    Rule {
        lookback: 2,
        averages: &[],
        test: |view| {
            let [a, b, c] = view.last();
            let gaps = if a.is_white() {
                b.body_above(a)
            } else {
                b.body_below(a)
            };
            let within =
                |price: f64, candle: Candle| price < candle.top() && price > candle.bottom();
            let holds = a.is_white() == b.is_white()
                && b.is_white() != c.is_white()
                && within(c.open, b)
                && within(c.close, a)
                && gaps;
            signed(holds, a.sign())
        },
    }
);

const CDLUNIQUE3RIVER: Spec = pattern!(
    "cdlunique3river",
    "unique three river: a long black body, a black one within it with a lower low, a short white one; 100",
    NONE,
    Rule {
        lookback: 12,
        averages: &[(BodyLong, 2), (BodyShort, 0)],
        test: |view| {
            let [a, b, c] = view.last();
            bullish(
                a.is_black()
                    && a.body() > view.limit(BodyLong, 2)
                    && b.is_black()
                    && b.close > a.close
                    && b.open <= a.open
                    && b.low < a.low
                    && c.body() < view.limit(BodyShort, 0)
                    && c.is_white()
                    && c.open > b.low,
            )
        },
    }
);

fn is_south(view: &View) -> bool {
    let [a, b, c] = view.last();
    let short = view.limit(ShadowVeryShort, 0);
    let first = a.body() > view.limit(BodyLong, 2) && a.lower_shadow() > view.limit(ShadowLong, 2);
    let second = b.body() < a.body()
        && b.open > a.close
        && b.open <= a.high
        && b.low < a.close
        && b.low >= a.low
        && b.lower_shadow() > view.limit(ShadowVeryShort, 1);
    let third = c.body() < view.limit(BodyShort, 0)
        && c.lower_shadow() < short
        && c.upper_shadow() < short
        && c.is_inside(b);
    a.is_black() && b.is_black() && c.is_black() && first && second && third
}
