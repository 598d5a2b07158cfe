//! The verbs from outside: what they print, how they exit, and what they say when they cannot.

use std::{fs, process::Stdio};

use serde_json::json;

use crate::sandbox::{Sandbox, project, wait_for};

#[test]
fn ftp_dialogue_goes_as_in_pexpect() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.program("sh");
    command
        .arg(project("tests/dialogue/run.sh"))
        .arg(env!("CARGO_BIN_EXE_muxpect"));
    let output = command
        .arg(project("tests/dialogue/ftp.sh"))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "the dialogue holds\n",
        "{errors}"
    );
}

#[test]
fn json_has_the_documented_fields() {
    let sandbox = Sandbox::new();
    sandbox.start("p", "printf 'Name: '; read x; exit 3");
    sandbox.ok(&["expect", "p", "Name: "]);
    let names = |value: &serde_json::Value| {
        let mut names: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        names.sort();
        names
    };
    let sessions = sandbox.json(&["ls", "--json"]);
    for name in ["session", "pid", "panes", "attached", "config", "started"] {
        assert!(
            names(&sessions[0]).contains(&name.to_owned()),
            "{name}: {sessions}"
        );
    }
    let pane = sandbox.pane("p");
    for name in [
        "id",
        "name",
        "state",
        "attention",
        "evidence",
        "pid",
        "exit",
        "error",
        "command",
        "title",
        "rows",
        "cols",
        "prompt",
        "foreground",
        "directory",
        "echo",
        "canonical",
        "armed",
        "fired",
        "offset",
        "started",
        "quiet_ms",
        "log",
        "recording",
    ] {
        assert!(names(&pane).contains(&name.to_owned()), "{name}: {pane}");
    }
    assert_eq!(pane["state"], "running");
    assert_eq!(pane["prompt"], "Name: ");
    assert_eq!((&pane["rows"], &pane["cols"]), (&json!(24), &json!(80)));
    assert_eq!(
        (&pane["echo"], &pane["canonical"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(pane["exit"], json!(null));
    sandbox.wait_pane("p", |pane| pane["attention"] == "waiting");
    let screen = sandbox.json(&["screen", "p", "--format", "json"]);
    assert_eq!(screen["lines"][0], "Name:");
    assert_eq!(screen["cursor"]["col"], 6);
    sandbox.ok(&["send", "p", "me"]);
    assert_eq!(sandbox.run(&["wait", "p"]).code, 3);
    let pane = sandbox.pane("p");
    assert_eq!(
        (&pane["state"], &pane["exit"]),
        (&json!("ended"), &json!({"code": 3}))
    );
    assert_eq!(pane["attention"], "failed");
}

#[test]
fn expect_reports_what_it_saw() {
    let sandbox = Sandbox::new();
    let script = "printf 'one\\ntwo 42 three'; read x; printf \"got $x\\n\"; read y";
    sandbox.start("p", script);
    let found = sandbox.json(&[
        "expect",
        "p",
        "--json",
        "nothing",
        r"two (\d+) (?<last>\w+)",
    ]);
    assert_eq!(found["index"], 1);
    assert_eq!(found["event"], "match");
    assert_eq!(found["match"], "two 42 three");
    assert_eq!(found["groups"], json!(["42", "three"]));
    assert_eq!(found["named"], json!({"last": "three"}));
    assert_eq!(found["before"], "one\n");
    // The echo of what was sent is there, as in pexpect, and CRLF reads as LF.
    let found = sandbox.json(&[
        "expect",
        "p",
        "--json",
        "--exact",
        "--send",
        "a.b",
        "got a.b\n",
    ]);
    assert_eq!(found["before"], "a.b\n");
    let again = sandbox.json(&["expect", "p", "--json", "--from", "start", "one"]);
    assert_eq!((&again["index"], &again["offset"]), (&json!(0), &json!(3)));
    let now = sandbox.run(&["expect", "p", "--from", "now", "--timeout", "100ms", "one"]);
    assert_eq!((now.code, now.stdout.as_str()), (3, ""));
}

#[test]
fn signals_and_keys_arrive() {
    let sandbox = Sandbox::new();
    let script = "trap 'echo caught; exit 7' INT; echo ready; while :; do read x; done";
    sandbox.start("one", script);
    sandbox.start("two", script);
    sandbox.ok(&["expect", "one", "ready"]);
    sandbox.ok(&["expect", "two", "ready"]);
    sandbox.ok(&["send", "one", "--key", "C-c"]);
    sandbox.ok(&["send", "two", "--signal", "INT"]);
    assert_eq!(sandbox.run(&["wait", "one"]).code, 7);
    assert_eq!(sandbox.run(&["wait", "two"]).code, 7);
    sandbox.start("three", "kill -9 $$");
    assert_eq!(sandbox.run(&["wait", "three"]).code, 137);
    assert_eq!(sandbox.pane("three")["exit"], json!({"signal": "SIGKILL"}));
}

/// Demands an exit code and a sentence on standard error with these words, and nothing on
/// standard output.
fn check_refusal(sandbox: &Sandbox, arguments: &[&str], code: i32, words: &[&str]) {
    let done = sandbox.run(arguments);
    assert_eq!(done.code, code, "{arguments:?}: {done:?}");
    assert_eq!(done.stdout, "", "{arguments:?}");
    for word in words {
        assert!(
            done.stderr.contains(word),
            "{arguments:?}: {word:?} in {}",
            done.stderr
        );
    }
    assert!(
        !done.stderr.contains("panicked"),
        "{arguments:?}: {}",
        done.stderr
    );
}

#[test]
fn bad_input_gets_a_sentence_and_a_code() {
    let sandbox = Sandbox::new();
    check_refusal(&sandbox, &["ps"], 1, &["no session", "muxpect up"]);
    check_refusal(&sandbox, &["send", "p", "x"], 1, &["no session"]);
    check_refusal(&sandbox, &["-s", "none", "ps"], 1, &["none"]);
    check_refusal(&sandbox, &["nonsense"], 2, &["nonsense"]);
    check_refusal(&sandbox, &["up", "-d"], 1, &["muxpect.toml", "-c"]);
    check_refusal(&sandbox, &["run", "--", "sh"], 2, &["terminal", "-d"]);
    check_refusal(&sandbox, &["run", "-d"], 2, &["CMD"]);

    let done = sandbox.run(&["run", "-d", "--", "no-such-program"]);
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.stderr.contains("no-such-program"), "{}", done.stderr);
    let pane = sandbox.pane("no-such-program");
    assert_eq!(
        (&pane["state"], &pane["exit"]),
        (&json!("ended"), &json!(null))
    );
    assert!(
        pane["error"].as_str().unwrap().contains("no such program"),
        "{pane}"
    );
    assert_eq!(sandbox.run(&["wait"]).code, 127);

    sandbox.ok(&["run", "-d", "--name", "cat", "--", "cat"]);
    check_refusal(&sandbox, &["send", "dog", "x"], 2, &["dog", "cat"]);
    check_refusal(&sandbox, &["screen"], 2, &["which pane"]);
    check_refusal(&sandbox, &["expect", "cat", "a("], 2, &["a("]);
    check_refusal(&sandbox, &["expect", "cat", "x*"], 2, &["x*", "empty"]);
    check_refusal(&sandbox, &["attach"], 2, &["terminal"]);
    check_refusal(&sandbox, &["rm", "cat"], 1, &["running", "stop"]);
    check_refusal(&sandbox, &["send", "cat", "--signal", "NONE"], 2, &["NONE"]);
    check_refusal(
        &sandbox,
        &["send", "cat", "--key", "C-nonsense"],
        2,
        &["C-nonsense"],
    );
    check_refusal(
        &sandbox,
        &["send", "no-such-program", "x"],
        4,
        &["not running", "restart"],
    );

    sandbox.ok(&["-s", "other", "run", "-d", "--", "cat"]);
    check_refusal(&sandbox, &["ps"], 2, &["main", "other", "-s"]);
}

#[test]
fn bad_configs_are_shown_with_their_place() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "muxpect.toml",
        "version = 1\n[[pane]]\nname = \"a\"\ncomand = [\"sh\"]\n",
    );
    let done = sandbox.run(&["check"]);
    assert_eq!(done.code, 1, "{done:?}");
    let place = "muxpect.toml:4:1";
    let words = [place, "comand", "cmd", "^"];
    for word in words {
        assert!(done.stderr.contains(word), "{word:?} in {}", done.stderr);
    }
    check_refusal(&sandbox, &["up", "-d"], 1, &[place]);
    check_refusal(&sandbox, &["ls", "--json", "--nonsense"], 2, &[]);
    assert_eq!(sandbox.json(&["ls", "--json"]), json!([]));
}

