//! Scenes on the way through a recording, kept so that going back need not begin at the beginning.

use super::{scene::Scene, seek::Goal, tape::TapePlace};

/// Bytes of a recording between two checkpoints, as long as there are few: what is read and drawn in
/// some hundredths of a second.
const SPACING: u64 = 1024 * 1024;

/// Bytes that all checkpoints may take.
const BUDGET: usize = 64 * 1024 * 1024;

/// A scene and where the recording goes on behind it.
#[derive(Debug)]
struct Checkpoint {
    scene: Scene,
    place: TapePlace,
    bytes: usize,
}

/// The checkpoints of a recording, oldest first; the first one is its beginning.
#[derive(Debug)]
pub(super) struct Checkpoints {
    kept: Vec<Checkpoint>,
    spacing: u64,
    budget: usize,
}

impl Checkpoints {
    /// Returns the one checkpoint at the beginning.
    pub fn new(scene: &mut Scene, place: TapePlace) -> Checkpoints {
        Checkpoints::with_budget(scene, place, SPACING, BUDGET)
    }

    fn with_budget(scene: &mut Scene, place: TapePlace, spacing: u64, budget: usize) -> Self {
        let mut checkpoints = Checkpoints {
            kept: Vec::new(),
            spacing,
            budget,
        };
        checkpoints.push(scene, place);
        checkpoints
    }

    /// Keeps a scene if the last one kept is far enough behind it.
    pub fn pass(&mut self, scene: &mut Scene, place: TapePlace) {
        let last = self.kept.last().map_or(0, |last| last.place.offset());
        if place.offset() < last.saturating_add(self.spacing) {
            return;
        }
        self.push(scene, place);
        while self.kept.len() > 1 && self.bytes() > self.budget {
            let mut index = 0;
            self.kept.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.spacing = self.spacing.saturating_mul(2);
        }
    }

    /// Returns the last scene before a goal that comes after event `number`, and its place.
    pub fn before(&mut self, goal: Goal, number: Option<u64>) -> Option<(Scene, TapePlace)> {
        let is_before = |checkpoint: &Checkpoint| goal.is_ahead_of(&checkpoint.scene);
        let end = self.kept.partition_point(is_before);
        let best = self.kept[..end].last_mut()?;
        let is_news = number.is_none_or(|number| best.scene.number() > number);
        is_news.then(|| (best.scene.snapshot(), best.place))
    }

    fn push(&mut self, scene: &mut Scene, place: TapePlace) {
        let bytes = scene.footprint();
        let scene = scene.snapshot();
        self.kept.push(Checkpoint {
            scene,
            place,
            bytes,
        });
    }

    fn bytes(&self) -> usize {
        self.kept.iter().map(|checkpoint| checkpoint.bytes).sum()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::{
        geometry::Size,
        record::Reader,
        replay::{Step, Tape},
    };

    #[test]
    fn they_take_no_more_than_their_budget() {
        let size = Size { rows: 3, cols: 20 };
        let mut text = "{\"version\":2,\"width\":20,\"height\":3}\n".to_owned();
        for second in 0..1000 {
            text += &format!("[{second},\"o\",\"{second}\\r\\n\"]\n");
        }
        let mut tape = Tape::Cast(Reader::new(Cursor::new(text)).unwrap());
        let mut scene = Scene::new(size);
        let budget = 20 * scene.footprint();
        let mut checkpoints = Checkpoints::with_budget(&mut scene, tape.place(), 100, budget);
        while let Some((at, Step::Output(output))) = tape.next_step().unwrap() {
            scene.show_some(&output);
            scene.take(at);
            checkpoints.pass(&mut scene, tape.place());
            assert!(checkpoints.bytes() <= budget);
        }
        let numbers: Vec<u64> = checkpoints
            .kept
            .iter()
            .map(|kept| kept.scene.number())
            .collect();
        assert!(numbers.len() >= 4 && numbers[0] == 0, "{numbers:?}");
        assert!(numbers.is_sorted());
        // The steps between them are about as long as each other.
        let steps: Vec<u64> = numbers.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(steps.iter().max() <= steps.iter().min().map(|least| least * 2).as_ref());
        let (scene, _) = checkpoints.before(Goal::Number(numbers[2]), None).unwrap();
        assert_eq!(scene.number(), numbers[2]);
        let (scene, _) = checkpoints
            .before(Goal::Number(numbers[2] - 1), None)
            .unwrap();
        assert_eq!(scene.number(), numbers[1]);
        assert!(
            checkpoints
                .before(Goal::Number(numbers[2]), Some(numbers[2]))
                .is_none()
        );
    }
}
