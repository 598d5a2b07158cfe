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
