using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;

namespace Pgiam.Native
{
    /// <summary>What one call passes in, in the library's form, which copies it. Wiped and freed when the call is over.</summary>
    internal sealed unsafe class Arena : IDisposable
    {
        private const int Piece = 1024;
        private static readonly UTF8Encoding Strict = new UTF8Encoding(false, true);

        private IntPtr memory;
        private int size;
        private int used;
        private List<Arena> full; // earlier pieces

        /// <summary>The text as C has it, NULL for null. One with a NUL would be another's: a token for app\0x is one for app.</summary>
        internal IntPtr Text(string name, string value)
        {
            if (value == null)
            {
                return IntPtr.Zero;
            }
            if (value.IndexOf('\0') >= 0)
            {
                throw Refusal(name + " has a NUL in it", "nul_in_text");
            }
            var most = Strict.GetMaxByteCount(value.Length);
            var place = (byte*)Room(most + 1);
            try
            {
                fixed (char* letters = value)
                {
                    var length = value.Length == 0 ? 0 : Strict.GetBytes(letters, value.Length, place, most);
                    place[length] = 0;
                    used += length + 1;
                }
            }
            catch (EncoderFallbackException)
            {
                used += most + 1; // what was written before that is wiped as well
                throw Refusal(name + " is not text that UTF-8 can hold", "not_utf8");
            }
            return (IntPtr)place;
        }

        /// <summary>An array of options; those that are null are not given.</summary>
        internal IntPtr Pairs(ICollection<KeyValuePair<string, string>> values, out UIntPtr count)
        {
            var given = 0;
            count = UIntPtr.Zero;
            if (values == null || values.Count == 0)
            {
                return IntPtr.Zero;
            }
            var array = (Option*)Room(values.Count * sizeof(Option), sizeof(IntPtr));
            used += values.Count * sizeof(Option);
            foreach (var pair in values)
            {
                if (pair.Value != null)
                {
                    array[given].Key = Text("a key", pair.Key);
                    array[given].Value = Text(pair.Key, pair.Value);
                    given++;
                }
            }
            count = (UIntPtr)given;
            return (IntPtr)array;
        }

        private IntPtr Room(int bytes, int alignment = 1)
        {
            used = (used + alignment - 1) / alignment * alignment;
            if (memory == IntPtr.Zero || size - used < bytes)
            {
                Grow(Math.Max(bytes, Piece));
            }
            return memory + used;
        }

        private void Grow(int bytes)
        {
            if (memory != IntPtr.Zero)
            {
                full = full ?? new List<Arena>();
                full.Add(new Arena { memory = memory, size = size, used = used });
                memory = IntPtr.Zero;
            }
            memory = Marshal.AllocHGlobal(bytes);
            size = bytes;
            used = 0;
        }

        public void Dispose()
        {
            if (full != null)
            {
                full.ForEach(piece => piece.Dispose());
                full = null;
            }
            if (memory == IntPtr.Zero)
            {
                return;
            }
            for (var i = 0; i < used; i++)
            {
                ((byte*)memory)[i] = 0;
            }
            Marshal.FreeHGlobal(memory);
            memory = IntPtr.Zero;
        }

        private static PgiamException Refusal(string message, string code)
        {
            return new PgiamException("INVALID_ARGUMENT", message) { Code = code };
        }
    }
}
