//! Starts and ends: of children, clients and servers, by plan and by force.

use std::{
    os::unix::process::CommandExt,
    process::{Command, Stdio},
    thread,
};

use serde_json::json;

use crate::sandbox::{PATIENCE, Sandbox, is_alive, signal, wait_for};

#[test]
fn no_output_is_lost_at_exit() {
    const LINES: usize = 64 * 1024;
    const LINE: &str = "sixty-two characters and a line end, sixty-five thousand times";
    const TIMES: usize = 200;
    let sandbox = Sandbox::new();
    let script = format!("yes '{LINE}' | head -n {LINES}; printf 'the end'");
    sandbox.start("p", &script);
    let mut expected = 0;
    for round in 1..=TIMES {
        assert_eq!(sandbox.run(&["wait", "p"]).code, 0);
        // The tty makes each LF a CR LF: 4 MiB.
        expected += LINES * (LINE.len() + 2) + "the end".len();
        let pane = sandbox.pane("p");
        assert_eq!(pane["offset"], json!(expected), "round {round}");
        let found = sandbox.json(&["expect", "p", "--json", "times\nthe end"]);
        assert_eq!(found["index"], 0, "round {round}");
        if round < TIMES {
            sandbox.ok(&["restart", "p"]);
        }
    }
}

#[test]
fn twenty_starts_at_once_make_one_server() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "muxpect.toml",
        "version = 1\n[session]\nname = \"race\"\n[[pane]]\nname = \"p\"\ncmd = [\"cat\"]\n",
    );
    let children: Vec<_> = (0..20)
        .map(|_| {
            sandbox
                .muxpect(&["up", "-d"])
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let sessions = sandbox.json(&["ls", "--json"]);
    assert_eq!(sessions.as_array().unwrap().len(), 1, "{sessions}");
    assert_eq!(sessions[0]["panes"], 1);
}

#[test]
fn a_name_can_be_used_again_while_its_session_goes_down() {
    let sandbox = Sandbox::new();
    for round in 0..10 {
        sandbox.ok(&["-s", "again", "run", "-d", "--", "cat"]);
        let mut down = sandbox.muxpect(&["-s", "again", "down"]).spawn().unwrap();
        let start = sandbox.run(&["-s", "again", "run", "-d", "--", "cat"]);
        assert!(down.wait().unwrap().success(), "round {round}");
        // It reached either the old server before it closed, or a new one.
        assert!(
            start.code == 0 || start.stderr.contains("again"),
            "round {round}: {start:?}"
        );
        sandbox.run(&["-s", "again", "down"]);
    }
}

#[test]
fn a_killed_server_leaves_nothing_in_the_way() {
    let sandbox = Sandbox::new();
    sandbox.ok(&["run", "-d", "--name", "p", "--", "cat"]);
    let server = sandbox.json(&["ls", "--json"])[0]["pid"].as_i64().unwrap();
    let child = sandbox.pane("p")["pid"].as_i64().unwrap();
    signal(server, "KILL");
    wait_for("the child's hangup", || (!is_alive(child)).then_some(()));
    assert_eq!(sandbox.json(&["ls", "--json"]), json!([]));
    sandbox.ok(&["run", "-d", "--name", "p", "--", "cat"]);
    assert_eq!(sandbox.pane("p")["state"], "running");
}

#[test]
fn a_stop_reaches_those_who_ignore_signals() {
    let sandbox = Sandbox::new();
    let script = "trap '' HUP INT TERM; echo ready; while :; do sleep 1; done";
    sandbox.write(
        "muxpect.toml",
        &format!(
            "version = 1\n[session]\nname = \"s\"\n[[pane]]\nname = \"p\"\nshell = {script:?}\nstop = [\"HUP\", \"50ms\", \"TERM\", \"50ms\"]\n"
        ),
    );
    sandbox.ok(&["up", "-d"]);
    sandbox.ok(&["expect", "p", "ready"]);
    sandbox.ok(&["stop", "p"]);
    assert_eq!(sandbox.pane("p")["exit"], json!({"signal": "SIGKILL"}));
}

#[test]
fn case_18_a_grandchild_may_keep_the_tty() {
    let sandbox = Sandbox::new();
    // The grandchild ignores the hangup at its leader's end and speaks later.
    let script = "(trap '' HUP; echo $$ >started; sleep 1; echo late) & while ! [ -s started ]; do :; done; exit 4";
    sandbox.start("p", script);
    let pane = sandbox.wait_pane("p", |pane| !pane["exit"].is_null());
    assert_eq!(pane["exit"], json!({"code": 4}));
    sandbox.ok(&["expect", "p", "late"]);
    assert_eq!(sandbox.run(&["wait", "p"]).code, 4);
}

#[test]
fn case_22_a_child_that_never_reads_delays_nobody() {
    let sandbox = Sandbox::new();
    sandbox.start("deaf", "stty raw -echo; echo ready; exec sleep 1000");
    sandbox.ok(&["run", "-d", "--name", "cat", "--", "cat"]);
    sandbox.ok(&["expect", "deaf", "ready"]);
    let much = "x".repeat(60_000);
    let full = wait_for("a full queue", || {
        let done = sandbox.run(&["send", "deaf", &much]);
        (done.code != 0).then_some(done)
    });
    assert_eq!(full.code, 1, "{full:?}");
    assert!(full.stderr.contains("does not read"), "{}", full.stderr);
    sandbox.ok(&["expect", "cat", "--send", "hello", "hello\nhello"]);
    // What waits for it ends with it.
    sandbox.ok(&["kill", "deaf"]);
    sandbox.wait_pane("deaf", |pane| pane["state"] == "ended");
}

#[test]
fn a_child_that_closes_its_tty_lives_on() {
    let sandbox = Sandbox::new();
    let closes = "echo up; exec <&- >&- 2>&-; until [ -e go ]; do sleep 0.01; done; exit 5";
    sandbox.start("p", closes);
    // Nothing is known of a tty that nobody holds.
    sandbox.wait_pane("p", |pane| pane["echo"].is_null());
    sandbox.write("go", "");
    sandbox.wait_pane("p", |pane| pane["exit"]["code"] == 5);
}

#[test]
fn a_flood_delays_nobody() {
    let sandbox = Sandbox::new();
    sandbox.ok(&["run", "-d", "--name", "flood", "--", "yes"]);
    sandbox.ok(&["run", "-d", "--name", "cat", "--", "cat"]);
    for round in 0..20 {
        let text = format!("hello {round}");
        sandbox.ok(&["expect", "cat", "--send", &text, &format!("{text}\n{text}")]);
    }
    assert_eq!(sandbox.pane("flood")["state"], "running");
    sandbox.ok(&["kill", "flood"]);
}

#[test]
fn another_user_is_refused() {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("only root can become another user; not tested");
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.ok(&["run", "-d", "--", "cat"]);
    // The folder is private, so another user does not even reach the socket.
    let other = |arguments: &[&str]| {
        let mut command = sandbox.program("setpriv");
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]);
        command.arg(env!("CARGO_BIN_EXE_muxpect")).args(arguments);
        crate::sandbox::Done::from(command.stdin(Stdio::null()).output().unwrap())
    };
    let open = |path: &std::path::Path, mode| {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(path, mode).unwrap();
    };
    let root = sandbox.sockets().parent().unwrap().to_owned();
    open(&root, 0o755);
    let refused = other(&["ps"]);
    assert_ne!(refused.code, 0);
    assert!(
        refused.stderr.contains("belongs to user 0"),
        "{}",
        refused.stderr
    );
    // Even where folder and socket are open to all, the server looks at who connects.
    open(&sandbox.sockets(), 0o755);
    open(&sandbox.sockets().join("main.sock"), 0o666);
    let script = "socket(S, PF_UNIX, SOCK_STREAM, 0) && connect(S, sockaddr_un($ARGV[0])) or die $!; \
        $heard = <S>; print defined $heard ? $heard : 'nothing'";
    let mut command = sandbox.program("setpriv");
    command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]);
    command.args(["perl", "-MSocket", "-e", script]);
    let output = command
        .arg(sandbox.sockets().join("main.sock"))
        .output()
        .unwrap();
    let heard = String::from_utf8_lossy(&output.stdout);
    assert_eq!(
        heard,
        "nothing",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    open(&sandbox.sockets(), 0o700);
    sandbox.ok(&["ps"]);
}

