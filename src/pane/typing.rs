//! What is typed into a pane: every way by which bytes come into the outbox, and what of them the
//! trace and the events may show.
//!
//! Who types is not told apart here: people, `send` and rules all write by [`Core::write`].

use zeroize::Zeroizing;

use super::{
    core::{Core, Moment},
    effect::{Effect, Typed},
    exit::signal_name,
    outbox::{OUTBOX, PASTES},
    perform::refused,
};
use crate::{
    keys::{self, Input, InputModes, KeyCode, Modifiers},
    protocol::{Failure, SendWhat},
};

/// What stands for text that is nobody's to read.
pub(super) const HIDDEN: &[u8] = b"***";

/// The longest line that a tty in canonical mode takes, without its end (N_TTY_BUF_SIZE on
/// Linux, MAX_CANON elsewhere); what is longer is cut by the kernel.
const CANONICAL_LINE: usize = if cfg!(target_os = "linux") {
    4095
} else {
    1023
};

impl Core {
    /// Takes what a person typed.
    pub fn input(&mut self, moment: Moment, input: &[Input]) -> Result<(), Failure> {
        let modes = self.emulator.input_modes();
        let mut bytes = Vec::new();
        for event in input {
            match event {
                Input::Focus(on) => self.focus(*on),
                event => keys::encode(event, &modes, &mut bytes),
            }
        }
        if bytes.is_empty() {
            return Ok(());
        }
        let paste = input.iter().any(|event| matches!(event, Input::Paste(_)));
        self.write(moment, &bytes, if paste { PASTES } else { OUTBOX })?;
        let shown = shown_input(moment, input, &modes, bytes);
        self.trace.input(moment.now, "typed", &shown);
        Ok(())
    }

    /// Takes a `send`; returns the text of it for the events.
    pub fn send(&mut self, moment: Moment, what: &SendWhat) -> Result<String, Failure> {
        let modes = self.emulator.input_modes();
        let mut bytes = Vec::new();
        let shown = match what {
            SendWhat::Text(text) => {
                bytes.extend(text.replace('\n', "\r").into_bytes());
                text.trim_end_matches(['\r', '\n']).to_owned()
            }
            SendWhat::Paste(text) => {
                keys::encode_paste(text, &modes, &mut bytes);
                text.clone()
            }
            SendWhat::Keys(keys) => {
                for key in keys {
                    keys::encode_key(*key, &modes, &mut bytes);
                }
                key_names(keys)
            }
            SendWhat::Secret(name) => {
                // Whoever asks fetches it first and hands it over by `send_secret`.
                return Err(refused(format!("the secret '{name}' was not fetched")));
            }
            SendWhat::Eof => {
                bytes = self.end_of_file(moment);
                "EOF".to_owned()
            }
            SendWhat::Signal(number) => {
                self.effects.push(Effect::Signal(*number));
                self.watch.sent(moment.now);
                let name = signal_name(*number);
                self.trace.tell(moment.now, format!("{name} was sent"));
                return Ok(name);
            }
        };
        self.write(moment, &bytes, OUTBOX)?;
        let kept = shown_sent(moment, what, &bytes);
        self.trace.input(moment.now, "send", kept);
        Ok(concealed(moment, shown))
    }

    /// Puts bytes into the outbox, all or none, and tells the engine.
    pub(super) fn write(
        &mut self,
        moment: Moment,
        bytes: &[u8],
        limit: usize,
    ) -> Result<(), Failure> {
        self.write_as(moment, bytes, limit, is_blind(moment))
    }

    /// Does the same with bytes that are `blind`, nobody else's to read, or not.
    pub(super) fn write_as(
        &mut self,
        moment: Moment,
        bytes: &[u8],
        limit: usize,
        blind: bool,
    ) -> Result<(), Failure> {
        let waiting = self.outbox.waiting().len();
        if waiting + bytes.len() > limit {
            return Err(refused(format!(
                "the program does not read: {waiting} bytes already wait for it; send again when it reads"
            )));
        }
        let canonical = moment.tty.is_some_and(|tty| tty.canonical);
        let longest = bytes
            .split(|byte| matches!(byte, b'\r' | b'\n'))
            .map(<[u8]>::len)
            .max();
        if canonical && longest.is_some_and(|longest| longest > CANONICAL_LINE) {
            return Err(refused(format!(
                "a line of {} bytes is longer than the {CANONICAL_LINE} that the tty takes in line mode; send it in shorter lines",
                longest.unwrap_or_default()
            )));
        }
        let Some(last) = bytes.last() else {
            return Ok(());
        };
        let ended = matches!(last, b'\r' | b'\n')
            || moment.tty.is_some_and(|tty| tty.end_of_file == Some(*last));
        self.turn += 1;
        self.line_begun = !ended;
        self.outbox.extend(bytes);
        if self.tells_typed {
            let bytes = Typed(Zeroizing::new(bytes.to_vec()));
            self.effects.push(Effect::Typed { bytes, blind });
        }
        self.watch.sent(moment.now);
        let seen = self.seen(moment);
        self.engine
            .sent(moment.now, bytes, moment.echo(), &seen.look());
        Ok(())
    }

    /// Returns the end-of-file character: twice in the middle of a line, where the first one only
    /// hands over what was typed.
    pub(super) fn end_of_file(&self, moment: Moment) -> Vec<u8> {
        const CTRL_D: u8 = 4;
        let character = moment.tty.and_then(|tty| tty.end_of_file).unwrap_or(CTRL_D);
        let canonical = moment.tty.is_some_and(|tty| tty.canonical);
        vec![character; if canonical && self.line_begun { 2 } else { 1 }]
    }
}

/// Returns the text for the events: what a tty does not echo is nobody's to read.
pub(super) fn concealed(moment: Moment, text: String) -> String {
    if is_blind(moment) {
        "***".to_owned()
    } else {
        text
    }
}

/// Returns what the trace keeps of what a person typed: where the tty does not echo, no text. It may
/// be a password that a program far away asks for (ssh), of which this tty knows nothing.
fn shown_input(moment: Moment, input: &[Input], modes: &InputModes, bytes: Vec<u8>) -> Vec<u8> {
    if moment.echo() {
        return bytes;
    }
    if is_blind(moment) {
        return HIDDEN.to_vec();
    }
    let mut shown = Vec::new();
    for event in input {
        let is_text = match event {
            Input::Key(key) => {
                matches!(key.code, KeyCode::Char(_) | KeyCode::Keypad(_))
                    && key.modifiers.without(Modifiers::SHIFT) == Modifiers::NONE
            }
            Input::Paste(_) => true,
            Input::Mouse(_) | Input::Focus(_) => false,
        };
        match is_text {
            true if shown.ends_with(HIDDEN) => {}
            true => shown.extend_from_slice(HIDDEN),
            false => keys::encode(event, modes, &mut shown),
        }
    }
    shown
}

/// Returns what the trace keeps of a `send`: where the tty does not echo, no text.
fn shown_sent<'b>(moment: Moment, what: &SendWhat, bytes: &'b [u8]) -> &'b [u8] {
    match what {
        SendWhat::Keys(_) | SendWhat::Eof if !is_blind(moment) => bytes,
        _ if moment.echo() => bytes,
        _ => HIDDEN,
    }
}

/// Returns whether the tty takes a line without showing it.
pub(super) fn is_blind(moment: Moment) -> bool {
    moment.tty.is_some_and(|tty| tty.canonical && !tty.echo)
}

pub(super) fn key_names(keys: &[keys::Key]) -> String {
    let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
    names.join(" ")
}
