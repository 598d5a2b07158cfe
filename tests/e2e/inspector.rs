//! INSPECT in a real terminal: what it shows of a pane, and what leaves it.

use std::fs;

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::{
    outer::Outer,
    sandbox::{Sandbox, wait_for},
};

/// Opens the inspector on a pane `p` that runs a script.
fn inspect(sandbox: &Sandbox, rows: u16, cols: u16, script: &str) -> Outer {
    let mut outer = sandbox.open(
        rows,
        cols,
        &["run", "--name", "p", "--", "sh", "-c", script],
    );
    outer.wait_text("WATCH");
    outer.send("I");
    outer.wait_text("INSPECT");
    outer
}

/// Returns what the terminal was given to copy.
fn copied(outer: &Outer) -> Option<String> {
    let raw = outer.raw();
    let raw = String::from_utf8_lossy(&raw);
    let (_, rest) = raw.split_once("\x1b]52;c;")?;
    let (text, _) = rest.split_once('\x07')?;
    String::from_utf8(BASE64_STANDARD.decode(text).ok()?).ok()
}

#[test]
fn it_shows_bytes_input_and_resizes_and_hides_what_is_not_echoed() {
    let sandbox = Sandbox::new();
    let script = r"printf '\033[1mName: \033[0m'; read -r name; stty -echo; printf 'Code: '; \
        read -r code; stty echo; printf 'thanks\n'; exec sleep 1000";
    let mut outer = inspect(&sandbox, 40, 150, script);
    outer.wait_text("out  ESC[1mName: ESC[0m");
    outer.wait_text("reads the tty (read)");
    sandbox.ok(&["send", "p", "Ada"]);
    outer.wait_text("send: Ada");
    outer.wait_text("Code: ");
    outer.wait_text("ECHO off  ICANON on");
    sandbox.ok(&["send", "p", "open sesame"]);
    outer.wait_text("send: ***");
    outer.wait_text("thanks");
    outer.resize(38, 140);
    outer.wait_text("resized to");
    let raw = String::from_utf8_lossy(&outer.raw()).into_owned();
    assert!(!raw.contains("sesame"));
    outer.send("q");
    outer.wait_text("WATCH");
}

#[test]
fn a_flood_leaves_it_responsive() {
    let sandbox = Sandbox::new();
    let mut outer = inspect(&sandbox, 24, 80, "exec yes a line of the flood");
    outer.wait_text("a line of the flood");
    // Each key is answered while the flood goes on, and paused nothing moves.
    outer.send("\t");
    outer.wait_text("[tty]");
    outer.send("\t\t\t");
    outer.wait_text("[timeline]");
    outer.send("p");
    outer.wait_text("paused");
    let before = outer.text();
    let offset = sandbox.pane("p")["offset"].as_u64().unwrap();
    sandbox.wait_pane("p", |pane| {
        pane["offset"].as_u64().unwrap() > offset + (4 << 20)
    });
    assert_eq!(outer.text(), before);
    outer.send("p");
    outer.wait_no_text("paused");
    outer.send("/esc[2j\r");
    outer.wait_text("No entry is like that.");
    sandbox.ok(&["kill", "p"]);
    outer.send("/\x1b");
    outer.wait_no_text("No entry is like that.");
    outer.send("G");
    outer.wait_text("ended by SIGKILL");
}

#[test]
fn a_hanging_prompt_shows_which_condition_fails() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "muxpect.toml",
        r#"
