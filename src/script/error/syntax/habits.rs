//! What people write who come from Python, Pine or JavaScript, and how it is written here.

use rhai::ParseErrorType;

use crate::script::error::syntax::{Advice, Habit, Seen, replace, replace_all};
use crate::script::lexemes::{Kind, Piece};

/// The first that knows the fault is heard.
pub(super) const HABITS: [Habit; 30] = [
    eval,
    comment,
    quotes,
    typographic_quotes,
    format_text,
    triple_quotes,
    declaration,
    else_if,
    words_for_signs,
    comparison,
    nothing,
    variable,
    import_from,
    import,
    class,
    floor_division,
    counting,
    walrus,
    lambda,
    arrow_function,
    arrow,
    comprehension,
    ternary,
    slice,
    object,
    named_argument,
    types_and_defaults,
    loops,
    without,
    colon,
];

const PLAIN_BLOCK: &str = "blocks stand in { }";

fn eval(s: &Seen<'_>) -> Option<Advice> {
    s.is(0, "eval")
        .then(|| Advice::hint("a script does not run texts: write a function"))
}

fn comment(s: &Seen<'_>) -> Option<Advice> {
    if matches!(s.kind, ParseErrorType::WrongDocComment) {
        let place = |p: &&Piece<'_>| (p.line, p.column) == s.at && p.text.starts_with("///");
        let hint = Advice::hint("/// may stand only before a function; write //");
        let Some(piece) = s.all.iter().find(place) else {
            return Some(hint);
        };
        let mut edit = replace(piece, "//");
        edit.end_column = edit.column + 3;
        return Some(hint.fix("make it a plain comment", vec![edit]));
    }
    let sign = s.piece(0).filter(|piece| piece.is("#"))?;
    let edit = replace(sign, "//");
    Some(
        Advice::hint("a comment begins with //, a map with #{")
            .fix("begin the comment with //", vec![edit]),
    )
}

fn quotes(s: &Seen<'_>) -> Option<Advice> {
    let piece = s.piece(0).filter(|piece| piece.text.starts_with('\''))?;
    let hint = Advice::hint("texts stand in double quotes: \"AAPL\"")
        .at(piece)
        .message("single quotes hold one character");
    if piece.kind != Kind::Quoted {
        return Some(hint);
    }
    let inner = &piece.text[1..piece.text.len() - 1];
    let inner = inner.replace("\\'", "'").replace('"', "\\\"");
    let edit = replace(piece, format!("\"{inner}\""));
    Some(hint.fix("use double quotes", vec![edit]))
}

fn typographic_quotes(s: &Seen<'_>) -> Option<Advice> {
    const CURLY: [&str; 3] = ["\u{201c}", "\u{201d}", "\u{201e}"];
    let first = s.piece(0).filter(|piece| CURLY.contains(&piece.text))?;
    let of_line = s
        .code
        .iter()
        .filter(|p| p.line == first.line && CURLY.contains(&p.text));
    let edits = of_line.map(|piece| replace(piece, "\"")).collect();
    Some(Advice::hint("texts stand in straight quotes: \"AAPL\"").fix("use straight quotes", edits))
}

/// `f"x is {x}"`.
fn format_text(s: &Seen<'_>) -> Option<Advice> {
    let (letter, quoted) = (s.piece(-1)?, s.piece(0)?);
    let is_one = matches!(letter.text, "f" | "F")
        && quoted.kind == Kind::Quoted
        && letter.end() == quoted.start;
    if !is_one {
        return None;
    }
    let hint = Advice::hint("values stand in texts like this: `x is ${x}`").at(letter);
    let inner = quoted
        .text
        .strip_prefix('"')
        .and_then(|t| t.strip_suffix('"'));
    let plain = inner.filter(|t| !t.contains(['`', ':', '\\', '$']) && !t.contains("{{"));
    match plain.zip(replace_all(letter, quoted, "")) {
        Some((inner, mut edit)) => {
            edit.text = format!("`{}`", inner.replace('{', "${"));
            Some(hint.fix("write it with back-ticks", vec![edit]))
        }
        None => Some(hint),
    }
}

fn triple_quotes(s: &Seen<'_>) -> Option<Advice> {
    let triple = |away| s.piece(away).filter(|p| p.text.starts_with("\"\"\""));
    let piece = triple(0).or_else(|| triple(-1))?;
    Some(Advice::hint("a comment begins with //").at(piece))
}

