//! Logging in to a real sshd on loopback by rules: the host key's fingerprint, the password, and
//! what the remote side may not get.

use std::process::{Child, Command, Stdio};

use crate::{
    ftp::free_port,
    sandbox::{Sandbox, project, wait_for},
};

const PASSWORD: &str = "correct horse 7";

/// An sshd with an /etc of its own, in which the user `tester` has a password.
pub struct Server {
    child: Child,
    pub port: u16,
    fingerprint: String,
}

impl Server {
    pub fn start(sandbox: &Sandbox) -> Server {
        Server::start_with(sandbox, PASSWORD)
    }

    /// Starts one where `tester` has this password.
    pub fn start_with(sandbox: &Sandbox, password: &str) -> Server {
        let port = free_port();
        let key = sandbox.path("host_key");
        let keygen = ["-q", "-t", "ed25519", "-N", "", "-f", key.to_str().unwrap()];
        assert!(
            Command::new("ssh-keygen")
                .args(keygen)
                .status()
                .unwrap()
                .success()
        );
        let shown = Command::new("ssh-keygen").arg("-lf").arg(&key).output();
        let shown = String::from_utf8(shown.unwrap().stdout).unwrap();
        let fingerprint = shown.split(' ').nth(1).unwrap().to_owned();
        let config = sandbox.write(
            "sshd_config",
            &format!(
                "ListenAddress 127.0.0.1:{port}\nHostKey {}\nPidFile none\nUsePAM no\n\
                 PasswordAuthentication yes\nPrintMotd no\nPrintLastLog no\nStrictModes no\n\
                 MaxStartups 100\n",
                key.display()
            ),
        );
        let mut command = private_etc(sandbox, password);
        let child = command
            .args(["/usr/sbin/sshd", "-D", "-e", "-f"])
            .arg(config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_for("sshd", || {
            std::net::TcpStream::connect(("127.0.0.1", port)).ok()
        });
        Server {
            child,
            port,
            fingerprint,
        }
    }

    /// Returns the command of a pane that logs in.
    pub fn login(&self) -> String {
        format!(
            "[\"ssh\", \"-p\", \"{}\", \"-o\", \"UserKnownHostsFile=known\", \"-o\", \
             \"PreferredAuthentications=password\", \"tester@127.0.0.1\"]",
            self.port
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Returns the beginning of a command that runs with an /etc of its own, in which `tester` has
/// this password.
pub fn private_etc(sandbox: &Sandbox, password: &str) -> Command {
    let hash = Command::new("openssl")
        .args(["passwd", "-6", password])
        .output()
        .unwrap();
    let hash = String::from_utf8(hash.stdout).unwrap();
    let mut command = Command::new("sh");
    command
        .arg(project("tests/programs/private-etc.sh"))
        .arg(sandbox.path("private"))
        .arg(hash.trim());
    command
}

/// Rules for a login. The fingerprint is that of a key that was seen before, by other means.
fn config(login: &str, fingerprint: &str) -> String {
    format!(
        r#"
version = 1
[session]
name = "login"
[secrets.server]
file = "password"
[[pane]]
name = "ssh"
cmd = {login}
rules = ["login"]
[[ruleset]]
name = "login"
[[ruleset.rule]]
name = "host-key"
match = 'Are you sure you want to continue connecting \(yes/no/\[fingerprint\]\)\? $'
context = 'key fingerprint is {}\.'
otherwise = "ask"
send = "yes"
[[ruleset.rule]]
name = "password"
match = "^tester@127\\.0\\.0\\.1's password: $"
secret = "server"
"#,
        regex::escape(fingerprint)
    )
}

/// Returns how often a rule typed a secret.
fn secrets_typed(sandbox: &Sandbox) -> usize {
    let events = sandbox.events("ssh");
    let typed = |event: &&serde_json::Value| {
        event["event"] == "answered" && event["rule"] == "login/password"
    };
    events.iter().filter(typed).count()
}

#[test]
fn a_first_login_is_answered_and_a_second_password_prompt_is_not() {
    let sandbox = Sandbox::new();
    let server = Server::start(&sandbox);
    sandbox.write_private("password", &format!("{PASSWORD}\n"));
    sandbox.write(
        "muxpect.toml",
        &config(&server.login(), &server.fingerprint),
    );
    sandbox.ok(&["up", "-d"]);
    sandbox.ok(&["expect", "ssh", r"(?m)^\$ $", "--view", "prompt"]);
    assert_eq!(secrets_typed(&sandbox), 1);
    assert_eq!(sandbox.json(&["asks", "--json"]), serde_json::json!([]));

    // The remote shell prints the same prompt, once as text and once as a true prompt of its own.
    let prompt = "tester@127.0.0.1's password: ";
    sandbox.ok(&[
        "send",
        "ssh",
        &format!("printf \"{prompt}\"; read x; echo got:$x."),
    ]);
    let ask = sandbox.wait_ask();
    assert_eq!(ask["prompt"], prompt);
    sandbox.ok(&["answer", &ask["id"].to_string(), "nothing"]);
    sandbox.ok(&["expect", "ssh", "got:nothing\\."]);

    let remote = format!("stty -echo; printf \"{prompt}\"; read y; stty echo; echo got:$y.");
    sandbox.ok(&["send", "ssh", &remote]);
    let ask = sandbox.wait_ask();
    assert_eq!(ask["prompt"], prompt);
    sandbox.ok(&["answer", &ask["id"].to_string(), "nothing"]);
    sandbox.ok(&["expect", "ssh", "got:nothing\\."]);
    assert_eq!(secrets_typed(&sandbox), 1);
    assert!(
        !sandbox
            .ok(&["screen", "ssh", "--history", "100"])
            .contains(PASSWORD)
    );
    sandbox.ok(&["send", "ssh", "exit"]);
    assert_eq!(sandbox.run(&["wait"]).code, 0);
}

#[test]
fn an_unknown_fingerprint_is_a_persons_to_judge() {
    let sandbox = Sandbox::new();
    let server = Server::start(&sandbox);
    sandbox.write_private("password", &format!("{PASSWORD}\n"));
    let other = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";
    sandbox.write("muxpect.toml", &config(&server.login(), other));
    sandbox.ok(&["up", "-d"]);
    let pane = sandbox.wait_pane("ssh", |pane| pane["attention"] == "asking");
    assert_eq!(pane["fired"], 0);
    let asks = sandbox.json(&["asks", "--json"]);
    assert_eq!(asks[0]["rule"], "login/host-key");
    assert_eq!(asks[0]["suggestion"], "yes");
    assert!(
        asks[0]["reason"].as_str().unwrap().contains("fingerprint"),
        "{asks}"
    );
    // The person says no.
    sandbox.ok(&["answer", &asks[0]["id"].to_string(), "no"]);
    assert_eq!(sandbox.run(&["wait"]).code, 255);
    assert_eq!(secrets_typed(&sandbox), 0);
}

#[test]
fn a_wrong_password_is_sent_once_and_then_asked() {
    let sandbox = Sandbox::new();
    let server = Server::start(&sandbox);
    sandbox.write_private("password", "not the password\n");
    sandbox.write(
        "muxpect.toml",
        &config(&server.login(), &server.fingerprint),
    );
    sandbox.ok(&["up", "-d"]);
    let ask = sandbox.wait_ask();
    assert_eq!(ask["rule"], "login/password");
    assert_eq!(secrets_typed(&sandbox), 1);
    sandbox.ok(&["answer", &ask["id"].to_string(), PASSWORD]);
    sandbox.ok(&["expect", "ssh", r"(?m)^\$ $", "--view", "prompt"]);
}

/// ssh asks by its own way: the host key's question is a person's, the password is the pane's, and
/// nothing is typed.
#[test]
fn askpass_logs_in_without_a_prompt() {
    let sandbox = Sandbox::new();
    let server = Server::start(&sandbox);
    sandbox.write_private("password", &format!("{PASSWORD}\n"));
    sandbox.write(
        "muxpect.toml",
        &format!(
            "version = 1\n[session]\nname = \"login\"\n[secrets.server]\nfile = \"password\"\n\
             [[pane]]\nname = \"ssh\"\ncmd = {}\naskpass = \"server\"\n",
            server.login()
        ),
    );
    sandbox.ok(&["up", "-d"]);
    let ask = sandbox.wait_ask();
    let prompt = ask["prompt"].as_str().unwrap();
    assert!(prompt.contains(&server.fingerprint), "{ask}");
    sandbox.ok(&["answer", &ask["id"].to_string(), "yes"]);
    sandbox.ok(&["expect", "ssh", r"(?m)^\$ $", "--view", "prompt"]);
    let events = sandbox.events("ssh");
    let passed = |event: &&serde_json::Value| event["rule"] == "askpass" && event["text"] == "***";
    assert_eq!(events.iter().filter(passed).count(), 1);
    let screen = sandbox.ok(&["screen", "ssh", "--history", "100"]);
    assert!(!screen.contains("password:"), "{screen}");
}

/// The password at the jump host; that at the server behind it is [`PASSWORD`].
const OTHER_PASSWORD: &str = "battery staple 8";

/// Logs in through a jump host, with these lines for the pane and its rules: a person types the
/// password of the jump host, and only that; the server gets its own.
fn check_jump(prefix: &str, lines: &str) {
    let (sandbox, other) = (Sandbox::new(), Sandbox::new());
    let server = Server::start(&sandbox);
    let jump = Server::start_with(&other, OTHER_PASSWORD);
    sandbox.write_private("password", PASSWORD);
    sandbox.write(
        "ssh_config",
        "StrictHostKeyChecking no\nUserKnownHostsFile known\nLogLevel ERROR\n\
         PreferredAuthentications password\n",
    );
    let config = format!(
        r#"
version = 1
[session]
name = "login"
[secrets.server]
file = "password"
[[pane]]
name = "ssh"
cmd = [{prefix} "ssh", "-F", "ssh_config", "-J", "tester@localhost:{}", "-p", "{}", "tester@127.0.0.1"]
{lines}
"#,
        jump.port, server.port
    );
    sandbox.write("muxpect.toml", &config);
    sandbox.ok(&["up", "-d"]);
    let ask = sandbox.wait_ask();
    assert_eq!(ask["prompt"], "tester@localhost's password: ");
    let typed = || {
        let events = sandbox.events("ssh");
        let typed = events
            .iter()
            .filter(|event| event["event"] == "answered" && event["rule"].is_string());
        typed.count()
    };
    assert_eq!(typed(), 0);
    sandbox.ok(&["answer", &ask["id"].to_string(), OTHER_PASSWORD]);
    sandbox.ok(&["expect", "ssh", r"(?m)^\$ $", "--view", "prompt"]);
    assert_eq!(typed(), 1);
    assert_eq!(sandbox.json(&["asks", "--json"]), serde_json::json!([]));
    // What the person typed is masked from then on.
    sandbox.ok(&["send", "ssh", &format!("echo '{OTHER_PASSWORD}'")]);
    let mask = "*".repeat(OTHER_PASSWORD.len());
    let screen = wait_for("the mask", || {
        let screen = sandbox.ok(&["screen", "ssh", "--history", "100"]);
        screen.contains(&mask).then_some(screen)
    });
    assert!(!screen.contains(OTHER_PASSWORD), "{screen}");
    sandbox.ok(&["send", "ssh", "exit"]);
    assert_eq!(sandbox.run(&["wait"]).code, 0);
}

#[test]
fn a_jump_host_gets_no_secret_of_a_rule() {
    check_jump(
        "",
        r#"
rules = ["login"]
[[ruleset]]
name = "login"
[[ruleset.rule]]
name = "password"
match = "^tester@127\\.0\\.0\\.1's password: $"
secret = "server"
[[ruleset.rule]]
name = "other"
match = "password: $"
do = ["ask"]
"#,
    );
}

#[test]
fn a_jump_host_gets_no_secret_by_askpass() {
    check_jump("", "askpass = \"server\"");
    // By whatever name ssh goes, and whoever starts it.
    let slogin =
        r#""sh", "-c", "ln -s $(command -v ssh) slogin; shift; ./slogin \"$@\"; exit $?", "sh", "#;
    check_jump(slogin, "askpass = \"server\"");
}
