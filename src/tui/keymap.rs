//! What each key does: the default bindings of WATCH, SCROLL, INBOX and INSPECT, with a name and a
//! description for each action.
//!
//! The help, the palette and the status bar are made from these tables, so an action cannot be
//! missing there. In INTERACT there is one key, [`ESCAPE`]. What configs change is in `bindings`.

use crate::keys::{Key, KeyCode, Modifiers};

/// The key that leaves INTERACT, unless a config says otherwise.
pub const ESCAPE: Key = crate::config::DEFAULT_ESCAPE;

/// What a key of WATCH does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Focuses the next pane of the list.
    FocusNext,
    /// Focuses the previous pane of the list.
    FocusPrevious,
    /// Focuses the tile to the left.
    FocusLeft,
    /// Focuses the tile to the right.
    FocusRight,
    /// Focuses the tile above.
    FocusAbove,
    /// Focuses the tile below.
    FocusBelow,
    /// Focuses the pane that had the focus before.
    FocusLast,
    /// Focuses the pane of this number.
    FocusNumber(u8),
    /// Focuses the next pane that needs a person.
    NextNeeding,
    /// Focuses the previous pane that needs a person.
    PreviousNeeding,
    /// Gives the keys to the focused pane's child.
    Interact,
    /// Types [`ESCAPE`] into the focused pane.
    SendEscape,
    /// Shows the focused pane alone, or all again.
    Zoom,
    /// Goes to the next layout.
    NextLayout,
    /// Grows the focused tile.
    Grow,
    /// Shrinks the focused tile.
    Shrink,
    /// Shares the room out equally again.
    Equalize,
    /// Shows or hides the pane list.
    ToggleList,
    /// Begins to type what listed panes must have.
    Filter,
    /// Sorts the pane list by number, or by attention.
    Sort,
    /// Looks through the focused pane's history.
    Scroll,
    /// The same, one page up.
    ScrollPageUp,
    /// Begins to type a command for a new pane.
    Add,
    /// Starts a further pane like the focused one.
    Duplicate,
    /// Begins to type another name for the focused pane.
    Rename,
    /// Marks the focused pane, or takes its mark away.
    Mark,
    /// Gives the keys to the children of all marked panes.
    Broadcast,
    /// Starts the focused pane's program again.
    Restart,
    /// Asks the focused pane's program to end.
    Stop,
    /// Ends the focused pane's program at once.
    Kill,
    /// Takes an ended pane out of the session.
    Remove,
    /// Shows every ask.
    Inbox,
    /// Arms or disarms the focused pane.
    Arm,
    /// Lets rules answer, suggest or neither, in all panes.
    AutoAnswer,
    /// Tells why each rule of the focused pane acts or does not.
    Why,
    /// Looks into the focused pane.
    Inspect,
    /// Begins or ends the recording of the focused pane.
    Record,
    /// Shows every action to choose from.
    Palette,
    /// Shows every key.
    Help,
    /// Has the session's config read anew.
    Reload,
    /// Draws everything again.
    Redraw,
    /// Stops the interface as Ctrl-Z stops a program.
    Suspend,
    /// Leaves; the session goes on.
    Detach,
    /// Leaves, after asking what happens to the session.
    Quit,
}

/// What a key of SCROLL does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScrollAction {
    /// One line up.
    LineUp,
    /// One line down.
    LineDown,
    /// Half a page up.
    HalfUp,
    /// Half a page down.
    HalfDown,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// To the first line that is kept.
    Top,
    /// To the live screen.
    Bottom,
    /// Begins to type a pattern that is searched downwards.
    SearchDown,
    /// Begins to type a pattern that is searched upwards.
    SearchUp,
    /// To the next match in the direction of the search.
    NextMatch,
    /// To the next match against the direction of the search.
    PreviousMatch,
    /// Shows a cursor, and selects characters from there or ends to select.
    Select,
    /// The same with whole lines.
    SelectLines,
    /// To the other end of what is selected.
    SwapEnds,
    /// Copies what is selected.
    Copy,
    /// The same, and back to the mode before.
    CopyAndLeave,
    /// The cursor one character back.
    Left,
    /// The cursor one character on.
    Right,
    /// The cursor to the next word.
    WordForward,
    /// The cursor to the beginning of a word.
    WordBack,
    /// The cursor to the end of a word; without a cursor the same as [`ScrollAction::Edit`].
    WordEnd,
    /// The cursor to the beginning of the line.
    LineStart,
    /// The cursor to the end of the line.
    LineEnd,
    /// To the prompt before.
    PreviousPrompt,
    /// To the next prompt.
    NextPrompt,
    /// Opens all of the pane's history in an editor.
    Edit,
    /// Back to the mode before.
    Leave,
}

