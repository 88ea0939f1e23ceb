//! Edits that do away with a finding, and making them.
//!
//! Invariants: an edit is proposed only where one thing can be meant; it is kept only if the text has
//! fewer findings afterwards and no more errors, or, where the text was no script, if it is one or the
//! first error stands further down.

use crate::script::check::level::{self, Levels};
use crate::script::check::parsed::{Parsed, Role};
use crate::script::check::surface::Surface;
use crate::script::check::{Checker, Finding, Severity};
use crate::script::edit::{Edit, Fix, apply};
use crate::script::error::Place;
use crate::script::lexemes::{Kind, Piece, pieces};
use crate::script::modules::ReadModule;

/// How far a name may be from the one that was meant.
const NEAR: usize = 2;

/// Most rounds of edits; a text needs one for each error of syntax.
const ROUNDS: usize = 500;

/// Adds edits to the findings of a file that know what is meant.
pub(super) fn propose(file: &Parsed, surface: &Surface, found: &mut [Finding]) {
    let mut all = None;
    for finding in found
        .iter_mut()
        .filter(|f| f.fix.is_none() && f.error.place.file == file.name)
    {
        let code = all.get_or_insert_with(|| {
            let mut code = pieces(&file.text);
            code.retain(|piece| piece.kind != Kind::Comment);
            code
        });
        finding.fix = fix_of(finding, code, surface);
    }
}

fn fix_of(finding: &Finding, code: &[Piece<'_>], surface: &Surface) -> Option<Fix> {
    let Place { line, column, .. } = finding.error.place;
    let at = code
        .binary_search_by_key(&(line, column), |p| (p.line, p.column))
        .ok()?;
    let hint = finding.error.hint.as_str();
    match finding.error.code {
        "RBT101" => suggested(code, at, hint).filter(|fix| is_only(fix, &code[at], surface)),
        "RBT103" | "RBT108" => suggested(code, at, hint),
        "RBT104" => value(code, at)
            .or_else(|| module(&code[at], hint))
            .or_else(|| suggested(code, at, hint)),
        "RBT105" => unused_import(code, at),
        "RBT106" => handler(&code[at], hint),
        "RBT121" => key(finding),
        "RBT120" => float(code, &finding.error.place),
        _ => None,
    }
}

fn replace(piece: &Piece<'_>, text: &str) -> Fix {
    Fix {
        what: format!("write `{text}`"),
        edits: vec![edit(piece, text)],
    }
}

fn edit(piece: &Piece<'_>, text: &str) -> Edit {
    Edit {
        line: piece.line,
        column: piece.column,
        end_line: piece.line,
        end_column: piece.end_column(),
        text: text.to_owned(),
    }
}

/// Takes the name out of "did you mean `order_target(asset, amount)`?".
fn suggested(code: &[Piece<'_>], at: usize, hint: &str) -> Option<Fix> {
    let rest = hint.strip_prefix("did you mean `")?;
    let name = rest.split(['(', '`']).next()?;
    // "context.asset" stands at the name of the field.
    let name = name.rsplit('.').next()?;
    let (module, name) = match name.split_once("::") {
        Some((module, name)) => (Some(module), name),
        None => (None, name),
    };
    // The place of a call into a module is its name, or that of the module.
    let piece = &code[at];
    let is_near = |piece: &Piece<'_>| {
        piece.kind == Kind::Word
            && piece.text != name
            && strsim::damerau_levenshtein(piece.text, name) <= NEAR.min(name.len() / 3)
    };
    if let Some(module) = module.filter(|module| piece.is(module)) {
        let call = code
            .get(at + 2)
            .filter(|p| code[at + 1].is("::") && is_near(p))?;
        return (!module.is_empty()).then(|| replace(call, name));
    }
    is_near(piece).then(|| replace(piece, name))
}

/// No other function is as near.
fn is_only(fix: &Fix, piece: &Piece<'_>, surface: &Surface) -> bool {
    let Some(meant) = fix.edits.first().map(|edit| edit.text.as_str()) else {
        return false;
    };
    let distance = |name: &str| strsim::damerau_levenshtein(piece.text, name);
    let least = distance(meant);
    surface
        .names()
        .all(|name| name == meant || distance(name) > least)
}

/// Words for values: `None`, `True`.
fn value(code: &[Piece<'_>], at: usize) -> Option<Fix> {
    let piece = &code[at];
    let called = code
        .get(at + 1)
        .is_some_and(|p| matches!(p.text, "(" | "." | "["));
    let value = match piece.text {
        "None" | "nil" | "na" | "NULL" | "undefined" => "()",
        "True" => "true",
        "False" => "false",
        "pass" => "",
        _ => return None,
    };
    if called || piece.kind != Kind::Word {
        return None;
    }
    let mut fix = replace(piece, value);
    if value.is_empty() {
        "remove it".clone_into(&mut fix.what);
    }
    Some(fix)
}

/// `did you mean "std/signals"?`
fn module(piece: &Piece<'_>, hint: &str) -> Option<Fix> {
    let path = hint.strip_prefix("did you mean \"")?.strip_suffix("\"?")?;
    let given = piece.text.trim_matches('"');
    let is_near = piece.kind == Kind::Quoted && strsim::damerau_levenshtein(given, path) <= NEAR;
    is_near.then(|| replace(piece, &format!("\"{path}\"")))
}

/// Removes a line that holds an import and nothing else.
fn unused_import(code: &[Piece<'_>], at: usize) -> Option<Fix> {
    let line = code[at].line;
    let of_line: Vec<&Piece<'_>> = code.iter().filter(|p| p.line == line).collect();
    let is_alone = of_line.first()?.is("import")
        && of_line.last()?.is(";")
        && of_line.iter().filter(|p| p.is(";")).count() == 1;
    is_alone.then(|| Fix {
        what: "remove the import".to_owned(),
        edits: vec![Edit {
            line,
            column: 1,
            end_line: line + 1,
            end_column: 1,
            text: String::new(),
        }],
    })
}

/// "write fn initialize(context)", if the name is near.
fn handler(piece: &Piece<'_>, hint: &str) -> Option<Fix> {
    let name = hint.strip_prefix("write fn ")?.split('(').next()?;
    let is_near = piece.text != name && strsim::damerau_levenshtein(piece.text, name) <= NEAR;
    is_near.then(|| replace(piece, name))
}

/// `m[asset]` becomes `m[asset.symbol]`.
fn key(finding: &Finding) -> Option<Fix> {
    let place = &finding.error.place;
    let is_asset = finding
        .error
        .message
        .starts_with("an Asset is no key of a map");
    let plain = |c: char| c.is_alphanumeric() || "_.".contains(c);
    let mut shown = place
        .text
        .chars()
        .skip(place.column.saturating_sub(1))
        .take(place.width);
    (is_asset && shown.all(plain)).then(|| Fix {
        what: "use its symbol".to_owned(),
        edits: vec![Edit {
            line: place.line,
            column: place.column + place.width,
            end_line: place.line,
            end_column: place.column + place.width,
            text: ".symbol".to_owned(),
        }],
    })
}

/// Makes the right side of a division a float, where both sides are a name or number.
fn float(code: &[Piece<'_>], place: &Place) -> Option<Fix> {
    let columns = place.column..place.column + place.width;
    let is_inside = |p: &&Piece<'_>| p.line == place.line && columns.contains(&p.column);
    let inside: Vec<&Piece<'_>> = code.iter().filter(is_inside).collect();
    let [_, sign, right] = inside[..] else {
        return None;
    };
    let digits = |p: &Piece<'_>| p.text.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    if !sign.is("/") {
        return None;
    }
    match right.kind {
        Kind::Number if digits(right) => Some(replace(right, &format!("{}.0", right.text))),
        Kind::Word => Some(replace(right, &format!("{}.to_float()", right.text))),
        Kind::Number | Kind::Quoted | Kind::Comment | Kind::Sign => None,
    }
}

/// An edit that was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Made {
    /// The code of the finding.
    pub code: &'static str,
    /// The line in the text as it was before this edit.
    pub line: usize,
    /// What was done.
    pub what: String,
}

/// A text with its edits made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fixed {
    /// The text.
    pub text: String,
    /// What was done, in order.
    pub made: Vec<Made>,
    /// What is found in the text, in it and in what it imports.
    pub left: Vec<Finding>,
}

/// How bad a text is; smaller is better.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Rank {
    /// A script, with so many errors and findings.
    Script(usize, usize),
    /// No script: the reader could not go on after so many bytes before the end.
    Broken(std::cmp::Reverse<(usize, usize)>),
}