#[test]
fn rules_answer_prompts() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "muxpect.toml",
        r#"
version = 1
[session]
name = "auto"
[vars]
who = "world"
[[pane]]
name = "install"
shell = "printf 'Proceed? [y/N] '; read a; printf 'Name: '; read n; echo \"$a and $n\"; exit 5"
rules = ["answers"]
log = "install.log"
[[ruleset]]
name = "answers"
[[ruleset.rule]]
name = "proceed"
match = '\[y/N\] $'
send = "y"
[[ruleset.rule]]
name = "name"
match = 'Name: $'
send = "{var.who} of {pane}"
[[ruleset.rule]]
name = "bye"
event = "exit"
when_exit = 5
do = ["notify:ended with {exit}"]
"#,
    );
    sandbox.ok(&["check"]);
    sandbox.ok(&["up", "-d"]);
    assert_eq!(sandbox.run(&["wait", "install"]).code, 5);
    let screen = sandbox.ok(&["screen", "install"]);
    assert!(screen.contains("y and world of install"), "{screen}");
    assert_eq!(sandbox.pane("install")["fired"], 3);
    let events = sandbox.ok(&["events"]);
    let of = |kind: &str| {
        let kind = format!("\"event\":\"{kind}\"");
        events.lines().filter(|line| line.contains(&kind)).count()
    };
    assert_eq!(of("answered"), 2, "{events}");
    assert_eq!(of("exited"), 1, "{events}");
    assert!(events.contains("ended with 5"), "{events}");
    sandbox.ok(&["down"]);
    let log = fs::read_to_string(sandbox.path("install.log")).unwrap();
    assert!(
        log.contains("Proceed? [y/N] y\nName: world of install\ny and"),
        "{log:?}"
    );
}

