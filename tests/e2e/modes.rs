//! What programs get of keys, mouse and focus by the modes that they set, and that a synchronized
//! update is not shown by halves.

use crate::{
    outer::{Outer, tile_text},
    sandbox::Sandbox,
};

/// The interpreter of the system, whatever others are on the path.
const PYTHON: &str = "/usr/bin/python3";

/// Types into a program that has set these modes; the program shows what it got, like `cat -vT`.
fn check_typed(modes: &str, typed: &str, got: &str) {
    let sandbox = Sandbox::new();
    let script = format!("stty raw -echo; printf '{modes}ready:'; exec cat -vT");
    let mut outer = sandbox.interact(&["sh", "-c", &script]);
    outer.wait_text("ready:");
    outer.send(typed);
    // What comes after it must not be more of the same.
    outer.send(".");
    let shown = format!("ready:{got}.");
    outer.wait(&shown, |screen| {
        tile_text(screen, "1 p", 2, 54).replace('\n', "") == shown
    });
}

#[test]
fn the_wheel_is_arrows_unless_the_program_says_no() {
    let wheel = "\x1b[<64;40;10M\x1b[<65;40;10M";
    let arrows = "^[[A^[[A^[[A^[[B^[[B^[[B";
    check_typed("\\033[?1049h", wheel, arrows);
    check_typed(
        "\\033[?1049h\\033[?1h",
        wheel,
        &arrows.replace('[', "O").replace("^O", "^["),
    );
    check_typed("\\033[?1049h\\033[?1007l", wheel, "");
}

#[test]
fn home_and_end_are_those_that_programs_wait_for() {
    // In a form that terminfo does not have, vim would take them for Escape and a command.
    let sandbox = Sandbox::new();
    let vim = ["vim", "-u", "NONE", "-i", "NONE", "-N", "-n"];
    let mut outer = sandbox.interact(&vim);
    outer.wait_text("~");
    for typed in ["ibcd", "\x1b[H", "a", "\x1b[F", "e"] {
        outer.send(typed);
    }
    outer.wait_text("abcde");
}

#[test]
fn focus_is_told_to_those_who_ask() {
    // It has the focus when it asks; then the window loses it, and has it again.
    check_typed("\\033[?1004h", "\x1b[O\x1b[I", "^[[I^[[O^[[I");
    check_typed("", "\x1b[O\x1b[I", "");
    // The keys leave the pane, and come back.
    let sandbox = Sandbox::new();
    let script = "stty raw -echo; printf '\\033[?1004hready:'; exec cat -vT";
    let mut outer = sandbox.interact(&["sh", "-c", script]);
    outer.wait_text("ready:^[[I");
    outer.send("\x1d");
    outer.wait_text("ready:^[[I^[[O");
    outer.send("\r");
    outer.wait_text("ready:^[[I^[[O^[[I");
}

#[test]
fn a_window_that_loses_the_focus_does_not_take_the_size() {
    let sandbox = Sandbox::new();
    let script = "stty raw -echo; printf '\\033[?1004hready:'; exec cat -vT";
    let mut small = sandbox.interact(&["sh", "-c", script]);
    small.wait_text("ready:^[[I");
    let large = sandbox.open(50, 160, &["attach"]);
    large.wait_text("ready:^[[I");
    let pane = sandbox.wait_pane("p", |pane| pane["cols"].as_u64() > Some(80));
    small.send("\x1b[O");
    large.wait_text("ready:^[[I^[[O");
    assert_eq!(sandbox.pane("p")["cols"], pane["cols"]);
}

#[test]
fn keys_are_told_apart_where_the_program_wants_it() {
    // Ctrl-I and Tab, Ctrl-Enter, Shift-Enter, Escape, Alt-a: as a terminal with kitty's keys sends
    // them.
    let typed = "\x1b[105;5u\t\x1b[13;5u\x1b[13;2u\x1b[27u\x1b[97;3u";
    check_typed(
        "\\033[>1u",
        typed,
        "^[[105;5u^I^[[13;5u^[[13;2u^[[27u^[[97;3u",
    );
    let other = "^[[27;5;105~^I^[[27;5;13~^[[27;2;13~^[^[[27;3;97~";
    check_typed("\\033[>4;2m", typed, other);
    check_typed("", typed, "^I^I^M^M^[^[a");
}

/// Returns the report of a mouse's button on a cell of the pane, counted from 0.
fn mouse(outer: &Outer, button: u8, row: u16, col: u16) -> String {
    let (top, left) = outer.tile("1 p").unwrap();
    format!("\x1b[<{button};{};{}M", left + col + 1, top + row + 1)
}

/// Clicks on a cell of the pane.
fn click(outer: &mut Outer, row: u16, col: u16) {
    let press = mouse(outer, 0, row, col);
    let release = press.replace('M', "m");
    outer.send(press + &release);
}

