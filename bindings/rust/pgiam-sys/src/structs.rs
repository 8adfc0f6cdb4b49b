//! The header's handles, callbacks and structs.

use std::os::raw::{c_char, c_void};

pub type pgiam_status = i32;

macro_rules! handles {
    ($($name:ident),*) => {$(
        /// Behind the library's doors.
        #[repr(C)]
        pub struct $name {
            _private: [u8; 0],
        }
    )*};
}
handles!(
    pgiam_error,
    pgiam_answer,
    pgiam_question,
    pgiam_context,
    pgiam_reply,
    pgiam_operation,
    pgiam_attempt,
    pgiam_conninfo
);

pub type pgiam_log_fn = unsafe extern "C" fn(*mut c_void, i32, *const c_char, *const c_char);
pub type pgiam_prompt_fn = unsafe extern "C" fn(*mut c_void, *const pgiam_prompt, *mut pgiam_answer) -> pgiam_status;
pub type pgiam_ask_fn = unsafe extern "C" fn(*mut c_void, *const pgiam_prompt, *mut pgiam_question);
pub type pgiam_done_fn = unsafe extern "C" fn(*mut c_void);
pub type pgiam_examined_fn = unsafe extern "C" fn(*mut c_void, *const c_char, usize);

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pgiam_prompt {
    pub struct_size: u32,
    pub kind: i32,
    pub flags: u32,
    pub id: u32,
    pub expires_in_ms: i64,
    pub title: *const c_char,
    pub subject: *const c_char,
    pub url: *const c_char,
    pub url_complete: *const c_char,
    pub user_code: *const c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pgiam_option {
    pub key: *const c_char,
    pub value: *const c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pgiam_config {
    pub struct_size: u32,
    pub log_level: i32,
    pub host_name: *const c_char,
    pub host_version: *const c_char,
    pub options: *const pgiam_option,
    pub option_count: usize,
    pub log: Option<pgiam_log_fn>,
    pub log_user_data: *mut c_void,
    pub prompt: Option<pgiam_prompt_fn>,
    pub prompt_user_data: *mut c_void,
    pub ask: Option<pgiam_ask_fn>,
    pub ask_user_data: *mut c_void,
    pub log_room: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pgiam_request {
    pub struct_size: u32,
    pub flags: u32,
    pub host: *const c_char,
    pub user: *const c_char,
    pub database: *const c_char,
    pub password: *const c_char,
    pub sslmode: *const c_char,
    pub port: u32,
    pub reserved: u32,
    pub timeout_ms: i64,
    pub options: *const pgiam_option,
    pub option_count: usize,
    pub keywords: *const pgiam_option,
    pub keyword_count: usize,
    pub can_apply: *const c_char,
    pub credentials: Option<pgiam_ask_fn>,
    pub credentials_user_data: *mut c_void,
    pub credentials_identity: *const c_char,
    pub host_passwords: *const *const c_char,
    pub host_password_count: usize,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pgiam_param {
    pub struct_size: u32,
    pub flags: u32,
    pub key: *const c_char,
    pub value: *const c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pgiam_facts {
    pub struct_size: u32,
    pub from_cache: u32,
    pub token_expires_at: i64,
    pub credentials_expires_at: i64,
    pub signing_port: u32,
    pub param_count: u32,
    pub warning_count: u32,
    pub reserved: u32,
    pub texts: *const c_char,
    pub texts_size: usize,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pgiam_outcome {
    pub struct_size: u32,
    pub outcome: i32,
    pub flags: u32,
    pub host: u32,
    pub sqlstate: *const c_char,
    pub message: *const c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pgiam_step {
    pub struct_size: u32,
    pub kind: i32,
    pub flags: u32,
    pub host: u32,
    pub descriptor: i64,
    pub wait_ms: i64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pgiam_host {
    pub struct_size: u32,
    pub port: u32,
    pub host: *const c_char,
    pub hostaddr: *const c_char,
    pub password: *const c_char,
    pub reply: *const pgiam_reply,
    pub flags: u32,
    pub reserved: u32,
    pub dial_host: *const c_char,
    pub dial_hostaddr: *const c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct pgiam_option_info {
    pub struct_size: u32,
    pub flags: u32,
    pub key: *const c_char,
    pub r#type: *const c_char,
    pub default_value: *const c_char,
    pub env: *const c_char,
    pub label: *const c_char,
}

/// What the header's _INIT macros make: all zero but the size.
macro_rules! sized {
    ($($name:ident),*) => {$(
        impl Default for $name {
            fn default() -> Self {
                // Numbers, pointers and optional functions: zero is a value of each.
                let mut made: Self = unsafe { std::mem::zeroed() };
                made.struct_size = std::mem::size_of::<Self>() as u32;
                made
            }
        }
    )*};
}
sized!(
    pgiam_prompt,
    pgiam_config,
    pgiam_request,
    pgiam_param,
    pgiam_facts,
    pgiam_outcome,
    pgiam_step,
    pgiam_host,
    pgiam_option_info
);
