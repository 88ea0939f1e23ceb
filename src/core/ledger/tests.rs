//! The books against the rows of the semantics tables and against an account kept by hand.

use proptest::prelude::*;
use rust_decimal::dec;

use super::*;
use crate::core::model::asset::AssetKind;
use crate::core::model::order::OrderId;

fn ledger(kinds: &[(AssetKind, Decimal)], cash: Decimal) -> Ledger {
    let assets: Vec<Asset> = kinds
        .iter()
        .enumerate()
        .map(|(i, (kind, multiplier))| {
            let mut asset = Asset::new(&format!("A{i}"), *kind, "XNYS");
            asset.multiplier = *multiplier;
            asset
        })
        .collect();
    Ledger::new(assets.into(), Money::new(cash))
}

fn equity(cash: Decimal) -> Ledger {
    ledger(&[(AssetKind::Equity, Decimal::ONE)], cash)
}

fn trade(
    ledger: &mut Ledger,
    asset: u32,
    quantity: Decimal,
    price: Decimal,
    fee: Decimal,
) -> Money {
    ledger.book(
        &Fill {
            id: 0,
            order: OrderId(1),
            asset: AssetId(asset),
            quantity: Quantity::new(quantity),
            price: Price::new(price),
            commission: Money::new(fee),
            slippage: Money::ZERO,
            time: Timestamp::default(),
            bar: Timestamp::default(),
        },
        Timestamp::default(),
    )
}

const A: AssetId = AssetId(0);

#[test]
fn a_reduction_keeps_the_basis_and_a_flip_takes_the_fill_price() {
    // LP-12, LP-13, LP-14, LP-15
    let mut books = equity(dec!(100000));
    trade(&mut books, 0, dec!(100), dec!(150), dec!(0));
    trade(&mut books, 0, dec!(50), dec!(155), dec!(0));
    let position = *books.position(A);
    assert_eq!(position.amount.get(), dec!(150));
    assert_eq!(position.cost.get(), dec!(22750));
    assert_eq!(
        position.cost_basis(books.asset(A)).get(),
        dec!(22750) / dec!(150)
    );
    // The first price paid, since none was seen; after that the market alone says what it is worth.
    assert_eq!(position.last_price.get(), dec!(150));

    let mut books = equity(dec!(100000));
    trade(&mut books, 0, dec!(100), dec!(150), dec!(0));
    trade(&mut books, 0, dec!(-60), dec!(152), dec!(0));
    assert_eq!(books.position(A).amount.get(), dec!(40));
    assert_eq!(
        books.position(A).cost_basis(books.asset(A)).get(),
        dec!(150)
    );
    assert_eq!(books.position(A).realized.get(), dec!(120));

    let mut books = equity(dec!(100000));
    trade(&mut books, 0, dec!(100), dec!(150), dec!(0));
    let realized = trade(&mut books, 0, dec!(-150), dec!(155), dec!(0));
    assert_eq!(realized.get(), dec!(500));
    assert_eq!(books.position(A).amount.get(), dec!(-50));
    assert_eq!(
        books.position(A).cost_basis(books.asset(A)).get(),
        dec!(155)
    );

    trade(&mut books, 0, dec!(50), dec!(150), dec!(0));
    assert_eq!(books.position(A).amount.get(), dec!(0));
    assert_eq!(books.position(A).cost_basis(books.asset(A)).get(), dec!(0));
    assert!(books.held().is_empty());
    assert_eq!(books.cash().get(), dec!(100750));
}

#[test]
fn fees_change_cash_and_never_the_basis() {
    // LP-26, LP-03
    let mut books = equity(dec!(100000));
    trade(&mut books, 0, dec!(100), dec!(150), dec!(5));
    assert_eq!(
        books.position(A).cost_basis(books.asset(A)).get(),
        dec!(150)
    );
    trade(&mut books, 0, dec!(-100), dec!(155), dec!(5));
    assert_eq!(books.cash().get(), dec!(100490));
    assert_eq!(books.commission().get(), dec!(10));
}

#[test]
fn open_profit_has_the_sign_of_the_side() {
    // LP-11
    for (quantity, price, profit) in [
        (dec!(100), dec!(155), dec!(500)),
        (dec!(100), dec!(145), dec!(-500)),
        (dec!(-100), dec!(145), dec!(500)),
    ] {
        let mut books = equity(dec!(100000));
        trade(&mut books, 0, quantity, dec!(150), dec!(0));
        books.mark(A, Price::new(price));
        assert_eq!(books.position(A).unrealized(books.asset(A)).get(), profit);
    }
}

#[test]
fn weights_are_exposures_and_a_future_is_not_paid_for() {
    // LP-20, LP-21
    let mut books = ledger(
        &[
            (AssetKind::Equity, dec!(1)),
            (AssetKind::Equity, dec!(1)),
            (AssetKind::Future, dec!(100)),
        ],
        dec!(1000),
    );
    trade(&mut books, 0, dec!(2), dec!(95), dec!(0));
    trade(&mut books, 1, dec!(-1), dec!(95), dec!(0));
    trade(&mut books, 2, dec!(1), dec!(2), dec!(0));
    assert_eq!(books.cash().get(), dec!(905));
    let weights = |books: &Ledger| [0, 1, 2].map(|i| books.weight(AssetId(i)));
    assert_eq!(weights(&books), [dec!(0.19), dec!(-0.095), dec!(0.2)]);
    books.mark(AssetId(0), Price::new(dec!(100)));
    books.mark(AssetId(1), Price::new(dec!(100)));
    assert_eq!(books.value().get(), dec!(1005));
    // The future's profit is in its market value until it is realized.
    books.mark(AssetId(2), Price::new(dec!(2.5)));
    assert_eq!(books.value().get(), dec!(1055));
    trade(&mut books, 2, dec!(-1), dec!(2.5), dec!(0));
    assert_eq!(books.cash().get(), dec!(955));
    assert_eq!(books.value().get(), dec!(1055));
}

