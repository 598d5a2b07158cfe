//! The ruleset library, `assets/rulesets/`: every file is used by its name, and recordings of the real
//! programs get exactly the decisions of the golden files beside them.
//!
//! `tests/recordings/rules/NAME.cast` is replayed through a pane's core, with the recording's own
//! times; `NAME.golden` has each decision and each answer. `MUXPECT_BLESS=1` writes the golden files;
//! look at them before you keep them. The programs were recorded with plain answers of a person, so
//! a recording goes on whether or not a rule acts.

mod replay {
    pub mod cast;
}

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use muxpect::{
    config::{self, Environment},
    expect::{Answer, AutoAnswer, Context, Deed, Exit, Rule, RuleSpec},
    pane::{Core, CoreOptions, Effect, Moment, PaneSpec},
    pty::TtyState,
};
use replay::cast::{Cast, Step};

/// Each recording with the rulesets of its pane.
const RECORDINGS: [(&str, &[&str]); 33] = [
    ("agents", &["agents"]),
    ("apt", &["apt", "dpkg"]),
    ("apt-careful", &["apt", "questions"]),
    ("debconf", &["dpkg"]),
    ("dnf", &["dnf"]),
    ("dpkg", &["dpkg"]),
    ("gdb", &["gdb"]),
    ("gdb-debuginfod", &["gdb"]),
    ("git", &["git"]),
    ("git-log", &["git", "pagers"]),
    ("less", &["pagers"]),
    ("mariadb", &["mysql"]),
    ("npm", &["npm"]),
    ("npx", &["npm"]),
    ("pacman", &["pacman"]),
    ("passwd", &["passwd"]),
    ("pip", &["python"]),
    ("psql", &["psql", "pagers"]),
    ("python", &["python", "pagers"]),
    ("questions", &["questions"]),
    ("sqlite3", &["sqlite3"]),
    ("ssh", &["ssh"]),
    ("ssh-add", &["ssh"]),
    ("ssh-changed", &["ssh"]),
    ("ssh-expired", &["ssh"]),
    ("ssh-interactive", &["ssh", "sudo"]),
    ("ssh-key", &["ssh"]),
    ("ssh-keygen", &["ssh-keygen"]),
    ("ssh-refused", &["ssh"]),
    ("su", &["sudo", "questions"]),
    ("sudo", &["sudo"]),
    ("sudo-refused", &["sudo"]),
    ("whiptail", &["dialog"]),
];

/// Rules that no recording shows, with the reason.
const NOT_RECORDED: [(&str, &str); 7] = [
    (
        "dpkg/other-file",
        "dpkg suggests to keep the file, but for some of its options",
    ),
    (
        "mysql/password-again",
        "a secret must have been sent before",
    ),
    ("npm/account", "it needs an account at a registry"),
    (
        "pacman/choice",
        "it needs a repository with several providers",
    ),
    (
        "pagers/less-alternate",
        "a recording does not tell which program reads",
    ),
    (
        "pagers/less-file",
        "a recording does not tell which program reads",
    ),
    ("sudo/password-again", "a secret must have been sent before"),
];

/// The prompts at which the recorded programs turn ECHO off; a recording does not tell.
const HIDDEN: [&str; 3] = ["password", "passphrase", "parole"];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Returns the names of the files in a folder that end in `.EXTENSION`, without that, sorted.
fn names(folder: &Path, extension: &str) -> BTreeSet<String> {
    let paths = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let paths = paths.filter(|path| path.extension().is_some_and(|found| found == extension));
    paths
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect()
}

fn library() -> BTreeSet<String> {
    names(&folder("assets/rulesets"), "toml")
}

/// Returns the pane of a config that uses these rulesets of the library by their names.
fn pane(rulesets: &[&str]) -> PaneSpec {
    let text =
        format!("version = 1\n[[pane]]\nname = \"job\"\ncmd = [\"job\"]\nrules = {rulesets:?}\n");
    let environment = Environment {
        cwd: "/home/ada".into(),
        folder: "/home/ada".into(),
        home: Some("/home/ada".into()),
        variables: BTreeMap::new(),
        shell: "/bin/sh".to_owned(),
    };
    let config = config::parse(&text, Path::new("muxpect.toml"), &environment);
    let mut config = config.unwrap_or_else(|errors| panic!("{rulesets:?}: {errors}"));
    config.panes.remove(0)
}

