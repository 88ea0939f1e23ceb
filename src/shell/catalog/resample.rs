//! Coarser bars from finer ones.
//!
//! Invariants: exact; a coarse bar has the label that the calendar gives it; volumes that would not
//! fit are refused. Knows nothing of actions: resample raw bars, adjust afterwards.

use crate::core::calendar::{Calendar, SessionCursor};
use crate::core::model::time::Timeframe;
use crate::shell::catalog::bars::BarColumns;
use crate::shell::catalog::error::{DataError, Rule};

impl BarColumns {
    /// Returns these bars at `timeframe`, aligned to the sessions of `calendar`. Daily and weekly
    /// bars leave out what traded outside sessions.
    ///
    /// # Errors
    /// [`Rule::Finer`] for an interval that these bars do not add up to, [`Rule::OutOfRange`].
    pub fn resampled(&self, timeframe: Timeframe, calendar: &Calendar) -> Result<Self, DataError> {
        if timeframe == self.timeframe {
            return Ok(self.clone());
        }
        let refused = |rule| Err(DataError::of_file(&self.source, rule));
        let (own, asked) = (
            self.timeframe.span().as_nanos(),
            timeframe.span().as_nanos(),
        );
        if asked < own || (timeframe.is_intraday() && asked % own != 0) {
            return refused(Rule::Finer {
                own: self.timeframe,
                asked: timeframe,
            });
        }
        let mut coarse = Self {
            timeframe,
            ..self.clone_without_rows()
        };
        let mut cursor = SessionCursor::new(calendar);
        for row in 0..self.len() {
            let opens = cursor.bar_span(self.starts[row], self.timeframe).opens;
            let is_outside = self.timeframe.is_intraday() && !cursor.in_session(opens);
            if is_outside && !timeframe.is_intraday() {
                continue;
            }
            let label = cursor.bucket_start(opens, timeframe);
            if coarse.starts.last() == Some(&label) {
                let last = coarse.len() - 1;
                coarse.high[last] = coarse.high[last].max(self.high[row]);
                coarse.low[last] = coarse.low[last].min(self.low[row]);
                coarse.close[last] = self.close[row];
                let Some(sum) = coarse.volume[last].checked_add(self.volume[row]) else {
                    return refused(Rule::OutOfRange(format!("the volume of {label}")));
                };
                coarse.volume[last] = sum;
            } else {
                coarse.starts.push(label);
                coarse.open.push(self.open[row]);
                coarse.high.push(self.high[row]);
                coarse.low.push(self.low[row]);
                coarse.close.push(self.close[row]);
                coarse.volume.push(self.volume[row]);
            }
        }
        Ok(coarse)
    }

    fn clone_without_rows(&self) -> Self {
        Self {
            symbol: self.symbol.clone(),
            starts: Vec::new(),
            open: Vec::new(),
            high: Vec::new(),
            low: Vec::new(),
            close: Vec::new(),
            volume: Vec::new(),
            price_scale: self.price_scale,
            volume_scale: self.volume_scale,
            timeframe: self.timeframe,
            source: self.source.clone(),
            sha256: self.sha256.clone(),
        }
    }
}
