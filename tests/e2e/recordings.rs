//! Recordings of panes: how they are called, what is in them and in which order, and that neither a
//! killed server nor a full disk costs more than it must.

use std::{
    fs::{self, File},
    io::BufReader,
    path::Path,
};

use muxpect::{
    record::{Header, Reader, Sight, What},
    terminal::Emulator,
};
use serde_json::Value;

use crate::{
    outer::Outer,
    sandbox::{Done, Sandbox, is_alive, signal, wait_for},
};

/// Reads a recording as far as it goes; a torn end is no fault.
fn read(path: &Path) -> (Header, Vec<What>) {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut reader = Reader::new(BufReader::new(file)).unwrap();
    let mut events = Vec::new();
    while let Some(event) = reader.next_event().unwrap() {
        events.push(event.what);
    }
    let text = fs::read_to_string(path).unwrap();
    let lines = text
        .lines()
        .skip(1)
        .map_while(|line| serde_json::from_str(line).ok());
    let times: Vec<f64> = lines.map(|line: Value| line[0].as_f64().unwrap()).collect();
    assert!(
        times.is_sorted(),
        "{} goes back in time: {times:?}",
        path.display()
    );
    (reader.header().clone(), events)
}

fn output(events: &[What]) -> String {
    let output = events.iter().filter_map(|event| match event {
        What::Output(text) => Some(text.as_str()),
        _ => None,
    });
    output.collect()
}

fn marks(events: &[What]) -> Vec<&str> {
    let marks = events.iter().filter_map(|event| match event {
        What::Mark(text) => Some(text.as_str()),
        _ => None,
    });
    marks.collect()
}

/// Returns the place of the first event of which `is` holds.
#[track_caller]
fn place(events: &[What], is: impl Fn(&What) -> bool) -> usize {
    let place = events.iter().position(is);
    place.unwrap_or_else(|| panic!("there is none in {events:#?}"))
}

/// Lets a player of another project play on a terminal of its own, and waits until that shows all of the
/// output.
fn check_played(sandbox: &Sandbox, program: &str, arguments: &[&str], output: &str) {
    let mut command = sandbox.program("setsid");
    command.args(["-c", program]).args(arguments);
    let mut player = Outer::start(command, 24, 80);
    let code = player.wait_end().code();
    assert_eq!(code, Some(0), "{program}: {}", player.text());
    wait_for("all that was recorded", || {
        let played = String::from_utf8(player.raw()).unwrap();
        // The terminal of the player makes CR LF of each LF once more.
        let played = played.replace("\r\r\n", "\r\n");
        played.contains(output).then_some(())
    });
}

#[test]
fn other_players_accept_what_panes_record() {
    let sandbox = Sandbox::new();
    // A title, and a prompt, which becomes a mark, that would do something to a terminal.
    sandbox.write(
        "job.sh",
        "printf '\\033]0;t\\033\\\\\\033[1mbold\\033[m caf\\303\\251\\nGo \\033[5mon? '\nread x\nexit 2\n",
    );
    let pane = |name: &str, record: &str| {
        format!(
            "[[pane]]\nname = \"{name}\"\ncmd = [\"sh\", \"job.sh\"]\nrules = [\"r\"]\nrecord = {record}\n"
        )
    };
    let cast = pane("a", "{ path = \"a.cast\", input = true }");
    let script = pane("b", "{ path = \"b\", format = \"typescript\" }");
    sandbox.write(
        "muxpect.toml",
        &format!("version = 1\n{cast}{script}[[ruleset]]\nname = \"r\"\n[[ruleset.rule]]\nname = \"go\"\nmatch = 'Go on\\? $'\nsend = \"y\"\n"),
    );
    sandbox.ok(&["up", "-d"]);
    assert_eq!(sandbox.run(&["wait"]).code, 2);
    let server = server(&sandbox);
    sandbox.ok(&["down"]);
    assert!(!is_alive(server), "it may still write");

    let (_, events) = read(&sandbox.path("a.cast"));
    let output = output(&events);
    assert!(output.ends_with("Go \u{1b}[5mon? y\r\n"), "{output:?}");
    let marks = marks(&events);
    assert!(marks.iter().any(|mark| mark.starts_with("rule r/go fired")));
    for arguments in [&["cat", "a.cast"][..], &["play", "--speed", "50", "a.cast"]] {
        check_played(&sandbox, "asciinema", arguments, &output);
    }
    let timing = ["--divisor", "1000", "--timing", "b.timing", "b"];
    check_played(&sandbox, "scriptreplay", &timing, &output);
}

