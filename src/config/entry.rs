//! One key of a table with its value and their places.
//!
//! Owns the forms that values of any key may have (a string, a list of strings, one of a few
//! words) and reports what has another form; a value that was reported reads as absent, and the
//! reading goes on. What the values mean is decided in the modules of each table.

use std::{
    borrow::Cow,
    fmt::Display,
    ops::{Range, RangeInclusive},
    time::Duration,
};

use toml::{Spanned, de::DeValue};

use super::{
    error::Problems,
    schema::{Table, nearest},
    section::Section,
    value::{self, shown},
};

/// A key of a table with its value.
#[derive(Clone, Copy)]
pub(super) struct Entry<'t> {
    key: &'t str,
    key_place: &'t Spanned<Cow<'t, str>>,
    value: &'t Spanned<DeValue<'t>>,
}

/// A text of the file with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) place: Range<usize>,
}

impl<'t> Entry<'t> {
    /// Joins a key of a table with its place and its value.
    pub(super) fn new(
        key: &'t str,
        key_place: &'t Spanned<Cow<'t, str>>,
        value: &'t Spanned<DeValue<'t>>,
    ) -> Entry<'t> {
        Entry {
            key,
            key_place,
            value,
        }
    }

    /// Returns the key.
    pub(super) fn key(&self) -> &'t str {
        self.key
    }

    /// Returns the place of the key.
    pub(super) fn place(&self) -> Range<usize> {
        self.key_place.span()
    }

    /// Returns the place of the value.
    pub(super) fn value_place(&self) -> Range<usize> {
        self.value.span()
    }

    /// Returns the place of an element of the value, or of the whole value if it is no list.
    pub(super) fn element_place(&self, index: usize) -> Range<usize> {
        match self.value.get_ref() {
            DeValue::Array(array) => array.get(index).unwrap_or(self.value).span(),
            _ => self.value.span(),
        }
    }

    /// Reports something about the value.
    pub(super) fn refuse(&self, problems: &mut Problems, message: impl AsRef<str>) {
        problems.add(self.value_place(), message);
    }

    /// Reads a string.
    pub(super) fn string(&self, problems: &mut Problems) -> Option<&'t str> {
        let text = self.value.get_ref().as_str();
        if text.is_none() {
            self.wrong_type(problems, "a string");
        }
        text
    }

    /// Reads a string that goes to the operating system, where NUL would end it.
    pub(super) fn system_string(&self, problems: &mut Problems) -> Option<&'t str> {
        let text = self.string(problems)?;
        without_nul(text, self.value_place(), problems).then_some(text)
    }

    /// Reads `true` or `false`.
    pub(super) fn boolean(&self, problems: &mut Problems) -> Option<bool> {
        let boolean = self.value.get_ref().as_bool();
        if boolean.is_none() {
            self.wrong_type(problems, "true or false");
        }
        boolean
    }

    /// Reads a number within a range.
    pub(super) fn number<T>(&self, range: RangeInclusive<T>, problems: &mut Problems) -> Option<T>
    where
        T: Copy + PartialOrd + Display + TryFrom<i64>,
    {
        if !self.is_integer() {
            self.wrong_type(problems, "an integer");
            return None;
        }
        let number = self.as_integer().and_then(|number| number.try_into().ok());
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let (least, most) = (range.start(), range.end());
            self.refuse(
                problems,
                format!("'{}' must be between {least} and {most}", self.key),
            );
        }
        number
    }

    /// Reads a string of a certain form.
    pub(super) fn parsed<T>(
        &self,
        problems: &mut Problems,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let text = self.string(problems)?;
        match parse(text) {
            Ok(value) => Some(value),
            Err(message) => {
                self.refuse(problems, message);
                None
            }
        }
    }

    /// Reads a duration. A bare number is refused: nobody could tell its unit.
    pub(super) fn duration(&self, problems: &mut Problems) -> Option<Duration> {
        if let DeValue::Integer(number) = self.value.get_ref() {
            let number = shown(number.as_str());
            let number = number.trim_matches('\'');
            self.refuse(
                problems,
                format!(
                    "'{}' needs a unit; write \"{number}ms\" or \"{number}s\"",
                    self.key
                ),
            );
            return None;
        }
        self.parsed(problems, value::duration)
    }

    /// Reads a duration that is not 0.
    pub(super) fn wait(&self, problems: &mut Problems) -> Option<Duration> {
        let duration = self.duration(problems)?;
        if duration.is_zero() {
            let message = format!("'{}' must be longer than nothing", self.key);
            self.refuse(problems, message);
            return None;
        }
        Some(duration)
    }

    /// Reads the name of a state or a secret.
    pub(super) fn name(&self, problems: &mut Problems) -> Option<String> {
        self.parsed(problems, value::name)
    }

    /// Reads one of a few words. `later` are words that are designed but not supported yet.
    pub(super) fn choice<T: Copy>(
        &self,
        words: &[(&'static str, T)],
        later: &[&str],
        problems: &mut Problems,
    ) -> Option<T> {
        let text = self.string(problems)?;
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*meaning);
        }
        let message = if later.contains(&text) {
            format!(
                "'{}' = \"{text}\" is not supported yet; {}",
                self.key,
                one_of(words)
            )
        } else {
            let hint = match nearest(text, words.iter().map(|(word, _)| (*word, *word))) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => one_of(words),
            };
            format!("'{}' cannot be {}; {hint}", self.key, shown(text))
        };
        self.refuse(problems, message);
        None
    }

    /// Reads a list of strings.
    pub(super) fn strings(&self, problems: &mut Problems) -> Option<Vec<Placed<&'t str>>> {
        self.string_list(problems, "a list of strings")
    }

    /// Reads a list of strings, or one string as a list of one.
    pub(super) fn string_or_strings(
        &self,
        problems: &mut Problems,
    ) -> Option<Vec<Placed<&'t str>>> {
        if let DeValue::String(text) = self.value.get_ref() {
            return Some(vec![Placed {
                value: text.as_ref(),
                place: self.value_place(),
            }]);
        }
        self.string_list(problems, "a string or a list of strings")
    }

    /// Reads a command: a list of strings, of which the first names the program.
    pub(super) fn argv(&self, problems: &mut Problems) -> Option<Vec<String>> {
        if self.value.get_ref().is_str() {
            let shell = "; write each argument as a string of its own, such as [\"ls\", \"-l\"]";
            self.refuse(
                problems,
                format!("'{}' must be a list of strings{shell}", self.key),
            );
            return None;
        }
        let arguments = self.strings(problems)?;
        if arguments
            .first()
            .is_none_or(|program| program.value.is_empty())
        {
            self.refuse(
                problems,
                format!(
                    "'{}' names no program; its first string is the program",
                    self.key
                ),
            );
            return None;
        }
        let sound = arguments
            .iter()
            .filter(|argument| without_nul(argument.value, argument.place.clone(), problems))
            .count();
        (sound == arguments.len()).then(|| {
            let arguments = arguments.into_iter();
            arguments
                .map(|argument| argument.value.to_owned())
                .collect()
        })
    }

    /// Reads a table.
    pub(super) fn section(
        &self,
        schema: &'static Table,
        problems: &mut Problems,
    ) -> Option<Section<'t>> {
        let DeValue::Table(table) = self.value.get_ref() else {
            self.wrong_type(problems, "a table");
            return None;
        };
        Some(Section::open(table, self.table_place(), schema, problems))
    }

    /// Reads a list of tables.
    pub(super) fn sections(
        &self,
        schema: &'static Table,
        problems: &mut Problems,
    ) -> Vec<Section<'t>> {
        let DeValue::Array(array) = self.value.get_ref() else {
            let message = match self.value.get_ref() {
                DeValue::Table(_) => format!("there may be several; write {}", schema.title),
                _ => format!(
                    "'{}' must be a list of tables; write {}",
                    self.key, schema.title
                ),
            };
            self.refuse(problems, message);
            return Vec::new();
        };
        let mut sections = Vec::new();
        for element in array.iter() {
            match element.get_ref() {
                DeValue::Table(table) => {
                    sections.push(Section::open(table, element.span(), schema, problems));
                }
                other => problems.add(
                    element.span(),
                    format!("'{}' holds tables, not {}", self.key, type_of(other)),
                ),
            }
        }
        sections
    }

    /// Reads a table whose keys are the user's own and whose values are strings.
    pub(super) fn string_table(
        &self,
        problems: &mut Problems,
    ) -> Option<Vec<(Placed<&'t str>, Placed<&'t str>)>> {
        let DeValue::Table(table) = self.value.get_ref() else {
            self.wrong_type(problems, "a table of strings");
            return None;
        };
        let mut entries = Vec::new();
        for (key, value) in table.iter() {
            let name = Placed {
                value: key.get_ref().as_ref(),
                place: key.span(),
            };
            match value.get_ref() {
                DeValue::String(text) => {
                    let text = Placed {
                        value: text.as_ref(),
                        place: value.span(),
                    };
                    entries.push((name, text));
                }
                other => problems.add(
                    value.span(),
                    format!(
                        "{} in '{}' must be a string, not {}{}",
                        shown(name.value),
                        self.key,
                        type_of(other),
                        quotes_hint(other)
                    ),
                ),
            }
        }
        Some(entries)
    }

    /// Reads a table whose keys are the user's own, as its entries in the order of the file.
    pub(super) fn entries(&self, problems: &mut Problems) -> Vec<Entry<'t>> {
        let DeValue::Table(table) = self.value.get_ref() else {
            self.wrong_type(problems, "a table");
            return Vec::new();
        };
        let mut entries: Vec<_> = table
            .iter()
            .map(|(key, value)| Entry::new(key.get_ref(), key, value))
            .collect();
        entries.sort_by_key(|entry| entry.place().start);
        entries
    }

    /// Returns the entry of a key, if the value is a table that has it.
    pub(super) fn member(&self, key: &str) -> Option<Entry<'t>> {
        let table = self.value.get_ref().as_table()?;
        let (key, value) = table.get_key_value(key)?;
        Some(Entry::new(key.get_ref(), key, value))
    }

    /// Returns the elements of a list, or the value itself as the only one.
    pub(super) fn elements(&self) -> Vec<Entry<'t>> {
        let with = |value| Entry { value, ..*self };
        match self.value.get_ref() {
            DeValue::Array(array) => array.iter().map(with).collect(),
            _ => vec![*self],
        }
    }

    /// Returns whether the value is a table.
    pub(super) fn is_table(&self) -> bool {
        self.value.get_ref().is_table()
    }

    /// Returns whether the value is an integer.
    pub(super) fn is_integer(&self) -> bool {
        self.value.get_ref().is_integer()
    }

    /// Returns the value if it is an integer of 64 bits.
    pub(super) fn as_integer(&self) -> Option<i64> {
        let integer = self.value.get_ref().as_integer()?;
        i64::from_str_radix(integer.as_str(), integer.radix()).ok()
    }

    /// Returns the value if it is a string.
    pub(super) fn as_str(&self) -> Option<&'t str> {
        self.value.get_ref().as_str()
    }

    /// Reports that the value is not `expected`.
    pub(super) fn wrong_type(&self, problems: &mut Problems, expected: &str) {
        let found = type_of(self.value.get_ref());
        self.refuse(
            problems,
            format!("'{}' must be {expected}, not {found}", self.key),
        );
    }

    fn string_list(&self, problems: &mut Problems, expected: &str) -> Option<Vec<Placed<&'t str>>> {
        let DeValue::Array(array) = self.value.get_ref() else {
            self.wrong_type(problems, expected);
            return None;
        };
        let mut strings = Vec::new();
        for element in array.iter() {
            match element.get_ref() {
                DeValue::String(text) => strings.push(Placed {
                    value: text.as_ref(),
                    place: element.span(),
                }),
                other => problems.add(
                    element.span(),
                    format!(
                        "'{}' holds strings, not {}{}",
                        self.key,
                        type_of(other),
                        quotes_hint(other)
                    ),
                ),
            }
        }
        (strings.len() == array.len()).then_some(strings)
    }

    /// Returns the place of a table: its header or braces, or its key where dots made it.
    fn table_place(&self) -> Range<usize> {
        let place = self.value_place();
        if place.is_empty() {
            self.place()
        } else {
            place
        }
    }
}

/// Reports a NUL in `text` and returns whether there is none.
pub(super) fn without_nul(text: &str, place: Range<usize>, problems: &mut Problems) -> bool {
    let sound = !text.contains('\0');
    if !sound {
        problems.add(place, "this text must not contain a NUL character");
    }
    sound
}

fn type_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// Says how a value becomes a string, where that is likely to be meant.
fn quotes_hint(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::Array(_) | DeValue::Table(_) => "",
        _ => "; put it in quotes",
    }
}

fn one_of<T>(words: &[(&'static str, T)]) -> String {
    let quoted: Vec<_> = words
        .iter()
        .map(|(word, _)| format!("\"{word}\""))
        .collect();
    match quoted.split_last() {
        Some((last, [])) => format!("write {last}"),
        Some((last, others)) => format!("write {} or {last}", others.join(", ")),
        None => String::new(),
    }
}
