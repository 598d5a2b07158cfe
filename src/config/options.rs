//! The keys of a rule that may also stand in its ruleset or in `[defaults.rule]`.

use std::{collections::BTreeMap, time::Duration};

use crate::expect::{
    Answer, Deed, EchoWanted, Otherwise, PatternKind, Region, RuleSpec, Trigger, View,
};

use super::{
    answer::{ANSWERS, read_answer, read_deeds},
    entry::{Entry, Placed},
    error::Problems,
    rule::Scope,
    section::Section,
    value::{self, shown},
};

/// The largest `window` of a rule, in bytes: every pane keeps that much output for its rules.
pub const MAX_WINDOW: u64 = 4 * 1024 * 1024;

/// The words of `kind`.
pub(super) const KINDS: [(&str, PatternKind); 3] = [
    ("regex", PatternKind::Regex),
    ("exact", PatternKind::Exact),
    ("glob", PatternKind::Glob),
];

/// The words of `view`.
pub(super) const VIEWS: [(&str, View); 5] = [
    ("prompt", View::Prompt),
    ("line", View::Line),
    ("screen", View::Screen),
    ("stream", View::Stream),
    ("raw", View::Raw),
];

/// The words of `otherwise`.
pub(super) const OTHERWISE: [(&str, Otherwise); 2] =
    [("ignore", Otherwise::Ignore), ("ask", Otherwise::Ask)];

/// The words of `echo`.
pub(super) const ECHO: [(&str, EchoWanted); 3] = [
    ("any", EchoWanted::Any),
    ("off", EchoWanted::Off),
    ("on", EchoWanted::On),
];

/// What one table says about rules; a key that it lacks is `None`.
#[derive(Clone, Default)]
pub(super) struct RuleOptions {
    kind: Option<PatternKind>,
    nocase: Option<bool>,
    view: Option<View>,
    region: Option<Region>,
    window: Option<usize>,
    stable: Option<Duration>,
    priority: Option<i32>,
    states: Option<Vec<String>>,
    context: Option<String>,
    not: Option<String>,
    equals: Option<BTreeMap<String, String>>,
    otherwise: Option<Otherwise>,
    echo: Option<EchoWanted>,
    foreground: Option<Vec<String>>,
    answer: Option<Answer>,
    pub(super) deeds: Option<Vec<Placed<Deed>>>,
    goto: Option<String>,
    hold: Option<bool>,
    delay: Option<Duration>,
    confirm: Option<bool>,
    newline: Option<String>,
    /// `once` and `max`; the inner `None` is `once = false`.
    limit: Option<Option<u32>>,
    cooldown: Option<Duration>,
    per_minute: Option<u32>,
}

impl RuleOptions {
    /// Reads the keys that a table has.
    pub(super) fn read(
        section: &Section<'_>,
        scope: &Scope<'_>,
        problems: &mut Problems,
    ) -> RuleOptions {
        let entry = |key| section.get_if_known(key);
        let mut boolean = |key| entry(key).and_then(|entry| entry.boolean(problems));
        let (nocase, hold, confirm) = (boolean("nocase"), boolean("hold"), boolean("confirm"));
        let mut text = |key| {
            let text = entry(key).and_then(|entry| entry.string(problems));
            text.map(str::to_owned)
        };
        let (context, not, newline) = (text("context"), text("not"), text("newline"));
        let mut duration = |key| entry(key).and_then(|entry| entry.duration(problems));
        let (stable, delay) = (duration("stable"), duration("delay"));
        let cooldown = duration("cooldown");
        RuleOptions {
            kind: entry("kind").and_then(|entry| entry.choice(&KINDS, &[], problems)),
            nocase,
            view: entry("view").and_then(|entry| entry.choice(&VIEWS, &[], problems)),
            region: entry("region").and_then(|entry| entry.parsed(problems, read_region)),
            window: entry("window").and_then(|entry| read_window(entry, problems)),
            stable,
            priority: entry("priority")
                .and_then(|entry| entry.number(i32::MIN..=i32::MAX, problems)),
            states: entry("in").and_then(|entry| read_list(entry, value::name, problems)),
            context,
            not,
            equals: entry("equals").and_then(|entry| read_equals(entry, problems)),
            otherwise: entry("otherwise").and_then(|entry| entry.choice(&OTHERWISE, &[], problems)),
            echo: entry("echo").and_then(|entry| entry.choice(&ECHO, &[], problems)),
            foreground: entry("foreground")
                .and_then(|entry| read_list(entry, read_program, problems)),
            answer: read_answer(section, scope, problems),
            deeds: entry("do").and_then(|entry| read_deeds(entry, scope, problems)),
            goto: entry("goto").and_then(|entry| entry.name(problems)),
            hold,
            delay,
            confirm,
            newline,
            limit: read_limit(section, problems),
            cooldown,
            per_minute: entry("per_minute").and_then(|entry| entry.number(1..=u32::MAX, problems)),
        }
    }

