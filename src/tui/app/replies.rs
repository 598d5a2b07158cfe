//! What the server says to a request: who is told of it.
//!
//! What a reply changes is the matter of what asked for it, but for a pane's screen, which nobody
//! asks for but the interface itself.

use super::{super::Outcome, App, Damage, Mode, Purpose};
use crate::{
    geometry::Size,
    protocol::{FailureKind, PaneId, Reply},
    screen::ScreenDelta,
};

/// More damaged rows than this count as everything damaged.
const MAX_DAMAGED_ROWS: usize = 4 * Size::LIMIT as usize;

impl App {
    /// Takes what the server says to a request, by what that was sent for.
    pub(super) fn reply(&mut self, purpose: Purpose, reply: Reply) {
        match (purpose, reply) {
            (Purpose::Summary, Reply::Summary(summary)) => self.summary(summary),
            (Purpose::Update(id), Reply::Screen(delta)) => self.screen(id, delta),
            (Purpose::Update(id), _) => {
                if let Some(pane) = self.pane_mut(id) {
                    pane.refuse();
                }
            }
            (Purpose::History(visit), Reply::History(view)) => self.history(visit, view),
            (Purpose::Search { visit, search }, Reply::Found(found)) => {
                self.found(visit, search, found);
            }
            (Purpose::Search { visit, search }, Reply::Failed(failure)) => {
                self.search_failed(visit, search, failure.message);
            }
            (Purpose::Prompt { visit, backwards }, Reply::Found(found)) => {
                self.prompt_found(visit, backwards, found);
            }
            (Purpose::Prompt { visit, .. }, Reply::Failed(failure)) => {
                self.prompt_failed(visit, failure.message);
            }
            (
                Purpose::Copy {
                    visit,
                    leave,
                    range: (from, to),
                },
                Reply::Text(piece),
            ) => self.copied(visit, leave, from..to, piece),
            (Purpose::Edit(number), Reply::Text(piece)) => self.gathered(number, piece),
            (Purpose::Edit(number), Reply::Failed(failure)) => {
                self.gathering_failed(number, failure.message);
            }
            (Purpose::Detach, _) => {
                if let Some((_, outcome)) = self.leaving.take() {
                    self.quit(outcome);
                }
            }
            (Purpose::Started, Reply::Started(started)) => self.started(started),
            (Purpose::Why(pane), Reply::Why(rules)) => self.tell_why(pane, rules),
            (Purpose::Inspect(visit), Reply::Inspection(seen)) => self.inspected(visit, *seen),
            (Purpose::Inspect(visit), Reply::Failed(failure)) => {
                self.inspect_failed(visit, failure.message);
            }
            (Purpose::PromptAt(visit), Reply::Prompt(prompt)) => self.prompt_told(visit, &prompt),
            (Purpose::Record { pane, on }, Reply::Recording(file)) => {
                self.tell_recording(pane, on, file.as_deref());
            }
            (Purpose::Down, Reply::Failed(failure)) => {
                self.ending = false;
                self.say(failure.message);
            }
            (Purpose::Down, _) => self.quit(Outcome::Ended),
            (Purpose::History(visit), Reply::Failed(failure)) => {
                self.history_failed(visit);
                self.say(failure.message);
            }
            // The pane's end is told by the list, better than by a key that came too late.
            (Purpose::Quiet, _) => {}
            (Purpose::Command, Reply::Failed(failure)) if failure.kind == FailureKind::Ended => {}
            (_, Reply::Failed(failure)) => self.say(failure.message),
            _ => {}
        }
    }

    fn screen(&mut self, id: PaneId, delta: ScreenDelta) {
        let shown = self.arrangement.tile(id).is_some();
        let scrolled = self.focus == Some(id)
            && matches!(&self.mode, Mode::Scroll(scroll) if scroll.shows_history());
        let Some(pane) = self.pane_mut(id) else {
            return;
        };
        let before = pane.drawn_size();
        let rows = pane.apply(delta);
        let resized = before.is_some_and(|before| before != pane.screen.size);
        if resized && self.focus == Some(id) {
            // Its history has other rows now.
            self.rescroll();
        }
        // INSPECT lies over all panes.
        if !shown || matches!(self.mode, Mode::Inspect(_)) {
            return;
        }
        match rows {
            None => self.damage_all(),
            Some(_) if scrolled => {}
            Some(rows) => {
                if !self.damage.all {
                    let rows = rows.into_iter().map(|row| (id, row));
                    self.damage.rows.extend(rows);
                }
                // A terminal that does not read leaves damage undrawn.
                if self.damage.rows.len() > MAX_DAMAGED_ROWS {
                    self.damage = Damage::ALL;
                }
            }
        }
    }
}
