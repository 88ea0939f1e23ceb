//! Splits a text into tokens, whatever state it is in.
//!
//! Invariants: every text has tokens, none overlap, and they come in order; what is not closed ends at
//! the end of its line (a string) or of the text. Positions are offsets in bytes.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A name or a word of the language.
    Name,
    /// A number.
    Number,
    /// A string, or what lies between two expressions of a template; `false` where no quote ends it.
    Text(bool),
    /// A comment.
    Comment,
    /// A comment that explains what follows it.
    Doc,
    /// A bracket, an operator or another sign.
    Sign,
}

/// A piece of a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: Kind,
    /// Where it begins.
    pub(super) start: usize,
    /// Where it ends, exclusive.
    pub(super) end: usize,
}

impl Token {
    /// Returns where it stands.
    pub(super) const fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// Returns its text.
    pub(super) fn of(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or("")
    }
}

/// Signs of more than one character, the longest first.
const SIGNS: [&str; 26] = [
    "..=", "**=", "<<=", ">>=", "::", "#{", "?.", "?[", "??", "..", "=>", "==", "!=", "<=", ">=",
    "&&", "||", "+=", "-=", "*=", "/=", "%=", "**", "<<", ">>", "|=",
];

/// Returns the tokens of a text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut reader = Reader {
        text,
        at: 0,
        found: Vec::new(),
        templates: Vec::new(),
    };
    while reader.step() {}
    reader.found
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    found: Vec<Token>,
    /// For each template that an expression stands in, how many braces are open in that expression.
    templates: Vec<usize>,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn take(&mut self, kind: Kind, length: usize) {
        let (start, end) = (self.at, self.at + length);
        self.found.push(Token { kind, start, end });
        self.at = end;
    }

    /// Takes one token; returns whether there may be another.
    fn step(&mut self) -> bool {
        let blank = self.rest().len() - self.rest().trim_start().len();
        self.at += blank;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return false;
        };
        if rest.starts_with("//") {
            let length = rest.find('\n').unwrap_or(rest.len());
            let doc = rest.starts_with("///") && !rest.starts_with("////");
            self.take(if doc { Kind::Doc } else { Kind::Comment }, length);
        } else if rest.starts_with("/*") {
            let doc =
                rest.starts_with("/**") && !rest.starts_with("/***") && !rest.starts_with("/**/");
            let length = block(rest);
            self.take(if doc { Kind::Doc } else { Kind::Comment }, length);
        } else if first == '"' {
            let (length, closed) = quoted(rest);
            self.take(Kind::Text(closed), length);
        } else if first == '`' {
            self.template(1);
        } else if first == '\'' {
            let length = character(rest);
            self.take(Kind::Text(true), length);
        } else if let Some((length, closed)) = raw(rest) {
            self.take(Kind::Text(closed), length);
        } else if first.is_alphabetic() || first == '_' {
            let ends = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            self.take(Kind::Name, ends.unwrap_or(rest.len()));
        } else if first.is_ascii_digit() {
            let length = number(rest);
            self.take(Kind::Number, length);
        } else {
            self.sign(first);
        }
        true
    }

    fn sign(&mut self, first: char) {
        let rest = self.rest();
        let length = SIGNS
            .iter()
            .find(|sign| rest.starts_with(**sign))
            .map_or(first.len_utf8(), |sign| sign.len());
        let sign = &rest[..length];
        let opens = matches!(sign, "{" | "#{");
        let closes = sign == "}";
        self.take(Kind::Sign, length);
        if let Some(open) = self.templates.last_mut() {
            if opens {
                *open += 1;
            } else if closes && *open > 0 {
                *open -= 1;
            } else if closes {
                self.templates.pop();
                self.template(0);
            }
        }
    }

    /// Takes the text of a template up to its end or to an expression in it.
    fn template(&mut self, skip: usize) {
        let rest = self.rest();
        let mut escaped = false;
        for (at, c) in rest.char_indices().filter(|(at, _)| *at >= skip) {
            if !escaped && c == '`' {
                self.take(Kind::Text(true), at + 1);
                return;
            }
            if !escaped && rest[at..].starts_with("${") {
                if at > 0 {
                    self.take(Kind::Text(true), at);
                }
                self.take(Kind::Sign, 2);
                self.templates.push(0);
                return;
            }
            escaped = !escaped && c == '\\';
        }
        let length = rest.len();
        if length > 0 {
            self.take(Kind::Text(false), length);
        }
    }
}

