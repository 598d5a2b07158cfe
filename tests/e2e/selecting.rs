//! Selecting and copying in SCROLL and by mouse, jumps between prompts, and history in an editor.

use std::fs;

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::{
    outer::Outer,
    sandbox::{Sandbox, wait_for},
};

/// Opens a pane that runs a script, with these variables for the interface.
fn open(sandbox: &Sandbox, script: &str, variables: &[(&str, &str)]) -> Outer {
    let mut command = sandbox.program("setsid");
    command
        .envs(variables.iter().copied())
        .args(["-c", env!("CARGO_BIN_EXE_muxpect"), "run", "--name", "p"])
        .args(["--", "sh", "-c", script]);
    Outer::start(command, 24, 80)
}

/// Returns what the terminal was given to copy, in order.
fn copies(outer: &Outer) -> Vec<String> {
    let raw = outer.raw();
    let raw = String::from_utf8_lossy(&raw);
    raw.split("\x1b]52;c;")
        .skip(1)
        .filter_map(|rest| rest.split_once('\x07'))
        .map(|(text, _)| String::from_utf8(BASE64_STANDARD.decode(text).unwrap()).unwrap())
        .collect()
}

/// Waits for the copy of this number, from 1.
#[track_caller]
fn copy(outer: &Outer, number: usize) -> String {
    wait_for("a copy", || copies(outer).get(number - 1).cloned())
}

/// Waits until the cells of a row of the terminal that are inverse hold a text.
fn wait_selected(outer: &Outer, text: &str) {
    outer.wait(&format!("{text:?} to be selected"), |screen| {
        (0..24).any(|row| {
            let cells = (0..80).filter_map(|col| screen.cell(row, col));
            let cells = cells.filter(|cell| cell.inverse());
            let cells = cells.map(|cell| match cell.contents() {
                "" => " ",
                text => text,
            });
            cells.collect::<String>().trim_end() == text
        })
    });
}

/// A report of the mouse at a row and column of the pane's content, from 0.
fn mouse(outer: &Outer, button: u8, (row, col): (u16, u16), last: char) -> String {
    let (top, left) = outer.tile("1 p").unwrap();
    format!("\x1b[<{button};{};{}{last}", left + col + 1, top + row + 1)
}

fn drag(outer: &mut Outer, from: (u16, u16), to: (u16, u16)) {
    let reports = [
        mouse(outer, 0, from, 'M'),
        mouse(outer, 32, to, 'M'),
        mouse(outer, 0, to, 'm'),
    ];
    outer.send(reports.concat());
}

fn click(outer: &mut Outer, at: (u16, u16), times: usize) {
    let reports = [mouse(outer, 0, at, 'M'), mouse(outer, 0, at, 'm')];
    outer.send(reports.concat().repeat(times));
}

#[test]
fn characters_are_selected_by_keys_and_copied() {
    let sandbox = Sandbox::new();
    let script = "echo one; echo 'open ~/a/b-c.txt: 日本 now'; echo three; read x; \
        seq 100; echo end; read x";
    let mut outer = open(&sandbox, script, &[]);
    outer.wait_text("three");
    outer.send("[?open\r");
    outer.wait_text("n N next");
    outer.send("vee");
    wait_selected(&outer, "open ~/a/b-c.txt:");
    outer.send("h");
    wait_selected(&outer, "open ~/a/b-c.txt");
    // Output goes on underneath, and another width changes nothing.
    sandbox.ok(&["send", "p", ""]);
    sandbox.ok(&["expect", "p", "end"]);
    wait_selected(&outer, "open ~/a/b-c.txt");
    outer.resize(24, 70);
    wait_selected(&outer, "open ~/a/b-c.txt");
    outer.send("y");
    assert_eq!(copy(&outer, 1), "open ~/a/b-c.txt");
    outer.wait_text("copied 16 characters");
    outer.send("v$y");
    assert_eq!(copy(&outer, 2), "t: 日本 now");
    outer.send("0Vjy");
    assert_eq!(copy(&outer, 3), "open ~/a/b-c.txt: 日本 now\nthree");
    outer.wait_text("copied 2 lines");
    // Esc drops what is selected first; Enter copies and leaves.
    outer.send("v\x1b");
    outer.wait_text("v V select");
    outer.wait_text("SCROLL");
    outer.send("gv\r");
    assert_eq!(copy(&outer, 4), "o");
    outer.wait_text("WATCH");
}

