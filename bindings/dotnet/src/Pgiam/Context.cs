using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Pgiam.Native;

namespace Pgiam
{
    /// <summary>Where tokens come from, with what was kept. Make one for the process, and use it from every thread and task.</summary>
    public sealed class Context : IDisposable
    {
        private static readonly Lazy<Context> Shared = new Lazy<Context>(() => new Context());
        private static readonly List<WeakReference<Context>> Living = new List<WeakReference<Context>>();

        private readonly Api api = Api.Loaded;
        private readonly ContextHandle handle = new ContextHandle();
        private readonly ConcurrentDictionary<Cancellable, byte> operations = new ConcurrentDictionary<Cancellable, byte>();
        private readonly CancellationTokenSource end = new CancellationTokenSource();
        private readonly Options options;
        private readonly Asker person;
        private volatile bool closed;

        static Context()
        {
            // No thread of the library's may log into a runtime that has gone.
            AppDomain.CurrentDomain.ProcessExit += (_, __) => CloseAll();
        }

        /// <param name="options">The library's, as Profile, Region, RoleArn, Tls, TimeoutMs.</param>
        /// <param name="log">Gets warnings and the log, from any thread, up to logLevel. The levels' numbers are those of
        /// Microsoft.Extensions.Logging: log: (level, component, message) => logger.Log((LogLevel)level, …).</param>
        /// <param name="prompt">Called where a person must act, with a token that ends with the context. Without it nobody is
        /// asked: the error says what to type.</param>
        /// <param name="logLevel">What is worth calling log for.</param>
        public Context(
            Options options = null, LogCallback log = null, Func<Prompt, CancellationToken, Task<PromptAnswer>> prompt = null,
            PgiamLogLevel logLevel = PgiamLogLevel.Warning)
        {
            this.options = options;
            person = prompt != null ? new PersonAsker(prompt, end.Token) : null;
            var sink = log != null ? GCHandle.Alloc(log) : default(GCHandle);
            IntPtr made = IntPtr.Zero, error = IntPtr.Zero;
            using (var arena = new Arena())
            {
                var config = Config(arena, log != null ? sink : (GCHandle?)null, logLevel);
                var status = api.ContextNew(ref config, ref made, ref error);
                if (status != Constants.OK)
                {
                    if (sink.IsAllocated)
                    {
                        sink.Free();
                    }
                    throw PgiamException.Take(status, error, options);
                }
            }
            handle.Set(made, sink);
            Remember();
        }

        /// <summary>The process's own, without options.</summary>
        public static Context Default
        {
            get { return Shared.Value; }
        }

        /// <summary>Of the library that was found: "0.1.0".</summary>
        public static string LibraryVersion
        {
            get { return Text.Read(Api.Loaded.Version()); }
        }

        /// <summary>The password to connect with now. Ask again for every connection: it lives for 15 minutes.</summary>
        public string GetToken(string host, string user, int port = 0, Options options = null, CredentialSource credentials = null)
        {
            return GetToken(New(host, user, port, options, credentials));
        }

        /// <summary>The same of what psql takes: "host=… user=…" or postgresql://….</summary>
        public string GetToken(string conninfo, Options options = null, CredentialSource credentials = null)
        {
            return GetToken(New(conninfo, options, credentials));
        }

        /// <summary>The same of a request. The token of cancellation cancels from another thread.</summary>
        public string GetToken(Request request, CancellationToken cancellationToken = default(CancellationToken))
        {
            return Ask(request, PasswordOf, cancellationToken);
        }

        /// <summary>No thread waits. Cancelling ends the fetch, unless others wait for it.</summary>
        public Task<string> GetTokenAsync(
            string host, string user, int port = 0, Options options = null, CredentialSource credentials = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return GetTokenAsync(New(host, user, port, options, credentials), cancellationToken);
        }

        /// <summary>The same of what psql takes.</summary>
        public Task<string> GetTokenAsync(
            string conninfo, Options options = null, CredentialSource credentials = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return GetTokenAsync(New(conninfo, options, credentials), cancellationToken);
        }

        /// <summary>The same of a request.</summary>
        public Task<string> GetTokenAsync(Request request, CancellationToken cancellationToken = default(CancellationToken))
        {
            return AskAsync(request, PasswordOf, cancellationToken);
        }

        /// <summary>A token with all that is known about it.</summary>
        public Answer GetAnswer(Request request, CancellationToken cancellationToken = default(CancellationToken))
        {
            return Ask(request, AnswerOf, cancellationToken);
        }

        /// <summary>The same without a thread that waits.</summary>
        public Task<Answer> GetAnswerAsync(Request request, CancellationToken cancellationToken = default(CancellationToken))
        {
            return AskAsync(request, AnswerOf, cancellationToken);
        }

        /// <summary>Ends it. What still waits is cancelled; more calls are errors.</summary>
        public void Dispose()
        {
            closed = true;
            foreach (var operation in operations.Keys)
            {
                operation.Cancel();
            }
            end.Cancel();
            if (Asker.IsInCallback) // where the library does not free it
            {
                ThreadPool.QueueUserWorkItem(_ => handle.Dispose());
            }
            else
            {
                handle.Dispose(); // frees it as soon as no call is in it any more
            }
            if (person != null)
            {
                person.Dispose();
            }
        }

        // ---- How ----

        internal CancellationToken End
        {
            get { return end.Token; }
        }

        internal Options Given
        {
            get { return options; }
        }

        internal void Enter(Cancellable operation)
        {
            operations[operation] = 0;
            if (closed)
            {
                operation.Cancel();
            }
        }

