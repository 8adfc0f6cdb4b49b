using System.Collections.Generic;
using System.Diagnostics;

namespace Pgiam
{
    /// <summary>A connection that a token is wanted for. What is null is not given; what holds secrets can be set and not read.</summary>
    public sealed class Request
    {
        private string conninfo;
        private string password;
        private IReadOnlyDictionary<string, string> keywords;

        /// <summary>As the user gave it; options and rules may name another to sign for.</summary>
        public string Host { get; set; }

        /// <summary>0: 5432.</summary>
        public int Port { get; set; }

        /// <summary>The database's user.</summary>
        public string User { get; set; }

        /// <summary>Only to choose a rule of the configuration file.</summary>
        public string Database { get; set; }

        /// <summary>What psql takes: "host=… user=…" or postgresql://…. The properties win over it.</summary>
        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        public string Conninfo { set { conninfo = value; } }

        /// <summary>What the client would use without pgiam: one that the user gave wins over a token.</summary>
        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        public string Password { set { password = value; } }

        /// <summary>The connection in libpq's keywords, as the client resolved them. The properties win over them.</summary>
        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        public IReadOnlyDictionary<string, string> Keywords { set { keywords = value; } }

        /// <summary>The keywords that you set from the answer's parameters, "*" for all; null: "password,sslmode,sslrootcert".</summary>
        public string CanApply { get; set; }

        /// <summary>Over those of the context.</summary>
        public Options Options { get; set; }

        /// <summary>Credentials of your own, in place of all that would be looked for.</summary>
        public CredentialSource Credentials { get; set; }

        /// <summary>Ignore what was kept.</summary>
        public bool Refresh { get; set; }

        /// <summary>Ask no person.</summary>
        public bool NoInteraction { get; set; }

        internal string GivenConninfo { get { return conninfo; } }

        internal string GivenPassword { get { return password; } }

        internal IReadOnlyDictionary<string, string> GivenKeywords { get { return keywords; } }

        /// <summary>Without what may be secret.</summary>
        public override string ToString()
        {
            return "Request(Host=" + Host + ", Port=" + Port + ", User=" + User + ")";
        }
    }
}
