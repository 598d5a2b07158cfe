//! Panes at run time: add, duplicate, rename.
//!
//! The server starts and names them; here is what it is asked, and that a new pane gets the focus.

use super::{
    App, Mode, Purpose,
    entry::{Entry, What},
};
use crate::{
    pane::{self, PaneSpec, is_pane_name},
    protocol::{PaneId, Request, Started},
};

impl App {
    /// Begins to type a command for a new pane.
    pub(super) fn add(&mut self) {
        match self.options.read_only {
            true => self.refuse_read_only(),
            false => self.begin_entry(What::Command, ""),
        }
    }

    /// Starts what was typed; an empty line is the person's shell.
    pub(super) fn start_pane(&mut self, entry: Entry) {
        let line = entry.line.text();
        let Some(mut command) = shlex::split(line) else {
            self.say("a quote is not closed, or a backslash ends the line: nothing was started");
            self.keep_entry(entry);
            return;
        };
        let start = &self.options.new_panes;
        if command.is_empty() {
            command.push(start.shell.clone());
        }
        let spec = PaneSpec::new(
            pane::program_name(&command[0]),
            command,
            start.folder.clone(),
            start.variables.clone(),
        );
        let request = Request::Run {
            panes: vec![spec],
            rename: true,
        };
        self.request(request, Purpose::Started);
    }

    /// Starts a further pane like the focused one.
    pub(super) fn duplicate(&mut self) {
        match self.focus {
            None => self.say("there is no pane to duplicate"),
            Some(_) if self.options.read_only => self.refuse_read_only(),
            Some(pane) => {
                let pane = pane.to_string();
                self.request(Request::Duplicate { pane }, Purpose::Started);
            }
        }
    }

    /// Takes the news of panes that were started from here.
    pub(super) fn started(&mut self, started: Vec<Started>) {
        for Started { name, error, .. } in &started {
            if let Some(error) = error {
                self.say(format!("{name} could not start: {error}"));
            }
        }
        self.awaited = started.last().map(|pane| pane.id);
        self.follow_awaited();
    }

    /// Focuses the pane that was started from here once the list has it, unless the person has turned
    /// to something else.
    pub(super) fn follow_awaited(&mut self) {
        let Some(pane) = self.awaited.filter(|pane| self.pane(*pane).is_some()) else {
            return;
        };
        self.awaited = None;
        if self.mode == Mode::Watch && self.dialog.is_none() {
            self.focus_on(pane);
        }
    }

    /// Begins to type another name for the focused pane.
    pub(super) fn rename(&mut self) {
        match self.focused() {
            None => self.say("there is no pane to rename"),
            Some(_) if self.options.read_only => self.refuse_read_only(),
            Some(pane) => {
                let (id, name) = (pane.id(), pane.name().to_owned());
                self.begin_entry(What::Name(id), &name);
            }
        }
    }

