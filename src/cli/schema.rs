//! `schema`: the JSON Schema of config files.

use super::{failure::CliError, output::print, status::Status};
use crate::config;

/// Prints the schema.
pub fn schema() -> Result<Status, CliError> {
    print(&format!("{:#}\n", config::json_schema()))?;
    Ok(Status::DONE)
}
