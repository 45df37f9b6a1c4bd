package openapi

import (
	"fmt"
	"testing"
)

// TestServerByHTTPS: of an address that a document names without and with encryption, the
// encrypted one is taken, and no other.
func TestServerByHTTPS(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ servers, want string }{
		{`{"url":"http://api.example/v1"},{"url":"https://api.example/v1"}`, "https://api.example/v1"},
		{`{"url":"https://api.example/v1"},{"url":"http://api.example/v1"}`, "https://api.example/v1"},
		{`{"url":"http://api.example/v1"},{"url":"https://api.example/v2"}`, "http://api.example/v1"},
		{`{"url":"http://api.example/v1"},{"url":"https://other.example/v1"}`, "http://api.example/v1"},
		{`{"url":"http://api.example/v1"}`, "http://api.example/v1"},
		{`"http://api.example","https://api.example"`, "https://api.example"},
	} {
		d, err := Read(t.Context(), Source{Data: fmt.Appendf(nil, `{"openapi":"3.1.0","info":{"title":"T","version":"1"},"servers":[%s],"paths":{"/a":{"get":{"operationId":"a"}}}}`, test.servers)}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Operations[0].Server; got != test.want {
			t.Errorf("%s: %s, want %s", test.servers, got, test.want)
		}
	}
}
