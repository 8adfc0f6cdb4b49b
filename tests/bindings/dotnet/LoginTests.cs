using System;
using System.Collections.Generic;
using System.Data.Common;
using System.Data.Odbc;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Pgiam.Tests
{
    /// <summary>With a real driver of ADO.NET, System.Data.Odbc over psqlODBC, to the RDS emulator.</summary>
    public static class LoginTests
    {
        private static string Env(string name)
        {
            return Environment.GetEnvironmentVariable(name);
        }

        private static string Where(string more = "", string user = null)
        {
            return "Driver=" + Env("PSQLODBC") + ";Server=" + Env("RDS_HOST") + ";Port=" + Env("RDS_PORT") + ";Database=postgres;UID="
                + (user ?? Env("RDS_USER")) + ";pqopt={hostaddr=" + Env("RDS_HOSTADDR") + " sslrootcert=" + Env("RDS_CA") + "}" + more;
        }

        private static string Control(params string[] arguments)
        {
            var start = new ProcessStartInfo(Env("RDS_CTL"), string.Join(" ", arguments)) { UseShellExecute = false, RedirectStandardOutput = true };
            using (var process = Process.Start(start))
            {
                var said = process.StandardOutput.ReadToEnd();
                process.WaitForExit();
                return said;
            }
        }

        private static string Verdicts()
        {
            var attempts = (List<object>)Json.Read(Control("attempts"));
            return string.Join(" ", attempts.Select(attempt => ((Dictionary<string, object>)attempt)["verdict"]));
        }

        private static string Ask(DbConnection connection)
        {
            using (var command = connection.CreateCommand())
            {
                command.CommandText = "SELECT session_user::text";
                return (string)command.ExecuteScalar();
            }
        }

        private static OdbcConnection Open(string text, Context context = null)
        {
            return AdoNet.Open(with => new OdbcConnection(with), text, context: context);
        }

        public static void ATokenLogsIn()
        {
            Control("clear_attempts");
            using (var connection = Open(Where()))
            {
                Check.Equal(Env("RDS_USER"), Ask(connection));
            }
            using (var connection = Open(Where(";SSLmode=verify-full")))
            {
                Check.Equal(Env("RDS_USER"), Ask(connection));
            }
            Check.Equal("accepted accepted", Verdicts());
        }

        /// <summary>What pgiam ca install leaves: first Amazon's roots, which have signed nothing here, then the instance's own.</summary>
        public static void WithAnInstalledBundleWhoSaidNothingIsVerified()
        {
            var silent = Where().Replace(" sslrootcert=" + Env("RDS_CA"), "");
            Open(silent).Dispose();
            var bundle = Env("HOME") + "/.local/share/pgiam/rds-ca.pem";
            Directory.CreateDirectory(Path.GetDirectoryName(bundle));
            try
            {
                File.Copy(Env("AMAZONS_ROOTS"), bundle);
                Check.Contains("certificate verify failed", Check.Throws<OdbcException>(() => Open(silent, new Context())).Message);
                File.WriteAllText(bundle, "# root 9c8f 2021-05-21 2061-05-21 * The instance's\n" + File.ReadAllText(Env("RDS_CA")));
                using (var connection = Open(silent, new Context()))
                {
                    Check.Equal(Env("RDS_USER"), Ask(connection));
                }
            }
            finally
            {
                File.Delete(bundle);
            }
        }

        public static async Task SoItDoesForATask()
        {
            using (var connection = await AdoNet.OpenAsync(with => new OdbcConnection(with), Where()))
            {
                Check.Equal(Env("RDS_USER"), Ask(connection));
            }
        }

        public static void AKeptTokenThatIsRefusedIsMadeAnewOnce()
        {
            using (var context = new Context(new Options { Cache = "memory" }))
            {
                Open(Where(), context).Dispose();
                Control("clear_attempts");
                Control("expire_tokens");
                Open(Where(), context).Dispose();
                Check.Equal("refused accepted", Verdicts());
            }
            Control("revive_tokens");
        }

        public static void ARefusalIsExplained()
        {
            using (var context = new Context(new Options { Cache = "memory" }))
            {
                var refused = Check.Refused(() => Open(Where(user: "plain"), context)); // whom the server asks for a password
                Check.Equal("DENIED", refused.Status);
                Check.That(refused.Causes.Count > 0 && refused.Causes.All(cause => cause.Code != ""), refused.ToString());
                Check.That(refused.InnerException is OdbcException, "the driver's own comes along");
                Check.That(!refused.ToString().Contains("X-Amz-Signature"), refused.ToString());
            }
        }

        public static void ASessionThatIsKilledIsFollowedByAnother()
        {
            using (var connection = Open(Where()))
            {
                Control("kill_backends");
                Check.Throws<Exception>(() => Ask(connection)); // 57P01, or System.Data.Odbc's "has been disabled"
            }
            using (var connection = Open(Where()))
            {
                Check.Equal(Env("RDS_USER"), Ask(connection));
            }
        }

        public static void WhereTlsIsForgoneNothingIsSent()
        {
            Control("clear_attempts");
            foreach (var mode in new[] { "disable", "allow", "prefer" })
            {
                var refused = Check.Refused(() => Open(Where(";SSLmode=" + mode)));
                Check.Equal("INSECURE", refused.Status);
                Check.Contains("sslmode", refused.Hint);
            }
            Check.Equal("", Verdicts());
        }

        public static void APasswordOfTheUsersOwnPasses()
        {
            using (var connection = Open(Where(";PWD=open sesame;SSLmode=require", "plain")))
            {
                Check.Equal("plain", Ask(connection));
            }
        }

        public static async Task AGivenPasswordThatIsRefusedIsSaidToHaveKeptTheTokenAway()
        {
            var given = Where(";PWD=close sesame;SSLmode=require", "plain");
            foreach (var refused in new[] { Check.Refused(() => Open(given)), await Refused(given) })
            {
                Check.Equal("DENIED password_given", refused.Status + " " + refused.Code);
                Check.That(refused.InnerException is OdbcException, "the driver's own comes along");
            }
            given = Where(";PWD=open sesame;SSLmode=require", "plain").Replace("Database=postgres", "Database=nowhere");
            Check.Contains("nowhere", Check.Throws<OdbcException>(() => Open(given)).Message);
        }

        private static async Task<PgiamException> Refused(string text)
        {
            try
            {
                await AdoNet.OpenAsync(with => new OdbcConnection(with), text);
            }
            catch (PgiamException refused)
            {
                return refused;
            }
            throw new Exception("it was not refused");
        }

        public static void WhatTheDriverSaysOfAServerThatIsNotThereIsItsOwn()
        {
            Check.Throws<OdbcException>(() => Open(Where().Replace("Port=" + Env("RDS_PORT"), "Port=1")));
        }

        public static void ADataSourceWhoseHostCannotBeSeenIsRefused()
        {
            Check.Contains("Server=", Check.Refused(() => Open("DSN=orders;UID=app_user")).Hint);
        }

        public static async Task ManyLoginsAtOnceTakeOneFetch()
        {
            var asked = 0;
            var keys = CredentialSource.FromAsync(async stop =>
            {
                Interlocked.Increment(ref asked);
                await Task.Delay(50, stop);
                return new Credentials(Env("AWS_ACCESS_KEY_ID"), Env("AWS_SECRET_ACCESS_KEY"), Env("AWS_SESSION_TOKEN"));
            });
            using (var context = new Context(new Options { Cache = "memory" }))
            {
                var users = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
                {
                    using (var connection = AdoNet.Open(with => new OdbcConnection(with), Where(), credentials: keys, context: context))
                    {
                        return Ask(connection);
                    }
                })));
                Check.That(users.All(user => user == Env("RDS_USER")), string.Join(" ", users));
                Check.Equal(1, asked);
            }
        }
    }
}
