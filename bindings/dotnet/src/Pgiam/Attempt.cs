using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Pgiam.Native;

namespace Pgiam
{
    /// <summary>A connection from the first host of its list to the end, decided by the library and made by you:
    /// <code>
    /// while (attempt.Next()) {
    ///     try { connection = Connect(attempt.GetParameters()); attempt.ReportConnected(); }
    ///     catch (DbException refusal) { attempt.ReportFailure(refusal.Message, sqlState); }
    /// }
    /// </code>
    /// A kept token that is refused is made anew once; a refusal is explained by what Next throws. For one thread at a time.</summary>
    public sealed class Attempt : IDisposable
    {
        private readonly Api api = Api.Loaded;
        private readonly Context context;
        private readonly AttemptHandle handle = new AttemptHandle();
        private readonly Options options;
        private readonly Asker supplier;

        /// <summary>Throws what is wrong with the request itself. Nothing is looked up yet.</summary>
        public Attempt(Context context, Request request)
        {
            this.context = context;
            options = request.Options ?? context.Given;
            supplier = request.Credentials != null ? new Supplier(request.Credentials, context.End) : null;
            try
            {
                IntPtr made = IntPtr.Zero, error = IntPtr.Zero;
                int status;
                using (var arena = new Arena())
                {
                    var raw = RequestForm.Of(arena, request, supplier);
                    raw.Flags |= Constants.REQUEST_NO_WAIT;
                    using (var use = context.Use())
                    {
                        status = api.AttemptNew(use.Handle, ref raw, ref made, ref error);
                    }
                }
                if (status != Constants.OK)
                {
                    throw PgiamException.Take(status, error, options);
                }
                handle.Set(made);
                context.Enter(handle);
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        /// <summary>True: connect with GetParameters and report. False: it is connected. Throws NOT_APPLICABLE where no host is ours:
        /// connect as if pgiam were absent; CONNECT where your own exception says it all; else why it failed.</summary>
        public bool Next(CancellationToken cancellationToken = default(CancellationToken))
        {
            using (cancellationToken.Register(Cancel))
            {
                while (true)
                {
                    var step = Step(cancellationToken);
                    if (step.Kind != Constants.STEP_WAIT)
                    {
                        return step.Kind == Constants.STEP_CONNECT;
                    }
                    Poller.WaitFor((int)step.Descriptor, step.WaitMs);
                }
            }
        }

        /// <summary>The same without a thread that waits.</summary>
        public async Task<bool> NextAsync(CancellationToken cancellationToken = default(CancellationToken))
        {
            using (cancellationToken.Register(Cancel))
            {
                while (true)
                {
                    var before = Asker.IsAsync;
                    Asker.IsAsync = true;
                    Step step;
                    try
                    {
                        step = Step(cancellationToken);
                    }
                    finally
                    {
                        Asker.IsAsync = before;
                    }
                    if (step.Kind != Constants.STEP_WAIT)
                    {
                        return step.Kind == Constants.STEP_CONNECT;
                    }
                    await Sleeper.Until((int)step.Descriptor, step.WaitMs).ConfigureAwait(false);
                }
            }
        }

        /// <summary>libpq's keywords to set over the user's own, the password among them; "" unsets one.</summary>
        public IReadOnlyDictionary<string, string> GetParameters()
        {
            return Using(used => Parameters.Of((UIntPtr index, ref Param param) => api.AttemptParam(used, index, ref param)));
        }

        /// <summary>It is connected; Next then answers false.</summary>
        public void ReportConnected()
        {
            Report(Constants.OUTCOME_CONNECTED, null, null);
        }

        /// <summary>The server's words, or the client's own, whole; and the SQLSTATE if it is known.</summary>
        public void ReportFailure(string message, string sqlState = null)
        {
            Report(Constants.OUTCOME_OTHER, (message ?? "").Replace('\0', ' '), sqlState);
        }

        /// <summary>Any thread: what waits, or the next call, throws CANCELLED.</summary>
        public void Cancel()
        {
            handle.Cancel();
        }

        /// <summary>Wipes the passwords.</summary>
        public void Dispose()
        {
            context.Leave(handle);
            handle.Dispose();
            if (supplier != null)
            {
                supplier.Dispose();
            }
        }

        private Step Step(CancellationToken stop)
        {
            return Using(used =>
            {
                var step = New();
                var error = IntPtr.Zero;
                int status;
                using (context.Use())
                {
                    status = api.AttemptNext(used, ref step, ref error);
                }
                if (status == Constants.OK)
                {
                    return step;
                }
                var failure = PgiamException.Take(status, error, options, supplier != null ? supplier.Failure : null);
                if (status == Constants.E_CANCELLED && stop.IsCancellationRequested)
                {
                    throw new OperationCanceledException(failure.Message, failure, stop);
                }
                throw failure;
            });
        }

        private void Report(int kind, string message, string sqlState)
        {
            using (var arena = new Arena())
            {
                var outcome = NewOutcome();
                outcome.Kind = kind;
                outcome.Message = arena.Text("message", message);
                outcome.Sqlstate = arena.Text("sqlState", sqlState);
                Using(used => Report(used, ref outcome));
            }
        }

        private int Report(IntPtr used, ref Outcome outcome)
        {
            Context.Usage use;
            if (!context.TryUse(out use))
            {
                return Constants.E_INVALID_STATE; // closed while the driver connected: Next tells
            }
            using (use)
            {
                return api.AttemptReport(used, ref outcome);
            }
        }

        private T Using<T>(Func<IntPtr, T> call)
        {
            IntPtr used;
            if (!handle.TryUse(out used))
            {
                throw new ObjectDisposedException("Attempt");
            }
            try
            {
                return call(used);
            }
            finally
            {
                handle.Done();
            }
        }

        private static unsafe Step New()
        {
            return new Step { StructSize = (uint)sizeof(Step) };
        }

        private static unsafe Outcome NewOutcome()
        {
            return new Outcome { StructSize = (uint)sizeof(Outcome) };
        }
    }

    /// <summary>A task that waits until a descriptor is readable or its time is over.</summary>
    internal sealed class Sleeper : IWaiter
    {
        private readonly TaskCompletionSource<bool> told =
            new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);

        private Sleeper(int descriptor, long milliseconds)
        {
            Deadline = milliseconds < 0 ? long.MaxValue : Poller.Now + milliseconds;
            Descriptor = descriptor >= 0 && Poller.TakeDescriptor() ? descriptor : -1;
        }

        public int Descriptor { get; private set; }

        public long Deadline { get; private set; }

        internal static Task Until(int descriptor, long milliseconds)
        {
            var sleeper = new Sleeper(descriptor, milliseconds);
            Poller.Add(sleeper);
            return sleeper.told.Task;
        }

        public bool Look()
        {
            if (Descriptor >= 0)
            {
                Poller.GiveDescriptorBack();
            }
            told.TrySetResult(true);
            return true;
        }
    }
}