fn declaration(s: &Seen<'_>) -> Option<Advice> {
    let (_, word) = s.near(&[-1, 0], &["def", "function", "func", "fun"])?;
    Some(
        no_word(word, "a function begins with fn name(context, data) {")
            .fix("write `fn`", vec![replace(word, "fn")]),
    )
}

/// Says that a word of another language is none here.
fn no_word(word: &Piece<'_>, hint: &str) -> Advice {
    Advice::hint(hint)
        .at(word)
        .message(format!("`{}` is not a word of this language", word.text))
}

fn else_if(s: &Seen<'_>) -> Option<Advice> {
    let (_, word) = s.near(&[0, -1, -2], &["elif", "elseif", "elsif"])?;
    Some(no_word(word, "write else if").fix("write `else if`", vec![replace(word, "else if")]))
}

fn words_for_signs(s: &Seen<'_>) -> Option<Advice> {
    let (away, word) = s.near(&[0, -1], &["and", "or", "not"])?;
    let (hint, sign) = match word.text {
        "not" if s.is(away + 1, "in") => {
            let both = s.piece(away + 1)?;
            let edits = replace_all(word, both, "!in")?;
            return Some(no_word(word, "write !in").fix("write `!in`", vec![edits]));
        }
        "not" => ("write ! for not", "!"),
        "and" => ("write && for and, || for or", "&&"),
        _ => ("write && for and, || for or", "||"),
    };
    let mut edit = replace(word, sign);
    if sign == "!" {
        // What is denied follows the sign at once.
        let operand = s.piece(away + 1).filter(|p| p.line == word.line)?;
        edit.end_column = operand.column;
        let next = s.piece(away + 2);
        let is_call_or_alone =
            next.is_none_or(|p| !matches!(p.text, "==" | "!=" | "<" | ">" | "<=" | ">=" | "in"));
        if !is_call_or_alone {
            return Some(no_word(word, hint));
        }
    }
    Some(no_word(word, hint).fix(format!("write `{sign}`"), vec![edit]))
}

fn comparison(s: &Seen<'_>) -> Option<Advice> {
    if let Some((away, word)) = s.near(&[0, -1], &["is"]) {
        let negated = s.piece(away + 1).filter(|p| p.is("not"));
        let edit = match negated {
            Some(not) => replace_all(word, not, "!=")?,
            None => replace(word, "=="),
        };
        let what = format!("write `{}`", edit.text);
        return Some(no_word(word, "write == or != to compare").fix(what, vec![edit]));
    }
    let sign = s.piece(0)?;
    let right = match sign.text {
        "===" => "==",
        "!==" | "<>" => "!=",
        "=" if matches!(s.kind, ParseErrorType::BadInput(_)) || s.lacks("{") => "==",
        "=" if matches!(s.kind, ParseErrorType::PropertyExpected) => return None,
        "=" if s.kind.to_string().contains("'=='") => "==",
        _ => return None,
    };
    let message = if sign.is("=") {
        "`=` sets a value and does not compare".to_owned()
    } else {
        no_operator(sign)
    };
    Some(
        Advice::hint(format!("to compare write {right}"))
            .message(message)
            .fix(format!("write `{right}`"), vec![replace(sign, right)]),
    )
}

fn no_operator(sign: &Piece<'_>) -> String {
    format!("`{}` is not an operator of this language", sign.text)
}

fn nothing(s: &Seen<'_>) -> Option<Advice> {
    let (_, word) = s.near(&[0], &["null", "nil"])?;
    Some(no_word(word, "no value is written ()").fix("write `()`", vec![replace(word, "()")]))
}

fn variable(s: &Seen<'_>) -> Option<Advice> {
    let (_, word) = s.near(&[0, -1], &["var"])?;
    Some(no_word(word, "a variable begins with let").fix("write `let`", vec![replace(word, "let")]))
}

/// `import signals from "std/signals";`
fn import_from(s: &Seen<'_>) -> Option<Advice> {
    let (away, from) = s.near(&[0, -1], &["from"])?;
    let (import, name) = (s.piece(away - 2)?, s.piece(away - 1)?);
    let path = s.piece(away + 1)?;
    if !import.is("import") || name.kind != Kind::Word || path.kind != Kind::Quoted {
        return None;
    }
    let edit = replace_all(name, path, format!("{} as {}", path.text, name.text))?;
    Some(
        Advice::hint(IMPORT)
            .at(from)
            .fix("put the name last", vec![edit]),
    )
}

const IMPORT: &str = "write import \"std/signals\" as signals;";

