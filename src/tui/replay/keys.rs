//! The keys of a player, and the help that lists them.

use crate::{
    keys::{Input, Key, KeyCode},
    replay::Command,
};

/// Seconds that an arrow goes.
const ARROW: u64 = 5;

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Something with the recording.
    Play(Command),
    /// Shows the keys, or shows them no more.
    Help,
    /// Hides the status line, or shows it again.
    Bar,
    /// Leaves.
    Quit,
    /// Stops this process, as Ctrl-Z does.
    Suspend,
    /// Draws everything anew.
    Redraw,
}

/// What the help says, line by line.
pub const HELP: [(&str, &str); 13] = [
    ("Space", "pause, go on; at the end, play again"),
    (". ,", "one event on, back"),
    ("Right Left", "5 s on, back"),
    ("] [", "next mark, mark before"),
    ("PgDn PgUp", "the same"),
    ("+ -", "faster, slower"),
    ("Up Down", "the same"),
    ("0 … 9", "to so many tenths"),
    ("Home End", "to the beginning, to the end"),
    ("s", "status line on, off"),
    ("C-l", "draw anew"),
    ("?", "these keys"),
    ("q", "quit"),
];

/// Returns what is to be done about something typed.
pub fn deed(input: &Input) -> Option<Deed> {
    let Input::Key(key) = input else {
        return None;
    };
    let key = *key;
    if key == Key::control('c') || key == Key::control('d') {
        return Some(Deed::Quit);
    }
    if key == Key::control('z') {
        return Some(Deed::Suspend);
    }
    if key == Key::control('l') {
        return Some(Deed::Redraw);
    }
    if key != Key::plain(key.code) {
        return None;
    }
    let command = match key.code {
        KeyCode::Char(' ') => Command::Pause,
        KeyCode::Char('.') => Command::NextEvent,
        KeyCode::Char(',') => Command::PreviousEvent,
        KeyCode::Right => Command::Forward(ARROW),
        KeyCode::Left => Command::Back(ARROW),
        KeyCode::Char(']') | KeyCode::PageDown => Command::NextMark,
        KeyCode::Char('[') | KeyCode::PageUp => Command::PreviousMark,
        KeyCode::Char('+' | '=') | KeyCode::Up => Command::Faster,
        KeyCode::Char('-') | KeyCode::Down => Command::Slower,
        KeyCode::Char(digit @ '0'..='9') => Command::Tenth(digit.to_digit(10)?),
        KeyCode::Home => Command::Tenth(0),
        KeyCode::End => Command::End,
        KeyCode::Char('?') => return Some(Deed::Help),
        KeyCode::Char('s') => return Some(Deed::Bar),
        KeyCode::Char('q') => return Some(Deed::Quit),
        _ => return None,
    };
    Some(Deed::Play(command))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_of_the_help() {
        let check = |key: Key, expected| assert_eq!(deed(&Input::Key(key)), expected, "{key:?}");
        let character = |c| Key::plain(KeyCode::Char(c));
        let play = |command| Some(Deed::Play(command));
        check(character(' '), play(Command::Pause));
        check(character('.'), play(Command::NextEvent));
        check(character(','), play(Command::PreviousEvent));
        check(Key::plain(KeyCode::Right), play(Command::Forward(5)));
        check(Key::plain(KeyCode::Left), play(Command::Back(5)));
        for key in [character(']'), Key::plain(KeyCode::PageDown)] {
            check(key, play(Command::NextMark));
        }
        for key in [character('['), Key::plain(KeyCode::PageUp)] {
            check(key, play(Command::PreviousMark));
        }
        for key in [character('+'), Key::plain(KeyCode::Up)] {
            check(key, play(Command::Faster));
        }
        for key in [character('-'), Key::plain(KeyCode::Down)] {
            check(key, play(Command::Slower));
        }
        check(character('7'), play(Command::Tenth(7)));
        check(Key::plain(KeyCode::Home), play(Command::Tenth(0)));
        check(Key::plain(KeyCode::End), play(Command::End));
        check(character('?'), Some(Deed::Help));
        check(character('s'), Some(Deed::Bar));
        for key in [character('q'), Key::control('c')] {
            check(key, Some(Deed::Quit));
        }
        check(Key::control('z'), Some(Deed::Suspend));
        check(Key::control('x'), None);
        check(character('x'), None);
        assert_eq!(deed(&Input::Paste("q".to_owned())), None);
    }
}
