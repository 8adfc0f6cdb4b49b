using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace Pgiam.Native
{
    /// <summary>Answers what the library asks a program: its own credentials, and what only a person knows. The library asks inside
    /// a call of ours; a plain function of a call that waits is run there and then, all else in its own time: a question may be
    /// answered at any moment, from any thread.</summary>
    internal abstract class Asker : IDisposable
    {
        internal static readonly IntPtr Callback; // for the library; lives as long as the process

        [ThreadStatic]
        internal static bool IsAsync; // this thread makes a call of the library's for others, and may not be held up

        [ThreadStatic]
        internal static bool IsInCallback; // this thread runs a function of the program's for the library

        private static readonly AskFn Function = Ask;
        private static readonly ConcurrentDictionary<long, Asker> Known = new ConcurrentDictionary<long, Asker>();
        private static long count;

        private readonly long number = Interlocked.Increment(ref count);
        private readonly CancellationToken stop;

        static Asker()
        {
            Callback = Marshal.GetFunctionPointerForDelegate(Function);
        }

        protected Asker(CancellationToken stop)
        {
            this.stop = stop;
            Known[number] = this;
        }

        /// <summary>What the program's own function threw.</summary>
        internal Exception Failure { get; private set; }

        internal IntPtr UserData
        {
            get { return (IntPtr)number; }
        }

        public void Dispose()
        {
            Asker ignored;
            Known.TryRemove(number, out ignored);
        }

        /// <summary>The values, or null for a prompt that wants none and has no question to finish.</summary>
        protected abstract Task<ICollection<KeyValuePair<string, string>>> Obtain(
            ref Prompt prompt, bool isAsync, CancellationToken stop);

        /// <summary>What an exception is to the library, unless it is one of ours.</summary>
        protected abstract int StatusOfFailure { get; }

        private static void Ask(IntPtr userData, IntPtr prompt, IntPtr question)
        {
            Asker asker;
            if (!Known.TryGetValue((long)userData, out asker))
            {
                Decline(question, Constants.E_CANCELLED, null);
                return;
            }
            var before = IsInCallback;
            IsInCallback = true;
            try
            {
                var raw = Marshal.PtrToStructure<Prompt>(prompt);
                var answer = asker.Obtain(ref raw, IsAsync, asker.stop);
                if (answer.IsCompleted)
                {
                    asker.Finish(question, answer);
                    return;
                }
                answer.ContinueWith(
                    done => asker.Finish(question, done), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
            }
            catch (Exception failure)
            {
                asker.Refuse(question, failure);
            }
            finally
            {
                IsInCallback = before;
            }
        }

        private void Finish(IntPtr question, Task<ICollection<KeyValuePair<string, string>>> answer)
        {
            try
            {
                var values = answer.GetAwaiter().GetResult();
                if (question == IntPtr.Zero)
                {
                    return;
                }
                using (var arena = new Arena())
                {
                    UIntPtr length;
                    var pairs = arena.Pairs(values, out length);
                    Api.Loaded.QuestionAnswer(question, pairs, length);
                }
            }
            catch (Exception failure)
            {
                Refuse(question, failure);
            }
        }

        private void Refuse(IntPtr question, Exception failure)
        {
            var ours = failure as PgiamException;
            if (ours == null || ours.Code != "declined")
            {
                Failure = failure;
            }
            var words = ours != null ? ours.Message : failure.GetType().Name + ": " + failure.Message;
            Decline(question, ours != null ? Status.Of(ours.Status, StatusOfFailure) : StatusOfFailure, words);
        }

        private static void Decline(IntPtr question, int status, string words)
        {
            if (question == IntPtr.Zero)
            {
                return;
            }
            using (var arena = new Arena())
            {
                Api.Loaded.QuestionDecline(question, status, arena.Text("a message", Printable(words)));
            }
        }

        private static string Printable(string words)
        {
            return words == null ? null : System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(words.Replace('\0', ' ')));
        }
    }

    /// <summary>Asks a program for its credentials.</summary>
    internal sealed class Supplier : Asker
    {
        private readonly CredentialSource source;

        internal Supplier(CredentialSource source, CancellationToken stop) : base(stop)
        {
            this.source = source;
        }

        protected override int StatusOfFailure
        {
            get { return Constants.E_NO_CREDENTIALS; }
        }

        protected override Task<ICollection<KeyValuePair<string, string>>> Obtain(
            ref Prompt prompt, bool isAsync, CancellationToken stop)
        {
            return Named(source.Obtain(isAsync, stop));
        }

        private static async Task<ICollection<KeyValuePair<string, string>>> Named(Task<Credentials> credentials)
        {
            var given = await credentials.ConfigureAwait(false);
            if (given == null)
            {
                throw new PgiamException("NO_CREDENTIALS", "the program's function gave no credentials");
            }
            return given.Values();
        }
    }

    /// <summary>Asks a person, by the program's function.</summary>
    internal sealed class PersonAsker : Asker
    {
        private static readonly KeyValuePair<string, string>[] Nothing = new KeyValuePair<string, string>[0];
        private readonly Func<Pgiam.Prompt, CancellationToken, Task<PromptAnswer>> ask;

        internal PersonAsker(Func<Pgiam.Prompt, CancellationToken, Task<PromptAnswer>> ask, CancellationToken stop) : base(stop)
        {
            this.ask = ask;
        }

        protected override int StatusOfFailure
        {
            get { return Constants.E_LOGIN_DECLINED; }
        }

        protected override Task<ICollection<KeyValuePair<string, string>>> Obtain(
            ref Prompt prompt, bool isAsync, CancellationToken stop)
        {
            var shown = Pgiam.Prompt.Of(ref prompt);
            if (shown == null)
            {
                throw new PgiamException("UNSUPPORTED", "a question of a kind that this version does not know");
            }
            return Said(shown, Task.Run(() => ask(shown, stop)));
        }

        private static async Task<ICollection<KeyValuePair<string, string>>> Said(Pgiam.Prompt shown, Task<PromptAnswer> answer)
        {
            var said = await answer.ConfigureAwait(false);
            if (said == PromptAnswer.Declined)
            {
                throw new PgiamException("LOGIN_DECLINED", "the question was declined: " + shown.Title) { Code = "declined" };
            }
            if (said == null || said.Given == null)
            {
                return Nothing;
            }
            return new[] { new KeyValuePair<string, string>("answer", said.Given) };
        }
    }

    /// <summary>A status by its name, as exceptions have it.</summary>
    internal static class Status
    {
        private static readonly Dictionary<string, int> Numbers = new Dictionary<string, int>
        {
            { "NO_CREDENTIALS", Constants.E_NO_CREDENTIALS },
            { "LOGIN_REQUIRED", Constants.E_LOGIN_REQUIRED },
            { "LOGIN_DECLINED", Constants.E_LOGIN_DECLINED },
            { "DENIED", Constants.E_DENIED },
            { "BAD_CONFIG", Constants.E_BAD_CONFIG },
            { "UNSUPPORTED", Constants.E_UNSUPPORTED },
            { "NETWORK", Constants.E_NETWORK },
            { "TIMEOUT", Constants.E_TIMEOUT },
            { "CANCELLED", Constants.E_CANCELLED },
            { "THROTTLED", Constants.E_THROTTLED },
            { "BAD_RESPONSE", Constants.E_BAD_RESPONSE },
        };

        internal static int Of(string name, int otherwise)
        {
            int number;
            return Numbers.TryGetValue(name, out number) ? number : otherwise;
        }
    }
}
