//! The interface in a terminal: what it shows, what keys do, and what it leaves behind.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::{
    outer::Outer,
    sandbox::{Sandbox, is_alive, signal, wait_for},
};

const LEAVE: &[u8] = b"\x1d";

/// Opens a session of one shell pane, interacting with it.
fn shell(sandbox: &Sandbox, rows: u16, cols: u16) -> Outer {
    let shell = [
        "run",
        "--name",
        "shell",
        "--interact",
        "shell",
        "--",
        "bash",
        "--norc",
        "--noprofile",
    ];
    let outer = sandbox.open(rows, cols, &shell);
    outer.wait_text("INTERACT");
    outer.wait_text("bash-");
    outer
}

#[test]
fn typing_reaches_the_shell_and_leaving_returns() {
    let sandbox = Sandbox::new();
    let mut outer = shell(&sandbox, 24, 80);
    outer.send("echo $((6*7))\r");
    outer.wait_text("42");
    // Arrow up brings the command back; Ctrl-A and Alt-D edit it.
    outer.send("\x1b[A\x01\x1bdprintf '<%s>' \r");
    outer.wait_text("<42>");
    outer.send(LEAVE);
    outer.wait_text("WATCH");
    outer.send("\r");
    outer.wait_text("INTERACT");
    // Bytes before Ctrl-] are the child's, those after it are keys of WATCH.
    outer.send([b"echo last-words\r".as_slice(), LEAVE, b"d"].concat());
    assert_eq!(outer.wait_end().code(), Some(0));
    assert!(outer.is_cooked());
    sandbox.ok(&["expect", "shell", "--from", "start", "\n\r?last-words"]);
}

#[test]
fn case_24_the_other_encodings_of_the_escape_character_leave_too() {
    let sandbox = Sandbox::new();
    let mut outer = shell(&sandbox, 24, 80);
    for encoding in ["\x1b[93;5u", "\x1b[27;5;93~", "\x1b[93;197u"] {
        outer.send(encoding);
        outer.wait_text("WATCH");
        outer.send("\r");
        outer.wait_text("INTERACT");
    }
}

#[test]
fn case_25_a_child_that_ends_during_interact_keeps_its_pane() {
    let sandbox = Sandbox::new();
    let mut outer = shell(&sandbox, 24, 80);
    outer.send("echo so long; exit 3\r");
    outer.wait_text("exit 3");
    outer.wait_text("WATCH");
    outer.wait_text("so long");
}

#[test]
fn detach_and_attach_from_another_terminal() {
    let sandbox = Sandbox::new();
    let mut first = shell(&sandbox, 24, 80);
    first.send("echo he''re\r");
    first.wait_text("here");
    first.send([LEAVE, b"d"].concat());
    assert_eq!(first.wait_end().code(), Some(0));
    let second = sandbox.open(50, 160, &["attach"]);
    second.wait_text("here");
    second.wait_text("WATCH");
    let pane = sandbox.wait_pane("shell", |pane| pane["cols"].as_u64() > Some(80));
    assert_eq!(pane["state"], "running");
}

#[test]
fn a_killed_client_harms_nobody() {
    let sandbox = Sandbox::new();
    let mut first = shell(&sandbox, 24, 80);
    first.send("echo he''re\r");
    first.wait_text("here");
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    let pane = sandbox.pane("shell");
    assert_eq!(pane["state"], "running");
    let second = sandbox.open(24, 80, &["attach"]);
    second.wait_text("here");
    wait_for("one client", || {
        (sandbox.json(&["ls", "--json"])[0]["attached"] == 1).then_some(())
    });
}

#[test]
fn a_killed_server_leaves_the_terminal_in_order() {
    let sandbox = Sandbox::new();
    let mut outer = shell(&sandbox, 24, 80);
    let server = sandbox.json(&["ls", "--json"])[0]["pid"].as_i64().unwrap();
    signal(server, "KILL");
    let start = Instant::now();
    let status = outer.wait_end();
    // The promise is one second; a loaded machine gets more.
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(status.code(), Some(1));
    assert!(outer.is_cooked());
    wait_for("the main screen", || {
        outer
            .look(|screen| !screen.alternate_screen())
            .then_some(())
    });
    assert!(
        outer.text().contains(".log"),
        "the server's log is named:\n{}",
        outer.text()
    );
    sandbox.ok(&["run", "-d", "--name", "shell", "--", "cat"]);
}

#[test]
fn signals_restore_the_terminal() {
    for name in ["TERM", "HUP", "INT"] {
        let sandbox = Sandbox::new();
        let mut outer = shell(&sandbox, 24, 80);
        signal(i64::from(outer.child.id()), name);
        outer.wait_end();
        assert!(outer.is_cooked(), "{name}");
        wait_for("the main screen", || {
            let restored =
                |screen: &vt100::Screen| !screen.alternate_screen() && !screen.hide_cursor();
            outer.look(restored).then_some(())
        });
        assert_eq!(sandbox.pane("shell")["state"], "running", "{name}");
    }
}

