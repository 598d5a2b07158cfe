//! Reading asciicast v2 recordings: what a replay needs of them.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

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
    /// Returns the recordings in a folder of `tests/recordings`, by their paths.
    #[allow(dead_code, reason = "those of rulesets are read by name")]
    pub fn all(folder: &str) -> Vec<(PathBuf, Cast)> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
        let mut paths: Vec<PathBuf> = fs::read_dir(root.join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "cast")
            })
            .collect();
        paths.sort();
        assert!(!paths.is_empty());
        let read = |path: PathBuf| {
            let cast = Cast::parse(&fs::read_to_string(&path).unwrap());
            (path, cast)
        };
        paths.into_iter().map(read).collect()
    }

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
