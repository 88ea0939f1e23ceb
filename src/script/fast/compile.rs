//! From Rhai's syntax tree to ours.
//!
//! Invariants: a function is compiled whole or not at all; every variable has a slot of its own, so
//! that blocks need no bookkeeping while they run.

use std::collections::BTreeMap;
use std::rc::Rc;

use rhai::{AST, ASTFlags, Dynamic, Expr, FnCallExpr, FnPtr, Stmt};

use crate::script::fast::tree::{
    AssignChain, Binary, Block, Chain, Field, For, Function, FunctionId, If, IndexStep, Method, NativeCall, Node, Op,
    ScriptCall, Step, StepKind, Update, While,
};
use crate::script::registry::Natives;
use crate::script::source::{Bodies, Body};

/// The compiled functions of a script.
#[derive(Default)]
pub(in crate::script) struct Program {
    pub(super) functions: Vec<Option<Function>>,
    names: BTreeMap<(String, usize), FunctionId>,
}

/// Calls that have a meaning of their own in Rhai and are left to it.
const LEFT_TO_RHAI: [&str; 12] = [
    "call", "curry", "Fn", "is_def_var", "is_def_fn", "is_shared", "type_of", "eval", "take", "print", "debug", "tag",
];

impl Program {
    /// Compiles the functions of a script, as far as they can be.
    pub(in crate::script) fn new(bodies: &Bodies, ast: &AST, source: &str, natives: &Natives) -> Self {
        let mut program = Self::default();
        for (at, function) in ast.iter_functions().enumerate() {
            program.names.insert((function.name.to_owned(), function.params.len()), FunctionId(at));
        }
        let source: Rc<str> = source.into();
        for function in ast.iter_functions() {
            let key = (function.name.to_owned(), function.params.len());
            let compiled = bodies.get(&key).and_then(|body| {
                let mut compiler = Compiler {
                    natives,
                    names: &program.names,
                    variables: Vec::new(),
                    slots: 0,
                };
                compiler.function(function.name, body, &source)
            });
            program.functions.push(compiled);
        }
        program
    }

    /// Returns a compiled function.
    pub(in crate::script) fn find(&self, name: &str, parameters: usize) -> Option<FunctionId> {
        let id = *self.names.get(&(name.to_owned(), parameters))?;
        self.functions[id.0].is_some().then_some(id)
    }

    pub(super) fn name_of(&self, id: FunctionId) -> &str {
        let found = self.names.iter().find(|(_, other)| **other == id);
        found.map_or("", |((name, _), _)| name)
    }

    /// Returns how many functions are compiled, and how many there are.
    #[cfg(test)]
    pub(in crate::script) fn coverage(&self) -> (usize, usize) {
        (self.functions.iter().flatten().count(), self.functions.len())
    }
}

struct Compiler<'a> {
    natives: &'a Natives,
    names: &'a BTreeMap<(String, usize), FunctionId>,
    /// Variables in scope, innermost last.
    variables: Vec<(String, usize)>,
    slots: usize,
}

