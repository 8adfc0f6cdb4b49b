"""pgiam.h in ctypes: constants, structs and signatures. tests/bindings/python/test_drift.py holds it against the header."""

import ctypes
from ctypes import POINTER, c_char_p, c_int32, c_int64, c_size_t, c_uint32, c_void_p
from typing import Any, Type, TypeVar

_Struct = TypeVar("_Struct", bound=ctypes.Structure)

ABI_MAJOR = 1
ABI_MINOR = 2  # the least that this binding needs

OK = 0
NOT_APPLICABLE = 1
E_INTERNAL = 2
E_INVALID_ARGUMENT = 100
E_INVALID_STATE = 101
E_UNSUPPORTED = 102
E_LOGIN_DECLINED = 202
E_NO_CREDENTIALS = 200
E_BAD_RESPONSE = 304
E_TIMEOUT = 301
E_CANCELLED = 302
E_WOULD_BLOCK = 305
E_CONNECT = 306

ERROR_MESSAGE = 1
ERROR_HINT = 2
ERROR_PROVIDER = 3
ERROR_REMOTE = 4
ERROR_CODE = 5
ERROR_EVIDENCE = 6
ERROR_SQLSTATE = 7
ERROR_EXPLANATION = 8
ERROR_RETRYABLE = 1
ERROR_RETRY_AFTER_MS = 2

LOG_ERROR = 1
LOG_WARN = 2
LOG_INFO = 3
LOG_DEBUG = 4

PROMPT_DEVICE_LOGIN = 1
PROMPT_MFA_CODE = 2
PROMPT_CLOSE = 3
PROMPT_CREDENTIALS = 4
PROMPT_FLAG_RETRY = 0x1
PROMPT_FLAG_FINAL_TRY = 0x2

REQUEST_REFRESH = 0x1
REQUEST_NO_INTERACTION = 0x2
REPLY_EXPLANATION = 8
REQUEST_NO_WAIT = 0x8
REQUEST_WALKS_LIST = 0x10
HOST_NOT_OURS = 0x1

OUTCOME_CONNECTED = 1
OUTCOME_AUTH_FAILED = 2
OUTCOME_OTHER = 3

STEP_WAIT = 1
STEP_CONNECT = 2
STEP_DONE = 3


class Option(ctypes.Structure):
    _fields_ = [("key", c_char_p), ("value", c_char_p)]


class Prompt(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32), ("kind", c_int32), ("flags", c_uint32), ("id", c_uint32), ("expires_in_ms", c_int64),
        ("title", c_char_p), ("subject", c_char_p), ("url", c_char_p), ("url_complete", c_char_p), ("user_code", c_char_p),
    ]  # fmt: skip


LogFn = ctypes.CFUNCTYPE(None, c_void_p, c_int32, c_char_p, c_char_p)
AskFn = ctypes.CFUNCTYPE(None, c_void_p, POINTER(Prompt), c_void_p)


class Config(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32), ("log_level", c_int32), ("host_name", c_char_p), ("host_version", c_char_p),
        ("options", POINTER(Option)), ("option_count", c_size_t), ("log", LogFn), ("log_user_data", c_void_p),
        ("prompt", c_void_p), ("prompt_user_data", c_void_p), ("ask", AskFn), ("ask_user_data", c_void_p),
        ("log_room", c_uint32), ("reserved", c_uint32),
    ]  # fmt: skip


class Request(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32), ("flags", c_uint32), ("host", c_char_p), ("user", c_char_p), ("database", c_char_p),
        ("password", c_char_p), ("sslmode", c_char_p), ("port", c_uint32), ("reserved", c_uint32), ("timeout_ms", c_int64),
        ("options", POINTER(Option)), ("option_count", c_size_t), ("keywords", POINTER(Option)), ("keyword_count", c_size_t),
        ("can_apply", c_char_p), ("credentials", AskFn), ("credentials_user_data", c_void_p),
        ("credentials_identity", c_char_p), ("host_passwords", POINTER(c_char_p)), ("host_password_count", c_size_t),
    ]  # fmt: skip


class Param(ctypes.Structure):
    _fields_ = [("struct_size", c_uint32), ("flags", c_uint32), ("key", c_char_p), ("value", c_char_p)]


class Facts(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32), ("from_cache", c_uint32), ("token_expires_at", c_int64), ("credentials_expires_at", c_int64),
        ("signing_port", c_uint32), ("param_count", c_uint32), ("warning_count", c_uint32), ("reserved", c_uint32),
        ("texts", c_void_p), ("texts_size", c_size_t),
    ]  # fmt: skip


PARAM_SIZE = ctypes.sizeof(Param)
FACTS_SIZE = ctypes.sizeof(Facts)


