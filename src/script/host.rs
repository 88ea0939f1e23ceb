//! The script at the engine's service.
//!
//! For the time of a call the engine's desk is swapped into the host, where the registered functions
//! find it, and swapped back after it, whatever happened.
//!
//! Invariants: after a call the desk is where it was; a failing call leaves the context as it was; a
//! panic inside a registered function becomes an error of the script.

#![expect(
    clippy::result_large_err,
    reason = "an error of a script ends a call; its size does not matter"
)]

/// Lines that a person types.
mod console;
/// The functions that the engine calls.
mod handlers;
/// What a script keeps between calls.
pub mod kept;
/// A strategy between calls.
mod seat;
/// Calls that were stopped.
mod stops;
/// What was known at the moment of an error.
mod witness;

pub use self::console::{CONSOLE, Console};
pub use self::handlers::{HANDLERS, handler_params};

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

use rhai::{ASTNode, Dynamic, Engine, EvalAltResult, Expr, FnPtr, Position};
use rust_decimal::Decimal;

use crate::core::engine::desk::{Desk, LogLevel, Note};
use crate::core::engine::strategy::{Call, Failure, Handler, Strategy};
use crate::core::model::asset::{Asset, AssetId};
use crate::core::model::number::Quantity;
use crate::script::api;
use crate::script::api::context::{ContextRef, RESERVED, register_fields, register_fields_by_name};
use crate::script::api::data::DataRef;
use crate::script::api::output;
use crate::script::convert::{Outcome, fail, kind_of};
use crate::script::error::{Details, Explainer, ScriptError, Texts};
use crate::script::fast::{Limits, TO_ARRAY_TEXT};
use crate::script::host::stops::Stops;
use crate::script::modules::{Modules, ReadModule};
use crate::script::numbers;
use crate::script::params::{self, Param, Params};
use crate::script::random::Random;
use crate::script::registry::Registry;
use crate::script::sandbox::{self, Budget, Fuse};
use crate::script::source::{Loading, OwnNames, Unit, read_names};
use crate::script::state::Fields;
use crate::script::testing::Bench;

/// What a configuration has set explicitly, so that a script's own setting is overruled.
#[derive(Clone, Copy, Default, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four settings, each set or not"
)]
pub struct Locks {
    /// The commission model.
    pub commission: bool,
    /// The slippage model.
    pub slippage: bool,
    /// The cancel policy.
    pub cancel_policy: bool,
    /// The benchmark.
    pub benchmark: bool,
}

/// Margin as the account's fields show it.
#[derive(Clone, Copy, Debug)]
pub struct Margin {
    /// The fraction of exposure that an order must be covered by.
    pub initial: Decimal,
    /// The fraction of exposure that must be covered at all times.
    pub maintenance: Decimal,
}

/// What a script is loaded with.
#[derive(Clone)]
pub struct Setup {
    /// The assets, as the engine knows them.
    pub assets: Rc<[Asset]>,
    /// Parameters from outside, as texts by name.
    pub params: BTreeMap<String, String>,
    /// The seed of `rand`.
    pub seed: u64,
    /// What a configuration has set.
    pub locks: Locks,
    /// Margin rules, for display.
    pub margin: Margin,
    /// The bounds of a call.
    pub budget: Budget,
    /// The switch of a watchdog.
    pub fuse: Arc<Fuse>,
    /// Reads modules beside the script.
    pub read_module: ReadModule,
    /// Whether functions are compiled for speed; without, all of them run under Rhai's own evaluator,
    /// with the same results.
    pub compiled: bool,
}

