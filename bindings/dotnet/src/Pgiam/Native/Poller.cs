using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading;

namespace Pgiam.Native
{
    /// <summary>What waits for the library without a thread of its own.</summary>
    internal interface IWaiter
    {
        /// <summary>Readable when there is something to do; -1: none is to be had, and it is looked at by the clock.</summary>
        int Descriptor { get; }

        /// <summary>By Poller.Now: it is looked at then at the latest.</summary>
        long Deadline { get; }

        /// <summary>Looks; never blocks and never throws. True: it is done, and its descriptor is watched no more.</summary>
        bool Look();
    }

    /// <summary>One thread for all that wait in this process, asleep in poll().</summary>
    internal static class Poller
    {
        // So many descriptors at most; the program's other files are not to want for any. Who comes then is looked at by the clock.
        private const int MostDescriptors = 256;
        private const int ClockMs = 50;
        private const short Readable = 1; // POLLIN
        private const int NonBlocking = 0x800, CloseOnExec = 0x80000;

        private static readonly object Gate = new object();
        private static readonly List<IWaiter> Incoming = new List<IWaiter>();
        private static readonly byte[] Byte = new byte[64];
        private static int[] pipe;
        private static int descriptors;
        private static Thread thread;

        /// <summary>In milliseconds, of a clock that nobody sets.</summary>
        internal static long Now
        {
            get { return Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1000); }
        }

        /// <summary>Takes a place among those that have descriptors; the waiter asks for its own only with one.</summary>
        internal static bool TakeDescriptor()
        {
            if (Interlocked.Increment(ref descriptors) <= MostDescriptors)
            {
                return true;
            }
            Interlocked.Decrement(ref descriptors);
            return false;
        }

        internal static void GiveDescriptorBack()
        {
            Interlocked.Decrement(ref descriptors);
        }

        internal static void Add(IWaiter waiter)
        {
            lock (Gate)
            {
                Incoming.Add(waiter);
                if (thread == null)
                {
                    pipe = NewPipe();
                    thread = new Thread(Run) { IsBackground = true, Name = "pgiam" };
                    thread.Start();
                    return;
                }
            }
            Wake();
        }

        /// <summary>A blocking wait of one thread for one descriptor.</summary>
        internal static void WaitFor(int descriptor, long milliseconds)
        {
            if (descriptor < 0)
            {
                Thread.Sleep((int)(milliseconds < 0 ? ClockMs : Math.Min(milliseconds, int.MaxValue)));
                return;
            }
            var one = new[] { new PollFd { Descriptor = descriptor, Events = Readable } };
            Poll(one, (UIntPtr)1u, (int)Math.Min(milliseconds, int.MaxValue));
        }

        private static void Run()
        {
            Asker.IsAsync = true;
            var waiting = new List<IWaiter>();
            var watched = new PollFd[MostDescriptors + 1];
            while (true)
            {
                lock (Gate)
                {
                    waiting.AddRange(Incoming);
                    Incoming.Clear();
                }
                var count = Fill(watched, waiting);
                Poll(watched, (UIntPtr)(uint)count, SleepFor(waiting));
                if (watched[0].Returned != 0)
                {
                    Read(pipe[0], Byte, (UIntPtr)(uint)Byte.Length);
                }
                LookAt(watched, waiting);
            }
        }

        private static int Fill(PollFd[] watched, List<IWaiter> waiting)
        {
            var count = 0;
            watched[count++] = new PollFd { Descriptor = pipe != null ? pipe[0] : -1, Events = Readable };
            foreach (var waiter in waiting)
            {
                if (waiter.Descriptor >= 0)
                {
                    watched[count++] = new PollFd { Descriptor = waiter.Descriptor, Events = Readable };
                }
            }
            return count;
        }

        private static int SleepFor(List<IWaiter> waiting)
        {
            var deadline = pipe == null ? Now + ClockMs : long.MaxValue;
            foreach (var waiter in waiting)
            {
                deadline = Math.Min(deadline, waiter.Descriptor < 0 ? Now + ClockMs : waiter.Deadline);
            }
            return deadline == long.MaxValue ? -1 : (int)Math.Min(Math.Max(deadline - Now, 0), int.MaxValue);
        }

        /// <summary>In the order in which they were filled in.</summary>
        private static void LookAt(PollFd[] watched, List<IWaiter> waiting)
        {
            var at = 1;
            var now = Now;
            waiting.RemoveAll(waiter =>
            {
                var hasSomething = waiter.Descriptor < 0 || watched[at++].Returned != 0 || now >= waiter.Deadline;
                return hasSomething && waiter.Look();
            });
        }

        private static void Wake()
        {
            if (pipe != null)
            {
                Write(pipe[1], Byte, (UIntPtr)1u);
            }
        }

        private static int[] NewPipe()
        {
            var ends = new int[2];
            if (RuntimeInformation.IsOSPlatform(OSPlatform.OSX))
            {
                return Pipe(ends) == 0 ? ends : null;
            }
            return Pipe2(ends, NonBlocking | CloseOnExec) == 0 ? ends : null;
        }

        [StructLayout(LayoutKind.Sequential)]
        private struct PollFd
        {
            internal int Descriptor;
            internal short Events;
            internal short Returned;
        }

        [DllImport("libc", EntryPoint = "poll")]
        private static extern int Poll([In, Out] PollFd[] watched, UIntPtr count, int milliseconds);

        [DllImport("libc", EntryPoint = "pipe2")]
        private static extern int Pipe2([Out] int[] ends, int flags);

        [DllImport("libc", EntryPoint = "pipe")]
        private static extern int Pipe([Out] int[] ends);

        [DllImport("libc", EntryPoint = "read")]
        private static extern IntPtr Read(int descriptor, [Out] byte[] buffer, UIntPtr length);

        [DllImport("libc", EntryPoint = "write")]
        private static extern IntPtr Write(int descriptor, byte[] buffer, UIntPtr length);
    }
}
