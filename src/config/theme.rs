//! `[theme]` and files of themes: which style each part of the interface is drawn with.
//!
//! Owns the form of a style and the themes that come with the program, which are files of
//! `assets/themes/`. What is drawn with a style is the interface's.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use crate::screen::{Attributes, Color, Style};

use super::{
    ConfigErrors, Environment,
    entry::Entry,
    error::Problems,
    read_text,
    schema::{self, nearest},
    section::Section,
    value::{self, shown},
};

/// The themes that come with the program.
const BUILT_IN: [(&str, &str); 4] = [
    ("dark", include_str!("../../assets/themes/dark.toml")),
    ("light", include_str!("../../assets/themes/light.toml")),
    ("sixteen", include_str!("../../assets/themes/sixteen.toml")),
    ("plain", include_str!("../../assets/themes/plain.toml")),
];

/// Names of colours with their numbers in the palette.
const COLORS: [(&str, u8); 18] = [
    ("black", 0),
    ("red", 1),
    ("green", 2),
    ("yellow", 3),
    ("blue", 4),
    ("magenta", 5),
    ("cyan", 6),
    ("white", 7),
    ("bright-black", 8),
    ("gray", 8),
    ("grey", 8),
    ("bright-red", 9),
    ("bright-green", 10),
    ("bright-yellow", 11),
    ("bright-blue", 12),
    ("bright-magenta", 13),
    ("bright-cyan", 14),
    ("bright-white", 15),
];

const MODIFIERS: [(&str, Attributes); 5] = [
    ("bold", Attributes::BOLD),
    ("dim", Attributes::DIM),
    ("italic", Attributes::ITALIC),
    ("underline", Attributes::UNDERLINE),
    ("reversed", Attributes::INVERSE),
];

/// Styles by name.
pub type Styles = BTreeMap<&'static str, Style>;

/// What a file says of colours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThemeSpec {
    /// The theme to begin with.
    pub name: Option<ThemeName>,
    /// Styles that take the place of the theme's.
    pub styles: Styles,
}

/// Where a theme comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ThemeName {
    /// The program.
    BuiltIn(&'static str),
    /// This file, absolute.
    File(PathBuf),
}

impl ThemeSpec {
    /// Reads the table.
    pub(super) fn read(
        section: &Section<'_>,
        environment: &Environment,
        problems: &mut Problems,
    ) -> ThemeSpec {
        let name = section.get("name").and_then(|entry| {
            entry.system_string(problems)?;
            entry.parsed(problems, |text| theme_name(text, environment))
        });
        ThemeSpec {
            name,
            styles: read_styles(section, problems),
        }
    }
}

/// Returns a theme that comes with the program; nothing if there is none of that name.
pub fn built_in_theme(name: &str) -> Option<Styles> {
    let (name, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
    let styles = parse_theme(text, Path::new(name));
    Some(styles.unwrap_or_else(|errors| unreachable!("a test reads every theme: {errors}")))
}

/// Reads a file of a theme. `path` is only how messages name it.
///
/// # Errors
///
/// Everything that is wrong, in the order of the file.
pub fn parse_theme(text: &str, path: &Path) -> Result<Styles, ConfigErrors> {
    read_text(text, path, |table, problems| {
        let section = Section::open(table, 0..0, &schema::THEME_FILE, problems);
        read_styles(&section, problems)
    })
}

fn theme_name(text: &str, environment: &Environment) -> Result<ThemeName, String> {
    if let Some((name, _)) = BUILT_IN.iter().find(|(name, _)| *name == text) {
        return Ok(ThemeName::BuiltIn(name));
    }
    if text.contains('/') || text.ends_with(".toml") {
        let path = value::path(text, &environment.folder, environment.home.as_deref())?;
        return Ok(ThemeName::File(path));
    }
    let hint = match nearest(text, BUILT_IN.iter().map(|(name, _)| (*name, *name))) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => {
            "write \"dark\", \"light\", \"sixteen\", \"plain\" or the path of a file".to_owned()
        }
    };
    Err(format!("there is no theme {}; {hint}", shown(text)))
}

fn read_styles(section: &Section<'_>, problems: &mut Problems) -> Styles {
    let mut read = |entry: Entry<'_>| {
        let style = entry.parsed(problems, style)?;
        let mut names = schema::styles().iter();
        let name = names.find(|name| **name == entry.key())?;
        Some((*name, style))
    };
    let entries = section.present(schema::styles());
    entries.into_iter().filter_map(&mut read).collect()
}

/// Reads a style: a colour, `on` another one behind it, and modifiers, in words.
fn style(text: &str) -> Result<Style, String> {
    let mut style = Style::default();
    let mut words = text.split_whitespace().peekable();
    if words.peek().is_none() {
        return Err("a style must not be empty; write \"default\" for an ordinary one".to_owned());
    }
    let (mut has_foreground, mut has_background) = (false, false);
    while let Some(word) = words.next() {
        if let Some((_, modifier)) = MODIFIERS.iter().find(|(name, _)| *name == word) {
            style.attributes.set(*modifier, true);
            continue;
        }
        let (word, behind) = match word {
            "on" => match words.next() {
                Some(word) => (word, true),
                None => return Err("a colour is missing after 'on'".to_owned()),
            },
            word => (word, false),
        };
        let color = color(word)?;
        let (place, is_taken) = match behind {
            true => (&mut style.background, &mut has_background),
            false => (&mut style.foreground, &mut has_foreground),
        };
        if std::mem::replace(is_taken, true) {
            return Err(format!(
                "{} is one colour too many; write it like \"black on cyan bold\"",
                shown(word)
            ));
        }
        *place = color;
    }
    Ok(style)
}

fn color(word: &str) -> Result<Color, String> {
    if word == "default" {
        return Ok(Color::Default);
    }
    if let Some((_, index)) = COLORS.iter().find(|(name, _)| *name == word) {
        return Ok(Color::Indexed(*index));
    }
    if let Some(digits) = word.strip_prefix('#') {
        let number = u32::from_str_radix(digits, 16).ok();
        let number = number.filter(|_| digits.len() == 6 && !digits.starts_with('+'));
        let Some([_, red, green, blue]) = number.map(u32::to_be_bytes) else {
            return Err(format!(
                "{} is not a colour; write # and six digits, such as \"#7aa2f7\"",
                shown(word)
            ));
        };
        return Ok(Color::Rgb(red, green, blue));
    }
    if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()) {
        return word
            .parse()
            .map(Color::Indexed)
            .map_err(|_| format!("there is no colour {word}; the palette goes from 0 to 255"));
    }
    let names = COLORS.iter().map(|(name, _)| *name);
    let words = names.chain(MODIFIERS.iter().map(|(name, _)| *name));
    let words = words.chain(["default"]);
    let hint = match nearest(word, words.map(|word| (word, word))) {
        Some(near) => format!("did you mean '{near}'?"),
        None => {
            "write a name such as cyan or bright-red, #rrggbb, a number of the palette, or bold, dim, italic, underline, reversed".to_owned()
        }
    };
    Err(format!(
        "{} is neither a colour nor a modifier; {hint}",
        shown(word)
    ))
}