/// What a key of INBOX does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InboxAction {
    /// Selects the next ask.
    Next,
    /// Selects the previous ask.
    Previous,
    /// Begins to type an answer to the selected ask.
    Answer,
    /// Answers the selected ask as its rule suggests.
    Accept,
    /// Begins to type an answer to every ask with the selected one's prompt.
    AnswerAlike,
    /// Leaves for the pane that asks.
    GoTo,
    /// Leaves the selected ask unanswered.
    Dismiss,
    /// Back to WATCH.
    Leave,
}

/// What a key of INSPECT does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InspectAction {
    /// Selects the next entry or rule, or one line down.
    Next,
    /// Selects the previous entry or rule, or one line up.
    Previous,
    /// One page down.
    PageDown,
    /// One page up.
    PageUp,
    /// To the first one.
    Top,
    /// To the last one, and on with what comes.
    Bottom,
    /// To the next section.
    NextSection,
    /// To the previous section.
    PreviousSection,
    /// Shows an entry in full, or a rule's last match in the timeline.
    Open,
    /// Looks no more, or again.
    Pause,
    /// Begins to type what entries must hold.
    Filter,
    /// Shows output or leaves it out.
    Output,
    /// Shows input or leaves it out.
    Input,
    /// Shows decisions or leaves them out.
    Decisions,
    /// Copies the entry or the section.
    Copy,
    /// Begins to make a rule from the entry.
    MakeRule,
    /// Back to WATCH.
    Leave,
}

/// One line of a table of keys.
#[derive(Clone, Copy, Debug)]
pub struct Binding<A: 'static> {
    /// What is done.
    pub action: A,
    /// Its name, as a config file will write it.
    pub name: &'static str,
    /// The keys that do it; the first one is shown in hints.
    pub keys: &'static [Key],
    /// One line for a person.
    pub description: &'static str,
}

/// A heading and its keys.
#[derive(Clone, Copy, Debug)]
pub struct Group<A: 'static> {
    /// The heading.
    pub title: &'static str,
    /// The keys under it.
    pub bindings: &'static [Binding<A>],
}

const fn char(character: char) -> Key {
    Key::plain(KeyCode::Char(character))
}

const fn plain(code: KeyCode) -> Key {
    Key::plain(code)
}

macro_rules! bindings {
    ($($action:expr, $name:literal, [$($key:expr),*], $description:literal;)*) => {
        &[$(Binding {
            action: $action,
            name: $name,
            keys: &[$($key),*],
            description: $description,
        }),*]
    };
}

