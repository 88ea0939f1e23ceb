//! The commands and order reports of a run as text, and the hash over them.
//!
//! Invariants: one line each, in the order in which they passed between engine and exchange; the same
//! run gives the same lines on every machine, with any build and whether or not files are kept. Costs
//! nothing where nothing is ordered. Knows nothing of bars.

use std::sync::Arc;

use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};

use crate::app::run::script::hex;
use crate::app::run::write::{TimeWriter, push_decimal, push_text};
use crate::core::message::{Command, OrderReport, Setting};
use crate::core::model::asset::{Asset, AssetId};
use crate::core::model::fill::Fill;
use crate::core::model::market::CorporateAction;
use crate::core::model::number::Price;
use crate::core::model::order::{Change, OrderId, OrderRequest, OrderType, Trail};
use crate::core::model::time::Timestamp;

/// Hashes what passes between engine and exchange.
#[derive(Debug)]
pub struct EventHash {
    symbols: Vec<Arc<str>>,
    hash: Sha256,
    line: String,
    times: TimeWriter,
}

impl EventHash {
    /// Starts with nothing; `assets` by their ids.
    pub fn new(assets: &[Asset]) -> Self {
        Self {
            symbols: assets
                .iter()
                .map(|asset| Arc::clone(&asset.symbol))
                .collect(),
            hash: Sha256::new(),
            line: String::new(),
            times: TimeWriter::default(),
        }
    }

    /// Goes on after the link that [`Self::link`] returned; an empty one is the beginning.
    pub fn resumed(assets: &[Asset], link: &str) -> Self {
        let mut events = Self::new(assets);
        events.hash.update(link.as_bytes());
        events
    }

    /// Ends a link of a chain of hashes: returns the hash of the link before and of all lines since,
    /// and begins the next with it.
    pub fn link(&mut self) -> String {
        let link = self.finish();
        self.hash = Sha256::new();
        self.hash.update(link.as_bytes());
        link
    }

    /// Adds a command of the engine.
    pub fn command(&mut self, at: Timestamp, command: &Command) {
        let word = match command {
            Command::Submit(..) => "submit",
            Command::Cancel(_) => "cancel",
            Command::Replace(..) => "replace",
            Command::Tie(..) => "tie",
            Command::Configure(_) => "configure",
        };
        self.begin(word, at);
        match command {
            Command::Submit(id, approved) => {
                self.order(*id);
                self.request(approved.request());
            }
            Command::Cancel(id) => self.order(*id),
            Command::Replace(id, change) => {
                self.order(*id);
                self.change(change);
            }
            Command::Tie(one, other) => {
                self.order(*one);
                self.order(*other);
            }
            Command::Configure(setting) => self.text(&match setting {
                Setting::Commission(model) => format!("commission={model}"),
                Setting::Slippage(model) => format!("slippage={model}"),
                Setting::CancelAtSessionEnd(whether) => format!("cancel_at_session_end={whether}"),
            }),
        }
        self.end();
    }

    /// Adds what the exchange says about an order.
    pub fn report(&mut self, at: Timestamp, report: &OrderReport) {
        let word = match report {
            OrderReport::Accepted(_) => "accepted",
            OrderReport::Rejected(..) => "rejected",
            OrderReport::Filled(_) => "filled",
            OrderReport::Canceled(..) => "canceled",
            OrderReport::Expired(_) => "expired",
            OrderReport::Replaced(..) => "replaced",
            OrderReport::Kept(..) => "kept",
            OrderReport::Adjusted(..) => "adjusted",
        };
        self.begin(word, at);
        self.order(report.order());
        match report {
            OrderReport::Accepted(_) | OrderReport::Expired(_) => {}
            OrderReport::Rejected(_, why)
            | OrderReport::Canceled(_, why)
            | OrderReport::Kept(_, why) => self.text(why),
            OrderReport::Filled(fill) => self.fill(fill),
            OrderReport::Replaced(_, change) => self.change(change),
            OrderReport::Adjusted(_, CorporateAction::Split(ratio)) => {
                self.text("split");
                self.number(*ratio);
            }
            OrderReport::Adjusted(_, CorporateAction::Dividend(cash)) => {
                self.text("dividend");
                self.number(*cash);
            }
        }
        self.end();
    }

    /// Returns the hash of all lines so far, SHA-256 in lower-case hex.
    pub fn finish(&self) -> String {
        hex(self.hash.clone())
    }

