//! A config that is changed while its session runs: what holds at once, what waits for a restart, and
//! what is said when it is wrong.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::sandbox::{PATIENCE, Sandbox, wait_for};

const CONFIG: &str = "muxpect.toml";

/// Asks without echo, so that the prompt still stands under the cursor once it is answered; then
/// waits for another line.
const ASKS: &str = "stty -echo; printf 'Go on? '; read first; read second; echo $first-$second";

/// Returns a config of a pane `a` that runs a script, and a rule.
fn config(script: &str, pattern: &str, answer: &str) -> String {
    format!(
        "version = 1\n[session]\nname = \"s\"\n\
         [[ruleset]]\nname = \"r\"\nrule = [{{ name = \"go\", match = '{pattern}', send = \"{answer}\" }}]\n\
         [[pane]]\nname = \"a\"\nrules = [\"r\"]\nshell = \"{script}; exec cat\"\n"
    )
}

fn up(sandbox: &Sandbox, text: &str) {
    sandbox.write(CONFIG, text);
    sandbox.ok(&["up", "-d"]);
}

/// Returns the events of what became of the config, oldest first.
fn readings(sandbox: &Sandbox) -> Vec<Value> {
    let text = sandbox.ok(&["events"]);
    let events = text.lines().map(|line| serde_json::from_str(line).unwrap());
    events
        .filter(|event: &Value| event["event"] == "config")
        .collect()
}

/// Waits until the config was read with news so often, and returns the last of them.
fn wait_reading(sandbox: &Sandbox, count: usize) -> Value {
    wait_for("the config to be read", || {
        readings(sandbox).into_iter().nth(count - 1)
    })
}

/// Returns what rules have typed into pane `a`.
fn answers(sandbox: &Sandbox) -> Vec<Value> {
    let events = sandbox.events("a").into_iter();
    let answered = events.filter(|event| event["event"] == "answered");
    answered.map(|event| event["text"].clone()).collect()
}

#[test]
fn a_standing_prompt_is_answered_by_the_new_rule_and_never_twice() {
    let sandbox = Sandbox::new();
    up(&sandbox, &config(ASKS, "Never", "one"));
    sandbox.wait_pane("a", |pane| pane["prompt"] == "Go on? ");
    sandbox.write(CONFIG, &config(ASKS, "Go on", "two"));
    wait_for("the answer", || {
        (!answers(&sandbox).is_empty()).then_some(())
    });

    // It stands there still, and another rule matches it.
    sandbox.write(CONFIG, &config(ASKS, "on\\? $", "three"));
    wait_reading(&sandbox, 2);
    wait_for("the new rule to look", || {
        let held = |event: &Value| {
            event["event"] == "decision"
                && event["outcome"] == "held"
                && event["reason"] == "this prompt has been answered already"
        };
        sandbox.events("a").iter().any(held).then_some(())
    });
    assert_eq!(answers(&sandbox).len(), 1);
    sandbox.ok(&["send", "a", "mine"]);
    sandbox.ok(&["expect", "a", "--from", "start", "two-mine"]);
}

#[test]
fn a_config_that_is_wrong_changes_nothing_and_is_shown_until_it_is_mended() {
    let sandbox = Sandbox::new();
    let script = "read x; printf 'Go on? '; read y; echo got-$y";
    let good = config(script, "Go on", "one");
    up(&sandbox, &good);
    let mut outer = sandbox.open(24, 100, &["attach"]);
    outer.wait_text("WATCH");
    sandbox.write(CONFIG, &good.replace("send", "sent"));
    let place = "muxpect.toml:6:";
    outer.wait_text(place);
    // The key's own notice goes, what is wrong stays.
    outer.send("b");
    outer.wait_text("help");
    outer.wait_text(place);
    let reading = wait_reading(&sandbox, 1);
    let error = reading["error"].as_str().unwrap();
    assert!(
        error.starts_with(place) && error.contains("'sent'"),
        "{error}"
    );
    assert_eq!(reading["pane"], Value::Null);
    assert_eq!(
        reading["file"],
        json!(sandbox.path(CONFIG).canonicalize().unwrap())
    );

    // The old rule still answers.
    sandbox.ok(&["send", "a", ""]);
    sandbox.ok(&["expect", "a", "--from", "start", "got-one"]);

    sandbox.write(CONFIG, &good);
    outer.wait_text("muxpect.toml applied: no pane changed");
    outer.send("b");
    outer.wait_no_text("muxpect.toml");
    assert_eq!(wait_reading(&sandbox, 2)["error"], Value::Null);

    // A person asks for it.
    outer.send("\x12");
    outer.wait_text("muxpect.toml applied: no pane changed");
    fs::write(sandbox.path("other"), "not = the config").unwrap();
    outer.send("d");
    outer.wait_end();
    assert_eq!(readings(&sandbox).len(), 3);
}

