using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Threading.Tasks;

namespace Pgiam.Tests
{
    /// <summary>Runs the tests of this program: each public static method of each class whose name ends with Tests.</summary>
    internal static class Check
    {
        internal const string Host = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com";

        private static int Main()
        {
            var classes = Assembly.GetExecutingAssembly().GetTypes().Where(type => type.Name.EndsWith("Tests"));
            foreach (var test in classes.SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static)))
            {
                Console.WriteLine(Run(test));
                Console.Out.Flush();
            }
            return 0;
        }

        private static string Run(MethodInfo test)
        {
            try
            {
                var task = test.Invoke(null, null) as Task;
                if (task != null)
                {
                    task.GetAwaiter().GetResult();
                }
                return "passed " + test.Name;
            }
            catch (Exception failure)
            {
                var cause = failure is TargetInvocationException ? failure.InnerException : failure;
                return "failed " + test.Name + " " + cause.ToString().Replace("\n", "\\n");
            }
        }

        internal static void That(bool holds, string what)
        {
            if (!holds)
            {
                throw new Exception(what);
            }
        }

        internal static void Equal<T>(T expected, T found)
        {
            That(EqualityComparer<T>.Default.Equals(expected, found), "expected " + expected + ", found " + found);
        }

        internal static void Contains(string part, string text)
        {
            That(text != null && text.Contains(part), "\"" + part + "\" is not in: " + text);
        }

        internal static TFailure Throws<TFailure>(Action action) where TFailure : Exception
        {
            try
            {
                action();
            }
            catch (TFailure failure)
            {
                return failure;
            }
            throw new Exception("nothing of " + typeof(TFailure).Name + " was thrown");
        }

        internal static PgiamException Refused(Action action)
        {
            return Throws<PgiamException>(action);
        }

        internal static void Until(Func<bool> condition)
        {
            for (var i = 0; !condition(); i++)
            {
                That(i < 12000, "the condition did not come true");
                System.Threading.Thread.Sleep(10);
            }
        }
    }
}