#[test]
fn children_get_a_clean_process() {
    let sandbox = Sandbox::new();
    let script = "ls -l /proc/self/fd | grep -c pts; ls /proc/self/fd | wc -l; \
        grep -E 'SigBlk|SigIgn' /proc/self/status; echo \"$TERM $MUXPECT_SESSION $MUXPECT_PANE [$TMUX]\"; tty; echo done";
    let mut command = sandbox.muxpect(&["run", "-d", "--name", "p", "--", "sh", "-c", script]);
    command.env("TMUX", "stale");
    assert!(command.status().unwrap().success());
    sandbox.ok(&["expect", "p", "done"]);
    let screen = sandbox.ok(&["screen", "p"]);
    let lines: Vec<&str> = screen.lines().collect();
    // ls itself holds the folder it lists: three for the tty and that one.
    assert_eq!(lines[1].trim(), "4", "{screen}");
    for mask in ["SigBlk:", "SigIgn:"] {
        let line = lines
            .iter()
            .find_map(|line| line.strip_prefix(mask))
            .unwrap();
        // The C library keeps signals 32 and up for itself, and leaves them ignored at times.
        let signals = u64::from_str_radix(line.trim(), 16).unwrap() & 0x7fff_ffff;
        assert_eq!(signals, 0, "{screen}");
    }
    assert!(screen.contains("main p []"), "{screen}");
    assert!(screen.contains("/dev/pts/"), "{screen}");
}

