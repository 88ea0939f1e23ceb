//! Shipped scripts, edited at random: whatever a person types, the checker answers soon, without a panic,
//! and with places that lie in the text; and `--fix` makes no text worse.
//!
//! Every case follows from its number, which a failure names. `RANDOM_EDITS` sets how many there are;
//! `.ci/long` runs a million.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use rustybt::script::check::fix::{Fixed, fix};
use rustybt::script::check::level::Levels;
use rustybt::script::check::{Checker, Finding, Role, Severity};
use rustybt::script::edit::apply;
use rustybt::script::modules::ReadModule;

use crate::support::root;

/// How many texts are checked where nothing else is said.
const USUAL: u64 = 20_000;

/// The longest that one text may take, on a machine that does much else beside.
const LONGEST: Duration = Duration::from_secs(10);

/// What a person or a keyboard puts into a text.
const TOKENS: [&str; 60] = [
    " ",
    "\n",
    "\t",
    "\r\n",
    ";",
    ",",
    ".",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "#{",
    "#",
    "\"",
    "'",
    "`",
    "${",
    "//",
    "/*",
    "*/",
    "///",
    "=",
    "==",
    "===",
    ":=",
    "=>",
    "->",
    "+",
    "++",
    "-",
    "/",
    "%",
    "!",
    "?",
    ":",
    "::",
    "..",
    "..=",
    "|",
    "||",
    "&&",
    "and",
    "not",
    "elif",
    "def",
    "var",
    "None",
    "fn",
    "let",
    "const",
    "if",
    "return",
    "é",
    "\u{1f4c8}",
    "\u{202e}",
    "\0",
    "99999999999999999999",
    "rustybt: allow RBT120",
];

/// The generator of Steele, Lea and Flood ("splitmix64"): a good spread from any seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % (limit.max(1) as u64)).unwrap()
    }

    /// Returns the byte of a character of the text, or its end.
    fn place(&mut self, text: &str) -> usize {
        let mut at = self.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

/// A script or module that ships.
struct Shipped {
    name: String,
    role: Role,
    text: String,
}

fn shipped() -> Vec<Shipped> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = ["scripts", "stdlib", "src/app/new/templates", "examples"]
        .map(|folder| root().join(folder))
        .to_vec();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rhai") {
                let is_module = path
                    .components()
                    .any(|part| part.as_os_str() == "stdlib" || part.as_os_str() == "lib");
                found.push(Shipped {
                    name: path.display().to_string(),
                    role: if is_module {
                        Role::Module
                    } else {
                        Role::Script
                    },
                    text: fs::read_to_string(&path).unwrap(),
                });
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(found.len() >= 10, "{}", found.len());
    found
}

/// Edits a text once.
fn edit(text: &str, random: &mut Random) -> String {
    let (mut from, mut to) = (random.place(text), random.place(text));
    if from > to {
        (from, to) = (to, from);
    }
    // Most edits are small.
    if random.below(4) > 0 {
        to = text[from..]
            .char_indices()
            .map(|(at, _)| from + at)
            .nth(random.below(12))
            .unwrap_or(to);
    }
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let line = random.below(lines.len());
    let (before, after) = (&text[..from], &text[to..]);
    match random.below(8) {
        0 => format!("{before}{after}"),
        1 => format!(
            "{before}{}{}",
            TOKENS[random.below(TOKENS.len())],
            &text[from..]
        ),
        2 => format!("{before}{}{after}", TOKENS[random.below(TOKENS.len())]),
        3 => {
            // A stretch trades places with what follows it.
            let middle = (from..=to)
                .rev()
                .find(|at| text.is_char_boundary(from + (at - from) / 2));
            let middle = middle.map_or(from, |at| from + (at - from) / 2);
            format!(
                "{before}{}{}{after}",
                &text[middle..to],
                &text[from..middle]
            )
        }
        4 if !lines.is_empty() => {
            let mut lines = lines.clone();
            lines.insert(line, lines[line]);
            lines.concat()
        }
        5 if !lines.is_empty() => {
            let mut lines = lines.clone();
            let other = random.below(lines.len());
            lines.swap(line, other);
            lines.concat()
        }
        6 if random.below(6) == 0 => before.to_owned(),
        _ => word(text, random),
    }
}

/// Changes a word of the text: another one comes in its place, or a letter goes.
fn word(text: &str, random: &mut Random) -> String {
    let start = random.place(text);
    let is_of_word = |c: char| c.is_alphanumeric() || c == '_';
    let Some(from) = text[start..].find(is_of_word).map(|at| start + at) else {
        return text.to_owned();
    };
    let to = text[from..]
        .find(|c| !is_of_word(c))
        .map_or(text.len(), |at| from + at);
    let words: Vec<&str> = text
        .split(|c| !is_of_word(c))
        .filter(|w| !w.is_empty())
        .collect();
    let mut new = match random.below(3) {
        0 => words[random.below(words.len())].to_owned(),
        _ => text[from..to].to_owned(),
    };
    if random.below(2) == 0 && new.is_ascii() {
        let at = random.below(new.len());
        new.remove(at);
    }
    format!("{}{new}{}", &text[..from], &text[to..])
}

