//! Pictures of rows: where text stands, what it is coloured with, what is escaped.

use proptest::prelude::*;

use super::*;
use crate::screen::char_width;

const RED: Color = Color::Indexed(1);
const BLUE: Color = Color::Indexed(4);

fn style(foreground: Color, background: Color, attributes: Attributes) -> Style {
    Style {
        foreground,
        background,
        attributes,
    }
}

fn plain(attributes: Attributes) -> Style {
    style(Color::Default, Color::Default, attributes)
}

fn row(runs: &[(u16, &str, Style)]) -> Row {
    let runs = runs.iter();
    Row {
        runs: runs
            .map(|(column, text, style)| Run(*column, (*text).to_owned(), *style))
            .collect(),
        wrapped: false,
    }
}

fn cursor(row: u16, col: u16, shape: CursorShape) -> CursorInfo {
    CursorInfo {
        row,
        col,
        visible: true,
        shape,
    }
}

/// Returns the pieces of a row: column, width, text.
fn pieces_of(row: &Row) -> Vec<(usize, usize, String)> {
    let pieces = pieces(&row_cells(row, None)).into_iter();
    pieces
        .map(|piece| (piece.column, piece.width, piece.text))
        .collect()
}

fn areas_of(rows: &[Row]) -> Vec<(usize, usize, usize, usize, u32)> {
    let rows: Vec<_> = rows.iter().map(|row| row_cells(row, None)).collect();
    let areas = areas(&rows).into_iter();
    areas
        .map(|area| (area.column, area.width, area.row, area.height, area.color))
        .collect()
}

/// Returns the lines of a picture that begin so.
fn elements(rows: &[Row], cursor: Option<&CursorInfo>, start: &str) -> Vec<String> {
    let picture = svg(rows, 20, 0, cursor, "");
    roxmltree::Document::parse(&picture).unwrap_or_else(|error| panic!("{error}: {picture}"));
    let lines = picture.lines().filter(|line| line.starts_with(start));
    lines.map(str::to_owned).collect()
}

#[test]
fn a_picture_is_a_file_of_its_own() {
    let rows = [
        row(&[(0, "$ ls", plain(Attributes(0)))]),
        row(&[(1, "a", style(RED, BLUE, Attributes::BOLD))]),
    ];
    let expected = r##"<svg xmlns="http://www.w3.org/2000/svg" width="104" height="52" viewBox="0 0 104 52" role="img">
<title>a &lt;b&gt;</title>
<!-- colours: Dracula -->
<style>text{unicode-bidi:bidi-override;direction:ltr}</style>
<rect width="100%" height="100%" rx="6" fill="#282a36"/>
<g transform="translate(10,10)" font-family="'DejaVu Sans Mono','Menlo','Consolas','Liberation Mono',monospace" font-size="14" fill="#f8f8f2">
<rect x="8.43" y="16" width="8.43" height="16" fill="#bd93f9" shape-rendering="crispEdges"/>
<text x="0" y="13" textLength="33.71" lengthAdjust="spacingAndGlyphs">$ ls</text>
<text x="8.43" y="29" textLength="8.43" lengthAdjust="spacingAndGlyphs" fill="#ff5555" font-weight="bold">a</text>
</g>
</svg>
"##;
    assert_eq!(svg(&rows, 10, 0, None, "a <b>"), expected);
}

#[test]
fn text_is_escaped() {
    assert_eq!(
        escaped("a<b>&\"'\u{1b}\u{9b}\u{ffff}\u{202e}"),
        "a&lt;b&gt;&amp;\"'"
    );
}

#[test]
fn text_is_cut_where_a_font_could_move_it() {
    let check = |text: &str, expected: &[(usize, usize, &str)]| {
        let found = pieces_of(&row(&[(2, text, plain(Attributes(0)))]));
        let expected: Vec<_> = expected
            .iter()
            .map(|(column, width, text)| (*column, *width, (*text).to_owned()))
            .collect();
        assert_eq!(found, expected, "{text:?}");
    };
    check("one word ", &[(2, 8, "one word")]);
    check(" a  b", &[(3, 1, "a"), (6, 1, "b")]);
    check("┌─ größe ─┐", &[(2, 11, "┌─ größe ─┐")]);
    check(
        "a日本b",
        &[(2, 1, "a"), (3, 2, "日"), (5, 2, "本"), (7, 1, "b")],
    );
    check("x● y", &[(2, 1, "x"), (3, 1, "●"), (5, 1, "y")]);
    check("e\u{301}e", &[(2, 1, "e\u{301}"), (3, 1, "e")]);
    check("   ", &[]);
}

#[test]
fn styles_cut_text_and_gaps_do_too() {
    let red = style(RED, Color::Default, Attributes(0));
    let found = pieces_of(&row(&[
        (0, "ab", plain(Attributes(0))),
        (2, "cd", red),
        (5, "ef", red),
    ]));
    assert_eq!(
        found,
        [
            (0, 2, "ab".into()),
            (2, 2, "cd".into()),
            (5, 2, "ef".into())
        ]
    );
}

#[test]
fn equal_backgrounds_are_one_area() {
    let on = |color| style(Color::Default, color, Attributes(0));
    let bold = style(RED, BLUE, Attributes::BOLD);
    let line = row(&[(1, "ab", on(BLUE)), (3, "c ", bold), (5, "d", on(RED))]);
    let found = areas_of(&[line.clone(), line, row(&[(1, "ab", on(BLUE))])]);
    assert_eq!(
        found,
        [
            (1, 4, 0, 2, 0xbd93f9),
            (5, 1, 0, 2, 0xff5555),
            (1, 2, 2, 1, 0xbd93f9),
        ]
    );
}

