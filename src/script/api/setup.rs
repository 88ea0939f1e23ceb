//! How a run is set up: models, limits, the benchmark. What a flag, the environment or a file sets
//! explicitly wins over the script, and the log says so.

use std::rc::Rc;

use rhai::Dynamic;
use rust_decimal::Decimal;

use crate::core::engine::desk::{LogLevel, Note};
use crate::core::message::Setting;
use crate::core::model::number::Quantity;
use crate::core::sim::commission::Commission;
use crate::core::sim::slippage::Slippage;
use crate::script::convert::{Outcome, fail, kind_of, need_exact, need_text};
use crate::script::host::Host;
use crate::script::registry::Registry;

/// A model that a script chooses.
#[derive(Clone, Debug)]
pub(crate) struct ModelRef(pub(in crate::script) Model);

/// One of the models of the simulated exchange.
#[derive(Clone, Debug)]
pub(in crate::script) enum Model {
    Commission(Commission),
    Slippage(Slippage),
}

pub(super) fn register(engine: &mut Registry, host: &Rc<Host>) {
    engine.register_type_with_name::<ModelRef>("Model");
    register_commissions(engine);
    register_slippages(engine);
    register_setters(engine, host);
    register_limits(engine, host);
}

fn not_negative(value: &Dynamic, name: &str) -> Outcome<Decimal> {
    let value = need_exact(value, name)?;
    if value.is_sign_negative() && !value.is_zero() {
        return fail(format!("{name} must not be negative, was {value}"));
    }
    Ok(value)
}

fn register_commissions(engine: &mut Registry) {
    let model = |model| Ok(ModelRef(Model::Commission(model)));
    engine.register_fn("no_commission", move || -> Outcome<ModelRef> {
        model(Commission::None)
    });
    engine.register_fn(
        "per_share",
        move |rate: Dynamic, minimum: Dynamic| -> Outcome<ModelRef> {
            model(Commission::PerShare {
                rate: not_negative(&rate, "rate")?,
                minimum: not_negative(&minimum, "minimum")?,
                fee: Decimal::ZERO,
            })
        },
    );
    engine.register_fn("per_share", move |rate: Dynamic| -> Outcome<ModelRef> {
        model(Commission::PerShare {
            rate: not_negative(&rate, "rate")?,
            minimum: Decimal::ZERO,
            fee: Decimal::ZERO,
        })
    });
    engine.register_fn("per_trade", move |cost: Dynamic| -> Outcome<ModelRef> {
        model(Commission::PerTrade {
            cost: not_negative(&cost, "cost")?,
        })
    });
    engine.register_fn("per_dollar", move |rate: Dynamic| -> Outcome<ModelRef> {
        model(Commission::PerDollar {
            rate: not_negative(&rate, "rate")?,
        })
    });
    engine.register_fn(
        "maker_taker",
        move |maker: Dynamic, taker: Dynamic| -> Outcome<ModelRef> {
            model(Commission::MakerTaker {
                maker: need_exact(&maker, "maker")?,
                taker: not_negative(&taker, "taker")?,
            })
        },
    );
}

fn register_slippages(engine: &mut Registry) {
    let model = |model| Ok(ModelRef(Model::Slippage(model)));
    engine.register_fn("no_slippage", move || -> Outcome<ModelRef> {
        model(Slippage::None)
    });
    engine.register_fn("basis_points", move |bps: Dynamic| -> Outcome<ModelRef> {
        model(Slippage::BasisPoints {
            bps: not_negative(&bps, "bps")?,
        })
    });
    engine.register_fn(
        "fixed_slippage",
        move |amount: Dynamic| -> Outcome<ModelRef> {
            model(Slippage::Fixed {
                amount: not_negative(&amount, "amount")?,
            })
        },
    );
    engine.register_fn(
        "volume_share",
        move |limit: Dynamic, impact: Dynamic| -> Outcome<ModelRef> {
            let limit = need_exact(&limit, "limit")?;
            if limit <= Decimal::ZERO || limit > Decimal::ONE {
                return fail(format!("limit must lie between 0 and 1, was {limit}"));
            }
            model(Slippage::VolumeShare {
                limit,
                impact: not_negative(&impact, "impact")?,
            })
        },
    );
}

