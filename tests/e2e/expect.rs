//! `expect` in each view, against real programs: what a person would see is what matches.

use serde_json::json;

use crate::sandbox::{Done, Sandbox, wait_for};

/// The interpreter of the system, whatever others are on the path.
const PYTHON: &str = "/usr/bin/python3";

/// Starts a program in the pane `p`, 30 columns wide.
fn narrow(sandbox: &Sandbox, command: &[&str]) {
    let run = ["run", "-d", "--size", "30x12", "--name", "p", "--"];
    sandbox.ok(&[&run[..], command].concat());
}

fn check_end(done: &Done, code: i32, words: &str) {
    assert_eq!(done.code, code, "{done:?}");
    assert!(done.stderr.contains(words), "{done:?}");
}

/// Asks as `npm init` does: each prompt is drawn anew several times, and ends in a movement of the
/// cursor.
const LINE_EDITOR: &str = r"
import sys
def ask(question):
    for _ in range(4):
        sys.stdout.write('\x1b[1G\x1b[0J%s\x1b[%dG' % (question, len(question) + 1))
        sys.stdout.flush()
    return sys.stdin.readline().strip()
for question in ['package name: (parcel) ', 'version: (1.0.0) ', 'description: ']:
    ask(question)
";

#[test]
fn redrawn_prompts_are_answered() {
    let sandbox = Sandbox::new();
    sandbox.ok(&["run", "-d", "--name", "p", "--", PYTHON, "-c", LINE_EDITOR]);
    let ask = |send: &[&str], pattern: &str| {
        let expect = ["expect", "p", "--json", "--view", "prompt", pattern];
        sandbox.json(&[&expect[..], send].concat())
    };
    let found = ask(&[], r"^package name: \((.*)\) $");
    assert_eq!(found["groups"], json!(["parcel"]));
    let found = ask(&["--send", "box"], r"^version: \((?<version>.*)\) $");
    assert_eq!(found["named"], json!({"version": "1.0.0"}));
    assert_eq!((&found["before"], &found["lost"]), (&json!(""), &json!(0)));
    ask(&["--send", "2.0.0"], "^description: $");
    // What was seen is not seen again.
    let again = ["expect", "p", "--view", "prompt", "--timeout", "200ms", "."];
    check_end(&sandbox.run(&again), 3, "did not match within 200ms");
    let present = [&again[..], &["--from", "start"]].concat();
    assert_eq!(sandbox.ok(&present), "d\n");
}

#[test]
fn a_wrapped_prompt_is_one_line_in_prompt_alone() {
    let sandbox = Sandbox::new();
    let question = "Shall every file in this folder be removed now? [y/N] ";
    let script = format!("input('{question}'); print('gone')");
    narrow(&sandbox, &[PYTHON, "-c", &script]);
    let pattern = r"^Shall .* now\? \[y/N\] $";
    sandbox.ok(&["expect", "p", "--view", "prompt", pattern]);
    sandbox.ok(&["expect", "p", "--view", "line", "--send", "y", "^gone$"]);
    // The answered line has been finished before that.
    let line = ["expect", "p", "--view", "line", "--from", "start", "--json"];
    let found = sandbox.json(&[&line[..], &[r"\[y/N\] y$"]].concat());
    assert_eq!(
        found["before"],
        "Shall every file in this folder be removed now? "
    );
}

#[test]
fn a_dialog_is_seen_on_its_screen() {
    let sandbox = Sandbox::new();
    let dialog = "dialog --yesno 'Format the disk?' 7 26 && echo yes || echo no";
    narrow(&sandbox, &["sh", "-c", dialog]);
    let screen = ["expect", "p", "--json", "--view", "screen"];
    let found = sandbox.json(&[&screen[..], &[r"(?s)(\w+) the disk\?.*< *No *>"]].concat());
    assert_eq!(found["groups"], json!(["Format"]));
    assert_eq!(found["offset"], sandbox.pane("p")["offset"]);
    sandbox.ok(&["send", "p", "--key", "Right", "--key", "Enter"]);
    sandbox.ok(&["expect", "p", "--view", "line", "^no$"]);
}

