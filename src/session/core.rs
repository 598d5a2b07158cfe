//! The pure core of a session: its panes' names and summaries, its events, its inbox, its clients.
//!
//! It decides what spans panes and performs nothing: the server's hub starts, stops and answers.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::Path,
    sync::Arc,
    time::Instant,
};

use jiff::Timestamp;
use serde_json::Value;

use super::{
    Layout, OnFinished, SessionSpec,
    applied::ConfigApplied,
    event::{Event, Happening, SessionEvent},
    inbox::{Inbox, News, shorten},
    notify::{Notifier, NotifySpec, presentable, wanted},
};
use crate::{
    expect::{Ask, AskId, AutoAnswer},
    pane::{ClientId, NAME_LIMIT, PaneEvent, is_pane_name},
    protocol::{
        AskInfo, Attention, ConfigNews, Failure, FailureKind, Notice, PaneId, PaneState,
        PaneSummary, SessionInfo,
    },
};

/// How many events are kept for those who ask for the past.
const EVENTS: usize = 10_000;

/// How many events one reply carries: even of the longest ones, fewer than a message may hold.
const EVENTS_AT_ONCE: usize = 500;

/// How many notices are kept for terminals that have not heard of them yet.
const NOTICES: usize = 16;

/// A session without its tasks.
#[derive(Debug)]
pub struct Session {
    spec: SessionSpec,
    started: Timestamp,
    panes: BTreeMap<PaneId, Arc<PaneSummary>>,
    last_id: u32,
    generation: u64,
    inbox: Inbox,
    focus: Option<(PaneId, u64)>,
    notifier: Notifier,
    /// The last notices for terminals, each with its generation.
    notices: VecDeque<(u64, Notice)>,
    events: VecDeque<Value>,
    /// The number of the oldest event kept.
    first_event: u64,
    attached: BTreeSet<ClientId>,
    config: Option<ConfigNews>,
}

impl Session {
    /// Returns a session without panes.
    pub fn new(spec: SessionSpec, started: Timestamp) -> Session {
        Session {
            spec,
            started,
            panes: BTreeMap::new(),
            last_id: 0,
            generation: 1,
            inbox: Inbox::default(),
            focus: None,
            notifier: Notifier::default(),
            notices: VecDeque::new(),
            events: VecDeque::new(),
            first_event: 0,
            attached: BTreeSet::new(),
            config: None,
        }
    }

    /// Returns what it was made from; the panes are those of its start.
    pub fn spec(&self) -> &SessionSpec {
        &self.spec
    }

    /// Returns its row of `ls`.
    pub fn info(&self) -> SessionInfo {
        SessionInfo {
            session: self.spec.name.clone(),
            pid: std::process::id(),
            panes: self.panes.len(),
            asks: self.inbox.asks().len(),
            attached: self.attached.len(),
            config: self.spec.config.clone(),
            folder: self.spec.folder.clone(),
            layout: self.spec.layout,
            auto_answer: self.spec.auto_answer,
            started: self.started,
        }
    }

    /// Returns a number that grows with each change of the pane list, the inbox, the mode of
    /// answering or the wanted focus.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Returns the panes by id.
    pub fn panes(&self) -> &BTreeMap<PaneId, Arc<PaneSummary>> {
        &self.panes
    }

    /// Gives ids and free names to new panes that want to be called `wanted`. A taken name is an
    /// error, or with `rename` becomes `-2`, `-3`, ….
    pub fn admit(
        &mut self,
        wanted: &[&str],
        rename: bool,
    ) -> Result<Vec<(PaneId, String)>, Failure> {
        let mut taken: BTreeSet<String> =
            self.panes.values().map(|pane| pane.name.clone()).collect();
        let mut names = Vec::new();
        for wanted in wanted {
            let mut name = (*wanted).to_owned();
            if taken.contains(&name) && !rename {
                return Err(usage(format!(
                    "session '{}' already has a pane '{name}'; choose another name or remove it with 'muxpect rm {name}'",
                    self.spec.name
                )));
            }
            let mut number = 2;
            while taken.contains(&name) {
                name = format!("{wanted}-{number}");
                number += 1;
            }
            taken.insert(name.clone());
            names.push(name);
        }
        let numbered = names.into_iter().map(|name| {
            self.last_id += 1;
            (PaneId(self.last_id), name)
        });
        Ok(numbered.collect())
    }

