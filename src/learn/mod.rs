//! Learning: from what was typed in a recording to a ruleset that types it again.
//!
//! Pure: the events of a recording go in, the text of a config comes out. Which prompt was answered by
//! what is found out here; `generalise` makes a prompt general, `write` makes rules of it. What was
//! typed without being shown is known as such and kept nowhere.

mod generalise;
mod write;

pub use generalise::{General, generalise};
pub use write::{About, ruleset};

use std::{
    ops::Range,
    time::{Duration, Instant},
};

use crate::{
    geometry::Size,
    keys::{Decoder, Event, Input, Key, KeyCode, Modifiers, without_replies},
    record::{CastEvent, Sight, What},
    terminal::{Emulator, Prompt, TerminalEvent},
};

/// How many lines of history are kept: an answer is looked up soon after it was typed.
const SCROLLBACK: usize = 200;

/// The most keys of one answer.
const KEYS_LIMIT: usize = 64;

/// The most prompts that rules are made of, and the most notes of what is left out.
const EXCHANGES_LIMIT: usize = 1000;

/// The most bytes of one answered line.
const LINE_LIMIT: usize = 16 * 1024;

/// Where a prompt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Before the cursor.
    Prompt,
    /// On the line above an empty one.
    LineAbove,
}

/// What was typed at a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// A line.
    Line(String),
    /// Keys, one by one.
    Keys(Vec<Key>),
    /// The end-of-file character.
    EndOfFile,
    /// Something that was not shown, and is not kept.
    Hidden,
}

/// A prompt and what was typed at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// When the answer was begun.
    pub at: Duration,
    /// The prompt.
    pub prompt: String,
    /// Where it stood.
    pub place: Place,
    /// The answer.
    pub typed: Typed,
}

impl Exchange {
    /// Returns the answer as the decision of a rule has it: a line, or the names of keys; `None` for what
    /// was not shown.
    pub fn answer(&self) -> Option<String> {
        match &self.typed {
            Typed::Line(text) => Some(text.clone()),
            Typed::Keys(keys) => Some(key_names(keys).join(" ")),
            Typed::EndOfFile => Some("EOF".to_owned()),
            Typed::Hidden => None,
        }
    }
}

/// Something typed that no rule can be made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// When it was typed.
    pub at: Duration,
    /// When the last of its kind in a row was typed.
    pub until: Duration,
    /// Why no rule can be made of it.
    pub why: &'static str,
}

/// What was learned from a recording.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Learned {
    /// Every prompt that was answered.
    pub exchanges: Vec<Exchange>,
    /// What is left out.
    pub skipped: Vec<Skipped>,
    /// The recording has input.
    pub has_input: bool,
    /// Which events of input, counted from 0, were not shown, or were of no use: nobody has looked
    /// whether those were shown.
    pub hidden: Vec<Range<u64>>,
}

/// An answer that is being typed.
#[derive(Debug)]
struct Open {
    at: Duration,
    prompt: Prompt,
    place: Place,
    shown: String,
    text: String,
    keys: Vec<Key>,
    /// It consists of characters alone.
    plain: bool,
    hidden: bool,
    raw: bool,
    /// The event of input that it began with.
    first: u64,
}

/// A line that was typed and is to be found on the screen, or was hidden.
#[derive(Debug)]
struct Unproven {
    exchange: usize,
    line: u64,
    text: String,
    inputs: Range<u64>,
}

/// Finds out what was typed at which prompt.
#[derive(Debug)]
pub struct Learner {
    emulator: Emulator,
    events: Vec<TerminalEvent>,
    sight: Option<Sight>,
    open: Option<Open>,
    unproven: Vec<Unproven>,
    /// How many events of input there have been.
    inputs: u64,
    /// There has been output since the last answer was complete.
    stirred: bool,
    /// The line of the prompt that was answered last.
    answered: Option<u64>,
    learned: Learned,
}

impl Learner {
    /// Begins with a terminal of this size.
    pub fn new(size: Size) -> Learner {
        Learner {
            emulator: Emulator::new(size, SCROLLBACK),
            events: Vec::new(),
            sight: None,
            open: None,
            unproven: Vec::new(),
            inputs: 0,
            stirred: true,
            answered: None,
            learned: Learned::default(),
        }
    }

    /// Takes the next event.
    pub fn take(&mut self, event: &CastEvent) {
        match &event.what {
            What::Output(text) => {
                self.emulator.feed(text.as_bytes(), &mut self.events);
                self.events.clear();
                self.stirred = true;
            }
            What::Input(text) => {
                self.typed(event.at, &without_replies(text.as_bytes()));
                self.inputs += 1;
            }
            What::Resize(size) => self.emulator.resize(*size),
            What::Sight(sight) => self.sight = Some(sight.clone()),
            What::Mark(_) | What::Exit(_) => {}
        }
    }

