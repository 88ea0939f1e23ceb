//! Rules about history: long enough for what is asked of it, never from the future.

use std::collections::BTreeMap;

use rhai::{ASTNode, Expr, FnCallExpr, Position, Stmt};

use crate::core::indicator::spec;
use crate::script::check::calls::{How, each_call};
use crate::script::check::chain::{Chain, Step, each_chain, variable};
use crate::script::check::kind::Kind;
use crate::script::check::numbers::constant;
use crate::script::check::parsed::Function;
use crate::script::check::span;
use crate::script::check::{Findings, View};

/// Functions of a series for which a method without a period is of the whole series.
const OF_THE_WHOLE: [&str; 5] = ["cumsum", "max", "min", "sum", "var"];

/// Methods that take so many steps back.
const STEPS: [&str; 4] = ["shift", "returns", "log_returns", "diff"];

/// How long the windows of a function are, where the text shows it.
struct Lengths<'a> {
    view: &'a View<'a>,
    function: &'a Function,
    variables: BTreeMap<String, i64>,
}

/// `RBT130`: a window that is too short for what is asked of it.
pub(super) fn short_history(view: &View<'_>, findings: &mut Findings) {
    for function in &view.file.functions {
        let lengths = Lengths {
            view,
            function,
            variables: BTreeMap::new(),
        }
        .with_variables();
        each_chain(function, |chain, _| {
            lengths.along(chain, &mut |length, call, at| {
                lengths.check(length, call, &call.args, at, findings);
            });
        });
        each_call(function, |how, call, at| {
            let [window, args @ ..] = &*call.args else {
                return;
            };
            if how == How::Plain
                && view.file.function(&call.name).is_none()
                && let Some(length) = lengths.of(window)
            {
                lengths.check(length, call, args, at, findings);
            }
        });
    }
}

