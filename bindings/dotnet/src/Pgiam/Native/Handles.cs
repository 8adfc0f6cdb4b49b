using System;
using System.Runtime.InteropServices;

namespace Pgiam.Native
{
    /// <summary>A handle of the library's. While a call uses it, it is not freed: Use and Done stand around each.</summary>
    internal abstract class Handle : SafeHandle
    {
        protected readonly Api Api = Api.Loaded;

        protected Handle() : base(IntPtr.Zero, true)
        {
        }

        public override bool IsInvalid
        {
            get { return handle == IntPtr.Zero; }
        }

        /// <summary>False: it has been freed.</summary>
        internal bool TryUse(out IntPtr used)
        {
            used = IntPtr.Zero;
            var added = false;
            try
            {
                DangerousAddRef(ref added);
            }
            catch (ObjectDisposedException)
            {
                return false;
            }
            used = handle;
            return true;
        }

        internal void Done()
        {
            DangerousRelease();
        }
    }

    internal sealed class ContextHandle : Handle
    {
        private GCHandle log; // what the library's log goes to, until no thread of the library's logs any more

        internal void Set(IntPtr context, GCHandle sink)
        {
            SetHandle(context);
            log = sink;
        }

        protected override bool ReleaseHandle()
        {
            Api.ContextFree(handle);
            if (log.IsAllocated)
            {
                log.Free();
            }
            return true;
        }
    }

    /// <summary>One answer that is fetched, or an attempt: any thread may cancel it.</summary>
    internal abstract class Cancellable : Handle
    {
        internal void Cancel()
        {
            IntPtr used;
            if (!TryUse(out used))
            {
                return;
            }
            try
            {
                CancelHandle(used);
            }
            finally
            {
                Done();
            }
        }

        internal void Set(IntPtr made)
        {
            SetHandle(made);
        }

        protected abstract void CancelHandle(IntPtr used);
    }

    internal sealed class OperationHandle : Cancellable
    {
        protected override void CancelHandle(IntPtr used)
        {
            Api.OperationCancel(used);
        }

        protected override bool ReleaseHandle()
        {
            Api.OperationFree(handle);
            return true;
        }
    }

    internal sealed class AttemptHandle : Cancellable
    {
        protected override void CancelHandle(IntPtr used)
        {
            Api.AttemptCancel(used);
        }

        protected override bool ReleaseHandle()
        {
            Api.AttemptFree(handle);
            return true;
        }
    }
}
