//! Recordings played back: what they show is what was there; what is broken is told and shown as far as
//! it goes; nothing of them reaches the terminal but cells.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    process::Stdio,
};

use serde_json::{Value, json};

use crate::sandbox::{Done, Sandbox, project, wait_for};

const HEADER: &str = r#"{"version":2,"width":20,"height":4}"#;

/// Writes a recording with these lines.
fn recording(sandbox: &Sandbox, name: &str, lines: &[&str]) -> String {
    let path = sandbox.write(name, &format!("{HEADER}\n{}\n", lines.join("\n")));
    path.to_str().unwrap().to_owned()
}

fn lines(text: &str) -> Vec<&str> {
    text.lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .collect()
}

/// A program that draws in steps, each when it is told to.
const STEPS: &str = r#"
stty -echo
step() { printf '%s' "$1"; read _; }
step 'plain step-0'
printf '\033[31mred\033[m \033[1;44mbold\033[m\r\n'; step 'step-1'
printf 'wide: 日本語 e\314\201 '; printf 'x%.0s' 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0; step ' step-2'
i=0; while [ $i -lt 60 ]; do echo "line $i"; i=$((i+1)); done; step 'step-3'
printf '\033[?1049h\033[2J\033[5;7Hfull screen\033]2;a title\007\033[4 q'; step ' step-4'
printf '\033[?1049l\033[3A\033[K'; step 'back step-5'
printf '\033[2;5r\033[5;1H\n\n'; step 'scrolled step-6'
printf '\033[r\033[H\033[?25l\033[4mtop\033[m'; step ' step-7'
"#;

#[test]
fn a_recording_shows_what_the_pane_showed() {
    let sandbox = Sandbox::new();
    let program = sandbox.write("steps.sh", STEPS);
    sandbox.write(
        "muxpect.toml",
        &format!(
            "version = 1\n[session]\nname = \"s\"\n[[pane]]\nname = \"p\"\ncmd = [\"sh\", {program:?}]\nrecord = \"p.cast\"\nlinger = \"0s\"\n"
        ),
    );
    sandbox.ok(&["up", "-d"]);
    let mut live = Vec::new();
    for step in 0..8 {
        let mark = format!("step-{step}");
        let screen = wait_for(&mark, || {
            let screen = sandbox.json(&["screen", "p", "--format", "json"]);
            screen["lines"]
                .to_string()
                .contains(&mark)
                .then_some(screen)
        });
        live.push((mark, screen));
        if step == 3 {
            // Another size, which wraps the lines anew and takes some back from history.
            let attached = sandbox.open(40, 70, &["attach"]);
            sandbox.wait_pane("p", |pane| pane["rows"].as_u64() > Some(30));
            drop(attached);
            let screen = sandbox.json(&["screen", "p", "--format", "json"]);
            live.push(("\"r\",".to_owned(), screen));
        }
        sandbox.ok(&["send", "p", ""]);
    }
    sandbox.ok(&["wait", "p"]);
    let last = sandbox.json(&["screen", "p", "--format", "json"]);
    sandbox.ok(&["down"]);
    let file = sandbox.path("p.cast");
    let text = fs::read_to_string(&file).unwrap();
    let file = file.to_str().unwrap();
    for (mark, expected) in live {
        let event = text.lines().rfind(|line| line.contains(&mark)).unwrap();
        let event: Value = serde_json::from_str(event).unwrap();
        let at = event[0].to_string();
        let mut screen = sandbox.json(&["replay", file, "--at", &at, "--format", "json"]);
        let time = screen.as_object_mut().unwrap().remove("time");
        assert_eq!(time, Some(event[0].clone()));
        assert_eq!(screen, expected, "{mark}");
    }
    let mut end = sandbox.json(&["replay", file, "--at", "end", "--format", "json"]);
    end.as_object_mut().unwrap().remove("time");
    assert_eq!(end, last);
}