    /// Returns these options, and those of `base` where there are none.
    pub(super) fn over(self, base: &RuleOptions) -> RuleOptions {
        let base = base.clone();
        RuleOptions {
            kind: self.kind.or(base.kind),
            nocase: self.nocase.or(base.nocase),
            view: self.view.or(base.view),
            region: self.region.or(base.region),
            window: self.window.or(base.window),
            stable: self.stable.or(base.stable),
            priority: self.priority.or(base.priority),
            states: self.states.or(base.states),
            context: self.context.or(base.context),
            not: self.not.or(base.not),
            equals: self.equals.or(base.equals),
            otherwise: self.otherwise.or(base.otherwise),
            echo: self.echo.or(base.echo),
            foreground: self.foreground.or(base.foreground),
            answer: self.answer.or(base.answer),
            deeds: self.deeds.or(base.deeds),
            goto: self.goto.or(base.goto),
            hold: self.hold.or(base.hold),
            delay: self.delay.or(base.delay),
            confirm: self.confirm.or(base.confirm),
            newline: self.newline.or(base.newline),
            limit: self.limit.or(base.limit),
            cooldown: self.cooldown.or(base.cooldown),
            per_minute: self.per_minute.or(base.per_minute),
        }
    }

    /// Returns the rule with these options, whose own table is `section`. What comes from an
    /// outer table and is not for such a rule is left out.
    pub(super) fn rule(self, named: RuleSpec, section: &Section<'_>) -> RuleSpec {
        let answer = self.answer.unwrap_or(named.answer);
        let max = match (self.limit, &answer) {
            (Some(limit), _) => limit,
            (None, Answer::Secret(_)) => Some(1),
            (None, _) => named.max,
        };
        let deeds = self.deeds.unwrap_or_default();
        let mut rule = RuleSpec {
            kind: self.kind.unwrap_or(named.kind),
            nocase: self.nocase.unwrap_or(named.nocase),
            view: self.view.unwrap_or(named.view),
            region: self.region.unwrap_or(named.region),
            window: self.window.unwrap_or(named.window),
            stable: self.stable.unwrap_or(named.stable),
            priority: self.priority.unwrap_or(named.priority),
            states: self.states.unwrap_or(named.states),
            context: self.context,
            not: self.not,
            equals: self.equals.unwrap_or(named.equals),
            otherwise: self.otherwise.unwrap_or(named.otherwise),
            echo: self.echo.unwrap_or(named.echo),
            foreground: self.foreground.unwrap_or(named.foreground),
            answer,
            deeds: deeds.into_iter().map(|deed| deed.value).collect(),
            goto: self.goto,
            hold: self.hold.unwrap_or(named.hold),
            delay: self.delay.unwrap_or(named.delay),
            confirm: self.confirm.unwrap_or(named.confirm),
            newline: self.newline.unwrap_or(named.newline),
            max,
            cooldown: self.cooldown.unwrap_or(named.cooldown),
            per_minute: self.per_minute.unwrap_or(named.per_minute),
            ..named
        };
        leave_out_inherited(&mut rule, section);
        rule
    }
}

/// Takes from a rule what an outer table says and what cannot be meant for it.
fn leave_out_inherited(rule: &mut RuleSpec, section: &Section<'_>) {
    let is_inherited = |key| section.get(key).is_none();
    let default = RuleSpec::default();
    if section.present(ANSWERS).is_empty() {
        let is_for_match = matches!(rule.answer, Answer::Secret(_) | Answer::Sequence(_));
        if rule.trigger == Trigger::Eof || is_for_match && !is_match(rule) {
            rule.answer = default.answer;
        }
    }
    if matches!(rule.trigger, Trigger::Start | Trigger::Bell) {
        rule.context.take_if(|_| is_inherited("context"));
        rule.not.take_if(|_| is_inherited("not"));
    }
    if !is_match(rule) && is_inherited("equals") {
        rule.equals.clear();
    }
    if (!is_match(rule) || rule.view == View::Line) && is_inherited("hold") {
        rule.hold = false;
    }
    if rule.trigger == Trigger::Eof && is_inherited("goto") {
        rule.goto = None;
    }
    if is_for_end(rule) {
        if is_inherited("echo") {
            rule.echo = default.echo;
        }
        if is_inherited("foreground") {
            rule.foreground.clear();
        }
        if is_inherited("delay") {
            rule.delay = default.delay;
        }
    }
    let has_no_answer = rule.answer == Answer::None || rule.deeds.contains(&Deed::Ask);
    if has_no_answer && is_inherited("confirm") {
        rule.confirm = false;
    }
}

