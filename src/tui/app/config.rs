//! What the interface says of the session's config: that it was applied, or what is wrong with it.

use super::App;
use crate::protocol::{ConfigNews, Request};

impl App {
    /// Has the server read the config anew; what comes of it is told by the pane list.
    pub(super) fn reload(&mut self) {
        if self.options.read_only {
            self.refuse_read_only();
        } else {
            self.command(Request::Reload);
        }
    }

    /// Takes what became of the config last, and tells it once, unless it is older than this
    /// interface. What is wrong stays to be read until it is mended.
    pub(super) fn renew_config(&mut self, news: Option<ConfigNews>, first: bool) {
        let Some(news) = news.filter(|news| news.number > self.config_number) else {
            return;
        };
        self.config_number = news.number;
        self.config_error = news.failed.then(|| news.text.clone());
        match news.failed {
            _ if first => {}
            true => self.say(news.text),
            false => self.say_briefly(news.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        keys::Key,
        protocol::Request,
        tui::{
            app::Msg,
            fixture::{Rig, options, pane},
        },
    };

    const WRONG: &str = "muxpect.toml:7:3: there is no key 'foo'";

    fn rig() -> Rig {
        Rig::with_panes(vec![pane(1, "web")])
    }

    fn news(rig: &mut Rig, number: u64, text: &str, failed: bool) {
        let text = text.to_owned();
        rig.config = Some(ConfigNews {
            number,
            text,
            failed,
        });
        rig.panes(vec![pane(1, "web")]);
    }

    fn bar(rig: &mut Rig) -> String {
        rig.text().lines().last().unwrap_or_default().to_owned()
    }

    #[test]
    fn what_is_wrong_stays_until_it_is_mended() {
        let mut rig = rig();
        news(&mut rig, 1, WRONG, true);
        assert!(bar(&mut rig).contains(WRONG));
        rig.types("b");
        assert!(bar(&mut rig).contains(WRONG), "{}", bar(&mut rig));
        assert!(bar(&mut rig).contains("help"));
        news(&mut rig, 2, "muxpect.toml applied: 1 pane changed", false);
        assert!(bar(&mut rig).contains("applied: 1 pane changed"));
        rig.types("b");
        assert!(!bar(&mut rig).contains("muxpect.toml"));
    }

    #[test]
    fn what_was_applied_gives_way_to_the_hints() {
        let mut rig = rig();
        news(&mut rig, 1, "muxpect.toml applied: 1 pane changed", false);
        assert!(!bar(&mut rig).contains("help"));
        assert!(rig.app.next_deadline().is_some());
        rig.pass(Duration::from_secs(5));
        rig.send(Msg::Tick);
        assert!(bar(&mut rig).contains("help"), "{}", bar(&mut rig));
    }

    #[test]
    fn news_from_before_are_not_told() {
        let mut rig = Rig::new(options(), 80, 24);
        news(&mut rig, 3, "muxpect.toml applied: 1 pane changed", false);
        assert!(!bar(&mut rig).contains("applied"));
        let mut rig = Rig::new(options(), 80, 24);
        news(&mut rig, 3, WRONG, true);
        assert!(bar(&mut rig).contains(WRONG));
    }

    #[test]
    fn a_key_has_the_config_read_anew() {
        let mut rig = rig();
        rig.keys(&[Key::control('r')]);
        assert_eq!(rig.requests(), [Request::Reload]);
        let mut options = options();
        options.read_only = true;
        let mut rig = Rig::new(options, 80, 24);
        rig.panes(vec![pane(1, "web")]);
        rig.effects.clear();
        rig.keys(&[Key::control('r')]);
        assert_eq!(rig.requests(), []);
        assert!(bar(&mut rig).contains("read-only"));
    }

    #[test]
    fn a_pane_that_needs_a_restart_says_so() {
        let mut rig = Rig::new(options(), 120, 24);
        let mut stale = pane(1, "web");
        stale.stale = true;
        rig.panes(vec![stale]);
        let title = rig.text().lines().nth(1).unwrap_or_default().to_owned();
        assert!(title.contains("↻ changed · r restarts"), "{title}");
        // In the list, too, where titles are short.
        let listed = rig.text().lines().nth(2).unwrap_or_default().to_owned();
        assert!(
            listed.starts_with("│▌1 web") && listed.contains("↻"),
            "{listed}"
        );
    }
}