#[test]
fn recordings_of_programs_end_as_they_should() {
    let sandbox = Sandbox::new();
    let mut checked = 0;
    for folder in ["tests/recordings", "tests/recordings/programs"] {
        for entry in fs::read_dir(project(folder)).unwrap() {
            let path = entry.unwrap().path();
            let golden = path.with_extension("screen");
            if path.extension().is_none_or(|extension| extension != "cast") || !golden.exists() {
                continue;
            }
            let golden = fs::read_to_string(golden).unwrap();
            let Some((_, screen)) = golden.split_once("--- screen\n") else {
                continue;
            };
            let screen = screen.split("--- events\n").next().unwrap();
            let expected: Vec<&str> = screen
                .lines()
                .filter_map(|row| row.strip_prefix('|')?.strip_suffix(['|', '>']))
                .map(|row| row.trim_end_matches(' '))
                .collect();
            let printed = sandbox.ok(&["replay", path.to_str().unwrap(), "--at", "end"]);
            let rows: Vec<&str> = printed.lines().collect();
            assert_eq!(rows, expected, "{}", path.display());
            checked += 1;
        }
    }
    assert!(checked >= 10, "only {checked} recordings");
}

#[test]
fn a_time_can_be_written_in_several_ways() {
    let sandbox = Sandbox::new();
    let file = recording(
        &sandbox,
        "x.cast",
        &[
            r#"[1,"o","one\r\n"]"#,
            r#"[90,"o","two\r\n"]"#,
            r#"[100,"o","\u001b[31mthree\u001b[m"]"#,
        ],
    );
    let shown = |at: &str| sandbox.ok(&["replay", &file, "--at", at]);
    for (at, expected) in [
        ("0", vec![]),
        ("1", vec!["one"]),
        ("89.9s", vec!["one"]),
        ("1m30s", vec!["one", "two"]),
        ("01:30", vec!["one", "two"]),
        ("end", vec!["one", "two", "three"]),
        ("2h", vec!["one", "two", "three"]),
    ] {
        assert_eq!(lines(&shown(at)), expected, "{at}");
    }
    let screen = sandbox.json(&["replay", &file, "--at", "99h", "--format", "json"]);
    assert_eq!(screen["time"], json!(100.0));
    assert_eq!((&screen["rows"], &screen["cols"]), (&json!(4), &json!(20)));
    let ansi = sandbox.ok(&["replay", &file, "--at", "end", "--format", "ansi"]);
    assert!(ansi.contains("\u{1b}[0;31mthree\u{1b}[m"), "{ansi:?}");
    let svg = sandbox.ok(&["replay", &file, "--at", "end", "--format", "svg"]);
    roxmltree::Document::parse(&svg).unwrap();
    assert!(svg.contains(">three</text>"));
}

#[test]
fn a_typescript_is_read_with_its_timing() {
    let sandbox = Sandbox::new();
    let first = "Script started on 2026-11-28 [TERM=\"xterm\" COLUMNS=\"30\" LINES=\"3\"]\n";
    let script = format!("{first}one\r\ntwo\r\nScript done on 2026-11-28\n");
    let path = sandbox.write("typescript", &script);
    let file = path.to_str().unwrap();
    let refused = sandbox.run(&["replay", file, "--at", "end"]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("its first line is no header"));
    sandbox.write("typescript.timing", "1 5\n2 5\n");
    let other = sandbox.write("other", "1 3\n");
    assert_eq!(lines(&sandbox.ok(&["replay", file, "--at", "2"])), ["one"]);
    let end = sandbox.json(&["replay", file, "--at", "end", "--format", "json"]);
    assert_eq!(end["lines"], json!(["one", "two", ""]));
    assert_eq!((&end["time"], &end["cols"]), (&json!(3.0), &json!(30)));
    let timing = other.to_str().unwrap();
    let printed = sandbox.ok(&["replay", file, "--timing", timing, "--at", "end"]);
    assert_eq!(lines(&printed), ["one"]);
    sandbox.write("typescript.timing", "1 5\n2 50\n");
    let torn = sandbox.run(&["replay", file, "--at", "end"]);
    assert!(
        torn.code == 0 && torn.stdout.contains("Script done"),
        "{torn:?}"
    );
    assert!(torn.stderr.contains("ends in the middle of an event"));
    sandbox.write("typescript.timing", "1 5\nx\n");
    let broken = sandbox.run(&["replay", file, "--at", "end"]);
    assert_eq!((broken.code, lines(&broken.stdout)), (1, vec!["one"]));
    assert!(broken.stderr.contains("line 2 of its timing"), "{broken:?}");
}

