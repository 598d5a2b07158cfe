//! Regions: which part of some lines a `screen` pattern, a `context` or a `not` looks at.

use super::{Look, Region};

/// Where the cursor was when something was sent last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// The logical line.
    pub(super) line: u64,
    /// The column, in characters.
    pub(super) column: usize,
}

/// Some of the lines that are shown, joined by LF.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// The number of its first line.
    pub(super) first: u64,
    /// The text.
    pub(super) text: String,
}

/// Returns the region of what is shown; nothing when the screen is not known.
pub(super) fn of_screen(look: &Look, region: Region, mark: Option<Mark>) -> Excerpt {
    let Some(screen) = look.screen else {
        return Excerpt::default();
    };
    let mark = mark.filter(|_| !look.alternate);
    let lines = screen.lines.iter().map(String::as_str);
    let lines: Vec<(u64, &str)> = (screen.first..).zip(lines).collect();
    of_lines(&lines, region, mark)
}

/// Returns the region of numbered lines. Blank lines below all text are no part of it, so that `$`
/// is the end of what is written.
pub(super) fn of_lines(lines: &[(u64, &str)], region: Region, mark: Option<Mark>) -> Excerpt {
    let mut excerpt = Excerpt::default();
    let mut push = |number: u64, text: &str| {
        if excerpt.text.is_empty() && excerpt.first == 0 {
            excerpt.first = number;
        }
        excerpt.text.push_str(text);
        excerpt.text.push('\n');
    };
    let is_blank = |(_, text): &(u64, &str)| text.trim_end().is_empty();
    let last = lines.iter().rposition(|line| !is_blank(line));
    let lines = &lines[..last.map_or(0, |last| last + 1)];
    match (region, mark) {
        (Region::Bottom(count), _) => {
            let bottom = &lines[lines.len().saturating_sub(usize::from(count))..];
            bottom.iter().for_each(|(n, text)| push(*n, text));
        }
        (Region::SinceSend, Some(mark)) => {
            for (number, text) in lines.iter().filter(|(number, _)| *number >= mark.line) {
                let behind = text.char_indices().nth(mark.column);
                match behind {
                    _ if *number > mark.line => push(*number, text),
                    Some((at, _)) => push(*number, &text[at..]),
                    None => push(*number, ""),
                }
            }
        }
        (Region::All | Region::SinceSend, _) => lines.iter().for_each(|(n, text)| push(*n, text)),
    }
    excerpt.text.pop();
    excerpt
}

/// Returns the region of a text that has no numbered lines; `since` is where in it the last send
/// was.
pub(super) fn of_text(text: &str, region: Region, since: usize) -> &str {
    match region {
        Region::All => text,
        Region::SinceSend => &text[text.ceil_char_boundary(since)..],
        Region::Bottom(count) => {
            let shown = text.trim_end().len();
            let end = memchr::memchr(b'\n', &text.as_bytes()[shown..]);
            let text = &text[..end.map_or(text.len(), |offset| shown + offset)];
            let mut line_ends = memchr::memrchr_iter(b'\n', text.as_bytes());
            let start = line_ends.nth(usize::from(count).saturating_sub(1));
            &text[start.map_or(0, |line_end| line_end + 1)..]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expect::ScreenText;

    fn check(region: Region, mark: Option<(u64, usize)>, alternate: bool, expected: (u64, &str)) {
        let screen = ScreenText {
            first: 7,
            lines: ["one", "name: éx y", "", "three", "", ""]
                .map(str::to_owned)
                .to_vec(),
        };
        let look = Look {
            line: 10,
            prompt: "",
            screen: Some(&screen),
            alternate,
            echo: None,
            canonical: None,
            holder: None,
        };
        let mark = mark.map(|(line, column)| Mark { line, column });
        let excerpt = of_screen(&look, region, mark);
        assert_eq!((excerpt.first, excerpt.text.as_str()), expected);
    }

    #[test]
    fn regions_are_parts_of_the_screen() {
        let all = (7, "one\nname: éx y\n\nthree");
        check(Region::All, Some((8, 3)), false, all);
        check(Region::Bottom(1), None, false, (10, "three"));
        check(Region::Bottom(2), None, false, (9, "\nthree"));
        check(
            Region::Bottom(9),
            None,
            false,
            (7, "one\nname: éx y\n\nthree"),
        );
        check(Region::SinceSend, None, false, all);
        check(Region::SinceSend, Some((8, 7)), true, all);
        check(Region::SinceSend, Some((8, 7)), false, (8, "x y\n\nthree"));
        check(Region::SinceSend, Some((10, 3)), false, (10, "ee"));
        check(Region::SinceSend, Some((10, 9)), false, (10, ""));
        check(Region::SinceSend, Some((3, 9)), false, all);
    }

    #[test]
    fn regions_are_parts_of_a_text() {
        let text = "a\nb\nc\n\n";
        assert_eq!(of_text(text, Region::All, 4), text);
        assert_eq!(of_text(text, Region::Bottom(1), 0), "c");
        assert_eq!(of_text(text, Region::Bottom(2), 0), "b\nc");
        assert_eq!(of_text(text, Region::Bottom(5), 0), "a\nb\nc");
        assert_eq!(of_text(text, Region::SinceSend, 4), "c\n\n");
    }
}
