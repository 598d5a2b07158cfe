//! What a config that was read anew changes of a running session.
//!
//! Pure: two configs in, a plan out. What of a pane's new spec holds at once, and what only once it is
//! restarted, is the pane's matter.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    expect::AutoAnswer,
    pane::PaneSpec,
    session::{Layout, NotifySpec, OnFinished},
};

use super::Config;

/// What is to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Panes of names that the old config does not have.
    pub new: Vec<PaneSpec>,
    /// Panes of which the two configs say something else.
    pub changed: Vec<Change>,
    /// The names of panes that the new config no longer has.
    pub unnamed: Vec<String>,
    /// Whether rules answer, if the configs differ in that: else a person's word stands.
    pub auto_answer: Option<AutoAnswer>,
    /// How an interface arranges panes at its start, if the configs differ in that.
    pub layout: Option<Layout>,
    /// What happens when all panes have ended, if the configs differ in that.
    pub on_finished: Option<OnFinished>,
    /// Who is told when a pane needs somebody, if the configs differ in that.
    pub notify: Option<NotifySpec>,
}

/// A pane that there is to be otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is to be.
    pub spec: PaneSpec,
    /// Whether its rules act, if the configs differ in that: else a person's word stands.
    pub armed: Option<bool>,
}

impl Plan {
    /// Returns what leads from the old config to the new one.
    pub fn between(old: &Config, new: &Config) -> Plan {
        let before: BTreeMap<&str, &PaneSpec> = by_name(old).collect();
        let named: BTreeSet<&str> = by_name(new).map(|(name, _)| name).collect();
        let mut plan = Plan {
            unnamed: by_name(old)
                .filter(|(name, _)| !named.contains(name))
                .map(|(name, _)| name.to_owned())
                .collect(),
            auto_answer: differing(old.auto_answer, new.auto_answer),
            layout: differing(old.layout, new.layout),
            on_finished: differing(old.on_finished, new.on_finished),
            notify: differing(&old.notify, &new.notify).cloned(),
            ..Plan::default()
        };
        for pane in &new.panes {
            match before.get(pane.name.as_str()) {
                None => plan.new.push(pane.clone()),
                Some(old) if is_same(old, pane) => {}
                Some(old) => plan.changed.push(Change {
                    spec: pane.clone(),
                    armed: differing(old.armed, pane.armed),
                }),
            }
        }
        plan
    }

    /// Returns whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        *self == Plan::default()
    }
}

fn by_name(config: &Config) -> impl Iterator<Item = (&str, &PaneSpec)> {
    config.panes.iter().map(|pane| (pane.name.as_str(), pane))
}

/// Returns `new` if it is another than `old`.
fn differing<T: PartialEq>(old: T, new: T) -> Option<T> {
    (old != new).then_some(new)
}

