//! The directory: what connections may know of a session's panes without asking the hub.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    expect::AutoAnswer,
    pane::PaneHandle,
    protocol::{AskInfo, ConfigNews, Notice, PaneId, PaneSummary, Reply, Summary},
};

/// The panes and their asks as connections see them.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// Grows with each change.
    pub generation: u64,
    /// Summaries by id.
    pub summaries: BTreeMap<PaneId, Arc<PaneSummary>>,
    /// The asks that wait for a person, oldest first.
    pub asks: Vec<AskInfo>,
    /// Whether rules answer.
    pub auto_answer: AutoAnswer,
    /// The pane that a rule wanted focused last, and the number of that wish.
    pub focus: Option<(PaneId, u64)>,
    /// What the last reading of the config came to.
    pub config: Option<ConfigNews>,
    /// The last notices for terminals, oldest first, each with the generation that it came with.
    pub notices: Vec<(u64, Notice)>,
    /// The ways to the panes.
    pub handles: BTreeMap<PaneId, PaneHandle>,
}

impl Directory {
    /// Returns the pane list as a reply to who has it as it was in generation `since`, 0 for not at all:
    /// who has just come is told no notices from before.
    pub fn summary(&self, since: u64) -> Reply {
        let news = self.notices.iter();
        let news = news.filter(|(generation, _)| since > 0 && *generation > since);
        Reply::Summary(Summary {
            generation: self.generation,
            asks: self.asks.clone(),
            auto_answer: self.auto_answer,
            focus: self.focus,
            config: self.config.clone(),
            notices: news.map(|(_, notice)| notice.clone()).collect(),
            panes: self
                .summaries
                .values()
                .map(|pane| (**pane).clone())
                .collect(),
        })
    }
}
