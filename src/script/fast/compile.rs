//! From Rhai's syntax tree to ours.
//!
//! Invariants: a function is compiled whole or not at all; every variable has a slot of its own, so
//! that blocks need no bookkeeping while they run.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the interpreter's own enums are long and open"
)]

/// Chains.
mod chains;

use std::collections::BTreeMap;
use std::rc::Rc;

use rhai::{AST, ASTFlags, Dynamic, Expr, FnCallExpr, FnPtr, Stmt};

use crate::script::fast::tree::{
    AssignChain, Binary, Block, For, Function, FunctionId, If, NativeCall, Node, Op, ScriptCall,
    Update, Use, While,
};
use crate::script::registry::Natives;
use crate::script::source::{Body, bodies_of};

/// The compiled functions of a script and of the modules that it imports.
#[derive(Default)]
pub(in crate::script) struct Program {
    pub(super) functions: Vec<Option<Function>>,
    /// The script first, then its modules.
    units: Vec<Scope>,
}

/// The names that are known in one file.
#[derive(Default)]
struct Scope {
    file: String,
    names: Names,
    /// What it imports: the name that it gives a module, and the module's path.
    imports: BTreeMap<String, String>,
}

/// The functions of a name, by their number of parameters.
type Names = BTreeMap<String, Vec<(usize, FunctionId)>>;

fn lookup(names: &Names, name: &str, parameters: usize) -> Option<FunctionId> {
    let forms = names.get(name)?;
    forms
        .iter()
        .find(|(count, _)| *count == parameters)
        .map(|(_, id)| *id)
}

/// Calls that have a meaning of their own in Rhai and are left to it.
const LEFT_TO_RHAI: [&str; 11] = [
    "call",
    "curry",
    "Fn",
    "is_def_var",
    "is_def_fn",
    "is_shared",
    "eval",
    "take",
    "print",
    "debug",
    "tag",
];

impl Program {
    /// Compiles the functions of a script and of modules, as far as they can be.
    ///
    /// `seen` are constants that all functions see under these names.
    pub(in crate::script) fn new(
        file: &str,
        ast: &AST,
        modules: &[(String, AST)],
        constants: &BTreeMap<String, Dynamic>,
        natives: &Natives,
    ) -> Self {
        let mut program = Self::default();
        let files: Vec<(&str, &AST)> = std::iter::once((file, ast))
            .chain(modules.iter().map(|(path, ast)| (path.as_str(), ast)))
            .collect();
        let mut count = 0;
        for (file, ast) in &files {
            let mut scope = Scope {
                file: (*file).to_owned(),
                imports: imports_of(ast),
                ..Scope::default()
            };
            for function in ast.iter_functions() {
                let forms = scope.names.entry(function.name.to_owned()).or_default();
                forms.push((function.params.len(), FunctionId(count)));
                count += 1;
            }
            program.units.push(scope);
        }
        let mut needs = Vec::new();
        for (at, (file, ast)) in files.iter().enumerate() {
            let bodies = bodies_of(ast);
            let source: Rc<str> = (*file).into();
            for function in ast.iter_functions() {
                let key = (function.name.to_owned(), function.params.len());
                let mut compiler = Compiler {
                    natives,
                    constants,
                    program: &program,
                    unit: at,
                    variables: Vec::new(),
                    slots: 0,
                    uses: Vec::new(),
                    needs: Vec::new(),
                };
                let body = bodies.get(&key);
                let compiled =
                    body.and_then(|body| compiler.function(function.name, body, &source));
                needs.push(compiler.needs);
                program.functions.push(compiled);
            }
        }
        program.drop_incomplete(&needs);
        program
    }

    /// Leaves to Rhai what calls a function of a module that is left to Rhai.
    fn drop_incomplete(&mut self, needs: &[Vec<FunctionId>]) {
        loop {
            let incomplete = (0..self.functions.len()).find(|at| {
                self.functions[*at].is_some()
                    && needs[*at].iter().any(|id| self.functions[id.0].is_none())
            });
            match incomplete {
                Some(at) => self.functions[at] = None,
                None => return,
            }
        }
    }

    /// Returns a compiled function.
    pub(in crate::script) fn find(&self, name: &str, parameters: usize) -> Option<FunctionId> {
        let id = lookup(&self.units.first()?.names, name, parameters)?;
        self.functions[id.0].is_some().then_some(id)
    }

