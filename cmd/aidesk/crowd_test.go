package main

import (
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener whose connections are pipes.
type pipes struct {
	come chan net.Conn
	shut chan struct{}
}

// Accept gives the next one.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.come:
		return c, nil
	case <-p.shut:
		return nil, net.ErrClosed
	}
}

// Close ends it.
func (p *pipes) Close() error { close(p.shut); return nil }

// Addr is nowhere.
func (*pipes) Addr() net.Addr { return &net.TCPAddr{} }

// TestCrowd: where all places are taken, who did nothing for the longest has to go once that
// is longer than fair; who was busy just now stays.
func TestCrowd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &pipes{come: make(chan net.Conn), shut: make(chan struct{})}
		c := newCrowd(p)
		c.max = 3
		var far, near []net.Conn
		accepted := make(chan net.Conn)
		go func() {
			for {
				conn, err := c.Accept()
				if err != nil {
					close(accepted)
					return
				}
				accepted <- conn
			}
		}()
		come := func() {
			theirs, ours := net.Pipe()
			far = append(far, theirs)
			p.come <- ours
		}
		enter := func() {
			come()
			near = append(near, <-accepted)
			time.Sleep(time.Millisecond)
		}
		gone := func(i int) bool {
			_ = far[i].SetReadDeadline(time.Now().Add(time.Millisecond))
			_, err := far[i].Read(make([]byte, 1))
			return errors.Is(err, io.EOF)
		}
		for range c.max {
			enter()
		}
		began := time.Now()
		enter() // the first one has to go, when its time is over
		if waited := time.Since(began); waited < fairTurn-10*time.Millisecond || waited > 2*fairTurn {
			t.Errorf("it waited %v", waited)
		}
		if !gone(0) || gone(1) || gone(2) || gone(3) {
			t.Error("another one than the oldest went")
		}
		busy := func(which ...int) { // begin requests
			for _, i := range which {
				near[i].(*crowdConn).touch()
			}
		}
		time.Sleep(fairTurn)
		busy(1)
		enter()
		if gone(1) || !gone(2) {
			t.Error("the busy one went")
		}
		busy(1, 3, 4)
		var coming sync.WaitGroup
		coming.Go(come)
		time.Sleep(fairTurn / 100)
		_ = near[1].Close() // one leaves, so nobody has to go
		near = append(near, <-accepted)
		coming.Wait()
		if gone(3) || gone(4) {
			t.Error("somebody went though there was room")
		}
		busy(3, 4, 5)
		coming.Go(come)
		time.Sleep(fairTurn / 100)
		_ = c.Close() // with one who waits
		if _, open := <-accepted; open {
			t.Error("somebody entered after the end")
		}
		coming.Wait()
		for _, conn := range append(far, near...) {
			_ = conn.Close()
		}
		if len(c.since) != 0 {
			t.Errorf("%d are still held", len(c.since))
		}
	})
}
