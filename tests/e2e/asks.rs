//! Asks from outside: rules hand prompts to a person, who answers from the shell; rules are armed,
//! disarmed and explained.

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::Stdio,
};

use serde_json::{Value, json};

use crate::sandbox::{Done, Sandbox, wait_for};

/// Asks for a word again and again, and says what it was told.
const DIALOGUE: &str = r#"while :; do printf 'Deploy? '; read x || exit; echo "got <$x>"; done"#;

/// Writes a config whose only pane runs a script under one rule with these lines.
fn configure(sandbox: &Sandbox, script: &str, session: &str, rule: &str) {
    let config = format!(
        r#"
version = 1
[session]
name = "s"
{session}
[[pane]]
name = "p"
cmd = ["sh", "-c", '''{script}''']
rules = ["set"]
[[ruleset]]
name = "set"
[[ruleset.rule]]
name = "rule"
match = 'Deploy\? $'
{rule}
"#
    );
    sandbox.write("muxpect.toml", &config);
    sandbox.ok(&["check"]);
}

/// Starts a session whose pane asks for a word under this rule.
fn start(rule: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    configure(&sandbox, DIALOGUE, "", rule);
    sandbox.ok(&["up", "-d"]);
    sandbox
}

/// Waits until the ask of this number is the only one, and returns it.
fn wait_ask(sandbox: &Sandbox, number: u64) -> Value {
    wait_for(&format!("ask {number}"), || {
        let asks = sandbox.json(&["asks", "--json"]);
        match asks.as_array().unwrap().as_slice() {
            [ask] if ask["id"] == number => Some(ask.clone()),
            _ => None,
        }
    })
}

/// Waits until nothing is asked any more.
fn wait_no_ask(sandbox: &Sandbox) {
    wait_for("an empty inbox", || {
        (sandbox.json(&["asks", "--json"]) == json!([])).then_some(())
    });
}

/// Returns the events of one kind.
fn events(sandbox: &Sandbox, kind: &str) -> Vec<Value> {
    let text = sandbox.ok(&["events"]);
    let events = text.lines().map(|line| serde_json::from_str(line).unwrap());
    events
        .filter(|event: &Value| event["event"] == kind)
        .collect()
}

fn check_failure(done: &Done, words: &[&str]) {
    assert_eq!((done.code, done.stdout.as_str()), (1, ""), "{done:?}");
    for word in words {
        assert!(done.stderr.contains(word), "{word:?} in {}", done.stderr);
    }
}

#[test]
fn an_ask_is_listed_and_answered_once() {
    let sandbox = start("do = [\"ask\"]");
    let ask = wait_ask(&sandbox, 1);
    let mut fields: Vec<&String> = ask.as_object().unwrap().keys().collect();
    fields.sort();
    let expected = [
        "id",
        "pane",
        "prompt",
        "reason",
        "rule",
        "since",
        "suggestion",
    ];
    assert_eq!(fields, expected);
    assert_eq!((&ask["id"], &ask["pane"]), (&json!(1), &json!("p")));
    assert_eq!(ask["prompt"], "Deploy? ");
    assert_eq!(ask["rule"], "set/rule");
    assert_eq!(ask["suggestion"], json!(null));
    sandbox.wait_pane("p", |pane| pane["attention"] == "asking");
    assert_eq!(sandbox.json(&["ls", "--json"])[0]["asks"], 1);
    for (verb, words) in [("asks", "Deploy?"), ("ps", "ask 1: Deploy?")] {
        let table = sandbox.ok(&[verb]);
        assert!(table.contains(words), "{table}");
        assert!(table.lines().all(|line| line.len() <= 80), "{table}");
    }

    sandbox.ok(&["answer", "1", "the east"]);
    sandbox.ok(&["expect", "p", "--exact", "got <the east>"]);
    // The next appearance of the prompt is another ask, and the first one is over.
    wait_ask(&sandbox, 2);
    let again = sandbox.run(&["answer", "1", "the west"]);
    check_failure(&again, &["ask 1 has gone", "muxpect asks"]);
    let never = sandbox.run(&["answer", "7", "x"]);
    check_failure(&never, &["there is no ask 7", "muxpect asks"]);

    let asked = events(&sandbox, "asked");
    assert_eq!((&asked[0]["ask"], &asked[1]["ask"]), (&json!(1), &json!(2)));
    assert_eq!(asked[0]["prompt"], "Deploy? ");
    assert_eq!(events(&sandbox, "settled")[0]["ask"], 1);
    let answered = events(&sandbox, "answered");
    assert_eq!(answered.len(), 1, "{answered:?}");
    assert_eq!(answered[0]["text"], "the east");
    assert!(answered[0]["client"].is_u64(), "{answered:?}");
}

#[test]
fn a_suggestion_is_accepted() {
    let sandbox = start("send = \"yes\"\nconfirm = true");
    assert_eq!(wait_ask(&sandbox, 1)["suggestion"], "yes");
    sandbox.ok(&["answer", "1", "--suggested"]);
    sandbox.ok(&["expect", "p", "--exact", "got <yes>"]);
    let answered = events(&sandbox, "answered");
    assert_eq!(answered[0]["rule"], "set/rule", "{answered:?}");
}

