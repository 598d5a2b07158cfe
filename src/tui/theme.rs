//! Styles of the interface as a theme gives them, and how colours are fitted to the terminal.
//!
//! Which colour a style has is written in the files of `assets/themes/` and in configs, not here.

use ratatui::style::{Color, Style};

use super::widget::cell_style;
use crate::{
    config::{Styles, built_in_theme},
    protocol::Attention,
    screen,
};

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

impl Badge {
    /// Every badge, in the order of their definition.
    const ALL: [Badge; 5] = [
        Badge::Watch,
        Badge::Interact,
        Badge::Broadcast,
        Badge::Scroll,
        Badge::Dialog,
    ];

    fn style_name(self) -> &'static str {
        match self {
            Badge::Watch => "badge_watch",
            Badge::Interact => "badge_interact",
            Badge::Broadcast => "badge_broadcast",
            Badge::Scroll => "badge_scroll",
            Badge::Dialog => "badge_dialog",
        }
    }
}

/// What colours the terminal has, and whether the person wants any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colors {
    /// How many there are.
    pub depth: ColorDepth,
    /// Whether the interface itself uses them.
    pub wanted: bool,
}

impl Colors {
    /// Returns what the environment says; an empty `NO_COLOR` counts as unset
    /// (<https://no-color.org>).
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Colors {
        let value = |name| variable(name).unwrap_or_default();
        Colors {
            depth: ColorDepth::of(&value("COLORTERM"), &value("TERM")),
            wanted: value("NO_COLOR").is_empty(),
        }
    }
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
    attentions: [Style; Attention::ALL.len()],
    badges: [Style; Badge::ALL.len()],
    /// How a pane's own colours are fitted.
    pub depth: ColorDepth,
}

impl Theme {
    /// Returns the theme of these styles; those that are missing are as in the default one. Where
    /// no colours are wanted, it is the theme without any.
    pub fn new(styles: &Styles, colors: Colors) -> Theme {
        let fallback = match colors.wanted {
            true => "sixteen",
            false => "plain",
        };
        let fallback = built_in_theme(fallback).unwrap_or_default();
        let given = styles.iter().filter(|_| colors.wanted);
        let given: Styles = given.map(|(name, style)| (*name, *style)).collect();
        let style = |name: &str| {
            let style = given.get(name).or_else(|| fallback.get(name)).copied();
            let drawn = cell_style(style.unwrap_or_default(), colors.depth);
            // What has no colour leaves that of what is drawn on.
            let colored = |color: Option<Color>| color.filter(|color| *color != Color::Reset);
            Style {
                fg: colored(drawn.fg),
                bg: colored(drawn.bg),
                ..drawn
            }
        };
        Theme {
            text: style("text"),
            faint: style("faint"),
            strong: style("strong"),
            key: style("key"),
            border: style("border"),
            border_focused: style("border_focused"),
            border_interact: style("border_interact"),
            border_broadcast: style("border_broadcast"),
            selected: style("selected"),
            notice: style("notice"),
            attentions: Attention::ALL.map(|attention| style(attention.word())),
            badges: Badge::ALL.map(|badge| style(badge.style_name())),
            depth: colors.depth,
        }
    }

    /// Returns the default theme, for tests.
    #[cfg(test)]
    pub fn colored(depth: ColorDepth) -> Theme {
        let wanted = true;
        Theme::new(&Styles::new(), Colors { depth, wanted })
    }

    /// Returns the style of an attention's word and glyph.
    pub fn attention(&self, attention: Attention) -> Style {
        self.attentions[attention as usize]
    }

    /// Returns the style of a mode's name.
    pub fn badge(&self, badge: Badge) -> Style {
        self.badges[badge as usize]
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

/// The mark of a pane that needs a restart to be as the config says, one column wide.
pub const STALE: &str = "↻";

/// The mark of a pane that is being recorded, one column wide.
pub const RECORDED: &str = "◉";

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

    fn theme(name: &str, depth: ColorDepth, wanted: bool) -> Theme {
        let styles = built_in_theme(name).expect("it comes with the program");
        Theme::new(&styles, Colors { depth, wanted })
    }

    #[test]
    fn no_color_means_no_color() {
        let wanted = |no_color: &str| {
            let value = |name: &str| (name == "NO_COLOR").then(|| no_color.to_owned());
            Colors::from_environment(value).wanted
        };
        assert!(wanted("") && !wanted("1"));
        for name in ["dark", "light", "sixteen"] {
            let colored = theme(name, ColorDepth::Direct, true);
            assert!(colored.attention(Attention::Failed).fg.is_some(), "{name}");
            let plain = theme(name, ColorDepth::Direct, false);
            let styles = Attention::ALL.map(|attention| plain.attention(attention));
            let styles = styles
                .into_iter()
                .chain(Badge::ALL.map(|badge| plain.badge(badge)));
            for style in styles.chain([plain.border_focused, plain.key, plain.notice]) {
                assert_eq!((style.fg, style.bg), (None, None), "{name}");
            }
        }
    }

    /// The look without a config, which no change of a file may lose unseen.
    #[test]
    fn the_default_is_of_the_terminals_own_colours() {
        use ratatui::style::Modifier;
        let theme = theme("sixteen", ColorDepth::Palette, true);
        let cyan = Style::new().fg(Color::Indexed(6));
        assert_eq!(theme.text, Style::new());
        assert_eq!(theme.border, Style::new().add_modifier(Modifier::DIM));
        assert_eq!(theme.key, cyan.add_modifier(Modifier::BOLD));
        assert_eq!(theme.attention(Attention::Ready), cyan);
        let badge = Style::new().fg(Color::Indexed(0)).bg(Color::Indexed(2));
        assert_eq!(
            theme.badge(Badge::Interact),
            badge.add_modifier(Modifier::BOLD)
        );
    }

    #[test]
    fn places_of_styles_are_those_of_the_definitions() {
        for (place, attention) in Attention::ALL.into_iter().enumerate() {
            assert_eq!(attention as usize, place);
        }
        for (place, badge) in Badge::ALL.into_iter().enumerate() {
            assert_eq!(badge as usize, place);
        }
    }

    #[test]
    fn every_style_of_a_theme_is_drawn_with() {
        let mut names: Vec<&str> = crate::config::THEME.keys[1..].to_vec();
        let fields = [
            "text",
            "faint",
            "strong",
            "key",
            "border",
            "border_focused",
            "border_interact",
            "border_broadcast",
            "selected",
            "notice",
        ];
        let attentions = Attention::ALL.map(Attention::word);
        let badges = Badge::ALL.map(Badge::style_name);
        for name in fields.into_iter().chain(attentions).chain(badges) {
            let place = names.iter().position(|other| *other == name);
            names.swap_remove(place.unwrap_or_else(|| panic!("no theme has {name}")));
        }
        assert!(names.is_empty(), "{names:?}");
    }

    #[test]
    fn glyphs_are_one_column_wide() {
        use unicode_width::UnicodeWidthStr;
        for attention in Attention::ALL {
            assert_eq!(glyph(attention).width(), 1, "{attention:?}");
        }
        for mark in [DISARMED, STALE, RECORDED, MARKED, BELL, PRINTED] {
            assert_eq!(mark.width(), 1, "{mark}");
        }
    }
}
