package pgiam

import (
	"context"
	"errors"
	"strings"
	"time"

	"pgiam.org/pgiam/internal/abi"
)

// Error says why there is no token, or what a refused connection means. None of its texts holds a
// secret. Take it out of an error with errors.As; errors.Is finds context.Canceled,
// context.DeadlineExceeded, a driver's error and what a program's own function returned behind it.
type Error struct {
	Status      string        `json:"status"`  // its name: "NO_CREDENTIALS", "DENIED", "NOT_APPLICABLE" …
	Message     string        `json:"message"` // one sentence
	Hint        string        `json:"hint"`    // what to do next
	Code        string        `json:"code"`    // for programs, never renamed: "no_rds_iam"; or ""
	Evidence    string        `json:"evidence"`
	Provider    string        `json:"provider"`
	Remote      string        `json:"remote"`   // what the cloud called it, and the request's id
	SQLState    string        `json:"sqlstate"` // of a refusal by a server
	Retryable   bool          `json:"retryable"`
	RetryAfter  time.Duration `json:"retry_after"` // 0: not known
	Commands    []string      `json:"commands"`    // what to type, best first
	Causes      []*Error      `json:"causes"`      // each source that was tried, or what may be behind a refusal
	Explanation string        `json:"explanation"` // all of it for a person, in lines

	behind error
}

// Error is the whole story: message, causes, hint.
func (e *Error) Error() string {
	if e.Explanation != "" {
		return strings.TrimSuffix(e.Explanation, "\n")
	}
	if e.Hint != "" {
		return e.Message + "\n  hint: " + e.Hint
	}
	return e.Message
}

func (e *Error) Unwrap() error { return e.behind }

// Timeout tells it as net.Error does.
func (e *Error) Timeout() bool { return e.Status == "TIMEOUT" }

// StatusOf is the status of a pgiam error, "" of any other.
func StatusOf(err error) string {
	var ours *Error
	if errors.As(err, &ours) {
		return ours.Status
	}
	return ""
}

// KeptByPassword tells of an error NOT_APPLICABLE whether the connection would be pgiam's, but for a
// password that the user gave: a failure of it is worth a Report.
func KeptByPassword(err error) bool {
	var ours *Error
	return errors.As(err, &ours) && ours.Status == "NOT_APPLICABLE" && ours.Code == "password_given"
}

func statusName(library *abi.Library, status int32) string {
	name := strings.TrimPrefix(library.StatusName(status), "PGIAM_")
	return strings.TrimPrefix(name, "E_")
}

// takeError is the error of a call that failed; it frees the library's.
func takeError(library *abi.Library, status int32, handle abi.Handle) *Error {
	if handle == 0 {
		name := statusName(library, status)
		return &Error{Status: name, Message: "the library gave no reason (" + name + ")"}
	}
	defer library.ErrorFree(handle)
	return readError(library, status, handle)
}

func readError(library *abi.Library, status int32, handle abi.Handle) *Error {
	text := func(field int32) string { return library.ErrorText(handle, field) }
	read := &Error{
		Status:      statusName(library, status),
		Message:     text(abi.ErrorMessage),
		Hint:        text(abi.ErrorHint),
		Code:        text(abi.ErrorCode),
		Evidence:    text(abi.ErrorEvidence),
		Provider:    text(abi.ErrorProvider),
		Remote:      text(abi.ErrorRemote),
		SQLState:    text(abi.ErrorSqlstate),
		Retryable:   library.ErrorNumber(handle, abi.ErrorRetryable) != 0,
		RetryAfter:  time.Duration(library.ErrorNumber(handle, abi.ErrorRetryAfterMs)) * time.Millisecond,
		Explanation: text(abi.ErrorExplanation),
	}
	for i := uintptr(0); ; i++ {
		command := library.ErrorCommand(handle, i)
		if command == "" {
			break
		}
		read.Commands = append(read.Commands, command)
	}
	for i := uintptr(0); ; i++ {
		cause := library.ErrorCause(handle, i)
		if cause == 0 {
			return read
		}
		read.Causes = append(read.Causes, readError(library, library.ErrorStatus(cause), cause))
	}
}

func invalid(code, message string) *Error {
	return &Error{Status: "INVALID_ARGUMENT", Code: code, Message: message}
}

// ended is the error of a context.Context that is over.
func ended(ctx context.Context) *Error {
	err := ctx.Err()
	if errors.Is(err, context.DeadlineExceeded) {
		return &Error{Status: "TIMEOUT", Message: "the caller's deadline passed before there was an answer",
			Retryable: true, behind: err}
	}
	return &Error{Status: "CANCELLED", Message: "cancelled", behind: err}
}
