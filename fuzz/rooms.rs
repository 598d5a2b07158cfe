//! The rooms of muxpect that the fuzz targets reach, built from the main crate's sources.
//!
//! They hold no descriptor, clock or lock, so they stand without the rest of the house; without it
//! the fuzzer's counters cover nothing else.

#[path = "../src/geometry.rs"]
pub mod geometry;
#[path = "../src/keys/mod.rs"]
pub mod keys;
#[path = "../src/screen/mod.rs"]
pub mod screen;
#[path = "../src/terminal/mod.rs"]
pub mod terminal;