#[test]
fn wrapped_lines_are_copied_as_one_and_large_selections_are_not() {
    let sandbox = Sandbox::new();
    let script = "seq -s , 60; seq -f 'a line of thirty characters %g' 9000; echo end; read x";
    let mut outer = open(&sandbox, script, &[]);
    outer.wait_text("end");
    outer.send("[g");
    outer.wait_text("1,2,3,4");
    outer.send("hgV");
    wait_selected(
        &outer,
        "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,",
    );
    outer.send("y");
    let line = (1..=60).map(|number| number.to_string());
    let line = line.collect::<Vec<_>>().join(",");
    assert_eq!(copy(&outer, 1), line);
    outer.send("gVG");
    wait_selected(&outer, "end");
    outer.send("y");
    outer.wait_text("the selection is larger than 100 KB: nothing was copied");
    wait_selected(&outer, "end");
    outer.send("\x1b");
    outer.wait_text("v V select");
    outer.send("vy");
    assert_eq!(copy(&outer, 2).len(), 1, "{:?}", copies(&outer));
}

#[test]
fn a_drag_copies_in_watch_and_returns() {
    let sandbox = Sandbox::new();
    let mut outer = open(&sandbox, "echo one two; echo three four; read x", &[]);
    outer.wait_text("three");
    drag(&mut outer, (0, 4), (1, 4));
    assert_eq!(copy(&outer, 1), "two\nthree");
    outer.wait_text("copied 2 lines");
    outer.wait_text("WATCH");
    // With Shift it is the terminal's.
    let shifted = [
        mouse(&outer, 4, (0, 0), 'M'),
        mouse(&outer, 36, (0, 2), 'M'),
    ];
    outer.send(shifted.concat());
    drag(&mut outer, (1, 9), (1, 6));
    assert_eq!(copy(&outer, 2), "four");
    // A drag that goes on shows what is selected.
    let begun = [
        mouse(&outer, 0, (0, 0), 'M'),
        mouse(&outer, 32, (0, 2), 'M'),
    ];
    outer.send(begun.concat());
    outer.wait_text("SCROLL");
    wait_selected(&outer, "one");
    outer.send(mouse(&outer, 0, (0, 2), 'm'));
    assert_eq!(copy(&outer, 3), "one");
    // In WATCH a double click interacts.
    click(&mut outer, (0, 0), 2);
    outer.wait_text("INTERACT");
    assert_eq!(copies(&outer).len(), 3);
}

#[test]
fn clicks_copy_words_and_lines_where_the_child_leaves_the_mouse() {
    let sandbox = Sandbox::new();
    let script = "printf '\\033[?1049h\\033[2J\\033[H'; echo 'see /etc/hosts, then:'; read x; \
        printf '\\033[?1000h'; echo mine; read x; echo got it; read x";
    let mut outer = open(&sandbox, script, &[]);
    outer.wait_text("then:");
    outer.send("\r");
    outer.wait_text("INTERACT");
    click(&mut outer, (0, 7), 2);
    assert_eq!(copy(&outer, 1), "/etc/hosts");
    outer.wait_text("INTERACT");
    click(&mut outer, (0, 5), 3);
    // The word may have been copied before the third click came.
    let line = "see /etc/hosts, then:";
    wait_for("the line", || {
        copies(&outer).iter().any(|text| text == line).then_some(())
    });
    let count = copies(&outer).len();
    outer.wait_text("INTERACT");
    outer.send("\r");
    outer.wait_text("mine");
    click(&mut outer, (0, 7), 2);
    outer.send("\r");
    outer.wait_text("got it");
    assert_eq!(copies(&outer).len(), count, "the child's mouse");
}

#[test]
fn a_drag_beyond_the_tile_scrolls() {
    let sandbox = Sandbox::new();
    let mut outer = open(&sandbox, "seq 100; read x", &[]);
    outer.wait_text("100");
    outer.send("[k");
    outer.wait_text("↑ 1 of");
    let (top, left) = outer.tile("1 p").unwrap();
    let press = mouse(&outer, 0, (4, 1), 'M');
    // On the border above the tile.
    let above = format!("\x1b[<32;{};{}M", left + 1, top);
    outer.send(press + &above);
    // The first line is reached while the mouse stands still.
    outer.wait("the first line", |screen| {
        let contents = screen.contents();
        let mut rows = contents.lines();
        rows.any(|row| row.split('│').any(|part| part.trim() == "1"))
    });
    outer.send(format!("\x1b[<0;{};{}m", left + 1, top));
    let text = copy(&outer, 1);
    assert!(text.starts_with("1\n2\n3\n"), "{text:?}");
    outer.wait_text("SCROLL");
}