#[test]
fn panes_come_when_they_are_named_and_stay_when_they_are_not() {
    let sandbox = Sandbox::new();
    let pane = |name: &str| format!("[[pane]]\nname = \"{name}\"\ncmd = [\"cat\"]\n");
    let of = |names: &[&str]| {
        let panes: String = names.iter().map(|name| pane(name)).collect();
        format!("version = 1\nsession.name = \"s\"\n{panes}")
    };
    up(&sandbox, &of(&["a", "b"]));
    let before = sandbox.pane("b")["pid"].clone();
    sandbox.write(CONFIG, &of(&["a", "c"]));
    let reading = wait_reading(&sandbox, 1);
    assert_eq!(
        (
            &reading["started"],
            &reading["unnamed"],
            &reading["changed"]
        ),
        (&json!(["c"]), &json!(["b"]), &json!([]))
    );
    assert_eq!(sandbox.pane("c")["state"], "running");
    assert_eq!(sandbox.pane("b")["pid"], before);
    sandbox.ok(&["stop", "b"]);
    sandbox.ok(&["rm", "b"]);
    // Named again, it is new.
    sandbox.write(CONFIG, &of(&["a", "b", "c"]));
    assert_eq!(wait_reading(&sandbox, 2)["started"], json!(["b"]));
    // A pane of somebody else has its name.
    sandbox.ok(&["run", "-d", "--name", "d", "--", "cat"]);
    sandbox.write(CONFIG, &of(&["d", "e"]));
    let error = wait_reading(&sandbox, 3)["error"].clone();
    assert!(
        error.as_str().unwrap().contains("already has a pane 'd'"),
        "{error}"
    );
    let names = sandbox.json(&["ps", "--json"]);
    assert!(
        !names.to_string().contains("\"name\":\"e\""),
        "all or nothing"
    );
}

#[test]
fn a_changed_command_waits_for_a_restart_and_says_so() {
    let sandbox = Sandbox::new();
    let first = "version = 1\nsession.name = \"s\"\n[[pane]]\nname = \"a\"\ncmd = [\"cat\"]\n";
    up(&sandbox, first);
    let before = sandbox.pane("a");
    assert_eq!(before["stale"], false);
    let outer = sandbox.open(24, 80, &["attach"]);
    outer.wait_text("WATCH");
    let second = first.replace("[\"cat\"]", "[\"cat\", \"-n\"]\nlog = \"a.log\"");
    sandbox.write(CONFIG, &second);
    outer.wait_text("changed · r restarts");
    outer.wait_text("1 pane needs a restart");
    let stale = sandbox.pane("a");
    assert_eq!(
        (
            &stale["stale"],
            &stale["pid"],
            &stale["command"],
            &stale["log"]
        ),
        (&json!(true), &before["pid"], &json!(["cat"]), &Value::Null)
    );
    assert!(sandbox.ok(&["ps"]).contains("running (changed)"));
    assert!(!sandbox.path("a.log").exists());

    // Back again, there is nothing to restart for.
    sandbox.write(CONFIG, first);
    outer.wait_no_text("r restarts");
    assert_eq!(sandbox.pane("a")["stale"], false);
    sandbox.write(CONFIG, &second);
    outer.wait_text("changed · r restarts");

    sandbox.ok(&["restart", "a"]);
    let after = sandbox.pane("a");
    assert_eq!(
        (&after["stale"], &after["command"]),
        (&json!(false), &json!(["cat", "-n"]))
    );
    outer.wait_no_text("r restarts");
    sandbox.ok(&["send", "a", "hello"]);
    sandbox.ok(&["expect", "a", "--from", "start", "1\thello"]);
    wait_for("the log", || {
        let log = fs::read_to_string(sandbox.path("a.log")).unwrap();
        log.contains("1\thello").then_some(())
    });
}

