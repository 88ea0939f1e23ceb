//! The arguments of the commands that ask a running engine.

use std::path::PathBuf;

use clap::Args;

/// Which engine is meant.
#[derive(Debug, Clone, Default, Args)]
pub struct Engine {
    /// The engine, by the name of its state directory [default: the only one]
    pub name: Option<String>,
    /// Its state directory
    #[arg(long, value_name = "DIR", conflicts_with = "name")]
    pub state_dir: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// What an engine is asked.
#[derive(Debug, Clone, Default)]
pub struct OperateArgs {
    /// Which engine.
    pub engine: Engine,
    /// Why.
    pub reason: Option<String>,
    /// Who.
    pub operator: Option<String>,
    /// Whether working orders are canceled too.
    pub cancel_orders: bool,
    /// Whether positions are closed before a stop.
    pub flatten: bool,
    /// Whether it is meant.
    pub yes: bool,
}

/// Who asks, and why.
#[derive(Debug, Clone, Default, Args)]
pub struct Who {
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Who [default: $USER]
    #[arg(long, value_name = "NAME")]
    pub operator: Option<String>,
}

/// The arguments of `status`, `positions`, `orders`, `state` and `reload`.
#[derive(Debug, Clone, Default, Args)]
pub struct AskArgs {
    /// Which engine.
    #[command(flatten)]
    pub engine: Engine,
}

/// The arguments of `halt`.
#[derive(Debug, Clone, Default, Args)]
pub struct HaltArgs {
    /// Which engine.
    #[command(flatten)]
    pub engine: Engine,
    /// Who and why.
    #[command(flatten)]
    pub who: Who,
    /// Cancel working orders too
    #[arg(long)]
    pub cancel_orders: bool,
}

/// The arguments of `resume`.
#[derive(Debug, Clone, Default, Args)]
pub struct ResumeArgs {
    /// Which engine.
    #[command(flatten)]
    pub engine: Engine,
    /// Who and why.
    #[command(flatten)]
    pub who: Who,
}

/// The arguments of `flatten`.
#[derive(Debug, Clone, Default, Args)]
pub struct FlattenArgs {
    /// Which engine.
    #[command(flatten)]
    pub engine: Engine,
    /// Who and why.
    #[command(flatten)]
    pub who: Who,
    /// Do it: every position is closed at the market
    #[arg(long)]
    pub yes: bool,
}

/// The arguments of `stop`.
#[derive(Debug, Clone, Default, Args)]
pub struct StopArgs {
    /// Which engine.
    #[command(flatten)]
    pub engine: Engine,
    /// Who and why.
    #[command(flatten)]
    pub who: Who,
    /// Close every position first; without it positions stay open
    #[arg(long)]
    pub flatten: bool,
}

impl From<&AskArgs> for OperateArgs {
    fn from(args: &AskArgs) -> Self {
        Self {
            engine: args.engine.clone(),
            ..Self::default()
        }
    }
}

impl OperateArgs {
    fn by(engine: &Engine, who: &Who) -> Self {
        Self {
            engine: engine.clone(),
            reason: who.reason.clone(),
            operator: who.operator.clone(),
            ..Self::default()
        }
    }
}

impl From<&HaltArgs> for OperateArgs {
    fn from(args: &HaltArgs) -> Self {
        Self {
            cancel_orders: args.cancel_orders,
            ..Self::by(&args.engine, &args.who)
        }
    }
}

impl From<&ResumeArgs> for OperateArgs {
    fn from(args: &ResumeArgs) -> Self {
        Self::by(&args.engine, &args.who)
    }
}

impl From<&FlattenArgs> for OperateArgs {
    fn from(args: &FlattenArgs) -> Self {
        Self {
            yes: args.yes,
            ..Self::by(&args.engine, &args.who)
        }
    }
}

impl From<&StopArgs> for OperateArgs {
    fn from(args: &StopArgs) -> Self {
        Self {
            flatten: args.flatten,
            ..Self::by(&args.engine, &args.who)
        }
    }
}
