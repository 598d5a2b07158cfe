//! Keys and the mouse in WATCH, SCROLL and INBOX, by what the screen shows after each: those that the tests
//! of selecting, jobs, layouts and preferences do not press on their way.

use std::fs;

use crate::{
    outer::{Outer, tile_text},
    sandbox::{Sandbox, signal, wait_for},
};

const LEAVE: &[u8] = b"\x1d";

/// Opens a session of four panes of `cat` on 100 columns and 42 rows: two rows of two tiles, beside a list of
/// 24 columns.
fn four() -> (Sandbox, Outer) {
    let sandbox = Sandbox::new();
    let all = ["run", "--", "cat", ":::", "cat", ":::", "cat", ":::", "cat"];
    let outer = sandbox.open(42, 100, &all);
    outer.wait("all tiles", |screen| {
        ["1 cat", "2 cat-2", "3 cat-3", "4 cat-4"]
            .iter()
            .all(|title| crate::outer::tile(screen, title).is_some())
    });
    // Until then, the hints in the bar change.
    outer.wait_text("4 waiting");
    (sandbox, outer)
}

/// Waits until the list shows the focus on this pane.
fn wait_focus(outer: &Outer, pane: &str) {
    outer.wait(&format!("the focus on {pane}"), |screen| {
        screen.contents().contains(&format!("▌{pane} "))
    });
}

/// Returns the report of a mouse event at a 0-based cell.
fn mouse(button: u16, (row, col): (u16, u16), end: char) -> String {
    format!("\x1b[<{button};{};{}{end}", col + 1, row + 1)
}

fn click(outer: &mut Outer, at: (u16, u16)) {
    outer.send(mouse(0, at, 'M') + &mouse(0, at, 'm'));
}

/// Returns the first cell, from the top, where a text begins.
fn cell_of(outer: &Outer, text: &str) -> (u16, u16) {
    outer.look(|screen| {
        let (rows, cols) = screen.size();
        let (rows, cols) = (rows.get(), cols.get());
        let begins = |row: u16, col: u16| {
            let rest = screen.contents_between(row, col, row, cols);
            rest.starts_with(text)
        };
        let col_of = |row: u16| (0..cols).find(|col| begins(row, *col));
        let found = (0..rows).find_map(|row| Some((row, col_of(row)?)));
        found.unwrap_or_else(|| panic!("no {text:?} in\n{}", screen.contents()))
    })
}

#[test]
fn the_focus_goes_where_keys_say() {
    let (_sandbox, mut outer) = four();
    wait_focus(&outer, "1 cat");
    for (keys, pane) in [
        ("j", "2 cat-2"),
        ("\x1b[B", "3 cat-3"),
        ("k", "2 cat-2"),
        ("\x1b[A", "1 cat"),
        ("l", "2 cat-2"),
        ("h", "1 cat"),
        ("\x1b[C", "2 cat-2"),
        ("\x1b[D", "1 cat"),
        ("J", "3 cat-3"),
        ("K", "1 cat"),
        ("4", "4 cat-4"),
        ("\t", "1 cat"),
        ("\t", "4 cat-4"),
    ] {
        outer.send(keys);
        wait_focus(&outer, pane);
    }
    outer.send("9");
    outer.wait_text("there is no pane 9");
    wait_focus(&outer, "4 cat-4");
}

#[test]
fn the_next_that_needs_somebody_is_a_key_away() {
    let sandbox = Sandbox::new();
    let asks = "printf 'Name: '; read x; sleep 1000";
    let arguments = [
        "run", "--", "sleep", "1000", ":::", "sh", "-c", "exit 3", ":::", "sleep", "1000", ":::",
        "sh", "-c", asks,
    ];
    let mut outer = sandbox.open(24, 100, &arguments);
    outer.wait_text("waiting");
    outer.wait_text("exit 3");
    wait_focus(&outer, "1 sleep");
    for (key, pane) in [
        ("n", "2 sh"),
        ("n", "4 sh-2"),
        ("n", "2 sh"),
        ("N", "4 sh-2"),
        ("N", "2 sh"),
    ] {
        outer.send(key);
        wait_focus(&outer, pane);
    }
    outer.send("D4\rme\r");
    outer.wait_no_text("waiting");
    outer.send([LEAVE, b"n"].concat());
    outer.wait_text("no pane needs you");
}

