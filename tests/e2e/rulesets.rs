//! The ruleset library at work: real programs in panes that use its rulesets by name.
//!
//! What a rule answers is read from the events, what it asks from the inbox; the program's own doing
//! shows whether it was right.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use serde_json::Value;

use crate::sandbox::{Sandbox, project, wait_for};

/// The interpreter of the system, whatever others are on the path.
const PYTHON: &str = "/usr/bin/python3";

/// Starts the pane `job` with these rulesets; `more` is the rest of the config.
fn start(sandbox: &Sandbox, command: &[&str], rulesets: &[&str], more: &str) {
    let config = format!(
        "version = 1\n[session]\nname = \"job\"\n\
         [[pane]]\nname = \"job\"\ncmd = {command:?}\nrules = {rulesets:?}\nsize = \"80x24\"\n{more}"
    );
    sandbox.write("muxpect.toml", &config);
    sandbox.ok(&["up", "-d"]);
}

/// Returns what the rules have sent, in order: the rule and its answer.
fn answers(sandbox: &Sandbox) -> Vec<(String, String)> {
    let events = sandbox.ok(&["events"]);
    let events = events
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let text = |event: &Value, key: &str| event[key].as_str().map(str::to_owned);
    events
        .filter(|event| event["event"] == "answered")
        .filter_map(|event| Some((text(&event, "rule")?, text(&event, "text")?)))
        .collect()
}

/// Waits until the rule asks, and returns the ask.
fn asked(sandbox: &Sandbox, rule: &str) -> Value {
    wait_for(&format!("an ask of {rule}"), || {
        let asks = sandbox.json(&["asks", "--json"]);
        let mut asks = asks.as_array().unwrap().iter();
        asks.find(|ask| ask["rule"] == rule).cloned()
    })
}

/// Waits until the rule asks, and answers as a person would.
fn reply(sandbox: &Sandbox, rule: &str, text: &str) {
    let ask = asked(sandbox, rule);
    sandbox.ok(&["answer", &ask["id"].to_string(), text]);
}

/// Waits until the program has ended, and returns its status.
fn ended(sandbox: &Sandbox) -> i32 {
    sandbox.run(&["wait", "job"]).code
}

fn strings(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(rule, text): &(&str, &str)| ((*rule).to_owned(), (*text).to_owned());
    pairs.iter().map(own).collect()
}

/// Waits until the events tell what a rule has to say.
fn notified(sandbox: &Sandbox, text: &str) {
    wait_for(text, || {
        sandbox.ok(&["events"]).contains(text).then_some(())
    });
}

const KEYGEN: &[&str] = &["ssh-keygen", "-t", "ed25519", "-C", "demo", "-f", "key"];

#[test]
fn ssh_keygen_gets_its_passphrase_and_overwrites_nothing() {
    let sandbox = Sandbox::new();
    let secret = "[secrets.ssh-keygen]\ncommand = [\"echo\", \"correct horse\"]\n";
    start(&sandbox, KEYGEN, &["ssh-keygen"], secret);
    assert_eq!(ended(&sandbox), 0, "{}", sandbox.ok(&["screen"]));
    let both = [
        ("ssh-keygen/passphrase", "***"),
        ("ssh-keygen/repetition", "***"),
    ];
    assert_eq!(answers(&sandbox), strings(&both));
    let opens = sandbox
        .program("ssh-keygen")
        .args(["-y", "-P", "correct horse", "-f", "key"])
        .output()
        .unwrap();
    assert!(opens.status.success(), "{opens:?}");
    let events = sandbox.ok(&["events"]);
    assert!(!events.contains("correct horse"), "{events}");

    let public = fs::read_to_string(sandbox.path("key.pub")).unwrap();
    sandbox.ok(&["restart", "job"]);
    let ask = asked(&sandbox, "ssh-keygen/overwrite");
    assert_eq!(ask["suggestion"], "n");
    sandbox.ok(&["answer", &ask["id"].to_string(), "--suggested"]);
    assert_eq!(ended(&sandbox), 1);
    assert_eq!(fs::read_to_string(sandbox.path("key.pub")).unwrap(), public);
}