/// Returns the process of the only session's server.
fn server(sandbox: &Sandbox) -> i64 {
    sandbox.json(&["ls", "--json"])[0]["pid"].as_i64().unwrap()
}

fn recording(pane: &Value) -> std::path::PathBuf {
    pane["recording"].as_str().expect("it is recorded").into()
}

#[test]
fn files_are_named_by_templates() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "muxpect.toml",
        "version = 1\n\
         [session]\nname = \"shop\"\nlogs = \"logs/{session}/{pane}.txt\"\nrecord = \"recordings\"\n\
         [[pane]]\nname = \"web\"\nshell = \"echo one\"\n\
         [[pane]]\nname = \"db\"\ncmd = [\"/bin/echo\", \"two\"]\nrecord = \"{date}/{command}-{pane}.cast\"\n",
    );
    sandbox.ok(&["check"]);
    sandbox.ok(&["up", "-d"]);
    sandbox.ok(&["wait"]);
    let (web, db) = (sandbox.pane("web"), sandbox.pane("db"));
    assert_eq!(
        web["log"],
        *sandbox.path("logs/shop/web.txt").to_str().unwrap()
    );
    let of_web = recording(&web);
    assert_eq!(of_web.parent(), Some(&*sandbox.path("recordings")));
    let name = of_web.file_name().unwrap().to_str().unwrap().to_owned();
    let is_named = regex::Regex::new(r"^web-\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d\.cast$").unwrap();
    assert!(is_named.is_match(&name), "{name}");
    let of_db = recording(&db);
    assert!(of_db.ends_with("echo-db.cast"), "{}", of_db.display());
    sandbox.ok(&["down"]);
    assert_eq!(
        fs::read_to_string(sandbox.path("logs/shop/web.txt")).unwrap(),
        "one\n"
    );
    for (path, text) in [(of_web, "one\r\n"), (of_db, "two\r\n")] {
        let (_, events) = read(&path);
        assert_eq!(output(&events), text);
        assert!(events.contains(&What::Exit(0)));
        assert_eq!(marks(&events), ["exit 0", "eof"]);
    }
}

#[test]
fn what_rules_people_and_ttys_do_stands_in_its_order() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "muxpect.toml",
        "version = 1\n\
         [[pane]]\nname = \"setup\"\nrules = [\"setup\"]\nrecord = { path = \"x.cast\", input = true }\n\
         shell = \"printf 'name? '; read a; printf 'sure? '; read b; stty -echo; printf 'code: '; read c; \
         stty echo; printf '\\\\nmore? '; read d; exit 3\"\n\
         [[ruleset]]\nname = \"setup\"\n\
         [[ruleset.rule]]\nname = \"who\"\nmatch = 'name\\? $'\nsend = \"ada\"\n\
         [[ruleset.rule]]\nname = \"sure\"\nmatch = 'sure\\? $'\ndo = [\"ask\"]\n",
    );
    sandbox.ok(&["up", "-d"]);
    let ask = sandbox.wait_ask();
    sandbox.ok(&["answer", &ask["id"].to_string(), "yes"]);
    sandbox.ok(&["expect", "setup", "--from", "start", "--exact", "code: "]);
    sandbox.wait_pane("setup", |pane| pane["echo"] == false);
    sandbox.ok(&["send", "setup", "swordfish"]);
    sandbox.ok(&["expect", "setup", "--exact", "more? "]);
    sandbox.ok(&["rules", "disarm", "setup"]);
    sandbox.ok(&["send", "setup", "-n", "no"]);
    sandbox.ok(&["send", "setup", "--key", "Enter"]);
    sandbox.run(&["wait", "setup"]);
    sandbox.ok(&["down"]);

    let (header, events) = read(&sandbox.path("x.cast"));
    assert_eq!(header.version, 2);
    let text = fs::read_to_string(sandbox.path("x.cast")).unwrap();
    assert!(!text.contains("swordfish"), "{text}");
    let mark = |start: &str| {
        place(
            &events,
            |event| matches!(event, What::Mark(text) if text.starts_with(start)),
        )
    };
    let typed = |typed: &str| place(&events, |event| *event == What::Input(typed.to_owned()));
    let printed = |text: &str| {
        let shown = |count: usize| output(&events[..count]).contains(text);
        (0..=events.len()).find(|count| shown(*count)).unwrap()
    };
    let echoes = |wanted: bool| move |event: &What| matches!(event, What::Sight(Sight { echo, .. }) if *echo == wanted);
    let order = [
        printed("name? "),
        mark("rule setup/who fired"),
        typed("ada\r"),
        mark("answered by rule setup/who: ada"),
        printed("sure? "),
        mark("asked by setup/sure: sure? ("),
        typed("yes\r"),
        mark("answered by client "),
        printed("code: "),
        typed("***"),
        printed("more? "),
        mark("disarmed"),
        typed("no"),
        typed("\r"),
        mark("exit 3"),
        mark("eof"),
    ];
    assert!(order.is_sorted(), "{order:?} {events:#?}");
    // That the tty shows nothing is known before the prompt that it asks with, or with its look.
    let blind = place(&events, echoes(false));
    assert!(
        (printed("sure? ")..typed("***")).contains(&blind),
        "{events:#?}"
    );
    let seen = |event: &What| matches!(event, What::Sight(Sight { holder: Some(holder), .. }) if !holder.readers.is_empty());
    assert!(place(&events, seen) < typed("yes\r"), "{events:#?}");
    assert!(events.contains(&What::Exit(3)));
}

