//! One table of the file: which keys it has, which of them it should not have, what it lacks.
//!
//! Which keys a table knows is in `schema`; their values are read in `entry`.

use std::ops::Range;

use toml::de::DeTable;

use super::{entry::Entry, error::Problems, schema::Table};

/// A table of the file together with what it may hold.
pub(super) struct Section<'t> {
    table: &'t DeTable<'t>,
    /// The place of its header, or of its braces.
    pub(super) place: Range<usize>,
    schema: &'static Table,
    /// Whether some keys were reported; then nothing else is said to be missing.
    has_unknown_keys: bool,
}

impl<'t> Section<'t> {
    /// Opens a table and reports the keys that it should not have.
    pub(super) fn open(
        table: &'t DeTable<'t>,
        place: Range<usize>,
        schema: &'static Table,
        problems: &mut Problems,
    ) -> Section<'t> {
        let mut has_unknown_keys = false;
        for key in table.keys() {
            if !schema.keys.contains(&key.get_ref().as_ref()) {
                problems.add(key.span(), schema.unknown(key.get_ref()));
                has_unknown_keys = true;
            }
        }
        Section {
            table,
            place,
            schema,
            has_unknown_keys,
        }
    }

    /// Reports that the table lacks something, unless a misspelt key may be just that.
    pub(super) fn lacks(&self, problems: &mut Problems, message: &str) {
        if !self.has_unknown_keys {
            problems.add(self.place.clone(), message);
        }
    }

    /// Returns the entry of a key, if the table has it.
    pub(super) fn get(&self, key: &'static str) -> Option<Entry<'t>> {
        debug_assert!(
            self.schema.keys.contains(&key),
            "{key} is not in the schema"
        );
        let (key_place, value) = self.table.get_key_value(key)?;
        Some(Entry::new(key, key_place, value))
    }

    /// Returns the entry of a key that this kind of table may lack altogether, such as `name` in
    /// a table of defaults.
    pub(super) fn get_if_known(&self, key: &'static str) -> Option<Entry<'t>> {
        self.schema.keys.contains(&key).then(|| self.get(key))?
    }

    /// Returns those of `keys` that the table has, in the order of the file.
    pub(super) fn present(&self, keys: &[&'static str]) -> Vec<Entry<'t>> {
        let mut entries: Vec<_> = keys
            .iter()
            .filter_map(|key| self.get_if_known(key))
            .collect();
        entries.sort_by_key(|entry| entry.place().start);
        entries
    }
}
