//! The plot, its axes and what lies on them.
//!
//! Invariants: the plot is 1000 units wide for lines and stretched to the page; vertical units are
//! pixels. Knows nothing of what is drawn.

use crate::app::report::scale::{MOST_POINTS, Point, Scale, extent, thin, time_ticks, time_value};
use crate::app::report::svg::{path, tag};
use crate::core::model::time::Timestamp;

const WIDTH: f64 = 1_000.0;
/// Room above the plot, so that the highest label is not cut.
const TOP: f64 = 16.0;
/// Room below the plot for the labels of the horizontal axis.
const BOTTOM: f64 = 20.0;

/// One chart over time under construction.
pub struct Frame {
    height: f64,
    from: Timestamp,
    to: Timestamp,
    across: Scale,
    up: Scale,
    percent: bool,
    back: String,
    lines: String,
    front: String,
}

/// How a value is written beside a line of the grid.
pub type Label = fn(f64) -> String;

impl Frame {
    /// Starts a chart with a plot `height` pixels high, from `from` to `to`, both shown.
    pub fn over_time(height: f64, span: (Timestamp, Timestamp), up: Scale, label: Label) -> Self {
        let (from, to) = span;
        let mut frame = Self {
            height,
            from,
            to,
            across: Scale::linear(time_value(from), time_value(to)),
            up,
            percent: label(0.5).ends_with('%'),
            back: String::new(),
            lines: String::new(),
            front: String::new(),
        };
        frame.grid(label);
        for (at, text) in time_ticks(from, to) {
            frame.tick(frame.across.at(time_value(at)), &text);
        }
        frame
    }

    fn grid(&mut self, label: Label) {
        for value in self.up.ticks() {
            let y = self.y(value);
            let line = tag("line").class("grid").set("x1", "0").set("x2", "100%");
            self.back.push_str(&line.at("y1", y).at("y2", y).empty());
            let text = tag("text").class("value").at("x", 3.0).at("y", y - 3.0);
            self.front.push_str(&text.text(&label(value)));
        }
    }

    fn tick(&mut self, part: f64, text: &str) {
        let anchor = if part < 0.04 {
            "start"
        } else if part > 0.96 {
            "end"
        } else {
            "middle"
        };
        let mark = tag("text")
            .class("tick")
            .part("x", part)
            .at("y", self.bottom() + 15.0);
        self.front
            .push_str(&mark.set("text-anchor", anchor).text(text));
    }

    fn bottom(&self) -> f64 {
        TOP + self.height
    }

    fn y(&self, value: f64) -> f64 {
        TOP + self.height * (1.0 - self.up.at(value))
    }

    /// Adds a line.
    pub fn line(&mut self, class: &str, points: &[Point]) {
        let data = path(&self.place(points));
        self.lines
            .push_str(&tag("path").class(class).set("d", &data).empty());
    }

    /// Adds a filled area between a line and `base`.
    pub fn area(&mut self, class: &str, points: &[Point], base: f64) {
        let placed: Vec<Point> = self
            .place(points)
            .into_iter()
            .filter(|p| p.1.is_some())
            .collect();
        let (Some(first), Some(last)) = (placed.first(), placed.last()) else {
            return;
        };
        let floor = self.y(base) - TOP;
        let ends = [(last.0, Some(floor)), (first.0, Some(floor))];
        let around: Vec<Point> = placed.iter().copied().chain(ends).collect();
        let data = format!("{}Z", path(&around));
        self.lines
            .push_str(&tag("path").class(class).set("d", &data).empty());
    }

    /// Adds a straight line between two points of the plot.
    pub fn segment(&mut self, class: &str, from: (Timestamp, f64), to: (Timestamp, f64)) {
        let line = tag("line")
            .class(class)
            .part("x1", self.x(from.0))
            .at("y1", self.y(from.1))
            .part("x2", self.x(to.0))
            .at("y2", self.y(to.1));
        self.back.push_str(&line.empty());
    }

    /// Adds a level across the whole plot.
    pub fn level(&mut self, class: &str, value: f64) {
        let y = self.y(value);
        let line = tag("line").class(class).set("x1", "0").set("x2", "100%");
        self.back.push_str(&line.at("y1", y).at("y2", y).empty());
    }

    /// Adds one of the page's marks, `buy` or `sell`, with a note shown on hovering.
    pub fn mark(&mut self, name: &str, time: Timestamp, value: f64, note: &str) {
        let used = tag("use")
            .set("href", &format!("#{name}"))
            .class(name)
            .part("x", self.x(time))
            .at("y", self.y(value));
        self.front.push_str(&used.inner(&tag("title").text(note)));
    }

