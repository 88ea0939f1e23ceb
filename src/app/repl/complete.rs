//! Whether lines are complete, or a bracket, text or comment is still open.

/// Returns whether every bracket, text and comment of a script's lines is closed. What closes more
/// than was open is complete, too: it is a fault that the evaluation tells.
pub(super) fn is_complete(text: &str) -> bool {
    let mut open = 0_i64;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open -= 1,
            '"' | '\'' | '`' => {
                let closed = skip_text(&mut letters, letter);
                if !closed {
                    // A text in quotes ends with its line, or is a fault.
                    return letter != '`';
                }
            }
            '/' if letters.peek() == Some(&'/') => {
                letters.find(|letter| *letter == '\n');
            }
            '/' if letters.peek() == Some(&'*') => {
                letters.next();
                if !skip_comment(&mut letters) {
                    return false;
                }
            }
            _ => {}
        }
    }
    open <= 0
}

type Letters<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// Skips to the end of a text; returns whether there is one.
fn skip_text(letters: &mut Letters<'_>, end: char) -> bool {
    while let Some(letter) = letters.next() {
        if letter == '\\' && end != '`' {
            letters.next();
        } else if letter == end {
            return true;
        }
    }
    false
}

/// Skips to the end of a comment, which may hold others; returns whether there is one.
fn skip_comment(letters: &mut Letters<'_>) -> bool {
    let mut depth = 1;
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('*', Some('/')) => {
                letters.next();
                depth -= 1;
            }
            ('/', Some('*')) => {
                letters.next();
                depth += 1;
            }
            _ => {}
        }
        if depth == 0 {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_waits_for_more() {
        for open in [
            "fn f() {",
            "[1,",
            "f(1,\n2",
            "`a",
            "/* a /* b */",
            "{ \"}\"",
            "{ // }",
        ] {
            assert!(!is_complete(open), "{open}");
        }
        for complete in [
            "1 + 1",
            "f() }",
            "\"{\"",
            "'{'",
            "\"a\\\"{\"",
            "`{`",
            "// {",
            "/* { */",
            "\"open",
        ] {
            assert!(is_complete(complete), "{complete}");
        }
    }
}
