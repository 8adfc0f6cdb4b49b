using System;
using System.Threading;
using System.Threading.Tasks;
using Pgiam.Native;

namespace Pgiam
{
    /// <summary>One answer that is fetched, for a thread that waits or for a task.</summary>
    internal sealed class Operation : IDisposable
    {
        private readonly Api api = Api.Loaded;
        private readonly Context context;
        private readonly OperationHandle handle = new OperationHandle();
        private readonly Asker supplier;
        private readonly Options options;

        /// <summary>The operation owns the supplier from here on.</summary>
        internal Operation(Context context, ref Native.Request request, Asker supplier, Options options)
        {
            this.context = context;
            this.supplier = supplier;
            this.options = options;
            IntPtr made = IntPtr.Zero, error = IntPtr.Zero;
            try
            {
                int status;
                using (var use = context.Use())
                {
                    status = api.OperationStart(use.Handle, ref request, ref made, ref error);
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

        /// <summary>Any thread.</summary>
        internal void Cancel()
        {
            handle.Cancel();
        }

        /// <summary>The reply, or NULL while it runs. Throws the error that it ended with. For one thread at a time; -1: until it
        /// ends.</summary>
        internal IntPtr Wait(int milliseconds)
        {
            IntPtr used;
            if (!handle.TryUse(out used))
            {
                throw new PgiamException("CANCELLED", "the operation is over");
            }
            try
            {
                IntPtr reply = IntPtr.Zero, error = IntPtr.Zero;
                var status = api.OperationWait(used, milliseconds, ref reply, ref error);
                if (status == Constants.OK)
                {
                    return reply;
                }
                if (status == Constants.E_TIMEOUT && Text.Read(api.ErrorText(error, Constants.ERROR_CODE)) == "still_running")
                {
                    api.ErrorFree(error);
                    return IntPtr.Zero;
                }
                throw PgiamException.Take(status, error, options, supplier != null ? supplier.Failure : null);
            }
            finally
            {
                handle.Done();
            }
        }

        /// <summary>-1: there is none.</summary>
        internal int Descriptor()
        {
            long descriptor = -1;
            IntPtr error = IntPtr.Zero, used;
            if (!handle.TryUse(out used))
            {
                return -1;
            }
            try
            {
                if (api.OperationDescriptor(used, ref descriptor, ref error) != Constants.OK)
                {
                    api.ErrorFree(error);
                    return -1;
                }
                return (int)descriptor;
            }
            finally
            {
                handle.Done();
            }
        }

        public void Dispose()
        {
            context.Leave(handle);
            handle.Dispose();
            if (supplier != null)
            {
                supplier.Dispose();
            }
        }
    }

    /// <summary>A task that waits for an operation, without a thread.</summary>
    internal sealed class Waiting<T> : IWaiter
    {
        private const int LooksAgainMs = 500; // what ended between two looks wakes nobody any more
        private readonly Operation operation;
        private readonly Func<IntPtr, T> read;
        private readonly TaskCompletionSource<T> task = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly CancellationToken stop;
        private CancellationTokenRegistration registration;

        private Waiting(Operation operation, Func<IntPtr, T> read, CancellationToken stop)
        {
            this.operation = operation;
            this.read = read;
            this.stop = stop;
            Descriptor = -1;
            Deadline = long.MaxValue;
            if (Poller.TakeDescriptor())
            {
                Descriptor = operation.Descriptor();
                if (Descriptor < 0)
                {
                    Poller.GiveDescriptorBack();
                }
            }
        }

        public int Descriptor { get; private set; }

        public long Deadline { get; private set; }

        /// <summary>Owns the operation from here on.</summary>
        internal static Task<T> For(Operation operation, Func<IntPtr, T> read, CancellationToken stop)
        {
            var waiting = new Waiting<T>(operation, read, stop);
            waiting.registration = stop.Register(waiting.Cancel);
            try
            {
                Poller.Add(waiting);
            }
            catch
            {
                waiting.End();
                throw;
            }
            return waiting.task.Task;
        }

        public bool Look()
        {
            var told = Told();
            if (told == null)
            {
                Deadline = Poller.Now + LooksAgainMs;
                return false;
            }
            End(); // first: who has the answer finds nothing left of its operation
            told();
            return true;
        }

        /// <summary>What the operation ended with, for the task; null while it runs.</summary>
        private Action Told()
        {
            try
            {
                var reply = operation.Wait(0);
                if (reply == IntPtr.Zero)
                {
                    return null;
                }
                var result = read(reply);
                return () => task.TrySetResult(result);
            }
            catch (Exception failure)
            {
                return () => task.TrySetException(failure);
            }
        }

        private void End()
        {
            registration.Dispose();
            operation.Dispose();
            if (Descriptor >= 0)
            {
                Poller.GiveDescriptorBack();
            }
        }

        /// <summary>The task ends at once, and the operation as soon as the poller sees it.</summary>
        private void Cancel()
        {
            task.TrySetCanceled(stop);
            operation.Cancel();
        }
    }
}
