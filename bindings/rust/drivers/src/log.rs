//! `Options::log(Level::Info, pgiam_drivers::log::forward)`: to the crate `log`, and by `tracing-log` to `tracing`.

use pgiam::Level;

pub fn forward(level: Level, component: &str, message: &str) {
    let level = match level {
        Level::Error => log::Level::Error,
        Level::Warn => log::Level::Warn,
        Level::Info => log::Level::Info,
        Level::Debug => log::Level::Debug,
    };
    log::log!(target: "pgiam", level, "{component}: {message}");
}
