//! The rules of one view that look at one text at a time, sieved together.

use std::borrow::Cow;

use super::{View, pattern::Sieve, rule::Rule};

/// The rules of a view.
#[derive(Debug)]
pub(super) struct Watch {
    rules: Vec<usize>,
    /// For each pattern of the sieve, its rule.
    owners: Vec<usize>,
    /// `None` when the patterns cannot be sieved, or when there is but one.
    sieve: Option<Sieve>,
}

impl Watch {
    /// Returns those of `rules` that match in `view`.
    pub(super) fn new(rules: &[Rule], view: View) -> Watch {
        let members: Vec<usize> = (0..rules.len())
            .filter(|&index| rules[index].view() == Some(view))
            .collect();
        let owners: Vec<usize> = members
            .iter()
            .flat_map(|&index| rules[index].patterns.iter().map(move |_| index))
            .collect();
        let patterns = members.iter().flat_map(|&index| &rules[index].patterns);
        Watch {
            sieve: Some(patterns)
                .filter(|_| owners.len() > 1)
                .and_then(Sieve::build),
            rules: members,
            owners,
        }
    }

    /// Returns whether there is none.
    pub(super) fn is_idle(&self) -> bool {
        self.rules.is_empty()
    }

    /// Returns the rules that may match in `text`, in the order of the file.
    pub(super) fn candidates(&self, text: &str) -> Cow<'_, [usize]> {
        let Some(sieve) = &self.sieve else {
            return Cow::Borrowed(&self.rules);
        };
        if !sieve.passes(text, 0) {
            return Cow::Borrowed(&[]);
        }
        let passed = sieve.which(text, 0).into_iter();
        let mut rules: Vec<usize> = passed.map(|pattern| self.owners[pattern]).collect();
        rules.dedup();
        Cow::Owned(rules)
    }
}
