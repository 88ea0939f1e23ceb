//! Patterns of two candles, `a` the older one.

use crate::core::indicator::candle::Setting::{
    BodyDoji, BodyLong, BodyShort, Equal, ShadowVeryShort,
};
use crate::core::indicator::candle::single::is_marubozu;
use crate::core::indicator::candle::{
    Candle, NONE, Pattern, Rule, View, bearish, bullish, is_about, pattern, penetration, signed,
};
use crate::core::indicator::input::Inputs;
use crate::core::indicator::spec::{Memory, Spec, running};

/// Its rows.
pub(in crate::core::indicator) static TABLE: &[Spec] = &[
    CDLCOUNTERATTACK,
    CDLDARKCLOUDCOVER,
    CDLPIERCING,
    CDLINNECK,
    CDLONNECK,
    CDLTHRUSTING,
    CDLDOJISTAR,
    CDLENGULFING,
    CDLHARAMI,
    CDLHARAMICROSS,
    CDLHOMINGPIGEON,
    CDLMATCHINGLOW,
    CDLSEPARATINGLINES,
    CDLKICKING,
    CDLKICKINGBYLENGTH,
];

const CDLCOUNTERATTACK: Spec = pattern!(
    "cdlcounterattack",
    "counterattack: two long candles of opposite colors with about equal closes; sign of the second",
    NONE,
    Rule {
        lookback: 11,
        averages: &[(Equal, 1), (BodyLong, 1), (BodyLong, 0)],
        test: |view| {
            let [a, b] = view.last();
            let holds = a.is_white() != b.is_white()
                && a.body() > view.limit(BodyLong, 1)
                && b.body() > view.limit(BodyLong, 0)
                && is_about(b.close, a.close, view.limit(Equal, 1));
            signed(holds, b.sign())
        },
    }
);

const CDLDARKCLOUDCOVER: Spec = pattern!(
    "cdldarkcloudcover",
    "dark cloud cover: a black candle from above the high of a long white one down into its body; −100",
    &[penetration(0.5)],
    Rule {
        lookback: 11,
        averages: &[(BodyLong, 1)],
        test: |view| {
            let [a, b] = view.last();
            bearish(
                a.is_white()
                    && a.body() > view.limit(BodyLong, 1)
                    && b.is_black()
                    && b.open > a.high
                    && b.close > a.open
                    && b.close < a.close - a.body() * view.penetration,
            )
        },
    }
);

const CDLPIERCING: Spec = pattern!(
    "cdlpiercing",
    "piercing: a long white candle from below the low of a long black one to above the middle of its body; 100",
    NONE,
    Rule {
        lookback: 11,
        averages: &[(BodyLong, 1), (BodyLong, 0)],
        test: |view| {
            let [a, b] = view.last();
            bullish(
                falls_long(view)
                    && b.is_white()
                    && b.body() > view.limit(BodyLong, 0)
                    && b.open < a.low
                    && b.close < a.open
                    && b.close > a.close + a.body() * 0.5,
            )
        },
    }
);

const CDLINNECK: Spec = pattern!(
    "cdlinneck",
    "in-neck: after a long black candle a white one from below its low to its close or just above; −100",
    NONE,
    Rule {
        lookback: 11,
        averages: &[(Equal, 1), (BodyLong, 1)],
        test: |view| {
            let [a, b] = view.last();
            bearish(
                rises_from_below(view)
                    && b.close <= a.close + view.limit(Equal, 1)
                    && b.close >= a.close,
            )
        },
    }
);

const CDLONNECK: Spec = pattern!(
    "cdlonneck",
    "on-neck: after a long black candle a white one from below its low to about its low; −100",
    NONE,
    Rule {
        lookback: 11,
        averages: &[(Equal, 1), (BodyLong, 1)],
        test: |view| {
            let [a, b] = view.last();
            bearish(rises_from_below(view) && is_about(b.close, a.low, view.limit(Equal, 1)))
        },
    }
);

const CDLTHRUSTING: Spec = pattern!(
    "cdlthrusting",
    "thrusting: after a long black candle a white one from below its low into the lower half of its body; −100",
    NONE,
    Rule {
        lookback: 11,
        averages: &[(Equal, 1), (BodyLong, 1)],
        test: |view| {
            let [a, b] = view.last();
            bearish(
                rises_from_below(view)
                    && b.close > a.close + view.limit(Equal, 1)
                    && b.close <= a.close + a.body() * 0.5,
            )
        },
    }
);

const CDLDOJISTAR: Spec = pattern!(
    "cdldojistar",
    "doji star: a doji above a long white body (−100) or below a long black one (100)",
    NONE,
    Rule {
        lookback: 11,
        averages: &[(BodyLong, 1), (BodyDoji, 0)],
        test: |view| {
            let [a, b] = view.last();
            let gaps = if a.is_white() {
                b.body_above(a)
            } else {
                b.body_below(a)
            };
            let holds =
                a.body() > view.limit(BodyLong, 1) && b.body() <= view.limit(BodyDoji, 0) && gaps;
            signed(holds, -a.sign())
        },
    }
);

const CDLENGULFING: Spec = pattern!(
    "cdlengulfing",
    "engulfing: the body holds the one before, of the other color; ±100, ±80 where an end is the same",
    NONE,
    Rule {
        lookback: 2,
        averages: &[],
        test: |view| {
            let [a, b] = view.last();
            let holds = a.is_white() != b.is_white() && encloses(b, a);
            let strong = !(is_same(b.open, a.close) || is_same(b.close, a.open));
            signed(holds, if strong { b.sign() } else { weak(b.sign()) })
        },
    }
);