#[test]
fn many_children_leave_no_zombies_and_no_descriptors() {
    let sandbox = Sandbox::new();
    sandbox.ok(&["run", "-d", "--name", "keep", "--", "cat"]);
    let server = sandbox.json(&["ls", "--json"])[0]["pid"].as_i64().unwrap();
    let descriptors = || {
        std::fs::read_dir(format!("/proc/{server}/fd"))
            .unwrap()
            .count()
    };
    let before = descriptors();
    for _ in 0..5 {
        let mut arguments = vec!["run", "-d", "--", "true"];
        for _ in 0..9 {
            arguments.extend([":::", "true"]);
        }
        sandbox.ok(&arguments);
        let panes = sandbox.json(&["ps", "--json"]);
        let names: Vec<String> = panes
            .as_array()
            .unwrap()
            .iter()
            .map(|pane| pane["name"].as_str().unwrap().to_owned())
            .filter(|name| name != "keep")
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        sandbox.run(&[&["wait"], &names[..]].concat());
        sandbox.ok(&[&["rm"], &names[..]].concat());
    }
    wait_for("the descriptors to go back", || {
        (descriptors() <= before).then_some(())
    });
    let children = Command::new("ps")
        .args(["--ppid", &server.to_string(), "-o", "stat="])
        .output()
        .unwrap();
    let states = String::from_utf8_lossy(&children.stdout).into_owned();
    assert!(!states.contains('Z'), "{states}");
}

#[test]
fn closed_standard_streams_do_no_harm() {
    let sandbox = Sandbox::new();
    let muxpect = env!("CARGO_BIN_EXE_muxpect");
    for closing in ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"] {
        let script = format!("exec {muxpect} run -d -- cat {closing}");
        let status = sandbox
            .program("sh")
            .args(["-c", &script])
            .status()
            .unwrap();
        assert!(status.success(), "{closing}");
    }
    let panes = sandbox.json(&["ps", "--json"]);
    assert_eq!(panes.as_array().unwrap().len(), 4);
    let script = format!("exec {muxpect} attach <&-");
    let done = crate::sandbox::Done::from(
        sandbox
            .program("sh")
            .args(["-c", &script])
            .output()
            .unwrap(),
    );
    assert_eq!(done.code, 2, "{done:?}");
}

#[test]
fn strangers_on_the_socket_are_hung_up_on() {
    use std::io::{Read, Write};

    let sandbox = Sandbox::new();
    sandbox.ok(&["run", "-d", "--", "cat"]);
    let socket = sandbox.sockets().join("main.sock");
    let mut garbage = std::os::unix::net::UnixStream::connect(&socket).unwrap();
    garbage.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let idle = std::os::unix::net::UnixStream::connect(&socket).unwrap();
    for mut stream in [garbage, idle] {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut text = String::new();
        // A reset is as good an end as any.
        let _ = stream.read_to_string(&mut text);
    }
    sandbox.ok(&["ps"]);
}