    /// Takes a pane's present summary, of a new pane too. Nobody can answer a pane that has ended:
    /// with its end its asks go.
    pub fn update(&mut self, summary: PaneSummary, now: Timestamp) {
        let id = summary.id;
        let ended = summary.state == PaneState::Ended;
        self.generation += 1;
        let known = self.panes.get(&id);
        // The session gives names: a pane may not have heard of its new one.
        let name = known.map_or(summary.name, |known| known.name.clone());
        let summary = PaneSummary { name, ..summary };
        let wanting = self.spec.notify.on.contains(&summary.attention);
        let wants = wanting.then(|| wanted(&summary));
        let attention = summary.attention;
        let before = self.panes.insert(id, Arc::new(summary));
        if before
            .as_ref()
            .is_some_and(|before| before.attention != attention)
        {
            self.notifier.want(id, wants);
        }
        if ended && before.is_some_and(|before| before.state != PaneState::Ended) {
            self.take_asks(id, Vec::new(), now);
        }
    }

    /// Gives a pane another name; its asks, its later events and the list follow. Returns whether that
    /// is news.
    pub fn rename(&mut self, id: PaneId, name: &str, now: Timestamp) -> Result<bool, Failure> {
        let Some(pane) = self.panes.get(&id) else {
            return Ok(false);
        };
        let before = pane.name.clone();
        if before == name {
            return Ok(false);
        }
        if !is_pane_name(name) {
            return Err(usage(format!(
                "'{}' cannot name a pane; use 1 to 64 letters, digits, '.', '_' or '-', not only digits",
                name.escape_default()
            )));
        }
        if self.panes.values().any(|pane| pane.name == name) {
            return Err(usage(format!(
                "session '{}' already has a pane '{name}'; choose another name",
                self.spec.name
            )));
        }
        let renamed = PaneSummary {
            name: name.to_owned(),
            ..(**pane).clone()
        };
        self.panes.insert(id, Arc::new(renamed));
        self.inbox.rename(id, name);
        self.generation += 1;
        let event = SessionEvent::Renamed { from: before };
        self.record(now, Some(name.to_owned()), event);
        Ok(true)
    }

    /// Returns the name that a further pane like this one is to get before numbers are appended: its
    /// own, or for a `NAME-2` beside a NAME that one's.
    pub fn name_to_number(&self, name: &str) -> String {
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
        let first = name
            .rsplit_once('-')
            .filter(|(_, number)| is_number(number))
            .map(|(first, _)| first)
            .filter(|first| self.panes.values().any(|pane| pane.name == *first));
        let name = first.unwrap_or(name);
        name.chars().take(NAME_LIMIT).collect()
    }

    /// Takes the asks that wait in a pane now, oldest first.
    pub fn take_asks(&mut self, id: PaneId, asks: Vec<Ask>, now: Timestamp) {
        let Some(pane) = self.panes.get(&id) else {
            return;
        };
        let name = pane.name.clone();
        let mut asked = None;
        for news in self.inbox.take(id, &name, asks, now) {
            self.generation += 1;
            if let News::Asked(ask) = &news {
                asked = Some(ask.question());
            }
            let event = match news {
                News::Asked(ask) => SessionEvent::Asked {
                    ask: ask.id,
                    rule: ask.rule,
                    prompt: ask.prompt,
                    reason: ask.reason,
                    suggestion: ask.suggestion,
                },
                News::Settled(ask) => SessionEvent::Settled { ask },
                News::Changed(_) => continue,
            };
            self.record(now, Some(name.clone()), event);
        }
        self.notify_asks(id, asked);
    }

