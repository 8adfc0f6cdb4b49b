using System;
using System.Collections.Generic;
using System.Data.Common;
using System.IO;
using System.Linq;

namespace Pgiam
{
    /// <summary>A provider's connection string in libpq's keywords, and back.</summary>
    internal abstract class AdoDialect
    {
        protected readonly string Text;
        protected readonly DbConnectionStringBuilder Given;

        protected AdoDialect(string text, bool isOdbc)
        {
            Text = text;
            Given = new DbConnectionStringBuilder(isOdbc) { ConnectionString = text };
        }

        internal static AdoDialect Of(string connectionString)
        {
            var odbc = new DbConnectionStringBuilder(true);
            try
            {
                odbc.ConnectionString = connectionString;
            }
            catch (ArgumentException)
            {
                return new NpgsqlDialect(connectionString); // its quotes are no ODBC
            }
            return odbc.ContainsKey("Driver") || odbc.ContainsKey("DSN") || odbc.ContainsKey("FileDSN")
                ? (AdoDialect)new OdbcDialect(connectionString)
                : new NpgsqlDialect(connectionString);
        }

        internal Request Request(Options options, CredentialSource credentials)
        {
            return new Request { Keywords = Keywords(), CanApply = CanApply, Options = options, Credentials = credentials };
        }

        internal abstract string CanApply { get; }

        /// <summary>The connection string for one connect.</summary>
        internal abstract string With(IReadOnlyDictionary<string, string> parameters);

        protected abstract Dictionary<string, string> Keywords();

        /// <summary>The first of a key's spellings that is given.</summary>
        protected string Value(params string[] spellings)
        {
            foreach (var spelling in spellings)
            {
                object value;
                if (Given.TryGetValue(spelling, out value) && Convert.ToString(value) != "")
                {
                    return Plain(Convert.ToString(value));
                }
            }
            return null;
        }

        /// <summary>Without the quotes that the builder leaves on.</summary>
        protected virtual string Plain(string value)
        {
            return value;
        }

        protected static string Variable(string name)
        {
            var value = Environment.GetEnvironmentVariable(name);
            return string.IsNullOrEmpty(value) ? null : value;
        }

