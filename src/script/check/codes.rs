//! What the codes of errors and findings mean.

/// Codes with their explanations, in order.
const CODES: [(&str, &str); 20] = [
    (
        "RBT001",
        "The text is not a script: a sign is missing, or one stands where none may. The place is where the reader could not go on; the fault is there or just before.",
    ),
    (
        "RBT002",
        "A remark `// rustybt: allow CODE` names no rule, or one that finds nothing there. It counts for its own line, or for the next one with code where it stands alone. RBT001 and RBT002 cannot be allowed.",
    ),
    (
        "RBT101",
        "A function is called that neither the API, the language nor the script has. `rustybt doc` lists what there is. A closure kept in a variable is called with name.call(…).",
    ),
    (
        "RBT102",
        "A function is called with a number or kind of arguments that it does not take. `rustybt doc NAME` shows how it is called.",
    ),
    (
        "RBT103",
        "A map of options has a key that the function does not know; it would otherwise be ignored in silence.",
    ),
    (
        "RBT104",
        "A variable, module, field or entry is named that does not exist. A function sees its parameters, its own variables and the script's constants.",
    ),
    (
        "RBT106",
        "A function has nearly the name of a handler, or a handler has other parameters than the engine calls it with. It would never be called.",
    ),
    (
        "RBT107",
        "The script has neither handle_data nor a scheduled function, so nothing would ever run.",
    ),
    (
        "RBT108",
        "schedule or on_cross is given a function that the script does not have, or one that does not take (context, data).",
    ),
    (
        "RBT109",
        "A function of the script has the name of one of the API. Calls meant for the API, methods too, would reach it instead, in silence.",
    ),
    (
        "RBT110",
        "A variable at the top level is used in a function. Functions do not see it, and nothing in it would outlive a call: keep it in the context, or make it a const.",
    ),
    (
        "RBT120",
        "A division of whole numbers drops the fraction: 10 / 30 is 0. Make one of them a float: 10 / 30.0.",
    ),
    (
        "RBT121",
        "An operator stands between kinds that it does not work with.",
    ),
    (
        "RBT300",
        "The script, or a function that it called, refused what it was asked to do.",
    ),
    (
        "RBT310",
        "A call of a handler took more operations than it may (10 million). Most likely a loop never ends.",
    ),
    (
        "RBT311",
        "A call of a handler took longer than it may (30 s in a backtest, 1 s live). Most likely a loop never ends.",
    ),
    (
        "RBT312",
        "Functions call each other more than 64 deep. Most likely one calls itself without end.",
    ),
    (
        "RBT313",
        "A string, array or map grew beyond what it may hold.",
    ),
    (
        "RBT314",
        "A calculation has no result: a division of whole numbers by zero, or one beyond 64 bits.",
    ),
    (
        "RBT399",
        "The program failed inside a call of the script. This is a fault of the program; please report it.",
    ),
];

/// Returns what a code means, in any case of letters.
pub fn explain(code: &str) -> Option<&'static str> {
    CODES
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(code))
        .map(|(_, text)| *text)
}

/// Returns all codes with what they mean.
pub fn codes() -> impl Iterator<Item = (&'static str, &'static str)> {
    CODES.into_iter()
}
