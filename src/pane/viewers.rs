//! The clients that look at a pane: whose update is due when, and whose size counts.
//!
//! Pure, and generic over what an answer goes to. It keeps one pending request for each client, so a slow one costs nothing.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use crate::geometry::Size;

/// The shortest time between two frames of a pane for one client: 60 a second.
pub const FRAME: Duration = Duration::from_millis(16);

/// How long a program may keep its screen from being drawn (mode 2026): one that dies amid a frame
/// must not freeze its pane. Other terminals wait as long.
const LONGEST_HOLD: Duration = Duration::from_millis(150);

/// A connection's number within its server; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(pub u64);

/// The clients of one pane. `R` is where an answer goes.
#[derive(Debug)]
pub struct Viewers<R> {
    viewers: HashMap<ClientId, Viewer<R>>,
    /// Whose size the pane has.
    sized_by: Option<ClientId>,
    /// The frame that the program is amid, and until when nothing is drawn for it.
    held: Option<(u64, Instant)>,
}

#[derive(Debug)]
struct Viewer<R> {
    pending: Option<(Option<u64>, R)>,
    last_frame: Option<Instant>,
    /// It has sent input that no frame has shown yet.
    unechoed: bool,
    tile: Option<Size>,
    interacting: bool,
}

impl<R> Default for Viewers<R> {
    fn default() -> Viewers<R> {
        Viewers {
            viewers: HashMap::new(),
            sized_by: None,
            held: None,
        }
    }
}

impl<R> Default for Viewer<R> {
    fn default() -> Viewer<R> {
        Viewer {
            pending: None,
            last_frame: None,
            unechoed: false,
            tile: None,
            interacting: false,
        }
    }
}

impl<R> Viewers<R> {
    /// Notes that `client` wants what is newer than `since`; returns the request it replaces.
    pub fn ask(&mut self, client: ClientId, since: Option<u64>, reply: R) -> Option<R> {
        let viewer = self.viewers.entry(client).or_default();
        let replaced = viewer.pending.replace((since, reply));
        replaced.map(|(_, reply)| reply)
    }

    /// Takes out the requests that are due at `now`, with what each client has.
    pub fn due(&mut self, now: Instant, generation: u64) -> Vec<(Option<u64>, R)> {
        let mut due = Vec::new();
        if self.held_until().is_some_and(|until| now < until) {
            return due;
        }
        for viewer in self.viewers.values_mut() {
            if viewer
                .due_at(generation)
                .is_some_and(|at| at.is_none_or(|at| at <= now))
            {
                viewer.last_frame = Some(now);
                viewer.unechoed = false;
                due.extend(viewer.pending.take());
            }
        }
        due
    }

    /// Returns when the next request falls due; call it after [`Viewers::due`].
    pub fn next_due(&self, generation: u64) -> Option<Instant> {
        self.viewers
            .values()
            .filter_map(|viewer| viewer.due_at(generation)?.max(self.held_until()))
            .min()
    }

    /// Returns whether somebody is to be shown the next whole frame at once.
    pub fn waits_for_frame(&self, now: Instant) -> bool {
        let due = |viewer: &Viewer<R>| viewer.due_at(u64::MAX);
        self.viewers
            .values()
            .filter_map(due)
            .any(|at| at.is_none_or(|at| at <= now))
    }

    /// Notes the frame that the program is amid, if any; call it after output.
    pub fn hold(&mut self, now: Instant, frame: Option<u64>) {
        self.held = frame.map(|frame| match self.held {
            Some((known, until)) if known == frame => (known, until),
            _ => (frame, now + LONGEST_HOLD),
        });
    }

    fn held_until(&self) -> Option<Instant> {
        self.held.map(|(_, until)| until)
    }

    /// Notes input from `client`; returns the size the pane must take for it, if any.
    pub fn typed(&mut self, client: ClientId) -> Option<Size> {
        let viewer = self.viewers.entry(client).or_default();
        viewer.unechoed = true;
        let tile = viewer.tile;
        if self.sized_by != Some(client) && tile.is_some() {
            self.sized_by = Some(client);
            return tile;
        }
        None
    }

    /// Notes the size of `client`'s tile; returns the size the pane must take for it, if any:
    /// that of the client that typed last, else that attached last.
    pub fn tile(&mut self, client: ClientId, size: Size) -> Option<Size> {
        let viewer = self.viewers.entry(client).or_default();
        let first = viewer.tile.replace(size).is_none();
        if first {
            self.sized_by = Some(client);
        }
        (self.sized_by == Some(client)).then_some(size)
    }

    /// Notes whether `client` interacts; returns whether any client does.
    pub fn interact(&mut self, client: ClientId, on: bool) -> bool {
        self.viewers.entry(client).or_default().interacting = on;
        self.interacting()
    }

    /// Returns whether any client interacts.
    pub fn interacting(&self) -> bool {
        self.viewers.values().any(|viewer| viewer.interacting)
    }

    /// Forgets `client`; the pane keeps its size.
    pub fn gone(&mut self, client: ClientId) {
        self.viewers.remove(&client);
        if self.sized_by == Some(client) {
            self.sized_by = None;
        }
    }
}

