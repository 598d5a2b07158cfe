//! Panes at run time from the interface: add, duplicate, rename, remove, mark and broadcast; the list
//! that is filtered and sorted; layouts, and sizes by key and by mouse.

use crate::{
    outer::{Outer, tile, tile_text},
    sandbox::{Sandbox, is_alive, wait_for},
};

const LEAVE: &[u8] = b"\x1d";

/// Opens a session of four panes of `cat` on 100 columns and 42 rows, of which the list takes 24 columns.
fn four(arguments: &[&str]) -> (Sandbox, Outer) {
    let sandbox = Sandbox::new();
    let mut all = vec!["run"];
    all.extend(arguments);
    all.extend(["--", "cat", ":::", "cat", ":::", "cat", ":::", "cat"]);
    let outer = sandbox.open(42, 100, &all);
    outer.wait_text("4 cat-4");
    (sandbox, outer)
}

/// The title of a tile, and the row and column of its first cell of content.
type Place<'a> = (&'a str, u16, u16);

/// Waits until the tiles with these titles begin at these rows and columns.
fn wait_tiles(outer: &Outer, what: &str, tiles: &[Place]) {
    outer.wait(what, |screen| {
        let at = |(title, row, col): &Place| tile(screen, title) == Some((*row, *col));
        tiles.iter().all(at)
    });
}

/// Returns the report of a mouse event at a 0-based cell.
fn mouse(button: u16, row: u16, col: u16, end: char) -> String {
    format!("\x1b[<{button};{};{}{end}", col + 1, row + 1)
}

/// Drags from one 0-based cell to another.
fn drag(outer: &mut Outer, from: (u16, u16), to: (u16, u16)) {
    outer.send(mouse(0, from.0, from.1, 'M'));
    outer.send(mouse(32, to.0, to.1, 'M'));
    outer.send(mouse(0, to.0, to.1, 'm'));
}

#[test]
fn a_command_that_is_typed_runs_in_a_new_pane() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("elsewhere")).unwrap();
    sandbox.ok(&["run", "-d", "--name", "first", "--", "cat"]);
    let mut command = sandbox.program("setsid");
    command
        .args(["-c", env!("CARGO_BIN_EXE_muxpect"), "attach"])
        .env("COLOUR", "teal")
        .current_dir(sandbox.path("elsewhere"));
    let mut outer = Outer::start(command, 24, 100);
    outer.wait_text("1 first");
    outer.send("a");
    outer.wait_text("ADD");
    outer.send("sh -c 'echo \"<$COLOUR>\"; pwd; exec cat'");
    outer.wait_text("exec cat'");
    outer.send("\r");
    // In the session's folder, with the environment of whoever typed it, and with the focus.
    outer.wait_text("<teal>");
    let folder = sandbox.path("").canonicalize().unwrap();
    let pane = sandbox.pane("sh");
    assert_eq!(
        (&pane["id"], &pane["state"]),
        (&2.into(), &"running".into())
    );
    outer.wait("the folder", |screen| {
        tile_text(screen, "2 sh", 3, 30).contains(folder.to_str().unwrap())
    });
    outer.send("\rtyped here\r");
    outer.wait("the echo in the new pane", |screen| {
        tile_text(screen, "2 sh", 6, 30)
            .matches("typed here")
            .count()
            == 2
    });
    outer.send([LEAVE, b"a\r"].concat());
    // An empty line is the person's shell.
    outer.wait_text("3 sh-2");
    sandbox.wait_pane("sh-2", |pane| pane["command"][0] == "/bin/sh");
    outer.send("a/no/such/program\r");
    outer.wait_text("program could not start");
    outer.wait_text("4 program");
}

