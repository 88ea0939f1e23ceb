//! What tests call: assertions, and simulated worlds to run strategies in.

/// Assertions.
mod assertions;
/// Options and bars, from what a test passes.
mod reading;

use std::cell::RefCell;
use std::rc::Rc;

use rhai::{Array, Dynamic, INT, Map};

use crate::core::model::time::Timestamp;
use crate::script::api::assets::AssetRef;
use crate::script::api::time::TimeRef;
use crate::script::convert::{Outcome, error, fail, kind_of, need_count, need_text};
use crate::script::host::Host;
use crate::script::registry::Registry;
use crate::script::testing::Bench;
use crate::script::testing::sim::{Sim, SimRef};

pub(super) fn register(engine: &mut Registry, host: &Rc<Host>) {
    assertions::register(engine, host);
    engine.register_type_with_name::<SimRef>("Sim");
    let at = Rc::clone(host);
    engine.register_fn("sim_context", move || sim_context(&at, None, &Map::new()));
    let at = Rc::clone(host);
    engine.register_fn("sim_context", move |options: Map| {
        sim_context(&at, None, &options)
    });
    let at = Rc::clone(host);
    engine.register_fn("sim_context", move |script: &str| {
        sim_context(&at, Some(script), &Map::new())
    });
    let at = Rc::clone(host);
    engine.register_fn("sim_context", move |script: &str, options: Map| {
        sim_context(&at, Some(script), &options)
    });
    register_steps(engine);
    register_views(engine);
}

/// Returns what tests have at hand; refuses other scripts.
fn bench_of(host: &Host, name: &str) -> Outcome<Bench> {
    host.bench.clone().ok_or_else(|| {
        error(format!(
            "`{name}` is there only in tests\nhint: write it in a function fn test_…(), which `rustybt test` runs"
        ))
    })
}

fn sim_context(host: &Rc<Host>, script: Option<&str>, options: &Map) -> Outcome<SimRef> {
    let bench = bench_of(host, "sim_context")?;
    let source = match script {
        None => bench.own.clone(),
        Some(path) => (bench.runner.find)(path).map_err(error)?,
    };
    let options = reading::options(options)?;
    let sim = Sim::new(bench, source, options);
    Ok(SimRef(Rc::new(RefCell::new(sim))))
}

fn register_steps(engine: &mut Registry) {
    engine.register_fn("bars", |s: &mut SimRef, asset: Dynamic, bars: Dynamic| {
        add_bars(s, &asset, &bars, &Map::new())
    });
    engine.register_fn(
        "bars",
        |s: &mut SimRef, asset: Dynamic, bars: Dynamic, options: Map| {
            add_bars(s, &asset, &bars, &options)
        },
    );
    engine.register_fn("step", |s: &mut SimRef| s.0.borrow_mut().step());
    engine.register_fn("step", |s: &mut SimRef, n: Dynamic| -> Outcome<INT> {
        let n = need_count(&n, "n", 1)?;
        let mut taken = 0;
        while taken < n && s.0.borrow_mut().step()? {
            taken += 1;
        }
        Ok(INT::try_from(taken).unwrap_or(INT::MAX))
    });
    engine.register_fn("run", |s: &mut SimRef| s.0.borrow_mut().run(None));
    engine.register_fn("run_to", |s: &mut SimRef, time: Dynamic| -> Outcome<INT> {
        let until = instant(&time, "time")?;
        s.0.borrow_mut().run(Some(until))
    });
    engine.register_fn("invoke", |s: &mut SimRef, name: &str| {
        s.0.borrow_mut().invoke(name, None)
    });
    engine.register_fn("invoke", |s: &mut SimRef, name: &str, args: Array| {
        s.0.borrow_mut().invoke(name, Some(args))
    });
}

fn register_views(engine: &mut Registry) {
    engine.register_get("context", |s: &mut SimRef| context_and_data(s, 0));
    engine.register_get("data", |s: &mut SimRef| context_and_data(s, 1));
    engine.register_get("now", |s: &mut SimRef| -> Outcome<TimeRef> {
        let host = s.0.borrow_mut().host()?;
        host.with(|desk| TimeRef::from(desk.now))
    });
    engine.register_get("portfolio", |s: &mut SimRef| -> Outcome<Dynamic> {
        let host = s.0.borrow_mut().host()?;
        Ok(Dynamic::from(super::portfolio::PortfolioRef(host)))
    });
    engine.register_fn(
        "position",
        |s: &mut SimRef, asset: Dynamic| -> Outcome<Dynamic> {
            let host = s.0.borrow_mut().host()?;
            super::portfolio::position_of(&host, &asset).map(Dynamic::from)
        },
    );
    engine.register_get("orders", |s: &mut SimRef| s.0.borrow().orders());
    engine.register_get("fills", |s: &mut SimRef| s.0.borrow().fills());
    engine.register_get("recorded", |s: &mut SimRef| s.0.borrow().recorded());
    engine.register_get("logs", |s: &mut SimRef| s.0.borrow().logs());
}

fn context_and_data(sim: &SimRef, which: usize) -> Outcome<Dynamic> {
    let both = sim.0.borrow_mut().context_and_data()?;
    Ok(both[which].clone())
}

fn add_bars(sim: &SimRef, asset: &Dynamic, bars: &Dynamic, options: &Map) -> Outcome<()> {
    let symbol = match asset.read_lock::<AssetRef>() {
        Some(asset) => asset.asset().symbol.to_string(),
        None => need_text(asset, "asset")?,
    };
    let candles = reading::candles(bars)?;
    let start = reading::start_of_bars(options)?;
    sim.0.borrow_mut().add_bars(&symbol, &candles, start)
}

/// Reads a Time or the text of one.
fn instant(value: &Dynamic, name: &str) -> Outcome<Timestamp> {
    if let Some(time) = value.read_lock::<TimeRef>() {
        return Ok(time.at);
    }
    if value.is_string() {
        return Timestamp::parse(&value.to_string()).or_else(|e| fail(e.to_string()));
    }
    fail(format!(
        "{name} must be a Time or a text such as \"2024-01-02\", was {}",
        kind_of(value)
    ))
}
