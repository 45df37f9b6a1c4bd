package faketest

import (
	"net/http"
	"testing"

	"aidesk/core/egress"
)

// Files is the client with which an adapter reads what members attach, at a fake whose API
// is at an address.
func Files(t testing.TB, api string) *http.Client {
	t.Helper()
	guard, err := egress.New(egress.Rules{})
	if err != nil {
		t.Fatal(err)
	}
	client, err := guard.Files(api)
	if err != nil {
		t.Fatal(err)
	}
	return client
}
