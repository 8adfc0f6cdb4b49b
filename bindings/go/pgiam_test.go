package pgiam

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const host = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"

// client is a new one in an empty home, with no keys but those given.
func client(t *testing.T, config Config) *Client {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("PGIAM_TIMEOUT_MS", "300000") // of a machine that is slow
	if config.Options == nil {
		config.Options = map[string]string{"cache": "memory"}
	}
	made, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { made.Close() })
	return made
}

func withKeys(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secretOfAKIDEXAMPLE")
}

func refused(t *testing.T, client *Client, request Request) *Error {
	t.Helper()
	answer, err := client.Token(context.Background(), request)
	var ours *Error
	if !errors.As(err, &ours) {
		t.Fatalf("got %v, %v instead of an *Error", answer, err)
	}
	return ours
}

func token(t *testing.T, client *Client, request Request) string {
	t.Helper()
	answer, err := client.Token(context.Background(), request)
	if err != nil {
		t.Fatal(err)
	}
	return answer.Token()
}

func TestATokenIsForTheHostPortAndUser(t *testing.T) {
	withKeys(t)
	client := client(t, Config{})
	for _, request := range []Request{
		{Host: host, Port: 5433, User: "app"},
		{ConnInfo: "host=" + host + " port=5433 user=app"},
		{ConnInfo: "postgresql://ann@" + host + ":6000/shop", User: "app", Port: 5433},
	} {
		if got := token(t, client, request); !strings.HasPrefix(got, host+":5433/?Action=connect&DBUser=app&X-Amz-") {
			t.Errorf("%v: %s", request.ConnInfo, got)
		}
	}
}

func TestAnAnswerTellsWhatIsKnown(t *testing.T) {
	withKeys(t)
	client := client(t, Config{})
	answer, err := client.Token(context.Background(), Request{Host: host, User: "app"})
	if err != nil {
		t.Fatal(err)
	}
	if answer.Host != host || answer.Port != 5432 || answer.Region != "eu-west-1" || answer.Provider != "aws.environment" {
		t.Errorf("%v", answer)
	}
	if left := time.Until(answer.ExpiresAt); left < 14*time.Minute || left > 16*time.Minute {
		t.Errorf("it expires in %v", left)
	}
	if answer.Params()["sslmode"] != "require" {
		t.Errorf("%v", answer.Params())
	}
}

func TestNoFormShowsASecret(t *testing.T) {
	withKeys(t)
	client := client(t, Config{})
	answer, err := client.Token(context.Background(), Request{Host: host, User: "app"})
	if err != nil {
		t.Fatal(err)
	}
	credentials := Credentials{AccessKeyID: "AKIA", SecretAccessKey: "X-Amz-secret", SessionToken: "X-Amz-session"}
	request := Request{ConnInfo: "password=X-Amz-secret", Password: "X-Amz-secret", Keywords: map[string]string{"password": "X-Amz-secret"}}
	type within struct {
		answer      Answer
		pointer     *Answer
		credentials Credentials
		request     Request
	}
	for _, value := range []any{answer, &answer, answer.Params(), credentials, &credentials, request, &request,
		[]Answer{answer}, map[string]Answer{"a": answer}, client} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			shown := fmt.Sprintf(verb, value)
			if strings.Contains(shown, "X-Amz") || strings.Contains(shown, fmt.Sprintf("%x", "X-Amz")) {
				t.Errorf("%T by %s: %s", value, verb, shown)
			}
		}
		if shown, err := json.Marshal(value); err == nil && strings.Contains(string(shown), "X-Amz") {
			t.Errorf("%T by JSON: %s", value, shown)
		}
	}
	// What fmt may not call methods of, it prints by looking inside.
	if shown := fmt.Sprintf("%+v %#v", within{answer: answer}, within{pointer: &answer}); strings.Contains(shown, "X-Amz") {
		t.Error(shown)
	}
}

func TestAnErrorTellsWhatWasTriedAndWhatToDo(t *testing.T) {
	err := refused(t, client(t, Config{}), Request{Host: host, User: "app"})
	if err.Status != "NO_CREDENTIALS" || err.Hint == "" || err.Retryable || len(err.Causes) == 0 {
		t.Errorf("%+v", *err)
	}
	if !strings.Contains(err.Error(), "AWS_ACCESS_KEY_ID") {
		t.Error(err)
	}
	named := refused(t, client(t, Config{}), Request{Host: host, User: "app", Options: map[string]string{"profile": "nope"}})
	if strings.Join(named.Commands, "|") != "aws configure --profile nope" {
		t.Errorf("%v", named.Commands)
	}
}

