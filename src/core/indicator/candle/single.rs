//! Patterns of one candle, with at most a look at the one before.

use crate::core::indicator::candle::Setting::{
    BodyDoji, BodyLong, BodyShort, Near, ShadowLong, ShadowShort, ShadowVeryLong, ShadowVeryShort,
};
use crate::core::indicator::candle::{
    NONE, Pattern, Rule, View, bearish, bullish, pattern, signed,
};
use crate::core::indicator::input::Inputs;
use crate::core::indicator::spec::{Memory, Spec, running};

/// Its rows.
pub(in crate::core::indicator) static TABLE: &[Spec] = &[
    CDLDOJI,
    CDLDRAGONFLYDOJI,
    CDLGRAVESTONEDOJI,
    CDLLONGLEGGEDDOJI,
    CDLRICKSHAWMAN,
    CDLTAKURI,
    CDLHIGHWAVE,
    CDLSPINNINGTOP,
    CDLBELTHOLD,
    CDLCLOSINGMARUBOZU,
    CDLMARUBOZU,
    CDLLONGLINE,
    CDLSHORTLINE,
    CDLHAMMER,
    CDLHANGINGMAN,
    CDLINVERTEDHAMMER,
    CDLSHOOTINGSTAR,
];

const CDLDOJI: Spec = pattern!(
    "cdldoji",
    "doji: opens and closes at about the same price; 100",
    NONE,
    Rule {
        lookback: 10,
        averages: &[(BodyDoji, 0)],
        test: |view| bullish(is_doji(view)),
    }
);

const CDLDRAGONFLYDOJI: Spec = pattern!(
    "cdldragonflydoji",
    "dragonfly doji: a doji with a lower shadow and next to no upper one; 100",
    NONE,
    Rule {
        lookback: 10,
        averages: &[(BodyDoji, 0), (ShadowVeryShort, 0)],
        test: |view| {
            let short = view.limit(ShadowVeryShort, 0);
            let candle = view.back(0);
            bullish(is_doji(view) && candle.upper_shadow() < short && candle.lower_shadow() > short)
        },
    }
);

const CDLGRAVESTONEDOJI: Spec = pattern!(
    "cdlgravestonedoji",
    "gravestone doji: a doji with an upper shadow and next to no lower one; 100",
    NONE,
    Rule {
        lookback: 10,
        averages: &[(BodyDoji, 0), (ShadowVeryShort, 0)],
        test: |view| {
            let short = view.limit(ShadowVeryShort, 0);
            let candle = view.back(0);
            bullish(is_doji(view) && candle.lower_shadow() < short && candle.upper_shadow() > short)
        },
    }
);

const CDLLONGLEGGEDDOJI: Spec = pattern!(
    "cdllongleggeddoji",
    "long-legged doji: a doji with a shadow longer than its body; 100",
    NONE,
    Rule {
        lookback: 10,
        averages: &[(BodyDoji, 0)],
        test: |view| {
            let (candle, long) = (view.back(0), view.limit(ShadowLong, 0));
            bullish(is_doji(view) && (candle.lower_shadow() > long || candle.upper_shadow() > long))
        },
    }
);

const CDLRICKSHAWMAN: Spec = pattern!(
    "cdlrickshawman",
    "rickshaw man: a doji with two long shadows and the body near the middle of the range; 100",
    NONE,
    Rule {
        lookback: 10,
        averages: &[(BodyDoji, 0), (Near, 0)],
        test: |view| {
            let (candle, long) = (view.back(0), view.limit(ShadowLong, 0));
            let (middle, near) = (candle.low + candle.range() / 2.0, view.limit(Near, 0));
            bullish(
                is_doji(view)
                    && candle.lower_shadow() > long
                    && candle.upper_shadow() > long
                    && candle.bottom() <= middle + near
                    && candle.top() >= middle - near,
            )
        },
    }
);

const CDLTAKURI: Spec = pattern!(
    "cdltakuri",
    "takuri: a dragonfly doji with a very long lower shadow; 100",
    NONE,
    Rule {
        lookback: 10,
        averages: &[(BodyDoji, 0), (ShadowVeryShort, 0)],
        test: |view| {
            let candle = view.back(0);
            bullish(
                is_doji(view)
                    && candle.upper_shadow() < view.limit(ShadowVeryShort, 0)
                    && candle.lower_shadow() > view.limit(ShadowVeryLong, 0),
            )
        },
    }
);

const CDLHIGHWAVE: Spec = pattern!(
    "cdlhighwave",
    "high wave: a short body with two very long shadows; 100 white, −100 black",
    NONE,
    Rule {
        lookback: 10,
        averages: &[(BodyShort, 0)],
        test: |view| {
            let (candle, long) = (view.back(0), view.limit(ShadowVeryLong, 0));
            let holds = candle.body() < view.limit(BodyShort, 0)
                && candle.upper_shadow() > long
                && candle.lower_shadow() > long;
            signed(holds, candle.sign())
        },
    }
);

const CDLSPINNINGTOP: Spec = pattern!(
    "cdlspinningtop",
    "spinning top: a short body with two shadows longer than it; 100 white, −100 black",
    NONE,
    Rule {
        lookback: 10,
        averages: &[(BodyShort, 0)],
        test: |view| {
            let candle = view.back(0);
            let holds = candle.body() < view.limit(BodyShort, 0)
                && candle.upper_shadow() > candle.body()
                && candle.lower_shadow() > candle.body();
            signed(holds, candle.sign())
        },
    }
);

