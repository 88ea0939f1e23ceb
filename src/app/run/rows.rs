//! Rows of the files that a run writes as it goes, the same in every mode.

use rust_decimal::Decimal;

use crate::app::run::write::{TimeWriter, push_decimal, push_text};
use crate::core::engine::desk::{Desk, LogLevel};
use crate::core::model::fill::Fill;
use crate::core::model::order::Side;
use crate::core::model::time::Timestamp;

/// The header of `fills.csv`.
pub const FILLS: &str =
    "time,order_id,asset,side,quantity,price,commission,slippage,cash_after,position_after\n";
/// The header of `equity.csv`.
pub const EQUITY: &str = "time,cash,positions_value,portfolio_value\n";
/// The header of `positions.csv`.
pub const POSITIONS: &str = "time,asset,amount,cost_basis,last_price,market_value,unrealized_pnl\n";

/// Appends an execution; `desk` shows the books after it.
pub fn fill(line: &mut String, times: &mut TimeWriter, fill: &Fill, desk: &Desk) {
    times.push(line, fill.bar);
    line.push(',');
    line.push_str(&fill.order.to_string());
    line.push(',');
    push_text(line, &desk.asset(fill.asset).symbol);
    line.push(',');
    line.push_str(Side::of(fill.quantity).name());
    push_numbers(
        line,
        &[
            fill.quantity.abs().get(),
            fill.price.get(),
            fill.commission.get(),
            fill.slippage.get(),
            desk.ledger.cash().get(),
            desk.ledger.position(fill.asset).amount.get(),
        ],
    );
    line.push('\n');
}

/// Appends the books at the end of a slice.
pub fn equity(line: &mut String, times: &mut TimeWriter, label: Timestamp, desk: &Desk) {
    times.push(line, label);
    let (cash, positions) = (desk.ledger.cash(), desk.ledger.positions_value());
    push_numbers(
        line,
        &[cash.get(), positions.get(), (cash + positions).get()],
    );
    line.push('\n');
}

/// Appends what is held at the end of the session whose last slice has this label.
pub fn positions(out: &mut String, times: &mut TimeWriter, label: Timestamp, desk: &Desk) {
    let day = Timestamp::from_date(label.date()).unwrap_or(label);
    for id in desk.ledger.held() {
        let (asset, position) = (desk.asset(*id), desk.ledger.position(*id));
        times.push(out, day);
        out.push(',');
        push_text(out, &asset.symbol);
        push_numbers(
            out,
            &[
                position.amount.get(),
                position.cost_basis(asset).get(),
                position.last_price.get(),
                position.market_value(asset).get(),
                position.unrealized(asset).get(),
            ],
        );
        out.push('\n');
    }
}

/// Returns a line of `log.jsonl`; `fields` is an object as JSON text, or empty.
pub fn log(at: Timestamp, level: LogLevel, text: &str, fields: &str) -> String {
    let mut row = serde_json::json!({
        "time": at.to_string(),
        "level": level.name(),
        "text": text,
    });
    if let Ok(serde_json::Value::Object(fields)) = serde_json::from_str(fields)
        && let Some(row) = row.as_object_mut()
    {
        row.insert("fields".to_owned(), fields.into());
    }
    format!("{row}\n")
}

/// Appends numbers, each after a comma.
fn push_numbers(line: &mut String, numbers: &[Decimal]) {
    for number in numbers {
        line.push(',');
        push_decimal(line, *number);
    }
}