#[test]
fn an_ask_without_a_suggestion_goes_on_waiting() {
    let sandbox = start("do = [\"ask\"]");
    wait_ask(&sandbox, 1);
    let refused = sandbox.run(&["answer", "1", "--suggested"]);
    check_failure(&refused, &["ask 1", "no suggestion"]);
    wait_ask(&sandbox, 1);
}

#[test]
fn a_dismissed_ask_does_not_come_back() {
    let sandbox = start("do = [\"ask\"]");
    wait_ask(&sandbox, 1);
    sandbox.ok(&["answer", "1", "--dismiss"]);
    wait_no_ask(&sandbox);
    let none = sandbox.run(&["asks"]);
    assert_eq!((none.code, none.stdout.as_str()), (0, ""));
    assert!(none.stderr.contains("nothing waits"), "{}", none.stderr);
    // The program waits as before; only who answers is open.
    sandbox.wait_pane("p", |pane| pane["attention"] == "waiting");
    sandbox.ok(&["send", "p", "mine"]);
    sandbox.ok(&["expect", "p", "--exact", "got <mine>"]);
    wait_ask(&sandbox, 2);
}

#[test]
fn asks_go_with_their_prompt_and_their_program() {
    let sandbox = start("do = [\"ask\"]");
    wait_ask(&sandbox, 1);
    sandbox.ok(&["send", "p", "somebody was faster"]);
    wait_ask(&sandbox, 2);
    sandbox.ok(&["kill", "p"]);
    wait_no_ask(&sandbox);
    let gone = sandbox.run(&["answer", "2", "x"]);
    check_failure(&gone, &["ask 2 has gone"]);
    sandbox.ok(&["restart", "p"]);
    wait_ask(&sandbox, 3);
}

