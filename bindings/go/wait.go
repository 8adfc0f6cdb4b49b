package pgiam

import (
	"context"
	"errors"
	"os"
	"runtime"
	"time"

	"pgiam.org/pgiam/internal/abi"
)

// operation is one answer that is fetched. It belongs to the goroutine that started it; any may cancel.
type operation struct {
	client *Client
	handle abi.Handle
}

func (c *Client) start(made made) (*operation, error) {
	started := &operation{client: c}
	calling <- struct{}{}
	defer func() { <-calling }()
	var failure abi.Handle
	status := c.library.OperationStart(c.handle, made.raw, &started.handle, &failure)
	runtime.KeepAlive(made)
	if status != abi.Ok {
		return nil, takeError(c.library, status, failure)
	}
	c.waiting.enter(started.handle, c.library.OperationCancel)
	return started, nil
}

func (o *operation) free() {
	calling <- struct{}{}
	defer func() { <-calling }()
	o.client.waiting.leave(o.handle)
	o.client.library.OperationFree(o.handle)
}

func (o *operation) wait(ctx context.Context) (reply abi.Handle, err error) {
	watchErr := until(ctx, o.descriptor, noLimit, func() (done bool) {
		reply, done, err = o.poll()
		return done
	})
	if watchErr != nil {
		return 0, watchErr
	}
	return reply, err
}

// poll never waits; the library asks what it has to ask meanwhile.
func (o *operation) poll() (reply abi.Handle, done bool, err error) {
	library := o.client.library
	calling <- struct{}{}
	defer func() { <-calling }()
	var failure abi.Handle
	status := library.OperationWait(o.handle, 0, &reply, &failure)
	if status == abi.Ok {
		return reply, true, nil
	}
	if status == abi.ETimeout && library.ErrorText(failure, abi.ErrorCode) == "still_running" {
		library.ErrorFree(failure)
		return 0, false, nil
	}
	return 0, true, takeError(library, status, failure)
}

func (o *operation) descriptor() (int, bool) {
	calling <- struct{}{}
	defer func() { <-calling }()
	var descriptor int64
	status := o.client.library.OperationDescriptor(o.handle, &descriptor, nil)
	return int(descriptor), status == abi.Ok
}

const (
	noLimit      = time.Duration(-1)
	pollInterval = 50 * time.Millisecond
)

// So many goroutines are in C at once, where none waits: to each that a busy machine does not let come
// back at once the runtime gives a thread, and keeps it.
var calling = make(chan struct{}, 8+runtime.NumCPU())

// So many descriptors are watched at once; the others of the program are not to want for any. Who
// comes too late looks now and then until there is room.
var watching = make(chan struct{}, 256)

// until calls done, again whenever the descriptor is readable or the limit is over, until it says so.
// The runtime's poller waits: no thread does.
func until(ctx context.Context, descriptor func() (int, bool), limit time.Duration, done func() bool) error {
	for !done() {
		select {
		case watching <- struct{}{}:
			err := watch(ctx, descriptor, limit, done)
			<-watching
			if !errors.Is(err, errUnwatchable) {
				return err
			}
		default:
		}
		if err := pause(ctx, limit); err != nil {
			return err
		}
		if limit >= 0 {
			return nil
		}
	}
	return nil
}

var errUnwatchable = errors.New("no descriptor that can be watched")

// watch ends when done says so, or, without an error, when the limit is over.
func watch(ctx context.Context, descriptor func() (int, bool), limit time.Duration, done func() bool) error {
	file, ok := duplicate(descriptor)
	if !ok {
		return errUnwatchable
	}
	defer file.Close()
	if limit >= 0 && file.SetReadDeadline(time.Now().Add(limit)) != nil {
		return errUnwatchable
	}
	raw, err := file.SyscallConn()
	if err != nil {
		return errUnwatchable
	}
	defer after(ctx, func() { _ = file.SetReadDeadline(time.Unix(1, 0)) })()
	err = raw.Read(func(uintptr) bool { return done() })
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ended(ctx)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil
	}
	return errUnwatchable
}

// after calls when ctx is over, until it is stopped.
func after(ctx context.Context, call func()) (stop func()) {
	if ctx.Done() == nil {
		return func() {}
	}
	stopped, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-ctx.Done():
			call()
		case <-stopped:
		}
	}()
	return func() { close(stopped); <-gone }
}

func pause(ctx context.Context, limit time.Duration) error {
	if limit < 0 || limit > pollInterval {
		limit = pollInterval
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ended(ctx)
	}
}
