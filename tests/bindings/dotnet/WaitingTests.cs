using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Pgiam.Tests
{
    /// <summary>A profile whose program tells that it runs, and answers when its gate opens. Its files are in a folder of the home.</summary>
    internal sealed class Slow
    {
        private static int count;
        private readonly string number = Interlocked.Increment(ref count).ToString();

        internal Options Options
        {
            get { return new Options { Profile = "slow" + number, Cache = "memory" }; }
        }

        internal int Runs
        {
            get { return File.Exists(At("runs")) ? File.ReadAllLines(At("runs")).Length : 0; }
        }

        internal void Open()
        {
            File.WriteAllText(At("gate"), "");
        }

        private string At(string name)
        {
            return Path.Combine(Environment.GetEnvironmentVariable("HOME"), number, name);
        }
    }

    /// <summary>Nobody waits for a token that is slow to come but who asked for it.</summary>
    public static class WaitingTests
    {
        private static int ThreadCount()
        {
            return Directory.GetDirectories("/proc/self/task").Length;
        }

        private static int DescriptorCount()
        {
            return Directory.GetFileSystemEntries("/proc/self/fd").Length;
        }

        public static void ThreadsThatAskTheSameShareOneFetch()
        {
            var slow = new Slow();
            using (var context = new Context(slow.Options))
            {
                var tokens = new string[16];
                var threads = Enumerable.Range(0, tokens.Length)
                    .Select(i => new Thread(() => tokens[i] = context.GetToken(Check.Host, "app"))).ToList();
                threads.ForEach(thread => thread.Start());
                Check.Until(() => slow.Runs == 1 && context.WaitingCount == tokens.Length);
                slow.Open();
                threads.ForEach(thread => thread.Join());
                Check.That(tokens.All(token => token.StartsWith(Check.Host)), "each has its token");
                Check.Equal(1, slow.Runs);
                Check.Equal(0, context.WaitingCount);
            }
        }

        public static async Task AThousandCallersTakeNoThreadsAndOneFetch()
        {
            var slow = new Slow();
            using (var context = new Context(slow.Options))
            {
                var threads = ThreadCount();
                var descriptors = DescriptorCount();
                var tasks = Enumerable.Range(0, 1000).Select(i => context.GetTokenAsync(Check.Host, "user" + i)).ToArray();
                Check.Until(() => slow.Runs == 1);
                Check.That(tasks.All(task => !task.IsCompleted), "all wait");
                // The library's own, 64 at most for whatever there is to do, the poller, and what the runtime keeps.
                Check.That(ThreadCount() - threads <= 72, "threads: " + threads + ", then " + ThreadCount());
                Check.That(DescriptorCount() - descriptors <= 300, "descriptors: " + descriptors + ", then " + DescriptorCount());
                slow.Open();
                var tokens = await Task.WhenAll(tasks);
                Check.Equal(1000, tokens.Distinct().Count());
                Check.Equal(1, slow.Runs);
                Check.Equal(0, context.WaitingCount);
            }
        }

        public static async Task ACancelledTaskEndsAtOnceAndItsFetchWithIt()
        {
            var slow = new Slow();
            using (var context = new Context(slow.Options))
            using (var stop = new CancellationTokenSource())
            {
                var task = context.GetTokenAsync(Check.Host, "app", cancellationToken: stop.Token);
                Check.Until(() => slow.Runs == 1);
                stop.Cancel();
                try
                {
                    await task;
                    Check.That(false, "it was cancelled");
                }
                catch (OperationCanceledException cancelled)
                {
                    Check.Equal(stop.Token, cancelled.CancellationToken);
                }
                Check.Until(() => context.WaitingCount == 0);
                Check.That(context.GetTokenAsync(Check.Host, "app", cancellationToken: stop.Token).IsCanceled, "before it began");
            }
        }

        public static void AThreadThatWaitsIsCancelledFromAnother()
        {
            var slow = new Slow();
            using (var context = new Context(slow.Options))
            using (var stop = new CancellationTokenSource())
            {
                var cancelled = Task.Run(() => Check.Throws<OperationCanceledException>(
                    () => context.GetToken(new Request { Host = Check.Host, User = "app" }, stop.Token)));
                Check.Until(() => slow.Runs == 1);
                stop.Cancel();
                Check.Equal(stop.Token, cancelled.GetAwaiter().GetResult().CancellationToken);
            }
        }

        public static void DisposingOfAContextCancelsThoseWhoWait()
        {
            var slow = new Slow();
            var context = new Context(slow.Options);
            var task = context.GetTokenAsync(Check.Host, "app");
            var status = "";
            var thread = new Thread(() => status = Check.Refused(() => context.GetToken(Check.Host, "ann")).Status);
            thread.Start();
            Check.Until(() => slow.Runs == 1 && context.WaitingCount == 2);
            context.Dispose();
            thread.Join();
            Check.Equal("CANCELLED", status);
            Check.Equal("CANCELLED", Check.Refused(() => task.GetAwaiter().GetResult()).Status);
        }

        public static void AContextMayBeDisposedOfWhileADriverConnects()
        {
            for (var i = 0; i < 20; i++)
            {
                var context = new Context(new Options { Cache = "memory" });
                var request = new Request { Host = Check.Host, User = "app", CanApply = "*", Credentials = Base() };
                using (var attempt = new Attempt(context, request))
                {
                    Check.That(attempt.Next(), "it is to connect");
                    var closer = new Thread(context.Dispose);
                    closer.Start();
                    closer.Join();
                    attempt.ReportFailure("no", "28P01");
                    Check.Equal("INVALID_STATE", Check.Refused(() => attempt.Next()).Status);
                }
            }
        }

        public static void AContextMayBeDisposedOfAmidTheCallsOfThreads()
        {
            for (var i = 0; i < 10; i++)
            {
                var context = new Context(new Options { Cache = "memory", ReuseSeconds = 0 });
                var statuses = new string[8];
                var threads = Enumerable.Range(0, statuses.Length)
                    .Select(number => new Thread(() => statuses[number] = Check.Refused(() => AskForEver(context)).Status)).ToList();
                threads.ForEach(thread => thread.Start());
                context.Dispose();
                threads.ForEach(thread => thread.Join());
                Check.That(statuses.All(status => status == "CANCELLED" || status == "INVALID_STATE"), string.Join(" ", statuses));
            }
        }

        private static void AskForEver(Context context)
        {
            while (true)
            {
                context.GetToken(Check.Host, "app", credentials: Base());
            }
        }

        public static void ATimeLimitOfItsOwnIsToldAsOne()
        {
            var slow = new Slow();
            using (var context = new Context(slow.Options))
            {
                var limit = new Options { TimeoutMs = 700 };
                Check.Equal("TIMEOUT", Check.Refused(() => context.GetToken(Check.Host, "app", options: limit)).Status);
                Check.Equal("TIMEOUT", Check.Refused(() => context.GetTokenAsync(Check.Host, "app", options: limit).GetAwaiter().GetResult()).Status);
            }
            slow.Open();
        }

        // ---- Credentials of the program's own ----

        private static void IsSignedBy(string key, string token)
        {
            Check.Contains("Credential=" + key + "%2F", token);
        }

        public static async Task AProgramsOwnCredentialsSignPlainOrAsync()
        {
            using (var context = new Context(new Options { Cache = "memory" }))
            {
                var plain = CredentialSource.From(() => new Credentials("AKIAPLAIN", "s"));
                IsSignedBy("AKIAPLAIN", context.GetToken(Check.Host, "app", credentials: plain));
                var later = CredentialSource.FromAsync(async stop =>
                {
                    await Task.Delay(1, stop);
                    return new Credentials("ASIALATER", "s", "session token", DateTimeOffset.UtcNow.AddHours(1));
                });
                IsSignedBy("ASIALATER", context.GetToken(Check.Host, "ann", credentials: later));
                IsSignedBy("AKIAPLAIN", await context.GetTokenAsync(Check.Host, "joe", credentials: plain));
                Check.Contains("X-Amz-Security-Token=session%20token", await context.GetTokenAsync(Check.Host, "joe", credentials: later));
            }
        }

        public static async Task TheyAreAskedForOnceAndKeptApart()
        {
            var asked = 0;
            Func<string, CredentialSource> source = name => CredentialSource.FromAsync(async stop =>
            {
                Interlocked.Increment(ref asked);
                await Task.Delay(20, stop);
                return new Credentials(name, "s");
            });
            CredentialSource one = source("AKIAONE"), other = source("AKIAOTHER");
            using (var context = new Context(new Options { Cache = "memory" }))
            {
                var tokens = await Task.WhenAll(Enumerable.Range(0, 100).Select(i =>
                    context.GetTokenAsync(Check.Host, "user" + i, credentials: i % 2 == 0 ? one : other)));
                for (var i = 0; i < tokens.Length; i++)
                {
                    IsSignedBy(i % 2 == 0 ? "AKIAONE" : "AKIAOTHER", tokens[i]);
                }
                Check.Equal(2, asked);
            }
        }

        public static async Task ASlowFunctionOfTheProgramsOwnHoldsUpNobodyElse()
        {
            using (var gate = new ManualResetEventSlim())
            using (var context = new Context(new Options { Cache = "memory" }))
            {
                var slow = CredentialSource.From(() =>
                {
                    gate.Wait();
                    return new Credentials("AKIASLOW", "s");
                });
                var waits = context.GetTokenAsync(Check.Host, "app", credentials: slow);
                var quick = CredentialSource.FromAsync(stop => Task.FromResult(new Credentials("AKIAQUICK", "s")));
                IsSignedBy("AKIAQUICK", await context.GetTokenAsync(Check.Host, "app", credentials: quick));
                Check.That(!waits.IsCompleted, "it waits");
                gate.Set();
                IsSignedBy("AKIASLOW", await waits);
            }
        }

        public static void WhatTheProgramsFunctionThrowsIsTheCause()
        {
            using (var context = new Context(new Options { Cache = "memory" }))
            {
                var broken = CredentialSource.From(() => { throw new KeyNotFoundException("the vault is closed"); });
                var refused = Check.Refused(() => context.GetToken(Check.Host, "app", credentials: broken));
                Check.Equal("NO_CREDENTIALS", refused.Status);
                Check.Contains("KeyNotFoundException: the vault is closed", refused.Message);
                Check.That(refused.InnerException is KeyNotFoundException, "it comes along");
                var denied = CredentialSource.From(() => { throw new PgiamException("DENIED", "not yours"); });
                Check.Equal("DENIED", Check.Refused(() => context.GetToken(Check.Host, "ann", credentials: denied)).Status);
                var nothing = CredentialSource.From(() => null);
                Check.Equal("NO_CREDENTIALS", Check.Refused(() => context.GetToken(Check.Host, "joe", credentials: nothing)).Status);
            }
        }

        public static void NoSecretIsInARefusalOfCredentials()
        {
            using (var context = new Context(new Options { Cache = "memory" }))
            {
                var odd = CredentialSource.From(() => new Credentials("AKIA", "the secret word", "tok\0en"));
                var refused = Check.Refused(() => context.GetToken(Check.Host, "app", credentials: odd));
                Check.Contains("session_token has a NUL in it", refused.ToString());
                Check.That(!refused.ToString().Contains("the secret word"), refused.ToString());
            }
        }

        private sealed class OfAwsSdk
        {
            public DateTime? Expiration
            {
                get { return DateTime.UtcNow.AddHours(1); }
            }

            public Task<Immutable> GetCredentialsAsync()
            {
                return Task.FromResult(new Immutable());
            }
        }

        private sealed class Immutable
        {
            public string AccessKey { get { return "ASIASDK"; } }

            public string SecretKey { get { return "s"; } }

            public string Token { get { return "of the SDK"; } }
        }

        public static void CredentialsOfAwssSdkAreTakenAsTheyAre()
        {
            var sdk = new OfAwsSdk();
            using (var context = new Context(new Options { Cache = "memory" }))
            {
                var token = context.GetToken(Check.Host, "app", credentials: CredentialSource.FromSdk(sdk));
                IsSignedBy("ASIASDK", token);
                Check.Contains("X-Amz-Security-Token=of%20the%20SDK", token);
                Check.Equal(CredentialSource.FromSdk(sdk), CredentialSource.FromSdk(sdk));
            }
        }

        // ---- A person ----

        private static Options Role()
        {
            return new Options { RoleArn = "arn:aws:iam::123456789012:role/dba", MfaSerial = "arn:aws:iam::123456789012:mfa/ann", Cache = "memory" };
        }

        private static CredentialSource Base()
        {
            return CredentialSource.From(() => new Credentials("AKIABASE", "s"));
        }

        public static void APersonWhoDeclinesIsAnError()
        {
            var asked = "";
            using (var context = new Context(Role(), prompt: (prompt, stop) =>
            {
                asked = prompt.Kind + " " + prompt.Subject;
                return Task.FromResult(PromptAnswer.Declined);
            }))
            {
                Check.Equal("LOGIN_DECLINED", Check.Refused(() => context.GetToken(Check.Host, "app", credentials: Base())).Status);
                Check.Equal("mfa_code arn:aws:iam::123456789012:mfa/ann", asked);
            }
        }

        public static void WithoutAPromptNobodyIsAsked()
        {
            using (var context = new Context(Role()))
            {
                Check.Equal("LOGIN_REQUIRED", Check.Refused(() => context.GetToken(Check.Host, "app", credentials: Base())).Status);
            }
        }

        // ---- Nothing is lost ----

        private static long Memory()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1]) * 4096;
        }

        public static async Task NothingIsLostOverManyCalls()
        {
            var keys = Base();
            using (var context = new Context(new Options { Cache = "memory", ReuseSeconds = 0 }))
            {
                Func<int, Task> many = async count =>
                {
                    for (var i = 0; i < count; i++)
                    {
                        context.GetToken(Check.Host, "user" + i % 300, credentials: keys);
                        await context.GetTokenAsync(Check.Host, "user" + i % 300, credentials: keys);
                        if (i % 20 == 0) // by an operation, as it is not ours
                        {
                            Check.Refused(() => context.GetToken("localhost", "app"));
                            Check.Throws<PgiamException>(() => context.GetTokenAsync("localhost", "app").GetAwaiter().GetResult());
                        }
                    }
                };
                await many(4000); // what is compiled late has been by then
                int threads = ThreadCount(), descriptors = DescriptorCount();
                var memory = Memory();
                await many(Environment.GetEnvironmentVariable("PGIAM_TEST_LONG") == null ? 6000 : 100000); // of each way
                Check.That(ThreadCount() <= threads + 64, "threads: " + threads + ", then " + ThreadCount());
                Check.That(DescriptorCount() <= descriptors + 16, "descriptors: " + descriptors + ", then " + DescriptorCount());
                Check.That(Memory() - memory < 16 << 20, "bytes: " + memory + ", then " + Memory());
                Check.Equal(0, context.WaitingCount);
                Console.WriteLine("threads, descriptors, bytes: " + threads + " " + descriptors + " " + memory + ", then " + ThreadCount() + " " +
                    DescriptorCount() + " " + Memory());
            }
        }
    }
}
