//! What the Rust crate adds to a token that is at hand: rust_bench [CALLS], with PGIAM_LIBRARY set and built with --release.
//! In µs of the processor's time, the best of five rounds, beside the same two calls of the C ABI.

use pgiam_sys as sys;
use std::future::Future;
use std::os::raw::{c_int, c_long};
use std::pin::Pin;
use std::ptr::null_mut;
use std::task::Context;

const HOST: &str = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count = std::env::args().nth(1).map_or(Ok(100_000), |count| count.parse())?;
    let context = pgiam::Context::new([("reuse_seconds", "900")])?;
    let request = pgiam::Request::new(HOST, "app");
    context.token(&request)?;
    let floor = bare(count)?;
    let waker = pgiam_tests::wait::unparking_waker();
    let poll =
        |mut fetch: pgiam::Fetch<pgiam::Secret>| drop(Pin::new(&mut fetch).poll(&mut Context::from_waker(&waker)));
    for (name, took) in [
        ("token", cost(count, || drop(context.token(&request)))),
        ("token_async", cost(count, || poll(context.token_async(&request)))),
        ("answer", cost(count, || drop(context.answer(&request)))),
    ] {
        println!("{:12} {:6.2} µs, {:6.2} more than the calls themselves ({:.2})", name, took, took - floor, floor);
    }
    Ok(())
}

/// The two calls alone, on a context of their own.
fn bare(count: u32) -> Result<f64, Box<dyn std::error::Error>> {
    let library = sys::library()?;
    let options = [sys::pgiam_option { key: b"reuse_seconds\0".as_ptr().cast(), value: b"900\0".as_ptr().cast() }];
    let config =
        sys::pgiam_config { options: options.as_ptr(), option_count: options.len(), ..sys::pgiam_config::default() };
    let host = std::ffi::CString::new(HOST)?;
    let request =
        sys::pgiam_request { host: host.as_ptr(), user: b"app\0".as_ptr().cast(), ..sys::pgiam_request::default() };
    let (mut context, mut reply) = (null_mut(), null_mut());
    // SAFETY: texts that live as long, and handles of ours.
    unsafe {
        assert_eq!((library.context_new)(&config, &mut context, null_mut()), sys::PGIAM_OK);
        let took = cost(count, || {
            (library.before_connect)(context, &request, &mut reply, null_mut());
            (library.reply_free)(reply);
        });
        (library.context_free)(context);
        Ok(took)
    }
}

fn cost(count: u32, mut call: impl FnMut()) -> f64 {
    let mut once = || {
        let start = processor_seconds();
        (0..count).for_each(|_| call());
        (processor_seconds() - start) / f64::from(count) * 1e6
    };
    (0..5).map(|_| once()).fold(f64::INFINITY, f64::min)
}

#[repr(C)]
struct Time {
    seconds: i64, // time_t of the 64-bit systems that this runs on
    nanoseconds: c_long,
}

extern "C" {
    fn clock_gettime(clock: c_int, time: *mut Time) -> c_int;
}

fn processor_seconds() -> f64 {
    let mut time = Time { seconds: 0, nanoseconds: 0 };
    // SAFETY: CLOCK_PROCESS_CPUTIME_ID, into a struct of ours.
    unsafe { clock_gettime(2, &mut time) };
    time.seconds as f64 + time.nanoseconds as f64 / 1e9
}
