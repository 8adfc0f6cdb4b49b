//! cargo run --bin storm -- N: the tokens of N tasks at once, a line each. PGHOST, PGPORT and PGUSER say for what.

use std::env::{args, var};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

fn main() {
    if let Err(error) = storm() {
        eprintln!("storm: {}", error);
        std::process::exit(1);
    }
}

fn storm() -> Result<(), Box<dyn std::error::Error>> {
    let count: usize = args().nth(1).ok_or("how many?")?.parse()?;
    let port = var("PGPORT").unwrap_or_default();
    let mut request = pgiam::Request::new(var("PGHOST")?, var("PGUSER")?);
    if !port.is_empty() {
        request = request.port(port.parse()?);
    }
    let context = pgiam::Context::new(())?;
    let tasks = (0..count).map(|_| context.token_async(&request)).collect();
    for token in all(tasks) {
        println!("{}", token?.expose());
    }
    Ok(())
}

/// What a runtime does: tokio's JoinSet, say. A token's future is of no particular one.
fn all<F: Future + Unpin>(tasks: Vec<F>) -> Vec<F::Output> {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut tasks: Vec<_> = tasks.into_iter().map(|task| (task, None)).collect();
    loop {
        for (task, result) in tasks.iter_mut().filter(|(_, result)| result.is_none()) {
            if let Poll::Ready(value) = Pin::new(task).poll(&mut context) {
                *result = Some(value);
            }
        }
        if tasks.iter().all(|(_, result)| result.is_some()) {
            return tasks.into_iter().filter_map(|(_, result)| result).collect();
        }
        thread::park();
    }
}
