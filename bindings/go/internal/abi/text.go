package abi

import "unsafe"

// Text copies a text of C's; "" of NULL.
func Text(text *byte) string {
	if text == nil {
		return ""
	}
	length := length(unsafe.Pointer(text))
	return string(unsafe.Slice(text, length))
}

// length looks at a word at a time from where words begin: those never reach into another page.
func length(text unsafe.Pointer) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	count := 0
	for ; (uintptr(text)+uintptr(count))%8 != 0; count++ {
		if *(*byte)(unsafe.Add(text, count)) == 0 {
			return count
		}
	}
	for {
		word := *(*uint64)(unsafe.Add(text, count))
		if (word-ones)&^word&highs != 0 {
			break
		}
		count += 8
	}
	for *(*byte)(unsafe.Add(text, count)) != 0 {
		count++
	}
	return count
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