#[test]
fn quitting_asks_and_ends_everything() {
    let sandbox = Sandbox::new();
    let mut outer = shell(&sandbox, 24, 80);
    let child = sandbox.pane("shell")["pid"].as_i64().unwrap();
    outer.send(LEAVE);
    outer.wait_text("WATCH");
    outer.send("q");
    outer.wait("a question", |screen| screen.contents().contains("running"));
    outer.send("k");
    assert_eq!(outer.wait_end().code(), Some(0));
    wait_for("the child's end", || (!is_alive(child)).then_some(()));
    assert_eq!(sandbox.json(&["ls", "--json"]), json!([]));
}

#[test]
fn text_survives_narrowing_and_widening() {
    let sandbox = Sandbox::new();
    let mut outer = shell(&sandbox, 24, 100);
    let line = "0123456789abcdefghijklmnopqrstuvwxyz wide: 日本語 end";
    outer.send(format!(
        "PS1='$ '; clear; printf '\\033[31m%s\\033[0m\\n' '{line}'\r"
    ));
    outer.wait("the line in red", |screen| red_text(screen).contains(line));
    outer.resize(24, 60);
    outer.wait("the line wrapped", |screen| {
        let red = red_text(screen);
        !red.contains(line)
            && red.contains("0123456789")
            && red.contains("日本語")
            && red.contains('\n')
    });
    outer.resize(24, 100);
    outer.wait("the line whole", |screen| red_text(screen).contains(line));
}

/// Returns the text of all red cells, a line for each row that has some.
fn red_text(screen: &vt100::Screen) -> String {
    let (rows, cols) = screen.size();
    let red_of_row = |row| {
        let cells = (0..cols.get()).filter_map(|col| screen.cell(row, col));
        let red = cells
            .filter(|cell| cell.fgcolor() == vt100::Color::Idx(1) && !cell.is_wide_continuation());
        let texts = red.map(|cell| {
            if cell.has_contents() {
                cell.contents()
            } else {
                " "
            }
        });
        texts.collect::<String>()
    };
    let lines: Vec<String> = (0..rows.get())
        .map(red_of_row)
        .filter(|text| !text.is_empty())
        .collect();
    lines.join("\n")
}

#[test]
fn a_resize_inside_an_editor_loses_nothing_behind_it() {
    let sandbox = Sandbox::new();
    let mut outer = shell(&sandbox, 24, 100);
    let line = "a line before the editor starts: 0123456789 abcdefghijklmnopqrstuvwxyz";
    outer.send(format!("PS1='$ '; clear; printf '%s\\n' '{line}'\r"));
    outer.wait("the line", |screen| {
        screen
            .contents()
            .lines()
            .any(|row| row.contains(line) && !row.contains("printf"))
    });
    outer.send("vim -u NONE -i NONE --cmd 'set noswapfile' notes.txt\r");
    outer.wait_text("notes.txt");
    outer.wait_text("~");
    outer.resize(24, 50);
    outer.resize(24, 100);
    outer.send("ihello from vim\x1b:wq\r");
    outer.wait("the line again", |screen| screen.contents().contains(line));
    let text = std::fs::read_to_string(sandbox.path("notes.txt")).unwrap();
    assert_eq!(text, "hello from vim\n");
}

#[test]
fn vim_gets_arrows_function_keys_and_pastes() {
    let sandbox = Sandbox::new();
    let mut outer = shell(&sandbox, 30, 90);
    outer.send("vim -u NONE -i NONE --cmd 'set noswapfile nocp' --cmd 'map <F5> Go f5<Esc>' --cmd 'map <C-Right> Gocright<Esc>' keys.txt\r");
    outer.wait_text("keys.txt");
    outer.send("ione\x1b[D\x1b[DX\x1b");
    outer.wait_text("oXne");
    // Until the lone Escape has arrived, what follows it would be read as Alt.
    outer.wait_no_text("-- INSERT --");
    outer.send("\x1b[15~");
    outer.wait_text("f5");
    outer.send("\x1b[1;5C");
    outer.wait_text("cright");
    outer.send("Go");
    outer.send("\x1b[200~pasted\n\tand indented\x1b[201~");
    outer.wait_text("and indented");
    outer.send("\x1b:wq\r");
    outer.wait_text("bash-");
    let text = std::fs::read_to_string(sandbox.path("keys.txt")).unwrap();
    assert_eq!(text, "oXne\n f5\ncright\npasted\n\tand indented\n");
}

