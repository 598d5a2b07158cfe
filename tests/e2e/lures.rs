//! Secrets at the gate: what imitates a password prompt gets none, and true prompts get theirs.

use std::{fmt::Write as _, fs};

use crate::{
    sandbox::{Sandbox, project, wait_for},
    ssh::{Server, private_etc},
};

const SECRET: &str = "canary-5ecret-9f";

/// Programs that imitate a prompt by themselves: the pane's own command, so allowed by name.
const KINDS: &[&str] = &[
    "echo_on",
    "coloured_echo_on",
    "in_pieces_echo_on",
    "raw",
    "cbreak",
    "raw_with_echo",
    "raw_redrawn",
    "raw_then_echo_on",
    "nobody_reads",
    "line_ended",
    "text_behind",
    "cleared",
    "overwritten",
    "erased",
    "backspaced",
    "cursor_elsewhere",
    "cursor_within",
    "alternate_screen",
    "in_title",
    "in_device_string",
    "two_lines",
    "scrolled_away",
    "reset",
    "exits_at_once",
    "reads_a_pipe",
    "late_2000",
    "late_3000",
    "flash_1",
    "flash_5",
    "flash_10",
    "flash_15",
    "leaves_line_1",
    "leaves_line_8",
    "leaves_line_16",
    "leaves_erase_1",
    "leaves_erase_8",
    "leaves_erase_16",
    "leaves_clear_1",
    "leaves_clear_8",
    "leaves_clear_16",
    "leaves_text_1",
    "leaves_text_8",
    "leaves_text_16",
];

/// Programs in which something that is not allowed shows or reads the prompt: pane name and shell
/// command. `{lure}` is the imitator.
const COMMANDS: &[(&str, &str)] = &[
    ("cat-file", "PS1= exec bash --norc -i <prompt-then-tty"),
    ("bash-prompt", "PS1='Password: ' exec bash --norc -i"),
    ("sh-prompt", "PS1='Password: ' exec dash -i"),
    ("zsh-prompt", "PS1='Password: ' exec zsh -f -i"),
    (
        "cat-in-shell",
        "stty -echo; printf 'Password: '; cat >{out}; true",
    ),
    (
        "sh-read",
        "stty -echo; printf 'Password: '; read x; echo \"$x\" >{out}",
    ),
    (
        "bash-read",
        "exec bash -c 'read -s -p \"Password: \" x; echo \"$x\" >{out}'",
    ),
    (
        "nested",
        "bash -c 'bash -c \"{lure} true_prompt {out}; true\"; true'; true",
    ),
    ("in-shell", "{lure} true_prompt {out}; true"),
    ("other-name", "{lure} another_name {out}; true"),
    (
        "other-argv0",
        "bash -c 'stty -echo; printf \"Password: \"; exec -a ssh cat' >{out}; true",
    ),
    (
        "background",
        "stty -echo; (sleep 0.2; printf 'Password: ') & sleep 3; read x; echo \"$x\" >{out}",
    ),
    (
        "after-clear",
        "printf 'Password: '; clear; stty -echo; read x; echo \"$x\" >{out}",
    ),
    (
        "copied-ssh",
        "cp /bin/cat ssh; chmod 777 ssh; stty -echo; printf 'Password: '; ./ssh >{out}; true",
    ),
    (
        "mounted-ssh",
        "unshare --map-root-user --mount sh -c 'mount --bind /bin/cat /usr/bin/ssh; stty -echo; \
         printf \"Password: \"; /usr/bin/ssh >{out}; true'; true",
    ),
    (
        "second-reader",
        "cat <&2 >{out} & sleep 0.3; exec ssh-keygen -q -t ed25519 -f second",
    ),
    ("less", "exec less prompt"),
    ("vim", "exec vim -u NONE -N prompt"),
    (
        "python",
        "exec /usr/bin/python3 -q -i -c 'import sys; sys.ps1 = \"Password: \"'",
    ),
    ("gdb", "exec gdb -q -nx -ex 'set prompt Password: '"),
    ("sqlite", "exec sqlite3 -cmd '.prompt \"Password: \"'"),
    (
        "stopped",
        "exec bash --norc -i -c 'set -m; (stty -echo; printf \"Password: \"; kill -STOP $BASHPID); sleep 3'",
    ),
];

