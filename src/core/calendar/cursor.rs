//! Bar intervals and resampling, for bars that come in order.
//!
//! Invariants: the answers do not depend on what was asked before; a cursor only remembers the
//! stretch of time that it last looked at, so that the next bar costs a comparison. Intervals are
//! those of the rule "a bar is delivered at its end": intraday from its start to start plus
//! interval, or to the session's close if that is earlier; daily its session; weekly its sessions.

use crate::core::calendar::index::{Day, day_number, day_of, midnight};
use crate::core::calendar::zone::start_of_day;
use crate::core::calendar::{Calendar, Session};
use crate::core::model::time::{Span, Timeframe, Timestamp};

/// The interval of one bar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BarSpan {
    /// The first instant of it.
    pub opens: Timestamp,
    /// The first instant after it, at which the bar is delivered.
    pub closes: Timestamp,
    /// Whether the calendar agrees: an intraday bar starts inside a session, a daily bar's date is
    /// a session, a weekly bar's week has one. Where it is false a daily or weekly bar has the
    /// regular hours that its days would have, and a caller may want to warn.
    pub in_session: bool,
}

/// Answers for one asset's bars, quickest in order of time.
#[derive(Clone, Debug)]
pub struct SessionCursor {
    calendar: Calendar,
    stretch: Stretch,
    day: (Day, BarSpan),
    week: (Day, BarSpan),
}

/// A session, or the time between two sessions before or after the midnight that follows the first.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    from: Timestamp,
    until: Timestamp,
    /// What intraday bars are aligned to: the open of the session, the close of the last one, or
    /// the open of the next one.
    anchor: Timestamp,
    /// The date of the session to whose daily bar it counts.
    date: Day,
    in_session: bool,
}

/// Holds no instant and no day, so that the first question looks it up.
const NOWHERE: Stretch = Stretch {
    from: Timestamp::MAX,
    until: Timestamp::MIN,
    anchor: Timestamp::MIN,
    date: Day::MIN,
    in_session: false,
};
const NO_SPAN: (Day, BarSpan) = (
    Day::MIN,
    BarSpan {
        opens: Timestamp::MIN,
        closes: Timestamp::MIN,
        in_session: false,
    },
);

impl SessionCursor {
    /// Makes a cursor over the sessions of `calendar`.
    pub fn new(calendar: &Calendar) -> Self {
        Self {
            calendar: calendar.clone(),
            stretch: NOWHERE,
            day: NO_SPAN,
            week: NO_SPAN,
        }
    }

    /// Returns the calendar.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// Returns the interval of the bar labeled `label`.
    ///
    /// * Intraday: the label is the start. The end is start plus interval, or the session's close
    ///   if that is earlier; bars outside sessions (before the open, after the close) keep the whole
    ///   interval.
    /// * Daily: the label's UTC date is the session's date.
    /// * Weekly: from the open of the first to the close of the last session of the ISO week that
    ///   holds the label's UTC date.
    pub fn bar_span(&mut self, label: Timestamp, timeframe: Timeframe) -> BarSpan {
        match timeframe {
            Timeframe::Intraday(_) => {
                let stretch = self.seek(label);
                let end = label + timeframe.span();
                BarSpan {
                    opens: label,
                    closes: if stretch.in_session {
                        end.min(stretch.until)
                    } else {
                        end
                    },
                    in_session: stretch.in_session,
                }
            }
            Timeframe::Day => {
                let day = day_of(label);
                if self.day.0 != day {
                    self.day = (day, self.day_span(day));
                }
                self.day.1
            }
            Timeframe::Week => {
                let monday = monday_of(day_of(label));
                if self.week.0 != monday {
                    self.week = (monday, self.week_span(monday));
                }
                self.week.1
            }
        }
    }