    /// Has the latest of new asks told, and none that has gone.
    fn notify_asks(&mut self, id: PaneId, asked: Option<String>) {
        let listed = self.spec.notify.on.contains(&Attention::Asking);
        if let Some(question) = asked.filter(|_| listed) {
            self.notifier.ask(id, Some(format!("asks: {question}")));
        } else if self.inbox.of(id) == 0 {
            self.notifier.ask(id, None);
        }
    }

    /// Returns the asks that wait for a person, oldest first.
    pub fn asks(&self) -> Vec<AskInfo> {
        self.inbox.asks().cloned().collect()
    }

    /// Returns the pane of an ask and the ask's number in it.
    pub fn find_ask(&self, number: u64) -> Result<(PaneId, AskId), Failure> {
        self.inbox.find(number)
    }

    /// Returns whether rules answer.
    pub fn auto_answer(&self) -> AutoAnswer {
        self.spec.auto_answer
    }

    /// Says whether rules answer, in all panes that there are and will be.
    pub fn set_auto_answer(&mut self, mode: AutoAnswer, now: Timestamp) {
        if self.spec.auto_answer != mode {
            self.spec.auto_answer = mode;
            self.generation += 1;
            self.record(now, None, SessionEvent::AutoAnswer { mode });
        }
    }

    /// Takes what a new config says of the session; `None` leaves it as it is.
    pub fn configure(
        &mut self,
        layout: Option<Layout>,
        on_finished: Option<OnFinished>,
        notify: Option<&NotifySpec>,
    ) {
        self.spec.layout = layout.unwrap_or(self.spec.layout);
        self.spec.on_finished = on_finished.unwrap_or(self.spec.on_finished);
        if let Some(notify) = notify {
            self.spec.notify.clone_from(notify);
        }
    }

    /// Notes that the config at `path` was read anew and is wrong: what it said before holds.
    pub fn config_failed(&mut self, path: &Path, error: &str, now: Timestamp) {
        self.tell_config(error.to_owned(), true);
        let event = SessionEvent::Config {
            file: path.to_owned(),
            error: Some(error.to_owned()),
            changes: None,
        };
        self.record(now, None, event);
    }

