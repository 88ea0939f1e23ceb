//! Chains: `a.b(c)[d]` as a root and steps.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the interpreter's own enums are long and open"
)]

use rhai::{ASTFlags, ASTNode, Expr, FnCallExpr, Position};

use crate::script::check::parsed::Function;

/// One step of a chain.
#[derive(Clone, Copy)]
pub(super) enum Step<'a> {
    /// `.name`.
    Field(&'a str, Position),
    /// `.name(…)`.
    Method(&'a FnCallExpr, Position),
    /// `[index]`.
    Index(&'a Expr),
}

/// A step, and whether it is skipped on `()`.
#[derive(Clone, Copy)]
pub(super) struct Link<'a> {
    pub(super) step: Step<'a>,
    /// `?.` or `?[`.
    pub(super) elvis: bool,
}

/// See the module.
pub(super) struct Chain<'a> {
    pub(super) root: &'a Expr,
    pub(super) links: Vec<Link<'a>>,
}

impl<'a> Chain<'a> {
    /// Takes an expression apart; `None` where it is no chain.
    pub(super) fn of(expr: &'a Expr) -> Option<Self> {
        let (sides, mut flags, mut is_dot) = match expr {
            Expr::Dot(sides, flags, _) => (sides, *flags, true),
            Expr::Index(sides, flags, _) => (sides, *flags, false),
            _ => return None,
        };
        let mut links = Vec::new();
        let mut rest = &sides.rhs;
        loop {
            let elvis = flags.contains(ASTFlags::NEGATED);
            let goes_on = !flags.contains(ASTFlags::BREAK);
            let (here, next) = match rest {
                Expr::Dot(next, next_flags, _) if goes_on => {
                    (&next.lhs, Some((&next.rhs, *next_flags, true)))
                }
                Expr::Index(next, next_flags, _) if goes_on => {
                    (&next.lhs, Some((&next.rhs, *next_flags, false)))
                }
                last => (last, None),
            };
            links.push(Link {
                step: step(here, is_dot)?,
                elvis,
            });
            let Some(next) = next else { break };
            (rest, flags, is_dot) = next;
        }
        Some(Self {
            root: &sides.lhs,
            links,
        })
    }

    /// Returns the name of the variable at the root.
    pub(super) fn variable(&self) -> Option<&'a str> {
        variable(self.root)
    }
}

/// Returns the name of an expression that is a variable.
pub(super) fn variable(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Variable(x, ..) if x.2.is_empty() => Some(x.1.as_str()),
        _ => None,
    }
}

fn step(expr: &Expr, is_dot: bool) -> Option<Step<'_>> {
    if !is_dot {
        return Some(Step::Index(expr));
    }
    match expr {
        Expr::Property(x, at) => Some(Step::Field(x.2.as_str(), *at)),
        Expr::MethodCall(call, at) | Expr::FnCall(call, at) => Some(Step::Method(call, *at)),
        _ => None,
    }
}

/// Calls `look` for each whole chain of a function.
pub(super) fn each_chain(function: &Function, mut look: impl FnMut(&Chain<'_>, &Expr)) {
    function.walk(|path| {
        let Some(ASTNode::Expr(expr)) = path.last() else {
            return;
        };
        if let Some(chain) = Chain::of(expr).filter(|_| is_whole(path)) {
            look(&chain, expr);
        }
    });
}

/// Whether the last node is not the rest of the chain that it stands in.
pub(super) fn is_whole(path: &[ASTNode<'_>]) -> bool {
    let [.., ASTNode::Expr(parent), ASTNode::Expr(this)] = path else {
        return true;
    };
    match parent {
        Expr::Dot(sides, flags, _) | Expr::Index(sides, flags, _) => {
            !std::ptr::eq(&raw const sides.rhs, *this) || flags.contains(ASTFlags::BREAK)
        }
        _ => true,
    }
}
