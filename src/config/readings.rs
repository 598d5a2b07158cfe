//! What files with states, conditions, secrets and the library are read as, and files that are
//! large or made to be slow.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::Path,
    time::Duration,
};

use crate::{
    expect::{
        Answer, AutoAnswer, Deed, EchoWanted, Otherwise, PatternKind, Region, RuleSpec, Sequence,
        Trigger, View,
    },
    pane::{Concealed, SecretSource, SecretSpec},
};

use super::{Config, ConfigErrors, Environment, parse};

const SECRET: &str = "xyzzy-plugh";

fn read(text: &str) -> Result<Config, ConfigErrors> {
    let variables = [("LANG", "C.UTF-8"), ("TOKEN", SECRET)];
    let environment = Environment {
        cwd: "/project".into(),
        folder: "/project".into(),
        home: Some("/home/ada".into()),
        variables: variables
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .into(),
        shell: "/bin/sh".to_owned(),
    };
    let text = format!("version = 1\n{text}");
    parse(&text, Path::new("muxpect.toml"), &environment)
}

fn config(text: &str) -> Config {
    read(text).unwrap_or_else(|errors| panic!("{}", errors.render(false)))
}

/// Reads the only rule of a ruleset with `outer` keys, below `top`.
fn rule(top: &str, outer: &str, keys: &str) -> RuleSpec {
    let text = format!("{top}\n[[ruleset]]\nname = \"r\"\n{outer}\n[[ruleset.rule]]\n{keys}");
    config(&text).rulesets[0].rules.remove(0)
}

fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).into()
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    let owned = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
    pairs.map(owned).into()
}

#[test]
fn every_key_of_a_rule_is_read() {
    let found = rule(
        "session.allow_run = true",
        "start = \"one\"",
        "match = \"(a) (?<b>c)\"\nkind = \"regex\"\nview = \"screen\"\nregion = \"bottom:5\"\n\
         in = [\"one\", \"two\"]\ngoto = \"two\"\ncontext = \"d\"\nnot = \"e\"\n\
         equals = { 1 = \"{pane}\", b = \"x\" }\notherwise = \"ask\"\necho = \"on\"\n\
         foreground = \"ssh\"\nsequence = { by = \"{1}\", \" yes \" = \"y\", default = \"{b}\" }\n\
         hold = true\ndelay = \"1s\"\nconfirm = true\n\
         do = [\"focus\", \"log:a: b\", \"arm:web\", \"restart\", \"run:make 'all of' {1}\"]",
    );
    let expected = RuleSpec {
        ruleset: "r".to_owned(),
        start: "one".to_owned(),
        name: "rule-1".to_owned(),
        trigger: Trigger::Match(texts(["(a) (?<b>c)"])),
        view: View::Screen,
        region: Region::Bottom(5),
        states: texts(["one", "two"]),
        goto: Some("two".to_owned()),
        context: Some("d".to_owned()),
        not: Some("e".to_owned()),
        equals: pairs([("1", "{pane}"), ("b", "x")]),
        otherwise: Otherwise::Ask,
        echo: EchoWanted::On,
        foreground: texts(["ssh"]),
        answer: Answer::Sequence(Sequence {
            by: "{1}".to_owned(),
            answers: pairs([("yes", "y")]),
            default: Some("{b}".to_owned()),
        }),
        hold: true,
        delay: Duration::from_secs(1),
        confirm: true,
        deeds: vec![
            Deed::Focus,
            Deed::Log("a: b".to_owned()),
            Deed::Arm("web".to_owned()),
            Deed::Restart,
            Deed::Run(texts(["make", "all of", "{1}"])),
        ],
        ..RuleSpec::default()
    };
    assert_eq!(found, expected);
}

#[test]
fn words_of_rules() {
    let check = |keys: &str, expected: fn(&RuleSpec) -> bool| {
        let found = rule("", "", keys);
        assert!(expected(&found), "{keys}: {found:?}");
    };
    let send = |keys: &str| format!("match = \"x\"\nsend = \"y\"\n{keys}");
    check(&send("kind = \"glob\""), |rule| {
        rule.kind == PatternKind::Glob
    });
    check(&send("view = \"raw\"\nwindow = 9"), |rule| {
        rule.view == View::Raw
    });
    check(&send("context = \"a\"\nregion = \"since-send\""), |rule| {
        rule.region == Region::SinceSend
    });
    check(&send("region = \"all\""), |rule| rule.region == Region::All);
    check("event = \"bell\"\ndo = [\"focus\"]", |rule| {
        rule.trigger == Trigger::Bell
    });
    check("event = \"start\"\nsend = \"ls\"", |rule| {
        rule.trigger == Trigger::Start
    });
    check("match = \"x\"\ndo = [\"ask\"]", |rule| {
        rule.deeds == [Deed::Ask]
    });
    check("match = \"x\"\ndo = [\"terminate\"]", |rule| {
        rule.deeds == [Deed::Terminate]
    });
    check("match = \"x\"\nhold = true", |rule| rule.hold);
    let idle = "event = \"idle\"\nafter = \"1m\"\nkind = \"exact\"\nnot = \"(\"\nsend = \"\"";
    check(idle, |rule| rule.not.as_deref() == Some("("));
}

