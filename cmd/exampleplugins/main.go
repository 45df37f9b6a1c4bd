// Exampleplugins serves four example plugins, each at an address of its own:
// stays, todo, handbook and scores. They show what a plugin is; start reading
// at the package todo, and at site for what all plugins have in common.
//
//	exampleplugins --listen 127.0.0.1:4001 --dir ./state --log -
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"aidesk/cmd/exampleplugins/example"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// options is the command line.
type options struct {
	listen string
	seed   uint64
	dir    string
	log    string
}

const usage = `exampleplugins serves four example plugins until it is interrupted.

  --listen HOST:PORT  the address of the first; the others take the ports after it,
                      port 0 takes four free ones (default 127.0.0.1:0)
  --seed N            another world for another number (default 0)
  --dir DIR           keep bookings and items in files here (default: in memory)
  --log FILE          append one line of JSON per request; - is standard error
`

// run serves until ctx is done. It returns the exit code: 0 good, 1 a failure,
// 2 wrong use.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		_, _ = io.WriteString(stdout, usage)
		return 0
	}
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "exampleplugins: %v; see exampleplugins --help\n", err)
		return 2
	}
	if err := serve(ctx, o, stdout, stderr); err != nil {
		_, _ = fmt.Fprintf(stderr, "exampleplugins: %v\n", err)
		return 1
	}
	return 0
}

func parse(args []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("exampleplugins", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&o.listen, "listen", "127.0.0.1:0", "")
	flags.Uint64Var(&o.seed, "seed", 0, "")
	flags.StringVar(&o.dir, "dir", "", "")
	flags.StringVar(&o.log, "log", "", "")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if _, err := addresses(o.listen, 4); err != nil {
		return o, err
	}
	return o, nil
}

// addresses is n addresses that begin with the given one and count up its port.
func addresses(first string, n int) ([]string, error) {
	host, port, err := net.SplitHostPort(first)
	if err != nil {
		return nil, fmt.Errorf("--listen %q is not host:port", first)
	}
	number, err := strconv.Atoi(port)
	if err != nil || number < 0 || number+n-1 > 65535 {
		return nil, fmt.Errorf("--listen %q has no usable port: %d ports from it on are needed, or 0", first, n)
	}
	var all []string
	for range n {
		all = append(all, net.JoinHostPort(host, strconv.Itoa(number)))
		if number > 0 {
			number++
		}
	}
	return all, nil
}

func serve(ctx context.Context, o options, stdout, stderr io.Writer) error {
	log, closeLog, err := openLog(o.log, stderr)
	if err != nil {
		return err
	}
	defer closeLog()
	plugins, err := example.All(example.Config{Seed: o.seed, Dir: o.dir, Log: log})
	if err != nil {
		return err
	}
	listeners, err := listen(ctx, o.listen, len(plugins))
	if err != nil {
		return err
	}
	failed := make(chan error, len(plugins))
	var servers []*http.Server
	for i, p := range plugins {
		server := &http.Server{
			Handler:           p.Handler,
			ReadHeaderTimeout: 5 * time.Second,
			ReadTimeout:       15 * time.Second,
			WriteTimeout:      30 * time.Second,
			MaxHeaderBytes:    64 << 10,
		}
		servers = append(servers, server)
		go func() { failed <- server.Serve(listeners[i]) }()
		_, _ = fmt.Fprintf(stdout, "%-9s http://%s\n", p.Name, listeners[i].Addr())
	}
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	shutdown, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	for _, server := range servers {
		err = errors.Join(err, server.Shutdown(shutdown))
	}
	return err
}

// openLog opens the file of that name to append to it; "-" is standard error,
// an empty name is no log.
func openLog(name string, stderr io.Writer) (io.Writer, func(), error) {
	switch name {
	case "":
		return nil, func() {}, nil
	case "-":
		return stderr, func() {}, nil
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("open the log: %w", err)
	}
	return f, func() { _ = f.Close() }, nil
}

func listen(ctx context.Context, first string, n int) ([]net.Listener, error) {
	all, err := addresses(first, n)
	if err != nil {
		return nil, err
	}
	var listeners []net.Listener
	for _, address := range all {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
		if err != nil {
			for _, open := range listeners {
				err = errors.Join(err, open.Close())
			}
			return nil, fmt.Errorf("%w; choose another port with --listen", err)
		}
		listeners = append(listeners, l)
	}
	return listeners, nil
}
