package pgiam

import (
	"context"
	"strings"
	"sync"
	"time"

	"pgiam.org/pgiam/internal/abi"
)

// Prompt is what to show a person.
type Prompt struct {
	Kind        string // "device_login": show URL and code; "mfa_code": return the code; "close": the one with this ID is over
	ID          uint32
	Title       string
	Subject     string // account, role or the device's serial number
	URL         string
	URLComplete string // the same with the code filled in, or ""
	UserCode    string
	ExpiresIn   time.Duration // 0: unknown
	Retry       bool          // the previous answer was wrong
	FinalTry    bool          // one more wrong answer locks the device
}

var promptKinds = map[int32]string{abi.PromptDeviceLogin: "device_login", abi.PromptMfaCode: "mfa_code",
	abi.PromptClose: "close"}

// personAsker calls the program's function for one prompt after the other. An error of it declines.
func personAsker(library *abi.Library, ask func(context.Context, Prompt) (string, error)) abi.AskFunc {
	var turn sync.Mutex
	previous := make(chan struct{})
	close(previous)
	return func(raw *abi.Prompt, question abi.Handle) {
		prompt, known := readPrompt(raw)
		if !known {
			if question != 0 {
				library.QuestionDecline(question, abi.EUnsupported, nil)
			}
			return
		}
		turn.Lock()
		before, done := previous, make(chan struct{})
		previous = done
		turn.Unlock()
		go func() {
			defer close(done)
			<-before
			ctx, cancel := outliving(context.Background(), prompt.ExpiresIn)
			defer cancel()
			said, err := ask(ctx, prompt)
			switch {
			case question == 0:
			case err != nil:
				decline(ctx, library, question, err, abi.ELoginDeclined)
			case said == "":
				answer(library, question, nil, abi.ELoginDeclined)
			default:
				answer(library, question, map[string]string{"answer": said}, abi.ELoginDeclined)
			}
		}()
	}
}

func readPrompt(raw *abi.Prompt) (Prompt, bool) {
	kind, known := promptKinds[raw.Kind]
	return Prompt{
		Kind:        kind,
		ID:          raw.Id,
		Title:       abi.Text(raw.Title),
		Subject:     abi.Text(raw.Subject),
		URL:         abi.Text(raw.Url),
		URLComplete: abi.Text(raw.UrlComplete),
		UserCode:    abi.Text(raw.UserCode),
		ExpiresIn:   time.Duration(raw.ExpiresInMs) * time.Millisecond,
		Retry:       raw.Flags&abi.PromptFlagRetry != 0,
		FinalTry:    raw.Flags&abi.PromptFlagFinalTry != 0,
	}, known
}

func withoutNul(text string) string { return strings.ReplaceAll(text, "\x00", " ") }

// statusOf is the number of a status by its name.
func statusOf(library *abi.Library, name string, otherwise int32) int32 {
	for _, status := range []int32{abi.ETarget, abi.EInsecure, abi.ENoCredentials, abi.ELoginRequired, abi.ELoginDeclined,
		abi.EDenied, abi.EBadConfig, abi.ENetwork, abi.ETimeout, abi.ECancelled, abi.EThrottled, abi.EBadResponse} {
		if statusName(library, status) == name {
			return status
		}
	}
	return otherwise
}
