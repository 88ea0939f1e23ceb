//! Chains: `a.b(c)[d]`, from Rhai's syntax tree to ours.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the interpreter's own enums are long and open"
)]

use rhai::{ASTFlags, Expr};

use crate::script::fast::compile::{Compiler, LEFT_TO_RHAI, lookup};
use crate::script::fast::tree::{Chain, Field, IndexStep, Method, Node, Step, StepKind, Use};

impl Compiler<'_> {
    pub(super) fn chain(&mut self, expr: &Expr) -> Option<Chain> {
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
                Expr::Dot(next, next_flags, _) if !flags.contains(ASTFlags::BREAK) => {
                    Some((next, *next_flags, true))
                }
                Expr::Index(next, next_flags, _) if !flags.contains(ASTFlags::BREAK) => {
                    Some((next, *next_flags, false))
                }
                _ => None,
            };
            let Some((next, next_flags, next_is_dot)) = deeper else {
                steps.push(self.step(rest, is_dot, elvis)?);
                break;
            };
            steps.push(self.step(&next.lhs, is_dot, elvis)?);
            (rest, flags, is_dot) = (&next.rhs, next_flags, next_is_dot);
        }
        let root = self.expr(&sides.lhs)?;
        if let (Node::Local(slot), Expr::Variable(x, _, at)) = (&root, &sides.lhs)
            && let Some(StepKind::Field(field)) = steps.first().map(|step| &step.kind)
        {
            self.uses.push(Use {
                at: *at,
                name: x.1.as_str().into(),
                field: Some(field.name.clone()),
                slot: *slot,
            });
        }
        Some(Chain { root, steps })
    }

    fn step(&mut self, expr: &Expr, is_dot: bool, elvis: bool) -> Option<Step> {
        let at = expr.position();
        if !is_dot {
            let index = IndexStep {
                index: self.expr(expr)?,
                getters: self.natives.find("index$get$", 2),
                setters: self.natives.find("index$set$", 3),
            };
            return Some(Step {
                kind: StepKind::Index(Box::new(index)),
                at,
                elvis,
            });
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
                    interpreted: lookup(self.names(), name, args.len()).is_some(),
                    name: name.to_owned(),
                    args,
                }))
            }
            _ => return None,
        };
        Some(Step { kind, at, elvis })
    }
}