#[test]
fn the_view_changes_and_comes_back() {
    let (_sandbox, mut outer) = four();
    outer.send("b");
    outer.wait("no list", |screen| {
        !screen.contents().contains(" panes ─────")
            && crate::outer::tile(screen, "1 cat").is_some_and(|place| place.1 == 1)
    });
    outer.send("b");
    outer.wait_text(" panes ─────");
    outer.send("3z");
    outer.wait_no_text(" 1 cat ─");
    outer.wait_text(" 3 cat-3 ─");
    outer.send("z");
    outer.wait_text(" 1 cat ─");
    // Everything is drawn again, whatever the terminal shows.
    let drawn = |outer: &Outer| memchr::memmem::find_iter(&outer.raw(), "WATCH").count();
    let before = drawn(&outer);
    outer.send("\x0c");
    wait_for("all of it again", || (drawn(&outer) > before).then_some(()));
    outer.send("\x1a");
    let stat = format!("/proc/{}/stat", outer.child.id());
    wait_for("the client to stop", || {
        let stat = fs::read_to_string(&stat).ok()?;
        stat.rsplit(')')
            .next()?
            .trim()
            .starts_with('T')
            .then_some(())
    });
    outer.wait_no_text("WATCH");
    signal(i64::from(outer.child.id()), "CONT");
    outer.wait_text("WATCH");
    outer.send("?");
    outer.wait_text("HELP");
    outer.wait_text("previous pane");
    outer.send("\x1b");
    outer.wait_text("WATCH");
    outer.send("\x1bOP");
    outer.wait_text("HELP");
    outer.send("G");
    outer.wait_text("In the inbox");
    outer.send("q");
    outer.wait_text("WATCH");
}

#[test]
fn history_moves_by_keys_and_wheel() {
    let sandbox = Sandbox::new();
    let script = "seq 1000; exec cat";
    let mut outer = sandbox.open(24, 80, &["run", "--name", "p", "--", "sh", "-c", script]);
    outer.wait_text("1000");
    let above = |outer: &Outer, rows: u32| {
        outer.wait_text(&format!("↑ {rows} of "));
        outer.wait_text("SCROLL");
    };
    // A tile of 20 rows: a page is 19, half of it 9.
    outer.send("[k");
    above(&outer, 1);
    for (keys, rows) in [
        ("\x1b[A", 2),
        ("j", 1),
        ("\x1b[Ak", 3),
        ("\x1b[B", 2),
        ("\x15", 11),
        ("u", 20),
        ("\x04", 11),
        ("d", 2),
        ("\x1b[5~", 21),
        ("\x02", 40),
        ("\x1b[6~", 21),
        ("\x02\x06", 21),
        (" ", 2),
    ] {
        outer.send(keys);
        above(&outer, rows);
    }
    for (top, bottom) in [("g", "G"), ("\x1b[H", "\x1b[F")] {
        outer.send(top);
        outer.wait("the first line", |screen| {
            tile_text(screen, "1 p", 2, 20) == "1\n2"
        });
        outer.send(bottom);
        outer.wait_no_text("↑");
        outer.wait_text("SCROLL");
    }
    outer.send("q");
    outer.wait_text("WATCH");
    outer.send("\x1b[5~");
    above(&outer, 19);
    outer.send(LEAVE);
    outer.wait_text("WATCH");
    // The wheel scrolls, and is back where it began.
    let at = outer.tile("1 p").unwrap();
    outer.send(mouse(64, at, 'M').repeat(2));
    above(&outer, 6);
    outer.send(mouse(65, at, 'M').repeat(2));
    outer.wait_text("WATCH");
    // In a pane too; there, typing goes back to the program.
    outer.send("\r");
    outer.wait_text("INTERACT");
    outer.send(mouse(64, at, 'M'));
    above(&outer, 3);
    outer.wait_text("typing returns to the program");
    outer.send("x\r");
    outer.wait_text("INTERACT");
    outer.wait("what was typed and its echo", |screen| {
        tile_text(screen, "1 p", 20, 20)
            .lines()
            .filter(|line| *line == "x")
            .count()
            == 2
    });
}

#[test]
fn the_cursor_of_a_selection_goes_by_words_and_to_its_other_end() {
    let sandbox = Sandbox::new();
    let script = "echo 'one two three'; read x";
    let mut outer = sandbox.open(24, 80, &["run", "--name", "p", "--", "sh", "-c", script]);
    outer.wait_text("three");
    outer.send("[hgv");
    outer.wait_text("y copy");
    // From the first letter to that of the second word, and its beginning one to the right: "ne t".
    outer.send("wol");
    outer.send("y");
    outer.wait_text("copied 4 characters");
    // The cursor is at the beginning; back to the word's.
    outer.send("vby");
    outer.wait_text("copied 2 characters");
    outer.send("v\x1b[C\x1b[C\x1b[C\x1b[Dy");
    outer.wait_text("copied 3 characters");
    outer.send("0v$y");
    outer.wait_text("copied 13 characters");
}

