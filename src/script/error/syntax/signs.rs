//! Signs that are missing, or one too many.

use rhai::ParseErrorType;

use crate::script::edit::Edit;
use crate::script::error::syntax::{Advice, Habit, Seen, replace};
use crate::script::lexemes::{Kind, Piece};

/// The first that knows the fault is heard.
pub(super) const SIGNS: [Habit; 12] = [
    open_brace,
    surplus_brace,
    open_text,
    semicolon,
    one_variable,
    comma,
    block,
    percentage,
    inner_function,
    constant,
    reserved,
    odd_sign,
];

/// The text ends although a brace is open.
fn open_brace(s: &Seen<'_>) -> Option<Advice> {
    if s.piece(0).is_some() || !s.lacks("}") {
        return None;
    }
    Some(match unclosed(s.code) {
        Some(brace) => Advice::hint("close it with }, where its block ends")
            .at(brace)
            .message(format!("this {} has no }}", brace.text)),
        None => Advice::hint("a { further up has no }"),
    })
}

/// Returns the brace that has no other: the one whose line is indented otherwise than that of the brace
/// which would close it, else the last one left open.
fn unclosed<'a>(code: &'a [Piece<'a>]) -> Option<&'a Piece<'a>> {
    let mut open: Vec<(&Piece<'_>, usize)> = Vec::new();
    // The line at hand and where its first piece stands.
    let (mut line, mut indent) = (0, 0);
    for piece in code {
        if piece.line != line {
            (line, indent) = (piece.line, piece.column);
        }
        if piece.is("{") || piece.is("#{") {
            open.push((piece, indent));
        } else if piece.is("}")
            && let Some((brace, of_brace)) = open.pop()
        {
            let begins_line = indent == piece.column;
            if begins_line && of_brace > piece.column {
                return Some(brace);
            }
        }
    }
    open.pop().map(|(brace, _)| brace)
}

fn surplus_brace(s: &Seen<'_>) -> Option<Advice> {
    let closes = s
        .piece(0)
        .filter(|p| matches!(p.text, "}" | ")" | "]"))
        .filter(|_| s.kind.to_string().starts_with("Unexpected"))?;
    if s.is(-1, "%") {
        return None;
    }
    Some(match closes.text {
        "}" => Advice::hint("this } closes nothing: is there one too many further up?"),
        sign => Advice::hint(format!("something is missing before this {sign}")),
    })
}

fn open_text(s: &Seen<'_>) -> Option<Advice> {
    let open = s.kind.to_string().contains("not terminated");
    open.then(|| {
        Advice::hint("a text ends with \" on its line; one of several lines stands in back-ticks")
    })
}

fn ends_value(piece: &Piece<'_>) -> bool {
    matches!(piece.kind, Kind::Word | Kind::Number | Kind::Quoted)
        || matches!(piece.text, ")" | "]" | "}")
}

fn semicolon(s: &Seen<'_>) -> Option<Advice> {
    let before = s.piece(-1).filter(|_| s.lacks(";"))?;
    let here = s.piece(0)?;
    if here.line == before.line || !ends_value(before) || before.text.contains('\n') {
        return None;
    }
    let column = before.end_column();
    let mut advice = Advice::hint("a statement ends with ;");
    advice.at = Some((before.line, column, 1));
    if here.kind == Kind::Word {
        let edit = Edit {
            line: before.line,
            column,
            end_line: before.line,
            end_column: column,
            text: ";".to_owned(),
        };
        advice = advice.fix("add `;`", vec![edit]);
    }
    Some(advice)
}

/// `let a, b = …`, `let (a, b) = …`.
fn one_variable(s: &Seen<'_>) -> Option<Advice> {
    let list = s.is(0, ",") && (s.is(-2, "let") || s.is(-2, "const"));
    let tuple = s.is(0, "(") && (s.is(-1, "let") || s.is(-1, "const"));
    if list || tuple {
        return Some(Advice::hint("write a let for each variable"));
    }
    let named = matches!(s.kind, ParseErrorType::VariableExpected);
    named.then(|| Advice::hint("a name has letters, digits and _, and begins with no digit"))
}

fn comma(s: &Seen<'_>) -> Option<Advice> {
    let has_unit = |p: &&Piece<'_>| {
        p.kind == Kind::Number && p.line == s.at.0 && p.end_column() > s.at.1 && p.column < s.at.1
    };
    if let Some(number) = s.piece(-1).filter(has_unit) {
        let hint = "write it out: 10_000 for ten thousand";
        return Some(
            Advice::hint(hint)
                .at(number)
                .message("a number has no unit"),
        );
    }
    let here = s.piece(0).filter(|_| s.lacks(","))?;
    if matches!(here.text, ";" | "}" | "{") {
        return Some(Advice::hint("a ( or [ further up is not closed"));
    }
    matches!(here.kind, Kind::Word | Kind::Number | Kind::Quoted)
        .then(|| Advice::hint("a , is missing before it"))
}

fn block(s: &Seen<'_>) -> Option<Advice> {
    s.lacks("{").then(|| Advice::hint("blocks stand in { }"))
}

fn percentage(s: &Seen<'_>) -> Option<Advice> {
    (s.is(-1, "%") && s.any(0, &[")", ";", ","]))
        .then(|| Advice::hint("a percentage is written as a fraction: 0.5 for 50 %"))
}

fn inner_function(s: &Seen<'_>) -> Option<Advice> {
    matches!(s.kind, ParseErrorType::WrongFnDefinition)
        .then(|| Advice::hint("move it to the top level, or write a closure: let f = |x| x * 2;"))
}

fn constant(s: &Seen<'_>) -> Option<Advice> {
    matches!(s.kind, ParseErrorType::AssignmentToConstant(_))
        .then(|| Advice::hint("what changes begins with let"))
}

fn reserved(s: &Seen<'_>) -> Option<Advice> {
    if !matches!(s.kind, ParseErrorType::Reserved(_)) {
        return None;
    }
    let odd = s.piece(0).is_some_and(|p| p.kind == Kind::Sign);
    Some(if odd {
        Advice::hint("this sign has no use here")
    } else {
        Advice::hint("choose another name")
    })
}

/// `;;` and the like are fine; what remains is a sign that is not of this language.
fn odd_sign(s: &Seen<'_>) -> Option<Advice> {
    let sign = s
        .piece(0)
        .filter(|p| p.is("\u{a0}") || p.is("\u{2212}") || p.is("\u{2013}"))?;
    let edit = replace(sign, "-");
    Some(Advice::hint("this is not the minus of a keyboard").fix("write `-`", vec![edit]))
}
