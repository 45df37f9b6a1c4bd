package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"aidesk/cmd/exampleplugins/example"
)

// exampleServers are the example plugins at work on loopback ports.
type exampleServers struct {
	all     []exampleServer
	servers []*http.Server
}

type exampleServer struct {
	address string // ip:port
	enabled bool   // by default
}

// portsFile keeps which port each example plugin has, so that what is registered
// and what waits for a decision is still right after a restart.
const portsFile = "ports.json"

// serveExamples starts the example plugins, each at a port of its own that the
// folder keeps.
func serveExamples(ctx context.Context, f *folder) (_ *exampleServers, err error) {
	plugins, err := example.All(example.Config{Dir: f.dir, Log: f.calls})
	if err != nil {
		return nil, err
	}
	ports := map[string]int{}
	if body, err := os.ReadFile(f.path(portsFile)); err == nil {
		if err := json.Unmarshal(body, &ports); err != nil {
			return nil, fmt.Errorf("%s cannot be read: delete it and start again", f.path(portsFile))
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the ports of the example plugins: %w", err)
	}
	e := &exampleServers{}
	defer func() {
		if err != nil {
			e.close()
		}
	}()
	for _, p := range plugins {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp4", fmt.Sprintf("127.0.0.1:%d", ports[p.Name]))
		if errors.Is(err, syscall.EADDRINUSE) {
			return nil, fmt.Errorf("port %d, where %s was the last time, is taken by another program: stop that program, or use another --data", ports[p.Name], p.Name)
		}
		if err != nil {
			return nil, fmt.Errorf("starting the example plugin %s: %w", p.Name, err)
		}
		address := listener.Addr().(*net.TCPAddr) //nolint:errcheck,forcetypeassert // it listens on TCP
		ports[p.Name] = address.Port
		server := &http.Server{Handler: p.Handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second}
		go server.Serve(listener) //nolint:errcheck // ends with close
		e.servers = append(e.servers, server)
		e.all = append(e.all, exampleServer{address: address.String(), enabled: p.Default})
	}
	body, err := json.Marshal(ports)
	if err != nil {
		return nil, fmt.Errorf("keeping the ports of the example plugins: %w", err)
	}
	if err := os.WriteFile(f.path(portsFile), body, 0o600); err != nil {
		return nil, fmt.Errorf("keeping the ports of the example plugins: %w", err)
	}
	return e, nil
}

func (e *exampleServers) close() {
	for _, s := range e.servers {
		_ = s.Close()
	}
}
