//! Erasing, and what new cells look like.
//!
//! Owns the rules for cells that become blank: they take the present background and nothing else of
//! the style. vt100 spreads inverse and underline when it erases, and gives rows that scroll in, and
//! cells that move in, no background at all; so both are mended here, and only while the style is
//! such that it shows.

use std::{fmt::Write, ops::Range};

use crate::{
    geometry::Position,
    screen::{Attributes, Color, Style},
};

use super::{Emulator, TerminalEvent, collect::Csi, sgr};

impl Emulator {
    /// ED.
    pub(super) fn erase_display(&mut self, csi: Csi<'_>) {
        self.spend_screen();
        let home = self.grid().cursor() == Position::default();
        let (kind, main) = (csi.number(0), self.alternate.is_none());
        if kind == 3 {
            // `clear` sends this and no ED 2 where TERM is tmux-256color: it is no redraw.
            self.pending.push(TerminalEvent::Erased);
            if main {
                self.history.clear();
            }
            return;
        }
        if main && (kind == 2 || kind == 0 && home) {
            self.main_is_cleared();
        }
        if kind == 2 {
            self.pending.push(TerminalEvent::Erased);
        }
        self.dirty.all();
        self.erase(csi);
    }

    /// Notes that nothing of the main screen stays: what follows is no continuation of what has
    /// scrolled off.
    pub(super) fn main_is_cleared(&mut self) {
        self.marks.forget_from(self.history.next());
        self.history.close();
    }

    /// Erases with the background only: vt100 would spread inverse and underline.
    pub(super) fn erase(&mut self, csi: Csi<'_>) {
        if self.fancy {
            let style = self.grid().style();
            self.grid_mut().set_style(ground(style));
            self.pass(csi);
            self.grid_mut().set_style(style);
        } else {
            self.pass(csi);
        }
    }

    /// Keeps in mind what the style means for erasing.
    pub(super) fn note_style(&mut self, style: Style) {
        self.fancy = style.attributes.0 & (Attributes::UNDERLINE.0 | Attributes::INVERSE.0) != 0;
        self.colored = style.background != Color::Default;
    }

    /// Returns whether a line feed at the cursor brings in a row that must take the background.
    pub(super) fn feed_colors(&self) -> bool {
        self.colored && {
            let grid = self.grid();
            grid.cursor().row == *grid.region.end()
        }
    }

    /// Gives rows that have come in the background.
    pub(super) fn color_rows(&mut self, rows: Range<u16>) {
        let mut erasing = String::new();
        for row in rows {
            // VPA, as vt100 has it, does not depend on the origin mode. Writing to a string cannot
            // fail.
            let _ = write!(erasing, "\x1b[{}d\x1b[2K", u32::from(row) + 1);
        }
        self.color(&erasing);
    }

    /// Gives the cells from a column to the end of the cursor's row the background.
    pub(super) fn color_from(&mut self, col: u16) {
        if col < self.size.cols {
            self.color(&format!("\x1b[{}G\x1b[K", u32::from(col) + 1));
        }
    }

    /// Erases with the background by sequences that may move the cursor; it comes back, with a
    /// pending wrap and the style, by vt100's own DECSC, which the child never reaches.
    fn color(&mut self, erasing: &str) {
        let mut out = b"\x1b7".to_vec();
        sgr::write(ground(self.grid().style()), &mut out);
        out.extend_from_slice(erasing.as_bytes());
        out.extend_from_slice(b"\x1b8");
        self.grid_mut().write(&out);
    }

    /// SU, SD, IL and DL.
    pub(super) fn scroll(&mut self, csi: Csi<'_>) {
        self.spend_screen();
        self.dirty.all();
        let region = self.grid().region.clone();
        let row = self.grid().cursor().row;
        let (start, end) = (*region.start(), *region.end() + 1);
        self.pass(csi);
        if !self.colored {
            return;
        }
        let top = match csi.last {
            b'S' | b'T' => start,
            // Outside the margins they do nothing.
            _ if !region.contains(&row) => return,
            _ => row,
        };
        let count = csi.count(0).min(end - top);
        self.color_rows(match csi.last {
            b'S' | b'M' => end - count..end,
            _ => top..top + count,
        });
    }

    /// ICH and DCH.
    pub(super) fn shift_cells(&mut self, csi: Csi<'_>) {
        let cursor = self.grid().cursor();
        if csi.last == b'@' && self.grid().is_second_half(cursor) {
            // vt100 would pull the halves of the character apart.
            self.write(b"\x1b[X");
        }
        self.pass(csi);
        let (col, cols) = (self.grid().cursor().col, self.size.cols);
        if !self.colored || col >= cols {
            return;
        }
        let count = csi.count(0).min(cols - col);
        if csi.last == b'P' {
            self.color_from(cols - count);
        } else {
            self.color(&format!("\x1b[{count}X"));
        }
    }

    /// REP: the last character once more, as often as the screen has cells at most.
    pub(super) fn repeat(&mut self, csi: Csi<'_>) {
        let rows = if self.modes.autowrap {
            self.size.rows
        } else {
            1
        };
        let most = u32::from(rows) * u32::from(self.size.cols);
        let count = u32::from(csi.count(0)).min(most);
        self.spend(count);
        if self.modes.autowrap && !self.modes.insert && !self.colored {
            self.write(format!("\x1b[{count}b").as_bytes());
            return;
        }
        for _ in 0..count {
            if !self.modes.autowrap {
                self.unwrap_pending();
            }
            let before = self.grid().cursor().col;
            if self.modes.insert && before < self.size.cols {
                self.write(b"\x1b[@");
            }
            let colors = self.feed_colors();
            self.write(b"\x1b[b");
            let after = self.grid().cursor().col;
            if colors && after <= before {
                self.color_from(after);
            }
        }
    }
}

/// Returns the style that shows nothing but the background of another.
fn ground(style: Style) -> Style {
    Style {
        background: style.background,
        ..Style::default()
    }
}
