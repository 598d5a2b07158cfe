//! A recording as text: asciicast v2, one JSON value a line.
//!
//! Pure: bytes and moments in, lines out. The format is that of asciinema's documentation
//! (`doc/asciicast-v2.md`): a header, then `[seconds, code, data]` with the codes `o` for output, `i`
//! for input, `r` for a new size, `m` for a mark. Two codes are not of version 2, whose readers pass
//! over what they do not know: `x` for the exit status, as version 3 has it, and `t` for what was
//! seen of the tty ([`Sight`]). The reading of recordings is in `read`.

use std::{
    io::BufRead,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{ReadError, Reader, Sight, What};
use crate::geometry::Size;

/// A recording that goes on. Times count from its beginning and never go back.
#[derive(Debug)]
pub struct Cast {
    begun: Instant,
    /// The time of `begun` in the recording.
    offset: Duration,
    output: Characters,
    input: Characters,
}

/// Where a recording that exists ends, for [`Cast::resume`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CastEnd {
    /// The time of its last event.
    pub at: Duration,
    /// The last size it tells of.
    pub size: Size,
    /// How many bytes its whole lines have. What follows is the torn line that a killed writer has
    /// left, and is to be cut off.
    pub length: u64,
    /// Whether there is such a torn line.
    pub torn: bool,
    /// Whether the newline of its last whole line is missing.
    pub unterminated: bool,
}

/// Why a recording cannot be gone on with.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    /// It cannot be read to its end.
    #[error(transparent)]
    Unreadable(#[from] ReadError),
    /// It is of a version that is read, not written.
    #[error("it is of version {0}, and only version 2 can be continued")]
    Version(u64),
}

impl CastEnd {
    /// Reads a recording to its end.
    pub fn read(input: impl BufRead) -> Result<CastEnd, ResumeError> {
        let mut reader = Reader::new(input)?;
        if reader.header().version != 2 {
            return Err(ResumeError::Version(reader.header().version));
        }
        let mut at = Duration::ZERO;
        let mut size = reader.header().size;
        while let Some(event) = reader.next_event()? {
            at = event.at;
            if let What::Resize(to) = event.what {
                size = to;
            }
        }
        Ok(CastEnd {
            at,
            size,
            length: reader.length(),
            torn: reader.is_torn(),
            unterminated: reader.is_unterminated(),
        })
    }
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
        Cast::from(now, Duration::ZERO)
    }

    /// Goes on with a recording after its last event, as `asciinema rec --append` does: the time
    /// between the two is left out. What is appended to `out` belongs behind the first
    /// [`CastEnd::length`] bytes.
    pub fn resume(end: &CastEnd, now: Instant, size: Size, out: &mut Vec<u8>) -> Cast {
        let mut cast = Cast::from(now, end.at);
        if end.unterminated {
            out.push(b'\n');
        }
        if size != end.size {
            cast.resize(now, size, out);
        }
        cast
    }

    fn from(begun: Instant, offset: Duration) -> Cast {
        Cast {
            begun,
            offset,
            output: Characters::default(),
            input: Characters::default(),
        }
    }

    /// Appends output. A character that the bytes end within is held back; bytes that are no
    /// UTF-8 become U+FFFD, as JSON must be text.
    pub fn output(&mut self, now: Instant, bytes: &[u8], out: &mut Vec<u8>) {
        let text = self.output.take(bytes);
        self.text(now, "o", &text, out);
    }

    /// Appends what was typed, as [`Cast::output`] does what was printed.
    pub fn input(&mut self, now: Instant, bytes: &[u8], out: &mut Vec<u8>) {
        let text = self.input.take(bytes);
        self.text(now, "i", &text, out);
    }

    /// Appends a new size.
    pub fn resize(&mut self, now: Instant, size: Size, out: &mut Vec<u8>) {
        self.event(now, "r", &size.to_string(), out);
    }

    /// Appends a mark, such as how the child ended; what is held back of the output comes first.
    pub fn mark(&mut self, now: Instant, text: &str, out: &mut Vec<u8>) {
        self.flush(now, out);
        self.event(now, "m", text, out);
    }

    /// Appends what was seen of the tty.
    pub fn sight(&mut self, now: Instant, sight: &Sight, out: &mut Vec<u8>) {
        let data = serde_json::to_string(sight).expect("a sight is plain values");
        self.event(now, "t", &data, out);
    }

    /// Appends the status that the child exited with: 128 and the signal's number if one ended it.
    /// What is held back of the output comes first.
    pub fn exit(&mut self, now: Instant, status: i32, out: &mut Vec<u8>) {
        self.flush(now, out);
        self.event(now, "x", &status.to_string(), out);
    }

    /// Appends what is held back.
    fn flush(&mut self, now: Instant, out: &mut Vec<u8>) {
        let (output, input) = (self.output.rest(), self.input.rest());
        self.text(now, "i", &input, out);
        self.text(now, "o", &output, out);
    }

    fn text(&self, now: Instant, code: &str, text: &str, out: &mut Vec<u8>) {
        if !text.is_empty() {
            self.event(now, code, text, out);
        }
    }

    fn event(&self, now: Instant, code: &str, data: &str, out: &mut Vec<u8>) {
        let time = self.offset + now.saturating_duration_since(self.begun);
        let seconds = time.as_micros() as f64 / 1e6;
        line(&json!([seconds, code, data]), out);
    }
}

