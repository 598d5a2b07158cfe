//! Keys and colours as a person prefers them: what the user's own config and the session's say,
//! the latter stronger, and the theme that they name.
//!
//! Reads files. What is wrong with one is told in one line, and the others count all the same.

use std::path::{Path, PathBuf};

use super::{
    bindings::Keymap,
    theme::{ColorDepth, Colors, Theme},
};
use crate::config::{
    Environment, InterfaceSpec, LoadError, Styles, ThemeName, built_in_theme, load_interface,
    load_theme, load_user, user_config_path,
};

/// The theme without a word of configs: it fits dark and light schemes.
pub const DEFAULT_THEME: &str = "sixteen";

/// Where preferences come from.
#[derive(Clone)]
pub struct Sources {
    environment: Environment,
    session: Option<PathBuf>,
    colors: Colors,
}

/// What was read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The keys.
    pub keymap: Keymap,
    /// The colours.
    pub theme: Theme,
    /// The first thing that is wrong, in one line.
    pub complaint: Option<String>,
    /// The files that it depends on, whether or not they are there.
    pub files: Vec<PathBuf>,
}

impl Sources {
    /// Returns the files that the environment names.
    pub fn new(environment: Environment) -> Sources {
        let variable = |name: &str| environment.variables.get(name).cloned();
        Sources {
            colors: Colors::from_environment(variable),
            environment,
            session: None,
        }
    }

    /// Adds the session's config, if it has one.
    pub fn of_session(self, session: Option<PathBuf>) -> Sources {
        Sources { session, ..self }
    }

    /// Reads everything.
    pub fn read(&self) -> Reading {
        let mut complaints = Vec::new();
        let mut files = Vec::new();
        let own = user_config_path(&self.environment).map_or_else(InterfaceSpec::default, |path| {
            let user = load_user(&self.environment).map(Option::unwrap_or_default);
            let interface = user.map(|user| user.interface);
            let interface = or_complain(interface, &path, &mut complaints);
            files.push(path);
            interface
        });
        let of_session = self
            .session
            .as_ref()
            .map_or_else(InterfaceSpec::default, |path| {
                files.push(path.clone());
                let interface = load_interface(path, &self.environment);
                or_complain(interface, path, &mut complaints)
            });
        let name = of_session.theme.name.or(own.theme.name);
        let mut styles = match name {
            Some(ThemeName::File(path)) => {
                let styles = or_complain(load_theme(&path), &path, &mut complaints);
                files.push(path);
                styles
            }
            Some(ThemeName::BuiltIn(name)) => self.built_in(name),
            None => self.built_in(DEFAULT_THEME),
        };
        styles.extend(own.theme.styles);
        styles.extend(of_session.theme.styles);
        Reading {
            keymap: Keymap::new([&own.keys, &of_session.keys]),
            theme: Theme::new(&styles, self.colors),
            complaint: complaints.into_iter().next(),
            files,
        }
    }

    /// Returns a theme of the program. Of the sixteen colours, the nearest to a calm one is a grey,
    /// so a terminal with no others gets a theme that is made for them.
    fn built_in(&self, name: &str) -> Styles {
        let name = match self.colors.depth {
            ColorDepth::Sixteen if name != "plain" => DEFAULT_THEME,
            _ => name,
        };
        built_in_theme(name).unwrap_or_default()
    }
}

