//! What the system tells the process: to stop, to look at the script again, to halt.
//!
//! Invariants: the first request to stop is a wish for good order, the second one for haste; nothing is
//! done here but remembering requests and waking whoever waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

/// The requests so far.
#[derive(Debug, Clone, Default)]
pub struct Signals(Arc<Requests>);

#[derive(Debug, Default)]
struct Requests {
    stops: AtomicUsize,
    reload: AtomicBool,
    halt: AtomicBool,
}

impl Signals {
    /// Listens from now on to SIGINT and SIGTERM (stop), SIGHUP (reload) and SIGUSR2 (halt), which no
    /// longer end the process by themselves.
    pub fn listen() -> Self {
        let signals = Self::default();
        let (requests, waiting) = (Arc::clone(&signals.0), thread::current());
        // Ends with the process.
        let _listener = thread::spawn(move || listen(&requests, &waiting));
        signals
    }

    /// Whether the process shall stop.
    pub fn stop(&self) -> bool {
        self.0.stops.load(Ordering::Relaxed) > 0
    }

    /// Whether it shall stop at once.
    pub fn abort(&self) -> bool {
        self.0.stops.load(Ordering::Relaxed) > 1
    }

    /// Whether the script shall be looked at again; the request is then forgotten.
    pub fn take_reload(&self) -> bool {
        self.0.reload.swap(false, Ordering::Relaxed)
    }

    /// Whether trading shall be halted; the request is then forgotten.
    pub fn take_halt(&self) -> bool {
        self.0.halt.swap(false, Ordering::Relaxed)
    }

    /// Waits, but not longer than until a request comes. For the thread that called [`Self::listen`].
    pub fn wait(&self, span: Duration) {
        if !self.stop() {
            thread::park_timeout(span);
        }
    }
}

fn listen(requests: &Requests, waiting: &Thread) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
    else {
        return;
    };
    // Without a way to hear signals they end the process, as they always did.
    let _heard = runtime.block_on(hear(requests, waiting));
}

#[cfg(unix)]
async fn hear(requests: &Requests, waiting: &Thread) -> std::io::Result<()> {
    use std::task::Poll;

    use tokio::signal::unix::{SignalKind, signal};

    let mut stops = [
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    ];
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut halt = signal(SignalKind::user_defined2())?;
    std::future::poll_fn(|context| {
        for stop in &mut stops {
            while stop.poll_recv(context).is_ready() {
                requests.stops.fetch_add(1, Ordering::Relaxed);
            }
        }
        while hang_up.poll_recv(context).is_ready() {
            requests.reload.store(true, Ordering::Relaxed);
        }
        while halt.poll_recv(context).is_ready() {
            requests.halt.store(true, Ordering::Relaxed);
        }
        waiting.unpark();
        Poll::<()>::Pending
    })
    .await;
    Ok(())
}

#[cfg(not(unix))]
async fn hear(requests: &Requests, waiting: &Thread) -> std::io::Result<()> {
    loop {
        tokio::signal::ctrl_c().await?;
        requests.stops.fetch_add(1, Ordering::Relaxed);
        waiting.unpark();
    }
}
