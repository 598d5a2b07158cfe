//! Reads recordings: asciicast v2 and v3, as they are written here and by asciinema.
//!
//! Pure: a `BufRead` in, events out, one at a time, so that a recording may be larger than memory.
//! The formats are those of asciinema's documentation (`asciicast-v2.md`, `asciicast-v3.md`). What
//! cannot be read ends the recording: a torn last line is what a killed writer leaves, and tells of
//! no fault; anything else is an error that names the line. Nothing is sanitised here: the data of
//! an event is whatever was recorded, and goes to an emulator.

use std::{
    io::{self, BufRead},
    time::Duration,
};

use serde::Deserialize;
use serde_json::Value;

use super::Sight;
use crate::geometry::Size;

/// The most bytes of one line. An event of 64 KiB of output takes 400 KiB at the most.
const LINE_LIMIT: u64 = 8 * 1024 * 1024;

/// What a recording says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The version of the format, 2 or 3.
    pub version: u64,
    /// The size of the terminal at the beginning.
    pub size: Size,
    /// When it was begun, in seconds since 1970.
    pub timestamp: Option<i64>,
    /// The command that was recorded.
    pub command: Option<String>,
    /// The title that somebody has given it.
    pub title: Option<String>,
    /// The `TERM` of the command.
    pub term: Option<String>,
}

/// One event of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CastEvent {
    /// When it happened, from the beginning; never earlier than the event before.
    pub at: Duration,
    /// What happened.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The program printed this.
    Output(String),
    /// This was typed.
    Input(String),
    /// The terminal has a new size.
    Resize(Size),
    /// Something was noted in words.
    Mark(String),
    /// The tty was looked at.
    Sight(Sight),
    /// The program exited with this status (v3).
    Exit(i32),
}

/// Why a recording cannot be read, or not any further.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system refused.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// The first line is no header.
    #[error("its first line is no header of an asciicast ({0}); make one with `muxpect record`")]
    NoHeader(String),
    /// It is of another version.
    #[error(
        "it is of version {0}, and versions 2 and 3 can be read; convert it with `asciinema convert`"
    )]
    Version(u64),
    /// A line is longer than can be kept.
    #[error("line {0} is longer than 8 MiB; what follows cannot be read")]
    TooLong(u64),
    /// A line is no event.
    #[error("line {line} is no event ({reason}); what follows cannot be read")]
    NoEvent {
        /// Which line, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
}

/// A recording that is being read.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    header: Header,
    /// The number of the line read last, from 1.
    line: u64,
    /// The time of the event read last.
    at: Duration,
    buffer: Vec<u8>,
    /// How many bytes the lines read so far have, the one in the buffer left out.
    before: u64,
    /// The line read last has no newline.
    unterminated: bool,
    torn: bool,
    ended: bool,
}

impl<R: BufRead> Reader<R> {
    /// Reads the header.
    pub fn new(input: R) -> Result<Reader<R>, ReadError> {
        let mut reader = Reader {
            input,
            header: Header {
                version: 0,
                size: Size { rows: 0, cols: 0 },
                timestamp: None,
                command: None,
                title: None,
                term: None,
            },
            line: 0,
            at: Duration::ZERO,
            buffer: Vec::new(),
            before: 0,
            unterminated: false,
            torn: false,
            ended: false,
        };
        if !reader.next_line()? {
            return Err(ReadError::Empty);
        }
        reader.header = read_header(&reader.buffer)?;
        Ok(reader)
    }

    /// Returns what the recording says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Returns whether the recording ended in the middle of a line, as a killed writer leaves it.
    pub fn is_torn(&self) -> bool {
        self.torn
    }

    /// Returns how many bytes the whole lines read so far have.
    pub fn length(&self) -> u64 {
        match self.torn {
            true => self.before,
            false => self.before + self.buffer.len() as u64,
        }
    }

    /// Returns whether the newline of the whole line read last is missing: nothing follows it.
    pub fn is_unterminated(&self) -> bool {
        self.unterminated && !self.torn
    }

    /// Returns the number of the line read last, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Reads the next event; `None` at the end. After an error there is nothing more.
    pub fn next_event(&mut self) -> Result<Option<CastEvent>, ReadError> {
        while !self.ended {
            let read = self.next_line();
            if !matches!(read, Ok(true)) {
                self.ended = true;
                return read.map(|_| None);
            }
            let text = self.buffer.trim_ascii();
            // Version 3 has comments.
            if text.is_empty() || text.starts_with(b"#") {
                continue;
            }
            match read_event(text) {
                Ok((time, what)) => {
                    let at = if self.header.version == 3 {
                        self.at.saturating_add(time)
                    } else {
                        time
                    };
                    // A clock set back must not run time backwards.
                    self.at = self.at.max(at);
                    if let Some(what) = what {
                        return Ok(Some(CastEvent { at: self.at, what }));
                    }
                }
                Err(_) if !self.buffer.ends_with(b"\n") => {
                    self.torn = true;
                    self.ended = true;
                }
                Err(reason) => {
                    self.ended = true;
                    let line = self.line;
                    return Err(ReadError::NoEvent { line, reason });
                }
            }
        }
        Ok(None)
    }