#[test]
fn ssh_keygen_asks_without_a_secret() {
    let sandbox = Sandbox::new();
    start(&sandbox, KEYGEN, &["ssh-keygen"], "");
    reply(&sandbox, "ssh-keygen/passphrase", "one horse");
    reply(&sandbox, "ssh-keygen/repetition", "two horses");
    // They differ, so both are wanted again.
    sandbox.ok(&[
        "expect",
        "job",
        "Passphrases do not match",
        "--from",
        "start",
    ]);
    let again = wait_for("another ask", || {
        let asks = sandbox.json(&["asks", "--json"]);
        asks.as_array().unwrap().first().cloned()
    });
    let prompt = again["prompt"].as_str().unwrap();
    assert!(prompt.contains("empty for no passphrase"), "{again}");
    assert_eq!(answers(&sandbox), []);
}

#[test]
fn a_secret_is_sent_once_in_the_life_of_a_command() {
    let sandbox = Sandbox::new();
    let script = "ssh-keygen -q -t ed25519 -f one; ssh-keygen -q -t ed25519 -f two";
    let secret = "[secrets.ssh-keygen]\ncommand = [\"echo\", \"correct horse\"]\n";
    start(&sandbox, &["sh", "-c", script], &["ssh-keygen"], secret);
    let ask = asked(&sandbox, "ssh-keygen/passphrase");
    assert!(ask["reason"].as_str().unwrap().contains("again"), "{ask}");
    assert!(sandbox.path("one.pub").exists() && !sandbox.path("two.pub").exists());
    assert_eq!(answers(&sandbox).len(), 2);
}

/// Builds a package with one configuration file in a private root.
fn package(sandbox: &Sandbox, version: &str) {
    let control = format!(
        "Package: demo\nVersion: {version}\nArchitecture: all\n\
         Maintainer: Ada <ada@example.org>\nDescription: demo\n"
    );
    let folder = format!("demo-{version}");
    sandbox.write(&format!("{folder}/DEBIAN/control"), &control);
    sandbox.write(&format!("{folder}/DEBIAN/conffiles"), "/etc/demo.conf\n");
    sandbox.write(
        &format!("{folder}/etc/demo.conf"),
        &format!("version {version}\n"),
    );
    // dpkg wants no more than these rights.
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(sandbox.path(&format!("{folder}/DEBIAN")), mode).unwrap();
    let built = sandbox
        .program("dpkg-deb")
        .args(["-b", &folder])
        .output()
        .unwrap();
    assert!(built.status.success(), "{built:?}");
}

#[test]
fn case_30_dpkg_keeps_a_changed_configuration_file() {
    let sandbox = Sandbox::new();
    package(&sandbox, "1");
    package(&sandbox, "2");
    for name in ["status", "info/format", "updates/.keep"] {
        let text = if name == "info/format" { "1\n" } else { "" };
        sandbox.write(&format!("root/var/lib/dpkg/{name}"), text);
    }
    fs::remove_file(sandbox.path("root/var/lib/dpkg/updates/.keep")).unwrap();
    let root = format!("--root={}", sandbox.path("root").display());
    let log = format!("--log={}", sandbox.path("log").display());
    let force = "--force-not-root,bad-path";
    let install = |package| ["dpkg", &root, &log, force, "-i", package].map(str::to_owned);
    let first = install("demo-1.deb");
    let done = sandbox
        .program(&first[0])
        .args(&first[1..])
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
    sandbox.write("root/etc/demo.conf", "mine\n");

    let second = install("demo-2.deb");
    let second: Vec<&str> = second.iter().map(String::as_str).collect();
    start(&sandbox, &second, &["dpkg"], "");
    assert_eq!(ended(&sandbox), 0, "{}", sandbox.ok(&["screen"]));
    assert_eq!(answers(&sandbox), strings(&[("dpkg/keep-file", "N")]));
    notified(
        &sandbox,
        "job: kept the changed configuration file demo.conf",
    );
    let read = |name| fs::read_to_string(sandbox.path(name)).unwrap();
    assert_eq!(read("root/etc/demo.conf"), "mine\n");
    assert_eq!(read("root/etc/demo.conf.dpkg-dist"), "version 2\n");
}

