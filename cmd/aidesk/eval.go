package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"aidesk/cmd/aidesk/config"
	"aidesk/cmd/aidesk/eval"
	"aidesk/core/egress"
	"aidesk/core/model"
	"aidesk/core/plugin"
)

// evalOptions are the flags of eval.
type evalOptions struct {
	file      string
	path, bot string // the configuration
	plugins   []string
	source    source // what is common to plugins
	model     modelFlags
	run       eval.Run
	only      []string
	maxMoney  string
	now       string
	asJSON    bool
	init      bool
}

func evalCommand() *cobra.Command {
	var o evalOptions
	c := &cobra.Command{
		Use:   "eval FILE",
		Short: "Ask a model golden questions and see whether it would call what is right",
		Long: `Ask a model the questions of a file, send nothing to a plugin, and print which operations it
would have called first. An entry of the file names the question, the operation that is right,
and if you like arguments that the call must have and operations that must never be called:

  - {ask: note that we need oat milk, want: notes.add, with: {text: oat milk}, never: [notes.remove]}
  - {ask: tell me a joke, want: none}

Plugins come from a configuration, from --plugin, or from both; all of them are enabled.
--init prints a file to start from, with a question for each operation of the plugins.

Exit code 0: all came out right. 1: some did not, or a plugin or the model could not be
asked. 2: wrong use, or a fault in the file.`,
		Example: `  aidesk eval --init --plugin notes.example.com > questions.yaml
  aidesk eval questions.yaml --config config.yaml --max-tokens 200000
  aidesk eval questions.yaml --plugin notes.example.com --plugin ./openapi.yaml --model-url http://127.0.0.1:11434/v1 --model qwen3
  aidesk eval questions.yaml --config config.yaml --repeat 5 --pass 80 --only milk --json`,
		Args: func(c *cobra.Command, args []string) error {
			if o.init {
				return noArgs(c, args)
			}
			return arguments("FILE")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if !o.init {
				o.file = args[0]
			}
			return o.do(c.Context(), c.OutOrStdout())
		},
	}
	f := c.Flags()
	f.StringVar(&o.path, "config", "", "a configuration, whose plugins, model and persona are used")
	f.StringVar(&o.bot, "bot", "", "which bot of the configuration (default: the only one)")
	f.StringArrayVar(&o.plugins, "plugin", nil, "one more plugin: a domain, the URL of a manifest or document, or a local file")
	f.StringVar(&o.source.base, "base", "", "the address against which local files' servers are resolved (default "+defaultBase+")")
	f.StringArrayVar(&o.source.allowed, "allow-host", nil, "reach this IP:PORT though it is not public")
	o.model.flags(c)
	f.StringArrayVar(&o.only, "only", nil, "ask only questions with this `word`, number or operation; may be repeated")
	f.IntVar(&o.run.Repeat, "repeat", 1, "ask each question so often, and show how often it came out right")
	f.IntVar(&o.run.Pass, "pass", 100, "with --repeat: how many `percent` of the times must be right")
	f.IntVar(&o.run.Parallel, "parallel", 4, "how many questions are asked at a time")
	f.Int64Var(&o.run.Tokens, "max-tokens", 500_000, "stop before all questions together use more tokens; 0: no bound")
	f.StringVar(&o.maxMoney, "max-money", "", "stop before they cost more than this `amount`, such as 0.50; the configuration has the prices")
	f.StringVar(&o.now, "now", "", "the `time` that the model is told, such as 2026-12-01T09:00:00Z (default: the real one)")
	f.BoolVar(&o.asJSON, "json", false, "print one JSON object")
	f.BoolVar(&o.init, "init", false, "print a file to start from, and ask nothing")
	return c
}

// Bounds of what one eval does.
const (
	maxParallel = 16
	maxRepeat   = 100
)

// check sees that the flags go together, and reads their values.
func (o *evalOptions) check() error {
	switch {
	case o.bot != "" && o.path == "":
		return errors.New("--bot is for --config: it says which of its bots")
	case o.maxMoney != "" && o.path == "":
		return errors.New("--max-money needs --config, where models have their prices")
	case o.path == "" && len(o.plugins) == 0 && !o.init:
		return errors.New("say which plugins: --config config.yaml, or --plugin SOURCE")
	case o.run.Parallel < 1 || o.run.Parallel > maxParallel:
		return fmt.Errorf("--parallel wants 1 to %d", maxParallel)
	case o.run.Repeat < 1 || o.run.Repeat > maxRepeat:
		return fmt.Errorf("--repeat wants 1 to %d", maxRepeat)
	case o.run.Pass < 1 || o.run.Pass > 100:
		return errors.New("--pass wants 1 to 100")
	case o.run.Tokens < 0:
		return errors.New("--max-tokens wants a number of tokens, or 0 for no bound")
	}
	if o.maxMoney != "" {
		amount, err := config.ParseMoney(o.maxMoney)
		if err != nil || amount == 0 {
			return errors.New("--max-money wants an amount such as 0.50")
		}
		o.run.Micros = int64(amount)
	}
	o.run.Now = time.Now
	if o.now != "" {
		at, err := time.Parse(time.RFC3339, o.now)
		if err != nil {
			return errors.New("--now wants a time such as 2026-12-01T09:00:00Z")
		}
		o.run.Now = func() time.Time { return at }
	}
	return nil
}