/// Returns whether a rule looks at text.
pub(super) fn is_match(rule: &RuleSpec) -> bool {
    matches!(rule.trigger, Trigger::Match(_))
}

/// Returns whether a rule is for the child's end, when no program is left.
pub(super) fn is_for_end(rule: &RuleSpec) -> bool {
    matches!(rule.trigger, Trigger::Exit(_) | Trigger::Eof)
}

fn read_limit(section: &Section<'_>, problems: &mut Problems) -> Option<Option<u32>> {
    let entries = section.present(&["once", "max"]);
    if let [_, second] = entries[..] {
        problems.add(
            second.place(),
            "'once' is the same as max = 1; keep one of the two",
        );
    }
    let entry = entries.first()?;
    if entry.key() == "once" {
        return Some(entry.boolean(problems)?.then_some(1));
    }
    Some(Some(entry.number(1..=u32::MAX, problems)?))
}

fn read_window(entry: Entry<'_>, problems: &mut Problems) -> Option<usize> {
    let bytes = if entry.is_integer() {
        return entry.number(1..=MAX_WINDOW as usize, problems);
    } else {
        entry.parsed(problems, value::bytes)?
    };
    if !(1..=MAX_WINDOW).contains(&bytes) {
        entry.refuse(problems, "'window' must be between 1 byte and 4 MiB");
        return None;
    }
    usize::try_from(bytes).ok()
}

fn read_region(text: &str) -> Result<Region, String> {
    let bottom = text.strip_prefix("bottom:");
    let lines = bottom.and_then(|lines| lines.parse().ok());
    match (text, lines) {
        ("all", _) => Ok(Region::All),
        ("since-send", _) => Ok(Region::SinceSend),
        (_, Some(lines @ 1..)) => Ok(Region::Bottom(lines)),
        _ => Err(format!(
            "'region' cannot be {}; write \"all\", \"since-send\" or \"bottom:N\" with 1 to 65535 lines",
            shown(text)
        )),
    }
}

/// Reads a string or a list of them, at least one, each of a certain form.
fn read_list(
    entry: Entry<'_>,
    parse: impl Fn(&str) -> Result<String, String>,
    problems: &mut Problems,
) -> Option<Vec<String>> {
    let texts = entry.string_or_strings(problems)?;
    if texts.is_empty() {
        let message = format!("'{}' needs at least one name; remove it", entry.key());
        entry.refuse(problems, message);
        return None;
    }
    let mut names = Vec::new();
    for text in &texts {
        match parse(text.value) {
            Ok(name) => names.push(name),
            Err(message) => problems.add(text.place.clone(), message),
        }
    }
    (names.len() == texts.len()).then_some(names)
}

/// Reads the name of a program as it is compared: that of its file.
fn read_program(text: &str) -> Result<String, String> {
    match text.rsplit_once('/') {
        None if text.is_empty() || text.contains(char::is_control) => Err(format!(
            "{} cannot be the name of a program; write one such as \"ssh\"",
            shown(text)
        )),
        None => Ok(text.to_owned()),
        Some((_, file)) => Err(format!(
            "programs are known by the name of their file; write \"{}\"",
            value::visible(if file.is_empty() { "ssh" } else { file })
        )),
    }
}

fn read_equals(entry: Entry<'_>, problems: &mut Problems) -> Option<BTreeMap<String, String>> {
    let table = entry.string_table(problems)?;
    if entry.entries(problems).is_empty() {
        let message = "'equals' needs at least one group of the pattern, such as { 1 = \"yes\" }";
        entry.refuse(problems, message);
    }
    let owned =
        |(name, text): (Placed<&str>, Placed<&str>)| (name.value.to_owned(), text.value.to_owned());
    Some(table.into_iter().map(owned).collect())
}