/// Returns what was read, or nothing and one more complaint, which names the file by its last part:
/// a line of the status bar is short.
fn or_complain<T: Default>(
    read: Result<T, LoadError>,
    path: &Path,
    complaints: &mut Vec<String>,
) -> T {
    read.unwrap_or_else(|error| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        complaints.push(match error {
            LoadError::NotFound { .. } => {
                format!("the session's config {name} is gone; put it back")
            }
            error => error
                .to_string()
                .replace(&path.display().to_string(), &name),
        });
        T::default()
    })
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs};

    use ratatui::style::Color;

    use super::*;
    use crate::{
        keys::Key,
        tui::keymap::{Action, ESCAPE},
    };

    /// A home and a session's folder, with what their files say.
    struct Files {
        folder: tempfile::TempDir,
    }

    impl Files {
        fn new(user: Option<&str>, session: &str) -> Files {
            let folder = tempfile::tempdir().unwrap();
            let files = Files { folder };
            if let Some(user) = user {
                files.write(".config/muxpect/config.toml", user);
            }
            files.write("muxpect.toml", session);
            files
        }

        fn write(&self, name: &str, text: &str) {
            let path = self.folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, format!("version = 1\n{text}")).unwrap();
        }

        fn read(&self, variables: &[(&str, &str)]) -> Reading {
            let variables = variables.iter().map(|(name, text)| (*name, *text));
            let depth = [("COLORTERM", "truecolor")];
            let variables: BTreeMap<String, String> = depth
                .into_iter()
                .chain(variables)
                .map(|(name, text)| (name.to_owned(), text.to_owned()))
                .collect();
            let environment = Environment {
                cwd: "/".into(),
                folder: "/".into(),
                home: Some(self.folder.path().to_owned()),
                variables,
                shell: "/bin/sh".to_owned(),
            };
            let session = self.folder.path().join("muxpect.toml");
            Sources::new(environment).of_session(Some(session)).read()
        }
    }

    #[test]
    fn the_session_overrides_the_user_key_by_key() {
        let files = Files::new(
            Some(
                "keys = { escape = \"C-q\", prefix = \"C-b\", watch.zoom = \"Z\", watch.kill = \"K\" }\n\
                 theme = { name = \"dark\", key = \"#010203\", notice = \"#040506\" }\n",
            ),
            "keys = { prefix = \"\", watch.kill = \"F9\" }\ntheme.notice = \"#070809\"\n",
        );
        let Reading {
            keymap,
            theme,
            complaint,
            files,
        } = files.read(&[]);
        assert_eq!(complaint, None);
        assert_eq!(
            (keymap.escape(), keymap.prefix()),
            (Key::control('q'), None)
        );
        assert_eq!(keymap.watch("Z".parse().unwrap()), Some(Action::Zoom));
        assert_eq!(keymap.watch("K".parse().unwrap()), None);
        assert_eq!(keymap.hint(Action::Kill), "F9");
        assert_eq!(theme.key.fg, Some(Color::Rgb(1, 2, 3)));
        assert_eq!(theme.notice.fg, Some(Color::Rgb(7, 8, 9)));
        assert_eq!(theme.border.fg, Some(Color::Rgb(0x54, 0x5c, 0x7e)), "dark");
        assert_eq!(files.len(), 2);
    }

    #[test]
    fn what_is_wrong_is_told_and_the_rest_counts() {
        let files = Files::new(Some("keys.watch.zoom = \"Z\"\n"), "theme.key = \"cyann\"\n");
        let reading = files.read(&[]);
        let complaint = reading.complaint.unwrap();
        assert!(
            complaint.starts_with("muxpect.toml:2:13: 'cyann'"),
            "{complaint}"
        );
        assert_eq!(reading.keymap.hint(Action::Zoom), "Z");

        files.write("muxpect.toml", "theme.name = \"mine.toml\"\n");
        let reading = files.read(&[]);
        let complaint = reading.complaint.unwrap();
        assert!(
            complaint.starts_with("there is no theme file mine.toml"),
            "{complaint}"
        );
        assert_eq!(reading.files.len(), 3, "it may come yet");

        files.write("mine.toml", "");
        let complaint = files.read(&[]).complaint.unwrap();
        assert!(
            complaint.starts_with("mine.toml:1:1: unknown style 'version'"),
            "{complaint}"
        );
        fs::write(files.folder.path().join("mine.toml"), "key = \"208\"\n").unwrap();
        let theme = files.read(&[]).theme;
        assert_eq!(theme.key.fg, Some(Color::Indexed(208)));
        assert_eq!(
            theme.border_focused.fg,
            Some(Color::Indexed(6)),
            "as in sixteen"
        );
    }

    #[test]
    fn a_session_config_that_is_gone_is_missed() {
        let files = Files::new(Some("keys.escape = \"C-q\"\n"), "");
        fs::remove_file(files.folder.path().join("muxpect.toml")).unwrap();
        let reading = files.read(&[]);
        let expected = "the session's config muxpect.toml is gone; put it back";
        assert_eq!(reading.complaint.as_deref(), Some(expected));
        assert_eq!(reading.keymap.escape(), Key::control('q'));
    }

    #[test]
    fn without_files_everything_is_as_the_tables_say() {
        let reading = Files::new(None, "").read(&[]);
        assert_eq!(reading.complaint, None);
        assert_eq!(reading.keymap, Keymap::default());
        assert_eq!(reading.keymap.escape(), ESCAPE);
        assert_eq!(reading.theme.key.fg, Some(Color::Indexed(6)));
    }

    #[test]
    fn colours_are_those_that_the_terminal_has_and_the_person_wants() {
        let files = Files::new(None, "theme = { name = \"dark\", notice = \"#ff0000\" }\n");
        let theme = |variables: &[(&str, &str)]| files.read(variables).theme;
        assert_eq!(theme(&[("NO_COLOR", "1")]).notice.fg, None);
        let palette = theme(&[("COLORTERM", ""), ("TERM", "xterm-256color")]);
        assert_eq!(palette.notice.fg, Some(Color::Indexed(196)));
        let sixteen = theme(&[("COLORTERM", ""), ("TERM", "linux")]);
        assert_eq!(sixteen.notice.fg, Some(Color::Indexed(9)));
        assert_eq!(sixteen.key.fg, Some(Color::Indexed(6)), "no grey");
    }
}
