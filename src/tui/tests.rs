//! The loop, driven from both ends: a scripted server on one side, a pty on the other.

use std::os::fd::AsFd;

use futures_util::{SinkExt, StreamExt};
use nix::{
    fcntl::{FcntlArg, OFlag, fcntl},
    pty::openpty,
    sys::termios::tcgetattr,
};
use tokio::{net::UnixStream, sync::Mutex, task::JoinHandle};
use tokio_util::codec::Framed;

use super::*;
use crate::{
    keys::Key,
    pane::Concealed,
    protocol::{
        AskAnswer, AskInfo, Codec, Failure, FailureKind, Hello, PaneId, SessionInfo, Summary,
    },
    pty::Watched,
    tui::fixture::{ask, key, options, pane, screen},
};

/// A process has one terminal, so these tests take turns.
static TURN: Mutex<()> = Mutex::const_new(());

/// The other end of the interface's connection, played by the test.
struct Server {
    framed: Framed<UnixStream, Codec<Envelope<Request>>>,
    summaries: u64,
    asks: Vec<AskInfo>,
}

impl Server {
    async fn greet(stream: UnixStream) -> Server {
        let mut framed = Framed::new(stream, Codec::<Hello>::default());
        framed
            .send(&Hello::ours())
            .await
            .expect("the hello is sent");
        framed
            .next()
            .await
            .expect("a hello comes")
            .expect("it is one");
        Server {
            framed: framed.map_codec(|_| Codec::default()),
            summaries: 0,
            asks: Vec::new(),
        }
    }

    async fn answer(&mut self, id: u64, body: Reply) {
        let envelope = Envelope { id, body };
        self.framed
            .send(&envelope)
            .await
            .expect("the reply is sent");
    }

    /// Answers what every interface asks, and returns the first request that is something else;
    /// `None` when the interface has gone.
    async fn serve(&mut self) -> Option<(u64, Request)> {
        loop {
            let envelope = self.framed.next().await?;
            let Envelope { id, body } = envelope.expect("the interface sends requests");
            match body {
                Request::Attach { .. } => {
                    let session = SessionInfo {
                        auto_answer: crate::expect::AutoAnswer::On,
                        session: "deploy".to_owned(),
                        pid: 1,
                        panes: 1,
                        asks: 0,
                        attached: 1,
                        config: None,
                        folder: "/".into(),
                        layout: Layout::Tiles,
                        started: Timestamp::UNIX_EPOCH,
                    };
                    self.answer(id, Reply::Attached(session)).await;
                }
                Request::Summary { .. } if self.summaries == 0 => {
                    self.summaries += 1;
                    let panes = vec![pane(1, "shell")];
                    let summary = Summary {
                        asks: self.asks.clone(),
                        auto_answer: crate::expect::AutoAnswer::On,
                        focus: None,
                        config: None,
                        notices: Vec::new(),
                        generation: 1,
                        panes,
                    };
                    self.answer(id, Reply::Summary(summary)).await;
                }
                Request::Resize { .. } => self.answer(id, Reply::Done).await,
                Request::Update { since: None, .. } => {
                    let screen = screen(Size { rows: 4, cols: 20 }, &["greetings"]);
                    let rows = (0..).zip(screen.rows.clone()).collect();
                    self.answer(id, Reply::Screen(screen.delta(false, rows)))
                        .await;
                }
                // Nothing is newer than what the interface has.
                Request::Update { .. } | Request::Summary { .. } => {}
                other => return Some((id, other)),
            }
        }
    }
}

/// An interface on a pty of its own.
struct Attended {
    master: Watched,
    slave: std::os::fd::OwnedFd,
    before: String,
    seen: String,
    interface: JoinHandle<Result<Outcome, TuiError>>,
}

impl Attended {
    async fn begin() -> (Attended, Server) {
        let pty = openpty(None, None).expect("there is a pty");
        let terminal = File::from(pty.slave.try_clone().expect("it can be cloned"));
        fcntl(
            &terminal,
            FcntlArg::F_SETFL(OFlag::O_RDWR | OFlag::O_NONBLOCK),
        )
        .expect("it obeys");
        let before = modes(&pty.slave);
        let master = File::from(pty.master);
        unblock(&master);
        let master = Watched::new(master.into()).expect("it can be watched");
        let (ours, theirs) = UnixStream::pair().expect("there are sockets");
        let (connection, server) = tokio::join!(Connection::over(ours), Server::greet(theirs));
        let environment = Environment {
            cwd: "/".into(),
            folder: "/".into(),
            home: None,
            variables: Default::default(),
            shell: "/bin/sh".to_owned(),
        };
        let sources = Sources::new(environment);
        let connection = connection.expect("the hello is right");
        let interface = tokio::spawn(attend(connection, options(), terminal, sources));
        let attended = Attended {
            master,
            slave: pty.slave,
            before,
            seen: String::new(),
            interface,
        };
        (attended, server)
    }

