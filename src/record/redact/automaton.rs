//! Many texts found in one pass over bytes that come one by one (Aho and Corasick, 1975).
//!
//! Written here, and not taken from a crate, because its tables spell the secrets and must be
//! zeroed when dropped.

use std::collections::VecDeque;

use zeroize::Zeroize;

/// A place in an automaton: which beginning of a text the last bytes are.
pub(super) type State = u32;

/// The place at which nothing has begun.
pub(super) const ROOT: State = 0;

/// How many pairs of bytes there are.
const PAIRS: usize = 1 << 16;

/// Finds texts. Time is linear in the input, memory in the texts.
pub(super) struct Automaton {
    nodes: Vec<Node>,
    /// The bytes by which a text begins.
    begins: [bool; 256],
    /// The pairs of bytes by which a text begins, one bit each.
    pairs: Vec<u64>,
}

#[derive(Default)]
struct Node {
    /// Where each next byte leads, by byte.
    edges: Vec<(u8, State)>,
    /// The longest proper end of this place's bytes that is a place too.
    fallback: State,
    depth: u32,
    /// The length of the longest text that ends here; 0 for none.
    longest: u32,
}

impl Automaton {
    /// Returns an automaton that finds `texts`, each of two bytes at least.
    pub(super) fn new<'t>(texts: impl Iterator<Item = &'t [u8]>) -> Automaton {
        let mut automaton = Automaton {
            nodes: vec![Node::default()],
            begins: [false; 256],
            pairs: vec![0; PAIRS / 64],
        };
        for text in texts {
            automaton.insert(text);
        }
        automaton.link();
        automaton
    }

    /// Returns whether a text begins with `byte`.
    pub(super) fn begins(&self, byte: u8) -> bool {
        self.begins[usize::from(byte)]
    }

    /// Returns whether a text begins with `first` and `second`.
    pub(super) fn begins_with(&self, first: u8, second: u8) -> bool {
        let pair = usize::from(first) << 8 | usize::from(second);
        self.pairs[pair / 64] >> (pair % 64) & 1 == 1
    }

    /// Returns the place that `byte` leads to.
    pub(super) fn step(&self, mut state: State, byte: u8) -> State {
        loop {
            if let Some(next) = self.edge(state, byte) {
                return next;
            }
            if state == ROOT {
                return ROOT;
            }
            state = self.node(state).fallback;
        }
    }

    /// Returns how many of the last bytes are the beginning of a text.
    pub(super) fn depth(&self, state: State) -> usize {
        self.node(state).depth as usize
    }

    /// Returns the length of the longest text that ends here; 0 for none.
    pub(super) fn longest(&self, state: State) -> usize {
        self.node(state).longest as usize
    }

    fn insert(&mut self, text: &[u8]) {
        let mut state = ROOT;
        for byte in text {
            state = match self.edge(state, *byte) {
                Some(next) => next,
                None => {
                    let next = State::try_from(self.nodes.len()).expect("texts are bounded");
                    let depth = self.node(state).depth + 1;
                    self.nodes.push(Node {
                        depth,
                        ..Node::default()
                    });
                    let edges = &mut self.nodes[state as usize].edges;
                    let place = edges.partition_point(|(other, _)| other < byte);
                    edges.insert(place, (*byte, next));
                    next
                }
            };
        }
        let node = &mut self.nodes[state as usize];
        node.longest = node.depth;
        self.begins[usize::from(text[0])] = true;
        if let [first, second, ..] = text {
            let pair = usize::from(*first) << 8 | usize::from(*second);
            self.pairs[pair / 64] |= 1 << (pair % 64);
        }
    }

    /// Finds each place's fallback, the shorter places first.
    fn link(&mut self) {
        let mut waiting: VecDeque<State> = VecDeque::from([ROOT]);
        while let Some(state) = waiting.pop_front() {
            for index in 0..self.node(state).edges.len() {
                let (byte, next) = self.node(state).edges[index];
                let fallback = match state {
                    ROOT => ROOT,
                    _ => self.step(self.node(state).fallback, byte),
                };
                let shorter = self.node(fallback).longest;
                let node = &mut self.nodes[next as usize];
                node.fallback = fallback;
                node.longest = node.longest.max(shorter);
                waiting.push_back(next);
            }
        }
    }

    fn edge(&self, state: State, byte: u8) -> Option<State> {
        let edges = &self.node(state).edges;
        let found = edges.binary_search_by_key(&byte, |(byte, _)| *byte).ok()?;
        Some(edges[found].1)
    }

    fn node(&self, state: State) -> &Node {
        &self.nodes[state as usize]
    }
}

impl Drop for Automaton {
    fn drop(&mut self) {
        self.begins.zeroize();
        self.pairs.zeroize();
        for node in &mut self.nodes {
            node.edges.zeroize();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Returns the end and length of the longest text at each place where one ends.
    fn found(texts: &[&str], input: &str) -> Vec<(usize, usize)> {
        let automaton = Automaton::new(texts.iter().map(|text| text.as_bytes()));
        let mut state = ROOT;
        let mut found = Vec::new();
        for (at, byte) in input.bytes().enumerate() {
            state = automaton.step(state, byte);
            if automaton.longest(state) > 0 {
                found.push((at + 1, automaton.longest(state)));
            }
        }
        found
    }

    #[test]
    fn texts_within_texts_are_found() {
        assert_eq!(
            found(&["abcd", "bc"], "xabce abcd"),
            [(4, 2), (9, 2), (10, 4)]
        );
        assert_eq!(found(&["aa"], "aaa"), [(2, 2), (3, 2)]);
        assert_eq!(found(&[], "aaa"), []);
    }

    proptest! {
        #[test]
        fn it_finds_what_a_plain_search_finds(
            texts in proptest::collection::vec("[ab]{2,4}", 1..5),
            input in "[abc]{0,30}",
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let ends = (1..=input.len()).filter_map(|end| {
                let here = texts.iter().filter(|text| input[..end].ends_with(**text));
                here.map(|text| (end, text.len())).max()
            });
            prop_assert_eq!(found(&texts, &input), ends.collect::<Vec<_>>());
        }
    }
}
