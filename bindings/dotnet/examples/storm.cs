// bindings/dotnet/with-mono OUT && mono OUT/storm.exe N: the tokens of N callers at once, a line each. PGHOST, PGPORT and PGUSER say
// for what.
using System;
using System.Linq;
using System.Threading.Tasks;

internal static class Storm
{
    private static int Main(string[] arguments)
    {
        try
        {
            foreach (var token in Tokens(int.Parse(arguments[0])).GetAwaiter().GetResult())
            {
                Console.WriteLine(token);
            }
            return 0;
        }
        catch (Pgiam.PgiamException error)
        {
            Console.Error.WriteLine("storm: " + error.Explanation);
            return 1;
        }
    }

    private static Task<string[]> Tokens(int count)
    {
        var request = new Pgiam.Request
        {
            Host = Environment.GetEnvironmentVariable("PGHOST"),
            Port = int.Parse(Environment.GetEnvironmentVariable("PGPORT") ?? "0"),
            User = Environment.GetEnvironmentVariable("PGUSER"),
        };
        return Task.WhenAll(Enumerable.Range(0, count).Select(_ => Pgiam.Context.Default.GetTokenAsync(request)));
    }
}
