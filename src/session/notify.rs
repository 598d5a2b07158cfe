//! Notices: what is told to a person who may be looking elsewhere, and when.
//!
//! Two things lead to a notice: a pane begins to want what the config lists, or a rule or a program
//! has something to say. Whatever comes while its pane may not be heard again yet waits for that, the
//! latest of a kind in the place of those before; what a pane no longer wants is never told. Time is an argument
//! here, and nothing is written or run: that is the server's and the interface's matter.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::PathBuf,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use super::inbox::shorten;
use crate::{
    expect::is_control,
    protocol::{Attention, ExitInfo, Notice, PaneId, PaneSummary},
};

/// The most notices of a session within [`BURST`]; what would be told beyond them is left out, and
/// stands in the pane list and the events.
pub const MOST_NOTICES: usize = 30;

/// The time that [`MOST_NOTICES`] is counted over.
pub const BURST: Duration = Duration::from_secs(60);

/// How long a pane must want something before it is told: a rule may be about to answer, after a
/// look at the tty or with a secret that is being fetched.
const SETTLED: Duration = Duration::from_secs(1);

/// The most bytes of a notice's text: what a notification shows.
const TEXT_LIMIT: usize = 256;

/// What stands for a part of a notice in the arguments of a command, between braces.
pub const PLACEHOLDERS: [&str; 4] = ["title", "text", "pane", "session"];

/// Every attention, for those who choose among them.
pub const ATTENTIONS: [Attention; 10] = Attention::ALL;

/// Who is told of what, and how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotifySpec {
    /// The attentions that are told when they begin.
    pub on: Vec<Attention>,
    /// Each interface tells its terminal.
    pub terminal: bool,
    /// What the server runs.
    pub command: Option<NotifyCommand>,
    /// The shortest time between two notices of one pane.
    pub every: Duration,
}

impl Default for NotifySpec {
    fn default() -> NotifySpec {
        NotifySpec {
            on: vec![
                Attention::Waiting,
                Attention::Password,
                Attention::Asking,
                Attention::Failed,
                Attention::Lost,
            ],
            terminal: true,
            command: None,
            every: Duration::from_secs(10),
        }
    }
}

/// A command that tells a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotifyCommand {
    /// The program, and its arguments with [`PLACEHOLDERS`].
    pub argv: Vec<String>,
    /// Where it runs.
    pub cwd: PathBuf,
    /// Its environment, complete.
    pub environment: BTreeMap<String, String>,
}

impl NotifyCommand {
    /// Returns the arguments for a notice, without the program. Placeholders are replaced once: braces in what
    /// replaces them mean nothing, and neither does any other character.
    pub fn arguments(&self, session: &str, notice: &Notice) -> Vec<String> {
        let title = format!("{} ({session})", notice.name);
        let value = |name| match name {
            "title" => &title,
            "text" => &notice.text,
            "pane" => &notice.name,
            _ => session,
        };
        let arguments = self.argv.iter().skip(1);
        arguments.map(|argument| filled(argument, value)).collect()
    }
}

/// Replaces each placeholder of `argument` by its value.
fn filled<'v>(argument: &str, value: impl Fn(&'static str) -> &'v str) -> String {
    let mut text = String::new();
    let mut rest = argument;
    while let Some(brace) = rest.find('{') {
        let (before, after) = rest.split_at(brace);
        text.push_str(before);
        let found = PLACEHOLDERS.into_iter().find_map(|name| {
            let after = after[1..].strip_prefix(name)?.strip_prefix('}')?;
            Some((name, after))
        });
        match found {
            Some((name, after)) => {
                text.push_str(value(name));
                rest = after;
            }
            None => {
                text.push('{');
                rest = &after[1..];
            }
        }
    }
    text + rest
}

/// What is to be told, and what was told when.
#[derive(Debug, Default)]
pub struct Notifier {
    panes: BTreeMap<PaneId, News>,
    /// The panes that somebody interacts with.
    attended: BTreeSet<PaneId>,
    /// When the last notices were told, oldest first.
    told: VecDeque<Instant>,
}

/// What is to be told of a pane.
#[derive(Debug, Default)]
struct News {
    /// What a rule or its program says.
    said: Option<String>,
    /// What one of its rules asks.
    asked: Option<String>,
    /// What it wants, and since when [`Notifier::take`] has known it.
    wants: Option<(String, Option<Instant>)>,
    told_at: Option<Instant>,
}

impl News {
    /// Returns when something is to be told, at `now` if it is new.
    fn due(&self, now: Instant, every: Duration) -> Option<Instant> {
        let wants = self.wants.as_ref();
        let settled = wants.map(|(_, since)| since.unwrap_or(now) + SETTLED);
        let says = (self.said.is_some() || self.asked.is_some()).then_some(now);
        let free = self.told_at.map_or(now, |at| at + every);
        Some(says.or(settled)?.max(free))
    }

