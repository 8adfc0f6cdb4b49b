//go:build !pgiam_cgo

package abi

import "github.com/ebitengine/purego"

//go:uintptrescapes
func call(function, a, b, c, d, e uintptr) uintptr {
	result, _, _ := purego.SyscallN(function, a, b, c, d, e)
	return result
}

func open(path string) (uintptr, error) {
	return purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
}

func symbol(library uintptr, name string) (uintptr, error) {
	return purego.Dlsym(library, name)
}

func callbacks() (log, ask Function) {
	return Function(purego.NewCallback(func(userData, level, component, message uintptr) {
			onLog(userData, int32(level), component, message)
		})),
		Function(purego.NewCallback(onAsk))
}
