using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Pgiam
{
    /// <summary>pgiam's options, of a context or of one call. The properties are those of this version; the indexer takes any by
    /// the name that the manual and the configuration file have: options["role_arn"]. What is null is not given.</summary>
    public sealed class Options : IEnumerable<KeyValuePair<string, string>>
    {
        private readonly List<KeyValuePair<string, string>> values = new List<KeyValuePair<string, string>>();
        private readonly Dictionary<string, string> properties = new Dictionary<string, string>(); // "role_arn": "RoleArn"

        /// <summary>AWS profile; else AWS_PROFILE, else "default".</summary>
        public string Profile { get { return this["profile"]; } set { Set("profile", "Profile", value); } }

        /// <summary>Region to sign for, where it is not the one in the endpoint's name.</summary>
        public string Region { get { return this["region"]; } set { Set("region", "Region", value); } }

        /// <summary>The endpoint's own name, where the client dials another (a tunnel, an alias).</summary>
        public string SigningHost { get { return this["signing_host"]; } set { Set("signing_host", "SigningHost", value); } }

        /// <summary>The endpoint's own port, likewise.</summary>
        public int? SigningPort { get { return Number("signing_port"); } set { Set("signing_port", "SigningPort", Plain(value)); } }

        /// <summary>"auto", "rds", "dsql" or "off".</summary>
        public string Target { get { return this["target"]; } set { Set("target", "Target", value); } }

        /// <summary>A token even where there is a password.</summary>
        public bool? Force { get { return Word("force"); } set { Set("force", "Force", Plain(value)); } }

        /// <summary>Assume this role on top of what was found.</summary>
        public string RoleArn { get { return this["role_arn"]; } set { Set("role_arn", "RoleArn", value); } }

        /// <summary>What the role's trust policy asks for.</summary>
        public string ExternalId { get { return this["external_id"]; } set { Set("external_id", "ExternalId", value); } }

        /// <summary>The name that the role's session has in AWS's logs.</summary>
        public string RoleSessionName
        {
            get { return this["role_session_name"]; }
            set { Set("role_session_name", "RoleSessionName", value); }
        }

        /// <summary>How long the role's session lasts.</summary>
        public int? DurationSeconds
        {
            get { return Number("duration_seconds"); }
            set { Set("duration_seconds", "DurationSeconds", Plain(value)); }
        }

        /// <summary>The device whose code the role asks for.</summary>
        public string MfaSerial { get { return this["mfa_serial"]; } set { Set("mfa_serial", "MfaSerial", value); } }

        /// <summary>"require" or "verify-full"; "off": you take the risk.</summary>
        public string Tls { get { return this["tls"]; } set { Set("tls", "Tls", value); } }

        /// <summary>CA bundle, handed to the client where it has none.</summary>
        public string SslRootCert { get { return this["sslrootcert"]; } set { Set("sslrootcert", "SslRootCert", value); } }

        /// <summary>For the whole call; 10,000 unless said otherwise.</summary>
        public int? TimeoutMs { get { return Number("timeout_ms"); } set { Set("timeout_ms", "TimeoutMs", Plain(value)); } }

        /// <summary>How long the same token is given again for the same connection.</summary>
        public int? ReuseSeconds { get { return Number("reuse_seconds"); } set { Set("reuse_seconds", "ReuseSeconds", Plain(value)); } }

        /// <summary>"shared", "memory" or "none".</summary>
        public string Cache { get { return this["cache"]; } set { Set("cache", "Cache", value); } }

        /// <summary>"off", "error", "warn", "info" or "debug".</summary>
        public string Log { get { return this["log"]; } set { Set("log", "Log", value); } }

        /// <summary>A file that another program keeps a password in.</summary>
        public string PasswordFile { get { return this["password_file"]; } set { Set("password_file", "PasswordFile", value); } }

        /// <summary>A password file of libpq's that another program keeps.</summary>
        public string Pgpass { get { return this["pgpass"]; } set { Set("pgpass", "Pgpass", value); } }

        /// <summary>By the option's own name, as the configuration file has it; null if it is not given.</summary>
        public string this[string key]
        {
            get { return values.FindLast(pair => pair.Key == key).Value; }
            set { Set(key, null, value); }
        }

        /// <summary>For an initializer: new Options { { "role_arn", arn } }.</summary>
        public void Add(string key, string value)
        {
            this[key] = value;
        }

        /// <summary>What is given, by the options' own names.</summary>
        public IEnumerator<KeyValuePair<string, string>> GetEnumerator()
        {
            return values.GetEnumerator();
        }

        IEnumerator IEnumerable.GetEnumerator()
        {
            return GetEnumerator();
        }

        internal ICollection<KeyValuePair<string, string>> Given
        {
            get { return values; }
        }

        /// <summary>An error speaks of options as their caller wrote them.</summary>
        internal string InCallersWords(string text)
        {
            foreach (var property in properties)
            {
                if (text.IndexOf(property.Key, StringComparison.Ordinal) >= 0)
                {
                    text = Regex.Replace(text, @"(?<![\w.-])" + property.Key + @"(?= is | ?=)", property.Value);
                }
            }
            return text;
        }

        private void Set(string key, string property, string value)
        {
            if (key == null)
            {
                throw new ArgumentNullException("key");
            }
            values.RemoveAll(pair => pair.Key == key);
            properties.Remove(key);
            if (value == null)
            {
                return;
            }
            values.Add(new KeyValuePair<string, string>(key, value));
            if (property != null)
            {
                properties[key] = property;
            }
        }

        private int? Number(string key)
        {
            int number;
            return int.TryParse(this[key], NumberStyles.Integer, CultureInfo.InvariantCulture, out number) ? number : (int?)null;
        }

        private bool? Word(string key)
        {
            return this[key] == null ? (bool?)null : this[key] == "yes";
        }

        private static string Plain(int? number)
        {
            return number.HasValue ? number.Value.ToString(CultureInfo.InvariantCulture) : null;
        }

        private static string Plain(bool? word)
        {
            return word.HasValue ? (word.Value ? "yes" : "no") : null;
        }
    }
}