/// Bytes on their way to becoming text.
#[derive(Debug, Default)]
struct Characters {
    /// The beginning of a character whose rest is to come, at most 3 bytes.
    tail: Vec<u8>,
}

impl Characters {
    /// Returns the text so far, without a character that the bytes end within.
    fn take(&mut self, bytes: &[u8]) -> String {
        self.tail.extend_from_slice(bytes);
        let rest = self
            .tail
            .split_off(self.tail.len() - unfinished(&self.tail));
        let whole = std::mem::replace(&mut self.tail, rest);
        String::from_utf8_lossy(&whole).into_owned()
    }

    /// Returns what was held back: its rest never comes.
    fn rest(&mut self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut self.tail)).into_owned()
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

    /// Goes on with `text` for one event of output, and returns it all.
    fn continued(text: &str, size: Size) -> String {
        let end = CastEnd::read(text.as_bytes()).unwrap();
        let mut out = text.as_bytes()[..end.length as usize].to_vec();
        let now = Instant::now();
        let mut cast = Cast::resume(&end, now, size, &mut out);
        cast.output(now + Duration::from_millis(500), b"more", &mut out);
        String::from_utf8(out).unwrap()
    }

    const BEFORE: &str = "{\"version\":2,\"width\":80,\"height\":24}\n[1.5,\"o\",\"a\"]\n";

    #[test]
    fn a_recording_goes_on_after_its_last_event() {
        assert_eq!(
            continued(BEFORE, SIZE),
            format!("{BEFORE}[2.0,\"o\",\"more\"]\n")
        );
        let other = Size { rows: 5, cols: 20 };
        assert_eq!(
            continued(BEFORE, other),
            format!("{BEFORE}[1.5,\"r\",\"20x5\"]\n[2.0,\"o\",\"more\"]\n")
        );
        let resized = format!("{BEFORE}[3,\"r\",\"20x5\"]\n");
        let expected = format!("{resized}[3.5,\"o\",\"more\"]\n");
        assert_eq!(continued(&resized, other), expected);
    }

    #[test]
    fn a_torn_end_is_cut_off_and_nothing_else() {
        let expected = format!("{BEFORE}[2.0,\"o\",\"more\"]\n");
        for cut in 0.."[2,\"o\",\"lost\"".len() {
            let torn = format!("{BEFORE}{}", &"[2,\"o\",\"lost\""[..cut]);
            let end = CastEnd::read(torn.as_bytes()).unwrap();
            assert_eq!(end.torn, cut > 0, "{torn}");
            assert_eq!(continued(&torn, SIZE), expected);
        }
        // A last line that only lacks its newline is whole.
        assert_eq!(continued(BEFORE.trim_end(), SIZE), expected);
        let header = BEFORE.lines().next().unwrap();
        let expected = format!("{header}\n[0.5,\"o\",\"more\"]\n");
        assert_eq!(continued(header, SIZE), expected);
    }

    #[test]
    fn what_cannot_be_continued_is_refused() {
        let check = |text: &str, expected: &str| {
            let error = CastEnd::read(text.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        };
        let third = r#"{"version":3,"term":{"cols":80,"rows":24}}"#;
        check(third, "it is of version 3, and only version 2 can be");
        check("{\"version\":1}", "it is of version 1");
        check("Script started", "its first line is no header");
        check("", "it is empty");
        let broken = format!("{BEFORE}oops\n[2,\"o\",\"b\"]\n");
        check(&broken, "line 3 is no event");
    }

    #[test]
    fn input_sights_and_the_exit_are_read_as_they_were_written() {
        let now = Instant::now();
        let mut out = Vec::new();
        let mut cast = Cast::begin(now, 7, SIZE, "sh", "xterm", &mut out);
        let sight = Sight {
            echo: true,
            canonical: false,
            holder: None,
        };
        cast.input(now, b"\xe6\x97", &mut out);
        cast.sight(now, &sight, &mut out);
        cast.input(now, b"\xa5", &mut out);
        cast.output(now, b"a\xe6", &mut out);
        cast.exit(now, 130, &mut out);
        let events: Vec<What> = Reader::new(out.as_slice())
            .unwrap()
            .map(|event| event.unwrap().what)
            .collect();
        let expected = [
            What::Sight(sight),
            What::Input("日".to_owned()),
            What::Output("a".to_owned()),
            What::Output("\u{fffd}".to_owned()),
            What::Exit(130),
        ];
        assert_eq!(events, expected);
    }

    proptest! {
        #[test]
        fn any_split_records_the_same_text(text in "[a日é👋\u{301}]{0,12}", step in 1usize..5) {
            let chunks: Vec<&[u8]> = text.as_bytes().chunks(step).collect();
            prop_assert_eq!(output(&record(&chunks)), text);
        }
    }
}
