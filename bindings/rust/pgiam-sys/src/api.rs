//! The functions, in the table that `pgiam_get_api` hands out.

use crate::structs::*;
use std::os::raw::{c_char, c_void};

#[repr(C)]
pub struct pgiam_api {
    pub struct_size: u32,
    pub abi_version: u32,
    pub error_status: unsafe extern "C" fn(*const pgiam_error) -> pgiam_status,
    pub error_text: unsafe extern "C" fn(*const pgiam_error, i32) -> *const c_char,
    pub error_number: unsafe extern "C" fn(*const pgiam_error, i32) -> i64,
    pub error_cause: unsafe extern "C" fn(*const pgiam_error, usize) -> *const pgiam_error,
    pub error_free: unsafe extern "C" fn(*mut pgiam_error),
    pub status_name: unsafe extern "C" fn(pgiam_status) -> *const c_char,
    pub answer_set: unsafe extern "C" fn(*mut pgiam_answer, *const c_char, usize) -> pgiam_status,
    pub context_new:
        unsafe extern "C" fn(*const pgiam_config, *mut *mut pgiam_context, *mut *mut pgiam_error) -> pgiam_status,
    pub context_free: unsafe extern "C" fn(*mut pgiam_context),
    pub before_connect: unsafe extern "C" fn(
        *mut pgiam_context,
        *const pgiam_request,
        *mut *mut pgiam_reply,
        *mut *mut pgiam_error,
    ) -> pgiam_status,
    pub reply_param_count: unsafe extern "C" fn(*const pgiam_reply) -> usize,
    pub reply_param: unsafe extern "C" fn(*const pgiam_reply, usize, *mut pgiam_param) -> pgiam_status,
    pub reply_text: unsafe extern "C" fn(*const pgiam_reply, i32) -> *const c_char,
    pub reply_number: unsafe extern "C" fn(*const pgiam_reply, i32) -> i64,
    pub reply_free: unsafe extern "C" fn(*mut pgiam_reply),
    pub after_connect:
        unsafe extern "C" fn(*mut pgiam_context, *const pgiam_reply, i32, *const c_char, *mut i32) -> pgiam_status,
    pub before_connect_start: unsafe extern "C" fn(
        *mut pgiam_context,
        *const pgiam_request,
        Option<pgiam_done_fn>,
        *mut c_void,
        *mut *mut pgiam_operation,
        *mut *mut pgiam_error,
    ) -> pgiam_status,
    pub operation_wait:
        unsafe extern "C" fn(*mut pgiam_operation, i64, *mut *mut pgiam_reply, *mut *mut pgiam_error) -> pgiam_status,
    pub operation_cancel: unsafe extern "C" fn(*mut pgiam_operation),
    pub operation_free: unsafe extern "C" fn(*mut pgiam_operation),
    pub version: unsafe extern "C" fn() -> *const c_char,
    pub feature_at: unsafe extern "C" fn(usize) -> *const c_char,
    pub option_at: unsafe extern "C" fn(usize, *mut pgiam_option_info) -> pgiam_status,
    pub explain: unsafe extern "C" fn(
        *mut pgiam_context,
        *const pgiam_request,
        *mut *mut pgiam_reply,
        *mut *mut pgiam_error,
    ) -> pgiam_status,
    pub credentials: unsafe extern "C" fn(
        *mut pgiam_context,
        *const pgiam_request,
        *mut *mut pgiam_reply,
        *mut *mut pgiam_error,
    ) -> pgiam_status,
    pub login: unsafe extern "C" fn(
        *mut pgiam_context,
        *const pgiam_request,
        *mut *mut pgiam_reply,
        *mut *mut pgiam_error,
    ) -> pgiam_status,
    pub conninfo_parse:
        unsafe extern "C" fn(*const c_char, *mut *mut pgiam_conninfo, *mut *mut pgiam_error) -> pgiam_status,
    pub conninfo_count: unsafe extern "C" fn(*const pgiam_conninfo) -> usize,
    pub conninfo_at: unsafe extern "C" fn(*const pgiam_conninfo, usize, *mut pgiam_param) -> pgiam_status,
    pub conninfo_free: unsafe extern "C" fn(*mut pgiam_conninfo),
    pub error_command: unsafe extern "C" fn(*const pgiam_error, usize) -> *const c_char,
    pub explain_refusal: unsafe extern "C" fn(
        *mut pgiam_context,
        *const pgiam_reply,
        *const pgiam_outcome,
        *mut *mut pgiam_error,
    ) -> pgiam_status,
    pub reply_warning: unsafe extern "C" fn(*const pgiam_reply, usize) -> *const pgiam_error,
    pub question_answer: unsafe extern "C" fn(*mut pgiam_question, *const pgiam_option, usize) -> pgiam_status,
    pub question_decline: unsafe extern "C" fn(*mut pgiam_question, pgiam_status, *const c_char),
    pub operation_start: unsafe extern "C" fn(
        *mut pgiam_context,
        *const pgiam_request,
        *mut *mut pgiam_operation,
        *mut *mut pgiam_error,
    ) -> pgiam_status,
    pub operation_descriptor:
        unsafe extern "C" fn(*mut pgiam_operation, *mut i64, *mut *mut pgiam_error) -> pgiam_status,
    pub attempt_new: unsafe extern "C" fn(
        *mut pgiam_context,
        *const pgiam_request,
        *mut *mut pgiam_attempt,
        *mut *mut pgiam_error,
    ) -> pgiam_status,
    pub attempt_next: unsafe extern "C" fn(*mut pgiam_attempt, *mut pgiam_step, *mut *mut pgiam_error) -> pgiam_status,
    pub attempt_param: unsafe extern "C" fn(*const pgiam_attempt, usize, *mut pgiam_param) -> pgiam_status,
    pub attempt_host: unsafe extern "C" fn(*const pgiam_attempt, usize, *mut pgiam_host) -> pgiam_status,
    pub attempt_report: unsafe extern "C" fn(*mut pgiam_attempt, *const pgiam_outcome) -> pgiam_status,
    pub attempt_refresh: unsafe extern "C" fn(*mut pgiam_attempt, usize, *mut *mut pgiam_error) -> pgiam_status,
    pub attempt_restart: unsafe extern "C" fn(*mut pgiam_attempt, *mut *mut pgiam_error) -> pgiam_status,
    pub attempt_cancel: unsafe extern "C" fn(*mut pgiam_attempt),
    pub attempt_free: unsafe extern "C" fn(*mut pgiam_attempt),
    pub examine: unsafe extern "C" fn(
        *mut pgiam_context,
        *const pgiam_request,
        u32,
        Option<pgiam_examined_fn>,
        *mut c_void,
        *mut *mut pgiam_error,
    ) -> pgiam_status,
    pub context_take_log: unsafe extern "C" fn(*mut pgiam_context, Option<pgiam_log_fn>, *mut c_void) -> usize,
    pub reply_facts: unsafe extern "C" fn(*const pgiam_reply, *mut pgiam_facts) -> pgiam_status,
}

pub type pgiam_get_api_fn = unsafe extern "C" fn(u32) -> *const pgiam_api;