#[test]
fn braces_go_from_prompt_to_prompt() {
    let sandbox = Sandbox::new();
    let script = "i=0; while [ $i -lt 5 ]; do i=$((i+1)); \
        printf '\\033]133;A\\007$ cmd-%s\\n' $i; seq -f out-$i-%g 30; done; \
        printf '\\033]133;A\\007$ '; read x";
    let mut outer = open(&sandbox, script, &[]);
    outer.wait_text("out-5-30");
    outer.send("[{");
    outer.wait_text("cmd-5");
    outer.send("{{");
    outer.wait_text("cmd-3");
    outer.send("}");
    outer.wait_text("cmd-4");
    outer.send("V");
    wait_selected(&outer, "$ cmd-4");
    outer.send("}y");
    let text = copy(&outer, 1);
    assert!(text.starts_with("$ cmd-4\nout-4-1\n"), "{text:?}");
    assert!(text.ends_with("out-4-30\n$ cmd-5"), "{text:?}");
    outer.send("{{{{{{{");
    outer.wait_text("there is no prompt above");
}

#[test]
fn without_marks_a_jump_says_so() {
    let sandbox = Sandbox::new();
    let mut outer = open(&sandbox, "echo ready; read x", &[]);
    outer.wait_text("ready");
    outer.send("[{");
    outer.wait_text("no prompt is marked here");
}

#[test]
fn history_is_opened_in_the_editor() {
    let sandbox = Sandbox::new();
    let editor = sandbox.write(
        "my editor.sh",
        "#!/bin/sh\n\
         echo \"$1 $2\" > seen-arguments\n\
         stat -c %a \"$3\" > seen-mode\n\
         cp \"$3\" seen-text\n\
         echo \"$3\" > seen-path\n\
         stty -a | grep -o '[-]*icanon' > seen-tty\n\
         echo 'this is the editor'\n\
         read line\n\
         echo \"$line\" > seen-line\n",
    );
    let command = format!("sh '{}' --flag", editor.display());
    let script = "seq 30000 | sed 's/^/line /'; echo end; read x";
    let mut outer = open(&sandbox, script, &[("VISUAL", ""), ("EDITOR", &command)]);
    outer.wait_text("end");
    outer.send("[?line 22777$\r");
    outer.wait_text("n N next");
    outer.send("vE");
    outer.wait_text("this is the editor");
    outer.send("typed\r");
    outer.wait_text("SCROLL");
    outer.wait_text("line 22777");
    let seen = |name: &str| fs::read_to_string(sandbox.path(name)).unwrap();
    // The pane keeps 10,000 lines of history.
    let text = seen("seen-text");
    let first = text.lines().next().unwrap().to_owned();
    let first: usize = first.strip_prefix("line ").unwrap().parse().unwrap();
    assert_eq!(
        seen("seen-arguments"),
        format!("--flag +{}\n", 22777 + 1 - first)
    );
    assert_eq!(text.lines().last(), Some("end"));
    assert_eq!(text.lines().count(), 30000 - first + 2);
    assert_eq!(seen("seen-mode"), "600\n");
    assert_eq!(seen("seen-tty"), "icanon\n");
    assert_eq!(seen("seen-line"), "typed\n");
    let path = seen("seen-path");
    assert!(path.trim_end().ends_with("/p.txt"), "{path}");
    assert!(!fs::exists(path.trim_end()).unwrap());
    outer.send("qq");
    outer.wait_text("QUIT?");
}

#[test]
fn an_interrupt_is_the_editors_alone() {
    let sandbox = Sandbox::new();
    let editor = "sh -c 'echo editing; read line'";
    let mut outer = open(&sandbox, "seq 100; read x", &[("VISUAL", editor)]);
    outer.wait_text("100");
    outer.send("[e");
    outer.wait_text("editing");
    outer.send("\x03");
    outer.wait_text("the editor 'sh' has failed: SIGINT");
    outer.send("q");
    outer.wait_text("WATCH");
}

#[test]
fn an_editor_that_fails_is_told_of_and_nothing_is_lost() {
    let sandbox = Sandbox::new();
    let script = "seq 100; read x";
    for (editor, said) in [
        ("no-such-editor", "the editor 'no-such-editor' cannot start"),
        ("sh -c 'exit 3'", "the editor 'sh' has failed: exit 3"),
        ("vi 'x", "EDITOR is 'vi 'x'"),
    ] {
        let mut outer = open(&sandbox, script, &[("EDITOR", editor)]);
        outer.wait_text("100");
        outer.send("[k");
        outer.wait_text("↑ 1 of");
        outer.send("e");
        outer.wait_text(said);
        outer.wait_text("↑ 1 of");
        outer.send("qqk");
        outer.wait_end();
    }
}
