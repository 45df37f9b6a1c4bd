package main

import (
	"net"
	"sync"
	"time"
)

// Bounds of the connections that the web server holds.
const (
	maxConnections = 1_000
	fairTurn       = time.Second // a request that honest senders make is whole by then
)

// crowd is a listener that holds at most max connections. Where a further one comes, the one
// that has done nothing for the longest goes, if that is longer than fair: a flood of slow
// connections then keeps out neither messengers nor those who ask for health. Where all are
// younger the next one waits.
type crowd struct {
	net.Listener
	max  int
	fair time.Duration

	mu    sync.Mutex
	since map[*crowdConn]time.Time // when each was opened, or began or ended a request
	left  chan struct{}            // one may have gone

	once sync.Once
	done chan struct{} // closed with the listener
}

func newCrowd(l net.Listener) *crowd {
	return &crowd{Listener: l, max: maxConnections, fair: fairTurn, since: map[*crowdConn]time.Time{}, left: make(chan struct{}, 1), done: make(chan struct{})}
}

// Accept waits for the next connection, and for room.
func (c *crowd) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	member := &crowdConn{Conn: conn, crowd: c}
	for !c.admit(member) {
		select {
		case <-c.done:
			_ = conn.Close()
			return nil, net.ErrClosed
		case <-c.left:
		case <-time.After(c.fair / 10):
		}
	}
	return member, nil
}

// admit takes a connection in, for which another may have to go.
func (c *crowd) admit(conn *crowdConn) bool {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.since) >= c.max {
		var oldest *crowdConn
		for member, since := range c.since {
			if oldest == nil || since.Before(c.since[oldest]) {
				oldest = member
			}
		}
		if now.Sub(c.since[oldest]) < c.fair {
			return false
		}
		delete(c.since, oldest)
		_ = oldest.Conn.Close()
	}
	c.since[conn] = now
	return true
}

// Close closes the listener, not its connections.
func (c *crowd) Close() error {
	c.once.Do(func() { close(c.done) })
	return c.Listener.Close()
}

// crowdConn leaves the crowd when it is closed.
type crowdConn struct {
	net.Conn
	crowd *crowd
}

// touch notes that the connection began or ended a request.
func (c *crowdConn) touch() {
	c.crowd.mu.Lock()
	defer c.crowd.mu.Unlock()
	if _, in := c.crowd.since[c]; in {
		c.crowd.since[c] = time.Now()
	}
}

// Close closes the connection.
func (c *crowdConn) Close() error {
	c.crowd.mu.Lock()
	delete(c.crowd.since, c)
	c.crowd.mu.Unlock()
	select {
	case c.crowd.left <- struct{}{}:
	default:
	}
	return c.Conn.Close()
}
