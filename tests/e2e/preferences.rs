//! Keys, colours and the user's own config: what files say is so, at once, and what is wrong with
//! them harms nothing.

use crate::{outer::Outer, sandbox::Sandbox};

/// The user's own config, from the folder that commands run in.
const OWN: &str = "../home/.config/muxpect/config.toml";

/// A config of two panes that show what is typed.
const CATS: &str = "version = 1\n\
    [[pane]]\nname = \"one\"\nshell = \"stty -echo raw; echo READY; exec cat -v\"\n\
    [[pane]]\nname = \"two\"\nshell = \"stty -echo raw; echo READY; exec cat -v\"\n";

/// Opens a session of [`CATS`] with more in its config.
fn open(sandbox: &Sandbox, more: &str) -> Outer {
    sandbox.write("muxpect.toml", &format!("{CATS}{more}"));
    let outer = sandbox.open(24, 80, &["-s", "work", "up"]);
    outer.wait("both panes", |screen| {
        screen.contents().matches("READY").count() == 2
    });
    outer
}

/// Returns whether only the first pane is shown.
fn is_zoomed(screen: &vt100::Screen) -> bool {
    let text = screen.contents();
    text.contains(" 1 one ") && !text.contains(" 2 two ")
}

#[test]
fn keys_are_those_of_the_configs() {
    let sandbox = Sandbox::new();
    sandbox.write(
        OWN,
        "version = 1\n[keys.watch]\nzoom = [\"Z\", \"F5\"]\nkill = []\n",
    );
    let mut outer = open(&sandbox, "[keys]\nescape = \"C-q\"\nwatch.quit = \"x\"\n");
    outer.wait_text("Z zoom");
    outer.send("z");
    outer.wait_text("z does nothing here; ? shows the keys");
    outer.send("\x1b[15~");
    outer.wait("the zoom", is_zoomed);
    outer.send("Z");
    outer.wait_text(" 2 two ");
    outer.send("?");
    outer.wait_text("Z F5");
    outer.wait_text("interact; Ctrl-q leaves");
    outer.send("\x11\r");
    outer.wait_text("INTERACT");
    outer.wait_text("Ctrl-q leaves");
    outer.send("\x1d");
    outer.wait_text("^]");
    for encoding in ["\x11", "\x1b[113;5u", "\x1b[27;5;113~"] {
        outer.send(encoding);
        outer.wait_text("WATCH");
        outer.send("\r");
        outer.wait_text("INTERACT");
    }
    outer.send("\x11x");
    outer.wait_text("Quit work?");
}

#[test]
fn a_prefix_borrows_one_key() {
    let sandbox = Sandbox::new();
    let mut outer = open(&sandbox, "[keys]\nprefix = \"C-b\"\n");
    outer.send("\r");
    outer.wait_text("Ctrl-b then a WATCH key");
    outer.send("\x02");
    outer.wait_text("now a WATCH key");
    outer.send("z");
    outer.wait("the zoom", is_zoomed);
    outer.wait_text("INTERACT");
    outer.send("\x02\x02a");
    outer.wait_text("^Ba");
    outer.send("\x1b[98;5uz");
    outer.wait_text(" 2 two ");
    outer.send("\x02j");
    outer.wait_text("keys go to two");
    outer.send("b");
    outer.wait("the letter in the second pane", |screen| {
        crate::outer::tile_text(screen, "2 two", 3, 20).contains('b')
    });
    outer.send("\x02d");
    assert_eq!(outer.wait_end().code(), Some(0));
    assert_eq!(sandbox.pane("one")["state"], "running");
}

#[test]
fn the_palette_does_what_is_chosen() {
    let sandbox = Sandbox::new();
    let mut outer = open(&sandbox, "");
    outer.send(":");
    outer.wait_text("PALETTE");
    outer.send("zoo\r");
    outer.wait("the zoom", is_zoomed);
    outer.send(":focus tw\r");
    outer.wait_text(" 2 two ");
    outer.send(":why");
    outer.wait_text("why rules act or not");
    outer.send("\x1b");
    outer.wait_text("WATCH");
}

#[test]
fn a_change_of_a_file_is_applied_at_once() {
    let sandbox = Sandbox::new();
    let mut outer = open(&sandbox, "");
    let write = |more: &str| sandbox.write("muxpect.toml", &format!("{CATS}{more}"));
    let border = |outer: &Outer, what: &str, color: u8| {
        outer.wait(what, |screen| {
            let (row, col) = crate::outer::tile(screen, "1 one").unwrap_or_default();
            let corner = screen.cell(row.saturating_sub(1), col.saturating_sub(1));
            corner.is_some_and(|cell| cell.fgcolor() == vt100::Color::Idx(color))
        });
    };
    border(&outer, "the default", 6);
    write("[theme]\nborder_focused = \"#ff0000\"\n");
    border(&outer, "the session's colour", 196);
    sandbox.write("mine.toml", "border_focused = \"201\"\n");
    write("[theme]\nname = \"mine.toml\"\n");
    border(&outer, "the theme's colour", 201);
    sandbox.write("mine.toml", "border_focused = \"202\"\n");
    border(&outer, "the theme's other colour", 202);
    // The user's config and its folder were not there at the start.
    sandbox.write(OWN, "version = 1\n[theme]\nborder_focused = \"203\"\n");
    border(&outer, "the user's colour", 203);
    sandbox.write(OWN, "version = 1\n[keys.watch]\nzoom = \"Z\"\n");
    outer.wait_text("Z zoom");
    outer.send("Z");
    outer.wait("the zoom", is_zoomed);
}