class Step(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32), ("kind", c_int32), ("flags", c_uint32), ("host", c_uint32),
        ("descriptor", c_int64), ("wait_ms", c_int64),
    ]  # fmt: skip


class Host(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32), ("port", c_uint32), ("host", c_char_p), ("hostaddr", c_char_p), ("password", c_char_p),
        ("reply", c_void_p), ("flags", c_uint32), ("reserved", c_uint32), ("dial_host", c_char_p), ("dial_hostaddr", c_char_p),
    ]  # fmt: skip


class Outcome(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32), ("outcome", c_int32), ("flags", c_uint32), ("host", c_uint32),
        ("sqlstate", c_char_p), ("message", c_char_p),
    ]  # fmt: skip


class OptionInfo(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32), ("flags", c_uint32), ("key", c_char_p), ("type", c_char_p),
        ("default_value", c_char_p), ("env", c_char_p), ("label", c_char_p),
    ]  # fmt: skip


# Opaque handles travel as c_void_p.
_out = POINTER(c_void_p)
SIGNATURES = {
    "pgiam_error_status": (c_int32, [c_void_p]),
    "pgiam_error_text": (c_char_p, [c_void_p, c_int32]),
    "pgiam_error_number": (c_int64, [c_void_p, c_int32]),
    "pgiam_error_cause": (c_void_p, [c_void_p, c_size_t]),
    "pgiam_error_command": (c_char_p, [c_void_p, c_size_t]),
    "pgiam_error_free": (None, [c_void_p]),
    "pgiam_status_name": (c_char_p, [c_int32]),
    "pgiam_question_answer": (c_int32, [c_void_p, POINTER(Option), c_size_t]),
    "pgiam_question_decline": (None, [c_void_p, c_int32, c_char_p]),
    "pgiam_context_new": (c_int32, [POINTER(Config), _out, _out]),
    "pgiam_context_free": (None, [c_void_p]),
    "pgiam_before_connect": (c_int32, [c_void_p, POINTER(Request), _out, _out]),
    "pgiam_reply_param": (c_int32, [c_void_p, c_size_t, POINTER(Param)]),
    "pgiam_reply_facts": (c_int32, [c_void_p, POINTER(Facts)]),
    "pgiam_reply_warning": (c_void_p, [c_void_p, c_size_t]),
    "pgiam_reply_text": (c_char_p, [c_void_p, c_int32]),
    "pgiam_reply_free": (None, [c_void_p]),
    "pgiam_explain": (c_int32, [c_void_p, POINTER(Request), _out, _out]),
    "pgiam_after_connect": (c_int32, [c_void_p, c_void_p, c_int32, c_char_p, POINTER(c_int32)]),
    "pgiam_explain_refusal": (c_int32, [c_void_p, c_void_p, POINTER(Outcome), _out]),
    "pgiam_operation_start": (c_int32, [c_void_p, POINTER(Request), _out, _out]),
    "pgiam_operation_descriptor": (c_int32, [c_void_p, POINTER(c_int64), _out]),
    "pgiam_operation_wait": (c_int32, [c_void_p, c_int64, _out, _out]),
    "pgiam_operation_cancel": (None, [c_void_p]),
    "pgiam_operation_free": (None, [c_void_p]),
    "pgiam_attempt_new": (c_int32, [c_void_p, POINTER(Request), _out, _out]),
    "pgiam_attempt_next": (c_int32, [c_void_p, POINTER(Step), _out]),
    "pgiam_attempt_param": (c_int32, [c_void_p, c_size_t, POINTER(Param)]),
    "pgiam_attempt_host": (c_int32, [c_void_p, c_size_t, POINTER(Host)]),
    "pgiam_attempt_report": (c_int32, [c_void_p, POINTER(Outcome)]),
    "pgiam_attempt_cancel": (None, [c_void_p]),
    "pgiam_attempt_free": (None, [c_void_p]),
    "pgiam_abi_version": (c_uint32, []),
    "pgiam_version": (c_char_p, []),
    "pgiam_option_at": (c_int32, [c_size_t, POINTER(OptionInfo)]),
    "pgiam_conninfo_parse": (c_int32, [c_char_p, _out, _out]),
    "pgiam_conninfo_count": (c_size_t, [c_void_p]),
    "pgiam_conninfo_at": (c_int32, [c_void_p, c_size_t, POINTER(Param)]),
    "pgiam_conninfo_free": (None, [c_void_p]),
}


def sized(kind: Type[_Struct], **fields: Any) -> _Struct:
    """A struct with its size in it, as the _INIT macros make it."""
    return kind(struct_size=ctypes.sizeof(kind), **fields)