/// The keys of WATCH.
pub const WATCH: &[Group<Action>] = &[
    Group {
        title: "Move",
        bindings: bindings![
            Action::FocusNext, "focus-next", [char('j'), plain(KeyCode::Down)], "next pane";
            Action::FocusPrevious, "focus-previous", [char('k'), plain(KeyCode::Up)], "previous pane";
            Action::FocusLeft, "focus-left", [char('h'), plain(KeyCode::Left)], "tile to the left";
            Action::FocusRight, "focus-right", [char('l'), plain(KeyCode::Right)], "tile to the right";
            Action::FocusAbove, "focus-above", [char('K')], "tile above";
            Action::FocusBelow, "focus-below", [char('J')], "tile below";
            Action::FocusLast, "focus-last", [plain(KeyCode::Tab)], "last pane";
            Action::FocusNumber(1), "focus-1", [char('1')], "pane 1";
            Action::FocusNumber(2), "focus-2", [char('2')], "pane 2";
            Action::FocusNumber(3), "focus-3", [char('3')], "pane 3";
            Action::FocusNumber(4), "focus-4", [char('4')], "pane 4";
            Action::FocusNumber(5), "focus-5", [char('5')], "pane 5";
            Action::FocusNumber(6), "focus-6", [char('6')], "pane 6";
            Action::FocusNumber(7), "focus-7", [char('7')], "pane 7";
            Action::FocusNumber(8), "focus-8", [char('8')], "pane 8";
            Action::FocusNumber(9), "focus-9", [char('9')], "pane 9";
            Action::NextNeeding, "next-needing", [char('n')], "next that needs you";
            Action::PreviousNeeding, "previous-needing", [char('N')], "previous that needs you";
            Action::Interact, "interact", [plain(KeyCode::Enter)], "interact; Ctrl-] leaves";
            Action::SendEscape, "send-escape", [ESCAPE], "send a literal Ctrl-]";
        ],
    },
    Group {
        title: "View",
        bindings: bindings![
            Action::Zoom, "zoom", [char('z')], "zoom";
            Action::NextLayout, "next-layout", [char(' ')], "next layout";
            Action::Grow, "grow", [char('+')], "grow tile";
            Action::Shrink, "shrink", [char('-')], "shrink tile";
            Action::Equalize, "equalize", [char('=')], "equal tiles again";
            Action::ToggleList, "toggle-list", [char('b')], "list on or off";
            Action::Filter, "filter", [char('/')], "filter panes";
            Action::Sort, "sort", [char('o')], "sort by attention";
            Action::Scroll, "scroll", [char('[')], "scroll back";
            Action::ScrollPageUp, "scroll-page-up", [plain(KeyCode::PageUp)], "scroll back a page";
        ],
    },
    Group {
        title: "Jobs",
        bindings: bindings![
            Action::Add, "add", [char('a')], "add a pane";
            Action::Duplicate, "duplicate", [char('C')], "another like this one";
            Action::Rename, "rename", [char('e')], "rename";
            Action::Mark, "mark", [char('m')], "mark for broadcast";
            Action::Broadcast, "broadcast", [char('B')], "type into all marked";
            Action::Restart, "restart", [char('r')], "restart";
            Action::Stop, "stop", [char('s')], "stop";
            Action::Kill, "kill", [char('x')], "kill";
            Action::Remove, "remove", [char('D')], "remove an ended pane";
        ],
    },
    Group {
        title: "Rules",
        bindings: bindings![
            Action::Inbox, "inbox", [char('i')], "inbox: what is asked";
            Action::Arm, "arm", [char('A')], "arm or disarm pane";
            Action::AutoAnswer, "auto-answer", [char('g')], "answers on/suggest/off";
            Action::Why, "why", [char('w')], "why rules act or not";
        ],
    },
    Group {
        title: "Debug",
        bindings: bindings![
            Action::Inspect, "inspect", [char('I')], "inspector: look inside";
            Action::Record, "record", [char('R')], "recording on or off";
        ],
    },
    Group {
        title: "Application",
        bindings: bindings![
            Action::Palette, "palette", [char(':')], "palette: every action";
            Action::Help, "help", [char('?'), plain(KeyCode::Function(1))], "this help";
            Action::Reload, "reload", [Key::control('r')], "read config anew";
            Action::Redraw, "redraw", [Key::control('l')], "draw again";
            Action::Suspend, "suspend", [Key::control('z')], "suspend muxpect";
            Action::Detach, "detach", [char('d')], "detach, all runs on";
            Action::Quit, "quit", [char('q')], "quit (asks)";
        ],
    },
];

