using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Threading.Tasks;

namespace Pgiam.Tests
{
    /// <summary>With keys in the environment, without a network.</summary>
    public static class TokenTests
    {
        private static readonly Context Kept = new Context(new Options { Cache = "memory" });

        private static Request Where(string host = Check.Host, string user = "app")
        {
            return new Request { Host = host, User = user };
        }

        public static void ATokenIsForTheHostPortAndUser()
        {
            var token = Kept.GetToken(host: Check.Host, port: 5433, user: "o'brien & söhne");
            Check.Contains(Check.Host + ":5433/?Action=connect&DBUser=o%27brien%20%26%20s%C3%B6hne&", token);
        }

        public static void AConnectionStringSaysTheSame()
        {
            foreach (var conninfo in new[] { "host=" + Check.Host + " user=app port=5433", "postgresql://app@" + Check.Host + ":5433/shop" })
            {
                Check.Contains(Check.Host + ":5433/?Action=connect&DBUser=app&", Kept.GetToken(conninfo));
            }
        }

        public static void PropertiesWinOverTheConnectionString()
        {
            var request = new Request { Conninfo = "host=" + Check.Host + " user=app", User = "ann", Port = 6000 };
            Check.Contains(Check.Host + ":6000/?Action=connect&DBUser=ann&", Kept.GetToken(request));
        }

        public static async Task ATokenThatIsAtHandIsThereAtOnceForATask()
        {
            Kept.GetToken(Where());
            var task = Kept.GetTokenAsync(Where());
            Check.That(task.IsCompleted, "it is at hand");
            Check.Equal(Kept.GetToken(Where()), await task);
        }

        public static void AnAnswerTellsWhatIsKnown()
        {
            var before = DateTimeOffset.UtcNow;
            var answer = Kept.GetAnswer(Where());
            Check.Equal(Check.Host, answer.Host);
            Check.Equal(5432, answer.Port);
            Check.Equal("eu-west-1", answer.Region);
            Check.Equal("aws.environment", answer.Provider);
            Check.That(answer.ExpiresAt > before.AddMinutes(12) && answer.ExpiresAt < before.AddMinutes(16), "it ends at " + answer.ExpiresAt);
            Check.Equal("password,sslmode", string.Join(",", answer.GetParameters().Keys.OrderBy(key => key)));
            Check.Equal("require", answer.GetParameters()["sslmode"]);
            Check.Equal(answer.GetToken(), answer.GetParameters()["password"]);
            Check.That(Kept.GetAnswer(Where()).FromCache && answer.Warnings.Count == 0, "it is at hand, without warnings");
        }

        public static void NothingThatShowsAnAnswerShowsItsToken()
        {
            var answer = Kept.GetAnswer(Where());
            var token = answer.GetToken();
            Check.That(!answer.ToString().Contains("X-Amz"), answer.ToString());
            foreach (var property in typeof(Answer).GetProperties()) // what serializers and loggers read
            {
                Check.That(!Shown(property.GetValue(answer, null)).Contains("X-Amz"), property.Name);
            }
            Check.Equal(0, typeof(Answer).GetFields().Length);
            Check.That(!typeof(Answer).IsSerializable && !(typeof(IEnumerable).IsAssignableFrom(typeof(Answer))), "it cannot be written out");
            foreach (var field in typeof(Answer).GetFields(BindingFlags.NonPublic | BindingFlags.Instance)) // a debugger's window
            {
                if (Shown(field.GetValue(answer)).Contains(token))
                {
                    var shown = field.GetCustomAttribute<System.Diagnostics.DebuggerBrowsableAttribute>();
                    Check.That(shown != null && shown.State == System.Diagnostics.DebuggerBrowsableState.Never, field.Name);
                }
            }
        }

        private static string Shown(object value)
        {
            var pairs = value as IEnumerable<KeyValuePair<string, string>>;
            return pairs != null ? string.Join(" ", pairs) : Convert.ToString(value);
        }

        public static void WhatIsSecretInARequestAndInCredentialsCannotBeReadBack()
        {
            foreach (var name in new[] { "Password", "Conninfo", "Keywords" })
            {
                Check.That(!typeof(Request).GetProperty(name).CanRead, name);
            }
            var credentials = new Credentials("AKIA", "the secret word", "the session token");
            Check.Equal("Credentials(AKIA)", credentials.ToString());
            Check.Equal("AccessKeyId,AccountId,ExpiresAt", string.Join(",", typeof(Credentials).GetProperties().Select(p => p.Name).OrderBy(n => n)));
        }

