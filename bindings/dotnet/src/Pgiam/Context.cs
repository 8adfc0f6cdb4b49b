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
    public sealed partial class Context : IDisposable
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
        public Answer GetAnswer(string host, string user, int port = 0, Options options = null, CredentialSource credentials = null)
        {
            return GetAnswer(New(host, user, port, options, credentials));
        }

        /// <summary>The same of what psql takes.</summary>
        public Answer GetAnswer(string conninfo, Options options = null, CredentialSource credentials = null)
        {
            return GetAnswer(New(conninfo, options, credentials));
        }

        /// <summary>The same of a request.</summary>
        public Answer GetAnswer(Request request, CancellationToken cancellationToken = default(CancellationToken))
        {
            return Ask(request, AnswerOf, cancellationToken);
        }

        /// <summary>The same without a thread that waits.</summary>
        public Task<Answer> GetAnswerAsync(
            string host, string user, int port = 0, Options options = null, CredentialSource credentials = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return GetAnswerAsync(New(host, user, port, options, credentials), cancellationToken);
        }

        /// <summary>The same of what psql takes.</summary>
        public Task<Answer> GetAnswerAsync(
            string conninfo, Options options = null, CredentialSource credentials = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return GetAnswerAsync(New(conninfo, options, credentials), cancellationToken);
        }

        /// <summary>The same of a request.</summary>
        public Task<Answer> GetAnswerAsync(Request request, CancellationToken cancellationToken = default(CancellationToken))
        {
            return AskAsync(request, AnswerOf, cancellationToken);
        }

        /// <summary>What would be done with this request and why, as one JSON object, without a token and without the network.</summary>
        public string Explain(Request request)
        {
            IntPtr reply = IntPtr.Zero, error = IntPtr.Zero;
            using (var arena = new Arena())
            {
                var raw = RequestForm.Of(arena, request, null);
                using (var use = Use())
                {
                    var status = api.Explain(use.Handle, ref raw, ref reply, ref error);
                    if (status != Constants.OK)
                    {
                        throw PgiamException.Take(status, error, request.Options ?? options);
                    }
                }
            }
            try
            {
                return Text.Read(api.ReplyText(reply, Constants.REPLY_EXPLANATION));
            }
            finally
            {
                api.ReplyFree(reply);
            }
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
    }
}
