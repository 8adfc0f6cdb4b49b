package pgiam

import (
	"context"
	"testing"
)

// What a token that is at hand costs; tests/bench/README.md has the figures.
func BenchmarkToken(b *testing.B) {
	b.Setenv("HOME", b.TempDir())
	b.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	b.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	client, err := New(Config{Options: map[string]string{"reuse_seconds": "900"}})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	request := Request{Host: host, User: "app"}
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		if _, err := client.Token(context.Background(), request); err != nil {
			b.Fatal(err)
		}
	}
}
