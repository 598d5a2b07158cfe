//! What sequences do.
//!
//! Owns the rewriting of what vt100 does not do or does otherwise: margins, the alternate screen,
//! saved cursors, resets, modes. Erasing is `erase`'s matter, queries are `reply`'s.

use crate::{geometry::Position, screen::Style};

use super::{
    Emulator, TerminalEvent,
    charset::Charsets,
    collect::Csi,
    grid::{Grid, SavedCursor},
    modes::{Modes, Tabs},
    sgr,
};

/// Kitty keyboard flags that a program may push; the oldest are dropped beyond that.
const KITTY_STACK: usize = 16;

impl Emulator {
    /// Lets go of a pending wrap: the cursor stands on the last column.
    pub(super) fn unwrap_pending(&mut self) {
        if self.grid().wrap_pending() {
            self.write(format!("\x1b[{}G", self.size.cols).as_bytes());
        }
    }

    /// Gives a sequence to vt100 as it is.
    pub(super) fn pass(&mut self, csi: Csi<'_>) {
        let mut out = b"\x1b[".to_vec();
        if csi.private != 0 {
            out.push(csi.private);
        }
        out.extend_from_slice(csi.parameters);
        out.extend_from_slice(csi.intermediates);
        out.push(csi.last);
        self.write(&out);
    }

    pub(super) fn escape(&mut self, bytes: &[u8]) {
        match bytes {
            b"7" => self.save_cursor(),
            b"8" => self.restore_cursor(),
            b"=" => self.modes.application_keypad = true,
            b">" => self.modes.application_keypad = false,
            b"D" => self.line_feed(false),
            b"E" => {
                self.line_feed(false);
                self.write(b"\r");
            }
            b"M" => {
                let row = self.grid().cursor().row;
                // Above the region vt100 would scroll it.
                if row > 0 || *self.grid().region.start() == 0 {
                    self.dirty.all();
                    self.unwrap_pending();
                    let scrolls = row == *self.grid().region.start();
                    self.write(b"\x1bM");
                    if scrolls && self.colored {
                        self.color_rows(row..row + 1);
                    }
                }
            }
            b"H" => {
                let col = self.grid().cursor().col.min(self.size.cols - 1);
                self.tabs.set(col, true);
            }
            b"c" => self.reset(),
            b"#8" => self.alignment_test(),
            _ => _ = self.charsets.escape(bytes),
        }
    }

    pub(super) fn csi(&mut self, bytes: &[u8]) {
        let Some(csi) = Csi::parse(bytes) else {
            return;
        };
        match (csi.private, csi.intermediates, csi.last) {
            (0, b"", b'A' | b'B' | b'D') => {
                self.unwrap_pending();
                self.pass(csi);
            }
            (0, b"", b'd') => self.move_to_row(csi.count(0) - 1),
            (0, b"", b'C' | b'E' | b'F' | b'G' | b'H' | b'f' | b'`') => self.pass(csi),
            (0, b"", b'P' | b'@') => self.shift_cells(csi),
            (0, b"", b'a') => self.write(format!("\x1b[{}C", csi.count(0)).as_bytes()),
            (0, b"", b'e') => {
                self.unwrap_pending();
                self.write(format!("\x1b[{}B", csi.count(0)).as_bytes());
            }
            (0, b"", b'I') => self.tab(csi.count(0)),
            (0, b"", b'Z') => {
                let Position { row, col } = self.grid().cursor();
                let col = self
                    .tabs
                    .backward(col.min(self.size.cols - 1), csi.count(0));
                self.grid_mut().place(Position { row, col });
            }
            (0 | b'?', b"", b'J') => self.erase_display(csi),
            (0 | b'?', b"", b'K') | (0, b"", b'X') => self.erase(csi),
            (0, b"", b'L' | b'M' | b'S') => self.scroll(csi),
            // With more parameters it is xterm's highlight tracking.
            (0, b"", b'T') if csi.numbers().count() == 1 => self.scroll(csi),
            // SD as ECMA-48 has it.
            (0, b"", b'^') => self.scroll(Csi { last: b'T', ..csi }),
            (0, b"", b'b') => self.repeat(csi),
            // DECST8C.
            (b'?', b"", b'W') if csi.number(0) == 5 => self.tabs = Tabs::default(),
            (0, b"", b'g') => match csi.number(0) {
                0 => {
                    let col = self.grid().cursor().col.min(self.size.cols - 1);
                    self.tabs.set(col, false);
                }
                3 => self.tabs.clear(),
                _ => {}
            },
            (0, b"", b'h' | b'l') => {
                for mode in csi.numbers() {
                    match mode {
                        4 => self.modes.insert = csi.last == b'h',
                        20 => self.modes.newline = csi.last == b'h',
                        _ => {}
                    }
                }
            }
            (b'?', b"", b'h' | b'l') => {
                for mode in csi.numbers() {
                    self.private_mode(mode, csi.last == b'h');
                }
            }
            (0, b"", b'm') => {
                let mut out = Vec::new();
                sgr::normalise(csi.parameters, &mut out);
                self.write(&out);
                self.note_style(self.grid().style());
            }
            (b'>', b"", b'm') if matches!(csi.number(0), 0 | 4) => {
                self.modes.modify_other_keys = csi.number(1).min(2) as u8;
            }
            (b'>', b"", b'n') if matches!(csi.number(0), 0 | 4) => {
                self.modes.modify_other_keys = 0;
            }
            (0, b"", b'r') => self.set_region(csi),
            (0, b"", b's') if csi.parameters.is_empty() => self.save_cursor(),
            (0, b"", b'u') if csi.parameters.is_empty() => self.restore_cursor(),
            (b'>' | b'<' | b'=', b"", b'u') => self.kitty(csi),
            (0, b" ", b'q') => self.modes.set_cursor_shape(csi.number(0)),
            (0, b"!", b'p') => self.soft_reset(),
            _ => self.answer(csi),
        }
    }