fn import(s: &Seen<'_>) -> Option<Advice> {
    let line = s.piece(-1).or_else(|| s.piece(0))?.line;
    let first = s.first_of_line(line)?;
    let foreign = matches!(first.text, "from" | "use" | "require" | "using")
        || (first.is("import")
            && s.code
                .iter()
                .all(|p| p.line != line || p.kind != Kind::Quoted));
    foreign.then(|| Advice::hint(IMPORT).at(first))
}

fn class(s: &Seen<'_>) -> Option<Advice> {
    let (_, word) = s.near(&[0, -1], &["class", "struct", "interface", "type", "enum"])?;
    Some(no_word(
        word,
        "there are no classes: functions stand at the top level, and context keeps what lasts",
    ))
}

/// `7 // 2;`: what follows is a comment.
fn floor_division(s: &Seen<'_>) -> Option<Advice> {
    let before = s.piece(-1)?;
    let comment = s.all.iter().find(|p| p.start >= before.end())?;
    let operand = comment
        .text
        .strip_prefix("// ")
        .filter(|_| comment.line == before.line)?;
    let short = operand.trim_end().ends_with(';') && operand.split_whitespace().count() == 1;
    (s.lacks(";") && short).then(|| {
        Advice::hint("// begins a comment: divide with /")
            .at(comment)
            .message("what follows is a comment")
    })
}

/// `n++;`
fn counting(s: &Seen<'_>) -> Option<Advice> {
    let (sign, before) = (s.piece(0)?, s.piece(-1));
    if sign.is("**=") {
        return Some(Advice::hint("write x = x ** y"));
    }
    let right = match sign.text {
        "++" => " += 1",
        "--" => " -= 1",
        _ => return None,
    };
    let hint = Advice::hint("write n += 1 or n -= 1").message(no_operator(sign));
    let alone = s.begins_statement(-1) && s.any(1, &[";", "}"]);
    match before.filter(|p| alone && p.kind == Kind::Word) {
        Some(_) => Some(hint.fix(
            format!("write `{}`", right.trim()),
            vec![replace(sign, right)],
        )),
        None => Some(hint),
    }
}

fn walrus(s: &Seen<'_>) -> Option<Advice> {
    let sign = s.piece(0).filter(|p| matches!(p.text, ":=" | "<-"))?;
    let hint = Advice::hint("a variable begins with let, and later changes with =")
        .message(no_operator(sign));
    Some(hint.fix("write `=`", vec![replace(sign, "=")]))
}

const CLOSURE: &str = "a closure is written |x| x * 2";

fn lambda(s: &Seen<'_>) -> Option<Advice> {
    let (_, word) = s.near(&[0, -1, -2], &["lambda"])?;
    Some(no_word(word, CLOSURE))
}

/// `x => x * 2`, `(x, y) => x + y`.
fn arrow_function(s: &Seen<'_>) -> Option<Advice> {
    let arrow = (s.next..s.code.len().min(s.next + 16)).find(|at| s.code[*at].is("=>"))?;
    let line = s.piece(-1)?.line;
    let last = s.code[arrow.checked_sub(1)?];
    if s.code[arrow].line != line || !(s.lacks(";") || s.lacks(")") || s.lacks(",")) {
        return None;
    }
    let between = &s.code[s.next..arrow];
    let is_list = between
        .iter()
        .all(|p| p.kind == Kind::Word || p.is(",") || p.is(")"));
    let closing = last.is(")");
    let opening = (0..arrow).rev().find(|at| s.code[*at].is("("))?;
    let is_function = closing
        && opening > 0
        && s.code[opening - 1].kind == Kind::Word
        && !s.code[opening - 1].is("return");
    if is_function {
        let name = &s.code[opening - 1];
        let hint = format!("write fn {}(…) {{ … }}", name.text);
        return Some(Advice::hint(hint).at(&s.code[arrow]));
    }
    let advice = Advice::hint(CLOSURE).at(&s.code[arrow]);
    if !is_list {
        return Some(advice);
    }
    let edits = if closing {
        let end = replace_all(&last, &s.code[arrow], "|")?;
        vec![replace(&s.code[opening], "|"), end]
    } else if last.kind == Kind::Word {
        vec![replace_all(
            &last,
            &s.code[arrow],
            format!("|{}|", last.text),
        )?]
    } else {
        return Some(advice);
    };
    Some(advice.fix("write a closure", edits))
}

