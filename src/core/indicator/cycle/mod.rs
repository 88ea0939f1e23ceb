//! Ehlers' cycle measures, as TA-Lib computes them: the dominant cycle of a price, its phase, and averages
//! that follow it (J. F. Ehlers, *Rocket Science for Traders*, 2001; MAMA: *MESA Adaptive Moving
//! Averages*, 2001).
//!
//! All of them are built on one engine, [`hilbert::Hilbert`]: it splits the smoothed price into a part in
//! phase and one a quarter cycle behind, and measures how fast the two turn.
//!
//! What TA-Lib does and the books do not:
//! * The smoothed price enters after 12 bars for the period, the phasor and MAMA and after 37 bars for
//!   the others, with everything zero before; values come after 32 and 63 bars.
//! * The weighted average of four prices is a running sum whose rounding stays in it for ever.
//! * A turn of zero leaves the period as it was, and a phase whose in-phase part is zero moves by a
//!   quarter cycle.
//! * `ht_trendmode` is 1 while it does not know better.
//!
//! Memory of the past is endless. Where the price does not move, the period is what rounding makes of it.

/// The averages that adapt to the cycle.
pub(super) mod average;
/// The engine.
mod hilbert;
/// The dominant cycle and its parts.
pub(super) mod measure;
/// The phase of the cycle, and whether there is one.
pub(super) mod phase;
