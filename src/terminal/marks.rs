//! Shell integration: the prompts and commands that a shell marks with OSC 133.
//!
//! Owns the meaning of the marks and the list of prompts by absolute line number, which no resize
//! changes. What a resting prompt is good for is not decided here.

use std::collections::VecDeque;

use super::Emulator;

/// Prompts that are remembered; the oldest are forgotten beyond that.
const MOST_PROMPTS: usize = 1000;

/// What a shell marks in its output (OSC 133).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ShellMark {
    /// A: a prompt begins.
    Prompt,
    /// B: the prompt has ended, and a command may be typed.
    Command,
    /// C: the command runs, and its output begins.
    Output,
    /// D: the command has ended, with this status if the shell tells.
    Ended(Option<i32>),
}

impl ShellMark {
    /// Reads what follows `133;`. Parameters that are not known are ignored.
    pub(super) fn parse(text: &[u8]) -> Option<ShellMark> {
        let mut fields = text.split(|byte| *byte == b';');
        Some(match fields.next()? {
            b"A" => ShellMark::Prompt,
            b"B" => ShellMark::Command,
            b"C" => ShellMark::Output,
            b"D" => {
                let status = fields.next().and_then(|field| str::from_utf8(field).ok());
                ShellMark::Ended(status.and_then(|digits| digits.parse().ok()))
            }
            _ => return None,
        })
    }
}

/// A prompt that a shell has marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarkedPrompt {
    /// The absolute number of the line that it begins on.
    pub line: u64,
    /// The exit status of the command that was typed there, once it has ended.
    pub status: Option<i32>,
}

/// The marked prompts, and where the shell is at rest.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    prompts: VecDeque<MarkedPrompt>,
    /// The line of the last mark, if that was of a prompt.
    resting: Option<u64>,
}

impl Marks {
    /// Takes a mark on a line.
    fn take(&mut self, mark: ShellMark, line: u64) {
        match mark {
            ShellMark::Prompt => {
                // A prompt that is drawn anew takes the place of what was there.
                self.forget_from(line);
                if self.prompts.len() == MOST_PROMPTS {
                    self.prompts.pop_front();
                }
                self.prompts.push_back(MarkedPrompt { line, status: None });
                self.resting = Some(line);
            }
            ShellMark::Command => self.resting = Some(line),
            ShellMark::Output => self.resting = None,
            ShellMark::Ended(status) => {
                self.resting = None;
                if let Some(last) = self.prompts.back_mut()
                    && last.status.is_none()
                {
                    last.status = status;
                }
            }
        }
    }

    /// Forgets the prompts on a line and below.
    pub fn forget_from(&mut self, line: u64) {
        while self.prompts.back().is_some_and(|last| last.line >= line) {
            self.prompts.pop_back();
        }
    }

    /// Notes that whoever marked the last prompt rests no longer.
    pub fn end_rest(&mut self) {
        self.resting = None;
    }
}

impl Emulator {
    /// Takes a mark at the cursor. On the alternate screen lines have no number of their own.
    pub(super) fn mark(&mut self, mark: ShellMark) {
        if self.alternate.is_none() {
            let line = self.cursor_line();
            self.marks.take(mark, line);
        }
    }

    /// Returns the prompts that a shell has marked (OSC 133) and that are still kept, oldest first.
    pub fn marked_prompts(&mut self) -> impl DoubleEndedIterator<Item = MarkedPrompt> + '_ {
        self.catch_up();
        let first = self.history.first();
        let prompts = self.marks.prompts.iter().copied();
        prompts.filter(move |prompt| prompt.line >= first)
    }

    /// Returns whether the cursor is on a line where a shell has marked its prompt and waits for a
    /// command.
    pub fn at_marked_prompt(&mut self) -> bool {
        let Some(line) = self.marks.resting else {
            return false;
        };
        !self.alternate() && line == self.cursor_line()
    }
}
