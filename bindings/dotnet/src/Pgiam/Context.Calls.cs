using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Pgiam.Native;

namespace Pgiam
{
    // How a context's calls are made.
    public sealed partial class Context
    {
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
            Usage use;
            if (!TryUse(out use))
            {
                throw new PgiamException("INVALID_STATE", "the context is closed");
            }
            return use;
        }

        /// <summary>False: it is closed.</summary>
        internal bool TryUse(out Usage use)
        {
            use = default(Usage);
            IntPtr used;
            if (closed || !handle.TryUse(out used))
            {
                return false;
            }
            use = new Usage(handle, used);
            return true;
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
