using System;
using System.Collections.Generic;
using Pgiam.Native;

namespace Pgiam
{
    /// <summary>libpq's connection strings.</summary>
    public static class Conninfo
    {
        /// <summary>What libpq's PQconninfoParse makes of it: no file, no variable and no default is read.</summary>
        public static Dictionary<string, string> Parse(string text)
        {
            var api = Api.Loaded;
            IntPtr parsed = IntPtr.Zero, error = IntPtr.Zero;
            using (var arena = new Arena())
            {
                var status = api.ConninfoParse(arena.Text("Conninfo", text), ref parsed, ref error);
                if (status != Constants.OK)
                {
                    throw PgiamException.Take(status, error);
                }
            }
            try
            {
                return Parameters.Of((UIntPtr index, ref Param param) => api.ConninfoAt(parsed, index, ref param));
            }
            finally
            {
                api.ConninfoFree(parsed);
            }
        }
    }
}