/// What registered functions share.
#[derive(Debug)]
pub(super) struct Host {
    desk: RefCell<Box<Desk>>,
    seated: Cell<bool>,
    pub(super) fields: RefCell<Fields>,
    pub(super) params: RefCell<Params>,
    pub(super) assets: Rc<[Asset]>,
    pub(super) rng: RefCell<Random>,
    pub(super) locks: Locks,
    pub(super) margin: Margin,
    functions: RefCell<BTreeSet<String>>,
    names: OwnNames,
    said: RefCell<BTreeSet<AssetId>>,
    /// What tests have at hand; `None` in every other script.
    pub(super) bench: Option<Bench>,
}

/// A script that is loaded and can be called.
pub struct ScriptStrategy {
    host: Rc<Host>,
    engine: Engine,
    unit: Unit,
    handlers: BTreeSet<&'static str>,
    context: Dynamic,
    data: Dynamic,
    usual: [Dynamic; 2],
    texts: Rc<RefCell<Texts>>,
    file: String,
    budget: Budget,
    fuse: Arc<Fuse>,
    calls: u64,
    stops: Stops,
}

impl std::fmt::Debug for ScriptStrategy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScriptStrategy")
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

impl Host {
    fn new(assets: Rc<[Asset]>, params: Params, rng: Random, locks: Locks, margin: Margin) -> Self {
        Self {
            desk: RefCell::new(Box::new(Desk::vacant())),
            seated: Cell::new(false),
            fields: RefCell::default(),
            params: RefCell::new(params),
            assets,
            rng: RefCell::new(rng),
            locks,
            margin,
            functions: RefCell::default(),
            names: OwnNames::default(),
            said: RefCell::default(),
            bench: None,
        }
    }

    /// A host without assets or a run, for looking at scripts.
    pub(super) fn vacant() -> Self {
        let margin = Margin {
            initial: Decimal::ONE,
            maintenance: Decimal::ONE,
        };
        let params = Params::new(BTreeMap::new());
        Self::new(
            Rc::new([]),
            params,
            Random::new(0),
            Locks::default(),
            margin,
        )
    }

    /// Calls `work` with the desk; an error outside of handlers.
    pub(super) fn with<R>(&self, work: impl FnOnce(&mut Desk) -> R) -> Outcome<R> {
        if !self.seated.get() {
            return fail(
                "this is there only while a handler runs, not at the top level of a script",
            );
        }
        Ok(work(&mut self.desk.borrow_mut()))
    }

    /// As [`Self::with`], for what may be done only while a run is set up.
    pub(super) fn with_set_up<R>(
        &self,
        name: &str,
        work: impl FnOnce(&mut Desk) -> R,
    ) -> Outcome<R> {
        let answer = self.with(|desk| {
            if desk.may_set_up() {
                Ok(work(desk))
            } else {
                Err(desk.handler().to_owned())
            }
        })?;
        answer.or_else(|handler| fail(format!("{name} belongs in initialize; this is {handler}")))
    }

    /// Reads a function of the script: its name.
    pub(super) fn need_function(&self, value: &Dynamic) -> Outcome<Arc<str>> {
        let Some(pointer) = value.read_lock::<FnPtr>() else {
            return fail(format!(
                "a function of the script is needed here, by its bare name; this is {}",
                kind_of(value)
            ));
        };
        if pointer.is_curried() || pointer.is_anonymous() {
            return fail(
                "a closure cannot be kept across restarts\nhint: write a function fn name(context, data) and pass its name",
            );
        }
        let name = pointer.fn_name();
        if !self.functions.borrow().contains(name) {
            return fail(format!(
                "the script has no function `{name}(context, data)`"
            ));
        }
        Ok(name.into())
    }

    /// Writes a line of the log, wherever the script is.
    pub(super) fn say(&self, level: LogLevel, text: &str) {
        if let Some(bench) = &self.bench {
            bench.print(text);
            return;
        }
        // At the top level there is no desk yet; what is printed there is dropped on purpose: the
        // top level runs when a script is checked, too.
        let _said = self.with(|desk| desk.note(Note::Log(level, text.into(), "".into())));
    }

