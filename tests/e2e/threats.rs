//! Hostile output, planted files, exhausted limits and sudden ends.

use std::{collections::HashSet, fs, os::unix::fs::symlink, process::Command};

use regex::bytes::Regex;
use serde_json::{Value, json};

use crate::{
    outer::Outer,
    sandbox::{Done, Sandbox, is_alive, signal, wait_for},
};

const LEAVE: &[u8] = b"\x1d";

/// The last that a client writes to a terminal that it has taken over: its own title again.
const RESTORED: &[u8] = b"\x1b[23;2t";

/// Text in a hostile title; it must not come back anywhere.
const INJECTED: &str = "INJECTED";

fn server(sandbox: &Sandbox) -> i64 {
    sandbox.json(&["ls", "--json"])[0]["pid"].as_i64().unwrap()
}

/// Returns a number of kB from a process's status.
fn memory(pid: i64, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let words = line.unwrap().trim_start_matches(':');
    words.split_whitespace().next().unwrap().parse().unwrap()
}

fn descriptors(pid: i64) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count()
}

/// Returns the screen of the pane `p` with the replacement character as the outer terminal has it.
fn shown(sandbox: &Sandbox) -> String {
    let screen = sandbox.ok(&["screen", "p"]);
    let screen = screen.trim_end();
    screen.replace(char::REPLACEMENT_CHARACTER, crate::outer::REPLACEMENT)
}

/// Bytes that look random and are the same each time.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..length).map(|_| next()).collect()
}

/// Everything a terminal should not be told, then noise of several kinds.
fn hostile() -> Vec<u8> {
    let mut bytes = Vec::new();
    let sequences = [
        "\x1b]52;c;SU5KRUNURUQ=\x07",
        "\x1b]52;c;?\x1b\\",
        "\x1b]0;INJECTED \u{9b}31m \u{202e}title\x01\x02\x07",
        "\x1b]2;INJECTED\u{9d}52;c;SU5KRUNURUQ=\u{9c}\x1b\\",
        "\x1b]0;INJECTED\x1b]52;c;SU5KRUNURUQ=\x07\x07",
        "\x1bP$q\"p\x1b\\",
        "\x1bP+q544e\x1b\\",
        "\x1bPtmux;\x1b\x1b]52;c;SU5KRUNURUQ=\x07\x1b\\",
        "\x1b_Gi=1;AAAA\x1b\\",
        "\x1b^private\x1b\\",
        "\x1bXstring\x1b\\",
        "\x1b[21t\x1b[20t\x1b[14t\x1b[8;999;999t\x1b[9;1t",
        "\x05\x05",
        "\x1b[?1049h\x1b[?1003h\x1b[?2004l\x1b[?47h\x1b[?9999h\x1b[=3u\x1b[>31u",
        "\x1b[5i\x1b[4i\x1b[?5i",
        "\x1bc\x1b#8\x1b[!p\x1b[1$r",
        "\x1b]4;1;rgb:ff/00/00\x07\x1b]10;#ff0000\x07\x1b]104\x07",
        "\x1b]9;INJECTED\x07\x1b]777;notify;INJECTED;x\x07\x1b]99;;INJECTED\x07",
        "\x1b]8;;file:///etc/passwd\x07link\x1b]8;;\x07",
        "\x1b]50;font\x07\x1b]1337;File=:AAAA\x07\x1b]7;file://host/\x07",
        "\u{9b}21t\u{9d}52;c;SU5KRUNURUQ=\u{9c}\u{90}q\u{9c}\u{85}\u{88}\u{8d}",
        "a\u{202e}b\u{2066}c\u{200f}d\u{feff}e\u{ad}f\u{e0001}g",
        "\x0e\x0f\x1b(0lqk\x1b(B\x1b)0\x1b%G\x1b%@",
        "\x1b[38;5;\x1b[;;;;m\x1b[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20m",
        "\x1b[2147483648;99999999999H\x1b[99999@\x1b[99999P\x1b[99999b",
    ];
    for sequence in sequences {
        bytes.extend(sequence.as_bytes());
        bytes.extend(b"\r\n");
    }
    // 8-bit controls that are no UTF-8.
    bytes.extend(b"\x9b21t\x9d52;c;SU5KRUNURUQ=\x9c\x90+q544e\x9c\r\n");
    for seed in 1..=20 {
        bytes.extend(noise(seed, 4096));
        // Noise dense in escapes: each byte picks one of these.
        let pieces = [
            "\x1b", "[", "]", "P", "?", ";", "5", "2", "c", "h", "m", "\x07", "\\", "x", "\u{9b}",
            "日", "\r\n",
        ];
        for byte in noise(seed << 8, 4096) {
            bytes.extend(pieces[usize::from(byte) % pieces.len()].as_bytes());
        }
    }
    bytes
}