#[test]
fn a_recording_goes_on_or_is_a_typescript() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "muxpect.toml",
        "version = 1\n\
         [[pane]]\nname = \"a\"\nshell = \"echo again\"\nrecord = { path = \"a.cast\", mode = \"append\" }\n\
         [[pane]]\nname = \"b\"\nshell = \"echo typed; exit 5\"\n\
         record = { path = \"b\", format = \"typescript\", mode = \"truncate\" }\n",
    );
    for _ in 0..2 {
        sandbox.ok(&["up", "-d"]);
        sandbox.run(&["wait"]);
        let server = server(&sandbox);
        sandbox.ok(&["down"]);
        assert!(!is_alive(server), "it may still write");
    }
    let (_, events) = read(&sandbox.path("a.cast"));
    assert_eq!(output(&events), "again\r\nagain\r\n");
    let script = fs::read_to_string(sandbox.path("b")).unwrap();
    let lines: Vec<&str> = script.lines().collect();
    assert!(lines[0].starts_with("Script started on "), "{script}");
    assert_eq!(lines[1..3], ["typed", ""]);
    assert!(lines[3].ends_with("[COMMAND_EXIT_CODE=\"5\"]"), "{script}");
    let timing = fs::read_to_string(sandbox.path("b.timing")).unwrap();
    let bytes = timing.lines().map(|line| {
        let (_, bytes) = line.split_once(' ').unwrap();
        bytes.parse::<usize>().unwrap()
    });
    assert_eq!(bytes.sum::<usize>(), "typed\r\n".len());
}

#[test]
fn a_key_begins_a_recording_with_what_the_screen_shows_and_ends_it() {
    let sandbox = Sandbox::new();
    sandbox.write("x.cast", "mine");
    sandbox.write(
        "muxpect.toml",
        "version = 1\n\
         [[pane]]\nname = \"p\"\nrecord = { path = \"x.cast\", mode = \"truncate\" }\n\
         shell = \"printf '\\\\033[1;31mred\\\\033[m\\\\n'; cat\"\n",
    );
    sandbox.ok(&["up", "-d"]);
    sandbox.ok(&["expect", "p", "--from", "start", "red"]);
    let mut outer = sandbox.open(24, 80, &["attach"]);
    outer.wait_text("◉ recorded");
    outer.send("R");
    outer.wait_text("p is no longer recorded: ");
    outer.wait_no_text("◉ recorded");
    assert_eq!(sandbox.pane("p")["recording"], Value::Null);
    sandbox.ok(&["send", "p", "between"]);
    sandbox.ok(&["expect", "p", "--from", "start", "between\n"]);
    outer.send("R");
    outer.wait_text("◉ recorded");
    let second = sandbox.path("x-2.cast");
    assert_eq!(sandbox.pane("p")["recording"], *second.to_str().unwrap());
    sandbox.ok(&["send", "p", "after"]);
    sandbox.ok(&["expect", "p", "--from", "start", "after\nafter\n"]);
    let live = sandbox.json(&["screen", "p", "--format", "json"]);
    sandbox.ok(&["down"]);
    outer.wait_end();

    let (_, events) = read(&sandbox.path("x.cast"));
    assert!(output(&events).contains("red"));
    assert!(!output(&events).contains("between"));
    let (header, events) = read(&second);
    let mut emulator = Emulator::new(header.size, 100);
    for event in &events {
        replay(&mut emulator, event);
    }
    assert_eq!(lines(&mut emulator), live["lines"]);
    let Some(What::Output(screen)) = events.first() else {
        panic!("{events:#?}");
    };
    assert!(screen.contains("\x1b[0;1;31mred\x1b[m"), "{screen:?}");
    assert!(screen.contains("between"), "{screen:?}");
}