impl Compiler<'_> {
    fn function(&mut self, name: &str, body: &Body, source: &Rc<str>) -> Option<Function> {
        for name in &body.params {
            self.declare(name);
        }
        let nodes = self.nodes(&body.statements)?;
        Some(Function {
            name: name.to_owned(),
            source: Rc::clone(source),
            slots: self.slots,
            body: nodes,
        })
    }

    fn declare(&mut self, name: &str) -> usize {
        let slot = self.slots;
        self.slots += 1;
        self.variables.push((name.to_owned(), slot));
        slot
    }

    fn slot(&self, name: &str) -> Option<usize> {
        self.variables.iter().rev().find(|(other, _)| other == name).map(|(_, slot)| *slot)
    }

    fn block(&mut self, statements: &[Stmt]) -> Option<Block> {
        let outer = self.variables.len();
        let nodes = self.nodes(statements);
        self.variables.truncate(outer);
        nodes.map(|nodes| Block { nodes })
    }

    fn nodes(&mut self, statements: &[Stmt]) -> Option<Vec<Node>> {
        statements
            .iter()
            .filter(|statement| !statement.is_noop())
            .map(|statement| self.statement(statement))
            .collect()
    }

    fn statement(&mut self, statement: &Stmt) -> Option<Node> {
        match statement {
            Stmt::Noop(_) => Some(Node::Unit),
            Stmt::Expr(expr) => self.expr(expr),
            Stmt::FnCall(call, at) => self.call(call, *at),
            Stmt::Block(block) => self.block(block.statements()).map(Node::Block),
            Stmt::If(flow, at) => Some(Node::If(Box::new(If {
                condition: self.expr(&flow.expr)?,
                then: self.block(flow.body.statements())?,
                otherwise: self.block(flow.branch.statements())?,
                at: non_zero(flow.expr.position(), *at),
            }))),
            Stmt::While(flow, at) => {
                let condition = match &flow.expr {
                    Expr::Unit(_) => None,
                    expr => Some(self.expr(expr)?),
                };
                Some(Node::While(Box::new(While {
                    condition,
                    body: self.block(flow.body.statements())?,
                    body_first: false,
                    until: false,
                    at: non_zero(flow.expr.position(), *at),
                })))
            }
            Stmt::Do(flow, options, at) => Some(Node::While(Box::new(While {
                body: self.block(flow.body.statements())?,
                condition: Some(self.expr(&flow.expr)?),
                body_first: true,
                until: options.contains(ASTFlags::NEGATED),
                at: non_zero(flow.expr.position(), *at),
            }))),
            Stmt::For(parts, at) => self.for_loop(parts, *at),
            Stmt::Var(parts, options, _) => {
                if options.contains(ASTFlags::EXPORTED) {
                    return None;
                }
                let value = self.expr(&parts.1)?;
                let slot = self.declare(&parts.0.name);
                Some(Node::Let(slot, Box::new(value)))
            }
            Stmt::Assignment(parts) => self.assignment(parts),
            Stmt::BreakLoop(None, options, _) => {
                Some(if options.contains(ASTFlags::BREAK) { Node::Break } else { Node::Continue })
            }
            Stmt::Return(value, options, at) => {
                let value = match value {
                    Some(value) => Some(Box::new(self.expr(value)?)),
                    None => None,
                };
                Some(if options.contains(ASTFlags::BREAK) { Node::Throw(value, *at) } else { Node::Return(value) })
            }
            // Left to Rhai: catching, switching, importing, capturing, loops with values.
            _ => None,
        }
    }

    fn for_loop(&mut self, parts: &(rhai::Ident, Option<rhai::Ident>, rhai::FlowControl), at: rhai::Position) -> Option<Node> {
        let (variable, counter, flow) = parts;
        let over = self.expr(&flow.expr)?;
        let outer = self.variables.len();
        let counter = counter.as_ref().map(|counter| self.declare(&counter.name));
        let variable = self.declare(&variable.name);
        let body = self.block(flow.body.statements());
        self.variables.truncate(outer);
        Some(Node::For(Box::new(For {
            variable,
            counter,
            over,
            body: body?,
            at: non_zero(flow.expr.position(), at),
        })))
    }

    fn assignment(&mut self, parts: &(rhai::OpAssignment, rhai::BinaryExpr)) -> Option<Node> {
        let (info, sides) = parts;
        let at = info.position();
        let op = match info.get_op_assignment_info() {
            None => None,
            Some((.., sign)) => {
                let op = Op::of(sign)?;
                Some((op, self.natives.find(sign, 2)))
            }
        };
        let value = self.expr(&sides.rhs)?;
        match &sides.lhs {
            Expr::Variable(x, ..) if x.2.is_empty() => {
                let slot = self.slot(&x.1)?;
                Some(match op {
                    None => Node::Assign(slot, Box::new(value)),
                    Some((op, forms)) => Node::Update(Box::new(Update { slot, op, value, forms, at })),
                })
            }
            Expr::Dot(..) | Expr::Index(..) => {
                let chain = self.chain(&sides.lhs)?;
                Some(Node::AssignChain(Box::new(AssignChain { chain, value, op, at })))
            }
            _ => None,
        }
    }

    fn expr(&mut self, expr: &Expr) -> Option<Node> {
        match expr {
            Expr::Unit(_) => Some(Node::Unit),
            Expr::BoolConstant(value, _) => Some(Node::Bool(*value)),
            Expr::IntegerConstant(value, _) => Some(Node::Int(*value)),
            Expr::FloatConstant(value, _) => Some(Node::Float(**value)),
            Expr::CharConstant(value, _) => Some(Node::Constant((*value).into())),
            Expr::StringConstant(value, _) => Some(Node::Constant(value.clone().into())),
            Expr::DynamicConstant(value, _) => Some(Node::Constant((**value).clone())),
            Expr::InterpolatedString(parts, at) => Some(Node::Text(self.exprs(parts)?, *at)),
            Expr::Array(items, at) => Some(Node::Array(self.exprs(items)?, *at)),
            Expr::Map(entries, at) => {
                let entries = entries.0.iter().map(|(name, value)| Some((name.name.as_str().into(), self.expr(value)?)));
                Some(Node::Map(entries.collect::<Option<_>>()?, *at))
            }
            Expr::Variable(x, _, at) if x.2.is_empty() => Some(self.variable(&x.1, *at)),
            Expr::Stmt(block) => self.block(block.statements()).map(Node::Block),
            Expr::FnCall(call, at) => self.call(call, *at),
            Expr::And(parts, at) => Some(Node::And(self.exprs(parts)?, *at)),
            Expr::Or(parts, at) => Some(Node::Or(self.exprs(parts)?, *at)),
            Expr::Coalesce(parts, _) => Some(Node::Coalesce(self.exprs(parts)?)),
            Expr::Dot(..) | Expr::Index(..) => self.chain(expr).map(|chain| Node::Chain(Box::new(chain))),
            // Left to Rhai: `this`, custom syntax, variables of modules.
            _ => None,
        }
    }

    fn exprs(&mut self, exprs: &[Expr]) -> Option<Vec<Node>> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn variable(&self, name: &str, at: rhai::Position) -> Node {
        if let Some(slot) = self.slot(name) {
            return Node::Local(slot);
        }
        // The bare name of a function is a pointer to it.
        if self.names.keys().any(|(function, _)| function == name)
            && let Ok(pointer) = FnPtr::new(name)
        {
            return Node::Constant(Dynamic::from(pointer));
        }
        Node::Unknown(name.to_owned(), at)
    }

    fn call(&mut self, call: &FnCallExpr, at: rhai::Position) -> Option<Node> {
        if call.is_qualified() || call.capture_parent_scope {
            return None;
        }
        let name = call.name.as_str();
        if let Some(node) = self.operator(call, at) {
            return node;
        }
        if LEFT_TO_RHAI.contains(&name) {
            return None;
        }
        let args = self.exprs(&call.args)?;
        if let Some(id) = self.names.get(&(name.to_owned(), args.len())) {
            // Whether it could be compiled is known only when all are; see `Machine::enter_or_interpret`.
            return Some(Node::Script(Box::new(ScriptCall { target: *id, args, at })));
        }
        Some(Node::Native(Box::new(NativeCall {
            forms: self.natives.find(name, args.len()),
            name: name.to_owned(),
            args,
            at,
        })))
    }

    /// Compiles a call that is an operator; `None` if it is none.
    #[expect(clippy::option_option, reason = "no operator, an operator left to Rhai, a node")]
    fn operator(&mut self, call: &FnCallExpr, at: rhai::Position) -> Option<Option<Node>> {
        if !call.is_operator_call() {
            return None;
        }
        let sign = call.name.as_str();
        let node = match &call.args[..] {
            [one] if sign == "!" => self.expr(one).map(|one| Node::Not(Box::new(one), at)),
            [one] if sign == "-" => {
                let forms = self.natives.find("-", 1);
                self.expr(one).map(|one| Node::Negate(Box::new(one), forms, at))
            }
            [left, right] => Op::of(sign).and_then(|op| {
                Some(Node::Binary(Box::new(Binary {
                    op,
                    left: self.expr(left)?,
                    right: self.expr(right)?,
                    forms: self.natives.find(sign, 2),
                    at,
                })))
            }),
            _ => None,
        };
        Some(node)
    }

    fn chain(&mut self, expr: &Expr) -> Option<Chain> {
        let (sides, flags, is_dot) = match expr {
            Expr::Dot(sides, flags, _) => (sides, *flags, true),
            Expr::Index(sides, flags, _) => (sides, *flags, false),
            _ => return None,
        };
        let mut steps = Vec::new();
        let (mut rest, mut flags, mut is_dot) = (&sides.rhs, flags, is_dot);
        loop {
            let elvis = flags.contains(ASTFlags::NEGATED);
            let deeper = match rest {
                Expr::Dot(next, next_flags, _) if !flags.contains(ASTFlags::BREAK) => Some((next, *next_flags, true)),
                Expr::Index(next, next_flags, _) if !flags.contains(ASTFlags::BREAK) => Some((next, *next_flags, false)),
                _ => None,
            };
            let Some((next, next_flags, next_is_dot)) = deeper else {
                steps.push(self.step(rest, is_dot, elvis)?);
                break;
            };
            steps.push(self.step(&next.lhs, is_dot, elvis)?);
            (rest, flags, is_dot) = (&next.rhs, next_flags, next_is_dot);
        }
        let root_at = sides.lhs.position();
        Some(Chain { root: self.expr(&sides.lhs)?, root_at, steps })
    }

    fn step(&mut self, expr: &Expr, is_dot: bool, elvis: bool) -> Option<Step> {
        let at = expr.position();
        if !is_dot {
            let index = IndexStep {
                index: self.expr(expr)?,
                getters: self.natives.find("index$get$", 2),
                setters: self.natives.find("index$set$", 3),
            };
            return Some(Step { kind: StepKind::Index(Box::new(index)), at, elvis });
        }
        let kind = match expr {
            Expr::Property(x, _) => StepKind::Field(Box::new(Field {
                name: x.2.as_str().into(),
                getters: self.natives.find(&format!("get${}", x.2), 1),
                setters: self.natives.find(&format!("set${}", x.2), 2),
            })),
            Expr::MethodCall(call, _) | Expr::FnCall(call, _) => {
                let name = call.name.as_str();
                if call.is_qualified() || LEFT_TO_RHAI.contains(&name) {
                    return None;
                }
                let args = self.exprs(&call.args)?;
                StepKind::Method(Box::new(Method {
                    forms: self.natives.find(name, args.len() + 1),
                    interpreted: self.names.contains_key(&(name.to_owned(), args.len())),
                    name: name.to_owned(),
                    args,
                }))
            }
            _ => return None,
        };
        Some(Step { kind, at, elvis })
    }
}

fn non_zero(one: rhai::Position, other: rhai::Position) -> rhai::Position {
    if one.is_none() { other } else { one }
}