    /// Returns what was learned, at the end of the recording.
    pub fn finish(mut self) -> Learned {
        match self.open.take() {
            Some(open) if open.raw => self.close_keys(open),
            Some(open) => {
                let at = open.at;
                self.open = Some(open);
                self.skip(at, "a line without its end");
            }
            None => {}
        }
        self.prove();
        self.learned
    }

    fn typed(&mut self, at: Duration, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.learned.has_input = true;
        if self.emulator.alternate() {
            return self.skip(at, "typed on a screen of the program's own");
        }
        match self.is_raw() {
            true => self.typed_raw(at, bytes),
            false => self.typed_cooked(at, &String::from_utf8_lossy(bytes)),
        }
    }

    fn is_raw(&self) -> bool {
        self.sight.as_ref().is_some_and(|sight| !sight.canonical)
    }

    /// Takes what was typed for the kernel's line editing.
    fn typed_cooked(&mut self, at: Duration, text: &str) {
        if let Some(open) = self.open.take_if(|open| open.raw) {
            self.close_late(open);
        }
        for c in text.chars() {
            if matches!(c, '\x03' | '\x1a' | '\x1c') {
                self.stirred = true;
                self.skip(at, "an interrupt of the program");
                continue;
            }
            let Some(open) = self.begin(at, false) else {
                continue;
            };
            match c {
                '\r' | '\n' => self.close_line(),
                '\x04' if open.text.is_empty() => self.close(Typed::EndOfFile),
                '\x04' => {
                    self.skip(at, "an unfinished line, handed over by Ctrl-D");
                }
                '\x7f' | '\x08' => {
                    open.text.pop();
                }
                '\x15' => open.text.clear(),
                '\x17' => {
                    let kept = open.text.trim_end();
                    let kept = kept.rfind(' ').map_or(0, |space| space + 1);
                    open.text.truncate(kept);
                }
                '\t' => open.text.push(c),
                c if c.is_control() => {}
                _ if open.text.len() >= LINE_LIMIT => {}
                c => open.text.push(c),
            }
        }
    }

    /// Takes what was typed for the program's own line editing, or single keys.
    fn typed_raw(&mut self, at: Duration, bytes: &[u8]) {
        let prompt = self.emulator.prompt();
        if let Some(open) = self.open.take_if(|open| {
            let gone =
                prompt.line != open.prompt.line || !prompt.text.starts_with(&open.prompt.text);
            !open.raw || gone
        }) {
            self.close_late(open);
        }
        for input in decoded(bytes) {
            let Some(open) = self.begin(at, true) else {
                continue;
            };
            match input {
                Input::Key(key) if key.code == KeyCode::Enter && open.plain => self.close_line(),
                Input::Key(key) if is_interrupt(key) => {
                    self.stirred = true;
                    self.skip(at, "an interrupt of the program");
                }
                Input::Key(key) => {
                    match key.code {
                        KeyCode::Char(c) if key.modifiers == Modifiers::NONE => open.text.push(c),
                        KeyCode::Backspace if key.modifiers == Modifiers::NONE && open.plain => {
                            open.text.pop();
                        }
                        _ => open.plain = false,
                    }
                    open.keys.push(key);
                    if open.keys.len() > KEYS_LIMIT && !open.plain || open.text.len() > LINE_LIMIT {
                        self.skip(at, "more keys than a rule should have");
                    } else if key.code == KeyCode::Enter
                        && let Some(open) = self.open.take()
                    {
                        self.close_keys(open);
                    }
                }
                Input::Paste(text) => open.text += &text,
                Input::Mouse(_) => {
                    self.skip(at, "the mouse");
                }
                Input::Focus(_) => {}
            }
        }
    }

    /// Returns the answer that is being typed, begun now if there was none; `None` where there is no
    /// prompt that it could be an answer to.
    fn begin(&mut self, at: Duration, raw: bool) -> Option<&mut Open> {
        if self.open.is_none() {
            self.prove();
            if self.learned.exchanges.len() >= EXCHANGES_LIMIT {
                self.skip(at, "more prompts than a ruleset should have");
                return None;
            }
            if !self.stirred {
                self.skip(at, "typed ahead of its prompt");
                return None;
            }
            let prompt = self.emulator.prompt();
            let (place, shown) = if prompt.text.trim().is_empty() {
                match self.line_above(prompt.line) {
                    Some(text) => (Place::LineAbove, text),
                    None => {
                        self.skip(at, "typed without a prompt");
                        return None;
                    }
                }
            } else {
                (Place::Prompt, prompt.text.clone())
            };
            let hidden = self.sight.as_ref();
            let hidden = hidden.is_some_and(|sight| sight.canonical && !sight.echo);
            self.open = Some(Open {
                at,
                prompt,
                place,
                shown,
                text: String::new(),
                keys: Vec::new(),
                plain: true,
                hidden,
                raw,
                first: self.inputs,
            });
        }
        self.open.as_mut()
    }

