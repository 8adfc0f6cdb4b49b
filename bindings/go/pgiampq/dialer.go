package pgiampq

import (
	"context"
	"net"
	"os/user"
	"time"

	"github.com/lib/pq"
)

// dialer goes to the addresses that stand for the host, one after the other.
type dialer struct {
	addresses []string
	inner     pq.Dialer
}

func (d dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

func (d dialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

func (d dialer) DialContext(ctx context.Context, network, address string) (connection net.Conn, err error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	for _, one := range d.addresses {
		if connection, err = d.dial(ctx, network, net.JoinHostPort(one, port)); err == nil {
			return connection, nil
		}
	}
	return nil, err
}

func (d dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if d.inner == nil {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	if inner, ok := d.inner.(pq.DialerContext); ok {
		return inner.DialContext(ctx, network, address)
	}
	return d.inner.Dial(network, address)
}

func userName() string {
	if current, err := user.Current(); err == nil {
		return current.Username
	}
	return ""
}
