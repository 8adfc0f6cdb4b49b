using System;
using System.Runtime.InteropServices;

namespace Pgiam.Native
{
    // The functions of pgiam.h that this binding calls, by their names there without pgiam_, and its two callbacks.
    // A handle is an IntPtr. An out parameter is a ref: the library reads the error's, and writes none but on success.

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void LogFn(IntPtr userData, int level, IntPtr component, IntPtr message);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void AskFn(IntPtr userData, IntPtr prompt, IntPtr question);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr GetApi(uint abiMajor);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate uint AbiVersion();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int ErrorStatus(IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr ErrorText(IntPtr error, int field);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate long ErrorNumber(IntPtr error, int field);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr ErrorCause(IntPtr error, UIntPtr index);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr ErrorCommand(IntPtr error, UIntPtr index);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void ErrorFree(IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr StatusName(int status);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int QuestionAnswer(IntPtr question, IntPtr values, UIntPtr valueCount);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void QuestionDecline(IntPtr question, int status, IntPtr message);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int ContextNew(ref Config config, ref IntPtr context, ref IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void ContextFree(IntPtr context);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int BeforeConnect(IntPtr context, ref Request request, ref IntPtr reply, ref IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int Explain(IntPtr context, ref Request request, ref IntPtr reply, ref IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int ReplyParam(IntPtr reply, UIntPtr index, ref Param param);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr ReplyText(IntPtr reply, int field);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int ReplyFacts(IntPtr reply, ref Facts facts);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr ReplyWarning(IntPtr reply, UIntPtr index);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void ReplyFree(IntPtr reply);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int OperationStart(IntPtr context, ref Request request, ref IntPtr operation, ref IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int OperationDescriptor(IntPtr operation, ref long descriptor, ref IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int OperationWait(IntPtr operation, long timeoutMs, ref IntPtr reply, ref IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void OperationCancel(IntPtr operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void OperationFree(IntPtr operation);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int AttemptNew(IntPtr context, ref Request request, ref IntPtr attempt, ref IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int AttemptNext(IntPtr attempt, ref Step step, ref IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int AttemptParam(IntPtr attempt, UIntPtr index, ref Param param);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int AttemptReport(IntPtr attempt, ref Outcome outcome);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void AttemptCancel(IntPtr attempt);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void AttemptFree(IntPtr attempt);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate IntPtr Version();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int ConninfoParse(IntPtr text, ref IntPtr conninfo, ref IntPtr error);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int ConninfoAt(IntPtr conninfo, UIntPtr index, ref Param param);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void ConninfoFree(IntPtr conninfo);
}
