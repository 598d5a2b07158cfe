//! The engine's specification, case by case. The numbers in the tests' names are those of the cases
//! that it was designed by.

mod answers;
mod any_split;
mod asks;
mod conditions;
mod harness;
mod matching;
mod numbered;
mod reload;
mod screens;
mod secrets;
