//! The tree that a function is compiled to.

use std::rc::Rc;

use rhai::{Dynamic, FLOAT, INT, Identifier, Position};

use crate::script::registry::Forms;

/// The number of a function in its program.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(in crate::script) struct FunctionId(pub(super) usize);

/// A compiled function.
pub(super) struct Function {
    pub(super) name: String,
    /// The file that errors name.
    pub(super) source: Rc<str>,
    /// Slots in all, those of the parameters first.
    pub(super) slots: usize,
    /// Where its variables are named; read only when something fails.
    pub(super) uses: Vec<Use>,
    pub(super) body: Vec<Node>,
}

/// A place at which a variable is named.
pub(super) struct Use {
    pub(super) at: Position,
    pub(super) name: Identifier,
    /// The field of it that is read there.
    pub(super) field: Option<Identifier>,
    pub(super) slot: usize,
}

/// An expression or a statement.
pub(super) enum Node {
    Unit,
    Bool(bool),
    Int(INT),
    Float(FLOAT),
    Constant(Dynamic),
    Local(usize),
    Array(Vec<Node>, Position),
    Map(Vec<(Identifier, Node)>, Position),
    /// An interpolated string.
    Text(Vec<Node>, Position),
    Native(Box<NativeCall>),
    Script(Box<ScriptCall>),
    Binary(Box<Binary>),
    Not(Box<Node>, Position),
    Negate(Box<Node>, Forms, Position),
    And(Vec<Node>, Position),
    Or(Vec<Node>, Position),
    /// `??`
    Coalesce(Vec<Node>),
    Chain(Box<Chain>),
    /// `type_of`
    TypeOf(Box<Node>),
    Block(Block),
    If(Box<If>),
    While(Box<While>),
    For(Box<For>),
    /// `let`: a slot and its first value.
    Let(usize, Box<Node>),
    /// An assignment to a variable.
    Assign(usize, Box<Node>),
    /// An assignment with an operator to a variable.
    Update(Box<Update>),
    /// An assignment, with an operator or without, to the end of a chain.
    AssignChain(Box<AssignChain>),
    Break,
    Continue,
    Return(Option<Box<Node>>),
    Throw(Option<Box<Node>>, Position),
    /// A variable that does not exist.
    Unknown(String, Position),
}

/// Statements and the slots of the variables that they declare.
pub(super) struct Block {
    pub(super) nodes: Vec<Node>,
}

pub(super) struct NativeCall {
    pub(super) name: String,
    pub(super) args: Vec<Node>,
    pub(super) forms: Forms,
    pub(super) at: Position,
}

pub(super) struct ScriptCall {
    pub(super) target: FunctionId,
    pub(super) args: Vec<Node>,
    pub(super) at: Position,
}

pub(super) struct Binary {
    pub(super) op: Op,
    pub(super) left: Node,
    pub(super) right: Node,
    pub(super) forms: Forms,
    pub(super) at: Position,
}

/// A binary operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Op {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// Any other, under its sign.
    Other(&'static str),
}

pub(super) struct If {
    pub(super) condition: Node,
    pub(super) then: Block,
    pub(super) otherwise: Block,
    pub(super) at: Position,
}

pub(super) struct While {
    /// `None` is `loop`.
    pub(super) condition: Option<Node>,
    pub(super) body: Block,
    /// Whether the body runs before the first look at the condition.
    pub(super) body_first: bool,
    /// Whether the loop ends when the condition holds (`do … until`).
    pub(super) until: bool,
    pub(super) at: Position,
}

pub(super) struct For {
    pub(super) variable: usize,
    pub(super) counter: Option<usize>,
    pub(super) over: Node,
    pub(super) body: Block,
    pub(super) at: Position,
}

pub(super) struct Update {
    pub(super) slot: usize,
    pub(super) op: Op,
    pub(super) value: Node,
    pub(super) forms: Forms,
    pub(super) at: Position,
}

pub(super) struct AssignChain {
    pub(super) chain: Chain,
    pub(super) value: Node,
    /// The operator of `+=` and its kin.
    pub(super) op: Option<(Op, Forms)>,
    pub(super) at: Position,
}

/// A value and what is done to it, step by step.
pub(super) struct Chain {
    pub(super) root: Node,
    pub(super) steps: Vec<Step>,
}

pub(super) struct Step {
    pub(super) kind: StepKind,
    pub(super) at: Position,
    /// Whether the chain ends here with `()` if the value before is `()`.
    pub(super) elvis: bool,
}

pub(super) enum StepKind {
    Field(Box<Field>),
    Method(Box<Method>),
    Index(Box<IndexStep>),
}

pub(super) struct Field {
    pub(super) name: Identifier,
    pub(super) getters: Forms,
    pub(super) setters: Forms,
}

pub(super) struct Method {
    pub(super) name: String,
    pub(super) args: Vec<Node>,
    pub(super) forms: Forms,
    /// Whether the script itself has a function that would be called with `this`.
    pub(super) interpreted: bool,
}

pub(super) struct IndexStep {
    pub(super) index: Node,
    pub(super) getters: Forms,
    pub(super) setters: Forms,
}
