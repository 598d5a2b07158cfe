//! `record`: script(1) in this terminal. The script of Python's pty documentation, a note's `logbatch`,
//! and the players of both formats.

use std::{
    fs,
    io::{Read, Write},
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::{
    outer::Outer,
    sandbox::{Done, Sandbox, is_alive, signal, wait_for},
};

/// Returns the header and the events of a recording that is complete.
fn recorded(sandbox: &Sandbox, name: &str) -> Vec<Value> {
    let text = fs::read_to_string(sandbox.path(name)).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

/// Returns the whole lines of a recording that is being written.
fn recorded_so_far(sandbox: &Sandbox, name: &str) -> Vec<Value> {
    let text = fs::read_to_string(sandbox.path(name)).unwrap();
    let lines = text.split_inclusive('\n');
    let lines = lines.filter(|line| line.ends_with('\n'));
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Returns the data of all events with this code.
fn data(events: &[Value], code: &str) -> Vec<String> {
    let events = events.iter().filter(|event| event[1] == code);
    events
        .map(|event| event[2].as_str().unwrap().to_owned())
        .collect()
}

fn output(sandbox: &Sandbox, name: &str) -> String {
    data(&recorded(sandbox, name), "o").concat()
}

/// Runs a command with this on its standard input.
fn fed(mut command: Command, input: &[u8]) -> Done {
    let mut child = piped(&mut command);
    child.stdin.take().unwrap().write_all(input).unwrap();
    Done::from(child.wait_with_output().unwrap())
}

fn piped(command: &mut Command) -> Child {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits until the outer terminal is as a shell wants it, or as a relay does.
fn wait_cooked(outer: &Outer, cooked: bool) {
    wait_for("the terminal's settings", || {
        (outer.is_cooked() == cooked).then_some(())
    });
}

/// Waits until the outer terminal got exactly this text.
fn wait_shown(outer: &Outer, text: &str) {
    wait_for("the same bytes in the terminal", || {
        (outer.raw() == text.as_bytes()).then_some(())
    });
}

#[test]
fn a_shell_is_recorded_and_exits_as_it_does() {
    let sandbox = Sandbox::new();
    // Python's example records the user's shell into a file named typescript.
    let mut outer = sandbox.open(24, 80, &["record", "typescript.cast"]);
    outer.wait_text("muxpect: recording into 'typescript.cast'");
    outer.wait_text("# ");
    outer.send("echo one; tty -s && echo a ''tty\r");
    outer.wait_text("a tty");
    outer.send("exit 3\r");
    assert_eq!(outer.wait_end().code(), Some(3));
    assert!(outer.is_cooked());
    let events = recorded(&sandbox, "typescript.cast");
    assert_eq!(events[0]["command"], "/bin/sh");
    assert_eq!(
        (&events[0]["width"], &events[0]["height"]),
        (&80.into(), &24.into())
    );
    let text = data(&events, "o").concat();
    assert!(text.contains("one\r\na tty\r\n"), "{text}");
    assert_eq!(data(&events, "i"), [""; 0], "input only when asked for");
    assert_eq!(data(&events, "m"), ["exit 3"]);
    assert_eq!(data(&events, "x"), ["3"]);
}

#[test]
fn a_recording_that_exists_is_refused_continued_or_overwritten() {
    let sandbox = Sandbox::new();
    let record = |flag: &[&str], text: &str| {
        let arguments = [flag, &["x.cast", "--", "echo", text]].concat();
        sandbox.run(&[&["record"][..], &arguments].concat())
    };
    assert_eq!(record(&[], "one").code, 0);
    let before = recorded(&sandbox, "x.cast");
    let refused = record(&[], "two");
    assert_eq!((refused.code, refused.stdout.as_str()), (1, ""));
    assert_eq!(
        refused.stderr,
        "muxpect: 'x.cast' exists; append to it with -a, overwrite it with --force, or name another file\n"
    );
    assert_eq!(recorded(&sandbox, "x.cast"), before);
    let folder = sandbox.run(&["record", ".", "--", "echo", "two"]);
    assert_eq!((folder.code, folder.stdout.as_str()), (1, ""));
    assert_eq!(
        folder.stderr,
        "muxpect: '.' is a folder; name a file in it\n"
    );

    // A killed writer leaves a torn line.
    let path = sandbox.path("x.cast");
    let torn = fs::read_to_string(&path).unwrap() + "[9,\"o\",\"lo";
    fs::write(&path, torn).unwrap();
    let appended = record(&["-a"], "two");
    assert_eq!((appended.code, appended.stdout.as_str()), (0, "two\r\n"));
    assert!(
        appended
            .stderr
            .contains("the last line of 'x.cast' was torn")
    );
    let events = recorded(&sandbox, "x.cast");
    assert_eq!(events[..before.len()], before);
    assert_eq!(output(&sandbox, "x.cast"), "one\r\ntwo\r\n");
    let times = events[1..].iter().map(|event| event[0].as_f64().unwrap());
    assert!(times.is_sorted());
    assert_eq!(
        data(&events, "m"),
        ["exit 0", "restarted: echo two", "exit 0"]
    );

    assert_eq!(record(&["--force"], "three").code, 0);
    assert_eq!(output(&sandbox, "x.cast"), "three\r\n");
    assert_eq!(record(&["--force", "-a"], "four").code, 2);
    sandbox.write(
        "x.cast",
        "{\"version\":3,\"term\":{\"cols\":80,\"rows\":24}}\n",
    );
    let refused = record(&["-a"], "two");
    assert_eq!(refused.code, 1);
    assert!(
        refused.stderr.contains("it is of version 3"),
        "{}",
        refused.stderr
    );
}

#[test]
fn the_terminals_size_is_followed_and_every_byte_passes_through() {
    let sandbox = Sandbox::new();
    let arguments = ["record", "-q", "x.cast", "--", "sh"];
    let mut outer = sandbox.open(24, 80, &arguments);
    outer.wait_text("# ");
    outer.send("stty size\r");
    outer.wait_text("24 80");
    outer.resize(30, 100);
    outer.send("stty size\r");
    outer.wait_text("30 100");
    let lines: Vec<String> = (1..200).map(|line| format!("line {line}")).collect();
    sandbox.write("text", &lines.join("\n"));
    outer.send("less text\r");
    outer.wait_text("line 29");
    outer.send("G");
    outer.wait_text("line 199");
    outer.send("q");
    // What is typed before the shell has its settings back is no line for it.
    let is_shell = |screen: &vt100::Screen| {
        !screen.alternate_screen() && screen.contents().trim_end().ends_with('#')
    };
    outer.wait("the shell", is_shell);
    outer.send("vim -u NONE -n note\r");
    outer.wait("vim", |screen| {
        screen.alternate_screen() && screen.contents().contains('~')
    });
    outer.send("i日本 hello\x1b:wq\r");
    outer.wait("the shell", is_shell);
    outer.send("exit\r");
    assert_eq!(outer.wait_end().code(), Some(0));
    assert_eq!(
        fs::read_to_string(sandbox.path("note")).unwrap(),
        "日本 hello\n"
    );
    let events = recorded(&sandbox, "x.cast");
    // stty sets the two sides one after the other.
    assert_eq!(data(&events, "r").last().unwrap(), "100x30");
    wait_shown(&outer, &data(&events, "o").concat());
}

#[test]
fn keys_are_the_commands_unless_an_escape_is_asked_for() {
    let sandbox = Sandbox::new();
    let mut outer = sandbox.open(
        24,
        80,
        &["record", "a.cast", "--", "sh", "-c", "cat -v; echo $?"],
    );
    outer.wait_text("recording into");
    wait_cooked(&outer, false);
    outer.send("a\x1db\r");
    // What the tty echoes, then what cat prints: it is there to be interrupted.
    outer.wait_text("a^]b\na^]b");
    outer.send("\x03");
    assert_eq!(
        outer.wait_end().code(),
        Some(130),
        "Ctrl-C is the command's"
    );
    assert_eq!(data(&recorded(&sandbox, "a.cast"), "m"), ["SIGINT"]);

    let arguments = ["record", "--escape", "C-]", "b.cast", "--", "cat", "-v"];
    let mut outer = sandbox.open(24, 80, &arguments);
    outer.wait_text("recording into");
    wait_cooked(&outer, false);
    outer.send("a\r");
    outer.wait_text("a\na");
    outer.send("\x1d");
    assert_eq!(
        outer.wait_end().code(),
        Some(129),
        "as a closed terminal ends it"
    );
    assert!(outer.is_cooked());
    assert_eq!(data(&recorded(&sandbox, "b.cast"), "x"), ["129"]);
}

#[test]
fn a_signal_ends_the_command_and_restores_the_terminal() {
    let sandbox = Sandbox::new();
    for (name, status) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        let file = format!("{name}.cast");
        let mut outer = sandbox.open(
            24,
            80,
            &["record", &file, "--", "sh", "-c", "echo up; exec cat"],
        );
        outer.wait_text("up");
        wait_cooked(&outer, false);
        signal(outer.child.id().into(), name);
        assert_eq!(outer.wait_end().code(), Some(status), "{name}");
        assert!(outer.is_cooked(), "{name}");
        assert_eq!(
            data(&recorded(&sandbox, &file), "m"),
            [format!("SIG{name}")]
        );
    }
    // A command that wants to live on does so without its terminal.
    let stubborn = "trap '' HUP TERM; echo $$ > pid; echo up; exec sleep 600";
    let mut outer = sandbox.open(24, 80, &["record", "x.cast", "--", "sh", "-c", stubborn]);
    outer.wait_text("up");
    signal(outer.child.id().into(), "TERM");
    assert_eq!(outer.wait_end().code(), Some(143));
    assert!(outer.is_cooked());
    let pid = fs::read_to_string(sandbox.path("pid")).unwrap();
    let pid = pid.trim().parse().unwrap();
    assert!(is_alive(pid));
    signal(pid, "KILL");
}

#[test]
fn a_stop_gives_the_terminal_back() {
    let sandbox = Sandbox::new();
    let suspends = "echo one; kill -STOP $$; echo two; cat";
    let mut outer = sandbox.open(24, 80, &["record", "x.cast", "--", "sh", "-c", suspends]);
    outer.wait_text("one");
    // As when a shell suspends itself.
    let record = i64::from(outer.child.id());
    wait_stopped(record);
    assert!(outer.is_cooked());
    signal(record, "CONT");
    outer.wait_text("two");
    wait_cooked(&outer, false);
    signal(record, "TSTP");
    wait_stopped(record);
    assert!(outer.is_cooked());
    signal(record, "CONT");
    wait_cooked(&outer, false);
    outer.send("\x04");
    assert_eq!(outer.wait_end().code(), Some(0));
}

fn wait_stopped(pid: i64) {
    wait_for("a stop", || {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        stat.contains(") T ").then_some(())
    });
}

#[test]
fn what_the_terminal_does_not_show_is_masked_in_the_input() {
    let sandbox = Sandbox::new();
    let login = "printf 'Name: '; read n; stty -echo; printf 'Password: '; read p; stty echo; echo; printf 'Sure? '; read s; echo $n";
    let mut outer = sandbox.open(
        24,
        80,
        &["record", "--input", "x.cast", "--", "sh", "-c", login],
    );
    // Who reads, with what settings, is recorded without anybody typing.
    let wait_reader = |echo: bool| {
        wait_for("a sight of the reader", || {
            let sights = data(&recorded_so_far(&sandbox, "x.cast"), "t");
            let wanted = |sight: Value| {
                sight["echo"] == echo
                    && sight["canonical"] == true
                    && sight["holder"]["reader"]["reads"]["own"] == true
            };
            let last = sights.last()?;
            wanted(serde_json::from_str(last).unwrap()).then_some(())
        });
    };
    outer.wait_text("Name: ");
    wait_reader(true);
    outer.send("ann\r");
    outer.wait_text("Password: ");
    wait_reader(false);
    for key in "hunter2\r".chars() {
        outer.send(key.to_string());
    }
    outer.wait_text("Sure? ");
    outer.send("yes\r");
    assert_eq!(outer.wait_end().code(), Some(0));
    let text = fs::read_to_string(sandbox.path("x.cast")).unwrap();
    assert!(!text.contains("hunter2"));
    let events = recorded(&sandbox, "x.cast");
    assert_eq!(data(&events, "i").concat(), "ann\r***\ryes\r");
}

/// A program that shows its progress to a tty only.
const PROGRESS: &str = "#!/bin/sh
[ -t 1 ] || { echo no tty; exit 9; }
for i in 1 2 3; do printf '\\r%s of 3' $i; done
echo; echo done; exit 4
";

#[test]
fn a_commands_output_goes_to_a_pipe_and_into_a_file_named_after_it() {
    let sandbox = Sandbox::new();
    sandbox.write("progress", PROGRESS);
    let record = ["record", "--", "sh", "./progress"];
    let done = sandbox.run(&record);
    assert_eq!(done.code, 4);
    let expected = "\r1 of 3\r2 of 3\r3 of 3\r\ndone\r\n";
    assert_eq!(done.stdout, expected);
    assert_eq!(
        done.stderr,
        "muxpect: recording into 'sh.cast'\nmuxpect: recorded 'sh.cast'\n"
    );
    assert_eq!(output(&sandbox, "sh.cast"), expected);
    assert_eq!(recorded(&sandbox, "sh.cast")[0]["width"], 80);
    assert_eq!(sandbox.run(&record).code, 1, "it exists");
    let missing = sandbox.run(&["record", "-q", "--", "./no such program"]);
    assert_eq!(missing.code, 127);
    assert!(
        missing.stderr.contains("'./no such program'"),
        "{}",
        missing.stderr
    );
    assert!(
        !sandbox.path("no-such-program.cast").exists(),
        "nothing was recorded"
    );
}

#[test]
fn input_from_a_pipe_goes_to_the_command_and_ends() {
    let sandbox = Sandbox::new();
    let check = |input: &str, script: &str, expected: &str| {
        let arguments = [
            "record", "-q", "--force", "x.cast", "--", "sh", "-c", script,
        ];
        let done = fed(sandbox.muxpect(&arguments), input.as_bytes());
        assert_eq!(
            (done.code, done.stdout.as_str()),
            (0, expected),
            "{script}: {}",
            done.stderr
        );
        assert_eq!(output(&sandbox, "x.cast"), expected);
    };
    check("hi\n", "cat", "hi\r\n");
    check("no newline", "cat; echo", "no newline\r\n");
    check("", "cat; echo end", "end\r\n");
    // Input that has ended stays so.
    check("one\n", "cat; cat; read x || echo end", "one\r\nend\r\n");
    check("b\na\n", "sort", "a\r\nb\r\n");
    let many: String = (0..2000).map(|line| format!("line {line}\n")).collect();
    check(&many, "cat", &many.replace('\n', "\r\n"));
}

#[test]
fn nothing_is_lost_at_the_end_and_a_reader_that_leaves_ends_the_command() {
    let sandbox = Sandbox::new();
    let flood = "head -c 4000000 /dev/zero | tr '\\0' x; exit 5";
    let done = sandbox.run(&["record", "-q", "x.cast", "--", "sh", "-c", flood]);
    assert_eq!((done.code, done.stdout.len()), (5, 4_000_000));
    assert_eq!(output(&sandbox, "x.cast").len(), 4_000_000);

    let mut child = piped(&mut sandbox.muxpect(&["record", "y.cast", "--", "yes"]));
    let mut first = [0; 3];
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"y\r\n");
    drop(stdout);
    assert_eq!(child.wait().unwrap().code(), Some(129));
}

#[test]
fn a_command_that_closes_its_tty_lives_on() {
    let sandbox = Sandbox::new();
    let closes = "echo up; exec <&- >&- 2>&-; until [ -e go ]; do sleep 0.01; done; exit 5";
    let arguments = ["record", "-q", "x.cast", "--", "sh", "-c", closes];
    let mut outer = sandbox.open(24, 80, &arguments);
    outer.wait_text("up");
    // Nobody reads keys any more, so that they are this terminal's.
    wait_cooked(&outer, true);
    sandbox.write("go", "");
    assert_eq!(outer.wait_end().code(), Some(5));
}

#[test]
fn a_full_disk_costs_bytes_of_the_recording_and_nothing_else() {
    let sandbox = Sandbox::new();
    for (file, format) in [("x.cast", None), ("x.typescript", Some("--typescript"))] {
        let mut command = sandbox.program("prlimit");
        command.args([
            "--fsize=8192",
            env!("CARGO_BIN_EXE_muxpect"),
            "record",
            file,
        ]);
        command
            .args(format)
            .args(["--", "sh", "-c", "seq 20000; exit 6"]);
        let done = fed(command, b"");
        assert_eq!(done.code, 6);
        let expected: String = (1..=20000).map(|line| format!("{line}\r\n")).collect();
        assert!(done.stdout == expected, "{} bytes", done.stdout.len());
        let told = "bytes of the recording are lost";
        assert!(done.stderr.contains(told), "{}", done.stderr);
    }
    // What there is of it can be read: no line is torn.
    recorded(&sandbox, "x.cast");
}

#[test]
fn scriptreplay_plays_a_typescript() {
    let sandbox = Sandbox::new();
    let record = |flag: &[&str], script: &str| {
        let arguments = [
            &["record", "-q", "--typescript"][..],
            flag,
            &["--", "sh", "-c", script],
        ];
        sandbox.run(&arguments.concat())
    };
    let replay = || {
        let mut command = sandbox.program("scriptreplay");
        command.args([
            "--divisor",
            "1000",
            "--timing",
            "sh.typescript.timing",
            "sh.typescript",
        ]);
        fed(command, b"").stdout
    };
    let done = record(
        &[],
        "printf '\\033[1mbold\\033[m\\n'; sleep 0.2; printf 'caf\\303\\251 \\377\\n'; exit 2",
    );
    assert_eq!(done.code, 2);
    // The player ends with a newline of its own.
    assert_eq!(replay(), format!("{}\n", done.stdout));
    assert_eq!(record(&[], "true").code, 1, "it exists");
    let more = record(&["-a"], "echo more");
    assert_eq!((more.code, more.stdout.as_str()), (0, "more\r\n"));
    let both = replay();
    assert!(
        both.starts_with(&done.stdout) && both.ends_with("\nmore\r\n\n"),
        "{both}"
    );
    let shown = sandbox.ok(&["replay", "sh.typescript", "--at", "end"]);
    assert_eq!(
        shown.trim_end(),
        "bold\ncafé \u{fffd}\nmore",
        "no line of script's own"
    );
}

#[test]
fn asciinema_plays_a_recording() {
    let sandbox = Sandbox::new();
    let script =
        "printf '\\033[1mbold\\033[m caf\\303\\251\\n'; printf 'Name: '; read name; exit 2";
    let mut outer = sandbox.open(
        24,
        80,
        &[
            "record", "-q", "--input", "x.cast", "--", "sh", "-c", script,
        ],
    );
    outer.wait_text("Name: ");
    outer.resize(30, 100);
    outer.send("ann\r");
    assert_eq!(outer.wait_end().code(), Some(2));
    let printed = output(&sandbox, "x.cast");
    wait_shown(&outer, &printed);
    for verb in [&["cat"][..], &["play", "--speed", "50"]] {
        let mut command = sandbox.program("setsid");
        command.args(["-c", "asciinema"]).args(verb).arg("x.cast");
        let mut player = Outer::start(command, 24, 80);
        assert_eq!(
            player.wait_end().code(),
            Some(0),
            "{verb:?}: {}",
            player.text()
        );
        wait_for("all that was recorded", || {
            let played = String::from_utf8(player.raw()).unwrap();
            played
                .replace("\r\r\n", "\r\n")
                .contains(&printed)
                .then_some(())
        });
    }
}
