//! End to end: the real program, real ptys, an outer terminal that is itself emulated.
//!
//! Each test has its own temporary folder with home, state and sockets in it, and waits for what it
//! expects to see or hear, never for time.

mod outer;
mod sandbox;

mod actions;
mod asks;
mod attention;
mod debugging;
mod drawing;
mod expect;
mod files;
mod ftp;
mod inspector;
mod interface;
mod jobs;
mod keyboard;
mod learning;
mod life;
mod lures;
mod modes;
mod native;
mod notices;
mod odd;
mod picture;
mod preferences;
mod probes;
mod programs;
mod record;
mod recordings;
mod reload;
mod replay;
mod rulesets;
mod scene;
mod schemas;
mod secrets;
mod selecting;
mod ssh;
mod threats;
mod verbs;
mod vttest;