    /// Asks for another name; one that cannot be stays in the line.
    pub(super) fn rename_pane(&mut self, pane: PaneId, entry: Entry) {
        let name = entry.line.text();
        let is_taken = |other: &super::Pane| other.name() == name && other.id() != pane;
        let refusal = if !is_pane_name(name) {
            "a name has 1 to 64 letters, digits, '.', '_' or '-', not only digits".to_owned()
        } else if self.panes.iter().any(is_taken) {
            format!("there is another pane '{name}'; choose another name")
        } else {
            let (pane, name) = (pane.to_string(), name.to_owned());
            self.command(Request::Rename { pane, name });
            return;
        };
        self.say(refusal);
        self.keep_entry(entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        keys::Input,
        protocol::Reply,
        tui::{
            app::Msg,
            fixture::{Rig, pane},
        },
    };

    fn rig() -> Rig {
        Rig::with_panes(vec![pane(1, "db1"), pane(2, "web")])
    }

    fn replied(rig: &mut Rig, id: u32, error: Option<&str>) {
        let started = Started {
            id: PaneId(id),
            name: "new".to_owned(),
            error: error.map(str::to_owned),
        };
        let reply = Reply::Started(vec![started]);
        rig.send(Msg::Reply(Purpose::Started, reply));
    }

    #[test]
    fn a_command_line_becomes_a_pane() {
        let check = |typed: &str, name: &str, command: &[&str]| {
            let mut rig = rig();
            rig.types(&format!("a{typed}\r"));
            let requests = rig.requests();
            let [
                Request::Run {
                    panes,
                    rename: true,
                },
            ] = requests.as_slice()
            else {
                panic!("{typed}: {requests:?}");
            };
            let command = command.iter().map(|&word| word.to_owned()).collect();
            let spec = PaneSpec::new(
                name.to_owned(),
                command,
                "/srv".into(),
                [("LANG".to_owned(), "C".to_owned())].into(),
            );
            assert_eq!(*panes, [spec], "{typed}");
            assert_eq!(rig.app.dialog, None);
        };
        check("", "zsh", &["/bin/zsh"]);
        check("  ", "zsh", &["/bin/zsh"]);
        check(
            "/usr/bin/ssh -p 22 'a b'",
            "ssh",
            &["/usr/bin/ssh", "-p", "22", "a b"],
        );
    }

    #[test]
    fn a_line_that_is_no_command_stays() {
        let mut rig = rig();
        rig.types("aecho 'x\r");
        assert_eq!(rig.requests(), []);
        assert!(
            rig.app
                .notice
                .clone()
                .unwrap()
                .starts_with("a quote is not closed")
        );
        rig.types("'\r");
        assert_eq!(rig.requests().len(), 1);
        // Escape, Ctrl-] and Backspace in an empty line go back.
        for back in ["axj\u{1b}", "ax\u{1d}", "a\u{8}"] {
            let backspace = |c| match c {
                '\u{8}' => crate::keys::Key::plain(crate::keys::KeyCode::Backspace),
                c => crate::tui::fixture::key(c),
            };
            rig.keys(&back.chars().map(backspace).collect::<Vec<_>>());
            assert_eq!(
                (rig.requests(), &rig.app.dialog),
                (vec![], &None),
                "{back:?}"
            );
        }
    }

    #[test]
    fn lines_are_pasted_into() {
        let mut rig = rig();
        rig.types("aecho ");
        let paste = |text: &str| Msg::Input(vec![Input::Paste(text.to_owned())]);
        rig.send(paste("one two\n"));
        rig.send(paste("a\nb"));
        assert!(
            rig.app
                .notice
                .clone()
                .unwrap()
                .contains("nothing was pasted")
        );
        assert_eq!(rig.app.entry().unwrap().line.text(), "echo one two");
    }

    #[test]
    fn the_new_pane_gets_the_focus() {
        // Its reply may come before the list has it, or after.
        let mut rig = rig();
        rig.types("a\r");
        replied(&mut rig, 3, None);
        assert_eq!(rig.app.focus, Some(PaneId(1)));
        let panes = vec![pane(1, "db1"), pane(2, "web"), pane(3, "new")];
        rig.panes(panes.clone());
        assert_eq!(rig.app.focus, Some(PaneId(3)));
        rig.types("1");
        replied(&mut rig, 2, Some("no such file"));
        assert_eq!(rig.app.focus, Some(PaneId(2)));
        assert_eq!(
            rig.app.notice.as_deref(),
            Some("new could not start: no such file")
        );
        // A person who has turned to something else is left there.
        rig.types("1\r");
        replied(&mut rig, 3, None);
        rig.panes(panes);
        assert_eq!(
            (&rig.app.mode, rig.app.focus),
            (&Mode::Interact, Some(PaneId(1)))
        );
    }

    #[test]
    fn a_pane_is_duplicated_by_the_server() {
        let mut rig = rig();
        rig.types("2C");
        let pane = "2".to_owned();
        assert_eq!(rig.requests(), [Request::Duplicate { pane }]);
    }

    #[test]
    fn a_pane_is_renamed_to_what_can_be_a_name() {
        let rename = |name: &str| Request::Rename {
            pane: "1".to_owned(),
            name: name.to_owned(),
        };
        let mut rig = rig();
        rig.types("e-old\r");
        assert_eq!(rig.requests(), [rename("db1-old")]);
        rig.types("e x\r");
        let notice = rig.app.notice.clone().unwrap();
        assert!(notice.starts_with("a name has 1 to 64"), "{notice}");
        let mut rig = self::rig();
        rig.types("e");
        rig.keys(&[crate::keys::Key::control('u')]);
        rig.types("web\r");
        let notice = rig.app.notice.clone().unwrap();
        assert_eq!(notice, "there is another pane 'web'; choose another name");
        rig.types("2\r");
        assert_eq!(rig.requests(), [rename("web2")]);
    }

    #[test]
    fn the_line_for_a_pane_that_has_gone_goes_too() {
        let mut rig = rig();
        rig.types("2ex");
        rig.panes(vec![pane(1, "db1")]);
        assert_eq!(rig.app.dialog, None);
        rig.panes(Vec::new());
        rig.types("eC");
        assert_eq!(rig.requests(), []);
        rig.types("a\r");
        assert_eq!(rig.requests().len(), 1);
    }

    #[test]
    fn a_client_that_may_only_look_changes_nothing() {
        let mut rig = Rig::read_only(vec![pane(1, "db1")]);
        for key in ["a", "C", "e"] {
            rig.types(key);
            assert_eq!((rig.requests(), &rig.app.dialog), (vec![], &None), "{key}");
            assert!(
                rig.app
                    .notice
                    .clone()
                    .unwrap()
                    .starts_with("attached read-only")
            );
        }
    }
}