    /// Returns the label of the bar of `timeframe` to which a finer bar that begins at `opens`
    /// belongs. Of a daily bar pass the instant at which it begins, not its label.
    ///
    /// * Intraday: the start, aligned to the open of the session (24/7: to midnight UTC). Bars after
    ///   a close are aligned to that close, from the next midnight of the exchange's zone on to the
    ///   next open.
    /// * Daily: the session's date at 00:00Z. Bars after a close count to that day until midnight
    ///   of the exchange's zone, then to the next session; [`Self::in_session`] tells them apart.
    /// * Weekly: the Monday of the ISO week of that date at 00:00Z.
    ///
    /// Later bars never get an earlier label.
    pub fn bucket_start(&mut self, opens: Timestamp, timeframe: Timeframe) -> Timestamp {
        let stretch = self.seek(opens);
        match timeframe {
            Timeframe::Intraday(_) => {
                let step = timeframe.span().as_nanos().max(1);
                let since = (opens - stretch.anchor).as_nanos();
                let start = opens - Span::from_nanos(since.rem_euclid(step));
                start.max(stretch.from)
            }
            Timeframe::Day => midnight(stretch.date),
            Timeframe::Week => midnight(monday_of(stretch.date)),
        }
    }

    /// Whether `at` lies inside a session, its break included.
    pub fn in_session(&mut self, at: Timestamp) -> bool {
        self.seek(at).in_session
    }

    #[inline]
    fn seek(&mut self, at: Timestamp) -> &Stretch {
        if at < self.stretch.from || self.stretch.until <= at {
            self.stretch = self.stretch_at(at);
        }
        &self.stretch
    }

    #[cold]
    fn stretch_at(&self, at: Timestamp) -> Stretch {
        if let Some(session) = self.calendar.session_at(at) {
            return Stretch {
                from: session.open,
                until: session.close,
                anchor: session.open,
                date: day_number(session.date),
                in_session: true,
            };
        }
        let last = self.calendar.previous_session_before(at);
        let next = self.calendar.next_session_after(at);
        let open = next.map_or(Timestamp::MAX, |session| session.open);
        let close = last.map_or(Timestamp::MIN, |session| session.close);
        let turn = last.map_or(close, |session| {
            self.end_of_day(&session).clamp(close, open)
        });
        match (last, next) {
            (Some(session), _) if at < turn => Stretch {
                from: close,
                until: turn,
                anchor: close,
                date: day_number(session.date),
                in_session: false,
            },
            (_, next) => Stretch {
                from: turn,
                until: open,
                anchor: open,
                date: next.map_or_else(|| day_of(at), |session| day_number(session.date)),
                in_session: false,
            },
        }
    }

    /// The midnight after the session's date in the zone of the calendar.
    fn end_of_day(&self, session: &Session) -> Timestamp {
        let tomorrow = session.date.succ_opt();
        tomorrow
            .and_then(|date| start_of_day(self.calendar.zone(), date))
            .unwrap_or(session.close)
    }

    fn day_span(&self, day: Day) -> BarSpan {
        if let Some((opens, closes)) = self.calendar.hours_on_day(day) {
            return BarSpan {
                opens,
                closes,
                in_session: true,
            };
        }
        self.regular_span(day)
    }

    fn week_span(&self, monday: Day) -> BarSpan {
        let mut sessions = (monday..monday + 7).filter_map(|day| self.calendar.hours_on_day(day));
        let Some((opens, closes)) = sessions.next() else {
            let friday = self.regular_span(monday + 4);
            return BarSpan {
                opens: self.regular_span(monday).opens,
                ..friday
            };
        };
        BarSpan {
            opens,
            closes: sessions.next_back().map_or(closes, |(_, closes)| closes),
            in_session: true,
        }
    }

    fn regular_span(&self, day: Day) -> BarSpan {
        // Only at the ends of what a timestamp can hold are there no regular hours.
        let whole_day = || (midnight(day), midnight(day + 1));
        let (opens, closes) = self.calendar.regular_on_day(day).unwrap_or_else(whole_day);
        BarSpan {
            opens,
            closes,
            in_session: false,
        }
    }
}

fn monday_of(day: Day) -> Day {
    // 1970-01-01 was a Thursday.
    day - (day + 3).rem_euclid(7)
}

#[cfg(test)]
mod tests;