#[test]
fn a_secret_is_sent_once_unless_something_else_is_written() {
    let check = |defaults: &str, outer: &str, keys: &str, expected: Option<u32>| {
        let top = format!("secrets.root.ask = true\n[defaults.rule]\n{defaults}");
        let keys = format!("match = \"x\"\n{keys}");
        assert_eq!(
            rule(&top, outer, &keys).max,
            expected,
            "{top} {outer} {keys}"
        );
    };
    check("", "", "secret = \"root\"", Some(1));
    check("", "secret = \"root\"", "", Some(1));
    check("", "", "secret = \"root\"\nonce = false", None);
    check("", "max = 3", "secret = \"root\"", Some(3));
    check("once = false", "", "secret = \"root\"", None);
    check("", "secret = \"root\"", "send = \"y\"", None);
}

#[test]
fn inherited_keys_that_cannot_be_meant_are_left_out() {
    let outer = "secret = \"root\"\ncontext = \"a\"\nequals = { 1 = \"a\" }\nhold = true\n\
                 confirm = true\ndelay = \"1s\"\necho = \"off\"\nforeground = \"ssh\"";
    let read = |keys: &str| rule("secrets.root.ask = true", outer, keys);
    let start = read("event = \"start\"\ndo = [\"focus\"]");
    let plain = RuleSpec {
        ruleset: "r".to_owned(),
        name: "rule-1".to_owned(),
        trigger: Trigger::Start,
        deeds: vec![Deed::Focus],
        echo: EchoWanted::Off,
        foreground: texts(["ssh"]),
        delay: Duration::from_secs(1),
        max: start.max,
        ..RuleSpec::default()
    };
    assert_eq!(start, plain);
    let exit = read("event = \"exit\"\ndo = [\"focus\"]");
    assert_eq!((exit.echo, exit.delay), (EchoWanted::Any, Duration::ZERO));
    assert!(exit.foreground.is_empty());
    assert_eq!(exit.context.as_deref(), Some("a"));
    let asking = read("match = \"(x)\"\ndo = [\"ask\"]");
    assert!(!asking.confirm && asking.hold);
}

#[test]
fn states_may_end_return_and_be_left_in_any() {
    for rules in [
        // The last state is one in which no rule looks.
        "{ match = \"x\", in = \"a\", goto = \"done\" }",
        // A rule without `in` looks in every state.
        "{ match = \"x\", goto = \"b\" }, { match = \"y\", in = \"b\", goto = \"a\" }",
        "{ match = \"x\", in = \"a\", goto = \"a\" }",
        // Slow enough for its limit, or limited itself.
        "{ event = \"timeout\", after = \"5m\", in = \"a\", goto = \"a\", send = \"\" }",
        "{ event = \"timeout\", after = \"1s\", goto = \"a\", max = 3, send = \"\" }",
        "{ event = \"timeout\", after = \"1s\", in = \"a\", goto = \"b\" }",
    ] {
        let text = format!("ruleset = [{{ name = \"r\", start = \"a\", rule = [{rules}] }}]");
        assert_eq!(config(&text).rulesets[0].rules[0].start, "a");
    }
}

#[test]
fn rules_that_look_for_the_same_may_take_turns() {
    let check = |first: &str, second: &str, is_fine: bool| {
        let rules = format!("{{ match = \"x\", {first} }}, {{ match = \"x\", {second} }}");
        let read = read(&format!("ruleset = [{{ name = \"r\", rule = [{rules}] }}]"));
        assert_eq!(read.is_ok(), is_fine, "{rules}");
    };
    check("send = \"1\"", "send = \"2\"", false);
    check("send = \"1\", once = true", "send = \"2\"", true);
    check("send = \"1\", cooldown = \"1s\"", "send = \"2\"", true);
    check(
        "send = \"1\", once = true",
        "send = \"2\", priority = 1",
        false,
    );
    check("send = \"1\", context = \"a\"", "send = \"2\"", true);
    check("send = \"1\", view = \"line\"", "send = \"2\"", true);
    check("send = \"1\", nocase = true", "send = \"2\"", true);
    check("send = \"1\", echo = \"off\"", "send = \"2\"", true);
}

