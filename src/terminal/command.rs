//! Operating system commands: titles, the working directory, notices, marks.
//!
//! Owns what each OSC means and the bounds of the texts in it. Colours are asked for here and
//! answered by `reply`. The clipboard (OSC 52) is neither read nor written, and hyperlinks (OSC 8)
//! have no place in a cell: both are dropped.

use super::{Emulator, TerminalEvent, marks::ShellMark};

/// Bytes that a title or a notice may have.
const TEXT_LIMIT: usize = 256;

/// Bytes that a directory may have: more than PATH_MAX has no use.
const DIRECTORY_LIMIT: usize = 4096;

/// Titles that a program may push; more are not kept.
const TITLE_STACK: usize = 10;

impl Emulator {
    /// Obeys an operating system command.
    pub(super) fn command(&mut self, bytes: &[u8], bell: bool) {
        let (number, text) = match memchr::memchr(b';', bytes) {
            Some(end) => (&bytes[..end], &bytes[end + 1..]),
            None => (bytes, &[][..]),
        };
        match number {
            b"0" | b"2" => self.set_title(sanitised(text, TEXT_LIMIT)),
            b"4" => self.answer_palette(text, bell),
            b"7" => {
                if let Some(directory) = directory(text) {
                    self.directory = Some(directory);
                }
            }
            b"9" if !is_conemu(text) => {
                let text = sanitised(text, TEXT_LIMIT);
                if !text.is_empty() {
                    self.pending.push(TerminalEvent::Notice(text));
                }
            }
            b"10" => self.answer_colors(0, text, bell),
            b"11" => self.answer_colors(1, text, bell),
            b"12" => self.answer_colors(2, text, bell),
            b"133" => {
                if let Some(mark) = ShellMark::parse(text) {
                    self.mark(mark);
                }
            }
            _ => {}
        }
    }

    fn set_title(&mut self, title: String) {
        if title != self.title {
            self.title.clone_from(&title);
            self.pending.push(TerminalEvent::Title(title));
        }
    }

    /// XTWINOPS 22: keeps the title.
    pub(super) fn push_title(&mut self) {
        if self.titles.len() < TITLE_STACK {
            self.titles.push(self.title.clone());
        }
    }

    /// XTWINOPS 23: sets the title that was kept last.
    pub(super) fn pop_title(&mut self) {
        if let Some(title) = self.titles.pop() {
            self.set_title(title);
        }
    }

    /// Returns the working directory that the child has told (OSC 7), without control characters.
    pub fn directory(&self) -> Option<&str> {
        self.directory.as_deref()
    }
}

/// Returns whether what follows `9;` is one of ConEmu's commands, such as a progress report, and no
/// notice: they begin with a number.
fn is_conemu(text: &[u8]) -> bool {
    let number = text.split(|byte| *byte == b';').next().unwrap_or_default();
    !number.is_empty() && number.iter().all(u8::is_ascii_digit)
}

/// Returns the path of a `file` URL, whatever its host.
fn directory(url: &[u8]) -> Option<String> {
    let rest = url.strip_prefix(b"file://")?;
    let path = &rest[memchr::memchr(b'/', rest)?..];
    Some(sanitised(&percent_decoded(path), DIRECTORY_LIMIT))
}

/// Returns text with each `%` and two hexadecimal digits as the byte they stand for.
fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| str::from_utf8(two).ok());
        // A sign is no digit, though a number may have one.
        let digits = digits.filter(|two| two.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let code = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        if byte == b'%'
            && let Some(code) = code
        {
            decoded.push(code);
            rest = &after[2..];
        } else {
            decoded.push(byte);
            rest = after;
        }
    }
    decoded
}

/// Returns a text without what could act on a terminal (C0, C1, bidirectional controls), in at most
/// `limit` bytes.
fn sanitised(text: &[u8], limit: usize) -> String {
    let mut text: String = String::from_utf8_lossy(text)
        .chars()
        .filter(|character| {
            !character.is_control()
                && !matches!(character,
                    '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}'
                    | '\u{2066}'..='\u{2069}')
        })
        .collect();
    text.truncate(text.floor_char_boundary(limit));
    text
}
