//! SGR, the sequences that set colours and attributes: read, normalise, write.
//!
//! Owns which parameters mean what. vt100 misreads the colon forms and underline colours and
//! knows no doubled underline, so the emulator rewrites what this module finds not plain.

use std::fmt::Write;

use crate::screen::{Attributes, Color, Style};

/// Parameters of one sequence that are read; further ones are ignored, as in xterm.
const MAX_PARAMETERS: usize = 32;

/// The attributes that a cell can have, with the parameters that set them.
const ATTRIBUTES: [(Attributes, u8); 5] = [
    (Attributes::BOLD, 1),
    (Attributes::DIM, 2),
    (Attributes::ITALIC, 3),
    (Attributes::UNDERLINE, 4),
    (Attributes::INVERSE, 7),
];

/// What is to be done with an SGR sequence.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sgr {
    /// vt100 reads it rightly.
    Plain {
        /// It sets inverse or underline, which erasing must not spread.
        fancy: bool,
        /// It begins by resetting everything.
        resets: bool,
        /// Whether there is a background of its own after it; none if it leaves the background
        /// alone.
        background: Option<bool>,
    },
    /// It must be rewritten by [`normalise`].
    Rewrite,
}

/// Classifies the parameters of an SGR sequence.
pub(super) fn classify(parameters: &[u8]) -> Sgr {
    let (mut fancy, mut first_zero, mut count) = (false, false, 0);
    let mut background = None;
    let mut numbers = parameters.split(|byte| *byte == b';').map(number);
    while let Some(value) = numbers.next() {
        count += 1;
        let Some(value) = value else {
            return Sgr::Rewrite;
        };
        match value {
            0 => {
                first_zero |= count == 1;
                background = Some(false);
            }
            4 | 7 => fancy = true,
            40..=47 | 100..=107 => background = Some(true),
            49 => background = Some(false),
            21 | 58 => return Sgr::Rewrite,
            38 | 48 => {
                let channels = match numbers.next() {
                    Some(Some(5)) => 1,
                    Some(Some(2)) => 3,
                    _ => return Sgr::Rewrite,
                };
                count += 1 + channels;
                if value == 48 {
                    background = Some(true);
                }
                for _ in 0..channels {
                    if !matches!(numbers.next(), Some(Some(0..=255))) {
                        return Sgr::Rewrite;
                    }
                }
            }
            _ => {}
        }
    }
    if count > MAX_PARAMETERS {
        return Sgr::Rewrite;
    }
    Sgr::Plain {
        fancy,
        resets: first_zero,
        background,
    }
}

/// Writes an SGR sequence that vt100 reads rightly and that means the same.
pub(super) fn normalise(parameters: &[u8], out: &mut Vec<u8>) {
    let mut codes = Vec::new();
    let mut groups = parameters
        .split(|byte| *byte == b';')
        .take(MAX_PARAMETERS)
        .map(|group| {
            group
                .split(|byte| *byte == b':')
                .map(number)
                .collect::<Vec<_>>()
        });
    while let Some(group) = groups.next() {
        let Some(first) = group[0] else { continue };
        match (first, &group[1..]) {
            (4, [Some(0)]) => codes.push("24".to_owned()),
            (4, _) | (21, []) => codes.push("4".to_owned()),
            (38 | 48 | 58, []) => {
                let mut next = || groups.next().and_then(|group| group[0]);
                let color = match next() {
                    Some(5) => next().map(|index| vec![5, index]),
                    Some(2) => next()
                        .zip(next())
                        .zip(next())
                        .map(|((red, green), blue)| vec![2, red, green, blue]),
                    _ => None,
                };
                push_color(&mut codes, first, color);
            }
            (38 | 48 | 58, [Some(5), index, ..]) => {
                push_color(&mut codes, first, index.map(|index| vec![5, index]));
            }
            // With or without the colour space between 2 and the red.
            (38 | 48 | 58, [Some(2), channels @ ..]) if channels.len() >= 3 => {
                let from = usize::from(channels.len() > 3);
                let channels: Option<Vec<u16>> = channels[from..from + 3].iter().copied().collect();
                let color = channels.map(|channels| [&[2][..], &channels[..]].concat());
                push_color(&mut codes, first, color);
            }
            (plain, []) => codes.push(plain.to_string()),
            _ => {}
        }
    }
    for some in codes.chunks(4) {
        out.extend_from_slice(b"\x1b[");
        out.extend_from_slice(some.join(";").as_bytes());
        out.push(b'm');
    }
}

fn push_color(codes: &mut Vec<String>, which: u16, color: Option<Vec<u16>>) {
    // vt100 has no underline colour.
    if let Some(color) = color
        && which != 58
        && color.iter().all(|value| *value <= 255)
    {
        let color: Vec<String> = color.iter().map(u16::to_string).collect();
        codes.push(format!("{which};{}", color.join(";")));
    }
}

