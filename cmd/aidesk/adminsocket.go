package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"aidesk/store/bolt"
)

// socketFile returns the socket that belongs to a store.
func socketFile(store string) string {
	return strings.TrimSuffix(store, filepath.Ext(store)) + ".sock"
}

const (
	snapshotPath  = "/snapshot"      // at the admin socket: the store as it is now
	snapshotStall = 30 * time.Second // for which who reads it may stand still, because the store grows meanwhile
)

// adminSocket is where the running program answers other commands of its operator: the
// store's file can be open in one process only. Whoever can open the socket can read the
// store, so it is its owner's alone, as the store is.
type adminSocket struct {
	path    string
	mux     *http.ServeMux
	server  *http.Server
	running sync.WaitGroup
}

// openAdminSocket begins to listen beside a store, which this process has open.
func openAdminSocket(ctx context.Context, path string, db *bolt.DB, logger *slog.Logger) (*adminSocket, error) {
	listener, err := listenPrivately(ctx, path)
	if err != nil {
		return nil, err
	}
	a := &adminSocket{path: path, mux: http.NewServeMux()}
	connections := func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew: // before the connection's goroutine starts
			a.running.Add(1)
		case http.StateClosed, http.StateHijacked: // at its end
			a.running.Done()
		case http.StateActive, http.StateIdle:
		}
	}
	a.mux.HandleFunc("GET "+snapshotPath, func(out http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		if err := db.Snapshot(r.Context(), patient{out}); err != nil {
			logger.ErrorContext(r.Context(), "backup", "error", err)
			panic(http.ErrAbortHandler) // so that the other end sees that it is cut
		}
		logger.InfoContext(r.Context(), "backup", "took", time.Since(begun).Round(time.Millisecond))
	})
	a.server = &http.Server{Handler: a.mux, ConnState: connections, ConnContext: withPeer, ReadHeaderTimeout: time.Second, IdleTimeout: time.Second, ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug)}
	a.running.Go(func() { _ = a.server.Serve(listener) })
	return a, nil
}

// close stops listening and cuts off what runs. When it returns, nothing uses the store.
func (a *adminSocket) close() {
	_ = a.server.Close()
	a.running.Wait()
	_ = os.Remove(a.path)
}

// listenPrivately listens at a socket that only its owner can open, at no time anybody
// else. One that a killed process left is replaced: the caller holds the store's lock.
func listenPrivately(ctx context.Context, path string) (net.Listener, error) {
	dir, err := os.MkdirTemp(filepath.Dir(path), ".sock") // which only its owner can enter
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	private := filepath.Join(dir, "s")
	listener, err := new(net.ListenConfig).Listen(ctx, "unix", private)
	if err != nil {
		return nil, err
	}
	if unix, ok := listener.(*net.UnixListener); ok {
		unix.SetUnlinkOnClose(false) // by then it has another name
	}
	if err = os.Chmod(private, 0o600); err == nil {
		err = os.Rename(private, path)
	}
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

// patient gives whoever reads an answer time as long as they go on reading.
type patient struct{ http.ResponseWriter }

// Write writes a part.
func (p patient) Write(part []byte) (int, error) {
	if err := http.NewResponseController(p.ResponseWriter).SetWriteDeadline(time.Now().Add(snapshotStall)); err != nil {
		return 0, err
	}
	return p.ResponseWriter.Write(part)
}

// errNotRunning says that no program listens at a socket.
var errNotRunning = errors.New("no aidesk runs here")

// errStarting says that the program that listens does not answer this yet.
var errStarting = errors.New("the aidesk that runs does not know this command: start it again with this version")

// askAdmin asks the program that listens at a socket, and gives what it answers to read;
// errNotRunning, errStarting. What is refused is an error with the line that says why.
func askAdmin(ctx context.Context, socket, method, path string, read func(io.Reader) error) error {
	return sendAdmin(ctx, socket, method, path, http.NoBody, read)
}

// sendAdmin is askAdmin with a body. The operator who asks is named in a header.
func sendAdmin(ctx context.Context, socket, method, path string, body io.Reader, read func(io.Reader) error) error {
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, method, "http://aidesk"+path, body)
	if err != nil {
		return err
	}
	request.Header.Set(operatorHeader, thisOperator())
	answer, err := (&http.Client{Transport: transport}).Do(request)
	if dial := (*net.OpError)(nil); errors.As(err, &dial) && dial.Op == "dial" {
		if errors.Is(err, os.ErrPermission) {
			return fmt.Errorf("%s: permission denied: run this as the user as whom aidesk runs", socket)
		}
		return errNotRunning
	}
	if around := (*url.Error)(nil); errors.As(err, &around) {
		err = around.Err // its address is none that means something
	}
	if err != nil {
		return fmt.Errorf("the aidesk that runs did not answer, its log says why: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	switch answer.StatusCode {
	case http.StatusOK:
	case http.StatusConflict:
		line, err := io.ReadAll(io.LimitReader(answer.Body, maxRefusal))
		return errors.Join(errors.New(strings.TrimSpace(string(line))), err)
	case http.StatusNotFound:
		return errStarting
	default:
		return fmt.Errorf("asking the aidesk that runs: %s", answer.Status)
	}
	if err := read(answer.Body); err != nil {
		return fmt.Errorf("the aidesk that runs broke off, its log says why: %w", err)
	}
	return nil
}

// maxRefusal bounds the line with which something is refused, in bytes.
const maxRefusal = 4 << 10

// readSnapshot writes what the store of the program that listens at a socket holds;
// errNotRunning.
func readSnapshot(ctx context.Context, socket string, w io.Writer) error {
	return askAdmin(ctx, socket, http.MethodGet, snapshotPath, func(r io.Reader) error {
		_, err := io.Copy(w, r)
		return err
	})
}
