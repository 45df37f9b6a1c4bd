package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"aidesk/cmd/aidesk/config"
	"aidesk/core/egress"
	"aidesk/core/model"
	"aidesk/core/plugin"
)

// doctorTime is how long one check may take.
const doctorTime = 30 * time.Second

// errFindings ends doctor when something is wrong; what it is stands above.
var errFindings = errors.New("not everything is well: the lines with ✗ say what to do")

func doctorCommand() *cobra.Command {
	path := ""
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Check a configuration: store, models, plugins, the way out; each fault with its remedy",
		Args:  none,
		RunE: func(c *cobra.Command, _ []string) error {
			if path == "" {
				return wrongUse{errors.New("say which configuration: aidesk doctor --config config.yaml")}
			}
			return doctor(c.Context(), path, c.OutOrStdout())
		},
	}
	c.Flags().StringVar(&path, "config", "", "the configuration file")
	return c
}

// doctor checks what a configuration names and prints a line for each.
func doctor(ctx context.Context, path string, out io.Writer) error {
	well := true
	say := func(what string, err error) {
		if err == nil {
			fmt.Fprintf(out, "✓ %s\n", what)
			return
		}
		well = false
		fmt.Fprintf(out, "✗ %s: %v\n", what, err)
	}
	cfg, err := config.Load(path, os.LookupEnv, func(line string) { fmt.Fprintf(out, "! %s\n", line) })
	if err != nil {
		return err
	}
	say(path, nil)
	logger := slog.New(slog.DiscardHandler)
	s, err := openStore(cfg.Store.URL)
	say("store "+cfg.Store.URL, err)
	if err == nil {
		if err := s.Close(); err != nil {
			say("closing the store", err)
		}
	}
	for name, m := range cfg.Models {
		say("model "+name, checkModel(ctx, m))
	}
	rules, err := rulesOf(cfg)
	say("plugins' addresses", err)
	guard, err := egress.New(rules, egress.WithVersion(version()))
	say("the way out", err)
	if err == nil {
		for _, b := range cfg.Bots {
			for _, p := range b.Plugins {
				_, err := plugin.Reader{Guard: guard, Logger: logger}.Read(ctx, p.Source)
				say("plugin "+p.Source, err)
			}
		}
	}
	for _, v := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		if os.Getenv(v) != "" {
			fmt.Fprintf(out, "! %s is set and has no influence: set egress.proxy where one is needed\n", v)
		}
	}
	if !well {
		return errFindings
	}
	return nil
}

// checkModel asks a model for one word.
func checkModel(ctx context.Context, m config.Model) error {
	ctx, cancel := context.WithTimeout(ctx, doctorTime)
	defer cancel()
	_, err := modelOf(m).Generate(ctx, &model.Request{
		System:   []string{"Answer with one word."},
		Messages: []model.Message{{V: model.Version, Role: model.User, Parts: []model.Part{{Text: "Say: ready"}}}},
		Now:      time.Now(),
	}, nil)
	return err
}
