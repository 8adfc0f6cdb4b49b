using System;
using System.Runtime.InteropServices;
using System.Text;

namespace Pgiam.Native
{
    /// <summary>The library's texts.</summary>
    internal static class Text
    {
        /// <summary>"" for NULL. What is no UTF-8 is replaced.</summary>
        internal static unsafe string Read(IntPtr text)
        {
            if (text == IntPtr.Zero)
            {
                return "";
            }
            var start = (byte*)text;
            var length = 0;
            while (start[length] != 0)
            {
                length++;
            }
            return Read(text, length);
        }

        internal static unsafe string Read(IntPtr text, int length)
        {
            return length == 0 ? "" : Encoding.UTF8.GetString((byte*)text, length);
        }
    }
}
