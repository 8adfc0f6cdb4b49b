//! What the trials see of their process, and of the slow source of credentials that test_trials.py sets up.

use std::path::PathBuf;
use std::time::{Duration, Instant};

pub const HOST: &str = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com";

pub fn request() -> pgiam::Request {
    pgiam::Request::new(HOST, "app")
}

pub fn context() -> pgiam::Context {
    pgiam::Context::new([("cache", "memory")]).expect("a context")
}

/// How often the slow source has been started.
pub fn runs() -> usize {
    std::fs::read_to_string(folder().join("runs")).map_or(0, |text| text.lines().count())
}

/// Those that wait at it answer, and so do all that come.
pub fn open_gate() {
    std::fs::write(folder().join("gate"), "").expect("a gate");
}

fn folder() -> PathBuf {
    std::env::var_os("HOME").expect("a home").into()
}

pub fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").expect("a list of threads").count()
}

pub fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").expect("a list of descriptors").count()
}

pub fn resident_bytes() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").expect("sizes");
    let pages: usize = text.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("pages");
    pages * 4096
}

pub fn until(condition: impl Fn() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < Duration::from_secs(120), "the condition did not come true");
        std::thread::sleep(Duration::from_millis(10));
    }
}
