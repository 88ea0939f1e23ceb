//! The pieces of a script's text, found without understanding it: words, numbers, quoted texts,
//! comments and signs, each with its place.
//!
//! Invariants: any text is taken apart, one that is no script too; pieces come in order, do not overlap
//! and hold everything but white space. Quotes of other languages are known, so that words in them are
//! not taken for the script's own.

/// What a piece is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A name or a word of the language.
    Word,
    /// A number, with what is written against it.
    Number,
    /// A text in quotes of any kind.
    Quoted,
    /// A comment.
    Comment,
    /// Anything else.
    Sign,
}

/// A piece of a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Piece<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    /// The byte where it begins.
    pub(super) start: usize,
    /// The line from 1.
    pub(super) line: usize,
    /// The column from 1, in characters.
    pub(super) column: usize,
}

impl Piece<'_> {
    /// Whether it is this word or sign.
    pub(super) fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Sign) && self.text == text
    }

    /// Returns the byte after its last one.
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Returns the column after its last character, for pieces of one line.
    pub(super) fn end_column(&self) -> usize {
        self.column + self.text.chars().count()
    }
}

/// Signs of more than one character, those of other languages too; longer ones first.
const SIGNS: [&str; 35] = [
    "**=", "<<=", ">>=", "===", "!==", "..=", "...", "&&", "||", "==", "!=", "<=", ">=", "=>",
    "->", "::", "..", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "**", "++", "--", ":=", "??",
    "?.", "<<", ">>", "#{", "<-",
];

/// Takes a text apart.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let (mut at, mut line, mut column) = (0, 1, 1);
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            (line, column) = if first == '\n' {
                (line + 1, 1)
            } else {
                (line, column + 1)
            };
            at += first.len_utf8();
            continue;
        }
        let (kind, length) = piece(&text[at..], first);
        let whole = &text[at..at + length];
        found.push(Piece {
            kind,
            text: whole,
            start: at,
            line,
            column,
        });
        match whole.rfind('\n') {
            None => column += whole.chars().count(),
            Some(last) => {
                line += whole.matches('\n').count();
                column = 1 + whole[last + 1..].chars().count();
            }
        }
        at += length;
    }
    found
}

/// Returns what begins here, and its length in bytes.
fn piece(rest: &str, first: char) -> (Kind, usize) {
    if rest.starts_with("//") {
        return (Kind::Comment, line_length(rest));
    }
    if rest.starts_with("/*") {
        return (Kind::Comment, block_comment(rest));
    }
    if first.is_alphabetic() || first == '_' {
        return (
            Kind::Word,
            while_true(rest, |c| c.is_alphanumeric() || c == '_'),
        );
    }
    if first.is_ascii_digit() {
        return (Kind::Number, number(rest));
    }
    if let Some(length) = quoted(rest, first) {
        return (Kind::Quoted, length);
    }
    let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
    (Kind::Sign, sign.map_or(first.len_utf8(), |sign| sign.len()))
}

fn while_true(rest: &str, holds: impl Fn(char) -> bool) -> usize {
    rest.find(|c| !holds(c)).unwrap_or(rest.len())
}

fn line_length(rest: &str) -> usize {
    rest.find('\n').unwrap_or(rest.len())
}

/// `10`, `1.5`, `1_000`, `0xff`, `10k`, but not the dots of `1..5` or of `1.to_float()`.
fn number(rest: &str) -> usize {
    let word = |text: &str| while_true(text, |c| c.is_alphanumeric() || c == '_');
    let whole = word(rest);
    match rest[whole..].strip_prefix('.') {
        Some(after) if after.starts_with(|c: char| c.is_ascii_digit()) => whole + 1 + word(after),
        Some(_) | None => whole,
    }
}

