//! Runs `checks::feed` on what the fuzzer makes up.

#![no_main]

#[allow(dead_code, reason = "each target runs one check")]
#[path = "../../tests/corpus/checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::feed(data));