/// Checks that a file is refused, or shown as far as it goes, with one sentence that names it.
fn check_broken(sandbox: &Sandbox, path: &Path, shown: &[&str], reason: &str) {
    let file = path.to_str().unwrap();
    let done = sandbox.run(&["replay", file, "--at", "end"]);
    assert_eq!(
        (done.code, lines(&done.stdout)),
        (1, shown.to_vec()),
        "{done:?}"
    );
    assert_eq!(done.stderr.lines().count(), 1, "{done:?}");
    assert!(done.stderr.contains(file), "{done:?}");
    assert!(done.stderr.contains(reason), "{done:?}");
}

#[test]
fn what_is_no_recording_is_told_in_one_sentence() {
    let sandbox = Sandbox::new();
    let check = |name: &str, text: &str, shown: &[&str], reason: &str| {
        check_broken(&sandbox, &sandbox.write(name, text), shown, reason);
    };
    check("empty", "", &[], "it is empty");
    check(
        "old",
        "{\"version\":1,\"stdout\":[]}",
        &[],
        "it is of version 1",
    );
    check(
        "none",
        "Script started\n",
        &[],
        "its first line is no header",
    );
    let half = format!("{HEADER}\n[1,\"o\",\"shown\"]\n[2,\"o\"\n[3,\"o\",\"not\"]\n");
    check("half", &half, &["shown"], "line 3 is no event");
    fs::create_dir(sandbox.path("folder")).unwrap();
    check_broken(&sandbox, &sandbox.path("folder"), &[], "is a folder");
    check_broken(&sandbox, &sandbox.path("gone"), &[], "No such file");
    let jpeg = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x1b]0;x\x07\n\x9b2J";
    fs::write(sandbox.path("jpeg"), jpeg).unwrap();
    check_broken(
        &sandbox,
        &sandbox.path("jpeg"),
        &[],
        "its first line is no header",
    );
    let mut long = File::create(sandbox.path("long")).unwrap();
    write!(long, "{HEADER}\n[1,\"o\",\"shown\"]\n").unwrap();
    // A hundred megabytes without a line end, which take no room on the disk.
    long.set_len(100 << 20).unwrap();
    check_broken(
        &sandbox,
        &sandbox.path("long"),
        &["shown"],
        "line 3 is longer than 8 MiB",
    );
}

#[test]
fn a_recording_that_is_cut_anywhere_is_shown_as_far_as_it_goes() {
    let sandbox = Sandbox::new();
    let text = format!("{HEADER}\n[0.5,\"o\",\"ab\"]\n[1,\"o\",\"é\\u001b[1m\"]\n");
    let second = text[..text.len() - 1].rfind('\n').unwrap() + 1;
    for cut in 0..text.len() {
        let path = sandbox.path("cut.cast");
        fs::write(&path, &text.as_bytes()[..cut]).unwrap();
        let done = sandbox.run(&["replay", path.to_str().unwrap(), "--at", "end"]);
        if cut < HEADER.len() {
            assert_eq!(
                (done.code, done.stderr.lines().count()),
                (1, 1),
                "{cut}: {done:?}"
            );
            continue;
        }
        let shown = match cut {
            cut if cut >= text.len() - 1 => vec!["abé"],
            cut if cut >= second - 1 => vec!["ab"],
            _ => vec![],
        };
        assert_eq!(
            (done.code, lines(&done.stdout)),
            (0, shown),
            "{cut}: {done:?}"
        );
        let between = [
            HEADER.len(),
            HEADER.len() + 1,
            second - 1,
            second,
            text.len() - 1,
        ];
        let torn = !between.contains(&cut);
        assert_eq!(
            done.stderr.contains("ends in the middle"),
            torn,
            "{cut}: {done:?}"
        );
    }
}

