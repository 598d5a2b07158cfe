//! A config that was read anew, applied to the session: all of it, or nothing when any of it is wrong.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::{
    Message, Phase, Task,
    start::{Start, outcomes},
};
use crate::{
    config::{Change, Config, Plan},
    expect::AutoAnswer,
    pane::{PaneHandle, PaneRequest, PaneSpec, Renewal, ReplyTo},
    protocol::{Failure, FailureKind, PaneId, Started},
    server::config_file::{Asked, ConfigFile, ConfigRead},
    session::{ConfigApplied, SessionSpec},
};

/// The config of a session that was started from one.
#[derive(Debug)]
pub(super) struct Configured {
    file: ConfigFile,
    /// What it said when it was applied last.
    applied: Config,
    /// The panes that are its own, by name, those too that it no longer names.
    panes: BTreeMap<String, PaneId>,
}

/// What a new config has changed, once panes and session know it all.
#[derive(Debug)]
pub(in crate::server) struct Reloaded {
    started: Vec<Started>,
    changed: Vec<String>,
    unnamed: Vec<String>,
    asked: Asked,
}

/// A pane that the config has named.
struct OwnPane {
    id: PaneId,
    /// What it is called now, whatever the config calls it.
    name: String,
    handle: PaneHandle,
}

/// How far a config that is read anew has come.
#[derive(Debug)]
pub(in crate::server) enum Reloading {
    /// It was read.
    Read(ConfigRead),
    /// What it says is done.
    Done(Reloaded),
}

/// What is under way for a new config.
#[derive(Default)]
struct Applying {
    starts: Vec<Start>,
    renewals: Vec<(PaneHandle, Renewal)>,
    specs: Vec<(PaneId, PaneSpec)>,
    changed: Vec<String>,
}

impl Configured {
    /// Returns what watches the config of a session whose first panes have these ids; `None` for
    /// a session without a config.
    pub(super) fn of(
        spec: &SessionSpec,
        panes: impl Iterator<Item = (String, PaneId)>,
        hub: mpsc::Sender<Message>,
    ) -> Option<Configured> {
        let (path, reading) = (spec.config.clone()?, spec.reading.clone()?);
        Some(Configured {
            file: ConfigFile::watch(path, reading, hub),
            applied: Config {
                layout: spec.layout,
                on_finished: spec.on_finished,
                auto_answer: spec.auto_answer,
                notify: spec.notify.clone(),
                panes: spec.panes.clone(),
                ..Config::default()
            },
            panes: panes.collect(),
        })
    }
}

impl Task {
    /// Has the config read anew, and applied.
    pub(super) fn reload(&self, reply: ReplyTo) {
        match &self.config {
            Some(config) => config.file.read(reply),
            None => reply.fail(
                FailureKind::Failed,
                format!(
                    "session '{}' was not started from a config; there is nothing to read anew",
                    self.outside.session
                ),
            ),
        }
    }

    /// Goes on with a config that is read anew.
    pub(super) fn go_on_reloading(&mut self, reloading: Reloading) {
        match reloading {
            Reloading::Read(read) => self.take_config(read),
            Reloading::Done(reloaded) => self.take_reloaded(reloaded),
        }
    }

    /// Takes what the config says now.
    fn take_config(&mut self, ConfigRead { result, asked }: ConfigRead) {
        if *self.phase.borrow() != Phase::Open {
            return asked.answer(Err("the session is ending".to_owned()));
        }
        let plan = match (&self.config, &result) {
            (Some(config), Ok(new)) => Plan::between(&config.applied, new),
            _ => Plan::default(),
        };
        let applied = result.and_then(|new| {
            let applying = self.apply(&plan).map_err(|failure| failure.message)?;
            Ok((new, applying))
        });
        let (new, applying) = match applied {
            Ok(applied) => applied,
            Err(message) => {
                if let Some(config) = &self.config {
                    let path = config.file.path();
                    self.session.config_failed(path, &message, Timestamp::now());
                }
                return asked.answer(Err(message));
            }
        };
        let Some(config) = &mut self.config else {
            return;
        };
        config.applied = *new;
        if plan.is_empty() && asked.by_nobody() && !self.session.has_config_error() {
            return;
        }
        let hub = config.file.hub().clone();
        tokio::spawn(async move {
            let Applying {
                starts,
                renewals,
                changed,
                ..
            } = applying;
            renew(renewals).await;
            let reloaded = Reloaded {
                started: outcomes(starts).await,
                changed,
                unnamed: plan.unnamed,
                asked,
            };
            // A hub that has gone needs no news.
            let _ = hub.send(Message::Config(Reloading::Done(reloaded))).await;
        });
    }

