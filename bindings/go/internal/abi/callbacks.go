package abi

import (
	"sync"
	"sync/atomic"
	"unsafe"
)

// LogFunc takes a line of the log, on any thread. AskFunc finishes the question, now or later; that
// of a prompt which closes is 0.
type (
	LogFunc func(level int32, component, message string)
	AskFunc func(prompt *Prompt, question Handle)
)

var (
	targets    sync.Map // of user data, which is a number and never a pointer of Go's
	lastTarget uint64
)

// Register gives the number that C hands back to a callback. Forget it once C does not call any more.
func Register(target any) uintptr {
	number := uintptr(atomic.AddUint64(&lastTarget, 1))
	targets.Store(number, target)
	return number
}

func Forget(number uintptr) { targets.Delete(number) }

func onLog(userData uintptr, level int32, component, message uintptr) {
	if target, ok := targets.Load(userData); ok {
		target.(LogFunc)(level, at(component), at(message))
	}
}

func onAsk(userData, prompt, question uintptr) {
	if target, ok := targets.Load(userData); ok {
		target.(AskFunc)(*(**Prompt)(unsafe.Pointer(&prompt)), Handle(question))
	} else if question != 0 { // nobody is there who could answer
		loaded.QuestionDecline(Handle(question), ECancelled, nil)
	}
}