/// Block comments nest.
fn block_comment(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while at < bytes.len() {
        match &bytes[at..bytes.len().min(at + 2)] {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn quoted(rest: &str, first: char) -> Option<usize> {
    match first {
        '"' if rest.starts_with("\"\"\"") => {
            let end = rest[3..].find("\"\"\"").map(|at| at + 6);
            Some(end.unwrap_or_else(|| line_length(rest)))
        }
        '"' => Some(simple(rest, '"').unwrap_or_else(|| line_length(rest))),
        '\'' => simple(rest, '\''),
        '`' => Some(interpolated(rest)),
        '#' => raw(rest),
        _ => None,
    }
}

/// A text that ends on its line, unless a backslash carries it on.
fn simple(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => return None,
            c if c == quote => return Some(at + c.len_utf8()),
            _ => {}
        }
    }
    None
}

/// `#"…"#`, with any number of `#`.
fn raw(rest: &str) -> Option<usize> {
    let hashes = while_true(rest, |c| c == '#');
    let after = rest[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", &rest[..hashes]);
    let length = after.find(&end).map(|at| hashes + 1 + at + end.len());
    Some(length.unwrap_or(rest.len()))
}

/// A text in back-ticks with what is interpolated, which may hold texts again.
fn interpolated(rest: &str) -> usize {
    // What is open: `true` a text, `false` a brace.
    let mut open: Vec<bool> = Vec::new();
    let mut letters = rest.char_indices().peekable();
    while let Some((at, c)) = letters.next() {
        let in_text = open.last() == Some(&true);
        match c {
            '`' if in_text => {
                open.pop();
            }
            '`' => open.push(true),
            '\\' if in_text => {
                letters.next();
            }
            '$' if in_text && letters.next_if(|(_, next)| *next == '{').is_some() => {
                open.push(false);
            }
            '{' if !in_text => open.push(false),
            '}' if !in_text => {
                open.pop();
            }
            '"' if !in_text => {
                let skipped = simple(&rest[at..], '"').unwrap_or(1);
                while letters.next_if(|(next, _)| *next < at + skipped).is_some() {}
            }
            _ => {}
        }
        if open.is_empty() {
            return at + c.len_utf8();
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(text: &str) -> Vec<(Kind, &str)> {
        pieces(text).iter().map(|p| (p.kind, p.text)).collect()
    }

    #[rustfmt::skip]
    #[test]
    fn every_kind_of_piece_is_told_from_the_others() {
        use Kind::{Comment, Number, Quoted, Sign, Word};
        let cases: [(&str, &[(Kind, &str)]); 12] = [
            ("let x = 1;", &[(Word, "let"), (Word, "x"), (Sign, "="), (Number, "1"), (Sign, ";")]),
            ("1..=5 1.5 2.pow", &[(Number, "1"), (Sign, "..="), (Number, "5"), (Number, "1.5"), (Number, "2"), (Sign, "."), (Word, "pow")]),
            ("\"a // \\\" b\" c", &[(Quoted, "\"a // \\\" b\""), (Word, "c")]),
            ("'and' isn't", &[(Quoted, "'and'"), (Word, "isn"), (Sign, "'"), (Word, "t")]),
            ("`a ${if b { \"}`\" } else { `c` }} d` e", &[(Quoted, "`a ${if b { \"}`\" } else { `c` }} d`"), (Word, "e")]),
            ("/* a /* b */ c */ d // e\nf", &[(Comment, "/* a /* b */ c */"), (Word, "d"), (Comment, "// e"), (Word, "f")]),
            ("#\"a\"b\"# ##\"c\"#\"## d", &[(Quoted, "#\"a\"b\"#"), (Quoted, "##\"c\"#\"##"), (Word, "d")]),
            ("#{a:1} # b", &[(Sign, "#{"), (Word, "a"), (Sign, ":"), (Number, "1"), (Sign, "}"), (Sign, "#"), (Word, "b")]),
            ("a===b!==c", &[(Word, "a"), (Sign, "==="), (Word, "b"), (Sign, "!=="), (Word, "c")]),
            ("\"\"\"a\nb\"\"\" c", &[(Quoted, "\"\"\"a\nb\"\"\""), (Word, "c")]),
            ("\"open\nnext", &[(Quoted, "\"open"), (Word, "next")]),
            ("/* open", &[(Comment, "/* open")]),
        ];
        for (text, expected) in cases {
            assert_eq!(taken(text), expected, "{text}");
        }
    }

    #[test]
    fn places_count_lines_and_characters() {
        let text = "é x\n\t`a\nb` y";
        let places: Vec<(usize, usize)> = pieces(text).iter().map(|p| (p.line, p.column)).collect();
        assert_eq!(places, [(1, 1), (1, 3), (2, 2), (3, 4)]);
        assert!(
            pieces(text)
                .iter()
                .all(|p| &text[p.start..p.end()] == p.text)
        );
    }
}