/// Returns the length of a comment with ends, in which others may stand.
fn block(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// Returns the length of a string, and whether it ends on its line.
fn quoted(text: &str) -> (usize, bool) {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return (at + 1, true),
            '\n' => return (at, false),
            _ => {}
        }
    }
    (text.len(), false)
}

/// Returns the length of `#"…"#`, and whether it ends; `None` for anything else.
fn raw(text: &str) -> Option<(usize, bool)> {
    let hashes = text.bytes().take_while(|byte| *byte == b'#').count();
    if hashes == 0 || !text[hashes..].starts_with('"') {
        return None;
    }
    let end = format!("\"{}", "#".repeat(hashes));
    let body = hashes + 1;
    Some(match text[body..].find(&end) {
        Some(at) => (body + at + end.len(), true),
        None => (text.len(), false),
    })
}

/// Returns the length of `'x'`; of the quote alone where no character follows.
fn character(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1).take(12) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\'' => return at + 1,
            '\n' => return 1,
            _ => {}
        }
    }
    1
}

/// Returns the length of a number; `1..5` is a number and a range.
fn number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let word = |c: u8| c.is_ascii_alphanumeric() || c == b'_';
    let mut at = 0;
    while at < bytes.len() {
        let exponent = matches!(bytes[at], b'+' | b'-')
            && matches!(bytes[at - 1], b'e' | b'E')
            && !text.starts_with("0x")
            && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        let fraction = bytes[at] == b'.'
            && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
            && !text[..at].contains('.');
        if !(word(bytes[at]) || exponent || fraction) {
            break;
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<&str> {
        tokens(text)
            .into_iter()
            .map(|token| token.of(text))
            .collect()
    }

    #[test]
    fn a_text_is_split_as_it_is_written() {
        let cases: [(&str, &[&str]); 9] = [
            ("let x = 1..=5;", &["let", "x", "=", "1", "..=", "5", ";"]),
            ("1.5e-3+0xff", &["1.5e-3", "+", "0xff"]),
            ("a.b?.c::d", &["a", ".", "b", "?.", "c", "::", "d"]),
            ("#{ a: \"x\\\"y\" }", &["#{", "a", ":", "\"x\\\"y\"", "}"]),
            (
                "`a ${b + `c${d}`} e`f",
                &[
                    "`a ", "${", "b", "+", "`c", "${", "d", "}", "`", "}", " e`", "f",
                ],
            ),
            (
                "`${#{a: 1}.a}`",
                &["`", "${", "#{", "a", ":", "1", "}", ".", "a", "}", "`"],
            ),
            (
                "/* a /* b */ c */ d // e\nf",
                &["/* a /* b */ c */", "d", "// e", "f"],
            ),
            ("#\"a\"b\"# 'x' '\\n'", &["#\"a\"b\"#", "'x'", "'\\n'"]),
            ("größe != ü", &["größe", "!=", "ü"]),
        ];
        for (text, expected) in cases {
            assert_eq!(split(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_closed_ends_with_its_line_or_the_text() {
        assert_eq!(split("f(\"abc\nlet x"), ["f", "(", "\"abc", "let", "x"]);
        assert_eq!(split("a /* b"), ["a", "/* b"]);
        assert_eq!(split("`a ${b"), ["`a ", "${", "b"]);
        assert_eq!(split("'"), ["'"]);
        assert_eq!(tokens("\"a")[0].kind, Kind::Text(false));
        assert_eq!(tokens("/// a\nfn f")[0].kind, Kind::Doc);
    }
}
