//! Panes that are being started.

use tokio::sync::oneshot;

use crate::protocol::{PaneId, Started};

/// A pane that is being started.
#[derive(Debug)]
pub(super) struct Start {
    pub(super) id: PaneId,
    pub(super) name: String,
    pub(super) error: oneshot::Receiver<Option<String>>,
}

impl Start {
    async fn outcome(self) -> Started {
        let error = self.error.await;
        Started {
            id: self.id,
            name: self.name,
            error: error.unwrap_or_else(|_| Some("the pane's task has gone".to_owned())),
        }
    }
}

/// Returns how starts went, once all are over.
pub(super) async fn outcomes(starts: Vec<Start>) -> Vec<Started> {
    let mut started = Vec::new();
    for start in starts {
        started.push(start.outcome().await);
    }
    started
}
