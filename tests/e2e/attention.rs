//! Who waits for a person: real programs, each of which does so in its own way, or does not.

use std::{fs, os::unix::fs::chown, process::Stdio};

use serde_json::Value;

use crate::sandbox::{Done, Sandbox, wait_for};

/// Runs all commands at once, each in a pane, and waits until all panes have this attention, with
/// evidence that begins with the words beside the command and ends with `what`.
fn check(sandbox: &Sandbox, attention: &str, what: &str, cases: &[(&str, &str)]) {
    let mut arguments = vec!["run".to_owned(), "-d".to_owned()];
    for (index, (command, _)) in cases.iter().enumerate() {
        arguments.push(if index == 0 { "--" } else { ":::" }.to_owned());
        arguments.extend(shlex::split(command).unwrap());
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    sandbox.ok(&arguments);
    let panes = sandbox.json(&["ps", "--json"]);
    for (pane, (_, who)) in panes.as_array().unwrap().iter().zip(cases) {
        sandbox.wait_attention(pane["name"].as_str().unwrap(), attention, who, what);
    }
}

/// Returns what was told of all panes' attention, or of one's.
fn told(sandbox: &Sandbox, name: Option<&str>) -> Vec<Value> {
    let events = sandbox.ok(&["events"]);
    let events = events
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    events
        .filter(|event| event["event"] == "attention")
        .filter(|event| name.is_none_or(|name| event["pane"] == name))
        .collect()
}

/// A world with a file `text` of many lines.
fn sandbox_with_text() -> Sandbox {
    let sandbox = Sandbox::new();
    let text: String = (0..500).map(|line| format!("{line}\n")).collect();
    sandbox.write("text", &text);
    sandbox
}

#[test]
fn a_program_that_reads_a_line_waits() {
    let cases = [
        (r#"sh -c "printf 'Name: '; read x""#, "sh reads the tty"),
        ("sh -c 'read x'", "sh reads the tty"),
        ("sh -c 'cat | grep x'", "cat reads the tty"),
        (r#"bash -c "read -p 'Name: ' x""#, "bash reads the tty"),
        (
            r#"/usr/bin/python3 -c "input('Name: ')""#,
            "python3 reads the tty",
        ),
        ("ssh-keygen -t ed25519", "ssh-keygen reads the tty"),
        (
            "sh -c 'git init -q; echo a >f; git add f; echo b >f; git add -p'",
            "git reads the tty",
        ),
        // Some time after its last output.
        ("sh -c 'echo first; sleep 2; read x'", "sh reads the tty"),
    ];
    check(&Sandbox::new(), "waiting", ", a line", &cases);
}

#[test]
fn a_program_that_reads_without_echo_wants_a_password() {
    let cases = [
        (r#"bash -c "read -s -p 'Secret: ' x""#, "bash reads the tty"),
        (
            "sh -c 'stty -echo; printf Secret; read x'",
            "sh reads the tty",
        ),
        (
            "/usr/bin/python3 -c 'import getpass; getpass.getpass()'",
            "python3 reads the tty",
        ),
        ("ssh-keygen -f key", "ssh-keygen reads the tty"),
    ];
    check(&Sandbox::new(), "password", ", a line without echo", &cases);
}

#[test]
fn shells_and_repls_rest_at_their_prompts() {
    let cases = [
        ("bash --norc", "bash polls the tty"),
        ("zsh -f", "zsh reads the tty"),
        ("fish --no-config", "fish polls the tty"),
        ("dash", "dash reads the tty"),
        ("/usr/bin/python3 -q", "python3 polls the tty"),
        ("node", "node polls the tty"),
        ("sqlite3", "sqlite3 polls the tty"),
    ];
    check(&Sandbox::new(), "ready", ", a prompt at rest", &cases);
}

#[test]
fn a_question_of_a_program_that_edits_its_line_waits() {
    let question = "node -e \"require('readline').createInterface(\
        {input: process.stdin, output: process.stdout}).question('Name: ', () => {})\"";
    let cases = [
        (question, "node polls the tty"),
        ("npm init", "node polls the tty"),
        ("gdb -q -nx", "gdb polls the tty"),
        ("more text", "more polls the tty"),
        ("dialog --yesno Now? 8 40", "dialog reads the tty"),
        (r#"bash -c "read -e -p 'Name: ' x""#, "bash polls the tty"),
    ];
    let what = ", still, with text before the cursor";
    check(&sandbox_with_text(), "waiting", what, &cases);
}

#[test]
fn a_program_on_a_screen_of_its_own_is_ready() {
    let cases = [
        ("vim -u NONE -i NONE -n", "vim polls the tty"),
        ("less text", "less reads the tty"),
        ("sh -c 'cat text | less'", "less reads the tty"),
        ("htop", "htop polls the tty"),
        ("mc -u", "mc polls the tty"),
        ("whiptail --yesno Now? 8 40", "whiptail polls the tty"),
    ];
    let what = ", a still screen of its own";
    check(&sandbox_with_text(), "ready", what, &cases);
}

#[test]
fn a_program_that_reads_nothing_wants_nothing() {
    let sandbox = Sandbox::new();
    sandbox.write("Makefile", "all:\n\t@printf 'building: '; sleep 1000\n");
    let python = r#"/usr/bin/python3 -c "
import time
print('> ', end='', flush=True)
time.sleep(1000)""#;
    let cases = [
        r#"sh -c "printf 'progress: '; while :; do :; done""#,
        r#"sh -c "stty -echo; printf 'Password: '; sleep 1000""#,
        "sleep 1000",
        "make",
        python,
    ];
    let cases = cases.map(|command| (command, "nobody reads the tty"));
    check(&sandbox, "quiet", ", no output for 5 seconds", &cases);
    let told = told(&sandbox, None);
    let wants = |event: &Value| event["to"] != "working" && event["to"] != "quiet";
    assert!(!told.is_empty() && !told.iter().any(wants), "{told:?}");
}

#[test]
fn a_job_of_a_shell_is_not_its_prompt() {
    let sandbox = Sandbox::new();
    let rest = |name: &str| {
        sandbox.wait_attention(name, "ready", "bash polls the tty", ", a prompt at rest")
    };
    sandbox.ok(&["run", "-d", "--name", "shell", "--", "bash", "--norc"]);
    rest("shell");
    sandbox.ok(&["send", "shell", "printf 'done? '; sleep 1000"]);
    let pane = sandbox.wait_attention("shell", "quiet", "nobody reads the tty", "");
    assert_eq!(pane["foreground"], "sleep");
    sandbox.ok(&["send", "shell", "--key", "C-z"]);
    assert_eq!(rest("shell")["foreground"], "bash");
    // Without a shell to take over, the pane itself is stopped.
    let script = "kill -STOP $$";
    sandbox.start("stopped", script);
    sandbox.wait_attention("stopped", "stopped", "sh is stopped", "");
}

#[test]
fn an_ended_pane_has_no_foreground_program() {
    let sandbox = Sandbox::new();
    let script = "printf 'name? '; read name";
    sandbox.start("p", script);
    sandbox.wait_pane("p", |pane| pane["foreground"] == "sh");
    sandbox.ok(&["send", "p", "bob"]);
    let pane = sandbox.wait_pane("p", |pane| pane["state"] == "ended");
    assert_eq!(pane["foreground"], Value::Null);
}

#[test]
fn an_event_loop_that_prints_never_waits() {
    let sandbox = Sandbox::new();
    let script = "process.stdin.on('data', () => {}); let n = 0; \
        setInterval(() => process.stdout.write(`step ${++n}: `), 150)";
    sandbox.ok(&["run", "-d", "--name", "p", "--", "node", "-e", script]);
    sandbox.ok(&["expect", "p", "step 20: "]);
    assert_eq!(sandbox.pane("p")["attention"], "working");
    let told = told(&sandbox, Some("p"));
    let wants = |event: &Value| event["to"] != "working";
    assert!(!told.iter().any(wants), "{told:?}");
}

#[test]
fn a_typed_password_is_no_longer_wanted() {
    let sandbox = Sandbox::new();
    let script = "stty -echo; printf 'Secret: '; read x; sleep 1000";
    sandbox.start("p", script);
    sandbox.wait_attention("p", "password", "sh reads the tty", "");
    sandbox.ok(&["send", "p", "hush"]);
    // No output follows, and nobody asks for the pane's state: that would be a look of its own.
    wait_for("the news", || {
        let told = told(&sandbox, Some("p"));
        (told.last()?["from"] == "password").then_some(())
    });
}

#[test]
fn programs_of_another_user_are_judged_by_what_shows() {
    const NOBODY: u32 = 65534;
    if !nix::unistd::geteuid().is_root() {
        eprintln!("only root can become another user; not tested");
        return;
    }
    let sandbox = Sandbox::new();
    let root = sandbox.sockets().parent().unwrap().to_owned();
    for folder in fs::read_dir(&root).unwrap() {
        chown(folder.unwrap().path(), Some(NOBODY), Some(NOBODY)).unwrap();
    }
    chown(&root, Some(NOBODY), Some(NOBODY)).unwrap();
    let run = |arguments: &[&str]| {
        let id = NOBODY.to_string();
        let mut command = sandbox.program("setpriv");
        command.args(["--reuid", &id, "--regid", &id, "--clear-groups"]);
        command.arg(env!("CARGO_BIN_EXE_muxpect")).args(arguments);
        let done = Done::from(command.stdin(Stdio::null()).output().unwrap());
        assert_eq!(done.code, 0, "{done:?}");
        done.stdout
    };
    let commands = "run -d -- passwd ::: su -c true ::: sudo -k true ::: sh -c";
    run(&commands.split(' ').chain(["read x"]).collect::<Vec<_>>());
    let hidden = "weak: a program of another user, or one that hides, is there";
    for (name, attention, who) in [
        ("passwd", "password", hidden),
        ("su", "password", hidden),
        ("sudo", "password", hidden),
        ("sh", "waiting", "sh reads the tty"),
    ] {
        let pane = wait_for(&format!("{name}: {attention}"), || {
            let panes: Value = serde_json::from_str(&run(&["ps", "--json"])).unwrap();
            let panes = panes.as_array().unwrap();
            let pane = panes.iter().find(|pane| pane["name"] == name).unwrap();
            let evidence = pane["evidence"].as_str().unwrap();
            (pane["attention"] == attention && evidence.starts_with(who)).then(|| pane.clone())
        });
        assert_eq!(pane["foreground"], name);
    }
    run(&["down"]);
}
