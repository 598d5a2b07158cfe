//! The pure core of a session: its panes' names and summaries, its events, its clients.
//!
//! It decides what spans panes and performs nothing: the server's hub starts, stops and answers.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::SessionSpec;
use crate::{
    pane::{ClientId, PaneEvent},
    protocol::{Failure, FailureKind, PaneId, PaneState, PaneSummary, SessionInfo},
};

/// How many events are kept for those who ask for the past.
const EVENTS: usize = 10_000;

/// A session without its tasks.
#[derive(Debug)]
pub struct Session {
    spec: SessionSpec,
    started: Timestamp,
    panes: BTreeMap<PaneId, Arc<PaneSummary>>,
    last_id: u32,
    generation: u64,
    events: VecDeque<Value>,
    /// The number of the oldest event kept.
    first_event: u64,
    attached: BTreeSet<ClientId>,
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
            events: VecDeque::new(),
            first_event: 0,
            attached: BTreeSet::new(),
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
            attached: self.attached.len(),
            config: self.spec.config.clone(),
            folder: self.spec.folder.clone(),
            layout: self.spec.layout,
            started: self.started,
        }
    }

    /// Returns a number that grows with each change of the pane list.
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

    /// Takes a pane's present summary, of a new pane too.
    pub fn update(&mut self, summary: PaneSummary) {
        self.generation += 1;
        self.panes.insert(summary.id, Arc::new(summary));
    }

    /// Takes a pane out; it must have ended.
    pub fn remove(&mut self, id: PaneId) -> Result<(), Failure> {
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
        self.panes.remove(&id);
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
            let event = if on { "attached" } else { "detached" };
            self.record(now, None, json!({"event": event, "client": client.0}));
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
        let value = serde_json::to_value(event).expect("events are plain values");
        self.record(now, name, value);
    }

    /// Returns the events from number `from` on, and the number of the next one.
    pub fn events(&self, from: u64) -> (Vec<Value>, u64) {
        let skipped = usize::try_from(from.saturating_sub(self.first_event)).unwrap_or(usize::MAX);
        let events = self.events.iter().skip(skipped).cloned().collect();
        (events, self.next_event())
    }

    /// Returns the number of the next event.
    pub fn next_event(&self) -> u64 {
        self.first_event + self.events.len() as u64
    }

    fn record(&mut self, now: Timestamp, pane: Option<String>, event: Value) {
        let mut fields = Map::new();
        fields.insert("time".to_owned(), json!(now));
        fields.insert("session".to_owned(), json!(self.spec.name));
        fields.insert("pane".to_owned(), json!(pane));
        if let Value::Object(event) = event {
            fields.extend(event);
        }
        if self.events.len() == EVENTS {
            self.events.pop_front();
            self.first_event += 1;
        }
        self.events.push_back(Value::Object(fields));
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
    use super::*;
    use crate::{
        geometry::Size,
        protocol::Attention,
        session::{Layout, OnFinished},
    };

    fn session() -> Session {
        let spec = SessionSpec {
            name: "s".to_owned(),
            config: None,
            folder: "/".into(),
            layout: Layout::Tiles,
            on_finished: OnFinished::Keep,
            headless: false,
            panes: Vec::new(),
        };
        Session::new(spec, Timestamp::UNIX_EPOCH)
    }

    fn add(session: &mut Session, name: &str, state: PaneState) -> (PaneId, String) {
        let (id, name) = session.admit(&[name], true).unwrap().remove(0);
        session.update(PaneSummary {
            id,
            name: name.clone(),
            state,
            attention: Attention::Working,
            since: Timestamp::UNIX_EPOCH,
            exit: None,
            error: None,
            command: vec!["sh".to_owned()],
            title: String::new(),
            foreground: None,
            armed: true,
            fired: 0,
            bells: 0,
            size: Size::DEFAULT,
            started: Some(Timestamp::UNIX_EPOCH),
            ended: None,
        });
        (id, name)
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
        session.remove(first).unwrap();
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
    fn running_panes_stay() {
        let mut session = session();
        let (id, _) = add(&mut session, "a", PaneState::Running);
        assert!(session.remove(id).is_err());
        assert!(!session.is_finished());
    }

    #[test]
    fn old_events_are_forgotten_by_number() {
        let mut session = session();
        for _ in 0..EVENTS + 5 {
            session.record_pane(Timestamp::UNIX_EPOCH, PaneId(1), &PaneEvent::Bell);
        }
        let (events, next) = session.events(0);
        assert_eq!((events.len(), next), (EVENTS, EVENTS as u64 + 5));
        assert_eq!(session.events(next - 2).0.len(), 2);
        assert_eq!(
            events[0],
            json!({"time": "1970-01-01T00:00:00Z", "session": "s", "pane": null, "event": "bell"})
        );
    }
}
