//! Random markets, rules and strategies.

use proptest::prelude::*;
use rust_decimal::Decimal;
use rustybt::core::model::market::CorporateAction;
use rustybt::core::model::number::Price;
use rustybt::core::model::order::{OrderType, TimeInForce, Trail};
use rustybt::core::sim::commission::Commission;
use rustybt::core::sim::rules::{AccountRules, FillAt};
use rustybt::core::sim::slippage::Slippage;

use crate::support::world::{Builder, world};

pub(super) const BARS: usize = 14;

/// Something that a strategy does; prices are distances from the last price in cents.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Order(u32, i64, Kind, TimeInForce, bool),
    Bracket(u32, i64, i64, i64),
    Target(u32, i64),
    Tie(usize, usize),
    Cancel(usize),
    Modify(usize, i64, i64),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Market,
    Limit(i64),
    PostOnly(i64),
    Stop(i64),
    StopLimit(i64, i64),
    Trail(i64),
}

impl Kind {
    pub(super) fn around(self, last: Price) -> OrderType {
        let at = |by: i64| Price::new(last.get() + cents(by));
        match self {
            Self::Market => OrderType::Market,
            Self::Limit(by) | Self::PostOnly(by) => OrderType::Limit(at(by)),
            Self::Stop(by) => OrderType::Stop(at(by)),
            Self::StopLimit(stop, limit) => OrderType::StopLimit {
                stop: at(stop),
                limit: at(limit),
            },
            Self::Trail(by) => OrderType::Trail(Trail::Amount(Price::new(cents(by)))),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) bars: Vec<Vec<Option<[Decimal; 5]>>>,
    /// What is done in `handle_data` of which bar.
    pub(super) acts: Vec<(usize, Act)>,
    /// What is done in callbacks, one after another.
    pub(super) answers: Vec<Act>,
    pub(super) fill_at: FillAt,
    pub(super) cash_account: bool,
    pub(super) volume_limit: Option<Decimal>,
    pub(super) slippage: Slippage,
    pub(super) commission: Commission,
    pub(super) eod: bool,
    pub(super) action: Option<CorporateAction>,
    pub(super) capital: i64,
}

pub(super) fn cents(value: i64) -> Decimal {
    Decimal::new(value, 2)
}

/// Two assets over some hours that hold the end of a session.
pub(super) fn bars() -> impl Strategy<Value = Vec<Option<[Decimal; 5]>>> {
    let bar = (
        -60_i64..60,
        -60_i64..60,
        0_i64..40,
        0_i64..40,
        0_i64..3_000,
        0..12,
    );
    proptest::collection::vec(bar, BARS).prop_map(|rows| {
        let mut price = 10_000;
        let mut bars = Vec::new();
        for (row, (gap, move_by, above, below, volume, hole)) in rows.into_iter().enumerate() {
            let open = price + gap;
            let close = open + move_by;
            let (high, low) = (open.max(close) + above, open.min(close) - below);
            price = close;
            let prices = [open, high, low, close].map(cents);
            let [o, h, l, c] = prices;
            bars.push((hole > 0 || row == 0).then_some([o, h, l, c, Decimal::from(volume)]));
        }
        bars
    })
}

pub(super) fn kind() -> impl Strategy<Value = Kind> {
    let near = -120_i64..120;
    prop_oneof![
        3 => Just(Kind::Market),
        3 => near.clone().prop_map(Kind::Limit),
        1 => near.clone().prop_map(Kind::PostOnly),
        2 => near.clone().prop_map(Kind::Stop),
        1 => (near.clone(), near).prop_map(|(stop, limit)| Kind::StopLimit(stop, limit)),
        1 => (1_i64..150).prop_map(Kind::Trail),
    ]
}

pub(super) fn act() -> impl Strategy<Value = Act> {
    let tif = prop_oneof![
        4 => Just(TimeInForce::Gtc),
        1 => Just(TimeInForce::Day),
        1 => Just(TimeInForce::Ioc),
        1 => Just(TimeInForce::Fok),
    ];
    let units = prop_oneof![-200_i64..-1, 1_i64..200];
    prop_oneof![
        6 => (0..2_u32, units.clone(), kind(), tif, proptest::bool::weighted(0.15))
            .prop_map(|(asset, units, kind, tif, reduce)| Act::Order(asset, units, kind, tif, reduce)),
        2 => (0..2_u32, units.clone(), 1_i64..100, 1_i64..100)
            .prop_map(|(asset, units, stop, target)| Act::Bracket(asset, units, stop, target)),
        2 => (0..2_u32, -150_i64..150).prop_map(|(asset, target)| Act::Target(asset, target)),
        1 => (0..40_usize, 0..40_usize).prop_map(|(one, other)| Act::Tie(one, other)),
        1 => (0..40_usize).prop_map(Act::Cancel),
        2 => (0..40_usize, 1_i64..250, -120_i64..120)
            .prop_map(|(order, units, price)| Act::Modify(order, units, price)),
    ]
}

pub(super) fn plan() -> impl Strategy<Value = Plan> {
    let fill_at = prop_oneof![
        2 => Just(FillAt::NextOpen),
        1 => Just(FillAt::NextClose),
        1 => Just(FillAt::ThisClose)
    ];
    let slippage = prop_oneof![
        Just(Slippage::None),
        Just(Slippage::BasisPoints { bps: 5.into() }),
        Just(Slippage::VolumeShare {
            limit: Decimal::new(5, 2),
            impact: Decimal::new(1, 1)
        })
    ];
    let commission = prop_oneof![
        Just(Commission::None),
        Just(Commission::PerShare {
            rate: Decimal::new(5, 3),
            minimum: Decimal::ONE,
            fee: Decimal::ZERO
        }),
        Just(Commission::MakerTaker {
            maker: Decimal::new(-1, 4),
            taker: Decimal::new(5, 4)
        }),
    ];
    let action = prop_oneof![
        3 => Just(None),
        1 => Just(Some(CorporateAction::Split(Decimal::TWO))),
        1 => Just(Some(CorporateAction::Split(Decimal::new(15, 1)))),
        1 => Just(Some(CorporateAction::Split(Decimal::new(125, 3)))),
        1 => Just(Some(CorporateAction::Dividend(Decimal::new(75, 2)))),
    ];
    let limit = prop_oneof![Just(None), Just(Some(Decimal::new(25, 3)))];
    let market = (bars(), bars(), action);
    let strategy = (
        proptest::collection::vec((0..BARS, act()), 1..40),
        proptest::collection::vec(act(), 0..6),
    );
    let rules = (
        fill_at,
        proptest::bool::weighted(0.25),
        limit,
        slippage,
        commission,
        proptest::bool::weighted(0.2),
        prop_oneof![Just(20_000_i64), Just(1_000_000)],
    );
    (market, strategy, rules).prop_map(
        |(
            (a, b, action),
            (acts, answers),
            (fill_at, cash, limit, slippage, commission, eod, capital),
        )| {
            Plan {
                bars: vec![a, b],
                acts,
                answers,
                fill_at,
                cash_account: cash,
                volume_limit: limit,
                slippage,
                commission,
                eod,
                action,
                capital,
            }
        },
    )
}

impl Plan {
    pub(super) fn build(&self) -> Builder {
        let mut builder = world()
            .times("24/7", "1h", "2024-01-01T17:00:00Z")
            .cash(self.capital)
            .rules(|rules| {
                rules.fill_at = self.fill_at;
                rules.volume_limit = self.volume_limit;
                rules.slippage = Some(self.slippage.clone());
                rules.commission = Some(self.commission.clone());
                rules.cancel_at_session_end = self.eod;
                if self.cash_account {
                    rules.account = AccountRules::Cash;
                }
            })
            .rows("B", self.bars[0].clone())
            .rows("A", self.bars[1].clone());
        if let Some(action) = self.action {
            builder = builder.action("B", "2024-01-02", action);
        }
        builder
    }
}