#[test]
fn a_pane_is_renamed_while_it_runs() {
    let sandbox = Sandbox::new();
    let config = "version = 1\n[session]\nname = 's'\n[[pane]]\nname = 'old'\ncmd = ['cat']\nlog = 'old.log'\n\
                  [[pane]]\nname = 'other'\ncmd = ['cat']\n";
    sandbox.write("muxpect.toml", config);
    let mut outer = sandbox.open(24, 80, &["up"]);
    outer.wait_text("1 old");
    outer.send("e\x15other\r");
    outer.wait_text("there is another pane 'other'");
    outer.send("\x15a b\r");
    outer.wait_text("a name has 1 to 64");
    outer.send("\x15new\r");
    outer.wait("the new name in list and title", |screen| {
        let contents = screen.contents();
        contents.matches("1 new").count() == 2 && !contents.contains("1 old")
    });
    let pane = sandbox.pane("new");
    assert_eq!(pane["id"], 1);
    assert!(pane["log"].as_str().unwrap().ends_with("old.log"));
    // Verbs, later events and a restarted child know it by its name; its log goes on.
    sandbox.ok(&["send", "new", "logged"]);
    sandbox.ok(&["expect", "new", "logged"]);
    assert_eq!(sandbox.run(&["send", "old", "x"]).code, 2);
    let renamed = sandbox.events("new");
    let renamed = renamed.iter().find(|event| event["event"] == "renamed");
    assert_eq!(renamed.unwrap()["from"], "old");
    sandbox.ok(&["restart", "new"]);
    let names = |event: &serde_json::Value| event["event"] == "restarted";
    assert!(sandbox.events("new").iter().any(names));
    wait_for("the log", || {
        let text = std::fs::read_to_string(sandbox.path("old.log")).unwrap();
        text.contains("logged").then_some(())
    });
    assert!(!sandbox.path("new.log").exists());
}

#[test]
fn a_duplicate_has_rules_and_files_of_its_own() {
    let sandbox = Sandbox::new();
    let config = r#"
version = 1
[session]
name = "s"
[[pane]]
name = "job"
shell = "echo $COLOUR; pwd; printf 'Go on? '; read x; echo got $x; exec cat"
cwd = "there"
env = { COLOUR = "teal" }
log = "job.log"
rules = ["set"]
[[ruleset]]
name = "set"
[[ruleset.rule]]
name = "rule"
match = 'Go on\? $'
send = "yes"
"#;
    std::fs::create_dir(sandbox.path("there")).unwrap();
    sandbox.write("muxpect.toml", config);
    let mut outer = sandbox.open(30, 120, &["up"]);
    outer.wait_text("got yes");
    outer.send("C");
    outer.wait("the rule's answer in the second", |screen| {
        let text = tile_text(screen, "2 job-2", 5, 60);
        ["teal", "there", "got yes"]
            .iter()
            .all(|part| text.contains(part))
    });
    let (first, second) = (sandbox.pane("job"), sandbox.pane("job-2"));
    assert_eq!(first["command"], second["command"]);
    assert!(second["log"].as_str().unwrap().ends_with("job-2.log"));
    // The focus is on the new one, and a third is numbered after the first.
    outer.send("C");
    outer.wait_text("3 job-3");
    assert!(
        sandbox.pane("job-3")["log"]
            .as_str()
            .unwrap()
            .ends_with("job-3.log")
    );
    sandbox.ok(&["send", "job-3", "only here"]);
    wait_for("a log of its own", || {
        let text = std::fs::read_to_string(sandbox.path("job-3.log")).unwrap();
        text.contains("only here").then_some(())
    });
    let text = std::fs::read_to_string(sandbox.path("job.log")).unwrap();
    assert!(!text.contains("only here"), "{text}");
}

#[test]
fn an_ended_pane_is_restarted_or_removed() {
    let sandbox = Sandbox::new();
    let script = "test -e again && exit 4; touch again; exit 3";
    let arguments = ["run", "--", "sh", "-c", script, ":::", "cat"];
    let mut outer = sandbox.open(24, 80, &arguments);
    outer.wait_text("exit 3");
    outer.send("\r");
    outer.wait_text("It has ended: exit 3.");
    outer.send("r");
    outer.wait_text("exit 4");
    outer.send("\r");
    outer.wait_text("It has ended: exit 4.");
    outer.send("D");
    outer.wait_text("1 pane ");
    outer.wait_no_text("1 sh");
    // A running pane is not removed.
    outer.send("D");
    outer.wait_text("cat is running");
}

