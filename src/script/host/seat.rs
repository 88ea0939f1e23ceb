//! A strategy between calls: its desk at hand for whoever looks at it, its functions called by name.

use std::rc::Rc;

use rhai::Dynamic;

use crate::core::engine::desk::Desk;
use crate::script::error::ScriptError;
use crate::script::host::{Host, ScriptStrategy};

impl Host {
    /// Leaves a desk with the host, so that its values can be read between calls.
    pub(in crate::script) fn seat(&self, desk: &mut Desk) {
        std::mem::swap(&mut **self.desk.borrow_mut(), desk);
        self.seated.set(true);
    }

    /// Gives the desk back that [`Self::seat`] took.
    pub(in crate::script) fn unseat(&self, desk: &mut Desk) {
        self.seated.set(false);
        std::mem::swap(&mut **self.desk.borrow_mut(), desk);
        // What was set between calls is no part of the next call, which may fail.
        self.fields.borrow_mut().commit();
    }
}

impl ScriptStrategy {
    /// Returns what the registered functions of this script share.
    pub(in crate::script) fn host(&self) -> Rc<Host> {
        Rc::clone(&self.host)
    }

    /// Returns the context and the data that handlers are given.
    pub(in crate::script) fn context_and_data(&self) -> [Dynamic; 2] {
        [self.context.clone(), self.data.clone()]
    }

    /// Returns how many parameters a function of the script has; `None` where there is none.
    pub(in crate::script) fn parameters(&self, function: &str) -> Option<usize> {
        self.unit.parameters(function)
    }

    /// Returns the names of the script's own functions.
    pub(in crate::script) fn function_names(&self) -> Vec<String> {
        self.host.functions.borrow().iter().cloned().collect()
    }

    /// Calls a function that is no handler, as a transaction, and returns its value.
    pub(in crate::script) fn call_function(
        &mut self,
        function: &str,
        args: &mut [Dynamic],
        desk: &mut Desk,
    ) -> Result<Dynamic, ScriptError> {
        self.host.seat(desk);
        let outcome = self.run_for_value(function, args);
        if outcome.is_err() {
            self.host.fields.borrow_mut().roll_back();
        }
        self.host.unseat(desk);
        outcome
    }
}
