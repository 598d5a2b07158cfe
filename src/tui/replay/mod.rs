//! Plays a recording in the outer terminal.
//!
//! The shell around `replay::Player`: reads keys, waits for what is due, draws. What a recording
//! holds reaches the terminal only as cells.

mod keys;
mod view;

use std::{
    io::{self, BufRead, Seek},
    time::{Duration, Instant},
};

use self::{
    keys::{Deed, deed},
    view::Shown,
};
use super::{
    TuiError,
    canvas::Canvas,
    outer::{self, Outer},
    preferences::Sources,
    signals::{Signal, Signals},
    sleep_until, suspend,
    theme::Theme,
};
use crate::{
    config::Environment,
    keys::{Decoder, Event},
    replay::Player,
};

/// How often a frame is drawn at most: 60 a second.
const FRAME: Duration = Duration::from_millis(16);

/// Why playing ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The person left.
    Left,
    /// The terminal has gone.
    TerminalGone,
    /// This signal, by number, asked for the end.
    Signal(i32),
}

/// What one turn of the loop waited for.
enum Happened {
    Signal(Signal),
    Typed(io::Result<usize>),
    Writable(io::Result<()>),
    Time,
}

/// A recording that is shown.
struct Show<R> {
    player: Player<R>,
    name: String,
    bytes: u64,
    theme: Theme,
    outer: Outer,
    canvas: Canvas,
    bar: bool,
    help: bool,
    /// Something is to be drawn, not before this moment.
    next_frame: Option<Instant>,
    /// When the last frame was drawn.
    drawn: Option<Instant>,
}

/// Plays a recording of this name and so many bytes until the person leaves. Colours are those of
/// the config that `environment` leads to. Returns the player too, which knows what was wrong with
/// the recording.
pub async fn play<R: BufRead + Seek>(
    player: Player<R>,
    name: String,
    bytes: u64,
    environment: Environment,
) -> Result<(Player<R>, Ending), TuiError> {
    let terminal = outer::open_terminal()?;
    let theme = Sources::new(environment).read().theme;
    let mut signals = Signals::catch().map_err(TuiError::Signals)?;
    let mut show = Show {
        player,
        name,
        bytes,
        theme,
        outer: Outer::enter(terminal)?,
        canvas: Canvas::new(outer::terminal_size()),
        bar: true,
        help: false,
        next_frame: Some(Instant::now()),
        drawn: None,
    };
    let ending = show.attend(&mut signals).await?;
    let Show { player, .. } = show;
    Ok((player, ending))
}

impl<R: BufRead + Seek> Show<R> {
    async fn attend(&mut self, signals: &mut Signals) -> Result<Ending, TuiError> {
        let mut decoder = Decoder::default();
        let mut bytes = vec![0; outer::READ_BYTES];
        let mut events = Vec::new();
        loop {
            if self.draw().is_err() {
                return Ok(Ending::TerminalGone);
            }
            let now = Instant::now();
            let frame = self.next_frame.filter(|_| self.outer.is_idle());
            let deadlines = [
                decoder.next_deadline(),
                self.player.next_deadline(now),
                frame,
            ];
            let deadline = deadlines.into_iter().flatten().min();
            let happened = tokio::select! {
                biased;
                signal = signals.next() => Happened::Signal(signal),
                result = self.outer.read(&mut bytes) => Happened::Typed(result),
                result = self.outer.writable(), if !self.outer.is_idle() => {
                    Happened::Writable(result)
                }
                () = sleep_until(deadline) => Happened::Time,
            };
            match happened {
                Happened::Signal(signal) => {
                    if let Some(ending) = self.signal(signal)? {
                        return Ok(ending);
                    }
                }
                Happened::Typed(Err(_)) | Happened::Writable(Err(_)) => {
                    return Ok(Ending::TerminalGone);
                }
                Happened::Typed(Ok(count)) => {
                    decoder.feed(Instant::now(), &bytes[..count], &mut events);
                }
                Happened::Writable(Ok(())) => {
                    if self.outer.flush().is_err() {
                        return Ok(Ending::TerminalGone);
                    }
                }
                Happened::Time => {
                    let now = Instant::now();
                    if decoder.next_deadline().is_some_and(|due| due <= now) {
                        decoder.timeout(now, &mut events);
                    }
                    if self.player.next_deadline(now).is_some() {
                        self.player.tick(now);
                        self.damage();
                    }
                }
            }
            for event in events.drain(..) {
                if self.event(event) {
                    return Ok(Ending::Left);
                }
            }
        }
    }

    /// Takes what the terminal sent; returns whether the person leaves.
    fn event(&mut self, event: Event) -> bool {
        let input = match event {
            Event::Input(input) => input,
            Event::KittyFlags(_) => {
                self.outer.push_kitty();
                return false;
            }
            Event::DeviceAttributes => {
                self.outer.answered();
                return false;
            }
            Event::Unknown => return false,
        };
        let Some(deed) = deed(&input) else {
            // Whatever is typed closes the help.
            if matches!(input, crate::keys::Input::Key(_)) && self.help {
                self.help = false;
                self.damage();
            }
            return false;
        };
        match deed {
            Deed::Play(command) => {
                self.help = false;
                self.player.command(command, Instant::now());
            }
            Deed::Help => self.help = !self.help,
            Deed::Bar => self.bar = !self.bar,
            Deed::Quit if self.help => self.help = false,
            Deed::Quit => return true,
            Deed::Suspend => suspend(&mut self.outer),
            Deed::Redraw => self.canvas.invalidate(),
        }
        self.damage();
        false
    }

    fn signal(&mut self, signal: Signal) -> Result<Option<Ending>, TuiError> {
        match signal {
            Signal::Hangup => return Ok(Some(Ending::TerminalGone)),
            Signal::End(number) => return Ok(Some(Ending::Signal(number))),
            Signal::Stop => suspend(&mut self.outer),
            Signal::Continue => {
                self.outer.retake()?;
                self.canvas.resize(outer::terminal_size());
            }
            Signal::Resize => self.canvas.resize(outer::terminal_size()),
        }
        self.damage();
        Ok(None)
    }

    /// Has a frame drawn, soon.
    fn damage(&mut self) {
        let now = Instant::now();
        let soonest = self.drawn.map_or(now, |drawn| now.max(drawn + FRAME));
        self.next_frame = Some(soonest);
    }

    /// Draws a frame if one is due and the terminal has taken the last one.
    fn draw(&mut self) -> io::Result<()> {
        if !self.outer.is_idle() {
            self.outer.flush()?;
        }
        let now = Instant::now();
        if !self.outer.is_idle() || self.next_frame.is_none_or(|due| due > now) {
            return Ok(());
        }
        self.next_frame = None;
        self.drawn = Some(now);
        let status = self.player.status(now);
        let shown = Shown {
            name: &self.name,
            screen: self.player.scene().emulator().screen(),
            status: &status,
            bytes: self.bytes,
            bar: self.bar,
            help: self.help,
        };
        let buffer = self.canvas.buffer();
        let cursor = view::draw(&shown, &self.theme, buffer);
        let rows: Vec<u16> = (0..buffer.area.height).collect();
        let canvas = &mut self.canvas;
        self.outer.frame(cursor, |out| canvas.flush(&rows, out))
    }
}