impl<R> Viewer<R> {
    /// Returns when its request is due: `None` never as things are, `Some(None)` at once.
    fn due_at(&self, generation: u64) -> Option<Option<Instant>> {
        let (since, _) = self.pending.as_ref()?;
        if *since == Some(generation) {
            return None;
        }
        if self.unechoed || since.is_none() {
            return Some(None);
        }
        Some(self.last_frame.map(|last| last + FRAME))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: ClientId = ClientId(1);
    const TWO: ClientId = ClientId(2);
    const SMALL: Size = Size { rows: 5, cols: 20 };
    const LARGE: Size = Size {
        rows: 50,
        cols: 200,
    };

    #[test]
    fn news_go_out_at_once_when_the_last_frame_is_old() {
        let start = Instant::now();
        let mut viewers = Viewers::default();
        assert_eq!(viewers.ask(ONE, Some(7), 'a'), None);
        assert_eq!(viewers.due(start, 7), []);
        assert_eq!(viewers.next_due(7), None);
        assert_eq!(viewers.due(start, 8), [(Some(7), 'a')]);
        viewers.ask(ONE, Some(8), 'b');
        assert_eq!(viewers.due(start, 9), []);
        assert_eq!(viewers.next_due(9), Some(start + FRAME));
        assert_eq!(viewers.due(start + FRAME, 9), [(Some(8), 'b')]);
    }

    #[test]
    fn an_echo_does_not_wait_for_the_frame() {
        let start = Instant::now();
        let mut viewers = Viewers::default();
        viewers.ask(ONE, Some(1), 'a');
        assert_eq!(viewers.due(start, 2).len(), 1);
        viewers.ask(ONE, Some(2), 'b');
        viewers.typed(ONE);
        assert_eq!(viewers.due(start, 3), [(Some(2), 'b')]);
    }

    #[test]
    fn nothing_is_drawn_amid_a_frame() {
        let start = Instant::now();
        let mut viewers = Viewers::default();
        viewers.ask(ONE, Some(1), 'a');
        viewers.ask(TWO, Some(1), 'b');
        viewers.typed(TWO);
        viewers.hold(start, Some(1));
        assert_eq!(viewers.due(start, 2), []);
        assert_eq!(viewers.next_due(2), Some(start + LONGEST_HOLD));
        let later = start + FRAME;
        viewers.hold(later, Some(1));
        assert_eq!(viewers.due(later, 3), []);
        assert_eq!(viewers.next_due(3), Some(start + LONGEST_HOLD));
        // The whole frame is drawn at once.
        assert!(viewers.waits_for_frame(later));
        viewers.hold(later, None);
        assert_eq!(viewers.due(later, 4).len(), 2);
        assert!(!viewers.waits_for_frame(later));
        viewers.ask(ONE, Some(4), 'a');
        assert!(!viewers.waits_for_frame(later));
        assert!(viewers.waits_for_frame(later + FRAME));
    }

    #[test]
    fn a_frame_that_never_ends_is_drawn_after_all() {
        let start = Instant::now();
        let mut viewers = Viewers::default();
        viewers.ask(ONE, Some(1), 'a');
        viewers.hold(start, Some(1));
        assert_eq!(viewers.next_due(1), None);
        let over = start + LONGEST_HOLD;
        assert_eq!(viewers.due(over, 2), [(Some(1), 'a')]);
        // What follows is drawn as ever.
        viewers.ask(ONE, Some(2), 'b');
        viewers.hold(over, Some(1));
        assert_eq!(viewers.due(over, 3), []);
        assert_eq!(viewers.next_due(3), Some(over + FRAME));
        // The next one is held again, even if its beginning came with the end of the last.
        viewers.hold(over + FRAME, Some(2));
        assert_eq!(viewers.due(over + FRAME, 3), []);
        assert_eq!(viewers.next_due(3), Some(over + FRAME + LONGEST_HOLD));
    }

    #[test]
    fn a_second_request_replaces_the_first() {
        let mut viewers = Viewers::default();
        viewers.ask(ONE, None, 'a');
        assert_eq!(viewers.ask(ONE, Some(1), 'b'), Some('a'));
    }

    #[test]
    fn the_size_is_that_of_who_typed_or_attached_last() {
        let mut viewers = Viewers::<()>::default();
        assert_eq!(viewers.tile(ONE, SMALL), Some(SMALL));
        assert_eq!(viewers.tile(TWO, LARGE), Some(LARGE));
        assert_eq!(viewers.tile(ONE, SMALL), None);
        assert_eq!(viewers.typed(ONE), Some(SMALL));
        assert_eq!(viewers.tile(TWO, LARGE), None);
        viewers.gone(ONE);
        assert_eq!(viewers.typed(TWO), Some(LARGE));
    }

    #[test]
    fn a_client_that_goes_away_releases_the_pane() {
        let mut viewers = Viewers::<()>::default();
        assert!(viewers.interact(ONE, true));
        viewers.gone(ONE);
        assert!(!viewers.interacting());
    }
}
