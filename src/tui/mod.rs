//! The terminal interface: shows a session that a server holds, and lets a person step in.
//!
//! `app` is the state and what changes it, `view` draws it, `outer` is the terminal it is drawn
//! on; this file joins them in one loop. The interface holds no child and no pty: whatever
//! becomes of it, the panes go on.

mod app;
mod bindings;
mod canvas;
mod clipboard;
mod edit;
mod escapes;
mod first_sizes;
mod keymap;
mod layout;
mod outer;
mod pen;
mod preferences;
mod replay;
mod rules_file;
mod signals;
mod theme;
mod view;
mod widget;

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    fs::File,
    io,
    path::PathBuf,
    time::Instant,
};

use futures_util::FutureExt;
use jiff::Timestamp;

pub use first_sizes::first_sizes;
pub use outer::OuterError;
pub use replay::{Ending, play};

use self::{
    app::{App, Effect, Msg, Now, Purpose},
    canvas::Canvas,
    outer::Outer,
    preferences::{Reading, Sources},
    signals::{Signal, Signals},
    theme::Theme,
};
use crate::{
    client::{Connection, ConnectionError},
    config::{Environment, WatchedFiles},
    geometry::Size,
    keys::{Decoder, Event, Input},
    protocol::{CodecError, Envelope, ExitInfo, Reply, Request, UNANSWERED},
    session::Layout,
};

/// How many replies are taken in before a frame is drawn: with one request for each pane under way
/// there are seldom more.
const REPLIES_A_FRAME: usize = 256;

/// What an interface shows, and how it begins.
#[derive(Clone, Debug)]
pub struct Options {
    /// The session's name.
    pub session: String,
    /// How panes are arranged at the start.
    pub layout: Layout,
    /// A pane, by name or id, to interact with at once.
    pub interact: Option<String>,
    /// Nothing can be typed or changed.
    pub read_only: bool,
    /// A pane, by name or id, that fills the terminal with nothing around it.
    pub only: Option<String>,
    /// The session lives in this process and ends with it.
    pub single_process: bool,
    /// What a pane gets that is started from here.
    pub new_panes: NewPanes,
}

/// What a pane gets that is started from an interface.
#[derive(Clone, Debug, Default)]
pub struct NewPanes {
    /// The folder that its program runs in.
    pub folder: PathBuf,
    /// Its program's environment.
    pub variables: BTreeMap<String, String>,
    /// Its program, if none is named.
    pub shell: String,
}

/// Why an interface ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The person left; the session goes on.
    Detached,
    /// The person ended the session.
    Ended,
    /// The person left the only pane that was shown.
    LeftPane,
    /// The only pane that was shown has ended.
    PaneEnded {
        /// Its name.
        name: String,
        /// How its child ended.
        exit: Option<ExitInfo>,
        /// Why its program could not start.
        error: Option<String>,
    },
    /// The only pane that was to be shown is not there.
    NoPane(String),
    /// The server has ended or closed the connection.
    ServerGone,
    /// The terminal has gone.
    TerminalGone,
    /// This signal, by number, asked the interface to end.
    Signal(i32),
}

