//go:build go1.21

package pgiam

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
)

type guarded struct {
	mutex sync.Mutex
	bytes.Buffer
}

func (g *guarded) Write(text []byte) (int, error) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.Buffer.Write(text)
}

func TestSlogTakesTheLogAndShowsNoToken(t *testing.T) {
	withKeys(t)
	var written guarded
	logger := slog.New(slog.NewTextHandler(&written, &slog.HandlerOptions{Level: slog.LevelDebug}))
	config := Config{}
	config.UseSlog(logger)
	client := client(t, config)
	answer, err := client.Token(context.Background(), Request{Host: host, User: "app", Options: map[string]string{"region": "us-east-2"}})
	if err != nil {
		t.Fatal(err)
	}
	logger.Info("logged in", "answer", answer)
	written.mutex.Lock()
	defer written.mutex.Unlock()
	text := written.String()
	if !strings.Contains(text, "level=WARN") || !strings.Contains(text, "component=") || strings.Contains(text, "X-Amz-Signature") {
		t.Error(text)
	}
}