/// Returns a config in which each pane's rule would answer `Password: ` with the canary.
fn config(panes: &str, options: &str) -> String {
    format!(
        "version = 1\n[session]\nname = \"gate\"\n[secrets.canary]\nfile = \"canary\"\n{panes}\n\
         [[ruleset]]\nname = \"gate\"\n[[ruleset.rule]]\nname = \"password\"\n\
         match = '(?i)(password|passphrase)[^:]*: ?$'\nsecret = \"canary\"\n{options}"
    )
}

fn write_secret(sandbox: &Sandbox) {
    sandbox.write_private("canary", &format!("{SECRET}\n"));
}

fn pane(name: &str, command: &[&str], options: &str) -> String {
    let command = serde_json::to_string(command).unwrap();
    format!("[[pane]]\nname = \"{name}\"\ncmd = {command}\nrules = [\"gate\"]\n{options}\n")
}

/// Returns how often a secret was typed into a pane.
fn typed(sandbox: &Sandbox, pane: &str) -> usize {
    let events = sandbox.events(pane);
    let typed = |event: &&serde_json::Value| event["event"] == "answered" && event["text"] == "***";
    events.iter().filter(typed).count()
}

#[test]
fn lures_get_no_secret() {
    let sandbox = Sandbox::new();
    write_secret(&sandbox);
    sandbox.write("prompt", "Password: ");
    fs::create_dir(sandbox.path("got")).unwrap();
    let lure = project("tests/programs/lure.py");
    let lure = lure.to_str().unwrap();
    let got = |name: &str| sandbox.path("got").join(name).to_str().unwrap().to_owned();
    let mut panes = String::new();
    for kind in KINDS {
        let command = ["/usr/bin/python3", lure, kind, &got(kind)];
        panes += &pane(kind, &command, "");
    }
    for (name, command) in COMMANDS {
        let command = command
            .replace("{lure}", &format!("/usr/bin/python3 {lure}"))
            .replace("{out}", &got(name))
            .replace("<prompt-then-tty", "");
        panes += &pane(name, &["sh", "-c", &command], "");
    }
    // Six columns: the prompt wraps.
    let narrow = ["/usr/bin/python3", lure, "echo_on", &got("narrow")];
    panes += &pane("narrow", &narrow, "size = \"6x5\"");
    sandbox.write("muxpect.toml", &config(&panes, ""));
    sandbox.ok(&["up", "-d"]);
    // A file's text at a shell without a prompt of its own.
    sandbox.ok(&["send", "cat-file", "cat prompt"]);

    let watched = KINDS
        .iter()
        .copied()
        .chain(["narrow", "in-shell", "other-name"]);
    for name in watched {
        wait_for(&format!("{name} to end"), || {
            fs::exists(got(&format!("{name}.done")))
                .unwrap()
                .then_some(())
        });
    }
    let names = KINDS.iter().copied().chain(["narrow"]);
    for name in names.chain(COMMANDS.iter().map(|(name, _)| *name)) {
        assert_eq!(typed(&sandbox, name), 0, "{name}");
        let screen = sandbox.ok(&["screen", name, "--history", "100"]);
        assert!(!screen.contains(SECRET), "{name}: {screen}");
        if let Ok(text) = fs::read_to_string(got(name)) {
            assert!(!text.contains(&SECRET[..4]), "{name} was sent {text:?}");
        }
    }
    // Those that show a prompt and stay are handed to a person.
    let asks = sandbox.json(&["asks", "--json"]);
    let asked = |name: &str| {
        asks.as_array()
            .unwrap()
            .iter()
            .any(|ask| ask["pane"] == name)
    };
    for name in [
        "cat-in-shell",
        "sh-read",
        "bash-read",
        "bash-prompt",
        "cat-file",
        "copied-ssh",
        "mounted-ssh",
        "second-reader",
    ] {
        assert!(asked(name), "{name} is not among {asks}");
    }
}

