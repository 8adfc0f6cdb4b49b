using System;
using System.Collections.Generic;
using System.Text;
using Pgiam.Native;

namespace Pgiam
{
    /// <summary>Why there is no token, or what a refused connection means. None of its texts holds a secret.</summary>
    public class PgiamException : Exception
    {
        private static readonly string[] NoCommands = new string[0];
        private static readonly PgiamException[] NoCauses = new PgiamException[0];
        private string explanation;

        /// <summary>One of your own, as a delegate that supplies credentials may throw it.</summary>
        public PgiamException(string status, string message, Exception innerException = null) : base(message, innerException)
        {
            Status = status;
            Hint = Code = Evidence = Provider = Remote = SqlState = "";
            Commands = NoCommands;
            Causes = NoCauses;
        }

        /// <summary>The name: "NO_CREDENTIALS", "DENIED", "TIMEOUT", "NOT_APPLICABLE" …</summary>
        public string Status { get; private set; }

        /// <summary>What to do next, "" if nothing is known.</summary>
        public string Hint { get; internal set; }

        /// <summary>For programs, never renamed: "no_rds_iam"; "" where the status says it all.</summary>
        public string Code { get; internal set; }

        /// <summary>What the code rests on, "" if nothing.</summary>
        public string Evidence { get; internal set; }

        /// <summary>The source that failed, as "aws.sso".</summary>
        public string Provider { get; internal set; }

        /// <summary>A service's own code and the id of the request.</summary>
        public string Remote { get; internal set; }

        /// <summary>Of a refusal by a server.</summary>
        public string SqlState { get; internal set; }

        /// <summary>Whether the same call may succeed later.</summary>
        public bool Retryable { get; internal set; }

        /// <summary>Before that nothing else can come of it; zero: not known.</summary>
        public TimeSpan RetryAfter { get; internal set; }

        /// <summary>What to type, best first.</summary>
        public IReadOnlyList<string> Commands { get; internal set; }

        /// <summary>Each source that was tried, or what may be behind a refusal, the likeliest first.</summary>
        public IReadOnlyList<PgiamException> Causes { get; internal set; }

        /// <summary>All of it for a person, in lines.</summary>
        public string Explanation
        {
            get { return explanation ?? (Hint.Length > 0 ? Message + "\n  hint: " + Hint : Message); }
        }

        /// <summary>The explanation, then what .NET says of any exception.</summary>
        public override string ToString()
        {
            var text = new StringBuilder(GetType().FullName).Append(": ").Append(Status).Append(": ").Append(Explanation);
            if (InnerException != null)
            {
                text.Append("\n ---> ").Append(InnerException);
            }
            return StackTrace == null ? text.ToString() : text.Append('\n').Append(StackTrace).ToString();
        }

        /// <summary>The same, with what the driver threw.</summary>
        internal PgiamException Over(Exception failure)
        {
            return failure == null ? this : Copy(Hint, explanation, failure);
        }

        /// <summary>The same with another hint, which names a setting as the driver does.</summary>
        public PgiamException WithHint(string hint)
        {
            return Copy(hint, null, InnerException);
        }

        private PgiamException Copy(string hint, string told, Exception inner)
        {
            return new PgiamException(Status, Message, inner)
            {
                Hint = hint, Code = Code, Evidence = Evidence, Provider = Provider, Remote = Remote, SqlState = SqlState,
                Retryable = Retryable, RetryAfter = RetryAfter, Commands = Commands, Causes = Causes, explanation = told,
            };
        }

        /// <summary>The error of a call that failed; frees the library's.</summary>
        internal static PgiamException Take(int status, IntPtr error, Options options = null, Exception inner = null)
        {
            var api = Api.Loaded;
            try
            {
                return Read(api, error, status, options, inner);
            }
            finally
            {
                api.ErrorFree(error);
            }
        }

        internal static PgiamException Read(Api api, IntPtr error, int status, Options options = null, Exception inner = null)
        {
            var name = NameOf(status);
            if (error == IntPtr.Zero)
            {
                return new PgiamException(name, "the library gave no reason (" + name + ")", inner);
            }
            Func<int, string> text = field => Text.Read(api.ErrorText(error, field));
            Func<string, string> said = words => options == null ? words : options.InCallersWords(words);
            var causes = new List<PgiamException>();
            IntPtr cause;
            while ((cause = api.ErrorCause(error, (UIntPtr)causes.Count)) != IntPtr.Zero)
            {
                causes.Add(Read(api, cause, api.ErrorStatus(cause), options));
            }
            var commands = new List<string>();
            IntPtr command;
            while ((command = api.ErrorCommand(error, (UIntPtr)commands.Count)) != IntPtr.Zero)
            {
                commands.Add(Text.Read(command));
            }
            return new PgiamException(name, said(text(Constants.ERROR_MESSAGE)), inner)
            {
                Hint = said(text(Constants.ERROR_HINT)),
                Code = text(Constants.ERROR_CODE),
                Evidence = text(Constants.ERROR_EVIDENCE),
                Provider = text(Constants.ERROR_PROVIDER),
                Remote = text(Constants.ERROR_REMOTE),
                SqlState = text(Constants.ERROR_SQLSTATE),
                Retryable = api.ErrorNumber(error, Constants.ERROR_RETRYABLE) != 0,
                RetryAfter = TimeSpan.FromMilliseconds(api.ErrorNumber(error, Constants.ERROR_RETRY_AFTER_MS)),
                Commands = commands.AsReadOnly(),
                Causes = causes.AsReadOnly(),
                explanation = said(text(Constants.ERROR_EXPLANATION)).TrimEnd('\n'),
            };
        }

        internal static string NameOf(int status)
        {
            var name = Text.Read(Api.Loaded.StatusName(status));
            foreach (var prefix in new[] { "PGIAM_E_", "PGIAM_" })
            {
                if (name.StartsWith(prefix, StringComparison.Ordinal))
                {
                    return name.Substring(prefix.Length);
                }
            }
            return name;
        }
    }
}
