//go:build unix

package pgiam

import (
	"context"
	"runtime"
	"syscall"
	"testing"

	"pgiam.org/pgiam/internal/abi"
)

// What a token that is at hand costs, in the processor's time, beside the two calls of the C ABI that it
// cannot do without. tests/bench/go_bench.py runs them.
func BenchmarkToken(b *testing.B) {
	client := benched(b)
	request := Request{Host: host, User: "app"}
	measure(b, func() {
		if _, err := client.Token(context.Background(), request); err != nil {
			b.Fatal(err)
		}
	})
}

func BenchmarkCalls(b *testing.B) {
	client := benched(b)
	made, err := client.make(&Request{Host: host, User: "app"})
	if err != nil {
		b.Fatal(err)
	}
	var reply abi.Handle
	measure(b, func() {
		if status := client.library.BeforeConnect(client.handle, made.raw, &reply, nil); status != abi.Ok {
			b.Fatal(status)
		}
		client.library.ReplyFree(reply)
	})
	runtime.KeepAlive(made)
}

// BenchmarkNoCall is what a call into C costs that does nothing there.
func BenchmarkNoCall(b *testing.B) {
	client := benched(b)
	measure(b, func() { client.library.ErrorNumber(0, 0) })
}

func benched(b *testing.B) *Client {
	b.Setenv("HOME", b.TempDir())
	b.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	b.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	client, err := New(Config{Options: map[string]string{"reuse_seconds": "900"}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { client.Close() })
	return client
}

func measure(b *testing.B, call func()) {
	call()
	used := processorTime()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		call()
	}
	b.ReportMetric(float64(processorTime()-used)/float64(b.N), "cpu-ns/op")
}

func processorTime() int64 {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}
