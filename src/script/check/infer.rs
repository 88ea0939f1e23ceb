//! What kind of value an expression has, as far as the text shows it.
//!
//! Invariants: a variable has a kind only where all that is ever assigned to it has; so has a field of
//! the context, over all files. What closures assign to is not known. Nothing is followed into
//! functions of the script.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the interpreter's own enums are long and open"
)]

use std::collections::{BTreeMap, BTreeSet};

use rhai::{ASTNode, Expr, FnCallExpr, Stmt, Token};

use crate::core::indicator::{Spec, spec};
use crate::script::api::docs;
use crate::script::check::chain::{Chain, Step, variable};
use crate::script::check::handlers::kind_of_parameter;
use crate::script::check::kind::{Kind, Value};
use crate::script::check::parsed::{Function, Parsed};
use crate::script::check::surface::{Form, Surface};

/// Kinds of the context's fields, and the way to those of expressions.
pub(super) struct Kinds<'a> {
    surface: &'a Surface,
    fields: BTreeMap<String, Value>,
    /// Whether all has been looked at: what has no kind then gets none.
    settled: bool,
}

/// More rounds than kinds can ever change.
const ROUNDS: usize = 12;

impl<'a> Kinds<'a> {
    /// Finds the kinds of all variables of all files.
    pub(super) fn infer(surface: &'a Surface, all: &mut BTreeMap<String, Parsed>) -> Self {
        let mut kinds = Self {
            surface,
            fields: BTreeMap::new(),
            settled: false,
        };
        for file in all.values_mut() {
            let stained = assigned_in_closures(file);
            let known = parameters(file);
            for (function, known) in file.functions.iter_mut().zip(known) {
                let locals = function.locals();
                function.kinds = locals
                    .into_iter()
                    .map(|name| (name, Value::NEVER))
                    .collect();
                function.kinds.extend(known);
                for name in &stained {
                    if let Some(value) = function.kinds.get_mut(name) {
                        *value = Value::ANY;
                    }
                }
            }
        }
        for round in 0..=ROUNDS {
            let mut fields = BTreeMap::new();
            let mut changed = false;
            for file in all.values_mut() {
                let found: Vec<BTreeMap<String, Value>> = file
                    .functions
                    .iter()
                    .map(|function| kinds.round(file, function, &mut fields))
                    .collect();
                for (function, found) in file.functions.iter_mut().zip(found) {
                    changed |= function.kinds != found;
                    function.kinds = found;
                }
            }
            changed |= kinds.fields != fields;
            kinds.fields = fields;
            if !changed || round == ROUNDS {
                kinds.finish(all, changed);
                break;
            }
        }
        kinds
    }

    /// What never got a kind has none; nor has anything where the rounds did not come to an end.
    fn finish(&mut self, all: &mut BTreeMap<String, Parsed>, unsettled: bool) {
        self.settled = true;
        let functions = all.values_mut().flat_map(|file| &mut file.functions);
        let values = functions.flat_map(|function| function.kinds.values_mut());
        for value in values.chain(self.fields.values_mut()) {
            if unsettled || value.kind == Kind::Never {
                *value = Value::ANY;
            }
        }
    }

    /// Looks at all definitions of a function once more.
    fn round(
        &self,
        file: &Parsed,
        function: &Function,
        fields: &mut BTreeMap<String, Value>,
    ) -> BTreeMap<String, Value> {
        let mut found = function.kinds.clone();
        let mut define = |name: &str, value: Value| {
            if let Some(known) = found.get_mut(name) {
                *known = known.join(value);
            }
        };
        function.walk(|path| {
            let Some(ASTNode::Stmt(stmt)) = path.last() else {
                return;
            };
            match stmt {
                Stmt::Var(x, ..) => define(&x.0.name, self.of(file, function, &x.1)),
                Stmt::For(x, _) => {
                    define(&x.0.name, self.element(file, function, &x.2.expr));
                    if let Some(counter) = &x.1 {
                        define(&counter.name, Kind::Int.into());
                    }
                }
                Stmt::TryCatch(x, _) => {
                    if let Some(name) = variable(&x.expr) {
                        define(name, Value::ANY);
                    }
                }
                Stmt::Import(x, _) => define(&x.1.name, Value::ANY),
                Stmt::Assignment(x) => {
                    let given = self.of(file, function, &x.1.rhs);
                    let value = if let Some((.., op, _)) = x.0.get_op_assignment_info() {
                        self.operated(op, &[self.of(file, function, &x.1.lhs), given])
                    } else {
                        given
                    };
                    if let Some(name) = variable(&x.1.lhs) {
                        define(name, value);
                    } else if let Some((root, name)) = field_of(&x.1.lhs)
                        && !self.of(file, function, root).kind.is(Kind::Map)
                    {
                        let is_sure = self.of(file, function, root).kind == Kind::CONTEXT;
                        let value = if is_sure { value } else { Value::ANY };
                        let known = fields.entry(name.to_owned()).or_insert(Value::NEVER);
                        *known = known.join(value);
                    }
                }
                _ => {}
            }
        });
        found
    }