    pub(super) fn name_of(&self, id: FunctionId) -> &str {
        let names = self.units.iter().flat_map(|unit| &unit.names);
        let found = names
            .into_iter()
            .find(|(_, forms)| forms.iter().any(|(_, other)| *other == id));
        found.map_or("", |(name, _)| name)
    }

    /// Returns the compiled function that a pointer points to, in the file of `from`.
    pub(super) fn pointed(&self, name: &str, parameters: usize) -> Option<FunctionId> {
        // Names of closures are made from their text, so that two of one name are the same.
        self.units
            .iter()
            .filter_map(|unit| lookup(&unit.names, name, parameters))
            .find(|id| self.functions[id.0].is_some())
    }

    /// Returns the names of functions that are left to Rhai.
    pub(in crate::script) fn left_to_rhai(&self) -> Vec<String> {
        let all = (0..self.functions.len()).filter(|at| self.functions[*at].is_none());
        all.map(|at| self.name_of(FunctionId(at)).to_owned())
            .collect()
    }
}

/// Returns what a file imports at its top level: the names and the paths.
fn imports_of(ast: &AST) -> BTreeMap<String, String> {
    let mut imports = BTreeMap::new();
    for statement in ast.statements() {
        if let Stmt::Import(parts, _) = statement
            && let Expr::StringConstant(path, _) = &parts.0
        {
            imports.insert(parts.1.name.to_string(), path.to_string());
        }
    }
    imports
}

