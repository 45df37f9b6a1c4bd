package main

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"aidesk/cmd/aidesk/config"
)

// TestClient: an operator's proxy stands before models and messengers elsewhere, never
// before what is on this machine, and the environment's proxy before nothing.
func TestClient(t *testing.T) {
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked = append(asked, r.Host) }))
	defer proxy.Close()
	local := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer local.Close()
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	cfg := config.Default()
	cfg.Egress.Proxy = proxy.URL
	for _, address := range []string{"http://model.example/v1", local.URL} {
		client, err := httpClient(cfg, address)
		if err != nil {
			t.Fatal(err)
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatalf("%s: %v", address, err)
		}
		response.Body.Close()
	}
	if len(asked) != 1 || asked[0] != "model.example" {
		t.Errorf("the proxy was asked for %q, want model.example alone", asked)
	}
}
