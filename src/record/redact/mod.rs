//! The redactor that stands before everything written, printed or sent on: it masks secrets.
//!
//! It knows the secrets of a session and finds them in whole texts, in JSON, in rows of a screen
//! and, by [`RedactedBytes`], in a stream of output. A mask has as many columns as what it hides.
//! It finds a secret as its own text and in the forms that `forms` makes of it, and nothing else.

mod automaton;
mod bytes;
mod forms;
mod scan;

pub use bytes::RedactedBytes;

use std::{borrow::Cow, fmt, ops::Range, sync::Arc};

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use self::{automaton::Automaton, forms::forms, scan::Scanner};
use crate::screen::{self, Row};

/// The fewest characters of a secret: a shorter one would be masked, and so betrayed, in ordinary
/// text.
const SHORTEST: usize = 6;

/// The most secrets that are known at once, and their most bytes in all; the oldest go first. Their
/// tables then take up to 20 MB.
const SECRETS: usize = 128;
const BYTES: usize = 16 * 1024;

/// The most bytes of one secret.
const LONGEST: usize = 4 * 1024;

/// Why a text cannot be kept secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It would be masked in ordinary text.
    #[error("it has fewer than {SHORTEST} characters")]
    TooShort,
    /// It would need more memory than a secret may.
    #[error("it has more than {LONGEST} bytes")]
    TooLong,
    /// It has several lines, or what no prompt takes as text.
    #[error("it holds a line end or another control character")]
    Control,
}

/// The secrets of a session, as far as they are known. A clone is cheap, and knows what was known
/// when it was made.
#[derive(Clone)]
pub struct Redactor {
    /// Oldest first.
    secrets: Arc<Vec<SecretString>>,
    automaton: Arc<Automaton>,
}

impl Default for Redactor {
    fn default() -> Redactor {
        Redactor {
            secrets: Arc::default(),
            automaton: Arc::new(Automaton::new(std::iter::empty())),
        }
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({} secrets)", self.secrets.len())
    }
}

impl Redactor {
    /// Makes a secret known; returns whether it was not. Of too many, the one that was not added
    /// again for longest is forgotten.
    pub fn add(&mut self, secret: &SecretString) -> Result<bool, Unfit> {
        let text = secret.expose_secret();
        check(text)?;
        let mut secrets = Vec::clone(&self.secrets);
        secrets.retain(|known| known.expose_secret() != text);
        let new = secrets.len() == self.secrets.len();
        secrets.push(secret.clone());
        if new {
            while secrets.len() > SECRETS || total(&secrets) > BYTES {
                secrets.remove(0);
            }
            let forms: Vec<_> = secrets
                .iter()
                .map(|secret| secret.expose_secret())
                // A row of a screen, and what `read` of a shell has read, lack the blanks.
                .flat_map(|secret| forms(secret).into_iter().chain(forms(secret.trim())))
                .collect();
            let texts = forms.iter().map(|form| form.as_slice());
            self.automaton = Arc::new(Automaton::new(texts));
        }
        self.secrets = Arc::new(secrets);
        Ok(new)
    }

    /// Returns whether no secret is known.
    pub fn is_empty(&self) -> bool {
        self.secrets.is_empty()
    }