#[test]
fn inverse_changes_text_and_background_over() {
    let inverse = style(RED, Color::Default, Attributes::INVERSE);
    let rows = [row(&[(0, "x ", inverse)])];
    assert_eq!(areas_of(&rows), [(0, 2, 0, 1, 0xff5555)]);
    let [text] = &elements(&rows, None, "<text")[..] else {
        panic!("one text");
    };
    assert!(text.contains("fill=\"#282a36\""), "{text}");
}

#[test]
fn attributes_are_drawn() {
    let check = |attribute, expected: &str| {
        let [text] = &elements(&[row(&[(0, "x", plain(attribute))])], None, "<text")[..] else {
            panic!("one text");
        };
        assert!(text.contains(expected), "{text}");
    };
    check(Attributes::BOLD, " font-weight=\"bold\"");
    check(Attributes::ITALIC, " font-style=\"italic\"");
    check(Attributes::DIM, " fill=\"#a5a6a7\"");
    // Blanks are underlined too.
    let rows = [row(&[(1, "a  b ", plain(Attributes::UNDERLINE))])];
    let lines = elements(&rows, None, "<rect x");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("x=\"8.43\" y=\"14\" width=\"42.14\" height=\"1\""));
}

#[test]
fn colors_are_xterms_but_for_the_first_sixteen() {
    let check = |color, expected| {
        let found = SCHEME.color(color, 7);
        assert_eq!(found, expected, "{color:?}: {found:06x}");
    };
    check(Color::Default, 7);
    check(Color::Indexed(0), 0x21222c);
    check(Color::Indexed(15), 0xffffff);
    check(Color::Indexed(16), 0x000000);
    check(Color::Indexed(110), 0x87afd7);
    check(Color::Indexed(231), 0xffffff);
    check(Color::Indexed(232), 0x080808);
    check(Color::Indexed(255), 0xeeeeee);
    check(Color::Rgb(1, 2, 255), 0x0102ff);
}

#[test]
fn a_block_cursor_is_its_cell_changed_over() {
    let rows = [row(&[(0, "ab", plain(Attributes(0)))]), Row::default()];
    let check = |row, col, shape, expected: &str| {
        let found = elements(&rows, Some(&cursor(row, col, shape)), "<rect x");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains(expected), "{found:?}");
    };
    use CursorShape::{Bar, Block, Default, Underline};
    check(
        0,
        1,
        Default,
        "x=\"8.43\" y=\"0\" width=\"8.43\" height=\"16\" fill=\"#f8f8f2\"",
    );
    check(
        1,
        3,
        Block,
        "x=\"25.29\" y=\"16\" width=\"8.43\" height=\"16\"",
    );
    check(0, 0, Bar, "x=\"0\" y=\"0\" width=\"2\" height=\"16\"");
    check(
        0,
        0,
        Underline,
        "x=\"0\" y=\"14\" width=\"8.43\" height=\"2\"",
    );
    let hidden = CursorInfo {
        visible: false,
        ..cursor(0, 0, Block)
    };
    assert!(elements(&rows, Some(&hidden), "<rect x").is_empty());
}

#[test]
fn the_cursor_stands_below_the_history() {
    let picture = svg(
        &vec![Row::default(); 5],
        10,
        3,
        Some(&cursor(1, 0, CursorShape::Bar)),
        "",
    );
    assert!(picture.contains("x=\"0\" y=\"64\""), "{picture}");
}

/// Reads the text of a picture back by its coordinates.
fn read_back(picture: &str, rows: usize) -> Vec<String> {
    let document = roxmltree::Document::parse(picture).unwrap();
    let mut lines = vec![String::new(); rows];
    let texts = document
        .descendants()
        .filter(|node| node.has_tag_name("text"));
    for text in texts {
        let number = |name| text.attribute(name).unwrap().parse::<f64>().unwrap();
        let column = (number("x") / COLUMN).round() as usize;
        let line = &mut lines[((number("y") - BASELINE) / ROW).round() as usize];
        let width = usize::from(line.chars().map(char_width).sum::<u16>());
        line.extend(std::iter::repeat_n(' ', column - width));
        line.push_str(text.text().unwrap());
    }
    lines
}

proptest! {
    /// Whatever rows hold, the picture is XML and shows the same text in the same columns.
    #[test]
    fn a_picture_shows_the_text_of_its_rows(
        rows in prop::collection::vec(prop::collection::vec(
            ("[a-c<&> ]{0,6}|[ ─日●é\"]{0,4}", any::<u8>(), 0_u8..32, 0_u16..3), 0..6,
        ), 1..5),
        at in (0_u16..5, 0_u16..40),
    ) {
        let rows: Vec<Row> = rows
            .into_iter()
            .map(|runs| {
                let mut column = 0;
                let runs = runs.into_iter().map(|(text, color, attributes, gap)| {
                    let start = column + gap;
                    column = start + text.chars().map(char_width).sum::<u16>();
                    let style = style(Color::Indexed(color), Color::Indexed(color / 2), Attributes(attributes));
                    Run(start, text, style)
                });
                Row { runs: runs.collect(), wrapped: false }
            })
            .collect();
        let cursor = cursor(at.0, at.1, CursorShape::Block);
        let picture = svg(&rows, 60, 0, Some(&cursor), "x");
        let expected: Vec<String> = rows.iter().map(Row::text).collect();
        prop_assert_eq!(read_back(&picture, rows.len()), expected);
    }
}
