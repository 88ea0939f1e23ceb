//! Stars, crows and soldiers: patterns of three candles, `a` the oldest.

use crate::core::indicator::candle::Setting::{
    BodyDoji, BodyLong, BodyShort, Equal, Far, Near, ShadowLong, ShadowShort, ShadowVeryShort,
};
use crate::core::indicator::candle::{
    Candle, NONE, Pattern, Rule, Setting, View, bearish, bullish, is_about, pattern, penetration,
    signed,
};
use crate::core::indicator::input::Inputs;
use crate::core::indicator::spec::{Memory, Spec, running};

/// Its rows.
pub(in crate::core::indicator) static TABLE: &[Spec] = &[
    CDLEVENINGSTAR,
    CDLEVENINGDOJISTAR,
    CDLMORNINGSTAR,
    CDLMORNINGDOJISTAR,
    CDLABANDONEDBABY,
    CDLTRISTAR,
    CDL3BLACKCROWS,
    CDLIDENTICAL3CROWS,
    CDL3WHITESOLDIERS,
    CDLADVANCEBLOCK,
    CDLSTALLEDPATTERN,
];

const CDLEVENINGSTAR: Spec = pattern!(
    "cdleveningstar",
    "evening star: a long white body, a short one above it, a black one down into the first; −100",
    &[penetration(0.3)],
    Rule {
        lookback: 12,
        averages: &[(BodyLong, 2), (BodyShort, 1), (BodyShort, 0)],
        test: |view| bearish(is_evening(view, BodyShort)),
    }
);

const CDLEVENINGDOJISTAR: Spec = pattern!(
    "cdleveningdojistar",
    "evening doji star: a long white body, a doji above it, a black body down into the first; −100",
    &[penetration(0.3)],
    Rule {
        lookback: 12,
        averages: &[(BodyLong, 2), (BodyDoji, 1), (BodyShort, 0)],
        test: |view| bearish(is_evening(view, BodyDoji)),
    }
);

const CDLMORNINGSTAR: Spec = pattern!(
    "cdlmorningstar",
    "morning star: a long black body, a short one below it, a white one up into the first; 100",
    &[penetration(0.3)],
    Rule {
        lookback: 12,
        averages: &[(BodyLong, 2), (BodyShort, 1), (BodyShort, 0)],
        test: |view| bullish(is_morning(view, BodyShort)),
    }
);

const CDLMORNINGDOJISTAR: Spec = pattern!(
    "cdlmorningdojistar",
    "morning doji star: a long black body, a doji below it, a white body up into the first; 100",
    &[penetration(0.3)],
    Rule {
        lookback: 12,
        averages: &[(BodyLong, 2), (BodyDoji, 1), (BodyShort, 0)],
        test: |view| bullish(is_morning(view, BodyDoji)),
    }
);

const CDLABANDONEDBABY: Spec = pattern!(
    "cdlabandonedbaby",
    "abandoned baby: a star whose doji is apart from both neighbors, shadows included; sign of the third",
    &[penetration(0.3)],
    Rule {
        lookback: 12,
        averages: &[(BodyLong, 2), (BodyDoji, 1), (BodyShort, 0)],
        test: |view| {
            let [a, b, c] = view.last();
            let alone = if a.is_white() {
                b.all_above(a) && c.all_below(b)
            } else {
                b.all_below(a) && c.all_above(b)
            };
            let holds = a.is_white() != c.is_white()
                && are_star_bodies(view, BodyDoji)
                && reaches(view)
                && alone;
            signed(holds, c.sign())
        },
    }
);

const CDLTRISTAR: Spec = pattern!(
    "cdltristar",
    "tristar: three doji, the second above (−100) or below (100) the others",
    NONE,
    Rule {
        lookback: 12,
        averages: &[(BodyDoji, 2)],
        test: |view| {
            let [a, b, c] = view.last();
            let doji = view.limit(BodyDoji, 2);
            if [a, b, c].into_iter().any(|candle| candle.body() > doji) {
                0
            } else if b.body_above(a) && c.top() < b.top() {
                -100
            } else {
                bullish(b.body_below(a) && c.bottom() > b.bottom())
            }
        },
    }
);

const CDL3BLACKCROWS: Spec = pattern!(
    "cdl3blackcrows",
    "three black crows: after a white candle three black ones, each from within the last body to a new low close; −100",
    NONE,
    Rule {
        lookback: 13,
        averages: &[
            (ShadowVeryShort, 2),
            (ShadowVeryShort, 1),
            (ShadowVeryShort, 0),
        ],
        test: |view| {
            let [before, a, b, c] = view.last();
            bearish(
                before.is_white()
                    && closes_at_lows(view)
                    && before.high > a.close
                    && opens_within(b, a)
                    && opens_within(c, b),
            )
        },
    }
);

const CDLIDENTICAL3CROWS: Spec = pattern!(
    "cdlidentical3crows",
    "identical three crows: three falling black candles, each from about the close before; −100",
    NONE,
    Rule {
        lookback: 12,
        averages: &[
            (ShadowVeryShort, 2),
            (ShadowVeryShort, 1),
            (ShadowVeryShort, 0),
            (Equal, 2),
            (Equal, 1),
        ],
        test: |view| {
            let [a, b, c] = view.last();
            bearish(
                closes_at_lows(view)
                    && is_about(b.open, a.close, view.limit(Equal, 2))
                    && is_about(c.open, b.close, view.limit(Equal, 1)),
            )
        },
    }
);