/// Returns the text of a case, with the script that it was made from.
fn case(shipped: &[Shipped], number: u64) -> (&Shipped, String) {
    let mut random = Random(number);
    let script = &shipped[random.below(shipped.len())];
    let mut text = script.text.clone();
    for _ in 0..=random.below(4) {
        text = edit(&text, &mut random);
    }
    (script, text)
}

fn reader() -> ReadModule {
    Rc::new(|path| {
        let text = fs::read_to_string(
            root()
                .join("examples/own-bars")
                .join(format!("{path}.rhai")),
        )
        .ok()?;
        Some(text.into())
    })
}

/// Runs something; a panic names the case.
fn guarded<T>(number: u64, script: &Shipped, text: &str, run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let outcome = catch_unwind(AssertUnwindSafe(run));
    let took = start.elapsed();
    let Ok(outcome) = outcome else {
        panic!("case {number}, of {}:\n{text}", script.name);
    };
    assert!(
        took < LONGEST,
        "case {number}, of {}: {took:?}\n{text}",
        script.name
    );
    outcome
}

/// Findings lie in their file, or at its very end; edits fit.
fn places_are_sound(number: u64, text: &str, findings: &[Finding]) {
    for finding in findings.iter().filter(|f| f.error.place.file == "edited") {
        let place = &finding.error.place;
        let lines: Vec<&str> = text.split('\n').collect();
        let line = place.line.checked_sub(1).and_then(|at| lines.get(at));
        let is_inside =
            line.is_some_and(|line| place.column >= 1 && place.column <= line.chars().count() + 1);
        assert!(is_inside, "case {number}: {place:?}\n{text}");
        if let Some(fix) = &finding.fix {
            assert!(
                apply(text, &fix.edits).is_some(),
                "case {number}: {fix:?}\n{text}"
            );
        }
    }
}

/// Returns the count of cases; a share of what is asked for.
fn count(share: u64) -> u64 {
    let asked = std::env::var("RANDOM_EDITS")
        .ok()
        .map(|text| text.parse().unwrap());
    asked.unwrap_or(USUAL) / share
}

#[test]
fn no_edit_of_a_shipped_script_stops_the_checker() {
    let (shipped, checker, reader) = (shipped(), Checker::new(), reader());
    let mut broken = 0_u64;
    let cases = count(1);
    for number in 0..cases {
        let (script, text) = case(&shipped, number);
        let findings = guarded(number, script, &text, || {
            checker.check(script.role, &text, "edited", &reader)
        });
        places_are_sound(number, &text, &findings);
        broken += u64::from(findings.iter().any(|f| f.error.code == "RBT001"));
    }
    // Edits that never broke anything, or everything, would try little.
    assert!(
        broken > cases / 10 && broken < cases * 9 / 10,
        "{broken} of {cases}"
    );
}

#[test]
fn no_fix_of_an_edited_script_makes_it_worse() {
    let (shipped, checker, reader) = (shipped(), Checker::new(), reader());
    let mut better = 0_u64;
    for number in 0..count(8) {
        let number = number + (1 << 32);
        let (script, text) = case(&shipped, number);
        let run = || {
            fix(
                &checker,
                &Levels::new(),
                script.role,
                &text,
                "edited",
                &reader,
            )
        };
        let fixed = guarded(number, script, &text, run);
        let before = checker.check(script.role, &text, "edited", &reader);
        no_worse(number, &text, &before, &fixed);
        better += u64::from(!fixed.made.is_empty());
    }
    assert!(better > 0);
}

/// A script has no more errors than before; a text that was none does not fail earlier.
fn no_worse(number: u64, text: &str, before: &[Finding], fixed: &Fixed) {
    let own = |f: &&Finding| f.error.place.file == "edited";
    let syntax = |findings: &[Finding]| {
        let broken = findings
            .iter()
            .filter(own)
            .find(|f| f.error.code == "RBT001");
        broken.map(|f| (f.error.place.line, f.error.place.column))
    };
    let errors = |findings: &[Finding]| {
        let is_error = |f: &&Finding| f.severity == Severity::Error;
        findings.iter().filter(own).filter(is_error).count()
    };
    let is_sound = match (syntax(before), syntax(&fixed.left)) {
        (None, Some(_)) => false,
        (Some(was), Some(now)) => now >= was,
        (Some(_), None) => true,
        (None, None) => errors(&fixed.left) <= errors(before),
    };
    assert!(
        is_sound,
        "case {number}: {:?}\n{text}\n---\n{}",
        fixed.made, fixed.text
    );
    assert_eq!(fixed.made.is_empty(), fixed.text == text, "case {number}");
}
