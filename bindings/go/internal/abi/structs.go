package abi

import "unsafe"

// Handle is an object of the library's, which Go never looks into.
type Handle uintptr

// Function is the address of a C function.
type Function uintptr

type Option struct {
	Key   *byte
	Value *byte
}

type Prompt struct {
	StructSize  uint32
	Kind        int32
	Flags       uint32
	Id          uint32
	ExpiresInMs int64
	Title       *byte
	Subject     *byte
	Url         *byte
	UrlComplete *byte
	UserCode    *byte
}

type Config struct {
	StructSize     uint32
	LogLevel       int32
	HostName       *byte
	HostVersion    *byte
	Options        *Option
	OptionCount    uintptr
	Log            Function
	LogUserData    uintptr
	Prompt         Function
	PromptUserData uintptr
	Ask            Function
	AskUserData    uintptr
	LogRoom        uint32
	Reserved       uint32
}

type Request struct {
	StructSize          uint32
	Flags               uint32
	Host                *byte
	User                *byte
	Database            *byte
	Password            *byte
	Sslmode             *byte
	Port                uint32
	Reserved            uint32
	TimeoutMs           int64
	Options             *Option
	OptionCount         uintptr
	Keywords            *Option
	KeywordCount        uintptr
	CanApply            *byte
	Credentials         Function
	CredentialsUserData uintptr
	CredentialsIdentity *byte
	HostPasswords       **byte
	HostPasswordCount   uintptr
}

type Param struct {
	StructSize uint32
	Flags      uint32
	Key        *byte
	Value      *byte
}

type Step struct {
	StructSize uint32
	Kind       int32
	Flags      uint32
	Host       uint32
	Descriptor int64
	WaitMs     int64
}

type Outcome struct {
	StructSize uint32
	Outcome    int32
	Flags      uint32
	Host       uint32
	Sqlstate   *byte
	Message    *byte
}

// NewConfig and its neighbours are the header's _INIT macros.
func NewConfig() *Config   { return &Config{StructSize: uint32(unsafe.Sizeof(Config{}))} }
func NewRequest() *Request { return &Request{StructSize: uint32(unsafe.Sizeof(Request{}))} }
func NewParam() *Param     { return &Param{StructSize: uint32(unsafe.Sizeof(Param{}))} }
func NewStep() *Step       { return &Step{StructSize: uint32(unsafe.Sizeof(Step{}))} }
func NewOutcome() *Outcome { return &Outcome{StructSize: uint32(unsafe.Sizeof(Outcome{}))} }