#[test]
fn case_30_npm_init_takes_its_own_suggestions() {
    let sandbox = Sandbox::new();
    let folder = sandbox.path("demo");
    fs::create_dir(&folder).unwrap();
    let more = "cwd = \"demo\"\nenv = { npm_config_update_notifier = \"false\" }\n";
    start(&sandbox, &["npm", "init"], &["npm"], more);
    assert_eq!(ended(&sandbox), 0, "{}", sandbox.ok(&["screen"]));
    let answers = answers(&sandbox);
    let (last, questions) = answers.split_last().unwrap();
    assert_eq!(last, &("npm/write".to_owned(), String::new()));
    // How many there are is npm's matter; each was answered once.
    assert!(questions.len() >= 9, "{questions:?}");
    assert!(
        questions
            .iter()
            .all(|(rule, text)| rule == "npm/init" && text.is_empty())
    );
    let written = fs::read_to_string(folder.join("package.json")).unwrap();
    let written: Value = serde_json::from_str(&written).unwrap();
    assert_eq!(
        (&written["name"], &written["version"]),
        (&"demo".into(), &"1.0.0".into())
    );
}

#[test]
fn git_hands_each_hunk_to_a_person() {
    let sandbox = Sandbox::new();
    let git = |arguments: &[&str]| {
        let mut command = sandbox.program("git");
        let author = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
        let done = command.args(author).args(arguments).output().unwrap();
        assert!(done.status.success(), "{arguments:?}: {done:?}");
        String::from_utf8(done.stdout).unwrap()
    };
    git(&["init", "--quiet"]);
    let lines: Vec<String> = (1..=40).map(|n| format!("line {n}\n")).collect();
    sandbox.write("text", &lines.concat());
    git(&["add", "text"]);
    git(&["commit", "--quiet", "-m", "first"]);
    let changed = lines
        .concat()
        .replace("line 2\n", "two\n")
        .replace("line 39\n", "last\n");
    sandbox.write("text", &changed);

    start(&sandbox, &["git", "add", "-p"], &["git", "pagers"], "");
    let first = asked(&sandbox, "git/hunk");
    assert!(
        first["prompt"]
            .as_str()
            .unwrap()
            .starts_with("(1/2) Stage this hunk")
    );
    assert_eq!(first["suggestion"], Value::Null);
    sandbox.ok(&["answer", &first["id"].to_string(), "y"]);
    let second = wait_for("the second hunk", || {
        let ask = asked(&sandbox, "git/hunk");
        (ask["id"] != first["id"]).then_some(ask)
    });
    assert!(
        second["prompt"]
            .as_str()
            .unwrap()
            .starts_with("(2/2) Stage this hunk")
    );
    sandbox.ok(&["answer", &second["id"].to_string(), "n"]);
    assert_eq!(ended(&sandbox), 0);
    let staged = git(&["diff", "--cached"]);
    assert!(
        staged.contains("+two\n") && !staged.contains("+last\n"),
        "{staged}"
    );
    assert_eq!(answers(&sandbox), []);
}