const CDLHARAMI: Spec = pattern!(
    "cdlharami",
    "harami: a short body within the long one before; ±100 against its color, ±80 where an end is the same",
    NONE,
    Rule {
        lookback: 11,
        averages: &[(BodyLong, 1), (BodyShort, 0)],
        test: |view| harami(view, view.limit(BodyShort, 0)),
    }
);

const CDLHARAMICROSS: Spec = pattern!(
    "cdlharamicross",
    "harami cross: a doji within the long body before; ±100 against its color, ±80 where an end is the same",
    NONE,
    Rule {
        lookback: 11,
        averages: &[(BodyLong, 1), (BodyDoji, 0)],
        test: |view| harami(view, view.limit(BodyDoji, 0)),
    }
);

const CDLHOMINGPIGEON: Spec = pattern!(
    "cdlhomingpigeon",
    "homing pigeon: a short black body within a long black one; 100",
    NONE,
    Rule {
        lookback: 11,
        averages: &[(BodyLong, 1), (BodyShort, 0)],
        test: |view| {
            let [a, b] = view.last();
            bullish(
                falls_long(view)
                    && b.is_black()
                    && b.body() <= view.limit(BodyShort, 0)
                    && b.open < a.open
                    && b.close > a.close,
            )
        },
    }
);

const CDLMATCHINGLOW: Spec = pattern!(
    "cdlmatchinglow",
    "matching low: two black candles with about equal closes; 100",
    NONE,
    Rule {
        lookback: 6,
        averages: &[(Equal, 1)],
        test: |view| {
            let [a, b] = view.last();
            bullish(
                a.is_black() && b.is_black() && is_about(b.close, a.close, view.limit(Equal, 1)),
            )
        },
    }
);

const CDLSEPARATINGLINES: Spec = pattern!(
    "cdlseparatinglines",
    "separating lines: a belt hold of the other color with about the same open; sign of the second",
    NONE,
    Rule {
        lookback: 11,
        averages: &[(ShadowVeryShort, 0), (BodyLong, 0), (Equal, 1)],
        test: |view| {
            let [a, b] = view.last();
            let shadow = if b.is_white() {
                b.lower_shadow()
            } else {
                b.upper_shadow()
            };
            let holds = a.is_white() != b.is_white()
                && is_about(b.open, a.open, view.limit(Equal, 1))
                && b.body() > view.limit(BodyLong, 0)
                && shadow < view.limit(ShadowVeryShort, 0);
            signed(holds, b.sign())
        },
    }
);

const CDLKICKING: Spec = pattern!(
    "cdlkicking",
    "kicking: two marubozu of opposite colors with a gap between; sign of the second",
    NONE,
    Rule {
        lookback: 11,
        averages: &[
            (ShadowVeryShort, 1),
            (ShadowVeryShort, 0),
            (BodyLong, 1),
            (BodyLong, 0),
        ],
        test: |view| signed(kicks(view), view.back(0).sign()),
    }
);

const CDLKICKINGBYLENGTH: Spec = pattern!(
    "cdlkickingbylength",
    "kicking by length: two marubozu of opposite colors with a gap between; sign of the longer",
    NONE,
    Rule {
        lookback: 11,
        averages: &[
            (ShadowVeryShort, 1),
            (ShadowVeryShort, 0),
            (BodyLong, 1),
            (BodyLong, 0),
        ],
        test: |view| {
            let [a, b] = view.last();
            let longer = if b.body() > a.body() { b } else { a };
            signed(kicks(view), longer.sign())
        },
    }
);

/// Whether the candle before is long and black.
fn falls_long(view: &View) -> bool {
    let [a, _] = view.last();
    a.is_black() && a.body() > view.limit(BodyLong, 1)
}

/// Whether a white candle opens below the low of a long black one.
fn rises_from_below(view: &View) -> bool {
    let [a, b] = view.last();
    falls_long(view) && b.is_white() && b.open < a.low
}

/// Whether one body holds another and exceeds it at one end at least.
fn encloses(outer: Candle, inner: Candle) -> bool {
    let (up, down) = (outer.top(), outer.bottom());
    (up >= inner.top() && down < inner.bottom()) || (up > inner.top() && down <= inner.bottom())
}

#[expect(clippy::float_cmp, reason = "prices are the same or not")]
fn is_same(price: f64, other: f64) -> bool {
    price == other
}

/// 80 for 100.
fn weak(sign: i32) -> i32 {
    sign / 5 * 4
}

fn harami(view: &View, short: f64) -> i32 {
    let [a, b] = view.last();
    if !(a.body() > view.limit(BodyLong, 1) && b.body() <= short) {
        return 0;
    }
    if b.top() < a.top() && b.bottom() > a.bottom() {
        -a.sign()
    } else if b.top() <= a.top() && b.bottom() >= a.bottom() {
        weak(-a.sign())
    } else {
        0
    }
}

fn kicks(view: &View) -> bool {
    let [a, b] = view.last();
    let gaps = if a.is_black() {
        b.all_above(a)
    } else {
        b.all_below(a)
    };
    a.is_white() != b.is_white() && is_marubozu(view, 1) && is_marubozu(view, 0) && gaps
}
