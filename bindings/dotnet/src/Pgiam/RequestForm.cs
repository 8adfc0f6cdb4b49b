using System;
using System.Collections.Generic;
using Pgiam.Native;

namespace Pgiam
{
    /// <summary>A request in the library's form.</summary>
    internal static class RequestForm
    {
        internal static unsafe Native.Request Of(Arena arena, Request request, Asker supplier)
        {
            UIntPtr optionCount, keywordCount;
            var raw = new Native.Request
            {
                StructSize = (uint)sizeof(Native.Request),
                Flags = (request.Refresh ? Constants.REQUEST_REFRESH : 0)
                    | (request.NoInteraction ? Constants.REQUEST_NO_INTERACTION : 0),
                Host = arena.Text("Host", request.Host),
                User = arena.Text("User", request.User),
                Database = arena.Text("Database", request.Database),
                Password = arena.Text("Password", request.GivenPassword),
                Port = PortOf(request.Port),
                Options = arena.Pairs(request.Options != null ? request.Options.Given : null, out optionCount),
                OptionCount = optionCount,
                Keywords = arena.Pairs(KeywordsOf(request), out keywordCount),
                KeywordCount = keywordCount,
                CanApply = arena.Text("CanApply", request.CanApply),
            };
            if (supplier != null)
            {
                raw.Credentials = Asker.Callback;
                raw.CredentialsUserData = supplier.UserData;
                raw.CredentialsIdentity = arena.Text("Identity", request.Credentials.Identity);
            }
            return raw;
        }

        private static uint PortOf(int port)
        {
            if (port < 0 || port > 65535)
            {
                throw new PgiamException("INVALID_ARGUMENT", "Port is " + port + ", not a number up to 65535");
            }
            return (uint)port;
        }

        private static ICollection<KeyValuePair<string, string>> KeywordsOf(Request request)
        {
            if (request.GivenConninfo == null && request.GivenKeywords == null)
            {
                return null;
            }
            var keywords = request.GivenConninfo != null ? Conninfo.Parse(request.GivenConninfo) : new Dictionary<string, string>();
            foreach (var pair in request.GivenKeywords ?? new Dictionary<string, string>())
            {
                keywords[pair.Key] = pair.Value;
            }
            return keywords;
        }
    }
}
