//! Codes of errors at run time: a text does not show them.

use crate::script::check::codes::{Meaning, meaning};

pub(super) const MEANINGS: &[Meaning] = &[
    meaning(
        "RBT300",
        "The script, or a function that it called, refused what it was asked to do.",
        "",
        "",
    ),
    meaning(
        "RBT310",
        "A call of a handler took more operations than it may (10 million). Most likely a loop never ends.",
        "",
        "",
    ),
    meaning(
        "RBT311",
        "A call of a handler took longer than it may (30 s in a backtest, 1 s live). Most likely a loop never ends.",
        "",
        "",
    ),
    meaning(
        "RBT312",
        "Functions call each other more than 64 deep. Most likely one calls itself without end.",
        "",
        "",
    ),
    meaning(
        "RBT313",
        "A string, array or map grew beyond what it may hold.",
        "",
        "",
    ),
    meaning(
        "RBT314",
        "A calculation has no result: a division of whole numbers by zero, or one beyond 64 bits.",
        "",
        "",
    ),
    meaning(
        "RBT320",
        "An assertion of a test does not hold: what the strategy does is not what the test says, or the test is wrong.",
        "",
        "",
    ),
    meaning(
        "RBT399",
        "The program failed inside a call of the script. This is a fault of the program; please report it.",
        "",
        "",
    ),
];
