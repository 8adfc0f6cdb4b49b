using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;

namespace Pgiam.Native
{
    /// <summary>Finds libpgiam and loads it: the variable PGIAM_LIBRARY, inside the package, the system's linker. By dlopen itself,
    /// which each .NET has in the same way: netstandard2.0 knows no resolver.</summary>
    internal static class Library
    {
        private const string File = "libpgiam.so.1";
        private const string MacFile = "libpgiam.1.dylib";
        private const string GetIt =
            "install pgiam (its package, or `cmake --install`), or set PGIAM_LIBRARY to the full path of " + File;

        internal static Api Load()
        {
            if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            {
                throw Failure("there is no pgiam library for Windows yet", "", "no_library");
            }
            var named = Environment.GetEnvironmentVariable("PGIAM_LIBRARY");
            var tried = new List<string>();
            foreach (var candidate in string.IsNullOrEmpty(named) ? Candidates() : new[] { named })
            {
                var handle = DynamicLinker.Open(candidate, out var reason);
                if (handle != IntPtr.Zero)
                {
                    return Bound(handle, candidate);
                }
                tried.Add(Place(candidate, named) + ": " + reason);
            }
            throw Failure(File + " was not found; looked for as " + string.Join("; ", tried), GetIt, "no_library");
        }

        private static IEnumerable<string> Candidates()
        {
            var file = RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? MacFile : File;
            foreach (var folder in PackageFolders())
            {
                yield return Path.Combine(folder, file);
                yield return Path.Combine(folder, "runtimes", RuntimeId(), "native", file);
            }
            yield return file;
        }

        /// <summary>Beside this assembly, and beside the program, where `dotnet publish` puts what a package has inside.</summary>
        private static IEnumerable<string> PackageFolders()
        {
            var program = AppContext.BaseDirectory;
            var assembly = typeof(Library).Assembly.Location; // "" in a program of a single file
            var beside = string.IsNullOrEmpty(assembly) ? program : Path.GetDirectoryName(assembly);
            yield return beside;
            if (Path.GetFullPath(program).TrimEnd('/') != Path.GetFullPath(beside).TrimEnd('/'))
            {
                yield return program;
            }
        }

        private static string RuntimeId()
        {
            var system = RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? "osx-"
                : System.IO.File.Exists("/etc/alpine-release") ? "linux-musl-" : "linux-";
            return system + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        }

        private static string Place(string candidate, string named)
        {
            if (candidate == named)
            {
                return candidate + " (PGIAM_LIBRARY)";
            }
            return candidate.Contains("/") ? candidate : candidate + " (the system's linker)";
        }

        /// <summary>Refuses a library of another ABI by name, before a function that it lacks is missed.</summary>
        private static Api Bound(IntPtr handle, string name)
        {
            var version = DynamicLinker.Symbol(handle, "pgiam_abi_version");
            var getApi = DynamicLinker.Symbol(handle, "pgiam_get_api");
            if (version == IntPtr.Zero || getApi == IntPtr.Zero)
            {
                throw Failure(name + " is not pgiam's library", GetIt, "no_library");
            }
            var abi = Marshal.GetDelegateForFunctionPointer<AbiVersion>(version)();
            var table = Marshal.GetDelegateForFunctionPointer<GetApi>(getApi)(Constants.ABI_MAJOR);
            var major = abi >> 16;
            if (table == IntPtr.Zero || (major == Constants.ABI_MAJOR && (abi & 0xffff) < Constants.ABI_MINOR) || IsShort(table))
            {
                throw Failure(
                    name + " speaks ABI " + major + "." + (abi & 0xffff) + ", which is "
                    + (major > Constants.ABI_MAJOR ? "newer" : "older") + " than the " + Constants.ABI_MAJOR + "."
                    + Constants.ABI_MINOR + " that this .NET package is for",
                    "install the package and the library of one version", "library_version");
            }
            var slots = Marshal.PtrToStructure<ApiTable>(table);
            return new Api(ref slots);
        }

        private static bool IsShort(IntPtr table)
        {
            return (uint)Marshal.ReadInt32(table) < Marshal.SizeOf<ApiTable>();
        }

        private static PgiamException Failure(string message, string hint, string code)
        {
            return new PgiamException("UNSUPPORTED", message) { Hint = hint, Code = code };
        }
    }

    /// <summary>The system's own loader.</summary>
    internal static class DynamicLinker
    {
        private const int Now = 2; // RTLD_NOW; RTLD_LOCAL is 0, or the default

        internal static IntPtr Open(string name, out string reason)
        {
            var handle = OnMac ? MacOpen(name, Now) : LinuxOpen(name, Now);
            reason = handle == IntPtr.Zero ? Text.Read(OnMac ? MacError() : LinuxError()) : null;
            return handle;
        }

        internal static IntPtr Symbol(IntPtr handle, string name)
        {
            return OnMac ? MacSymbol(handle, name) : LinuxSymbol(handle, name);
        }

        private static bool OnMac
        {
            get { return RuntimeInformation.IsOSPlatform(OSPlatform.OSX); }
        }

        [DllImport("libdl.so.2", EntryPoint = "dlopen")]
        private static extern IntPtr LinuxOpen(string name, int flags);

        [DllImport("libdl.so.2", EntryPoint = "dlsym")]
        private static extern IntPtr LinuxSymbol(IntPtr handle, string name);

        [DllImport("libdl.so.2", EntryPoint = "dlerror")]
        private static extern IntPtr LinuxError();

        [DllImport("libSystem.dylib", EntryPoint = "dlopen")]
        private static extern IntPtr MacOpen(string name, int flags);

        [DllImport("libSystem.dylib", EntryPoint = "dlsym")]
        private static extern IntPtr MacSymbol(IntPtr handle, string name);

        [DllImport("libSystem.dylib", EntryPoint = "dlerror")]
        private static extern IntPtr MacError();
    }
}
