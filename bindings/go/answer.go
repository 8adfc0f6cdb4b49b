package pgiam

import (
	"encoding/json"
	"fmt"
	"time"

	"pgiam.org/pgiam/internal/abi"
)

// Answer is a token and what is known about it. No way of printing it shows the token.
type Answer struct {
	ExpiresAt           time.Time // a connection must start before this; zero: unknown
	CredentialsExpireAt time.Time
	Host                string // the endpoint that the token is for, and its port
	Port                int
	Region              string
	Provider            string // of the credentials: "aws.sso"
	Principal           string // who they are, masked
	Target              string // what was recognised: "aws.rds"
	Rule                string // the configuration's rule that applied
	FromCache           bool
	Warnings            []*Error // what a person should know although it worked

	// A function, since printers look through pointers and unexported fields.
	secrets func() Params
}

// Token is what to send as the password.
func (a Answer) Token() string { return a.Params()["password"] }

// Params are libpq's keywords to set over one's own, the password among them.
func (a Answer) Params() Params {
	if a.secrets == nil {
		return nil
	}
	return a.secrets()
}

func (a Answer) String() string {
	return fmt.Sprintf("pgiam.Answer{Host: %q, Port: %d, Region: %q, Provider: %q, Token: ***}", a.Host, a.Port,
		a.Region, a.Provider)
}

// Format shows the same for every verb.
func (a Answer) Format(state fmt.State, _ rune) { fmt.Fprint(state, a.String()) }

// MarshalJSON has all but the secrets.
func (a Answer) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"expires_at": a.ExpiresAt, "credentials_expire_at": a.CredentialsExpireAt,
		"host": a.Host, "port": a.Port, "region": a.Region, "provider": a.Provider, "principal": a.Principal,
		"target": a.Target, "rule": a.Rule, "from_cache": a.FromCache, "warnings": a.Warnings})
}

// Params are keywords of libpq's; printing them shows no password.
type Params map[string]string

const hidden = "***"

func (p Params) shown() map[string]string {
	shown := make(map[string]string, len(p))
	for key, value := range p {
		if key == "password" {
			value = hidden
		}
		shown[key] = value
	}
	return shown
}

func (p Params) String() string                 { return fmt.Sprint(p.shown()) }
func (p Params) Format(state fmt.State, _ rune) { fmt.Fprint(state, p.String()) }
func (p Params) MarshalJSON() ([]byte, error)   { return json.Marshal(p.shown()) }

func moment(milliseconds int64) time.Time {
	if milliseconds == 0 {
		return time.Time{}
	}
	return time.UnixMilli(milliseconds).UTC()
}

// takeAnswer reads a reply and frees it.
func takeAnswer(library *abi.Library, reply abi.Handle) Answer {
	defer library.ReplyFree(reply)
	text := func(field int32) string { return library.ReplyText(reply, field) }
	number := func(field int32) int64 { return library.ReplyNumber(reply, field) }
	set := Params(params(func(i uintptr, param *abi.Param) int32 { return library.ReplyParam(reply, i, param) }))
	answer := Answer{
		ExpiresAt:           moment(number(abi.ReplyTokenExpiresAt)),
		CredentialsExpireAt: moment(number(abi.ReplyCredentialsExpiresAt)),
		Host:                text(abi.ReplySigningHost),
		Port:                int(number(abi.ReplySigningPort)),
		Region:              text(abi.ReplyRegion),
		Provider:            text(abi.ReplyProvider),
		Principal:           text(abi.ReplyPrincipal),
		Target:              text(abi.ReplyTarget),
		Rule:                text(abi.ReplyRule),
		FromCache:           number(abi.ReplyFromCache) != 0,
		secrets:             func() Params { return set },
	}
	for i := uintptr(0); ; i++ {
		warning := library.ReplyWarning(reply, i)
		if warning == 0 {
			return answer
		}
		answer.Warnings = append(answer.Warnings, readError(library, library.ErrorStatus(warning), warning))
	}
}
