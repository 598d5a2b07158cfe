//! A recording as text: asciicast v2, one JSON value a line.
//!
//! Pure: bytes and moments in, lines out. The format is that of asciinema's documentation
//! (`doc/asciicast-v2.md`): a header, then `[seconds, code, data]` with the codes `o` for output, `r`
//! for a new size, `m` for a mark. Input is not recorded.

use std::time::Instant;

use serde_json::json;

use super::Sight;
use crate::geometry::Size;

/// A recording that goes on. Times count from its beginning and never go back.
#[derive(Debug)]
pub struct Cast {
    begun: Instant,
    /// The beginning of a character whose rest is to come, at most 3 bytes.
    tail: Vec<u8>,
}

impl Cast {
    /// Begins a recording: appends its header to `out`. `timestamp` is in seconds since 1970.
    pub fn begin(
        now: Instant,
        timestamp: i64,
        size: Size,
        command: &str,
        term: &str,
        out: &mut Vec<u8>,
    ) -> Cast {
        let header = json!({
            "version": 2,
            "width": size.cols,
            "height": size.rows,
            "timestamp": timestamp,
            "command": command,
            "env": {"TERM": term},
        });
        line(&header, out);
        Cast {
            begun: now,
            tail: Vec::new(),
        }
    }

    /// Appends output. A character that the bytes end within is held back; bytes that are no
    /// UTF-8 become U+FFFD, as JSON must be text.
    pub fn output(&mut self, now: Instant, bytes: &[u8], out: &mut Vec<u8>) {
        self.tail.extend_from_slice(bytes);
        let whole = self.tail.len() - unfinished(&self.tail);
        let rest = self.tail.split_off(whole);
        let whole = std::mem::replace(&mut self.tail, rest);
        if !whole.is_empty() {
            self.event(now, "o", &String::from_utf8_lossy(&whole), out);
        }
    }

    /// Appends a new size.
    pub fn resize(&mut self, now: Instant, size: Size, out: &mut Vec<u8>) {
        self.event(now, "r", &size.to_string(), out);
    }

    /// Appends a mark, such as how the child ended; what is held back of the output comes first.
    pub fn mark(&mut self, now: Instant, text: &str, out: &mut Vec<u8>) {
        let tail = std::mem::take(&mut self.tail);
        if !tail.is_empty() {
            self.event(now, "o", &String::from_utf8_lossy(&tail), out);
        }
        self.event(now, "m", text, out);
    }

    /// Appends what was typed.
    pub fn input(&mut self, now: Instant, text: &str, out: &mut Vec<u8>) {
        self.event(now, "i", text, out);
    }

    /// Appends what was seen of the tty.
    pub fn sight(&mut self, now: Instant, sight: &Sight, out: &mut Vec<u8>) {
        let text = serde_json::to_string(sight).expect("plain values");
        self.event(now, "t", &text, out);
    }

    fn event(&self, now: Instant, code: &str, data: &str, out: &mut Vec<u8>) {
        let seconds = now.saturating_duration_since(self.begun).as_micros() as f64 / 1e6;
        line(&json!([seconds, code, data]), out);
    }
}

fn line(value: &serde_json::Value, out: &mut Vec<u8>) {
    serde_json::to_writer(&mut *out, value).expect("a Vec takes all");
    out.push(b'\n');
}

/// Returns how many bytes at the end are the beginning of a character.
fn unfinished(bytes: &[u8]) -> usize {
    let last = &bytes[bytes.len().saturating_sub(3)..];
    match std::str::from_utf8(last) {
        Err(error) if error.error_len().is_none() => last.len() - error.valid_up_to(),
        Err(_) => {
            // What stands before it may be the end of a character that began earlier.
            let start = last.iter().rposition(|byte| *byte >= 0xc0);
            let rest = start.map_or(&[][..], |start| &last[start..]);
            let begins = std::str::from_utf8(rest).is_err_and(|error| error.error_len().is_none());
            if begins { rest.len() } else { 0 }
        }
        Ok(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    const SIZE: Size = Size { rows: 24, cols: 80 };

    /// Records `chunks`, one a second, and returns the lines.
    fn record(chunks: &[&[u8]]) -> Vec<Value> {
        let begun = Instant::now();
        let mut out = Vec::new();
        let mut cast = Cast::begin(begun, 7, SIZE, "sh", "tmux-256color", &mut out);
        let mut now = begun;
        for chunk in chunks {
            now += Duration::from_secs(1);
            cast.output(now, chunk, &mut out);
        }
        cast.resize(now, Size { rows: 5, cols: 20 }, &mut out);
        cast.mark(now, "exit 0", &mut out);
        let text = String::from_utf8(out).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    fn output(lines: &[Value]) -> String {
        let events = lines.iter().filter(|line| line[1] == "o");
        events.map(|line| line[2].as_str().unwrap()).collect()
    }

    #[test]
    fn a_recording_has_a_header_and_timed_events() {
        let lines = record(&[b"a\x1b[31m\r\n", b"b"]);
        assert_eq!(
            lines,
            [
                json!({"version": 2, "width": 80, "height": 24, "timestamp": 7, "command": "sh",
                    "env": {"TERM": "tmux-256color"}}),
                json!([1.0, "o", "a\u{1b}[31m\r\n"]),
                json!([2.0, "o", "b"]),
                json!([2.0, "r", "20x5"]),
                json!([2.0, "m", "exit 0"]),
            ]
        );
    }

    #[test]
    fn characters_survive_a_cut_and_others_are_replaced() {
        assert_eq!(output(&record(&[b"\xe6\x97", b"\xa5x"])), "日x");
        assert_eq!(output(&record(&[b"\xf0\x9f\x91", b"\x8b"])), "👋");
        assert_eq!(output(&record(&[b"a\xffb"])), "a\u{fffd}b");
        assert_eq!(output(&record(&[b"a\xe6"])), "a\u{fffd}", "at the end");
    }

    proptest! {
        #[test]
        fn any_split_records_the_same_text(text in "[a日é👋\u{301}]{0,12}", step in 1usize..5) {
            let chunks: Vec<&[u8]> = text.as_bytes().chunks(step).collect();
            prop_assert_eq!(output(&record(&chunks)), text);
        }
    }
}
