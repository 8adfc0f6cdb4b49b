// bindings/dotnet/with-mono OUT && mono OUT/reconnect.exe: logs in by ADO.NET (System.Data.Odbc and psqlODBC), waits for a line, and
// logs in again where its session is gone. PGHOST, PGPORT, PGUSER, PGDATABASE and PGSSLROOTCERT say where.
using System;
using System.Data.Common;
using System.Data.Odbc;

internal static class Reconnect
{
    private static OdbcConnection connection;

    private static int Main()
    {
        try
        {
            Ask();
            Console.WriteLine("connected");
            Console.Out.Flush();
            Console.ReadLine();
            try
            {
                Ask();
            }
            catch (Exception lost) when (lost is DbException || lost is InvalidOperationException) // the session is gone
            {
                connection.Dispose();
                connection = null;
                Ask();
            }
            Console.WriteLine("done");
            return 0;
        }
        catch (Pgiam.PgiamException error)
        {
            Console.Error.WriteLine("reconnect: " + error.Explanation);
        }
        catch (DbException error)
        {
            Console.Error.WriteLine("reconnect: " + error.Message);
        }
        return 1;
    }

    private static void Ask()
    {
        connection = connection ?? Pgiam.AdoNet.Open(text => new OdbcConnection(text), ConnectionString());
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "SELECT session_user";
            command.ExecuteScalar();
        }
    }

    private static string ConnectionString()
    {
        var text = new DbConnectionStringBuilder(true);
        text["Driver"] = Environment.GetEnvironmentVariable("PSQLODBC") ?? "PostgreSQL Unicode";
        text["Server"] = Environment.GetEnvironmentVariable("PGHOST");
        text["Port"] = Environment.GetEnvironmentVariable("PGPORT") ?? "5432";
        text["UID"] = Environment.GetEnvironmentVariable("PGUSER");
        text["Database"] = Environment.GetEnvironmentVariable("PGDATABASE") ?? "postgres";
        return text.ConnectionString;
    }
}