/// Detaches, and returns all that the client wrote to its terminal.
fn detached(outer: &mut Outer, keys: &[u8]) -> Vec<u8> {
    outer.send(keys);
    assert_eq!(outer.wait_end().code(), Some(0));
    wait_for("the title to be restored", || {
        let raw = outer.raw();
        memchr::memmem::rfind(&raw, RESTORED).map(|end| raw[..end].to_vec())
    })
}

/// What a client may write to its terminal until it leaves it, apart from printable text.
fn check_stream(raw: &[u8]) {
    let text = std::str::from_utf8(raw).expect("only UTF-8 is written");
    let allowed = Regex::new(concat!(
        r"^(?-u:\x1b(?:",
        r"\[[0-9;:]*[mHJK]|",
        r"\[\?(?:25|1000|1002|1004|1006|1049|2004|2026)[hl]|",
        r"\[\?u|\[c|\[>1u|\[<u|",
        r"\[[0-6] q|",
        r"\[2[23];2t|",
        r"\]2;[^\x00-\x1f\x7f]*\x1b\\|",
        // A notice, which begins with its pane's name.
        r"\]9;[A-Za-z0-9._-]+: [^\x00-\x1f\x7f]*\x1b\\",
        r"))",
    ))
    .unwrap();
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        if character == '\x1b' {
            let rest = &raw[at..];
            let Some(found) = allowed.find(rest) else {
                let shown = &rest[..rest.len().min(40)];
                panic!(
                    "unexpected at byte {at}: {:?}",
                    String::from_utf8_lossy(shown)
                );
            };
            let title = String::from_utf8_lossy(found.as_bytes()).into_owned();
            assert!(!title.chars().any(is_forbidden), "{title:?}");
            at += found.end();
            continue;
        }
        // A bell is passed on as itself.
        assert!(
            character == '\x07' || !character.is_control() && !is_forbidden(character),
            "unexpected {character:?} at byte {at}: {:?}",
            text[..at].chars().rev().take(40).collect::<String>()
        );
        at += character.len_utf8();
    }
}

/// Returns whether a character would act on a terminal or on the order of its text.
fn is_forbidden(character: char) -> bool {
    matches!(character, '\u{80}'..='\u{9f}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[test]
fn nothing_hostile_reaches_the_terminal() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path("hostile"), hostile()).unwrap();
    let script = "read go; cat hostile; printf '\\030\\033[?1049l\\033c\\033]0;%s\\033\\\\and intact\\n' INJECTED; read end";
    sandbox.start("p", script);
    let mut tiles = sandbox.open(30, 100, &["attach"]);
    tiles.wait_text("1 p");
    let mut bare = sandbox.open(30, 100, &["interact", "p"]);
    bare.wait("the main screen left", vt100::Screen::alternate_screen);
    bare.send("\r");
    tiles.wait_text("and intact");
    bare.wait_text("and intact");
    // Answers to its queries are still echoed by the tty meanwhile.
    let trimmed = |text: &str, cols: usize| -> String {
        let rows = text
            .lines()
            .map(|row| row.get(..cols).unwrap_or(row).trim_end());
        rows.collect::<Vec<_>>().join("\n").trim_end().to_owned()
    };
    wait_for("the same text in all three", || {
        let screen = shown(&sandbox);
        let same = trimmed(&bare.text(), 100) == screen
            && trimmed(&tiles.tile_text("1 p", 26, 74), 74) == trimmed(&screen, 74);
        same.then_some(())
    });
    check_stream(&detached(&mut bare, LEAVE));
    check_stream(&detached(&mut tiles, b"d"));
}