func TestWhatCannotBeIsRefused(t *testing.T) {
	withKeys(t)
	client := client(t, Config{})
	for _, test := range []struct {
		request      Request
		status, code string
	}{
		{Request{Host: "localhost", User: "app"}, "NOT_APPLICABLE", ""},
		{Request{Host: host, User: "app", Options: map[string]string{"profil": "dev"}}, "UNSUPPORTED", ""},
		{Request{Host: host, User: "app\x00x"}, "INVALID_ARGUMENT", "nul_in_text"},
		{Request{Host: host + "\x00.evil", User: "app"}, "INVALID_ARGUMENT", "nul_in_text"},
		{Request{Host: host, User: "app", Options: map[string]string{"profile": "a\x00b"}}, "INVALID_ARGUMENT", "nul_in_text"},
		{Request{ConnInfo: "host=" + host + " user=app\x00x"}, "INVALID_ARGUMENT", "nul_in_text"},
		{Request{Host: host, User: "\xff"}, "INVALID_ARGUMENT", "not_utf8"},
		{Request{Host: host, User: "app", Port: 65536}, "INVALID_ARGUMENT", ""},
		{Request{Host: host, User: "app", Port: -1}, "INVALID_ARGUMENT", ""},
		{Request{Host: host, User: "app", SSLMode: "disable"}, "INSECURE", ""},
	} {
		if err := refused(t, client, test.request); err.Status != test.status || (test.code != "" && err.Code != test.code) {
			t.Errorf("%v: %s %s: %v", test.request, err.Status, err.Code, err)
		}
	}
}

func TestAClosedClientSaysSo(t *testing.T) {
	withKeys(t)
	client := client(t, Config{})
	client.Close()
	client.Close()
	if err := refused(t, client, Request{Host: host, User: "app"}); err.Status != "INVALID_STATE" {
		t.Error(err)
	}
}

// ---- Waiting ----

// slow is a credential_process that tells when it runs and answers when the gate opens.
type slow struct{ folder string }

func slowProgram(t *testing.T) slow {
	t.Helper()
	program := slow{os.Getenv("HOME")}
	script, err := filepath.Abs("../../tests/bindings/slow_program")
	if err != nil {
		t.Fatal(err)
	}
	config := "[default]\ncredential_process = " + script + " " + program.folder + " default\nregion = eu-west-1\n"
	os.Mkdir(filepath.Join(program.folder, ".aws"), 0o700)
	for name, text := range map[string]string{".aws/config": config, "runs": ""} {
		if err := os.WriteFile(filepath.Join(program.folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return program
}

func (s slow) runs() int {
	text, _ := os.ReadFile(filepath.Join(s.folder, "runs"))
	return strings.Count(string(text), "run")
}

func (s slow) open() { os.WriteFile(filepath.Join(s.folder, "gate"), nil, 0o600) }

func eventually(t *testing.T, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the condition did not come true")
		}
	}
}

func count(t *testing.T, folder string) int {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Skip("no ", folder)
	}
	return len(entries)
}

func waits(client *Client) int {
	client.waiting.mutex.Lock()
	defer client.waiting.mutex.Unlock()
	return len(client.waiting.cancels)
}

func TestAThousandGoroutinesShareOneFetchAndTakeNoThreads(t *testing.T) {
	client := client(t, Config{})
	slow := slowProgram(t)
	before := count(t, "/proc/self/task")
	var all sync.WaitGroup
	tokens := make([]string, 1000)
	for i := range tokens {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			answer, err := client.Token(context.Background(), Request{Host: host, User: fmt.Sprint("user", i%50)})
			if err != nil {
				t.Error(err)
			}
			tokens[i] = answer.Token()
		}(i)
	}
	eventually(t, func() bool { return waits(client) == 1000 && slow.runs() == 1 })
	during, descriptors := count(t, "/proc/self/task"), count(t, "/proc/self/fd")
	slow.open()
	all.Wait()
	for i, token := range tokens {
		if !strings.HasPrefix(token, fmt.Sprintf("%s:5432/?Action=connect&DBUser=user%d&", host, i%50)) {
			t.Fatalf("%d: %s", i, token)
		}
	}
	if slow.runs() != 1 || waits(client) != 0 {
		t.Errorf("%d fetches, %d operations left", slow.runs(), waits(client))
	}
	// The library's own are 64 at most, and Go's as many as it has processors, and a few.
	if during-before > 80 || descriptors > 600 {
		t.Errorf("%d threads more, %d descriptors", during-before, descriptors)
	}
}

