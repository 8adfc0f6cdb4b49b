//! An answer as a future.

use crate::answer::Reply;
use crate::context::{Context, Prepared};
use crate::error::Result;
use crate::operation::Operation;
use crate::poller::Registration;
use crate::request::Request;
use std::fmt;
use std::future::Future;
use std::os::unix::io::RawFd;
use std::pin::Pin;
use std::task::{self, Poll, Waker};
use std::time::Duration;

/// What `token_async` and `answer_async` return. Nothing happens before it is awaited; dropping it cancels the fetch,
/// unless others wait for the same.
#[must_use = "a future does nothing until it is awaited"]
pub struct Fetch<T> {
    read: fn(&Reply) -> Result<T>,
    state: State,
}

enum State {
    Asked(Context, Result<Prepared>),
    // In this order: the descriptor is watched no more when the operation goes.
    Fetching { watch: Watch, operation: Box<Operation> },
    Done,
}

/// Where the poller wakes the task.
pub(crate) struct Watch {
    registration: Registration,
    descriptor: Option<RawFd>,
}

impl Watch {
    pub(crate) fn new() -> Watch {
        Watch { registration: Registration::new(), descriptor: None }
    }

    pub(crate) fn wake_when(&self, descriptor: Option<RawFd>, time: Option<Duration>, waker: &Waker) {
        // Where no thread can be started, the task looks again and again, rather than never.
        if self.registration.wake_when(descriptor, time, waker).is_err() {
            waker.wake_by_ref();
        }
    }
}

impl<T> Fetch<T> {
    pub(crate) fn new(context: &Context, request: &Request, read: fn(&Reply) -> Result<T>) -> Fetch<T> {
        Fetch { read, state: State::Asked(context.clone(), Prepared::of(request)) }
    }

    fn poll_reply(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<Reply>> {
        match std::mem::replace(&mut self.state, State::Done) {
            State::Asked(context, prepared) => {
                let prepared = prepared?;
                if let Some(reply) = context.from_memory(&prepared) {
                    return Poll::Ready(Ok(reply));
                }
                let operation = Box::new(Operation::start_for_task(&context, prepared)?);
                self.state = State::Fetching { watch: Watch::new(), operation };
            }
            fetching => self.state = fetching,
        }
        let (watch, operation) = match &mut self.state {
            State::Fetching { watch, operation } => (watch, operation),
            _ => panic!("polled after it was ready"),
        };
        if let Poll::Ready(result) = operation.poll(cx) {
            return Poll::Ready(result);
        }
        if watch.descriptor.is_none() && Registration::may_watch() {
            watch.descriptor = operation.descriptor().ok();
        }
        watch.wake_when(watch.descriptor, None, cx.waker());
        Poll::Pending
    }
}

// Nothing in it is pinned.
impl<T> Unpin for Fetch<T> {}

impl<T> Future for Fetch<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Result<T>> {
        let read = self.read;
        self.poll_reply(cx).map(|reply| {
            self.state = State::Done;
            read(&reply?)
        })
    }
}

impl<T> fmt::Debug for Fetch<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fetch")
    }
}