    /// What is known of an expression.
    pub(super) fn of(&self, file: &Parsed, function: &Function, expr: &Expr) -> Value {
        match expr {
            Expr::BoolConstant(..) | Expr::And(..) | Expr::Or(..) => Kind::Bool.into(),
            Expr::IntegerConstant(..) => Kind::Int.into(),
            Expr::FloatConstant(..) => Kind::Float.into(),
            Expr::CharConstant(..) => Kind::Char.into(),
            Expr::StringConstant(..) | Expr::InterpolatedString(..) => Kind::Text.into(),
            Expr::Unit(_) => Kind::Unit.into(),
            Expr::Map(..) => Kind::Map.into(),
            Expr::Array(items, _) => {
                let is_asset = |item| self.of(file, function, item).sure() == Some(Kind::ASSET);
                let assets = !items.is_empty() && items.iter().all(is_asset);
                let kind = if assets { Kind::Assets } else { Kind::Array };
                kind.into()
            }
            Expr::DynamicConstant(value, _) if value.is_fnptr() => Kind::Function.into(),
            Expr::Variable(x, ..) if x.2.is_empty() => Self::variable(file, function, &x.1),
            Expr::Coalesce(sides, _) => {
                let mut sides = sides.iter().map(|side| self.of(file, function, side));
                let first = sides.next().unwrap_or(Value::ANY);
                let first = Value {
                    maybe: false,
                    ..first
                };
                sides.fold(first, Value::join)
            }
            Expr::FnCall(call, _) => self.call(file, function, call),
            Expr::Dot(..) | Expr::Index(..) => {
                Chain::of(expr).map_or(Value::ANY, |chain| self.chain(file, function, &chain))
            }
            _ => Value::ANY,
        }
    }

    fn variable(file: &Parsed, function: &Function, name: &str) -> Value {
        if let Some(value) = function.kinds.get(name) {
            return *value;
        }
        if file.constants.contains(name) {
            let top = file.functions.first();
            return top
                .and_then(|top| top.kinds.get(name))
                .copied()
                .unwrap_or(Value::ANY);
        }
        if file.function(name).is_some() {
            return Kind::Function.into();
        }
        Value::ANY
    }

    /// What a loop over an expression gives.
    fn element(&self, file: &Parsed, function: &Function, expr: &Expr) -> Value {
        if let Expr::FnCall(call, _) = expr
            && matches!(
                call.op_token,
                Some(Token::ExclusiveRange | Token::InclusiveRange)
            )
        {
            return Kind::Int.into();
        }
        let value = self.of(file, function, expr);
        match value.kind {
            Kind::Never => Value::NEVER,
            Kind::Assets => Kind::ASSET.into(),
            Kind::Host("Series") => Kind::Float.into(),
            Kind::Host("Positions") => Kind::Host("Position").into(),
            Kind::Host("Histories" | "Weights") => Kind::Map.into(),
            _ => Value::ANY,
        }
    }

    fn call(&self, file: &Parsed, function: &Function, call: &FnCallExpr) -> Value {
        let args = || call.args.iter().map(|arg| self.of(file, function, arg));
        if let Some(op) = &call.op_token {
            return self.operated(op, &args().collect::<Vec<_>>());
        }
        let name = call.name.as_str();
        if !call.namespace.is_empty() || file.function(name).is_some() {
            return Value::ANY;
        }
        match name {
            "Fn" | "curry" => Kind::Function.into(),
            "param" => call
                .args
                .get(1)
                .map_or(Value::ANY, |default| self.of(file, function, default)),
            _ => self.called(name, &args().collect::<Vec<_>>()),
        }
    }

