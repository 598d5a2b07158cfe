//! `rules learn` and `rules test`: done by hand once, done by rules from then on, and proved on the
//! recording.

use std::fs;

use crate::{
    outer::Outer,
    sandbox::{Sandbox, wait_for},
};

const SCRIPT: &str = r#"
printf 'Your name: '; read name
printf 'Port (1024-65535) [8080]: '; read port
stty -echo; printf 'Password for %s@db1: ' "$name"; read pw; stty echo; printf '\n'
for i in 1 2 3; do printf 'Item %s: ' $i; read item; done
echo "Really do it?"
read yes
test "$pw" = hunter22 && echo "done: $name $yes $item" || echo "wrong: $pw"
"#;

/// Types each answer once its prompt is before the cursor.
fn type_all(outer: &mut Outer, answers: &[(&str, &str)]) {
    for (prompt, answer) in answers {
        outer.wait(&format!("the prompt {prompt:?}"), |screen| {
            let (row, col) = screen.cursor_position();
            let before = screen.contents_between(0, 0, row, col);
            before.trim_end().ends_with(prompt.trim_end())
        });
        outer.send(answer);
    }
}

/// Learns from a command; returns the ruleset and the recording.
fn learn(
    sandbox: &Sandbox,
    command: &[&str],
    answers: &[(&str, &str)],
    score: &str,
) -> (String, String) {
    let arguments = [&["rules", "learn", "-o", "job.toml", "--"], command].concat();
    let mut outer = sandbox.open(24, 200, &arguments);
    type_all(&mut outer, answers);
    outer.wait_text(&format!("they do what you did at {score} prompts"));
    assert_eq!(outer.wait_end().code(), Some(0));
    assert!(outer.is_cooked());
    let read = |name| fs::read_to_string(sandbox.path(name)).unwrap();
    (read("job.toml"), read("job.cast"))
}

/// Has rules answer a command; a person answers what is asked. Returns what it shows at its end.
fn run(sandbox: &Sandbox, command: &[&str], asked: &[&str]) -> String {
    let arguments = [
        &["run", "-d", "--name", "job", "--rules", "job.toml", "--"],
        command,
    ]
    .concat();
    sandbox.ok(&arguments);
    let mut before = None;
    for answer in asked {
        let ask = wait_for("an ask", || {
            let asks = sandbox.json(&["asks", "--json"]);
            let ask = asks.get(0)?["id"].as_u64();
            ask.filter(|_| ask != before)
        });
        before = Some(ask);
        sandbox.ok(&["answer", &ask.to_string(), answer]);
    }
    sandbox.wait_pane("job", |pane| pane["state"] == "ended");
    sandbox.ok(&["screen", "job"])
}

