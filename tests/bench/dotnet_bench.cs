// What the .NET binding adds to a token that is at hand, run by Mono: dotnet_bench.exe [CALLS]. In µs of the processor's time, the
// best of five rounds, beside the same two calls of the C ABI through bare delegates. tests/bench/dotnet_bench builds and runs it.
using System;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

internal static class DotnetBench
{
    private const string Host = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com";
    private static int calls;

    private static void Main(string[] arguments)
    {
        calls = arguments.Length > 0 ? int.Parse(arguments[0]) : 200000; // the clock ticks in 10 ms
        using (var context = new Pgiam.Context(new Pgiam.Options { ReuseSeconds = 900, Cache = "memory" }))
        {
            var request = new Pgiam.Request { Host = Host, User = "app" };
            context.GetToken(request);
            var floor = Cost(Bare.Prepared());
            Tell("GetToken", Cost(() => context.GetToken(request)), floor);
            Tell("GetTokenAsync", Cost(() => context.GetTokenAsync(request).Wait()), floor);
            Tell("GetAnswer", Cost(() => context.GetAnswer(request)), floor);
        }
    }

    private static void Tell(string name, double took, double floor)
    {
        Console.WriteLine("{0,-14} {1,6:F2} µs, {2,6:F2} more than the calls themselves ({3:F2})", name, took, took - floor, floor);
    }

    private static double Cost(Action call)
    {
        var best = double.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var start = Process.GetCurrentProcess().TotalProcessorTime;
            for (var i = 0; i < calls; i++)
            {
                call();
            }
            var took = Process.GetCurrentProcess().TotalProcessorTime - start;
            best = Math.Min(best, took.TotalMilliseconds * 1000 / calls);
        }
        return best;
    }

    /// <summary>pgiam_before_connect from memory and pgiam_reply_free, with a request that is made once.</summary>
    private static class Bare
    {
        [DllImport("pgiam")]
        private static extern int pgiam_context_new(IntPtr config, ref IntPtr context, IntPtr error);

        [DllImport("pgiam")]
        private static extern int pgiam_before_connect(IntPtr context, byte[] request, ref IntPtr reply, IntPtr error);

        [DllImport("pgiam")]
        private static extern void pgiam_reply_free(IntPtr reply);

        internal static Action Prepared()
        {
            var context = IntPtr.Zero;
            pgiam_context_new(IntPtr.Zero, ref context, IntPtr.Zero);
            var request = new byte[48]; // what pgiam_request begins with: size, flags, host, user
            BitConverter.GetBytes(48).CopyTo(request, 0);
            BitConverter.GetBytes(Pointer(Host)).CopyTo(request, 8);
            BitConverter.GetBytes(Pointer("app")).CopyTo(request, 16);
            return () =>
            {
                var reply = IntPtr.Zero;
                if (pgiam_before_connect(context, request, ref reply, IntPtr.Zero) != 0)
                {
                    throw new InvalidOperationException("no token");
                }
                pgiam_reply_free(reply);
            };
        }

        private static long Pointer(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text + "\0");
            var memory = Marshal.AllocHGlobal(bytes.Length);
            Marshal.Copy(bytes, 0, memory, bytes.Length);
            return (long)memory;
        }
    }
}
