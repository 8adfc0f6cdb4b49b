//! An attempt to the end, with a driver's own way to connect.

use crate::answer::Params;
use crate::attempt::{Attempt, Step};
use crate::error::{Error, Result};
use std::fmt;
use std::future::Future;

/// How a connect failed: the library's explanation, or the driver's own error where that says it all.
#[derive(Debug)]
pub enum ConnectError<E> {
    Pgiam(Error),
    Driver(E),
}

impl<E: fmt::Display> fmt::Display for ConnectError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConnectError::Pgiam(error) => error.fmt(f),
            ConnectError::Driver(error) => error.fmt(f),
        }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for ConnectError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ConnectError::Pgiam(error) => error.source(),
            ConnectError::Driver(error) => error.source(),
        }
    }
}

impl<E> From<Error> for ConnectError<E> {
    fn from(error: Error) -> ConnectError<E> {
        ConnectError::Pgiam(error)
    }
}

/// A server's words, or the driver's own, and the SQLSTATE where it is known.
pub type Words = (String, Option<String>);

impl Attempt {
    /// `dial` connects with these of libpq's keywords over the user's own, none where the host is not ours; `words` are
    /// those of a failure, whole.
    pub fn connect<C, E>(
        mut self,
        mut dial: impl FnMut(&Params) -> std::result::Result<C, E>,
        words: impl Fn(&E) -> Words,
    ) -> std::result::Result<C, ConnectError<E>> {
        let mut failure = None;
        loop {
            let (params, is_explained) = to_dial(self.next(), &mut failure)?;
            match dial(&params) {
                Ok(connection) => {
                    self.connected();
                    return Ok(connection);
                }
                Err(error) if !is_explained => return Err(ConnectError::Driver(error)),
                Err(error) => self.fail(error, &words, &mut failure),
            }
        }
    }

    /// The same in a task.
    pub async fn connect_async<C, E, F: Future<Output = std::result::Result<C, E>>>(
        mut self,
        mut dial: impl FnMut(Params) -> F,
        words: impl Fn(&E) -> Words,
    ) -> std::result::Result<C, ConnectError<E>> {
        let mut failure = None;
        loop {
            let next = self.next_async().await;
            let (params, is_explained) = to_dial(next, &mut failure)?;
            match dial(params).await {
                Ok(connection) => {
                    self.connected();
                    return Ok(connection);
                }
                Err(error) if !is_explained => return Err(ConnectError::Driver(error)),
                Err(error) => self.fail(error, &words, &mut failure),
            }
        }
    }

    fn fail<E>(&mut self, error: E, words: &impl Fn(&E) -> Words, failure: &mut Option<E>) {
        let (message, sqlstate) = words(&error);
        self.failed(&message, sqlstate.as_deref());
        *failure = Some(error);
    }
}

/// What to dial with, and whether the library has something to say of a failure: of what is not ours it has not, unless
/// a password that was given kept the token away.
fn to_dial<E>(step: Result<Step>, failure: &mut Option<E>) -> std::result::Result<(Params, bool), ConnectError<E>> {
    match step {
        Ok(Step::Connect(params)) => Ok((params, true)),
        Ok(Step::Done) => Err(Error::new("INTERNAL", "", "an attempt ended before it connected").into()),
        Err(error) if error.is_not_applicable() && failure.is_none() => {
            Ok((Params::default(), error.code() == "password_given"))
        }
        Err(error) => match failure.take() {
            Some(own) if error.status() == "CONNECT" || error.is_not_applicable() => Err(ConnectError::Driver(own)),
            _ => Err(error.into()),
        },
    }
}
