//! Colours of the interface: a default of the 16 colours that every terminal's own scheme
//! defines, one without colours for `NO_COLOR`, and how a pane's colours are fitted to the
//! terminal.
//!
//! No style here sets a background without its foreground, so light and dark schemes both work.

use ratatui::style::{Color, Modifier, Style};

use crate::{protocol::Attention, screen};

/// How many colours the outer terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColorDepth {
    /// 24-bit colours.
    Direct,
    /// The 256-colour palette.
    Palette,
    /// The first 16 colours of the palette.
    Sixteen,
}

impl ColorDepth {
    /// Returns what `COLORTERM` and `TERM` say of the terminal.
    pub fn of(colorterm: &str, term: &str) -> ColorDepth {
        if matches!(colorterm, "truecolor" | "24bit") || term.ends_with("-direct") {
            ColorDepth::Direct
        } else if term == "linux" || term.ends_with("-16color") {
            ColorDepth::Sixteen
        } else {
            ColorDepth::Palette
        }
    }

    /// Returns the nearest colour that the terminal shows.
    pub fn fit(self, color: screen::Color) -> Color {
        match (color, self) {
            (screen::Color::Default, _) => Color::Reset,
            (screen::Color::Indexed(index @ 16..), ColorDepth::Sixteen) => {
                let [red, green, blue] = palette_color(index);
                Color::Indexed(nearest_of_sixteen(red, green, blue))
            }
            (screen::Color::Indexed(index), _) => Color::Indexed(index),
            (screen::Color::Rgb(red, green, blue), ColorDepth::Direct) => {
                Color::Rgb(red, green, blue)
            }
            (screen::Color::Rgb(red, green, blue), ColorDepth::Palette) => {
                Color::Indexed(nearest_of_palette(red, green, blue))
            }
            (screen::Color::Rgb(red, green, blue), ColorDepth::Sixteen) => {
                Color::Indexed(nearest_of_sixteen(red, green, blue))
            }
        }
    }
}

/// Which mode a badge names; each has a colour of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Badge {
    /// Keys are the interface's.
    Watch,
    /// Keys are the child's.
    Interact,
    /// Keys are several children's.
    Broadcast,
    /// Keys move through history.
    Scroll,
    /// A question, a page or the inbox is open.
    Dialog,
}

/// Every style the interface draws with.
#[derive(Clone, Debug)]
pub struct Theme {
    /// Ordinary text.
    pub text: Style,
    /// Text that matters less.
    pub faint: Style,
    /// Names and headings.
    pub strong: Style,
    /// A key in a hint.
    pub key: Style,
    /// Lines around panes.
    pub border: Style,
    /// Lines around the focused pane in WATCH.
    pub border_focused: Style,
    /// Lines around the pane that gets the keys.
    pub border_interact: Style,
    /// Lines around panes that get the keys together.
    pub border_broadcast: Style,
    /// The line of the list that has the focus.
    pub selected: Style,
    /// A failure or a refusal in the status bar.
    pub notice: Style,
    colored: bool,
    /// How a pane's own colours are fitted.
    pub depth: ColorDepth,
}

impl Theme {
    /// Returns the default theme.
    pub fn colored(depth: ColorDepth) -> Theme {
        let plain = Style::new();
        // Some schemes make bright black their background; dim text is seen in all of them.
        let dim = plain.add_modifier(Modifier::DIM);
        Theme {
            text: plain,
            faint: dim,
            strong: plain.add_modifier(Modifier::BOLD),
            key: plain.fg(Color::Cyan).add_modifier(Modifier::BOLD),
            border: dim,
            border_focused: plain.fg(Color::Cyan),
            border_interact: plain.fg(Color::Green),
            border_broadcast: plain.fg(Color::Red),
            selected: plain.add_modifier(Modifier::BOLD),
            notice: plain.fg(Color::Yellow).add_modifier(Modifier::BOLD),
            colored: true,
            depth,
        }
    }