#[test]
fn what_is_wrong_is_shown_and_nothing_is_lost() {
    let sandbox = Sandbox::new();
    let mut outer = open(&sandbox, "[keys.watch]\nzoom = \"Z\"\n");
    outer.wait_text("Z zoom");
    let line = CATS.lines().count() + 2;
    let bad = format!("{CATS}[keys.watch]\nzoon = \"Y\"\n");
    sandbox.write("muxpect.toml", &bad);
    outer.wait_text(&format!("muxpect.toml:{line}:1: unknown action 'zoon'"));
    outer.send("Z");
    outer.wait("the zoom", is_zoomed);
    sandbox.write(
        "muxpect.toml",
        &format!("{CATS}[keys.watch]\nzoom = \"Y\"\n"),
    );
    outer.wait_text("Y zoom out");
    outer.send("Y");
    outer.wait_text(" 2 two ");
}

#[test]
fn a_client_starts_with_defaults_where_a_file_is_wrong() {
    let sandbox = Sandbox::new();
    drop(open(&sandbox, ""));
    sandbox.write(OWN, "version = 1\n[theme]\nkey = \"cyann\"\n");
    let mut outer = sandbox.open(24, 80, &["attach"]);
    outer.wait_text("config.toml:3:7: 'cyann' is neither a colour nor a modifier");
    outer.send("z");
    outer.wait("the zoom", is_zoomed);
    let done = sandbox.run(&["-s", "other", "up", "-d"]);
    assert_eq!(done.code, 1);
    assert!(
        done.stderr.contains("muxpect/config.toml:3:7: "),
        "{}",
        done.stderr
    );
}

#[test]
fn a_users_rulesets_are_for_every_session() {
    let sandbox = Sandbox::new();
    sandbox.write(
        OWN,
        "version = 1\n[[ruleset]]\nname = \"mine\"\n\
         [[ruleset.rule]]\nmatch = 'name\\? $'\nsend = \"ada\"\n",
    );
    sandbox.write(
        "muxpect.toml",
        "version = 1\n[[pane]]\nname = \"asks\"\nrules = [\"mine\"]\n\
         shell = \"printf 'name? '; read name; echo got-$name\"\n",
    );
    sandbox.ok(&["-s", "work", "up", "-d"]);
    sandbox.ok(&["expect", "asks", "--from", "start", "got-ada"]);
    let command = "printf 'name? '; read name; echo got-$name";
    let run = [
        "-s", "work", "run", "-d", "--name", "two", "--rules", "mine",
    ];
    sandbox.ok(&[&run[..], &["--", "sh", "-c", command]].concat());
    sandbox.ok(&["expect", "two", "--from", "start", "got-ada"]);
    let done = sandbox.run(&["run", "-d", "--rules", "nobody", "--", "true"]);
    assert_eq!(done.code, 1);
    assert!(
        done.stderr
            .contains("neither a file nor a ruleset 'nobody'"),
        "{}",
        done.stderr
    );
}

#[test]
fn check_looks_at_the_users_config_and_at_themes() {
    let sandbox = Sandbox::new();
    sandbox.write("muxpect.toml", CATS);
    let all = sandbox.ok(&["check"]);
    assert_eq!(all.lines().count(), 1, "{all}");
    sandbox.write(OWN, "version = 1\n[theme]\nname = \"mine.toml\"\n");
    let fails = |expected: &str| {
        let done = sandbox.run(&["check"]);
        assert_eq!(done.code, 1, "{done:?}");
        assert!(done.stderr.contains(expected), "{}", done.stderr);
    };
    fails("there is no theme file");
    sandbox.write("../home/.config/muxpect/mine.toml", "key = \"bold blod\"\n");
    fails("mine.toml:1:7: 'blod' is neither a colour nor a modifier; did you mean 'bold'?");
    sandbox.write("../home/.config/muxpect/mine.toml", "key = \"bold\"\n");
    let all = sandbox.ok(&["check"]);
    assert!(
        all.contains("muxpect/config.toml: ok, 0 rulesets\n"),
        "{all}"
    );
    assert!(all.contains("muxpect.toml: ok, 2 panes\n"), "{all}");
    let own = sandbox.ok(&["check", OWN]);
    assert_eq!(own.lines().count(), 1, "{own}");
    sandbox.write(OWN, "version = 1\npane = []\n");
    fails("config.toml:2:1: 'pane' is for one session");
}
