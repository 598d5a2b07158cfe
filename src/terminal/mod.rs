//! The terminal of a pane: the child's bytes in, a screen, history and events out.
//!
//! Owns the emulation (vt100 and what stands around it), the pane's line numbers, generations
//! and history, and the answers to a program's queries. It holds no fd and no clock, and decides
//! nothing about prompts. A line's number is the number of logical lines that have left the top
//! of the main screen since the pane's first start, plus the line's place on the screen.

mod charset;
mod collect;
mod command;
mod erase;
mod flood;
mod grid;
mod history;
mod line;
mod marks;
mod modes;
mod reflow;
mod reply;
mod search;
mod sequences;
mod sgr;
mod snapshot;
mod standing;
mod stream;
#[cfg(test)]
mod tests;
mod text;
mod view;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{
    geometry::{Position, Size},
    keys::InputModes,
    screen::{Row, Screen, ScreenDelta, Style},
};

pub use self::{
    marks::MarkedPrompt,
    search::{Match, OutOfTime, Search},
    standing::ModeState,
};

use self::{
    charset::Charsets,
    collect::Collector,
    flood::{Eagerness, Held},
    grid::{Grid, SavedCursor},
    history::History,
    line::Line,
    marks::Marks,
    modes::{Modes, Tabs},
    view::Dirty,
};

/// What is shown where the emulation had failed and was begun anew.
const RESET_NOTICE: &str = "[muxpect: the terminal emulation failed here and was reset]";

/// Something that happened while output was read, in the order in which it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TerminalEvent {
    /// Bytes to write to the child: the answer to a query.
    Reply(Vec<u8>),
    /// LF, or the end of the output, finished a logical line of the main screen. Only while
    /// [`Emulator::report_lines`] is on.
    Line {
        /// Its absolute number.
        number: u64,
        /// Its rendered text without trailing blanks.
        text: String,
    },
    /// The screen was cleared as a whole or another screen is shown: what stood there is no
    /// longer the same occurrence of anything.
    Erased,
    /// The bell rang.
    Bell,
    /// The child set another title, given without control characters, in at most 256 bytes.
    Title(String),
    /// The child has something to say to a person (OSC 9), given without control characters, in at
    /// most 256 bytes.
    Notice(String),
}

/// The text before the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// Absolute number of the logical line that the cursor is on.
    pub line: u64,
    /// The line from its first column to the cursor, wraps joined.
    pub text: String,
}

/// A terminal emulator.
pub struct Emulator {
    size: Size,
    main: Grid,
    alternate: Option<Grid>,
    /// What DECSC has saved on the alternate screen, while that is not shown.
    alternate_saved: SavedCursor,
    history: History,
    modes: Modes,
    charsets: Charsets,
    tabs: Tabs,
    collector: Collector,
    /// The beginning of a character whose rest is to come.
    tail: [u8; 3],
    tail_len: usize,
    /// The style set has (or may have) inverse or underline, which erasing must not spread.
    fancy: bool,
    /// The style has a background of its own, which new cells take.
    colored: bool,
    title: String,
    /// Titles that were pushed.
    titles: Vec<String>,
    /// Frames that the child has begun (mode 2026).
    frames: u64,
    directory: Option<String>,
    marks: Marks,
    report: bool,
    /// The child's terminfo has Home and End as `CSI 1 ~` and `CSI 4 ~`.
    numbered_home: bool,
    pending: Vec<TerminalEvent>,
    generation: u64,
    /// The state as last drawn, and the generation of each row's last change.
    shown: Screen,
    row_generations: Vec<u64>,
    /// The generation before which clients must get everything.
    whole_before: u64,
    dirty: Dirty,
    eagerness: Eagerness,
    /// Lines that are not drawn yet.
    held: Held,
    /// Cells that costly sequences of the last feed have filled or moved.
    spent: u32,
}

impl std::fmt::Debug for Emulator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Emulator")
            .field("size", &self.size)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

impl Emulator {
    /// Returns a blank terminal that keeps at most `scrollback` logical lines of history.
    pub fn new(size: Size, scrollback: usize) -> Emulator {
        let size = size.clamped();
        Emulator {
            size,
            main: Grid::new(size, false),
            alternate: None,
            alternate_saved: SavedCursor::default(),
            history: History::new(scrollback),
            modes: Modes::default(),
            charsets: Charsets::default(),
            tabs: Tabs::default(),
            collector: Collector::default(),
            tail: [0; 3],
            tail_len: 0,
            fancy: false,
            colored: false,
            title: String::new(),
            titles: Vec::new(),
            frames: 0,
            directory: None,
            marks: Marks::default(),
            report: false,
            numbered_home: false,
            pending: Vec::new(),
            generation: 0,
            shown: Screen::blank(size),
            row_generations: vec![0; usize::from(size.rows)],
            whole_before: 0,
            dirty: Dirty::default(),
            eagerness: Eagerness::default(),
            held: Held::default(),
            spent: 0,
        }
    }