#[test]
fn a_lost_socket_is_bound_anew_on_demand() {
    let sandbox = Sandbox::new();
    sandbox.ok(&["run", "-d", "--name", "p", "--", "cat"]);
    let server = sandbox.json(&["ls", "--json"])[0]["pid"].as_i64().unwrap();
    std::fs::remove_file(sandbox.sockets().join("main.sock")).unwrap();
    assert_eq!(sandbox.json(&["ls", "--json"]), json!([]));
    signal(server, "USR1");
    wait_for("the session", || {
        (sandbox.json(&["ls", "--json"]) != json!([])).then_some(())
    });
    assert_eq!(sandbox.pane("p")["state"], "running");
}

#[test]
fn restart_policy_starts_failed_children_again() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "muxpect.toml",
        "version = 1\n[session]\nname = \"s\"\n[[pane]]\nname = \"p\"\nshell = \"echo x >>count; [ $(wc -l <count) -ge 2 ]\"\nrestart = \"on-failure\"\n",
    );
    sandbox.ok(&["up", "-d"]);
    let pane = sandbox.wait_pane("p", |pane| pane["exit"] == json!({"code": 0}));
    assert_eq!(pane["attention"], "done");
    let count = std::fs::read_to_string(sandbox.path("count")).unwrap();
    assert_eq!(count, "x\nx\n");
}

#[test]
fn a_stop_ends_the_restarts_of_the_policy() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "muxpect.toml",
        "version = 1\n[session]\nname = \"s\"\n[[pane]]\nname = \"p\"\ncmd = [\"cat\"]\nrestart = \"always\"\n",
    );
    sandbox.ok(&["up", "-d"]);
    let first = sandbox.pane("p")["pid"].clone();
    signal(first.as_i64().unwrap(), "KILL");
    let again = sandbox.wait_pane("p", |pane| {
        pane["pid"] != json!(null) && pane["pid"] != first
    });
    assert_eq!(again["state"], "running");
    sandbox.ok(&["stop", "p"]);
    let pane = sandbox.pane("p");
    assert_eq!(
        (&pane["state"], &pane["exit"]),
        (&json!("ended"), &json!({"signal": "SIGHUP"}))
    );
    // What is told to have ended can be removed at once.
    sandbox.ok(&["rm", "p"]);
}

#[test]
fn a_wait_after_a_restart_is_for_the_new_child() {
    let sandbox = Sandbox::new();
    let script = "echo x >>count; sleep 0.1; exit $(wc -l <count)";
    sandbox.start("p", script);
    for round in 1..10 {
        assert_eq!(sandbox.run(&["wait", "p"]).code, round);
        sandbox.ok(&["restart", "p"]);
    }
}

#[test]
fn on_finished_exit_ends_the_server() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "muxpect.toml",
        "version = 1\n[session]\nname = \"s\"\non_finished = \"exit\"\n[[pane]]\nname = \"p\"\nshell = \"echo hello\"\n",
    );
    let mut outer = sandbox.open(24, 80, &["up"]);
    outer.wait_text("exit 0");
    outer.send("d");
    outer.wait_end();
    wait_for("the end of the server", || {
        (sandbox.json(&["ls", "--json"]) == json!([])).then_some(())
    });
}

#[test]
fn an_unusable_folder_is_named() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.muxpect(&["run", "-d", "--", "cat"]);
    command.env("MUXPECT_RUNTIME_DIR", "/dev/null");
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(
        errors.contains("/dev/null") && errors.contains("MUXPECT_RUNTIME_DIR"),
        "{errors}"
    );
    // A leader that was ended by force does not take others along.
    let mut group = sandbox.muxpect(&["run", "-d", "--", "cat"]);
    let mut child = group.process_group(0).spawn().unwrap();
    thread::spawn(move || child.wait()).join().unwrap().unwrap();
    sandbox.ok(&["ps"]);
}
