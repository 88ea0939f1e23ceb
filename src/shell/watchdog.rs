//! Stops calls that take too long.
//!
//! Invariants: looks ten times a second; a call that ends in time is never stopped; ends with its
//! owner. Knows calls by their numbers, not who makes them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::shell::clock::Stopwatch;

const LOOK: Duration = Duration::from_millis(100);

/// A thread that watches calls.
#[derive(Debug)]
pub struct Watchdog {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    /// Starts to watch. `running` returns the number of the call at work, zero between calls; a call
    /// that runs longer than `limit` is handed to `halt`.
    pub fn start(
        limit: Duration,
        running: impl Fn() -> u64 + Send + 'static,
        halt: impl Fn(u64) + Send + 'static,
    ) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let mut seen = (0, Stopwatch::start());
            while !stopped.load(Ordering::Relaxed) {
                thread::park_timeout(LOOK);
                let call = running();
                if call != seen.0 {
                    seen = (call, Stopwatch::start());
                } else if call != 0 && seen.1.elapsed() > limit {
                    halt(call);
                }
            }
        });
        Self {
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It only sleeps and looks, so it cannot have panicked in a way that matters here.
            let _ended = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_call_that_does_not_end_is_halted_and_none_between_calls() {
        let (halted, halts) = channel();
        let watchdog = Watchdog::start(
            Duration::ZERO,
            || 7,
            move |call| {
                // The receiver is gone once the first has come.
                let _sent = halted.send(call);
            },
        );
        assert_eq!(halts.recv_timeout(Duration::from_secs(60)), Ok(7));
        drop(watchdog);
        let (halted, halts) = channel();
        let watchdog = Watchdog::start(
            Duration::ZERO,
            || 0,
            move |call| {
                let _sent = halted.send(call);
            },
        );
        assert!(halts.recv_timeout(LOOK * 4).is_err());
        drop(watchdog);
    }
}