#[test]
fn jobs_are_ended_and_begun_by_keys() {
    let sandbox = Sandbox::new();
    let mut outer = sandbox.open(
        24,
        100,
        &["run", "--", "sleep", "1000", ":::", "sleep", "1000"],
    );
    outer.wait_text("2 sleep-2");
    outer.send("s");
    outer.wait_text("✗ SIGHUP");
    outer.send("s");
    outer.wait_text("sleep has ended; r restarts it");
    outer.send("r");
    outer.wait_no_text("SIGHUP");
    outer.wait("both at work", |screen| {
        screen.contents().matches("● working").count() >= 4
    });
    outer.send("x");
    outer.wait_text("Kill sleep?");
    outer.send("c");
    outer.wait_text("WATCH");
    outer.send("x");
    outer.wait_text("KILL?");
    outer.send("y");
    outer.wait_text("✗ SIGKILL");
    outer.send("D");
    outer.wait_text("1 pane ─");
    outer.wait_no_text("SIGKILL");
    outer.send("C");
    outer.wait_text("2 panes ─");
    wait_focus(&outer, "3 sleep-2-2");
}

/// A session whose panes ask: two the same, one with a suggestion, one something else.
const ASKING: &str = r#"
version = 1
[session]
name = "s"
[[pane]]
name = "east"
rules = ["set"]
shell = "printf 'Where? '; read x; echo \"<$x>\"; exec sleep 1000"
[[pane]]
name = "sure"
rules = ["set"]
shell = "printf 'Sure? '; read x; echo \"<$x>\"; exec sleep 1000"
[[pane]]
name = "west"
rules = ["set"]
shell = "printf 'Where? '; read x; echo \"<$x>\"; exec sleep 1000"
[[pane]]
name = "last"
rules = ["set"]
shell = "printf 'Last? '; read x; echo \"<$x>\"; exec sleep 1000"
[[ruleset]]
name = "set"
[[ruleset.rule]]
name = "where"
match = '(Where|Last)\? $'
do = ["ask"]
[[ruleset.rule]]
name = "sure"
match = 'Sure\? $'
send = "yes"
confirm = true
"#;

#[test]
fn asks_are_settled_in_the_inbox() {
    let sandbox = Sandbox::new();
    sandbox.write("muxpect.toml", ASKING);
    let mut outer = sandbox.open(40, 120, &["up"]);
    outer.wait_text("4 asking");
    // The order of asks is that of their coming; each is found by going to its pane first.
    let select = |outer: &mut Outer, pane: char| {
        outer.send(format!("{pane}i"));
        outer.wait_text("INBOX");
    };
    select(&mut outer, '2');
    outer.send("\t");
    outer.wait("the suggestion in its pane", |screen| {
        tile_text(screen, "2 sure", 3, 20).contains("<yes>")
    });
    outer.wait_text("Inbox: 3 asks");
    outer.send("\x1b");
    outer.wait_text("WATCH");
    select(&mut outer, '1');
    outer.send("g");
    outer.wait_text("WATCH");
    wait_focus(&outer, "1 east");
    select(&mut outer, '3');
    outer.send("a");
    outer.wait_text("2 panes ask: Where?");
    outer.send("both\r");
    outer.wait_text("Inbox: 1 ask");
    outer.send("jk");
    outer.wait_text("x dismiss");
    outer.send("\rnever");
    outer.wait_text("> never");
    outer.send("\x1b");
    outer.wait_no_text("> never");
    outer.send("x");
    // Nothing is left to do there.
    outer.wait_text("WATCH");
    for title in ["1 east", "3 west"] {
        outer.wait(title, |screen| {
            tile_text(screen, title, 3, 20).contains("<both>")
        });
    }
    outer.wait("the last one, unanswered", |screen| {
        screen.contents().contains("4 last") && screen.contents().contains("1 waiting")
    });
    outer.send("i");
    outer.wait_text("No pane asks.");
    outer.send("q");
    outer.wait_text("WATCH");
}

