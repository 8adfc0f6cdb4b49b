using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Pgiam.Tests
{
    /// <summary>JSON as far as the corpus has it: objects are dictionaries, lists are lists, null is null.</summary>
    internal sealed class Json
    {
        private readonly string text;
        private int at;

        private Json(string text)
        {
            this.text = text;
        }

        internal static object Read(string text)
        {
            return new Json(text).Value();
        }

        private object Value()
        {
            SkipBlanks();
            switch (text[at])
            {
                case '{': return Object();
                case '[': return List();
                case '"': return String();
                case 't': at += 4; return true;
                case 'f': at += 5; return false;
                case 'n': at += 4; return null;
                default: return Number();
            }
        }

        private Dictionary<string, object> Object()
        {
            var found = new Dictionary<string, object>();
            at++;
            while (!Ends('}'))
            {
                var key = String();
                SkipBlanks();
                at++; // the colon
                found[key] = Value();
            }
            return found;
        }

        private List<object> List()
        {
            var found = new List<object>();
            at++;
            while (!Ends(']'))
            {
                found.Add(Value());
            }
            return found;
        }

        private bool Ends(char end)
        {
            SkipBlanks();
            if (text[at] == ',')
            {
                at++;
                SkipBlanks();
            }
            if (text[at] != end)
            {
                return false;
            }
            at++;
            return true;
        }

        private string String()
        {
            var found = new StringBuilder();
            for (at++; text[at] != '"'; at++)
            {
                if (text[at] != '\\')
                {
                    found.Append(text[at]);
                    continue;
                }
                at++;
                var known = "bfnrt".IndexOf(text[at]);
                if (text[at] == 'u')
                {
                    found.Append((char)int.Parse(text.Substring(at + 1, 4), NumberStyles.HexNumber));
                    at += 4;
                }
                else
                {
                    found.Append(known >= 0 ? "\b\f\n\r\t"[known] : text[at]);
                }
            }
            at++;
            return found.ToString();
        }

        private object Number()
        {
            var start = at;
            while (at < text.Length && "+-.eE0123456789".IndexOf(text[at]) >= 0)
            {
                at++;
            }
            return double.Parse(text.Substring(start, at - start), CultureInfo.InvariantCulture);
        }

        private void SkipBlanks()
        {
            while (char.IsWhiteSpace(text[at]))
            {
                at++;
            }
        }

        internal static string Write(object value)
        {
            var written = new StringBuilder();
            Write(written, value);
            return written.ToString();
        }

        private static void Write(StringBuilder to, object value)
        {
            if (value == null)
            {
                to.Append("null");
            }
            else if (value is string)
            {
                Quote(to, (string)value);
            }
            else if (value is bool)
            {
                to.Append((bool)value ? "true" : "false");
            }
            else if (value is IEnumerable<KeyValuePair<string, string>>)
            {
                Members(to, (IEnumerable<KeyValuePair<string, string>>)value);
            }
            else if (value is IEnumerable<KeyValuePair<string, object>>)
            {
                Members(to, (IEnumerable<KeyValuePair<string, object>>)value);
            }
            else if (value is IEnumerable)
            {
                Elements(to, (IEnumerable)value);
            }
            else
            {
                to.Append(Convert.ToString(value, CultureInfo.InvariantCulture));
            }
        }

        private static void Members<T>(StringBuilder to, IEnumerable<KeyValuePair<string, T>> members)
        {
            var separator = "{";
            foreach (var member in members)
            {
                to.Append(separator);
                Quote(to, member.Key);
                to.Append(':');
                Write(to, member.Value);
                separator = ",";
            }
            to.Append(separator == "{" ? "{}" : "}");
        }

        private static void Elements(StringBuilder to, IEnumerable elements)
        {
            var separator = "[";
            foreach (var element in elements)
            {
                to.Append(separator);
                Write(to, element);
                separator = ",";
            }
            to.Append(separator == "[" ? "[]" : "]");
        }

        private static void Quote(StringBuilder to, string text)
        {
            to.Append('"');
            foreach (var letter in text)
            {
                if (letter < ' ' || letter > '~' || letter == '"' || letter == '\\')
                {
                    to.Append("\\u").Append(((int)letter).ToString("x4"));
                }
                else
                {
                    to.Append(letter);
                }
            }
            to.Append('"');
        }
    }
}