/// Why an interface could not begin or go on.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// The terminal cannot be used.
    #[error(transparent)]
    Outer(#[from] OuterError),
    /// The server refused, or does not speak as it should.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// Signals cannot be caught.
    #[error("signals cannot be caught")]
    Signals(#[source] io::Error),
}

/// Shows the session on this process's terminal until the person leaves or something ends. Keys and
/// colours are those of the configs that `environment` leads to.
pub async fn run(
    connection: Connection,
    options: Options,
    environment: Environment,
) -> Result<Outcome, TuiError> {
    let terminal = outer::open_terminal()?;
    attend(connection, options, terminal, Sources::new(environment)).await
}

/// What one turn of the loop waited for.
enum Happened {
    Signal(Signal),
    Typed(io::Result<usize>),
    Replied(Result<Envelope<Reply>, ConnectionError>),
    Writable(io::Result<()>),
    /// A file of preferences has changed.
    Edited,
    Time,
}

/// An interface that runs.
struct Attendance {
    connection: Connection,
    signals: Signals,
    app: App,
    outer: Outer,
    canvas: Canvas,
    purposes: HashMap<u64, Purpose>,
    sources: Sources,
    files: WatchedFiles,
    /// The session's folder.
    folder: PathBuf,
}

async fn attend(
    mut connection: Connection,
    options: Options,
    terminal: File,
    sources: Sources,
) -> Result<Outcome, TuiError> {
    let read_only = options.read_only;
    let (config, folder) = match connection.request(Request::Attach { read_only }).await? {
        Reply::Attached(session) => (session.config, session.folder),
        _ => (None, PathBuf::new()),
    };
    let sources = sources.of_session(config);
    let mut files = WatchedFiles::watch(&[]);
    let reading = read(&sources, &mut files);
    let signals = Signals::catch().map_err(TuiError::Signals)?;
    let size = outer::terminal_size();
    let mut attendance = Attendance {
        connection,
        signals,
        app: App::new(options, Theme::clone(&reading.theme), size, now()),
        outer: Outer::enter(terminal)?,
        canvas: Canvas::new(size),
        purposes: HashMap::new(),
        sources,
        files,
        folder,
    };
    attendance
        .app
        .update(Msg::Preferences(Box::new(reading)), now());
    let start = attendance.app.start();
    let mut ended = attendance.perform(start).await?;
    let mut decoder = Decoder::default();
    let mut bytes = vec![0; outer::READ_BYTES];
    let mut events = Vec::new();
    loop {
        if let Some(outcome) = ended {
            return Ok(outcome);
        }
        if attendance.draw().is_err() {
            return Ok(Outcome::TerminalGone);
        }
        let deadlines = [decoder.next_deadline(), attendance.app.next_deadline()];
        let deadline = deadlines.into_iter().flatten().min();
        let happened = tokio::select! {
            biased;
            signal = attendance.signals.next() => Happened::Signal(signal),
            // What is typed before it is known who gets the keys waits in the terminal.
            result = attendance.outer.read(&mut bytes), if attendance.app.is_known() => {
                Happened::Typed(result)
            }
            result = attendance.connection.next() => Happened::Replied(result),
            result = attendance.outer.writable(), if !attendance.outer.is_idle() => {
                Happened::Writable(result)
            }
            () = attendance.files.changed() => Happened::Edited,
            () = sleep_until(deadline) => Happened::Time,
        };
        ended = match happened {
            Happened::Signal(signal) => attendance.signal(signal).await?,
            Happened::Typed(Err(_)) | Happened::Writable(Err(_)) => Some(Outcome::TerminalGone),
            Happened::Typed(Ok(count)) => {
                decoder.feed(Instant::now(), &bytes[..count], &mut events);
                attendance.events(&mut events).await?
            }
            Happened::Replied(result) => attendance.replies(result).await?,
            Happened::Writable(Ok(())) => attendance
                .outer
                .flush()
                .is_err()
                .then_some(Outcome::TerminalGone),
            Happened::Edited => {
                let reading = read(&attendance.sources, &mut attendance.files);
                attendance
                    .update(Msg::Preferences(Box::new(reading)))
                    .await?
            }
            Happened::Time => {
                let now = Instant::now();
                if decoder.next_deadline().is_some_and(|due| due <= now) {
                    decoder.timeout(now, &mut events);
                }
                let outcome = attendance.events(&mut events).await?;
                let due = attendance.app.next_deadline();
                match outcome {
                    None if due.is_some_and(|due| due <= now) => {
                        attendance.update(Msg::Tick).await?
                    }
                    outcome => outcome,
                }
            }
        };
    }
}

impl Attendance {
    /// Draws a frame if there is something to draw and the terminal has taken the last one.
    fn draw(&mut self) -> io::Result<()> {
        if !self.outer.is_idle() {
            self.outer.flush()?;
        }
        if !self.outer.is_idle() || !self.app.is_damaged() {
            return Ok(());
        }
        let damage = self.app.take_damage();
        let rows = view::draw(&self.app, &damage, self.canvas.buffer());
        let cursor = view::cursor(&self.app);
        let canvas = &mut self.canvas;
        self.outer.frame(cursor, |out| canvas.flush(&rows, out))
    }

    async fn signal(&mut self, signal: Signal) -> Result<Option<Outcome>, TuiError> {
        match signal {
            Signal::Hangup => Ok(Some(Outcome::TerminalGone)),
            Signal::End(number) => Ok(Some(Outcome::Signal(number))),
            Signal::Stop => {
                suspend(&mut self.outer);
                Ok(None)
            }
            Signal::Continue => {
                self.outer.retake()?;
                self.canvas.invalidate();
                self.resized().await
            }
            Signal::Resize => self.resized().await,
        }
    }

    async fn resized(&mut self) -> Result<Option<Outcome>, TuiError> {
        let size: Size = outer::terminal_size();
        self.canvas.resize(size);
        self.update(Msg::Resized(size)).await
    }

    async fn events(&mut self, events: &mut Vec<Event>) -> Result<Option<Outcome>, TuiError> {
        let mut inputs: Vec<Input> = Vec::with_capacity(events.len());
        for event in events.drain(..) {
            match event {
                Event::Input(input) => inputs.push(input),
                Event::KittyFlags(_) => self.outer.push_kitty(),
                Event::DeviceAttributes => self.outer.answered(),
                Event::Unknown => {}
            }
        }
        if inputs.is_empty() {
            return Ok(None);
        }
        self.update(Msg::Input(inputs)).await
    }

    /// Takes in a reply, and all others that have come already.
    async fn replies(
        &mut self,
        first: Result<Envelope<Reply>, ConnectionError>,
    ) -> Result<Option<Outcome>, TuiError> {
        let mut result = first;
        let mut effects = Vec::new();
        for _ in 0..REPLIES_A_FRAME {
            let msg = match result {
                Ok(Envelope { id, body }) => {
                    self.purpose(id).map(|purpose| Msg::Reply(purpose, body))
                }
                Err(
                    ConnectionError::Closed
                    | ConnectionError::Io(_)
                    | ConnectionError::Codec(CodecError::Io(_)),
                ) => Some(Msg::Closed),
                Err(error) => return Err(error.into()),
            };
            let closed = matches!(msg, Some(Msg::Closed));
            if let Some(msg) = msg {
                effects.extend(self.app.update(msg, now()));
            }
            if closed {
                break;
            }
            match self.connection.next().now_or_never() {
                Some(next) => result = next,
                None => break,
            }
        }
        // What is new is shown before more is asked for: nothing wakes the server meanwhile.
        if self.draw().is_err() {
            return Ok(Some(Outcome::TerminalGone));
        }
        self.perform(effects).await
    }

    fn purpose(&mut self, id: u64) -> Option<Purpose> {
        match id {
            UNANSWERED => Some(Purpose::Command),
            id => self.purposes.remove(&id),
        }
    }

    async fn ask(&mut self, request: Request, purpose: Purpose) -> Result<(), ConnectionError> {
        if matches!(request, Request::Input { .. }) {
            return self.connection.tell(request).await;
        }
        let id = self.connection.send(request).await?;
        self.purposes.insert(id, purpose);
        Ok(())
    }

    async fn update(&mut self, msg: Msg) -> Result<Option<Outcome>, TuiError> {
        let effects = self.app.update(msg, now());
        self.perform(effects).await
    }

    async fn perform(&mut self, effects: Vec<Effect>) -> Result<Option<Outcome>, TuiError> {
        let mut effects = VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Request(request, purpose) => match self.ask(request, purpose).await {
                    // What the server said last is still to be read, then the end shows there.
                    Ok(()) | Err(ConnectionError::Io(_) | ConnectionError::Codec(_)) => {}
                    Err(error) => return Err(error.into()),
                },
                Effect::Bell => self.outer.bell(),
                Effect::Notify(text) => self.outer.notify(&text),
                Effect::Title(title) => self.outer.title(&title),
                Effect::Redraw => self.canvas.invalidate(),
                Effect::Suspend => suspend(&mut self.outer),
                Effect::Copy(text) => self.outer.copy(&text),
                Effect::Edit(editing) => {
                    for effect in self.edit(&editing).await?.into_iter().rev() {
                        effects.push_front(effect);
                    }
                }
                Effect::SaveRules { name, text } => {
                    let saved = rules_file::save(&self.folder, &name, &text);
                    let saved = saved.map_err(|error| error.to_string());
                    effects.extend(self.app.update(Msg::RulesSaved(saved), now()));
                }
                Effect::Quit(outcome) => return Ok(Some(outcome)),
            }
        }
        Ok(None)
    }
}

/// Reads preferences, and sees to it that the files they depend on are watched.
fn read(sources: &Sources, files: &mut WatchedFiles) -> Reading {
    let reading = sources.read();
    if files.are(&reading.files) {
        return reading;
    }
    *files = WatchedFiles::watch(&reading.files);
    // What has changed before they were watched would go unseen.
    sources.read()
}

fn now() -> Now {
    Now {
        instant: Instant::now(),
        wall: Timestamp::now(),
    }
}

/// Gives the terminal back and stops this process; CONT makes it go on.
fn suspend(outer: &mut Outer) {
    outer.give_back();
    // Raising a signal in the own process fails for no reason that could be told here.
    let _ = nix::sys::signal::raise(nix::sys::signal::Signal::SIGSTOP);
}

/// Waits for `deadline`, for ever without one.
async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
