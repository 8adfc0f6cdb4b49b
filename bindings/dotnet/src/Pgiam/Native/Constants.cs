namespace Pgiam.Native
{
    /// <summary>The constants of pgiam.h, without their PGIAM_. tests/bindings/dotnet/test_drift.py holds this folder against
    /// the header.</summary>
    internal static class Constants
    {
        internal const int ABI_MAJOR = 1;
        internal const int ABI_MINOR = 2; // the least that this binding needs

        internal const int OK = 0;
        internal const int NOT_APPLICABLE = 1;
        internal const int E_INTERNAL = 2;
        internal const int E_NO_MEMORY = 3;
        internal const int E_INVALID_ARGUMENT = 100;
        internal const int E_INVALID_STATE = 101;
        internal const int E_UNSUPPORTED = 102;
        internal const int E_TARGET = 103;
        internal const int E_INSECURE = 104;
        internal const int E_NO_CREDENTIALS = 200;
        internal const int E_LOGIN_REQUIRED = 201;
        internal const int E_LOGIN_DECLINED = 202;
        internal const int E_DENIED = 203;
        internal const int E_BAD_CONFIG = 204;
        internal const int E_NETWORK = 300;
        internal const int E_TIMEOUT = 301;
        internal const int E_CANCELLED = 302;
        internal const int E_THROTTLED = 303;
        internal const int E_BAD_RESPONSE = 304;
        internal const int E_WOULD_BLOCK = 305;
        internal const int E_CONNECT = 306;

        internal const int ERROR_MESSAGE = 1;
        internal const int ERROR_HINT = 2;
        internal const int ERROR_PROVIDER = 3;
        internal const int ERROR_REMOTE = 4;
        internal const int ERROR_CODE = 5;
        internal const int ERROR_EVIDENCE = 6;
        internal const int ERROR_SQLSTATE = 7;
        internal const int ERROR_EXPLANATION = 8;
        internal const int ERROR_RETRYABLE = 1;
        internal const int ERROR_RETRY_AFTER_MS = 2;

        internal const int LOG_ERROR = 1;
        internal const int LOG_WARN = 2;
        internal const int LOG_INFO = 3;
        internal const int LOG_DEBUG = 4;

        internal const int PROMPT_DEVICE_LOGIN = 1;
        internal const int PROMPT_MFA_CODE = 2;
        internal const int PROMPT_CLOSE = 3;
        internal const uint PROMPT_FLAG_RETRY = 0x1;
        internal const uint PROMPT_FLAG_FINAL_TRY = 0x2;

        internal const uint REQUEST_REFRESH = 0x1;
        internal const uint REQUEST_NO_INTERACTION = 0x2;
        internal const uint REQUEST_NO_WAIT = 0x8;

        internal const int REPLY_EXPLANATION = 8;

        internal const int OUTCOME_CONNECTED = 1;
        internal const int OUTCOME_OTHER = 3;

        internal const int STEP_WAIT = 1;
        internal const int STEP_CONNECT = 2;
        internal const int STEP_DONE = 3;
    }
}