#[test]
fn what_is_typed_goes_to_every_marked_pane() {
    let (sandbox, mut outer) = four(&[]);
    outer.send("B");
    outer.wait_text("no pane is marked; m marks one");
    outer.send("m2m4m");
    outer.wait("marks in list and title", |screen| {
        let contents = screen.contents();
        ["1*cat", "2*cat-2", "4*cat-4"]
            .iter()
            .all(|mark| contents.matches(mark).count() == 2)
    });
    outer.wait_text("B type into 3 marked");
    outer.send("B");
    outer.wait_text("INTERACT ×3  keys go to cat, cat-2, cat-4  rules pause  Ctrl-] leaves");
    outer.wait("a badge of its own colour", |screen| {
        screen.cell(41, 1).unwrap().bgcolor() == vt100::Color::Idx(1)
    });
    outer.send("to all\r");
    // A paste of one line, and one that asks first.
    outer.send("\x1b[200~pasted\x1b[201~\r\x1b[200~one\rtwo\r\x1b[201~");
    outer.wait_text("Paste 2 lines into 3 panes?");
    outer.send("y");
    for (title, times) in [("1*cat", 2), ("2*cat-2", 2), ("4*cat-4", 2), ("3 cat-3", 0)] {
        outer.wait(title, |screen| {
            let text = tile_text(screen, title, 10, 30);
            let count = |part: &str| text.matches(part).count() == times;
            ["to all", "pasted", "one", "two"].into_iter().all(count)
        });
    }
    // A pane whose child ends drops out, the focused one too.
    sandbox.ok(&["kill", "cat-2"]);
    outer.wait_text("INTERACT ×2");
    outer.send("x");
    outer.wait_text("keys go to cat, cat-4");
    sandbox.ok(&["kill", "cat-4"]);
    outer.wait_text("cat-4 has ended: SIGKILL; it gets no more keys");
    outer.send("yz\r");
    outer.wait("what one alone gets", |screen| {
        tile_text(screen, "1*cat", 20, 30).matches("xyz").count() == 2
    });
    outer.send(LEAVE);
    outer.wait_text("WATCH");
}

#[test]
fn rules_pause_in_every_pane_of_a_broadcast_and_go_on_after_it() {
    let sandbox = Sandbox::new();
    let pane = |name: &str| {
        format!(
            "[[pane]]\nname = '{name}'\nrules = ['set']\nshell = '''read x; printf \"Go on? \"; read y; echo \"<$x$y>\"; exec cat'''\n"
        )
    };
    let rule = "[[ruleset]]\nname = 'set'\n[[ruleset.rule]]\nname = 'rule'\nmatch = 'Go on\\? $'\nsend = 'yes'\n";
    let config = format!(
        "version = 1\n[session]\nname = 's'\n{}{}{rule}",
        pane("a"),
        pane("b")
    );
    sandbox.write("muxpect.toml", &config);
    let mut outer = sandbox.open(24, 100, &["up"]);
    outer.wait_text("2 b");
    outer.send("m2mB");
    outer.wait_text("INTERACT ×2");
    outer.send("x\r");
    for name in ["a", "b"] {
        sandbox.ok(&["expect", name, "Go on\\? ", "--from", "start"]);
        let why = wait_for("the reason", || {
            let why = sandbox.json(&["rules", "why", name, "--json"]);
            why.to_string().contains("interact").then_some(why)
        });
        assert!(!why.to_string().contains("\"outcome\":\"fired\""), "{why}");
    }
    outer.send(LEAVE);
    for name in ["a", "b"] {
        sandbox.ok(&["expect", name, "<xyes>", "--from", "start"]);
    }
}

#[test]
fn a_broadcast_ends_with_its_client() {
    let (sandbox, mut outer) = four(&[]);
    outer.send("m2mB");
    outer.wait_text("INTERACT ×2");
    let children = ["cat", "cat-2"].map(|name| sandbox.pane(name)["pid"].as_i64().unwrap());
    outer.child.kill().unwrap();
    outer.child.wait().unwrap();
    let outer = sandbox.open(42, 100, &["attach"]);
    outer.wait_text("WATCH");
    assert!(children.into_iter().all(is_alive));
}

