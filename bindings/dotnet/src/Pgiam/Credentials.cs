using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;

namespace Pgiam
{
    /// <summary>AWS credentials that a program hands in. Its secrets go in and are not shown again.</summary>
    [DebuggerDisplay("{ToString(),nq}")]
    public sealed class Credentials
    {
        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        private readonly string secretAccessKey;

        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        private readonly string sessionToken;

        /// <summary>As AWS's SDK has them: access key, secret key, token. Null: there is none, or it is not known.</summary>
        public Credentials(
            string accessKeyId, string secretAccessKey, string sessionToken = null, DateTimeOffset? expiresAt = null,
            string accountId = null)
        {
            AccessKeyId = accessKeyId;
            this.secretAccessKey = secretAccessKey;
            this.sessionToken = sessionToken;
            ExpiresAt = expiresAt;
            AccountId = accountId;
        }

        /// <summary>The key's name, which is no secret.</summary>
        public string AccessKeyId { get; private set; }

        /// <summary>When they end.</summary>
        public DateTimeOffset? ExpiresAt { get; private set; }

        /// <summary>The account that they are of.</summary>
        public string AccountId { get; private set; }

        /// <summary>The key's name alone.</summary>
        public override string ToString()
        {
            return "Credentials(" + AccessKeyId + ")";
        }

        internal ICollection<KeyValuePair<string, string>> Values()
        {
            return new Dictionary<string, string>
            {
                { "access_key_id", AccessKeyId },
                { "secret_access_key", secretAccessKey },
                { "session_token", string.IsNullOrEmpty(sessionToken) ? null : sessionToken },
                { "expires_at", ExpiresAt.HasValue ? Plain(ExpiresAt.Value) : null },
                { "account_id", AccountId },
            };
        }

        private static string Plain(DateTimeOffset when)
        {
            return when.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        }
    }
}