func TestAContextCancelsItsCallAndNoOther(t *testing.T) {
	client := client(t, Config{})
	slow := slowProgram(t)
	ctx, cancel := context.WithCancel(context.Background())
	failed, other := make(chan error), make(chan error)
	go func() { _, err := client.Token(ctx, Request{Host: host, User: "app"}); failed <- err }()
	go func() { _, err := client.Token(context.Background(), Request{Host: host, User: "app"}); other <- err }()
	eventually(t, func() bool { return waits(client) == 2 && slow.runs() == 1 })
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) || StatusOf(err) != "CANCELLED" {
		t.Error(err)
	}
	slow.open()
	if err := <-other; err != nil {
		t.Error(err)
	}
	if _, err := client.Token(ctx, Request{Host: host, User: "app"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestADeadlineAndATimeLimitAreTimeouts(t *testing.T) {
	client := client(t, Config{})
	slow := slowProgram(t)
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if _, err := client.Token(ctx, Request{Host: host, User: "app"}); !errors.Is(err, context.DeadlineExceeded) || StatusOf(err) != "TIMEOUT" {
		t.Error(err)
	}
	limited := Request{Host: host, User: "app", Options: map[string]string{"timeout_ms": "300"}}
	if err := refused(t, client, limited); err.Status != "TIMEOUT" || !err.Timeout() {
		t.Error(err)
	}
	slow.open()
}

func TestClosingCancelsThoseWhoWait(t *testing.T) {
	client := client(t, Config{})
	slow := slowProgram(t)
	failed := make(chan error)
	for i := 0; i < 4; i++ {
		go func() { _, err := client.Token(context.Background(), Request{Host: host, User: "app"}); failed <- err }()
	}
	eventually(t, func() bool { return waits(client) == 4 && slow.runs() == 1 })
	client.Close()
	for i := 0; i < 4; i++ {
		if err := <-failed; StatusOf(err) != "CANCELLED" {
			t.Error(err)
		}
	}
}

func TestClosingWhileCallsEndCancelsNoneThatIsGone(t *testing.T) {
	withKeys(t)
	for round := 0; round < 40; round++ {
		client := client(t, Config{})
		var all sync.WaitGroup
		for i := 0; i < 8; i++ {
			all.Add(1)
			go func() {
				defer all.Done()
				for {
					_, err := client.Token(context.Background(), Request{Host: host, User: "app", Refresh: true})
					if status := StatusOf(err); status == "INVALID_STATE" || status == "CANCELLED" {
						return
					} else if err != nil {
						t.Error(err)
						return
					}
				}
			}()
		}
		eventually(t, func() bool { return waits(client) > 0 })
		client.Close()
		all.Wait()
	}
}

func TestAClientMayBeClosedWhileADriverConnects(t *testing.T) {
	withKeys(t)
	for round := 0; round < 20; round++ {
		client := client(t, Config{})
		attempt, err := client.NewAttempt(context.Background(), Request{Keywords: map[string]string{"host": host, "user": "app"}, CanApply: "*"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = Connect(context.Background(), attempt, func(context.Context, Params) (int, error) {
			client.Close()
			return 0, errors.New("no")
		})
		if StatusOf(err) != "INVALID_STATE" {
			t.Error(err)
		}
		attempt.Close()
	}
}

func TestClosingEndsAnAttemptThatIsOpen(t *testing.T) {
	client := client(t, Config{})
	slow := slowProgram(t)
	attempt, err := client.NewAttempt(context.Background(), Request{Keywords: map[string]string{"host": host, "user": "app"}})
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error)
	go func() { _, err := attempt.Next(context.Background()); failed <- err }()
	eventually(t, func() bool { return slow.runs() == 1 })
	client.Close()
	if err := <-failed; StatusOf(err) != "CANCELLED" && StatusOf(err) != "INVALID_STATE" {
		t.Error(err)
	}
	if _, err := attempt.Next(context.Background()); StatusOf(err) != "INVALID_STATE" {
		t.Error(err)
	}
	attempt.Close()
	attempt.Close()
}

func TestNothingIsLostOverManyCalls(t *testing.T) {
	withKeys(t)
	client := client(t, Config{})
	ask := func(count int) {
		for i := 0; i < count; i++ {
			token(t, client, Request{Host: host, User: fmt.Sprint("user", i%300)})
		}
	}
	calls := 3000
	if os.Getenv("PGIAM_TEST_LONG") != "" {
		calls = 200000
	}
	ask(1000)
	threads, descriptors, memory := count(t, "/proc/self/task"), count(t, "/proc/self/fd"), resident(t)
	ask(calls)
	t.Logf("threads, descriptors, bytes: %d %d %d, then %d %d %d", threads, descriptors, memory, count(t, "/proc/self/task"),
		count(t, "/proc/self/fd"), resident(t))
	if now := count(t, "/proc/self/fd"); now > descriptors+2 {
		t.Errorf("%d descriptors, then %d", descriptors, now)
	}
	if now := count(t, "/proc/self/task"); now > threads+16 {
		t.Errorf("%d threads, then %d", threads, now)
	}
	if more := resident(t) - memory; more > 16<<20 {
		t.Errorf("%d bytes more", more)
	}
}

func resident(t *testing.T) (pages int64) {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("no /proc")
	}
	var all int64
	fmt.Sscan(string(text), &all, &pages)
	return pages * int64(os.Getpagesize())
}