#[test]
fn a_large_recording_takes_no_memory_of_its_size() {
    let sandbox = Sandbox::new();
    let path = sandbox.path("large.cast");
    let mut file = std::io::BufWriter::new(File::create(&path).unwrap());
    writeln!(file, "{HEADER}").unwrap();
    let line = "0123456789 abcdefg\\r\\n".repeat(3000);
    for second in 0..1500 {
        writeln!(file, "[{second},\"o\",\"{line}{second}\"]").unwrap();
    }
    file.flush().unwrap();
    assert!(fs::metadata(&path).unwrap().len() > 90 << 20);
    // Address space for program and checkpoints, but not for the recording.
    let mut limited = sandbox.program("sh");
    let script = "ulimit -v 180000; exec \"$0\" replay \"$1\" --at end";
    limited.args(["-c", script, env!("CARGO_BIN_EXE_muxpect")]);
    let done = Done::from(limited.arg(&path).stdin(Stdio::null()).output().unwrap());
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(lines(&done.stdout).last(), Some(&"1499"));
}

#[test]
fn without_a_terminal_a_moment_must_be_named() {
    let sandbox = Sandbox::new();
    let file = recording(&sandbox, "x.cast", &[r#"[1,"o","x"]"#]);
    let done = sandbox.run(&["replay", &file]);
    assert_eq!(done.code, 2);
    assert_eq!(
        done.stderr,
        "muxpect: replay needs a terminal for its input and output; print the screen of one time with 'muxpect replay FILE --at TIME'\n"
    );
}

#[test]
fn a_recording_is_played_and_gone_through_by_keys() {
    let sandbox = Sandbox::new();
    let file = recording(
        &sandbox,
        "film.cast",
        &[
            r#"[0.1,"o","one\r\n"]"#,
            r#"[0.2,"m","begun"]"#,
            r#"[1000,"o","two\r\n"]"#,
            r#"[2000,"m","half"]"#,
            r#"[2000,"o","three\r\n"]"#,
            r#"[4000,"o","four"]"#,
        ],
    );
    let mut outer = sandbox.open(12, 80, &["replay", &file, "--idle-limit", "1h"]);
    // It waits for the second event.
    outer.wait_text("⚑ begun");
    outer.wait_text("one");
    outer.wait_text("┌ film.cast ");
    outer.wait_text(" PLAY ");
    outer.wait_text("/ 1:06:40.0");
    outer.send(" ");
    outer.wait_text(" PAUSED ");
    outer.send(".");
    outer.wait_text("two");
    outer.wait_text("16:40.0 / 1:06:40.0");
    outer.send("]");
    outer.wait_text("⚑ half");
    outer.send("[");
    outer.wait_text("⚑ begun");
    outer.wait_no_text("two");
    outer.send("8");
    outer.wait_text("53:20.0 / 1:06:40.0");
    outer.wait_text("three");
    outer.send("\x1b[D");
    outer.wait_text("53:15.0 /");
    outer.send("\x1b[F");
    outer.wait_text(" END ");
    outer.wait_text("four");
    outer.send(",");
    outer.wait_no_text("four");
    outer.send("\x1b[H");
    outer.wait_no_text("one");
    outer.send("++");
    outer.wait_text("  4x  ");
    outer.send("?");
    outer.wait_text("to so many tenths");
    outer.send("?");
    outer.wait_no_text("to so many tenths");
    outer.resize(4, 60);
    outer.wait_text("20x4 cropped");
    outer.send("s");
    outer.wait_no_text("cropped");
    outer.send("q");
    assert!(outer.wait_end().success());
    assert!(outer.is_cooked());
}

#[test]
fn silences_are_cut_and_speed_is_as_asked_for() {
    let sandbox = Sandbox::new();
    let file = recording(
        &sandbox,
        "x.cast",
        &[r#"[3600,"o","one"]"#, r#"[7200,"o"," two"]"#],
    );
    let mut outer = sandbox.open(8, 80, &["replay", &file, "--speed", "16"]);
    outer.wait_text("one two");
    outer.wait_text(" END   2:00:00.0 / 2:00:00.0  16x");
    outer.send(" ");
    outer.wait_text(" PLAY ");
    outer.wait_text(" END ");
    outer.send("q");
    assert!(outer.wait_end().success());
}

#[test]
fn a_broken_recording_is_played_as_far_as_it_goes() {
    let sandbox = Sandbox::new();
    let file = recording(&sandbox, "x.cast", &[r#"[0,"o","shown"]"#, "nothing"]);
    let mut outer = sandbox.open(8, 100, &["replay", &file]);
    outer.wait_text("shown");
    outer.wait_text("line 3 is no event");
    outer.send("q");
    assert_eq!(outer.wait_end().code(), Some(1));
    let raw = String::from_utf8_lossy(&outer.raw()).into_owned();
    let told = raw.rsplit("\u{1b}[?1049l").next().unwrap();
    assert!(
        told.contains("x.cast is broken: line 3 is no event"),
        "{told}"
    );
}

#[test]
fn nothing_of_a_hostile_recording_reaches_the_terminal() {
    let sandbox = Sandbox::new();
    let evil = r"\u001b]0;EVIL\u0007\u001b]52;c;RVZJTA==\u0007\u001b[?1049l\u009b31m\u202e\u001b]9;EVIL\u0007\u0007\u001bP+q\u001b\\\u001b[6n";
    let header = format!(
        r#"{{"version":2,"width":40,"height":4,"title":"{evil}","command":"{evil}","env":{{"TERM":"{evil}"}}}}"#
    );
    let text = format!(
        "{header}\n[0,\"o\",\"{evil}shown\"]\n[0,\"m\",\"{evil}mark\"]\n[0,\"o\",\" more\"]\n[1,\"q{evil}\",\"\"]\n[1,\"r\",\"{evil}\"]\n"
    );
    let path = sandbox.write("\u{1b}]0;EVIL\u{7}.cast", &text);
    let file = path.to_str().unwrap();
    let mut outer = sandbox.open(8, 200, &["replay", file]);
    outer.wait_text("shown more");
    outer.wait_text("is no size");
    outer.send("q");
    assert_eq!(outer.wait_end().code(), Some(1));
    let raw = outer.raw();
    let text = String::from_utf8_lossy(&raw);
    for sequence in [
        "\u{1b}]0;",
        "\u{1b}]52",
        "\u{1b}]9",
        "\u{7}",
        "\u{1b}P",
        "\u{1b}[6n",
    ] {
        assert!(!text.contains(sequence), "{sequence:?} in {text:?}");
    }
    assert!(!text.contains(['\u{9b}', '\u{202e}']), "{text:?}");
    assert_eq!(text.matches("\u{1b}[?1049l").count(), 1, "{text:?}");
    let done = sandbox.run(&["replay", file, "--at", "end", "--format", "ansi"]);
    let told = format!("{}{}", done.stdout, done.stderr);
    let is_harmless = |c: char| !c.is_control() || c == '\n' || c == '\u{1b}';
    assert!(told.chars().all(is_harmless), "{told:?}");
    assert!(
        !told.contains("\u{1b}]") && !told.contains('\u{202e}'),
        "{told:?}"
    );
}
