//! Text that is wiped when it goes, and shown only on demand.

use std::fmt;
use std::sync::atomic::{compiler_fence, Ordering};

/// A token, or another secret. Neither `Debug` nor any other form shows it: [`Secret::expose`] does.
/// Its memory is zeroed when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<str>);

impl Secret {
    /// The text: to hand to a driver, and not to keep.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Secret {
        Secret(text.into())
    }
}

impl From<String> for Secret {
    fn from(mut text: String) -> Secret {
        if text.len() == text.capacity() {
            return Secret(text.into_boxed_str());
        }
        // To shorten it might leave a copy where it was.
        let exact = Secret(text.as_str().into());
        wipe(&mut text);
        exact
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

/// Zeroes in a way that is not taken for useless.
pub(crate) fn wipe(text: &mut str) {
    // SAFETY: zeroes are UTF-8.
    for byte in unsafe { text.as_bytes_mut() } {
        // SAFETY: a byte of ours.
        unsafe { std::ptr::write_volatile(byte, 0) };
    }
    compiler_fence(Ordering::SeqCst);
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_shown_on_demand_only() {
        let secret = Secret::from("open sesame");
        assert_eq!(secret.expose(), "open sesame");
        assert_eq!(format!("{:?} {:#?}", secret, Some(&secret)), "Secret(***) Some(\n    Secret(***),\n)");
    }

    #[test]
    fn its_bytes_are_zeroed() {
        let mut text = String::from("open sesame");
        wipe(&mut text);
        assert_eq!(text, "\0".repeat(11));
    }
}
