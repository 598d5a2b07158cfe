//! The bytes that give text to a terminal's clipboard (OSC 52).
//!
//! Owns the form only; how much may be copied is decided elsewhere.

use base64::{Engine, prelude::BASE64_STANDARD};

/// Returns the bytes that make the terminal copy `text`.
pub fn sequence(text: &str) -> Vec<u8> {
    // Old terminals know BEL alone as its end.
    format!("\x1b]52;c;{}\x07", BASE64_STANDARD.encode(text)).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_written_in_base64_whatever_it_is() {
        assert_eq!(sequence("hello"), b"\x1b]52;c;aGVsbG8=\x07");
        let bytes = sequence("\x1b\x07日\n");
        assert_eq!(bytes, b"\x1b]52;c;Gwfml6UK\x07");
        assert_eq!(sequence(""), b"\x1b]52;c;\x07");
    }
}
