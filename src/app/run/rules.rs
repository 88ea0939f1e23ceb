//! From the configuration to the rules of the simulated exchange.

use rust_decimal::Decimal;

use crate::app::config::model::{
    AccountKind, CancelPolicy, Config, Execution, FillAt as Place, MarginCall, VolumeLimit,
};
use crate::app::config::spec::{CommissionSpec, SlippageSpec};
use crate::core::sim::commission::Commission;
use crate::core::sim::rules::{AccountRules, FillAt, Rules};
use crate::core::sim::slippage::Slippage;
use crate::script::host::Margin;

/// Returns the rules of a run.
pub fn rules_of(config: &Config) -> Rules {
    let execution = &config.execution;
    Rules {
        fill_at: match execution.fill_at {
            Place::NextOpen => FillAt::NextOpen,
            Place::NextClose => FillAt::NextClose,
            Place::ThisClose => FillAt::ThisClose,
        },
        volume_limit: match execution.volume_limit {
            VolumeLimit::None => None,
            VolumeLimit::Share(share) => Some(share),
        },
        commission: execution.commission.clone().map(commission_of),
        slippage: execution.slippage.clone().map(slippage_of),
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

fn commission_of(spec: CommissionSpec) -> Commission {
    match spec {
        CommissionSpec::None => Commission::None,
        CommissionSpec::PerShare { rate, minimum } => Commission::PerShare {
            rate,
            minimum,
            fee: Decimal::ZERO,
        },
        CommissionSpec::PerTrade { fee } => Commission::PerTrade { cost: fee },
        CommissionSpec::PerDollar { rate } => Commission::PerDollar { rate },
        CommissionSpec::MakerTaker { maker, taker } => Commission::MakerTaker { maker, taker },
        CommissionSpec::Tiered { tiers, minimum } => Commission::Tiered { tiers, minimum },
    }
}

fn slippage_of(spec: SlippageSpec) -> Slippage {
    match spec {
        SlippageSpec::None => Slippage::None,
        SlippageSpec::Fixed { amount } => Slippage::Fixed { amount },
        SlippageSpec::BasisPoints { bps } => Slippage::BasisPoints { bps },
        SlippageSpec::VolumeShare { limit, impact } => Slippage::VolumeShare { limit, impact },
        SlippageSpec::VolatilityVolumeShare { limit, eta } => {
            Slippage::VolatilityVolumeShare { limit, eta }
        }
    }
}
