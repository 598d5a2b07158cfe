//! Who is told that a pane needs somebody: the command of `[notify]`, and the outer terminal.

use std::fs;

use crate::{
    outer::Outer,
    sandbox::{Sandbox, wait_for},
};

/// What a terminal is sent to notify a person of this, and to ring.
fn notified(outer: &Outer, text: &str) -> bool {
    seen(outer, format!("\x1b]9;{text}\x1b\\").as_bytes())
}

fn seen(outer: &Outer, bytes: &[u8]) -> bool {
    let raw = outer.raw();
    raw.windows(bytes.len()).any(|part| part == bytes)
}

/// Waits for something that the terminal is sent.
fn wait_raw(outer: &Outer, what: &str, is_sent: impl Fn(&Outer) -> bool) {
    wait_for(what, || is_sent(outer).then_some(()));
}

/// A world with a command that appends its arguments to a file, each in brackets, and fails when it
/// is told to.
fn sandbox(notify: &str, panes: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let script = "for part; do printf '[%s]' \"$part\"; done >>told; echo >>told; test ! -e fail\n";
    sandbox.write("tell.sh", script);
    let config = format!("version = 1\n[session]\nname = \"s\"\n[notify]\n{notify}\n{panes}");
    sandbox.write("muxpect.toml", &config);
    sandbox
}

