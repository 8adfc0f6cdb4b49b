using System;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

namespace Pgiam
{
    /// <summary>Where a program's own credentials come from. Make one and keep it: what it gives is kept under it, and asked for
    /// again when it ends or is refused. What it throws becomes the error's InnerException, and a PgiamException its status.</summary>
    public sealed class CredentialSource
    {
        private static readonly ConditionalWeakTable<object, CredentialSource> OfSdk =
            new ConditionalWeakTable<object, CredentialSource>();
        private static readonly string Process = Guid.NewGuid().ToString("N");
        private static int count;

        private readonly Func<Credentials> give;
        private readonly Func<CancellationToken, Task<Credentials>> giveAsync;

        private CredentialSource(
            Func<Credentials> give, Func<CancellationToken, Task<Credentials>> giveAsync, string identity)
        {
            this.give = give;
            this.giveAsync = giveAsync;
            Identity = string.IsNullOrEmpty(identity) ? "dotnet:" + Process + ":" + Interlocked.Increment(ref count) : identity;
        }

        /// <summary>The name that they are kept under.</summary>
        public string Identity { get; private set; }

        /// <summary>A function; in an async call it gets a thread of its own.</summary>
        public static CredentialSource From(Func<Credentials> give, string identity = null)
        {
            return new CredentialSource(NotNull(give), null, identity);
        }

        /// <summary>An async function. Its token is cancelled when the context is disposed of: others may wait for what it gives
        /// when the call that asked is over.</summary>
        public static CredentialSource FromAsync(Func<CancellationToken, Task<Credentials>> give, string identity = null)
        {
            return new CredentialSource(null, NotNull(give), identity);
        }

        /// <summary>An AWSCredentials of AWS's SDK, or what looks like one: GetCredentialsAsync or GetCredentials, which gives
        /// AccessKey, SecretKey and Token, and an Expiration if it has one. Read by reflection; where code is trimmed, say
        /// FromAsync(async _ => …).</summary>
        public static CredentialSource FromSdk(object credentials)
        {
            return OfSdk.GetValue(NotNull(credentials), key => new CredentialSource(null, _ => SdkCredentials.Of(key), null));
        }

        /// <summary>The name alone.</summary>
        public override string ToString()
        {
            return "CredentialSource(" + Identity + ")";
        }

        internal Task<Credentials> Obtain(bool isAsync, CancellationToken stop)
        {
            if (giveAsync != null)
            {
                return Task.Run(() => giveAsync(stop)); // not in the caller's SynchronizationContext, which may be waiting
            }
            if (isAsync)
            {
                return Task.Factory.StartNew(give, stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
            return Task.FromResult(give());
        }

        private static T NotNull<T>(T given) where T : class
        {
            if (given == null)
            {
                throw new ArgumentNullException();
            }
            return given;
        }
    }

    /// <summary>Credentials by the names that AWS's SDK has.</summary>
    internal static class SdkCredentials
    {
        internal static async Task<Credentials> Of(object source)
        {
            var value = Call(source, "GetCredentialsAsync") ?? Call(source, "GetCredentials");
            var task = value as Task;
            if (task != null)
            {
                await task.ConfigureAwait(false);
                value = Property(task, "Result");
            }
            if (value == null)
            {
                throw new PgiamException("NO_CREDENTIALS", "the SDK gave no credentials");
            }
            return new Credentials(
                (string)Property(value, "AccessKey"), (string)Property(value, "SecretKey"), (string)Property(value, "Token"),
                Moment(Property(value, "Expiration") ?? Property(source, "Expiration")), (string)Property(value, "AccountId"));
        }

        private static object Call(object source, string name)
        {
            var method = source.GetType().GetMethod(name, Type.EmptyTypes);
            try
            {
                return method == null ? null : method.Invoke(source, null);
            }
            catch (TargetInvocationException wrapped)
            {
                throw wrapped.InnerException ?? wrapped;
            }
        }

        private static object Property(object source, string name)
        {
            var property = source.GetType().GetProperty(name);
            return property == null ? null : property.GetValue(source, null);
        }

        private static DateTimeOffset? Moment(object when)
        {
            if (when is DateTime)
            {
                var time = (DateTime)when;
                return new DateTimeOffset(time.Kind == DateTimeKind.Unspecified ? DateTime.SpecifyKind(time, DateTimeKind.Utc) : time);
            }
            return when as DateTimeOffset?;
        }
    }
}