        internal void Leave(Cancellable operation)
        {
            byte ignored;
            operations.TryRemove(operation, out ignored);
        }

        internal int WaitingCount
        {
            get { return operations.Count; }
        }

        /// <summary>While it lasts, the library's context is not freed.</summary>
        internal Usage Use()
        {
            IntPtr used;
            if (closed || !handle.TryUse(out used))
            {
                throw new PgiamException("INVALID_STATE", "the context is closed");
            }
            return new Usage(handle, used);
        }

        internal struct Usage : IDisposable
        {
            private readonly Handle handle;
            internal readonly IntPtr Handle;

            internal Usage(Handle handle, IntPtr used)
            {
                this.handle = handle;
                Handle = used;
            }

            public void Dispose()
            {
                handle.Done();
            }
        }

        private T Ask<T>(Request request, Func<IntPtr, T> read, CancellationToken stop)
        {
            stop.ThrowIfCancellationRequested();
            IntPtr reply;
            Operation operation;
            Begin(request, out reply, out operation);
            if (operation == null)
            {
                return read(reply);
            }
            using (operation)
            using (stop.Register(operation.Cancel))
            {
                try
                {
                    return read(operation.Wait(-1));
                }
                catch (PgiamException failure) when (failure.Status == "CANCELLED" && stop.IsCancellationRequested)
                {
                    throw new OperationCanceledException(failure.Message, failure, stop);
                }
            }
        }

        private Task<T> AskAsync<T>(Request request, Func<IntPtr, T> read, CancellationToken stop)
        {
            if (stop.IsCancellationRequested)
            {
                return Task.FromCanceled<T>(stop);
            }
            try
            {
                IntPtr reply;
                Operation operation;
                Begin(request, out reply, out operation);
                return operation == null ? Task.FromResult(read(reply)) : Waiting<T>.For(operation, read, stop);
            }
            catch (Exception failure)
            {
                return Task.FromException<T>(failure);
            }
        }

        /// <summary>From memory, or an operation, which also tells why there is none.</summary>
        private void Begin(Request request, out IntPtr reply, out Operation operation)
        {
            reply = IntPtr.Zero;
            operation = null;
            if (request == null)
            {
                throw new ArgumentNullException("request");
            }
            var supplier = request.Credentials != null ? new Supplier(request.Credentials, end.Token) : null;
            try
            {
                using (var arena = new Arena())
                {
                    var raw = RequestForm.Of(arena, request, supplier);
                    raw.Flags |= Constants.REQUEST_NO_WAIT;
                    var noError = IntPtr.Zero;
                    using (var use = Use())
                    {
                        if (api.BeforeConnect(use.Handle, ref raw, ref reply, ref noError) == Constants.OK)
                        {
                            return;
                        }
                    }
                    api.ErrorFree(noError);
                    raw.Flags &= ~Constants.REQUEST_NO_WAIT;
                    operation = new Operation(this, ref raw, supplier, request.Options ?? options);
                }
            }
            finally
            {
                if (operation == null && supplier != null)
                {
                    supplier.Dispose();
                }
            }
        }

        private string PasswordOf(IntPtr reply)
        {
            try
            {
                for (uint i = 0; ; i++)
                {
                    var param = Parameters.New();
                    if (api.ReplyParam(reply, (UIntPtr)i, ref param) != Constants.OK)
                    {
                        throw new PgiamException("INTERNAL", "the library's answer has no password");
                    }
                    if (Text.Read(param.Key) == "password")
                    {
                        return Text.Read(param.Value);
                    }
                }
            }
            finally
            {
                api.ReplyFree(reply);
            }
        }

        private Answer AnswerOf(IntPtr reply)
        {
            try
            {
                return new Answer(api, reply);
            }
            finally
            {
                api.ReplyFree(reply);
            }
        }

        private Config Config(Arena arena, GCHandle? sink, PgiamLogLevel level)
        {
            UIntPtr count;
            var config = new Config
            {
                StructSize = (uint)Marshal.SizeOf<Config>(),
                HostName = arena.Text("host_name", "pgiam-dotnet"),
                HostVersion = arena.Text("host_version", LibraryVersion),
                Options = arena.Pairs(options != null ? options.Given : null, out count),
                OptionCount = count,
            };
            if (sink.HasValue)
            {
                config.LogLevel = Logs.LevelOf(level);
                config.Log = Logs.Callback;
                config.LogUserData = GCHandle.ToIntPtr(sink.Value);
            }
            if (person != null)
            {
                config.Ask = Asker.Callback;
                config.AskUserData = person.UserData;
            }
            return config;
        }

        private static Request New(string host, string user, int port, Options options, CredentialSource credentials)
        {
            return new Request { Host = host, User = user, Port = port, Options = options, Credentials = credentials };
        }

        private static Request New(string conninfo, Options options, CredentialSource credentials)
        {
            if (conninfo == null)
            {
                throw new ArgumentNullException("conninfo");
            }
            return new Request { Conninfo = conninfo, Options = options, Credentials = credentials };
        }

        private void Remember()
        {
            lock (Living)
            {
                Context ignored;
                Living.RemoveAll(known => !known.TryGetTarget(out ignored) || ignored.closed);
                Living.Add(new WeakReference<Context>(this));
            }
        }

        private static void CloseAll()
        {
            WeakReference<Context>[] all;
            lock (Living)
            {
                all = Living.ToArray();
            }
            foreach (var known in all)
            {
                Context context;
                if (known.TryGetTarget(out context))
                {
                    context.Dispose();
                }
            }
        }
    }
}