/// The keys of SCROLL.
pub const SCROLL: Group<ScrollAction> = Group {
    title: "While scrolling",
    bindings: bindings![
        ScrollAction::LineUp, "line-up", [char('k'), plain(KeyCode::Up)], "line up";
        ScrollAction::LineDown, "line-down", [char('j'), plain(KeyCode::Down)], "line down";
        ScrollAction::HalfUp, "half-up", [Key::control('u'), char('u')], "half a page up";
        ScrollAction::HalfDown, "half-down", [Key::control('d'), char('d')], "half a page down";
        ScrollAction::PageUp, "page-up", [plain(KeyCode::PageUp), Key::control('b')], "page up";
        ScrollAction::PageDown, "page-down", [plain(KeyCode::PageDown), Key::control('f'), char(' ')], "page down";
        ScrollAction::Top, "top", [char('g'), plain(KeyCode::Home)], "first line";
        ScrollAction::Bottom, "bottom", [char('G'), plain(KeyCode::End)], "end of the output";
        ScrollAction::SearchDown, "search-down", [char('/')], "search down (regex)";
        ScrollAction::SearchUp, "search-up", [char('?')], "search up (regex)";
        ScrollAction::NextMatch, "next-match", [char('n')], "next match";
        ScrollAction::PreviousMatch, "previous-match", [char('N')], "previous match";
        ScrollAction::PreviousPrompt, "previous-prompt", [char('{')], "previous prompt";
        ScrollAction::NextPrompt, "next-prompt", [char('}')], "next prompt";
        ScrollAction::Select, "select", [char('v')], "select; Esc drops it";
        ScrollAction::SelectLines, "select-lines", [char('V')], "select lines";
        ScrollAction::SwapEnds, "swap-ends", [char('o')], "to its other end";
        ScrollAction::Copy, "copy", [char('y')], "copy, stay here";
        ScrollAction::CopyAndLeave, "copy-and-leave", [plain(KeyCode::Enter)], "copy if selected, back";
        ScrollAction::Left, "left", [char('h'), plain(KeyCode::Left)], "cursor left";
        ScrollAction::Right, "right", [char('l'), plain(KeyCode::Right)], "cursor right";
        ScrollAction::WordForward, "word-forward", [char('w')], "next word";
        ScrollAction::WordBack, "word-back", [char('b')], "word back";
        ScrollAction::WordEnd, "word-end", [char('e')], "$EDITOR; or end of word";
        ScrollAction::Edit, "edit", [char('E')], "all of it in $EDITOR";
        ScrollAction::LineStart, "line-start", [char('0')], "start of line";
        ScrollAction::LineEnd, "line-end", [char('$')], "end of line";
        ScrollAction::Leave, "leave", [char('q'), plain(KeyCode::Escape), ESCAPE], "back";
    ],
};

/// The keys of INBOX.
pub const INBOX: Group<InboxAction> = Group {
    title: "In the inbox",
    bindings: bindings![
        InboxAction::Next, "next", [char('j'), plain(KeyCode::Down)], "next ask";
        InboxAction::Previous, "previous", [char('k'), plain(KeyCode::Up)], "previous ask";
        InboxAction::Answer, "answer", [plain(KeyCode::Enter)], "type an answer";
        InboxAction::Accept, "accept", [char('y'), plain(KeyCode::Tab)], "answer as suggested";
        InboxAction::AnswerAlike, "answer-alike", [char('a')], "answer all alike";
        InboxAction::GoTo, "go-to", [char('g')], "go to its pane";
        InboxAction::Dismiss, "dismiss", [char('x')], "dismiss";
        InboxAction::Leave, "leave", [plain(KeyCode::Escape), char('q'), char('i'), ESCAPE], "back";
    ],
};

