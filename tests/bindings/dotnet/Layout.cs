using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Pgiam.Tests
{
    /// <summary>Tells what the binding believes of pgiam.h, in JSON: constants, structs with their layout, functions.</summary>
    internal static class Layout
    {
        private static void Main()
        {
            var types = typeof(Context).Assembly.GetTypes().Where(type => type.Namespace == "Pgiam.Native").ToList();
            var constants = types.Single(type => type.Name == "Constants").GetFields(BindingFlags.NonPublic | BindingFlags.Static)
                .ToDictionary(field => field.Name, field => (object)Convert.ToInt64(field.GetRawConstantValue()));
            var structs = types.Where(type => type.IsValueType && type.IsLayoutSequential && !type.IsNested)
                .ToDictionary(type => Snake(type.Name), type => (object)Fields(type));
            var functions = types.Where(type => typeof(Delegate).IsAssignableFrom(type) && !type.IsNested)
                .ToDictionary(type => Snake(type.Name), type => (object)Signature(type.GetMethod("Invoke")));
            Console.WriteLine(Json.Write(new Dictionary<string, object>
            {
                { "constants", constants }, { "structs", structs }, { "functions", functions },
                { "options", typeof(Options).GetProperties().Where(p => p.GetIndexParameters().Length == 0).Select(p => Snake(p.Name)).ToList() },
            }));
        }

        private static List<object> Fields(Type type)
        {
            var fields = new List<object> { new List<object> { "", 0, Marshal.SizeOf(type) } };
            foreach (var field in type.GetFields(BindingFlags.NonPublic | BindingFlags.Instance))
            {
                fields.Add(new List<object> { Snake(field.Name), (int)Marshal.OffsetOf(type, field.Name), Marshal.SizeOf(field.FieldType) });
            }
            return fields;
        }

        private static List<string> Signature(MethodInfo method)
        {
            var all = new List<string> { method.ReturnType.Name };
            all.AddRange(method.GetParameters().Select(parameter => parameter.ParameterType.Name));
            return all;
        }

        private static string Snake(string name)
        {
            return Regex.Replace(name, "(?<=.)[A-Z]", "_$0").ToLowerInvariant();
        }
    }
}
