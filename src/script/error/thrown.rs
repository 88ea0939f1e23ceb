//! What tests throw: an assertion that does not hold, a strategy that failed.

use crate::script::error::{Called, Details, Place, ScriptError};

/// See the module.
#[derive(Clone, Debug)]
pub(in crate::script) enum Thrown {
    /// An assertion that does not hold.
    Assertion {
        /// What was claimed.
        message: String,
        /// Both sides of it, where it has two.
        sides: Option<(String, String)>,
    },
    /// The strategy that a test runs has failed.
    Strategy(Box<ScriptError>),
}

impl Thrown {
    /// Returns what went wrong.
    pub(in crate::script) fn message(&self) -> &str {
        match self {
            Self::Assertion { message, .. } => message,
            Self::Strategy(error) => &error.message,
        }
    }

    /// Makes an error of it, thrown at `place` by a call that `trace` led to.
    pub(super) fn explain(&self, place: Place, trace: Vec<Called>) -> ScriptError {
        match self {
            Self::Assertion { message, sides } => ScriptError {
                code: "RBT320",
                message: message.clone(),
                place,
                hint: String::new(),
                trace,
                details: Details {
                    sides: sides.clone(),
                    ..Details::default()
                },
            },
            Self::Strategy(error) => {
                let mut error = (**error).clone();
                let function = if error.details.handler.is_empty() {
                    "the strategy".to_owned()
                } else {
                    error.details.handler.clone()
                };
                error.trace.push(Called {
                    function,
                    from: place,
                });
                error.trace.extend(trace);
                error
            }
        }
    }
}
