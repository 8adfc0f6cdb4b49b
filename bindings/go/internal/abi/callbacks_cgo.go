//go:build pgiam_cgo

package abi

/*
#include <stdint.h>
void pgiam_go_log(uintptr_t user_data, int32_t level, uintptr_t component, uintptr_t message);
void pgiam_go_ask(uintptr_t user_data, uintptr_t prompt, uintptr_t question);
static uintptr_t pgiam_go_log_address(void) { return (uintptr_t)&pgiam_go_log; }
static uintptr_t pgiam_go_ask_address(void) { return (uintptr_t)&pgiam_go_ask; }
*/
import "C"

//export pgiam_go_log
func pgiam_go_log(userData C.uintptr_t, level C.int32_t, component, message C.uintptr_t) {
	onLog(uintptr(userData), int32(level), uintptr(component), uintptr(message))
}

//export pgiam_go_ask
func pgiam_go_ask(userData, prompt, question C.uintptr_t) {
	onAsk(uintptr(userData), uintptr(prompt), uintptr(question))
}

func callbacks() (log, ask Function) {
	return Function(C.pgiam_go_log_address()), Function(C.pgiam_go_ask_address())
}
