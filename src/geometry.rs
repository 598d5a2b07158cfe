//! Sizes, positions and rectangles, counted in character cells.
//!
//! Owns nothing but plain values: rows before columns, 0-based, as the terminal's own
//! coordinates are. How space is divided among panes is the interface's matter.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The size of a screen in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Size {
    /// Number of rows.
    pub rows: u16,
    /// Number of columns.
    pub cols: u16,
}

impl Size {
    /// The size of a pane before any client has shown it.
    pub const DEFAULT: Size = Size { rows: 24, cols: 80 };

    /// The largest rows or columns that a pane may have; larger requests are cut to it.
    pub const LIMIT: u16 = 1000;

    /// Returns this size with both sides between 1 and [`Size::LIMIT`].
    pub fn clamped(self) -> Size {
        Size {
            rows: self.rows.clamp(1, Size::LIMIT),
            cols: self.cols.clamp(1, Size::LIMIT),
        }
    }
}

impl fmt::Display for Size {
    /// Writes `COLSxROWS`, as `--size` takes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.cols, self.rows)
    }
}

/// A text that is not `COLSxROWS`.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("'{0}' is not a size; write COLSxROWS, such as 80x24, with both between 1 and 1000")]
pub struct SizeError(String);

impl FromStr for Size {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Size, SizeError> {
        let error = || SizeError(text.to_owned());
        let (cols, rows) = text.split_once('x').ok_or_else(error)?;
        let side = |text: &str| match text.parse() {
            Ok(side @ 1..=Size::LIMIT) => Ok(side),
            _ => Err(error()),
        };
        Ok(Size {
            rows: side(rows)?,
            cols: side(cols)?,
        })
    }
}

/// A cell's place on a screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Row, 0 at the top.
    pub row: u16,
    /// Column, 0 at the left.
    pub col: u16,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_is_columns_by_rows() {
        assert_eq!("80x24".parse(), Ok(Size { rows: 24, cols: 80 }));
        assert_eq!(Size { rows: 24, cols: 80 }.to_string(), "80x24");
        for bad in ["", "80", "80x", "x24", "0x24", "80x1001", "80x24x1", "-1x4"] {
            assert!(bad.parse::<Size>().is_err(), "{bad}");
        }
    }
}
