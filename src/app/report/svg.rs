//! A small writer of SVG and HTML text.
//!
//! Invariants: every text and attribute value is escaped here; numbers are written with at most two
//! decimals, so the same input gives the same bytes. Charts carry no styles, only classes: the page's
//! policy forbids inline styles.

#![expect(
    clippy::format_push_string,
    reason = "short pieces, built once for a person"
)]

/// Escapes text for an element's content or a quoted attribute. Control characters and the marks that
/// reverse the direction of writing become the replacement character.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(letter),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
            other if other.is_control() => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

/// Writes a coordinate with at most two decimals; what is not finite becomes 0.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0" } else { text }.to_owned()
}

/// One element under construction: `tag("text").set("x", "4").text("hello")`.
pub struct Tag {
    name: &'static str,
    open: String,
}

/// Starts an element.
pub fn tag(name: &'static str) -> Tag {
    Tag {
        name,
        open: format!("<{name}"),
    }
}

impl Tag {
    /// Adds an attribute.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.open
            .push_str(&format!(" {name}=\"{}\"", escape(value)));
        self
    }

    /// Adds an attribute with a number.
    #[must_use]
    pub fn at(self, name: &str, value: f64) -> Self {
        self.set(name, &number(value))
    }

    /// Adds an attribute with a percentage of the whole width; `part` is between 0 and 1.
    #[must_use]
    pub fn part(self, name: &str, part: f64) -> Self {
        self.set(name, &format!("{}%", number(part * 100.0)))
    }

    /// Adds a class.
    #[must_use]
    pub fn class(self, name: &str) -> Self {
        self.set("class", name)
    }

    /// Ends an element without content.
    pub fn empty(self) -> String {
        format!("{}/>", self.open)
    }

    /// Ends an element with text, which is escaped.
    pub fn text(self, text: &str) -> String {
        let name = self.name;
        format!("{}>{}</{name}>", self.open, escape(text))
    }

    /// Ends an element with markup made by this module.
    pub fn inner(self, markup: &str) -> String {
        let name = self.name;
        format!("{}>{markup}</{name}>", self.open)
    }
}

/// Joins points into the data of a path; a missing value breaks the line.
pub fn path(points: &[(f64, Option<f64>)]) -> String {
    let mut out = String::new();
    let mut drawing = false;
    for (x, y) in points {
        let Some(y) = y else {
            drawing = false;
            continue;
        };
        out.push(if drawing { 'L' } else { 'M' });
        out.push_str(&format!("{} {}", number(*x), number(*y)));
        drawing = true;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(
            tag("b")
                .set("title", "\" onload='x'")
                .text("<script>&\u{1b}\u{202e}"),
            "<b title=\"&quot; onload=&#39;x&#39;\">&lt;script&gt;&amp;\u{fffd}\u{fffd}</b>"
        );
    }

    #[test]
    fn numbers_are_short_and_finite() {
        assert_eq!(number(1.0), "1");
        assert_eq!(number(-0.001), "0");
        assert_eq!(number(1.256), "1.26");
        assert_eq!(number(f64::NAN), "0");
    }

    #[test]
    fn a_missing_value_breaks_a_line() {
        let points = [
            (0.0, Some(1.0)),
            (1.0, None),
            (2.0, Some(3.0)),
            (3.0, Some(4.0)),
        ];
        assert_eq!(path(&points), "M0 1M2 3L3 4");
    }
}
