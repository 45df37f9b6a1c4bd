package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"aidesk/bots"
	"aidesk/bots/bot"
	"aidesk/cmd/aidesk/config"
	"aidesk/core/chat"
	"aidesk/store"
	"aidesk/store/bolt"
)

func serveCommand() *cobra.Command {
	path, acceptOnly := "", false
	c := &cobra.Command{
		Use:   "serve --config config.yaml",
		Short: "Run the bots of a configuration",
		Long: `Run the bots of a configuration until an interrupt or SIGTERM. Then nothing more is taken
in, what is being worked comes to its end (for ten seconds at most), and what is left
goes on at the next start.

The log goes to standard error: JSON, a line for each thing, or easier to read at a terminal.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if path == "" {
				return usageError{errors.New("say which configuration: aidesk serve --config config.yaml (aidesk init writes one)")}
			}
			return serve(c.Context(), path, acceptOnly, loggerTo(c.ErrOrStderr()))
		},
	}
	c.Flags().StringVar(&path, "config", "", "the configuration file")
	c.Flags().BoolVar(&acceptOnly, "accept-only", false, "store what happens and work none of it, for maintenance and measurements")
	return c
}

// serve runs the bots of a configuration until ctx is done.
func serve(ctx context.Context, path string, acceptOnly bool, logger *slog.Logger) (err error) {
	cfg, err := config.Load(path, os.LookupEnv, func(line string) { logger.WarnContext(ctx, "configuration", "note", line) })
	if err != nil {
		return err
	}
	for _, b := range cfg.Bots {
		if !b.Slack.Used() && !b.Discord.Used() {
			return fmt.Errorf("%s: the bot %s is at no messenger: give it slack or discord, as aidesk init does", path, b.Name)
		}
	}
	file, err := storePath(cfg.Store.URL)
	if err != nil {
		return err
	}
	if err := checkLost(file); err != nil {
		return err
	}
	now := newClock().Now
	s, err := openStore(cfg.Store.URL, bolt.Options{Now: now, Logger: logger})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if at := s.RestoredAt(); !at.IsZero() {
		logger.InfoContext(ctx, "the store was restored from a backup; what members wrote before that is not answered", "restored", at)
	}
	admin, err := openAdminSocket(ctx, socketFile(file), s, logger)
	if err != nil {
		logger.WarnContext(ctx, "aidesk admin does not work, and aidesk audit, aidesk backup and aidesk keys only while this one is stopped", "error", err)
	} else {
		defer admin.close()
	}
	ring, err := openKeys(ctx, cfg.Keys, keyFile(file), s)
	if err != nil {
		return err
	}
	if ring.made {
		logger.WarnContext(ctx, "a key was made that seals what members entrust to aidesk; keep a copy of it apart from backups of the store", "file", keyFile(file))
	}
	if admin != nil {
		admin.handleKeys(s, ring.Ring, logger)
		admin.handleAudit(s, ring.Ring, now, logger)
	}
	w := &webServer{store: s, metrics: newMetrics(cfg.Limits.Currency), token: cfg.HTTP.MetricsToken.Reveal()}
	desk, err := newDesk(ctx, cfg, dependencies{store: s, secrets: ring.Ring, serve: w.serve, metrics: w.metrics, now: now, patience: bot.KeepTime, logger: logger, adapters: func(b config.Bot) ([]chat.Adapter, error) {
		return newAdapters(cfg, b, w, s, ring.Ring, now, logger)
	}})
	if err != nil {
		return err
	}
	desk.AcceptOnly = acceptOnly
	if admin != nil {
		ops := newOperators(desk.Bots, now)
		ops.handle(admin, s, logger)
		ops.handleMembers(admin, s, now, logger)
		admin.handleRecipients(s, logger)
	}
	// A heap of a few megabytes would be collected many times a second. This part of it is
	// never touched, so it takes no memory; the collector counts it all the same.
	ballast := make([]byte, heapFloor)
	defer runtime.KeepAlive(ballast)
	return runDesk(ctx, desk, w, cfg.HTTP.Listen)
}

// heapFloor is how much heap the collector takes for granted, in bytes.
const heapFloor = 8 << 20

const (
	requestTimeout     = 30 * time.Second // of one request to a messenger
	maxRequestBody     = 4 << 20          // of a request to the web server, in bytes; adapters have smaller bounds of their own
	drainTimeout       = 5 * time.Second  // for running requests, once the program is told to stop
	storeCheckInterval = time.Second      // between two checks that the store works
)

// webServer serves health checks, metrics, and the webhooks that messengers call.
type webServer struct {
	store    store.Store
	metrics  *metrics
	adapters []messenger
	webhooks map[string]http.Handler // by path
	token    string                  // of those who read the metrics; empty: nobody does
	stopping atomic.Bool
}

// messenger is an adapter that reports whether it works and serves its webhook.
type messenger interface {
	Ready() error
	Handler() http.Handler
}

// add adds an adapter; if path is not empty, its webhook is served below it.
func (w *webServer) add(a messenger, path string) {
	w.adapters = append(w.adapters, a)
	if path != "" {
		w.serve(path, a.Handler())
	}
}

// serve serves what is below a path.
func (w *webServer) serve(path string, h http.Handler) {
	if w.webhooks == nil {
		w.webhooks = map[string]http.Handler{}
	}
	w.webhooks[path] = h
}

// handler returns all routes.
func (w *webServer) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(out http.ResponseWriter, _ *http.Request) { writeLine(out, http.StatusOK, "alive") })
	mux.HandleFunc("GET /readyz", func(out http.ResponseWriter, r *http.Request) {
		if err := w.ready(r.Context()); err != nil {
			writeLine(out, http.StatusServiceUnavailable, "not ready: "+err.Error())
			return
		}
		writeLine(out, http.StatusOK, "ready")
	})
	if w.metrics != nil {
		mux.Handle("GET /metrics", withToken(w.token, w.metrics.handler()))
	}
	room := &bodyRoom{}
	for path, called := range w.webhooks {
		mux.Handle(path, room.handler(called))
	}
	return mux
}

func writeLine(out http.ResponseWriter, status int, line string) {
	out.Header().Set("Content-Type", "text/plain; charset=utf-8")
	out.Header().Set("X-Content-Type-Options", "nosniff")
	out.WriteHeader(status)
	_, _ = io.WriteString(out, line+"\n") //nolint:gosec // G705: it is plain text, and no browser reads it as another
}

// ready returns why events cannot be received or answered now; nil: they can.
func (w *webServer) ready(ctx context.Context) error {
	if w.stopping.Load() {
		return errors.New("aidesk is stopping")
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

// watchStore returns an error when the store no longer works, because only a new start
// finds out what a failed disk holds. It returns nil when ctx is done.
func (w *webServer) watchStore(ctx context.Context) error {
	ticker := time.NewTicker(storeCheckInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		if _, err := w.store.Backlog(ctx); err != nil && ctx.Err() == nil {
			return fmt.Errorf("the store no longer works, so aidesk ends: %w", err)
		}
	}
}

// runDesk runs a desk and its web server until ctx is done, and then stops both in order:
// /readyz fails, no more requests are accepted, running turns end. Without an address no
// server is started. When it returns, everything that it started has ended, so that the
// store may be closed.
func runDesk(ctx context.Context, desk *bots.Desk, w *webServer, address string) error {
	running, end := context.WithCancelCause(context.WithoutCancel(ctx))
	defer end(nil)
	server, connections := w.server(running, slog.NewLogLogger(desk.Logger.Handler(), slog.LevelDebug))
	var started sync.WaitGroup
	if address != "" {
		listener, err := listen(ctx, address)
		if err != nil {
			return err
		}
		address = listener.Addr().String()
		started.Go(func() {
			if err := server.Serve(newCrowd(listener)); !errors.Is(err, http.ErrServerClosed) {
				end(fmt.Errorf("serving http: %w", err))
			}
		})
	}
	desk.Logger.InfoContext(ctx, "running", "version", version(), "bots", len(desk.Bots), "address", address, "accept_only", desk.AcceptOnly)
	started.Go(func() {
		if err := w.watchStore(running); err != nil {
			end(err)
		}
	})
	started.Go(func() {
		select {
		case <-ctx.Done():
		case <-running.Done():
			return
		}
		desk.Logger.InfoContext(ctx, "stopping")
		w.stopping.Store(true)
		drain, cancel := context.WithTimeout(running, drainTimeout)
		defer cancel()
		if err := server.Shutdown(drain); err != nil {
			desk.Logger.WarnContext(ctx, "requests were cut off", "error", err)
		}
		end(nil)
	})
	err := desk.Run(running)
	end(nil)
	_ = server.Close()
	started.Wait()
	connections.Wait() // a request that was cut off may still use the store
	if cause := context.Cause(running); cause != nil && !errors.Is(cause, context.Canceled) {
		err = errors.Join(cause, err)
	}
	if err == nil {
		desk.Logger.InfoContext(ctx, "stopped")
	}
	return err
}

// server returns the HTTP server, which is not started yet, and its open connections.
// Requests are cancelled when ctx is done.
func (w *webServer) server(ctx context.Context, errorLog *log.Logger) (*http.Server, *sync.WaitGroup) {
	var connections sync.WaitGroup
	return &http.Server{
		Handler: w.handler(), ErrorLog: errorLog,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: 30 * time.Second,
		MaxHeaderBytes: 32 << 10,
		ConnState: func(conn net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew: // before the connection's goroutine starts
				connections.Add(1)
			case http.StateClosed, http.StateHijacked: // at its end
				connections.Done()
			case http.StateActive, http.StateIdle:
				if member, ok := conn.(*crowdConn); ok {
					member.touch()
				}
			}
		},
	}, &connections
}

// listen opens the address of the web server.
func listen(ctx context.Context, address string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err == nil {
		return listener, nil
	}
	if fault, ok := errors.AsType[syscall.Errno](err); ok {
		err = fault // the errors around it name the address again
	}
	return nil, fmt.Errorf("http.listen %s: %w: choose an address of this machine that is free", address, err)
}