/// Returns whether two configs say the same of a pane. Whether rules answer is the session's to say.
fn is_same(old: &PaneSpec, new: &PaneSpec) -> bool {
    let of_new_session = PaneSpec {
        auto_answer: new.auto_answer,
        ..old.clone()
    };
    of_new_session == *new
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{
        config::{Environment, parse},
        protocol::Attention,
    };

    fn config(text: &str) -> Config {
        let environment = Environment {
            cwd: "/project".into(),
            folder: "/project".into(),
            home: None,
            variables: BTreeMap::from([
                ("LANG".to_owned(), "C.UTF-8".to_owned()),
                ("DB_PASSWORD".to_owned(), "hunter2-hunter2".to_owned()),
            ]),
            shell: "/bin/sh".to_owned(),
        };
        let text = format!("version = 1\n{text}");
        parse(&text, Path::new("muxpect.toml"), &environment)
            .unwrap_or_else(|errors| panic!("{}", errors.render(false)))
    }

    fn plan(old: &str, new: &str) -> Plan {
        Plan::between(&config(old), &config(new))
    }

    /// Returns the names of the new, the changed and the unnamed panes.
    fn names(plan: &Plan) -> [Vec<&str>; 3] {
        [
            plan.new.iter().map(|pane| pane.name.as_str()).collect(),
            plan.changed.iter().map(|c| c.spec.name.as_str()).collect(),
            plan.unnamed.iter().map(String::as_str).collect(),
        ]
    }

    const RULES: &str = "[[ruleset]]\nname = \"r\"\nrule = [{ match = \"x\", send = \"y\" }]\n";

    #[test]
    fn the_same_config_changes_nothing() {
        let text = format!("{RULES}[[pane]]\ncmd = [\"sh\"]\nrules = [\"r\"]\narmed = false");
        assert!(plan(&text, &text).is_empty());
        let commented = format!("# a comment\n{text}\n");
        assert!(plan(&text, &commented).is_empty());
    }

    #[test]
    fn panes_come_and_go_by_name() {
        let old = "[[pane]]\nname = \"a\"\ncmd = [\"sh\"]\n[[pane]]\nname = \"b\"\ncmd = [\"sh\"]";
        let new = "[[pane]]\nname = \"c\"\ncmd = [\"sh\"]\n[[pane]]\nname = \"b\"\ncmd = [\"sh\"]";
        let plan = plan(old, new);
        assert_eq!(names(&plan), [vec!["c"], vec![], vec!["a"]]);
        assert!(!plan.is_empty());
    }

    #[test]
    fn a_pane_is_changed_by_whatever_is_its_own() {
        let old = format!("{RULES}[[pane]]\nname = \"p\"\ncmd = [\"sh\"]\nrules = [\"r\"]\n");
        for (from, to) in [
            ("send = \"y\"", "send = \"z\""),
            ("cmd = [\"sh\"]", "cmd = [\"sh\", \"-i\"]"),
            ("cmd = [\"sh\"]", "cmd = [\"sh\"]\ncwd = \"/srv\""),
            ("cmd = [\"sh\"]", "cmd = [\"sh\"]\nenv = { A = \"1\" }"),
            ("cmd = [\"sh\"]", "cmd = [\"sh\"]\nlinger = \"1s\""),
            ("rules = [\"r\"]", "rules = []"),
            ("[[ruleset]]", "vars = { a = \"1\" }\n[[ruleset]]"),
            ("[[ruleset]]", "session = { allow_run = true }\n[[ruleset]]"),
            (
                "[[ruleset]]",
                "session = { ask_timeout = \"9s\" }\n[[ruleset]]",
            ),
        ] {
            let new = old.replace(from, to);
            let plan = plan(&old, &new);
            assert_eq!(names(&plan), [vec![], vec!["p"], vec![]], "{to}");
            assert_eq!(plan.changed[0].armed, None, "{to}");
            assert_eq!(plan.changed[0].spec, config(&new).panes[0], "{to}");
        }
    }

    #[test]
    fn a_ruleset_that_no_pane_uses_changes_nothing() {
        let pane = "[[pane]]\nname = \"p\"\ncmd = [\"sh\"]\n";
        assert!(plan(pane, &format!("{RULES}{pane}")).is_empty());
    }

    #[test]
    fn a_persons_word_stands_unless_the_config_says_something_else() {
        let pane = |armed: &str| format!("[[pane]]\nname = \"p\"\ncmd = [\"sh\"]\n{armed}");
        let armed = |old: &str, new: &str| {
            let plan = plan(&pane(old), &pane(new));
            plan.changed.first().and_then(|change| change.armed)
        };
        assert_eq!(armed("", "armed = false"), Some(false));
        assert_eq!(armed("armed = false", "armed = true"), Some(true));
        assert_eq!(
            armed("armed = false", "armed = false\nlinger = \"1s\""),
            None
        );

        let mode = |mode: &str| format!("session.auto_answer = \"{mode}\"\n{}", pane(""));
        let suggest = plan(&mode("on"), &mode("suggest"));
        assert_eq!(suggest.auto_answer, Some(AutoAnswer::Suggest));
        assert_eq!(names(&suggest), [const { Vec::<&str>::new() }; 3]);
        assert_eq!(plan(&pane(""), &mode("on")).auto_answer, None);
    }

    #[test]
    fn what_the_session_does_applies() {
        let new = "session = { layout = \"single\", on_finished = \"exit\" }";
        let plan = plan("", new);
        assert_eq!(plan.layout, Some(Layout::Single));
        assert_eq!(plan.on_finished, Some(OnFinished::Exit));
        assert_eq!(plan.notify, None);
        let plan = self::plan("", "notify.on = [\"failed\"]");
        assert_eq!(plan.notify.unwrap().on, [Attention::Failed]);
    }

    #[test]
    fn a_variable_that_becomes_a_secret_leaves_the_environment() {
        let pane = "[[pane]]\nname = \"p\"\ncmd = [\"sh\"]\n";
        let old = config(pane);
        assert!(old.panes[0].environment.contains_key("DB_PASSWORD"));
        let new = config(&format!("secrets.db.env = \"DB_PASSWORD\"\n{pane}"));
        let plan = Plan::between(&old, &new);
        let spec = &plan.changed[0].spec;
        assert!(!spec.environment.contains_key("DB_PASSWORD"));
        assert!(spec.secrets.contains_key("db"));
        assert!(!format!("{plan:?}").contains("hunter2"));
    }
}
