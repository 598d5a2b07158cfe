//! Reading asciicast v2 recordings: what a replay needs of them.

use muxpect::geometry::Size;

/// What a recording's event does.
#[derive(Clone, Debug)]
pub enum Step {
    /// The program printed this.
    Output(String),
    /// The terminal got this size.
    Resize(Size),
}

/// A recording.
pub struct Cast {
    /// The size at the start.
    pub size: Size,
    /// Output and resizes in order.
    pub steps: Vec<Step>,
}

impl Cast {
    /// Parses a recording; input and markers are left out.
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
            let data = event[2].as_str()?;
            match event[1].as_str()? {
                "o" => Some(Step::Output(data.to_owned())),
                "r" => Some(Step::Resize(data.parse().expect("a size"))),
                _ => None,
            }
        });
        Cast {
            size,
            steps: steps.collect(),
        }
    }
}
