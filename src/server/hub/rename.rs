//! A pane that is called otherwise from now on: the session first, whose matter names are, then the
//! pane itself.

use jiff::Timestamp;

use super::Task;
use crate::{
    pane::{PaneRequest, ReplyTo},
    protocol::Reply,
    server::several::join_done,
    session::Session,
};

impl Task {
    /// Does [`Request::Rename`](crate::protocol::Request::Rename); whoever asked hears when the pane knows its name.
    pub(super) fn rename(&mut self, pane: &str, name: &str, reply: ReplyTo) {
        let renamed = Session::find(self.session.panes(), Some(pane)).and_then(|id| {
            let news = self.session.rename(id, name, Timestamp::now())?;
            Ok((id, news))
        });
        match renamed {
            Ok((id, true)) => {
                if let Some(spec) = self.specs.get_mut(&id) {
                    name.clone_into(&mut spec.name);
                }
                let name = name.to_owned();
                self.ask_all(vec![id], reply, join_done, move |reply| {
                    PaneRequest::Rename {
                        name: name.clone(),
                        reply,
                    }
                });
            }
            Ok((_, false)) => reply.reply(Reply::Done),
            Err(failure) => reply.reply(Reply::Failed(failure)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{hub, reply, request};
    use super::*;
    use crate::protocol::{FailureKind, Request};

    fn rename(pane: &str, name: &str) -> Request {
        let (pane, name) = (pane.to_owned(), name.to_owned());
        Request::Rename { pane, name }
    }

    #[tokio::test]
    async fn whoever_renames_hears_when_the_pane_knows() {
        let (mut task, mut panes) = hub(&["a", "b"]);
        let replies = request(&mut task, rename("a", "c"));
        match panes[0].recv().await {
            Some(PaneRequest::Rename { name, reply }) => {
                assert_eq!(name, "c");
                reply.reply(Reply::Done);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(reply(replies).await, Reply::Done);
        // Its present name is no news.
        assert_eq!(
            reply(request(&mut task, rename("c", "c"))).await,
            Reply::Done
        );
        for (pane, name) in [("a", "d"), ("c", "b"), ("c", "d e")] {
            match reply(request(&mut task, rename(pane, name))).await {
                Reply::Failed(failure) => assert_eq!(failure.kind, FailureKind::Usage),
                other => panic!("{other:?}"),
            }
        }
        assert!(panes.iter_mut().all(|pane| pane.try_recv().is_err()));
    }
}
