//! What verbs print as JSON against the schemas that `schema` prints.

use boon::{Compiler, Schemas};
use serde_json::Value;

use crate::sandbox::{Sandbox, wait_for};

const CONFIG: &str = r#"
version = 1

[session]
name = "s"

[[pane]]
name = "ask"
shell = "printf '\\033]2;a title\\007'; printf 'Go on? '; read x; printf 'Sure? '; read y; exit 3"
rules = ["set"]
record = "ask.cast"

[[pane]]
name = "plain"
cmd = ["cat"]

[[pane]]
name = "none"
cmd = ["/no/such/program"]

[[ruleset]]
name = "set"

[[ruleset.rule]]
name = "go"
match = 'Go on\? $'
send = "yes"

[[ruleset.rule]]
name = "sure"
match = 'Sure\? $'
do = ["ask"]
"#;

/// Checks a value against the schema of this name, and that it has no field which that leaves out.
fn check(sandbox: &Sandbox, name: &str, value: &Value) {
    let schema = sandbox.json(&["schema", name]);
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource("x.json", schema.clone()).unwrap();
    let index = compiler.compile("x.json", &mut schemas).unwrap();
    if let Err(error) = schemas.validate(value, index) {
        panic!("{name}: {value}\n{error:#}");
    }
    let text = schema.to_string();
    for row in value.as_array().unwrap_or(&vec![value.clone()]) {
        for key in row.as_object().unwrap().keys() {
            assert!(text.contains(&format!("\"{key}\":")), "{name} has no {key}");
        }
        // What lacks a field is refused: the schema does say something.
        let mut less = row.clone();
        let first = row.as_object().unwrap().keys().next().unwrap();
        less.as_object_mut().unwrap().remove(first);
        let less = match value.is_array() {
            true => Value::Array(vec![less]),
            false => less,
        };
        assert!(
            schemas.validate(&less, index).is_err(),
            "{name} without {first}"
        );
    }
    if value.is_array() {
        assert!(!value.as_array().unwrap().is_empty(), "{name}");
    }
}

#[test]
fn every_json_is_as_its_schema_says() {
    let sandbox = Sandbox::new();
    sandbox.write("muxpect.toml", CONFIG);
    // One pane cannot start, which is told.
    assert_eq!(sandbox.run(&["up", "-d"]).code, 1);
    let ask = sandbox.wait_ask();
    let json = |arguments: &[&str]| {
        let done = sandbox.run(arguments);
        let value: Value = serde_json::from_str(&done.stdout).unwrap();
        value
    };
    check(&sandbox, "ls", &json(&["ls", "--json"]));
    check(&sandbox, "ps", &json(&["ps", "--json"]));
    check(&sandbox, "asks", &json(&["asks", "--json"]));
    check(&sandbox, "rules-list", &json(&["rules", "list", "--json"]));
    check(
        &sandbox,
        "rules-why",
        &json(&["rules", "why", "ask", "--json"]),
    );
    check(
        &sandbox,
        "screen",
        &json(&["screen", "ask", "--format", "json"]),
    );
    sandbox.ok(&["send", "plain", "hello"]);
    let matched = [
        "expect",
        "plain",
        "(hel)(?<rest>lo)",
        "--from",
        "start",
        "--json",
    ];
    check(&sandbox, "expect", &json(&matched));
    let timed_out = ["expect", "plain", "never", "--timeout", "10ms", "--json"];
    check(&sandbox, "expect", &json(&timed_out));
    sandbox.ok(&["rules", "disarm", "plain"]);
    sandbox.ok(&["rules", "arm", "plain"]);
    sandbox.ok(&["rules", "auto", "suggest"]);
    sandbox.ok(&["answer", &ask["id"].to_string(), "yes"]);
    let ended = json(&["wait", "ask", "--json"]);
    assert_eq!(ended[0]["exit"]["code"], 3);
    check(&sandbox, "wait", &ended);
    let end = ["expect", "ask", "never", "--json"];
    check(&sandbox, "expect", &json(&end));
    let file = sandbox.path("ask.cast");
    let replay = [
        "replay",
        file.to_str().unwrap(),
        "--at",
        "end",
        "--format",
        "json",
    ];
    check(&sandbox, "replay", &json(&replay));
    let rehearse = [
        "rules", "test", "--cast", "ask.cast", "--pane", "ask", "--json",
    ];
    let told = sandbox.ok(&rehearse);
    assert!(told.contains(r#""outcome":"asked""#), "{told}");
    for line in told.lines() {
        check(&sandbox, "rules-test", &serde_json::from_str(line).unwrap());
    }

    sandbox.ok(&["restart", "ask"]);
    let expected = [
        "started",
        "title",
        "decision",
        "answered",
        "attention",
        "asked",
        "settled",
        "exited",
        "eof",
        "restarted",
        "armed",
        "disarmed",
        "auto_answer",
    ];
    let events = wait_for("all events", || {
        let text = sandbox.ok(&["events"]);
        let events = text.lines().map(|line| serde_json::from_str(line).unwrap());
        let events: Vec<Value> = events.collect();
        let has = |name: &&str| events.iter().any(|event| event["event"] == *name);
        expected.iter().all(has).then_some(events)
    });
    for event in events {
        check(&sandbox, "events", &event);
    }
}

#[test]
fn schema_without_a_name_is_the_configs() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.ok(&["schema"]), sandbox.ok(&["schema", "config"]));
    let refused = sandbox.run(&["schema", "everything"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("rules-why"), "{}", refused.stderr);
}
