using System;
using System.Data.Common;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Npgsql;

namespace Pgiam.Tests
{
    /// <summary>What UsePgiam decides, against the shape of Npgsql (NpgsqlShape.cs): Npgsql itself is not here.</summary>
    public static class NpgsqlTests
    {
        private static readonly Context Kept = new Context(new Options { Cache = "memory" });

        private static NpgsqlDataSourceBuilder With(string more, string host = Check.Host)
        {
            return new NpgsqlDataSourceBuilder("Host=" + host + ";Username=app;Database=shop" + more).UsePgiam(context: Kept);
        }

        private static string Sync(NpgsqlDataSourceBuilder builder)
        {
            return builder.Provider(builder.ConnectionStringBuilder);
        }

        private static Task<string> Async(NpgsqlDataSourceBuilder builder)
        {
            return builder.ProviderAsync(builder.ConnectionStringBuilder, CancellationToken.None).AsTask();
        }

        public static async Task EachConnectionGetsATokenPlainOrAsync()
        {
            var builder = With(";Port=6000");
            Check.Contains(Check.Host + ":6000/?Action=connect&DBUser=app&", Sync(builder));
            Check.Contains(Check.Host + ":6000/?Action=connect&DBUser=app&", await Async(builder));
        }

        public static void SslModeBecomesRequireWhereNobodySaidAnything()
        {
            Check.Equal(SslMode.Require, With("").ConnectionStringBuilder.SslMode);
            Check.Equal(SslMode.VerifyFull, With(";SSL Mode=VerifyFull").ConnectionStringBuilder.SslMode);
        }

        public static void WithAnInstalledBundleNobodyWhoSaidNothingGoesUnverified()
        {
            var bundle = Installed("* Anybody's root");
            try
            {
                var settings = Fresh("").ConnectionStringBuilder;
                Check.Equal(SslMode.VerifyFull, settings.SslMode);
                Check.Equal(bundle, settings.RootCertificate);
                Check.Contains("?Action=connect", Sync(Fresh("")));
                Check.Equal(SslMode.VerifyFull, Fresh("", "localhost," + Check.Host + ":6000").ConnectionStringBuilder.SslMode);
                settings = Fresh(";SSL Mode=Require").ConnectionStringBuilder;
                Check.Equal(SslMode.Require, settings.SslMode);
                Check.Equal(null, settings.RootCertificate);
                Check.Equal(bundle, Fresh(";SSL Mode=VerifyFull").ConnectionStringBuilder.RootCertificate);
                Check.Equal(SslMode.Prefer, Fresh("", "localhost").ConnectionStringBuilder.SslMode);
            }
            finally
            {
                File.Delete(bundle);
            }
        }

        public static void AdoNetWritesTheSameIntoAConnectionStringOfNpgsqls()
        {
            var bundle = Installed("* Anybody's root");
            string written = null;
            try
            {
                Check.Throws<OperationCanceledException>(() => AdoNet.Open<DbConnection>(
                    text =>
                    {
                        written = text;
                        throw new OperationCanceledException();
                    }, "Host=" + Check.Host + ";Username=app;Database=shop", context: new Context(new Options { Cache = "memory" })));
                Check.Contains("SSL Mode=VerifyFull", written);
                Check.Contains("Root Certificate=" + bundle, written);
            }
            finally
            {
                File.Delete(bundle);
            }
        }

        public static void WhatTheBundleDoesNotCoverIsAsWithoutIt()
        {
            var bundle = Installed("us-east-1 A root of another region");
            try
            {
                Check.Equal(SslMode.Require, Fresh("").ConnectionStringBuilder.SslMode);
                Check.Equal(null, Fresh("").ConnectionStringBuilder.RootCertificate);
            }
            finally
            {
                File.Delete(bundle);
            }
        }

        public static void ARootThatIsNamedWithoutAModeVerifies()
        {
            var settings = With(";Root Certificate=/etc/my.pem").ConnectionStringBuilder;
            Check.Equal(SslMode.VerifyFull, settings.SslMode);
            Check.Equal("/etc/my.pem", settings.RootCertificate);
        }

        /// <summary>Over a tunnel Npgsql knows another name than the certificate has.</summary>
        public static void OverATunnelTheAuthorityIsVerified()
        {
            var bundle = Installed("* Anybody's root");
            try
            {
                var settings = Fresh("", "localhost", new Options { SigningHost = Check.Host }).ConnectionStringBuilder;
                Check.Equal(SslMode.VerifyCA, settings.SslMode);
                Check.Equal(bundle, settings.RootCertificate);
            }
            finally
            {
                File.Delete(bundle);
            }
        }

        /// <summary>As pgiam ca install leaves it.</summary>
        private static string Installed(string root)
        {
            var folder = Environment.GetEnvironmentVariable("HOME") + "/.local/share/pgiam";
            Directory.CreateDirectory(folder);
            File.WriteAllText(folder + "/rds-ca.pem", "# root 9c8f 2021-05-21 2061-05-21 " + root
                + "\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
            return folder + "/rds-ca.pem";
        }

        /// <summary>By a context that has seen no other bundle.</summary>
        private static NpgsqlDataSourceBuilder Fresh(string more, string host = Check.Host, Options options = null)
        {
            var context = new Context(new Options { Cache = "memory" });
            return new NpgsqlDataSourceBuilder("Host=" + host + ";Username=app;Database=shop" + more).UsePgiam(options, context: context);
        }

        public static void AModeThatGoesOnWithoutTlsGetsNoToken()
        {
            foreach (var mode in new[] { "Prefer", "Allow", "Disable" })
            {
                var builder = With(";SSL Mode=" + mode);
                var refused = Check.Refused(() => Sync(builder));
                Check.Equal("INSECURE", refused.Status);
                Check.Contains("SSL Mode=Require", refused.Hint);
                Check.Contains("SSL Mode=Require", Check.Refused(() => Async(builder).GetAwaiter().GetResult()).ToString());
            }
        }

        public static void WhatIsNotOursIsNpgsqls()
        {
            var builder = With("", "localhost");
            Check.Equal(SslMode.Prefer, builder.ConnectionStringBuilder.SslMode);
            Check.Equal(null, Sync(builder));
            Check.Equal(null, Async(builder).GetAwaiter().GetResult());
            Check.That(With(";Password=open sesame").Provider == null, "a password of its own");
        }

        public static void APasswordOfTheEnvironmentWins()
        {
            Environment.SetEnvironmentVariable("PGPASSWORD", "open sesame");
            try
            {
                Check.Equal(null, Sync(With(";SSL Mode=Require")));
            }
            finally
            {
                Environment.SetEnvironmentVariable("PGPASSWORD", null);
            }
        }
    }
}
