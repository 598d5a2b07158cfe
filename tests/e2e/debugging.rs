//! The debugging session of docs/debugging.md, step by step: an installer hangs at a question, why is
//! found, a rule is made from the prompt, the job is answered.

use std::fs;

use crate::sandbox::{Sandbox, project, wait_for};

/// Returns a world in which the installer has been started and hangs.
fn hung() -> Sandbox {
    let sandbox = Sandbox::new();
    for file in ["setup.sh", "muxpect.toml"] {
        let text = fs::read_to_string(project("docs/debugging").join(file)).unwrap();
        sandbox.write(file, &text);
    }
    sandbox.ok(&["up", "-d"]);
    sandbox
}

#[test]
fn an_unexpected_question_is_found_and_answered() {
    let sandbox = hung();
    // 1. It waits.
    let pane = sandbox.wait_pane("setup", |pane| {
        pane["attention"] == "waiting" && pane["prompt"] == "Overwrite 3 files in /srv? [y/N] "
    });
    assert_eq!(pane["state"], "running");
    // 2. Why.
    let why = sandbox.ok(&["rules", "why", "setup"]);
    assert!(
        why.contains("its context 'Saved \\d+ files' does not match in"),
        "{why}"
    );
    // 3. What it printed.
    let mut outer = sandbox.open(24, 80, &["attach"]);
    outer.wait_text("Overwrite 3 files");
    outer.send("I");
    outer.wait_text("INSPECT");
    outer.wait_text("rule installer/overwrite held: its context");
    outer.wait_text("resized to");
    outer.send("kk\r");
    outer.wait_text("ESC[33m          yellow");
    outer.wait_text("Overwrite 3 files in /srv? [y/N]");
    outer.send("\x1b");
    outer.wait_text("Enter in full");
    outer.send("\t");
    outer.wait_text("ECHO on  ICANON on");
    outer.wait_text("reads the tty (read)");
    outer.send("\tj");
    outer.wait_text("its context 'Saved");
    outer.send("\x1b[Z\x1b[Z");
    // 4. A rule of it.
    outer.wait_text("[timeline]");
    outer.send("m");
    outer.wait_text("A rule from this prompt");
    outer.send("y\r");
    outer.wait_text("setup.rules.toml");
    let made = wait_for("the file", || {
        fs::read_to_string(sandbox.path("setup.rules.toml")).ok()
    });
    assert!(
        made.contains(r"match = '^Overwrite \d+ files in /srv\? \[y/N\] $'"),
        "{made}"
    );
    // 5. It is proved on the recording.
    let test = |arguments: &[&str]| {
        let test = ["rules", "test", "--cast", "setup.cast"];
        sandbox.ok(&[&test[..], arguments].concat())
    };
    let with = test(&["--rules", "setup.rules.toml"]);
    assert!(
        with.lines().count() == 1
            && with.contains(r#"fired  answer "y"  prompt "Overwrite 3 files in /srv? [y/N] ""#),
        "{with}"
    );
    let without = test(&["--golden", "setup.golden", "--bless"]);
    assert_eq!(without, "");
    let golden = fs::read_to_string(sandbox.path("setup.golden")).unwrap();
    assert!(
        golden.contains(r#"installer/folder  fired  answer "/srv""#)
            && golden.contains("installer/overwrite  held"),
        "{golden}"
    );
    test(&["--golden", "setup.golden"]);
    // 6. It answers.
    let config = fs::read_to_string(sandbox.path("muxpect.toml")).unwrap();
    let named = config.replace(
        r#"rules = ["installer"]"#,
        r#"rules = ["installer", "setup"]"#,
    );
    assert_ne!(named, config);
    let ruleset = made.replace("version = 1\n", "");
    sandbox.write("muxpect.toml", &(named + &ruleset));
    sandbox.ok(&["wait", "setup"]);
    sandbox.ok(&["expect", "setup", "--from", "start", "installed in /srv"]);
    outer.wait_text("exited with 0");
}