#[test]
fn recordings_hold_output_sizes_and_the_end() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "muxpect.toml",
        "version = 1\n[session]\nname = \"s\"\n[[pane]]\nname = \"p\"\nrecord = \"p.cast\"\n\
         shell = \"printf 'gr\u{fc}n '; read x; printf '\\\\033[31mred\\\\033[m\\\\n'; exit 3\"\n",
    );
    sandbox.ok(&["up", "-d"]);
    sandbox.ok(&["expect", "p", "gr\u{fc}n "]);
    sandbox.ok(&["send", "p", "go"]);
    assert_eq!(sandbox.run(&["wait", "p"]).code, 3);
    let path = sandbox.path("p.cast");
    assert_eq!(sandbox.pane("p")["recording"], json!(path));
    sandbox.ok(&["restart", "p"]);
    sandbox.ok(&["expect", "p", "gr\u{fc}n "]);
    sandbox.ok(&["send", "p", "again"]);
    assert_eq!(sandbox.run(&["wait", "p"]).code, 3);
    sandbox.ok(&["down"]);
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (&lines[0]["version"], &lines[0]["width"]),
        (&json!(2), &json!(80))
    );
    let of = |code: &str| -> Vec<&str> {
        let events = lines[1..].iter().filter(|line| line[1] == code);
        events.map(|line| line[2].as_str().unwrap()).collect()
    };
    let once = "gr\u{fc}n go\r\n\u{1b}[31mred\u{1b}[m\r\n";
    assert_eq!(
        of("o").concat(),
        format!("{once}{}", once.replace("go", "again"))
    );
    let marks = of("m");
    let own = |mark: &&&str| !mark.starts_with("answered by client");
    let life: Vec<&&str> = marks.iter().filter(own).collect();
    assert_eq!(life, [&"exit 3", &"eof", &"restarted", &"exit 3", &"eof"]);
    let times: Vec<f64> = lines[1..]
        .iter()
        .map(|line| line[0].as_f64().unwrap())
        .collect();
    assert!(times.is_sorted(), "{times:?}");
    // It is not overwritten.
    let refused = sandbox.run(&["up", "-d"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("p.cast"), "{}", refused.stderr);
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn headless_prints_lines_and_exits_as_the_worst() {
    let sandbox = Sandbox::new();
    let done = sandbox.run(&[
        "run",
        "--headless",
        "--",
        "sh",
        "-c",
        "printf '\\033[31mred\\033[0m\\n'; exit 3",
        ":::",
        "seq",
        "20000",
    ]);
    assert_eq!(done.code, 3, "{}", done.stderr);
    let lines: Vec<&str> = done.stdout.lines().collect();
    assert!(lines.contains(&"sh | red"), "{}", &done.stdout[..200]);
    let numbers = lines
        .iter()
        .filter(|line| line.starts_with("seq | "))
        .count();
    assert_eq!(numbers, 20000);
    assert_eq!(
        lines.iter().rfind(|line| line.starts_with("seq")),
        Some(&"seq | 20000")
    );
}

#[test]
fn several_panes_in_one_command() {
    let sandbox = Sandbox::new();
    sandbox.ok(&[
        "run", "-d", "--", "cat", ":::", "cat", ":::", "sh", "-c", "read x",
    ]);
    let panes = sandbox.json(&["ps", "--json"]);
    let names: Vec<&str> = panes
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["cat", "cat-2", "sh"]);
    sandbox.ok(&["send", "--all", "hello"]);
    sandbox.ok(&["expect", "cat", "hello\nhello"]);
    sandbox.ok(&["expect", "2", "hello\nhello"]);
    assert_eq!(sandbox.run(&["wait", "sh"]).code, 0);
    sandbox.ok(&["rm", "sh"]);
    sandbox.ok(&["kill", "cat-2"]);
    assert_eq!(sandbox.pane("cat-2")["exit"], json!({"signal": "SIGKILL"}));
    sandbox.ok(&["restart", "cat-2"]);
    assert_eq!(sandbox.pane("cat-2")["state"], "running");
    sandbox.ok(&["stop", "cat"]);
    assert_eq!(sandbox.pane("cat")["state"], "ended");
}

#[test]
fn events_follow() {
    let sandbox = Sandbox::new();
    sandbox.ok(&["run", "-d", "--", "cat"]);
    let mut command = sandbox.muxpect(&["events", "--follow"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let path = sandbox.path("events");
    let mut stdout = child.stdout.take().unwrap();
    let copy = path.clone();
    std::thread::spawn(move || {
        let mut file = fs::File::create(copy).unwrap();
        std::io::copy(&mut stdout, &mut file)
    });
    sandbox.ok(&["kill", "cat"]);
    wait_for("the exit among the events", || {
        let text = fs::read_to_string(&path).unwrap_or_default();
        (text.contains("\"exited\"") && text.contains("SIGKILL")).then_some(())
    });
    child.kill().unwrap();
    child.wait().unwrap();
}
