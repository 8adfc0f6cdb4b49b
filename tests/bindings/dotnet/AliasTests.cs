using System;
using System.Data.Odbc;

namespace Pgiam.Tests
{
    /// <summary>Names that only DNS calls aliases of an endpoint.</summary>
    public static class AliasTests
    {
        private static string Env(string name)
        {
            return Environment.GetEnvironmentVariable(name);
        }

        public static void AWholeConnectionGoesToTheEndpoint()
        {
            var where = "Driver=" + Env("PSQLODBC") + ";Server=sandbox.evil.test;Port=" + Env("RDS_PORT") + ";Database=postgres;UID=app_user";
            using (var connection = AdoNet.Open(with => new OdbcConnection(with), where))
            using (var command = connection.CreateCommand())
            {
                command.CommandText = "SELECT session_user::text";
                Check.Equal("app_user", (string)command.ExecuteScalar());
            }
        }

        public static void ABareTokenIsRefusedWithTheRule()
        {
            using (var context = new Context(new Options { Cache = "memory" }))
            {
                var refused = Check.Refused(() => context.GetToken("db.corp.example", "app"));
                Check.Contains("db.corp.example", refused.Explanation);
                Check.Contains("signing_host = " + Env("ENDPOINT"), refused.Explanation);
            }
        }
    }
}
