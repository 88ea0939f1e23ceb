//! Scripts compiled to a tree with resolved variables and functions, for speed.
//!
//! Rhai's own evaluator looks every function up by hashing its name and the types of its arguments,
//! each time it is called. Here the functions of a script become trees in which variables are slots and
//! call sites hold the forms that a function has; numbers are added and compared in place. What this
//! compiler does not know (a closure that captures, `try`, `switch`) stays with Rhai, function by
//! function; what it calls and does not find in its own table it calls through Rhai.
//!
//! Invariants: a script gives the same values, errors and places of errors as under Rhai (differential
//! tests hold it); budgets of operations, depth and sizes are kept; nothing here knows the market.

/// Array methods that call back.
mod arrays;
/// Calls of functions.
mod calls;
/// Chains: `a.b(c)[d]`, read and assigned.
mod chain;
/// From Rhai's syntax tree to ours.
mod compile;
/// Operators.
mod operators;
/// Running a tree.
mod run;
/// The tree.
mod tree;
/// What variables held when something failed.
mod witness;

pub(super) use compile::Program;
pub(super) use run::{Limits, Machine, Parts, TO_ARRAY_TEXT};
pub(super) use witness::{Named, Witness, is_own};
