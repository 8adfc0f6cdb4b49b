//! A context: where tokens come from, with what was cached.

use crate::answer::{Answer, Reply};
use crate::error::{self, Result};
use crate::fetch::Fetch;
use crate::operation::Operation;
use crate::options::{Level, LogFn, Options};
use crate::questions::{self, Asker, Supplier};
use crate::request::{borrowed, lengths, Native, Request, Texts};
use crate::secret::Secret;
use crate::sys;
use std::fmt;
use std::os::raw::{c_char, c_void};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr::null_mut;
use std::sync::{Arc, Mutex};

/// Make one, and use it from every thread and task; clones are the same one. It ends with the last of them.
#[derive(Clone)]
pub struct Context {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) library: &'static sys::Library,
    pub(crate) handle: *mut sys::pgiam_context,
    _log: Option<Box<Arc<LogFn>>>,
    _asker: Option<Box<Asker>>,
}

// SAFETY: "A pgiam_context may be used from any thread at once."
unsafe impl Send for Inner {}
unsafe impl Sync for Inner {}

impl Drop for Inner {
    fn drop(&mut self) {
        // SAFETY: nobody has it any more; its callbacks are waited for before what they use goes.
        unsafe { (self.library.context_free)(self.handle) }
    }
}

impl Context {
    /// `Context::new(())`, `Context::new([("profile", "prod")])`, `Context::new(Options::new().set(…).log(…))`.
    pub fn new(options: impl Into<Options>) -> Result<Context> {
        Context::made_of(options.into())
    }

    /// The password to connect with now. Ask again for every connection: it lives for 15 minutes. Waits; in an async
    /// program await `token_async`.
    pub fn token(&self, request: &Request) -> Result<Secret> {
        self.ask(request)?.token()
    }

    /// The same with all that is known about it.
    pub fn answer(&self, request: &Request) -> Result<Answer> {
        self.ask(request)?.answer()
    }

    /// The same as a future of no particular runtime: one thread of the process waits for all. Dropping it cancels.
    pub fn token_async(&self, request: &Request) -> Fetch<Secret> {
        Fetch::new(self, request, Reply::token)
    }

    pub fn answer_async(&self, request: &Request) -> Fetch<Answer> {
        Fetch::new(self, request, Reply::answer)
    }

    fn ask(&self, request: &Request) -> Result<Reply> {
        let prepared = Prepared::of(request)?;
        match self.from_memory(&prepared) {
            Some(reply) => Ok(reply),
            None => Operation::start(self, prepared)?.wait(),
        }
    }

    /// `None`: it has to be fetched, or there is none, which an operation tells with its reason.
    pub(crate) fn from_memory(&self, prepared: &Prepared) -> Option<Reply> {
        let mut request = prepared.native.raw;
        request.flags |= sys::PGIAM_REQUEST_NO_WAIT;
        let (library, mut reply) = (self.inner.library, null_mut());
        // SAFETY: the request and what it points at live during the call; the reply is ours.
        unsafe {
            let status = (library.before_connect)(self.inner.handle, &request, &mut reply, null_mut());
            (status == sys::PGIAM_OK).then(|| Reply::new(library, reply))
        }
    }

    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }

    fn made_of(options: Options) -> Result<Context> {
        let library = sys::library()?;
        let (name, version) = ("pgiam-rust", env!("CARGO_PKG_VERSION"));
        let mut texts =
            Texts::with_room_for(lengths(borrowed(&options.pairs)).chain([name.len(), version.len()].into_iter()));
        let pairs = texts.pairs(borrowed(&options.pairs))?;
        // What callbacks are given, at a place of its own.
        let (level, log) = options.log.map_or((0, None), |(level, log)| (level as i32, Some(Box::new(log))));
        let asker = options.asker.map(Box::new);
        let config = sys::pgiam_config {
            log_level: level,
            host_name: texts.put("host_name", name)?,
            host_version: texts.put("host_version", version)?,
            options: pairs.as_ptr(),
            option_count: pairs.len(),
            log: Some(logged),
            log_user_data: log.as_ref().map_or(null_mut(), |log| &**log as *const Arc<LogFn> as *mut c_void),
            ask: asker.as_ref().map(|_| questions::asked_for_person as sys::pgiam_ask_fn),
            ask_user_data: asker.as_ref().map_or(null_mut(), |asker| &**asker as *const Asker as *mut c_void),
            ..sys::pgiam_config::default()
        };
        let (mut handle, mut refused) = (null_mut(), null_mut());
        // SAFETY: what the config points at is copied, but for what callbacks are given, which lives as long.
        let status = unsafe { (library.context_new)(&config, &mut handle, &mut refused) };
        if status != sys::PGIAM_OK {
            return Err(unsafe { error::take(library, status, refused) });
        }
        Ok(Context { inner: Arc::new(Inner { library, handle, _log: log, _asker: asker }) })
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Context")
    }
}

unsafe extern "C" fn logged(log: *mut c_void, level: i32, component: *const c_char, message: *const c_char) {
    if log.is_null() {
        return;
    }
    let log = &*(log as *const Arc<LogFn>);
    let level = match level {
        sys::PGIAM_LOG_ERROR => Level::Error,
        sys::PGIAM_LOG_WARN => Level::Warn,
        sys::PGIAM_LOG_INFO => Level::Info,
        _ => Level::Debug,
    };
    let _ = catch_unwind(AssertUnwindSafe(|| log(level, &error::text(component), &error::text(message))));
}

/// A request in the library's form, and who answers for its credentials.
pub(crate) struct Prepared {
    pub(crate) native: Native,
    pub(crate) supplier: Option<Box<Supplier>>,
}

impl Prepared {
    pub(crate) fn of(request: &Request) -> Result<Prepared> {
        let supplier = request.credentials.as_ref().map(Supplier::of);
        let identity = request.credentials.as_ref().map(|provider| &*provider.identity);
        let mut native = Native::of(request, identity)?;
        if let Some(supplier) = &supplier {
            supplier.join(&mut native.raw);
        }
        Ok(Prepared { native, supplier })
    }
}

/// The context of the process, with no options of its own.
pub fn default_context() -> Result<Context> {
    static DEFAULT: Mutex<Option<Context>> = Mutex::new(None);
    let mut known = DEFAULT.lock().unwrap_or_else(|broken| broken.into_inner());
    if known.is_none() {
        *known = Some(Context::new(())?);
    }
    Ok(known.clone().expect("it was just set"))
}

/// What the library that was loaded calls itself: "1.4.2".
pub fn library_version() -> Result<String> {
    let library = sys::library()?;
    // SAFETY: static text.
    Ok(unsafe { error::text((library.version)()) })
}

/// Whether PGIAM_DISABLE switches pgiam off: what wraps a driver then connects as if it were absent.
pub fn is_disabled() -> bool {
    std::env::var_os("PGIAM_DISABLE")
        .map_or(false, |value| matches!(value.to_string_lossy().to_lowercase().as_str(), "1" | "yes" | "true" | "on"))
}