#[test]
fn case_30_gdb_goes_on_without_pages_and_asks_before_it_acts() {
    let sandbox = Sandbox::new();
    start(&sandbox, &["gdb", "-q", "-nx"], &["gdb"], "");
    sandbox.ok(&["expect", "job", r"\(gdb\) ", "--from", "start"]);
    // More than a page of 24 lines.
    sandbox.ok(&[
        "expect",
        "job",
        "--send",
        "help data",
        r"\nCommand name abbreviations[^\n]*\n\(gdb\) ",
    ]);
    assert_eq!(answers(&sandbox), strings(&[("gdb/pages", "c")]));
    sandbox.ok(&["send", "job", "break nowhere"]);
    let pending = asked(&sandbox, "gdb/pending");
    assert_eq!(pending["suggestion"], "y");
    sandbox.ok(&["answer", &pending["id"].to_string(), "n"]);
    sandbox.ok(&["expect", "job", "--send", "break *0", "Breakpoint 1 at 0x0"]);
    sandbox.ok(&["send", "job", "delete"]);
    reply(&sandbox, "gdb/question", "y");
    sandbox.ok(&[
        "expect",
        "job",
        "--send",
        "info breakpoints",
        "No breakpoints",
    ]);
    sandbox.ok(&["send", "job", "quit"]);
    assert_eq!(ended(&sandbox), 0);
    assert_eq!(answers(&sandbox).len(), 1);
}

#[test]
fn case_30_python_pages_its_help_and_asks_for_passwords() {
    let sandbox = Sandbox::new();
    let more = "env = { PAGER = \"more\" }\n";
    start(&sandbox, &[PYTHON, "-q"], &["python", "pagers"], more);
    sandbox.ok(&["expect", "job", ">>> ", "--from", "start"]);
    sandbox.ok(&["expect", "job", "--send", "help(bool)", r"\n>>> "]);
    let pages = answers(&sandbox);
    assert!(pages.len() > 1, "{pages:?}");
    assert!(
        pages.iter().all(|(rule, _)| rule.starts_with("pagers/")),
        "{pages:?}"
    );
    sandbox.ok(&["send", "job", "import getpass; word = getpass.getpass()"]);
    reply(&sandbox, "python/password", "correct horse");
    // getpass drops what is typed before it has set the tty back.
    sandbox.ok(&["expect", "job", r"\n>>> "]);
    sandbox.ok(&["expect", "job", "--send", "len(word)", r"\n13\n>>> "]);
    let screen = sandbox.ok(&["screen"]);
    assert!(!screen.contains("correct horse"), "{screen}");
    sandbox.ok(&["send", "job", "exit()"]);
    assert_eq!(ended(&sandbox), 0);
}

#[test]
fn case_30_pagers_go_on_to_their_end() {
    let sandbox = Sandbox::new();
    let numbers: Vec<String> = (1..=60).map(|n| format!("line number {n}\n")).collect();
    sandbox.write("numbers", &numbers.concat());
    let commands: [(&[&str], &str); 3] = [
        // On the main screen each page is read, on the alternate one there is nothing to keep.
        (&["less", "-X", "numbers"], "pagers/less"),
        (&["more", "numbers"], "pagers/more"),
        (&["less", "numbers"], "pagers/less-alternate"),
    ];
    for (command, rule) in commands {
        start(&sandbox, command, &["pagers"], "");
        assert_eq!(ended(&sandbox), 0, "{command:?}");
        let answers = answers(&sandbox);
        assert!(
            answers.iter().any(|(name, _)| name == rule),
            "{command:?}: {answers:?}"
        );
        let text = sandbox.ok(&["screen", "--history", "100"]);
        let whole = text.contains("line number 30\n") && text.contains("line number 60\n");
        assert_eq!(
            whole,
            rule != "pagers/less-alternate",
            "{command:?}: {text}"
        );
        sandbox.ok(&["down"]);
    }
}

#[test]
fn errors_of_sqlite3_are_told() {
    let sandbox = Sandbox::new();
    start(&sandbox, &["sqlite3"], &["sqlite3"], "");
    sandbox.ok(&["expect", "job", "sqlite> ", "--from", "start"]);
    sandbox.ok(&["send", "job", "select * from absent;"]);
    notified(&sandbox, "no such table: absent");
    sandbox.ok(&["send", "job", ".quit"]);
    ended(&sandbox);
    assert_eq!(answers(&sandbox), []);
}

