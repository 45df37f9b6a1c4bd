package main

import (
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
}

// defaultBase resolves the servers of a local document where --base says nothing.
const defaultBase = "https://example.com"

func (s *source) flags(c *cobra.Command) {
	c.Flags().StringVar(&s.spec, "spec", "", "read the OpenAPI document from this file; the address remains the manifest's")
	c.Flags().StringToStringVar(&s.variables, "server-var", nil, "a value for a variable of its servers, as `name=value`; may be repeated")
	c.Flags().StringVar(&s.base, "base", "", "the address against which a local file's servers are resolved (default "+defaultBase+")")
}

// read reads the plugin. What is written on the command line is trusted exactly as
// written; what the plugin names is not.
func (s *source) read(ctx context.Context) (*plugin.Import, error) {
	var document []byte
	if s.spec != "" {
		var err error
		if document, err = os.ReadFile(s.spec); err != nil {
			return nil, fmt.Errorf("--spec %s cannot be read: %w", s.spec, cause(err))
		}
	}
	local := isFile(s.name)
	var rules egress.Rules
	if !local {
		if s.base != "" {
			return nil, usageError{errors.New("--base is for a local file: a plugin that is fetched has an address")}
		}
		id, host, err := plugin.ID(s.name)
		if err != nil {
			return nil, usageError{err}
		}
		rules.Trusted = append(rules.Trusted, egress.Trusted{Host: host, Plugin: id})
	}
	guard, err := egress.New(rules, egress.WithVersion(version()))
	if err != nil {
		return nil, err
	}
	reader := plugin.Reader{Guard: guard, Logger: slog.New(slog.DiscardHandler), Variables: s.variables}
	if !local {
		return reader.ReadWith(ctx, s.name, document)
	}
	base := s.base
	if base == "" {
		base = defaultBase
	}
	if err := plugin.CheckBase(base); err != nil {
		return nil, usageError{err}
	}
	return reader.File(ctx, s.name, document, base)
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
