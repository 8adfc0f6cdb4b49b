package abi

import (
	"fmt"
	"unsafe"
)

// Library is a loaded libpgiam. A field has the address of the function of that name: errorText is
// pgiam_error_text. Structs and out parameters are converted inside each call's own expression, which
// keeps them on the heap, and alive, until C returns.
type Library struct {
	Path string

	errorStatus, errorText, errorNumber, errorCause, errorCommand, errorFree, statusName uintptr
	questionAnswer, questionDecline, contextNew, contextFree                             uintptr
	beforeConnect, credentials                                                           uintptr
	replyParam, replyText, replyNumber, replyWarning, replyFree                          uintptr
	operationStart, operationDescriptor, operationWait, operationCancel, operationFree   uintptr
	attemptNew, attemptNext, attemptParam, attemptReport, attemptCancel, attemptFree     uintptr
	version, conninfoParse, conninfoAt, conninfoFree                                     uintptr
}

// find looks up every function. The table's names are the header's, which the drift check compares.
func (l *Library) find(symbol func(string) (uintptr, error)) error {
	for name, address := range map[string]*uintptr{
		"pgiam_error_status": &l.errorStatus, "pgiam_error_text": &l.errorText,
		"pgiam_error_number": &l.errorNumber, "pgiam_error_cause": &l.errorCause,
		"pgiam_error_command": &l.errorCommand, "pgiam_error_free": &l.errorFree,
		"pgiam_status_name": &l.statusName, "pgiam_question_answer": &l.questionAnswer,
		"pgiam_question_decline": &l.questionDecline, "pgiam_context_new": &l.contextNew,
		"pgiam_context_free": &l.contextFree, "pgiam_before_connect": &l.beforeConnect,
		"pgiam_credentials": &l.credentials, "pgiam_reply_param": &l.replyParam,
		"pgiam_reply_text": &l.replyText, "pgiam_reply_number": &l.replyNumber,
		"pgiam_reply_warning": &l.replyWarning, "pgiam_reply_free": &l.replyFree,
		"pgiam_operation_start": &l.operationStart, "pgiam_operation_descriptor": &l.operationDescriptor,
		"pgiam_operation_wait": &l.operationWait, "pgiam_operation_cancel": &l.operationCancel,
		"pgiam_operation_free": &l.operationFree, "pgiam_attempt_new": &l.attemptNew,
		"pgiam_attempt_next": &l.attemptNext, "pgiam_attempt_param": &l.attemptParam,
		"pgiam_attempt_report": &l.attemptReport, "pgiam_attempt_cancel": &l.attemptCancel,
		"pgiam_attempt_free": &l.attemptFree, "pgiam_version": &l.version,
		"pgiam_conninfo_parse": &l.conninfoParse, "pgiam_conninfo_at": &l.conninfoAt,
		"pgiam_conninfo_free": &l.conninfoFree,
	} {
		found, err := symbol(name)
		if err != nil {
			return fmt.Errorf("%s has no %s", l.Path, name)
		}
		*address = found
	}
	return nil
}

func (l *Library) ErrorStatus(err Handle) int32 {
	return int32(call(l.errorStatus, uintptr(err), 0, 0, 0, 0))
}

func (l *Library) ErrorText(err Handle, field int32) string {
	return at(call(l.errorText, uintptr(err), uintptr(field), 0, 0, 0))
}

func (l *Library) ErrorNumber(err Handle, field int32) int64 {
	return int64(call(l.errorNumber, uintptr(err), uintptr(field), 0, 0, 0))
}

func (l *Library) ErrorCause(err Handle, index uintptr) Handle {
	return Handle(call(l.errorCause, uintptr(err), index, 0, 0, 0))
}

func (l *Library) ErrorCommand(err Handle, index uintptr) string {
	return at(call(l.errorCommand, uintptr(err), index, 0, 0, 0))
}

func (l *Library) ErrorFree(err Handle) { call(l.errorFree, uintptr(err), 0, 0, 0, 0) }

func (l *Library) StatusName(status int32) string {
	return at(call(l.statusName, uintptr(status), 0, 0, 0, 0))
}

func (l *Library) QuestionAnswer(question Handle, values *Option, count uintptr) int32 {
	return int32(call(l.questionAnswer, uintptr(question), uintptr(unsafe.Pointer(values)), count, 0, 0))
}

func (l *Library) QuestionDecline(question Handle, status int32, message *byte) {
	call(l.questionDecline, uintptr(question), uintptr(status), uintptr(unsafe.Pointer(message)), 0, 0)
}

func (l *Library) ContextNew(config *Config, out, err *Handle) int32 {
	return int32(call(l.contextNew, uintptr(unsafe.Pointer(config)), uintptr(unsafe.Pointer(out)),
		uintptr(unsafe.Pointer(err)), 0, 0))
}