version = 1
[session]
name = "s"
[[pane]]
name = "p"
cmd = ["sh", "-c", "printf 'Deploy 7 hosts? '; read -r x"]
rules = ["set"]
[[ruleset]]
name = "set"
[[ruleset.rule]]
name = "deploy"
match = 'Deploy (\d+) hosts\? $'
equals = { 1 = "3" }
send = "yes"
"#,
    );
    let mut outer = sandbox.open(24, 80, &["up"]);
    outer.wait_text("Deploy 7 hosts?");
    outer.send("I\t\t");
    outer.wait_text(r#"capture 1 is "7", not "3""#);
    outer.wait_text(r#"matched    "Deploy 7 hosts? ""#);
    outer.send("\r");
    outer.wait_text("[timeline]");
    outer.wait_text("looked at:");
}

#[test]
fn entries_are_filtered_and_copied() {
    let sandbox = Sandbox::new();
    let script = "printf 'one\\n'; sleep 0.1; printf '\\033[31mtwo\\033[0m\\n'; exec sleep 1000";
    let mut outer = inspect(&sandbox, 24, 80, script);
    outer.wait_text("two");
    outer.send("/esc[31m");
    outer.wait_no_text("started as process");
    outer.wait_text("/esc[31m");
    outer.send("\ry");
    let copied = wait_for("a copy", || copied(&outer));
    assert_eq!(copied, "ESC[31mtwoESC[0m\u{240d}\u{240a}");
    outer.wait_text("copied");
    // Kinds are left out by key, sections are chosen by mouse.
    outer.send("/\x1b");
    outer.wait_text("started as process");
    outer.send("o");
    outer.wait_text("no out");
    outer.wait_no_text("ESC[31mtwo");
    outer.send("o");
    outer.wait_text("ESC[31mtwo");
    outer.send("\x1b[<0;13;2M\x1b[<0;13;2m");
    outer.wait_text("[tty]");
    outer.wait_text("ECHO on");
    outer.send("\x1b[Z");
    outer.wait_text("[timeline]");
    outer.send("g\r");
    outer.wait_text("started as process");
    outer.wait_no_text("Enter in full");
}

#[test]
fn a_rule_from_a_prompt_of_the_past_answers_it() {
    let sandbox = Sandbox::new();
    // The prompt is redrawn as a line editor does it: its text is not in the bytes as it is shown.
    let script = r"printf 'vers'; sleep 0.1; printf '\rversion: (1.0.7) \033[1G\033[18G'; read -r x; \
        printf 'got <%s>\n' $x; exec sleep 1000";
    let mut outer = inspect(&sandbox, 24, 80, script);
    outer.wait_text("version: (1.0.7)");
    sandbox.ok(&["send", "p", "2"]);
    outer.wait_text("got <2>");
    outer.send("/1.0.7\r");
    outer.wait_no_text("got <2>");
    outer.send("kgm");
    outer.wait_text(r"^version: \(\d+\.\d+\.\d+\) $");
    outer.send("9.9\r");
    outer.wait_text("p.rules.toml");
    let file = sandbox.path("p.rules.toml");
    let made = wait_for("the file", || fs::read_to_string(&file).ok());
    assert!(made.contains("send = '9.9'"), "{made}");
    let script = "printf 'version: (3.12.0) '; read -r x; echo got $x; exec sleep 1000";
    sandbox.ok(&[
        "run",
        "-d",
        "--name",
        "q",
        "--rules",
        "p.rules.toml",
        "--",
        "sh",
        "-c",
        script,
    ]);
    sandbox.ok(&["expect", "q", "--from", "start", "got 9.9"]);
}

#[test]
fn a_read_only_client_may_look() {
    let sandbox = Sandbox::new();
    sandbox.start("p", "echo here; exec sleep 1000");
    let mut outer = sandbox.open(24, 80, &["attach", "--read-only"]);
    outer.wait_text("here");
    outer.send("I");
    outer.wait_text("out  here");
}

#[test]
fn a_secret_is_masked_over_the_borders_of_output() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "told.py",
        r#"
import getpass, sys, time
code = getpass.getpass("Code: ")
for part in ["it is " + code[:4], code[4:], "\nover\n"]:
    sys.stdout.write(part)
    sys.stdout.flush()
    time.sleep(0.4)
time.sleep(1000)
"#,
    );
    sandbox.write(
        "muxpect.toml",
        r#"
version = 1
[session]
name = "s"
[secrets.code]
command = ["printf", "jNG5hcnkgw6kvN2Y"]
[[pane]]
name = "p"
cmd = ["python3", "told.py"]
rules = ["set"]
[[ruleset]]
name = "set"
[[ruleset.rule]]
match = 'Code: $'
secret = "code"
"#,
    );
    let mut outer = sandbox.open(24, 80, &["up"]);
    outer.wait_text("WATCH");
    outer.send("I");
    outer.wait_text("secret: ***");
    outer.wait_text("over");
    outer.wait_text("out  ␍␊it is ****");
    outer.wait_text("out  ************");
    let raw = String::from_utf8_lossy(&outer.raw()).into_owned();
    assert!(!raw.contains("hcnkgw6kvN2Y"));
    // All of it, as it is copied.
    outer.send("/it is\ry");
    let copied = wait_for("a copy", || copied(&outer));
    assert_eq!(copied, "␍␊it is ****");
}
