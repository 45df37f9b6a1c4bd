// Package example lists the four example plugins, for programs that start them
// themselves: the demo, tests, and the command beside this package.
package example

import (
	"fmt"
	"net/http"

	"aidesk/cmd/exampleplugins/handbook"
	"aidesk/cmd/exampleplugins/scores"
	"aidesk/cmd/exampleplugins/site"
	"aidesk/cmd/exampleplugins/stays"
	"aidesk/cmd/exampleplugins/todo"
)

// Config is where and when the plugins live: seed, clock, folder of their state
// and log. See [site.Config] for each field.
type Config = site.Config

// Plugin is one example plugin. It is meant to be served at the root of a host
// and port of its own; every address in its answers is made from the Host of
// the request.
type Plugin struct {
	Name    string // the same as name_for_model in its manifest
	Default bool   // whether a demo enables it without being asked
	Handler http.Handler
}

// All makes the four plugins. They share cfg: one folder, in which each has its
// own file, and one log, whose lines never mix. It fails when a plugin cannot
// read its state, with an error that says which file and what to do.
func All(cfg Config) ([]Plugin, error) {
	if cfg.Log != nil {
		cfg.Log = site.NewLog(cfg.Log)
	}
	var all []Plugin
	for _, p := range []struct {
		name    string
		enabled bool
		make    func(site.Config) (http.Handler, error)
	}{
		{"stays", true, stays.New},
		{"todo", false, todo.New},
		{"handbook", true, handbook.New},
		{"scores", true, scores.New},
	} {
		handler, err := p.make(cfg)
		if err != nil {
			return nil, fmt.Errorf("example plugin %w", err)
		}
		all = append(all, Plugin{Name: p.name, Default: p.enabled, Handler: handler})
	}
	return all, nil
}
