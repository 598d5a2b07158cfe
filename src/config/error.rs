//! What is wrong with a config, where, and how it is shown.
//!
//! Owns the list of errors of one file and their drawing with a caret. It decides nothing about
//! what is an error.

use std::{fmt, ops::Range, path::Path};

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::value::visible;

/// How many errors of one file are kept; further ones are counted.
pub const MAX_ERRORS: usize = 20;

/// Everything that is wrong with one config, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors {
    file: String,
    errors: Vec<ConfigError>,
    omitted: usize,
}

/// One thing that is wrong with a config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, counted in characters.
    pub column: usize,
    /// What is wrong and what to write, in one line without control characters.
    pub message: String,
    /// The text of the line.
    source: String,
    /// The place within `source`, in bytes.
    place: Range<usize>,
}

impl ConfigErrors {
    /// Returns the errors, at least one and at most [`MAX_ERRORS`].
    pub fn errors(&self) -> &[ConfigError] {
        &self.errors
    }

    /// Draws every error: `file:line:column: message`, then the line with a caret under the place.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let mut text = String::new();
        for (index, error) in self.errors.iter().enumerate() {
            if index > 0 {
                text.push('\n');
            }
            let title = self.located(error);
            let snippet = Snippet::source(error.source.as_str())
                .line_start(error.line)
                .annotation(AnnotationKind::Primary.span(error.place.clone()));
            let report = [Level::ERROR.no_name().primary_title(title).element(snippet)];
            text.push_str(&renderer.render(&report));
            text.push('\n');
        }
        if self.omitted > 0 {
            text.push_str(&format!("\nand {}\n", more(self.omitted)));
        }
        text
    }

    fn located(&self, error: &ConfigError) -> String {
        let ConfigError {
            line,
            column,
            message,
            ..
        } = error;
        format!("{}:{line}:{column}: {message}", self.file)
    }
}

impl fmt::Display for ConfigErrors {
    /// Writes the first error in one line, and how many there are besides.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(first) = self.errors.first() {
            f.write_str(&self.located(first))?;
        }
        match self.errors.len().saturating_sub(1) + self.omitted {
            0 => Ok(()),
            others => write!(f, " (and {})", more(others)),
        }
    }
}

impl std::error::Error for ConfigErrors {}

/// What has been found so far, by place in the text.
#[derive(Debug, Default)]
pub(super) struct Problems {
    found: Vec<(Range<usize>, String)>,
}

impl Problems {
    /// Adds a message at a place, in bytes of the text.
    pub(super) fn add(&mut self, place: Range<usize>, message: impl AsRef<str>) {
        self.found.push((place, visible(message.as_ref())));
    }

    /// Returns how many have been found.
    pub(super) fn count(&self) -> usize {
        self.found.len()
    }

    /// Returns the errors of `text`, which was read from `path`; nothing when there are none.
    pub(super) fn into_errors(mut self, text: &str, path: &Path) -> Option<ConfigErrors> {
        if self.found.is_empty() {
            return None;
        }
        self.found.sort_by(|(a, why), (b, other)| {
            let place = (a.start, a.end).cmp(&(b.start, b.end));
            place.then_with(|| why.cmp(other))
        });
        // A default that is wrong is found again in every rule that takes it.
        self.found.dedup();
        let omitted = self.found.len().saturating_sub(MAX_ERRORS);
        let errors = self.found.into_iter().take(MAX_ERRORS);
        Some(ConfigErrors {
            file: visible(&path.display().to_string()),
            errors: errors
                .map(|(place, message)| located(text, place, message))
                .collect(),
            omitted,
        })
    }
}

/// Finds the line and column of a place; a place of several lines is cut to its first.
fn located(text: &str, place: Range<usize>, message: String) -> ConfigError {
    let start = text.floor_char_boundary(place.start);
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let rest = &text[line_start..];
    let line_text = rest.split('\n').next().unwrap_or(rest);
    let source = line_text.strip_suffix('\r').unwrap_or(line_text);
    let from = (start - line_start).min(source.len());
    let to = text
        .floor_char_boundary(place.end)
        .saturating_sub(line_start);
    ConfigError {
        line: text[..line_start].matches('\n').count() + 1,
        column: source[..from].chars().count() + 1,
        message,
        source: source.to_owned(),
        place: from..to.clamp(from, source.len()),
    }
}

fn more(count: usize) -> String {
    match count {
        1 => "1 more error".to_owned(),
        count => format!("{count} more errors"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str, places: impl IntoIterator<Item = (usize, usize)>) -> ConfigErrors {
        let mut problems = Problems::default();
        for (start, end) in places {
            problems.add(start..end, "bad");
        }
        problems
            .into_errors(text, Path::new("muxpect.toml"))
            .expect("there are problems")
    }

    #[test]
    fn places_are_lines_and_columns_from_1() {
        let check = |text: &str, place: Range<usize>, line: usize, column: usize| {
            let errors = errors(text, [(place.start, place.end)]);
            let error = &errors.errors()[0];
            assert_eq!((error.line, error.column), (line, column), "{text:?}");
            assert!(errors.render(false).contains('^'), "{text:?}");
        };
        check("", 0..0, 1, 1);
        check("abc", 0..3, 1, 1);
        check("abc\nde\n", 4..5, 2, 1);
        check("abc\r\nde\r\n", 6..7, 2, 2);
        check("ä = ü", 5..7, 1, 5);
        check("ä = ü", 6..6, 1, 5);
        check("a\nb", 0..3, 1, 1);
        check("abc\n", 99..100, 2, 1);
        check("a\n", 1..2, 1, 2);
    }

    #[test]
    fn errors_come_in_the_order_of_the_file_and_are_bounded() {
        let places = (0..30).rev().map(|start| (start, start + 1));
        let errors = errors(&"x".repeat(40), places);
        assert_eq!(errors.errors().len(), MAX_ERRORS);
        let columns: Vec<_> = errors.errors().iter().map(|error| error.column).collect();
        assert!(columns.is_sorted());
        assert!(errors.render(false).ends_with("and 10 more errors\n"));
        assert_eq!(
            errors.to_string(),
            "muxpect.toml:1:1: bad (and 29 more errors)"
        );
    }

    #[test]
    fn same_error_at_the_same_place_is_said_once() {
        let errors = errors("abc", [(0, 1), (1, 2), (0, 1), (0, 2)]);
        assert_eq!(errors.errors().len(), 3);
    }

    #[test]
    fn color_only_when_asked() {
        let errors = errors("abc", [(0, 1)]);
        assert!(!errors.render(false).contains('\u{1b}'));
        assert!(errors.render(true).contains('\u{1b}'));
    }
}
