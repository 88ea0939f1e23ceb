//! What the system tells the process: to stop.
//!
//! Invariants: the first request to stop is a wish for good order, the second one for haste; nothing is
//! done here but remembering them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

/// The requests to stop so far.
#[derive(Debug, Clone)]
pub struct Signals {
    stops: Arc<AtomicUsize>,
}

impl Signals {
    /// Listens from now on to SIGINT and SIGTERM, which no longer end the process by themselves.
    pub fn listen() -> Self {
        let signals = Self {
            stops: Arc::default(),
        };
        let (stops, waiting) = (Arc::clone(&signals.stops), thread::current());
        // Ends with the process.
        let _listener = thread::spawn(move || listen(&stops, &waiting));
        signals
    }

    /// Whether the process shall stop.
    pub fn stop(&self) -> bool {
        self.stops.load(Ordering::Relaxed) > 0
    }

    /// Whether it shall stop at once.
    pub fn abort(&self) -> bool {
        self.stops.load(Ordering::Relaxed) > 1
    }

    /// Waits, but not longer than until a request comes. For the thread that called [`Self::listen`].
    pub fn wait(&self, span: Duration) {
        if !self.stop() {
            thread::park_timeout(span);
        }
    }
}

fn listen(stops: &AtomicUsize, waiting: &Thread) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
    else {
        return;
    };
    runtime.block_on(async {
        loop {
            if next_signal().await.is_err() {
                return;
            }
            stops.fetch_add(1, Ordering::Relaxed);
            waiting.unpark();
        }
    });
}

#[cfg(unix)]
async fn next_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut int, mut term) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    std::future::poll_fn(|context| {
        if int.poll_recv(context).is_ready() || term.poll_recv(context).is_ready() {
            std::task::Poll::Ready(Ok(()))
        } else {
            std::task::Poll::Pending
        }
    })
    .await
}

#[cfg(not(unix))]
async fn next_signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
