//! The recording of a pane: begun and ended by a person.
//!
//! The server names the file; what is recorded is told by the pane list.

use std::path::Path;

use super::{App, Purpose};
use crate::{
    protocol::{PaneId, Request},
    tui::widget::columns,
};

/// Columns before a notice in the status bar: ` WATCH  `.
const BADGE: u16 = 8;

impl App {
    /// Begins the recording of the focused pane, or ends it.
    pub(super) fn record(&mut self) {
        match self.focused() {
            None => self.say("there is no pane to record"),
            Some(_) if self.options.read_only => self.refuse_read_only(),
            Some(pane) => {
                let (pane, on) = (pane.id(), !pane.summary.recording);
                self.request(Request::Record { pane, on }, Purpose::Record { pane, on });
            }
        }
    }

    /// Says which file a recording goes to, or is in.
    pub(super) fn tell_recording(&mut self, pane: PaneId, on: bool, file: Option<&Path>) {
        let Some(name) = self.pane(pane).map(|pane| pane.name().to_owned()) else {
            return;
        };
        let Some(file) = file else {
            self.say(format!("{name} was not recorded"));
            return;
        };
        let said = match on {
            true => format!("{name} is recorded: "),
            false => format!("{name} is no longer recorded: "),
        };
        let whole = file.display().to_string();
        // Where there is no room for all of it, the end tells more.
        let room = self.size.cols.saturating_sub(BADGE);
        let short = match file.file_name() {
            Some(last) if columns(&said) + columns(&whole) > room => {
                format!("…/{}", last.display())
            }
            _ => whole,
        };
        self.say_briefly(said + &short);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        protocol::{PaneSummary, Reply},
        tui::{
            app::Msg,
            fixture::{Rig, pane},
        },
    };

    #[test]
    fn one_key_begins_and_ends_a_recording() {
        let one = PaneId(1);
        let mut rig = Rig::with_panes(vec![pane(1, "db1")]);
        for on in [true, false] {
            rig.types("R");
            assert_eq!(rig.requests(), [Request::Record { pane: one, on }]);
            let file = Some("/srv/db1.cast".into());
            rig.send(Msg::Reply(
                Purpose::Record { pane: one, on },
                Reply::Recording(file),
            ));
            let said = match on {
                true => "db1 is recorded: /srv/db1.cast",
                false => "db1 is no longer recorded: /srv/db1.cast",
            };
            assert_eq!(rig.app.notice.as_deref(), Some(said));
            assert!(rig.app.notice_due.is_some(), "it gives way by itself");
            rig.panes(vec![PaneSummary {
                recording: on,
                ..pane(1, "db1")
            }]);
        }
    }

    #[test]
    fn a_long_path_is_told_by_its_end() {
        let one = PaneId(1);
        let mut rig = Rig::with_panes(vec![pane(1, "db1")]);
        let folder = "/srv/very/long".repeat(8);
        rig.send(Msg::Reply(
            Purpose::Record {
                pane: one,
                on: true,
            },
            Reply::Recording(Some(format!("{folder}/db1.cast").into())),
        ));
        assert_eq!(
            rig.app.notice.as_deref(),
            Some("db1 is recorded: …/db1.cast")
        );
    }

    #[test]
    fn a_client_that_may_only_look_records_nothing() {
        let mut rig = Rig::read_only(vec![pane(1, "db1")]);
        rig.types("R");
        assert_eq!(rig.requests(), []);
        rig.panes(Vec::new());
        rig.types("R");
        assert_eq!(
            rig.app.notice.as_deref(),
            Some("there is no pane to record")
        );
    }
}
