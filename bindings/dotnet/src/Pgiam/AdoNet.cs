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
    /// What is not ours, or has a password of its own, passes as if pgiam were absent. For Npgsql's pools there is Pgiam.Npgsql.</summary>
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
                    try
                    {
                        attempt.Next();
                    }
                    catch (PgiamException reason)
                    {
                        if (PassesBy(reason, failure))
                        {
                            return Opened(create(connectionString));
                        }
                        throw reason.Over(failure);
                    }
                    var connection = create(dialect.With(attempt.GetParameters()));
                    try
                    {
                        connection.Open();
                        attempt.ReportConnected();
                        return connection;
                    }
                    catch (DbException refusal)
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
                    var passesBy = false;
                    try
                    {
                        await attempt.NextAsync(cancellationToken).ConfigureAwait(false);
                    }
                    catch (PgiamException reason)
                    {
                        passesBy = PassesBy(reason, failure);
                        if (!passesBy)
                        {
                            throw reason.Over(failure);
                        }
                    }
                    if (passesBy)
                    {
                        return await OpenedAsync(create(connectionString), cancellationToken).ConfigureAwait(false);
                    }
                    var connection = create(dialect.With(attempt.GetParameters()));
                    try
                    {
                        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
                        attempt.ReportConnected();
                        return connection;
                    }
                    catch (DbException refusal)
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

        /// <summary>Whether it is none of ours. Throws the provider's own exception where its words say it all.</summary>
        private static bool PassesBy(PgiamException reason, Exception failure)
        {
            if (reason.Status == "NOT_APPLICABLE")
            {
                return true;
            }
            if (reason.Status == "CONNECT" && failure != null)
            {
                ExceptionDispatchInfo.Capture(failure).Throw();
            }
            return false;
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
