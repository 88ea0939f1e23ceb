//! From the configuration to the rules of the simulated exchange.

use rust_decimal::Decimal;

use crate::app::config::model::{
    AccountKind, CancelPolicy, Config, Execution, MarginCall, VolumeLimit,
};
use crate::core::sim::rules::{AccountRules, Rules};
use crate::script::host::Margin;

/// Returns the rules of a run.
pub fn rules_of(config: &Config) -> Rules {
    let execution = &config.execution;
    Rules {
        fill_at: execution.fill_at,
        volume_limit: match execution.volume_limit {
            VolumeLimit::None => None,
            VolumeLimit::Share(share) => Some(share),
        },
        commission: execution.commission.clone(),
        slippage: execution.slippage.clone(),
        account: match execution.account {
            AccountKind::Cash => AccountRules::Cash,
            AccountKind::Margin => {
                let margin = margin_of(execution);
                AccountRules::Margin {
                    initial: margin.initial,
                    maintenance: margin.maintenance,
                    liquidate: execution.margin_call == MarginCall::Liquidate,
                }
            }
        },
        borrow_rate: execution.borrow_rate,
        cancel_at_session_end: execution.cancel_policy == CancelPolicy::EndOfDay,
    }
}

/// Returns the margin that the account asks for: the stricter of the initial margin and what the
/// leverage allows.
pub fn margin_of(execution: &Execution) -> Margin {
    let by_leverage = Decimal::ONE
        .checked_div(execution.leverage)
        .unwrap_or(Decimal::ONE);
    Margin {
        initial: execution.initial_margin.max(by_leverage),
        maintenance: execution.maintenance_margin,
    }
}
