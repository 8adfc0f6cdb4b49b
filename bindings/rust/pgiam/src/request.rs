//! What a caller says, and the same in the library's form.

use crate::conninfo;
use crate::credentials::Provider;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::sys;
use std::fmt;
use std::os::raw::c_char;
use std::ptr::null;
use std::time::Duration;

/// What a token is asked for. `Request::new(host, user)`, or the fields.
#[derive(Clone, Default)]
pub struct Request {
    pub host: String,
    /// 0: 5432
    pub port: u16,
    pub user: String,
    /// What psql takes, as `host=… user=…` or `postgresql://…`; the fields win over it.
    pub conninfo: Option<String>,
    /// libpq's keywords, as the client resolved them; over those of the conninfo.
    pub keywords: Vec<(String, String)>,
    /// pgiam's own options, for this call: ("profile", "prod").
    pub options: Vec<(String, String)>,
    /// The keywords that the caller sets from `Answer::params`, "*" for all; `None`: "password,sslmode,sslrootcert".
    pub can_apply: Option<String>,
    /// The program's own, in place of all that would be looked for.
    pub credentials: Option<Provider>,
    /// For the whole call; `None`: the context's.
    pub timeout: Option<Duration>,
}

impl Request {
    pub fn new(host: impl Into<String>, user: impl Into<String>) -> Request {
        Request { host: host.into(), user: user.into(), ..Request::default() }
    }
    pub fn from_conninfo(conninfo: impl Into<String>) -> Request {
        Request { conninfo: Some(conninfo.into()), ..Request::default() }
    }
    pub fn port(mut self, port: u16) -> Request {
        self.port = port;
        self
    }
    pub fn option(mut self, key: impl Into<String>, value: impl Into<String>) -> Request {
        self.options.push((key.into(), value.into()));
        self
    }
    pub fn keyword(mut self, key: impl Into<String>, value: impl Into<String>) -> Request {
        self.keywords.push((key.into(), value.into()));
        self
    }
    pub fn can_apply(mut self, keywords: impl Into<String>) -> Request {
        self.can_apply = Some(keywords.into());
        self
    }
    pub fn credentials(mut self, provider: &Provider) -> Request {
        self.credentials = Some(provider.clone());
        self
    }
    pub fn timeout(mut self, timeout: Duration) -> Request {
        self.timeout = Some(timeout);
        self
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A conninfo and the values of keywords may hold a password.
        let keywords: Vec<&str> = self.keywords.iter().map(|(key, _)| key.as_str()).collect();
        f.debug_struct("Request")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("user", &self.user)
            .field("conninfo", &self.conninfo.as_ref().map(|_| "***"))
            .field("keywords", &keywords)
            .field("options", &self.options)
            .field("can_apply", &self.can_apply)
            .finish_non_exhaustive()
    }
}

/// Texts with a NUL behind each, which stay where they are until they are wiped.
pub(crate) struct Texts(Vec<u8>);

impl Texts {
    /// Room for texts of these lengths.
    pub(crate) fn with_room_for(lengths: impl Iterator<Item = usize>) -> Texts {
        Texts(Vec::with_capacity(lengths.map(|length| length + 1).sum()))
    }

    /// The text as C has it. One with a NUL would be another's: a token for app\0x is one for app.
    pub(crate) fn put(&mut self, name: &str, text: &str) -> Result<*const c_char> {
        if text.as_bytes().contains(&0) {
            return Err(Error::new("INVALID_ARGUMENT", "nul_in_text", format!("{} has a NUL in it", name)));
        }
        let start = self.0.len();
        assert!(self.0.capacity() - start > text.len(), "what was put before has to stay where it is");
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(0);
        Ok(self.0[start..].as_ptr().cast())
    }

    pub(crate) fn pairs<'a>(&mut self, of: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Vec<sys::pgiam_option>> {
        of.map(|(key, value)| {
            let value = self.put(key, value)?;
            Ok(sys::pgiam_option { key: self.put("a key", key)?, value })
        })
        .collect()
    }
}

impl Drop for Texts {
    fn drop(&mut self) {
        for byte in &mut self.0 {
            // SAFETY: a byte of ours.
            unsafe { std::ptr::write_volatile(byte, 0) };
        }
    }
}

pub(crate) fn lengths<'a>(of: impl Iterator<Item = (&'a str, &'a str)> + 'a) -> impl Iterator<Item = usize> + 'a {
    of.flat_map(|(key, value)| [key.len(), value.len()])
}

pub(crate) fn borrowed(of: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    of.iter().map(|(key, value)| (key.as_str(), value.as_str()))
}

/// A request in the library's form, with what it points at.
pub(crate) struct Native {
    pub(crate) raw: sys::pgiam_request,
    _texts: Texts,
    _options: Vec<sys::pgiam_option>,
    _keywords: Vec<sys::pgiam_option>,
}

// SAFETY: its pointers lead into itself.
unsafe impl Send for Native {}

impl Native {
    pub(crate) fn of(request: &Request, identity: Option<&str>) -> Result<Native> {
        let parsed: Vec<(String, Secret)> = match &request.conninfo {
            Some(text) => conninfo::parse_secret(text)?,
            None => Vec::new(),
        };
        let keywords = || {
            let given = borrowed(&request.keywords);
            parsed.iter().map(|(key, value)| (key.as_str(), value.expose())).chain(given)
        };
        let single = [&request.host, &request.user];
        let rest = request.can_apply.iter().map(String::len).chain(identity.map(str::len));
        let mut texts = Texts::with_room_for(
            (single.iter().map(|text| text.len()))
                .chain(rest)
                .chain(lengths(keywords()))
                .chain(lengths(borrowed(&request.options))),
        );
        let mut optional = |name, text: Option<&str>| match text {
            Some(text) if !text.is_empty() => texts.put(name, text),
            _ => Ok(null()),
        };
        let mut raw = sys::pgiam_request {
            host: optional("host", Some(&request.host))?,
            user: optional("user", Some(&request.user))?,
            can_apply: optional("can_apply", request.can_apply.as_deref())?,
            credentials_identity: optional("the identity", identity)?,
            port: request.port.into(),
            timeout_ms: milliseconds(request.timeout),
            ..sys::pgiam_request::default()
        };
        let options = texts.pairs(borrowed(&request.options))?;
        let keywords = texts.pairs(keywords())?;
        (raw.options, raw.option_count) = (options.as_ptr(), options.len());
        (raw.keywords, raw.keyword_count) = (keywords.as_ptr(), keywords.len());
        Ok(Native { raw, _texts: texts, _options: options, _keywords: keywords })
    }
}

/// As the library counts; less than one is not "the context's".
fn milliseconds(timeout: Option<Duration>) -> i64 {
    timeout.map_or(0, |timeout| timeout.as_millis().try_into().unwrap_or(i64::MAX).max(1))
}