#[test]
fn a_log_that_cannot_be_opened_keeps_the_pane_from_its_restart() {
    let sandbox = Sandbox::new();
    let first = "version = 1\nsession.name = \"s\"\n[[pane]]\nname = \"a\"\ncmd = [\"cat\"]\n";
    up(&sandbox, first);
    sandbox.write("a.log", "precious\n");
    sandbox.write(CONFIG, &format!("{first}log = \"a.log\"\n"));
    wait_reading(&sandbox, 1);
    let done = sandbox.run(&["restart", "a"]);
    assert!(done.code == 1 && done.stderr.contains("a.log"), "{done:?}");
    assert_eq!(
        fs::read_to_string(sandbox.path("a.log")).unwrap(),
        "precious\n"
    );
    assert_eq!(sandbox.pane("a")["stale"], true);
    fs::remove_file(sandbox.path("a.log")).unwrap();
    sandbox.ok(&["restart", "a"]);
    assert_eq!(sandbox.pane("a")["stale"], false);
}

#[test]
fn what_does_not_need_a_restart_holds_at_once() {
    let sandbox = Sandbox::new();
    let first = "version = 1\nsession.name = \"s\"\n[[pane]]\nname = \"a\"\ncmd = [\"cat\"]\n";
    up(&sandbox, first);
    sandbox.write(
        CONFIG,
        &format!("{first}armed = false\nsize = \"100x30\"\n"),
    );
    let pane = sandbox.wait_pane("a", |pane| pane["cols"] == 100);
    wait_reading(&sandbox, 1);
    assert_eq!(
        (&pane["armed"], &pane["stale"]),
        (&json!(false), &json!(false))
    );
    // A person's word stands until the config says something else of it.
    sandbox.ok(&["rules", "arm", "a"]);
    sandbox.write(CONFIG, &format!("{first}armed = false\nlinger = \"1s\"\n"));
    wait_reading(&sandbox, 2);
    assert_eq!(sandbox.pane("a")["armed"], true);
    let session = first.replace(
        "session.name",
        "session.auto_answer = \"off\"\nsession.name",
    );
    sandbox.write(CONFIG, &session);
    wait_reading(&sandbox, 3);
    assert_eq!(sandbox.json(&["ls", "--json"])[0]["auto_answer"], "off");
}

#[test]
fn editors_that_put_another_file_in_its_place_are_followed() {
    let sandbox = Sandbox::new();
    up(&sandbox, &config("true", "x", "0"));
    let file = sandbox.path(CONFIG);
    // As vim does it: the old one becomes a backup, which goes once the new one is there.
    let as_vim = |text: &str| {
        let backup = sandbox.path("muxpect.toml~");
        fs::rename(&file, &backup).unwrap();
        fs::write(&file, text).unwrap();
        fs::remove_file(backup).unwrap();
    };
    // As most others: a new one takes its name.
    let by_rename = |text: &str| {
        let new = sandbox.write(".muxpect.toml.new", text);
        fs::rename(new, &file).unwrap();
    };
    for (index, replace) in [&as_vim as &dyn Fn(&str), &by_rename, &as_vim, &by_rename]
        .into_iter()
        .enumerate()
    {
        replace(&config("true", "x", &format!("{}", index + 1)));
        let reading = wait_reading(&sandbox, index + 1);
        assert_eq!(reading["changed"], json!(["a"]), "{index}");
    }
}