fn register_setters(engine: &mut Registry, host: &Rc<Host>) {
    let at = Rc::clone(host);
    engine.register_fn("set_commission", move |model: Dynamic| -> Outcome<()> {
        match model.read_lock::<ModelRef>().map(|model| model.0.clone()) {
            Some(Model::Commission(model)) => configure(&at, "set_commission", at.locks.commission, Setting::Commission(model)),
            Some(Model::Slippage(_)) => fail("set_commission takes a commission model; this is one of slippage\nhint: set_slippage(…)"),
            None => fail(format!("set_commission takes a model such as per_share(0.005, 1.0); this is {}", kind_of(&model))),
        }
    });
    let at = Rc::clone(host);
    engine.register_fn("set_slippage", move |model: Dynamic| -> Outcome<()> {
        match model.read_lock::<ModelRef>().map(|model| model.0.clone()) {
            Some(Model::Slippage(model)) => configure(&at, "set_slippage", at.locks.slippage, Setting::Slippage(model)),
            Some(Model::Commission(_)) => fail("set_slippage takes a slippage model; this is one of commission\nhint: set_commission(…)"),
            None => fail(format!("set_slippage takes a model such as basis_points(5); this is {}", kind_of(&model))),
        }
    });
    let at = Rc::clone(host);
    engine.register_fn("set_cancel_policy", move |policy: Dynamic| -> Outcome<()> {
        let cancel = match need_text(&policy, "policy")?.as_str() {
            "eod" => true,
            "never" => false,
            other => {
                return fail(format!(
                    "the policy must be \"eod\" or \"never\", was \"{other}\""
                ));
            }
        };
        configure(
            &at,
            "set_cancel_policy",
            at.locks.cancel_policy,
            Setting::CancelAtSessionEnd(cancel),
        )
    });
    let at = Rc::clone(host);
    engine.register_fn("set_benchmark", move |asset: Dynamic| -> Outcome<()> {
        let id = at.need_asset(&asset)?;
        let locked = at.locks.benchmark;
        at.with_set_up("set_benchmark", |desk| {
            if locked {
                desk.note(overruled("set_benchmark"));
            } else {
                desk.benchmark = Some(id);
            }
        })
    });
}

fn configure(host: &Rc<Host>, name: &str, locked: bool, setting: Setting) -> Outcome<()> {
    host.with_set_up(name, |desk| {
        if locked {
            desk.note(overruled(name));
        } else {
            desk.configure(setting);
        }
    })
}

fn overruled(name: &str) -> Note {
    let text =
        format!("{name} is overruled by the command line, the environment or a configuration file");
    Note::Log(LogLevel::Info, text.into(), "".into())
}

fn register_limits(engine: &mut Registry, host: &Rc<Host>) {
    let at = Rc::clone(host);
    engine.register_fn("set_max_leverage", move |x: Dynamic| -> Outcome<()> {
        let x = not_negative(&x, "leverage")?;
        at.with_set_up("set_max_leverage", |desk| {
            desk.limits.max_leverage = Some(x);
        })
    });
    let at = Rc::clone(host);
    engine.register_fn("set_long_only", move || -> Outcome<()> {
        at.with_set_up("set_long_only", |desk| desk.limits.long_only = true)
    });
    let at = Rc::clone(host);
    engine.register_fn("set_do_not_trade", move |assets: Dynamic| -> Outcome<()> {
        let ids = at.need_assets(&assets)?;
        at.with_set_up("set_do_not_trade", |desk| {
            desk.limits.do_not_trade = ids.into_iter().collect();
        })
    });
    for (name, is_position) in [("set_max_position", true), ("set_max_order", false)] {
        let at = Rc::clone(host);
        engine.register_fn(
            name,
            move |asset: Dynamic, amount: Dynamic| -> Outcome<()> {
                // `()` stands for every asset.
                let id = if asset.is_unit() {
                    None
                } else {
                    Some(at.need_asset(&asset)?)
                };
                let amount = Quantity::new(not_negative(&amount, "amount")?);
                at.with_set_up(name, |desk| {
                    let list = if is_position {
                        &mut desk.limits.max_position
                    } else {
                        &mut desk.limits.max_order
                    };
                    list.push((id, amount));
                })
            },
        );
    }
}