#[test]
fn a_script_is_learned_and_then_runs_by_its_rules() {
    let sandbox = Sandbox::new();
    sandbox.write("ask.sh", SCRIPT);
    let command = ["sh", "ask.sh"];
    let answers = [
        ("Your name:", "ada\r"),
        ("[8080]:", "\r"),
        ("Password for ada@db1:", "hunter22\r"),
        ("Item 1:", "one\r"),
        ("Item 2:", "two\r"),
        ("Item 3:", "three\r"),
        ("Really do it?", "yes\r"),
    ];
    let (rules, cast) = learn(&sandbox, &command, &answers, "7 of 7");
    assert!(!rules.contains("hunter22") && !cast.contains("hunter22"));
    assert!(rules.contains("sequence = { by = \"{number}\""), "{rules}");

    let test = ["rules", "test", "--cast", "job.cast", "--rules", "job.toml"];
    let lines = sandbox.ok(&test);
    let outcomes: Vec<&str> = lines
        .lines()
        .filter_map(|line| line.split("  ").filter(|part| !part.is_empty()).nth(2))
        .collect();
    assert_eq!(
        outcomes,
        [
            "fired", "fired", "asked", "fired", "fired", "fired", "fired"
        ]
    );
    assert_eq!(sandbox.ok(&test), lines, "the same each time");

    // As a project's tests do it.
    let golden = [&test[..], &["--golden", "job.golden"]].concat();
    let missing = sandbox.run(&golden);
    assert_eq!(missing.code, 1);
    assert!(
        missing.stderr.contains("write it with --bless"),
        "{missing:?}"
    );
    sandbox.ok(&[&golden[..], &["--bless"]].concat());
    assert_eq!(
        fs::read_to_string(sandbox.path("job.golden")).unwrap(),
        lines
    );
    assert_eq!(sandbox.ok(&golden), "");
    sandbox.write("job.toml", &rules.replace("\"two\"", "\"zwei\""));
    let differs = sandbox.run(&golden);
    assert_eq!(differs.code, 1);
    let changed: Vec<&str> = differs
        .stdout
        .lines()
        .filter(|line| line.starts_with(['-', '+']) && line.contains("answer"))
        .collect();
    assert_eq!(changed.len(), 2, "{differs:?}");
    assert!(changed[0].contains("answer \"two\"") && changed[1].contains("answer \"zwei\""));
    sandbox.write("job.toml", &rules);

    // A file that is there is kept.
    let again = sandbox.run(&["rules", "learn", "-o", "job.toml", "--", "true"]);
    assert_eq!(again.code, 1);
    assert!(again.stderr.contains("'job.toml' exists"), "{again:?}");

    let shown = run(&sandbox, &command, &["hunter22"]);
    assert!(shown.contains("done: ada yes three"), "{shown}");
}

#[test]
fn python_is_learned_by_lines_and_keys() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "ask.py",
        "import readline, sys, tty, termios\n\
         colour = input('Colour: ')\n\
         before = termios.tcgetattr(0)\n\
         tty.setcbreak(0)\n\
         print('Sure (y/n)? ', end='', flush=True)\n\
         key = sys.stdin.read(1)\n\
         print('\\nPIN: ', end='', flush=True)\n\
         pin = [sys.stdin.read(1) for _ in range(4)]\n\
         termios.tcsetattr(0, termios.TCSADRAIN, before)\n\
         print('\\ndone:', colour, key)\n",
    );
    let command = ["python3", "ask.py"];
    let answers = [("Colour:", "red\r"), ("Sure (y/n)?", "y"), ("PIN:", "4711")];
    let arguments = [&["rules", "learn", "-o", "job.toml", "--"], &command[..]].concat();
    let mut outer = sandbox.open(24, 200, &arguments);
    type_all(&mut outer, &answers);
    outer.wait_text("they do what you did at 3 of 3 prompts");
    assert_eq!(outer.wait_end().code(), Some(0));
    let rules = fs::read_to_string(sandbox.path("job.toml")).unwrap();
    let cast = fs::read_to_string(sandbox.path("job.cast")).unwrap();
    assert!(!rules.contains("4711") && !cast.contains("4711"), "{rules}");
    assert!(rules.contains("keys = [\"y\"]"), "{rules}");
    let shown = run(&sandbox, &command, &["4711"]);
    assert!(shown.contains("done: red y"), "{shown}");
}

#[test]
fn npm_init_is_learned_as_its_own_editor_shows_it() {
    let sandbox = Sandbox::new();
    let command = ["npm", "init"];
    let answers = [
        ("package name: (work)", "tool\r"),
        ("version: (1.0.0)", "\r"),
        ("description:", "\r"),
        ("entry point: (index.js)", "main.js\r"),
        ("test command:", "\r"),
        ("git repository:", "\r"),
        ("keywords:", "\r"),
        ("author:", "Ada\r"),
        ("license: (ISC)", "\r"),
    ];
    let arguments = [&["rules", "learn", "-o", "job.toml", "--"], &command[..]].concat();
    let mut outer = sandbox.open(50, 200, &arguments);
    type_all(&mut outer, &answers);
    // Newer ones ask for the type, too.
    outer.wait("the last question", |screen| {
        let text = screen.contents();
        text.contains("type: (commonjs)") || text.contains("Is this OK? (yes)")
    });
    outer.send("\r");
    if outer.text().contains("type: (commonjs)") {
        type_all(&mut outer, &[("Is this OK? (yes)", "\r")]);
    }
    outer.wait_text("they do what you did at ");
    assert_eq!(outer.wait_end().code(), Some(0));
    let text = outer.text();
    let score = text.split("you did at ").nth(1).unwrap();
    let words: Vec<&str> = score.split_whitespace().take(3).collect();
    assert_eq!(words[0], words[2], "{text}");
    fs::remove_file(sandbox.path("package.json")).unwrap();
    run(&sandbox, &command, &[]);
    let package = fs::read_to_string(sandbox.path("package.json")).unwrap();
    assert!(
        package.contains("\"tool\"") && package.contains("\"Ada\""),
        "{package}"
    );
}

