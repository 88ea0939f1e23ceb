//! The block that a backtest prints.
//!
//! Invariants: reads without color; fits the width it is given where that is at least 60 columns;
//! the same input gives the same text. Knows nothing of files or terminals.

#![expect(
    clippy::format_push_string,
    reason = "short pieces, built once for a person"
)]

use crate::app::figures::{count, metric, money, signed_percent};
use crate::app::run::summary::Summary;
use crate::app::run::warnings::Warning;

/// What is drawn beside the summary.
#[derive(Clone, Debug, Default)]
pub struct SparklineInput {
    /// The portfolio's value day by day, oldest first.
    pub values: Vec<f64>,
    /// The year and the return of each calendar year, oldest first.
    pub years: Vec<(i32, f64)>,
}

const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";
const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";

/// One figure of the block: its label and its text.
type Cell = (&'static str, String);

/// Renders the block for a terminal `width` columns wide. `color` adds ANSI colors, which repeat
/// what signs and words say. Ends with a line feed.
pub fn render_summary(
    summary: &Summary,
    series: &SparklineInput,
    width: usize,
    color: bool,
) -> String {
    let paint = Paint { on: color };
    let mut out = String::from("\n");
    out.push_str(&heading(summary, width, &paint));
    out.push('\n');
    out.push_str(&figures_block(summary, width, &paint));
    out.push('\n');
    out.push_str(&equity_lines(series, width));
    if !summary.warnings.is_empty() {
        out.push('\n');
    }
    for warning in &summary.warnings {
        out.push_str(&warning_lines(warning, width, &paint));
    }
    out
}

struct Paint {
    on: bool,
}

impl Paint {
    fn with(&self, code: &str, text: &str) -> String {
        if self.on {
            format!("{code}{text}{RESET}")
        } else {
            text.to_owned()
        }
    }

    /// Green for a gain, red for a loss, as the sign of the text says.
    fn signed(&self, text: &str) -> String {
        match text.trim_start().chars().next() {
            Some('+') => self.with(GREEN, text),
            Some('-') if text.trim() != "-" => self.with(RED, text),
            _ => text.to_owned(),
        }
    }
}

fn heading(summary: &Summary, width: usize, paint: &Paint) -> String {
    let name = clean(summary.name());
    let params = clean(&summary.params_text().join(" "));
    let symbols = symbols(&summary.symbols);
    let days = format!("{} to {}", date(&summary.start), date(&summary.end));
    let mut out = format!("  {}  {params}\n", paint.with(BOLD, &name));
    let mut terms = vec![symbols, clean(&summary.timeframe), days];
    terms.push(format!("capital {}", money(summary.capital)));
    for (label, spec) in [
        ("commission", &summary.commission),
        ("slippage", &summary.slippage),
    ] {
        if !spec.is_empty() {
            terms.push(format!("{label} {}", clean(spec)));
        }
    }
    for line in wrap(&terms, " · ", width.saturating_sub(2)) {
        out.push_str(&format!("  {}\n", paint.with(DIM, &line)));
    }
    out
}

fn symbols(all: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = all.iter().take(SHOWN).map(|s| clean(s)).collect();
    match all.len().saturating_sub(SHOWN) {
        0 => shown.join(" "),
        more => format!("{} and {more} more", shown.join(" ")),
    }
}

fn date(time: &str) -> String {
    clean(time.split('T').next().unwrap_or_default())
}

fn cells(summary: &Summary) -> [[Cell; 5]; 3] {
    let of = |name: &str| metric(name, summary.metrics.value(name));
    let benchmark = summary.benchmark_return;
    [
        [
            ("Return", of("total_return")),
            ("CAGR", of("cagr")),
            ("Benchmark", metric("total_return", benchmark)),
            ("Volatility", of("volatility")),
            ("Final value", money(summary.final_value)),
        ],
        [
            ("Sharpe", of("sharpe")),
            ("Sortino", of("sortino")),
            ("Calmar", of("calmar")),
            ("Max drawdown", of("max_drawdown")),
            ("Days of it", of("max_drawdown_days")),
        ],
        [
            ("Trades", count(summary.trades)),
            ("Win rate", of("win_rate")),
            ("Profit factor", of("profit_factor")),
            ("Exposure", of("exposure")),
            (
                "Costs",
                money(summary.total_commission + summary.total_slippage),
            ),
        ],
    ]
}

fn figures_block(summary: &Summary, width: usize, paint: &Paint) -> String {
    let columns = cells(summary);
    let sizes: Vec<(usize, usize)> = columns.iter().map(|cells| column_size(cells)).collect();
    let needed: usize = sizes.iter().map(|(label, value)| label + value + 2).sum();
    let across = if needed + 2 + 2 * 4 <= width { 3 } else { 1 };
    let mut out = String::new();
    for group in (0..columns.len()).step_by(across) {
        for row in 0..columns[0].len() {
            let mut line = String::from("  ");
            for (at, cells) in columns.iter().enumerate().skip(group).take(across) {
                let (label, value) = &cells[row];
                let (labels, values) = sizes[at];
                if at > group {
                    line.push_str("    ");
                }
                let text = paint.signed(&format!("{value:>values$}"));
                line.push_str(&format!("{label:<labels$}  {text}"));
            }
            out.push_str(&line);
            out.push('\n');
        }
    }
    out
}

fn column_size(cells: &[Cell]) -> (usize, usize) {
    let labels = cells.iter().map(|(label, _)| label.chars().count());
    let values = cells.iter().map(|(_, value)| value.chars().count());
    (labels.max().unwrap_or(0), values.max().unwrap_or(0))
}

fn equity_lines(series: &SparklineInput, width: usize) -> String {
    let room = width.saturating_sub(10).clamp(10, 40);
    let line = sparkline(&series.values, room);
    let years: Vec<String> = series
        .years
        .iter()
        .map(|(year, change)| format!("{year} {}", signed_percent(*change)))
        .collect();
    let mut out = String::new();
    if !line.is_empty() {
        out.push_str(&format!("  equity  {line}\n"));
    }
    for (at, text) in wrap(&years, "   ", width.saturating_sub(10))
        .iter()
        .enumerate()
    {
        let label = if at == 0 { "years " } else { "      " };
        out.push_str(&format!("  {label}  {text}\n"));
    }
    out
}

/// Draws values as blocks of eight heights, at most `width` of them, each the last value of its part.
pub fn sparkline(values: &[f64], width: usize) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let columns = width.min(values.len());
    (1..=columns)
        .map(|column| {
            let value = values[column * values.len() / columns - 1];
            let part = (value - low) / (high - low);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "between 0 and 7"
            )]
            let step = if part.is_finite() {
                (part * 7.0).round() as usize
            } else {
                0
            };
            BLOCKS[step.min(7)]
        })
        .collect()
}