    /// Says once for each asset that an order rounded to nothing.
    pub(super) fn say_once(&self, desk: &mut Desk, id: AssetId, units: Quantity) {
        if self.said.borrow_mut().insert(id) {
            let asset = &self.assets[id.index()];
            let text = format!(
                "an order for {units} {} rounds to nothing with a lot of {} and was not placed (said once)",
                asset.symbol, asset.lot_size
            );
            desk.note(Note::Log(LogLevel::Warn, text.into(), "".into()));
        }
    }
}

impl ScriptStrategy {
    /// Loads a script. `file` is the name that errors know it by.
    ///
    /// # Errors
    /// For errors of syntax, at the top level, in parameters, and for handlers with a wrong number of
    /// parameters.
    pub fn load(text: &str, file: &str, setup: Setup) -> Result<Self, ScriptError> {
        Self::load_with(text, file, setup, None)
    }

    /// Loads a script, as one of tests where there is a bench for them.
    pub(super) fn load_with(
        text: &str,
        file: &str,
        setup: Setup,
        bench: Option<Bench>,
    ) -> Result<Self, ScriptError> {
        let texts: Rc<RefCell<Texts>> = Rc::default();
        texts.borrow_mut().insert(file.to_owned(), text.into());
        let mut host = Host::new(
            setup.assets,
            Params::new(setup.params),
            Random::new(setup.seed),
            setup.locks,
            setup.margin,
        );
        host.bench = bench;
        let host = Rc::new(host);
        let (mut engine, mut registry) = furnish(&host, setup.budget, &setup.fuse);
        let modules = Modules::new(setup.read_module, Rc::clone(&texts), host.names.clone());
        engine.set_module_resolver(modules.clone());
        let explain = |error: Box<EvalAltResult>| {
            Explainer {
                texts: &texts.borrow(),
                main: file,
                functions: Vec::new(),
                constants: Vec::new(),
                budget: setup.budget,
            }
            .explain(*error)
        };
        // The names of the context's fields must be known before anything is compiled for good.
        let names = engine
            .compile(text)
            .map(|ast| properties(&ast))
            .map_err(|e| explain(e.into()))?;
        if host.bench.is_some() {
            register_fields_by_name(&mut registry, &names);
        } else {
            register_fields(&mut registry, &host, &names);
        }
        let natives = registry.install(&mut engine);
        install_iteration(&mut engine);
        let loading = Loading {
            natives,
            limits: Limits {
                budget: setup.budget,
                fuse: Arc::clone(&setup.fuse),
            },
            modules: &modules,
            compiled: setup.compiled,
        };
        let unit = Unit::load(&mut engine, text, file, loading).map_err(explain)?;
        *host.functions.borrow_mut() = unit
            .ast()
            .iter_functions()
            .map(|f| f.name.to_owned())
            .collect();
        let mut strategy = Self {
            handlers: BTreeSet::new(),
            context: Dynamic::from(ContextRef(Rc::clone(&host))),
            data: Dynamic::from(DataRef(Rc::clone(&host))),
            usual: Default::default(),
            host,
            engine,
            unit,
            texts,
            file: file.to_owned(),
            budget: setup.budget,
            fuse: setup.fuse,
            calls: 0,
            stops: Stops::default(),
        };
        strategy.find_handlers()?;
        Ok(strategy)
    }

    /// Returns the parameters that the script declares, with their values.
    pub fn params(&self) -> Vec<Param> {
        self.host.params.borrow().declared().to_vec()
    }

    /// Returns the parameters that were set from outside and that the script does not declare.
    pub fn unknown_params(&self) -> Vec<String> {
        self.host
            .params
            .borrow()
            .unknown()
            .into_iter()
            .map(str::to_owned)
            .collect()
    }

    /// Returns what the script says of itself: the `//!` lines at its top.
    pub fn description(&self) -> String {
        let doc = self.unit.ast().doc();
        let lines: Vec<&str> = doc
            .lines()
            .map(|line| line.trim_start_matches("//!").trim())
            .collect();
        lines.join("\n").trim().to_owned()
    }

