//! Programs that draw, looked at before and after the terminal gets another size.

use std::{fs, io::Write};

use crate::{outer::Outer, programs::has_line, sandbox::Sandbox};

/// The sizes that the terminal gets after its first, 24 rows of 80 columns.
const SIZES: [(u16, u16); 2] = [(40, 120), (14, 60)];

/// Opens a terminal that is a pane with bash in it; its prompt is `$ `.
fn shell(sandbox: &Sandbox) -> Outer {
    sandbox.write("bashrc", "PS1='$ '\n");
    let run = ["run", "-d", "--name", "shell", "--"];
    sandbox.ok(&[&run[..], &["bash", "--rcfile", "bashrc"]].concat());
    let mut outer = sandbox.open(24, 80, &["interact", "shell"]);
    outer.wait_text("$");
    outer.send("echo 'text of' the shell\r");
    outer.wait("its text", |screen| has_line(screen, "text of the shell"));
    outer
}

/// Returns what a row shows.
fn row(screen: &vt100::Screen, row: u16) -> String {
    let cols = screen.size().1.get();
    screen
        .contents_between(row, 0, row, cols)
        .trim_end()
        .to_owned()
}

/// Waits until the screen is as wanted at the first size, and at each other size.
fn wait_sizes(outer: &mut Outer, what: &str, wanted: impl Fn(&vt100::Screen, u16, u16) -> bool) {
    outer.wait(what, |screen| wanted(screen, 24, 80));
    for (rows, cols) in SIZES {
        outer.resize(rows, cols);
        let what = format!("{what} at {cols}x{rows}");
        outer.wait(&what, |screen| wanted(screen, rows, cols));
    }
}

/// Waits until the program that drew has left what the shell showed before.
fn wait_shell(outer: &mut Outer, gone: &str) {
    outer.wait("the shell's text again", |screen| {
        has_line(screen, "text of the shell") && !screen.contents().contains(gone)
    });
    outer.send("echo $((6*7))\r");
    outer.wait("the shell", |screen| has_line(screen, "42"));
}

fn write_numbers(sandbox: &Sandbox) {
    let lines: Vec<String> = (1..=500)
        .map(|number| format!("line number {number}"))
        .collect();
    sandbox.write("numbers", &lines.join("\n"));
}

#[test]
fn editors_split_their_windows() {
    for editor in ["vim -u NONE -i NONE -n", "nvim --clean -n"] {
        let sandbox = Sandbox::new();
        write_numbers(&sandbox);
        let mut outer = shell(&sandbox);
        outer.send(format!("{editor} numbers\r"));
        outer.wait("its text", |screen| has_line(screen, "line number 1"));
        outer.send(":vsplit\r");
        // Text, the windows' names, the line of commands.
        let twice = |text: String, part: &str| text.matches(part).count() == 2;
        wait_sizes(&mut outer, "two windows", |screen, rows, _| {
            let last = format!("line number {}", rows - 2);
            twice(row(screen, 0), "line number 1")
                && twice(row(screen, rows - 3), &last)
                && twice(row(screen, rows - 2), "numbers")
        });
        outer.send(":qa\r");
        wait_shell(&mut outer, "line number");
    }
}

#[test]
fn less_keeps_its_place() {
    let sandbox = Sandbox::new();
    write_numbers(&sandbox);
    let mut outer = shell(&sandbox);
    outer.send("less numbers\r");
    outer.wait("its text", |screen| has_line(screen, "line number 1"));
    outer.send("200g");
    outer.wait("line 200", |screen| row(screen, 0) == "line number 200");
    outer.send("kk");
    wait_sizes(&mut outer, "a page from line 198", |screen, rows, _| {
        let expected = (0..rows - 1).map(|index| format!("line number {}", 198 + index));
        (0..rows - 1).map(|index| row(screen, index)).eq(expected)
    });
    outer.send("q");
    wait_shell(&mut outer, "line number");
}

