//! The size of each struct and the offset of each field, a line each: tests/bindings/rust/test_drift.py compares them
//! with what a C compiler makes of the header.
#![allow(clippy::all)]

use pgiam_sys::*;
use std::mem::{size_of, MaybeUninit};
use std::ptr::addr_of;

macro_rules! layout {
    ($($name:ident: $($field:ident)*;)*) => {$(
        println!("{} {}", stringify!($name), size_of::<$name>());
        $(
            let place = MaybeUninit::<$name>::uninit();
            let start = place.as_ptr();
            let offset = unsafe { addr_of!((*start).$field) } as usize - start as usize;
            println!("{}.{} {}", stringify!($name), stringify!($field).trim_start_matches("r#"), offset);
        )*
    )*};
}

fn main() {
    layout! {
        pgiam_option: key value;
        pgiam_prompt: struct_size kind flags id expires_in_ms title subject url url_complete user_code;
        pgiam_config: struct_size log_level host_name host_version options option_count log log_user_data prompt
            prompt_user_data ask ask_user_data log_room reserved;
        pgiam_request: struct_size flags host user database password sslmode port reserved timeout_ms options
            option_count keywords keyword_count can_apply credentials credentials_user_data credentials_identity
            host_passwords host_password_count;
        pgiam_param: struct_size flags key value;
        pgiam_outcome: struct_size outcome flags host sqlstate message;
        pgiam_step: struct_size kind flags host descriptor wait_ms;
        pgiam_host: struct_size port host hostaddr password reply flags reserved dial_host dial_hostaddr;
        pgiam_facts: struct_size from_cache token_expires_at credentials_expires_at signing_port param_count warning_count reserved texts texts_size;
        pgiam_option_info: struct_size flags key r#type default_value env label;
        pgiam_api: struct_size abi_version error_status attempt_free;
    }
}
