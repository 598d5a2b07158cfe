//! INTERACT as native as the terminal itself: the cursor's form, Escape without a delay, sizes, colours, and
//! the keys that programs take for commands; and nobody is called for the pane that one is in.

use std::time::{Duration, Instant};

use crate::{
    outer::{Outer, tile_text},
    sandbox::{Sandbox, wait_for},
};

/// Opens a program in a pane `p` of a terminal with 24-bit colours, and gives it the keys.
fn interact(sandbox: &Sandbox, command: &[&str]) -> Outer {
    let mut muxpect = sandbox.program("setsid");
    muxpect
        .env("COLORTERM", "truecolor")
        .args(["-c", env!("CARGO_BIN_EXE_muxpect")])
        .args(["run", "--name", "p", "--interact", "p", "--"])
        .args(command);
    let outer = Outer::start(muxpect, 24, 80);
    outer.wait_text("INTERACT");
    outer
}

/// Returns where a sequence was written to the terminal last.
fn last(outer: &Outer, sequence: &str) -> Option<usize> {
    memchr::memmem::rfind(&outer.raw(), sequence.as_bytes())
}

/// Waits until the terminal's cursor has the form that one of these asks for, and not the other's.
fn wait_shape(outer: &Outer, wanted: &str, other: &str) {
    wait_for(&format!("the cursor's form {wanted:?}"), || {
        let place = last(outer, &format!("\x1b[{wanted} q"))?;
        (last(outer, &format!("\x1b[{other} q")) < Some(place)).then_some(())
    });
}

#[test]
fn the_cursor_has_the_form_that_the_editor_gives_it() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "vimrc",
        "let &t_SI = \"\\e[6 q\"\nlet &t_EI = \"\\e[2 q\"\nset nocompatible\n",
    );
    for editor in [
        &["vim", "-u", "vimrc", "-i", "NONE", "-n"][..],
        &["nvim", "--clean", "-n"],
    ] {
        let mut outer = interact(&sandbox, editor);
        outer.wait_text("~");
        outer.send("i");
        outer.wait_text("-- INSERT --");
        wait_shape(&outer, "6", "2");
        outer.send("\x1b");
        outer.wait_no_text("-- INSERT --");
        wait_shape(&outer, "2", "6");
        // In WATCH the cursor is drawn, and back in the pane it is the terminal's own again.
        outer.send("i");
        outer.wait_text("-- INSERT --");
        outer.send("\x1d");
        outer.wait("a hidden cursor", vt100::Screen::hide_cursor);
        outer.send("\r");
        outer.wait("the cursor", |screen| !screen.hide_cursor());
        wait_shape(&outer, "6", "2");
        drop(outer);
        sandbox.ok(&["down"]);
    }
}

#[test]
fn escape_has_no_delay_that_one_notices() {
    let sandbox = Sandbox::new();
    let mut outer = interact(&sandbox, &["vim", "-u", "NONE", "-i", "NONE", "-N", "-n"]);
    outer.wait_text("~");
    // The machine may be busy with other tests: the quickest of some says what muxpect adds to vim's own.
    let times = (0..10).map(|_| {
        outer.send("i");
        outer.wait_text("-- INSERT --");
        let start = Instant::now();
        outer.send("\x1b");
        outer.wait_no_text("-- INSERT --");
        start.elapsed()
    });
    let quickest = times.min().unwrap();
    assert!(quickest < Duration::from_millis(150), "{quickest:?}");
}

