//! Words about how a run is set up.

use crate::script::api::docs::{Line, function};

pub(super) const LINES: &[Line] = &[
    function(
        "set_commission",
        "set_commission(model)",
        "Sets what trading costs. What a flag or a configuration sets wins over the script, and the log says so.",
        "set_commission(per_share(0.005, 1.0));",
    ),
    function(
        "per_share",
        "per_share(rate [, minimum])",
        "A commission of so much money a unit, at least the minimum an order.",
        "set_commission(per_share(0.01));",
    ),
    function(
        "per_trade",
        "per_trade(cost)",
        "A commission of so much money an order.",
        "set_commission(per_trade(5.0));",
    ),
    function(
        "per_dollar",
        "per_dollar(rate)",
        "A commission of a fraction of the value: 0.001 is 10 basis points.",
        "set_commission(per_dollar(0.001));",
    ),
    function(
        "maker_taker",
        "maker_taker(maker, taker)",
        "Fractions of the value: the first for orders that rested, the second for those that did not. A negative maker rate is a rebate.",
        "set_commission(maker_taker(0.0002, 0.0005));",
    ),
    function(
        "no_commission",
        "no_commission()",
        "Trading costs nothing.",
        "set_commission(no_commission());",
    ),
    function(
        "set_slippage",
        "set_slippage(model)",
        "Sets how far fills slip from the price.",
        "set_slippage(basis_points(5));",
    ),
    function(
        "basis_points",
        "basis_points(bps)",
        "Fills are worse by so many hundredths of a percent.",
        "",
    ),
    function(
        "fixed_slippage",
        "fixed_slippage(amount)",
        "Fills are worse by so much money a unit.",
        "set_slippage(fixed_slippage(0.01));",
    ),
    function(
        "volume_share",
        "volume_share(limit, impact)",
        "At most the fraction limit of a bar's volume fills; the price is worse by impact times the square of the fraction used.",
        "set_slippage(volume_share(0.025, 0.1));",
    ),
    function(
        "no_slippage",
        "no_slippage()",
        "Fills do not slip.",
        "set_slippage(no_slippage());",
    ),
    function(
        "set_benchmark",
        "set_benchmark(asset)",
        "Sets what the strategy is measured against.",
        "set_benchmark(asset);",
    ),
    function(
        "set_cancel_policy",
        "set_cancel_policy(policy)",
        "\"eod\": what could have filled is canceled at each session's end; \"never\": orders wait.",
        "set_cancel_policy(\"eod\");",
    ),
    function(
        "set_max_leverage",
        "set_max_leverage(x)",
        "Refuses orders that would bring the absolute value of positions above x times the portfolio's.",
        "set_max_leverage(1.5);",
    ),
    function(
        "set_max_position",
        "set_max_position(asset, amount)",
        "Refuses orders that would make a position larger; () stands for every asset.",
        "set_max_position(asset, 1_000);",
    ),
    function(
        "set_max_order",
        "set_max_order(asset, amount)",
        "Refuses larger orders; () stands for every asset.",
        "set_max_order((), 500);",
    ),
    function(
        "set_long_only",
        "set_long_only()",
        "Refuses orders that would make a position short.",
        "set_long_only();",
    ),
    function(
        "set_do_not_trade",
        "set_do_not_trade(assets)",
        "Refuses orders in these assets.",
        "set_do_not_trade([\"AAPL\"]);",
    ),
];
