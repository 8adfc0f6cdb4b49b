//! An answer by tokio's own reactor, in the place of the crate's thread. `Context::answer_async` works in tokio as well.

use pgiam::{Answer, Context, Error, Request, Result};
use std::future::poll_fn;
use std::os::fd::{AsRawFd, RawFd};
use std::task::{ready, Poll};
use tokio::io::unix::AsyncFd;
use tokio::io::Interest;

/// Dropping it cancels. The runtime's I/O has to be enabled.
pub async fn answer(context: &Context, request: &Request) -> Result<Answer> {
    let mut operation = context.start(request)?;
    if let Poll::Ready(answer) = poll_fn(|cx| Poll::Ready(operation.poll_answer(cx))).await {
        return answer;
    }
    // Let go of before the operation, which has it and keeps it open: what the newer, unsafe name of this asks for.
    #[allow(deprecated)]
    let watched = AsyncFd::with_interest(Descriptor(operation.descriptor()?), Interest::READABLE).map_err(unwatched)?;
    poll_fn(|cx| loop {
        if let Poll::Ready(answer) = operation.poll_answer(cx) {
            return Poll::Ready(answer);
        }
        match ready!(watched.poll_read_ready(cx)) {
            Ok(mut guard) => guard.clear_ready(),
            Err(error) => return Poll::Ready(Err(unwatched(error))),
        }
    })
    .await
}

struct Descriptor(RawFd);

impl AsRawFd for Descriptor {
    fn as_raw_fd(&self) -> RawFd {
        self.0
    }
}

fn unwatched(error: std::io::Error) -> Error {
    Error::new("INTERNAL", "", format!("tokio cannot watch the descriptor: {error}"))
}