#[test]
fn control_and_alt_keys_are_the_programs() {
    let sandbox = Sandbox::new();
    let script = "stty raw -echo; printf 'ready:'; exec cat -vT";
    let mut outer = interact(&sandbox, &["sh", "-c", script]);
    outer.wait_text("ready:");
    // Every control character but Escape, Ctrl-] and the line feed, which cat does not spell out.
    let codes = (1..=31u8).filter(|code| !matches!(code, 10 | 27 | 29));
    let typed: Vec<u8> = codes.clone().collect();
    let shown: String = codes
        .map(|code| format!("^{}", char::from(code + 64)))
        .collect();
    outer.send(&typed);
    outer.send("\x1bj\x1bq\x1b1\x1b:\x1b[1;3A\x1b[1;5D.");
    let shown = format!("ready:{shown}^[j^[q^[1^[:^[[1;3A^[[1;5D.");
    outer.wait(&shown, |screen| {
        tile_text(screen, "1 p", 4, 54).replace('\n', "") == shown
    });
    outer.wait_text("INTERACT");
}

#[test]
fn a_resize_reaches_the_program_that_one_is_in() {
    let sandbox = Sandbox::new();
    let vim = [
        "vim",
        "-u",
        "NONE",
        "-i",
        "NONE",
        "-N",
        "-n",
        "--cmd",
        "set laststatus=2 ruler",
    ];
    let mut outer = interact(&sandbox, &vim);
    outer.wait_text("0,0-1");
    outer.send("itop\r");
    for (rows, cols) in [(40, 120), (12, 50), (24, 80)] {
        outer.resize(rows, cols);
        outer.wait(&format!("{cols}x{rows}"), |screen| {
            // The status line stands two rows above muxpect's bar and the lower line of the tile.
            let row = |from: u16| screen.contents_between(rows - from, 0, rows - from, cols);
            row(1).starts_with(" INTERACT")
                && row(3).contains("-- INSERT --")
                && row(4).contains("[No Name]")
        });
        outer.send("x");
        outer.wait("what is typed", |screen| {
            screen.contents().contains("-- INSERT --")
        });
    }
    outer.send("\x1b");
    outer.wait_text("xxx");
}

#[test]
fn colours_of_the_palette_and_24_bit_ones_are_kept() {
    let sandbox = Sandbox::new();
    let script = "printf '\\033[38;5;208mpalette\\033[0m \\033[38;2;1;2;3m24bit\\033[0m \\033[48;2;9;8;7mback\\033[0m'; read x";
    let outer = interact(&sandbox, &["sh", "-c", script]);
    outer.wait_text("back");
    outer.wait("the colours", |screen| {
        let Some((row, col)) = crate::outer::tile(screen, "1 p") else {
            return false;
        };
        let cell = |at: u16| screen.cell(row, col + at).unwrap();
        cell(0).fgcolor() == vt100::Color::Idx(208)
            && cell(8).fgcolor() == vt100::Color::Rgb(1, 2, 3)
            && cell(14).bgcolor() == vt100::Color::Rgb(9, 8, 7)
    });
}

#[test]
fn nobody_is_called_for_the_pane_that_one_is_in() {
    let sandbox = Sandbox::new();
    sandbox.write("tell.sh", "echo \"$1\" >>told\n");
    let say = "read x; printf '\\033]9;from %s\\007' $MUXPECT_PANE; exec cat";
    let pane = |name: &str| format!("[[pane]]\nname = '{name}'\ncmd = ['sh', '-c', '''{say}''']\n");
    let notify = "[notify]\non = []\nevery = '1ms'\ncommand = ['sh', 'tell.sh', '{text}']\n";
    let config = format!("version = 1\n{notify}{}{}", pane("a"), pane("b"));
    sandbox.write("muxpect.toml", &config);
    let mut outer = sandbox.open(24, 80, &["-s", "s", "up", "--interact", "a"]);
    outer.wait_text("INTERACT");
    outer.send("go\r");
    wait_for("what it says", || {
        let said = |event: &serde_json::Value| event["event"] == "notified";
        sandbox.events("a").iter().any(said).then_some(())
    });
    // Notices come in order: one of the first pane would be told before this one.
    sandbox.ok(&["send", "b", "go"]);
    let told = wait_for("the other pane's notice", || {
        let told = std::fs::read_to_string(sandbox.path("told")).unwrap_or_default();
        told.ends_with('\n').then_some(told)
    });
    assert_eq!(told, "from b\n");
}