#[test]
fn a_progress_line_is_its_last_state_once_finished() {
    let sandbox = Sandbox::new();
    let script = "for i in 1 2 3; do printf '\\r%s of 3' $i; done; echo; printf 'end'";
    narrow(&sandbox, &["sh", "-c", script]);
    let found = sandbox.json(&[
        "expect",
        "p",
        "--json",
        "--view",
        "line",
        r"(\d) of 3",
        "end",
    ]);
    assert_eq!(found["match"], "3 of 3");
    // The last line is finished by the end of the output.
    let found = sandbox.json(&["expect", "p", "--json", "--view", "line", r"\d of 3", "end"]);
    assert_eq!(
        (&found["index"], &found["event"]),
        (&json!(1), &json!("match"))
    );
    let over = sandbox.json(&["expect", "p", "--json", "--view", "line", "end", "--eof"]);
    assert_eq!((&over["index"], &over["event"]), (&json!(1), &json!("eof")));
}

#[test]
fn raw_shows_the_escape_sequences() {
    let sandbox = Sandbox::new();
    narrow(
        &sandbox,
        &["sh", "-c", r"printf '\033[1mbold\033[m\n'; read x"],
    );
    let found = sandbox.json(&[
        "expect",
        "p",
        "--json",
        "--view",
        "raw",
        r"\x1b\[1mbold.*\n",
    ]);
    assert_eq!(found["match"], "\u{1b}[1mbold\u{1b}[m\r\n");
    assert_eq!(found["offset"], 13);
    let stream = ["expect", "p", "--json", "--from", "start", "(?s)bold."];
    assert_eq!(sandbox.json(&stream)["match"], "bold\n");
}

#[test]
fn what_is_sent_is_awaited_from_before_it_is_sent() {
    let sandbox = Sandbox::new();
    narrow(
        &sandbox,
        &["sh", "-c", "while read x; do echo \"<$x>\"; done"],
    );
    for number in 0..30 {
        let text = format!("word{number}");
        let awaited = format!("<{text}>");
        for view in ["stream", "line", "raw"] {
            let expect = [
                "expect", "p", "--view", view, "--from", "now", "--exact", "--send",
            ];
            sandbox.ok(&[&expect[..], &[&text, &awaited]].concat());
        }
    }
}

#[test]
fn a_second_waiting_expect_is_refused() {
    let sandbox = Sandbox::new();
    narrow(&sandbox, &["cat"]);
    let first = [
        "expect",
        "p",
        "--view",
        "prompt",
        "never",
        "--timeout",
        "600s",
    ];
    let mut waiting = sandbox.muxpect(&first).spawn().unwrap();
    let refused = wait_for("the refusal", || {
        let second = [
            "expect",
            "p",
            "--view",
            "screen",
            "nothing",
            "--timeout",
            "10ms",
        ];
        let done = sandbox.run(&second);
        // The second may have come first: then it times out, and the first may be refused.
        if waiting.try_wait().unwrap().is_some() {
            waiting = sandbox.muxpect(&first).spawn().unwrap();
        }
        (done.code != 3).then_some(done)
    });
    check_end(&refused, 1, "another 'expect' already waits on pane 'p'");
    waiting.kill().unwrap();
    waiting.wait().unwrap();
    // Who has gone waits no more.
    wait_for("the pane to be free", || {
        let done = sandbox.run(&["expect", "p", "--timeout", "10ms", "nothing"]);
        (done.code == 3).then_some(())
    });
}

#[test]
fn output_that_fell_out_is_told() {
    let sandbox = Sandbox::new();
    let script = "head -c 400000 /dev/zero | tr '\\0' x; echo; echo 'the end'; read x";
    narrow(&sandbox, &["sh", "-c", script]);
    sandbox.wait_pane("p", |pane| pane["offset"] == 400_011);
    for view in ["stream", "line", "raw"] {
        let expect = [
            "expect", "p", "--json", "--view", view, "--from", "0", "the end",
        ];
        let found = sandbox.json(&expect);
        assert_eq!(found["lost"], 400_011 - 262_144, "{view}");
    }
}