    /// Returns the text of the line above `line`, if it has come since the last answer.
    fn line_above(&mut self, line: u64) -> Option<String> {
        let above = line.checked_sub(1)?;
        if self.answered.is_some_and(|answered| answered >= above) {
            return None;
        }
        let text = self.line_text(above);
        Some(text).filter(|text| !text.trim().is_empty())
    }

    fn line_text(&mut self, line: u64) -> String {
        let lines = self.emulator.lines(line..line + 1, LINE_LIMIT);
        lines
            .into_iter()
            .map(|(_, text)| text)
            .next()
            .unwrap_or_default()
    }

    fn close_line(&mut self) {
        if let Some(open) = &self.open {
            let typed = Typed::Line(open.text.clone());
            self.close(typed);
        }
    }

    /// Ends an answer of keys that nothing but what came then has ended.
    fn close_keys(&mut self, open: Open) {
        let typed = Typed::Keys(open.keys.clone());
        self.open = Some(open);
        self.close(typed);
    }

    /// Ends an answer of keys that output has ended, as is seen only now.
    fn close_late(&mut self, open: Open) {
        self.close_keys(open);
        self.stirred = true;
    }

    fn close(&mut self, typed: Typed) {
        let Some(open) = self.open.take() else { return };
        self.stirred = false;
        self.answered = Some(open.prompt.line);
        let inputs = open.first..self.inputs + 1;
        // The kernel shows what it is seen to echo; of all else it must be seen that it was shown.
        let kernel_echoes = self
            .sight
            .as_ref()
            .is_some_and(|sight| sight.canonical && sight.echo);
        let single = matches!(&typed, Typed::Keys(keys) if keys.len() == 1);
        if !open.hidden && !kernel_echoes && !single && !open.text.trim().is_empty() {
            self.unproven.push(Unproven {
                exchange: self.learned.exchanges.len(),
                line: open.prompt.line,
                text: open.text.clone(),
                inputs: inputs.clone(),
            });
        }
        if open.hidden {
            self.hide(inputs);
        }
        self.learned.exchanges.push(Exchange {
            at: open.at,
            prompt: open.shown,
            place: open.place,
            typed: if open.hidden { Typed::Hidden } else { typed },
        });
    }

    /// Looks whether what was typed is to be seen, and forgets it if not.
    fn prove(&mut self) {
        for unproven in std::mem::take(&mut self.unproven) {
            if !self.line_text(unproven.line).contains(unproven.text.trim()) {
                self.learned.exchanges[unproven.exchange].typed = Typed::Hidden;
                self.hide(unproven.inputs);
            }
        }
    }

    fn hide(&mut self, inputs: Range<u64>) {
        match self.learned.hidden.last_mut() {
            Some(last) if (last.start..=last.end).contains(&inputs.start) => {
                last.end = last.end.max(inputs.end);
            }
            _ => self.learned.hidden.push(inputs),
        }
    }

    /// Leaves out what is being typed, and what has been typed of the same answer.
    fn skip(&mut self, at: Duration, why: &'static str) {
        let first = self.open.take().map_or(self.inputs, |open| open.first);
        self.hide(first..self.inputs + 1);
        let skipped = &mut self.learned.skipped;
        let is_full = skipped.len() >= EXCHANGES_LIMIT;
        match skipped.last_mut() {
            Some(last) if last.why == why => last.until = at,
            _ if is_full => {}
            _ => skipped.push(Skipped { at, until: at, why }),
        }
    }
}

fn key_names(keys: &[Key]) -> Vec<String> {
    keys.iter().map(ToString::to_string).collect()
}

/// Returns what a person did to type these bytes.
fn decoded(bytes: &[u8]) -> Vec<Input> {
    let now = Instant::now();
    let mut events = Vec::new();
    let mut decoder = Decoder::default();
    decoder.feed(now, bytes, &mut events);
    if let Some(due) = decoder.next_deadline() {
        decoder.timeout(due, &mut events);
    }
    let input = |event| match event {
        Event::Input(input) => Some(input),
        _ => None,
    };
    events.into_iter().filter_map(input).collect()
}

fn is_interrupt(key: Key) -> bool {
    key.modifiers == Modifiers::CONTROL && matches!(key.code, KeyCode::Char('c' | 'z' | '\\'))
}
