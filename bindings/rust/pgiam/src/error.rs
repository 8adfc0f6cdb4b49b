//! The one type of error, and how it is read from the library's.

use crate::sys;
use std::ffi::CStr;
use std::fmt;
use std::os::raw::c_char;
use std::sync::Arc;

/// What a source of credentials of the program's own fails with.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
pub type Result<T> = std::result::Result<T, Error>;

/// Why there is no token, or what a refused connection means. None of its texts holds a secret.
///
/// `Display` is the whole story, in lines; `source()` is what the program's own credentials failed with.
#[derive(Clone)]
pub struct Error {
    facts: Arc<Facts>,
}

#[derive(Default)]
pub(crate) struct Facts {
    pub status: String,
    pub message: String,
    pub hint: String,
    pub code: String,
    pub evidence: String,
    pub provider: String,
    pub remote: String,
    pub sqlstate: String,
    pub explanation: String,
    pub retryable: bool,
    pub retry_after_ms: u64,
    pub commands: Vec<String>,
    pub causes: Vec<Error>,
    pub source: Option<Arc<BoxError>>,
}

impl Error {
    /// The status's name: "NO_CREDENTIALS", "DENIED", "TIMEOUT", "NOT_APPLICABLE" …
    pub fn status(&self) -> &str {
        &self.facts.status
    }
    /// One sentence.
    pub fn message(&self) -> &str {
        &self.facts.message
    }
    /// What to do next; "" if nothing is known.
    pub fn hint(&self) -> &str {
        &self.facts.hint
    }
    /// For programs, never renamed: "no_rds_iam"; "" where the status says it all.
    pub fn code(&self) -> &str {
        &self.facts.code
    }
    /// What the code rests on.
    pub fn evidence(&self) -> &str {
        &self.facts.evidence
    }
    /// The source of credentials that failed: "aws.sso".
    pub fn provider(&self) -> &str {
        &self.facts.provider
    }
    /// The cloud's code and the request's id.
    pub fn remote(&self) -> &str {
        &self.facts.remote
    }
    /// Of a refusal by a server.
    pub fn sqlstate(&self) -> &str {
        &self.facts.sqlstate
    }
    /// What to type, best first.
    pub fn commands(&self) -> &[String] {
        &self.facts.commands
    }
    /// Each source that was tried, or what may be behind a refusal.
    pub fn causes(&self) -> &[Error] {
        &self.facts.causes
    }
    /// Whether the same call may succeed later …
    pub fn is_retryable(&self) -> bool {
        self.facts.retryable
    }
    /// … and not before so many milliseconds; 0: not known.
    pub fn retry_after_ms(&self) -> u64 {
        self.facts.retry_after_ms
    }
    /// The host is not one of ours: connect as if pgiam were absent.
    pub fn is_not_applicable(&self) -> bool {
        self.facts.status == "NOT_APPLICABLE"
    }

    pub fn new(status: &str, code: &str, message: impl Into<String>) -> Error {
        let facts = Facts { status: status.into(), code: code.into(), message: message.into(), ..Facts::default() };
        Error::from(facts)
    }

    /// Tells, beside what the library says, what the program's own credentials failed with.
    pub(crate) fn caused_by(self, source: Option<Arc<BoxError>>) -> Error {
        if source.is_none() {
            return self;
        }
        match Arc::try_unwrap(self.facts) {
            Ok(facts) => Error::from(Facts { source, ..facts }),
            Err(facts) => Error { facts },
        }
    }
}

impl From<Facts> for Error {
    fn from(facts: Facts) -> Error {
        Error { facts: Arc::new(facts) }
    }
}

impl From<sys::LoadError> for Error {
    fn from(error: sys::LoadError) -> Error {
        let hint = error.hint.to_string();
        let (status, code) = ("UNSUPPORTED".to_string(), error.code.to_string());
        Error::from(Facts { status, code, message: error.message, hint, ..Facts::default() })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facts = &self.facts;
        if !facts.explanation.is_empty() {
            return f.write_str(facts.explanation.trim_end());
        }
        f.write_str(&facts.message)?;
        if facts.hint.is_empty() {
            return Ok(());
        }
        write!(f, "\n  hint: {}", facts.hint)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facts = &self.facts;
        f.debug_struct("Error")
            .field("status", &facts.status)
            .field("message", &facts.message)
            .field("hint", &facts.hint)
            .field("code", &facts.code)
            .field("causes", &facts.causes)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source = self.facts.source.as_ref()?;
        Some(&***source)
    }
}

// ---- Reading the library's ----

/// "NETWORK" of PGIAM_E_NETWORK.
pub(crate) fn status_name(library: &sys::Library, status: sys::pgiam_status) -> String {
    // SAFETY: static names.
    let name = unsafe { text((library.status_name)(status)) };
    let short = name.strip_prefix("PGIAM_E_").or_else(|| name.strip_prefix("PGIAM_"));
    short.map(str::to_string).unwrap_or(name)
}

/// # Safety
/// NUL-terminated, or null.
pub(crate) unsafe fn text(of: *const c_char) -> String {
    if of.is_null() {
        return String::new();
    }
    CStr::from_ptr(of).to_string_lossy().into_owned()
}

/// An error that is borrowed, a warning of an answer's, say.
///
/// # Safety
/// `error` is the library's, and lives during the call.
pub(crate) unsafe fn read(library: &sys::Library, error: *const sys::pgiam_error) -> Error {
    read_with_status(library, error, (library.error_status)(error))
}

unsafe fn read_with_status(library: &sys::Library, error: *const sys::pgiam_error, status: sys::pgiam_status) -> Error {
    let field = |number| text((library.error_text)(error, number));
    let commands = (0..).map(|i| (library.error_command)(error, i)).take_while(|command| !command.is_null());
    let causes = (0..).map(|i| (library.error_cause)(error, i)).take_while(|cause| !cause.is_null());
    Error::from(Facts {
        status: status_name(library, status),
        message: field(sys::PGIAM_ERROR_MESSAGE),
        hint: field(sys::PGIAM_ERROR_HINT),
        code: field(sys::PGIAM_ERROR_CODE),
        evidence: field(sys::PGIAM_ERROR_EVIDENCE),
        provider: field(sys::PGIAM_ERROR_PROVIDER),
        remote: field(sys::PGIAM_ERROR_REMOTE),
        sqlstate: field(sys::PGIAM_ERROR_SQLSTATE),
        explanation: field(sys::PGIAM_ERROR_EXPLANATION),
        retryable: (library.error_number)(error, sys::PGIAM_ERROR_RETRYABLE) != 0,
        retry_after_ms: (library.error_number)(error, sys::PGIAM_ERROR_RETRY_AFTER_MS).try_into().unwrap_or(0),
        commands: commands.map(|command| text(command)).collect(),
        causes: causes.map(|cause| read(library, cause)).collect(),
        source: None,
    })
}

/// The error of a call that failed; frees the library's.
///
/// # Safety
/// `error` is the caller's own, or null.
pub(crate) unsafe fn take(library: &sys::Library, status: sys::pgiam_status, error: *mut sys::pgiam_error) -> Error {
    if error.is_null() {
        let name = status_name(library, status);
        return Error::new(&name, "", format!("the library gave no reason ({})", name));
    }
    let taken = read_with_status(library, error, status);
    (library.error_free)(error);
    taken
}
