using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Npgsql;

namespace Pgiam
{
    /// <summary>Npgsql's data sources: new NpgsqlDataSourceBuilder("Host=…;Username=app;Database=shop").UsePgiam().Build().</summary>
    public static class NpgsqlExtensions
    {
        /// <summary>A fresh token for each connection that the data source opens, as its password. Where SSL Mode is not given and the
        /// host is an endpoint it becomes Require; one that would go on without TLS, as Npgsql's own default Prefer, gets no token.
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
            if (!IsTlsGiven(settings) && IsOurs(pgiam, settings, options))
            {
                settings.SslMode = SslMode.Require;
            }
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

        /// <summary>Of a list, whether any is: all of its connections have one SSL Mode. Without the network.</summary>
        private static bool IsOurs(Context pgiam, NpgsqlConnectionStringBuilder settings, Options options)
        {
            foreach (var part in (settings.Host ?? "").Split(','))
            {
                var name = part.Trim().Split(':');
                var request = RequestOf(settings, options, null);
                request.Host = name[0];
                try
                {
                    if (pgiam.IsOurs(request))
                    {
                        return true;
                    }
                }
                catch (PgiamException)
                {
                    // Each connection tells it.
                }
            }
            return false;
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
                Keywords = new Dictionary<string, string>
                {
                    { "sslmode", WordOf(given.SslMode) },
                    { "sslrootcert", given.RootCertificate },
                    { "gssencmode", "disable" },
                    { "passfile", PasswordFile },
                },
                CanApply = "password", // Npgsql asks when its TLS is done
                Options = options,
                Credentials = credentials,
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