#[test]
fn a_secret_that_cannot_be_had_is_asked_for_and_nothing_is_typed() {
    let sandbox = Sandbox::new();
    let sources = [
        ("fails", "command = [\"false\"]", "1"),
        (
            "missing",
            "command = [\"/no/such/program\"]",
            "No such file",
        ),
        (
            "hangs",
            "command = [\"sleep\", \"1000\"]\ntimeout = \"300ms\"",
            "300ms",
        ),
        (
            "two-lines",
            "command = [\"printf\", \"first-line\\nsecond-line\\n\"]",
            "line",
        ),
        ("empty", "command = [\"true\"]", "nothing"),
        ("short", "command = [\"echo\", \"short\"]", "6 characters"),
        ("open", "file = \"open\"", "open"),
        ("gone", "file = \"gone\"", "gone"),
        ("person", "ask = true", "person"),
    ];
    sandbox.write("open", "readable by everybody\n");
    let got = |name: &str| sandbox.path(&format!("got-{name}"));
    let mut config = "version = 1\n[session]\nname = \"gate\"\n".to_owned();
    for (name, source, _) in sources {
        let program = format!(
            "from getpass import getpass\ngot = getpass()\nopen({:?}, 'w').write(got)",
            got(name)
        );
        let command = serde_json::to_string(&["/usr/bin/python3", "-c", &program]).unwrap();
        write!(
            config,
            "[secrets.{name}]\n{source}\n[[pane]]\nname = \"{name}\"\ncmd = {command}\n\
             rules = [\"{name}\"]\n[[ruleset]]\nname = \"{name}\"\n[[ruleset.rule]]\n\
             match = 'Password: $'\nsecret = \"{name}\"\n"
        )
        .unwrap();
    }
    sandbox.write("muxpect.toml", &config);
    sandbox.ok(&["up", "-d"]);
    for (name, _, reason) in sources {
        let ask = wait_for(&format!("an ask of {name}"), || {
            let asks = sandbox.json(&["asks", "--json"]);
            let found = asks
                .as_array()
                .unwrap()
                .iter()
                .find(|ask| ask["pane"] == name);
            found.cloned()
        });
        let told = ask["reason"].as_str().unwrap();
        assert!(told.contains(reason) && told.contains(name), "{ask}");
        assert_eq!(typed(&sandbox, name), 0, "{name}");
        assert!(!got(name).exists(), "{name}");
        // The person knows it.
        sandbox.ok(&["answer", &ask["id"].to_string(), "by hand"]);
        wait_for("the program's end", || {
            (sandbox.pane(name)["state"] == "ended").then_some(())
        });
        assert_eq!(fs::read_to_string(got(name)).unwrap(), "by hand", "{name}");
    }
}

/// Runs a command that asks `prompts` times and is to end well.
fn check_true_prompt(sandbox: &Sandbox, name: &str, command: &[&str], prompts: usize, rule: &str) {
    write_secret(sandbox);
    let rule = format!("max = {prompts}\nper_minute = 10000\n{rule}");
    sandbox.write("muxpect.toml", &config(&pane(name, command, ""), &rule));
    sandbox.ok(&["up", "-d"]);
    let done = sandbox.run(&["wait"]);
    let screen = || sandbox.ok(&["screen", name, "--history", "50"]);
    assert_eq!(done.code, 0, "{name}: {}", screen());
    assert_eq!(typed(sandbox, name), prompts, "{name}: {}", screen());
}

const TIMES: usize = 100;

#[test]
fn getpass_is_answered() {
    let program = format!(
        "from getpass import getpass\nfor i in range({TIMES}):\n  print(i)\n  assert getpass() == '{SECRET}'\n"
    );
    check_true_prompt(
        &Sandbox::new(),
        "getpass",
        &["/usr/bin/python3", "-c", &program],
        TIMES,
        "",
    );
}

/// Echo goes off only some time after the prompt, with what was typed meanwhile thrown away.
#[test]
fn a_prompt_whose_echo_goes_off_late_is_answered() {
    let program = format!(
        "import sys, termios, time\n\
         for i in range({TIMES}):\n\
        \x20 print('Password: ', end='', flush=True)\n\
        \x20 time.sleep(0.05)\n\
        \x20 old = termios.tcgetattr(0); new = termios.tcgetattr(0); new[3] &= ~termios.ECHO\n\
        \x20 termios.tcsetattr(0, termios.TCSAFLUSH, new)\n\
        \x20 assert sys.stdin.readline() == '{SECRET}\\n'\n\
        \x20 termios.tcsetattr(0, termios.TCSAFLUSH, old)\n\
        \x20 print(i)\n"
    );
    check_true_prompt(
        &Sandbox::new(),
        "late",
        &["/usr/bin/python3", "-c", &program],
        TIMES,
        "",
    );
}