const CDLBELTHOLD: Spec = pattern!(
    "cdlbelthold",
    "belt hold: a long candle that opens at its low (100) or at its high (−100)",
    NONE,
    Rule {
        lookback: 10,
        averages: &[(BodyLong, 0), (ShadowVeryShort, 0)],
        test: |view| {
            let candle = view.back(0);
            let shadow = if candle.is_white() {
                candle.lower_shadow()
            } else {
                candle.upper_shadow()
            };
            let holds =
                candle.body() > view.limit(BodyLong, 0) && shadow < view.limit(ShadowVeryShort, 0);
            signed(holds, candle.sign())
        },
    }
);

const CDLCLOSINGMARUBOZU: Spec = pattern!(
    "cdlclosingmarubozu",
    "closing marubozu: a long candle that closes at its high (100) or at its low (−100)",
    NONE,
    Rule {
        lookback: 10,
        averages: &[(BodyLong, 0), (ShadowVeryShort, 0)],
        test: |view| {
            let candle = view.back(0);
            let shadow = if candle.is_white() {
                candle.upper_shadow()
            } else {
                candle.lower_shadow()
            };
            let holds =
                candle.body() > view.limit(BodyLong, 0) && shadow < view.limit(ShadowVeryShort, 0);
            signed(holds, candle.sign())
        },
    }
);

const CDLMARUBOZU: Spec = pattern!(
    "cdlmarubozu",
    "marubozu: a long body with next to no shadows; 100 white, −100 black",
    NONE,
    Rule {
        lookback: 10,
        averages: &[(BodyLong, 0), (ShadowVeryShort, 0)],
        test: |view| signed(is_marubozu(view, 0), view.back(0).sign()),
    }
);

const CDLLONGLINE: Spec = pattern!(
    "cdllongline",
    "long line: a long body with short shadows; 100 white, −100 black",
    NONE,
    Rule {
        lookback: 10,
        averages: &[(BodyLong, 0), (ShadowShort, 0)],
        test: |view| {
            let (candle, short) = (view.back(0), view.limit(ShadowShort, 0));
            let holds = candle.body() > view.limit(BodyLong, 0)
                && candle.upper_shadow() < short
                && candle.lower_shadow() < short;
            signed(holds, candle.sign())
        },
    }
);

const CDLSHORTLINE: Spec = pattern!(
    "cdlshortline",
    "short line: a short body with short shadows; 100 white, −100 black",
    NONE,
    Rule {
        lookback: 10,
        averages: &[(BodyShort, 0), (ShadowShort, 0)],
        test: |view| {
            let (candle, short) = (view.back(0), view.limit(ShadowShort, 0));
            let holds = candle.body() < view.limit(BodyShort, 0)
                && candle.upper_shadow() < short
                && candle.lower_shadow() < short;
            signed(holds, candle.sign())
        },
    }
);

const CDLHAMMER: Spec = pattern!(
    "cdlhammer",
    "hammer: a short body on a long lower shadow, at or below the low before; 100",
    NONE,
    Rule {
        lookback: 11,
        averages: &[(BodyShort, 0), (ShadowVeryShort, 0), (Near, 1)],
        test: |view| {
            let [before, candle] = view.last();
            bullish(hangs(view) && candle.bottom() <= before.low + view.limit(Near, 1))
        },
    }
);

const CDLHANGINGMAN: Spec = pattern!(
    "cdlhangingman",
    "hanging man: a short body on a long lower shadow, at or above the high before; −100",
    NONE,
    Rule {
        lookback: 11,
        averages: &[(BodyShort, 0), (ShadowVeryShort, 0), (Near, 1)],
        test: |view| {
            let [before, candle] = view.last();
            bearish(hangs(view) && candle.bottom() >= before.high - view.limit(Near, 1))
        },
    }
);

const CDLINVERTEDHAMMER: Spec = pattern!(
    "cdlinvertedhammer",
    "inverted hammer: a short body under a long upper shadow, below the body before; 100",
    NONE,
    Rule {
        lookback: 11,
        averages: &[(BodyShort, 0), (ShadowVeryShort, 0)],
        test: |view| {
            let [before, candle] = view.last();
            bullish(stands(view) && candle.body_below(before))
        },
    }
);

const CDLSHOOTINGSTAR: Spec = pattern!(
    "cdlshootingstar",
    "shooting star: a short body under a long upper shadow, above the body before; −100",
    NONE,
    Rule {
        lookback: 11,
        averages: &[(BodyShort, 0), (ShadowVeryShort, 0)],
        test: |view| {
            let [before, candle] = view.last();
            bearish(stands(view) && candle.body_above(before))
        },
    }
);

fn is_doji(view: &View) -> bool {
    view.back(0).body() <= view.limit(BodyDoji, 0)
}

/// Whether the candle some bars back has a long body and next to no shadows.
pub(super) fn is_marubozu(view: &View, bars: usize) -> bool {
    let (candle, short) = (view.back(bars), view.limit(ShadowVeryShort, bars));
    candle.body() > view.limit(BodyLong, bars)
        && candle.upper_shadow() < short
        && candle.lower_shadow() < short
}

/// Whether it is a short body on a long lower shadow.
fn hangs(view: &View) -> bool {
    let candle = view.back(0);
    candle.body() < view.limit(BodyShort, 0)
        && candle.lower_shadow() > view.limit(ShadowLong, 0)
        && candle.upper_shadow() < view.limit(ShadowVeryShort, 0)
}

/// Whether it is a short body under a long upper shadow.
fn stands(view: &View) -> bool {
    let candle = view.back(0);
    candle.body() < view.limit(BodyShort, 0)
        && candle.upper_shadow() > view.limit(ShadowLong, 0)
        && candle.lower_shadow() < view.limit(ShadowVeryShort, 0)
}
