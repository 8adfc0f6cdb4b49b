//! The declarations of `pgiam.h`, and the library that has the functions, loaded at run time.
//!
//! Nothing is linked: [`library`] looks for `libpgiam.so.1` as the variable PGIAM_LIBRARY, beside the
//! program, and where the system's linker looks. `tests/bindings/rust/test_drift.py` holds these
//! declarations against the header. The safe crate over this one is `pgiam`.
#![allow(non_camel_case_types)]

mod api;
mod constants;
mod library;
mod structs;

pub use api::*;
pub use constants::*;
pub use library::{library, Library, LoadError};
pub use structs::*;