#[test]
fn rules_are_told_what_to_do() {
    let sandbox = Sandbox::new();
    sandbox.write("muxpect.toml", ASKING);
    let mut outer = sandbox.open(40, 120, &["up"]);
    outer.wait_text("4 asking");
    outer.send("A");
    outer.wait_text("⊘ disarmed");
    outer.send("A");
    outer.wait_no_text("disarmed");
    for words in ["answers suggest", "answers off", "answers on"] {
        outer.send("g");
        outer.wait_text(words);
    }
    outer.send("2w");
    outer.wait_text("Why the rules of sure act or not");
    outer.wait_text("set/sure:");
    outer.send("\x1b");
    outer.wait_text("WATCH");
    // A file that has not changed is read anew all the same.
    outer.send("\x12");
    outer.wait_text("muxpect.toml");
}

#[test]
fn leaving_asks_or_not() {
    let (sandbox, mut outer) = four();
    outer.send("q");
    outer.wait_text("4 programs are running.");
    outer.send("c");
    outer.wait_text("WATCH");
    outer.send("q");
    outer.wait_text("QUIT?");
    outer.send("d");
    assert_eq!(outer.wait_end().code(), Some(0));
    assert_eq!(sandbox.pane("cat")["state"], "running");
}

#[test]
fn the_escape_key_in_watch_is_the_programs() {
    let sandbox = Sandbox::new();
    let script = "stty raw -echo; printf 'ready:'; exec cat -v";
    let mut outer = sandbox.interact(&["sh", "-c", script]);
    outer.wait_text("ready:");
    outer.wait_text("INTERACT");
    outer.send([LEAVE, LEAVE].concat());
    outer.wait_text("ready:^]");
    outer.wait_text("WATCH");
}

#[test]
fn clicks_go_where_they_point() {
    let (_sandbox, mut outer) = four();
    let tile = |outer: &Outer, title| outer.tile(title).unwrap();
    let at = tile(&outer, "4 cat-4");
    click(&mut outer, at);
    wait_focus(&outer, "4 cat-4");
    // The third row of the list.
    click(&mut outer, (4, 5));
    wait_focus(&outer, "3 cat-3");
    // A hint of the bar is its key.
    let at = cell_of(&outer, "zoom");
    click(&mut outer, at);
    outer.wait_text("z zoom out");
    let at = cell_of(&outer, "zoom out");
    click(&mut outer, at);
    outer.wait_text(" 1 cat ─");
    // A double click interacts.
    let at = tile(&outer, "2 cat-2");
    click(&mut outer, at);
    click(&mut outer, at);
    outer.wait_text("keys go to cat-2");
    outer.send("here\r");
    outer.wait("the echo", |screen| {
        tile_text(screen, "2 cat-2", 3, 20).matches("here").count() == 2
    });
    // A click elsewhere takes the keys away.
    let at = tile(&outer, "1 cat");
    click(&mut outer, at);
    outer.wait_text("WATCH");
    wait_focus(&outer, "1 cat");
    // A choice of a question, a page that scrolls.
    outer.send("x");
    outer.wait_text("KILL?");
    let at = cell_of(&outer, "cancel");
    click(&mut outer, at);
    outer.wait_text("WATCH");
    outer.send("?");
    outer.wait_text("HELP");
    outer.wait_text("next pane");
    outer.send(mouse(65, (10, 10), 'M').repeat(3));
    outer.wait_no_text("next pane");
    outer.send("q");
    outer.wait_text("WATCH");
    // A click on an entry of the palette does it.
    outer.send(":next lay");
    outer.wait_text("next layout");
    let at = cell_of(&outer, "next layout");
    click(&mut outer, at);
    outer.wait_text("layout: single");
}

#[test]
fn pastes_of_many_lines_ask_where_the_program_does_not_take_them() {
    let (_sandbox, mut outer) = four();
    outer.send("\r");
    outer.wait_text("INTERACT");
    let paste = "\x1b[200~one\ntwo\n\x1b[201~";
    outer.send(paste);
    outer.wait_text("Paste 2 lines?");
    outer.send("c");
    outer.wait_text("INTERACT");
    outer.send(paste);
    outer.wait_text("PASTE?");
    outer.send("y");
    outer.wait("both lines and their echo, once", |screen| {
        let text = tile_text(screen, "1 cat", 8, 20);
        text.matches("one").count() == 2 && text.matches("two").count() == 2
    });
    outer.send(LEAVE);
    outer.wait_text("WATCH");
    outer.send("ash -c \"stty raw -echo; printf '\\033[?2004hready:'; exec cat -v\"\r");
    outer.wait_text("ready:");
    outer.send("\r");
    outer.wait_text("keys go to sh");
    outer.send(paste);
    outer.wait("the paste as one", |screen| {
        let text = screen.contents();
        ["^[[200~one", "two", "^[[201~"]
            .iter()
            .all(|part| text.contains(part))
    });
    assert!(!outer.text().contains("PASTE?"));
}