#[test]
fn ssh_keygen_is_learned_with_its_passphrase_asked_for() {
    let sandbox = Sandbox::new();
    let command = ["ssh-keygen", "-q", "-t", "ed25519"];
    let answers = [
        ("id_ed25519):", "key\r"),
        ("(empty for no passphrase):", "correct horse\r"),
        ("Enter same passphrase again:", "correct horse\r"),
    ];
    let (rules, cast) = learn(&sandbox, &command, &answers, "3 of 3");
    assert!(!rules.contains("correct") && !cast.contains("correct"));
    assert!(rules.contains("(?P<path>"), "{rules}");
    fs::remove_file(sandbox.path("key")).unwrap();
    run(&sandbox, &command, &["battery staple", "battery staple"]);
    assert!(sandbox.path("key").exists());
}

#[test]
fn what_cannot_be_tested_or_learned_is_said() {
    let sandbox = Sandbox::new();
    let header = "{\"version\":2,\"width\":80,\"height\":24}\n";
    sandbox.write("a.cast", &format!("{header}[0.1,\"o\",\"Name: \"]\n"));
    sandbox.write(
        "muxpect.toml",
        "version = 1\n[[pane]]\nname = \"a\"\ncmd = [\"a\"]\nrules = [\"r\"]\n\
         [[pane]]\nname = \"b\"\ncmd = [\"b\"]\nrules = [\"r\"]\n\
         [[ruleset]]\nname = \"r\"\n[[ruleset.rule]]\nname = \"n\"\nmatch = \"Name: $\"\nsend = \"{pane}\"\n",
    );
    let refused = sandbox.run(&["rules", "test", "--cast", "a.cast"]);
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("choose one of a, b with --pane"),
        "{refused:?}"
    );
    let named = ["rules", "test", "--cast", "a.cast", "--pane", "b"];
    assert_eq!(
        sandbox.ok(&named),
        "    0.130  r/n  fired  answer \"b\"  prompt \"Name: \"  ('Name: $' matched)\n"
    );
    let json = sandbox.json(&[&named[..], &["--json"]].concat());
    assert_eq!(
        (&json["at_ms"], &json["answer"]),
        (&130.into(), &"b".into())
    );

    // As far as it goes.
    let broken = format!("{header}[0.1,\"o\",\"Name: \"]\n[0.5,\"o\",\"x\"]\noops\n");
    sandbox.write("broken.cast", &broken);
    let done = sandbox.run(&["rules", "test", "--cast", "broken.cast", "--pane", "a"]);
    assert_eq!(done.code, 1);
    assert!(done.stdout.contains("r/n  fired"), "{done:?}");
    assert!(done.stderr.contains("line 4 is no event"), "{done:?}");

    let learned = sandbox.run(&["rules", "learn", "--cast", "a.cast"]);
    assert_eq!(learned.code, 1);
    assert!(learned.stderr.contains("has no input"), "{learned:?}");
    assert_eq!(sandbox.run(&["rules", "learn"]).code, 2);
    let missing = sandbox.run(&["rules", "learn", "-o", "x.toml", "--", "no-such-program"]);
    assert_eq!(missing.code, 127);
    assert!(!sandbox.path("x.cast").exists() && !sandbox.path("x.toml").exists());
}
