//! The config file: raw TOML in, a checked [`Config`] out.
//!
//! Reading is pure: text and an [`Environment`] in, values or every error with its place out;
//! only `load` and `watch` touch files. `schema` names the keys, `form` says what their values look
//! like, from which `json` makes a JSON Schema, `section` and `entry` read tables and
//! values with their places, `session`, `secret`, `pane`, `files` and `rule` give them their meaning; of
//! rules, `contradiction`, `check` and `states` find what cannot work; `library` holds the
//! rulesets that come with the program; `interface`, `keys` and `theme` are what the interface
//! reads, and `user` is the user's own config; `error` shows what is wrong; `reload` compares two
//! configs. Nothing here starts or changes anything.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Duration,
};

use toml::de::DeTable;

use crate::{
    expect::{AutoAnswer, RuleSpec},
    pane::{PaneSpec, SecretSpec},
    session::{Layout, NotifySpec, OnFinished},
};

mod answer;
mod check;
mod contradiction;
mod entry;
mod error;
mod files;
mod form;
mod interface;
#[cfg(test)]
mod interface_tests;
mod json;
mod keys;
mod library;
mod load;
mod notify;
mod options;
mod pane;
#[cfg(test)]
mod readings;
mod reload;
mod rule;
mod schema;
mod secret;
mod section;
mod session;
mod states;
mod stop;
mod theme;
mod trigger;
mod user;
mod value;
mod watch;

pub use error::{ConfigError, ConfigErrors, MAX_ERRORS};
pub use interface::{InterfaceSpec, parse_interface};
pub use json::json_schema;
pub use keys::{Bindings, DEFAULT_ESCAPE, KeysSpec};
pub use library::{library_names, library_rulesets};
pub use load::{
    LoadError, MAX_CONFIG_BYTES, load, load_interface, load_ruleset, load_theme, load_user,
};
pub use options::MAX_WINDOW;
pub use pane::MAX_SCROLLBACK;
pub use reload::{Change, Plan};
pub use schema::{KEYS_INBOX, KEYS_INSPECT, KEYS_SCROLL, KEYS_WATCH, TABLES, THEME, Table};
pub use theme::{Styles, ThemeName, ThemeSpec, built_in_theme, parse_theme};
pub use user::{UserConfig, parse_user, user_config_path};
pub use value::LONGEST_DURATION;
pub use watch::WatchedFiles;

/// What a config is read against.
pub use crate::session::Environment;

/// A config in which everything has been checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The session's name, if the file gives one.
    pub name: Option<String>,
    /// How an interface arranges panes at its start.
    pub layout: Layout,
    /// What happens when all panes have ended.
    pub on_finished: OnFinished,
    /// Whether rules answer at first.
    pub auto_answer: AutoAnswer,
    /// Whether rules may run commands.
    pub allow_run: bool,
    /// How long an ask may wait before its pane fails, in a session that nobody watches.
    pub ask_timeout: Option<Duration>,
    /// The secrets by name, and those of the library's rulesets that panes use, which a person
    /// is asked for where the file does not describe them.
    pub secrets: BTreeMap<String, SecretSpec>,
    /// The variables that hold secrets. No pane has them in its environment, and nothing else
    /// that is started should.
    pub secret_variables: BTreeSet<String>,
    /// The panes in file order, with their rules; possibly none.
    pub panes: Vec<PaneSpec>,
    /// Every ruleset in file order, whether or not a pane uses it.
    pub rulesets: Vec<Ruleset>,
    /// Values for `{var.NAME}` in templates.
    pub vars: BTreeMap<String, String>,
    /// Keys and colours of interfaces that show the session.
    pub interface: InterfaceSpec,
    /// Who is told when a pane needs somebody.
    pub notify: NotifySpec,
}

/// A named list of rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruleset {
    /// Its name, unique in the file.
    pub name: String,
    /// Its rules in file order, defaults filled in.
    pub rules: Vec<RuleSpec>,
}

impl Config {
    /// Returns the rules of all rulesets, in file order.
    pub fn rules(&self) -> Vec<RuleSpec> {
        let rulesets = self.rulesets.iter();
        rulesets.flat_map(|ruleset| ruleset.rules.clone()).collect()
    }
}

/// Reads a config. `path` is only how messages name the file.
///
/// # Errors
///
/// Everything that is wrong, in the order of the file. A file that is not TOML, or is of another
/// version, gets no further errors: they would only follow from the first.
pub fn parse(text: &str, path: &Path, environment: &Environment) -> Result<Config, ConfigErrors> {
    parse_beside(text, path, environment, &[])
}