#[test]
fn verbs_print_no_escapes_of_a_child() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path("hostile"), hostile()).unwrap();
    let script = "cat hostile; printf '\\030\\033[?1049l\\033c\\033]0;%s\\033\\\\and intact\\n' 'a\u{202e}b'; read end";
    sandbox.start("p", script);
    sandbox.ok(&["expect", "p", "and intact"]);
    for arguments in [
        &["ps"][..],
        &["ps", "--json"],
        &["ls"],
        &["events"],
        &["screen", "p", "--history", "10000"],
        &["screen", "p", "--format", "json"],
        &["expect", "p", "--from", "start", "intact"],
    ] {
        let text = sandbox.ok(arguments);
        let found = text.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(found, None, "{arguments:?}: {text}");
    }
}

/// Puts its terminal into raw mode, asks everything, and prints what comes back in hex.
const ASKER: &str = r#"
import os, sys, tty
tty.setraw(0)
queries = [
    b'\x1b]0;INJECTED\x07', b'\x1b]2;INJECTED\x1b\\', b'\x1b[21t', b'\x1b[20t', b'\x1b[18t', b'\x1b[19t', b'\x1b[14t',
    b'\x1b[11t', b'\x1b[13t', b'\x1b[c', b'\x1b[0c', b'\x1b[>c', b'\x1b[=c', b'\x1bZ', b'\x05', b'\x1b[5n', b'\x1b[6n',
    b'\x1b[?6n', b'\x1b[?15n', b'\x1b[?25n', b'\x1b[?26n', b'\x1b[>q', b'\x1b[?u', b'\x1b[?2026$p', b'\x1b[?1049$p',
    b'\x1b[?65535$p', b'\x1b[4$p', b'\x1b[x', b'\x1b[1x',
    b'\x1bP$qm\x1b\\', b'\x1bP$q"p\x1b\\', b'\x1bP$qINJECTED\x1b\\', b'\x1bP+q544e\x1b\\',
    b'\x1bP+q494e4a4543544544\x1b\\', b'\x1bP+qINJECTED\x1b\\',
    b'\x1b]52;c;?\x07', b'\x1b]52;c;SU5KRUNURUQ=\x07\x1b]52;c;?\x1b\\', b'\x1b]4;1;?\x07', b'\x1b]4;1;INJECTED;2;?\x07',
    b'\x1b]10;?\x07', b'\x1b]11;?\x1b\\', b'\x1b]12;?\x07', b'\x1b]10;INJECTED\x07\x1b]10;?\x07', b'\x1b]l INJECTED\x1b\\',
    b'\x1b]7;file:///INJECTED\x07', b'\x1b]50;?\x07', b'\x1b]60\x1b\\', b'\x1b]1337;ReportCellSize\x07',
    b'\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\', b'\x1b[?1;1;1S', b'\x1b[1;1;1;1;1;1*y', b'\x1b[>4;?m', b'\x1b[?4m',
    b'\x1b[99999;99999H\x1b[6n', b'\x1b[?996n', b'\x1b["q', b'\x1b[#S', b'\x1b]99;i=1:p=?;INJECTED\x1b\\',
]
for query in queries:
    os.write(1, query)
os.write(1, b'\x1b[>0q')
heard = b''
end = b'muxpect('
while heard.count(end) < 2 or not heard.endswith(b'\x1b\\'):
    heard += os.read(0, 1000)
os.write(1, b'\x1bc' + b'heard:' + heard.hex().encode() + b':end')
sys.stdin.read()
"#;

#[test]
fn replies_are_numbers_in_fixed_forms() {
    let sandbox = Sandbox::new();
    sandbox.write("asker.py", ASKER);
    let command = ["/usr/bin/python3", "asker.py"];
    sandbox.ok(&[&["run", "-d", "--name", "p", "--"], &command[..]].concat());
    let found = sandbox.json(&["expect", "p", "--json", "heard:([0-9a-f]*):end"]);
    let hex = found["groups"][0].as_str().unwrap();
    let heard: Vec<u8> = (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect();
    let shown = String::from_utf8_lossy(&heard).into_owned();
    for word in [INJECTED, "494e4a4543544544", "SU5KRUNURUQ"] {
        assert!(!shown.contains(word), "{shown:?}");
    }
    let grammar = Regex::new(concat!(
        r"^(?-u:(?:",
        r"\x1b\[[?>]?[0-9;]*[cmnRtux]|",
        r"\x1b\[\??[0-9]+;[0-4]\$y|",
        r"\x1bP0[$+]r\x1b\\|",
        r"\x1bP1\$r[0-9;]*(?:[mr]| q)\x1b\\|",
        r"\x1bP1\+r[0-9A-F]+=[0-9A-F]+\x1b\\|",
        r"\x1bP!\|00000000\x1b\\|",
        r"\x1bP>\|muxpect\([0-9.]+\)\x1b\\|",
        r"\x1b\](?:1[012]|4;[0-9]+);rgb:[0-9a-f/]+(?:\x07|\x1b\\)",
        r")+)$",
    ))
    .unwrap();
    assert!(grammar.is_match(&heard), "{shown:?}");
    for reply in ["\x1b[?62;22c", "\x1b[0n", "\x1b[24;80R"] {
        assert!(shown.contains(reply), "{reply:?} in {shown:?}");
    }
}

/// Runs a bomb in a pane; the server must stay small and another pane must answer.
fn check_bomb(name: &str, script: &str) {
    // Kilobytes; a server with two idle panes has about 10,000.
    const LIMIT: u64 = 64 * 1024;
    let sandbox = Sandbox::new();
    let script = format!(
        "read go; {script}; printf '\\030\\033\\\\\\033[2J\\033[Hand int''act\\n'; read end"
    );
    sandbox.start("p", &script);
    sandbox.ok(&["run", "-d", "--name", "cat", "--", "cat"]);
    let server = server(&sandbox);
    sandbox.ok(&["send", "p", ""]);
    for round in 0..5 {
        let text = format!("hello {round}");
        sandbox.ok(&["expect", "cat", "--send", &text, &format!("{text}\n{text}")]);
    }
    sandbox.wait_pane("p", |_| sandbox.ok(&["screen", "p"]).contains("and intact"));
    let screen = sandbox.ok(&["screen", "p"]);
    assert!(screen.starts_with("and intact\n"), "{name}: {screen}");
    let peak = memory(server, "VmHWM");
    assert!(peak < LIMIT, "{name}: {peak} kB");
}

#[test]
fn output_that_is_costly_to_draw_delays_nobody() {
    let sandbox = Sandbox::new();
    sandbox.ok(&["run", "-d", "--name", "cat", "--", "cat"]);
    // Each few bytes fill the screen; there are more such panes than processors.
    for _ in 0..4 {
        sandbox.ok(&["run", "-d", "--", "yes", "\x1b#8\x1b#8\x1b#8\x1b#8"]);
    }
    for round in 0..5 {
        let text = format!("hello {round}");
        sandbox.ok(&["expect", "cat", "--send", &text, &format!("{text}\n{text}")]);
    }
}

#[test]
fn bombs_are_bounded() {
    check_bomb(
        "OSC",
        "printf '\\033]0;'; head -c 30000000 /dev/zero | tr '\\0' x",
    );
    check_bomb(
        "OSC 52",
        "printf '\\033]52;c;'; head -c 30000000 /dev/zero | tr '\\0' A",
    );
    check_bomb(
        "DCS",
        "printf '\\033Pq'; head -c 30000000 /dev/zero | tr '\\0' x",
    );
    check_bomb(
        "APC",
        "printf '\\033_G'; head -c 30000000 /dev/zero | tr '\\0' x",
    );
    check_bomb(
        "CSI",
        "printf '\\033['; head -c 10000000 /dev/zero | tr '\\0' '1;'",
    );
    check_bomb("a long line", "head -c 20000000 /dev/zero | tr '\\0' x");
    check_bomb(
        "a long wide line",
        "yes 日本 | head -c 7000000 | tr -d '\\n'",
    );
    check_bomb(
        "ICH",
        "yes \"$(printf '\\033[65535@\\033[65535L\\033[65535P\\033[65535b\\033[65535X')\" | head -n 30000 | tr -d '\\n'",
    );
    check_bomb(
        "marks",
        "printf e; yes \"$(printf '\\314\\201')\" | head -n 2000000 | tr -d '\\n'",
    );
    check_bomb(
        "SGR",
        "yes \"$(printf '\\033[38;2;1;2;3;48;5;9;4mx')\" | head -n 400000 | tr -d '\\n'",
    );
    check_bomb(
        "titles",
        "yes \"$(printf '\\033]0;x\\007\\007')\" | head -n 200000 | tr -d '\\n'",
    );
    check_bomb(
        "queries",
        "stty -echo raw; yes \"$(printf '\\033[c\\033[6n')\" | head -n 100000 | tr -d '\\n'; stty sane -echo",
    );
}

#[test]
fn logs_do_not_follow_planted_links() {
    let sandbox = Sandbox::new();
    let precious = sandbox.write("precious", "precious\n");
    symlink(&precious, sandbox.path("soft.log")).unwrap();
    fs::hard_link(&precious, sandbox.path("hard.log")).unwrap();
    fs::create_dir(sandbox.path("folder.log")).unwrap();
    let fifo = Command::new("mkfifo")
        .arg(sandbox.path("pipe.log"))
        .status();
    assert!(fifo.unwrap().success());
    let cases = [
        ("soft.log", "symbolic link"),
        ("hard.log", "hard-linked"),
        ("folder.log", "not a regular file"),
        ("pipe.log", "not a regular file"),
    ];
    for (log, sentence) in cases {
        for mode in ["append", "truncate"] {
            let config = format!(
                "version = 1\n[session]\nname = \"s\"\n[[pane]]\nname = \"first\"\nshell = \"touch started\"\n\
                [[pane]]\nname = \"p\"\nshell = \"echo overwritten\"\nlog = {{ path = \"{log}\", mode = \"{mode}\" }}\n"
            );
            sandbox.write("muxpect.toml", &config);
            let done = sandbox.run(&["up", "-d"]);
            assert_eq!(done.code, 1, "{log} {mode}: {done:?}");
            assert!(
                done.stderr.contains(sentence) && done.stderr.contains(log),
                "{log} {mode}: {}",
                done.stderr
            );
            assert_eq!(sandbox.json(&["ls", "--json"]), json!([]), "{log} {mode}");
        }
    }
    assert!(!sandbox.path("started").exists(), "no pane starts");
    assert_eq!(fs::read_to_string(precious).unwrap(), "precious\n");
}

#[test]
fn a_killed_client_releases_the_pane_to_its_rules() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "muxpect.toml",
        r#"
version = 1
[session]
name = "s"
[[pane]]
name = "p"
shell = "printf 'Ready? '; read a; printf 'Sure? '; read b; echo \"$a and $b\"; read c"
rules = ["sure"]
[[ruleset]]
name = "sure"
[[ruleset.rule]]
name = "sure"
match = 'Sure\? $'
send = "quite"
"#,
    );
    sandbox.ok(&["up", "-d"]);
    let mut first = sandbox.open(24, 80, &["attach", "--interact", "p"]);
    let second = sandbox.open(40, 120, &["attach"]);
    first.wait_text("INTERACT");
    second.wait_text("Ready?");
    first.send("yes\r");
    second.wait_text("Sure?");
    sandbox.wait_pane("p", |pane| pane["attention"] == "waiting");
    assert_eq!(sandbox.pane("p")["fired"], 0, "rules pause during INTERACT");
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    second.wait_text("yes and quite");
    assert_eq!(sandbox.pane("p")["fired"], 1);
}

#[test]
fn two_hundred_killed_children_are_accounted_for() {
    let sandbox = Sandbox::new();
    sandbox.ok(&["run", "-d", "--name", "keep", "--", "cat"]);
    let server = server(&sandbox);
    let before = descriptors(server);
    let mut arguments = vec!["run", "-d", "--", "sleep", "1000"];
    for _ in 1..200 {
        arguments.extend([":::", "sleep", "1000"]);
    }
    sandbox.ok(&arguments);
    let panes = sandbox.json(&["ps", "--json"]);
    let panes = panes.as_array().unwrap();
    assert_eq!(panes.len(), 201);
    let sleeping = panes.iter().filter(|pane| pane["name"] != "keep");
    let (names, pids): (Vec<&str>, Vec<i64>) = sleeping
        .map(|pane| {
            (
                pane["name"].as_str().unwrap(),
                pane["pid"].as_i64().unwrap(),
            )
        })
        .unzip();
    for pid in &pids {
        signal(*pid, "KILL");
    }
    assert_eq!(sandbox.run(&[&["wait"], &names[..]].concat()).code, 137);
    let panes = sandbox.json(&["ps", "--json"]);
    for pane in panes.as_array().unwrap() {
        if pane["name"] != "keep" {
            let seen = (&pane["state"], &pane["exit"]);
            assert_eq!(
                seen,
                (&json!("ended"), &json!({"signal": "SIGKILL"})),
                "{pane}"
            );
        }
    }
    wait_for("the descriptors to go back", || {
        (descriptors(server) <= before).then_some(())
    });
    let children = Command::new("ps")
        .args(["--ppid", &server.to_string(), "-o", "pid=,stat="])
        .output()
        .unwrap();
    let children = String::from_utf8_lossy(&children.stdout).into_owned();
    assert_eq!(children.lines().count(), 1, "{children}");
    sandbox.ok(&["expect", "keep", "--send", "hello", "hello\nhello"]);
}

#[test]
fn a_stopped_client_costs_no_memory() {
    let sandbox = Sandbox::new();
    // Each line differs, so that each frame does.
    let flood = "i=0; while :; do seq $i 17 $((i+40000)); i=$((i+1)); done";
    sandbox.start("flood", flood);
    sandbox.ok(&["run", "-d", "--name", "cat", "--", "cat"]);
    let server = server(&sandbox);
    let mut stopped = sandbox.open(40, 120, &["attach"]);
    let mut other = sandbox.open(40, 120, &["attach"]);
    stopped.wait_text("2 cat");
    other.wait_text("2 cat");
    let offset = |pane: &Value| pane["offset"].as_u64().unwrap();
    // History and buffers are full by then.
    sandbox.wait_pane("flood", |pane| offset(pane) > 4_000_000);
    signal(i64::from(stopped.child.id()), "STOP");
    let start = offset(&sandbox.pane("flood"));
    let before = memory(server, "VmRSS");
    sandbox.wait_pane("flood", |pane| offset(pane) > start + 20_000_000);
    for round in 0..20 {
        sandbox.ok(&["send", "cat", &format!("round {round}")]);
        other.wait_text(&format!("round {round}"));
    }
    let after = memory(server, "VmRSS");
    // Kilobytes.
    assert!(after < before + 4096, "from {before} to {after} kB");
    signal(i64::from(stopped.child.id()), "CONT");
    stopped.wait_text("round 19");
    sandbox.ok(&["kill", "flood"]);
    stopped.wait_text("SIGKILL");
    stopped.send("d");
    assert_eq!(stopped.wait_end().code(), Some(0));
    other.send("d");
    assert_eq!(other.wait_end().code(), Some(0));
}

/// Demands that a log that cannot be written ends no child, and that what it lost is told.
fn check_full_log(sandbox: &Sandbox, up: &mut Command, log: &str) {
    let config = format!(
        "version = 1\n[session]\nname = \"s\"\n[[pane]]\nname = \"p\"\nlog = \"{log}\"\n\
        shell = \"read go; seq 100000; echo sti''ll here; read end; echo the e''nd\"\n"
    );
    sandbox.write("muxpect.toml", &config);
    let done = Done::from(up.output().unwrap());
    assert_eq!(done.code, 0, "{done:?}");
    let mut outer = sandbox.open(30, 120, &["attach"]);
    outer.wait_text("1 p");
    sandbox.ok(&["expect", "p", "--send", "go", "still here\n"]);
    let lost = wait_for("the loss among the events", || {
        let events = sandbox.ok(&["events"]);
        let lost = events
            .lines()
            .find(|line| line.contains("\"event\":\"lost\""));
        lost.map(|line| serde_json::from_str::<Value>(line).unwrap())
    });
    assert!(lost["bytes"].as_u64().unwrap() > 0, "{lost}");
    sandbox.ok(&["expect", "p", "--send", "on", "the end\n"]);
    assert_eq!(sandbox.run(&["wait", "p"]).code, 0);
    outer.wait_text("exit 0");
    outer.send("d");
    outer.wait_end();
    sandbox.ok(&["down"]);
}

#[test]
fn a_full_disk_ends_no_child() {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("only root can mount a small file system; not tested");
        return;
    }
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("small")).unwrap();
    let mount = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
        .arg(sandbox.path("small"))
        .output()
        .unwrap();
    if !mount.status.success() {
        let why = String::from_utf8_lossy(&mount.stderr).into_owned();
        eprintln!("no file system can be mounted here; not tested: {why}");
        return;
    }
    let checked = std::panic::catch_unwind(|| {
        check_full_log(&sandbox, &mut sandbox.muxpect(&["up", "-d"]), "small/p.log");
    });
    // Lazily: a server that lives on still holds the log.
    let unmount = Command::new("umount")
        .arg("-l")
        .arg(sandbox.path("small"))
        .status();
    assert!(unmount.unwrap().success());
    if let Err(panic) = checked {
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn a_log_at_the_size_limit_ends_no_child() {
    let sandbox = Sandbox::new();
    let mut up = sandbox.program("prlimit");
    up.args(["--fsize=65536", env!("CARGO_BIN_EXE_muxpect"), "up", "-d"]);
    check_full_log(&sandbox, &mut up, "p.log");
}

#[test]
fn a_server_without_descriptors_says_so_and_lives() {
    let sandbox = Sandbox::new();
    let mut run = sandbox.program("prlimit");
    run.args(["--nofile=48:48", env!("CARGO_BIN_EXE_muxpect")]);
    run.args(["run", "-d", "--name", "cat", "--", "cat"]);
    let done = Done::from(run.output().unwrap());
    assert_eq!(done.code, 0, "{done:?}");
    let refused = wait_for("a refusal", || {
        let done = sandbox.run(&["run", "-d", "--", "sleep", "1000"]);
        (done.code != 0).then_some(done)
    });
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(
        refused.stderr.contains("too many open files"),
        "{refused:?}"
    );
    assert!(!refused.stderr.contains("panicked"), "{refused:?}");
    sandbox.ok(&["expect", "cat", "--send", "hello", "hello\nhello"]);
    // Room again: panes start again.
    let panes = sandbox.json(&["ps", "--json"]);
    let names: HashSet<&str> = panes
        .as_array()
        .unwrap()
        .iter()
        .filter(|pane| pane["state"] == "running" && pane["name"] != "cat")
        .map(|pane| pane["name"].as_str().unwrap())
        .collect();
    assert!(!names.is_empty(), "{panes}");
    for name in names {
        sandbox.ok(&["kill", name]);
    }
    sandbox.ok(&["run", "-d", "--name", "again", "--", "cat"]);
    sandbox.ok(&["expect", "again", "--send", "hello", "hello\nhello"]);
    assert!(is_alive(server(&sandbox)));
}

#[test]
fn resizes_during_a_flood_end_right() {
    let sandbox = Sandbox::new();
    let script = "trap 'exec cat' INT; while :; do echo 0123456789 日本語 $((i=i+1)) ~~~; done";
    let mut outer = sandbox.interact(&["bash", "-c", script]);
    outer.wait_text("~~~");
    let sizes = noise(7, 400);
    for pair in sizes.chunks(2) {
        let (rows, cols) = (
            u16::from(pair[0]) % 100 + 1,
            u16::from(pair[1]) * 7 % 300 + 1,
        );
        outer.resize(rows, cols);
    }
    for (rows, cols) in [(1, 1), (1, 300), (100, 1), (2, 2), (24, 80)] {
        outer.resize(rows, cols);
    }
    outer.wait_text("INTERACT");
    outer.send("\x03");
    sandbox.wait_pane("p", |pane| pane["foreground"] == "cat");
    outer.send("the l\x08last words\r");
    outer.wait_text("last words");
    let pane = sandbox.pane("p");
    let size = |name: &str| u16::try_from(pane[name].as_u64().unwrap()).unwrap();
    let (rows, cols) = (size("rows"), size("cols"));
    assert_eq!((rows, cols), (20, 54), "{pane}");
    wait_for("the same text on both", || {
        (outer.tile_text("1 p", rows, cols).trim_end() == shown(&sandbox)).then_some(())
    });
}

#[test]
fn noise_ends_in_an_intact_terminal() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path("noise"), noise(99, 3_000_000)).unwrap();
    let script = "cat noise; printf '\\030\\033c\\033[?1049l\\033cint''act: 日本語\\n'; read x";
    let mut outer = sandbox.open(24, 80, &["run", "--name", "p", "--", "sh", "-c", script]);
    outer.wait("the text at the top", |screen| {
        screen
            .contents()
            .lines()
            .nth(2)
            .is_some_and(|row| row.contains("││intact: 日本語 "))
    });
    check_stream(&detached(&mut outer, b"d"));
}
