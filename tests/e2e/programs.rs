//! Real programs in panes, in an emulated terminal: what is seen is what a terminal would show.

use std::fs;

use serde_json::{Value, json};

use crate::{
    outer::Outer,
    sandbox::{Sandbox, wait_for},
};

const LEAVE: &[u8] = b"\x1d";

/// The interpreter of the system, whatever others are on the path.
const PYTHON: &str = "/usr/bin/python3";

/// Opens a session of one bash, interacting with it; its prompt is `$ `.
fn shell(sandbox: &Sandbox, rows: u16, cols: u16) -> Outer {
    sandbox.write("bashrc", "PS1='$ '\n");
    let arguments = "run --name shell --interact shell -- bash --rcfile bashrc";
    let outer = sandbox.open(rows, cols, &words(arguments));
    outer.wait_text("INTERACT");
    outer.wait_text("$ ");
    outer
}

fn words(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

/// Returns whether a row of the screen ends, within its tile, with this text alone.
pub fn has_line(screen: &vt100::Screen, text: &str) -> bool {
    let contents = screen.contents();
    let mut parts = contents.lines().flat_map(|row| row.split('│'));
    parts.any(|part| part.trim() == text)
}

const KEYGEN: &str = r#"
version = 1
[session]
name = "keys"
[[pane]]
name = "keygen"
cmd = ["ssh-keygen", "-t", "ed25519"]
rules = ["keygen"]
[[ruleset]]
name = "keygen"
view = "prompt"
[[ruleset.rule]]
name = "file"
match = 'Enter file in which to save the key \(.*\): $'
send = "key"
[[ruleset.rule]]
name = "overwrite"
match = 'Overwrite \(y/n\)\? $'
send = "n"
[[ruleset.rule]]
name = "passphrase"
match = 'Enter passphrase \(empty for no passphrase\): $'
send = "throw-away"
[[ruleset.rule]]
name = "again"
match = 'Enter same passphrase again: $'
send = "throw-away"
"#;

#[test]
fn rules_answer_ssh_keygen() {
    let sandbox = Sandbox::new();
    sandbox.write("muxpect.toml", KEYGEN);
    sandbox.ok(&["up", "-d"]);
    assert_eq!(
        sandbox.run(&["wait"]).code,
        0,
        "{}",
        sandbox.ok(&["screen"])
    );
    assert_eq!(sandbox.pane("keygen")["fired"], 3);
    let public = fs::read_to_string(sandbox.path("key.pub")).unwrap();
    assert!(public.starts_with("ssh-ed25519 "), "{public}");
    let opens_with = |passphrase| {
        let mut command = sandbox.program("ssh-keygen");
        let arguments = ["-y", "-P", passphrase, "-f", "key"];
        command.args(arguments).output().unwrap().status.success()
    };
    assert!(opens_with("throw-away") && !opens_with(""));
    let screen = sandbox.ok(&["screen"]);
    assert!(!screen.contains("throw-away"), "{screen}");

    // The file is there now: two questions, and the key stays as it is.
    sandbox.ok(&["restart", "keygen"]);
    assert_eq!(
        sandbox.run(&["wait"]).code,
        1,
        "{}",
        sandbox.ok(&["screen"])
    );
    let screen = sandbox.ok(&["screen"]);
    assert!(screen.contains("Overwrite (y/n)? n"), "{screen}");
    assert_eq!(fs::read_to_string(sandbox.path("key.pub")).unwrap(), public);
    let events = sandbox.ok(&["events"]);
    let answered = events.matches("\"event\":\"answered\"").count();
    assert_eq!(answered, 5, "{events}");
}

#[test]
fn python_is_driven_from_the_shell() {
    let sandbox = Sandbox::new();
    sandbox.ok(&["run", "-d", "--name", "python", "--", PYTHON, "-q"]);
    sandbox.ok(&["expect", "python", ">>> "]);
    let found = sandbox.json(&["expect", "python", "--json", "--send", "6*7", r"\n(\d+)\n"]);
    assert_eq!(found["groups"], json!(["42"]));
    sandbox.wait_pane("python", |pane| pane["attention"] == "ready");
    let question = "name = input('Your name: ')";
    sandbox.ok(&["expect", "python", "--send", question, "\nYour name: "]);
    sandbox.wait_pane("python", |pane| pane["attention"] == "waiting");
    sandbox.ok(&["send", "python", "Zoë 日本"]);
    let hello = "print('hello', name.upper())";
    sandbox.ok(&["expect", "python", "--send", hello, "hello ZOË 日本"]);
    let secret = "import getpass; secret = getpass.getpass()";
    sandbox.ok(&["expect", "python", "--send", secret, "\nPassword: "]);
    let pane = sandbox.wait_pane("python", |pane| pane["attention"] == "password");
    assert_eq!(
        (&pane["echo"], &pane["canonical"]),
        (&json!(false), &json!(true))
    );
    sandbox.ok(&["send", "python", "pssst"]);
    sandbox.ok(&["expect", "python", "--send", "len(secret)", "\n5\n"]);
    let screen = sandbox.ok(&["screen", "python"]);
    assert!(!screen.contains("pssst"), "{screen}");
    sandbox.ok(&["send", "python", "raise SystemExit(5)"]);
    assert_eq!(sandbox.run(&["wait", "python"]).code, 5);
}

#[test]
fn dialog_draws_boxes_and_takes_keys() {
    let sandbox = Sandbox::new();
    let mut outer = shell(&sandbox, 24, 80);
    outer.send("dialog --yesno 'Format the disk?' 8 40; echo \"status $?\"\r");
    outer.wait_text("Format the disk?");
    outer.wait("a box", |screen| {
        let text = screen.contents();
        let row = text.lines().find(|row| row.contains("Format the disk?"));
        row.is_some_and(|row| row.split("Format").next().unwrap().ends_with("│ "))
            && text.contains("└─────────")
            && !text.contains("qqq")
    });
    outer.send("\t\r");
    outer.wait("the shell again", |screen| has_line(screen, "status 1"));
    outer.wait_no_text("Format the disk?\n");
    let menu = "clear; exec dialog --menu Colours 12 40 4 1 red 2 green 3 blue\r";
    outer.send(menu);
    outer.wait_text("green");
    outer.send("\x1b[B\x1b[B");
    outer.wait("the third line chosen", |screen| {
        chosen(screen).contains("blue") && !chosen(screen).contains("red")
    });
    outer.send("\t\r");
    outer.wait_text("exit 1");
    outer.wait_text("WATCH");
}

/// Returns the text of all cells with a blue background, which dialog gives the chosen item.
fn chosen(screen: &vt100::Screen) -> String {
    let (rows, cols) = screen.size();
    let cells = (0..rows.get()).flat_map(|row| (0..cols.get()).map(move |col| (row, col)));
    let cells = cells.filter_map(|(row, col)| screen.cell(row, col));
    let blue = cells.filter(|cell| cell.bgcolor() == vt100::Color::Idx(4));
    blue.map(|cell| {
        if cell.has_contents() {
            cell.contents()
        } else {
            " "
        }
    })
    .collect()
}

#[test]
fn full_screen_programs_come_and_go() {
    let sandbox = Sandbox::new();
    let numbers: Vec<String> = (1..=500).map(|n| format!("line number {n}")).collect();
    sandbox.write("numbers", &numbers.join("\n"));
    let mut outer = shell(&sandbox, 30, 100);
    outer.send("echo 'text of' the shell\r");
    outer.wait("text", |screen| has_line(screen, "text of the shell"));
    let pane = sandbox.pane("shell");
    let rows = pane["rows"].as_u64().unwrap();

    outer.send("less numbers\r");
    outer.wait("a first page", |screen| has_line(screen, "line number 1"));
    outer.wait_no_text("text of");
    outer.send("\x1b[B\x1b[B");
    outer.wait("two lines down", |screen| {
        !has_line(screen, "line number 2") && has_line(screen, "line number 3")
    });
    outer.send("\x1b[6~");
    let first = format!("line number {}", 3 + rows - 1);
    outer.wait("a page down", |screen| {
        has_line(screen, &first) && !has_line(screen, "line number 3")
    });
    outer.send("\x1b[5~");
    outer.wait("a page up", |screen| has_line(screen, "line number 3"));
    outer.send("G");
    outer.wait("the end", |screen| has_line(screen, "line number 500"));
    outer.send("q");
    outer.wait("text", |screen| has_line(screen, "text of the shell"));
    outer.wait_no_text("line number");

    outer.send("vim -u NONE -i NONE -n numbers\r");
    outer.wait("a first page", |screen| has_line(screen, "line number 1"));
    outer.wait_no_text("text of");
    outer.send(":set number\r\x1b[6~");
    outer.wait_no_text("line number 1 ");
    outer.send(":q\r");
    outer.wait("text", |screen| has_line(screen, "text of the shell"));
    outer.wait_no_text("line number");

    outer.send("htop\r");
    outer.wait_text("Load average");
    outer.wait_text("F1Help");
    outer.send("\x1b[21~");
    outer.wait("text", |screen| has_line(screen, "text of the shell"));
    outer.wait_no_text("Load average");

    outer.send("mc -u\r");
    outer.wait_text("10Quit");
    outer.wait_text("bashrc");
    outer.send("\x1b[21~");
    outer.wait("text", |screen| {
        has_line(screen, "text of the shell") || screen.contents().contains("really")
    });
    if outer.text().contains("really") {
        outer.send("\r");
    }
    outer.wait("text", |screen| has_line(screen, "text of the shell"));
    outer.wait_no_text("10Quit");
    outer.send("echo $((40+2))\r");
    outer.wait("the shell", |screen| has_line(screen, "42"));
}

#[test]
fn a_progress_bar_is_drawn_in_place() {
    let sandbox = Sandbox::new();
    let script = "i=0; while [ $i -lt 100 ]; do i=$((i+1)); printf '\\r[%-20.*s] %3d%%' $((i/5)) '####################' $i; done; read go; echo";
    let outer = sandbox.open(24, 80, &["run", "--name", "bar", "--", "sh", "-c", script]);
    outer.wait_text("[####################] 100%");
    let text = outer.tile_text("1 bar", 20, 50);
    assert_eq!(text.trim_end(), "[####################] 100%");
    let screen = sandbox.ok(&["screen", "bar", "--history", "1000"]);
    assert_eq!(screen.trim_end(), "[####################] 100%");
}

/// What a terminal of its own would show of this output.
fn bare(bytes: &[u8], rows: u16, cols: u16) -> vt100::Parser {
    let mut parser = vt100::Parser::new(rows.try_into().unwrap(), cols.try_into().unwrap(), 0);
    parser.process(bytes);
    parser
}

fn colourful() -> String {
    let mut text = String::from("\x1b[?25l\x1b[2J\x1b[H");
    for colour in 0..=255 {
        text += &format!(
            "\x1b[48;5;{colour}m\x1b[38;5;{}m{colour:>3} \x1b[0m",
            255 - colour
        );
        if colour % 14 == 13 {
            text += "\r\n";
        }
    }
    text += "\r\n";
    for red in [0, 1, 95, 127, 200, 255] {
        text += &format!(
            "\x1b[38;2;{red};{};7m\x1b[48;2;9;{red};{}mrgb\x1b[0m ",
            255 - red,
            red / 2
        );
    }
    text += "\r\n\x1b[1mbold\x1b[0m \x1b[2mdim\x1b[0m \x1b[3mitalic\x1b[0m \x1b[4munder\x1b[0m \x1b[7minverse\x1b[0m ";
    text += "\x1b[1;3;4;7;31;44mall\x1b[22;23m some\x1b[24;27;39;49m none \x1b[91;102mbright\x1b[0m\r\n";
    text += "日本語 한국어 中文 Ωμέγα é e\u{301} o\u{308} 😀 🎉 ❤ \x1b[7m漢字\x1b[0m|\r\n";
    text += "\x1b[44m\x1b[Kblue to the end\x1b[0m";
    text
}

/// What is seen of a cell. A blank without a line or inversion shows its background alone.
fn look(cell: &vt100::Cell) -> impl PartialEq {
    let blank = !cell.has_contents() && !cell.is_wide_continuation();
    let text = if blank { " " } else { cell.contents() };
    let plain = text == " " && !cell.underline() && !cell.inverse();
    let foreground = match plain {
        true => vt100::Color::Default,
        false => cell.fgcolor(),
    };
    (
        text.to_owned(),
        foreground,
        cell.bgcolor(),
        [cell.bold(), cell.dim(), cell.italic()].map(|attribute| attribute && !plain),
        [cell.underline(), cell.inverse()],
        [cell.is_wide(), cell.is_wide_continuation()],
    )
}

/// Waits until the terminal's cells from a place on are those of a bare terminal.
fn wait_cells(outer: &Outer, (top, left): (u16, u16), expected: &vt100::Screen) {
    let (rows, cols) = expected.size();
    let places = || (0..rows.get()).flat_map(|row| (0..cols.get()).map(move |col| (row, col)));
    outer.wait("the cells of a bare terminal", |seen| {
        places().all(|(row, col)| {
            let there = seen.cell(top + row, left + col);
            let here = expected.cell(row, col);
            there.map(look) == here.map(look)
        })
    });
}

/// Starts muxpect in a terminal that shows 24-bit colours.
fn open_colourful(sandbox: &Sandbox, rows: u16, cols: u16, arguments: &[&str]) -> Outer {
    let mut command = sandbox.program("setsid");
    command
        .env("COLORTERM", "truecolor")
        .args(["-c", env!("CARGO_BIN_EXE_muxpect")])
        .args(arguments);
    Outer::start(command, rows, cols)
}

#[test]
fn colours_and_wide_characters_are_those_of_a_bare_terminal() {
    let sandbox = Sandbox::new();
    let text = colourful();
    sandbox.write("colours", &text);
    sandbox.ok(&words("run -d --size 60x30 --name p -- sh -c")
        .into_iter()
        .chain(["cat colours; read x"])
        .collect::<Vec<_>>());
    let outer = open_colourful(&sandbox, 40, 120, &["attach"]);
    outer.wait_text("blue to the end");
    let expected = bare(text.as_bytes(), 30, 60);
    let place = outer.tile("1 p").unwrap();
    wait_cells(&outer, place, expected.screen());
    drop(outer);
    let outer = open_colourful(&sandbox, 30, 60, &["interact", "p"]);
    outer.wait_text("blue to the end");
    wait_cells(&outer, (0, 0), expected.screen());
}

#[test]
fn bash_gets_several_lines_as_one_paste() {
    let sandbox = Sandbox::new();
    let mut outer = shell(&sandbox, 24, 80);
    outer.send("\x1b[200~echo $((1+1))first\necho $((1+2))second\x1b[201~");
    outer.wait_text("second");
    assert!(!outer.text().contains("2first") && !outer.text().contains("3second"));
    outer.send("\r");
    outer.wait("both results", |screen| {
        has_line(screen, "2first") && has_line(screen, "3second")
    });
}

#[test]
fn a_large_paste_arrives_whole() {
    let sandbox = Sandbox::new();
    let mut text = String::new();
    for number in 0.. {
        text += &format!("{number} of a paste that is long, with é and 日本語 in it\n");
        if text.len() > 300_000 {
            break;
        }
    }
    let script = format!(
        "stty -icanon -echo; printf 'ready\\033[?2004l'; head -c {} >big; stty sane; echo all is there; read x",
        text.len()
    );
    let mut outer = sandbox.interact(&["sh", "-c", &script]);
    outer.wait_text("ready");
    outer.wait_text("INTERACT");
    outer.send(format!("\x1b[200~{text}\x1b[201~"));
    outer.wait_text("PASTE?");
    outer.send("y");
    outer.wait_text("all is there");
    assert!(fs::read_to_string(sandbox.path("big")).unwrap() == text);
}

#[test]
fn interact_is_the_pane_until_it_is_left() {
    let sandbox = Sandbox::new();
    sandbox.write("bashrc", "PS1='$ '\n");
    sandbox.ok(&words("run -d --name shell -- bash --rcfile bashrc"));
    let mut outer = sandbox.open(20, 70, &["interact", "shell"]);
    outer.wait_text("$");
    outer.send("echo $((6*7)); stty size\r");
    outer.wait_text("42\n20 70\n$");
    let text = outer.text();
    assert!(
        text.starts_with("$ ") && !text.contains("INTERACT"),
        "{text}"
    );
    outer.send(LEAVE);
    assert_eq!(outer.wait_end().code(), Some(0));
    assert!(outer.is_cooked());
    wait_for("the main screen", || {
        let restored = |screen: &vt100::Screen| !screen.alternate_screen() && !screen.hide_cursor();
        outer.look(restored).then_some(())
    });
    assert_eq!(sandbox.pane("shell")["state"], "running");
    let mut outer = sandbox.open(20, 70, &["interact", "shell"]);
    outer.wait_text("42\n20 70\n$");
    outer.send("exit 7\r");
    assert_eq!(outer.wait_end().code(), Some(4));
    assert!(outer.is_cooked());
    assert_eq!(sandbox.pane("shell")["exit"], json!({"code": 7}));
}

#[test]
fn what_is_typed_ahead_reaches_the_pane() {
    let sandbox = Sandbox::new();
    sandbox.write("bashrc", "PS1='$ '\n");
    sandbox.ok(&words("run -d --name shell -- bash --rcfile bashrc"));
    for round in 0..10 {
        let mut outer = sandbox.open(20, 70, &["interact", "shell"]);
        outer.send(format!("echo {round}-$((6*7))-ahead\n"));
        outer.wait_text(&format!("{round}-42-ahead"));
        outer.send(LEAVE);
        assert_eq!(outer.wait_end().code(), Some(0));
    }
}

#[test]
fn two_clients_of_two_sizes_share_a_pane() {
    let sandbox = Sandbox::new();
    let mut small = shell(&sandbox, 24, 80);
    let sizes = |pane: &Value| {
        (
            pane["rows"].as_u64().unwrap(),
            pane["cols"].as_u64().unwrap(),
        )
    };
    let of_small = sizes(&sandbox.pane("shell"));
    let mut large = sandbox.open(50, 160, &["attach"]);
    large.wait_text("$ ");
    let pane = sandbox.wait_pane("shell", |pane| sizes(pane) != of_small);
    let of_large = sizes(&pane);
    assert!(of_large.0 > of_small.0 && of_large.1 > of_small.1);
    small.wait_text("cropped");
    // Typing takes the size over.
    small.send("stty size\r");
    small.wait_text(&format!("{} {}", of_small.0, of_small.1));
    small.wait_no_text("cropped");
    large.wait_text(&format!("{} {}", of_small.0, of_small.1));
    large.send("\r");
    large.wait_text("INTERACT");
    let line = "0123456789".repeat(9);
    large.send(format!("clear; echo {line}; stty size\r"));
    large.wait_text(&format!("{} {}", of_large.0, of_large.1));
    small.wait_text("cropped");
    small.wait_text(&format!("{} {}", of_large.0, of_large.1));
    // The prompt may come a moment later.
    wait_for("the crop in the small terminal", || {
        let screen = sandbox.ok(&["screen", "shell"]);
        let crop: Vec<String> = screen
            .lines()
            .take(of_small.0 as usize)
            .map(|row| {
                row.chars()
                    .take(of_small.1 as usize)
                    .collect::<String>()
                    .trim_end()
                    .to_owned()
            })
            .collect();
        let text = small.tile_text("1 shell", of_small.0 as u16, of_small.1 as u16);
        (text.trim_end() == crop.join("\n").trim_end()).then_some(())
    });
    large.send([LEAVE, b"d"].concat());
    assert_eq!(large.wait_end().code(), Some(0));
    small.send("clear; stty size\r");
    small.wait_text(&format!("{} {}", of_small.0, of_small.1));
    small.wait_no_text("cropped");
}

#[test]
fn many_programs_stand_in_one_list() {
    let sandbox = Sandbox::new();
    sandbox.write("bashrc", "PS1='$ '\n");
    sandbox.write(
        "progress",
        "i=0; while [ $i -lt 1000 ]; do i=$((i+1)); printf '\\r%d of 1000' $i; sleep 0.1; done\n",
    );
    let commands = [
        "bash --rcfile bashrc",
        "/usr/bin/python3 -q",
        "vim -u NONE -i NONE -n",
        "htop",
        "dialog --msgbox hello 6 20",
        "ssh-keygen -f key",
        "sh -c exit\u{a0}3",
        "sh -c kill\u{a0}-9\u{a0}$$",
        "sh progress",
    ];
    let mut arguments = vec!["run"];
    for (index, command) in commands.into_iter().enumerate() {
        arguments.push(if index == 0 { "--" } else { ":::" });
        arguments.extend(command.split(' '));
    }
    let arguments: Vec<String> = arguments
        .iter()
        .map(|word| word.replace('\u{a0}', " "))
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    for (rows, cols) in [(24, 80), (60, 200)] {
        let outer = match rows {
            24 => sandbox.open(rows, cols, &arguments),
            _ => sandbox.open(rows, cols, &["attach"]),
        };
        for (name, word) in [
            ("1 bash", "ready"),
            ("2 python3", "ready"),
            ("3 vim", "ready"),
            ("4 htop", "ready"),
            ("5 dialog", "waiting"),
            ("6 ssh-keygen", "password"),
            ("7 sh", "exit 3"),
            ("8 sh-2", "SIGKILL"),
            ("9 sh-3", "working"),
        ] {
            outer.wait(&format!("{name}: {word}"), |screen| {
                let text = screen.contents();
                let mut list = text.lines().filter_map(|row| row.split('│').nth(1));
                list.any(|row| row.contains(name) && row.contains(word))
            });
        }
        for text in [">>>", "~", "F1Help", "OK", "passphrase", " of 1000"] {
            outer.wait_text(text);
        }
    }
}