#[test]
fn case_30_questions_of_any_program_are_asked() {
    let sandbox = Sandbox::new();
    let script = "read -p 'Delete everything? [y/N] ' answer && echo \"got $answer\"
        select colour in red green; do echo \"took $colour\"; break; done
        read -s -p 'Vault passphrase: ' word && echo && echo \"${#word} characters\"
        read -p 'Your name: ' name";
    start(&sandbox, &["bash", "-c", script], &["questions"], "");
    reply(&sandbox, "questions/yes-no", "n");
    reply(&sandbox, "questions/list", "2");
    reply(&sandbox, "questions/password", "correct horse");
    sandbox.ok(&[
        "expect",
        "job",
        "13 characters\nYour name: ",
        "--from",
        "start",
    ]);
    let text = sandbox.ok(&["screen"]);
    assert!(
        text.contains("got n\n") && text.contains("took green\n"),
        "{text}"
    );
    // What is no question of these kinds is left alone.
    let quiet = sandbox.json(&["asks", "--json"]);
    assert_eq!(quiet, Value::Array(Vec::new()));
}

#[test]
fn dialog_boxes_are_asked_about() {
    let sandbox = Sandbox::new();
    let script = "dialog --yesno 'Format the disk?' 8 40";
    start(&sandbox, &["sh", "-c", script], &["dialog"], "");
    let ask = asked(&sandbox, "dialog/box");
    assert_eq!(ask["suggestion"], Value::Null);
    sandbox.ok(&["send", "job", "--key", "Tab", "--key", "Enter"]);
    assert_eq!(ended(&sandbox), 1, "the answer is no");
}

#[test]
fn case_30_menus_of_agents_are_suggested_and_no_more() {
    let sandbox = Sandbox::new();
    let program = project("tests/programs/agent.sh").display().to_string();
    let command = ["sh", &program, "boxed", "other", "plain"];
    start(&sandbox, &command, &["agents"], "");
    let boxed = asked(&sandbox, "agents/yes");
    assert_eq!(boxed["suggestion"], "Enter");
    sandbox.ok(&["answer", &boxed["id"].to_string(), "--suggested"]);
    sandbox.ok(&["expect", "job", "key 0[ad]", "--from", "start"]);
    let other = asked(&sandbox, "agents/choice");
    assert_eq!(other["suggestion"], Value::Null);
    sandbox.ok(&["send", "job", "--key", "Escape"]);
    let plain = asked(&sandbox, "agents/line");
    assert_eq!(plain["suggestion"], "y");
    sandbox.ok(&["answer", &plain["id"].to_string(), "n"]);
    sandbox.ok(&["expect", "job", "answer n", "--from", "start"]);
    assert_eq!(ended(&sandbox), 0);
}

/// A server for ssh that talks through pipes: no port, no account but one's own.
struct SshServer {
    proxy: String,
    fingerprint: String,
}

impl SshServer {
    fn new(sandbox: &Sandbox) -> SshServer {
        let keygen = |arguments: &[&str]| {
            let done = sandbox
                .program("ssh-keygen")
                .args(arguments)
                .output()
                .unwrap();
            assert!(done.status.success(), "{arguments:?}: {done:?}");
            String::from_utf8(done.stdout).unwrap()
        };
        keygen(&["-q", "-t", "ed25519", "-N", "", "-f", "host"]);
        keygen(&["-q", "-t", "ed25519", "-N", "correct horse", "-f", "user"]);
        let shown = keygen(&["-l", "-f", "host.pub"]);
        let fingerprint = shown.split(' ').nth(1).unwrap().to_owned();
        let path = |name: &str| sandbox.path(name).display().to_string();
        let config = format!(
            "HostKey {}\nAuthorizedKeysFile {}\nStrictModes no\nUsePAM no\nPidFile none\n\
             PermitRootLogin yes\nPasswordAuthentication no\nPrintLastLog no\n",
            path("host"),
            path("user.pub")
        );
        let config = sandbox.write("sshd", &config);
        let proxy = format!("/usr/sbin/sshd -i -f {}", config.display());
        assert!(
            Path::new("/usr/sbin/sshd").exists(),
            "openssh-server is installed"
        );
        SshServer { proxy, fingerprint }
    }

