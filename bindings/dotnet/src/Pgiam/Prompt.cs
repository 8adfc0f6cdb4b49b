using System;
using Pgiam.Native;

namespace Pgiam
{
    /// <summary>What to show a person.</summary>
    public sealed class Prompt
    {
        /// <summary>"device_login" (show url and code), "mfa_code" (answer with the code), "close" (the prompt with this id is over).</summary>
        public string Kind { get; private set; }

        /// <summary>Pairs a prompt with its "close".</summary>
        public int Id { get; private set; }

        /// <summary>As "Sign in to AWS (profile dev)".</summary>
        public string Title { get; private set; }

        /// <summary>Account, role or device.</summary>
        public string Subject { get; private set; }

        /// <summary>Where to sign in.</summary>
        public string Url { get; private set; }

        /// <summary>The same with the code filled in, or "".</summary>
        public string UrlComplete { get; private set; }

        /// <summary>The code to compare or to type there.</summary>
        public string UserCode { get; private set; }

        /// <summary>Zero: not known.</summary>
        public TimeSpan ExpiresIn { get; private set; }

        /// <summary>The answer before this was wrong.</summary>
        public bool IsRetry { get; private set; }

        /// <summary>One more wrong answer locks the device.</summary>
        public bool IsFinalTry { get; private set; }

        /// <summary>Null for a kind that this version does not know.</summary>
        internal static Prompt Of(ref Native.Prompt raw)
        {
            var kind = raw.Kind == Constants.PROMPT_DEVICE_LOGIN ? "device_login"
                : raw.Kind == Constants.PROMPT_MFA_CODE ? "mfa_code"
                : raw.Kind == Constants.PROMPT_CLOSE ? "close" : null;
            return kind == null ? null : new Prompt
            {
                Kind = kind,
                Id = (int)raw.Id,
                Title = Text.Read(raw.Title),
                Subject = Text.Read(raw.Subject),
                Url = Text.Read(raw.Url),
                UrlComplete = Text.Read(raw.UrlComplete),
                UserCode = Text.Read(raw.UserCode),
                ExpiresIn = TimeSpan.FromMilliseconds(raw.ExpiresInMs),
                IsRetry = (raw.Flags & Constants.PROMPT_FLAG_RETRY) != 0,
                IsFinalTry = (raw.Flags & Constants.PROMPT_FLAG_FINAL_TRY) != 0,
            };
        }
    }

    /// <summary>What a person said to a prompt. A string is the code.</summary>
    public sealed class PromptAnswer
    {
        /// <summary>It is shown, and needs no answer.</summary>
        public static readonly PromptAnswer Shown = new PromptAnswer(null);

        /// <summary>The person said no.</summary>
        public static readonly PromptAnswer Declined = new PromptAnswer(null);

        private PromptAnswer(string code)
        {
            Given = code;
        }

        /// <summary>What was typed.</summary>
        public static PromptAnswer Code(string code)
        {
            return code == null ? Shown : new PromptAnswer(code);
        }

        /// <summary>The same.</summary>
        public static implicit operator PromptAnswer(string code)
        {
            return Code(code);
        }

        internal string Given { get; private set; }
    }
}