    /// DECSTBM; margins that leave less than two rows are ignored.
    fn set_region(&mut self, csi: Csi<'_>) {
        let rows = self.size.rows;
        let top = csi.count(0) - 1;
        let bottom = match csi.number(1) {
            0 => rows,
            bottom => bottom.min(rows),
        } - 1;
        if top >= bottom {
            return;
        }
        self.write(format!("\x1b[{};{}r\x1b[H", top + 1, bottom + 1).as_bytes());
        self.grid_mut().region = top..=bottom;
    }

    /// VPA, which counts from the margin in origin mode; vt100 forgets that.
    fn move_to_row(&mut self, row: u16) {
        self.unwrap_pending();
        let grid = self.grid();
        let row = if grid.origin {
            let (top, bottom) = (*grid.region.start(), *grid.region.end());
            row.saturating_add(top).min(bottom)
        } else {
            row.min(self.size.rows - 1)
        };
        self.write(format!("\x1b[{}d", u32::from(row) + 1).as_bytes());
    }

    fn private_mode(&mut self, mode: u16, on: bool) {
        match mode {
            3 if self.modes.column_switch => self.change_columns(),
            3 => {}
            6 => {
                self.grid_mut().origin = on;
                self.write(if on { b"\x1b[?6h" } else { b"\x1b[?6l" });
            }
            47 | 1047 if on => self.enter_alternate(),
            47 | 1047 => self.leave_alternate(),
            1048 if on => self.save_cursor(),
            1048 => self.restore_cursor(),
            1049 if on => {
                if self.alternate.is_none() {
                    self.save_cursor();
                    self.enter_alternate();
                }
            }
            1049 => {
                if self.alternate.is_some() {
                    self.leave_alternate();
                    self.restore_cursor();
                }
            }
            2026 => {
                self.frames += u64::from(on && !self.modes.synchronized);
                self.modes.synchronized = on;
            }
            _ => self.modes.set_private(mode, on),
        }
    }

    fn save_cursor(&mut self) {
        let charsets = self.charsets;
        let grid = self.grid_mut();
        grid.saved = SavedCursor {
            position: grid.cursor(),
            style: grid.style(),
            origin: grid.origin,
            charsets,
        };
    }

    fn restore_cursor(&mut self) {
        let saved = self.grid().saved.clone();
        self.charsets = saved.charsets;
        let grid = self.grid_mut();
        if grid.origin != saved.origin {
            grid.write(if saved.origin {
                b"\x1b[?6h"
            } else {
                b"\x1b[?6l"
            });
            grid.origin = saved.origin;
        }
        grid.place(saved.position);
        self.set_style(saved.style);
        self.settle();
    }

    /// Sets the style in which text is drawn.
    pub(super) fn set_style(&mut self, style: Style) {
        self.grid_mut().set_style(style);
        self.note_style(style);
    }