#[test]
fn tmux_runs_in_a_pane() {
    let sandbox = Sandbox::new();
    let mut outer = shell(&sandbox);
    // Its server goes with its client.
    outer.send("tmux -S ./inner -f /dev/null new-session \\; set destroy-unattached on\r");
    outer.wait("its bar", |screen| row(screen, 23).starts_with("[0] 0:"));
    outer.send("tmux display -p 'this is #{client_termtype}'\r");
    let version = concat!("this is muxpect(", env!("CARGO_PKG_VERSION"), ")");
    outer.wait_text(version);
    outer.send("clear; tmux split-window -h\r");
    wait_sizes(&mut outer, "two panes and the bar", |screen, rows, cols| {
        let border = (0..rows - 1).all(|row| {
            let mut cells = (cols / 3..cols - 20).filter_map(|col| screen.cell(row, col));
            cells.any(|cell| cell.contents() == "│")
        });
        border && row(screen, rows - 1).starts_with("[0] 0:")
    });
    outer.send("echo $((6*7)); tmux kill-server\r");
    outer.wait_text("exited]");
    assert!(!outer.text().contains("1;10;0c"), "{}", outer.text());
    wait_shell(&mut outer, "[0] 0:");
}

#[test]
fn htop_draws_a_tree() {
    let sandbox = Sandbox::new();
    let mut outer = shell(&sandbox);
    outer.send("htop -t -p $$,$PPID\r");
    wait_sizes(&mut outer, "a tree", |screen, rows, _| {
        let text = screen.contents();
        text.contains("Load average") && row(screen, rows - 1).starts_with("F1Help")
    });
    // Commands are at the right: only a wide terminal shows them.
    outer.resize(24, 120);
    outer.wait_text("└─ bash --rcfile");
    outer.send("q");
    wait_shell(&mut outer, "F1Help");
}

#[test]
fn mc_fills_the_terminal() {
    let sandbox = Sandbox::new();
    let mut outer = shell(&sandbox);
    outer.send("mc -u\r");
    wait_sizes(&mut outer, "two panels", |screen, rows, cols| {
        let frame = row(screen, 1);
        row(screen, 0).starts_with("  Left")
            && frame.starts_with('┌')
            && frame.ends_with('┐')
            && frame.chars().count() == usize::from(cols)
            && row(screen, rows - 1).starts_with(" 1Help")
    });
    outer.send("\x1b[21~");
    outer.wait("the shell or a question", |screen| {
        let text = screen.contents();
        has_line(screen, "text of the shell") || text.contains("really")
    });
    if outer.text().contains("really") {
        outer.send("\r");
    }
    wait_shell(&mut outer, "1Help");
}

#[test]
fn dialog_draws_a_gauge() {
    let sandbox = Sandbox::new();
    let mut outer = shell(&sandbox);
    outer.send("mkfifo more; { echo 50; cat more; } | dialog --gauge Copying 8 40; clear\r");
    let filled = |screen: &vt100::Screen| {
        let (rows, cols) = screen.size();
        let places = (0..rows.get()).flat_map(|row| (0..cols.get()).map(move |col| (row, col)));
        let cells = places.filter_map(|(row, col)| screen.cell(row, col));
        cells.filter(|cell| cell.inverse()).count()
    };
    outer.wait("a box with a bar in it, half full", |screen| {
        let text = screen.contents();
        let row = text.lines().find(|row| row.contains("Copying"));
        row.is_some_and(|row| row.contains("│ Copying"))
            && text.contains("└──────")
            && text.contains("50%")
            && filled(screen) > 0
    });
    let half = outer.look(filled);
    let mut more = fs::OpenOptions::new()
        .write(true)
        .open(sandbox.path("more"))
        .unwrap();
    more.write_all(b"75\n").unwrap();
    outer.wait("a bar that is fuller", |screen| {
        screen.contents().contains("75%") && filled(screen) > half
    });
    outer.resize(40, 120);
    more.write_all(b"90\n").unwrap();
    outer.wait_text("90%");
    outer.wait_text("Copying");
    drop(more);
    // What is typed while it ends is thrown away.
    outer.wait("a cleared screen", |screen| screen.contents().trim() == "$");
    outer.send("echo $((6*7))\r");
    outer.wait("the shell", |screen| has_line(screen, "42"));
}

#[test]
fn whiptail_ticks_boxes() {
    let sandbox = Sandbox::new();
    let mut outer = shell(&sandbox);
    outer
        .send("whiptail --checklist Fruit 12 40 3 a apple on b banana off c cherry off 2>chosen\r");
    outer.wait("a list", |screen| {
        let text = screen.contents();
        text.contains("[*] a  apple") && text.contains("[ ] b  banana") && text.contains("└──────")
    });
    outer.send("\x1b[B ");
    outer.wait_text("[*] b  banana");
    outer.resize(40, 120);
    outer.send("\x1b[B ");
    outer.wait("the third box", |screen| {
        let text = screen.contents();
        text.contains("[*] a  apple")
            && text.contains("[*] b  banana")
            && text.contains("[*] c  cherry")
    });
    outer.send("\t\r");
    wait_shell(&mut outer, "Cancel");
    assert_eq!(
        fs::read_to_string(sandbox.path("chosen")).unwrap(),
        r#""a" "b" "c""#
    );
}