    /// What an operator gives.
    pub(super) fn operated(&self, op: &Token, sides: &[Value]) -> Value {
        if sides.iter().any(|side| side.kind == Kind::Never) {
            return Value::NEVER;
        }
        let is_order = matches!(
            op,
            Token::EqualsTo
                | Token::NotEqualsTo
                | Token::LessThan
                | Token::LessThanEqualsTo
                | Token::GreaterThan
                | Token::GreaterThanEqualsTo
        );
        match (op, sides) {
            (Token::Bang, _) => Kind::Bool.into(),
            (Token::UnaryMinus | Token::UnaryPlus, [side]) if side.kind.is_number() => *side,
            (Token::Plus, [one, two]) if one.kind == Kind::Text || two.kind == Kind::Text => {
                let texts = [one, two]
                    .iter()
                    .all(|side| side.kind == Kind::Text || side.kind.is_number());
                if texts { Kind::Text.into() } else { Value::ANY }
            }
            (_, [one, two]) if is_order => {
                let panel = Kind::Host("Panel");
                let plain = |side: &Value| side.kind.is_known() && side.kind != panel;
                if plain(one) && plain(two) {
                    Kind::Bool.into()
                } else {
                    Value::ANY
                }
            }
            (_, [one, two]) if one.kind.is_number() && two.kind.is_number() => {
                let kind = match (one.kind, two.kind) {
                    (Kind::Int, Kind::Int) => Kind::Int,
                    (Kind::Decimal, _) | (_, Kind::Decimal) => Kind::Decimal,
                    _ => Kind::Float,
                };
                Value::from(kind).computed()
            }
            _ => self.given_by(op.literal_syntax(), sides).computed(),
        }
    }

    /// What a function of the API or the language gives; a method's own value comes first.
    fn called(&self, name: &str, args: &[Value]) -> Value {
        if args.iter().any(|arg| arg.kind == Kind::Never) {
            return Value::NEVER;
        }
        let first = args.first().map_or(Kind::Any, |arg| arg.kind);
        if name == "symbols" {
            return Kind::Assets.into();
        }
        if name == "filter" && first == Kind::Assets {
            return first.into();
        }
        if first == Kind::DATA {
            match name {
                "current" => return Value::or_unit(Kind::Float),
                "last_time" => return Value::or_unit(Kind::Host("Time")),
                "history" => return history(args),
                _ => {}
            }
        }
        let windows = [Kind::SERIES, Kind::BARS];
        if windows.contains(&first)
            && let Some(value) = of_indicator(name, args.len())
        {
            return value;
        }
        let value = self.given_by(name, args);
        if first == Kind::SERIES && value.kind == Kind::Any {
            return of_series(name);
        }
        value
    }

    /// What the forms give that fit.
    fn given_by(&self, name: &str, args: &[Value]) -> Value {
        let forms = self.surface.forms(name).iter();
        let fitting = forms.filter(|form| fits(form, args));
        let value = fitting.fold(Value::NEVER, |value, form| value.join(form.gives.into()));
        if value.kind == Kind::Never || args.iter().any(|arg| !arg.kind.is_known()) {
            // Of what is not known, any form may be meant, also one of the script's.
            let sure = value.kind.is_known() && args.first().is_some_and(|a| a.kind.is_known());
            return if sure { value } else { Value::ANY };
        }
        value
    }

    fn chain(&self, file: &Parsed, function: &Function, chain: &Chain<'_>) -> Value {
        self.along(file, function, chain, chain.links.len())
    }

    /// What is known of a chain after some of its steps.
    pub(super) fn along(
        &self,
        file: &Parsed,
        function: &Function,
        chain: &Chain<'_>,
        steps: usize,
    ) -> Value {
        let mut value = self.of(file, function, chain.root);
        for link in &chain.links[..steps] {
            if value.kind == Kind::Never {
                return value;
            }
            let next = match link.step {
                Step::Field(name, _) => self.field(value.kind, name),
                Step::Method(call, _) if file.function(&call.name).is_some() => Value::ANY,
                Step::Method(call, _) => {
                    let mut args = vec![value];
                    args.extend(call.args.iter().map(|arg| self.of(file, function, arg)));
                    self.called(&call.name, &args)
                }
                Step::Index(index) => self.index(value, index, self.of(file, function, index)),
            };
            let maybe = next.maybe || (link.elvis && value.maybe);
            value = Value { maybe, ..next };
        }
        value
    }

    fn index(&self, value: Value, index: &Expr, by: Value) -> Value {
        match (value.kind, index) {
            (Kind::CONTEXT, Expr::StringConstant(name, _)) => self.field(value.kind, name),
            (Kind::Assets, _) if by.kind == Kind::Int => Kind::ASSET.into(),
            (Kind::Host(_), _) => self.given_by("index$get$", &[value, by]),
            _ => Value::ANY,
        }
    }