fn warning_lines(warning: &Warning, width: usize, paint: &Paint) -> String {
    let code = clean(&warning.code);
    let head = format!("warning[{code}]:");
    let indent = 2 + head.len() + 1;
    let text = clean(&warning.text);
    let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    let mut out = String::new();
    for (at, line) in wrap(&words, " ", width.saturating_sub(indent))
        .iter()
        .enumerate()
    {
        if at == 0 {
            out.push_str(&format!("  {} {line}\n", paint.with(YELLOW, &head)));
        } else {
            out.push_str(&format!("{:indent$}{line}\n", ""));
        }
    }
    out
}

/// Joins parts with `between` into lines of at most `width`; a longer part has its own line.
fn wrap(parts: &[String], between: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line)
                if line.chars().count() + between.chars().count() + part.chars().count()
                    <= width =>
            {
                line.push_str(between);
                line.push_str(part);
            }
            _ => lines.push(part.clone()),
        }
    }
    lines
}

/// Replaces control characters, so that a name cannot steer the terminal.
pub fn clean(text: &str) -> String {
    let safe = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    text.chars().map(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary() -> Summary {
        let text = include_str!("../../../tests/data/run-fixture/summary.json");
        serde_json::from_str(text).unwrap()
    }

    fn series() -> SparklineInput {
        SparklineInput {
            values: (0..100).map(|n| f64::from(n % 60)).collect(),
            years: vec![(2010, 0.104), (2011, -0.021), (2012, 0.231)],
        }
    }

    fn warned() -> Summary {
        let mut summary = summary();
        summary.warnings = vec![Warning {
            code: "RBT204".into(),
            text: "24 trades are few for statistics; a Sharpe of 0.71 over 1008 days has a 95 % range of -0.27 to 1.69".into(),
        }];
        summary
    }

    #[test]
    fn the_block_reads_like_this() {
        insta::assert_snapshot!(render_summary(&warned(), &series(), 100, false));
    }

    #[test]
    fn a_narrow_terminal_gets_one_column_and_no_longer_lines() {
        let text = render_summary(&warned(), &series(), 60, false);
        let longest = text.lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(60), "{text}");
    }

    #[test]
    fn color_changes_no_word() {
        let plain = render_summary(&warned(), &series(), 100, false);
        let mut colored = render_summary(&warned(), &series(), 100, true);
        assert_ne!(plain, colored);
        for code in [RED, GREEN, YELLOW, BOLD, DIM, RESET] {
            colored = colored.replace(code, "");
        }
        assert_eq!(plain, colored);
    }

    #[test]
    fn names_cannot_steer_the_terminal() {
        let mut summary = summary();
        summary.symbols = vec!["\x1b[2J".into()];
        summary.script = "a\x07.rhai".into();
        let text = render_summary(&summary, &SparklineInput::default(), 80, false);
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text}");
    }

    #[test]
    fn a_sparkline_shows_lowest_and_highest_and_bears_a_flat_line() {
        assert_eq!(sparkline(&[1.0, 8.0, 4.5], 10), "▁█▅");
        assert_eq!(sparkline(&[5.0, 5.0], 10), "▁▁");
        assert_eq!(sparkline(&[], 10), "");
        assert_eq!(sparkline(&series().values, 40).chars().count(), 40);
    }
}