#[test]
fn the_list_is_filtered_while_one_types() {
    let sandbox = Sandbox::new();
    sandbox.ok(&["run", "-d", "--name", "db1", "--", "cat"]);
    sandbox.start("db2", "exit 3");
    sandbox.ok(&["run", "-d", "--name", "web", "--", "sleep", "1000"]);
    let mut outer = sandbox.open(24, 100, &["attach"]);
    outer.wait_text("3 web");
    outer.send("/d");
    outer.wait_text("/d 2 of 3");
    outer.wait("the list without web", |screen| {
        screen.contents().matches("3 web").count() == 1
    });
    outer.send("b2");
    outer.wait_text("/db2 1 of 3");
    outer.send("\r");
    outer.wait_no_text("1 db1");
    outer.wait_no_text("3 web");
    // Every pane is still there for those ways that lead to it.
    outer.send("3");
    outer.wait_text("3 web");
    outer.send("\x1b");
    outer.wait_text("1 db1");
    for (filter, title) in [("exit 3", "2 db2"), ("sleep", "3 web"), ("1000", "3 web")] {
        outer.send(format!("/{filter}"));
        outer.wait_text(&format!("/{filter} 1 of 3"));
        outer.send("\r");
        outer.wait("one tile", |screen| {
            tile(screen, title) == Some((2, tile(screen, title).map_or(0, |place| place.1)))
                && !screen.contents().contains("1 db1")
        });
        outer.send("/");
        outer.wait_text("Esc clears");
        outer.send("\x1b");
        outer.wait_text("1 db1");
    }
}

#[test]
fn the_list_is_sorted_by_attention() {
    let sandbox = Sandbox::new();
    let asks = "printf 'Name: '; read x; sleep 1000";
    let arguments = [
        "run", "--", "sleep", "1000", ":::", "sh", "-c", "exit 3", ":::", "sh", "-c", asks,
    ];
    let mut outer = sandbox.open(24, 100, &arguments);
    outer.wait_text("waiting");
    outer.wait_text("exit 3");
    let order = |screen: &vt100::Screen| -> Vec<char> {
        let number = |row| {
            screen
                .cell(row, 2)
                .map_or(' ', |cell| cell.contents().chars().next().unwrap_or(' '))
        };
        (2..5).map(number).collect()
    };
    outer.wait("the order of numbers", |screen| {
        order(screen) == ['1', '2', '3']
    });
    outer.send("o");
    outer.wait_text("by attention");
    outer.wait("the most urgent first", |screen| {
        order(screen) == ['3', '2', '1']
    });
    // What a person types into changes, and the list stands still.
    outer.send("3\r");
    outer.wait_text("INTERACT");
    outer.send("me\r");
    outer.wait_no_text("waiting");
    assert_eq!(outer.look(order), ['3', '2', '1']);
    outer.send(LEAVE);
    outer.wait("its new place", |screen| {
        order(screen) == ['2', '1', '3'] || order(screen) == ['2', '3', '1']
    });
    outer.send("o");
    outer.wait("the order of numbers again", |screen| {
        order(screen) == ['1', '2', '3']
    });
}

#[test]
fn hidden_panes_that_print_or_ring_are_marked() {
    let sandbox = Sandbox::new();
    // What comes right after a change of size counts as drawn anew.
    let script = "read x; sleep 0.7; echo printed; read x; printf '\\a'; read x";
    sandbox.ok(&["run", "-d", "--name", "first", "--", "cat"]);
    sandbox.start("second", script);
    let mut outer = sandbox.open(24, 100, &["attach", "--layout", "single"]);
    outer.wait_text("2 second");
    sandbox.ok(&["send", "second", ""]);
    outer.wait_text("•2 second");
    // Looking at it is seeing it.
    outer.send("2");
    outer.wait_text("printed");
    outer.send("1");
    outer.wait_text(" 2 second");
    sandbox.ok(&["send", "second", ""]);
    outer.wait_text("♪2 second");
}