    /// Returns the text for all that is to be told now. A question says more than that somebody waits.
    fn take(&mut self, now: Instant) -> String {
        let is_settled = |(_, since): &mut (String, Option<Instant>)| {
            since.is_some_and(|since| since + SETTLED <= now)
        };
        let asked = self.asked.take();
        let wants = match asked {
            Some(_) => self.wants.take(),
            None => self.wants.take_if(is_settled),
        };
        let wants = asked.or(wants.map(|(text, _)| text));
        let parts: Vec<String> = self.said.take().into_iter().chain(wants).collect();
        parts.join("; ")
    }
}

impl Notifier {
    /// Takes note of what a rule or a program says.
    pub fn say(&mut self, pane: PaneId, text: &str) {
        let mut text = text.to_owned();
        shorten(&mut text);
        self.panes.entry(pane).or_default().said = Some(text);
    }

    /// Takes note of what a rule asks, or that nothing is asked any more.
    pub fn ask(&mut self, pane: PaneId, question: Option<String>) {
        self.panes.entry(pane).or_default().asked = question;
    }

    /// Takes note of what a pane now wants, or that it is nothing to tell.
    pub fn want(&mut self, pane: PaneId, wants: Option<String>) {
        self.panes.entry(pane).or_default().wants = wants.map(|text| (text, None));
    }

    /// Takes note that somebody interacts with a pane, or does so no longer.
    pub fn attend(&mut self, pane: PaneId, on: bool) {
        match on {
            true => self.attended.insert(pane),
            false => self.attended.remove(&pane),
        };
    }

    /// Returns whether somebody interacts with a pane, and so sees what it says.
    pub fn is_attended(&self, pane: PaneId) -> bool {
        self.attended.contains(&pane)
    }

    /// Forgets a pane that has gone.
    pub fn forget(&mut self, pane: PaneId) {
        self.panes.remove(&pane);
        self.attended.remove(&pane);
    }

    /// Returns when [`Notifier::take`] has something to tell that had to wait; it is to be called first when
    /// anything is new.
    pub fn next_due(&self, now: Instant, every: Duration) -> Option<Instant> {
        let panes = self.panes.values();
        panes.filter_map(|news| news.due(now, every)).min()
    }

    /// Returns what is to be told now.
    pub fn take(&mut self, now: Instant, every: Duration) -> Vec<(PaneId, String)> {
        let mut notices = Vec::new();
        for (id, news) in &mut self.panes {
            if let Some((_, since)) = &mut news.wants {
                since.get_or_insert(now);
            }
            if news.due(now, every).is_none_or(|due| due > now) {
                continue;
            }
            let text = news.take(now);
            while self.told.front().is_some_and(|at| *at + BURST <= now) {
                self.told.pop_front();
            }
            if self.told.len() < MOST_NOTICES {
                self.told.push_back(now);
                news.told_at = Some(now);
                notices.push((*id, text));
            }
        }
        notices
    }
}

/// Says what a pane wants.
pub fn wanted(pane: &PaneSummary) -> String {
    match pane.attention {
        Attention::Waiting => "waits for input".to_owned(),
        Attention::Password => "wants a password".to_owned(),
        Attention::Failed => match (&pane.error, &pane.exit) {
            (Some(error), _) => error.clone(),
            (None, Some(ExitInfo::Code(code))) => format!("has failed: exit {code}"),
            (None, Some(ExitInfo::Signal(signal))) => format!("has failed: {signal}"),
            (None, None) => "has failed".to_owned(),
        },
        Attention::Lost => "has lost its connection".to_owned(),
        other => format!("is {}", other.word()),
    }
}

