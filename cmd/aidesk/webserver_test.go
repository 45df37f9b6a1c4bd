package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"aidesk/bots"
	"aidesk/bots/bot"
	"aidesk/cmd/aidesk/config"
	"aidesk/core/chat"
	"aidesk/store"
	"aidesk/store/bolt"
)

// TestReady: what keeps aidesk from taking in and answering is said, and whether it
// lives is another question.
func TestReady(t *testing.T) {
	s, err := openStore("bolt:"+filepath.Join(t.TempDir(), "desk.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	idle, err := newSlack(config.Config{}, config.Bot{Name: "desk", Slack: config.Slack{Mode: config.HTTPMode, BotToken: "xoxb-a", SigningSecret: "b"}}, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	w := &webServer{store: s}
	ask := func(path string, status int, want string) {
		t.Helper()
		got := httptest.NewRecorder()
		w.handler().ServeHTTP(got, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
		if got.Code != status || !strings.Contains(got.Body.String(), want) {
			t.Errorf("%s: %d %s; want %d with %q", path, got.Code, got.Body, status, want)
		}
	}
	ask("/readyz", http.StatusOK, "ready")
	ask("/slack/events", http.StatusNotFound, "")
	w.add(idle, "/slack/")
	ask("/readyz", http.StatusServiceUnavailable, "not ready: slack: not running")
	w.adapters = nil
	w.stopping.Store(true)
	ask("/readyz", http.StatusServiceUnavailable, "not ready: aidesk is stopping")
	w.stopping.Store(false)
	w.store = broken{s}
	ask("/readyz", http.StatusServiceUnavailable, "not ready: the store: ")
	ask("/healthz", http.StatusOK, "alive")
}

// broken is a store whose disk has failed.
type broken struct{ store.Store }

func (broken) Backlog(context.Context) (store.Backlog, error) {
	return store.Backlog{}, errors.New("input/output error")
}

// idler is an adapter at which nothing happens.
type idler struct{ chat.Adapter }

func (idler) Platform() string { return "idle" }

func (idler) Run(ctx context.Context, _ chat.Handler, _ chat.Keeper) error {
	<-ctx.Done()
	return nil
}

// TestStoreFails: aidesk ends when its store does, so that another start can look.
func TestStoreFails(t *testing.T) {
	t.Parallel()
	s, err := openStore("bolt:"+filepath.Join(t.TempDir(), "desk.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	desk := &bots.Desk{
		Store: s, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
		Bots: []*bot.Bot{{Name: "desk", Adapters: []chat.Adapter{idler{}}}},
	}
	err = runDesk(t.Context(), desk, &webServer{store: broken{s}}, "127.0.0.1:0")
	if err == nil || !strings.Contains(err.Error(), "the store no longer works") {
		t.Errorf("it ended with %v", err)
	}
}

// slowStore is a store that takes its time to say that it works.
type slowStore struct {
	store.Store
	asked  chan struct{}
	answer chan struct{} // closed: it may be answered
}

func (s slowStore) Backlog(context.Context) (store.Backlog, error) {
	s.asked <- struct{}{}
	<-s.answer
	return store.Backlog{}, nil
}

// TestStoreOutlivesRequests: a request that is cut off at the end has returned before the
// store may be closed.
func TestStoreOutlivesRequests(t *testing.T) {
	t.Parallel()
	slow := slowStore{asked: make(chan struct{}), answer: make(chan struct{})}
	w := &webServer{store: slow}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	server, connections := w.server(ctx, nil)
	listener, err := listen(ctx, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serving, asking := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(serving)
		_ = server.Serve(listener)
	}()
	go func() {
		defer close(asking)
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+listener.Addr().String()+"/readyz", http.NoBody)
		if err != nil {
			return
		}
		if response, err := new(http.Client).Do(r); err == nil {
			_ = response.Body.Close()
		}
	}()
	<-slow.asked
	stop()
	_ = server.Close()
	<-serving
	<-asking
	time.AfterFunc(50*time.Millisecond, func() { close(slow.answer) })
	connections.Wait()
	select {
	case <-slow.answer:
	default:
		t.Error("the store could have been closed while a request used it")
	}
}