fn replay(emulator: &mut Emulator, event: &What) {
    match event {
        What::Output(text) => emulator.feed(text.as_bytes(), &mut Vec::new()),
        What::Resize(size) => emulator.resize(*size),
        _ => {}
    }
}

/// Returns the lines that an emulator shows, as `screen --format json` does.
fn lines(emulator: &mut Emulator) -> Value {
    let rows = emulator.screen().rows.iter();
    rows.map(|row| row.text().trim_end_matches(' ').to_owned())
        .collect::<Vec<_>>()
        .into()
}

/// A moment of a pane: its offset and what it shows then.
struct Moment {
    offset: u64,
    lines: Value,
}

/// Waits until the pane is at rest and returns what it shows.
fn moment(sandbox: &Sandbox, pane: &str) -> Moment {
    let offset = || sandbox.pane(pane)["offset"].as_u64().unwrap();
    wait_for("a moment without output", || {
        let before = offset();
        let screen = sandbox.json(&["screen", pane, "--format", "json"]);
        (offset() == before).then(|| Moment {
            offset: before,
            lines: screen["lines"].clone(),
        })
    })
}

/// The recording, played into an emulator, shows at each offset what the pane showed.
#[test]
fn a_recording_shows_what_the_screen_showed() {
    let text: String = (1..=200)
        .map(|n| format!("line {n} über 日本 ✓\n"))
        .collect();
    let check = |program: &str, steps: &[&str]| {
        let sandbox = Sandbox::new();
        sandbox.write("text", &text);
        sandbox.write(
            "muxpect.toml",
            &format!(
                "version = 1\n[[pane]]\nname = \"p\"\nrecord = \"p.cast\"\nshell = \"exec {program} text\"\n"
            ),
        );
        sandbox.ok(&["up", "-d"]);
        sandbox.ok(&["expect", "p", "--from", "start", "--exact", "line 20"]);
        let mut outer = sandbox.open(30, 100, &["attach", "--layout", "single"]);
        outer.wait_text("line 20 ");
        let mut moments = vec![moment(&sandbox, "p")];
        for (number, step) in steps.iter().enumerate() {
            let before = moments[number].offset;
            sandbox.ok(&["send", "p", "-n", step]);
            sandbox.wait_pane("p", |pane| pane["offset"].as_u64() > Some(before));
            moments.push(moment(&sandbox, "p"));
            if number == 1 {
                outer.resize(24, 80);
                sandbox.wait_pane("p", |pane| pane["cols"].as_u64() < Some(80));
                moments[number + 1] = moment(&sandbox, "p");
            }
        }
        sandbox.ok(&["down"]);
        outer.wait_end();
        let (header, events) = read(&sandbox.path("p.cast"));
        let mut emulator = Emulator::new(header.size, 100);
        let mut offset = 0;
        let mut moments = moments.into_iter().peekable();
        for event in &events {
            replay(&mut emulator, event);
            if let What::Output(text) = event {
                offset += text.len() as u64;
            }
            let is_ahead = |next: &Moment| next.offset >= offset;
            assert!(
                moments.peek().is_none_or(is_ahead),
                "{program}: no event ends where the screen was looked at, before {offset}"
            );
            // A size that came at the same offset belongs to it.
            let shown = lines(&mut emulator);
            moments.next_if(|next| next.offset == offset && next.lines == shown);
        }
        let left = moments.next().map(|moment| (moment.offset, moment.lines));
        assert_eq!(
            left,
            None,
            "{program} at {offset} shows {:#}",
            lines(&mut emulator)
        );
    };
    check(
        "vim -u NONE -i NONE -n",
        &["\u{6}", "5dd", "\u{2}", "ihere\u{1b}", ":set nu\r", "G"],
    );
    check("less", &[" ", "/150\r", "g", "G", "/12\r"]);
}

