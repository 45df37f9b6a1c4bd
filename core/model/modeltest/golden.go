package modeltest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"aidesk/core/model"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// Golden compares with a file, or writes it.
func Golden(t *testing.T, name, got string, update bool) {
	t.Helper()
	if update {
		if err := os.WriteFile(name, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// Show asks and gives the events and the answer, or the error, as text.
func Show(t *testing.T, m model.Model, r *model.Request) string {
	t.Helper()
	var b, streamed strings.Builder
	response, err := m.Generate(t.Context(), r, func(e model.Event) {
		streamed.WriteString(e.Text)
		if e.Call != nil {
			fmt.Fprintf(&streamed, "<%s>", e.Call.Name)
		}
	})
	fmt.Fprintf(&b, "streamed: %q\n", streamed.String())
	if err != nil {
		fault, ok := errors.AsType[*model.Error](err)
		if !ok {
			t.Errorf("an error of another type: %v", err)
			return b.String()
		}
		fmt.Fprintf(&b, "error: %v", fault)
		if fault.RetryAfter > 0 {
			fmt.Fprintf(&b, " (retry after %s)", fault.RetryAfter)
		}
		return b.String() + "\n"
	}
	for _, part := range response.Message.Parts {
		switch {
		case part.Call != nil:
			fmt.Fprintf(&b, "call: %s %s %s %q\n", part.Call.ID, part.Call.Name, part.Call.Args, part.Call.Invalid)
		case part.Opaque != nil:
			fmt.Fprintf(&b, "state: %s\n", part.Opaque.Raw)
		default:
			fmt.Fprintf(&b, "text: %q\n", part.Text)
		}
	}
	fmt.Fprintf(&b, "stop: %s, id %q, usage %+v\n", response.Stop, response.ID, response.Usage)
	return b.String()
}

// Streams sends the files of an archive byte for byte, each as the content type that
// its name ends with; the golden file of the same name says what becomes of each.
func Streams(t *testing.T, d Dialect, open Open, name string, update bool) {
	t.Helper()
	archive, err := txtar.ParseFile(name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]string{
		".sse": "text/event-stream; charset=utf-8", ".json": "application/json", ".html": "text/html; charset=utf-8", ".txt": "text/plain",
	}
	var got strings.Builder
	for _, file := range archive.Files {
		header := http.Header{"Content-Type": {kinds[path.Ext(file.Name)]}}
		server := New(t, d, Raw(http.StatusOK, header, string(file.Data)))
		fmt.Fprintf(&got, "-- %s --\n%s", file.Name, Show(t, open.scripted(server.URL), Small()))
	}
	Golden(t, name+".golden", got.String(), update)
}

// Requests compares what is made of Full with a golden file, and sees that the same
// request gives the same bytes, in whatever order tools come.
func Requests(t *testing.T, d Dialect, open Open, name string, update bool) {
	t.Helper()
	sent := func(r *model.Request) []byte {
		server := New(t, d, Text("ok"))
		if _, err := open.scripted(server.URL).Generate(t.Context(), r, nil); err != nil {
			t.Fatal(err)
		}
		return server.Queries()[0].Body
	}
	body := sent(Full())
	turned := Full()
	slices.Reverse(turned.Tools)
	for _, other := range [][]byte{sent(Full()), sent(turned)} {
		if !bytes.Equal(body, other) {
			t.Errorf("the same request gives other bytes:\n%s\n%s", body, other)
		}
	}
	for _, secret := range []string{"state", "key-of-the-test", "probe.look", "Look\"", "conversation-1"} {
		if bytes.Contains(body, []byte(secret)) {
			t.Errorf("%q was sent", secret)
		}
	}
	var shown bytes.Buffer
	if err := json.Indent(&shown, body, "", "  "); err != nil {
		t.Fatal(err)
	}
	Golden(t, name, shown.String(), update)
}
