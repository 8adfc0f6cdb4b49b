package pgiam

import (
	"context"
	"errors"
	"runtime"
	"time"

	"pgiam.org/pgiam/internal/abi"
)

// Attempt is a connection from the first host to the end: decided by the library, made by a driver. For
// those who write a driver's helper; Connect does it whole. It belongs to one goroutine at a time.
type Attempt struct {
	client *Client
	handle abi.Handle
	made   made
}

// NewAttempt begins one. Of the request Keywords, Options, CanApply, Credentials count, and what else is
// given wins over the keywords. Nothing is looked up yet. Close it.
func (c *Client) NewAttempt(ctx context.Context, request Request) (*Attempt, error) {
	made, err := c.make(&request)
	if err != nil {
		return nil, err
	}
	if err := c.enter(); err != nil {
		return nil, err
	}
	defer c.calls.RUnlock()
	made.raw.Flags |= abi.RequestNoWait
	made.call.begin(ctx, made.raw)
	attempt := &Attempt{client: c, made: made}
	var failure abi.Handle
	status := c.library.AttemptNew(c.handle, made.raw, &attempt.handle, &failure)
	runtime.KeepAlive(made)
	if status != abi.Ok {
		made.call.end()
		return nil, takeError(c.library, status, failure)
	}
	runtime.SetFinalizer(attempt, (*Attempt).Close)
	c.waiting.enter(attempt.handle, c.library.AttemptCancel)
	return attempt, nil
}

// Next waits until it is known what to do. Params: set them over the user's own, connect, Report. Nil
// without an error: a connect that was reported succeeded. The error NOT_APPLICABLE: connect as if
// pgiam were absent. Any other is the end, and explains the last connect that was reported.
func (a *Attempt) Next(ctx context.Context) (Params, error) {
	for {
		step, err := a.step(ctx)
		if err != nil {
			return nil, a.made.call.explained(err)
		}
		switch step.Kind {
		case abi.StepConnect:
			library := a.client.library
			return params(func(i uintptr, param *abi.Param) int32 { return library.AttemptParam(a.handle, i, param) }), nil
		case abi.StepDone:
			return nil, nil
		}
	}
}

// step is the next that is not WAIT, or, where the time of one is over, that one.
func (a *Attempt) step(ctx context.Context) (*abi.Step, error) {
	if ctx.Err() != nil {
		return nil, ended(ctx)
	}
	if err := a.client.enter(); err != nil {
		return nil, err
	}
	defer a.client.calls.RUnlock()
	step, err := a.poll()
	if err != nil || step.Kind != abi.StepWait {
		return step, err
	}
	limit := noLimit
	if step.WaitMs >= 0 {
		limit = time.Duration(step.WaitMs) * time.Millisecond
	}
	descriptor := int(step.Descriptor)
	waitErr := until(ctx, func() (int, bool) { return descriptor, true }, limit, func() bool {
		step, err = a.poll()
		return err != nil || step.Kind != abi.StepWait || int(step.Descriptor) != descriptor
	})
	if waitErr != nil {
		return nil, waitErr
	}
	return step, err
}

func (a *Attempt) poll() (*abi.Step, error) {
	step := abi.NewStep()
	var failure abi.Handle
	if status := a.client.library.AttemptNext(a.handle, step, &failure); status != abi.Ok {
		return step, takeError(a.client.library, status, failure)
	}
	return step, nil
}

// Report says how the connect went; nil: it succeeded.
func (a *Attempt) Report(failure error) {
	outcome := abi.NewOutcome()
	outcome.Outcome = abi.OutcomeConnected
	if failure != nil {
		outcome.Outcome = abi.OutcomeOther
		outcome.Message = abi.Bytes(withoutNul(failure.Error()))
		var coded interface{ SQLState() string }
		if errors.As(failure, &coded) {
			outcome.Sqlstate = abi.Bytes(withoutNul(coded.SQLState()))
		}
	}
	if a.client.enter() != nil { // it was closed while the driver connected: Next tells
		return
	}
	defer a.client.calls.RUnlock()
	a.client.library.AttemptReport(a.handle, outcome)
	runtime.KeepAlive(outcome)
}

// Close frees it; more than once does no harm.
func (a *Attempt) Close() error {
	if a.handle == 0 {
		return nil
	}
	runtime.SetFinalizer(a, nil)
	a.client.waiting.leave(a.handle)
	a.client.library.AttemptFree(a.handle)
	a.handle = 0
	a.made.call.end()
	return nil
}

// Connect makes a connection whole: dial is called with the parameters to set over the user's own, for
// each host of a list, and once more where a kept token was refused; with none where the connection is
// not pgiam's; if the user's own password is then refused, it is said that it kept the token away. A failure is explained by an *Error, with the driver's own behind it, or is the driver's
// own where its words say it all.
func Connect[C any](ctx context.Context, attempt *Attempt, dial func(context.Context, Params) (C, error)) (C, error) {
	var none C
	var last error
	for {
		params, err := attempt.Next(ctx)
		if StatusOf(err) == "NOT_APPLICABLE" {
			connection, failure := dial(ctx, nil)
			if failure != nil && ctx.Err() == nil && KeptByPassword(err) {
				failure = attempt.ExplainGiven(ctx, failure)
			}
			return connection, failure
		}
		if err != nil {
			return none, Explained(err, last)
		}
		connection, err := dial(ctx, params)
		if err != nil && ctx.Err() != nil {
			return none, err
		}
		attempt.Report(err)
		if err == nil {
			return connection, nil
		}
		last = err
	}
}

// ExplainGiven reports a connect with a password of the user's own: what that means, if it was refused,
// or else the driver's own error.
func (a *Attempt) ExplainGiven(ctx context.Context, driver error) error {
	a.Report(driver)
	if _, err := a.Next(ctx); err != nil && StatusOf(err) != "NOT_APPLICABLE" {
		return Explained(err, driver)
	}
	return driver
}

// Explained joins what an attempt ended with and what the driver said last.
func Explained(err, driver error) error {
	var ours *Error
	if driver == nil || !errors.As(err, &ours) {
		return err
	}
	if ours.Status == "CONNECT" {
		return driver
	}
	if ours.behind == nil {
		ours.behind = driver
	}
	return ours
}