fn title(rule: &RuleSpec) -> String {
    format!("{}/{}", rule.ruleset, rule.name)
}

#[test]
fn every_file_is_a_ruleset_of_its_name() {
    assert!(!library().is_empty());
    for name in library() {
        let pane = pane(&[&name]);
        assert!(!pane.rules.is_empty(), "{name}");
        for rule in &pane.rules {
            assert_eq!(rule.ruleset, name);
            Rule::compile(rule, &pane.vars).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
    let all: Vec<String> = library().into_iter().collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    assert!(pane(&all).rules.len() > all.len());
}

#[test]
fn rules_of_the_library_are_careful() {
    for name in library() {
        for rule in pane(&[&name]).rules {
            let title = title(&rule);
            match &rule.answer {
                // Once; and only where the whole prompt is known, from its first column on.
                Answer::Secret(_) => {
                    assert!(matches!(rule.max, None | Some(1)), "{title}");
                    assert_eq!(rule.view, muxpect::expect::View::Prompt, "{title}");
                    let muxpect::expect::Trigger::Match(patterns) = &rule.trigger else {
                        panic!("{title} has no pattern");
                    };
                    for pattern in patterns {
                        assert!(
                            pattern.starts_with('^') && pattern.ends_with(": $"),
                            "{title}: {pattern}"
                        );
                    }
                }
                // A yes without a person has a condition that shows what it is about.
                Answer::Send(texts) if texts.iter().any(|text| text.starts_with(['y', 'Y'])) => {
                    let checked = rule.context.is_some() || rule.not.is_some();
                    assert!(rule.confirm || checked, "{title}");
                }
                _ => {}
            }
            assert!(
                !rule.deeds.iter().any(|deed| matches!(
                    deed,
                    Deed::Run(_) | Deed::Restart | Deed::Terminate | Deed::Arm(_)
                )),
                "{title}"
            );
        }
    }
}

/// Replays a recording in reads of at most `read` bytes, and returns what the rules decided and
/// sent, a line each.
fn replay(cast: &Cast, pane: &PaneSpec, read: usize) -> String {
    let begun = Instant::now();
    let compile = |rule| Rule::compile(rule, &pane.vars).unwrap();
    let mut core = Core::new(
        CoreOptions {
            size: cast.size,
            scrollback: 1_000,
            rules: pane.rules.iter().map(compile).collect(),
            context: Context {
                pane: pane.name.clone(),
                session: "replay".to_owned(),
                vars: pane.vars.clone(),
            },
            armed: true,
            auto_answer: AutoAnswer::On,
            idle: None,
        },
        begun,
    );
    let start = moment(&mut core, begun);
    core.started(start, None);
    let mut told = String::new();
    for (at, step) in &cast.steps {
        let until = begun + *at;
        rest(&mut core, begun, until, &mut told);
        let moment = moment(&mut core, until);
        match step {
            Step::Output(text) => {
                for part in text.as_bytes().chunks(read) {
                    core.output(moment, part);
                }
            }
            Step::Resize(size) => core.resize(*size),
            Step::Mark(text) if text == "eof" => core.end(moment),
            Step::Mark(text) => {
                core.drained(moment);
                let code = text
                    .strip_prefix("exit ")
                    .and_then(|code| code.parse().ok());
                core.exited(
                    moment,
                    Exit::Code(code.expect("a mark is an exit or the end")),
                );
            }
        }
        take(&mut core, *at, &mut told);
    }
    told
}

/// Does what is due before `until`.
fn rest(core: &mut Core, begun: Instant, until: Instant, told: &mut String) {
    let mut before = None;
    let mut repeated = 0;
    while let Some(due) = core.next_deadline().filter(|due| *due < until) {
        // A rule that enters a state has the prompt looked at again at once.
        repeated = if before == Some(due) { repeated + 1 } else { 0 };
        assert!(repeated < 10, "time goes on: {told}");
        before = Some(due);
        let moment = moment(core, due);
        core.tick(moment);
        if core.attention_due(due) {
            core.judge_attention(moment, None, false);
        }
        take(core, due - begun, told);
    }
}

/// Returns a moment at a tty that reads lines, and shows them but at a password.
fn moment(core: &mut Core, now: Instant) -> Moment<'static> {
    let prompt = core.emulator_mut().prompt().text.to_lowercase();
    let hidden = prompt.ends_with(": ") && HIDDEN.iter().any(|word| prompt.contains(word));
    Moment {
        now,
        tty: Some(TtyState {
            echo: !hidden,
            canonical: true,
            end_of_file: Some(4),
        }),
        holder: None,
    }
}

/// Takes what is to be done: the child's input goes nowhere, the rules' events are told.
fn take(core: &mut Core, at: Duration, told: &mut String) {
    core.written(core.outbox().len());
    for effect in core.take_effects() {
        let Effect::Event(event) = effect else {
            continue;
        };
        let event = serde_json::to_value(event).unwrap();
        let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
        let line = match event["event"].as_str().unwrap() {
            "decision" if event["outcome"] == "fired" => {
                format!("{} fired at {:?}", text("rule"), text("prompt"))
            }
            "decision" => format!(
                "{} {} at {:?}: {}",
                text("rule"),
                text("outcome"),
                text("prompt"),
                text("reason")
            ),
            "answered" => format!("{} answered {:?}", text("rule"), text("text")),
            "notified" => format!("notified {:?}", text("text")),
            "disarmed" => format!("disarmed ({})", text("reason")),
            _ => continue,
        };
        writeln!(told, "{:.3} {line}", at.as_secs_f64()).unwrap();
    }
}

#[test]
fn case_29_a_recording_gives_the_same_decisions_however_it_is_read() {
    for (name, rulesets) in RECORDINGS {
        let path = folder("tests/recordings/rules").join(format!("{name}.cast"));
        let cast = Cast::parse(&fs::read_to_string(path).unwrap());
        let whole = replay(&cast, &pane(rulesets), usize::MAX);
        for read in [usize::MAX, 1, 7, 64] {
            assert_eq!(replay(&cast, &pane(rulesets), read), whole, "{name}");
        }
    }
}

#[test]
fn case_30_recordings_get_the_decisions_they_should() {
    let bless = std::env::var_os("MUXPECT_BLESS").is_some();
    let folder = folder("tests/recordings/rules");
    let mut seen = BTreeSet::new();
    for (name, rulesets) in RECORDINGS {
        let text = fs::read_to_string(folder.join(format!("{name}.cast"))).unwrap();
        let got = replay(&Cast::parse(&text), &pane(rulesets), usize::MAX);
        for line in got.lines() {
            if let [_, rule, "fired" | "asked", "at", ..] = line.split(' ').collect::<Vec<_>>()[..]
            {
                seen.insert(rule.to_owned());
            }
        }
        let golden = folder.join(format!("{name}.golden"));
        if bless {
            fs::write(golden, got).unwrap();
        } else {
            let expected = fs::read_to_string(&golden).unwrap_or_default();
            assert!(got == expected, "{name}: expected\n{expected}\ngot\n{got}");
        }
    }
    let listed = RECORDINGS.map(|(name, _)| name.to_owned());
    assert_eq!(names(&folder, "cast"), BTreeSet::from(listed));

    let all: BTreeSet<String> = library()
        .iter()
        .flat_map(|name| pane(&[name]).rules)
        .map(|rule| title(&rule))
        .collect();
    let unseen: Vec<&str> = all.difference(&seen).map(String::as_str).collect();
    let excused = NOT_RECORDED.map(|(rule, _)| rule);
    assert_eq!(unseen, excused, "every other rule acts in a recording");
}