    /// Returns the texts of the script and of every module that it imports, by name.
    pub fn texts(&self) -> BTreeMap<String, Arc<str>> {
        self.texts.borrow().clone()
    }

    /// Whether the script has a function of this name.
    pub fn has_function(&self, name: &str) -> bool {
        self.host.functions.borrow().contains(name)
    }

    fn run(&mut self, function: &str, args: &mut [Dynamic]) -> Result<(), ScriptError> {
        self.run_for_value(function, args).map(|_| ())
    }

    fn run_for_value(
        &mut self,
        function: &str,
        args: &mut [Dynamic],
    ) -> Result<Dynamic, ScriptError> {
        self.guarded(function, None, |unit, engine| {
            unit.call(engine, function, args)
        })
    }

    /// Lets the script work within its bounds, and explains its failure; `file` is where the work
    /// stands that is no part of the script.
    fn guarded(
        &mut self,
        function: &str,
        file: Option<&str>,
        work: impl FnOnce(&mut Unit, &Engine) -> Result<Dynamic, Box<EvalAltResult>>,
    ) -> Result<Dynamic, ScriptError> {
        self.calls += 1;
        if self.stops.begin_call() {
            let error = Self::stopped_before(function);
            self.stops.end_call(self.stops.count(), &error);
            return Err(error);
        }
        let count = self.stops.count();
        // Within a test the call of the test goes on after that of its strategy.
        let outer = self.fuse.running();
        self.fuse.set_running(self.calls);
        let unit = &mut self.unit;
        let engine = &self.engine;
        let outcome = catch_unwind(AssertUnwindSafe(|| work(unit, engine)));
        self.fuse.set_running(outer);
        match outcome {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => {
                let witness = self.unit.take_witness();
                let details = self.details(function, witness.as_deref());
                let error = self.explain(*error, file).with_details(details);
                self.stops.end_call(count, &error);
                Err(error)
            }
            Err(_) => Err(ScriptError {
                code: "RBT399",
                message: format!(
                    "an internal error stopped {function}; this is a fault of rustybt, please report it"
                ),
                place: crate::script::error::Place::default(),
                hint: String::new(),
                trace: Vec::new(),
                details: Details::default(),
            }),
        }
    }

    fn explain(&self, error: EvalAltResult, file: Option<&str>) -> ScriptError {
        // A handler that was called as a function was called from nowhere in the script.
        let mut error = error;
        if let EvalAltResult::ErrorInFunctionCall(_, _, inner, Position::NONE) = error {
            error = *inner;
        }
        Explainer {
            texts: &self.texts.borrow(),
            main: file.unwrap_or(&self.file),
            functions: self.host.functions.borrow().iter().cloned().collect(),
            constants: self.constants(),
            budget: self.budget,
        }
        .explain(error)
    }

    fn constants(&self) -> Vec<String> {
        self.unit
            .ast()
            .iter_literal_variables(true, false)
            .map(|(name, ..)| name.to_owned())
            .collect()
    }

    /// Runs a function of context and data; the two are used again, since making them costs more than
    /// a small handler.
    fn run_usual(&mut self, function: &str) -> Result<(), ScriptError> {
        let mut args = std::mem::take(&mut self.usual);
        if !args[0].is::<ContextRef>() || !args[1].is::<DataRef>() {
            args = [self.context.clone(), self.data.clone()];
        }
        let outcome = self.run(function, &mut args);
        self.usual = args;
        outcome
    }