    /// Notes that the config at `path` was read anew and applied.
    pub fn config_applied(&mut self, path: &Path, applied: &ConfigApplied, now: Timestamp) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        self.tell_config(format!("{name} applied: {}", applied.words()), false);
        self.record(now, None, applied.event(path));
    }

    fn tell_config(&mut self, mut text: String, failed: bool) {
        shorten(&mut text);
        let number = self.config.as_ref().map_or(0, |news| news.number) + 1;
        self.config = Some(ConfigNews {
            number,
            text,
            failed,
        });
        self.generation += 1;
    }

    /// Returns what the last reading of the config came to.
    pub fn config_news(&self) -> Option<&ConfigNews> {
        self.config.as_ref()
    }

    /// Returns whether the config was wrong when it was read last.
    pub fn has_config_error(&self) -> bool {
        self.config.as_ref().is_some_and(|news| news.failed)
    }

    /// Notes that a rule wants this pane focused.
    pub fn focus(&mut self, id: PaneId) {
        let number = self.focus.map_or(0, |(_, number)| number);
        self.focus = Some((id, number + 1));
        self.generation += 1;
    }

    /// Returns the pane that a rule wanted focused last, and the number of that wish.
    pub fn focused(&self) -> Option<(PaneId, u64)> {
        self.focus
    }

    /// Takes a pane out; it must have ended.
    pub fn remove(&mut self, id: PaneId, now: Timestamp) -> Result<(), Failure> {
        let Some(pane) = self.panes.get(&id) else {
            return Ok(());
        };
        if pane.state != PaneState::Ended {
            return Err(Failure {
                kind: FailureKind::Failed,
                message: format!(
                    "pane '{}' is still running; stop it first with 'muxpect stop {}'",
                    pane.name, pane.name
                ),
            });
        }
        self.take_asks(id, Vec::new(), now);
        self.panes.remove(&id);
        self.notifier.forget(id);
        self.generation += 1;
        Ok(())
    }

    /// Finds the pane that a person calls `wanted`, by name or id; `None` means the only one.
    pub fn find(
        panes: &BTreeMap<PaneId, Arc<PaneSummary>>,
        wanted: Option<&str>,
    ) -> Result<PaneId, Failure> {
        let names = || {
            let names: Vec<&str> = panes.values().map(|pane| pane.name.as_str()).collect();
            names.join(", ")
        };
        match wanted {
            Some(wanted) => panes
                .values()
                .find(|pane| pane.name == wanted || pane.id.to_string() == wanted)
                .map(|pane| pane.id)
                .ok_or_else(|| match panes.len() {
                    0 => usage(format!("there is no pane '{wanted}': the session has none; add one with 'muxpect run -- CMD'")),
                    _ => usage(format!("there is no pane '{wanted}'; the session has {}", names())),
                }),
            None => match panes.len() {
                0 => Err(usage("the session has no panes; add one with 'muxpect run -- CMD'".to_owned())),
                1 => Ok(*panes.keys().next().expect("one pane")),
                _ => Err(usage(format!("which pane? Name one of {}", names()))),
            },
        }
    }

    /// Returns whether there are panes and all have ended.
    pub fn is_finished(&self) -> bool {
        !self.panes.is_empty()
            && self
                .panes
                .values()
                .all(|pane| pane.state == PaneState::Ended)
    }

    /// Notes that a client shows the session, or does so no longer; returns whether that is news.
    pub fn attach(&mut self, client: ClientId, on: bool, now: Timestamp) -> bool {
        let news = if on {
            self.attached.insert(client)
        } else {
            self.attached.remove(&client)
        };
        if news {
            let client = client.0;
            let event = match on {
                true => SessionEvent::Attached { client },
                false => SessionEvent::Detached { client },
            };
            self.record(now, None, event);
        }
        news
    }

    /// Returns whether any client shows the session.
    pub fn is_attached(&self) -> bool {
        !self.attached.is_empty()
    }

    /// Keeps an event of a pane.
    pub fn record_pane(&mut self, now: Timestamp, id: PaneId, event: &PaneEvent) {
        let name = self.panes.get(&id).map(|pane| pane.name.clone());
        if let PaneEvent::Notified { text } = event {
            self.notifier.say(id, text);
        }
        self.record(now, name, event.clone());
    }

    /// Returns when [`Session::take_notices`] has something to tell that had to wait.
    pub fn notice_due(&self, now: Instant) -> Option<Instant> {
        self.notifier.next_due(now, self.spec.notify.every)
    }

    /// Notes that a person gives a pane the keys, or does so no longer.
    pub fn interacted(&mut self, pane: PaneId, on: bool) {
        self.notifier.attend(pane, on);
    }

    /// Returns what the command is to tell now, with secrets masked by `mask`: nothing of panes that
    /// somebody interacts with. What terminals tell is kept for them; each knows by itself which pane
    /// its person is in.
    pub fn take_notices(&mut self, now: Instant, mask: impl Fn(&str) -> String) -> Vec<Notice> {
        let mut notices = Vec::new();
        for (pane, text) in self.notifier.take(now, self.spec.notify.every) {
            let Some(summary) = self.panes.get(&pane) else {
                continue;
            };
            let notice = Notice {
                pane,
                name: summary.name.clone(),
                text: presentable(&text, &mask),
            };
            if self.spec.notify.terminal {
                self.generation += 1;
                self.notices.truncate(NOTICES - 1);
                self.notices.push_front((self.generation, notice.clone()));
            }
            if !self.notifier.is_attended(pane) {
                notices.push(notice);
            }
        }
        notices
    }

    /// Returns the last notices for terminals, oldest first, each with its generation.
    pub fn notices(&self) -> Vec<(u64, Notice)> {
        self.notices.iter().rev().cloned().collect()
    }

    /// Keeps that a notice could not be told otherwise than by terminals.
    pub fn notice_failed(&mut self, error: String, now: Timestamp) {
        self.record(now, None, SessionEvent::NotifyFailed { error });
    }

    /// Returns events from number `from` on, a bounded number of them, and the number to go on
    /// from.
    pub fn events(&self, from: u64) -> (Vec<Value>, u64) {
        let first = from.clamp(self.first_event, self.next_event());
        let skipped = usize::try_from(first - self.first_event).expect("as many as are kept");
        let kept = self.events.iter().skip(skipped);
        let events: Vec<Value> = kept.take(EVENTS_AT_ONCE).cloned().collect();
        let next = first + events.len() as u64;
        (events, next)
    }

    /// Returns the number of the next event.
    pub fn next_event(&self) -> u64 {
        self.first_event + self.events.len() as u64
    }

    /// Keeps an event: the only door to those that clients see. Its texts are bounded: what was
    /// typed may be a whole file.
    fn record(&mut self, now: Timestamp, pane: Option<String>, what: impl Into<Happening>) {
        let event = Event {
            time: now,
            session: self.spec.name.clone(),
            pane,
            what: what.into(),
        };
        let mut event = serde_json::to_value(event).expect("events are plain values");
        bound(&mut event);
        if self.events.len() == EVENTS {
            self.events.pop_front();
            self.first_event += 1;
        }
        self.events.push_back(event);
    }
}