const CDL3WHITESOLDIERS: Spec = pattern!(
    "cdl3whitesoldiers",
    "three white soldiers: three rising white candles of about equal bodies that close at their highs; 100",
    NONE,
    Rule {
        lookback: 12,
        averages: &[
            (ShadowVeryShort, 2),
            (ShadowVeryShort, 1),
            (ShadowVeryShort, 0),
            (Near, 2),
            (Near, 1),
            (Far, 2),
            (Far, 1),
            (BodyShort, 0),
        ],
        test: |view| {
            let [a, b, c] = view.last();
            bullish(
                a.upper_shadow() < view.limit(ShadowVeryShort, 2)
                    && b.upper_shadow() < view.limit(ShadowVeryShort, 1)
                    && c.upper_shadow() < view.limit(ShadowVeryShort, 0)
                    && march_up(view)
                    && b.body() > a.body() - view.limit(Far, 2)
                    && c.body() > b.body() - view.limit(Far, 1)
                    && c.body() > view.limit(BodyShort, 0),
            )
        },
    }
);

const CDLADVANCEBLOCK: Spec = pattern!(
    "cdladvanceblock",
    "advance block: three rising white candles that get weaker in bodies or shadows; −100",
    NONE,
    Rule {
        lookback: 12,
        averages: &[
            (ShadowShort, 2),
            (ShadowShort, 1),
            (ShadowShort, 0),
            (Near, 2),
            (Near, 1),
            (Far, 2),
            (Far, 1),
            (BodyLong, 2),
        ],
        test: |view| {
            let [a, _, _] = view.last();
            bearish(
                march_up(view)
                    && a.body() > view.limit(BodyLong, 2)
                    && a.upper_shadow() < view.limit(ShadowShort, 2)
                    && gets_weaker(view),
            )
        },
    }
);

const CDLSTALLEDPATTERN: Spec = pattern!(
    "cdlstalledpattern",
    "stalled pattern: two long rising white candles, then a short one at the top of the second; −100",
    NONE,
    Rule {
        lookback: 12,
        averages: &[
            (BodyLong, 2),
            (BodyLong, 1),
            (BodyShort, 0),
            (ShadowVeryShort, 1),
            (Near, 2),
            (Near, 1),
        ],
        test: |view| {
            let [a, b, c] = view.last();
            bearish(
                rise_white(a, b, c)
                    && a.body() > view.limit(BodyLong, 2)
                    && b.body() > view.limit(BodyLong, 1)
                    && b.upper_shadow() < view.limit(ShadowVeryShort, 1)
                    && b.open > a.open
                    && b.open <= a.close + view.limit(Near, 2)
                    && c.body() < view.limit(BodyShort, 0)
                    && c.open >= b.close - c.body() - view.limit(Near, 1),
            )
        },
    }
);

/// Whether the bodies are long, at most that of a setting, and not short.
fn are_star_bodies(view: &View, star: Setting) -> bool {
    let [a, b, c] = view.last();
    a.body() > view.limit(BodyLong, 2)
        && b.body() <= view.limit(star, 1)
        && c.body() > view.limit(BodyShort, 0)
}

/// Whether the third candle closes far enough in the body of the first.
fn reaches(view: &View) -> bool {
    let [a, _, c] = view.last();
    let depth = a.body() * view.penetration;
    if a.is_white() {
        c.close < a.close - depth
    } else {
        c.close > a.close + depth
    }
}

fn is_evening(view: &View, star: Setting) -> bool {
    let [a, b, c] = view.last();
    are_star_bodies(view, star) && a.is_white() && b.body_above(a) && c.is_black() && reaches(view)
}

fn is_morning(view: &View, star: Setting) -> bool {
    let [a, b, c] = view.last();
    are_star_bodies(view, star) && a.is_black() && b.body_below(a) && c.is_white() && reaches(view)
}

/// Whether the last three candles are black, close ever lower and have next to no lower shadows.
fn closes_at_lows(view: &View) -> bool {
    let [a, b, c] = view.last();
    let short = |candle: Candle, bars| {
        candle.is_black() && candle.lower_shadow() < view.limit(ShadowVeryShort, bars)
    };
    short(a, 2) && short(b, 1) && short(c, 0) && a.close > b.close && b.close > c.close
}

/// Whether a candle opens within the black body before, apart from its ends.
fn opens_within(candle: Candle, before: Candle) -> bool {
    candle.open < before.open && candle.open > before.close
}

fn rise_white(a: Candle, b: Candle, c: Candle) -> bool {
    a.is_white() && b.is_white() && c.is_white() && c.close > b.close && b.close > a.close
}

/// Whether three white candles rise, each opening within or near the body before.
fn march_up(view: &View) -> bool {
    let [a, b, c] = view.last();
    rise_white(a, b, c)
        && b.open > a.open
        && b.open <= a.close + view.limit(Near, 2)
        && c.open > b.open
        && c.open <= b.close + view.limit(Near, 1)
}

/// Whether bodies get far smaller, or smaller with longer upper shadows.
fn gets_weaker(view: &View) -> bool {
    let [a, b, c] = view.last();
    let shadows = c.upper_shadow() > view.limit(ShadowShort, 0)
        || b.upper_shadow() > view.limit(ShadowShort, 1);
    (b.body() < a.body() - view.limit(Far, 2) && c.body() < b.body() + view.limit(Near, 1))
        || c.body() < b.body() - view.limit(Far, 1)
        || (c.body() < b.body() && b.body() < a.body() && shadows)
        || (c.body() < b.body() && c.upper_shadow() > view.limit(ShadowLong, 0))
}
