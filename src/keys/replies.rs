//! Telling a terminal's answers to queries from what a person typed, in recorded input.
//!
//! Owns the forms of the answers only. What comes live goes through the decoder.

/// Returns `bytes` without the answers to queries that they hold: cursor positions, attributes,
/// modes, sizes, and the strings of DCS, OSC and APC. Modified F3 has the form of a cursor position
/// (`CSI 1;5R`) and counts as one, since the answer is by far the more frequent.
pub fn without_replies(bytes: &[u8]) -> Vec<u8> {
    let mut typed = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, tail)) = rest.split_first() {
        match reply_length(rest) {
            Some(length) => rest = &rest[length..],
            None => {
                typed.push(*first);
                rest = tail;
            }
        }
    }
    typed
}

/// Returns the length of the answer that `bytes` begin with.
fn reply_length(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [0x1b, b'[', sequence @ ..] => {
            let is_inner = |byte: &u8| (0x20..0x40).contains(byte);
            let length = sequence.iter().take_while(|byte| is_inner(byte)).count();
            let (inner, end) = (&sequence[..length], sequence.get(length)?);
            let is_private = matches!(inner.first(), Some(b'?' | b'>' | b'='));
            let is_reply = match end {
                b'R' => inner.contains(&b';'),
                b'c' | b'u' => is_private,
                b'n' => !inner.is_empty(),
                b'y' => inner.ends_with(b"$"),
                b't' => inner.contains(&b';'),
                _ => false,
            };
            is_reply.then_some(2 + length + 1)
        }
        [0x1b, b'P' | b']' | b'_', string @ ..] => {
            let end = string.iter().position(|byte| matches!(byte, 0x07 | 0x1b))?;
            match string[end..] {
                [0x07, ..] => Some(2 + end + 1),
                [0x1b, b'\\', ..] => Some(2 + end + 2),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, typed: &str) {
        let got = without_replies(input.as_bytes());
        assert_eq!(String::from_utf8(got).unwrap(), typed, "{input:?}");
    }

    #[test]
    fn answers_of_a_terminal_are_left_out() {
        check("\x1b[12;40R", "");
        check("a\x1b[?62;c\x1b[>1;10;0cb", "ab");
        check("\x1b[0n\x1b[?2026;2$y\x1b[8;24;80t\x1b[?0u", "");
        check("\x1bP1+r544e\x1b\\x\x1b]11;rgb:0/0/0\x07y", "xy");
    }

    #[test]
    fn what_a_person_types_stays() {
        for keys in [
            "yes\r",
            "\x1b[A\x1bOB\x1b[1;5C",
            "\x1b[97;5u",
            "\x1b",
            "\x1b[R",
            "\x1b]x",
        ] {
            check(keys, keys);
        }
    }
}