#[test]
fn bash_read_is_answered_where_it_is_allowed() {
    let program = format!(
        "for i in $(seq {TIMES}); do read -r -s -p 'Password: ' x; echo $i; [ \"$x\" = {SECRET} ] || exit 1; done"
    );
    check_true_prompt(
        &Sandbox::new(),
        "read",
        &["bash", "-c", &program],
        TIMES,
        "foreground = \"bash\"",
    );
}

#[test]
fn ssh_keygen_is_answered() {
    let sandbox = Sandbox::new();
    let mut program = String::new();
    write!(
        program,
        "i=0; while [ $i -lt {} ]; do i=$((i+1)); echo $i; ssh-keygen -q -t ed25519 -f key$i || exit 1; done",
        TIMES / 2
    )
    .unwrap();
    check_true_prompt(
        &sandbox,
        "keygen",
        &["sh", "-c", &program],
        TIMES / 2 * 2,
        "",
    );
    let check = sandbox
        .program("ssh-keygen")
        .args(["-y", "-P", SECRET, "-f", "key1"])
        .output()
        .unwrap();
    assert!(check.status.success(), "{check:?}");
}

/// Returns the words of a command with an /etc of its own.
fn with_private_etc(sandbox: &Sandbox, command: &[&str]) -> Vec<String> {
    let start = private_etc(sandbox, SECRET);
    let words = std::iter::once(start.get_program()).chain(start.get_args());
    words
        .map(|word| word.to_str().unwrap().to_owned())
        .chain(command.iter().map(ToString::to_string))
        .collect()
}

#[test]
fn sudo_is_answered() {
    let sandbox = Sandbox::new();
    let program = format!(
        "i=0; while [ $i -lt {TIMES} ]; do i=$((i+1)); sudo -k; sudo echo $i || exit 1; done"
    );
    let tester = [
        "setpriv",
        "--reuid=12345",
        "--regid=12345",
        "--clear-groups",
    ];
    let command = [&tester[..], &["sh", "-c", &program]].concat();
    let command = with_private_etc(&sandbox, &command);
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    check_true_prompt(&sandbox, "sudo", &command, TIMES, "");
}

/// A wrong password goes in once; what sudo asks then is a person's.
#[test]
fn case_30_sudo_with_a_wrong_password_asks() {
    let sandbox = Sandbox::new();
    sandbox.write_private("canary", "not the password\n");
    let tester = [
        "setpriv",
        "--reuid=12345",
        "--regid=12345",
        "--clear-groups",
    ];
    let command = [&tester[..], &["sudo", "echo", "done"]].concat();
    let command = with_private_etc(&sandbox, &command);
    let command = serde_json::to_string(&command).unwrap();
    sandbox.write(
        "muxpect.toml",
        &format!(
            "version = 1\n[session]\nname = \"gate\"\n[secrets.sudo]\nfile = \"canary\"\n\
             [[pane]]\nname = \"sudo\"\ncmd = {command}\nrules = [\"sudo\"]\n"
        ),
    );
    sandbox.ok(&["up", "-d"]);
    let ask = sandbox.wait_ask();
    assert_eq!(typed(&sandbox, "sudo"), 1);
    assert!(
        ask["prompt"]
            .as_str()
            .unwrap()
            .starts_with("[sudo] password"),
        "{ask}"
    );
    sandbox.ok(&["answer", &ask["id"].to_string(), SECRET]);
    assert_eq!(sandbox.run(&["wait"]).code, 0);
    assert!(sandbox.ok(&["screen"]).contains("done"));
}

#[test]
fn passwd_is_answered() {
    let sandbox = Sandbox::new();
    let program = format!(
        "i=0; while [ $i -lt {} ]; do i=$((i+1)); passwd tester || exit 1; done",
        TIMES / 2
    );
    let command = with_private_etc(&sandbox, &["sh", "-c", &program]);
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    check_true_prompt(&sandbox, "passwd", &command, TIMES / 2 * 2, "");
}

#[test]
fn ssh_is_answered() {
    let sandbox = Sandbox::new();
    let server = Server::start_with(&sandbox, SECRET);
    let program = format!(
        "i=0; while [ $i -lt {TIMES} ]; do i=$((i+1)); ssh -p {} -o UserKnownHostsFile=known \
         -o StrictHostKeyChecking=no -o PreferredAuthentications=password tester@127.0.0.1 echo $i || exit 1; done",
        server.port
    );
    check_true_prompt(&sandbox, "ssh", &["sh", "-c", &program], TIMES, "");
}
