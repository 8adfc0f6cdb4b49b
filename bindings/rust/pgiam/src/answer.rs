//! What the library answers: a token, and what is known about it.

use crate::error::{self, Error, Result};
use crate::secret::Secret;
use crate::sys;
use std::ffi::CStr;
use std::fmt;
use std::time::{Duration, SystemTime};

/// A token and what is known about it. No form of it shows the token.
#[non_exhaustive]
pub struct Answer {
    /// What to send as the password.
    pub token: Secret,
    /// A connection must start before this; `None`: unknown.
    pub expires_at: Option<SystemTime>,
    pub credentials_expire_at: Option<SystemTime>,
    /// The endpoint that the token is for.
    pub host: String,
    pub port: u16,
    pub region: String,
    /// Where the credentials are from: "aws.sso".
    pub provider: String,
    /// Whose they are, masked.
    pub principal: String,
    /// "aws.rds"
    pub target: String,
    /// The rule of the configuration file that applied; "" if none.
    pub rule: String,
    pub from_cache: bool,
    /// What a person should know although it worked.
    pub warnings: Vec<Error>,
    /// libpq's keywords to set over one's own, the password among them.
    pub params: Params,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("region", &self.region)
            .field("provider", &self.provider)
            .field("params", &self.params)
            .finish_non_exhaustive()
    }
}

/// libpq's keywords to set; `Debug` shows no secret.
#[derive(Clone, Default)]
pub struct Params(Vec<Param>);

#[derive(Clone)]
struct Param {
    key: String,
    value: Secret,
    is_secret: bool,
}

impl Params {
    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == key).map(|(_, value)| value)
    }
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|param| (param.key.as_str(), param.value.expose()))
    }

    /// # Safety
    /// `at` is one of the library's functions that tell parameters by their index.
    pub(crate) unsafe fn read(at: impl Fn(usize, *mut sys::pgiam_param) -> sys::pgiam_status) -> Result<Params> {
        let mut found = Vec::new();
        loop {
            let mut param = sys::pgiam_param::default();
            if at(found.len(), &mut param) != sys::PGIAM_OK {
                return Ok(Params(found));
            }
            let is_secret = param.flags & sys::PGIAM_PARAM_SECRET != 0;
            found.push(Param { key: error::text(param.key), value: secret_text(param.value)?, is_secret });
        }
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.iter().map(|param| (&param.key, if param.is_secret { "***" } else { param.value.expose() }));
        f.debug_map().entries(shown).finish()
    }
}

unsafe fn secret_text(of: *const std::os::raw::c_char) -> Result<Secret> {
    match CStr::from_ptr(of).to_str() {
        Ok(text) => Ok(Secret::from(text)),
        Err(_) => Err(Error::new("INVALID_ARGUMENT", "not_utf8", "a value of the connection is not UTF-8")),
    }
}

/// A reply of the library's, freed when it goes.
pub(crate) struct Reply {
    library: &'static sys::Library,
    handle: *mut sys::pgiam_reply,
}

// SAFETY: a reply belongs to one thread at a time.
unsafe impl Send for Reply {}

impl Drop for Reply {
    fn drop(&mut self) {
        // SAFETY: ours, and freed once.
        unsafe { (self.library.reply_free)(self.handle) }
    }
}

impl Reply {
    /// # Safety
    /// `handle` is the caller's own, handed over.
    pub(crate) unsafe fn new(library: &'static sys::Library, handle: *mut sys::pgiam_reply) -> Reply {
        Reply { library, handle }
    }

    /// The token alone: the quick way for who wants no more.
    pub(crate) fn token(&self) -> Result<Secret> {
        let mut param = sys::pgiam_param::default();
        // SAFETY: the reply lives, and what it tells lives as long.
        unsafe {
            let mut index = 0;
            while (self.library.reply_param)(self.handle, index, &mut param) == sys::PGIAM_OK {
                if CStr::from_ptr(param.key).to_bytes() == b"password" {
                    return secret_text(param.value);
                }
                index += 1;
                param = sys::pgiam_param::default();
            }
        }
        Err(Error::new("INTERNAL", "", "the library's answer has no password"))
    }

    pub(crate) fn answer(&self) -> Result<Answer> {
        let (library, reply) = (self.library, self.handle);
        // SAFETY: the reply lives, and what it tells is copied.
        unsafe {
            let text = |field| error::text((library.reply_text)(reply, field));
            let number = |field| (library.reply_number)(reply, field);
            let warnings = (0..).map(|i| (library.reply_warning)(reply, i)).take_while(|warning| !warning.is_null());
            let params = Params::read(|i, param| (library.reply_param)(reply, i, param))?;
            Ok(Answer {
                token: Secret::from(params.get("password").unwrap_or("")),
                params,
                expires_at: moment(number(sys::PGIAM_REPLY_TOKEN_EXPIRES_AT)),
                credentials_expire_at: moment(number(sys::PGIAM_REPLY_CREDENTIALS_EXPIRES_AT)),
                host: text(sys::PGIAM_REPLY_SIGNING_HOST),
                port: number(sys::PGIAM_REPLY_SIGNING_PORT).try_into().unwrap_or(0),
                region: text(sys::PGIAM_REPLY_REGION),
                provider: text(sys::PGIAM_REPLY_PROVIDER),
                principal: text(sys::PGIAM_REPLY_PRINCIPAL),
                target: text(sys::PGIAM_REPLY_TARGET),
                rule: text(sys::PGIAM_REPLY_RULE),
                from_cache: number(sys::PGIAM_REPLY_FROM_CACHE) != 0,
                warnings: warnings.map(|warning| error::read(library, warning)).collect(),
            })
        }
    }
}

fn moment(milliseconds: i64) -> Option<SystemTime> {
    let since = u64::try_from(milliseconds).ok().filter(|since| *since != 0)?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(since))
}
