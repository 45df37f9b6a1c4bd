package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"aidesk/core/egress"
	"aidesk/core/plugin"
)

func pluginCommand() *cobra.Command {
	return commandGroup("plugin", "Check a plugin, see its requests, start a new one", checkCommand(), requestCommand(), newCommand())
}

// source is the SOURCE of a command and what stands in for parts of it.
type source struct {
	name string // a domain, the URL of a manifest or document, or a local file
	spec string // a file whose bytes replace the document's
	base string // the address at which a local file is said to lie

	variables map[string]string // values for variables of its servers
	allowed   []string          // hosts that are reached though they are not public
}

// defaultBase resolves the servers of a local document where --base says nothing.
const defaultBase = "https://example.com"

func (s *source) flags(c *cobra.Command) {
	c.Flags().StringVar(&s.spec, "spec", "", "read the OpenAPI document from this file; the address remains the manifest's")
	c.Flags().StringToStringVar(&s.variables, "server-var", nil, "a value for a variable of its servers, as `name=value`; may be repeated")
	c.Flags().StringVar(&s.base, "base", "", "the address against which a local file's servers are resolved (default "+defaultBase+")")
}

// read reads the plugin.
func (s *source) read(ctx context.Context) (*plugin.Import, error) {
	got, _, err := s.open(ctx)
	return got, err
}

// open reads the plugin and returns it with the guard that its calls pass. What is written
// on the command line is trusted exactly as written; what the plugin names is not.
func (s *source) open(ctx context.Context) (*plugin.Import, *egress.Guard, error) {
	var document []byte
	if s.spec != "" {
		var err error
		if document, err = os.ReadFile(s.spec); err != nil {
			return nil, nil, fmt.Errorf("--spec %s cannot be read: %w", s.spec, cause(err))
		}
	}
	local, written := isFile(s.name), s.name
	if local {
		written = cmp.Or(s.base, defaultBase)
		if err := plugin.CheckBase(written); err != nil {
			return nil, nil, usageError{err}
		}
	} else if s.base != "" {
		return nil, nil, usageError{errors.New("--base is for a local file: a plugin that is fetched has an address")}
	}
	id, host, err := plugin.ID(written)
	if err != nil {
		return nil, nil, usageError{err}
	}
	rules := egress.Rules{AllowHosts: s.allowed, Trusted: []egress.Trusted{{Host: host, Plugin: id}}}
	guard, err := egress.New(rules, egress.WithVersion(version()))
	if err != nil {
		return nil, nil, usageError{fmt.Errorf("--allow-host: %w", err)}
	}
	reader := plugin.Reader{Guard: guard, Logger: slog.New(slog.DiscardHandler), Variables: s.variables}
	var got *plugin.Import
	if local {
		got, err = reader.File(ctx, s.name, document, written)
	} else {
		got, err = reader.ReadWith(ctx, s.name, document)
	}
	return got, guard, err
}

// isFile tells a local file from an address: it is there, or it is written like one.
func isFile(name string) bool {
	if strings.Contains(name, "://") {
		return false
	}
	if info, err := os.Stat(name); err == nil {
		return !info.IsDir() || strings.ContainsRune(name, filepath.Separator)
	}
	if strings.HasPrefix(name, ".") || filepath.IsAbs(name) {
		return true
	}
	ext := filepath.Ext(name)
	return ext == ".json" || ext == ".yaml" || ext == ".yml"
}

// cause is an error without the operation and path that are said already.
func cause(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return err
}

// arguments demands exactly these arguments.
func arguments(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > len(names) {
			return usageError{fmt.Errorf("unexpected argument %q: see %s --help", args[len(names)], c.CommandPath())}
		}
		if len(args) < len(names) {
			return usageError{fmt.Errorf("%s is missing: see %s --help", names[len(args)], c.CommandPath())}
		}
		return nil
	}
}