/// Returns a text without what steers a terminal, with secrets masked, in at most [`TEXT_LIMIT`] bytes.
/// What stood in several lines stands in one.
pub fn presentable(text: &str, mask: impl Fn(&str) -> String) -> String {
    let blanks = text.replace(['\n', '\t'], " ");
    let plain: String = blanks.chars().filter(|c| !is_control(*c)).collect();
    // Only now, when nothing stands between its characters, can every secret be found.
    let mut text = mask(plain.trim());
    if text.len() > TEXT_LIMIT {
        text.truncate(text.floor_char_boundary(TEXT_LIMIT - '…'.len_utf8()));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_secs(10);

    fn taken(notifier: &mut Notifier, now: Instant) -> Vec<String> {
        let notices = notifier.take(now, EVERY).into_iter();
        notices.map(|(id, text)| format!("{id} {text}")).collect()
    }

    fn after(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn a_pane_is_told_at_once_and_then_only_so_often() {
        let (mut notifier, start) = (Notifier::default(), Instant::now());
        let due = |notifier: &Notifier| notifier.next_due(start, EVERY);
        notifier.say(PaneId(1), "hello");
        assert_eq!(taken(&mut notifier, start), ["1 hello"]);
        assert_eq!(due(&notifier), None);
        for text in ["a", "b", "c"] {
            notifier.say(PaneId(1), text);
            assert!(taken(&mut notifier, after(start, 9)).is_empty());
        }
        // Another pane has a time of its own.
        notifier.say(PaneId(2), "d");
        assert_eq!(taken(&mut notifier, after(start, 9)), ["2 d"]);
        assert_eq!(due(&notifier), Some(after(start, 10)));
        assert_eq!(taken(&mut notifier, after(start, 10)), ["1 c"]);
        assert_eq!(due(&notifier), None);
    }

    #[test]
    fn what_a_pane_wants_is_told_once_it_is_settled() {
        let (mut notifier, start) = (Notifier::default(), Instant::now());
        let wants = |notifier: &mut Notifier, text| notifier.want(PaneId(1), text);
        wants(&mut notifier, Some("waits".to_owned()));
        assert!(taken(&mut notifier, start).is_empty());
        assert_eq!(notifier.next_due(start, EVERY), Some(start + SETTLED));
        // A rule answers.
        wants(&mut notifier, None);
        assert_eq!(notifier.next_due(start, EVERY), None);
        wants(&mut notifier, Some("waits again".to_owned()));
        assert!(taken(&mut notifier, after(start, 1)).is_empty());
        assert_eq!(taken(&mut notifier, after(start, 2)), ["1 waits again"]);
        wants(&mut notifier, Some("has failed".to_owned()));
        assert!(taken(&mut notifier, after(start, 3)).is_empty());
        let due = notifier.next_due(after(start, 3), EVERY);
        assert_eq!(due, Some(after(start, 12)));
        assert_eq!(taken(&mut notifier, after(start, 12)), ["1 has failed"]);
    }

    #[test]
    fn what_is_wanted_no_more_is_not_told() {
        let (mut notifier, start) = (Notifier::default(), Instant::now());
        notifier.say(PaneId(1), "hello");
        taken(&mut notifier, start);
        notifier.want(PaneId(1), Some("waits".to_owned()));
        notifier.ask(PaneId(1), Some("Go on?".to_owned()));
        taken(&mut notifier, after(start, 5));
        notifier.want(PaneId(1), None);
        notifier.ask(PaneId(1), None);
        assert_eq!(notifier.next_due(start, EVERY), None);
        assert!(taken(&mut notifier, after(start, 60)).is_empty());
        notifier.say(PaneId(1), "bye");
        notifier.forget(PaneId(1));
        assert!(taken(&mut notifier, after(start, 60)).is_empty());
    }

    #[test]
    fn what_comes_at_once_is_told_at_once() {
        let (mut notifier, start) = (Notifier::default(), Instant::now());
        notifier.want(PaneId(1), Some("waits".to_owned()));
        notifier.ask(PaneId(1), Some("asks".to_owned()));
        notifier.say(PaneId(1), "look");
        assert_eq!(taken(&mut notifier, start), ["1 look; asks"]);
        assert!(taken(&mut notifier, after(start, 60)).is_empty());
        notifier.want(PaneId(1), Some("waits".to_owned()));
        taken(&mut notifier, after(start, 60));
        notifier.say(PaneId(1), "hear");
        assert_eq!(taken(&mut notifier, after(start, 61)), ["1 hear; waits"]);
    }

    #[test]
    fn a_session_tells_only_so_much() {
        let (mut notifier, start) = (Notifier::default(), Instant::now());
        let panes = u32::try_from(MOST_NOTICES).unwrap() + 5;
        let say_all = |notifier: &mut Notifier| {
            (1..=panes).for_each(|pane| notifier.say(PaneId(pane), "x"));
        };
        say_all(&mut notifier);
        assert_eq!(taken(&mut notifier, start).len(), MOST_NOTICES);
        assert_eq!(
            notifier.next_due(start, EVERY),
            None,
            "the rest is left out"
        );
        say_all(&mut notifier);
        assert!(taken(&mut notifier, after(start, 59)).is_empty());
        say_all(&mut notifier);
        assert_eq!(taken(&mut notifier, after(start, 60)).len(), MOST_NOTICES);
    }

    #[test]
    fn placeholders_are_replaced_once_and_only_in_arguments() {
        let notice = Notice {
            pane: PaneId(1),
            name: "db1".to_owned(),
            text: "{pane} $(id); `x` {text}".to_owned(),
        };
        let check = |argument: &str, expected: &str| {
            let command = NotifyCommand {
                argv: ["{text}", argument].map(str::to_owned).to_vec(),
                cwd: PathBuf::new(),
                environment: BTreeMap::new(),
            };
            assert_eq!(command.arguments("s", &notice), [expected], "{argument}");
        };
        check("", "");
        check("--", "--");
        check("{title}", "db1 (s)");
        check("<{text}>", "<{pane} $(id); `x` {text}>");
        check("{session}/{pane}", "s/db1");
        check("{{pane}} {other} {", "{db1} {other} {");
        check("é{é{pane", "é{é{pane");
    }

    #[test]
    fn texts_are_plain_masked_and_short() {
        let mask = |text: &str| text.replace("hunter2", "*******");
        let check = |text: &str, expected: &str| assert_eq!(presentable(text, mask), expected);
        check(" a\x1b]52;c;x\x07\u{9b}2J\u{202e}b\0\r", "a]52;c;x2Jb");
        check("one\ntwo\tthree", "one two three");
        check("hun\x1bter\u{200e}2", "*******");
        check(&"é".repeat(300), &format!("{}…", "é".repeat(126)));
        check(
            &format!("{}hunter2", "x".repeat(250)),
            &format!("{}***…", "x".repeat(250)),
        );
    }
}