        public static void AHostThatIsNotOursIsNotApplicable()
        {
            Check.Equal("NOT_APPLICABLE", Check.Refused(() => Kept.GetToken("localhost", "app")).Status);
        }

        public static void AnOptionThatNobodyKnowsIsNamedWithItsNeighbour()
        {
            var refused = Check.Refused(() => Kept.GetToken(Check.Host, "app", options: new Options { { "profil", "dev" } }));
            Check.Equal("UNSUPPORTED", refused.Status);
            Check.Contains("profil", refused.Message);
            Check.Contains("profile", refused.Hint);
        }

        public static void AnErrorNamesAnOptionAsItsCallerWroteIt()
        {
            var refused = Check.Refused(() => Kept.GetToken(Check.Host, "app", options: new Options { SigningPort = 70000 }));
            Check.Contains("SigningPort", refused.Message);
            refused = Check.Refused(() => Kept.GetToken(Check.Host, "app", options: new Options { { "signing_port", "70000" } }));
            Check.Contains("signing_port", refused.Message);
        }

        public static void TextWithANulIsRefused()
        {
            foreach (var action in new Action[]
            {
                () => Kept.GetToken(Check.Host, "app\0x"), () => Kept.GetToken(Check.Host + "\0.evil", "app"),
                () => Kept.GetToken(Check.Host, "app", options: new Options { Profile = "dev\0" }),
                () => Kept.GetToken("host=" + Check.Host + " user=app\0x"),
                () => new Context(new Options { Profile = "dev\0" }),
            })
            {
                var refused = Check.Refused(action);
                Check.Equal("INVALID_ARGUMENT nul_in_text", refused.Status + " " + refused.Code);
            }
        }

        public static void TextThatIsNoUnicodeAndPortsThatAreNoneAreRefused()
        {
            Check.Equal("not_utf8", Check.Refused(() => Kept.GetToken(Check.Host, "\udcff")).Code);
            foreach (var port in new[] { -1, 65536 })
            {
                Check.Equal("INVALID_ARGUMENT", Check.Refused(() => Kept.GetToken(Check.Host, "app", port)).Status);
            }
        }

        public static void AConnectionThatForgoesTlsGetsNoToken()
        {
            var refused = Check.Refused(() => Kept.GetToken("host=" + Check.Host + " user=app sslmode=disable"));
            Check.Equal("INSECURE", refused.Status);
            Check.Contains("sslmode=require", refused.Hint);
        }

        public static void AClosedContextSaysSoAndMayBeClosedAgain()
        {
            var context = new Context();
            context.Dispose();
            context.Dispose();
            Check.Contains("closed", Check.Refused(() => context.GetToken(Check.Host, "app")).Message);
            Check.Equal("INVALID_STATE", Check.Refused(() => context.GetTokenAsync(Check.Host, "app").GetAwaiter().GetResult()).Status);
        }

        public static void AWarningIsLoggedOnceAndIsInEachAnswer()
        {
            var lines = new List<string>();
            LogCallback log = (level, component, message) =>
            {
                lock (lines)
                {
                    lines.Add(level + " " + component + ": " + message);
                }
                throw new InvalidOperationException("a logger that throws harms nobody");
            };
            using (var context = new Context(new Options { Cache = "memory" }, log))
            {
                for (var i = 0; i < 3; i++)
                {
                    var answer = context.GetAnswer(new Request { Host = Check.Host, User = "app", Options = new Options { Region = "us-east-2" } });
                    Check.Contains("us-east-2", answer.Warnings.Single().Message);
                }
            }
            Check.Equal(1, lines.Count(line => line.StartsWith("Warning") && line.Contains("us-east-2")));
        }

        public static void TheLogAtItsFullestHoldsNoSecret()
        {
            var lines = new List<string>();
            LogCallback log = (level, component, message) =>
            {
                lock (lines)
                {
                    lines.Add(message);
                }
            };
            string token;
            using (var context = new Context(new Options { Cache = "memory" }, log, logLevel: PgiamLogLevel.Debug))
            {
                token = context.GetToken(Check.Host, "app", options: new Options { Region = "us-east-2" });
            }
            Check.That(lines.Count > 0 && lines.All(line => !line.Contains("secret of") && !line.Contains(token)), string.Join("\n", lines));
        }

    }
}
