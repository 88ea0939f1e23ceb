//! Exit codes, and how a command fails.

use std::process::ExitCode;

use crate::app::cli::diagnostic::Diagnostic;

/// What the exit code of the program says; a contract with scripts and service managers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: it worked and the answer is "no": `check`, `test`, `audit`, `data verify`, `replay` or
    /// `brokers check` found something.
    No,
    /// 2: usage or configuration: an unknown flag, a YAML error, a missing variable.
    Usage,
    /// 3: the script: syntax, an unknown name, an exception in a handler.
    Script,
    /// 4: the data: no bars, a bad file.
    Data,
    /// 5: a broker or the network, after retries.
    Broker,
    /// 6: refused for safety: live not confirmed, state locked, tripped at start.
    Refused,
    /// 7: no engine is running here.
    NotRunning,
    /// 70: an internal error, which is a bug.
    Internal,
    /// 130: aborted by a second interrupt.
    Aborted,
}

impl Exit {
    /// Returns the number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::No => 1,
            Self::Usage => 2,
            Self::Script => 3,
            Self::Data => 4,
            Self::Broker => 5,
            Self::Refused => 6,
            Self::NotRunning => 7,
            Self::Internal => 70,
            Self::Aborted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command stopped: what to tell the person, and the exit code.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What is wrong, most important first; at least one.
    pub diagnostics: Vec<Diagnostic>,
}

impl Failure {
    /// Makes a failure of one diagnostic.
    pub fn new(exit: Exit, diagnostic: Diagnostic) -> Self {
        Self {
            exit,
            diagnostics: vec![diagnostic],
        }
    }

    /// Makes a usage or configuration error.
    pub fn usage(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(Exit::Usage, Diagnostic::error(what).hint(hint))
    }
}
