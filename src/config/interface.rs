//! What configs say of the interface: keys and colours, of one file or of several together.
//!
//! An interface reads these parts of a session's config by itself: the rest is its server's.

use std::path::Path;

use super::{
    ConfigErrors, Environment, KeysSpec, ThemeSpec, error::Problems, read_text, schema,
    section::Section, session::is_this_version,
};

/// What a file says of the interface; the rest is as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InterfaceSpec {
    /// The keys.
    pub keys: KeysSpec,
    /// The colours.
    pub theme: ThemeSpec,
}

impl InterfaceSpec {
    pub(super) fn read(
        top: &Section<'_>,
        environment: &Environment,
        problems: &mut Problems,
    ) -> InterfaceSpec {
        let keys = top
            .get("keys")
            .and_then(|entry| entry.section(&schema::KEYS, problems))
            .map(|section| KeysSpec::read(&section, problems));
        let theme = top
            .get("theme")
            .and_then(|entry| entry.section(&schema::THEME, problems))
            .map(|section| ThemeSpec::read(&section, environment, problems));
        InterfaceSpec {
            keys: keys.unwrap_or_default(),
            theme: theme.unwrap_or_default(),
        }
    }
}

/// Reads the parts of a session's config that say something of the interface. `path` is only how
/// messages name the file.
///
/// # Errors
///
/// What is wrong with these parts, in the order of the file, or with the file as a whole.
pub fn parse_interface(
    text: &str,
    path: &Path,
    environment: &Environment,
) -> Result<InterfaceSpec, ConfigErrors> {
    read_text(text, path, |table, problems| {
        let mut of_others = Problems::default();
        let top = Section::open(table, 0..0, &schema::TOP, &mut of_others);
        match is_this_version(&top, problems) {
            true => InterfaceSpec::read(&top, environment, problems),
            false => InterfaceSpec::default(),
        }
    })
}