impl Lengths<'_> {
    /// Takes up variables that are set once, to a window.
    fn with_variables(mut self) -> Self {
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        let mut found = Vec::new();
        self.function.walk(|path| match path.last() {
            Some(ASTNode::Stmt(Stmt::Var(x, ..))) => {
                *times.entry(x.0.name.to_string()).or_default() += 1;
                found.extend(self.of(&x.1).map(|length| (x.0.name.to_string(), length)));
            }
            Some(ASTNode::Stmt(Stmt::Assignment(x))) => {
                if let Some(name) = variable(&x.1.lhs) {
                    *times.entry(name.to_owned()).or_default() += 1;
                }
            }
            _ => {}
        });
        found.retain(|(name, _)| {
            times.get(name) == Some(&1) && !self.function.params.contains(name)
        });
        self.variables = found.into_iter().collect();
        self
    }

    fn of(&self, expr: &Expr) -> Option<i64> {
        if let Some(name) = variable(expr) {
            return self.variables.get(name).copied();
        }
        self.along(&Chain::of(expr)?, &mut |_, _, _| {})
    }

    fn number(&self, expr: &Expr) -> Option<i64> {
        constant(self.view.file, self.function, expr)
    }

    /// Goes along a chain; tells `look` of each method on a window of known length, and returns the
    /// length of the window at the end.
    fn along(
        &self,
        chain: &Chain<'_>,
        look: &mut dyn FnMut(i64, &FnCallExpr, Position),
    ) -> Option<i64> {
        let mut length = variable(chain.root).and_then(|name| self.variables.get(name).copied());
        for (place, link) in chain.links.iter().enumerate() {
            length = match (link.step, length) {
                (Step::Method(call, _), None) if place == 0 => self.asked(chain, call),
                (Step::Field(name, _), Some(length)) => {
                    let is_part = ["open", "high", "low", "close", "volume"].contains(&name);
                    is_part.then_some(length)
                }
                (Step::Method(call, at), Some(length)) => {
                    look(length, call, at);
                    self.after(length, call)
                }
                (Step::Method(..) | Step::Field(..) | Step::Index(_), _) => None,
            };
        }
        length
    }

    /// Returns how many values a call asks the market data for.
    fn asked(&self, chain: &Chain<'_>, call: &FnCallExpr) -> Option<i64> {
        let root = self.view.value(self.function, chain.root).kind;
        let name = call.name.as_str();
        if root != Kind::DATA || !["history", "panel"].contains(&name) {
            return None;
        }
        let place = call.args.len().checked_sub(2)?;
        self.number(call.args.get(place)?)
    }

    /// Returns how long the window is that a method gives.
    fn after(&self, length: i64, call: &FnCallExpr) -> Option<i64> {
        let name = call.name.as_str();
        let first = call.args.first();
        let steps = match first {
            Some(arg) => self.number(arg)?,
            None => 1,
        };
        match name {
            "tail" | "head" => Some(length.min(steps)),
            _ if STEPS.contains(&name) => Some((length - steps).max(0)),
            _ => {
                let plain = name.strip_suffix("_series")?;
                let need = self.need(plain, &call.args)?;
                Some((length + 1 - need).max(0))
            }
        }
    }

    /// Returns how many values an indicator needs for its first own.
    fn need(&self, name: &str, args: &[Expr]) -> Option<i64> {
        let spec = spec(name)?;
        if args.is_empty() && OF_THE_WHOLE.contains(&name) {
            return None;
        }
        let params: Option<Vec<f64>> = args
            .iter()
            .map(|arg| {
                self.number(arg)
                    .and_then(|n| i32::try_from(n).ok())
                    .map(f64::from)
            })
            .collect();
        let lookback = spec.lookback(&params?).ok()?;
        i64::try_from(lookback).ok().map(|lookback| lookback + 1)
    }

    fn check(
        &self,
        length: i64,
        call: &FnCallExpr,
        args: &[Expr],
        at: Position,
        findings: &mut Findings,
    ) {
        let name = call.name.as_str();
        let file = self.view.file;
        let plain = name.strip_suffix("_series").unwrap_or(name);
        let need = if name == "tail" || STEPS.contains(&name) {
            let Some(steps) = args.first().and_then(|arg| self.number(arg)) else {
                return;
            };
            if name == "tail" { steps } else { steps + 1 }
        } else if let Some(need) = self.need(plain, args) {
            need
        } else {
            return;
        };
        if need <= length || length < 1 {
            return;
        }
        let shown: Vec<String> = args
            .iter()
            .filter_map(|arg| self.number(arg))
            .map(|n| n.to_string())
            .collect();
        let message = format!(
            "{name}({}) needs {need} bars; this history has {length} at most",
            shown.join(", ")
        );
        let hint = format!("ask data.history for at least {need}");
        findings.warning(file, "RBT130", at, message, hint);
    }
}

/// `RBT131`: a negative number of steps back is a look ahead.
pub(super) fn look_ahead(view: &View<'_>, findings: &mut Findings) {
    for function in &view.file.functions {
        each_chain(function, |chain, _| {
            for link in &chain.links {
                let Step::Method(call, _) = link.step else {
                    continue;
                };
                let name = call.name.as_str();
                let [arg] = &*call.args else { continue };
                let Some(steps) = constant(view.file, function, arg) else {
                    continue;
                };
                if steps >= 0 || !STEPS.contains(&name) || view.file.function(name).is_some() {
                    continue;
                }
                let message =
                    format!("{name}({steps}) would look ahead, at bars that have not closed");
                let hint = format!("write {name}({}) to look back", -steps);
                findings.error(view.file, "RBT131", span::of(view.file, arg), message, hint);
            }
        });
    }
}

/// `RBT132`: clocks of the machine, which would make a run unrepeatable.
pub(super) fn clocks(view: &View<'_>, findings: &mut Findings) {
    for function in &view.file.functions {
        each_call(function, |_, call, at| {
            let hint = match call.name.as_str() {
                "timestamp" => "use context.now, the instant of the decision",
                "sleep" => "use schedule(…) to do something later",
                _ => return,
            };
            if view.file.function(&call.name).is_some() {
                return;
            }
            let message = format!(
                "`{}` is not there: a script has no clock of its own",
                call.name
            );
            findings.error(view.file, "RBT132", at, message, hint.to_owned());
        });
    }
}
