//! Findings as lines: for people in a hurry and editors, and as annotations of GitHub Actions.

use std::fmt::Write;

use crate::app::cli::diagnostic::{Diagnostic, Severity, escape};

/// `file:line:column: error[RBT101]: message`, as compilers write it.
pub(super) fn concise(diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for found in diagnostics {
        let place = found.place.as_ref();
        let file = place.map_or("", |place| place.file.as_str());
        let at = place
            .and_then(|place| place.position)
            .map(|at| format!(":{}:{}", at.line, at.column))
            .unwrap_or_default();
        let code = found.code.as_deref().unwrap_or_default();
        // Writing to a string cannot fail.
        let _written = writeln!(
            text,
            "{}{at}: {}[{code}]: {}",
            escape(file),
            found.severity.name(),
            escape(&found.what)
        );
    }
    text
}

/// The workflow commands `::error file=…,line=…::message`; hints follow on lines of their own.
pub(super) fn github(diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for found in diagnostics {
        let command = match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let mut properties = Vec::new();
        if let Some(place) = &found.place {
            properties.push(format!("file={}", property(&place.file)));
            if let Some(at) = place.position {
                properties.push(format!("line={}", at.line));
                properties.push(format!("endLine={}", at.line));
                properties.push(format!("col={}", at.column));
                properties.push(format!("endColumn={}", at.end_column));
            }
        }
        properties.push(format!(
            "title={}",
            property(found.code.as_deref().unwrap_or("check"))
        ));
        let mut message = found.what.clone();
        for hint in &found.hints {
            message.push_str("\nhint: ");
            message.push_str(hint);
        }
        let _written = writeln!(
            text,
            "::{command} {}::{}",
            properties.join(","),
            data(&message)
        );
    }
    text
}

/// What GitHub takes out of a message.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// What GitHub takes out of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::cli::diagnostic::Place;

    #[test]
    fn a_finding_is_one_line_whatever_it_says() {
        let found = [Diagnostic::error("100 %: a\nb")
            .code("RBT101")
            .place(Place::at("a,b:c.rhai", 3, 5, 9))
            .hint("x, y")];
        assert_eq!(
            github(&found),
            "::error file=a%2Cb%3Ac.rhai,line=3,endLine=3,col=5,endColumn=9,title=RBT101::100 %25: a%0Ab%0Ahint: x, y\n"
        );
        assert_eq!(
            concise(&found),
            "a,b:c.rhai:3:5: error[RBT101]: 100 %: a\\nb\n"
        );
    }
}