#[test]
fn a_split_pays_the_fraction_and_a_dividend_costs_the_short() {
    let mut books = equity(dec!(0));
    trade(&mut books, 0, dec!(15), dec!(90), dec!(0));
    books.apply_action(
        A,
        CorporateAction::Split(dec!(0.125)),
        Price::new(dec!(2.13)),
    );
    // 15 / 8 = 1.875: one share is kept, 0.875 is paid at 2.13 × 8.
    assert_eq!(books.position(A).amount.get(), dec!(1));
    assert_eq!(books.cash().get(), dec!(-1350) + dec!(0.875) * dec!(17.04));
    assert_eq!(books.position(A).last_price.get(), dec!(17.04));

    let mut books = equity(dec!(0));
    trade(&mut books, 0, dec!(-100), dec!(10), dec!(0));
    books.apply_action(
        A,
        CorporateAction::Dividend(dec!(0.5)),
        Price::new(dec!(10)),
    );
    assert_eq!(books.cash().get(), dec!(950));
}

#[derive(Clone, Debug)]
enum Step {
    Trade(u32, i64, i64, i64),
    Mark(u32, i64),
    Split(u32, i64),
    Dividend(u32, i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let asset = 0_u32..3;
    let price = 1_i64..1_000_000;
    prop::collection::vec(
        prop_oneof![
            6 => (asset.clone(), -500_i64..500, price.clone(), 0_i64..500)
                .prop_filter("an execution has a quantity", |(_, q, _, _)| *q != 0)
                .prop_map(|(a, q, p, f)| Step::Trade(a, q, p, f)),
            3 => (asset.clone(), price).prop_map(|(a, p)| Step::Mark(a, p)),
            1 => (asset.clone(), 1_i64..9).prop_map(|(a, r)| Step::Split(a, r)),
            1 => (asset, 0_i64..300).prop_map(|(a, d)| Step::Dividend(a, d)),
        ],
        1..80,
    )
}

proptest! {
    /// An independent account of the same events in whole cents: cash and units are tracked by
    /// hand, and the books must agree with it after every step.
    #[test]
    fn portfolio_value_is_cash_plus_market_value(steps in steps()) {
        let kinds = [(AssetKind::Equity, dec!(1)), (AssetKind::Crypto, dec!(1)), (AssetKind::Option, dec!(100))];
        let mut books = ledger(&kinds, dec!(1000000));
        let mut cash = dec!(1000000);
        let mut units = [Decimal::ZERO; 3];
        let mut last = [Decimal::ZERO; 3];
        let multiplier = [dec!(1), dec!(1), dec!(100)];
        let lots = [dec!(1), dec!(0.00000001), dec!(1)];
        for step in steps {
            match step {
                Step::Trade(a, quantity, price, fee) => {
                    let i = a as usize;
                    let (quantity, price, fee) = (Decimal::from(quantity), Decimal::new(price, 2), Decimal::new(fee, 2));
                    trade(&mut books, a, quantity, price, fee);
                    units[i] += quantity;
                    cash -= quantity * price * multiplier[i] + fee;
                    if last[i].is_zero() { last[i] = price; }
                }
                Step::Mark(a, price) => {
                    last[a as usize] = Decimal::new(price, 2);
                    books.mark(AssetId(a), Price::new(last[a as usize]));
                }
                Step::Split(a, eighths) => {
                    let i = a as usize;
                    if last[i].is_zero() { continue; }
                    let ratio = Decimal::new(eighths * 125, 3);
                    books.apply_action(AssetId(a), CorporateAction::Split(ratio), Price::new(last[i]));
                    let exact = units[i] * ratio;
                    let whole = exact - exact % lots[i];
                    last[i] /= ratio;
                    cash += (exact - whole) * last[i] * multiplier[i];
                    units[i] = whole;
                }
                Step::Dividend(a, cents) => {
                    let i = a as usize;
                    let value = Decimal::new(cents, 2);
                    books.apply_action(AssetId(a), CorporateAction::Dividend(value), Price::new(last[i]));
                    cash += units[i] * value * multiplier[i];
                }
            }
            let expected: Decimal = cash + (0..3).map(|i| units[i] * last[i] * multiplier[i]).sum::<Decimal>();
            prop_assert_eq!(books.cash().get(), cash);
            prop_assert_eq!(books.value().get(), expected);
            prop_assert_eq!(books.value(), books.cash() + books.positions_value());
            for (i, held) in units.iter().enumerate() {
                let id = AssetId(u32::try_from(i).unwrap());
                prop_assert_eq!(books.position(id).amount.get(), *held);
                prop_assert_eq!(books.held().contains(&id), !held.is_zero());
                // A flat position keeps no cost.
                if held.is_zero() { prop_assert_eq!(books.position(id).cost, Money::ZERO); }
            }
        }
        // Nothing is lost between realized and open profit, fees and dividends aside.
    }
}