    fn begin(&mut self, word: &str, at: Timestamp) {
        self.line.clear();
        self.line.push_str(word);
        self.line.push(',');
        self.times.push(&mut self.line, at);
    }

    fn end(&mut self) {
        self.line.push('\n');
        self.hash.update(self.line.as_bytes());
    }

    fn text(&mut self, text: &str) {
        self.line.push(',');
        push_text(&mut self.line, text);
    }

    fn number(&mut self, number: Decimal) {
        self.line.push(',');
        push_decimal(&mut self.line, number);
    }

    fn price(&mut self, price: Option<Price>) {
        match price {
            Some(price) => self.number(price.get()),
            None => self.line.push(','),
        }
    }

    fn order(&mut self, id: OrderId) {
        self.line.push(',');
        self.line.push_str(&id.to_string());
    }

    fn order_or_none(&mut self, id: Option<OrderId>) {
        match id {
            Some(id) => self.order(id),
            None => self.line.push(','),
        }
    }

    fn asset(&mut self, id: AssetId) {
        let symbol = self.symbols.get(id.index()).map(Arc::clone);
        self.text(&symbol.unwrap_or_default());
    }

    fn request(&mut self, request: &OrderRequest) {
        self.asset(request.asset);
        self.text(request.side.name());
        self.number(request.quantity.get());
        self.text(request.order_type.name());
        self.price(request.order_type.limit());
        self.price(request.order_type.stop());
        match request.order_type {
            OrderType::Trail(Trail::Amount(amount)) => self.number(amount.get()),
            OrderType::Trail(Trail::Fraction(fraction)) => self.number(fraction),
            OrderType::Market
            | OrderType::Limit(_)
            | OrderType::Stop(_)
            | OrderType::StopLimit { .. } => self.line.push(','),
        }
        self.text(request.tif.name());
        for (whether, word) in [
            (request.reduce_only, "reduce_only"),
            (request.post_only, "post_only"),
        ] {
            self.text(if whether { word } else { "" });
        }
        self.order_or_none(request.parent);
        self.order_or_none(request.oco);
        self.text(&request.tag);
    }

    fn change(&mut self, change: &Change) {
        match change.quantity {
            Some(quantity) => self.number(quantity.get()),
            None => self.line.push(','),
        }
        self.price(change.limit);
        self.price(change.stop);
    }

    fn fill(&mut self, fill: &Fill) {
        self.asset(fill.asset);
        for number in [
            fill.quantity.get(),
            fill.price.get(),
            fill.commission.get(),
            fill.slippage.get(),
        ] {
            self.number(number);
        }
        self.line.push(',');
        self.times.push(&mut self.line, fill.time);
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;
    use crate::core::model::asset::AssetKind;
    use crate::core::model::number::{Money, Quantity};

    /// Returns the lines that the hash is over.
    fn lines(hash: &mut EventHash, add: impl Fn(&mut EventHash)) -> (String, String) {
        add(hash);
        (hash.line.clone(), hash.finish())
    }

    fn fill() -> Fill {
        Fill {
            id: 7,
            order: OrderId(1),
            asset: AssetId(0),
            quantity: Quantity::new(dec!(-10)),
            price: Price::new(dec!(12.50)),
            commission: Money::new(dec!(1.00)),
            slippage: Money::ZERO,
            time: Timestamp::from_nanos(1_000_000_000),
            bar: Timestamp::from_nanos(0),
        }
    }

    #[test]
    fn a_line_is_exact_without_trailing_zeros_and_names_the_asset() {
        let assets = [Asset::new("A,B", AssetKind::Equity, "XNYS")];
        let mut hash = EventHash::new(&assets);
        let at = Timestamp::from_nanos(2_000_000_000);
        let (line, first) = lines(&mut hash, |hash| {
            hash.report(at, &OrderReport::Filled(fill()));
        });
        assert_eq!(
            line,
            "filled,1970-01-01T00:00:02Z,o1,\"A,B\",-10,12.5,1,0,1970-01-01T00:00:01Z\n"
        );
        let change = Change {
            limit: Some(Price::new(dec!(3))),
            ..Change::default()
        };
        let (line, second) = lines(&mut hash, |hash| {
            hash.command(at, &Command::Replace(OrderId(2), change));
        });
        assert_eq!(line, "replace,1970-01-01T00:00:02Z,o2,,3,\n");
        assert_ne!(first, second);
    }

    #[test]
    fn the_hash_of_nothing_is_that_of_no_bytes() {
        let expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(EventHash::new(&[]).finish(), expected);
    }
}
