package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"time"

	"aidesk/bots"
	"aidesk/store"
)

const (
	askTime   = 30 * time.Second // the longest that one request to a messenger takes
	maxBody   = 4 << 20          // of a request to the desk, in bytes; adapters have smaller bounds of their own
	drainTime = 5 * time.Second  // for requests under way when the desk is told to stop
	storeTime = time.Second      // how often the store is asked whether it still works
)

// web is the desk's own server: signs of health, measurements, and what platforms call.
type web struct {
	store    store.Store
	metrics  *metrics
	adapters []messenger
	called   map[string]http.Handler // what messengers call, by the path below which they do
	stopping atomic.Bool
}

// messenger is an adapter that can say whether it works.
type messenger interface {
	Ready() error
	Handler() http.Handler
}

// add makes an adapter known; with a path it is called below that.
func (w *web) add(a messenger, path string) {
	w.adapters = append(w.adapters, a)
	if path != "" {
		if w.called == nil {
			w.called = map[string]http.Handler{}
		}
		w.called[path] = a.Handler()
	}
}

// handler has every route.
func (w *web) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(out http.ResponseWriter, _ *http.Request) { say(out, http.StatusOK, "alive") })
	mux.HandleFunc("GET /readyz", func(out http.ResponseWriter, r *http.Request) {
		if err := w.ready(r.Context()); err != nil {
			say(out, http.StatusServiceUnavailable, "not ready: "+err.Error())
			return
		}
		say(out, http.StatusOK, "ready")
	})
	if w.metrics != nil {
		mux.Handle("GET /metrics", w.metrics.handler())
	}
	for path, called := range w.called {
		mux.Handle(path, http.MaxBytesHandler(called, maxBody))
	}
	return mux
}

func say(out http.ResponseWriter, status int, line string) {
	out.Header().Set("Content-Type", "text/plain; charset=utf-8")
	out.Header().Set("X-Content-Type-Options", "nosniff")
	out.WriteHeader(status)
	_, _ = io.WriteString(out, line+"\n")
}

// ready says why the desk cannot take in and answer now, if so.
func (w *web) ready(ctx context.Context) error {
	if w.stopping.Load() {
		return errors.New("the desk is stopping")
	}
	if _, err := w.store.Backlog(ctx); err != nil {
		return fmt.Errorf("the store: %w", err)
	}
	for _, a := range w.adapters {
		if err := a.Ready(); err != nil {
			return err
		}
	}
	return nil
}

// broken returns when the store no longer works: a disk that failed once cannot be
// trusted, and only another start finds out what it holds. It returns nil when ctx is done.
func (w *web) broken(ctx context.Context) error {
	ticker := time.NewTicker(storeTime)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		if _, err := w.store.Backlog(ctx); err != nil && ctx.Err() == nil {
			return fmt.Errorf("the store no longer works, so the desk ends: %w", err)
		}
	}
}

// operate runs a desk with its server until ctx is done, and then ends both in order:
// not ready, nothing more taken in, what is being worked comes to its end. Without an
// address there is no server.
func operate(ctx context.Context, desk *bots.Desk, w *web, address string) error {
	running, end := context.WithCancelCause(context.WithoutCancel(ctx))
	defer end(nil)
	server := &http.Server{
		Handler: w.handler(), ErrorLog: slog.NewLogLogger(desk.Logger.Handler(), slog.LevelDebug),
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 32 << 10,
	}
	if address != "" {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
		if err != nil {
			if fault, ok := errors.AsType[syscall.Errno](err); ok {
				err = fault // what is around it names the address again
			}
			return fmt.Errorf("http.listen %s: %w: choose an address of this machine that is free", address, err)
		}
		address = listener.Addr().String()
		go func() {
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				end(fmt.Errorf("serving http: %w", err))
			}
		}()
	}
	defer context.AfterFunc(ctx, func() {
		desk.Logger.InfoContext(ctx, "stopping")
		w.stopping.Store(true)
		drain, cancel := context.WithTimeout(running, drainTime)
		defer cancel()
		if err := server.Shutdown(drain); err != nil {
			desk.Logger.WarnContext(ctx, "requests were cut off", "error", err)
		}
		end(nil)
	})()
	desk.Logger.InfoContext(ctx, "running", "version", version(), "bots", len(desk.Bots), "address", address, "accept_only", desk.AcceptOnly)
	go func() {
		if err := w.broken(running); err != nil {
			end(err)
		}
	}()
	err := desk.Run(running)
	end(nil)
	_ = server.Close()
	if cause := context.Cause(running); cause != nil && !errors.Is(cause, context.Canceled) {
		err = errors.Join(cause, err)
	}
	if err == nil {
		desk.Logger.InfoContext(ctx, "stopped")
	}
	return err
}