/// Kills servers while a pane prints numbered lines as fast as it can, and reads the recordings.
#[test]
fn two_hundred_killed_servers_cost_one_event_each_at_most() {
    for round in 0..200 {
        // A server that is being killed may be listed for a moment.
        let sandbox = Sandbox::new();
        sandbox.write(
            "muxpect.toml",
            "version = 1\n[[pane]]\nname = \"p\"\nrecord = \"p.cast\"\n\
             shell = \"i=0; while :; do i=$((i+1)); echo line $i of many; done\"\n",
        );
        sandbox.ok(&["up", "-d"]);
        let server = server(&sandbox);
        let long = |pane: &Value| pane["offset"].as_u64() > Some(10_000);
        let read_by_then = sandbox.wait_pane("p", long)["offset"].as_u64().unwrap();
        let path = sandbox.path("p.cast");
        signal(server, "KILL");
        wait_for("the server's end", || (!is_alive(server)).then_some(()));

        let (_, events) = read(&path);
        let output = output(&events);
        let longest = events.iter().map(|event| match event {
            What::Output(text) => text.len(),
            _ => 0,
        });
        let kept = output.len() + longest.max().unwrap();
        assert!(
            kept as u64 >= read_by_then,
            "{round}: {kept} of {read_by_then}"
        );
        let whole = output.rsplit_once("\r\n").expect("lines").0;
        for (number, line) in (1..).zip(whole.split("\r\n")) {
            assert_eq!(line, format!("line {number} of many"), "{round}");
        }
    }
}

#[test]
fn a_server_that_is_told_to_end_writes_everything() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "muxpect.toml",
        "version = 1\n[[pane]]\nname = \"p\"\nrecord = \"p.cast\"\nshell = \"seq 1 20000; cat\"\n",
    );
    sandbox.ok(&["up", "-d"]);
    sandbox.ok(&["expect", "p", "--from", "start", "20000\n"]);
    let server = server(&sandbox);
    signal(server, "TERM");
    wait_for("the server's end", || (!is_alive(server)).then_some(()));
    let (_, events) = read(&sandbox.path("p.cast"));
    let expected: String = (1..=20_000).map(|number| format!("{number}\r\n")).collect();
    assert_eq!(output(&events), expected);
}

#[test]
fn a_full_disk_ends_no_child_and_what_is_lost_is_told() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("disk")).unwrap();
    sandbox.write(
        "muxpect.toml",
        "version = 1\nsession.name = \"full\"\n\
         [[pane]]\nname = \"flood\"\nshell = \"seq 1 400000; echo done; cat\"\nrecord = \"disk/flood.cast\"\n\
         [[pane]]\nname = \"calm\"\nshell = \"echo calm; cat\"\nrecord = \"disk/calm.cast\"\n",
    );
    // The file system is there for this session alone, and goes with it.
    let script = r#"
        set -e
        mount -t tmpfs -o size=1m none "$PWD/disk"
        "$1" up -d
        "$1" expect flood --from start --timeout 60s --exact 'done'
        until "$1" events | grep -m 1 '"lost"' > lost.json; do sleep 0.02; done
        "$1" ps --json > ps.json
        cp disk/flood.cast flood.cast
        : > disk/calm.cast && rm disk/flood.cast
        "$1" send calm 'is calm'
        "$1" expect calm --exact 'is calm'
        "$1" down
        cp disk/calm.cast calm.cast
    "#;
    let mut unshare = sandbox.program("unshare");
    unshare.args([
        "-rm",
        "sh",
        "-c",
        script,
        "sh",
        env!("CARGO_BIN_EXE_muxpect"),
    ]);
    let done = Done::from(unshare.output().unwrap());
    assert_eq!(done.code, 0, "{done:?}");
    let json = |name: &str| -> Value {
        serde_json::from_str(&fs::read_to_string(sandbox.path(name)).unwrap()).unwrap()
    };
    let panes = json("ps.json");
    for pane in panes.as_array().unwrap() {
        assert_eq!(pane["state"], "running", "{pane}");
    }
    let lost = json("lost.json");
    assert!(
        lost["what"].as_str().unwrap().starts_with("recording "),
        "{lost}"
    );
    assert!(lost["bytes"].as_u64() > Some(100_000), "{lost}");
    let (_, events) = read(&sandbox.path("flood.cast"));
    let text = output(&events);
    assert!(text.len() > 300_000, "{}", text.len());
    // Until the disk is full it has everything; later events may find room again.
    for (number, line) in (1..=40_000).zip(text.split("\r\n")) {
        assert_eq!(line, number.to_string());
    }
    let text = fs::read_to_string(sandbox.path("calm.cast")).unwrap();
    assert!(text.contains("is calm"), "{text}");
}
