using System;
using System.Runtime.InteropServices;

namespace Pgiam.Native
{
    /// <summary>The library's functions, out of the table of the one symbol that is looked up.</summary>
    internal sealed class Api
    {
        internal readonly ErrorStatus ErrorStatus;
        internal readonly ErrorText ErrorText;
        internal readonly ErrorNumber ErrorNumber;
        internal readonly ErrorCause ErrorCause;
        internal readonly ErrorCommand ErrorCommand;
        internal readonly ErrorFree ErrorFree;
        internal readonly StatusName StatusName;
        internal readonly QuestionAnswer QuestionAnswer;
        internal readonly QuestionDecline QuestionDecline;
        internal readonly ContextNew ContextNew;
        internal readonly ContextFree ContextFree;
        internal readonly BeforeConnect BeforeConnect;
        internal readonly Explain Explain;
        internal readonly ReplyParam ReplyParam;
        internal readonly ReplyText ReplyText;
        internal readonly ReplyFacts ReplyFacts;
        internal readonly ReplyWarning ReplyWarning;
        internal readonly ReplyFree ReplyFree;
        internal readonly OperationStart OperationStart;
        internal readonly OperationDescriptor OperationDescriptor;
        internal readonly OperationWait OperationWait;
        internal readonly OperationCancel OperationCancel;
        internal readonly OperationFree OperationFree;
        internal readonly AttemptNew AttemptNew;
        internal readonly AttemptNext AttemptNext;
        internal readonly AttemptParam AttemptParam;
        internal readonly AttemptReport AttemptReport;
        internal readonly AttemptCancel AttemptCancel;
        internal readonly AttemptFree AttemptFree;
        internal readonly Version Version;
        internal readonly ConninfoParse ConninfoParse;
        internal readonly ConninfoAt ConninfoAt;
        internal readonly ConninfoFree ConninfoFree;

        /// <summary>Loaded once, for the life of the process. What failed is tried again by the next call.</summary>
        internal static Api Loaded
        {
            get { return loaded ?? (loaded = Library.Load()); }
        }

        private static volatile Api loaded;

        internal Api(ref ApiTable table)
        {
            Bind(table.ErrorStatus, out ErrorStatus);
            Bind(table.ErrorText, out ErrorText);
            Bind(table.ErrorNumber, out ErrorNumber);
            Bind(table.ErrorCause, out ErrorCause);
            Bind(table.ErrorCommand, out ErrorCommand);
            Bind(table.ErrorFree, out ErrorFree);
            Bind(table.StatusName, out StatusName);
            Bind(table.QuestionAnswer, out QuestionAnswer);
            Bind(table.QuestionDecline, out QuestionDecline);
            Bind(table.ContextNew, out ContextNew);
            Bind(table.ContextFree, out ContextFree);
            Bind(table.BeforeConnect, out BeforeConnect);
            Bind(table.Explain, out Explain);
            Bind(table.ReplyParam, out ReplyParam);
            Bind(table.ReplyText, out ReplyText);
            Bind(table.ReplyFacts, out ReplyFacts);
            Bind(table.ReplyWarning, out ReplyWarning);
            Bind(table.ReplyFree, out ReplyFree);
            Bind(table.OperationStart, out OperationStart);
            Bind(table.OperationDescriptor, out OperationDescriptor);
            Bind(table.OperationWait, out OperationWait);
            Bind(table.OperationCancel, out OperationCancel);
            Bind(table.OperationFree, out OperationFree);
            Bind(table.AttemptNew, out AttemptNew);
            Bind(table.AttemptNext, out AttemptNext);
            Bind(table.AttemptParam, out AttemptParam);
            Bind(table.AttemptReport, out AttemptReport);
            Bind(table.AttemptCancel, out AttemptCancel);
            Bind(table.AttemptFree, out AttemptFree);
            Bind(table.Version, out Version);
            Bind(table.ConninfoParse, out ConninfoParse);
            Bind(table.ConninfoAt, out ConninfoAt);
            Bind(table.ConninfoFree, out ConninfoFree);
        }

        private static void Bind<T>(IntPtr pointer, out T function)
        {
            function = Marshal.GetDelegateForFunctionPointer<T>(pointer);
        }
    }
}
