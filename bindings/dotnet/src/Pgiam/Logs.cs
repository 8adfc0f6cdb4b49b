using System;
using System.Runtime.InteropServices;
using Pgiam.Native;

namespace Pgiam
{
    /// <summary>The numbers are those of Microsoft.Extensions.Logging.LogLevel, so that a cast will do.</summary>
    public enum PgiamLogLevel
    {
        /// <summary>What each step does.</summary>
        Debug = 1,

        /// <summary>What was decided.</summary>
        Information = 2,

        /// <summary>What a person should know although it worked.</summary>
        Warning = 3,

        /// <summary>What did not work.</summary>
        Error = 4,

        /// <summary>Nothing.</summary>
        None = 6,
    }

    /// <summary>Takes a line of the log; never a secret. Any thread, several at once.</summary>
    public delegate void LogCallback(PgiamLogLevel level, string component, string message);

    internal static class Logs
    {
        internal static readonly IntPtr Callback; // for the library; lives as long as the process
        private static readonly LogFn Function = Log;

        static Logs()
        {
            Callback = Marshal.GetFunctionPointerForDelegate(Function);
        }

        internal static int LevelOf(PgiamLogLevel level)
        {
            switch (level)
            {
                case PgiamLogLevel.None: return 0;
                case PgiamLogLevel.Error: return Constants.LOG_ERROR;
                case PgiamLogLevel.Warning: return Constants.LOG_WARN;
                case PgiamLogLevel.Information: return Constants.LOG_INFO;
                default: return Constants.LOG_DEBUG;
            }
        }

        private static PgiamLogLevel LevelOf(int level)
        {
            return level == Constants.LOG_ERROR ? PgiamLogLevel.Error
                : level == Constants.LOG_WARN ? PgiamLogLevel.Warning
                : level == Constants.LOG_INFO ? PgiamLogLevel.Information : PgiamLogLevel.Debug;
        }

        private static void Log(IntPtr userData, int level, IntPtr component, IntPtr message)
        {
            var before = Asker.IsInCallback;
            Asker.IsInCallback = true;
            try
            {
                var log = (LogCallback)GCHandle.FromIntPtr(userData).Target;
                log(LevelOf(level), Text.Read(component), Text.Read(message));
            }
            catch (Exception)
            {
                // A logger that throws must not end the library's call.
            }
            finally
            {
                Asker.IsInCallback = before;
            }
        }
    }
}
