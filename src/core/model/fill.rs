//! Executions.

use serde::{Deserialize, Serialize};

use crate::core::model::asset::AssetId;
use crate::core::model::number::{Money, Price, Quantity};
use crate::core::model::order::OrderId;
use crate::core::model::time::Timestamp;

/// One execution of an order, in part or in full.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Fill {
    /// The broker's number for it within one run, by which it is booked once.
    pub id: u64,
    /// The order.
    pub order: OrderId,
    /// The asset.
    pub asset: AssetId,
    /// Units: positive bought, negative sold.
    pub quantity: Quantity,
    /// The price paid or received for each unit, slippage included.
    pub price: Price,
    /// What the broker charged; negative is a rebate.
    pub commission: Money,
    /// What slippage cost: the distance from the price before slippage, times quantity and
    /// multiplier; positive is a cost.
    pub slippage: Money,
    /// When it happened, on the market's clock.
    pub time: Timestamp,
    /// The label of the bar in which it happened; `time` itself where there is no bar.
    pub bar: Timestamp,
}
