package pgiam

import "context"

// With is what a driver's helper takes beside pgiam's options.
type With struct {
	Client              *Client // nil: the process's own
	Credentials         CredentialsProvider
	CredentialsIdentity string
}

// One is the last of them, for helpers that take With... of which there is one at most.
func One(with []With) With {
	if len(with) == 0 {
		return With{}
	}
	return with[len(with)-1]
}

// Attempt begins a connection: keywords are libpq's, as the driver resolved them, canApply those that
// it can still set.
func (w With) Attempt(ctx context.Context, keywords, options map[string]string, canApply string) (*Attempt, error) {
	client := w.Client
	if client == nil {
		var err error
		if client, err = Default(); err != nil {
			return nil, err
		}
	}
	return client.NewAttempt(ctx, Request{Keywords: keywords, Options: options, CanApply: canApply,
		Credentials: w.Credentials, CredentialsIdentity: w.CredentialsIdentity})
}
