//! A secret that panes use is in nothing that is written, printed or sent on: the canary is looked
//! for everywhere.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use muxpect::{
    pane::{
        Concealed, LogMode, LogSpec, PaneSpec, RecordFormat, RecordSpec, SecretSource, SecretSpec,
    },
    session::{Layout, OnFinished, SessionSpec},
};

use crate::sandbox::{Sandbox, signal, wait_for};

/// The secret. What stands around it in the tests shares no six characters with it.
const CANARY: &str = "c4nary é/7f3a+x";

/// Its other forms that the programs of these tests print.
const FORMS: [&str; 4] = [
    "c4nary%20%C3%A9%2F7f3a%2Bx",
    r"c4nary\ é/7f3a+x",
    // What the secret alone decides of the base64 of itself, and of it after `u:`.
    "YzRuYXJ5IMOpLzdmM2Ere",
    "jNG5hcnkgw6kvN2YzYSt4",
];

const MASK: &str = "***************";

/// A server that is a child of the test, so that its end can be seen.
struct Server(Child);

impl Server {
    /// Starts a session `s` of these panes. The server could write a core file if it did not take
    /// care, as far as the system lets it.
    fn start(sandbox: &Sandbox, panes: Vec<PaneSpec>, headless: bool) -> Server {
        let spec = SessionSpec {
            name: "s".to_owned(),
            config: None,
            reading: None,
            folder: sandbox.path(""),
            layout: Layout::Tiles,
            on_finished: OnFinished::Keep,
            auto_answer: Default::default(),
            headless,
            notify: Default::default(),
            panes,
        };
        let mut server = sandbox
            .program("sh")
            .args(["-c", "ulimit -c $(ulimit -H -c); exec \"$0\" server"])
            .arg(env!("CARGO_BIN_EXE_muxpect"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let specification = serde_json::to_vec(&spec).unwrap();
        server
            .stdin
            .take()
            .unwrap()
            .write_all(&specification)
            .unwrap();
        let mut line = String::new();
        let stdout = server.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        assert!(line.contains(r#""ready":true"#), "{line}");
        Server(server)
    }

    fn end(mut self) -> ExitStatus {
        self.0.wait().unwrap()
    }
}

/// Returns a pane that runs a script, logged and recorded, with the canary as its secret.
fn pane(sandbox: &Sandbox, name: &str, script: &str) -> PaneSpec {
    let command = ["sh", "-c", script].map(str::to_owned).to_vec();
    let environment = BTreeMap::from([
        ("PATH".to_owned(), std::env::var("PATH").unwrap()),
        ("LANG".to_owned(), "C.UTF-8".to_owned()),
    ]);
    let mut pane = PaneSpec::new(name.to_owned(), command, sandbox.path(""), environment);
    let file = |ending: &str| LogSpec {
        path: sandbox.path(&format!("{name}.{ending}")),
        mode: LogMode::Refuse,
        make_folders: false,
    };
    pane.log = Some(file("log"));
    pane.record = Some(RecordSpec {
        file: file("cast"),
        input: true,
        format: RecordFormat::Asciicast,
    });
    pane.askpass = Some("db".to_owned());
    let secret = SecretSpec {
        source: SecretSource::Value(Concealed::new(CANARY.to_owned())),
        timeout: Duration::from_secs(60),
    };
    pane.secrets.insert("db".to_owned(), secret);
    pane
}

/// Fails if `text` holds the canary in any of its forms, with escape sequences or line ends within
/// it too.
#[track_caller]
fn check(what: &str, text: &[u8]) {
    let text = String::from_utf8_lossy(text);
    let sequences =
        regex::Regex::new(r"\x1b\[[0-?]*[ -/]*[@-~]|\\u001b\[[0-?]*[ -/]*[@-~]").unwrap();
    let shown = sequences.replace_all(&text, "");
    let joined = shown
        .replace("\\r", "")
        .replace("\\n", "")
        .replace(['\r', '\n'], "");
    for form in FORMS.iter().chain([&CANARY]) {
        for text in [&*text, &*shown, &*joined] {
            assert!(!text.contains(form), "{what} holds {form}: {text}");
        }
    }
}

/// Checks every file below a folder.
fn check_files(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            check_files(&entry.path());
        } else if kind.is_file() {
            check(
                &entry.path().display().to_string(),
                &fs::read(entry.path()).unwrap(),
            );
        }
    }
}

/// Checks the command line and the environment of a process and of all that descend from it.
fn check_processes(process: i64) {
    for name in ["cmdline", "environ"] {
        let path = format!("/proc/{process}/{name}");
        // One that has just ended has neither; another's may be closed to the test.
        check(&path, &fs::read(&path).unwrap_or_default());
    }
    let tasks = fs::read_dir(format!("/proc/{process}/task"));
    for task in tasks.into_iter().flatten().flatten() {
        let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
        let children = children.split_whitespace();
        children.for_each(|child| check_processes(child.parse().unwrap()));
    }
}

/// Checks all that a client can be told, in every form.
fn check_replies(sandbox: &Sandbox, panes: &[&str]) {
    let mut commands: Vec<Vec<&str>> = [
        "ls",
        "ls --json",
        "ps",
        "ps --json",
        "events",
        "--help",
        "help send",
    ]
    .iter()
    .map(|line| line.split(' ').collect())
    .collect();
    for pane in panes {
        for format in ["text", "ansi", "json"] {
            commands.push(vec!["screen", pane, "--format", format, "--history", "500"]);
        }
        commands.push(vec![
            "expect",
            pane,
            "--from",
            "start",
            "--timeout",
            "0s",
            "--json",
            "[^$]*7f3a.x",
        ]);
        commands.push(vec![
            "expect",
            pane,
            "--from",
            "start",
            "--timeout",
            "0s",
            "--json",
            "(?s).*done",
        ]);
        commands.push(vec!["send", pane, "--signal", "WINCH"]);
    }
    for command in commands {
        let done = sandbox.run(&command);
        check(&format!("{command:?}"), done.stdout.as_bytes());
        check(&format!("errors of {command:?}"), done.stderr.as_bytes());
    }
}

/// Prints the secret in every form and place, once it has it.
const BETRAYER: &str = r#"
    p=$("$SSH_ASKPASS" "me@db1's password: ") || exit 1
    read go
    printf '\033]0;title %s\007' "$p"
    printf 'plain %s\n' "$p"
    printf '\033[31m%s\033[0m\033[1m%s\033[0m\n' "${p%??????}" "${p#"${p%??????}"}"
    printf '%075d%s\n' 0 "$p"
    printf '%s\n%s\n' "${p%??????}" "${p#"${p%??????}"}"
    printf 'http://u:c4nary%%20%%C3%%A9%%2F7f3a%%2Bx@h\n'
    printf 'c4nary\\ é/7f3a+x\n'
    printf 'u:%s' "$p" | base64
    printf '%s' "$p" | base64
    for i in 1 2 3 4 5 6; do
        printf '%s' "$p" | cut -c $((3 * i - 2))-$((3 * i)) | tr -d '\n'
        read step
    done
    printf '\nXX%s\rYY\n' "$p"
    printf '%s' "$p" >shared
    printf 'done %s> ' "$p"
    read end
"#;

/// Prints what another pane has written, and knows no secret itself.
const ACCOMPLICE: &str = r#"
    read go
    cat shared; echo
    echo "done $(cat shared)" >&2
    printf 'done %s> ' "$(cat shared)"
    read end
"#;

#[test]
fn a_secret_is_in_nothing_that_leaves_the_session() {
    let sandbox = Sandbox::new();
    let mut accomplice = pane(&sandbox, "accomplice", ACCOMPLICE);
    accomplice.askpass = None;
    accomplice.secrets.clear();
    let betrayer = pane(&sandbox, "betrayer", BETRAYER);
    let server = Server::start(&sandbox, vec![betrayer, accomplice], false);
    let pid = i64::from(server.0.id());
    let outer = sandbox.open(40, 100, &["attach", "s"]);
    outer.wait_text("betrayer");

    sandbox.ok(&["send", "betrayer", "go"]);
    for _ in 0..6 {
        sandbox.ok(&["send", "betrayer", ""]);
    }
    sandbox.wait_pane("betrayer", |pane| {
        pane["prompt"] == format!("done {MASK}> ")
    });
    sandbox.ok(&["send", "accomplice", "go"]);
    let row = sandbox.wait_pane("accomplice", |pane| {
        pane["prompt"] == format!("done {MASK}> ")
    });
    assert_eq!(row["title"], "");
    let row = sandbox.pane("betrayer");
    assert_eq!(row["title"], format!("title {MASK}"));
    let text = sandbox.ok(&["screen", "betrayer", "--history", "100"]);
    assert!(text.contains(&format!("plain {MASK}\n")), "{text}");
    outer.wait_text(MASK);

    // What a child writes is its own matter.
    assert_eq!(fs::read_to_string(sandbox.path("shared")).unwrap(), CANARY);
    fs::remove_file(sandbox.path("shared")).unwrap();
    check_replies(&sandbox, &["betrayer", "accomplice"]);
    check_processes(pid);
    check("the client's terminal", &outer.raw());
    drop(outer);
    sandbox.ok(&["down", "s"]);
    assert!(server.end().success());
    check_files(sandbox.path("").parent().unwrap());
    let log = fs::read_to_string(sandbox.path("betrayer.log")).unwrap();
    assert!(log.contains(&format!("plain {MASK}\n")), "{log}");
    let cast = fs::read_to_string(sandbox.path("accomplice.cast")).unwrap();
    assert!(cast.contains(MASK), "{cast}");
}

/// Asks for a password twice as programs do, tells what it got, then asks with the echo on.
const LOGIN: &str = r#"
    for name in first second; do
        stty -echo; printf "$name password: "; read p; stty echo; echo
        printf '%s got %s\n' "$name" "$p"
    done
    env
    printf 'third password: '; read end
"#;

#[test]
fn secrets_of_a_config_reach_their_prompts_and_nothing_else() {
    let sandbox = Sandbox::new();
    let secret = |name: &str| {
        let path = sandbox.write(name, &format!("{CANARY}\n"));
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(&path, mode).unwrap();
    };
    secret("kept");
    sandbox.write("login.sh", LOGIN);
    sandbox.write(
        "muxpect.toml",
        r#"
            version = 1
            [secrets.file]
            file = "kept"
            [secrets.variable]
            env = "MX_CANARY"
            [secrets.command]
            command = ["cat", "kept"]
            [[pane]]
            name = "p"
            cmd = ["sh", "login.sh"]
            rules = ["login"]
            log = "p.log"
            record = "p.cast"
            [[ruleset]]
            name = "login"
            [[ruleset.rule]]
            match = "first password: $"
            secret = "file"
            foreground = ["sh", "dash", "bash"]
            [[ruleset.rule]]
            match = "second password: $"
            secret = "variable"
            foreground = ["sh", "dash", "bash"]
            [[ruleset.rule]]
            match = "third password: $"
            secret = "command"
            foreground = ["sh", "dash", "bash"]
        "#,
    );
    let mut up = sandbox.muxpect(&["-s", "s", "up", "-d"]);
    let done = up.env("MX_CANARY", CANARY).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    check("up", &[done.stdout, done.stderr].concat());
    sandbox.ok(&["expect", "p", "--from", "start", "third password: "]);
    let text = sandbox.ok(&["screen", "p", "--history", "500"]);
    for name in ["first", "second"] {
        assert!(text.contains(&format!("{name} got {MASK}\n")), "{text}");
    }
    assert!(!text.contains("MX_CANARY"), "{text}");
    // With the echo on, it is a person who is asked.
    let asks = wait_for("the ask", || {
        let asks = sandbox.json(&["asks", "--json"]);
        (asks.as_array().unwrap().len() == 1).then_some(asks)
    });
    assert_eq!(asks[0]["suggestion"], "***", "{asks}");
    check_replies(&sandbox, &["p"]);
    for line in [
        "asks",
        "asks --json",
        "rules list",
        "rules list --json",
        "rules why p",
        "check",
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let mut command = sandbox.muxpect(&words);
        let done = command.env("MX_CANARY", CANARY).output().unwrap();
        check(line, &[done.stdout, done.stderr].concat());
    }
    let pid = sandbox.json(&["ls", "--json"])[0]["pid"].as_i64().unwrap();
    check_processes(pid);
    sandbox.ok(&["down", "s"]);
    fs::remove_file(sandbox.path("kept")).unwrap();
    check_files(sandbox.path("").parent().unwrap());
}

/// Writes a config whose only pane, `p`, runs a Python script under these further lines, with a
/// secret that its command does not tell before there is a file `go`.
fn configure(sandbox: &Sandbox, script: &str, lines: &str) {
    sandbox.write("p.py", script);
    sandbox.write("canary", CANARY);
    let config = format!(
        r#"
            version = 1
            [secrets.slow]
            command = ["sh", "-c", "until [ -e go ]; do sleep 0.01; done; cat canary"]
            timeout = "60s"
            [[pane]]
            name = "p"
            cmd = ["python3", "p.py"]
            {lines}
        "#
    );
    sandbox.write("muxpect.toml", &config);
    sandbox.ok(&["-s", "s", "up", "-d"]);
}

#[test]
fn what_a_person_answers_in_place_of_a_secret_is_one_too() {
    let sandbox = Sandbox::new();
    // No line is read here, so that what is typed could be meant for any eye.
    let script = r#"
import os, tty
tty.setraw(0)
os.write(1, b"Password: ")
got = b""
while not got.endswith(b"\r"):
    got += os.read(0, 99)
os.write(1, b"got " + got[:-1] + b"> ")
os.read(0, 1)
"#;
    let rule = r#"
            rules = ["set"]
            [[ruleset]]
            name = "set"
            [[ruleset.rule]]
            match = "Password: $"
            secret = "slow"
    "#;
    configure(&sandbox, script, rule);
    wait_for("the ask", || {
        let asks = sandbox.json(&["asks", "--json"]);
        (asks[0]["suggestion"] == "***").then_some(())
    });
    sandbox.ok(&["answer", "1", CANARY]);
    sandbox.wait_pane("p", |pane| {
        let prompt = pane["prompt"].as_str().unwrap();
        prompt.ends_with(&format!("got {MASK}> "))
    });
    check_replies(&sandbox, &["p"]);
    sandbox.ok(&["down", "s"]);
}

/// Returns how many commands run that are to tell a secret.
fn fetching(sandbox: &Sandbox) -> usize {
    let pid = sandbox.json(&["ls", "--json"])[0]["pid"].clone();
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten();
    let children: Vec<String> = tasks
        .filter_map(|task| fs::read_to_string(task.path().join("children")).ok())
        .collect();
    let lines = children
        .iter()
        .flat_map(|pids| pids.split_whitespace())
        .filter_map(|pid| fs::read_to_string(format!("/proc/{pid}/cmdline")).ok());
    lines
        .filter(|line| line.contains("until [ -e go ]"))
        .count()
}

#[test]
fn a_secret_is_sent_to_the_prompt_that_it_was_meant_for() {
    let sandbox = Sandbox::new();
    let script = r#"
import getpass
while True:
    for name in ["one", "two"]:
        print("got <%s>" % getpass.getpass(name + ": "), flush=True)
"#;
    configure(&sandbox, script, "");
    let at = |prompt: &str| {
        sandbox.wait_pane("p", |pane| {
            pane["prompt"] == prompt && pane["attention"] == "password"
        });
    };
    let refused = |change: &dyn Fn()| {
        at("one: ");
        let mut send = sandbox.muxpect(&["send", "p", "--secret", "slow"]);
        let send = send.stderr(Stdio::piped()).spawn().unwrap();
        wait_for("the command", || (fetching(&sandbox) == 1).then_some(()));
        change();
        sandbox.write("go", "");
        let done = send.wait_with_output().unwrap();
        let errors = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(1), "{errors}");
        assert!(errors.contains("another prompt"), "{errors}");
        fs::remove_file(sandbox.path("go")).unwrap();
    };
    refused(&|| {
        sandbox.ok(&["send", "p", "by hand"]);
        at("two: ");
    });
    sandbox.write("go", "");
    sandbox.ok(&["send", "p", "--secret", "slow"]);
    sandbox.ok(&[
        "expect",
        "p",
        "--from",
        "start",
        &format!("<{}>", regex::escape(CANARY)),
    ]);
    fs::remove_file(sandbox.path("go")).unwrap();
    refused(&|| {
        sandbox.ok(&["restart", "p"]);
        at("one: ");
    });
    // Of two that were meant for the same prompt, one is sent.
    at("one: ");
    let sends: Vec<Child> = (0..2)
        .map(|_| {
            let mut send = sandbox.muxpect(&["send", "p", "--secret", "slow"]);
            send.stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    wait_for("both commands", || (fetching(&sandbox) == 2).then_some(()));
    sandbox.write("go", "");
    let codes = sends
        .into_iter()
        .map(|send| send.wait_with_output().unwrap().status.code());
    let mut codes: Vec<_> = codes.collect();
    codes.sort_unstable();
    assert_eq!(codes, [Some(0), Some(1)]);
    at("two: ");
    check_replies(&sandbox, &["p"]);
    sandbox.ok(&["down", "s"]);
}

#[test]
fn a_headless_session_prints_no_secret() {
    let sandbox = Sandbox::new();
    let script = r#"p=$("$SSH_ASKPASS" "me@db1's password: "); echo "plain $p"; echo done"#;
    let server = Server::start(&sandbox, vec![pane(&sandbox, "p", script)], true);
    sandbox.wait_pane("p", |pane| !pane["exit"].is_null());
    sandbox.ok(&["down", "s"]);
    assert!(server.end().success());
    check_files(sandbox.path("").parent().unwrap());
    let log = fs::read_to_string(sandbox.path("p.log")).unwrap();
    assert_eq!(log, format!("plain {MASK}\ndone\n"));
}

#[test]
fn an_askpass_token_is_good_once_and_for_its_child_alone() {
    let sandbox = Sandbox::new();
    // The second question waits for a person, and ends with its pane.
    let script = r#"
        "$SSH_ASKPASS" "me@db1's password: " >/dev/null; echo "first $?"
        env >environment
        "$SSH_ASKPASS" "me@db1's password: " || echo "second $?""#;
    let server = Server::start(&sandbox, vec![pane(&sandbox, "p", script)], false);
    sandbox.ok(&["expect", "p", "--from", "start", "first 0"]);
    let environment = wait_for("the environment", || {
        let text = fs::read_to_string(sandbox.path("environment")).ok()?;
        text.contains("MUXPECT_ASKPASS_SOCKET").then_some(text)
    });
    let variable = |name: &str| {
        let lines = environment.lines();
        let value = lines
            .filter_map(|line| line.strip_prefix(name)?.strip_prefix('='))
            .next();
        value.unwrap().to_owned()
    };
    assert_eq!(variable("SSH_ASKPASS_REQUIRE"), "force");
    let token = variable("MUXPECT_ASKPASS_TOKEN");
    assert!(token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let helper = variable("SSH_ASKPASS");
    let target = fs::read_link(&helper).unwrap();
    assert_eq!(
        target,
        fs::canonicalize(env!("CARGO_BIN_EXE_muxpect")).unwrap()
    );

    let ask = |token: &str| {
        let mut command = sandbox.program(&helper);
        command
            .arg("me@db1's password: ")
            .env("MUXPECT_ASKPASS_TOKEN", token)
            .env("MUXPECT_ASKPASS_SOCKET", variable("MUXPECT_ASKPASS_SOCKET"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    };
    let done = ask("0123456789abcdef0123456789abcdef").output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    assert!(done.stdout.is_empty());
    assert!(String::from_utf8_lossy(&done.stderr).contains("token"));
    // With the true one it is a person who must answer.
    let stranger = ask(&token).spawn().unwrap();
    sandbox.ok(&["kill", "p"]);
    let done = stranger.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    assert!(done.stdout.is_empty());
    let done = sandbox.program(&helper).output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    sandbox.ok(&["down", "s"]);
    assert!(server.end().success());
}

#[test]
fn ssh_add_gets_its_passphrase_and_asks_a_person_when_it_is_wrong() {
    let sandbox = Sandbox::new();
    let key = |name: &str, passphrase: &str| {
        let mut command = sandbox.program("ssh-keygen");
        command.args([
            "-q", "-t", "ed25519", "-C", "", "-N", passphrase, "-f", name,
        ]);
        assert!(command.status().unwrap().success());
    };
    key("right", CANARY);
    key("wrong", "something else");
    let script = "ssh-agent ssh-add right";
    let other = "ssh-agent ssh-add wrong";
    let panes = vec![pane(&sandbox, "a", script), pane(&sandbox, "b", other)];
    let server = Server::start(&sandbox, panes, false);
    sandbox.ok(&["expect", "a", "--from", "start", "Identity added: right"]);
    sandbox.ok(&["wait", "a"]);
    // It asks again, and waits for a person, of whom it hears no more than that the pane has ended.
    let answered = |text: &str| text.matches(r#""event":"answered""#).count() == 2;
    wait_for("both answers", || {
        answered(&sandbox.ok(&["events"])).then_some(())
    });
    sandbox.ok(&["kill", "b"]);
    check_replies(&sandbox, &["a", "b"]);
    sandbox.ok(&["down", "s"]);
    assert!(server.end().success());
    check_files(sandbox.path("").parent().unwrap());
}

#[test]
fn a_server_leaves_no_core_and_its_children_keep_their_limit() {
    let sandbox = Sandbox::new();
    let script = r#"echo "limit $(ulimit -c)"; read end"#;
    let server = Server::start(&sandbox, vec![pane(&sandbox, "p", script)], false);
    let pid = i64::from(server.0.id());
    let own = Command::new("sh")
        .args(["-c", "ulimit -H -c"])
        .output()
        .unwrap();
    let own = String::from_utf8_lossy(&own.stdout).trim().to_owned();
    sandbox.ok(&[
        "expect",
        "p",
        "--from",
        "start",
        &format!("limit {own}\r?\n"),
    ]);
    let limits = fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    assert_eq!(
        core.unwrap().split_whitespace().nth(4),
        Some("0"),
        "{limits}"
    );
    signal(pid, "ABRT");
    let status = server.end();
    assert_eq!(status.signal(), Some(6));
    assert!(!status.core_dumped());
    for folder in [Path::new("/"), &sandbox.path("")] {
        let core = folder.join(format!("core.{pid}"));
        assert!(!core.exists());
    }
    // So that no later command waits for the dead server.
    fs::remove_file(sandbox.sockets().join("s.sock")).unwrap();
}

/// A variable that is a secret is in no server's environment, under whatever name, and under its own in
/// no child's; all others are.
#[test]
fn environments_tell_no_secret() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "muxpect.toml",
        "version = 1\n[session]\nname = \"s\"\n[secrets.token]\nenv = \"MX_TOKEN\"\n\
         [[pane]]\nname = \"p\"\n\
         cmd = [\"sh\", \"-c\", \"echo [$MX_OTHER] [$MX_TOKEN]; read end\"]\n",
    );
    let mut command = sandbox.muxpect(&["up", "-d"]);
    command.env("MX_OTHER", "caller").env("MX_TOKEN", CANARY);
    command.env("MX_COPY", format!("token={CANARY}"));
    assert!(command.status().unwrap().success());
    sandbox.ok(&["expect", "p", "--from", "start", "\\[caller\\] \\[\\]"]);
    let server = sandbox.json(&["ls", "--json"])[0]["pid"].as_i64().unwrap();
    let environment = fs::read(format!("/proc/{server}/environ")).unwrap();
    let environment = String::from_utf8_lossy(&environment);
    assert!(environment.contains("MX_OTHER=caller"), "{environment}");
    assert!(!environment.contains(CANARY) && !environment.contains("MX_COPY"));
}
