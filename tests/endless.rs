//! Output without end: sequences that are never finished, lines of many megabytes, thousands of
//! parameters and marks. The emulator's memory stays bounded and the next text is drawn.
//!
//! One test, alone in its process, since it watches the memory of the process.

use muxpect::{
    geometry::Size,
    terminal::{Emulator, TerminalEvent},
};

/// How much of each stream is fed.
const STREAM: usize = 2 * 1024 * 1024;

/// How much of a line without end is fed.
const LINE: usize = 100 * 1024 * 1024;

/// How much the process may grow by all of it: history (1 MiB at least) and what the allocator
/// keeps, and far less than any stream that was stored.
const GROWTH: usize = 6 * 1024 * 1024;

const CHUNK: usize = 64 * 1024;

/// Returns the memory that this process has in use, in bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells it");
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    1024 * number
        .and_then(|number| number.parse::<usize>().ok())
        .expect("it is a number of kibibytes")
}

/// Feeds `begin`, then `unit` again and again up to `length` bytes, then text, and checks that the
/// text is drawn and nothing was kept.
#[track_caller]
fn check(begin: &str, unit: &[u8], length: usize) {
    let before = resident();
    let mut emulator = Emulator::new(Size { rows: 24, cols: 80 }, 100);
    emulator.report_lines(true);
    let mut events = Vec::new();
    let chunk = unit.repeat((CHUNK / unit.len()).max(1));
    emulator.feed(begin.as_bytes(), &mut events);
    let mut fed = 0;
    while fed < length {
        emulator.feed(&chunk, &mut events);
        fed += chunk.len();
        for event in events.drain(..) {
            match event {
                TerminalEvent::Line { text, .. } => assert!(text.len() < 2 * CHUNK),
                TerminalEvent::Reply(reply) => panic!("typed back: {}", reply.escape_ascii()),
                _ => {}
            }
        }
        let grown = resident().saturating_sub(before);
        assert!(grown < GROWTH, "{begin:?}: {grown} bytes after {fed}");
    }
    let shown = unit.escape_ascii();
    assert!(emulator.title().len() <= 256, "{begin:?} {shown}");
    emulator.feed(b"\x18\x1b\\\r\nintact", &mut events);
    assert_eq!(emulator.prompt().text, "intact", "{begin:?} {shown}");
    assert!(!emulator.screen().text().contains("[muxpect"));
}

#[test]
fn output_without_end_is_bounded() {
    // The first use of everything takes its share.
    check("", b"x", CHUNK);
    for (begin, unit) in [
        ("\x1b]2;", "title "),
        ("\x1b]", "1"),
        ("\x1b]8;;http://", "x"),
        ("\x1b]52;c;", "QUFB"),
        ("\x1b]4", ";1;?"),
        ("\x1bP", "q#0~"),
        ("\x1bP+q", "544e;"),
        ("\x1bP$q", "m"),
        ("\x1b_G", "AAAA"),
        ("\x1b^", "private"),
        ("\x1bX", "start"),
        ("\x1b[", "1"),
        ("\x1b[", "65535;"),
        ("\x1b[38", ":2"),
        ("\x1b[?", ";"),
        ("\x1b[1", " "),
        ("\x1b", "("),
        ("", "\x1b["),
        ("", "\x1b]"),
        ("", "\x1bP"),
        ("", "\x1b7\x1b[?1049h\x1b[?1049l"),
        ("", "\x1b[>1u\x1b[22;2t"),
        ("", "\x1bH\x1b[C"),
        ("a", "\u{301}"),
        ("漢", "\u{200d}\u{fe0f}"),
        ("", "\u{301}\u{20e3}"),
    ] {
        check(begin, unit.as_bytes(), STREAM);
    }
    // Of 65,535 parameters the first are read, or none.
    let parameters = "1;".repeat(65_535);
    for last in ["m", "H", "r", "h", "t", "c"] {
        let sequence = format!("\x1b[{parameters}{last}");
        check("", sequence.as_bytes(), sequence.len());
    }
    for byte in [b'\x80', b'\xff', b'\xc3', b'\xf0', b'\x9b'] {
        check("", &[byte], STREAM);
    }
    check("", b"x", LINE);
    check("", "漢".as_bytes(), STREAM);
    check("", b"\x1b[31mx\x1b[m", STREAM);
}