/// Cuts the texts in an event.
fn bound(event: &mut Value) {
    match event {
        Value::String(text) => shorten(text),
        Value::Array(values) => values.iter_mut().for_each(bound),
        Value::Object(fields) => fields.values_mut().for_each(bound),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn usage(message: String) -> Failure {
    Failure {
        kind: FailureKind::Usage,
        message,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        geometry::Size,
        protocol::Attention,
        session::{Layout, OnFinished},
    };

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn session() -> Session {
        let spec = SessionSpec {
            name: "s".to_owned(),
            config: None,
            reading: None,
            folder: "/".into(),
            layout: Layout::Tiles,
            on_finished: OnFinished::Keep,
            auto_answer: crate::expect::AutoAnswer::On,
            headless: false,
            notify: Default::default(),
            panes: Vec::new(),
        };
        Session::new(spec, Timestamp::UNIX_EPOCH)
    }

    fn add(session: &mut Session, name: &str, state: PaneState) -> (PaneId, String) {
        let (id, name) = session.admit(&[name], true).unwrap().remove(0);
        session.update(summary(id, &name, state), NOW);
        (id, name)
    }

    fn summary(id: PaneId, name: &str, state: PaneState) -> PaneSummary {
        PaneSummary {
            id,
            name: name.to_owned(),
            state,
            attention: Attention::Working,
            since: Timestamp::UNIX_EPOCH,
            exit: None,
            error: None,
            command: vec!["sh".to_owned()],
            title: String::new(),
            foreground: None,
            armed: true,
            disarmed: None,
            fired: 0,
            bells: 0,
            printed: None,
            size: Size::DEFAULT,
            recording: false,
            unwritten: false,
            stale: false,
            started: Some(Timestamp::UNIX_EPOCH),
            ended: None,
        }
    }

    fn ask(id: u64) -> Ask {
        Ask {
            id: AskId(id),
            rule: "set/rule".to_owned(),
            prompt: "Go on? ".to_owned(),
            reason: "the rule asks".to_owned(),
            suggestion: Some("yes".to_owned()),
        }
    }

    /// Returns the events from number `from` on, without their time and session.
    fn events(session: &Session, from: u64) -> Vec<Value> {
        let strip = |mut event: Value| {
            let fields = event.as_object_mut().unwrap();
            fields.retain(|name, _| !["time", "session"].contains(&name.as_str()));
            event
        };
        session.events(from).0.into_iter().map(strip).collect()
    }

    #[test]
    fn taken_names_get_a_number() {
        let mut session = session();
        let names: Vec<String> = (0..3)
            .map(|_| add(&mut session, "sh", PaneState::Running).1)
            .collect();
        assert_eq!(names, ["sh", "sh-2", "sh-3"]);
        assert!(session.admit(&["sh"], false).is_err());
        assert!(session.admit(&["a", "a"], false).is_err());
    }

    #[test]
    fn ids_are_never_reused() {
        let mut session = session();
        let (first, _) = add(&mut session, "a", PaneState::Ended);
        session.remove(first, NOW).unwrap();
        assert_ne!(add(&mut session, "a", PaneState::Ended).0, first);
    }

    #[test]
    fn panes_are_found_by_name_and_id() {
        let mut session = session();
        assert!(Session::find(session.panes(), None).is_err());
        let (id, _) = add(&mut session, "a", PaneState::Running);
        assert_eq!(Session::find(session.panes(), None), Ok(id));
        assert_eq!(Session::find(session.panes(), Some("a")), Ok(id));
        assert_eq!(Session::find(session.panes(), Some("1")), Ok(id));
        add(&mut session, "b", PaneState::Running);
        let which = Session::find(session.panes(), None).unwrap_err();
        assert_eq!(which.message, "which pane? Name one of a, b");
        let none = Session::find(session.panes(), Some("c")).unwrap_err();
        assert_eq!(none.message, "there is no pane 'c'; the session has a, b");
    }

    #[test]
    fn a_new_name_is_followed_by_list_asks_and_events() {
        let mut session = session();
        let (id, _) = add(&mut session, "db", PaneState::Running);
        add(&mut session, "web", PaneState::Running);
        session.take_asks(id, vec![ask(1)], NOW);
        let seen = session.next_event();
        assert_eq!(session.rename(id, "db", NOW), Ok(false));
        assert_eq!(session.rename(id, "primary", NOW), Ok(true));
        let renamed = json!({"pane": "primary", "event": "renamed", "from": "db"});
        assert_eq!(events(&session, seen), [renamed]);
        assert_eq!(session.asks()[0].pane, "primary");
        // A report from before the pane has heard of it does not undo it.
        session.update(summary(id, "db", PaneState::Running), NOW);
        assert_eq!(Session::find(session.panes(), Some("primary")), Ok(id));
        assert!(Session::find(session.panes(), Some("db")).is_err());
        for bad in ["web", "", "7", "a b", "ä"] {
            let failure = session.rename(id, bad, NOW).unwrap_err();
            assert_eq!(failure.kind, FailureKind::Usage, "{bad}");
        }
    }

    #[test]
    fn a_further_pane_is_numbered_after_the_first() {
        let mut session = session();
        for name in ["db", "db-2", "port-80"] {
            add(&mut session, name, PaneState::Running);
        }
        assert_eq!(session.name_to_number("db"), "db");
        assert_eq!(session.name_to_number("db-2"), "db");
        assert_eq!(session.name_to_number("port-80"), "port-80");
        assert_eq!(session.name_to_number(&"x".repeat(64)).len(), NAME_LIMIT);
    }

    #[test]
    fn running_panes_stay() {
        let mut session = session();
        let (id, _) = add(&mut session, "a", PaneState::Running);
        assert!(session.remove(id, NOW).is_err());
        assert!(!session.is_finished());
    }

    #[test]
    fn asks_are_events_and_news() {
        let mut session = session();
        let (id, _) = add(&mut session, "p", PaneState::Running);
        let before = session.generation();
        session.take_asks(id, vec![ask(1)], NOW);
        assert!(session.generation() > before);
        assert_eq!(session.info().asks, 1);
        let asked = json!({
            "pane": "p", "event": "asked", "ask": 1, "rule": "set/rule", "prompt": "Go on? ",
            "reason": "the rule asks", "suggestion": "yes",
        });
        assert_eq!(events(&session, 0), [asked]);
        let (before, seen) = (session.generation(), session.next_event());
        session.take_asks(id, vec![ask(1)], NOW);
        assert_eq!((session.generation(), session.next_event()), (before, seen));
        session.take_asks(id, Vec::new(), NOW);
        assert!(session.generation() > before);
        let settled = json!({"pane": "p", "event": "settled", "ask": 1});
        assert_eq!(events(&session, seen), [settled]);
        assert!(session.asks().is_empty());
    }

    #[test]
    fn asks_go_with_their_pane() {
        let mut session = session();
        let (id, name) = add(&mut session, "p", PaneState::Running);
        session.take_asks(id, vec![ask(1)], NOW);
        session.update(summary(id, &name, PaneState::Ended), NOW);
        assert!(session.asks().is_empty());
        assert!(session.find_ask(1).is_err());
        // A pane that is started again may ask before its list says so.
        session.take_asks(id, vec![ask(2)], NOW);
        session.update(summary(id, &name, PaneState::Ended), NOW);
        assert_eq!(session.find_ask(2), Ok((id, AskId(2))));
        session.remove(id, NOW).unwrap();
        assert!(session.asks().is_empty());
        let last = events(&session, session.next_event() - 1);
        assert_eq!(last, [json!({"pane": "p", "event": "settled", "ask": 2})]);
        session.take_asks(id, vec![ask(3)], NOW);
        assert!(session.asks().is_empty());
    }

    #[test]
    fn events_are_bounded_whatever_is_typed() {
        let mut session = session();
        let event = PaneEvent::Answered {
            rule: None,
            client: Some(1),
            text: "x".repeat(1_000_000),
        };
        session.record_pane(NOW, PaneId(1), &event);
        let text = events(&session, 0)[0]["text"].as_str().unwrap().to_owned();
        assert!(text.ends_with("x…") && text.len() < 2_000);
    }

    #[test]
    fn a_change_of_the_mode_is_told_once() {
        let mut session = session();
        let before = session.generation();
        for _ in 0..2 {
            session.set_auto_answer(AutoAnswer::Suggest, NOW);
        }
        assert_eq!(session.generation(), before + 1);
        let told = json!({"pane": null, "event": "auto_answer", "mode": "suggest"});
        assert_eq!(events(&session, 0), [told]);
        assert_eq!(session.info().auto_answer, AutoAnswer::Suggest);
    }

    #[test]
    fn each_wish_for_the_focus_is_news() {
        let mut session = session();
        assert_eq!(session.focused(), None);
        for number in 1..=2 {
            let before = session.generation();
            session.focus(PaneId(7));
            assert_eq!(session.focused(), Some((PaneId(7), number)));
            assert!(session.generation() > before);
        }
    }

    #[test]
    fn old_events_are_forgotten_by_number() {
        let mut session = session();
        for _ in 0..EVENTS + 5 {
            session.record_pane(Timestamp::UNIX_EPOCH, PaneId(1), &PaneEvent::Bell);
        }
        let (events, next) = session.events(0);
        assert_eq!(
            (events.len(), next),
            (EVENTS_AT_ONCE, EVENTS_AT_ONCE as u64 + 5)
        );
        let last = session.next_event();
        assert_eq!(last, EVENTS as u64 + 5);
        let (rest, next) = session.events(last - 2);
        assert_eq!((rest.len(), next), (2, last));
        assert_eq!(session.events(last), (Vec::new(), last));
        assert_eq!(session.events(last + 7), (Vec::new(), last));
        assert_eq!(
            events[0],
            json!({"time": "1970-01-01T00:00:00Z", "session": "s", "pane": null, "event": "bell"})
        );
    }
}
