//! Connection strings, as libpq's PQconninfoParse takes them apart.

use crate::answer::Params;
use crate::error::{self, Result};
use crate::request::Texts;
use crate::secret::Secret;
use crate::sys;
use std::ptr::null_mut;

/// The keywords that a connection string gives. No file, no variable and no default is read.
pub fn parse_conninfo(text: &str) -> Result<Params> {
    let library = sys::library()?;
    let mut texts = Texts::with_room_for([text.len()].into_iter());
    let text = texts.put("conninfo", text)?;
    let (mut parsed, mut refused) = (null_mut(), null_mut());
    // SAFETY: the text is NUL-terminated; what comes out is ours, and is freed.
    unsafe {
        let status = (library.conninfo_parse)(text, &mut parsed, &mut refused);
        if status != sys::PGIAM_OK {
            return Err(error::take(library, status, refused));
        }
        let params = Params::read(|i, param| (library.conninfo_at)(parsed, i, param));
        (library.conninfo_free)(parsed);
        params
    }
}

pub(crate) fn parse_secret(text: &str) -> Result<Vec<(String, Secret)>> {
    let params = parse_conninfo(text)?;
    Ok(params.iter().map(|(key, value)| (key.to_string(), Secret::from(value))).collect())
}
