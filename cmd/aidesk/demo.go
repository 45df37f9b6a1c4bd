package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"aidesk/adapters/terminal"
	"aidesk/bots/bot"
	"aidesk/bots/command"
	"aidesk/cmd/aidesk/config"
	"aidesk/cmd/exampleplugins/example"
	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/store/bolt"
)

// demoOptions are the flags of demo.
type demoOptions struct {
	data     string
	plugins  []string
	hosts    []string
	modelURL string
	model    string
	web      bool
	listen   string
}

// modelKey is the environment variable with the key for --model-url.
const modelKey = "AIDESK_MODEL_KEY"

func demoCommand() *cobra.Command {
	var o demoOptions
	c := &cobra.Command{
		Use:   "demo",
		Short: "Talk to all of aidesk in this terminal, or with --web in a browser: no key, no network, no set-up",
		Long: `Talk to all of aidesk in this terminal, with four example plugins that it starts itself.
Lines are read from a pipe too; buttons are pressed by typing their number.

With --web it is seen in a browser as Slack and as Discord show it: two fake messengers
on this machine, which no other machine reaches.

A language model is used where --model-url names one that speaks Chat Completions
(its key, if it needs one, is read from ` + modelKey + `). Without, the built-in planner
matches your words with the examples of the plugins.`,
		Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if (o.modelURL == "") != (o.model == "") {
				return usageError{errors.New("--model-url and --model go together: give the server's address and the model's name")}
			}
			if c.Flags().Changed("listen") && !o.web {
				return usageError{errors.New("--listen is where the page of --web is: give both")}
			}
			return demo(c.Context(), o, c.InOrStdin(), c.OutOrStdout())
		},
	}
	f := c.Flags()
	f.StringVar(&o.data, "data", "", "keep everything in this folder (default: a new one that is removed at the end)")
	f.StringArrayVar(&o.plugins, "plugin", nil, "register one more plugin by its address")
	f.StringArrayVar(&o.hosts, "allow-host", nil, "reach this IP:PORT though it is not public")
	f.StringVar(&o.modelURL, "model-url", "", "base URL of a Chat Completions server, such as http://127.0.0.1:11434/v1")
	f.StringVar(&o.model, "model", "", "name of the model at --model-url")
	f.BoolVar(&o.web, "web", false, "show it in a browser, as Slack and as Discord")
	f.StringVar(&o.listen, "listen", "127.0.0.1:0", "where the page of --web is, on this machine; port 0 takes a free one")
	return c
}

// demo runs the whole program at the terminal until its input ends, or in a browser until
// ctx is done.
func demo(ctx context.Context, o demoOptions, in io.Reader, out io.Writer) (err error) {
	folder, err := openFolder(o.data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.close()) }()
	logger := discreet(slog.NewJSONHandler(folder.log, nil))

	now := newClock().Now
	s, err := openStore("bolt:"+folder.path("desk.db"), bolt.Options{Now: now, Logger: logger})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	examples, err := serveExamples(ctx, folder)
	if err != nil {
		return err
	}
	defer examples.close()

	ring, err := openKeys(ctx, nil, folder.path("desk.key"), s)
	if err != nil {
		return err
	}
	cfg := demoConfig(o, examples)
	parts := dependencies{store: s, secrets: ring.Ring, now: now, logger: logger, alone: true}
	if o.web {
		return demoWeb(ctx, o.listen, cfg, parts, out)
	}
	tty := detectTTY(in, out)
	adapter := &terminal.Adapter{
		In: in, Out: out, Grammar: command.Table, Interactive: tty.interactive, Color: tty.color, Width: tty.width, Logger: logger,
		Raw: tty.raw, Stop: "/" + command.Aidesk + " stop",
	}
	parts.adapters = func(config.Bot) ([]chat.Adapter, error) { return []chat.Adapter{adapter}, nil }
	desk, err := newDesk(ctx, cfg, parts)
	if err != nil {
		return err
	}
	if adapter.Greeting, err = greeting(ctx, desk.Bots[0]); err != nil {
		return err
	}
	return desk.Run(ctx)
}

// demoConfig returns the configuration that the demo runs.
func demoConfig(o demoOptions, examples *exampleServers) config.Config {
	cfg := config.Default()
	cfg.Limits = config.Limits{} // one person who tries things out
	cfg.Retention = config.Retention{}
	cfg.Models = map[string]config.Model{"main": {Provider: "planner"}}
	if o.modelURL != "" {
		cfg.Models["main"] = config.Model{Provider: "openai-chat", Model: o.model, BaseURL: o.modelURL, APIKey: config.Secret(os.Getenv(modelKey))}
	}
	bot := config.Bot{Name: "desk", Model: "main"}
	for _, e := range examples.all {
		bot.Plugins = append(bot.Plugins, config.Plugin{Source: "http://" + e.address, Default: e.enabled})
		cfg.Egress.AllowHosts = append(cfg.Egress.AllowHosts, e.address)
	}
	for _, p := range o.plugins {
		bot.Plugins = append(bot.Plugins, config.Plugin{Source: p, Default: true})
	}
	cfg.Egress.AllowHosts = append(cfg.Egress.AllowHosts, o.hosts...)
	cfg.Bots = []config.Bot{bot}
	return cfg
}

