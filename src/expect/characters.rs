//! Bytes to characters: UTF-8 that comes in pieces, mended.
//!
//! Owns the beginning of a character that a read has cut. What the characters mean is the caller's.

use std::str;

/// The incremental reader of UTF-8. What is none becomes U+FFFD, one for each maximal ill-formed
/// part, as the Unicode standard advises.
#[derive(Clone, Debug, Default)]
pub(super) struct Characters {
    /// The bytes of a character that is not complete yet.
    partial: [u8; 4],
    length: usize,
}

impl Characters {
    /// Hands the text of `bytes` to `take`, in parts.
    pub(super) fn push(&mut self, mut bytes: &[u8], mut take: impl FnMut(&str)) {
        while self.length > 0 {
            let Some(&byte) = bytes.first() else { return };
            self.partial[self.length] = byte;
            match str::from_utf8(&self.partial[..=self.length]) {
                Ok(character) => {
                    take(character);
                    self.length = 0;
                    bytes = &bytes[1..];
                }
                Err(error) if error.error_len().is_none() => {
                    self.length += 1;
                    bytes = &bytes[1..];
                }
                Err(_) => {
                    self.length = 0;
                    take("\u{fffd}");
                }
            }
        }
        if let Ok(valid) = str::from_utf8(bytes) {
            take(valid);
            return;
        }
        for chunk in bytes.utf8_chunks() {
            take(chunk.valid());
            let invalid = chunk.invalid();
            if invalid.is_empty() {
                continue;
            }
            let at_end = invalid.as_ptr_range().end == bytes.as_ptr_range().end;
            if at_end && is_incomplete(invalid) {
                self.partial[..invalid.len()].copy_from_slice(invalid);
                self.length = invalid.len();
            } else {
                take("\u{fffd}");
            }
        }
    }

    /// Appends U+FFFD to `text` for a character that will not be completed.
    pub(super) fn break_off(&mut self, text: &mut String) {
        if std::mem::take(&mut self.length) > 0 {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
}

/// Returns whether `bytes`, which are no character, may begin one.
fn is_incomplete(bytes: &[u8]) -> bool {
    str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_split_gives_the_same_text() {
        let check = |input: &[u8], expected: &str| {
            for split in 0..=input.len() {
                let (mut characters, mut text) = (Characters::default(), String::new());
                for part in [&input[..split], &input[split..]] {
                    characters.push(part, |part| text.push_str(part));
                }
                characters.break_off(&mut text);
                assert_eq!(text, expected, "split at {split}");
            }
        };
        check("é€𝄞".as_bytes(), "é€𝄞");
        check(b"a\xffb\x1b\r\n", "a\u{fffd}b\x1b\r\n");
        check(b"\xe2\x82x\xe2\x82", "\u{fffd}x\u{fffd}");
        check(b"\xf0\x9d\xe2\x82\xac", "\u{fffd}€");
        check(b"\xed\xa0\x80", "\u{fffd}\u{fffd}\u{fffd}");
    }
}