    /// Returns the theme for `NO_COLOR`: weight and inversion alone.
    pub fn plain(depth: ColorDepth) -> Theme {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        Theme {
            text: plain,
            faint: plain.add_modifier(Modifier::DIM),
            strong: bold,
            key: bold,
            border: plain.add_modifier(Modifier::DIM),
            border_focused: bold,
            border_interact: bold,
            border_broadcast: bold,
            selected: bold,
            notice: bold,
            colored: false,
            depth,
        }
    }

    /// Returns the theme that the environment asks for; an empty `NO_COLOR` counts as unset
    /// (<https://no-color.org>).
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Theme {
        let value = |name| variable(name).unwrap_or_default();
        let depth = ColorDepth::of(&value("COLORTERM"), &value("TERM"));
        if value("NO_COLOR").is_empty() {
            Theme::colored(depth)
        } else {
            Theme::plain(depth)
        }
    }

    /// Returns the style of an attention's word and glyph.
    pub fn attention(&self, attention: Attention) -> Style {
        let style = match attention {
            Attention::Quiet => self.faint,
            needs if needs.needs_person() => self.strong,
            _ => self.text,
        };
        if !self.colored {
            return style;
        }
        match attention {
            Attention::Working => style.fg(Color::Blue),
            Attention::Quiet => style,
            Attention::Ready => style.fg(Color::Cyan),
            Attention::Waiting | Attention::Stopped => style.fg(Color::Yellow),
            Attention::Password | Attention::Asking => style.fg(Color::Magenta),
            Attention::Done => style.fg(Color::Green),
            Attention::Failed | Attention::Lost => style.fg(Color::Red),
        }
    }

    /// Returns the style of a mode's name.
    pub fn badge(&self, badge: Badge) -> Style {
        let style = Style::new().add_modifier(Modifier::BOLD);
        if !self.colored {
            return style.add_modifier(Modifier::REVERSED);
        }
        style.fg(Color::Black).bg(match badge {
            Badge::Watch => Color::Cyan,
            Badge::Interact => Color::Green,
            Badge::Broadcast => Color::Red,
            Badge::Scroll => Color::Yellow,
            Badge::Dialog => Color::Magenta,
        })
    }
}

/// Returns the glyph that stands beside an attention's word, one column wide.
pub fn glyph(attention: Attention) -> &'static str {
    match attention {
        Attention::Working => "●",
        Attention::Quiet => "○",
        Attention::Ready => "›",
        Attention::Waiting => "▸",
        Attention::Password => "◆",
        Attention::Asking => "?",
        Attention::Stopped => "‖",
        Attention::Done => "✓",
        Attention::Failed => "✗",
        Attention::Lost => "≠",
    }
}

/// The mark of a pane whose rules do not act, one column wide.
pub const DISARMED: &str = "⊘";

/// The mark of a pane that a broadcast is for, one column wide.
pub const MARKED: &str = "*";

/// The mark of a pane that rang while it was not shown, one column wide.
pub const BELL: &str = "♪";

/// The mark of a pane that printed while it was not shown, one column wide.
pub const PRINTED: &str = "•";

/// The steps of one side of the palette's 6x6x6 cube (xterm's `256colres.pl`).
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// xterm's first 16 colours.
const SIXTEEN: [[u8; 3]; 16] = [
    [0, 0, 0],
    [205, 0, 0],
    [0, 205, 0],
    [205, 205, 0],
    [0, 0, 238],
    [205, 0, 205],
    [0, 205, 205],
    [229, 229, 229],
    [127, 127, 127],
    [255, 0, 0],
    [0, 255, 0],
    [255, 255, 0],
    [92, 92, 255],
    [255, 0, 255],
    [0, 255, 255],
    [255, 255, 255],
];

fn palette_color(index: u8) -> [u8; 3] {
    match index {
        0..16 => SIXTEEN[usize::from(index)],
        16..232 => {
            let place = usize::from(index) - 16;
            [CUBE[place / 36], CUBE[place / 6 % 6], CUBE[place % 6]]
        }
        232.. => [8 + (index - 232) * 10; 3],
    }
}

