package modeltest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"aidesk/core/model"

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
// that it does not matter where the network cuts the bytes. The files of an archive
// are the seeds.
func FuzzStream(f *testing.F, archive string, open Open) {
	f.Helper()
	seeds, err := txtar.ParseFile(archive)
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range seeds.Files {
		f.Add(file.Data, strings.HasSuffix(file.Name, ".json"))
	}
	f.Fuzz(func(t *testing.T, raw []byte, whole bool) {
		kind := "text/event-stream"
		if whole {
			kind = "application/json"
		}
		hear := func(reader func(io.Reader) io.Reader) (*model.Response, error) {
			return checked(t, open.behind(canned{kind, string(raw), reader}))
		}
		first, firstErr := hear(func(r io.Reader) io.Reader { return r })
		second, secondErr := hear(iotest.OneByteReader)
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("one byte at a time is understood otherwise (-at once +bytes):\n%s", diff)
		}
		if (firstErr == nil) != (secondErr == nil) || firstErr != nil && firstErr.Error() != secondErr.Error() {
			t.Errorf("at once: %v, one byte at a time: %v", firstErr, secondErr)
		}
	})
}

// checked asks and checks the answer.
func checked(t *testing.T, m model.Model) (*model.Response, error) {
	t.Helper()
	r := Small()
	var text strings.Builder
	events := 0
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