/// Reads a parameter; an absent one is 0, one that is no number is none.
fn number(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0u16, |value, digit| {
        digit.is_ascii_digit().then(|| {
            value
                .saturating_mul(10)
                .saturating_add(u16::from(digit - b'0'))
        })
    })
}

/// Reads a plain SGR sequence that follows an ESC and applies it to a style; returns how many bytes
/// it has. None if it is another sequence, unfinished, or not plain by [`classify`].
pub(super) fn read(style: &mut Style, bytes: &[u8]) -> Option<usize> {
    let mut numbers = [0u16; MAX_PARAMETERS];
    let mut count = 0;
    if bytes.first() != Some(&b'[') {
        return None;
    }
    for (index, byte) in bytes.iter().enumerate().skip(1) {
        match byte {
            b'0'..=b'9' => {
                let digit = u16::from(byte - b'0');
                let number = &mut numbers[count];
                *number = number.saturating_mul(10).saturating_add(digit);
            }
            b';' if count + 1 < MAX_PARAMETERS => count += 1,
            b'm' => {
                *style = apply(*style, &numbers[..=count])?;
                return Some(index + 1);
            }
            _ => return None,
        }
    }
    None
}

/// Returns whether bytes that follow an ESC may become a plain SGR sequence with what comes.
pub(super) fn is_begun(bytes: &[u8]) -> bool {
    let body = bytes.strip_prefix(b"[").unwrap_or(bytes);
    body.iter().all(|byte| matches!(byte, b'0'..=b'9' | b';'))
}

/// Applies parameters to a style; none if vt100 would not read them rightly.
fn apply(mut style: Style, parameters: &[u16]) -> Option<Style> {
    let mut numbers = parameters.iter().copied();
    while let Some(value) = numbers.next() {
        let set = &mut style.attributes;
        match value {
            0 => style = Style::default(),
            1 => set.0 = set.0 & !Attributes::DIM.0 | Attributes::BOLD.0,
            2 => set.0 = set.0 & !Attributes::BOLD.0 | Attributes::DIM.0,
            3 => set.0 |= Attributes::ITALIC.0,
            4 => set.0 |= Attributes::UNDERLINE.0,
            7 => set.0 |= Attributes::INVERSE.0,
            22 => set.0 &= !(Attributes::BOLD.0 | Attributes::DIM.0),
            23 => set.0 &= !Attributes::ITALIC.0,
            24 => set.0 &= !Attributes::UNDERLINE.0,
            27 => set.0 &= !Attributes::INVERSE.0,
            30..=37 => style.foreground = Color::Indexed(value as u8 - 30),
            90..=97 => style.foreground = Color::Indexed(value as u8 - 82),
            40..=47 => style.background = Color::Indexed(value as u8 - 40),
            100..=107 => style.background = Color::Indexed(value as u8 - 92),
            39 => style.foreground = Color::Default,
            49 => style.background = Color::Default,
            21 | 58 => return None,
            38 | 48 => {
                let mut channel = || u8::try_from(numbers.next()?).ok();
                let color = match channel()? {
                    5 => Color::Indexed(channel()?),
                    2 => Color::Rgb(channel()?, channel()?, channel()?),
                    _ => return None,
                };
                if value == 38 {
                    style.foreground = color;
                } else {
                    style.background = color;
                }
            }
            _ => {}
        }
    }
    Some(style)
}

/// Writes the sequence that sets exactly this style.
pub(super) fn write(style: Style, out: &mut Vec<u8>) {
    let mut text = String::from("\x1b[0");
    for (attribute, code) in ATTRIBUTES {
        if style.attributes.contains(attribute) {
            // Writing to a string cannot fail.
            let _ = write!(text, ";{code}");
        }
    }
    for (color, code) in [(style.foreground, 38), (style.background, 48)] {
        let _ = match color {
            Color::Default => Ok(()),
            Color::Indexed(index) => write!(text, ";{code};5;{index}"),
            Color::Rgb(red, green, blue) => write!(text, ";{code};2;{red};{green};{blue}"),
        };
    }
    text.push('m');
    out.extend_from_slice(text.as_bytes());
}

/// Returns a style as DECRQSS tells it: parameters of an SGR sequence and its final byte, colours in
/// xterm's forms.
pub(super) fn report(style: Style) -> String {
    let mut text = String::from("0");
    for (attribute, code) in ATTRIBUTES {
        if style.attributes.contains(attribute) {
            // Writing to a string cannot fail.
            let _ = write!(text, ";{code}");
        }
    }
    for (color, first) in [(style.foreground, 30), (style.background, 40)] {
        let _ = match color {
            Color::Default => Ok(()),
            Color::Indexed(index @ 0..=7) => write!(text, ";{}", first + u16::from(index)),
            Color::Indexed(index @ 8..=15) => write!(text, ";{}", first + 52 + u16::from(index)),
            Color::Indexed(index) => write!(text, ";{}:5:{index}", first + 8),
            Color::Rgb(red, green, blue) => write!(text, ";{}:2::{red}:{green}:{blue}", first + 8),
        };
    }
    text.push('m');
    text
}
