//! One request to several panes at once, and their replies joined into one.

use std::collections::BTreeMap;

use tokio::sync::mpsc;

use crate::{
    pane::{PaneHandle, PaneRequest, ReplyTo},
    protocol::{Envelope, Failure, FailureKind, Reply, UNANSWERED},
};

/// Puts one request to each of these panes at once and returns their replies in order.
pub async fn ask(handles: Vec<PaneHandle>, request: impl Fn(ReplyTo) -> PaneRequest) -> Vec<Reply> {
    let (tx, mut rx) = mpsc::unbounded_channel::<Envelope<Reply>>();
    for (place, handle) in (UNANSWERED + 1..).zip(&handles) {
        handle
            .request(request(ReplyTo::new(place, tx.clone())))
            .await;
    }
    drop(tx);
    let mut replies = BTreeMap::new();
    while let Some(Envelope { id, body }) = rx.recv().await {
        replies.insert(id, body);
    }
    replies.into_values().collect()
}

/// Joins replies that are each `Done` or a failure.
pub fn join_done(replies: Vec<Reply>) -> Reply {
    replies
        .into_iter()
        .find(|reply| matches!(reply, Reply::Failed(_)))
        .unwrap_or(Reply::Done)
}

/// Joins lists of started panes.
pub fn join_started(replies: Vec<Reply>) -> Reply {
    let mut all = Vec::new();
    for reply in replies {
        match reply {
            Reply::Started(started) => all.extend(started),
            other => return other,
        }
    }
    Reply::Started(all)
}

/// Joins lists of panes; one that has gone meanwhile is left out.
pub fn join_infos(replies: Vec<Reply>) -> Reply {
    let infos = replies.into_iter().filter_map(|reply| match reply {
        Reply::Panes(panes) => Some(panes),
        _ => None,
    });
    Reply::Panes(infos.flatten().collect())
}

/// Joins lists of rules; a pane that has gone meanwhile is left out.
pub fn join_rules(replies: Vec<Reply>) -> Reply {
    let rules = replies.into_iter().filter_map(|reply| match reply {
        Reply::Rules(rules) => Some(rules),
        _ => None,
    });
    Reply::Rules(rules.flatten().collect())
}

/// Joins what panes say to an askpass: the token is known to one of them at most.
pub fn join_passed(replies: Vec<Reply>) -> Reply {
    let knows = |reply: &Reply| match reply {
        Reply::Failed(failure) => failure.kind == FailureKind::Failed,
        _ => true,
    };
    replies.into_iter().find(knows).unwrap_or_else(|| {
        Reply::Failed(Failure {
            kind: FailureKind::Usage,
            message: "no pane has given out this token; start ssh in a pane with 'askpass'"
                .to_owned(),
        })
    })
}
