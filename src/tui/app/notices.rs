//! Notices: which of them this client's terminal is told.

use super::{App, Effect, Mode};
use crate::protocol::Notice;

impl App {
    /// Has the terminal told what there is to tell, and returns whether its bell is to ring for that.
    /// Who interacts with a pane sees it; a terminal that is one pane's alone hears of no other.
    pub(super) fn notices(&mut self, notices: Vec<Notice>) -> bool {
        let mut told = false;
        for notice in notices {
            let seen = self.mode == Mode::Interact && self.focus == Some(notice.pane);
            if seen || self.options.only.is_some() {
                continue;
            }
            told = true;
            // A pane's name has no ';': the text is none of the commands that begin with a number and
            // one (ConEmu's, such as progress), whatever a program has said.
            let text = format!("{}: {}", notice.name, notice.text);
            self.effects.push(Effect::Notify(text));
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        protocol::PaneId,
        tui::fixture::{Rig, options, pane},
    };

    /// Checks what the terminal is told when panes 1 and 2 both have news.
    #[track_caller]
    fn check(rig: &mut Rig, expected: &[&str]) {
        let notice = |id: u32, name: &str| Notice {
            pane: PaneId(id),
            name: name.to_owned(),
            text: "4;1;50".to_owned(),
        };
        rig.notices = vec![notice(1, "a"), notice(2, "b")];
        rig.effects.clear();
        rig.panes(vec![pane(1, "a"), pane(2, "b")]);
        let effects = rig.effects.iter();
        let told: Vec<&str> = effects
            .clone()
            .filter_map(|effect| match effect {
                Effect::Notify(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(told, expected);
        let bells = effects.filter(|effect| **effect == Effect::Bell).count();
        assert_eq!(bells, usize::from(!expected.is_empty()), "one bell for all");
    }

    #[test]
    fn the_terminal_is_told_of_panes_that_nobody_interacts_with_in_it() {
        let mut rig = Rig::with_panes(vec![pane(1, "a"), pane(2, "b")]);
        check(&mut rig, &["a: 4;1;50", "b: 4;1;50"]);
        rig.types("\r");
        assert_eq!(rig.app.mode, Mode::Interact);
        check(&mut rig, &["b: 4;1;50"]);
    }

    #[test]
    fn a_terminal_that_is_one_panes_alone_is_told_nothing() {
        let mut rig = Rig::new(
            crate::tui::Options {
                only: Some("a".to_owned()),
                ..options()
            },
            80,
            24,
        );
        rig.panes(vec![pane(1, "a"), pane(2, "b")]);
        check(&mut rig, &[]);
    }
}
