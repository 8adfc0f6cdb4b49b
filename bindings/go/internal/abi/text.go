package abi

import "unsafe"

// Text copies a text of C's; "" of NULL.
func Text(text *byte) string {
	if text == nil {
		return ""
	}
	length := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(text), length)) != 0 {
		length++
	}
	return string(unsafe.Slice(text, length))
}

// Bytes is a text that C reads; nil of "", which means the same to the library.
func Bytes(text string) *byte {
	if text == "" {
		return nil
	}
	bytes := make([]byte, len(text)+1)
	copy(bytes, text)
	return &bytes[0]
}

// at is the text at an address that C returned.
func at(address uintptr) string {
	return Text(*(**byte)(unsafe.Pointer(&address)))
}