fn arrow(s: &Seen<'_>) -> Option<Advice> {
    let sign = s.piece(0)?;
    match sign.text {
        "->" => Some(
            Advice::hint("a case of switch is value => result")
                .message(no_operator(sign))
                .fix("write `=>`", vec![replace(sign, "=>")]),
        ),
        "=>" => Some(Advice::hint(CLOSURE)),
        _ => None,
    }
}

fn comprehension(s: &Seen<'_>) -> Option<Advice> {
    (s.is(0, "for") && s.lacks(",") || s.lacks("]") && s.is(0, "for"))
        .then(|| Advice::hint("of a list make another with list.map(|x| x * 2) or list.filter(…)"))
}

fn ternary(s: &Seen<'_>) -> Option<Advice> {
    let same_line = |away| {
        s.piece(away)
            .zip(s.piece(away - 1))
            .is_some_and(|(p, q)| p.line == q.line)
    };
    let python = s.is(0, "if") && s.lacks(";") && same_line(0);
    let hint = Advice::hint("write if condition { one } else { other }");
    match s.piece(0).filter(|p| p.is("?")) {
        Some(sign) => Some(hint.message(no_operator(sign))),
        None => python.then_some(hint),
    }
}

fn slice(s: &Seen<'_>) -> Option<Advice> {
    (s.is(0, ":") && s.lacks("]")).then(|| {
        Advice::hint("a stretch of a series is series[0..2], of a list list.extract(0..2)")
    })
}

/// `{ "a": 1 }` where a value is expected.
fn object(s: &Seen<'_>) -> Option<Advice> {
    let brace = s.piece(-2).filter(|p| p.is("{") && s.is(0, ":"))?;
    let key = s.piece(-1)?;
    if !matches!(key.kind, Kind::Word | Kind::Quoted) {
        return None;
    }
    let hint = Advice::hint("a map begins with #{")
        .at(brace)
        .message("a { begins a block");
    if s.any(-3, &["=", "(", ",", "[", "return", ":", "=>"]) {
        return Some(hint.fix("write `#{`", vec![replace(brace, "#{")]));
    }
    (key.kind == Kind::Quoted).then_some(hint)
}

fn named_argument(s: &Seen<'_>) -> Option<Advice> {
    (s.is(0, "=") && s.lacks_for(",", "arguments")).then(|| {
        let hint = Advice::hint("arguments have no names: options go in a map, #{ limit: 99.5 }");
        match s.piece(-1) {
            Some(name) => hint.at(name),
            None => hint,
        }
    })
}

fn types_and_defaults(s: &Seen<'_>) -> Option<Advice> {
    if !s.lacks_for(",", "parameters of function") {
        return None;
    }
    match s.piece(0)?.text {
        "=" => Some(Advice::hint(
            "parameters have no defaults: write a second function of the same name that takes fewer",
        )),
        ":" => Some(Advice::hint(
            "parameters have no types: write their names alone",
        )),
        _ => None,
    }
}

fn loops(s: &Seen<'_>) -> Option<Advice> {
    let after_for = s.is(-1, "for") || (s.is(-2, "for") && s.is(-1, "("));
    (after_for && s.any(0, &["let", "const", "var", "("]))
        .then(|| Advice::hint("write for i in 0..n { … }, or for x in list { … }"))
}

/// Words that have nothing in their place.
fn without(s: &Seen<'_>) -> Option<Advice> {
    let word = s.piece(0)?;
    let hint = match word.text {
        "new" => "values are made by functions, without new",
        "finally" => "try has catch (error) { … } and no finally",
        "except" => "write try { … } catch (error) { … }",
        "..." => "put lists together with +",
        "await" | "async" => {
            "nothing waits here: the engine calls the script when something happened"
        }
        "with" | "yield" | "goto" | "super" | "package" | "static" | "void" | "public"
        | "protected" => "it has no use here; choose another name if it is one",
        _ => return None,
    };
    matches!(
        s.kind,
        ParseErrorType::Reserved(_) | ParseErrorType::MissingToken(..)
    )
    .then(|| Advice::hint(hint))
}

/// `if x:` and a block below.
fn colon(s: &Seen<'_>) -> Option<Advice> {
    const WORDS: [&str; 9] = [
        "if", "for", "while", "else", "fn", "try", "def", "except", "}",
    ];
    let colon = s.piece(0).filter(|p| p.is(":"))?;
    let first = s.first_of_line(colon.line)?;
    WORDS
        .iter()
        .any(|word| first.is(word))
        .then(|| Advice::hint(PLAIN_BLOCK))
}