#[test]
fn many_quick_writes_end_in_the_last_state() {
    let sandbox = Sandbox::new();
    let script = "read x; printf 'Go on? '; read y; echo got-$y";
    up(&sandbox, &config(script, "Go on", "first"));
    for number in 1..=100 {
        sandbox.write(CONFIG, &config(script, "Go on", &format!("{number}-th")));
    }
    // What is asked for is read after all that was written before.
    let mut outer = sandbox.open(24, 100, &["attach"]);
    outer.wait_text("WATCH");
    outer.send("\x12");
    outer.wait_text("muxpect.toml applied");
    sandbox.ok(&["send", "a", ""]);
    sandbox.ok(&["expect", "a", "--from", "start", "got-100-th"]);
}

#[test]
fn a_variable_that_becomes_a_secret_is_kept_from_new_children() {
    const SECRET: &str = "correct-horse-battery";
    let sandbox = Sandbox::new();
    let pane = |name: &str| {
        format!("[[pane]]\nname = \"{name}\"\nshell = \"env; echo end-of-env; exec cat\"\n")
    };
    let head = "version = 1\nsession.name = \"s\"\n";
    sandbox.write(CONFIG, &format!("{head}{}", pane("a")));
    let done = sandbox
        .muxpect(&["up", "-d"])
        .env("DB_PASSWORD", SECRET)
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
    sandbox.ok(&["expect", "a", "--from", "start", SECRET]);
    let secret = "secrets.db.env = \"DB_PASSWORD\"\n";
    sandbox.write(CONFIG, &format!("{head}{secret}{}{}", pane("a"), pane("b")));
    let reading = wait_reading(&sandbox, 1);
    assert_eq!(
        (&reading["started"], &reading["restart"]),
        (&json!(["b"]), &json!(["a"]))
    );
    let environment = |pane: &str| {
        sandbox.ok(&["expect", pane, "--from", "start", "end-of-env"]);
        sandbox.ok(&["screen", pane, "--history", "1000"])
    };
    assert!(environment("b").contains("MUXPECT_PANE=b"));
    assert!(!environment("b").contains("DB_PASSWORD"));
    assert!(!sandbox.ok(&["events"]).contains(SECRET));
}

#[test]
fn a_session_without_a_config_has_nothing_to_read() {
    let sandbox = Sandbox::new();
    let mut outer = sandbox.open(24, 80, &["run", "--", "cat"]);
    outer.wait_text("WATCH");
    outer.send("\x12");
    outer.wait_text("was not started from a config");
}

/// Returns how often the threads of a process have waited for something.
fn waits(process: &Value) -> u64 {
    let threads = fs::read_dir(Path::new("/proc").join(process.to_string()).join("task")).unwrap();
    let waits = |thread: fs::DirEntry| {
        let status = fs::read_to_string(thread.path().join("status")).unwrap();
        let line = status
            .lines()
            .find(|l| l.starts_with("voluntary_ctxt_switches"));
        let number = line.unwrap().split_whitespace().nth(1).unwrap();
        number.parse::<u64>().unwrap()
    };
    threads.map(|thread| waits(thread.unwrap())).sum()
}

#[test]
fn an_idle_session_that_watches_its_config_is_not_woken() {
    let sandbox = Sandbox::new();
    up(&sandbox, &config("true", "x", "0"));
    sandbox.wait_attention("a", "waiting", "", "");
    let server = sandbox.json(&["ls", "--json"])[0]["pid"].clone();
    // What a session does after output comes to rest; then it sleeps for good.
    let start = Instant::now();
    loop {
        let before = waits(&server);
        std::thread::sleep(Duration::from_secs(3));
        if waits(&server) == before {
            break;
        }
        assert!(start.elapsed() < PATIENCE, "it is woken again and again");
    }
    // It still sees what happens.
    sandbox.write(CONFIG, &config("true", "x", "1"));
    wait_reading(&sandbox, 1);
}