        protected static string PasswordFile
        {
            get
            {
                return Variable("PGPASSFILE")
                    ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".pgpass");
            }
        }
    }

    /// <summary>Npgsql's, and those that are written alike.</summary>
    internal sealed class NpgsqlDialect : AdoDialect
    {
        private static readonly string[] HostKeys = { "Host", "Server" };
        private static readonly string[] UserKeys = { "Username", "User Name", "UserId", "User Id", "UID" };
        private static readonly string[] PasswordKeys = { "Password", "PSW", "PWD" };
        private static readonly string[] TlsKeys = { "SSL Mode", "SslMode" };
        private static readonly string[] RootKeys = { "Root Certificate", "RootCertificate" };

        private static readonly Dictionary<string, string> Modes = new Dictionary<string, string>
        {
            { "verify-ca", "VerifyCA" }, { "verify-full", "VerifyFull" }, { "require", "Require" }, { "prefer", "Prefer" },
            { "allow", "Allow" }, { "disable", "Disable" },
        };

        internal NpgsqlDialect(string text) : base(text, false)
        {
        }

        internal override string CanApply
        {
            get { return "password,host,port,user,sslmode,sslrootcert"; }
        }

        protected override Dictionary<string, string> Keywords()
        {
            return new Dictionary<string, string>
            {
                { "host", Value(HostKeys) }, { "port", Value("Port") }, { "dbname", Value("Database", "DB") },
                { "user", Value(UserKeys) ?? Variable("PGUSER") ?? Environment.UserName },
                { "password", Value(PasswordKeys) ?? Variable("PGPASSWORD") },
                { "passfile", Value("Passfile") ?? PasswordFile },
                { "sslmode", Mode(Value(TlsKeys)) }, { "sslrootcert", Value(RootKeys) ?? Variable("PGSSLROOTCERT") },
                { "gssencmode", "disable" },
            };
        }

        internal override string With(IReadOnlyDictionary<string, string> parameters)
        {
            var built = new DbConnectionStringBuilder { ConnectionString = Text };
            Set(built, parameters, "host", HostKeys);
            Set(built, parameters, "port", "Port");
            Set(built, parameters, "user", UserKeys);
            Set(built, parameters, "password", PasswordKeys);
            Set(built, parameters, "sslmode", TlsKeys);
            Set(built, parameters, "sslrootcert", RootKeys);
            return built.ConnectionString;
        }

        /// <summary>libpq's word for one of SslMode's.</summary>
        internal static string Mode(string word)
        {
            var known = word == null ? default(KeyValuePair<string, string>)
                : Modes.FirstOrDefault(pair => string.Equals(pair.Value, word, StringComparison.OrdinalIgnoreCase));
            return known.Key ?? word;
        }

        private static void Set(
            DbConnectionStringBuilder built, IReadOnlyDictionary<string, string> parameters, string keyword, params string[] spellings)
        {
            string value;
            if (!parameters.TryGetValue(keyword, out value))
            {
                return;
            }
            foreach (var spelling in spellings)
            {
                built.Remove(spelling);
            }
            if (value != "")
            {
                built[spellings[0]] = keyword == "sslmode" && Modes.ContainsKey(value) ? Modes[value] : value;
            }
        }
    }

    /// <summary>psqlODBC's, by System.Data.Odbc. What it has no key for goes to libpq through pqopt.</summary>
    internal sealed class OdbcDialect : AdoDialect
    {
        private static readonly Dictionary<string, string[]> Keys = new Dictionary<string, string[]>
        {
            { "host", new[] { "Server", "Servername" } }, { "port", new[] { "Port" } },
            { "user", new[] { "UID", "Username", "User" } }, { "password", new[] { "PWD", "Password" } },
            { "sslmode", new[] { "SSLmode" } },
        };

        internal OdbcDialect(string text) : base(text, true)
        {
            if (Value("DSN", "FileDSN") != null && Value(Keys["host"]) == null)
            {
                throw new PgiamException("UNSUPPORTED", "a data source's host is in odbc.ini, where AdoNet does not look")
                {
                    Hint = "write Driver= and Server= in the connection string, or use pgiam's ODBC driver: pgiam odbc install",
                };
            }
        }

        internal override string CanApply
        {
            get { return "*"; }
        }

        protected override Dictionary<string, string> Keywords()
        {
            var keywords = Conninfo.Parse(Value("pqopt") ?? "");
            foreach (var key in Keys)
            {
                keywords[key.Key] = Value(key.Value) ?? (keywords.ContainsKey(key.Key) ? keywords[key.Key] : null);
            }
            keywords["dbname"] = Value("Database");
            keywords["password"] = keywords["password"] ?? Variable("PGPASSWORD");
            keywords["sslmode"] = keywords["sslmode"] ?? Variable("PGSSLMODE");
            foreach (var pair in new Dictionary<string, string>
            {
                { "sslrootcert", Variable("PGSSLROOTCERT") }, { "hostaddr", Variable("PGHOSTADDR") }, { "passfile", PasswordFile },
            })
            {
                if (!keywords.ContainsKey(pair.Key))
                {
                    keywords[pair.Key] = pair.Value;
                }
            }
            return keywords;
        }

        /// <summary>The password in braces: psqlODBC reads %20 and + in a bare one as blanks. Other values have none, which it would
        /// take for a part of them.</summary>
        internal override string With(IReadOnlyDictionary<string, string> parameters)
        {
            var built = new DbConnectionStringBuilder(true) { ConnectionString = Text };
            var own = new List<string>();
            var others = Conninfo.Parse(Value("pqopt") ?? "");
            foreach (var parameter in parameters)
            {
                string[] spellings;
                if (!Keys.TryGetValue(parameter.Key, out spellings))
                {
                    others[parameter.Key] = parameter.Value;
                    continue;
                }
                foreach (var spelling in spellings)
                {
                    built.Remove(spelling);
                }
                others.Remove(parameter.Key);
                own.Add(spellings[0] + "=" + (parameter.Key == "password" ? Braced(parameter.Value) : parameter.Value));
            }
            built.Remove("pqopt");
            if (others.Count > 0)
            {
                own.Add("pqopt=" + Braced(string.Join(" ", others.Select(pair => pair.Key + "=" + Quoted(pair.Value)))));
            }
            return built.ConnectionString.TrimEnd(';') + ";" + string.Join(";", own);
        }

        protected override string Plain(string value)
        {
            return value.Length > 1 && value[0] == '{' && value[value.Length - 1] == '}'
                ? value.Substring(1, value.Length - 2).Replace("}}", "}") : value;
        }

        private static string Braced(string value)
        {
            return "{" + value.Replace("}", "}}") + "}";
        }

        private static string Quoted(string value)
        {
            return "'" + value.Replace("\\", "\\\\").Replace("'", "\\'") + "'";
        }
    }
}
