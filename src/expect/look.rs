//! What the screen, the tty and its programs show at one moment: what conditions are checked on.
//!
//! Plain values that the driver fills in. What is not known is said as such, and never guessed.

/// What the screen and the tty show at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The absolute number of the logical line under the cursor.
    pub line: u64,
    /// That line from column 0 to the cursor, wraps joined.
    pub prompt: &'a str,
    /// The visible screen; `None` unless [`super::Engine::needs_screen`] asked for it.
    pub screen: Option<&'a ScreenText>,
    /// The alternate screen is shown.
    pub alternate: bool,
    /// The tty echoes; `None` when that cannot be known.
    pub echo: Option<bool>,
    /// The tty reads lines; `None` when that cannot be known.
    pub canonical: Option<bool>,
    /// Who holds the tty; `None` unless [`super::Engine::needs_holder`] asked for it, or when it
    /// cannot be known.
    pub holder: Option<Holder<'a>>,
}

/// The logical lines of the visible screen, wraps joined, trailing blanks trimmed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScreenText {
    /// The absolute number of the first line.
    pub first: u64,
    /// The lines, one for each logical line that the screen shows any of, blank ones included.
    pub lines: Vec<String>,
}

/// The programs at a tty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder<'a> {
    /// Who is seen reading the tty.
    pub reader: Reader<'a>,
    /// The leader of the foreground process group, if its name is known.
    pub leader: Option<Program<'a>>,
    /// All that what is typed may go to: who reads the tty, waits for it or cannot be seen. Empty
    /// where they are not all known.
    pub readers: &'a [Program<'a>],
}

/// Who is seen reading a tty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader<'a> {
    /// It cannot be seen: programs of another user, another system.
    Unknown,
    /// Nobody.
    Nobody,
    /// This program sleeps in a read of the tty, and everything it has written has been taken.
    Reads(Program<'a>),
    /// This program waits for the tty among other things, as event loops do all the time.
    Polls(Program<'a>),
}

/// A program at a tty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program<'a> {
    /// Its name: that of its executable where that can be read, else what the kernel calls it.
    pub name: &'a str,
    /// It is the pane's own child, not one that the child has started.
    pub own: bool,
    /// Nobody but root can have given this name to something else.
    pub genuine: bool,
}
