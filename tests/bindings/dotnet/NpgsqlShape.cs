// Not Npgsql: the members of Npgsql 8 that Pgiam.Npgsql uses, so that it is compiled here and its decisions run, where Npgsql itself
// and the SDK that it needs cannot be had.
using System;
using System.Data.Common;
using System.Threading;
using System.Threading.Tasks;

namespace Npgsql
{
    public enum SslMode
    {
        Disable,
        Allow,
        Prefer,
        Require,
        VerifyCA,
        VerifyFull,
    }

    public sealed class NpgsqlConnectionStringBuilder : DbConnectionStringBuilder
    {
        public string Host { get { return Text("Host"); } set { this["Host"] = value; } }

        public int Port { get { return int.Parse(Text("Port") ?? "5432"); } }

        public string Username { get { return Text("Username"); } }

        public string Database { get { return Text("Database"); } }

        public string Password { get { return Text("Password"); } }

        public string Passfile { get { return Text("Passfile"); } }

        public string RootCertificate { get { return Text("Root Certificate"); } set { this["Root Certificate"] = value; } }

        public SslMode SslMode
        {
            get { return Text("SSL Mode") == null ? SslMode.Prefer : (SslMode)Enum.Parse(typeof(SslMode), Text("SSL Mode"), true); }
            set { this["SSL Mode"] = value.ToString(); }
        }

        private string Text(string key)
        {
            object value;
            return TryGetValue(key, out value) ? (string)value : null;
        }
    }

    public sealed class NpgsqlDataSource
    {
    }

    public sealed class NpgsqlDataSourceBuilder
    {
        public NpgsqlDataSource Build()
        {
            return new NpgsqlDataSource();
        }

        public NpgsqlDataSourceBuilder(string connectionString)
        {
            ConnectionStringBuilder = new NpgsqlConnectionStringBuilder { ConnectionString = connectionString };
        }

        public NpgsqlConnectionStringBuilder ConnectionStringBuilder { get; private set; }

        internal Func<NpgsqlConnectionStringBuilder, string> Provider { get; private set; }

        internal Func<NpgsqlConnectionStringBuilder, CancellationToken, ValueTask<string>> ProviderAsync { get; private set; }

        public NpgsqlDataSourceBuilder UsePasswordProvider(
            Func<NpgsqlConnectionStringBuilder, string> passwordProvider,
            Func<NpgsqlConnectionStringBuilder, CancellationToken, ValueTask<string>> passwordProviderAsync)
        {
            Provider = passwordProvider;
            ProviderAsync = passwordProviderAsync;
            return this;
        }
    }
}
