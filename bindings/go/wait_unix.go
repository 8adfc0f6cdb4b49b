//go:build unix

package pgiam

import (
	"os"
	"syscall"
)

// duplicate gives the runtime a descriptor of its own to watch: the library's is not to be closed here.
func duplicate(descriptor func() (int, bool)) (*os.File, bool) {
	theirs, ok := descriptor()
	if !ok || theirs < 0 {
		return nil, false
	}
	syscall.ForkLock.RLock()
	ours, err := syscall.Dup(theirs)
	if err == nil {
		syscall.CloseOnExec(ours)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, false
	}
	if syscall.SetNonblock(ours, true) != nil {
		_ = syscall.Close(ours)
		return nil, false
	}
	return os.NewFile(uintptr(ours), "pgiam"), true
}
