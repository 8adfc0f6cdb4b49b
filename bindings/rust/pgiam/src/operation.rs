//! One answer that is fetched.

use crate::answer::{Answer, Reply};
use crate::context::{Context, Inner, Prepared};
use crate::error::{self, Error, Result};
use crate::questions::{self, Pending, Supplier};
use crate::request::Request;
use crate::sys;
use std::fmt;
use std::os::unix::io::RawFd;
use std::ptr::null_mut;
use std::sync::Arc;
use std::task::{self, Poll};

/// For event loops of one's own: watch [`descriptor`](Operation::descriptor), and ask [`poll_answer`](Operation::poll_answer)
/// whenever it is readable, and when the task is woken. Everybody else awaits `Context::token_async`. Dropping it cancels.
pub struct Operation {
    context: Arc<Inner>,
    handle: *mut sys::pgiam_operation,
    // In this order: what is asked is declined when nobody waits for it any more.
    pending: Vec<Pending>,
    supplier: Option<Box<Supplier>>,
}

// SAFETY: an operation belongs to one thread at a time.
unsafe impl Send for Operation {}

impl Drop for Operation {
    fn drop(&mut self) {
        // SAFETY: ours, and freed once; it cancels what still runs.
        unsafe { (self.context.library.operation_free)(self.handle) }
    }
}

impl Context {
    /// Starts to fetch an answer, and does not wait.
    pub fn start(&self, request: &Request) -> Result<Operation> {
        Operation::start_for_task(self, Prepared::of(request)?)
    }
}

impl Operation {
    pub(crate) fn start(context: &Context, prepared: Prepared) -> Result<Operation> {
        let (context, supplier) = (context.inner().clone(), prepared.supplier);
        let (mut handle, mut refused) = (null_mut(), null_mut());
        // SAFETY: the request is copied; what its callback is given lives as long as the operation.
        unsafe {
            let request = &prepared.native.raw;
            let status = (context.library.operation_start)(context.handle, request, &mut handle, &mut refused);
            if status != sys::PGIAM_OK {
                return Err(error::take(context.library, status, refused));
            }
        }
        Ok(Operation { context, handle, pending: Vec::new(), supplier })
    }

    /// The same where a task waits, which is not to be held by what is asked at the start.
    pub(crate) fn start_for_task(context: &Context, prepared: Prepared) -> Result<Operation> {
        let mut pending = Vec::new();
        let started = questions::for_task(&mut pending, || Operation::start(context, prepared));
        started.map(|mut operation| {
            operation.pending = pending;
            operation
        })
    }

    /// Readable while `poll_answer` has something to do. The library's own: neither read nor close it, and take it out of
    /// every loop before the operation goes.
    pub fn descriptor(&self) -> Result<RawFd> {
        let (mut descriptor, mut refused) = (-1, null_mut());
        // SAFETY: the operation lives.
        let status = unsafe { (self.context.library.operation_descriptor)(self.handle, &mut descriptor, &mut refused) };
        match status {
            sys::PGIAM_OK => Ok(descriptor as RawFd),
            _ => Err(unsafe { error::take(self.context.library, status, refused) }),
        }
    }

    /// The answer, once. While there is none the task is woken by what the program itself awaits for its credentials
    /// only: watching the descriptor is the caller's business.
    pub fn poll_answer(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<Answer>> {
        self.poll(cx).map(|reply| reply?.answer())
    }

    pub(crate) fn poll(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<Reply>> {
        loop {
            if let Some(result) = self.try_take() {
                return Poll::Ready(result);
            }
            let before = self.pending.len();
            self.pending.retain_mut(|pending| !pending.poll(cx));
            if self.pending.len() == before {
                return Poll::Pending;
            }
        }
    }

    /// Waits for the answer, on this thread.
    pub(crate) fn wait(self) -> Result<Reply> {
        self.call_wait(-1).map_err(|error| self.explained(error))
    }

    /// `None`: it still runs.
    fn try_take(&mut self) -> Option<Result<Reply>> {
        match self.call_wait_for_task() {
            Err(error) if error.code() == "still_running" => None,
            result => Some(result.map_err(|error| self.explained(error))),
        }
    }

    fn call_wait_for_task(&mut self) -> Result<Reply> {
        let mut pending = std::mem::take(&mut self.pending);
        let result = questions::for_task(&mut pending, || self.call_wait(0));
        self.pending = pending;
        result
    }

    fn call_wait(&self, milliseconds: i64) -> Result<Reply> {
        let (library, mut reply, mut refused) = (self.context.library, null_mut(), null_mut());
        // SAFETY: the operation lives; what comes out is ours.
        unsafe {
            match (library.operation_wait)(self.handle, milliseconds, &mut reply, &mut refused) {
                sys::PGIAM_OK => Ok(Reply::new(library, reply)),
                status => Err(error::take(library, status, refused)),
            }
        }
    }

    fn explained(&self, error: Error) -> Error {
        error.caused_by(self.supplier.as_ref().and_then(|supplier| supplier.failure()))
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Operation")
    }
}
