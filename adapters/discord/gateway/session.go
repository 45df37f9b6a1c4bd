package gateway

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"

	"github.com/bwmarrin/discordgo"
)

// intents returns the fewest intents with which mentions can be answered.
func (c Config) intents() discordgo.Intent {
	intents := discordgo.IntentGuilds | discordgo.IntentGuildMessages | discordgo.IntentDirectMessages
	if c.MessageContent {
		intents |= discordgo.IntentMessageContent
	}
	return intents
}

// gatewaySession is one session at the gateway, over as many connections as Discord lets
// it resume. discordgo may hang; then the session is abandoned.
type gatewaySession struct {
	session      *discordgo.Session
	disconnected chan struct{} // receives when a connection has ended
	token        string

	mu   sync.Mutex
	conn *closeNotifyConn // the newest
}

// closeNotifyConn is a connection that tells when it is closed. discordgo's Disconnect
// event does not say which connection has ended.
type closeNotifyConn struct {
	net.Conn
	once   sync.Once
	closed chan struct{}
}

// Close closes the connection.
func (c *closeNotifyConn) Close() error {
	defer c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// errStuck means that discordgo hangs: the session has to be abandoned.
var errStuck = errors.New("the connection came to nothing in time")

// errSilent means that heartbeats were not acknowledged.
var errSilent = errors.New("the gateway gave no sign of life")

// newSession makes a session that calls take with every event.
func (c Config) newSession(take func(Event)) (*gatewaySession, error) {
	s, err := discordgo.New("Bot " + c.Token)
	if err != nil {
		return nil, fmt.Errorf("making a session: %w", err)
	}
	w := &gatewaySession{session: s, token: c.Token, disconnected: make(chan struct{}, 1)}
	s.LogLevel = -1 // discordgo logs tokens
	s.StateEnabled = false
	s.ShouldReconnectOnError = false
	s.ShouldRetryOnRateLimit = false
	s.SyncEvents = true // keeps the order of events
	s.MaxRestRetries = 0
	s.Identify.Intents = c.intents()
	s.UserAgent = rest.UserAgent
	s.Client = &http.Client{Timeout: session.CallTimeout, Transport: baseTransport{c.Base, c.Client.Transport}}
	dialer := *s.Dialer
	dial := new(net.Dialer).DialContext
	if t, ok := c.Client.Transport.(*http.Transport); ok { // the operator's proxy and certificate authorities
		dialer.Proxy, dialer.TLSClientConfig = t.Proxy, t.TLSClientConfig.Clone()
		if t.DialContext != nil {
			dial = t.DialContext
		}
	}
	dialer.HandshakeTimeout = session.CallTimeout
	dialer.NetDialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.conn = &closeNotifyConn{Conn: conn, closed: make(chan struct{})}
		return w.conn, nil
	}
	s.Dialer = &dialer
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) { take(Event{Type: e.Type, Data: e.RawData}) })
	s.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) {
		select {
		case w.disconnected <- struct{}{}:
		default:
		}
	})
	return w, nil
}

// baseTransport sends requests for Discord's API to the configured address.
type baseTransport struct {
	base *url.URL
	next http.RoundTripper
}

// RoundTrip makes the request at the configured address.
func (t baseTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if rest, ok := strings.CutPrefix(r.URL.Path, "/api/"); ok && r.URL.Host == "discord.com" {
		r = r.Clone(r.Context())
		r.URL.Scheme, r.URL.Host, r.URL.Path, r.Host = t.base.Scheme, t.base.Host, t.base.Path+rest, ""
	}
	way := t.next
	if way == nil {
		way = http.DefaultTransport
	}
	return way.RoundTrip(r)
}

// open connects within limit. With errStuck the session has to be abandoned.
func (w *gatewaySession) open(ctx context.Context, limit time.Duration) error {
	done := make(chan error, 1)
	go func() {
		err := w.session.Open()
		for range 10 { // discordgo is still closing the last connection
			if !errors.Is(err, discordgo.ErrWSAlreadyOpen) || session.Sleep(ctx, pollInterval) != nil {
				break
			}
			err = w.session.Open()
		}
		done <- err
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
	case <-ctx.Done():
	}
	w.closeConn()
	select {
	case err := <-done: // closing the connection ended it
		if err != nil {
			return fmt.Errorf("%w: %s", errStuck, w.redacted(err))
		}
		return errStuck
	case <-time.After(closeTimeout):
		return errStuck
	}
}

const (
	closeTimeout      = 200 * time.Millisecond // for a session to notice that its connection was closed
	disconnectTimeout = 5 * time.Second        // for discordgo to report the end of a running session
	pollInterval      = 100 * time.Millisecond // between two looks at the last heartbeat
)

// waitForEnd returns when the connection has ended, or when no heartbeat was
// acknowledged for the given time.
func (w *gatewaySession) waitForEnd(ctx context.Context, silent time.Duration) error {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	w.mu.Lock()
	conn := w.conn
	w.mu.Unlock()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-conn.closed:
			return errors.New("the connection ended")
		case <-ticker.C:
		}
		if time.Since(w.acknowledged()) < silent {
			continue
		}
		select {
		case <-w.disconnected: // from an earlier connection
		default:
		}
		w.closeConn()
		select {
		case <-w.disconnected:
			return errSilent
		case <-time.After(disconnectTimeout):
			return errStuck
		}
	}
}

// acknowledged returns when a heartbeat was last acknowledged.
func (w *gatewaySession) acknowledged() time.Time {
	w.session.RLock()
	defer w.session.RUnlock()
	return w.session.LastHeartbeatAck
}

// closeConn closes the connection under the session.
func (w *gatewaySession) closeConn() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn != nil {
		_ = w.conn.Close()
	}
}

// close tells Discord that the session is over. discordgo takes a second for that, or
// for ever if it hangs, so nobody waits for it; no event is passed on meanwhile.
func (w *gatewaySession) close() {
	go func() { _ = w.session.Close() }() // takes a second, or for ever
}

// redacted is the text of an error without the token.
func (w *gatewaySession) redacted(err error) string {
	return strings.ReplaceAll(session.WithoutURL(err).Error(), w.token, "…")
}