    /// Begins what a plan says, if nothing of it is wrong.
    fn apply(&mut self, plan: &Plan) -> Result<Applying, Failure> {
        let mut applying = Applying::default();
        let mut new: Vec<PaneSpec> = Vec::new();
        let mode = plan.auto_answer.unwrap_or(self.session.auto_answer());
        for spec in &plan.new {
            match self.own_pane(&spec.name) {
                // It was named before, and has stayed.
                Some(pane) => applying.renew(pane, spec, None, mode)?,
                None => new.push(spec.clone()),
            }
        }
        for Change { spec, armed } in &plan.changed {
            // A pane that somebody has removed stays away.
            if let Some(pane) = self.own_pane(&spec.name) {
                applying.renew(pane, spec, *armed, mode)?;
            }
        }
        applying.starts = self.add(new, false, mode)?;
        self.specs.extend(applying.specs.drain(..));
        if let Some(config) = &mut self.config {
            let started = applying.starts.iter();
            config
                .panes
                .extend(started.map(|start| (start.name.clone(), start.id)));
        }
        self.session
            .configure(plan.layout, plan.on_finished, plan.notify.as_ref());
        if let Some(notify) = &plan.notify {
            self.notifying.renew(notify);
        }
        if plan.auto_answer.is_some() {
            self.set_auto_answer(mode, ReplyTo::nobody());
        }
        Ok(applying)
    }

    /// Returns the pane that the config calls so, if it is there.
    fn own_pane(&self, name: &str) -> Option<OwnPane> {
        let id = *self.config.as_ref()?.panes.get(name)?;
        Some(OwnPane {
            id,
            name: self.session.panes().get(&id)?.name.clone(),
            handle: self.handles.get(&id)?.clone(),
        })
    }

    /// Tells what a new config has changed.
    fn take_reloaded(&mut self, reloaded: Reloaded) {
        let Some(config) = &self.config else {
            return;
        };
        let panes = self.session.panes();
        let stale = config.panes.values().filter_map(|id| panes.get(id));
        let stale = stale.filter(|pane| pane.stale);
        let applied = ConfigApplied {
            restart: stale.map(|pane| pane.name.clone()).collect(),
            started: reloaded.started,
            changed: reloaded.changed,
            unnamed: reloaded.unnamed,
        };
        self.session
            .config_applied(config.file.path(), &applied, Timestamp::now());
        reloaded.asked.answer(Ok(()));
    }
}

impl Applying {
    fn renew(
        &mut self,
        pane: OwnPane,
        spec: &PaneSpec,
        armed: Option<bool>,
        auto_answer: AutoAnswer,
    ) -> Result<(), Failure> {
        let spec = PaneSpec {
            name: pane.name,
            auto_answer,
            ..spec.clone()
        };
        self.changed.push(spec.name.clone());
        self.specs.push((pane.id, spec.clone()));
        self.renewals
            .push((pane.handle, Renewal::check(spec, armed)?));
        Ok(())
    }
}

/// Hands panes their new specs, and waits until the session knows what has become of them.
async fn renew(renewals: Vec<(PaneHandle, Renewal)>) {
    let (tx, mut replies) = mpsc::unbounded_channel();
    for (place, (handle, renewal)) in (1..).zip(renewals) {
        let renew = PaneRequest::Renew {
            renewal: Box::new(renewal),
            reply: ReplyTo::new(place, tx.clone()),
        };
        handle.request(renew).await;
    }
    drop(tx);
    while replies.recv().await.is_some() {}
}
