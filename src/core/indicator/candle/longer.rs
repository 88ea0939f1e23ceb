//! Patterns of four and five candles, `a` the oldest.

use crate::core::indicator::candle::Setting::{BodyLong, BodyShort, Near, ShadowVeryShort};
use crate::core::indicator::candle::{
    Candle, NONE, Pattern, Rule, View, bullish, pattern, penetration, signed,
};
use crate::core::indicator::input::Inputs;
use crate::core::indicator::spec::{Memory, Spec, running};

/// Its rows.
pub(in crate::core::indicator) static TABLE: &[Spec] = &[
    CDL3LINESTRIKE,
    CDLCONCEALBABYSWALL,
    CDLBREAKAWAY,
    CDLLADDERBOTTOM,
    CDLMATHOLD,
    CDLRISEFALL3METHODS,
];

const CDL3LINESTRIKE: Spec = pattern!(
    "cdl3linestrike",
    "three-line strike: three candles of one color that go on, then one of the other back over all; sign of the three",
    NONE,
    Rule {
        lookback: 8,
        averages: &[(Near, 3), (Near, 2)],
        test: |view| {
            let [a, b, c, d] = view.last();
            let alike = a.is_white() == b.is_white() && b.is_white() == c.is_white();
            let opens_near = |candle: Candle, before: Candle, near: f64| {
                candle.open >= before.bottom() - near && candle.open <= before.top() + near
            };
            let strikes = if c.is_white() {
                c.close > b.close && b.close > a.close && d.open > c.close && d.close < a.open
            } else {
                c.close < b.close && b.close < a.close && d.open < c.close && d.close > a.open
            };
            let holds = alike
                && c.is_white() != d.is_white()
                && opens_near(b, a, view.limit(Near, 3))
                && opens_near(c, b, view.limit(Near, 2))
                && strikes;
            signed(holds, c.sign())
        },
    }
);

const CDLCONCEALBABYSWALL: Spec = pattern!(
    "cdlconcealbabyswall",
    "concealing baby swallow: two black marubozu, a black candle with a gap down that reaches back up, a black one around it; 100",
    NONE,
    Rule {
        lookback: 13,
        averages: &[
            (ShadowVeryShort, 3),
            (ShadowVeryShort, 2),
            (ShadowVeryShort, 1),
        ],
        test: |view| {
            let [a, b, c, d] = view.last();
            let bare = |candle: Candle, bars| {
                let short = view.limit(ShadowVeryShort, bars);
                candle.lower_shadow() < short && candle.upper_shadow() < short
            };
            bullish(
                [a, b, c, d].into_iter().all(Candle::is_black)
                    && bare(a, 3)
                    && bare(b, 2)
                    && c.body_below(b)
                    && c.upper_shadow() > view.limit(ShadowVeryShort, 1)
                    && c.high > b.close
                    && c.is_inside(d),
            )
        },
    }
);

const CDLBREAKAWAY: Spec = pattern!(
    "cdlbreakaway",
    "breakaway: a long candle, a gap, two candles further on, then one back that closes within the gap; sign of the last",
    NONE,
    Rule {
        lookback: 14,
        averages: &[(BodyLong, 4)],
        test: |view| {
            let [a, b, c, d, e] = view.last();
            let alike = a.is_white() == b.is_white() && b.is_white() == d.is_white();
            let breaks = if a.is_white() {
                b.body_above(a)
                    && lies_higher(c, b)
                    && lies_higher(d, c)
                    && e.close < b.open
                    && e.close > a.close
            } else {
                b.body_below(a)
                    && lies_higher(b, c)
                    && lies_higher(c, d)
                    && e.close > b.open
                    && e.close < a.close
            };
            let holds = a.body() > view.limit(BodyLong, 4)
                && alike
                && d.is_white() != e.is_white()
                && breaks;
            signed(holds, e.sign())
        },
    }
);

const CDLLADDERBOTTOM: Spec = pattern!(
    "cdlladderbottom",
    "ladder bottom: three falling black candles, a black one with an upper shadow, a white one that closes above its high; 100",
    NONE,
    Rule {
        lookback: 14,
        averages: &[(ShadowVeryShort, 1)],
        test: |view| {
            let [a, b, c, d, e] = view.last();
            bullish(
                [a, b, c, d].into_iter().all(Candle::is_black)
                    && a.open > b.open
                    && b.open > c.open
                    && a.close > b.close
                    && b.close > c.close
                    && d.upper_shadow() > view.limit(ShadowVeryShort, 1)
                    && e.is_white()
                    && e.open > d.open
                    && e.close > d.high,
            )
        },
    }
);

const CDLMATHOLD: Spec = pattern!(
    "cdlmathold",
    "mat hold: a long white candle, a gap up, three short candles that hold above its depth, a white one to new highs; 100",
    &[penetration(0.5)],
    Rule {
        lookback: 14,
        averages: &[
            (BodyLong, 4),
            (BodyShort, 3),
            (BodyShort, 2),
            (BodyShort, 1),
        ],
        test: |view| bullish(holds_on(view)),
    }
);

const CDLRISEFALL3METHODS: Spec = pattern!(
    "cdlrisefall3methods",
    "rising or falling three methods: three short candles back within a long one's range, then a long one on; sign of the first",
    NONE,
    Rule {
        lookback: 14,
        averages: &[
            (BodyLong, 4),
            (BodyShort, 3),
            (BodyShort, 2),
            (BodyShort, 1),
            (BodyLong, 0),
        ],
        test: |view| {
            let [a, b, c, d, e] = view.last();
            let colors = a.is_white() != b.is_white()
                && b.is_white() == c.is_white()
                && c.is_white() == d.is_white()
                && d.is_white() != e.is_white();
            let touches = |candle: Candle| candle.bottom() < a.high && candle.top() > a.low;
            let goes_on = if a.is_white() {
                c.close < b.close && d.close < c.close && e.open > d.close && e.close > a.close
            } else {
                c.close > b.close && d.close > c.close && e.open < d.close && e.close < a.close
            };
            let holds = a.body() > view.limit(BodyLong, 4)
                && are_short(view)
                && e.body() > view.limit(BodyLong, 0)
                && colors
                && [b, c, d].into_iter().all(touches)
                && goes_on;
            signed(holds, a.sign())
        },
    }
);

/// Whether both high and low are above those of another.
fn lies_higher(candle: Candle, other: Candle) -> bool {
    candle.high > other.high && candle.low > other.low
}

/// Whether the second to fourth of five bodies are short.
fn are_short(view: &View) -> bool {
    (1..4).all(|bars| view.back(bars).body() < view.limit(BodyShort, bars))
}

fn holds_on(view: &View) -> bool {
    let [first, b, c, d, last] = view.last();
    let floor = first.close - first.body() * view.penetration;
    let back = |candle: Candle| candle.bottom() < first.close && candle.bottom() > floor;
    first.body() > view.limit(BodyLong, 4)
        && are_short(view)
        && first.is_white()
        && b.is_black()
        && last.is_white()
        && b.body_above(first)
        && back(c)
        && back(d)
        && c.top() < b.open
        && d.top() < c.top()
        && last.open > d.close
        && last.close > b.high.max(c.high).max(d.high)
}