#[test]
fn git_draws_a_graph() {
    let sandbox = Sandbox::new();
    let git = |arguments: &str| {
        let mut command = sandbox.program("git");
        command.args(["-c", "user.name=n", "-c", "user.email=e"]);
        let done = command.args(arguments.split(' ')).output().unwrap();
        assert!(done.status.success(), "git {arguments}: {done:?}");
    };
    git("init -q -b main");
    git("commit -q --allow-empty -m root");
    git("checkout -q -b side");
    git("commit -q --allow-empty -m on-side");
    git("checkout -q main");
    git("commit -q --allow-empty -m on-main");
    git("merge -q --no-edit side");
    let mut outer = shell(&sandbox);
    outer.send("LESS=R git log --graph --format='%C(yellow)%s%C(reset) by %an' --color\r");
    let graph = [
        "*   Merge branch 'side' by n",
        "|\\",
        "| * on-side by n",
        "* | on-main by n",
        "|/",
        "* root by n",
    ];
    wait_sizes(&mut outer, "a graph", |screen, rows, _| {
        let first = (0..rows).find(|index| row(screen, *index) == graph[0]);
        let first = first.unwrap_or(0);
        let seen = (first..).map(|index| row(screen, index));
        let name = screen.cell(first + 2, 4).unwrap();
        // less draws anew for another size, with its own line at the bottom then.
        (rows == 24 || row(screen, rows - 1) == "(END)")
            && seen.take(graph.len()).eq(graph)
            && (name.contents(), name.fgcolor()) == ("o", vt100::Color::Idx(3))
    });
    outer.send("q");
    wait_shell(&mut outer, "on-side");
}

/// Installs a package into a folder, away from the system's settings, records and logs, and waits
/// before it configures it.
const INSTALL: &str = r#"
mkdir -p package/DEBIAN root/etc/apt/apt.conf.d root/etc/apt/preferences.d root/etc/apt/sources.list.d
mkdir -p root/var/lib/dpkg root/var/lib/apt/lists/partial root/var/cache/apt/archives/partial root/var/log/apt
touch root/var/lib/dpkg/status root/etc/apt/sources.list
cat >package/DEBIAN/control <<END
Package: hello-there
Version: 1
Architecture: all
Maintainer: nobody <nobody@example.org>
Description: nothing
END
dpkg-deb -b package hello-there.deb
mkfifo go
cat >dpkg <<END
#!/bin/sh
case "\$*" in *--configure*) read go <"$PWD/go";; esac
exec dpkg "\$@"
END
chmod +x dpkg
cat >apt.conf <<END
Dir "$PWD/root";
Dir::Bin::dpkg "$PWD/dpkg";
Dir::State::status "$PWD/root/var/lib/dpkg/status";
DPkg::Options { "--root=$PWD/root"; "--force-not-root"; "--log=/dev/null"; };
Dpkg::Progress-Fancy "1";
Debug::NoLocking "1";
APT::Sandbox::User "";
END
clear
APT_CONFIG="$PWD/apt.conf" apt-get -q install -y ./hello-there.deb
"#;

#[test]
fn apt_keeps_its_bar_at_the_bottom() {
    let sandbox = Sandbox::new();
    sandbox.write("install", INSTALL);
    let mut outer = shell(&sandbox);
    outer.send("sh install\r");
    outer.wait_text("Unpacking hello-there");
    wait_sizes(&mut outer, "a bar", |screen, rows, cols| {
        let bar = row(screen, rows - 1);
        let width = usize::from(cols);
        bar.starts_with("Progress: [") && bar.ends_with(']') && bar.chars().count() > width * 9 / 10
    });
    fs::write(sandbox.path("go"), "\n").unwrap();
    outer.wait("the shell", |screen| {
        has_line(screen, "Setting up hello-there (1) ...")
    });
    outer.wait_no_text("Progress:");
    outer.send("echo $((6*7))\r");
    outer.wait("the shell", |screen| has_line(screen, "42"));
    let status = fs::read_to_string(sandbox.path("root/var/lib/dpkg/status")).unwrap();
    assert!(status.contains("install ok installed"), "{status}");
}
