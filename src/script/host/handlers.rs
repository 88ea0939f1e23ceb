//! The functions of a script that the engine calls, or that run as tests: do they take what they are
//! called with?

#![expect(
    clippy::result_large_err,
    reason = "an error of a script ends its loading; its size does not matter"
)]

use crate::script::error::{Details, ScriptError};
use crate::script::host::ScriptStrategy;

/// Handlers by name, with the number of their parameters.
pub const HANDLERS: [(&str, usize); 9] = [
    ("initialize", 1),
    ("before_trading_start", 2),
    ("handle_data", 2),
    ("on_order_fill", 3),
    ("on_order_cancel", 3),
    ("on_order_reject", 3),
    ("on_broker_message", 2),
    ("on_reload", 2),
    ("analyze", 2),
];

impl ScriptStrategy {
    pub(super) fn find_handlers(&mut self) -> Result<(), ScriptError> {
        for (name, needed) in HANDLERS {
            let Some(given) = self.unit.parameters(name) else {
                continue;
            };
            if given != needed {
                let params = handler_params(name);
                return Err(self.error_at_function(
                    name,
                    &format!(
                        "{name} has {given} parameter{}, needs {needed}: {params}",
                        if given == 1 { "" } else { "s" }
                    ),
                    &format!("write fn {name}({params})"),
                ));
            }
            self.handlers.insert(name);
        }
        Ok(())
    }

    fn error_at_function(&self, name: &str, message: &str, hint: &str) -> ScriptError {
        let texts = self.texts.borrow();
        let text = texts.get(&self.file).map_or("", |text| text);
        let place = text
            .lines()
            .enumerate()
            .find_map(|(at, line)| {
                let column = line.find(&format!("fn {name}"))? + 3;
                Some(crate::script::error::Place {
                    file: self.file.clone(),
                    line: at + 1,
                    column: column + 1,
                    width: name.len(),
                    text: line.to_owned(),
                })
            })
            .unwrap_or_default();
        ScriptError {
            code: "RBT106",
            message: message.to_owned(),
            place,
            hint: hint.to_owned(),
            trace: Vec::new(),
            details: Details::default(),
        }
    }

    /// Refuses a test that has parameters: nobody would give them.
    pub(in crate::script) fn needs_no_parameters(&self, test: &str) -> Result<(), ScriptError> {
        match self.unit.parameters(test) {
            Some(given) if given > 0 => Err(self.error_at_function(
                test,
                &format!("a test has no parameters; {test} has {given}"),
                &format!("write fn {test}(), and let sim = sim_context(); in it"),
            )),
            Some(_) | None => Ok(()),
        }
    }
}

/// Returns the parameters of a handler as they are usually named.
pub fn handler_params(name: &str) -> &'static str {
    match name {
        "initialize" => "context",
        "on_order_fill" => "context, order, fill",
        "on_order_cancel" | "on_order_reject" => "context, order, reason",
        "on_broker_message" => "context, message",
        "on_reload" => "context, previous",
        "analyze" => "context, results",
        _ => "context, data",
    }
}
