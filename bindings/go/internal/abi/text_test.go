package abi

import (
	"strings"
	"testing"
	"unsafe"
)

func TestATextEndsAtItsNulWhereverItBegins(t *testing.T) {
	for offset := 0; offset < 9; offset++ {
		for size := 0; size < 40; size++ {
			text := strings.Repeat("é\x80\xffx", 10)[:size]
			memory := append([]byte(strings.Repeat("#", offset)+text), 0)
			memory = append(memory, "behind it"...)
			if got := Text((*byte)(unsafe.Pointer(&memory[offset]))); got != text {
				t.Fatalf("at %d: %q instead of %q", offset, got, text)
			}
		}
	}
	if Text(nil) != "" {
		t.Error("NULL is no text")
	}
}