    /// Returns the command that logs in and runs `command`.
    fn login(&self, command: &str) -> Vec<String> {
        let proxy = format!("ProxyCommand={}", self.proxy);
        let options = [
            "ssh",
            "-F",
            "none",
            "-i",
            "user",
            "-o",
            "IdentitiesOnly=yes",
            "-o",
            "UserKnownHostsFile=known",
            "-o",
            "GlobalKnownHostsFile=none",
            "-o",
            &proxy,
            "-t",
            "web.example.org",
            command,
        ];
        options.map(str::to_owned).to_vec()
    }
}

#[test]
fn ssh_asks_about_a_host_and_sends_the_passphrase() {
    let sandbox = Sandbox::new();
    let server = SshServer::new(&sandbox);
    let command = server.login("echo inside");
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    let secret = "[secrets.ssh-key]\ncommand = [\"echo\", \"correct horse\"]\n";
    start(&sandbox, &command, &["ssh"], secret);
    let ask = asked(&sandbox, "ssh/host-key");
    assert_eq!(ask["suggestion"], Value::Null);
    assert!(!sandbox.path("known").exists(), "nothing is trusted yet");
    sandbox.ok(&["answer", &ask["id"].to_string(), "yes"]);
    sandbox.ok(&["expect", "job", "inside", "--from", "start"]);
    assert_eq!(ended(&sandbox), 0);
    assert_eq!(answers(&sandbox), strings(&[("ssh/passphrase", "***")]));
}

#[test]
fn case_30_a_host_is_trusted_by_its_fingerprint_alone() {
    let sandbox = Sandbox::new();
    let server = SshServer::new(&sandbox);
    let command = server.login("true");
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    let pinned = |fingerprint: &str| {
        format!(
            "[[ruleset]]\nname = \"web\"\n[[ruleset.rule]]\nname = \"host-key\"\n\
             match = 'continue connecting \\(yes/no/\\[fingerprint\\]\\)\\? $'\n\
             send = \"{fingerprint}\"\npriority = 1\n"
        )
    };
    // ssh itself compares: a wrong one is not enough, and a person is asked.
    let wrong = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    start(&sandbox, &command, &["web", "ssh"], &pinned(wrong));
    let ask = asked(&sandbox, "ssh/host-key");
    assert!(
        ask["prompt"].as_str().unwrap().starts_with("Please type"),
        "{ask}"
    );
    assert_eq!(answers(&sandbox), strings(&[("web/host-key", wrong)]));
    sandbox.ok(&["down"]);
    assert!(!sandbox.path("known").exists());

    start(
        &sandbox,
        &command,
        &["web", "ssh"],
        &pinned(&server.fingerprint),
    );
    reply(&sandbox, "ssh/passphrase", "correct horse");
    assert_eq!(ended(&sandbox), 0, "{}", sandbox.ok(&["screen"]));
    let given = strings(&[("web/host-key", &server.fingerprint)]);
    assert_eq!(answers(&sandbox), given);
    assert!(sandbox.path("known").exists());

    // The same by what ssh shows, which is on the screen above its question.
    fs::remove_file(sandbox.path("known")).unwrap();
    sandbox.ok(&["down"]);
    let shown = format!(
        "[vars]\nhost_key = \"{}\"\n[[ruleset]]\nname = \"web\"\n[[ruleset.rule]]\n\
         name = \"host-key\"\nview = \"screen\"\n\
         match = 'fingerprint is (?<shown>SHA256:[A-Za-z0-9+/]{{43}})\\.[^?]*continue connecting \\(yes/no/\\[fingerprint\\]\\)\\?$'\n\
         equals = {{ shown = \"{{var.host_key}}\" }}\notherwise = \"ask\"\nsend = \"yes\"\n",
        server.fingerprint
    );
    start(&sandbox, &command, &["web"], &shown);
    sandbox.ok(&[
        "expect",
        "job",
        "Enter passphrase for key",
        "--from",
        "start",
    ]);
    assert_eq!(answers(&sandbox), strings(&[("web/host-key", "yes")]));
}
