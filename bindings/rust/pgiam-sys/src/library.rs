//! Finds the library and loads it, once for the life of the process.

use crate::{pgiam_api, pgiam_get_api_fn, PGIAM_ABI_MAJOR, PGIAM_ABI_MINOR};
use std::ffi::{CStr, CString, OsStr};
use std::fmt;
use std::mem::size_of;
use std::os::raw::{c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::Mutex;

const FILE: &str = "libpgiam.so.1";
const GET_IT: &str =
    "install pgiam (its package, or `cmake --install`), or set PGIAM_LIBRARY to the full path of libpgiam.so.1";

/// The library's functions.
pub type Library = pgiam_api;

/// Why there is no library to call.
#[derive(Clone, Debug)]
pub struct LoadError {
    /// "no_library" or "library_version".
    pub code: &'static str,
    pub message: String,
    pub hint: &'static str,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  hint: {}", self.message, self.hint)
    }
}

impl std::error::Error for LoadError {}

/// The library, loaded by the first call that finds one. It stays: pgiam.h forbids to unload it.
pub fn library() -> Result<&'static Library, LoadError> {
    static LOADED: Mutex<Option<&'static Library>> = Mutex::new(None);
    let mut loaded = LOADED.lock().unwrap_or_else(|broken| broken.into_inner());
    if loaded.is_none() {
        *loaded = Some(load()?);
    }
    Ok(loaded.expect("it was just set"))
}

#[cfg_attr(target_os = "linux", link(name = "dl"))]
extern "C" {
    fn dlopen(file: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    fn dlerror() -> *const c_char;
}
const RTLD_NOW: c_int = 2;

fn load() -> Result<&'static Library, LoadError> {
    let mut tried = Vec::new();
    for (path, place) in candidates() {
        match open(path.as_os_str()) {
            Ok(handle) => return table_of(handle, &path.display().to_string()),
            Err(reason) => tried.push(format!("{}: {}", place, reason)),
        }
    }
    let message = format!("{} was not found; looked for as {}", FILE, tried.join("; "));
    Err(LoadError { code: "no_library", message, hint: GET_IT })
}

/// Where to look, each with how it is told to a person.
fn candidates() -> Vec<(PathBuf, String)> {
    if let Some(named) = std::env::var_os("PGIAM_LIBRARY").filter(|named| !named.is_empty()) {
        let path = PathBuf::from(named);
        let place = format!("{} (PGIAM_LIBRARY)", path.display());
        return vec![(path, place)];
    }
    let beside = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.join(FILE)));
    let mut found: Vec<_> = beside.into_iter().map(|path| (path.clone(), path.display().to_string())).collect();
    found.push((PathBuf::from(FILE), format!("{} (the system's linker)", FILE)));
    found
}

fn open(path: &OsStr) -> Result<*mut c_void, String> {
    let path = CString::new(path.as_bytes()).map_err(|_| "its name has a NUL in it".to_string())?;
    // SAFETY: a NUL-terminated path; dlerror's text lives until the next call of this thread's.
    unsafe {
        let handle = dlopen(path.as_ptr(), RTLD_NOW);
        if !handle.is_null() {
            return Ok(handle);
        }
        let reason = dlerror();
        Err(if reason.is_null() {
            "no reason given".into()
        } else {
            CStr::from_ptr(reason).to_string_lossy().into_owned()
        })
    }
}

/// Refuses a library of another ABI by name, before a function that it lacks is missed.
fn table_of(handle: *mut c_void, name: &str) -> Result<&'static Library, LoadError> {
    // SAFETY: the two symbols have these types in every version of the library.
    let (version, table) = unsafe {
        let version = dlsym(handle, b"pgiam_abi_version\0".as_ptr().cast());
        let get_api = dlsym(handle, b"pgiam_get_api\0".as_ptr().cast());
        if version.is_null() || get_api.is_null() {
            let message = format!("{} is not pgiam's library", name);
            return Err(LoadError { code: "no_library", message, hint: GET_IT });
        }
        let version: unsafe extern "C" fn() -> u32 = std::mem::transmute(version);
        let get_api: pgiam_get_api_fn = std::mem::transmute(get_api);
        (version(), get_api(PGIAM_ABI_MAJOR))
    };
    let (major, minor) = (version >> 16, version & 0xffff);
    let is_older = major < PGIAM_ABI_MAJOR || (major == PGIAM_ABI_MAJOR && minor < PGIAM_ABI_MINOR);
    // SAFETY: a table begins with its size, and is static.
    if table.is_null() || is_older || (unsafe { (*table).struct_size } as usize) < size_of::<pgiam_api>() {
        let age = if major > PGIAM_ABI_MAJOR { "newer" } else { "older" };
        let message = format!(
            "{} speaks ABI {}.{}, which is {} than the {}.{} that this crate is for",
            name, major, minor, age, PGIAM_ABI_MAJOR, PGIAM_ABI_MINOR
        );
        return Err(LoadError {
            code: "library_version",
            message,
            hint: "install the crate and the library of one version",
        });
    }
    // SAFETY: checked to be at least as long as what is declared here.
    Ok(unsafe { &*table })
}