    /// Returns `text` with its secrets masked. Escape sequences and line ends within a secret stay.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.find(text) {
            Some(masked) => {
                let text = mask(text.as_bytes(), &masked, 0..text.len());
                Cow::Owned(String::from_utf8_lossy(&text).into_owned())
            }
            None => Cow::Borrowed(text),
        }
    }

    /// Masks secrets in two texts of which one follows the other, those too that go on from one to
    /// the other, and in pieces of the second.
    pub fn texts<'t>(
        &self,
        first: &mut String,
        second: &mut String,
        pieces: impl Iterator<Item = &'t mut String>,
    ) {
        let whole = format!("{first}{second}");
        let Some(masked) = self.find(&whole) else {
            return;
        };
        let shown = |place: Range<usize>| {
            String::from_utf8_lossy(&mask(whole.as_bytes(), &masked, place)).into_owned()
        };
        for piece in pieces {
            // Where a piece was found is not told; the place that tells least of a secret counts.
            let places = second.match_indices(piece.as_str());
            let places = places.map(|(at, text)| first.len() + at..first.len() + at + text.len());
            let hidden =
                |place: &Range<usize>| masked[place.clone()].iter().filter(|is| **is).count();
            if let Some(place) = places.max_by_key(hidden) {
                *piece = shown(place);
            }
        }
        (*first, *second) = (shown(0..first.len()), shown(first.len()..whole.len()));
    }

    /// Masks secrets in every text within `value`, the keys of its objects included.
    pub fn value(&self, value: &mut Value) {
        if self.is_empty() {
            return;
        }
        match value {
            Value::String(text) => {
                if let Cow::Owned(masked) = self.text(text) {
                    *text = masked;
                }
            }
            Value::Array(values) => values.iter_mut().for_each(|value| self.value(value)),
            Value::Object(fields) => {
                fields.values_mut().for_each(|value| self.value(value));
                if fields.keys().any(|key| self.find(key).is_some()) {
                    let renamed = std::mem::take(fields).into_iter();
                    *fields = renamed
                        .map(|(key, value)| (self.text(&key).into_owned(), value))
                        .collect();
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Masks secrets in adjacent rows of a screen, also those that go on in the next row, and
    /// returns whether there were any.
    pub fn rows(&self, rows: &mut [Row]) -> bool {
        if self.is_empty() {
            return false;
        }
        let mut text = String::new();
        let mut places = Vec::with_capacity(rows.len());
        for row in rows.iter() {
            let start = text.len();
            text.push_str(&row.text());
            places.push(start..text.len());
            text.push('\n');
        }
        let Some(masked) = self.find(&text) else {
            return false;
        };
        for (row, place) in rows.iter_mut().zip(places) {
            mask_row(row, &masked[place]);
        }
        true
    }

    /// Returns over how many rows of this width a secret can go on that begins in a row before them,
    /// where a line is too long for a row.
    pub fn rows_within(&self, cols: u16) -> usize {
        let lengths = self
            .secrets
            .iter()
            .map(|secret| secret.expose_secret().len());
        let longest = lengths.max().unwrap_or_default() * forms::GROWTH;
        longest.div_ceil(usize::from(cols.max(1)))
    }

    /// Returns which bytes of `text` belong to a secret, if any do.
    fn find(&self, text: &str) -> Option<Vec<bool>> {
        let mut scanner = Scanner::default();
        let skipped = scanner.skip(&self.automaton, text.as_bytes());
        if skipped == text.len() {
            return None;
        }
        let mut found = None;
        scanner.feed(&self.automaton, &text.as_bytes()[skipped..], |at| {
            let masked = found.get_or_insert_with(|| vec![false; text.len()]);
            masked[usize::try_from(at).expect("a place in the text")] = true;
        });
        found
    }

    fn automaton(&self) -> &Automaton {
        &self.automaton
    }

    /// Returns whether `other` finds what this finds, since it is a clone.
    fn is(&self, other: &Redactor) -> bool {
        Arc::ptr_eq(&self.automaton, &other.automaton)
    }
}

/// Checks that a text can be kept secret: 6 characters at least without blanks at its ends, 4 KiB at
/// most, one line.
pub fn check(secret: &str) -> Result<(), Unfit> {
    if secret.chars().any(char::is_control) {
        Err(Unfit::Control)
    } else if secret.trim().chars().count() < SHORTEST {
        Err(Unfit::TooShort)
    } else if secret.len() > LONGEST {
        Err(Unfit::TooLong)
    } else {
        Ok(())
    }
}

fn total(secrets: &[SecretString]) -> usize {
    let lengths = secrets.iter().map(|secret| secret.expose_secret().len());
    lengths.sum()
}

/// Returns the bytes of `text` at `place` with as many `*` for each character that is `masked` as
/// it has columns. A character may go on after `place`.
fn mask(text: &[u8], masked: &[bool], place: Range<usize>) -> Vec<u8> {
    let mut out = Vec::with_capacity(place.len());
    for at in place {
        match (masked[at], text[at]) {
            (false, byte) => out.push(byte),
            (true, 0x00..0x80) => out.push(b'*'),
            // The rest of a character whose first byte has been masked.
            (true, 0x80..0xc0) => {}
            (true, 0xc0..) => {
                let width = text[at..]
                    .utf8_chunks()
                    .next()
                    .and_then(|chunk| chunk.valid().chars().next())
                    .map_or(1, screen::char_width);
                out.resize(out.len() + usize::from(width), b'*');
            }
        }
    }
    out
}

/// Masks the cells of a row; `masked` is about its text.
fn mask_row(row: &mut Row, masked: &[bool]) {
    let mut at = 0;
    let mut column = 0;
    for screen::Run(start, text, _) in &mut row.runs {
        // Between runs there are blanks, one byte each.
        at += usize::from(start.saturating_sub(column));
        column = *start;
        let mut shown = String::with_capacity(text.len());
        for (cell, width) in screen::cells(text) {
            // Blanks at the end of the row are no part of its text.
            let mut bytes = masked.iter().skip(at).take(cell.len());
            if bytes.any(|masked| *masked) {
                shown.extend(std::iter::repeat_n('*', usize::from(width)));
            } else {
                shown.push_str(&text[cell.clone()]);
            }
            at += cell.len();
            column += width;
        }
        *text = shown;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::screen::{Run, Style};

    pub(super) fn redactor(secrets: &[&str]) -> Redactor {
        let mut redactor = Redactor::default();
        for secret in secrets {
            redactor.add(&SecretString::from(*secret)).unwrap();
        }
        redactor
    }

    fn add(redactor: &mut Redactor, secret: &str) -> Result<bool, Unfit> {
        redactor.add(&SecretString::from(secret))
    }

    #[test]
    fn only_what_can_be_kept_secret_is_taken() {
        let mut redactor = Redactor::default();
        assert_eq!(add(&mut redactor, "hunter2"), Ok(true));
        assert_eq!(add(&mut redactor, "hunter2"), Ok(false));
        assert_eq!(add(&mut redactor, "日本語日本"), Err(Unfit::TooShort));
        assert_eq!(add(&mut redactor, "日本語日本語"), Ok(true));
        for control in [
            "two\nlines",
            "hunter2\n",
            "escape\x1b",
            "nul\0nul",
            "c1\u{9b}31m",
        ] {
            assert_eq!(add(&mut redactor, control), Err(Unfit::Control));
        }
        assert_eq!(
            add(&mut redactor, &"x".repeat(LONGEST + 1)),
            Err(Unfit::TooLong)
        );
        assert_eq!(format!("{redactor:?}"), "Redactor(2 secrets)");
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut redactor = Redactor::default();
        for number in 0..SECRETS {
            add(&mut redactor, &format!("secret {number}.")).unwrap();
        }
        add(&mut redactor, "secret 0.").unwrap();
        add(&mut redactor, "one more").unwrap();
        assert_eq!(redactor.text("secret 0. secret 1."), "********* secret 1.");
        for letter in ["a", "b", "c", "d", "e"] {
            add(&mut redactor, &letter.repeat(LONGEST)).unwrap();
        }
        assert_eq!(redactor.secrets.len(), 4);
    }

    #[test]
    fn texts_and_json() {
        let redactor = redactor(&["hunter2", "pass \"word\""]);
        assert!(matches!(redactor.text("nothing here"), Cow::Borrowed(_)));
        assert_eq!(redactor.text("hunter2hunter2."), "**************.");
        assert_eq!(redactor.text("a hun\nter2"), "a ***\n****");
        let mut value =
            json!({"hunter2": ["x hunter2", {"a": "pass \"word\""}, 1, null], "b": true});
        redactor.value(&mut value);
        let expected = json!({"*******": ["x *******", {"a": "***********"}, 1, null], "b": true});
        assert_eq!(value, expected);
    }

    #[test]
    fn a_mask_has_the_columns_of_what_it_hides() {
        let redactor = redactor(&["日e\u{301}本 secret"]);
        assert_eq!(redactor.text("[日e\u{301}本 secret]"), "[************]");
    }

    /// Returns a row of runs `(column, text)`.
    fn row(runs: &[(u16, &str)], wrapped: bool) -> Row {
        let run = |(start, text): &(u16, &str)| Run(*start, (*text).to_owned(), Style::default());
        Row {
            runs: runs.iter().map(run).collect(),
            wrapped,
        }
    }

    #[test]
    fn rows_of_a_screen() {
        let redactor = redactor(&["hunter2", "日本語 secret", "end of line"]);
        let mut rows = [
            row(&[(0, "a hun"), (5, "ter2"), (12, "hunter2")], false),
            row(&[(2, "日本"), (6, "語"), (9, "secret!")], false),
            row(&[(0, "x hun")], true),
            row(&[(0, "ter2 x")], false),
            row(&[(0, "end of"), (6, "  ")], false),
            row(&[(0, "nothing")], false),
            row(&[(0, "hunt  ")], false),
            row(&[(0, "er2")], false),
        ];
        assert!(redactor.rows(&mut rows));
        let expected = [
            row(&[(0, "a ***"), (5, "****"), (12, "*******")], false),
            row(&[(2, "****"), (6, "**"), (9, "******!")], false),
            row(&[(0, "x ***")], true),
            row(&[(0, "**** x")], false),
            row(&[(0, "end of"), (6, "  ")], false),
            row(&[(0, "nothing")], false),
            row(&[(0, "****  ")], false),
            row(&[(0, "***")], false),
        ];
        for (row, expected) in rows.iter().zip(&expected) {
            assert_eq!(row, expected);
        }
        assert!(!redactor.rows(&mut rows), "nothing is left");
    }

    proptest! {
        #[test]
        fn no_secret_survives_in_rows(
            cells in proptest::collection::vec("[ab日 ]{0,8}", 1..6),
            cut in 0usize..4,
        ) {
            let redactor = redactor(&["ab日a b", "ababab"]);
            let mut rows: Vec<Row> = cells
                .iter()
                .map(|text| {
                    let at = text.char_indices().nth(cut).map_or(text.len(), |(at, _)| at);
                    let column = text[..at].chars().map(screen::char_width).sum();
                    row(&[(0, &text[..at]), (column, &text[at..])], true)
                })
                .collect();
            let columns = |rows: &[Row]| -> Vec<usize> {
                let width = |text: String| text.chars().map(|c| usize::from(screen::char_width(c))).sum();
                rows.iter().map(|row| width(row.text())).collect()
            };
            let before = columns(&rows);
            redactor.rows(&mut rows);
            prop_assert_eq!(columns(&rows), before);
            let text: String = rows.iter().map(Row::text).collect();
            prop_assert!(!text.contains("ab日a b") && !text.contains("ababab"), "{}", text);
        }
    }
}
