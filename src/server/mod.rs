//! The process that owns a session's ptys: its socket, its hub, and one task for each client.
//!
//! The hub owns what spans panes; a connection's task takes a client's requests to the hub or straight to
//! a pane. A fault in a client touches nothing else.

mod config_file;
mod connection;
mod directory;
mod hub;
mod listen;
mod notify;
mod several;

use std::{
    io::{self, Read, Write},
    path::PathBuf,
};

use tokio::{
    net::UnixStream,
    signal::unix::{SignalKind, signal},
};

use crate::{
    client::{Folder, FolderError, ReadyLine, log_path},
    pane::AskpassPlace,
    protocol::{Failure, Started},
    pty,
    session::SessionSpec,
};

use hub::Hub;
use listen::Listener;

/// The longest specification a server reads, in bytes: the environment of many panes fits.
const SPECIFICATION_LIMIT: u64 = 64 * 1024 * 1024;

/// A server keeps its log up to this size, in bytes, and then begins it anew.
const LOG_LIMIT: u64 = 1024 * 1024;

/// Why a server cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The folder of sockets cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The socket cannot be bound.
    #[error("cannot listen at {}: {source}", path.display())]
    Bind {
        /// The socket.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A pane is wrong; none was started.
    #[error(transparent)]
    Pane(#[from] Failure),
    /// The specification cannot be read.
    #[error("the specification of the session cannot be read")]
    Specification(#[from] serde_json::Error),
    /// The process cannot be set up.
    #[error("the server cannot be set up")]
    Io(#[from] io::Error),
}

/// Runs a server as a process of its own: reads its specification from standard input, says on
/// standard output when it is ready or why not, and ends with the session.
pub fn run() -> Result<(), ServerError> {
    // Fails only for a process that leads a group, which then has no terminal to lose either.
    let _ = nix::unistd::setsid();
    let result = prepare_process();
    let (spec, runtime) = match result {
        Ok(prepared) => prepared,
        Err(error) => {
            announce(&refusal(&error));
            return Err(error);
        }
    };
    runtime.block_on(async {
        match serve(spec).await {
            Ok((served, started)) => {
                announce(&ReadyLine {
                    ready: true,
                    started,
                    error: None,
                });
                served.until_down().await;
                tracing::info!("the session is down");
                Ok(())
            }
            Err(error) => {
                announce(&refusal(&error));
                Err(error)
            }
        }
    })
}

/// Serves a session within this process, and returns a connection to it beside its socket. The
/// session ends when the process does.
pub async fn serve_in_process(
    spec: SessionSpec,
) -> Result<(UnixStream, Vec<Started>), ServerError> {
    pty::harden()?;
    let (served, started) = serve(spec).await?;
    let (ours, theirs) = UnixStream::pair()?;
    served.hub.connect(theirs);
    tokio::spawn(served.until_down());
    Ok((ours, started))
}

/// A session that is served.
struct Served {
    hub: Hub,
    listener: Listener,
}

async fn serve(spec: SessionSpec) -> Result<(Served, Vec<Started>), ServerError> {
    let folder = Folder::open()?;
    let askpass = AskpassPlace::make(folder.path(), folder.socket(&spec.name));
    let listener = Listener::bind(folder, &spec.name)?;
    let askpass = askpass.inspect_err(|error| tracing::error!(%error, "ssh cannot ask"));
    let (hub, started) = Hub::start(spec, askpass.ok()).await?;
    Ok((Served { hub, listener }, started))
}

impl Served {
    /// Accepts clients until the session is down.
    async fn until_down(mut self) {
        let mut rebind = signal(SignalKind::user_defined1()).ok();
        let mut terminate = signal(SignalKind::terminate()).ok();
        loop {
            tokio::select! {
                biased;
                () = self.hub.is_closing() => {
                    self.listener.close().await;
                    self.hub.is_down().await;
                    return;
                }
                Some(()) = received(&mut rebind) => {
                    if let Err(error) = self.listener.rebind() {
                        tracing::error!(%error, "the socket cannot be bound anew");
                    }
                }
                Some(()) = received(&mut terminate) => self.hub.close(),
                stream = self.listener.accept() => self.hub.connect(stream),
            }
        }
    }
}

async fn received(signal: &mut Option<tokio::signal::unix::Signal>) -> Option<()> {
    match signal {
        Some(signal) => signal.recv().await,
        None => std::future::pending().await,
    }
}

fn prepare_process() -> Result<(SessionSpec, tokio::runtime::Runtime), ServerError> {
    // Before anything secret is read.
    pty::harden()?;
    let mut text = Vec::new();
    io::stdin()
        .lock()
        .take(SPECIFICATION_LIMIT)
        .read_to_end(&mut text)?;
    let spec: SessionSpec = serde_json::from_slice(&text)?;
    open_log(&spec.name);
    // A folder that goes away is nothing to hold on to.
    std::env::set_current_dir("/")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let _guard = runtime.enter();
    // A handler that does nothing turns these signals into errors of the call that caused them.
    for number in [nix::libc::SIGXFSZ, nix::libc::SIGHUP] {
        drop(signal(SignalKind::from_raw(number)));
    }
    drop(_guard);
    Ok((spec, runtime))
}

fn refusal(error: &ServerError) -> ReadyLine {
    let mut sentence = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        sentence.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    ReadyLine {
        ready: false,
        started: Vec::new(),
        error: Some(sentence),
    }
}

/// Writes the ready line and closes standard output, which the starter waits for.
fn announce(line: &ReadyLine) {
    let mut text = serde_json::to_vec(line).expect("a ready line is plain values");
    text.push(b'\n');
    let mut stdout = io::stdout().lock();
    // A starter that has gone needs no news.
    let _ = stdout.write_all(&text).and_then(|()| stdout.flush());
    if let Ok(null) = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/null")
    {
        for result in [
            nix::unistd::dup2_stdin(&null),
            nix::unistd::dup2_stdout(&null),
        ] {
            let _ = result;
        }
    }
}

/// Opens the server's log, named in the state folder; a server without one serves all the same.
fn open_log(session: &str) {
    let Some(path) = log_path(session) else {
        return;
    };
    if let Some(folder) = path.parent() {
        let _ = std::fs::create_dir_all(folder);
    }
    use std::os::unix::fs::OpenOptionsExt;
    let large = std::fs::metadata(&path).is_ok_and(|found| found.len() > LOG_LIMIT);
    let opened = std::fs::OpenOptions::new()
        .create(true)
        .append(!large)
        .write(true)
        .truncate(large)
        .mode(0o600)
        .custom_flags(nix::libc::O_NOFOLLOW)
        .open(&path);
    if let Ok(file) = opened {
        let filter = tracing_subscriber::EnvFilter::try_from_env("MUXPECT_LOG")
            .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
        let _ = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_ansi(false)
            .with_writer(std::sync::Mutex::new(file))
            .try_init();
        let standard = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            tracing::error!("{info}");
            standard(info);
        }));
        tracing::info!(session, pid = std::process::id(), "the server starts");
    }
}
