// Package abi is pgiam.h in Go: constants, structs and calls. tests/bindings/go/test_drift.py holds
// it against the header.
package abi

const (
	AbiMajor = 1
	AbiMinor = 2 // the least that this binding needs
)

const (
	Ok               = 0
	NotApplicable    = 1
	EInternal        = 2
	ENoMemory        = 3
	EInvalidArgument = 100
	EInvalidState    = 101
	EUnsupported     = 102
	ETarget          = 103
	EInsecure        = 104
	ENoCredentials   = 200
	ELoginRequired   = 201
	ELoginDeclined   = 202
	EDenied          = 203
	EBadConfig       = 204
	ENetwork         = 300
	ETimeout         = 301
	ECancelled       = 302
	EThrottled       = 303
	EBadResponse     = 304
	EWouldBlock      = 305
	EConnect         = 306
)

const (
	ErrorMessage      = 1
	ErrorHint         = 2
	ErrorProvider     = 3
	ErrorRemote       = 4
	ErrorCode         = 5
	ErrorEvidence     = 6
	ErrorSqlstate     = 7
	ErrorExplanation  = 8
	ErrorRetryable    = 1
	ErrorRetryAfterMs = 2
)

const (
	LogError = 1
	LogWarn  = 2
	LogInfo  = 3
	LogDebug = 4
)

const (
	PromptDeviceLogin  = 1
	PromptMfaCode      = 2
	PromptClose        = 3
	PromptCredentials  = 4
	PromptFlagRetry    = 0x1
	PromptFlagFinalTry = 0x2
)

const (
	RequestRefresh       = 0x1
	RequestNoInteraction = 0x2
	RequestNoWait        = 0x8
)

const (
	ReplyProvider             = 1
	ReplyPrincipal            = 2
	ReplyTarget               = 3
	ReplyRegion               = 4
	ReplySigningHost          = 5
	ReplyRule                 = 6
	ReplyTokenExpiresAt       = 1
	ReplyCredentialsExpiresAt = 2
	ReplyFromCache            = 3
	ReplySigningPort          = 4
)

const (
	OutcomeConnected = 1
	OutcomeOther     = 3
)

const (
	StepWait    = 1
	StepConnect = 2
	StepDone    = 3
)