func (l *Library) ContextFree(context Handle) { call(l.contextFree, uintptr(context), 0, 0, 0, 0) }

func (l *Library) BeforeConnect(context Handle, request *Request, out, err *Handle) int32 {
	return int32(call(l.beforeConnect, uintptr(context), uintptr(unsafe.Pointer(request)),
		uintptr(unsafe.Pointer(out)), uintptr(unsafe.Pointer(err)), 0))
}

func (l *Library) Credentials(context Handle, request *Request, out, err *Handle) int32 {
	return int32(call(l.credentials, uintptr(context), uintptr(unsafe.Pointer(request)),
		uintptr(unsafe.Pointer(out)), uintptr(unsafe.Pointer(err)), 0))
}

func (l *Library) ReplyParam(reply Handle, index uintptr, param *Param) int32 {
	return int32(call(l.replyParam, uintptr(reply), index, uintptr(unsafe.Pointer(param)), 0, 0))
}

func (l *Library) ReplyText(reply Handle, field int32) string {
	return at(call(l.replyText, uintptr(reply), uintptr(field), 0, 0, 0))
}

func (l *Library) ReplyNumber(reply Handle, field int32) int64 {
	return int64(call(l.replyNumber, uintptr(reply), uintptr(field), 0, 0, 0))
}

func (l *Library) ReplyWarning(reply Handle, index uintptr) Handle {
	return Handle(call(l.replyWarning, uintptr(reply), index, 0, 0, 0))
}

func (l *Library) ReplyFree(reply Handle) { call(l.replyFree, uintptr(reply), 0, 0, 0, 0) }

func (l *Library) OperationStart(context Handle, request *Request, out, err *Handle) int32 {
	return int32(call(l.operationStart, uintptr(context), uintptr(unsafe.Pointer(request)),
		uintptr(unsafe.Pointer(out)), uintptr(unsafe.Pointer(err)), 0))
}

func (l *Library) OperationDescriptor(operation Handle, out *int64, err *Handle) int32 {
	return int32(call(l.operationDescriptor, uintptr(operation), uintptr(unsafe.Pointer(out)),
		uintptr(unsafe.Pointer(err)), 0, 0))
}

func (l *Library) OperationWait(operation Handle, milliseconds int64, out, err *Handle) int32 {
	return int32(call(l.operationWait, uintptr(operation), uintptr(milliseconds),
		uintptr(unsafe.Pointer(out)), uintptr(unsafe.Pointer(err)), 0))
}

func (l *Library) OperationCancel(operation Handle) {
	call(l.operationCancel, uintptr(operation), 0, 0, 0, 0)
}

func (l *Library) OperationFree(operation Handle) {
	call(l.operationFree, uintptr(operation), 0, 0, 0, 0)
}

func (l *Library) AttemptNew(context Handle, request *Request, out, err *Handle) int32 {
	return int32(call(l.attemptNew, uintptr(context), uintptr(unsafe.Pointer(request)),
		uintptr(unsafe.Pointer(out)), uintptr(unsafe.Pointer(err)), 0))
}

func (l *Library) AttemptNext(attempt Handle, step *Step, err *Handle) int32 {
	return int32(call(l.attemptNext, uintptr(attempt), uintptr(unsafe.Pointer(step)),
		uintptr(unsafe.Pointer(err)), 0, 0))
}

func (l *Library) AttemptParam(attempt Handle, index uintptr, param *Param) int32 {
	return int32(call(l.attemptParam, uintptr(attempt), index, uintptr(unsafe.Pointer(param)), 0, 0))
}

func (l *Library) AttemptReport(attempt Handle, outcome *Outcome) int32 {
	return int32(call(l.attemptReport, uintptr(attempt), uintptr(unsafe.Pointer(outcome)), 0, 0, 0))
}

func (l *Library) AttemptCancel(attempt Handle) {
	call(l.attemptCancel, uintptr(attempt), 0, 0, 0, 0)
}

func (l *Library) AttemptFree(attempt Handle) { call(l.attemptFree, uintptr(attempt), 0, 0, 0, 0) }

func (l *Library) Version() string { return at(call(l.version, 0, 0, 0, 0, 0)) }

func (l *Library) ConninfoParse(text *byte, out, err *Handle) int32 {
	return int32(call(l.conninfoParse, uintptr(unsafe.Pointer(text)), uintptr(unsafe.Pointer(out)),
		uintptr(unsafe.Pointer(err)), 0, 0))
}

func (l *Library) ConninfoAt(conninfo Handle, index uintptr, param *Param) int32 {
	return int32(call(l.conninfoAt, uintptr(conninfo), index, uintptr(unsafe.Pointer(param)), 0, 0))
}

func (l *Library) ConninfoFree(conninfo Handle) { call(l.conninfoFree, uintptr(conninfo), 0, 0, 0, 0) }