#[test]
fn editors_take_the_mouse() {
    for editor in ["vim", "nvim"] {
        let sandbox = Sandbox::new();
        sandbox.write("vimrc", "set mouse=a ruler\nsilent! set ttymouse=sgr\n");
        let lines: Vec<String> = (1..=100)
            .map(|number| format!("line number {number}\n"))
            .collect();
        sandbox.write("numbers", &lines.concat());
        let mut outer = sandbox.interact(&[editor, "-u", "vimrc", "-i", "NONE", "-n", "numbers"]);
        outer.wait_text("line number 1");
        click(&mut outer, 4, 5);
        outer.wait_text("5,6");
        let wheel = mouse(&outer, 65, 0, 0);
        outer.send(wheel);
        outer.wait("three lines down", |screen| {
            tile_text(screen, "1 p", 1, 20).trim() == "line number 4"
        });
    }
}

#[test]
fn htop_and_mc_take_the_mouse() {
    let sandbox = Sandbox::new();
    let mut outer = sandbox.interact(&["mc", "-u"]);
    outer.wait_text("Left     File");
    click(&mut outer, 0, 12);
    outer.wait_text("View file...");
    drop(outer);
    sandbox.ok(&["down"]);

    let mut outer = sandbox.interact(&["htop"]);
    outer.wait_text("F1Help");
    let pane = sandbox.pane("p");
    let last = pane["rows"].as_u64().unwrap() as u16 - 1;
    click(&mut outer, last, 3);
    outer.wait_text("Released under the GNU");
}

/// Fills rows with one letter after the other. After each half of the rows it waits until the
/// terminal has taken it, and for longer than a frame. With an argument, each update begins with the
/// very write that ends the last one.
const HALVES: &str = r#"
import os, sys, time, tty
tty.setraw(0)
def write(text):
    os.write(1, text.encode())
def ask():
    write("\x1b[c")
    answer = b""
    while not answer.endswith(b"c"):
        answer += os.read(0, 100)
def wait(start):
    while time.monotonic() - start < 0.025:
        ask()
slowest = 0
last = ""
for letter in "ABCDEFGHIJ":
    half = 5 * (20 * letter + "\r\n")
    start = time.monotonic()
    write(last + "\x1b[?2026h\x1b[H" + half)
    wait(start)
    last = half + "\x1b[?2026l"
    if len(sys.argv) == 1:
        write(last)
        last = ""
        ask()
    end = time.monotonic()
    slowest = max(slowest, end - start)
    if not last:
        wait(end)
write(last)
write("slowest: %d ms\r\n" % (1000 * slowest))
os.read(0, 1)
"#;

#[test]
fn a_synchronized_update_is_never_shown_by_halves() {
    check_halves(&[]);
}

#[test]
fn synchronized_updates_without_a_pause_are_never_shown_by_halves() {
    check_halves(&["joined"]);
}

/// Runs [`HALVES`] and looks at every frame that is drawn.
fn check_halves(arguments: &[&str]) {
    // An update that takes too long is shown by halves, and a machine may be that slow: such a run
    // says nothing.
    let frames = (0..20).find_map(|_| {
        let sandbox = Sandbox::new();
        sandbox.write("draw.py", HALVES);
        let command = ["run", "--name", "p", "--", PYTHON, "draw.py"];
        let outer = sandbox.open(24, 80, &[&command, arguments].concat());
        outer.wait_text("slowest: ");
        let text = outer.text();
        let (_, slowest) = text.split_once("slowest: ").unwrap();
        let slowest: u32 = slowest.split(' ').next().unwrap().parse().unwrap();
        (slowest < 100).then(|| outer.raw())
    });
    let frames = frames.expect("one undisturbed run");
    let mut terminal = vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0);
    let mut seen = Vec::new();
    let end = b"\x1b[?2026l";
    let mut rest = frames.as_slice();
    while let Some(at) = rest.windows(end.len()).position(|bytes| bytes == end) {
        let (frame, others) = rest.split_at(at + end.len());
        rest = others;
        terminal.process(frame);
        let text = tile_text(terminal.screen(), "1 p", 10, 20);
        let letters: Vec<&str> = text.lines().collect();
        if letters.len() == 10 {
            assert!(
                letters.iter().all(|row| *row == letters[0]),
                "a half:\n{text}"
            );
            seen.push(letters[0].to_owned());
        }
    }
    assert!(seen.contains(&"J".repeat(20)), "{seen:?}");
}

#[test]
fn half_an_update_is_shown_when_no_more_comes() {
    let half = "\\033[?2026hhalf of it";
    for end in ["read x", "exit"] {
        let sandbox = Sandbox::new();
        let script = format!("printf '{half}'; {end}");
        let outer = sandbox.open(24, 80, &["run", "--name", "p", "--", "sh", "-c", &script]);
        outer.wait_text("half of it");
        assert_eq!(sandbox.ok(&["screen", "p"]).trim(), "half of it");
    }
}