#[test]
fn secrets_and_what_panes_get_of_them() {
    let config = config(
        "[session]\nauto_answer = \"suggest\"\nallow_run = true\nask_timeout = \"5m\"\n\
         [secrets]\na.command = [\"pass\", \"a\"]\nb.file = \"~/b\"\nc.env = \"TOKEN\"\nd.ask = true\n\
         e = { command = [\"pass\"], timeout = \"1s\" }\n\
         [[pane]]\ncmd = [\"ssh\"]\naskpass = \"a\"\nidle = \"> $\"",
    );
    let secret = |source, seconds| SecretSpec {
        source,
        timeout: Duration::from_secs(seconds),
    };
    let expected = [
        ("a", secret(SecretSource::Command(texts(["pass", "a"])), 10)),
        ("b", secret(SecretSource::File("/home/ada/b".into()), 10)),
        (
            "c",
            secret(SecretSource::Value(Concealed::new(SECRET.to_owned())), 10),
        ),
        ("d", secret(SecretSource::Person, 10)),
        ("e", secret(SecretSource::Command(texts(["pass"])), 1)),
    ];
    let expected: BTreeMap<_, _> = expected
        .map(|(name, secret)| (name.to_owned(), secret))
        .into();
    assert_eq!(config.secrets, expected);
    assert_eq!(
        config.secret_variables,
        BTreeSet::from(["TOKEN".to_owned()])
    );
    let pane = &config.panes[0];
    assert_eq!(pane.secrets, expected);
    assert_eq!(pane.environment, pairs([("LANG", "C.UTF-8")]));
    assert_eq!(pane.askpass.as_deref(), Some("a"));
    assert_eq!(pane.idle.as_deref(), Some("> $"));
    assert_eq!(pane.auto_answer, AutoAnswer::Suggest);
    assert!(pane.allow_run && config.allow_run);
    assert_eq!(pane.ask_timeout, Some(Duration::from_secs(300)));
    assert_eq!(config.auto_answer, AutoAnswer::Suggest);
    assert!(!format!("{config:?}").contains(SECRET));
}

#[test]
fn rulesets_of_the_library_are_used_by_name_unless_the_file_has_its_own() {
    let names = |text: &str| {
        let config = config(text);
        let rules = config.panes[0].rules.iter();
        let names = rules.map(|rule| format!("{}/{}", rule.ruleset, rule.name));
        (names.collect::<Vec<_>>(), config.rulesets.len())
    };
    let pane = "pane = [{ cmd = [\"sh\"], rules = [\"pagers\"] }]\n";
    let (library, own) = names(pane);
    assert!(library[0].starts_with("pagers/"), "{library:?}");
    assert_eq!(own, 0, "the file has none itself");
    let mine = "ruleset = [{ name = \"pagers\", rule = [{ name = \"mine\", match = \"x\", eof = true }] }]";
    assert_eq!(names(&format!("{pane}{mine}")), (texts(["pagers/mine"]), 1));
    let errors = read("pane = [{ cmd = [\"sh\"], rules = [\"pagrs\"] }]").unwrap_err();
    assert!(
        errors.to_string().ends_with("did you mean 'pagers'?"),
        "{errors}"
    );
}

#[test]
fn panes_to_arm_are_known_by_the_names_they_get() {
    let armed = "ruleset = [{ name = \"r\", rule = [{ match = \"x\", do = [\"arm:cat\"] }] }]";
    assert!(read(armed).is_ok(), "a file without panes knows no names");
    assert!(read(&format!("pane = [{{ cmd = [\"/bin/cat\"] }}]\n{armed}")).is_ok());
    assert!(read(&format!("pane = [{{ cmd = [\"/bin/dog\"] }}]\n{armed}")).is_err());
}

#[test]
fn large_files_are_read() {
    let mut text = String::from("[[ruleset]]\nname = \"r\"\nstart = \"s0\"\n");
    for number in 0..5_000 {
        writeln!(
            text,
            "[[ruleset.rule]]\nmatch = \"m{number}\"\nin = \"s{number}\"\ngoto = \"s{}\"",
            number + 1
        )
        .expect("a string takes all text");
    }
    assert_eq!(config(&text).rules().len(), 5_000);
    // Now nothing leads to any of these states, and every name is like every other.
    let errors = read(&text.replace("goto = \"s", "goto = \"t")).unwrap_err();
    assert_eq!(errors.errors().len(), super::MAX_ERRORS);

    let patterns: Vec<String> = (0..5_000).map(|number| format!("\"({number}\"")).collect();
    let rule = |patterns: &str| {
        format!("ruleset = [{{ name = \"r\", rule = [{{ match = [{patterns}], eof = true }}] }}]")
    };
    assert!(read(&rule(&patterns.join(", "))).is_err());
    let deep = "(".repeat(10_000) + "a" + &")".repeat(10_000);
    assert!(read(&rule(&format!("\"{deep}\""))).is_err());
    assert!(read(&rule("'(?:\\w{500}){500}'")).is_err());
    let sends: Vec<String> = (0..5_000)
        .map(|number| format!("\"{{{number}}}\""))
        .collect();
    let sends = format!(
        "ruleset = [{{ name = \"r\", rule = [{{ match = \"x\", send = [{}] }}] }}]",
        sends.join(", ")
    );
    assert!(read(&sends).is_err());
}