struct Compiler<'a> {
    natives: &'a Natives,
    /// Constants that were not replaced by their values, by the names that all functions see.
    constants: &'a BTreeMap<String, Dynamic>,
    program: &'a Program,
    /// The file that is compiled.
    unit: usize,
    /// Functions that must be compiled if this one is.
    needs: Vec<FunctionId>,
    /// Variables in scope, innermost last.
    variables: Vec<(String, usize)>,
    slots: usize,
    uses: Vec<Use>,
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
            uses: std::mem::take(&mut self.uses),
            body: nodes,
        })
    }

    fn names(&self) -> &Names {
        &self.program.units[self.unit].names
    }

    /// Finds a function of a module by the name that the module was given here.
    fn of_module(&self, alias: &str, name: &str, parameters: usize) -> Option<FunctionId> {
        let path = self.program.units[self.unit].imports.get(alias)?;
        let unit = self
            .program
            .units
            .iter()
            .skip(1)
            .find(|unit| unit.file == *path)?;
        lookup(&unit.names, name, parameters)
    }

    fn declare(&mut self, name: &str) -> usize {
        let slot = self.slots;
        self.slots += 1;
        self.variables.push((name.to_owned(), slot));
        slot
    }

    fn slot(&self, name: &str) -> Option<usize> {
        self.variables
            .iter()
            .rev()
            .find(|(other, _)| other == name)
            .map(|(_, slot)| *slot)
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
            Stmt::BreakLoop(None, options, _) => Some(if options.contains(ASTFlags::BREAK) {
                Node::Break
            } else {
                Node::Continue
            }),
            Stmt::Return(value, options, at) => {
                let value = match value {
                    Some(value) => Some(Box::new(self.expr(value)?)),
                    None => None,
                };
                Some(if options.contains(ASTFlags::BREAK) {
                    Node::Throw(value, *at)
                } else {
                    Node::Return(value)
                })
            }
            // Left to Rhai: catching, switching, importing, capturing, loops with values.
            _ => None,
        }
    }

    fn for_loop(
        &mut self,
        parts: &(rhai::Ident, Option<rhai::Ident>, rhai::FlowControl),
        at: rhai::Position,
    ) -> Option<Node> {
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
            Expr::Variable(x, _, named) if x.2.is_empty() => {
                let slot = self.slot(&x.1)?;
                if op.is_some() {
                    self.note_use(&x.1, *named, slot);
                }
                Some(match op {
                    None => Node::Assign(slot, Box::new(value)),
                    Some((op, forms)) => Node::Update(Box::new(Update {
                        slot,
                        op,
                        value,
                        forms,
                        at,
                    })),
                })
            }
            Expr::Dot(..) | Expr::Index(..) => {
                let chain = self.chain(&sides.lhs)?;
                Some(Node::AssignChain(Box::new(AssignChain {
                    chain,
                    value,
                    op,
                    at,
                })))
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
            // A module's closure is found only where Rhai runs the module's own functions.
            Expr::DynamicConstant(value, _) if self.unit > 0 && value.is_fnptr() => None,
            Expr::DynamicConstant(value, _) => Some(Node::Constant((**value).clone())),
            Expr::InterpolatedString(parts, at) => Some(Node::Text(self.exprs(parts)?, *at)),
            Expr::Array(items, at) => Some(Node::Array(self.exprs(items)?, *at)),
            Expr::Map(entries, at) => {
                let entries = entries
                    .0
                    .iter()
                    .map(|(name, value)| Some((name.name.as_str().into(), self.expr(value)?)));
                Some(Node::Map(entries.collect::<Option<_>>()?, *at))
            }
            Expr::Variable(x, _, at) if x.2.is_empty() => Some(self.variable(&x.1, *at)),
            Expr::Stmt(block) => self.block(block.statements()).map(Node::Block),
            Expr::FnCall(call, at) => self.call(call, *at),
            Expr::And(parts, at) => Some(Node::And(self.exprs(parts)?, *at)),
            Expr::Or(parts, at) => Some(Node::Or(self.exprs(parts)?, *at)),
            Expr::Coalesce(parts, _) => Some(Node::Coalesce(self.exprs(parts)?)),
            Expr::Dot(..) | Expr::Index(..) => {
                self.chain(expr).map(|chain| Node::Chain(Box::new(chain)))
            }
            // Left to Rhai: `this`, custom syntax, variables of modules.
            _ => None,
        }
    }

    /// Remembers where a variable is named, for whoever explains an error there.
    fn note_use(&mut self, name: &str, at: rhai::Position, slot: usize) {
        self.uses.push(Use {
            at,
            name: name.into(),
            field: None,
            slot,
        });
    }

    fn exprs(&mut self, exprs: &[Expr]) -> Option<Vec<Node>> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn variable(&mut self, name: &str, at: rhai::Position) -> Node {
        if let Some(slot) = self.slot(name) {
            self.note_use(name, at, slot);
            return Node::Local(slot);
        }
        if let Some(value) = self.constants.get(name) {
            return Node::Constant(value.clone());
        }
        // The bare name of a function is a pointer to it.
        if self.names().contains_key(name)
            && let Ok(pointer) = FnPtr::new(name)
        {
            return Node::Constant(Dynamic::from(pointer));
        }
        Node::Unknown(name.to_owned(), at)
    }

    fn call(&mut self, call: &FnCallExpr, at: rhai::Position) -> Option<Node> {
        if call.capture_parent_scope {
            return None;
        }
        let name = call.name.as_str();
        if call.is_qualified() {
            let [alias] = &call.namespace.path[..] else {
                return None;
            };
            let id = self.of_module(&alias.name, name, call.args.len())?;
            self.needs.push(id);
            let args = self.exprs(&call.args)?;
            return Some(Node::Script(Box::new(ScriptCall {
                target: id,
                args,
                at,
            })));
        }
        if let Some(node) = self.operator(call, at) {
            return node;
        }
        if LEFT_TO_RHAI.contains(&name) {
            return None;
        }
        let args = self.exprs(&call.args)?;
        if let Some(id) = lookup(self.names(), name, args.len()) {
            // Whether it could be compiled is known only when all are; a module's function that is left
            // to Rhai cannot be called from here.
            if self.unit > 0 {
                self.needs.push(id);
            }
            return Some(Node::Script(Box::new(ScriptCall {
                target: id,
                args,
                at,
            })));
        }
        if name == "type_of" && args.len() == 1 {
            return args
                .into_iter()
                .next()
                .map(|one| Node::TypeOf(Box::new(one)));
        }
        Some(Node::Native(Box::new(NativeCall {
            forms: self.natives.find(name, args.len()),
            name: name.to_owned(),
            args,
            at,
        })))
    }

    /// Compiles a call that is an operator; `None` if it is none.
    #[expect(
        clippy::option_option,
        reason = "no operator, an operator left to Rhai, a node"
    )]
    fn operator(&mut self, call: &FnCallExpr, at: rhai::Position) -> Option<Option<Node>> {
        if !call.is_operator_call() {
            return None;
        }
        let sign = call.name.as_str();
        let node = match &call.args[..] {
            [one] if sign == "!" => self.expr(one).map(|one| Node::Not(Box::new(one), at)),
            [one] if sign == "-" => {
                let forms = self.natives.find("-", 1);
                self.expr(one)
                    .map(|one| Node::Negate(Box::new(one), forms, at))
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
}

fn non_zero(one: rhai::Position, other: rhai::Position) -> rhai::Position {
    if one.is_none() { other } else { one }
}
