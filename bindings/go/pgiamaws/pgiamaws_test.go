package pgiamaws

import (
	"context"
	"strings"
	"testing"
	"time"

	"pgiam.org/pgiam"
)

// credentials are shaped as aws.Credentials.
type credentials struct {
	AccessKeyID, SecretAccessKey, SessionToken, Source string
	CanExpire                                          bool
	Expires                                            time.Time
	AccountID                                          string
}

type provider struct {
	given credentials
	asked *int
}

func (p *provider) Retrieve(context.Context) (credentials, error) {
	*p.asked++
	return p.given, nil
}

const host = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com"

func client(t *testing.T) *pgiam.Client {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	client, err := pgiam.New(pgiam.Config{Options: map[string]string{"cache": "memory", "timeout_ms": "300000"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func TestAnSDKsProviderSignsAndIsAskedOnce(t *testing.T) {
	client, asked := client(t), 0
	theirs := &provider{credentials{AccessKeyID: "ASIAOWN", SecretAccessKey: "s", SessionToken: "own session", CanExpire: true,
		Expires: time.Now().Add(time.Hour)}, &asked}
	for i := 0; i < 3; i++ {
		answer, err := client.Token(context.Background(), pgiam.Request{Host: host, User: "app", Credentials: From[credentials](theirs)})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(answer.Token(), "Credential=ASIAOWN%2F") || !strings.Contains(answer.Token(), "Security-Token=own%20session") {
			t.Error("signed with others")
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

func TestTheSDKTakesWhatPgiamFinds(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "ASIAENV")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("AWS_SESSION_TOKEN", "session")
	found, err := Provider[credentials](client(t), nil).Retrieve(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	want := credentials{AccessKeyID: "ASIAENV", SecretAccessKey: "secret", SessionToken: "session", Source: "pgiam"}
	if found != want {
		t.Errorf("%+v", found)
	}
}
