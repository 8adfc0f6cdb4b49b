using System;
using System.Collections.Generic;
using System.Diagnostics;
using Pgiam.Native;

namespace Pgiam
{
    /// <summary>A token and what is known about it. The token is no property, so that neither a serializer, nor a logger, nor a
    /// debugger's window shows it.</summary>
    [DebuggerDisplay("{ToString(),nq}")]
    public sealed class Answer
    {
        private static readonly DateTimeOffset Epoch = new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero);

        private static readonly IReadOnlyList<PgiamException> NoWarnings = new PgiamException[0];

        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        private readonly Dictionary<string, string> parameters;

        internal Answer(Api api, IntPtr reply)
        {
            var facts = Parameters.NewFacts();
            var status = api.ReplyFacts(reply, ref facts);
            if (status != Constants.OK)
            {
                throw PgiamException.Take(status, IntPtr.Zero);
            }
            var texts = Text.Read(facts.Texts, (int)facts.TextsSize).Split('\0');
            parameters = new Dictionary<string, string>();
            var at = 0;
            for (; at < 2 * facts.ParamCount; at += 2)
            {
                parameters[texts[at]] = texts[at + 1];
            }
            Host = texts[at];
            Region = texts[at + 1];
            Target = texts[at + 2];
            Provider = texts[at + 3];
            Principal = texts[at + 4];
            Rule = texts[at + 5];
            ExpiresAt = Moment(facts.TokenExpiresAt);
            CredentialsExpireAt = Moment(facts.CredentialsExpiresAt);
            Port = (int)facts.SigningPort;
            FromCache = facts.FromCache != 0;
            Warnings = facts.WarningCount == 0 ? NoWarnings : WarningsOf(api, reply);
        }

        /// <summary>A connection must start before this; null: unknown.</summary>
        public DateTimeOffset? ExpiresAt { get; private set; }

        /// <summary>Of the credentials that made it; null: unknown or never.</summary>
        public DateTimeOffset? CredentialsExpireAt { get; private set; }

        /// <summary>The endpoint that the token is for.</summary>
        public string Host { get; private set; }

        /// <summary>Its port.</summary>
        public int Port { get; private set; }

        /// <summary>The region that was signed for.</summary>
        public string Region { get; private set; }

        /// <summary>Where the credentials come from, "aws.sso".</summary>
        public string Provider { get; private set; }

        /// <summary>Who they are, masked.</summary>
        public string Principal { get; private set; }

        /// <summary>What was recognised, "aws.rds".</summary>
        public string Target { get; private set; }

        /// <summary>The rule of the configuration file that applied, "" if none.</summary>
        public string Rule { get; private set; }

        /// <summary>Whether it was at hand.</summary>
        public bool FromCache { get; private set; }

        /// <summary>What a person should know although it worked.</summary>
        public IReadOnlyList<PgiamException> Warnings { get; private set; }

        /// <summary>What to send as the password.</summary>
        public string GetToken()
        {
            string token;
            return parameters.TryGetValue("password", out token) ? token : "";
        }

        /// <summary>libpq's keywords to set over one's own, the password among them.</summary>
        public IReadOnlyDictionary<string, string> GetParameters()
        {
            return new Dictionary<string, string>(parameters);
        }

        /// <summary>Without the token.</summary>
        public override string ToString()
        {
            return "Answer(Host=" + Host + ", Port=" + Port + ", Region=" + Region + ", Provider=" + Provider + ", Token=***)";
        }

        private static IReadOnlyList<PgiamException> WarningsOf(Api api, IntPtr reply)
        {
            var warnings = new List<PgiamException>();
            IntPtr warning;
            while ((warning = api.ReplyWarning(reply, (UIntPtr)warnings.Count)) != IntPtr.Zero)
            {
                warnings.Add(PgiamException.Read(api, warning, api.ErrorStatus(warning)));
            }
            return warnings.AsReadOnly();
        }

        private static DateTimeOffset? Moment(long milliseconds)
        {
            return milliseconds == 0 ? (DateTimeOffset?)null : Epoch.AddMilliseconds(milliseconds);
        }
    }

    /// <summary>Keywords, as the library counts them up.</summary>
    internal static class Parameters
    {
        internal delegate int At(UIntPtr index, ref Param param);

        internal static Dictionary<string, string> Of(At at)
        {
            var found = new Dictionary<string, string>();
            for (uint i = 0; ; i++)
            {
                var param = New();
                if (at((UIntPtr)i, ref param) != Constants.OK)
                {
                    return found;
                }
                found[Text.Read(param.Key)] = Text.Read(param.Value);
            }
        }

        internal static unsafe Facts NewFacts()
        {
            return new Facts { StructSize = (uint)sizeof(Facts) };
        }

        internal static unsafe Param New()
        {
            return new Param { StructSize = (uint)sizeof(Param) };
        }
    }
}
