//go:build pgiam_cgo

package abi

/*
#cgo LDFLAGS: -ldl
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

// Every function of pgiam.h takes up to five whole numbers and pointers, each in a register of its own.
static uintptr_t pgiam_go_call(uintptr_t f, uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d, uintptr_t e) {
	return ((uintptr_t (*)(uintptr_t, uintptr_t, uintptr_t, uintptr_t, uintptr_t))f)(a, b, c, d, e);
}
static uintptr_t pgiam_go_open(const char *path) { return (uintptr_t)dlopen(path, RTLD_NOW | RTLD_LOCAL); }
static uintptr_t pgiam_go_symbol(uintptr_t library, const char *name) { return (uintptr_t)dlsym((void *)library, name); }
*/
import "C"

import (
	"errors"
	"runtime"
	"unsafe"
)

//go:uintptrescapes
func call(function, a, b, c, d, e uintptr) uintptr {
	return uintptr(C.pgiam_go_call(C.uintptr_t(function), C.uintptr_t(a), C.uintptr_t(b), C.uintptr_t(c),
		C.uintptr_t(d), C.uintptr_t(e)))
}

func open(path string) (uintptr, error) {
	text := C.CString(path)
	defer C.free(unsafe.Pointer(text))
	runtime.LockOSThread() // dlerror tells of this thread
	defer runtime.UnlockOSThread()
	library := C.pgiam_go_open(text)
	if library == 0 {
		return 0, errors.New(C.GoString(C.dlerror()))
	}
	return uintptr(library), nil
}

func symbol(library uintptr, name string) (uintptr, error) {
	text := C.CString(name)
	defer C.free(unsafe.Pointer(text))
	address := C.pgiam_go_symbol(C.uintptr_t(library), text)
	if address == 0 {
		return 0, errors.New("no symbol " + name)
	}
	return uintptr(address), nil
}