#[test]
fn an_answer_is_read_from_a_pipe_or_typed_unseen() {
    let sandbox = start("do = [\"ask\"]");
    wait_ask(&sandbox, 1);
    let mut command = sandbox.muxpect(&["answer", "1", "-"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"from a pipe\nand more\n").unwrap();
    drop(input);
    assert!(child.wait().unwrap().success());
    sandbox.ok(&["expect", "p", "--exact", "got <from a pipe>"]);

    wait_ask(&sandbox, 2);
    let mut terminal = sandbox.open(24, 80, &["answer", "2", "-"]);
    terminal.wait_text("p asks (your answer is not shown): Deploy?");
    terminal.send("nobody sees me\r");
    assert!(terminal.wait_end().success());
    assert!(terminal.is_cooked());
    let raw = String::from_utf8_lossy(&terminal.raw()).into_owned();
    assert!(!raw.contains("nobody"), "{raw}");
    sandbox.ok(&["expect", "p", "--exact", "got <nobody sees me>"]);

    // A person may think better of it; the terminal is as before then, and the ask still waits.
    wait_ask(&sandbox, 3);
    let mut terminal = sandbox.open(24, 80, &["answer", "3", "-"]);
    terminal.wait_text("your answer is not shown");
    terminal.send("half of it\x03");
    assert_eq!(terminal.wait_end().code(), Some(130));
    assert!(terminal.is_cooked());
    wait_ask(&sandbox, 3);
}

#[test]
fn rules_suggest_or_rest_in_all_panes_that_there_are_and_will_be() {
    let sandbox = Sandbox::new();
    let answer = "send = \"yes\"\nmax = 1";
    configure(&sandbox, DIALOGUE, "auto_answer = \"suggest\"", answer);
    sandbox.ok(&["up", "-d"]);
    assert_eq!(sandbox.ok(&["rules", "auto"]), "suggest\n");
    assert_eq!(wait_ask(&sandbox, 1)["suggestion"], "yes");
    sandbox.ok(&["rules", "auto", "off"]);
    assert_eq!(sandbox.ok(&["rules", "auto"]), "off\n");
    let run = ["run", "-d", "--name", "q", "--rules", "muxpect.toml", "--"];
    let q = [&run[..], &["sh", "-c", DIALOGUE]].concat();
    sandbox.ok(&q);
    sandbox.ok(&["expect", "q", "Deploy"]);
    sandbox.ok(&["rules", "auto", "on"]);
    for pane in ["p", "q"] {
        sandbox.ok(&["expect", pane, "--exact", "got <yes>"]);
    }
    wait_no_ask(&sandbox);
    let modes: Vec<Value> = events(&sandbox, "auto_answer");
    let modes: Vec<&Value> = modes.iter().map(|event| &event["mode"]).collect();
    assert_eq!(modes, ["off", "on"]);
}

#[test]
fn rules_are_listed_explained_and_armed() {
    let sandbox = Sandbox::new();
    configure(&sandbox, DIALOGUE, "", "send = \"yes\"\nmax = 1");
    sandbox.ok(&["up", "-d"]);
    sandbox.ok(&["expect", "p", "--exact", "got <yes>"]);
    let rules = wait_for("the spent rule", || {
        let rules = sandbox.json(&["rules", "list", "--json"]);
        (rules[0]["spent"] == true).then_some(rules)
    });
    assert_eq!(
        (&rules[0]["pane"], &rules[0]["fired"]),
        (&json!("p"), &json!(1))
    );
    assert_eq!(
        (&rules[0]["ruleset"], &rules[0]["rule"]),
        (&json!("set"), &json!("rule"))
    );
    assert_eq!(rules[0]["patterns"], json!(["Deploy\\? $"]));
    let table = sandbox.ok(&["rules", "list", "p"]);
    assert!(
        table.contains("set/rule") && table.contains("spent"),
        "{table}"
    );

    sandbox.ok(&["rules", "disarm"]);
    assert_eq!(sandbox.pane("p")["armed"], false);
    sandbox.ok(&["restart", "p"]);
    sandbox.ok(&["expect", "p", "--from", "cursor", "Deploy"]);
    let why = wait_for("the reason", || {
        let why = sandbox.json(&["rules", "why", "p", "--json"]);
        (why[0]["text"] == "Deploy? ").then_some(why)
    });
    assert_eq!(why.as_array().unwrap().len(), 1);
    assert_eq!(
        (&why[0]["rule"], &why[0]["outcome"]),
        (&json!("set/rule"), &json!("held"))
    );
    assert_eq!(why[0]["reason"], "the pane is disarmed");
    let table = sandbox.ok(&["rules", "why"]);
    assert!(table.contains("the pane is disarmed"), "{table}");

    sandbox.ok(&["rules", "arm", "p"]);
    sandbox.ok(&["expect", "p", "--exact", "got <yes>"]);
    assert_eq!(
        (
            events(&sandbox, "armed").len(),
            events(&sandbox, "disarmed").len()
        ),
        (1, 1)
    );
    let unknown = sandbox.run(&["rules", "arm", "q"]);
    assert_eq!(unknown.code, 2, "{unknown:?}");
}

#[test]
fn a_rule_arms_another_pane() {
    let sandbox = Sandbox::new();
    let second = r#"do = ["arm:q", "arm:gone"]
[[pane]]
name = "gone"
cmd = ["true"]
autostart = false
[[pane]]
name = "q"
cmd = ["sh", "-c", "printf 'Name: '; read x; echo \"got <$x>\"; read y"]
rules = ["names"]
armed = false
[[ruleset]]
name = "names"
[[ruleset.rule]]
name = "name"
match = 'Name: $'
send = "me"
"#;
    configure(&sandbox, DIALOGUE, "", second);
    sandbox.ok(&["up", "-d"]);
    sandbox.ok(&["rm", "gone"]);
    sandbox.ok(&["restart", "p"]);
    sandbox.ok(&["expect", "q", "--exact", "got <me>"]);
    let told = wait_for("word of the pane that is not there", || {
        events(&sandbox, "notified").pop()
    });
    let text = told["text"].as_str().unwrap();
    assert!(
        text.contains("set/rule") && text.contains("'gone'"),
        "{text}"
    );
}

#[test]
fn headless_tells_of_an_ask_once_and_goes_on_when_it_is_answered() {
    let sandbox = Sandbox::new();
    let script = r"printf 'Deploy? '; read x; echo got $x; exit 3";
    configure(&sandbox, script, "", "do = [\"ask\"]");
    let mut command = sandbox.muxpect(&["up", "--headless"]);
    let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut told = String::new();
    stderr.read_line(&mut told).unwrap();
    assert!(told.starts_with("p | asks 1: Deploy? ("), "{told}");
    assert!(
        told.ends_with("answer with 'muxpect -s s answer 1 TEXT'\n"),
        "{told}"
    );
    assert_eq!(sandbox.json(&["ls", "--json"])[0]["asks"], 1);
    sandbox.ok(&["answer", "1", "now"]);
    stderr.read_to_string(&mut told).unwrap();
    assert_eq!(told.lines().count(), 1, "{told}");
    let done = Done::from(child.wait_with_output().unwrap());
    assert_eq!(done.code, 3, "{done:?}");
    assert_eq!(done.stdout, "p | Deploy? now\np | got now\n");
}

#[test]
fn headless_fails_when_nobody_answers_in_time() {
    let sandbox = Sandbox::new();
    // It would end well when it is stopped.
    let script = r"trap 'exit 0' HUP INT TERM; printf 'Deploy? '; read x; exit 0";
    configure(
        &sandbox,
        script,
        "ask_timeout = \"200ms\"",
        "do = [\"ask\"]",
    );
    let done = sandbox.run(&["up", "--headless"]);
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.stderr.contains("p | asks 1: Deploy?"), "{done:?}");
    assert!(
        done.stderr.contains("pane 'p'") && done.stderr.contains("nobody answered"),
        "{done:?}"
    );
}