    /// Waits until the terminal has been sent `text`.
    async fn sees(&mut self, text: &str) {
        while !self.seen.contains(text) {
            self.master.readable().await.expect("it is watched");
            let mut bytes = [0; 4096];
            if let Ok(count) = self.master.read(&mut bytes) {
                let text = String::from_utf8_lossy(&bytes[..count]);
                self.seen.push_str(&text);
            }
        }
    }

    fn types(&mut self, bytes: &[u8]) {
        let count = self.master.write(bytes).expect("the terminal takes keys");
        assert_eq!(count, bytes.len());
    }

    async fn outcome(&mut self) -> Outcome {
        let result = (&mut self.interface)
            .await
            .expect("the interface did not panic");
        result.expect("it ended as it should")
    }

    async fn is_restored(&mut self) {
        self.sees("\u{1b}[?1049l").await;
        assert_eq!(modes(&self.slave), self.before);
        for mode in ["25h", "1006l", "1002l", "1000l", "1004l", "2004l", "2026l"] {
            assert!(self.seen.contains(&format!("\u{1b}[?{mode}")), "{mode}");
        }
    }
}

fn unblock(terminal: &File) {
    let flags = OFlag::O_RDWR | OFlag::O_NONBLOCK;
    fcntl(terminal, FcntlArg::F_SETFL(flags)).expect("it obeys");
}

fn modes(terminal: impl AsFd) -> String {
    format!("{:?}", tcgetattr(terminal).expect("it has modes"))
}

#[tokio::test]
async fn a_person_looks_types_and_leaves() {
    let _turn = TURN.lock().await;
    let (mut attended, mut server) = Attended::begin().await;
    let drawn = async {
        attended.sees("greetings").await;
        attended.types(b"\rls\x1dd");
    };
    let ((), served) = tokio::join!(drawn, server.serve());
    let (id, request) = served.expect("keys were typed");
    let pane = PaneId(1);
    assert_eq!(request, Request::Interact { pane, on: true });
    assert_ne!(modes(&attended.slave), attended.before);
    server.answer(id, Reply::Done).await;
    let input: Vec<Input> = "ls".chars().map(|c| Input::Key(key(c) as Key)).collect();
    for expected in [
        Request::Input { pane, input },
        Request::Interact { pane, on: false },
        Request::Detach,
    ] {
        let (id, request) = server.serve().await.expect("the interface is there");
        assert_eq!(request, expected);
        server.answer(id, Reply::Done).await;
    }
    assert_eq!(attended.outcome().await, Outcome::Detached);
    attended.is_restored().await;
}

#[tokio::test]
async fn an_ask_is_answered_and_a_refusal_is_shown() {
    let _turn = TURN.lock().await;
    let (mut attended, mut server) = Attended::begin().await;
    server.asks = vec![ask(7, "shell", "Is this OK? ", None)];
    let drawn = async {
        attended.sees("greetings").await;
        attended.sees("Is this OK?").await;
        attended.types(b"i\ryes\r");
    };
    let ((), served) = tokio::join!(drawn, server.serve());
    let (id, request) = served.expect("keys were typed");
    let answer = AskAnswer::Text(Concealed::new("yes".to_owned()));
    assert_eq!(request, Request::Answer { ask: 7, answer });
    let failure = Failure {
        kind: FailureKind::Failed,
        message: "ask 7 cannot be answered".to_owned(),
    };
    server.answer(id, Reply::Failed(failure)).await;
    attended.sees("ask 7 cannot be answered").await;
    attended.types(b"qd");
    let (id, request) = server.serve().await.expect("the interface is there");
    assert_eq!(request, Request::Detach);
    server.answer(id, Reply::Done).await;
    assert_eq!(attended.outcome().await, Outcome::Detached);
    attended.is_restored().await;
}

#[tokio::test]
async fn the_terminal_survives_its_server() {
    let _turn = TURN.lock().await;
    let (mut attended, mut server) = Attended::begin().await;
    let served = tokio::spawn(async move {
        server.serve().await;
    });
    attended.sees("greetings").await;
    served.abort();
    assert_eq!(attended.outcome().await, Outcome::ServerGone);
    attended.is_restored().await;
}

#[tokio::test]
async fn kitty_flags_are_pushed_when_answered_and_popped() {
    let _turn = TURN.lock().await;
    let (mut attended, mut server) = Attended::begin().await;
    let served = tokio::spawn(async move { (server.serve().await, server) });
    attended.sees("greetings").await;
    attended.sees("\u{1b}[?u").await;
    assert!(!attended.seen.contains("\u{1b}[>1u"));
    attended.types(b"\x1b[?0u");
    attended.sees("\u{1b}[>1u").await;
    attended.types(b"d");
    let (served, mut server) = served.await.expect("it serves");
    let (id, request) = served.expect("a key was typed");
    assert_eq!(request, Request::Detach);
    server.answer(id, Reply::Done).await;
    assert_eq!(attended.outcome().await, Outcome::Detached);
    attended.sees("\u{1b}[<u").await;
    attended.is_restored().await;
}

