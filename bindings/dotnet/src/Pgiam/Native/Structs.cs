using System;
using System.Runtime.InteropServices;

namespace Pgiam.Native
{
    // The structs of pgiam.h, field by field. Texts are pointers to UTF-8; see Arena and Text.

    [StructLayout(LayoutKind.Sequential)]
    internal struct Option
    {
        internal IntPtr Key;
        internal IntPtr Value;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Prompt
    {
        internal uint StructSize;
        internal int Kind;
        internal uint Flags;
        internal uint Id;
        internal long ExpiresInMs;
        internal IntPtr Title;
        internal IntPtr Subject;
        internal IntPtr Url;
        internal IntPtr UrlComplete;
        internal IntPtr UserCode;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Config
    {
        internal uint StructSize;
        internal int LogLevel;
        internal IntPtr HostName;
        internal IntPtr HostVersion;
        internal IntPtr Options;
        internal UIntPtr OptionCount;
        internal IntPtr Log;
        internal IntPtr LogUserData;
        internal IntPtr Prompt;
        internal IntPtr PromptUserData;
        internal IntPtr Ask;
        internal IntPtr AskUserData;
        internal uint LogRoom;
        internal uint Reserved;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Request
    {
        internal uint StructSize;
        internal uint Flags;
        internal IntPtr Host;
        internal IntPtr User;
        internal IntPtr Database;
        internal IntPtr Password;
        internal IntPtr Sslmode;
        internal uint Port;
        internal uint Reserved;
        internal long TimeoutMs;
        internal IntPtr Options;
        internal UIntPtr OptionCount;
        internal IntPtr Keywords;
        internal UIntPtr KeywordCount;
        internal IntPtr CanApply;
        internal IntPtr Credentials;
        internal IntPtr CredentialsUserData;
        internal IntPtr CredentialsIdentity;
        internal IntPtr HostPasswords;
        internal UIntPtr HostPasswordCount;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Param
    {
        internal uint StructSize;
        internal uint Flags;
        internal IntPtr Key;
        internal IntPtr Value;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Facts
    {
        internal uint StructSize;
        internal uint FromCache;
        internal long TokenExpiresAt;
        internal long CredentialsExpiresAt;
        internal uint SigningPort;
        internal uint ParamCount;
        internal uint WarningCount;
        internal uint Reserved;
        internal IntPtr Texts;
        internal UIntPtr TextsSize;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Step
    {
        internal uint StructSize;
        internal int Kind;
        internal uint Flags;
        internal uint Host;
        internal long Descriptor;
        internal long WaitMs;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Outcome
    {
        internal uint StructSize;
        internal int Kind;
        internal uint Flags;
        internal uint Host;
        internal IntPtr Sqlstate;
        internal IntPtr Message;
    }

    /// <summary>The table that pgiam_get_api hands out: a pointer for each function, in the header's order.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ApiTable
    {
        internal uint StructSize;
        internal uint AbiVersion;
        internal IntPtr ErrorStatus;
        internal IntPtr ErrorText;
        internal IntPtr ErrorNumber;
        internal IntPtr ErrorCause;
        internal IntPtr ErrorFree;
        internal IntPtr StatusName;
        internal IntPtr AnswerSet;
        internal IntPtr ContextNew;
        internal IntPtr ContextFree;
        internal IntPtr BeforeConnect;
        internal IntPtr ReplyParamCount;
        internal IntPtr ReplyParam;
        internal IntPtr ReplyText;
        internal IntPtr ReplyNumber;
        internal IntPtr ReplyFree;
        internal IntPtr AfterConnect;
        internal IntPtr BeforeConnectStart;
        internal IntPtr OperationWait;
        internal IntPtr OperationCancel;
        internal IntPtr OperationFree;
        internal IntPtr Version;
        internal IntPtr FeatureAt;
        internal IntPtr OptionAt;
        internal IntPtr Explain;
        internal IntPtr Credentials;
        internal IntPtr Login;
        internal IntPtr ConninfoParse;
        internal IntPtr ConninfoCount;
        internal IntPtr ConninfoAt;
        internal IntPtr ConninfoFree;
        internal IntPtr ErrorCommand;
        internal IntPtr ExplainRefusal;
        internal IntPtr ReplyWarning;
        internal IntPtr QuestionAnswer;
        internal IntPtr QuestionDecline;
        internal IntPtr OperationStart;
        internal IntPtr OperationDescriptor;
        internal IntPtr AttemptNew;
        internal IntPtr AttemptNext;
        internal IntPtr AttemptParam;
        internal IntPtr AttemptHost;
        internal IntPtr AttemptReport;
        internal IntPtr AttemptRefresh;
        internal IntPtr AttemptRestart;
        internal IntPtr AttemptCancel;
        internal IntPtr AttemptFree;
        internal IntPtr Examine;
        internal IntPtr ContextTakeLog;
        internal IntPtr ReplyFacts;
    }
}
