//! Keys and what else a terminal sends: the values, their text form, decoding and encoding.
//!
//! Owns the table of keys in both directions: `decode` reads what the outer terminal sends,
//! `encode` writes what a child expects in the modes it has set. It decides nothing about what
//! a key does; that is the interface's keymap.

mod decode;
mod encode;
mod mouse;
mod name;
mod paste;
mod replies;
mod sequence;
#[cfg(test)]
mod tables;

pub use decode::Decoder;
pub use encode::{encode, encode_key};
pub use name::KeyNameError;
pub use paste::encode_paste;
pub use replies::without_replies;

/// Modifiers held with a key, one bit each, in the order of xterm's and kitty's parameter
/// (which is 1 plus these bits).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Modifiers(pub u8);

impl Modifiers {
    /// None.
    pub const NONE: Modifiers = Modifiers(0);
    /// Shift.
    pub const SHIFT: Modifiers = Modifiers(1);
    /// Alt (Option).
    pub const ALT: Modifiers = Modifiers(2);
    /// Control.
    pub const CONTROL: Modifiers = Modifiers(4);
    /// Super (Windows, Command).
    pub const SUPER: Modifiers = Modifiers(8);

    /// Returns whether every modifier of `other` is held.
    pub fn contains(self, other: Modifiers) -> bool {
        self.0 & other.0 == other.0
    }

    /// Returns these modifiers without those of `other`.
    pub fn without(self, other: Modifiers) -> Modifiers {
        Modifiers(self.0 & !other.0)
    }
}

impl std::ops::BitOr for Modifiers {
    type Output = Modifiers;

    fn bitor(self, other: Modifiers) -> Modifiers {
        Modifiers(self.0 | other.0)
    }
}

/// Which key, without its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyCode {
    /// A character as typed: with shift already applied, so `A`, never Shift and `a`.
    Char(char),
    /// Return.
    Enter,
    /// Escape.
    Escape,
    /// Backspace.
    Backspace,
    /// Tab; back-tab is Tab with shift.
    Tab,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Insert.
    Insert,
    /// Delete.
    Delete,
    /// The middle of a keypad without NumLock, which xterm and kitty call Begin.
    Begin,
    /// F1 to F35.
    Function(u8),
    /// A key of the numeric keypad that sends a character of its own in application mode: one
    /// of `0123456789+-*/.,=` or `\r` for its Enter.
    Keypad(char),
}

/// A key with its modifiers. Its text form is tmux's and Emacs's: `a`, `C-a`, `M-Left`,
/// `C-S-F5`, `Space`, `KP5`; see [`std::str::FromStr`] and [`std::fmt::Display`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Which key.
    pub code: KeyCode,
    /// What was held with it.
    pub modifiers: Modifiers,
}

impl Key {
    /// Returns `code` with `modifiers`.
    pub const fn new(code: KeyCode, modifiers: Modifiers) -> Key {
        Key { code, modifiers }
    }

    /// Returns `code` alone.
    pub const fn plain(code: KeyCode) -> Key {
        Key::new(code, Modifiers::NONE)
    }

    /// Returns `character` with `modifiers`, with Shift applied to a letter: Shift and `a` is `A`.
    /// Shift stays a modifier of a character without an upper case, such as Space.
    pub fn character(character: char, modifiers: Modifiers) -> Key {
        let mut upper = character.to_uppercase();
        match (upper.next(), upper.next()) {
            (Some(upper), None)
                if modifiers.contains(Modifiers::SHIFT)
                    && (upper != character || character.is_uppercase()) =>
            {
                Key::new(KeyCode::Char(upper), modifiers.without(Modifiers::SHIFT))
            }
            _ => Key::new(KeyCode::Char(character), modifiers),
        }
    }

    /// Returns `character` with Control.
    pub const fn control(character: char) -> Key {
        Key::new(KeyCode::Char(character), Modifiers::CONTROL)
    }
}

/// What happened to the mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MouseAction {
    /// A button went down: 0 left, 1 middle, 2 right, 8 to 11 further ones.
    Press(u8),
    /// A button came up.
    Release(u8),
    /// The mouse moved with a button held.
    Drag(u8),
    /// The mouse moved with none held.
    Move,
    /// The wheel turned away from the person.
    WheelUp,
    /// The wheel turned towards the person.
    WheelDown,
    /// The wheel was pushed left.
    WheelLeft,
    /// The wheel was pushed right.
    WheelRight,
}

/// A mouse report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mouse {
    /// What happened.
    pub action: MouseAction,
    /// The cell, 0-based.
    pub position: crate::geometry::Position,
    /// Modifiers held.
    pub modifiers: Modifiers,
}

/// Something that a person did at a terminal, in the order it was done.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Input {
    /// A key.
    Key(Key),
    /// Text that was pasted, as it came: line ends are CR or LF.
    Paste(String),
    /// The mouse.
    Mouse(Mouse),
    /// The terminal's window got or lost the focus.
    Focus(bool),
}

/// What the outer terminal sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A person's doing.
    Input(Input),
    /// The terminal's answer to `CSI ? u`: the kitty keyboard flags in force.
    KittyFlags(u8),
    /// The terminal's answer to `CSI c` (DA1).
    DeviceAttributes,
    /// Any other complete sequence; it is swallowed.
    Unknown,
}

/// Which mouse events a child wants (DECSET 9, 1000, 1002, 1003), each mode wanting more than the
/// one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum MouseMode {
    /// None.
    #[default]
    Off,
    /// Presses only (9).
    Press,
    /// Presses and releases (1000).
    PressRelease,
    /// Also motion with a button held (1002).
    Drag,
    /// Also motion with none held (1003).
    Motion,
}

/// How mouse events are written (default, 1005, 1006, 1015).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MouseEncoding {
    /// X10's bytes, coordinates up to 223.
    #[default]
    X10,
    /// UTF-8 (1005).
    Utf8,
    /// SGR (1006).
    Sgr,
    /// rxvt-unicode's (1015).
    Urxvt,
}

/// The modes of a child that decide how keys, pastes, mouse and focus are encoded for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InputModes {
    /// DECCKM (`CSI ? 1 h`): arrows, Home and End as SS3.
    pub application_cursor: bool,
    /// Home and End as VT220's `CSI 1 ~` and `CSI 4 ~`: no mode but what the child's `TERM` says.
    pub numbered_home: bool,
    /// DECKPAM (`ESC =`): keypad keys as SS3.
    pub application_keypad: bool,
    /// `CSI ? 2004 h`.
    pub bracketed_paste: bool,
    /// LNM (`CSI 20 h`): Enter sends CR LF.
    pub newline: bool,
    /// `CSI ? 1004 h`.
    pub focus: bool,
    /// Which mouse events are wanted.
    pub mouse: MouseMode,
    /// How they are written.
    pub mouse_encoding: MouseEncoding,
    /// The kitty keyboard flags in force; only flag 1 (disambiguate) is supported.
    pub kitty: u8,
    /// xterm's modifyOtherKeys: 0, 1 or 2.
    pub modify_other_keys: u8,
}