    /// Turns [`TerminalEvent::Line`] on or off.
    pub fn report_lines(&mut self, on: bool) {
        self.report = on;
    }

    /// Keeps at most `scrollback` logical lines of history from now on.
    pub fn keep_lines(&mut self, scrollback: usize) {
        self.history.keep(scrollback);
    }

    /// Takes what the child knows the terminal by, its `TERM`: programs wait for the keys that terminfo has,
    /// and it has Home and End of tmux and screen other than xterm's.
    pub fn described_as(&mut self, term: &str) {
        let family = term.split(['-', '.']).next();
        self.numbered_home = matches!(family, Some("tmux" | "screen"));
    }

    /// Takes output of the child and appends what happened to `events`.
    pub fn feed(&mut self, bytes: &[u8], events: &mut Vec<TerminalEvent>) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let taken = self.feed_some(rest, events);
            rest = &rest[taken..];
        }
    }

    /// Takes output of the child until that has cost enough, and appends what happened to `events`.
    /// Returns how many bytes it has taken: a few can have a large screen filled or cleared.
    pub fn feed_some(&mut self, bytes: &[u8], events: &mut Vec<TerminalEvent>) -> usize {
        if bytes.is_empty() {
            return 0;
        }
        self.spent = 0;
        // What makes the emulation fail is not taken once more.
        let mut taken = bytes.len();
        self.guarded(|emulator| taken = emulator.interpret(bytes));
        events.append(&mut self.pending);
        taken
    }

    /// Takes the end of the output: a character that was begun is shown as broken, and the line
    /// under the cursor is reported unless it is empty.
    pub fn finish(&mut self, events: &mut Vec<TerminalEvent>) {
        self.guarded(|emulator| {
            emulator.draw_held();
            emulator.flush_tail();
            emulator.collector = Collector::default();
            if emulator.report && emulator.alternate.is_none() {
                let row = emulator.main.cursor().row;
                let text = emulator.line_text(row);
                if !text.is_empty() {
                    let number = emulator.line_of(row);
                    emulator.pending.push(TerminalEvent::Line { number, text });
                }
            }
        });
        events.append(&mut self.pending);
    }

    /// Makes ready for a new child in the same pane: the main screen with what is on it, the
    /// cursor at the start of a fresh line, and all modes as at the start. History and line
    /// numbers go on.
    pub fn restart(&mut self) {
        self.guarded(|emulator| {
            emulator.draw_held();
            emulator.flush_tail();
            emulator.collector = Collector::default();
            emulator.leave_alternate();
            emulator.modes = Modes::default();
            emulator.charsets = Charsets::default();
            emulator.tabs = Tabs::default();
            emulator.title.clear();
            emulator.titles.clear();
            emulator.directory = None;
            emulator.marks.end_rest();
            emulator.note_style(Style::default());
            emulator.main.kitty = vec![0];
            emulator.main.saved = SavedCursor::default();
            emulator.alternate_saved = SavedCursor::default();
            emulator.main.origin = false;
            emulator.main.region = 0..=emulator.size.rows - 1;
            let cursor = emulator.main.cursor();
            emulator.main.write(b"\x1b[?6l\x1b[r\x1b[m");
            emulator.main.place(Position { col: 0, ..cursor });
            emulator.fresh_line();
        });
        self.pending.clear();
    }

    /// Changes the size. Lines of the main screen are wrapped anew; rows of the alternate one are
    /// cut or extended, for its program to draw them again.
    pub fn resize(&mut self, size: Size) {
        let size = size.clamped();
        if size == self.size {
            return;
        }
        self.guarded(|emulator| {
            emulator.draw_held();
            emulator.size = size;
            emulator.dirty.all();
            match &mut emulator.alternate {
                // The main screen follows when it is shown again.
                Some(grid) => grid.crop(size),
                None => emulator.reflow(),
            }
        });
        self.pending.clear();
    }

    /// Returns the size.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Returns the generation, which grows with each call that could have changed anything.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Returns whether the alternate screen is shown.
    pub fn alternate(&self) -> bool {
        self.alternate.is_some()
    }

    /// Returns the absolute number of the logical line that the cursor is on.
    pub fn cursor_line(&mut self) -> u64 {
        self.catch_up();
        self.line_of(self.grid().cursor().row)
    }

    /// Returns the text before the cursor.
    pub fn prompt(&mut self) -> Prompt {
        if let Some(prompt) = self.held_prompt() {
            return prompt;
        }
        self.catch_up();
        let grid = self.grid();
        let cursor = grid.cursor();
        let start = grid.line_start(cursor.row);
        let mut line = Line::default();
        if start == 0
            && self.alternate.is_none()
            && let Some(open) = self.history.open()
        {
            line.append(open.as_ref());
        }
        for row in start..cursor.row {
            grid.read_row(row, u16::MAX, &mut line);
        }
        grid.read_row(cursor.row, cursor.col, &mut line);
        Prompt {
            line: self.line_of(cursor.row),
            text: line.text().to_owned(),
        }
    }

    /// Returns the modes that decide how input is encoded.
    pub fn input_modes(&self) -> InputModes {
        let kitty = self.grid().kitty.last().copied().unwrap_or(0);
        self.modes.input(kitty, self.numbered_home)
    }

    /// Returns the number of the frame that the child is amid (mode 2026): what the screen shows is not
    /// to be drawn yet.
    pub fn unfinished_frame(&self) -> Option<u64> {
        self.modes.synchronized.then_some(self.frames)
    }

    /// Returns the title that the child set, without control characters.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Returns the state to draw.
    pub fn screen(&mut self) -> &Screen {
        self.refresh();
        &self.shown
    }

    /// Returns what changed since generation `since`; everything when that is `None`, unknown, or
    /// before the size changed.
    pub fn delta(&mut self, since: Option<u64>) -> ScreenDelta {
        self.refresh();
        let known = since.filter(|since| (self.whole_before..=self.generation).contains(since));
        let rows = (0..).zip(&self.shown.rows).zip(&self.row_generations);
        let newer: Vec<(u16, Row)> = rows
            .filter(|(_, generation)| known.is_none_or(|since| **generation > since))
            .map(|((index, row), _)| (index, row.clone()))
            .collect();
        self.shown.delta(known.is_some(), newer)
    }

    fn grid(&self) -> &Grid {
        self.alternate.as_ref().unwrap_or(&self.main)
    }

    fn grid_mut(&mut self) -> &mut Grid {
        self.alternate.as_mut().unwrap_or(&mut self.main)
    }

    /// Returns the absolute number of the logical line that a row belongs to.
    fn line_of(&self, row: u16) -> u64 {
        let grid = self.grid();
        let before = (0..row).filter(|row| !grid.row_wrapped(*row)).count();
        self.history.next() + before as u64
    }

    /// Moves the cursor to the start of a line below everything on the main screen, unless it is
    /// at the start of such a line.
    fn fresh_line(&mut self) {
        let Position { row, .. } = self.main.cursor();
        let last_used = (row..self.size.rows)
            .rev()
            .find(|row| !self.main.row_is_blank(*row));
        let continues =
            row > 0 && self.main.row_wrapped(row - 1) || row == 0 && self.history.open().is_some();
        if let Some(row) = last_used.or(continues.then_some(row)) {
            self.main.place(Position { row, col: 0 });
            self.dirty.all();
            self.write(b"\r\n");
        }
    }

    /// Runs something that changes the terminal. A panic in the emulation resets this terminal
    /// and no other: it is the crate's only foreign parser, fed by foreign programs.
    fn guarded(&mut self, change: impl FnOnce(&mut Emulator)) {
        self.generation += 1;
        self.shielded(change);
    }

    /// Draws what is held back: whoever looks at the grid or at history calls this first.
    fn catch_up(&mut self) {
        if self.held.is_active() {
            self.shielded(Emulator::draw_held);
        }
    }

    /// Runs something that may make the emulation fail.
    fn shielded(&mut self, change: impl FnOnce(&mut Emulator)) {
        if catch_unwind(AssertUnwindSafe(|| change(self))).is_err() {
            self.held = Held::default();
            self.alternate = None;
            self.alternate_saved = SavedCursor::default();
            self.main = Grid::new(self.size, false);
            self.modes = Modes::default();
            self.charsets = Charsets::default();
            self.tabs = Tabs::default();
            self.collector = Collector::default();
            self.tail_len = 0;
            self.titles.clear();
            self.marks.forget_from(self.history.next());
            self.marks.end_rest();
            self.note_style(Style::default());
            self.history.take_open();
            self.main.write(RESET_NOTICE.as_bytes());
            self.main.write(b"\r\n");
            self.settle();
            self.dirty.all();
            self.pending.push(TerminalEvent::Erased);
        }
    }
}
