//! Price, entries and exits of one asset.

use crate::app::figures::{grouped, short, signed_money};
use crate::app::report::charts::frame::Frame;
use crate::app::report::data::{FillRow, PriceRow, ReportData, TradeRow};
use crate::app::report::scale::{Point, Scale, time_value};
use crate::core::model::number::{Money, to_f64};
use crate::core::model::time::Timestamp;

/// The most round trips, and fills, that one chart shows.
pub const MOST_MARKS: usize = 300;

/// Draws the closes of `symbol`, a line from entry to exit of each round trip and a mark at each
/// fill. With more than [`MOST_MARKS`], those with the largest gain or loss.
pub fn chart(data: &ReportData, symbol: &str, span: (Timestamp, Timestamp)) -> Option<String> {
    let bars = data.prices.get(symbol).filter(|bars| bars.len() > 1)?;
    let trades = largest(data, symbol);
    let fills: Vec<&FillRow> = data.fills.iter().filter(|f| f.asset == symbol).collect();
    let touched = trades
        .iter()
        .flat_map(|trade| [drawn_entry(bars, trade), to_f64(trade.exit_price)]);
    let up = Scale::around(bars.iter().map(|bar| bar.close).chain(touched));
    let mut frame = Frame::over_time(220.0, span, up, short);
    frame.line("line price", &closes(bars));
    for trade in &trades {
        let class = if trade.gain() < 0.0 {
            "trip loss"
        } else {
            "trip gain"
        };
        frame.segment(
            class,
            (trade.entry_time, drawn_entry(bars, trade)),
            (trade.exit_time, to_f64(trade.exit_price)),
        );
    }
    if fills.len() <= MOST_MARKS {
        for fill in fills {
            let units = grouped(fill.quantity, 8, false);
            let price = grouped(fill.price, 4, false);
            let note = format!("{} {units} at {price}, {}", fill.side, fill.time);
            let mark = if fill.side == "sell" { "sell" } else { "buy" };
            frame.mark(mark, fill.time, to_f64(fill.price), &note);
        }
    } else {
        mark_trades(&mut frame, bars, &trades);
    }
    Some(frame.finish(&format!("Price of {symbol} with entries and exits")))
}

/// Returns the price at which an entry is drawn. A round trip's entry price follows later splits while
/// the bars do not; where the two are far apart, the bar's close stands for it.
fn drawn_entry(bars: &[PriceRow], trade: &TradeRow) -> f64 {
    let price = to_f64(trade.entry_price);
    let after = bars.partition_point(|bar| bar.time <= trade.entry_time);
    match after.checked_sub(1).and_then(|at| bars.get(at)) {
        Some(bar) if !(0.7..1.4).contains(&(price / bar.close)) => bar.close,
        _ => price,
    }
}

fn mark_trades(frame: &mut Frame, bars: &[PriceRow], trades: &[&TradeRow]) {
    for trade in trades {
        let gain = signed_money(Money::new(trade.pnl));
        let (entry, exit) = if trade.side == "sell" {
            ("sell", "buy")
        } else {
            ("buy", "sell")
        };
        let note = format!("{gain} from {} to {}", trade.entry_time, trade.exit_time);
        frame.mark(entry, trade.entry_time, drawn_entry(bars, trade), &note);
        frame.mark(exit, trade.exit_time, to_f64(trade.exit_price), &note);
    }
}

fn closes(bars: &[PriceRow]) -> Vec<Point> {
    bars.iter()
        .map(|bar| (time_value(bar.time), Some(bar.close)))
        .collect()
}

fn largest<'a>(data: &'a ReportData, symbol: &str) -> Vec<&'a TradeRow> {
    let mut trades: Vec<&TradeRow> = data.trades.iter().filter(|t| t.asset == symbol).collect();
    if trades.len() > MOST_MARKS {
        trades.sort_by_key(|trade| std::cmp::Reverse(trade.pnl.abs()));
        trades.truncate(MOST_MARKS);
        trades.sort_by_key(|trade| trade.exit_time);
    }
    trades
}
