//! What a program has switched on, apart from what is in the grids.
//!
//! Owns the modes that the child sets with SM, DECSET and the keyboard protocols, the tab stops,
//! and what DECRQM answers about them. It holds values only.

use crate::{
    keys::{InputModes, MouseEncoding, MouseMode},
    screen::CursorShape,
};

/// The modes of a pane's terminal.
#[derive(Clone, Debug)]
pub(super) struct Modes {
    pub application_cursor: bool,
    pub application_keypad: bool,
    pub bracketed_paste: bool,
    pub focus: bool,
    pub mouse: MouseMode,
    pub mouse_encoding: MouseEncoding,
    pub modify_other_keys: u8,
    pub cursor_hidden: bool,
    pub cursor_shape: CursorShape,
    /// IRM.
    pub insert: bool,
    /// LNM.
    pub newline: bool,
    /// DECAWM.
    pub autowrap: bool,
    /// DECCOLM is obeyed (mode 40): `tput init` sends it and does not mean to clear the screen.
    pub column_switch: bool,
    /// DECSCNM, which is tracked and not drawn.
    pub reverse_video: bool,
    /// The screen is between two frames (mode 2026).
    pub synchronized: bool,
    /// The wheel becomes arrow keys on the alternate screen (mode 1007).
    pub alternate_scroll: bool,
    /// The child wants to know when the colour scheme changes (mode 2031), which it never does.
    pub color_scheme_reports: bool,
}

impl Default for Modes {
    fn default() -> Modes {
        Modes {
            application_cursor: false,
            application_keypad: false,
            bracketed_paste: false,
            focus: false,
            mouse: MouseMode::Off,
            mouse_encoding: MouseEncoding::X10,
            modify_other_keys: 0,
            cursor_hidden: false,
            cursor_shape: CursorShape::Default,
            insert: false,
            newline: false,
            autowrap: true,
            column_switch: false,
            reverse_video: false,
            synchronized: false,
            alternate_scroll: true,
            color_scheme_reports: false,
        }
    }
}

impl Modes {
    /// Returns what the encoding of input depends on.
    pub fn input(&self, kitty: u8, numbered_home: bool) -> InputModes {
        InputModes {
            application_cursor: self.application_cursor,
            numbered_home,
            application_keypad: self.application_keypad,
            bracketed_paste: self.bracketed_paste,
            newline: self.newline,
            focus: self.focus,
            mouse: self.mouse,
            mouse_encoding: self.mouse_encoding,
            kitty,
            modify_other_keys: self.modify_other_keys,
        }
    }

    /// Undoes what DECSTR undoes.
    pub fn soft_reset(&mut self) {
        self.cursor_hidden = false;
        self.insert = false;
        self.autowrap = true;
        self.application_cursor = false;
        self.application_keypad = false;
        self.modify_other_keys = 0;
        self.cursor_shape = CursorShape::Default;
    }

    /// Sets or resets a DEC private mode that is held here; others are left alone.
    pub fn set_private(&mut self, mode: u16, on: bool) {
        // As in xterm, resetting any mouse mode ends reporting.
        let mouse = |mode| if on { mode } else { MouseMode::Off };
        let encoding = |encoding| if on { encoding } else { MouseEncoding::X10 };
        match mode {
            1 => self.application_cursor = on,
            5 => self.reverse_video = on,
            7 => self.autowrap = on,
            9 => self.mouse = mouse(MouseMode::Press),
            12 => self.cursor_shape = blinking(self.cursor_shape, on),
            25 => self.cursor_hidden = !on,
            40 => self.column_switch = on,
            66 => self.application_keypad = on,
            1000 => self.mouse = mouse(MouseMode::PressRelease),
            1002 => self.mouse = mouse(MouseMode::Drag),
            1003 => self.mouse = mouse(MouseMode::Motion),
            1004 => self.focus = on,
            1005 => self.mouse_encoding = encoding(MouseEncoding::Utf8),
            1006 => self.mouse_encoding = encoding(MouseEncoding::Sgr),
            1007 => self.alternate_scroll = on,
            1015 => self.mouse_encoding = encoding(MouseEncoding::Urxvt),
            2004 => self.bracketed_paste = on,
            2031 => self.color_scheme_reports = on,
            _ => {}
        }
    }