    /// Shows the alternate screen, blank; cursor, margins and style go with it, as in xterm, and the
    /// saved cursor is its own.
    fn enter_alternate(&mut self) {
        if self.alternate.is_some() {
            return;
        }
        self.spend_screen();
        let mut grid = Grid::new(self.size, true);
        grid.set_style(self.main.style());
        grid.share_margins(&self.main);
        grid.place(self.main.cursor());
        grid.saved = self.alternate_saved.clone();
        self.alternate = Some(grid);
        if self.colored {
            self.color_rows(0..self.size.rows);
        }
        self.dirty.all();
        self.pending.push(TerminalEvent::Erased);
    }

    /// Shows the main screen again, re-wrapped if the size has changed since.
    pub(super) fn leave_alternate(&mut self) {
        let Some(mut alternate) = self.alternate.take() else {
            return;
        };
        self.spend_screen();
        let (style, position) = (alternate.style(), alternate.cursor());
        alternate.take_bells();
        self.alternate_saved = alternate.saved.clone();
        self.reflow();
        self.main.share_margins(&alternate);
        self.main.set_style(style);
        self.main.place(position);
        self.dirty.all();
        self.pending.push(TerminalEvent::Erased);
    }

    /// DECSTR.
    fn soft_reset(&mut self) {
        let cursor = self.grid().cursor();
        self.modes.soft_reset();
        self.charsets = Charsets::default();
        self.set_style(Style::default());
        let grid = self.grid_mut();
        grid.origin = false;
        grid.saved = SavedCursor::default();
        grid.region = 0..=grid.size().rows - 1;
        grid.write(b"\x1b[?6l\x1b[r");
        grid.place(cursor);
        self.settle();
    }

    /// RIS: everything but history, its numbers and the title's owner begins anew.
    fn reset(&mut self) {
        self.spend_screen();
        self.alternate = None;
        self.main_is_cleared();
        self.marks.end_rest();
        self.main = Grid::new(self.size, false);
        self.modes = Modes::default();
        self.tabs = Tabs::default();
        self.charsets = Charsets::default();
        self.titles.clear();
        self.alternate_saved = SavedCursor::default();
        self.note_style(Style::default());
        self.dirty.all();
        self.pending.push(TerminalEvent::Erased);
    }

    /// DECCOLM: the size is the pane's, but as elsewhere the screen is cleared, the margins are
    /// given up, and the cursor goes home.
    fn change_columns(&mut self) {
        self.spend_screen();
        if self.alternate.is_none() {
            self.main_is_cleared();
        }
        self.pending.push(TerminalEvent::Erased);
        self.dirty.all();
        let rows = self.size.rows;
        self.grid_mut().region = 0..=rows - 1;
        self.write(b"\x1b[r\x1b[H");
        self.color_rows(0..rows);
    }

    /// DECALN.
    fn alignment_test(&mut self) {
        self.spend_screen();
        let style = self.grid().style();
        let mut out = b"\x1b[?6l\x1b[r\x1b[m\x1b[2J".to_vec();
        for row in 1..=self.size.rows {
            out.extend_from_slice(format!("\x1b[{row}H").as_bytes());
            out.extend(std::iter::repeat_n(b'E', usize::from(self.size.cols)));
        }
        out.extend_from_slice(b"\x1b[H");
        if self.alternate.is_none() {
            self.main_is_cleared();
        }
        self.dirty.all();
        let grid = self.grid_mut();
        grid.origin = false;
        grid.region = 0..=grid.size().rows - 1;
        grid.write(&out);
        grid.set_style(style);
        self.settle();
    }

    /// Kitty's keyboard protocol; only flag 1 is ever in force.
    fn kitty(&mut self, csi: Csi<'_>) {
        let flags = (csi.number(0) & 1) as u8;
        let stack = &mut self.grid_mut().kitty;
        match csi.private {
            b'>' => {
                if stack.len() > KITTY_STACK {
                    stack.remove(0);
                }
                stack.push(flags);
            }
            b'<' => {
                let kept = stack.len().saturating_sub(usize::from(csi.count(0)));
                stack.truncate(kept);
                if stack.is_empty() {
                    stack.push(0);
                }
            }
            _ => {
                if let Some(current) = stack.last_mut() {
                    match csi.number(1) {
                        0 | 1 => *current = flags,
                        2 => *current |= flags,
                        3 => *current &= !flags,
                        _ => {}
                    }
                }
            }
        }
    }
}