    fn args(&self, call: &Call) -> Vec<Dynamic> {
        let context = self.context.clone();
        let order = |id| {
            let desk = self.host.desk.borrow();
            self.host
                .order_ref(&desk, id)
                .map_or(Dynamic::UNIT, Dynamic::from)
        };
        match call {
            Call::Initialize => vec![context],
            Call::BeforeTradingStart | Call::HandleData | Call::Function(_) => {
                vec![context, self.data.clone()]
            }
            Call::OrderFill(id, fill) => vec![
                context,
                order(*id),
                Dynamic::from(self.host.fill_ref(*fill)),
            ],
            Call::OrderCancel(id, reason) | Call::OrderReject(id, reason) => {
                vec![context, order(*id), reason.to_string().into()]
            }
            Call::BrokerMessage(text) | Call::Reload(text) => {
                vec![context, text.to_string().into()]
            }
            Call::Analyze(results) => {
                let parsed = self
                    .engine
                    .parse_json(&**results, true)
                    .map_or(Dynamic::UNIT, Into::into);
                vec![context, parsed]
            }
        }
    }

    /// Returns the names of the functions that the compiler leaves to Rhai's own, slower evaluator.
    pub fn interpreted(&self) -> Vec<String> {
        self.unit.interpreted()
    }
}

impl Strategy for ScriptStrategy {
    fn handles(&self, handler: &Handler) -> bool {
        matches!(handler, Handler::Function(_)) || self.handlers.contains(handler.name())
    }

    fn call(&mut self, call: &Call, desk: &mut Box<Desk>) -> Result<(), Failure> {
        let random = self.host.rng.borrow().seed();
        std::mem::swap(&mut *self.host.desk.borrow_mut(), desk);
        self.host.seated.set(true);
        let outcome = match call {
            Call::BeforeTradingStart => self.run_usual("before_trading_start"),
            Call::HandleData => self.run_usual("handle_data"),
            Call::Function(name) => self.run_usual(name),
            Call::Initialize
            | Call::OrderFill(..)
            | Call::OrderCancel(..)
            | Call::OrderReject(..)
            | Call::BrokerMessage(_)
            | Call::Reload(_)
            | Call::Analyze(_) => {
                let mut args = self.args(call);
                self.run(call.handler().name(), &mut args)
            }
        };
        self.host.seated.set(false);
        std::mem::swap(&mut *self.host.desk.borrow_mut(), desk);
        let mut fields = self.host.fields.borrow_mut();
        match outcome {
            Ok(()) => {
                fields.commit();
                Ok(())
            }
            Err(error) => {
                fields.roll_back();
                *self.host.rng.borrow_mut() = Random::new(random);
                Err(Box::new(error))
            }
        }
    }
}

/// Makes an interpreter with everything that a script can call, and nothing else.
/// The functions are still to be installed, after what only one script needs.
pub(super) fn furnish(host: &Rc<Host>, budget: Budget, fuse: &Arc<Fuse>) -> (Engine, Registry) {
    let mut engine = Engine::new();
    sandbox::confine(&mut engine, budget, Arc::clone(fuse));
    read_names(&mut engine, host.names.clone());
    output::listen(&mut engine, host);
    let mut registry = Registry::default();
    numbers::register(&mut registry);
    params::register(&mut registry, host);
    api::register(&mut registry, host);
    (engine, registry)
}

/// Registers the function through which compiled scripts iterate over what only Rhai can.
fn install_iteration(engine: &mut Engine) {
    let ast = engine.compile(TO_ARRAY_TEXT).expect("the text is ours");
    let module = rhai::Module::eval_ast_as_new(rhai::Scope::new(), &ast, engine)
        .expect("it only defines a function");
    engine.register_global_module(module.into());
}

/// Returns the names of all properties that a script reads or writes.
fn properties(ast: &rhai::AST) -> Vec<String> {
    let mut names = BTreeSet::new();
    ast.walk(&mut |path| {
        if let Some(ASTNode::Expr(Expr::Property(x, _))) = path.last() {
            names.insert(x.2.to_string());
        }
        true
    });
    names.retain(|name| !RESERVED.contains(&name.as_str()));
    names.into_iter().collect()
}
