//! What muxpect writes for other programs and for a beginning: the starter config, completions,
//! manual pages, the schema, pictures.

use std::{fs, process::Stdio};

use crate::sandbox::{Done, Sandbox};

#[test]
fn the_starter_runs_as_it_stands_and_is_never_overwritten() {
    let sandbox = Sandbox::new();
    let said = sandbox.ok(&["init"]);
    assert!(said.starts_with("wrote muxpect.toml; edit it, "), "{said}");
    assert_eq!(sandbox.ok(&["check"]).lines().count(), 1);
    sandbox.ok(&["up", "-d"]);
    let ask = sandbox.wait_ask();
    assert_eq!(ask["pane"], "setup");
    assert_eq!(ask["prompt"], "Project name: ");
    let screen = sandbox.ok(&["screen", "setup"]);
    assert!(
        screen.starts_with("Install the tools? [y/N] y\n"),
        "{screen}"
    );
    sandbox.ok(&["answer", &ask["id"].to_string(), "demo"]);
    sandbox.ok(&["wait", "setup", "build"]);
    assert!(
        sandbox
            .ok(&["screen", "setup"])
            .contains("\ndemo: tools y\n")
    );

    let before = fs::read(sandbox.path("muxpect.toml")).unwrap();
    let refused = sandbox.run(&["init"]);
    assert_eq!(refused.code, 1);
    assert_eq!(
        refused.stderr,
        "muxpect: muxpect.toml is there already and stays as it is; edit it, or move it away first\n"
    );
    assert_eq!(fs::read(sandbox.path("muxpect.toml")).unwrap(), before);
}

#[test]
fn completions_are_programs_of_their_shells() {
    let sandbox = Sandbox::new();
    for (shell, check) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")] {
        let text = sandbox.ok(&["completions", shell]);
        assert!(text.contains("on-timeout"), "{shell}: {text}");
        let file = sandbox.write(shell, &text);
        let checked = sandbox.program(shell).arg(check).arg(file).output();
        let checked = Done::from(checked.unwrap());
        assert_eq!(checked.code, 0, "{shell}: {checked:?}");
    }
    for shell in ["elvish", "powershell"] {
        assert!(sandbox.ok(&["completions", shell]).contains("screen"));
    }
    let refused = sandbox.run(&["completions", "csh"]);
    assert_eq!(refused.code, 2);
}

#[test]
fn bash_completes_a_verb() {
    let sandbox = Sandbox::new();
    let file = sandbox.write("completions", &sandbox.ok(&["completions", "bash"]));
    let script = ". \"$1\"; COMP_WORDS=(muxpect compl); COMP_CWORD=1; \
                  _muxpect muxpect compl muxpect; echo \"${COMPREPLY[@]}\"";
    let mut bash = sandbox.program("bash");
    bash.args(["--norc", "-c", script, "bash"]).arg(file);
    let done = Done::from(bash.output().unwrap());
    assert_eq!(done.stdout, "completions\n", "{done:?}");
}

#[test]
fn every_verb_has_a_manual_page() {
    let sandbox = Sandbox::new();
    let said = sandbox.ok(&["man", "--dir", "share/man1"]);
    let pages: Vec<_> = fs::read_dir(sandbox.path("share/man1"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(said, format!("{} pages in share/man1\n", pages.len()));
    for page in &pages {
        let mut groff = sandbox.program("groff");
        groff.args(["-man", "-Tutf8", "-ww", "-z"]).arg(page);
        let done = Done::from(groff.stdin(Stdio::null()).output().unwrap());
        assert_eq!((done.code, done.stderr.as_str()), (0, ""), "{page:?}");
    }
    let top = sandbox.ok(&["man"]);
    let help = sandbox.ok(&["--help"]);
    let verbs = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let verbs: Vec<&str> = verbs
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|verb| *verb != "help")
        .collect();
    assert!(verbs.len() > 20, "{verbs:?}");
    for verb in verbs {
        let page = sandbox.path(&format!("share/man1/muxpect-{verb}.1"));
        let page = fs::read_to_string(page).unwrap();
        assert_eq!(page, sandbox.ok(&["man", verb]));
        assert!(top.contains(&format!("muxpect\\-{verb}(1)")), "{verb}");
    }
    assert!(
        sandbox
            .ok(&["man", "rules", "why"])
            .contains("muxpect rules why")
    );
    let refused = sandbox.run(&["man", "fly"]);
    assert_eq!(refused.code, 2);
    assert!(
        refused
            .stderr
            .starts_with("muxpect: there is no verb 'fly'; ")
    );
}

#[test]
fn the_schema_is_json() {
    let sandbox = Sandbox::new();
    let schema = sandbox.json(&["schema"]);
    let cmd = "/properties/pane/items/properties/cmd/type";
    assert_eq!(schema.pointer(cmd).unwrap(), "array");
}

#[test]
fn a_picture_shows_the_screen_and_history() {
    let sandbox = Sandbox::new();
    let script = "seq 1 40; printf '\\033[31m<&>\\033[m \\033[7m日本\\033[m'; cat";
    sandbox.ok(&["run", "-d", "--size", "30x10", "--", "sh", "-c", script]);
    sandbox.ok(&["expect", "sh", "--from", "start", "本"]);
    let picture = sandbox.ok(&["screen", "--format", "svg", "--history", "5"]);
    let document = roxmltree::Document::parse(&picture).unwrap();
    let svg = document.root_element();
    // 15 rows of 16 units and a margin of 10.
    assert_eq!(svg.attribute("height"), Some("260"));
    let texts = document
        .descendants()
        .filter(|node| node.has_tag_name("text"));
    let texts: Vec<_> = texts.filter_map(|node| node.text()).collect();
    let expected: Vec<String> = (27..=40).map(|number| number.to_string()).collect();
    assert_eq!(texts[..14], expected);
    assert_eq!(texts[14..], ["<&>", "日", "本"]);
}
