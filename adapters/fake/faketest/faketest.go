// Package faketest starts the fake platforms in tests and waits for what happens there;
// it holds the clock that a test moves, and the judge that reads requests by Discord's
// own OpenAPI document.
package faketest

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"aidesk/adapters/fake/discord"
	"aidesk/adapters/fake/slack"
)

// Slack serves a fake Slack on loopback until the test ends.
func Slack(t testing.TB, c slack.Config) *slack.Slack {
	t.Helper()
	listener := listen(t)
	c.URL = "http://" + listener.Addr().String()
	s := slack.New(c)
	serve(t, listener, s, s.Close)
	return s
}

// Site serves several workspaces behind one address on loopback until the test ends.
func Site(t testing.TB, configs ...slack.Config) *slack.Site {
	t.Helper()
	listener := listen(t)
	s := slack.NewSite("http://"+listener.Addr().String(), configs...)
	serve(t, listener, s, s.Close)
	return s
}

// Discord serves a fake Discord on loopback until the test ends.
func Discord(t testing.TB, c discord.Config) *discord.Discord {
	t.Helper()
	listener := listen(t)
	c.URL = "http://" + listener.Addr().String()
	d := discord.New(c)
	serve(t, listener, d, d.Close)
	return d
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	return listener
}

// serve serves a fake until the test ends, and closes it then.
func serve(t testing.TB, listener net.Listener, fake http.Handler, end func()) {
	server, ended := &http.Server{Handler: fake, ReadHeaderTimeout: time.Minute}, make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(listener)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		end()
		<-ended
	})
}

// Fake is what both fakes are to who waits for them.
type Fake interface {
	// Wait returns when ok does, which is asked now and after every change. The error
	// says what was awaited in vain.
	Wait(ctx context.Context, what string, ok func() bool) error
	// Idle reports whether nothing is on its way to the application.
	Idle() bool
}

// maxWait is how long anything may take on a busy machine.
const maxWait = 20 * time.Second

// Until waits until ok is true, which may call any method of the fake; the test fails if
// that takes longer than anything should.
func Until(t testing.TB, f Fake, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), maxWait)
	defer cancel()
	if err := f.Wait(ctx, what, ok); err != nil {
		t.Fatalf("%v", err)
	}
}

// Idle waits until nothing is on its way to the application any more.
func Idle(t testing.TB, f Fake) {
	t.Helper()
	Until(t, f, "all deliveries to end", f.Idle)
}
