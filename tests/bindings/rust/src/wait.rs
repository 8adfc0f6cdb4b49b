//! The least of a runtime: polls a future on this thread.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = Box::pin(future);
    let waker = unparking_waker();
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

/// All of them at once, on this thread; each value in its place.
pub fn block_on_all<F: Future + Unpin>(futures: Vec<F>) -> Vec<F::Output> {
    let waker = unparking_waker();
    let mut context = Context::from_waker(&waker);
    let mut futures: Vec<_> = futures.into_iter().map(|future| (Some(future), None)).collect();
    while futures.iter().any(|(_, value)| value.is_none()) {
        let mut has_news = false;
        for (future, value) in &mut futures {
            let polled = future.as_mut().map(|future| Pin::new(future).poll(&mut context));
            if let Some(Poll::Ready(ready)) = polled {
                (*future, *value) = (None, Some(ready));
                has_news = true;
            }
        }
        if !has_news {
            thread::park();
        }
    }
    futures.into_iter().filter_map(|(_, value)| value).collect()
}

pub fn unparking_waker() -> Waker {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    Waker::from(Arc::new(Unpark(thread::current())))
}

/// A future, or `None` once the condition holds after it was polled.
pub struct Race<F, C>(pub F, pub C);

impl<F: Future + Unpin, C: Fn() -> bool + Unpin> Future for Race<F, C> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match Pin::new(&mut self.0).poll(context) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending if (self.1)() => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// Ready when it has been polled so often.
pub struct Later(pub u32);

impl Future for Later {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0 -= 1;
        if self.0 == 0 {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