#[tokio::test]
async fn the_interface_ends_with_its_terminal() {
    let _turn = TURN.lock().await;
    let (mut attended, mut server) = Attended::begin().await;
    let served = tokio::spawn(async move { while server.serve().await.is_some() {} });
    attended.sees("greetings").await;
    let Attended {
        master, interface, ..
    } = attended;
    drop(master);
    let result = interface.await.expect("the interface did not panic");
    assert_eq!(
        result.expect("it ended as it should"),
        Outcome::TerminalGone
    );
    served.await.expect("the server sees its client go");
}

#[tokio::test]
async fn a_panic_gives_the_terminal_back() {
    let _turn = TURN.lock().await;
    let pty = openpty(None, None).expect("there is a pty");
    let terminal = File::from(pty.slave.try_clone().expect("it can be cloned"));
    unblock(&terminal);
    let before = modes(&pty.slave);
    let outer = Outer::enter(terminal).expect("it is a terminal");
    assert_ne!(modes(&pty.slave), before);
    let elsewhere = std::thread::spawn(|| panic!("a panic that is none of the interface's"));
    assert!(elsewhere.join().is_err());
    assert_ne!(modes(&pty.slave), before);
    let here = std::panic::catch_unwind(|| panic!("a panic of the interface"));
    assert!(here.is_err());
    assert_eq!(modes(&pty.slave), before);
    drop(outer);
}

#[tokio::test]
async fn an_answer_that_comes_after_leaving_is_not_typed_into_the_shell() {
    use std::io::{Read, Write};
    let _turn = TURN.lock().await;
    let pty = openpty(None, None).expect("there is a pty");
    let terminal = File::from(pty.slave.try_clone().expect("it can be cloned"));
    unblock(&terminal);
    let mut outer = Outer::enter(terminal).expect("it is a terminal");
    outer.flush().expect("it takes what is written");
    let mut master = File::from(pty.master);
    let slow = std::thread::spawn(move || {
        let mut seen = Vec::new();
        while memchr::memmem::find(&seen, b"\x1b[?1049l").is_none() {
            let mut bytes = [0; 4096];
            let count = master.read(&mut bytes).expect("it is written to");
            seen.extend_from_slice(&bytes[..count]);
        }
        assert!(memchr::memmem::find(&seen, b"\x1b[?u\x1b[c").is_some());
        for part in ["\x1b[<35;1;1M\x1b[?0", "u\x1b[?62;", "22c"] {
            master.write_all(part.as_bytes()).expect("it answers");
        }
        master
    });
    outer.give_back();
    let mut master = slow.join().expect("the terminal is as expected");
    master.write_all(b"ls\n").expect("a person types");
    let mut shell = pty.slave;
    fcntl(&shell, FcntlArg::F_SETFL(OFlag::O_RDWR)).expect("it obeys");
    let mut line = [0; 64];
    let count = nix::unistd::read(&mut shell, &mut line).expect("a line was typed");
    assert_eq!(&line[..count], b"ls\n");
}

#[tokio::test]
async fn the_keyboard_is_taken_anew_after_each_giving_back() {
    let _turn = TURN.lock().await;
    let pty = openpty(None, None).expect("there is a pty");
    let terminal = File::from(pty.slave.try_clone().expect("it can be cloned"));
    unblock(&terminal);
    let master = File::from(pty.master);
    unblock(&master);
    let written = || {
        let mut bytes = [0; 4096];
        let count = nix::unistd::read(&master, &mut bytes).unwrap_or(0);
        String::from_utf8_lossy(&bytes[..count]).into_owned()
    };
    let mut outer = Outer::enter(terminal).expect("it is a terminal");
    for _ in 0..2 {
        outer.flush().expect("it takes what is written");
        assert!(written().ends_with("\u{1b}[?u\u{1b}[c"));
        outer.push_kitty();
        outer.push_kitty();
        outer.answered();
        outer.flush().expect("it takes what is written");
        assert_eq!(written(), "\u{1b}[>1u");
        outer.give_back();
        let last = written();
        assert!(last.starts_with("\u{1b}[<u"), "{last:?}");
        assert_eq!(last.matches("\u{1b}[<u").count(), 1);
        // An answer that is read only now changes nothing.
        outer.push_kitty();
        outer.flush().expect("it takes what is written");
        assert_eq!(written(), "");
        outer.retake().expect("it is a terminal still");
    }
    outer.flush().expect("it takes what is written");
    drop(outer);
    assert!(!written().contains("\u{1b}[<u"), "nothing was pushed");
}
