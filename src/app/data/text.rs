//! Columns of text, as wide as their widest cell.

/// Lays out rows; columns whose head begins with `>` stand to the right.
pub(super) fn columns(heads: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        let widest = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
        widest.max(heads[column].trim_start_matches('>').chars().count())
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let mut out = String::new();
    let bare: Vec<String> = heads
        .iter()
        .map(|head| head.trim_start_matches('>').to_owned())
        .collect();
    for row in std::iter::once(&bare).chain(rows) {
        let mut line = String::new();
        for (index, cell) in row.iter().enumerate() {
            let width = widths[index];
            line.extend([if heads[index].starts_with('>') {
                format!("{cell:>width$}  ")
            } else {
                format!("{cell:<width$}  ")
            }]);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Writes a count with separators: `12,345`.
pub(super) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Writes the label of a bar: of daily and weekly bars the date alone.
pub(super) fn label<'a>(text: &'a str, timeframe: &str) -> &'a str {
    let date = text.strip_suffix("T00:00:00Z");
    date.filter(|_| matches!(timeframe, "1d" | "1w"))
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_to_the_right_and_words_to_the_left() {
        let rows = [vec!["AAPL".to_owned(), "3,270".to_owned()]];
        assert_eq!(
            columns(&["symbol", ">bars"], &rows),
            "symbol   bars\nAAPL    3,270\n"
        );
    }

    #[test]
    fn counts_have_separators() {
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(count),
            ["0", "999", "1,000", "1,234,567"]
        );
    }
}
