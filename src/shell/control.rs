//! The control socket: requests of a person or a program to a running engine, one line each.
//!
//! Invariants: the socket belongs to its owner alone (mode 0600); a client that says nothing, too much
//! or goes away harms nobody; requests are answered one by one, in order, by the engine. Knows nothing
//! of what requests say.

#![expect(clippy::disallowed_methods, reason = "this room owns the socket")]

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, Thread};
use std::time::Duration;

/// The longest request, in bytes.
const LONGEST: u64 = 1 << 16;
/// How long a client may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(30);
/// How many requests may wait.
const MOST_WAITING: usize = 16;

/// Something that could not be done with the socket.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Nobody listens there.
    #[error("no engine is running here: nobody listens at `{}`", .0.display())]
    NobodyThere(PathBuf),
    /// The system refused.
    #[error("cannot {verb} `{}`: {source}", path.display())]
    Io {
        /// What was tried.
        verb: &'static str,
        /// The socket.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

/// A request, to be answered.
#[derive(Debug)]
pub struct Request {
    /// What it says: one line.
    pub text: String,
    answer: SyncSender<String>,
}

impl Request {
    /// Answers; a client that went away does not hear it.
    pub fn answer(self, text: String) {
        let _gone = self.answer.try_send(text);
    }
}

/// The engine's end of the socket.
#[derive(Debug)]
pub struct Control {
    path: PathBuf,
    requests: Receiver<Request>,
}

/// Looks at each request as it comes, before the engine does.
type Early = Arc<dyn Fn(&str) + Send + Sync>;

impl Control {
    /// Listens at a path. `early` sees each request as it comes, while the engine may still be at work;
    /// the calling thread is woken for each.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn listen(
        path: &Path,
        early: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<Self, ControlError> {
        let failed = |verb| {
            move |source| ControlError::Io {
                verb,
                path: path.to_owned(),
                source,
            }
        };
        // Whoever had it is dead: the lock of the directory is ours.
        match fs::remove_file(path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed("remove")(error)),
        }
        let listener = UnixListener::bind(path).map_err(failed("listen at"))?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(failed("protect"))?;
        let (sender, requests) = sync_channel(MOST_WAITING);
        let (early, engine): (Early, Thread) = (Arc::new(early), thread::current());
        // Ends with the process.
        let _listener = thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (sender, early, engine) = (sender.clone(), Arc::clone(&early), engine.clone());
                // A client that cannot be served is one that went away.
                let _served = thread::spawn(move || serve(&client, &sender, &early, &engine));
            }
        });
        Ok(Self {
            path: path.to_owned(),
            requests,
        })
    }

    /// Returns the next request, if one waits.
    pub fn next(&self) -> Option<Request> {
        self.requests.try_recv().ok()
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        let _gone = fs::remove_file(&self.path);
    }
}

fn serve(
    client: &UnixStream,
    requests: &SyncSender<Request>,
    early: &Early,
    engine: &Thread,
) -> io::Result<()> {
    client.set_read_timeout(Some(PATIENCE))?;
    client.set_write_timeout(Some(PATIENCE))?;
    let mut text = String::new();
    BufReader::new(client.take(LONGEST)).read_line(&mut text)?;
    let text = text.trim().to_owned();
    if text.is_empty() {
        return Ok(());
    }
    early(&text);
    let (answer, answers) = sync_channel(1);
    if requests.try_send(Request { text, answer }).is_err() {
        return Ok(());
    }
    engine.unpark();
    if let Ok(text) = answers.recv_timeout(ANSWER) {
        let mut client = client;
        client.write_all(text.as_bytes())?;
        client.write_all(b"\n")?;
    }
    Ok(())
}

/// Asks the engine that listens at a path.
///
/// # Errors
/// [`ControlError::NobodyThere`] when there is none; else when it does not answer.
pub fn ask(path: &Path, request: &str) -> Result<String, ControlError> {
    let failed = |verb| {
        move |source| ControlError::Io {
            verb,
            path: path.to_owned(),
            source,
        }
    };
    let mut stream = UnixStream::connect(path).map_err(|error| {
        let nobody = [io::ErrorKind::NotFound, io::ErrorKind::ConnectionRefused];
        if nobody.contains(&error.kind()) {
            ControlError::NobodyThere(path.to_owned())
        } else {
            failed("connect to")(error)
        }
    })?;
    stream
        .set_read_timeout(Some(ANSWER))
        .map_err(failed("read from"))?;
    stream
        .write_all(format!("{request}\n").as_bytes())
        .map_err(failed("write to"))?;
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .map_err(failed("read from"))?;
    if answer.is_empty() {
        return Err(failed("get an answer from")(
            io::ErrorKind::UnexpectedEof.into(),
        ));
    }
    Ok(answer.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_answered_and_a_silent_client_harms_nobody() {
        let folder = std::env::temp_dir().join(format!("rustybt-control-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("control.sock");
        assert!(matches!(ask(&path, "x"), Err(ControlError::NobodyThere(_))));
        let control = Control::listen(&path, |_| {}).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let _silent = UnixStream::connect(&path).unwrap();
        drop(UnixStream::connect(&path).unwrap());
        let asker = {
            let path = path.clone();
            thread::spawn(move || ask(&path, "{\"command\":\"status\"}").unwrap())
        };
        let request = loop {
            if let Some(request) = control.next() {
                break request;
            }
            thread::park_timeout(Duration::from_millis(5));
        };
        assert_eq!(request.text, "{\"command\":\"status\"}");
        request.answer("{\"ok\":true}".to_owned());
        assert_eq!(asker.join().unwrap(), "{\"ok\":true}");
        drop(control);
        assert!(matches!(ask(&path, "x"), Err(ControlError::NobodyThere(_))));
    }
}
