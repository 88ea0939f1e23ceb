//! The answer to a bug: one line, exit code 70, no backtrace unless asked for.

use std::backtrace::Backtrace;
use std::io::{self, Write};
use std::panic::{self, PanicHookInfo, UnwindSafe};

use crate::app::cli::diagnostic::escape;
use crate::app::cli::exit::Exit;
use crate::shell::environment;

/// Runs `command`; a panic inside becomes [`Exit::Internal`].
pub fn guard(command: impl FnOnce() -> Exit + UnwindSafe) -> Exit {
    panic::set_hook(Box::new(|info| {
        let _nobody_listens = io::stderr().write_all(message(info).as_bytes());
    }));
    panic::catch_unwind(command).unwrap_or(Exit::Internal)
}

fn message(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let text = payload.downcast_ref::<&str>().copied();
    let what = text
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let version = env!("CARGO_PKG_VERSION");
    let mut text = format!(
        "internal error: {} ({place}, rustybt {version}); this is a bug, please report it\n",
        escape(what)
    );
    if environment::variable("RUST_BACKTRACE").is_some_and(|value| value != "0") {
        text.push_str(&Backtrace::force_capture().to_string());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_exit_code_70() {
        let before = panic::take_hook();
        let exit = guard(|| panic!("the ledger does not add up"));
        panic::set_hook(before);
        assert_eq!(exit, Exit::Internal);
        assert_eq!(exit.code(), 70);
    }
}
