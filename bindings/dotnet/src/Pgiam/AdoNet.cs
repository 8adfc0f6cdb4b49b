using System;
using System.Collections.Generic;
using System.Data.Common;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;

namespace Pgiam
{
    /// <summary>Opens a connection of any ADO.NET provider whose connection string is written like Npgsql's or psqlODBC's:
    /// <code>AdoNet.Open(text => new OdbcConnection(text), "Driver=…;Server=…;UID=app")</code>
    /// Each is decided by the library: TLS is set where nobody said anything and refused where it was forgone, an alias is dialled
    /// by the endpoint's own name, a kept token that is refused is made anew once, and a refusal is explained by a PgiamException.
    /// What is not ours, or has a password of its own, passes as if pgiam were absent; where an endpoint refuses such a password, the
    /// PgiamException says that it kept the token away. For Npgsql's pools there is Pgiam.Npgsql.</summary>
    public static class AdoNet
    {
        /// <summary>An open connection.</summary>
        public static T Open<T>(
            Func<string, T> create, string connectionString, Options options = null, CredentialSource credentials = null,
            Context context = null) where T : DbConnection
        {
            var dialect = AdoDialect.Of(connectionString);
            if (IsDisabled)
            {
                return Opened(create(connectionString));
            }
            Exception failure = null;
            using (var attempt = new Attempt(context ?? Context.Default, dialect.Request(options, credentials)))
            {
                while (true)
                {
                    var text = connectionString;
                    var isExplained = true;
                    try
                    {
                        attempt.Next();
                        text = dialect.With(attempt.GetParameters());
                    }
                    catch (PgiamException reason)
                    {
                        isExplained = PassesBy(reason, failure);
                    }
                    var connection = create(text);
                    try
                    {
                        connection.Open();
                        attempt.ReportConnected();
                        return connection;
                    }
                    catch (DbException refusal) when (isExplained)
                    {
                        connection.Dispose();
                        failure = refusal;
                        attempt.ReportFailure(refusal.Message, SqlStateOf(refusal));
                    }
                    catch
                    {
                        connection.Dispose();
                        throw;
                    }
                }
            }
        }

        /// <summary>The same; no thread waits for the token, and for the connection none where the provider has it so.</summary>
        public static async Task<T> OpenAsync<T>(
            Func<string, T> create, string connectionString, Options options = null, CredentialSource credentials = null,
            Context context = null, CancellationToken cancellationToken = default(CancellationToken)) where T : DbConnection
        {
            var dialect = AdoDialect.Of(connectionString);
            if (IsDisabled)
            {
                return await OpenedAsync(create(connectionString), cancellationToken).ConfigureAwait(false);
            }
            Exception failure = null;
            using (var attempt = new Attempt(context ?? Context.Default, dialect.Request(options, credentials)))
            {
                while (true)
                {
                    var text = connectionString;
                    var isExplained = true;
                    try
                    {
                        await attempt.NextAsync(cancellationToken).ConfigureAwait(false);
                        text = dialect.With(attempt.GetParameters());
                    }
                    catch (PgiamException reason)
                    {
                        isExplained = PassesBy(reason, failure);
                    }
                    var connection = create(text);
                    try
                    {
                        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
                        attempt.ReportConnected();
                        return connection;
                    }
                    catch (DbException refusal) when (isExplained)
                    {
                        connection.Dispose();
                        failure = refusal;
                        attempt.ReportFailure(refusal.Message, SqlStateOf(refusal));
                    }
                    catch
                    {
                        connection.Dispose();
                        throw;
                    }
                }
            }
        }

        /// <summary>It passes as if pgiam were absent: whether there is something to say if it fails, as a password that was given kept
        /// the token away. Else it throws: the provider's own exception where its words say it all.</summary>
        private static bool PassesBy(PgiamException reason, Exception failure)
        {
            if (reason.Status == "NOT_APPLICABLE" && failure == null)
            {
                return reason.Code == "password_given";
            }
            if (failure != null && (reason.Status == "CONNECT" || reason.Status == "NOT_APPLICABLE"))
            {
                ExceptionDispatchInfo.Capture(failure).Throw();
            }
            throw reason.Over(failure);
        }

        private static T Opened<T>(T connection) where T : DbConnection
        {
            try
            {
                connection.Open();
                return connection;
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }

        private static async Task<T> OpenedAsync<T>(T connection, CancellationToken stop) where T : DbConnection
        {
            try
            {
                await connection.OpenAsync(stop).ConfigureAwait(false);
                return connection;
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }

        /// <summary>Of a provider whose exceptions have it as a property, as Npgsql's; netstandard2.0's own have not.</summary>
        private static string SqlStateOf(DbException refusal)
        {
            var property = refusal.GetType().GetProperty("SqlState", typeof(string));
            return property == null ? null : (string)property.GetValue(refusal, null);
        }

        /// <summary>Whether every hook of pgiam is to be as if it were absent.</summary>
        private static bool IsDisabled
        {
            get
            {
                var word = (Environment.GetEnvironmentVariable("PGIAM_DISABLE") ?? "").ToLowerInvariant();
                return word == "1" || word == "yes" || word == "true" || word == "on";
            }
        }
    }
}
