using System;
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
