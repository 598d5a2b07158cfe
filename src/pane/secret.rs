//! Where a secret comes from. Its own text is never part of a config, an argument or a message.

use std::{fmt, path::PathBuf, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A secret as it is described: `[secrets.NAME]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretSpec {
    /// Where it comes from.
    pub source: SecretSource,
    /// How long a command may take to print it.
    pub timeout: Duration,
}

/// Where a secret comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretSource {
    /// The only line that this command prints; run without a shell, in the pane's folder and
    /// environment.
    Command(Vec<String>),
    /// The only line of this file, absolute, which must be the user's own and nobody else's to
    /// read.
    File(PathBuf),
    /// The value of an environment variable, taken from the environment when the config was read.
    Value(Concealed),
    /// A person types it each time: the rule asks.
    Person,
}

/// A secret's text on its way to the server: zeroed when dropped, shown as `***`.
#[derive(Clone)]
pub struct Concealed(SecretString);

impl Concealed {
    /// Returns `text` concealed.
    pub fn new(text: String) -> Concealed {
        Concealed(SecretString::from(text))
    }

    /// Returns the text itself.
    pub fn expose(&self) -> &SecretString {
        &self.0
    }
}

impl From<SecretString> for Concealed {
    fn from(secret: SecretString) -> Concealed {
        Concealed(secret)
    }
}

impl fmt::Debug for Concealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl PartialEq for Concealed {
    fn eq(&self, other: &Concealed) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl Eq for Concealed {}

impl Serialize for Concealed {
    /// Writes the text itself: only the private socket between a user's own client and server
    /// carries it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose_secret())
    }
}

impl<'de> Deserialize<'de> for Concealed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Concealed, D::Error> {
        String::deserialize(deserializer).map(Concealed::new)
    }
}
