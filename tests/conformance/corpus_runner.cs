using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace Pgiam.Tests
{
    using Members = Dictionary<string, object>;

    /// <summary>The corpus through the .NET binding; see tests/conformance/corpus/README.md.</summary>
    internal static class Corpus
    {
        private static void Main()
        {
            for (string line; (line = Console.ReadLine()) != null;)
            {
                object result;
                try
                {
                    result = Run((Members)Json.Read(line));
                }
                catch (PgiamException error)
                {
                    result = new Members { { "error", Described(error) } };
                }
                Console.WriteLine(Json.Write(result));
                Console.Out.Flush();
            }
        }

        private static object Run(Members given)
        {
            var asked = (Members)given["request"];
            if ((string)given["call"] == "conninfo")
            {
                return new Members { { "keywords", Conninfo.Parse((string)asked["conninfo"]) } };
            }
            var person = given.ContainsKey("person") ? new Program((Members)given["person"]) : null;
            var prompt = person == null ? null : (Func<Prompt, CancellationToken, Task<PromptAnswer>>)((_, stop) => person.Say(stop));
            using (var context = new Context(OptionsOf(given, "context"), prompt: prompt))
            {
                var program = asked.ContainsKey("credentials") ? new Program((Members)asked["credentials"]) : null;
                var request = RequestOf(asked, program);
                if (given.ContainsKey("warm"))
                {
                    Follow(context, request, new List<object> { new Members() });
                }
                if ((string)given["call"] == "attempt")
                {
                    return Follow(context, request, (List<object>)given["outcomes"]);
                }
                return new Members { { "answer", Described(Answered(context, request, program, given.ContainsKey("cancel")).GetAwaiter().GetResult()) } };
            }
        }

        private static Request RequestOf(Members asked, Program program)
        {
            Func<string, string> text = key => asked.ContainsKey(key) ? Convert.ToString(asked[key]) : null;
            int port;
            if (asked.ContainsKey("port") && !int.TryParse(text("port"), out port))
            {
                throw new PgiamException("INVALID_ARGUMENT", "the port is no number");
            }
            var request = new Request
            {
                Host = text("host"), User = text("user"), Password = text("password"), Conninfo = text("conninfo"),
                Port = int.TryParse(text("port"), out port) ? port : 0, CanApply = text("can_apply"), Options = OptionsOf(asked, "options"),
            };
            if (asked.ContainsKey("keywords"))
            {
                request.Keywords = ((Members)asked["keywords"]).ToDictionary(pair => pair.Key, pair => (string)pair.Value);
            }
            if (program != null)
            {
                request.Credentials = CredentialSource.FromAsync(program.Give);
            }
            return request;
        }

        private static Options OptionsOf(Members members, string key)
        {
            var options = new Options();
            if (members.ContainsKey(key))
            {
                foreach (var pair in (Members)members[key])
                {
                    options[pair.Key] = Convert.ToString(pair.Value);
                }
            }
            return options;
        }

        private static async Task<Answer> Answered(Context context, Request request, Program program, bool cancels)
        {
            using (var stop = new CancellationTokenSource())
            {
                var answer = context.GetAnswerAsync(request, stop.Token);
                if (cancels)
                {
                    await program.Asked;
                    stop.Cancel();
                }
                try
                {
                    return await answer;
                }
                catch (OperationCanceledException)
                {
                    throw new PgiamException("CANCELLED", "cancelled");
                }
            }
        }

        private static Members Described(Answer answer)
        {
            return new Members
            {
                { "host", answer.Host }, { "port", answer.Port }, { "region", answer.Region }, { "provider", answer.Provider },
                { "target", answer.Target }, { "rule", answer.Rule }, { "token", answer.GetToken() }, { "params", answer.GetParameters() },
                { "expires_at_ms", answer.ExpiresAt.HasValue ? answer.ExpiresAt.Value.ToUnixTimeMilliseconds() : 0 },
                { "warnings", answer.Warnings.Select(Described).ToList() },
            };
        }

        private static Members Described(PgiamException error)
        {
            return new Members
            {
                { "status", error.Status }, { "message", error.Message }, { "hint", error.Hint }, { "code", error.Code },
                { "provider", error.Provider }, { "sqlstate", error.SqlState }, { "retryable", error.Retryable },
                { "commands", error.Commands }, { "causes", error.Causes.Select(Described).ToList() },
            };
        }

        /// <summary>An attempt as the drivers' helpers make them, with the case's outcomes in the place of a driver.</summary>
        private static Members Follow(Context context, Request request, List<object> outcomes)
        {
            var connects = new List<object>();
            try
            {
                using (var attempt = new Attempt(context, request))
                {
                    while (connects.Count % 2 == 0 ? attempt.Next() : attempt.NextAsync().GetAwaiter().GetResult())
                    {
                        connects.Add(attempt.GetParameters());
                        if (connects.Count > outcomes.Count)
                        {
                            return new Members { { "done", false }, { "connects", connects } };
                        }
                        Report(attempt, (Members)outcomes[connects.Count - 1]);
                    }
                    return new Members { { "done", true }, { "connects", connects } };
                }
            }
            catch (PgiamException error)
            {
                return new Members { { "error", Described(error) }, { "connects", connects } };
            }
        }

        private static void Report(Attempt attempt, Members told)
        {
            if (!told.ContainsKey("message"))
            {
                attempt.ReportConnected();
                return;
            }
            attempt.ReportFailure((string)told["message"], told.ContainsKey("sqlstate") ? (string)told["sqlstate"] : null);
        }

        /// <summary>What the program of a case does when it is asked for its credentials, or a person for a word.</summary>
        private sealed class Program
        {
            private readonly Members given;
            private readonly TaskCompletionSource<bool> asked = new TaskCompletionSource<bool>();

            internal Program(Members given)
            {
                this.given = given;
            }

            internal Task Asked
            {
                get { return asked.Task; }
            }

            internal async Task<Credentials> Give(CancellationToken stop)
            {
                var values = await Values(stop);
                return new Credentials(
                    values("access_key_id"), values("secret_access_key"), values("session_token"),
                    values("expires_at") != null ? DateTimeOffset.Parse(values("expires_at")) : (DateTimeOffset?)null, values("account_id"));
            }

            internal async Task<PromptAnswer> Say(CancellationToken stop)
            {
                return PromptAnswer.Code((await Values(stop))("answer"));
            }

            private async Task<Func<string, string>> Values(CancellationToken stop)
            {
                asked.TrySetResult(true);
                if (given.ContainsKey("never"))
                {
                    await Task.Delay(-1, stop);
                }
                if (given.ContainsKey("declines"))
                {
                    throw new PgiamException((string)given["status"], (string)given["declines"]);
                }
                var values = given.ContainsKey("values") ? (Members)given["values"] : new Members();
                return key => values.ContainsKey(key) ? (string)values[key] : null;
            }
        }
    }
}
