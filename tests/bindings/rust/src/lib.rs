//! What the programs share.

pub mod json;
pub mod wait;
pub mod world;
