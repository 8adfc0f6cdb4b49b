# frozen_string_literal: true

require_relative "layout"

module Pgiam
  # pgiam.h in Ruby: constants, structs and signatures. tests/bindings/ruby/test_drift.rb holds it against the header.
  module Abi
    ABI_MAJOR = 1
    ABI_MINOR = 2 # the least that this binding needs

    OK = 0
    NOT_APPLICABLE = 1
    E_INVALID_ARGUMENT = 100
    E_INVALID_STATE = 101
    E_UNSUPPORTED = 102
    E_NO_CREDENTIALS = 200
    E_LOGIN_DECLINED = 202
    E_TIMEOUT = 301

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

    REQUEST_NO_WAIT = 0x8
    REQUEST_WALKS_LIST = 0x10
    HOST_NOT_OURS = 0x1

    OUTCOME_CONNECTED = 1
    OUTCOME_OTHER = 3

    STEP_WAIT = 1
    STEP_CONNECT = 2
    STEP_DONE = 3

    OPTION = Layout.new(key: :pointer, value: :pointer)
    PROMPT = Layout.new(struct_size: :u32, kind: :i32, flags: :u32, id: :u32, expires_in_ms: :i64, title: :pointer,
                        subject: :pointer, url: :pointer, url_complete: :pointer, user_code: :pointer)
    CONFIG = Layout.new(struct_size: :u32, log_level: :i32, host_name: :pointer, host_version: :pointer,
                        options: :pointer, option_count: :size, log: :pointer, log_user_data: :pointer,
                        prompt: :pointer, prompt_user_data: :pointer, ask: :pointer, ask_user_data: :pointer,
                        log_room: :u32, reserved: :u32)
    REQUEST = Layout.new(struct_size: :u32, flags: :u32, host: :pointer, user: :pointer, database: :pointer,
                         password: :pointer, sslmode: :pointer, port: :u32, reserved: :u32, timeout_ms: :i64,
                         options: :pointer, option_count: :size, keywords: :pointer, keyword_count: :size,
                         can_apply: :pointer, credentials: :pointer, credentials_user_data: :pointer,
                         credentials_identity: :pointer, host_passwords: :pointer, host_password_count: :size)
    PARAM = Layout.new(struct_size: :u32, flags: :u32, key: :pointer, value: :pointer)
    STEP = Layout.new(struct_size: :u32, kind: :i32, flags: :u32, host: :u32, descriptor: :i64, wait_ms: :i64)
    HOST = Layout.new(struct_size: :u32, port: :u32, host: :pointer, hostaddr: :pointer, password: :pointer,
                      reply: :pointer, flags: :u32, reserved: :u32, dial_host: :pointer, dial_hostaddr: :pointer)
    FACTS = Layout.new(struct_size: :u32, from_cache: :u32, token_expires_at: :i64, credentials_expires_at: :i64,
                       signing_port: :u32, param_count: :u32, warning_count: :u32, reserved: :u32, texts: :pointer,
                       texts_size: :size)
    OUTCOME = Layout.new(struct_size: :u32, outcome: :i32, flags: :u32, host: :u32, sqlstate: :pointer,
                         message: :pointer)
    OPTION_INFO = Layout.new(struct_size: :u32, flags: :u32, key: :pointer, type: :pointer, default_value: :pointer,
                             env: :pointer, label: :pointer)

    # What a function returns and takes; :text is a string that it returns.
    # Those that only read keep Ruby's lock, which costs more to give up than they take.
    READING = {
      pgiam_abi_version: [:u32, []],
      pgiam_version: [:text, []],
      pgiam_get_api: [:pointer, [:u32]],
      pgiam_status_name: [:text, [:i32]],
      pgiam_context_take_log: [:size, %i[pointer pointer pointer]],
      pgiam_option_at: [:i32, %i[size pointer]],
      pgiam_error_status: [:i32, [:pointer]],
      pgiam_error_text: [:text, %i[pointer i32]],
      pgiam_error_number: [:i64, %i[pointer i32]],
      pgiam_error_cause: [:pointer, %i[pointer size]],
      pgiam_error_command: [:text, %i[pointer size]],
      pgiam_error_free: [:void, [:pointer]],
      pgiam_reply_param: [:i32, %i[pointer size pointer]],
      pgiam_reply_facts: [:i32, %i[pointer pointer]],
      pgiam_reply_warning: [:pointer, %i[pointer size]],
      pgiam_reply_free: [:void, [:pointer]],
      pgiam_conninfo_parse: [:i32, %i[pointer pointer pointer]],
      pgiam_conninfo_at: [:i32, %i[pointer size pointer]],
      pgiam_conninfo_free: [:void, [:pointer]]
    }.freeze
    # The others let other threads run.
    WORKING = {
      pgiam_context_new: [:i32, %i[pointer pointer pointer]],
      pgiam_context_free: [:void, [:pointer]],
      pgiam_before_connect: [:i32, %i[pointer pointer pointer pointer]],
      pgiam_question_answer: [:i32, %i[pointer pointer size]],
      pgiam_question_decline: [:void, %i[pointer i32 pointer]],
      pgiam_operation_start: [:i32, %i[pointer pointer pointer pointer]],
      pgiam_operation_descriptor: [:i32, %i[pointer pointer pointer]],
      pgiam_operation_wait: [:i32, %i[pointer i64 pointer pointer]],
      pgiam_operation_cancel: [:void, [:pointer]],
      pgiam_operation_free: [:void, [:pointer]],
      pgiam_attempt_new: [:i32, %i[pointer pointer pointer pointer]],
      pgiam_attempt_next: [:i32, %i[pointer pointer pointer]],
      pgiam_attempt_param: [:i32, %i[pointer size pointer]],
      pgiam_attempt_host: [:i32, %i[pointer size pointer]],
      pgiam_attempt_report: [:i32, %i[pointer pointer]],
      pgiam_attempt_cancel: [:void, [:pointer]],
      pgiam_attempt_free: [:void, [:pointer]]
    }.freeze
    SIGNATURES = READING.merge(WORKING).freeze

    # Callbacks: pgiam_ask_fn, and pgiam_log_fn for context_take_log. Both come on the thread that calls: for another, as
    # config.log comes on, Fiddle ends the process.
    ASK_ARGUMENTS = %i[pointer pointer pointer].freeze
    LOG_ARGUMENTS = %i[pointer i32 pointer pointer].freeze
  end
end