    /// Reads a line into the buffer, its newline included; `false` at the end.
    fn next_line(&mut self) -> Result<bool, ReadError> {
        self.before += self.buffer.len() as u64;
        self.buffer.clear();
        let mut limited = io::Read::take(&mut self.input, LINE_LIMIT);
        let count = limited.read_until(b'\n', &mut self.buffer)?;
        self.line += 1;
        if count > 0 {
            self.unterminated = !self.buffer.ends_with(b"\n");
        }
        if count as u64 == LINE_LIMIT && !self.buffer.ends_with(b"\n") {
            return Err(ReadError::TooLong(self.line));
        }
        Ok(count > 0)
    }
}

/// Iterates over the events. The first error is the last item.
impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<CastEvent, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_event().transpose()
    }
}

/// A header as either version writes it; whatever else it has is passed over.
#[derive(Deserialize)]
struct RawHeader {
    version: u64,
    width: Option<u64>,
    height: Option<u64>,
    term: Option<RawTerm>,
    timestamp: Option<Value>,
    command: Option<String>,
    title: Option<String>,
    env: Option<Value>,
}

/// The terminal, as version 3 writes it.
#[derive(Deserialize)]
struct RawTerm {
    cols: u64,
    rows: u64,
    r#type: Option<String>,
}