#[test]
fn each_layout_by_key_and_by_name() {
    let (sandbox, mut outer) = four(&[]);
    let tiles: [(&str, &[Place]); 5] = [
        ("single", &[("1 cat", 2, 25)]),
        (
            "columns",
            &[("1 cat", 2, 25), ("2 cat-2", 2, 51), ("3 cat-3", 2, 76)],
        ),
        (
            "rows",
            &[
                ("1 cat", 2, 25),
                ("2 cat-2", 12, 25),
                ("3 cat-3", 22, 25),
                ("4 cat-4", 32, 25),
            ],
        ),
        (
            "main",
            &[
                ("1 cat", 2, 25),
                ("2 cat-2", 2, 71),
                ("3 cat-3", 16, 71),
                ("4 cat-4", 29, 71),
            ],
        ),
        (
            "tiles",
            &[
                ("1 cat", 2, 25),
                ("2 cat-2", 2, 63),
                ("3 cat-3", 22, 25),
                ("4 cat-4", 22, 63),
            ],
        ),
    ];
    for (word, places) in tiles {
        outer.send(" ");
        outer.wait_text(&format!("layout: {word}"));
        wait_tiles(&outer, word, places);
    }
    outer.send("d");
    outer.wait_end();
    for (word, places) in tiles {
        let mut outer = sandbox.open(42, 100, &["attach", "--layout", word]);
        outer.wait_text("WATCH");
        wait_tiles(&outer, word, places);
        outer.send("d");
        outer.wait_end();
    }
}

#[test]
fn a_config_names_its_layout() {
    let sandbox = Sandbox::new();
    let config = "version = 1\n[session]\nname = 's'\nlayout = 'rows'\n[[pane]]\nname = 'a'\ncmd = ['cat']\n\
                  [[pane]]\nname = 'b'\ncmd = ['cat']\n";
    sandbox.write("muxpect.toml", config);
    let outer = sandbox.open(42, 100, &["up"]);
    outer.wait_text("2 b");
    wait_tiles(&outer, "rows", &[("1 a", 2, 25), ("2 b", 22, 25)]);
}

#[test]
fn keys_grow_and_shrink_the_focused_tile() {
    let (sandbox, mut outer) = four(&["--layout", "rows"]);
    wait_tiles(&outer, "equal rows", &[("2 cat-2", 12, 25)]);
    let rows = |name: &str, rows: u64| {
        sandbox.wait_pane(name, |pane| pane["rows"] == rows);
    };
    rows("cat", 9);
    outer.send("++");
    wait_tiles(&outer, "a higher first row", &[("2 cat-2", 16, 25)]);
    rows("cat", 13);
    outer.send("-");
    wait_tiles(&outer, "a lower first row", &[("2 cat-2", 14, 25)]);
    outer.send("=");
    wait_tiles(&outer, "equal rows again", &[("2 cat-2", 12, 25)]);
    rows("cat", 9);
    // The large tile of the main layout, whichever has the focus.
    outer.send(" 3+");
    wait_tiles(&outer, "a wider main tile", &[("2 cat-2", 2, 75)]);
    outer.send("JK");
    outer.send("\r");
    outer.wait_text("keys go to cat-3");
}

#[test]
fn lines_are_dragged_with_the_mouse() {
    let (sandbox, mut outer) = four(&[]);
    wait_tiles(&outer, "tiles", &[("2 cat-2", 2, 63), ("3 cat-3", 22, 25)]);
    // Between two columns, by either of the two lines there.
    drag(&mut outer, (10, 61), (10, 67));
    wait_tiles(
        &outer,
        "a wider column",
        &[("2 cat-2", 2, 69), ("4 cat-4", 22, 69)],
    );
    // Between two tiles of a column.
    drag(&mut outer, (21, 40), (15, 40));
    wait_tiles(
        &outer,
        "a lower tile",
        &[("3 cat-3", 16, 25), ("4 cat-4", 22, 69)],
    );
    sandbox.wait_pane("cat", |pane| pane["rows"] == 13 && pane["cols"] == 42);
    // Between list and tiles.
    drag(&mut outer, (10, 23), (10, 33));
    outer.wait("a wider list", |screen| {
        tile(screen, "1 cat") == Some((2, 35))
    });
    outer.send("=");
    wait_tiles(
        &outer,
        "as at first",
        &[("2 cat-2", 2, 63), ("3 cat-3", 22, 25)],
    );
    // Inside a pane nothing is left by it.
    outer.send("1\r");
    outer.wait_text("INTERACT");
    drag(&mut outer, (21, 40), (15, 40));
    wait_tiles(&outer, "a lower tile while typing", &[("3 cat-3", 16, 25)]);
    outer.send("still here\r");
    outer.wait("the echo", |screen| {
        tile_text(screen, "1 cat", 4, 30)
            .matches("still here")
            .count()
            == 2
    });
}
