//! What a person prefers, as configs say it: keys and colours.

use super::App;
use crate::tui::preferences::Reading;

impl App {
    /// Takes what was read. What is wrong with it is said, and then, but for the start, nothing
    /// changes.
    pub(super) fn prefer(&mut self, reading: Reading) {
        let mended = self.complaint.is_some() && self.complaint == self.notice;
        if mended {
            self.notice = None;
        }
        if !self.known || reading.complaint.is_none() {
            self.keymap = reading.keymap;
            self.theme = reading.theme;
        }
        self.complaint.clone_from(&reading.complaint);
        if let Some(complaint) = reading.complaint {
            self.say(complaint);
        }
        self.damage_all();
    }
}