/// Reads a config whose panes may use the rulesets `shared` too.
fn parse_beside(
    text: &str,
    path: &Path,
    environment: &Environment,
    shared: &[Ruleset],
) -> Result<Config, ConfigErrors> {
    read_text(text, path, |table, problems| {
        session::read(table, environment, shared, problems)
    })
}

/// Reads a text of TOML with `read`, which is not called if the text is none.
fn read_text<T>(
    text: &str,
    path: &Path,
    read: impl FnOnce(&DeTable<'_>, &mut error::Problems) -> T,
) -> Result<T, ConfigErrors> {
    let mut problems = error::Problems::default();
    let (table, faults) = DeTable::parse_recoverable(text);
    let value = faults
        .is_empty()
        .then(|| read(table.get_ref(), &mut problems));
    for fault in faults {
        let place = fault.span().unwrap_or_default();
        let message = syntax_message(fault.message(), text.get(place.clone()));
        problems.add(place, message);
    }
    match (value, problems.into_errors(text, path)) {
        (Some(value), None) => Ok(value),
        (_, Some(errors)) => Err(errors),
        (None, None) => unreachable!("a text that is no TOML has a fault"),
    }
}

/// Says in the words of this room what the TOML parser found at a place of the text.
fn syntax_message(message: &str, found: Option<&str>) -> String {
    let found = found.unwrap_or_default();
    if message == "duplicate key" {
        return format!(
            "{} is there already; keep one of the two",
            value::shown(found)
        );
    }
    if message.starts_with("string values must be quoted") {
        return if found.trim().is_empty() {
            "a value is missing; write one after the '='".to_owned()
        } else {
            format!("{} is not a value; put text in quotes", value::shown(found))
        };
    }
    if message.starts_with("missing escaped value") {
        return "a backslash begins an escape in \"…\"; put a pattern in '…', where it stands for itself"
            .to_owned();
    }
    format!("this is not TOML: {message}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use nix::sys::signal::Signal;

    use crate::{
        expect::{Answer, Deed, PatternKind, Trigger, View, WhenExit},
        geometry::Size,
        keys::Key,
        pane::{LogMode, LogSpec, RestartPolicy, StopStep},
    };

    use super::*;

    fn config(text: &str) -> Config {
        let environment = Environment {
            cwd: "/project".into(),
            folder: "/project".into(),
            home: Some("/home/ada".into()),
            variables: BTreeMap::from([
                ("LANG".to_owned(), "C.UTF-8".to_owned()),
                ("EDITOR".to_owned(), "vi".to_owned()),
            ]),
            shell: "/bin/dash".to_owned(),
        };
        let text = format!("version = 1\n{text}");
        parse(&text, Path::new("muxpect.toml"), &environment)
            .unwrap_or_else(|errors| panic!("{}", errors.render(false)))
    }

    fn pane(keys: &str) -> PaneSpec {
        let mut config = config(&format!("[[pane]]\n{keys}"));
        config.panes.remove(0)
    }

    /// Reads the only rule of a ruleset `r` with `keys`, below `outer`.
    fn rule(outer: &str, keys: &str) -> RuleSpec {
        let mut config = config(&format!("{outer}\n[[ruleset.rule]]\n{keys}"));
        config.rulesets[0].rules.remove(0)
    }

    #[test]
    fn smallest_config_is_all_defaults() {
        let expected = Config {
            layout: Layout::Tiles,
            on_finished: OnFinished::Keep,
            ..Config::default()
        };
        assert_eq!(config(""), expected);
    }

    #[test]
    fn session_keys() {
        let config =
            config("session = { name = \"b\", layout = \"single\", on_finished = \"exit\" }");
        assert_eq!(config.name.as_deref(), Some("b"));
        assert_eq!(config.layout, Layout::Single);
        assert_eq!(config.on_finished, OnFinished::Exit);
    }

    #[test]
    fn pane_without_options_is_the_default_pane() {
        let expected = PaneSpec::new(
            "ls".to_owned(),
            vec!["ls".to_owned(), "-l".to_owned()],
            "/project".into(),
            BTreeMap::from([
                ("EDITOR".to_owned(), "vi".to_owned()),
                ("LANG".to_owned(), "C.UTF-8".to_owned()),
            ]),
        );
        assert_eq!(pane("cmd = [\"ls\", \"-l\"]"), expected);
    }

    #[test]
    fn pane_keys() {
        let found = pane(
            "name = \"web\"\nshell = \"make serve | tee x\"\ncwd = \"~/web\"\narmed = false\n\
             autostart = false\nrestart = \"on-failure\"\nterm = \"vt100\"\nscrollback = 50\n\
             linger = \"100ms\"\nsize = \"132x50\"\nenv = { EDITOR = \"ed\", PORT = \"80\" }",
        );
        let expected = PaneSpec {
            armed: false,
            autostart: false,
            restart: RestartPolicy::OnFailure,
            term: Some("vt100".to_owned()),
            scrollback: 50,
            linger: Duration::from_millis(100),
            size: Some(Size {
                rows: 50,
                cols: 132,
            }),
            ..PaneSpec::new(
                "web".to_owned(),
                ["/bin/dash", "-c", "make serve | tee x"]
                    .map(str::to_owned)
                    .into(),
                "/home/ada/web".into(),
                [("EDITOR", "ed"), ("LANG", "C.UTF-8"), ("PORT", "80")]
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .into(),
            )
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn panes_without_a_name_are_named_after_their_program() {
        let config = config(
            "pane = [\
             { cmd = [\"/bin/sh\"] }, { cmd = [\"sh\"] }, { name = \"sh-2\", cmd = [\"x\"] },\
             { shell = \"make -j | tee log\" }, { shell = \"A=1 make\" }, { cmd = [\"7\"] },\
             { cmd = [\"./größe\"] }, { cmd = [\"/\"] } ]",
        );
        let names: Vec<_> = config.panes.iter().map(|pane| pane.name.as_str()).collect();
        let expected = [
            "sh", "sh-3", "sh-2", "make", "shell", "pane-7", "gr--e", "pane",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn names_after_programs_are_valid_and_free() {
        let check = |program: &str, taken: &[&str], expected: &str| {
            let name = pane::pane_name(program, |name| taken.contains(&name));
            assert_eq!(name, expected);
            assert!(crate::pane::is_pane_name(&name), "{name}");
        };
        check("vim", &[], "vim");
        check("vim", &["vim"], "vim-2");
        check("vim", &["vim", "vim-2", "vim-3"], "vim-4");
        check("", &[], "pane");
        check("/usr/bin/", &[], "bin");
        check("2048", &["pane-2048"], "pane-2048-2");
        let long = "x".repeat(200);
        check(&long, &[&long[..56]], &format!("{}-2", &long[..56]));
    }

    #[test]
    fn pane_wins_over_defaults_and_joins_env() {
        let config = config(
            "[defaults.pane]\ncwd = \"a\"\nscrollback = 5\nrules = [\"r\"]\nenv = { A = \"1\", B = \"1\" }\n\
             [[ruleset]]\nname = \"r\"\nrule = [{ match = \"x\", send = \"y\" }]\n\
             [[pane]]\ncmd = [\"one\"]\n\
             [[pane]]\ncmd = [\"two\"]\ncwd = \"b\"\nscrollback = 6\nrules = []\nenv = { B = \"2\" }",
        );
        let [one, two] = &config.panes[..] else {
            panic!("{} panes", config.panes.len())
        };
        assert_eq!(
            (one.cwd.as_path(), one.scrollback),
            (Path::new("/project/a"), 5)
        );
        assert_eq!(
            (two.cwd.as_path(), two.scrollback),
            (Path::new("/project/b"), 6)
        );
        assert_eq!((one.rules.len(), two.rules.len()), (1, 0));
        assert_eq!(
            (one.environment["A"].as_str(), one.environment["B"].as_str()),
            ("1", "1")
        );
        assert_eq!(
            (two.environment["A"].as_str(), two.environment["B"].as_str()),
            ("1", "2")
        );
    }

    #[test]
    fn rulesets_join_in_the_order_of_the_pane() {
        let config = config(
            "vars = { who = \"ada\" }\n\
             [[ruleset]]\nname = \"a\"\nrule = [{ match = \"x\", send = \"1\" }, { match = \"y\", send = \"2\" }]\n\
             [[ruleset]]\nname = \"b\"\nrule = [{ name = \"only\", match = \"x\", send = \"3\" }]\n\
             [[pane]]\ncmd = [\"sh\"]\nrules = [\"b\", \"a\"]",
        );
        let rules = config.panes[0].rules.iter();
        let names: Vec<_> = rules
            .map(|rule| format!("{}/{}", rule.ruleset, rule.name))
            .collect();
        assert_eq!(names, ["b/only", "a/rule-1", "a/rule-2"]);
        assert_eq!(config.panes[0].vars["who"], "ada");
        let all = config.rules();
        let names: Vec<_> = all.iter().map(|rule| rule.ruleset.as_str()).collect();
        assert_eq!(names, ["a", "a", "b"]);
    }

    #[test]
    fn logs() {
        let check = |session: &str, keys: &str, expected: Option<(&str, LogMode)>| {
            let text = format!("{session}\n[[pane]]\nname = \"web\"\ncmd = [\"x\"]\n{keys}");
            let expected = expected.map(|(path, mode)| LogSpec {
                path: path.into(),
                mode,
                make_folders: !session.is_empty() && keys.is_empty(),
            });
            assert_eq!(config(&text).panes[0].log, expected, "{text}");
        };
        let session = "session.logs = \"logs\"";
        check("", "", None);
        check(
            session,
            "",
            Some(("/project/logs/web.log", LogMode::Append)),
        );
        check(
            session,
            "log = \"x.log\"",
            Some(("/project/x.log", LogMode::Refuse)),
        );
        check(
            "",
            "log.path = \"~/x\"",
            Some(("/home/ada/x", LogMode::Refuse)),
        );
        check(
            "",
            "log = { path = \"/x\", mode = \"truncate\" }",
            Some(("/x", LogMode::Truncate)),
        );
    }

    #[test]
    fn stop_steps_end_with_a_pause() {
        let check = |stop: &str, expected: Vec<StopStep>| {
            let found = pane(&format!("cmd = [\"x\"]\nstop = {stop}")).stop;
            assert_eq!(found, expected, "{stop}");
        };
        let interrupt = StopStep::Signal(Signal::SIGINT as i32);
        let pause = |seconds| StopStep::Pause(Duration::from_secs(seconds));
        let key = |name: &str| name.parse::<Key>().expect("it is a key");
        check("\"INT\"", vec![interrupt.clone(), pause(2)]);
        check(
            "[\"INT\", \"5s\", \"SIGKILL\", \"0s\"]",
            vec![
                interrupt,
                pause(5),
                StopStep::Signal(Signal::SIGKILL as i32),
                pause(0),
            ],
        );
        check(
            "{ keys = [\"C-c\", \"q\"] }",
            vec![StopStep::Keys(vec![key("C-c"), key("q")]), pause(2)],
        );
        check(
            "[{ cmd = [\"./stop\", \"now\"] }, \"10s\", \"TERM\"]",
            vec![
                StopStep::Run(vec!["./stop".to_owned(), "now".to_owned()]),
                pause(10),
                StopStep::Signal(Signal::SIGTERM as i32),
                pause(2),
            ],
        );
    }

    #[test]
    fn rule_without_options_is_the_default_rule() {
        let expected = RuleSpec {
            ruleset: "r".to_owned(),
            name: "rule-1".to_owned(),
            trigger: Trigger::Match(vec!["x".to_owned()]),
            answer: Answer::Send(vec!["y".to_owned()]),
            ..RuleSpec::default()
        };
        let found = rule("[[ruleset]]\nname = \"r\"", "match = \"x\"\nsend = \"y\"");
        assert_eq!(found, expected);
    }

    #[test]
    fn rule_keys() {
        let found = rule(
            "[[ruleset]]\nname = \"r\"",
            "name = \"n\"\nmatch = [\"x\", \"y\"]\nkind = \"exact\"\nnocase = true\nview = \"stream\"\n\
             window = \"1KiB\"\nstable = \"0ms\"\npriority = -5\nsend = [\"a\", \"\"]\n\
             do = [\"notify:sent: {0}\", \"disarm\"]\nnewline = \"\"\nmax = 3\ncooldown = \"1m\"\nper_minute = 600",
        );
        let expected = RuleSpec {
            ruleset: "r".to_owned(),
            name: "n".to_owned(),
            trigger: Trigger::Match(vec!["x".to_owned(), "y".to_owned()]),
            kind: PatternKind::Exact,
            nocase: true,
            view: View::Stream,
            window: 1024,
            stable: Duration::ZERO,
            priority: -5,
            answer: Answer::Send(vec!["a".to_owned(), String::new()]),
            deeds: vec![Deed::Notify("sent: {0}".to_owned()), Deed::Disarm],
            newline: String::new(),
            max: Some(3),
            cooldown: Duration::from_secs(60),
            per_minute: 600,
            ..RuleSpec::default()
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn triggers() {
        let check = |keys: &str, expected: Trigger| {
            let keys = format!("{keys}\ndo = [\"disarm\"]");
            let found = rule("[[ruleset]]\nname = \"r\"", &keys).trigger;
            assert_eq!(found, expected, "{keys}");
        };
        check("match = \"x\"", Trigger::Match(vec!["x".to_owned()]));
        check("event = \"eof\"", Trigger::Eof);
        check("event = \"exit\"", Trigger::Exit(WhenExit::Any));
        for (text, expected) in [
            ("\"any\"", WhenExit::Any),
            ("\"zero\"", WhenExit::Zero),
            ("\"nonzero\"", WhenExit::Nonzero),
            ("3", WhenExit::Code(3)),
            ("0x10", WhenExit::Code(16)),
        ] {
            let keys = format!("event = \"exit\"\nwhen_exit = {text}");
            check(&keys, Trigger::Exit(expected));
        }
        let minute = Duration::from_secs(60);
        check("event = \"idle\"\nafter = \"1m\"", Trigger::Idle(minute));
        check(
            "event = \"timeout\"\nafter = \"1m\"",
            Trigger::Timeout(minute),
        );
    }

    #[test]
    fn answers() {
        let check = |keys: &str, expected: Answer| {
            let keys = format!("match = \"x\"\n{keys}");
            let found = rule("[[ruleset]]\nname = \"r\"", &keys).answer;
            assert_eq!(found, expected, "{keys}");
        };
        check("do = [\"disarm\"]", Answer::None);
        check("send = \"y\"", Answer::Send(vec!["y".to_owned()]));
        check("eof = true", Answer::Eof);
        check("signal = \"SIGINT\"", Answer::Signal(Signal::SIGINT as i32));
        let keys = ["Down", "Enter"].map(|name| name.parse().expect("it is a key"));
        check("keys = [\"Down\", \"Enter\"]", Answer::Keys(keys.into()));
    }

    #[test]
    fn nearest_table_wins() {
        let outer = "[defaults.rule]\npriority = 1\nview = \"line\"\nonce = true\nnocase = true\n\
                     [[ruleset]]\nname = \"r\"\npriority = 2\nview = \"stream\"\nsend = \"s\"";
        let inherited = rule(outer, "match = \"x\"");
        assert_eq!(inherited.priority, 2);
        assert_eq!(inherited.view, View::Stream);
        assert_eq!(inherited.max, Some(1));
        assert!(inherited.nocase);
        assert_eq!(inherited.answer, Answer::Send(vec!["s".to_owned()]));
        let own = rule(
            outer,
            "match = \"x\"\npriority = 3\nview = \"prompt\"\nonce = false\nnocase = false\neof = true",
        );
        assert_eq!(own.priority, 3);
        assert_eq!(own.view, View::Prompt);
        assert_eq!(own.max, None);
        assert!(!own.nocase);
        assert_eq!(own.answer, Answer::Eof);
        assert_eq!(rule(outer, "match = \"x\"\nmax = 9").max, Some(9));
    }

    #[test]
    fn inherited_options_that_do_not_apply_are_no_errors() {
        let outer = "[defaults.rule]\nwindow = 10\nview = \"stream\"\nnewline = \"\\n\"\n\
                     [[ruleset]]\nname = \"r\"\nsend = \"y\"\ndo = [\"disarm\"]";
        assert_eq!(rule(outer, "match = \"x\"\nview = \"line\"").window, 10);
        assert_eq!(rule(outer, "event = \"eof\"").answer, Answer::None);
        assert_eq!(rule(outer, "match = \"x\"\nwindow = 20").window, 20);
    }

    #[test]
    fn text_that_is_no_config_is_an_error_never_a_panic() {
        for text in [
            "\u{feff}",
            "[",
            "[[",
            "=",
            "a.b.c",
            "pane = [[[[",
            "\0",
            "\"",
            "'''",
            "version = 1e999",
            "version = 99999999999999999999",
            "[[pane]]\n[pane.cmd]",
            "[pane]\n[[pane]]",
            "[ruleset.rule]",
            "[[ruleset]]\n[ruleset.rule]\nmatch = 1",
            "\r\r\n\u{2028}",
            "version = 1\n[[pane]]\nstop = [[[\"INT\"]]]",
            "vars.a.b = 1",
            "version = 1979-05-27",
        ] {
            let environment = Environment {
                cwd: "/".into(),
                folder: "/".into(),
                home: None,
                variables: BTreeMap::new(),
                shell: String::new(),
            };
            let errors = parse(text, Path::new("x"), &environment).expect_err(text);
            assert!(!errors.errors().is_empty(), "{text:?}");
            assert!(errors.render(false).starts_with("x:"), "{text:?}");
            assert!(!errors.to_string().contains(char::is_control), "{text:?}");
        }
    }
}
