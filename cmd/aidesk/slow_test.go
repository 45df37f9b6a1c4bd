package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
)

// slowPlugin is a plugin with one write that does not answer until it is told to.
type slowPlugin struct {
	url     string
	posts   atomic.Int32
	arrived chan struct{}
	goOn    chan struct{}
}

const slowDocument = `openapi: 3.0.3
info: {title: Launcher, version: "1"}
paths:
  /launches:
    post:
      operationId: launch
      summary: Launch the thing
      x-aidesk-examples: [launch the thing]
      responses: {"200": {description: launched}}
`

func newSlowPlugin(t *testing.T) *slowPlugin {
	t.Helper()
	p := &slowPlugin{arrived: make(chan struct{}, 8), goOn: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/ai-plugin.json", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"schema_version":"v1","name_for_model":"launcher","name_for_human":"Launcher","description_for_model":"Launches.",
			"description_for_human":"Launches.","auth":{"type":"none"},"api":{"type":"openapi","url":"/openapi.yaml"}}`)
	})
	mux.HandleFunc("GET /openapi.yaml", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, slowDocument) })
	mux.HandleFunc("POST /launches", func(_ http.ResponseWriter, _ *http.Request) {
		p.posts.Add(1)
		p.arrived <- struct{}{}
		<-p.goOn
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	p.url = server.URL
	return p
}