/// Returns the lines that the command has written.
fn told(sandbox: &Sandbox) -> Vec<String> {
    let text = fs::read_to_string(sandbox.path("told")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Waits until the command has written so many lines, and returns them.
fn wait_told(sandbox: &Sandbox, count: usize) -> Vec<String> {
    wait_for(&format!("{count} notices"), || {
        let told = told(sandbox);
        (told.len() >= count).then_some(told)
    })
}

#[test]
fn what_a_pane_wants_is_told_by_the_command_when_nobody_is_attached() {
    let command =
        "command = [\"sh\", \"tell.sh\", \"--\", \"{title}\", \"{text}\", \"{pane}-{session}\"]";
    let panes = "[[pane]]\nname = \"a\"\nshell = \"printf 'Name: '; read x; exit 3\"\n";
    let sandbox = sandbox(&format!("every = \"1ms\"\n{command}"), panes);
    sandbox.ok(&["up", "-d"]);
    assert_eq!(
        wait_told(&sandbox, 1),
        ["[--][a (s)][waits for input][a-s]"]
    );
    sandbox.ok(&["send", "a", "me"]);
    let failed = "[--][a (s)][has failed: exit 3][a-s]";
    assert_eq!(wait_told(&sandbox, 2)[1], failed);
}

#[test]
fn metacharacters_arrive_as_they_are() {
    let text =
        "$(touch a) `touch a`; touch a & | > a \\ \\\\ 'a' \\\" * ~ {text} {title} {{pane}} %s -n";
    let rules = format!(
        "rules = [\"r\"]\n[[ruleset]]\nname = \"r\"\n[[ruleset.rule]]\nname = \"say\"\nview = \"line\"\nmatch = '^SAY (.*)'\ndo = [\"notify:{}\"]\n",
        "{1}"
    );
    let panes = format!("[[pane]]\nname = \"p\"\nshell = \"stty -echo; exec cat\"\n{rules}");
    let notify = "on = []\nevery = \"1ms\"\nterminal = false\ncommand = [\"sh\", \"tell.sh\", \"{text}\", \"<{text}>\"]";
    let sandbox = sandbox(notify, &panes);
    sandbox.ok(&["up", "-d"]);
    sandbox.wait_attention(
        "p",
        "password",
        "cat reads the tty",
        ", a line without echo",
    );
    sandbox.ok(&["send", "p", &format!("SAY {text}")]);
    assert_eq!(wait_told(&sandbox, 1), [format!("[{text}][<{text}>]")]);
    assert!(!sandbox.path("a").exists());
}

#[test]
fn a_pane_is_told_no_more_often_than_the_config_says() {
    let panes = "[[pane]]\nname = \"p\"\nshell = \"i=0; while [ $i -lt 25 ]; do i=$((i+1)); printf '\\\\033]9;n%d\\\\007' $i; sleep 0.12; done; echo over; exec sleep 1000\"\n";
    let notify = "on = []\nevery = \"1h\"\ncommand = [\"sh\", \"tell.sh\", \"{text}\"]";
    let sandbox = sandbox(notify, panes);
    sandbox.ok(&["up", "-d"]);
    sandbox.ok(&["expect", "p", "--from", "start", "over"]);
    let said = sandbox.events("p");
    let said = said.iter().filter(|event| event["event"] == "notified");
    assert!(said.count() > 10, "the events have them all");
    // A notice of another pane comes through, and after all that was to come of this one.
    sandbox.ok(&[
        "run",
        "-d",
        "--name",
        "q",
        "--",
        "sh",
        "-c",
        "printf '\\033]9;q\\007'; exec sleep 1000",
    ]);
    assert_eq!(wait_told(&sandbox, 2), ["[n1]", "[q]"]);
}

#[test]
fn what_had_to_wait_is_told_if_it_still_holds() {
    let panes = "[[pane]]\nname = \"p\"\nshell = \"printf '\\\\033]9;first\\\\007'; printf 'One: '; read x; printf 'Two: '; read x; exec sleep 1000\"\n";
    let notify = "every = \"2s\"\non = [\"waiting\"]\ncommand = [\"sh\", \"tell.sh\", \"{text}\"]";
    let sandbox = sandbox(notify, panes);
    sandbox.ok(&["up", "-d"]);
    // Whether the first question comes with the program's own words or later depends on its speed.
    let told = wait_for("the question", || {
        let told = told(&sandbox);
        told.concat().contains("waits for input").then_some(told)
    });
    assert!(told[0].starts_with("[first"), "{told:?}");
    assert!(told.len() <= 2, "{told:?}");
}

#[test]
fn a_command_that_fails_is_told_once() {
    let panes = "[[pane]]\nname = \"p\"\ncmd = [\"cat\"]\n";
    let notify = "on = []\nevery = \"1ms\"\ncommand = [\"sh\", \"tell.sh\", \"{text}\"]";
    let sandbox = sandbox(notify, panes);
    sandbox.write("fail", "");
    sandbox.ok(&["up", "-d"]);
    for count in 1..=3 {
        let say = format!("printf '\\033]9;n{count}\\007'");
        sandbox.ok(&["run", "-d", "--", "sh", "-c", &say]);
        wait_told(&sandbox, count);
    }
    let failures = || -> Vec<serde_json::Value> {
        let events = sandbox.ok(&["events"]);
        let events = events
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        events
            .filter(|event: &serde_json::Value| event["event"] == "notify_failed")
            .collect()
    };
    let told = wait_for("the failure", || {
        Some(failures()).filter(|told| !told.is_empty())
    });
    assert_eq!(told.len(), 1, "{told:?}");
    let expected = "the [notify] command 'sh' failed: exit 1; run it by hand, or correct 'command'";
    assert_eq!(told[0]["error"], expected);
    // Nor is it told when it works.
    fs::remove_file(sandbox.path("fail")).unwrap();
    sandbox.ok(&["run", "-d", "--", "printf", "\\033]9;n4\\007"]);
    wait_told(&sandbox, 4);
    assert_eq!(failures().len(), 1);
}

#[test]
fn the_terminal_rings_and_notifies_and_counts() {
    let sandbox = Sandbox::new();
    let config = "version = 1\n[session]\nname = \"s\"\n[[pane]]\nname = \"a\"\ncmd = [\"cat\"]\n\
        [[pane]]\nname = \"b\"\nshell = \"stty -echo; read x\"\n";
    sandbox.write("muxpect.toml", config);
    let outer = sandbox.open(24, 80, &["up"]);
    wait_raw(&outer, "the count", |outer| {
        seen(outer, b"\x1b]2;muxpect s (2 need you)\x1b\\")
    });
    // Nothing rings for what was so before somebody came; all that begins later does.
    sandbox.ok(&["run", "-d", "--name", "c", "--", "false"]);
    wait_raw(&outer, "a notice", |outer| {
        notified(outer, "c: has failed: exit 1")
    });
    wait_raw(&outer, "the bell", |outer| {
        seen(outer, b"failed: exit 1\x1b\\\x07")
    });
}

#[test]
fn the_pane_in_interact_is_not_told_of() {
    let sandbox = Sandbox::new();
    let say = |name: &str| {
        format!("read x; printf '\\\\033]9;from {name}\\\\007\\\\n'; echo said; exec cat")
    };
    let pane = |name: &str| format!("[[pane]]\nname = \"{name}\"\nshell = \"{}\"\n", say(name));
    let config = format!(
        "version = 1\n[session]\nname = \"s\"\n[notify]\non = []\n{}{}",
        pane("a"),
        pane("b")
    );
    sandbox.write("muxpect.toml", &config);
    let mut outer = sandbox.open(24, 80, &["up", "--interact", "a"]);
    outer.wait_text("INTERACT");
    outer.send("go\r");
    sandbox.ok(&["expect", "a", "--from", "start", "said"]);
    sandbox.ok(&["send", "b", "go"]);
    // Notices come in order: what was to come of the other pane would be there.
    wait_raw(&outer, "the other pane's notice", |outer| {
        notified(outer, "b: from b")
    });
    assert!(!notified(&outer, "a: from a"));
    wait_raw(&outer, "its bell", |outer| seen(outer, b"\x07"));
    let bells = outer.raw().iter().filter(|byte| **byte == 7).count();
    assert_eq!(bells, 1);
    // In WATCH, it would have been told.
    let second = sandbox.open(24, 80, &["attach"]);
    second.wait_text("WATCH");
    sandbox.ok(&[
        "run",
        "-d",
        "--name",
        "e",
        "--",
        "printf",
        "\\033]9;hello\\007",
    ]);
    for outer in [&outer, &second] {
        wait_raw(outer, "a notice for all", |outer| {
            notified(outer, "e: hello")
        });
    }
}

#[test]
fn the_bell_of_a_pane_rings_on_whatever_the_config_says() {
    let sandbox = Sandbox::new();
    let config = "version = 1\n[session]\nname = \"s\"\n[notify]\nterminal = false\n\
        [[pane]]\nname = \"a\"\nshell = \"read x; printf '\\\\007'; read x\"\n";
    sandbox.write("muxpect.toml", config);
    let outer = sandbox.open(24, 80, &["up"]);
    outer.wait_text("waiting");
    assert!(!seen(&outer, b"\x07"));
    sandbox.ok(&["send", "a", ""]);
    wait_raw(&outer, "the bell", |outer| seen(outer, b"\x07"));
    assert!(!seen(&outer, b"\x1b]9;"));
}
