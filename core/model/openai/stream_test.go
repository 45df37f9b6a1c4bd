package openai

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"aidesk/core/model"
	"aidesk/core/model/modeltest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// canned is a transport that answers with bytes, read as reader reads them.
type canned struct {
	kind   string
	bytes  string
	reader func(io.Reader) io.Reader
}

// RoundTrip answers.
func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {c.kind}}, Request: r,
		Body: io.NopCloser(c.reader(strings.NewReader(c.bytes))),
	}, nil
}

// FuzzStream holds what every answer promises, whatever the server sends, and
// that it does not matter where the network cuts the bytes.
func FuzzStream(f *testing.F) {
	archive, err := txtar.ParseFile("testdata/streams.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range archive.Files {
		f.Add(file.Data, strings.HasSuffix(file.Name, ".json"))
	}
	f.Fuzz(func(t *testing.T, raw []byte, whole bool) {
		kind := "text/event-stream"
		if whole {
			kind = "application/json"
		}
		first, firstErr := generate(t, canned{kind, string(raw), func(r io.Reader) io.Reader { return r }})
		second, secondErr := generate(t, canned{kind, string(raw), iotest.OneByteReader})
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("one byte at a time is understood otherwise (-at once +bytes):\n%s", diff)
		}
		if (firstErr == nil) != (secondErr == nil) || firstErr != nil && firstErr.Error() != secondErr.Error() {
			t.Errorf("at once: %v, one byte at a time: %v", firstErr, secondErr)
		}
	})
}

// generate asks a server of canned bytes and checks the answer.
func generate(t *testing.T, c canned) (*model.Response, error) {
	t.Helper()
	r := modeltest.Small()
	var text strings.Builder
	events := 0
	m := NewChat(Config{BaseURL: "http://models.example/v1", Model: "m", Client: &http.Client{Transport: c}})
	response, err := m.Generate(t.Context(), r, func(e model.Event) {
		text.WriteString(e.Text)
		if e.Call != nil {
			events++
		}
	})
	if err != nil {
		fault, ok := errors.AsType[*model.Error](err)
		if !ok || fault.Kind == "" || fault.Message == "" || response != nil || strings.ContainsAny(fault.Message, "\n\r\x00") {
			t.Errorf("got %+v, %v", response, err)
		}
		return nil, err
	}
	calls := response.Message.CallsOf()
	if response.Stop == "" || text.String() != response.Message.TextOf() || events != len(calls) || (len(calls) > 0) != (response.Stop == model.Calls) {
		t.Errorf("streamed %q and %d calls: %+v", text.String(), events, response)
	}
	ids := map[string]bool{"earlier": true}
	for _, call := range calls {
		var args map[string]json.RawMessage
		if call.ID == "" || ids[call.ID] || call.Name == "" || json.Unmarshal(call.Args, &args) != nil {
			t.Errorf("call %+v", call)
		}
		ids[call.ID] = true
	}
	if _, err := json.Marshal(response.Message); err != nil {
		t.Errorf("an answer that cannot be stored: %v", err)
	}
	return response, nil
}
