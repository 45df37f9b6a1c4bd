package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
)

// These tests hold the facts for which decision 0010 keeps the REST client ours. One that
// fails after an upgrade of discordgo asks for a new decision.

// elsewhere sends every request to one server. answered is called, unless it is nil, when
// an answer has been read.
type elsewhere struct {
	to       *url.URL
	answered func()
}

func (e elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = e.to.Scheme, e.to.Host
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(data))
	if e.answered != nil {
		e.answered()
	}
	return resp, err
}

// library is a session of discordgo that talks to a server.
func library(t *testing.T, serve http.HandlerFunc, answered func()) *discordgo.Session {
	t.Helper()
	server := httptest.NewServer(serve)
	t.Cleanup(server.Close)
	to, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	s, err := discordgo.New("Bot token")
	if err != nil {
		t.Fatal(err)
	}
	s.Client = &http.Client{Transport: elsewhere{to, answered}}
	return s
}

// TestLibraryIgnoresContext: while it waits for a rate limit it does not look at the context.
func TestLibraryIgnoresContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := library(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = w.Write([]byte(`{"message":"slow down","retry_after":1,"global":false}`))
	}, cancel)
	begun := time.Now()
	_, err := s.ChannelMessageSend("1", "hello", discordgo.WithContext(ctx))
	if took := time.Since(begun); took < 900*time.Millisecond {
		t.Errorf("it returned after %s: %v", took, err)
	} else {
		t.Logf("a context that was cancelled at once ended it after %s: %v", took.Round(10*time.Millisecond), err)
	}
}

// TestLibraryRepeatsPosts: a POST that a proxy answers with 502 is sent four times, though
// the message may stand already.
func TestLibraryRepeatsPosts(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	s := library(t, func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.WriteHeader(http.StatusBadGateway)
	}, nil)
	if _, err := s.ChannelMessageSend("1", "hello"); err == nil || calls.Load() != 4 {
		t.Errorf("it was sent %d times: %v", calls.Load(), err)
	}
}

// TestLibraryHasOneBucket: edits of the answers to different interactions wait for each
// other.
func TestLibraryHasOneBucket(t *testing.T) {
	t.Parallel()
	const each, edits = 100 * time.Millisecond, 5
	s := library(t, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(each):
		case <-r.Context().Done():
		}
		_, _ = w.Write([]byte(`{"id":"1"}`))
	}, nil)
	done := make(chan error)
	begun := time.Now()
	for i := range edits {
		go func() {
			content := "x"
			_, err := s.InteractionResponseEdit(&discordgo.Interaction{AppID: "1", Token: string(rune('a' + i))}, &discordgo.WebhookEdit{Content: &content})
			done <- err
		}()
	}
	for range edits {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if took := time.Since(begun); took < edits*each {
		t.Errorf("%d edits of %s took %s", edits, each, took)
	} else {
		t.Logf("%d edits of %s each took %s", edits, each, took.Round(10*time.Millisecond))
	}
}

// TestLibraryBodies: its types write what was not asked for, leave out what was, or read
// less than Discord sends.
func TestLibraryBodies(t *testing.T) {
	t.Parallel()
	text := func(v any) string {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%T: %s", v, data)
		return string(data)
	}
	if s := text(discordgo.Button{Label: "Yes", CustomID: "p:1"}); !strings.Contains(s, `"disabled":false`) {
		t.Errorf("a button has nothing in it that was not asked for: %s", s)
	}
	if s := text(discordgo.ApplicationCommand{Name: "plugins"}); strings.Contains(s, "default_member_permissions") {
		t.Errorf("a command can take restrictions back: %s", s)
	}
	if s := text(discordgo.MessageEdit{ID: "1", Channel: "2"}); !strings.Contains(s, `"Channel"`) {
		t.Errorf("an edit has no keys that Discord does not know: %s", s)
	}
	if s := text(discordgo.WebhookEdit{}); strings.Contains(s, "flags") {
		t.Errorf("an edit can set flags: %s", s)
	}
	if s := text(discordgo.MessageSend{}); strings.Contains(s, "nonce") {
		t.Errorf("a message has a nonce: %s", s)
	}
	var m discordgo.Message
	if err := json.Unmarshal([]byte(`{"id":"1","content":"hello","components":[{"type":99}]}`), &m); err == nil {
		t.Error("a message with an unknown component is read")
	}
}