fn read_header(line: &[u8]) -> Result<Header, ReadError> {
    let fault = |reason: &dyn ToString| ReadError::NoHeader(reason.to_string());
    // The version first: other versions have other fields.
    let value: Value = serde_json::from_slice(line).map_err(|error| fault(&error))?;
    match value.get("version").and_then(Value::as_u64) {
        Some(2 | 3) => {}
        Some(other) => return Err(ReadError::Version(other)),
        None => return Err(fault(&"it names no version")),
    }
    let raw: RawHeader = serde_json::from_value(value).map_err(|error| fault(&error))?;
    let (cols, rows) = match &raw.term {
        Some(term) => (Some(term.cols), Some(term.rows)),
        None => (raw.width, raw.height),
    };
    let size = cols.zip(rows).and_then(|(cols, rows)| size(cols, rows));
    let of_environment = |name: &str| raw.env.as_ref()?.get(name)?.as_str().map(str::to_owned);
    Ok(Header {
        version: raw.version,
        size: size.ok_or_else(|| fault(&"it has no size from 1x1 to 1000x1000"))?,
        timestamp: raw
            .timestamp
            .as_ref()
            .and_then(Value::as_f64)
            .map(|at| at as i64),
        term: of_environment("TERM").or(raw.term.and_then(|term| term.r#type)),
        command: raw.command,
        title: raw.title,
    })
}

/// Reads the time in front of an event and what happened; `None` for a code that is not known.
fn read_event(line: &[u8]) -> Result<(Duration, Option<What>), String> {
    let (seconds, code, data): (f64, String, Value) =
        serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let time = Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())?;
    let text = |data: Value| match data {
        Value::String(text) => Ok(text),
        _ => Err("its data is no text".to_owned()),
    };
    let what = match code.as_str() {
        "o" => What::Output(text(data)?),
        "i" => What::Input(text(data)?),
        "m" => What::Mark(text(data)?),
        "r" => {
            let text = text(data)?;
            let sides = text.split_once('x');
            let number = |side: &str| side.parse().ok();
            let size = sides.and_then(|(cols, rows)| size(number(cols)?, number(rows)?));
            What::Resize(size.ok_or_else(|| format!("{text:?} is no size from 1x1 to 1000x1000"))?)
        }
        "x" => match data {
            Value::String(text) => text.trim().parse().ok(),
            data => data.as_i64().and_then(|status| i32::try_from(status).ok()),
        }
        .map(What::Exit)
        .ok_or("its data is no status")?,
        // Another program's `t` is not ours to refuse.
        "t" => match serde_json::from_str(&text(data)?) {
            Ok(sight) => What::Sight(sight),
            Err(_) => return Ok((time, None)),
        },
        _ => return Ok((time, None)),
    };
    Ok((time, Some(what)))
}

fn size(cols: u64, rows: u64) -> Option<Size> {
    let side = |side: u64| {
        (1..=u64::from(Size::LIMIT))
            .contains(&side)
            .then_some(side as u16)
    };
    Some(Size {
        rows: side(rows)?,
        cols: side(cols)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{SeenHolder, SeenProgram, SeenReader};

    const HEADER: &str =
        r#"{"version":2,"width":80,"height":24,"command":"sh","env":{"TERM":"xterm"}}"#;

    /// Reads all of `text` and returns its events, as far as it goes.
    fn read(text: &str) -> (Vec<CastEvent>, bool, Option<String>) {
        let mut reader = Reader::new(text.as_bytes()).unwrap();
        let mut events = Vec::new();
        let error = loop {
            match reader.next_event() {
                Ok(Some(event)) => events.push(event),
                Ok(None) => break None,
                Err(error) => break Some(error.to_string()),
            }
        };
        assert!(reader.next_event().unwrap().is_none(), "nothing follows");
        (events, reader.is_torn(), error)
    }

    fn refusal(text: &str) -> String {
        Reader::new(text.as_bytes()).unwrap_err().to_string()
    }

    fn event(milliseconds: u64, what: What) -> CastEvent {
        let at = Duration::from_millis(milliseconds);
        CastEvent { at, what }
    }

    #[test]
    fn events_of_version_2_have_their_times() {
        let reader = Reader::new(HEADER.as_bytes()).unwrap();
        let header = reader.header();
        assert_eq!((header.size.cols, header.size.rows), (80, 24));
        assert_eq!(header.command.as_deref(), Some("sh"));
        assert_eq!(header.term.as_deref(), Some("xterm"));
        let text = format!(
            "{HEADER}\n[0.5,\"o\",\"a\\u001b\"]\n[1,\"r\",\"20x5\"]\n[0.9,\"i\",\"k\"]\n[2,\"z\",7]\n[2,\"m\",\"\"]\n"
        );
        let size = Size { rows: 5, cols: 20 };
        let events = vec![
            event(500, What::Output("a\x1b".to_owned())),
            event(1000, What::Resize(size)),
            event(1000, What::Input("k".to_owned())),
            event(2000, What::Mark(String::new())),
        ];
        assert_eq!(read(&text), (events, false, None));
    }

    #[test]
    fn events_of_version_3_have_intervals() {
        let text = "{\"version\":3,\"term\":{\"cols\":9,\"rows\":8,\"type\":\"vt\"}}\n# so\n[0.5,\"o\",\"a\"]\n[1,\"x\",\"3\"]\n";
        let reader = Reader::new(text.as_bytes()).unwrap();
        assert_eq!(reader.header().size, Size { rows: 8, cols: 9 });
        assert_eq!(reader.header().term.as_deref(), Some("vt"));
        let events = vec![
            event(500, What::Output("a".to_owned())),
            event(1500, What::Exit(3)),
        ];
        assert_eq!(read(text), (events, false, None));
    }

    #[test]
    fn a_sight_is_read_as_it_is_written() {
        let program = SeenProgram {
            name: "ssh".to_owned(),
            own: true,
            genuine: true,
        };
        let sight = Sight {
            echo: false,
            canonical: true,
            holder: Some(SeenHolder {
                reader: SeenReader::Reads(program.clone()),
                leader: None,
                readers: vec![program],
            }),
        };
        let data = serde_json::to_string(&sight).unwrap();
        let line = serde_json::to_string(&(1, "t", data)).unwrap();
        let text = format!("{HEADER}\n{line}\n[2,\"t\",\"other\"]\n");
        assert_eq!(
            read(&text),
            (vec![event(1000, What::Sight(sight))], false, None)
        );
    }

    #[test]
    fn a_torn_end_is_no_fault() {
        let whole = format!("{HEADER}\n[1,\"o\",\"a\"]\n[2,\"o\",\"日\"]");
        assert_eq!(read(&whole).0.len(), 2, "only its newline is missing");
        for cut in HEADER.len() + 1..whole.len() {
            if let Some(torn) = whole.get(..cut) {
                let (events, is_torn, error) = read(torn);
                assert!(events.len() < 2 && error.is_none(), "{torn}");
                let complete = torn.ends_with('\n') || torn.ends_with("\"a\"]");
                assert_eq!(is_torn, !complete, "{torn}");
            }
        }
    }

    #[test]
    fn a_fault_names_its_line_and_ends_the_recording() {
        let fault = |line: &str| {
            let text = format!("{HEADER}\n[1,\"o\",\"a\"]\n{line}\n[2,\"o\",\"b\"]\n");
            let (events, torn, error) = read(&text);
            assert_eq!((events.len(), torn), (1, false));
            error.unwrap()
        };
        assert!(fault("x").starts_with("line 3 is no event (expected value"));
        assert!(fault("[1,\"o\",3]").contains("its data is no text"));
        assert!(fault("[-1,\"o\",\"\"]").contains("negative"));
        assert!(fault("[1,\"r\",\"0x5\"]").contains("\"0x5\" is no size"));
        assert!(fault("[1,\"x\",\"a\"]").contains("no status"));
        let long = format!("[1,\"o\",\"{}\"]", "x".repeat(LINE_LIMIT as usize));
        assert!(fault(&long).starts_with("line 3 is longer than 8 MiB"));
    }

    #[test]
    fn what_is_no_recording_is_refused() {
        assert_eq!(refusal(""), "it is empty");
        assert!(refusal("Script started").starts_with("its first line is no header"));
        assert!(refusal("{\"width\":8}").contains("it names no version"));
        assert!(refusal("{\"version\":1,\"stdout\":[]}").starts_with("it is of version 1"));
        let huge = r#"{"version":2,"width":80,"height":70000}"#;
        assert!(refusal(huge).contains("no size from 1x1"));
    }
}
