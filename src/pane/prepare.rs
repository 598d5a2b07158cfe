//! Making a pane: everything that can be wrong with it is found before its child starts.

use std::time::Instant;

use regex::Regex;

use super::{
    core::{Core, CoreOptions},
    files::Files,
    opening::{open_log, open_recording},
    request::{Outside, PaneHandle},
    spec::PaneSpec,
    task::Task,
};
use crate::{
    expect::{self, Deed, Rule, RuleSpec},
    geometry::Size,
    protocol::{Failure, FailureKind, PaneId, PaneSummary},
};

/// A pane that is checked and ready, with its log open, but not started.
#[derive(Debug)]
pub struct Prepared {
    task: Task,
    handle: PaneHandle,
}

impl Prepared {
    /// Returns the pane as the list shows it before its start.
    pub fn summary(&self) -> PaneSummary {
        self.task.summary()
    }

    /// Runs the task; it starts the child at once if the pane says so, and tells `started` how
    /// that went.
    pub fn launch(self, started: impl FnOnce(Option<String>) + Send + 'static) -> PaneHandle {
        let mut task = self.task;
        tokio::spawn(async move {
            if task.spec.autostart {
                task.start();
            }
            started(task.error.clone());
            task.run().await;
        });
        self.handle
    }
}

/// Checks a pane: compiles its rules and opens its log.
pub fn prepare(id: PaneId, spec: PaneSpec, outside: Outside) -> Result<Prepared, Failure> {
    let (rules, idle) = compiled(&spec)?;
    let log = open_log(&spec, &outside.session).map_err(|error| wrong(&spec, error))?;
    let recording = open_recording(&spec, &outside.session);
    let recording = recording.map_err(|error| wrong(&spec, error))?;
    let now = Instant::now();
    let core = Core::new(
        CoreOptions {
            size: spec.size.or(spec.first_size).unwrap_or(Size::DEFAULT),
            scrollback: spec.scrollback,
            rules,
            context: expect::Context {
                pane: spec.name.clone(),
                session: outside.session.clone(),
                vars: spec.vars.clone(),
            },
            armed: spec.armed,
            auto_answer: spec.auto_answer,
            idle,
        },
        now,
    );
    let files = Files::new(
        log,
        recording,
        outside.lines.is_some(),
        outside.secrets.clone(),
    );
    let (task, handle) = Task::new(id, spec, outside, core, files, now);
    Ok(Prepared { task, handle })
}

/// Compiles a pane's rules, and what its resting prompt looks like.
pub(super) fn compiled(spec: &PaneSpec) -> Result<(Vec<Rule>, Option<Regex>), Failure> {
    let compile = |rule| Rule::compile(rule, &spec.vars);
    let rules = spec
        .rules
        .iter()
        .map(compile)
        .collect::<Result<Vec<Rule>, _>>();
    let rules = rules.map_err(|error| wrong(spec, error))?;
    let runs = |rule: &&RuleSpec| rule.deeds.iter().any(|deed| matches!(deed, Deed::Run(_)));
    if let Some(rule) = spec.rules.iter().find(runs).filter(|_| !spec.allow_run) {
        return Err(wrong(
            spec,
            format!(
                "rule '{}' would run a command; allow it with 'allow_run = true' in [session], or remove 'run'",
                rule.name
            ),
        ));
    }
    let idle = spec.idle.as_deref().map(Regex::new).transpose();
    let idle = idle.map_err(|error| wrong(spec, format!("'idle': {error}")))?;
    Ok((rules, idle))
}

/// Returns the failure of a pane that cannot be as its spec says.
pub(super) fn wrong(spec: &PaneSpec, what: impl std::fmt::Display) -> Failure {
    Failure {
        kind: FailureKind::Usage,
        message: format!("pane '{}': {what}", spec.name),
    }
}