// do reads configuration, plugins and questions, in this order, and asks.
func (o *evalOptions) do(ctx context.Context, out io.Writer) error {
	if err := o.check(); err != nil {
		return usageError{err}
	}
	cfg, bot, err := o.configuration()
	if err != nil {
		return err
	}
	if !o.init {
		if o.run.Model, err = o.chooseModel(cfg, bot); err != nil {
			return err
		}
	}
	if o.run.Plugins, err = o.readPlugins(ctx, cfg, bot); err != nil {
		return err
	}
	if o.init {
		return eval.Starter(out, o.run.Plugins)
	}
	o.run.Persona = cmp.Or(bot.Persona, defaultPersona)
	list, err := eval.Load(o.file, o.run.Plugins)
	if err != nil {
		return usageError{err}
	}
	if list = eval.Only(list, o.only); len(list) == 0 {
		return usageError{errors.New("--only leaves no question: it wants a word of one, its number or its operation")}
	}
	got, err := o.run.Ask(ctx, list)
	if err != nil {
		return err
	}
	if o.asJSON {
		err = printJSON(out, got)
	} else {
		err = got.Print(out, cfg.Limits.Currency)
	}
	return errors.Join(err, got.Err())
}

// configuration returns the configuration and the bot in it; the zero values where none is
// named.
func (o *evalOptions) configuration() (config.Config, config.Bot, error) {
	if o.path == "" {
		return config.Config{}, config.Bot{}, nil
	}
	cfg, err := config.Load(o.path, os.LookupEnv, nil)
	if err != nil {
		return cfg, config.Bot{}, usageError{err}
	}
	if o.bot == "" && len(cfg.Bots) == 1 {
		return cfg, cfg.Bots[0], nil
	}
	var names []string
	for _, b := range cfg.Bots {
		if b.Name == o.bot {
			return cfg, b, nil
		}
		names = append(names, b.Name)
	}
	return cfg, config.Bot{}, usageError{fmt.Errorf("say which bot with --bot: %s", oneOf(o.bot, names))}
}

// chooseModel returns the model that is asked: at --model-url, else one of the configuration,
// which is the bot's where none is named, else the planner.
func (o *evalOptions) chooseModel(cfg config.Config, bot config.Bot) (model.Model, error) {
	if o.path == "" || o.model.server.BaseURL != "" {
		return o.model.open()
	}
	models, err := newModels(cfg, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	m, ok := models[cmp.Or(o.model.server.Model, bot.Model)]
	if !ok {
		var names []string
		for name := range models {
			names = append(names, name)
		}
		slices.Sort(names)
		return nil, usageError{fmt.Errorf("--model is one of the configuration's: %s", oneOf(o.model.server.Model, names))}
	}
	return m, nil
}

// oneOf names those that there are, and which one a wrong word probably meant.
func oneOf(word string, names []string) string {
	if meant, ok := config.Closest(word, names); ok {
		return fmt.Sprintf("did you mean %s?", meant)
	}
	return strings.Join(names, ", ")
}

// readPlugins reads the plugins of the configuration and those that are named beside it.
func (o *evalOptions) readPlugins(ctx context.Context, cfg config.Config, bot config.Bot) ([]*plugin.Plugin, error) {
	var all []*plugin.Plugin
	add := func(source string, got *plugin.Import, login plugin.LoginChoice) error {
		p := got.Plugin.Trial(all...)
		if slices.ContainsFunc(all, func(other *plugin.Plugin) bool { return other.ID == p.ID }) {
			return usageError{fmt.Errorf("%s: another of the plugins is at the same address: one host and port is one plugin", source)}
		}
		if len(p.Usable()) == 0 {
			return fmt.Errorf("%s: none of its operations can be called: aidesk plugin check says why", source)
		}
		all = append(all, p.WithLogin(login))
		return nil
	}
	rules, err := egressRules(config.Config{Egress: cfg.Egress, Bots: []config.Bot{bot}})
	if err != nil {
		return nil, err
	}
	guard, err := egress.New(rules, egress.WithVersion(version()))
	if err != nil {
		return nil, err
	}
	for _, c := range bot.Plugins {
		got, err := (plugin.Reader{Guard: guard, Logger: slog.New(slog.DiscardHandler)}).Read(ctx, c.Source)
		if err == nil {
			err = add(c.Source, got, c.Login.Choice())
		}
		if err != nil {
			return nil, err
		}
	}
	for _, name := range o.plugins {
		s := o.source
		if s.name = name; !isFile(name) {
			s.base = "" // which is for the local ones
		}
		got, err := s.read(ctx)
		if err == nil {
			err = add(name, got, plugin.LoginChoice{})
		}
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// modelFlags name a model that stands in no configuration.
type modelFlags struct {
	server config.Model
	key    string // the variable that holds its key
}

func (m *modelFlags) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&m.server.BaseURL, "model-url", "", "the address of the model's server")
	f.StringVar(&m.server.Model, "model", "", "the model's name at its server")
	f.StringVar(&m.server.Provider, "model-provider", "openai-chat", "what the server speaks: openai-chat, openai or anthropic")
	f.StringVar(&m.key, "model-key-env", modelKey, "the variable of the environment that holds its key, if it wants one")
}

// open returns the model, or the planner where none is named.
func (m *modelFlags) open() (model.Model, error) {
	const name = "flags"
	cfg := config.Config{Models: map[string]config.Model{name: {Provider: "planner"}}}
	switch {
	case m.server.BaseURL != "" && m.server.Model == "":
		return nil, usageError{errors.New("--model is missing: say which of the models at --model-url")}
	case m.server.BaseURL == "" && m.server.Model != "":
		return nil, usageError{errors.New("--model-url is missing: say where the model's server is")}
	case m.server.BaseURL != "":
		m.server.APIKey = config.Secret(os.Getenv(m.key))
		cfg.Models[name] = m.server
	}
	models, err := newModels(cfg, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, usageError{fmt.Errorf("--model-url: %w", err)}
	}
	return models[name], nil
}