/// The keys of INSPECT.
pub const INSPECT: Group<InspectAction> = Group {
    title: "In the inspector",
    bindings: bindings![
        InspectAction::Next, "next", [char('j'), plain(KeyCode::Down)], "next";
        InspectAction::Previous, "previous", [char('k'), plain(KeyCode::Up)], "previous";
        InspectAction::PageDown, "page-down", [plain(KeyCode::PageDown), Key::control('f')], "page down";
        InspectAction::PageUp, "page-up", [plain(KeyCode::PageUp), Key::control('b')], "page up";
        InspectAction::Top, "top", [char('g'), plain(KeyCode::Home)], "first";
        InspectAction::Bottom, "bottom", [char('G'), plain(KeyCode::End)], "last, and follow";
        InspectAction::NextSection, "next-section", [plain(KeyCode::Tab)], "next section";
        InspectAction::PreviousSection, "previous-section", [Key::new(KeyCode::Tab, Modifiers::SHIFT)], "previous section";
        InspectAction::Open, "open", [plain(KeyCode::Enter)], "in full; a rule's match";
        InspectAction::Pause, "pause", [char('p'), char(' ')], "pause or go on";
        InspectAction::Filter, "filter", [char('/')], "filter by text";
        InspectAction::Output, "output", [char('o')], "output on or off";
        InspectAction::Input, "input", [char('i')], "input on or off";
        InspectAction::Decisions, "decisions", [char('d')], "decisions on or off";
        InspectAction::Copy, "copy", [char('y')], "copy";
        InspectAction::MakeRule, "make-rule", [char('m')], "make a rule of it";
        InspectAction::Leave, "leave", [plain(KeyCode::Escape), char('q'), char('I'), ESCAPE], "back";
    ],
};

/// Returns the key as it is written for a person: `Ctrl-]`, `PageUp`, `j`.
pub fn label(key: Key) -> String {
    let mut label = String::new();
    for (modifier, name) in [
        (Modifiers::CONTROL, "Ctrl-"),
        (Modifiers::ALT, "Alt-"),
        (Modifiers::SHIFT, "Shift-"),
        (Modifiers::SUPER, "Super-"),
    ] {
        if key.modifiers.contains(modifier) {
            label.push_str(name);
        }
    }
    match key.code {
        KeyCode::Char(' ') => label.push_str("Space"),
        KeyCode::Char(character) => label.push(character),
        KeyCode::Enter => label.push_str("Enter"),
        KeyCode::Escape => label.push_str("Esc"),
        KeyCode::Backspace => label.push_str("Backspace"),
        KeyCode::Tab => label.push_str("Tab"),
        KeyCode::Up => label.push('↑'),
        KeyCode::Down => label.push('↓'),
        KeyCode::Left => label.push('←'),
        KeyCode::Right => label.push('→'),
        KeyCode::Home => label.push_str("Home"),
        KeyCode::End => label.push_str("End"),
        KeyCode::PageUp => label.push_str("PageUp"),
        KeyCode::PageDown => label.push_str("PageDown"),
        KeyCode::Insert => label.push_str("Insert"),
        KeyCode::Delete => label.push_str("Delete"),
        KeyCode::Begin => label.push_str("Begin"),
        KeyCode::Function(number) => label.push_str(&format!("F{number}")),
        KeyCode::Keypad('\r') => label.push_str("keypad Enter"),
        KeyCode::Keypad(character) => label.push_str(&format!("keypad {character}")),
    }
    label
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn check_unique<A: Copy>(groups: &[Group<A>]) {
        let mut keys = BTreeSet::new();
        let mut names = BTreeSet::new();
        for binding in groups.iter().flat_map(|group| group.bindings) {
            assert!(names.insert(binding.name), "{} twice", binding.name);
            assert!(!binding.keys.is_empty(), "{} has no key", binding.name);
            assert!(!binding.description.is_empty(), "{}", binding.name);
            for key in binding.keys {
                assert!(keys.insert(*key), "{} is bound twice", label(*key));
            }
        }
    }

    #[test]
    fn no_key_is_bound_twice() {
        check_unique(WATCH);
        check_unique(&[SCROLL]);
        check_unique(&[INBOX]);
        check_unique(&[INSPECT]);
    }

    #[test]
    fn labels_are_for_people() {
        assert_eq!(label(ESCAPE), "Ctrl-]");
        assert_eq!(label(char(' ')), "Space");
        assert_eq!(label(plain(KeyCode::Function(5))), "F5");
    }
}
