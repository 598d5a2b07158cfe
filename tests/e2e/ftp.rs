//! A dialogue with a server by rules alone: a real ftp client, a real ftp server on loopback.

use std::{
    fs,
    net::TcpListener,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::sandbox::{Sandbox, wait_for};

const PASSWORD: &str = "guest@example.org";

/// Logs in, puts a file, leaves; says what went wrong otherwise.
const RULES: &str = r#"
[[ruleset]]
name = "ftp"
start = "connecting"

[[ruleset.rule]]
name = "name"
match = '^Name \(.*\): $'
in = "connecting"
send = "anonymous"
goto = "login"

[[ruleset.rule]]
name = "password"
match = '[Pp]assword: ?$'
in = "login"
secret = "ftp"
goto = "session"

[[ruleset.rule]]
name = "refused"
view = "line"
match = '^ftp: .*[Rr]efused'
do = ["notify:connection refused"]
goto = "over"

[[ruleset.rule]]
name = "closed"
view = "line"
match = '^421 '
do = ["notify:connection closed"]
goto = "over"

[[ruleset.rule]]
name = "wrong"
view = "line"
match = '^530 '
do = ["notify:wrong password"]
goto = "over"
priority = 1

[[ruleset.rule]]
name = "prompt"
match = '^ftp> $'
in = "session"
# What the server says of the login comes first.
context = '(?m)^230 '
send = ["put myfile", "bye"]

[[ruleset.rule]]
name = "leave"
match = '^ftp> $'
in = "over"
send = "bye"

[[ruleset.rule]]
name = "slow"
event = "timeout"
after = "2s"
in = "connecting"
do = ["notify:no answer", "terminate"]

[[ruleset.rule]]
name = "finished"
event = "eof"
do = ["notify:program finished"]
"#;

/// A server on a free port, as the user that runs the test.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(sandbox: &Sandbox) -> Server {
        let port = free_port();
        let root = sandbox.path("served");
        fs::create_dir_all(root.join("incoming")).unwrap();
        // The server refuses a writable root.
        let passwords = sandbox.write("passwords", &format!("{PASSWORD}\n"));
        let config = sandbox.write(
            "vsftpd.conf",
            &format!(
                "listen=YES\nbackground=NO\nlisten_address=127.0.0.1\nlisten_port={port}\n\
                 run_as_launching_user=YES\nanonymous_enable=YES\nanon_root={root}/incoming\n\
                 allow_writeable_chroot=YES\nwrite_enable=YES\nanon_upload_enable=YES\n\
                 secure_email_list_enable=YES\nemail_password_file={passwords}\n\
                 seccomp_sandbox=NO\nxferlog_enable=NO\n",
                root = root.display(),
                passwords = passwords.display(),
            ),
        );
        let child = Command::new("/usr/sbin/vsftpd")
            .arg(config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_for("the ftp server", || {
            std::net::TcpStream::connect(("127.0.0.1", port)).ok()
        });
        Server { child, port }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Starts the client against a port, and returns the world it runs in.
fn client(sandbox: &Sandbox, port: u16, password: &str) {
    sandbox.write("myfile", "what is put\n");
    sandbox.write(
        "muxpect.toml",
        &format!(
            "version = 1\n[session]\nname = \"ftp\"\n[secrets.ftp]\nenv = \"FTP_PASSWORD\"\n\
             [[pane]]\nname = \"ftp\"\ncmd = [\"ftp\", \"127.0.0.1\", \"{port}\"]\nrules = [\"ftp\"]\n{RULES}"
        ),
    );
    let up = sandbox
        .muxpect(&["up", "-d"])
        .env("FTP_PASSWORD", password)
        .output()
        .unwrap();
    assert!(up.status.success(), "{up:?}");
}

/// Waits for the end and returns what the rules told, in order.
fn told(sandbox: &Sandbox) -> Vec<String> {
    sandbox.run(&["wait"]);
    let events = sandbox.events("ftp");
    let texts = events.iter().filter(|event| event["event"] == "notified");
    texts
        .map(|event| event["text"].as_str().unwrap().to_owned())
        .collect()
}

fn answers(sandbox: &Sandbox) -> Vec<Value> {
    let events = sandbox.events("ftp").into_iter();
    let answered = events.filter(|event| event["event"] == "answered");
    answered.map(|event| event["text"].clone()).collect()
}

#[test]
fn the_right_password_logs_in_and_puts_the_file() {
    let sandbox = Sandbox::new();
    let server = Server::start(&sandbox);
    client(&sandbox, server.port, PASSWORD);
    assert_eq!(told(&sandbox), ["program finished"]);
    assert_eq!(answers(&sandbox), ["anonymous", "***", "put myfile", "bye"]);
    let put = sandbox.path("served/incoming/myfile");
    assert_eq!(fs::read_to_string(put).unwrap(), "what is put\n");
    assert_eq!(sandbox.pane("ftp")["exit"]["code"], 0);
}

#[test]
fn a_wrong_password_is_told_and_not_tried_again() {
    let sandbox = Sandbox::new();
    let server = Server::start(&sandbox);
    client(&sandbox, server.port, "guess@example.org");
    assert_eq!(told(&sandbox), ["wrong password", "program finished"]);
    assert_eq!(answers(&sandbox), ["anonymous", "***", "bye"]);
    assert!(!sandbox.path("served/incoming/myfile").exists());
}

#[test]
fn a_refused_connection_is_told() {
    let sandbox = Sandbox::new();
    client(&sandbox, free_port(), PASSWORD);
    assert_eq!(told(&sandbox), ["connection refused", "program finished"]);
    assert_eq!(answers(&sandbox), ["bye"]);
}

#[test]
fn a_silent_server_is_a_timeout() {
    let sandbox = Sandbox::new();
    // Connections wait in its queue and are never taken.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    client(&sandbox, listener.local_addr().unwrap().port(), PASSWORD);
    assert_eq!(told(&sandbox), ["no answer", "program finished"]);
    assert!(answers(&sandbox).is_empty());
}

#[test]
fn a_server_that_hangs_up_ends_the_dialogue() {
    let sandbox = Sandbox::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    client(&sandbox, port, PASSWORD);
    drop(listener.accept().unwrap());
    assert_eq!(told(&sandbox), ["connection closed", "program finished"]);
    assert_eq!(answers(&sandbox), ["bye"]);
}