fn rank(findings: &[Finding], file: &str) -> Rank {
    let own = || findings.iter().filter(|f| f.error.place.file == file);
    if let Some(broken) = own().find(|f| f.error.code == "RBT001") {
        let Place { line, column, .. } = broken.error.place;
        return Rank::Broken(std::cmp::Reverse((line, column)));
    }
    let errors = own().filter(|f| f.severity == Severity::Error).count();
    Rank::Script(errors, own().count())
}

/// Makes the edits that findings of a text propose, checks again, and repeats until there are none.
pub fn fix(
    checker: &Checker,
    levels: &Levels,
    role: Role,
    text: &str,
    file: &str,
    read_module: &ReadModule,
) -> Fixed {
    let check = |text: &str| level::apply(levels, checker.check(role, text, file, read_module));
    let mut fixed = Fixed {
        text: text.to_owned(),
        made: Vec::new(),
        left: check(text),
    };
    for _ in 0..ROUNDS {
        let proposals: Vec<Finding> = fixed
            .left
            .iter()
            .filter(|f| f.error.place.file == file && f.fix.is_some())
            .cloned()
            .collect();
        let all = (0..proposals.len().min(1)).map(|_| &proposals[..]);
        let each = proposals.chunks(1);
        let better = all
            .chain(each)
            .find_map(|chosen| try_edits(&fixed, chosen, file, &check));
        match better {
            Some(better) => fixed = better,
            None => break,
        }
    }
    fixed
}

fn try_edits(
    before: &Fixed,
    chosen: &[Finding],
    file: &str,
    check: &impl Fn(&str) -> Vec<Finding>,
) -> Option<Fixed> {
    let fixes = || {
        chosen
            .iter()
            .filter_map(|f| f.fix.as_ref().map(|fix| (f, fix)))
    };
    let edits: Vec<Edit> = fixes().flat_map(|(_, fix)| fix.edits.clone()).collect();
    let text = apply(&before.text, &edits)?;
    let left = check(&text);
    let is_better = match (rank(&left, file), rank(&before.left, file)) {
        (Rank::Script(errors, all), Rank::Script(had_errors, had)) => {
            errors <= had_errors && all < had
        }
        (now, was) => now < was,
    };
    if !is_better {
        return None;
    }
    let mut made = before.made.clone();
    made.extend(fixes().map(|(finding, fix)| Made {
        code: finding.error.code,
        line: finding.error.place.line,
        what: fix.what.clone(),
    }));
    Some(Fixed { text, made, left })
}
