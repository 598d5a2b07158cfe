//! The hub's notices: what the session wants told goes to the terminals and to the command.

use std::time::Instant;

use jiff::Timestamp;

use super::Task;

impl Task {
    /// Tells what is due: the terminals by the directory, the others by the command.
    pub(super) fn tell_notices(&mut self, now: Instant) {
        let redactor = self.outside.secrets.redactor();
        let mask = |text: &str| redactor.text(text).into_owned();
        for notice in self.session.take_notices(now, mask) {
            let failure = self.notifying.tell(notice);
            self.notice_failed(failure);
        }
    }

    /// Tells why a notice could not be told, if that is news.
    pub(super) fn notice_failed(&mut self, failure: Option<String>) {
        if let Some(error) = failure {
            tracing::warn!("{error}");
            self.session.notice_failed(error, Timestamp::now());
        }
    }
}

/// Waits until then, for ever without a time.
pub(super) async fn time_of(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}
