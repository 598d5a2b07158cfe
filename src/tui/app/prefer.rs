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

#[cfg(test)]
mod tests {
    use crate::{
        config::KeysSpec,
        keys::Key,
        tui::{
            app::Msg,
            bindings::Keymap,
            fixture::{Rig, options, pane},
            preferences::Reading,
            theme::{ColorDepth, Theme},
        },
    };

    fn reading(escape: char, complaint: Option<&str>) -> Msg {
        let spec = KeysSpec {
            escape: Some(Key::control(escape)),
            ..KeysSpec::default()
        };
        Msg::Preferences(Box::new(Reading {
            keymap: Keymap::new([&spec]),
            theme: Theme::colored(ColorDepth::Direct),
            complaint: complaint.map(str::to_owned),
            files: Vec::new(),
        }))
    }

    #[test]
    fn what_is_wrong_is_said_and_changes_nothing() {
        let mut rig = Rig::new(options(), 80, 24);
        let escape = |rig: &Rig| rig.app.keymap.escape();
        rig.send(reading('a', Some("x.toml:1:1: bad")));
        rig.panes(vec![pane(1, "db1")]);
        assert_eq!(
            escape(&rig),
            Key::control('a'),
            "at the start the rest counts"
        );
        assert!(rig.text().contains("x.toml:1:1: bad"));
        rig.send(reading('b', Some("x.toml:2:2: worse")));
        assert_eq!(escape(&rig), Key::control('a'));
        assert!(rig.text().contains("x.toml:2:2: worse"));
        rig.send(reading('c', None));
        assert_eq!(escape(&rig), Key::control('c'));
        assert_eq!(rig.app.notice, None, "it is mended");
        rig.types("Q");
        rig.send(reading('d', None));
        assert!(rig.app.notice.is_some(), "what something else said stays");
    }
}