// greeting returns the first text that the demo shows.
func greeting(ctx context.Context, b *bot.Bot) (markdown.Document, error) {
	examples, err := tryOut(ctx, b)
	if err != nil {
		return markdown.Document{}, err
	}
	var try [][]markdown.Inline
	for _, e := range examples {
		try = append(try, []markdown.Inline{markdown.Text(e)})
	}
	doc := markdown.New(markdown.Paragraph(markdown.Strong("aidesk"), markdown.Text(" — ask in your own words, or for example:")), markdown.List(try...))
	doc.Blocks = append(doc.Blocks, markdown.Paragraph(
		markdown.Mono("/plugins"), markdown.Text(" shows what I can use, "), markdown.Mono("/aidesk help"),
		markdown.Text(" how this works, "), markdown.Mono("/quit"), markdown.Text(" ends it."),
	))
	return doc, nil
}

// tryOut returns what to ask first.
func tryOut(ctx context.Context, b *bot.Bot) ([]string, error) {
	on, _, err := b.Plugins.Enabled(ctx, terminal.Place(), "")
	if err != nil {
		return nil, err
	}
	var try []string
	for _, p := range on {
		try = append(try, agent.Examples(p, 2)...)
	}
	return try, nil
}

// folder is where a demo stores everything.
type folder struct {
	dir       string
	temporary bool // removed at the end
	log       *os.File
	calls     *os.File // log of the example plugins
}

func openFolder(dir string) (_ *folder, err error) {
	f := &folder{dir: dir}
	if dir == "" {
		if f.dir, err = os.MkdirTemp("", "aidesk-demo-"); err != nil {
			return nil, fmt.Errorf("making a folder for the demo: %w", err)
		}
		f.temporary = true
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("--data %s: %w: choose a folder that can be written", dir, errors.Unwrap(err))
	}
	if f.log, err = openLog(f.path("aidesk.log")); err != nil {
		return nil, fmt.Errorf("--data %s: %w: choose a folder that can be written", dir, err)
	}
	if f.calls, err = openLog(f.path("plugins.log")); err != nil {
		return nil, fmt.Errorf("--data %s: %w: choose a folder that can be written", dir, err)
	}
	return f, nil
}

func openLog(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if cause := (*fs.PathError)(nil); errors.As(err, &cause) {
		return nil, cause.Err
	}
	return file, err
}

func (f *folder) path(name string) string { return filepath.Join(f.dir, name) }

func (f *folder) close() error {
	err := errors.Join(f.log.Close(), f.calls.Close())
	if f.temporary {
		err = errors.Join(err, os.RemoveAll(f.dir))
	}
	return err
}

// tty says what the input and output of the demo can do.
type tty struct {
	interactive, color bool
	width              func() int
	raw                func() (restore func(), err error) // where lines can be edited
}

func detectTTY(in io.Reader, out io.Writer) tty {
	i, readsFile := in.(*os.File)
	o, writesFile := out.(*os.File)
	if !writesFile || !term.IsTerminal(int(o.Fd())) {
		return tty{}
	}
	t := tty{color: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
	t.width = func() int {
		width, _, err := term.GetSize(int(o.Fd()))
		if err != nil || width <= 0 {
			return 80
		}
		return width
	}
	t.interactive = readsFile && term.IsTerminal(int(i.Fd()))
	if t.interactive && os.Getenv("TERM") != "dumb" {
		t.raw = func() (func(), error) {
			before, err := term.MakeRaw(int(i.Fd()))
			if err != nil {
				return nil, err //nolint:wrapcheck // the adapter says what it was for
			}
			return func() { _ = term.Restore(int(i.Fd()), before) }, nil // nothing can be done about it
		}
	}
	return t
}

// exampleServers are the example plugins, served on loopback ports.
type exampleServers struct {
	all     []exampleServer
	servers []*http.Server
	serving sync.WaitGroup
}

type exampleServer struct {
	address string // ip:port
	enabled bool   // by default
}

// portsFile stores the port of each example plugin, so that registered plugins and open
// confirmations are still valid after a restart.
const portsFile = "ports.json"

// serveExamples starts the example plugins, each on the port stored in the folder or on a
// new one.
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
		e.serving.Go(func() { _ = server.Serve(listener) }) // it ends with close
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

// close ends the servers. Requests that run may end by themselves, for a second.
func (e *exampleServers) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	for _, s := range e.servers {
		if s.Shutdown(ctx) != nil {
			_ = s.Close()
		}
	}
	e.serving.Wait()
}