    /// Returns whether a DEC private mode that is held here is set; none for other modes.
    pub fn private(&self, mode: u16) -> Option<bool> {
        Some(match mode {
            1 => self.application_cursor,
            5 => self.reverse_video,
            7 => self.autowrap,
            9 => self.mouse == MouseMode::Press,
            12 => matches!(self.cursor_shape.number(), 1 | 3 | 5),
            25 => !self.cursor_hidden,
            40 => self.column_switch,
            66 => self.application_keypad,
            1000 => self.mouse == MouseMode::PressRelease,
            1002 => self.mouse == MouseMode::Drag,
            1003 => self.mouse == MouseMode::Motion,
            1004 => self.focus,
            1005 => self.mouse_encoding == MouseEncoding::Utf8,
            1006 => self.mouse_encoding == MouseEncoding::Sgr,
            1007 => self.alternate_scroll,
            1015 => self.mouse_encoding == MouseEncoding::Urxvt,
            2004 => self.bracketed_paste,
            2026 => self.synchronized,
            2031 => self.color_scheme_reports,
            _ => return None,
        })
    }

    /// Sets the cursor's form (DECSCUSR).
    pub fn set_cursor_shape(&mut self, number: u16) {
        self.cursor_shape = match number {
            0 => CursorShape::Default,
            1 => CursorShape::BlinkingBlock,
            2 => CursorShape::Block,
            3 => CursorShape::BlinkingUnderline,
            4 => CursorShape::Underline,
            5 => CursorShape::BlinkingBar,
            6 => CursorShape::Bar,
            _ => return,
        };
    }
}

/// Returns a cursor's form with or without blinking. The outer terminal's own form stays as it is.
fn blinking(shape: CursorShape, on: bool) -> CursorShape {
    use CursorShape::{
        Bar, BlinkingBar, BlinkingBlock, BlinkingUnderline, Block, Default, Underline,
    };
    match (shape, on) {
        (Default, _) => Default,
        (Block | BlinkingBlock, true) => BlinkingBlock,
        (Block | BlinkingBlock, false) => Block,
        (Underline | BlinkingUnderline, true) => BlinkingUnderline,
        (Underline | BlinkingUnderline, false) => Underline,
        (Bar | BlinkingBar, true) => BlinkingBar,
        (Bar | BlinkingBar, false) => Bar,
    }
}

/// Tab stops: every eight columns until a program changes them.
#[derive(Clone, Debug, Default)]
pub(super) struct Tabs {
    /// Stops by column, once they are not the default ones.
    own: Option<Vec<bool>>,
}

impl Tabs {
    /// Returns whether the stops are the default ones, which vt100 knows.
    pub fn is_default(&self) -> bool {
        self.own.is_none()
    }

    fn is_stop(&self, col: u16) -> bool {
        match &self.own {
            Some(stops) => stops
                .get(usize::from(col))
                .copied()
                .unwrap_or(col.is_multiple_of(8)),
            None => col.is_multiple_of(8),
        }
    }

    /// Sets or clears the stop at a column.
    pub fn set(&mut self, col: u16, on: bool) {
        let wanted = usize::from(col) + 1;
        let stops = self.own.get_or_insert_default();
        for col in stops.len()..wanted {
            stops.push(col % 8 == 0);
        }
        stops[usize::from(col)] = on;
    }

    /// Clears all stops of a terminal of at most the largest width.
    pub fn clear(&mut self) {
        self.own = Some(vec![false; usize::from(crate::geometry::Size::LIMIT)]);
    }

    /// Returns the column `count` stops to the right, at most the last.
    pub fn forward(&self, col: u16, count: u16, cols: u16) -> u16 {
        let stops = (col.saturating_add(1)..cols).filter(|col| self.is_stop(*col));
        stops
            .take(usize::from(count))
            .enumerate()
            .last()
            .filter(|(index, _)| index + 1 == usize::from(count))
            .map_or(cols - 1, |(_, col)| col)
    }

    /// Returns the column `count` stops to the left, at least the first.
    pub fn backward(&self, col: u16, count: u16) -> u16 {
        (0..col)
            .rev()
            .filter(|col| self.is_stop(*col))
            .nth(usize::from(count) - 1)
            .unwrap_or(0)
    }
}