fn distance(a: [u8; 3], b: [u8; 3]) -> u32 {
    a.iter()
        .zip(b)
        .map(|(a, b)| u32::from(a.abs_diff(b)).pow(2))
        .sum()
}

fn nearest(candidates: impl Iterator<Item = u8>, red: u8, green: u8, blue: u8) -> u8 {
    candidates
        .min_by_key(|index| distance(palette_color(*index), [red, green, blue]))
        .unwrap_or(0)
}

fn nearest_of_palette(red: u8, green: u8, blue: u8) -> u8 {
    let step = |value: u8| {
        (0u8..6)
            .min_by_key(|step| CUBE[usize::from(*step)].abs_diff(value))
            .unwrap_or(0)
    };
    let cube = 16 + 36 * step(red) + 6 * step(green) + step(blue);
    let mean = (u16::from(red) + u16::from(green) + u16::from(blue)) / 3;
    let gray = 232 + u8::try_from(mean.saturating_sub(3) / 10).map_or(23, |gray| gray.min(23));
    nearest([cube, gray].into_iter(), red, green, blue)
}

fn nearest_of_sixteen(red: u8, green: u8, blue: u8) -> u8 {
    nearest(0..16, red, green, blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terminal_names_its_colors() {
        for (colorterm, term, depth) in [
            ("truecolor", "xterm", ColorDepth::Direct),
            ("24bit", "screen", ColorDepth::Direct),
            ("", "xterm-direct", ColorDepth::Direct),
            ("", "xterm-256color", ColorDepth::Palette),
            ("", "linux", ColorDepth::Sixteen),
        ] {
            assert_eq!(ColorDepth::of(colorterm, term), depth, "{colorterm} {term}");
        }
    }

    #[test]
    fn colors_are_fitted_to_the_nearest() {
        let check = |depth: ColorDepth, color, expected| assert_eq!(depth.fit(color), expected);
        let rgb = screen::Color::Rgb;
        check(ColorDepth::Direct, rgb(1, 2, 3), Color::Rgb(1, 2, 3));
        check(ColorDepth::Palette, rgb(255, 0, 0), Color::Indexed(196));
        check(ColorDepth::Palette, rgb(8, 8, 8), Color::Indexed(232));
        check(ColorDepth::Palette, rgb(238, 238, 238), Color::Indexed(255));
        check(ColorDepth::Palette, rgb(255, 255, 255), Color::Indexed(231));
        check(ColorDepth::Sixteen, rgb(250, 10, 10), Color::Indexed(9));
        check(
            ColorDepth::Sixteen,
            screen::Color::Indexed(196),
            Color::Indexed(9),
        );
        check(
            ColorDepth::Sixteen,
            screen::Color::Indexed(3),
            Color::Indexed(3),
        );
        check(ColorDepth::Sixteen, screen::Color::Default, Color::Reset);
    }

    #[test]
    fn no_color_means_no_color() {
        let theme = |no_color: &str| {
            let no_color = no_color.to_owned();
            Theme::from_environment(move |name| (name == "NO_COLOR").then(|| no_color.clone()))
        };
        assert!(theme("").attention(Attention::Failed).fg.is_some());
        let plain = theme("1");
        assert_eq!(plain.attention(Attention::Failed).fg, None);
        assert_eq!(plain.badge(Badge::Interact).bg, None);
        assert_eq!(plain.border_focused.fg, None);
    }

    #[test]
    fn glyphs_are_one_column_wide() {
        use unicode_width::UnicodeWidthStr;
        for attention in [
            Attention::Working,
            Attention::Quiet,
            Attention::Ready,
            Attention::Waiting,
            Attention::Password,
            Attention::Asking,
            Attention::Stopped,
            Attention::Done,
            Attention::Failed,
            Attention::Lost,
        ] {
            assert_eq!(glyph(attention).width(), 1, "{attention:?}");
        }
        for mark in [DISARMED, MARKED, BELL, PRINTED] {
            assert_eq!(mark.width(), 1, "{mark}");
        }
    }
}