    fn x(&self, time: Timestamp) -> f64 {
        self.across.at(time_value(time))
    }

    fn place(&self, points: &[Point]) -> Vec<Point> {
        thin(points, MOST_POINTS)
            .into_iter()
            .map(|(x, y)| {
                let y = y.map(|y| self.y(y) - TOP).filter(|y| y.is_finite());
                (self.across.at(x) * WIDTH, y)
            })
            .collect()
    }

    /// Ends the chart; `about` is read out to those who cannot see it.
    pub fn finish(self, about: &str) -> String {
        let plot = tag("svg")
            .at("y", TOP)
            .set("width", "100%")
            .at("height", self.height)
            .set("viewBox", &format!("0 0 {WIDTH} {}", self.height))
            .set("preserveAspectRatio", "none")
            .inner(&self.lines);
        let (low, high) = self.up.ends();
        tag("svg")
            .class("chart time")
            .set("role", "img")
            .set("aria-label", about)
            .set("width", "100%")
            .at("height", self.bottom() + BOTTOM)
            .set("data-from", &self.from.as_millis().to_string())
            .set("data-to", &self.to.as_millis().to_string())
            .set("data-low", &low.to_string())
            .set("data-high", &high.to_string())
            .set("data-percent", if self.percent { "1" } else { "0" })
            .set("data-log", if self.up.is_log() { "1" } else { "0" })
            .inner(&format!("{}{plot}{}", self.back, self.front))
    }
}

/// One bar of a chart of bars.
pub struct Column {
    /// The label below.
    pub label: String,
    /// The height; negative hangs down.
    pub value: f64,
    /// The class.
    pub class: &'static str,
    /// What is written at its end; empty for nothing.
    pub text: String,
    /// What is shown on hovering.
    pub note: String,
}

/// Draws bars side by side from zero, with an optional line over them in parts of the width and
/// values.
pub fn columns(height: f64, columns: &[Column], curve: &[(f64, f64)], about: &str) -> String {
    let values = columns.iter().map(|column| column.value);
    let (low, high) = extent(values.chain(curve.iter().map(|(_, value)| *value)));
    let (low, high) = (low.min(0.0), high.max(0.0));
    let margin = (high - low) * 0.12;
    let below = if low < 0.0 { margin } else { 0.0 };
    let up = Scale::linear(low - below, high + margin);
    let y = |value: f64| TOP + height * (1.0 - up.at(value));
    #[expect(clippy::cast_precision_loss, reason = "some hundred bars at most")]
    let each = 1.0 / columns.len().max(1) as f64;
    let mut out = String::new();
    let mut left = 0.0;
    for column in columns {
        let (top, bottom) = (y(column.value.max(0.0)), y(column.value.min(0.0)));
        let bar = tag("rect")
            .class(column.class)
            .part("x", left + each * 0.1)
            .part("width", each * 0.8)
            .at("y", top)
            .at("height", bottom - top);
        out.push_str(&bar.inner(&tag("title").text(&column.note)));
        let middle = |y: f64| {
            let text = tag("text")
                .class("tick")
                .part("x", left + each / 2.0)
                .at("y", y);
            text.set("text-anchor", "middle")
        };
        if !column.text.is_empty() {
            let end = if column.value < 0.0 {
                bottom + 12.0
            } else {
                top - 4.0
            };
            out.push_str(&middle(end).text(&column.text));
        }
        if !column.label.is_empty() {
            out.push_str(&middle(TOP + height + 15.0).text(&column.label));
        }
        left += each;
    }
    let zero = tag("line").class("axis").set("x1", "0").set("x2", "100%");
    out.push_str(&zero.at("y1", y(0.0)).at("y2", y(0.0)).empty());
    let points: Vec<Point> = curve
        .iter()
        .map(|(x, v)| (x * WIDTH, Some(y(*v) - TOP)))
        .collect();
    let line = tag("path")
        .class("line second")
        .set("d", &path(&points))
        .empty();
    let plot = tag("svg")
        .at("y", TOP)
        .set("width", "100%")
        .at("height", height)
        .set("viewBox", &format!("0 0 {WIDTH} {height}"))
        .set("preserveAspectRatio", "none");
    out.push_str(&plot.inner(&line));
    tag("svg")
        .class("chart")
        .set("role", "img")
        .set("aria-label", about)
        .set("width", "100%")
        .at("height", TOP + height + BOTTOM)
        .inner(&out)
}