#[test]
fn tiny_terminals_do_no_harm() {
    let sandbox = Sandbox::new();
    sandbox.ok(&["run", "-d", "--", "cat", ":::", "cat"]);
    for (rows, cols) in [(1, 1), (2, 3), (3, 80), (24, 2)] {
        let mut outer = sandbox.open(rows, cols, &["attach"]);
        wait_for("an attached client", || {
            (sandbox.json(&["ls", "--json"])[0]["attached"] == 1).then_some(())
        });
        outer.resize(24, 80);
        outer.wait_text("WATCH");
        outer.resize(rows, cols);
        outer.send("d");
        assert_eq!(outer.wait_end().code(), Some(0), "{cols}x{rows}");
        wait_for("no client", || {
            (sandbox.json(&["ls", "--json"])[0]["attached"] == 0).then_some(())
        });
    }
}

#[test]
fn an_unknown_session_does_not_touch_the_terminal() {
    let sandbox = Sandbox::new();
    let mut outer = sandbox.open(24, 80, &["attach", "nowhere"]);
    assert_eq!(outer.wait_end().code(), Some(1));
    assert!(outer.is_cooked());
    wait_for("the sentence", || {
        outer.text().contains("nowhere").then_some(())
    });
    assert!(!String::from_utf8_lossy(&outer.raw()).contains("\x1b[?1049h"));
}

#[test]
fn the_list_shows_how_each_pane_stands() {
    let sandbox = Sandbox::new();
    let outer = sandbox.open(
        30,
        120,
        &[
            "run",
            "--",
            "sh",
            "-c",
            "exit 0",
            ":::",
            "sh",
            "-c",
            "exit 3",
            ":::",
            "sh",
            "-c",
            "kill -9 $$",
            ":::",
            "sh",
            "-c",
            "printf 'Name: '; read x",
            ":::",
            "sh",
            "-c",
            "stty -echo; printf 'Password: '; read x",
        ],
    );
    for word in ["exit 0", "exit 3", "SIGKILL", "waiting", "password"] {
        outer.wait_text(word);
    }
}

#[test]
fn scrolling_shows_the_past_while_output_goes_on() {
    let sandbox = Sandbox::new();
    let mut outer = sandbox.open(
        24,
        80,
        &[
            "run",
            "--name",
            "p",
            "--",
            "sh",
            "-c",
            "seq 1000; read x; seq 1001 1003; read x",
        ],
    );
    outer.wait_text("1000");
    outer.send("[");
    outer.wait_text("SCROLL");
    outer.send("g");
    outer.wait("the first line", |screen| {
        screen
            .contents()
            .lines()
            .any(|row| row.split('│').any(|part| part.trim() == "1"))
    });
    sandbox.ok(&["send", "p", ""]);
    sandbox.ok(&["expect", "p", "1003"]);
    outer.wait_no_text("1003");
    outer.send("q");
    outer.wait_text("1003");
    outer.wait_text("WATCH");
}

#[test]
fn searching_goes_from_match_to_match() {
    let sandbox = Sandbox::new();
    let script = "seq 1000 | sed 's/00$/00 Hundred/'; read x";
    let mut outer = sandbox.open(24, 80, &["run", "--name", "p", "--", "sh", "-c", script]);
    outer.wait_text("1000 Hundred");
    outer.send("[?(");
    outer.wait_text("?(");
    outer.send("\r");
    outer.wait_text("'(' does not compile");
    outer.send("?9.. HUNDRED\r");
    outer.wait_text("nothing matches '9.. HUNDRED'");
    outer.send("?[4-8]00 hun\r");
    outer.wait_text("800 Hundred");
    // What was found stands out; of other text nothing does.
    outer.wait("the match to be marked", |screen| {
        let marked = |row| {
            let cells = (0..80).filter_map(move |col| screen.cell(row, col));
            let cells =
                cells.filter(|cell| cell.bgcolor() != vt100::Color::Default || cell.inverse());
            cells.map(|cell| cell.contents()).collect::<String>()
        };
        (1..23).any(|row| marked(row).contains("800 Hun"))
    });
    outer.send("nn");
    outer.wait_text("600 Hundred");
    outer.wait_no_text("800 Hundred");
    outer.send("N");
    outer.wait_text("700 Hundred");
    outer.send("/^1$\r");
    outer.wait_text("the search went on from the other end");
    outer.wait("the first line", |screen| {
        let contents = screen.contents();
        let mut rows = contents.lines();
        rows.any(|row| row.split('│').any(|part| part.trim() == "1"))
    });
    outer.send("/xyz\x1b");
    outer.wait_text("q back");
    outer.send("q");
    outer.wait_text("WATCH");
    outer.wait_text("1000 Hundred");
}
