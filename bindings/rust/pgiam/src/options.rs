//! What a context is made of.

use crate::person::{AsyncPerson, Person};
use crate::questions::Asker;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Error = 1,
    Warn = 2,
    Info = 3,
    Debug = 4,
}

/// Any thread calls it, several at once: level, component, message. No message holds a secret.
pub type LogFn = dyn Fn(Level, &str, &str) + Send + Sync;

/// pgiam's options, by their keys, and what the program does for the library.
#[derive(Clone, Default)]
pub struct Options {
    pub(crate) pairs: Vec<(String, String)>,
    pub(crate) log: Option<(Level, Arc<LogFn>)>,
    pub(crate) asker: Option<Asker>,
}

impl Options {
    pub fn new() -> Options {
        Options::default()
    }
    /// "profile", "region", "role_arn", "tls", "timeout_ms" …: the manual has them all.
    pub fn set(mut self, key: impl Into<String>, value: impl Into<String>) -> Options {
        self.pairs.push((key.into(), value.into()));
        self
    }
    /// Warnings and the log, up to this level; without it nothing is logged.
    pub fn log(mut self, level: Level, log: impl Fn(Level, &str, &str) + Send + Sync + 'static) -> Options {
        self.log = Some((level, Arc::new(log)));
        self
    }
    /// Asks a person where one must act; without it nobody is asked, and the error says what to type.
    pub fn prompt(mut self, person: impl Person + 'static) -> Options {
        self.asker = Some(Asker::Blocking(Arc::new(person)));
        self
    }
    pub fn prompt_async(mut self, person: impl AsyncPerson + 'static) -> Options {
        self.asker = Some(Asker::Awaited(Arc::new(person)));
        self
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("options", &self.pairs).finish_non_exhaustive()
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Options {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Options {
        pairs.into_iter().fold(Options::new(), |options, (key, value)| options.set(key, value))
    }
}

impl From<()> for Options {
    fn from(_: ()) -> Options {
        Options::new()
    }
}

macro_rules! from_pairs {
    ($([$($more:tt)*] $of:ty),*) => {$(
        impl<K: Into<String>, V: Into<String>, $($more)*> From<$of> for Options {
            fn from(pairs: $of) -> Options {
                pairs.into_iter().collect()
            }
        }
    )*};
}
from_pairs!([const N: usize] [(K, V); N], [] Vec<(K, V)>, [S] HashMap<K, V, S>, [] BTreeMap<K, V>);
