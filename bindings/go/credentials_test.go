package pgiam

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func giving(id string, asked *int64) CredentialsFunc {
	return func(context.Context) (Credentials, error) {
		atomic.AddInt64(asked, 1)
		return Credentials{AccessKeyID: id, SecretAccessKey: "secret of " + id, Expires: time.Now().Add(time.Hour)}, nil
	}
}

func TestAProgramsOwnCredentialsAreAskedForOnceAndKeptApart(t *testing.T) {
	client := client(t, Config{})
	var asked [2]int64
	sources := []CredentialsProvider{giving("AKIAONE", &asked[0]), giving("AKIAOTHER", &asked[1])}
	for _, i := range []int{0, 1, 0, 1} {
		got := token(t, client, Request{Host: host, User: "app", Credentials: sources[i]})
		if !strings.Contains(got, []string{"AKIAONE%2F", "AKIAOTHER%2F"}[i]) {
			t.Errorf("signed with the other's: %d", i)
		}
	}
	if asked != [2]int64{1, 1} {
		t.Errorf("asked %v times", asked)
	}
}

func TestAThousandAskTheProgramOnce(t *testing.T) {
	client := client(t, Config{})
	var asked int64
	gate := make(chan struct{})
	source := CredentialsFunc(func(ctx context.Context) (Credentials, error) {
		<-gate
		return giving("AKIA", &asked)(ctx)
	})
	var all sync.WaitGroup
	for i := 0; i < 1000; i++ {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			_, err := client.Token(context.Background(), Request{Host: host, User: fmt.Sprint("user", i%7), Credentials: source})
			if err != nil {
				t.Error(err)
			}
		}(i)
	}
	eventually(t, func() bool { return waits(client) == 1000 })
	close(gate)
	all.Wait()
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

func TestWhatAProgramsFunctionReturnsIsBehindTheError(t *testing.T) {
	sealed := errors.New("the vault is sealed")
	broken := CredentialsFunc(func(context.Context) (Credentials, error) { return Credentials{}, sealed })
	client := client(t, Config{})
	err := refused(t, client, Request{Host: host, User: "app", Credentials: broken})
	if err.Status != "NO_CREDENTIALS" || !errors.Is(err, sealed) || !strings.Contains(err.Error(), "the vault is sealed") {
		t.Error(err)
	}
	nul := CredentialsFunc(func(context.Context) (Credentials, error) {
		return Credentials{AccessKeyID: "AKIA", SecretAccessKey: "sec\x00ret"}, nil
	})
	if err := refused(t, client, Request{Host: host, User: "app", Credentials: nul}); strings.Contains(err.Error(), "ret") &&
		strings.Contains(err.Error(), "sec\x00") {
		t.Error(err)
	}
}

func TestAProviderWhoseTimeIsOverIsATimeoutWhoeverSeesItFirst(t *testing.T) {
	client := client(t, Config{})
	var all sync.WaitGroup
	for i := 0; i < 200; i++ {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			never := CredentialsFunc(func(ctx context.Context) (Credentials, error) { <-ctx.Done(); return Credentials{}, ctx.Err() })
			limit := map[string]string{"timeout_ms": fmt.Sprint(100 + i)}
			_, err := client.Token(context.Background(), Request{Host: host, User: "app", Credentials: never,
				CredentialsIdentity: fmt.Sprint(i), Options: limit})
			var ours *Error
			if !errors.As(err, &ours) || ours.Status != "TIMEOUT" || !ours.Retryable {
				t.Error(err)
			}
		}(i)
	}
	all.Wait()
}

type uncomparable struct{ keys []string }

func (uncomparable) Retrieve(context.Context) (Credentials, error) {
	return Credentials{AccessKeyID: "AKIA", SecretAccessKey: "s"}, nil
}

func TestAProviderThatCannotBeToldFromAnotherWantsAName(t *testing.T) {
	client := client(t, Config{})
	request := Request{Host: host, User: "app", Credentials: uncomparable{}}
	if err := refused(t, client, request); err.Status != "INVALID_ARGUMENT" || !strings.Contains(err.Message, "CredentialsIdentity") {
		t.Error(err)
	}
	request.CredentialsIdentity = "the vault"
	token(t, client, request)
}

// ---- People and logs ----

func TestAPersonWhoDeclinesIsAnErrorAndIsAskedWhatToShow(t *testing.T) {
	withKeys(t)
	shown := make(chan Prompt, 1)
	client := client(t, Config{Prompt: func(_ context.Context, prompt Prompt) (string, error) {
		if prompt.Kind != "close" {
			shown <- prompt
		}
		return "", errors.New("not now")
	}})
	role := map[string]string{"role_arn": "arn:aws:iam::123456789012:role/dba", "mfa_serial": "arn:aws:iam::123456789012:mfa/ann"}
	err := refused(t, client, Request{Host: host, User: "app", Options: role})
	if prompt := <-shown; err.Status != "LOGIN_DECLINED" || prompt.Kind != "mfa_code" || prompt.Subject != role["mfa_serial"] {
		t.Errorf("%v: %+v", err, prompt)
	}
}

func TestAWarningIsLoggedOnceAndIsInEachAnswer(t *testing.T) {
	withKeys(t)
	var mutex sync.Mutex
	var logged []string
	client := client(t, Config{Level: LevelWarn, Log: func(_ Level, component, message string) {
		mutex.Lock()
		defer mutex.Unlock()
		logged = append(logged, component+": "+message)
	}})
	for i := 0; i < 3; i++ {
		answer, err := client.Token(context.Background(), Request{Host: host, User: "app", Options: map[string]string{"region": "us-east-2"}})
		if err != nil || len(answer.Warnings) != 1 || !strings.Contains(answer.Warnings[0].Message, "us-east-2") {
			t.Errorf("%v, %v", answer.Warnings, err)
		}
	}
	mutex.Lock()
	defer mutex.Unlock()
	if len(logged) != 1 || !strings.Contains(logged[0], "us-east-2") {
		t.Errorf("%q", logged)
	}
}