    /// What a field is.
    fn field(&self, of: Kind, name: &str) -> Value {
        let registered = self.surface.field(of, name);
        match (of, registered) {
            (Kind::CONTEXT, None) => {
                let unset = if self.settled {
                    Value::ANY
                } else {
                    Value::NEVER
                };
                self.fields.get(name).copied().unwrap_or(unset)
            }
            (Kind::Host(_), Some(kind)) if kind.is_known() => kind.into(),
            (Kind::Host(receiver), Some(_)) => docs::find(name)
                .iter()
                .find(|doc| doc.is_field && doc.receiver == receiver)
                .map_or(Value::ANY, |doc| Kind::of_doc(&doc.signature)),
            _ => Value::ANY,
        }
    }

    /// Returns the names of the context's fields that any file sets.
    pub(super) fn fields_set(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }
}

/// Whether arguments suit a form as far as they are known.
pub(super) fn fits(form: &Form, args: &[Value]) -> bool {
    form.params.len() == args.len()
        && form
            .params
            .iter()
            .zip(args)
            .all(|(param, arg)| suits(*param, *arg))
}

/// Whether an argument suits a parameter, as far as it is known.
pub(super) fn suits(param: Kind, arg: Value) -> bool {
    param == Kind::Any || arg.sure().is_none_or(|kind| kind.is(param))
}

/// Returns the context's field that an expression names: `context.x` or `context["x"]`.
pub(super) fn field_of(expr: &Expr) -> Option<(&Expr, &str)> {
    let chain = Chain::of(expr)?;
    let [link] = &chain.links[..] else {
        return None;
    };
    match link.step {
        Step::Field(name, _) => Some((chain.root, name)),
        Step::Index(Expr::StringConstant(name, _)) => Some((chain.root, name)),
        _ => None,
    }
}

/// What `data.history(…)` gives.
fn history(args: &[Value]) -> Value {
    let of_one = if args.len() == 4 {
        Kind::BARS
    } else {
        Kind::SERIES
    };
    match args.get(1).and_then(|assets| assets.sure()) {
        Some(Kind::Text | Kind::ASSET) => of_one.into(),
        Some(Kind::Array | Kind::Assets) => Kind::Host("Histories").into(),
        _ => Value::ANY,
    }
}

/// What a method of a series gives whose registration does not say it.
fn of_series(name: &str) -> Value {
    match name {
        // Copies of what the series holds.
        "first" | "last" | "min" | "max" => Value::or_unit(Kind::Float),
        "argmin" | "argmax" => Value::or_unit(Kind::Int),
        "beta" | "correlation" | "covariance" | "mean" | "median" | "product" | "quantile"
        | "slope" | "std" | "sum" | "var" | "zscore" => Value::or_unit(Kind::Float).computed(),
        _ => Value::ANY,
    }
}

/// What an indicator gives over a series or bars.
fn of_indicator(name: &str, args: usize) -> Option<Value> {
    if let Some(spec) = known(name) {
        let whole = ["min", "max", "var"].contains(&name) && args == 1;
        return (!whole).then(|| match spec.outputs {
            [_] => Value::or_unit(Kind::Float).computed(),
            _ => Value::or_unit(Kind::Map),
        });
    }
    let spec = known(name.strip_suffix("_series")?)?;
    Some(match spec.outputs {
        [_] => Kind::SERIES.into(),
        _ => Kind::Map.into(),
    })
}

fn known(name: &str) -> Option<&'static Spec> {
    spec(name)
}

/// Names that closures of a file assign to: they may be variables of any function.
fn assigned_in_closures(file: &Parsed) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for closure in file.functions.iter().filter(|f| f.is_closure()) {
        closure.walk(|path| {
            if let Some(ASTNode::Stmt(Stmt::Assignment(x))) = path.last()
                && let Some(name) = variable(&x.1.lhs)
            {
                names.insert(name.to_owned());
            }
        });
    }
    names
}

/// What is known of the parameters of each function.
fn parameters(file: &Parsed) -> Vec<BTreeMap<String, Value>> {
    file.functions
        .iter()
        .map(|function| {
            let params = function.params.iter().enumerate();
            params
                .map(|(at, name)| (name.clone(), kind_of_parameter(file, function, at)))
                .collect()
        })
        .collect()
}
