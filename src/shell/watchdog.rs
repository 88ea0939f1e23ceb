//! Stops calls of a script that take too long.
//!
//! Invariants: looks ten times a second; a call that ends in time is never stopped; ends with its
//! owner.

#![expect(clippy::disallowed_methods, reason = "a watchdog waits by the clock")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::script::sandbox::Fuse;

const LOOK: Duration = Duration::from_millis(100);

/// A thread that watches one script's calls.
#[derive(Debug)]
pub struct Watchdog {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    /// Starts to watch: a call that runs longer than `limit` is stopped.
    pub fn start(fuse: Arc<Fuse>, limit: Duration) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let mut seen = (0, Instant::now());
            while !stopped.load(Ordering::Relaxed) {
                thread::park_timeout(LOOK);
                let running = fuse.running();
                if running != seen.0 {
                    seen = (running, Instant::now());
                } else if running != 0 && seen.1.elapsed() > limit {
                    fuse.blow(running);
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
