using System;
using System.Collections.Generic;
using System.IO;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using Npgsql;

namespace Pgiam
{
    /// <summary>Npgsql's data sources: new NpgsqlDataSourceBuilder("Host=…;Username=app;Database=shop").UsePgiam().Build().</summary>
    public static class NpgsqlExtensions
    {
        /// <summary>A fresh token for each connection that the data source opens, as its password. Where SSL Mode is not given and the
        /// host is an endpoint it becomes what the library says: VerifyFull with the Root Certificate that is named or installed
        /// (pgiam ca install), else Require; one that would go on without TLS, as Npgsql's own default Prefer, gets no token.
        /// What is not ours, or has a password of its own (in the connection string, PGPASSWORD, a password file), is Npgsql's.</summary>
        public static NpgsqlDataSourceBuilder UsePgiam(
            this NpgsqlDataSourceBuilder builder, Options options = null, CredentialSource credentials = null, Context context = null)
        {
            var settings = builder.ConnectionStringBuilder;
            if (!string.IsNullOrEmpty(settings.Password) || !string.IsNullOrEmpty(settings.Passfile))
            {
                return builder;
            }
            var pgiam = context ?? Context.Default;
            SetTls(pgiam, settings, options);
            return builder.UsePasswordProvider(
                given => Password(pgiam, RequestOf(given, options, credentials)),
                (given, stop) => new ValueTask<string>(PasswordAsync(pgiam, RequestOf(given, options, credentials), stop)));
        }

        private static bool IsTlsGiven(NpgsqlConnectionStringBuilder settings)
        {
            foreach (string key in settings.Keys)
            {
                if (key.Replace(" ", "").Equals("sslmode", StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
            return false;
        }

        /// <summary>As the library would have it, which is asked without the network. Later, when it is asked for a password, it can set
        /// neither. Of a list the strictest: all of its connections have one SSL Mode.</summary>
        private static void SetTls(Context pgiam, NpgsqlConnectionStringBuilder settings, Options options)
        {
            var isGiven = IsTlsGiven(settings);
            SslMode? strictest = null;
            string root = null;
            foreach (var part in (settings.Host ?? "").Split(','))
            {
                var request = RequestOf(settings, options, null);
                request.Host = part.Trim().Split(':')[0];
                request.CanApply = "password,sslmode,sslrootcert";
                request.Keywords = KeywordsOf(settings, isGiven ? WordOf(settings.SslMode) : null);
                string told;
                try
                {
                    told = pgiam.Explain(request);
                }
                catch (PgiamException)
                {
                    continue; // each connection tells it
                }
                if (Member(told, "target") == "none")
                {
                    continue;
                }
                var mode = ModeOf(Member(told, "sslmode"));
                if (strictest == null || mode > strictest)
                {
                    strictest = mode;
                }
                root = root ?? Member(told, "sslrootcert");
            }
            if (strictest != null && !isGiven)
            {
                settings.SslMode = strictest.Value;
            }
            if (root != null)
            {
                settings.RootCertificate = root;
            }
        }

        /// <summary>A text among the explanation's members, else null.</summary>
        private static string Member(string json, string name)
        {
            var found = Regex.Match(json, "\"" + name + "\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");
            return found.Success ? Regex.Unescape(found.Groups[1].Value) : null;
        }

        private static Request RequestOf(NpgsqlConnectionStringBuilder given, Options options, CredentialSource credentials)
        {
            return new Request
            {
                Host = given.Host,
                Port = given.Port,
                User = given.Username ?? Environment.GetEnvironmentVariable("PGUSER") ?? Environment.UserName,
                Database = given.Database,
                Password = Environment.GetEnvironmentVariable("PGPASSWORD"),
                Keywords = KeywordsOf(given, WordOf(given.SslMode)),
                CanApply = "password", // Npgsql asks when its TLS is done
                Options = options,
                Credentials = credentials,
            };
        }

        private static Dictionary<string, string> KeywordsOf(NpgsqlConnectionStringBuilder given, string sslmode)
        {
            return new Dictionary<string, string>
            {
                { "sslmode", sslmode },
                { "sslrootcert", given.RootCertificate ?? Environment.GetEnvironmentVariable("PGSSLROOTCERT") },
                { "gssencmode", "disable" },
                { "passfile", PasswordFile },
            };
        }

        private static string PasswordFile
        {
            get
            {
                return Environment.GetEnvironmentVariable("PGPASSFILE")
                    ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".pgpass");
            }
        }

        private static string WordOf(SslMode mode)
        {
            switch (mode)
            {
                case SslMode.VerifyFull: return "verify-full";
                case SslMode.VerifyCA: return "verify-ca";
                default: return mode.ToString().ToLowerInvariant();
            }
        }

        /// <summary>At least Require, which a token needs; where the library refuses, each connection tells why.</summary>
        private static SslMode ModeOf(string word)
        {
            return word == "verify-full" ? SslMode.VerifyFull : word == "verify-ca" ? SslMode.VerifyCA : SslMode.Require;
        }

        private static string Password(Context pgiam, Request request)
        {
            try
            {
                return pgiam.GetToken(request);
            }
            catch (PgiamException reason) when (reason.Status == "NOT_APPLICABLE")
            {
                return null; // Npgsql then looks for one itself
            }
            catch (PgiamException reason) when (reason.Status == "INSECURE")
            {
                throw Named(reason);
            }
        }

        private static async Task<string> PasswordAsync(Context pgiam, Request request, CancellationToken stop)
        {
            try
            {
                return await pgiam.GetTokenAsync(request, stop).ConfigureAwait(false);
            }
            catch (PgiamException reason) when (reason.Status == "NOT_APPLICABLE")
            {
                return null;
            }
            catch (PgiamException reason) when (reason.Status == "INSECURE")
            {
                throw Named(reason);
            }
        }

        /// <summary>Names the setting as Npgsql does.</summary>
        private static PgiamException Named(PgiamException reason)
        {
            return reason.WithHint("set SSL Mode=Require, or VerifyFull with Root Certificate, in the connection string; Npgsql's "
                + "own Prefer goes on without TLS where a server has none");
        }
    }
}
