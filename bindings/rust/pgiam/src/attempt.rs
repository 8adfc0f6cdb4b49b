//! A connection from the first host to the end: decided by the library, made by a driver.

use crate::answer::Params;
use crate::context::{Context, Inner, Prepared};
use crate::error::{self, Error, Result};
use crate::fetch::Watch;
use crate::poller;
use crate::questions::{self, Pending, Supplier};
use crate::request::{Request, Texts};
use crate::sys;
use std::fmt;
use std::future::Future;
use std::os::unix::io::RawFd;
use std::pin::Pin;
use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::task::{self, Poll};
use std::time::Duration;

/// What to do next.
#[derive(Debug)]
pub enum Step {
    /// Set these of libpq's keywords over the user's own, connect, and tell how it went: `connected` or `failed`.
    Connect(Params),
    /// The connection was reported.
    Done,
}

/// The steps of one connection: each host of a list gets its own password, a kept one that is refused is made anew once,
/// and a refusal is explained. The request says what the driver can set (`can_apply`), and its keywords where to.
///
/// ```no_run
/// # fn dial(_: &pgiam::Params) -> Result<(), std::io::Error> { Ok(()) }
/// # fn f(context: &pgiam::Context, request: &pgiam::Request) -> pgiam::Result<()> {
/// let mut attempt = context.attempt(request)?;
/// while let pgiam::Step::Connect(params) = attempt.next()? {
///     match dial(&params) {
///         Ok(_) => attempt.connected(),
///         Err(error) => attempt.failed(&error.to_string(), None),
///     }
/// }
/// # Ok(()) }
/// ```
///
/// An error that `is_not_applicable` means: connect as if pgiam were absent. One of the status "CONNECT": the driver's
/// own words say all that is known.
pub struct Attempt {
    context: Arc<Inner>,
    handle: *mut sys::pgiam_attempt,
    // In this order: what is asked is declined when nobody waits for it any more.
    pending: Vec<Pending>,
    supplier: Option<Box<Supplier>>,
}

// SAFETY: an attempt belongs to one thread at a time.
unsafe impl Send for Attempt {}

impl Drop for Attempt {
    fn drop(&mut self) {
        // SAFETY: ours, and freed once; it cancels what still runs.
        unsafe { (self.context.library.attempt_free)(self.handle) }
    }
}

impl Context {
    /// Nothing is looked up yet.
    pub fn attempt(&self, request: &Request) -> Result<Attempt> {
        let context = self.inner().clone();
        let mut prepared = Prepared::of(request)?;
        prepared.native.raw.flags |= sys::PGIAM_REQUEST_NO_WAIT;
        let (mut handle, mut refused) = (null_mut(), null_mut());
        // SAFETY: the request is copied; what its callback is given lives as long as the attempt.
        unsafe {
            let status = (context.library.attempt_new)(context.handle, &prepared.native.raw, &mut handle, &mut refused);
            if status != sys::PGIAM_OK {
                return Err(error::take(context.library, status, refused));
            }
        }
        Ok(Attempt { context, handle, pending: Vec::new(), supplier: prepared.supplier })
    }
}

/// A step, or what to wait for until there is one.
enum Next {
    Step(Step),
    Wait { descriptor: Option<RawFd>, time: Option<Duration> },
}

impl Attempt {
    /// Waits for the next step, on this thread.
    #[allow(clippy::should_implement_trait)] // it fails, and has no end but Done
    pub fn next(&mut self) -> Result<Step> {
        loop {
            match self.step()? {
                Next::Step(step) => return Ok(step),
                Next::Wait { descriptor, time } => poller::wait_for(descriptor, time),
            }
        }
    }

    /// The same as a future of no particular runtime. Dropping it leaves the attempt where it is.
    pub fn next_async(&mut self) -> impl Future<Output = Result<Step>> + Send + '_ {
        NextStep { watch: Watch::new(), attempt: self }
    }

    pub fn connected(&mut self) {
        self.report(sys::PGIAM_OUTCOME_CONNECTED, "", "");
    }

    /// With the server's words, or the driver's own, whole.
    pub fn failed(&mut self, message: &str, sqlstate: Option<&str>) {
        self.report(sys::PGIAM_OUTCOME_OTHER, message, sqlstate.unwrap_or(""));
    }

    fn report(&mut self, outcome: i32, message: &str, sqlstate: &str) {
        let (message, sqlstate) = (message.replace('\0', " "), sqlstate.replace('\0', " "));
        let mut texts = Texts::with_room_for([message.len(), sqlstate.len()].into_iter());
        let mut given = |text: &str| if text.is_empty() { null() } else { texts.put("a text", text).unwrap_or(null()) };
        let outcome = sys::pgiam_outcome {
            outcome,
            message: given(&message),
            sqlstate: given(&sqlstate),
            ..sys::pgiam_outcome::default()
        };
        // SAFETY: the attempt lives, and the texts are copied.
        unsafe { (self.context.library.attempt_report)(self.handle, &outcome) };
    }

    fn step(&mut self) -> Result<Next> {
        let (library, mut refused) = (self.context.library, null_mut());
        let mut step = sys::pgiam_step::default();
        // SAFETY: the attempt lives; the parameters are copied before it is called again.
        unsafe {
            let status = (library.attempt_next)(self.handle, &mut step, &mut refused);
            if status != sys::PGIAM_OK {
                return Err(self.explained(error::take(library, status, refused)));
            }
            Ok(match step.kind {
                sys::PGIAM_STEP_CONNECT => {
                    let params = Params::read(|i, param| (library.attempt_param)(self.handle, i, param))?;
                    Next::Step(Step::Connect(params))
                }
                sys::PGIAM_STEP_DONE => Next::Step(Step::Done),
                _ => Next::Wait {
                    descriptor: RawFd::try_from(step.descriptor).ok().filter(|descriptor| *descriptor >= 0),
                    time: u64::try_from(step.wait_ms).ok().map(Duration::from_millis),
                },
            })
        }
    }

    fn poll(&mut self, watch: &mut Watch, cx: &mut task::Context<'_>) -> Poll<Result<Step>> {
        loop {
            let mut pending = std::mem::take(&mut self.pending);
            let next = questions::for_task(&mut pending, || self.step());
            self.pending = pending;
            let (descriptor, time) = match next? {
                Next::Step(step) => return Poll::Ready(Ok(step)),
                Next::Wait { descriptor, time } => (descriptor, time),
            };
            let before = self.pending.len();
            self.pending.retain_mut(|pending| !pending.poll(cx));
            if self.pending.len() == before {
                watch.wake_when(descriptor, time, cx.waker());
                return Poll::Pending;
            }
        }
    }

    fn explained(&self, error: Error) -> Error {
        error.caused_by(self.supplier.as_ref().and_then(|supplier| supplier.failure()))
    }
}

struct NextStep<'a> {
    // In this order: the descriptor is watched no more when the attempt goes.
    watch: Watch,
    attempt: &'a mut Attempt,
}

impl Future for NextStep<'_> {
    type Output = Result<Step>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Result<Step>> {
        let NextStep { watch, attempt } = &mut *self;
        attempt.poll(watch, cx)
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attempt")
    }
}
