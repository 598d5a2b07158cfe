//! The way back to whoever asked: one reply for each request, even when the one who owes it goes away.

use tokio::sync::mpsc::UnboundedSender;

use crate::protocol::{Envelope, Failure, FailureKind, Reply, UNANSWERED};

/// Owes one reply to a request. Dropped without one, it says that the pane has gone.
///
/// The channel is unbounded, but holds at most one reply for each request under way, and a
/// connection bounds those.
#[derive(Debug)]
pub struct ReplyTo {
    id: u64,
    to: Option<UnboundedSender<Envelope<Reply>>>,
}

impl ReplyTo {
    /// Returns the debt for request `id` of the connection behind `to`.
    pub fn new(id: u64, to: UnboundedSender<Envelope<Reply>>) -> ReplyTo {
        ReplyTo { id, to: Some(to) }
    }

    /// Returns a debt to nobody.
    pub fn nobody() -> ReplyTo {
        ReplyTo {
            id: UNANSWERED,
            to: None,
        }
    }

    /// Pays it.
    pub fn reply(mut self, body: Reply) {
        self.pay(body);
    }

    /// Pays it with a failure.
    pub fn fail(self, kind: FailureKind, message: impl Into<String>) {
        self.reply(Reply::Failed(Failure {
            kind,
            message: message.into(),
        }));
    }

    /// Pays it with `Done` or the failure.
    pub fn done(self, result: Result<(), Failure>) {
        self.reply(result.map_or_else(Reply::Failed, |()| Reply::Done));
    }

    /// Returns whether nobody waits for it any more.
    pub fn is_abandoned(&self) -> bool {
        self.to.as_ref().is_none_or(UnboundedSender::is_closed)
    }

    /// Waits until nobody waits for it any more.
    pub async fn abandoned(&self) {
        if let Some(to) = &self.to {
            to.closed().await;
        }
    }

    fn pay(&mut self, body: Reply) {
        let wanted = self.id != UNANSWERED || matches!(body, Reply::Failed(_));
        if let Some(to) = self.to.take().filter(|_| wanted) {
            // A connection that has gone needs no reply.
            let _ = to.send(Envelope { id: self.id, body });
        }
    }
}

impl Drop for ReplyTo {
    fn drop(&mut self) {
        self.pay(Reply::Failed(Failure {
            kind: FailureKind::Ended,
            message: "the pane has gone; 'muxpect ps' lists those there are".to_owned(),
        }));
    }
}
