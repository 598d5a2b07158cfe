//! What is printed and what is looked for.

use std::fmt::Write;

/// How much is printed, in bytes.
pub const BYTES: usize = 50_000_000;

/// What the child asks on each trip.
pub const PROMPT: &str = "go? ";

/// The last line of a flood, without its LF.
pub const MARKER: &str = "the marker";

const WORDS: &str = "the quick brown fox jumps over the lazy dog and then some more ";

/// Returns lines as a build prints them, coloured here and there.
pub fn build_log() -> String {
    fill(|text, index| {
        let filler = &WORDS[..20 + index % 40];
        let line = index % 900;
        match index % 6 {
            0 => write!(
                text,
                "[{:3}%] \x1b[32mBuilding C object src/{index}.c.o\x1b[m\r\n",
                index % 100
            ),
            1 => write!(
                text,
                "cc -O2 -Wall -c src/file{index}.c -o out/file{index}.o # {filler}\r\n"
            ),
            2 => write!(
                text,
                "src/file{index}.c:{line}: \x1b[1;33mwarning:\x1b[m unused variable 'step'\r\n"
            ),
            3 => write!(text, "  {line} |\tint step = {filler};\r\n"),
            4 => write!(text, "step {index}: {filler}\r\n"),
            _ => write!(
                text,
                "{index:>8} INFO error count 0, host7 done: {filler}\r\n"
            ),
        }
    })
}

/// Returns the states of one progress line, without an LF.
pub fn one_line() -> String {
    fill(|text, index| write!(text, "\r{index:>8} of many done, host7: {}", &WORDS[..30]))
}

fn fill(line: impl Fn(&mut String, usize) -> std::fmt::Result) -> String {
    let mut text = String::with_capacity(BYTES + 200);
    for index in 0.. {
        if text.len() >= BYTES {
            break;
        }
        line(&mut text, index).expect("a string takes all");
    }
    text
}

/// Returns a pattern that matches nowhere: one of eight kinds, with parts that do occur.
pub fn pattern(index: usize) -> String {
    match index % 8 {
        0 => format!(r"needle-{index}: .* [yY]/n"),
        1 => format!(r"(?i)password for user{index}:\s*$"),
        2 => format!(r"Overwrite file{index}\? \[[yY]/[nN]\] ?"),
        3 => format!(r"(?m)^host{index}> $"),
        4 => format!(r"ERROR {index}: (\w+) failed"),
        5 => format!(r"\[{index}/\d+\] Are you sure\?"),
        6 => format!(r"Enter value {index} \([^)]*\): $"),
        _ => format!(r"\bstep {index} of \d+ done\b"),
    }
}
