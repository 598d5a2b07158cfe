//! Reading asciicast v2 recordings: what a replay needs of them.

use std::time::Duration;

use muxpect::geometry::Size;

/// What a recording's event does.
#[derive(Clone, Debug)]
pub enum Step {
    /// The program printed this.
    Output(String),
    /// The terminal got this size.
    Resize(Size),
    /// The recorder noted this: how the program ended, or the end of its output.
    Mark(#[allow(dead_code, reason = "screens are replayed without marks")] String),
}

/// A recording.
pub struct Cast {
    /// The size at the start.
    pub size: Size,
    /// What happened, in order, each with its time since the start.
    pub steps: Vec<(Duration, Step)>,
}

impl Cast {
    /// Parses a recording; input is left out.
    pub fn parse(text: &str) -> Cast {
        let mut lines = text.lines().map(|line| {
            serde_json::from_str::<serde_json::Value>(line).expect("each line is JSON")
        });
        let header = lines.next().expect("there is a header");
        let side = |name: &str| header[name].as_u64().expect("the header has a size") as u16;
        let size = Size {
            rows: side("height"),
            cols: side("width"),
        };
        let steps = lines.filter_map(|event| {
            let at = Duration::from_secs_f64(event[0].as_f64()?);
            let data = event[2].as_str()?;
            let step = match event[1].as_str()? {
                "o" => Step::Output(data.to_owned()),
                "r" => Step::Resize(data.parse().expect("a size")),
                "m" => Step::Mark(data.to_owned()),
                _ => return None,
            };
            Some((at, step))
        });
        Cast {
            size,
            steps: steps.collect(),
        }
    }
}
