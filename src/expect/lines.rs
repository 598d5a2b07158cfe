//! What `line` rules look back on: the lines that finished last.

use std::collections::VecDeque;

use super::{
    Region, View,
    region::{self, Mark},
    rule::Rule,
    watch::Watch,
};

/// How many finished lines a line rule's `context` looks back on, and how much of each is kept, in
/// bytes.
const RECENT_LINES: usize = 200;
const RECENT_LENGTH: usize = 4096;

/// The rules that watch finished lines.
#[derive(Debug)]
pub(super) struct LineRules {
    pub(super) watch: Watch,
    /// The number of the line that finished last.
    pub(super) last: Option<u64>,
    /// The number of a line that was evaluated before its LF.
    pub(super) early: Option<u64>,
    /// Its text, for those who ask why.
    pub(super) text: String,
    /// The last lines, if a rule looks back on them.
    recent: Option<VecDeque<(u64, String)>>,
}

impl LineRules {
    /// Returns the line rules among `rules`.
    pub(super) fn new(rules: &[Rule]) -> LineRules {
        let looks_back = |rule: &Rule| rule.view() == Some(View::Line) && rule.looks_around();
        LineRules {
            watch: Watch::new(rules, View::Line),
            last: None,
            early: None,
            text: String::new(),
            recent: rules.iter().any(looks_back).then(VecDeque::new),
        }
    }

    /// Begins anew, for another child.
    pub(super) fn restart(&mut self) {
        self.last = None;
        self.early = None;
        self.text.clear();
        self.recent.iter_mut().for_each(VecDeque::clear);
    }

    /// Goes on where other rules were.
    pub(super) fn take_over(&mut self, old: LineRules) {
        self.last = old.last;
        self.early = old.early;
        self.text = old.text;
        if let (Some(recent), Some(old)) = (&mut self.recent, old.recent) {
            *recent = old;
        }
    }

    /// Keeps a finished line for those who look back or ask why.
    pub(super) fn remember(&mut self, number: u64, text: &str) {
        let kept = &text[..text.floor_char_boundary(RECENT_LENGTH)];
        self.text.clear();
        self.text.push_str(kept);
        let Some(recent) = &mut self.recent else {
            return;
        };
        if recent.len() == RECENT_LINES {
            recent.pop_front();
        }
        recent.push_back((number, kept.to_owned()));
    }

    /// Returns a region of the last lines.
    pub(super) fn around(&self, region: Region, mark: Option<Mark>) -> String {
        let recent = self.recent.iter().flatten();
        let lines: Vec<(u64, &str)> = recent.map(|(n, text)| (*n, text.as_str())).collect();
        region::of_lines(&lines, region, mark).text
    }
}
