//! The key that ends a relay: found in what a terminal sends, whatever modes the child has set.

use crate::keys::{InputModes, Key, encode_key};

/// A key as terminals send it.
#[derive(Debug)]
pub struct Escape {
    encodings: Vec<Vec<u8>>,
}

impl Escape {
    pub fn new(key: Key) -> Escape {
        let modes = InputModes::default();
        let all = [
            modes,
            InputModes {
                modify_other_keys: 2,
                ..modes
            },
            InputModes { kitty: 1, ..modes },
            InputModes {
                application_cursor: true,
                application_keypad: true,
                ..modes
            },
        ];
        let mut encodings: Vec<Vec<u8>> = Vec::new();
        for modes in all {
            let mut bytes = Vec::new();
            encode_key(key, &modes, &mut bytes);
            if !bytes.is_empty() && !encodings.contains(&bytes) {
                encodings.push(bytes);
            }
        }
        Escape { encodings }
    }

    /// Returns where the key begins in `typed`.
    pub fn find(&self, typed: &[u8]) -> Option<usize> {
        let encodings = self.encodings.iter();
        encodings
            .filter_map(|key| memchr::memmem::find(typed, key))
            .min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_found_in_every_mode() {
        let escape = Escape::new("C-]".parse().unwrap());
        for typed in ["ab\x1dc\x1d", "ab\x1b[27;5;93~", "ab\x1b[93;5u"] {
            assert_eq!(escape.find(typed.as_bytes()), Some(2), "{typed:?}");
        }
        assert_eq!(escape.find(b"ab]\x1b[93;6u"), None);
    }
}
