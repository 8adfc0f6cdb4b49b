//! As much of libpq as the example needs, loaded at run time, so that it builds where no driver is at hand.

use std::ffi::{CStr, CString};
use std::mem::transmute;
use std::os::raw::{c_char, c_int, c_void};
use std::ptr::null;

#[cfg_attr(target_os = "linux", link(name = "dl"))]
extern "C" {
    fn dlopen(file: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
}

/// PQconninfoOption
#[repr(C)]
struct Known {
    keyword: *const c_char,
    environment: *const c_char,
    compiled: *const c_char,
    value: *const c_char,
    _label: *const c_char,
    _shown: *const c_char,
    _size: c_int,
}

#[derive(Clone, Copy)]
struct Libpq {
    conndefaults: unsafe extern "C" fn() -> *mut Known,
    conninfo_free: unsafe extern "C" fn(*mut Known),
    connect: unsafe extern "C" fn(*const *const c_char, *const *const c_char, c_int) -> *mut c_void,
    status: unsafe extern "C" fn(*mut c_void) -> c_int,
    error: unsafe extern "C" fn(*mut c_void) -> *const c_char,
    finish: unsafe extern "C" fn(*mut c_void),
    exec: unsafe extern "C" fn(*mut c_void, *const c_char) -> *mut c_void,
    value: unsafe extern "C" fn(*mut c_void, c_int, c_int) -> *const c_char,
    count: unsafe extern "C" fn(*mut c_void) -> c_int,
    clear: unsafe extern "C" fn(*mut c_void),
}

fn libpq() -> Result<Libpq, String> {
    // SAFETY: libpq's functions, of these types since ever.
    unsafe {
        let library = dlopen(b"libpq.so.5\0".as_ptr().cast(), 2);
        let function = |name: &[u8]| dlsym(library, name.as_ptr().cast());
        if library.is_null() || function(b"PQconnectdbParams\0").is_null() {
            return Err("libpq.so.5 was not found: install libpq5".into());
        }
        Ok(Libpq {
            conndefaults: transmute(function(b"PQconndefaults\0")),
            conninfo_free: transmute(function(b"PQconninfoFree\0")),
            connect: transmute(function(b"PQconnectdbParams\0")),
            status: transmute(function(b"PQstatus\0")),
            error: transmute(function(b"PQerrorMessage\0")),
            finish: transmute(function(b"PQfinish\0")),
            exec: transmute(function(b"PQexec\0")),
            value: transmute(function(b"PQgetvalue\0")),
            count: transmute(function(b"PQntuples\0")),
            clear: transmute(function(b"PQclear\0")),
        })
    }
}

/// libpq's keywords as it resolves them: its variables, its service file, and what it finds out. What it would do where
/// nobody says anything (sslmode=prefer) is left to the library.
pub fn defaults() -> Result<Vec<(String, String)>, String> {
    let libpq = libpq()?;
    let mut found = Vec::new();
    // SAFETY: an array that ends with an entry without a keyword.
    unsafe {
        let first = (libpq.conndefaults)();
        let mut known = first;
        while !known.is_null() && !(*known).keyword.is_null() {
            if !(*known).value.is_null() && is_said(&*known) {
                found.push((text((*known).keyword), text((*known).value)));
            }
            known = known.add(1);
        }
        (libpq.conninfo_free)(first);
    }
    Ok(found)
}

unsafe fn is_said(known: &Known) -> bool {
    let is_in_environment = !known.environment.is_null() && std::env::var_os(text(known.environment)).is_some();
    is_in_environment || known.compiled.is_null() || text(known.compiled) != text(known.value)
}

unsafe fn text(of: *const c_char) -> String {
    CStr::from_ptr(of).to_string_lossy().into_owned()
}

pub struct Connection {
    libpq: Libpq,
    handle: *mut c_void,
}

impl Connection {
    /// The second list over the first.
    pub fn open(keywords: &[(String, String)], over: &[(&str, &str)]) -> Result<Connection, String> {
        let libpq = libpq()?;
        let c = |text: &str| CString::new(text).map_err(|_| "a NUL in a keyword".to_string());
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        let plain = keywords.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        for (key, value) in
            plain.filter(|(key, _)| over.iter().all(|(other, _)| other != key)).chain(over.iter().copied())
        {
            keys.push(c(key)?);
            values.push(c(value)?);
        }
        let ended = |list: &[CString]| list.iter().map(|text| text.as_ptr()).chain([null()]).collect::<Vec<_>>();
        // SAFETY: two arrays that end with a null, for the time of the call.
        let handle = unsafe { (libpq.connect)(ended(&keys).as_ptr(), ended(&values).as_ptr(), 0) };
        let connection = Connection { libpq, handle };
        // SAFETY: the connection lives.
        match unsafe { (libpq.status)(handle) } {
            0 => Ok(connection),
            _ => Err(connection.error()),
        }
    }

    /// The first value of the result.
    pub fn value(&self, query: &str) -> Result<String, String> {
        let query = CString::new(query).map_err(|_| "a NUL in a query".to_string())?;
        // SAFETY: the result is cleared once.
        unsafe {
            let result = (self.libpq.exec)(self.handle, query.as_ptr());
            let value = match (self.libpq.count)(result) {
                0 => Err(self.error()),
                _ => Ok(text((self.libpq.value)(result, 0, 0))),
            };
            (self.libpq.clear)(result);
            value
        }
    }

    fn error(&self) -> String {
        // SAFETY: the connection lives.
        unsafe { text((self.libpq.error)(self.handle)).trim_end().to_string() }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // SAFETY: ours, and finished once.
        unsafe { (self.libpq.finish)(self.handle) }
    }
}
