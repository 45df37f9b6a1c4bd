package modeltest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"aidesk/core/model"

	"pgregory.net/rapid"
)

// CheckRequests draws transcripts that hold what aidesk promises, every call
// answered right behind it, and holds what a wire makes of each against what a server
// takes, and against valid where it is not nil.
func CheckRequests(t *testing.T, d Dialect, open Open, valid func(body []byte) error) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		judge := &judge{dialect: d}
		m := open.behind(judge)
		r := DrawRequest(t, m.Info())
		first := judge.ask(t, m, r, valid)
		if again := judge.ask(t, m, r, valid); string(first.Body) != string(again.Body) {
			t.Fatalf("the same request gives other bytes:\n%s\n%s", first.Body, again.Body)
		}
		calls := 0
		for _, m := range r.Messages {
			calls += len(m.CallsOf())
		}
		for _, m := range first.Messages {
			calls -= len(m.ToolCalls)
		}
		if calls != 0 {
			t.Fatalf("%d calls were lost in\n%s", calls, first.Body)
		}
		if strings.Contains(string(first.Body), "state-of-another") {
			t.Fatalf("another's state was sent:\n%s", first.Body)
		}
	})
}

// judge is a transport that judges requests and answers each.
type judge struct {
	dialect Dialect
	query   Query
	err     error
}

// RoundTrip answers.
func (j *judge) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	j.query = Query{Header: r.Header, Body: body}
	j.err = j.dialect.check(r, body, &j.query)
	answer := j.dialect.write(j.dialect.speak(Spoken{Text: []string{"ok"}}, j.query))
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/event-stream"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(answer)),
	}, nil
}

// ask sends a request that must be taken.
func (j *judge) ask(t *rapid.T, m model.Model, r *model.Request, valid func([]byte) error) Query {
	if _, err := m.Generate(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	if j.err == nil && valid != nil {
		j.err = valid(j.query.Body)
	}
	if j.err != nil {
		t.Fatalf("%v in\n%s", j.err, j.query.Body)
	}
	return j.query
}

// DrawRequest draws a request to a model: a transcript in which every call is answered.
func DrawRequest(t *rapid.T, info model.Info) *model.Request {
	words := rapid.SliceOfN(rapid.String(), 0, 2)
	r := &model.Request{
		System: words.Draw(t, "system"), Brief: words.Draw(t, "brief"), Locale: rapid.String().Draw(t, "locale"),
		CacheKey: rapid.String().Draw(t, "cache key"),
	}
	if rapid.Bool().Draw(t, "dated") {
		r.Now = time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "tools") {
		r.Tools = append(r.Tools, model.Tool{Name: fmt.Sprintf("tool_%d", i), Description: rapid.String().Draw(t, "description")})
		if rapid.Bool().Draw(t, "with a schema") {
			r.Tools[i].Schema = json.RawMessage(`{"type":"object","properties":{"a <b>":{"type":"string"}}}`)
		}
	}
	r.Above = rapid.OneOf(rapid.Just(""), rapid.String()).Draw(t, "above")
	for range rapid.IntRange(0, 2).Draw(t, "files") {
		r.Files = append(r.Files, model.File{
			Name: "a" + rapid.String().Draw(t, "name"), Data: []byte("x" + rapid.String().Draw(t, "bytes")),
			Type: rapid.SampledFrom([]string{"image/png", "application/pdf", model.TextFile}).Draw(t, "type"),
		})
	}
	d := drawer{T: t, info: info, taken: map[string]bool{}}
	asked := d.says(model.User, model.Part{Text: d.text()})
	last := rapid.Bool().Draw(t, "asked last") // what was said before was compacted
	if !last {
		r.Messages = append(r.Messages, asked)
	}
	for range rapid.IntRange(0, 6).Draw(t, "turns") {
		r.Messages = append(r.Messages, d.turn()...)
	}
	if last {
		r.Messages = append(r.Messages, asked)
	}
	return r
}

// drawer draws a transcript.
type drawer struct {
	*rapid.T

	info    model.Info
	taken   map[string]bool
	waiting []model.ToolResult
}

func (d *drawer) text() string {
	return rapid.OneOf(rapid.String(), rapid.Just(""), rapid.Just(" \n"), rapid.Just("<b>&\u2028\"\\")).Draw(d.T, "text")
}

func (d *drawer) says(role model.Role, parts ...model.Part) model.Message {
	m := model.Message{V: model.Version, Role: role, Parts: parts}
	if role == model.User {
		m.Name = rapid.String().Draw(d.T, "name")
	}
	return m
}

// turn draws what a member, the model or aidesk adds.
func (d *drawer) turn() []model.Message {
	switch rapid.IntRange(0, 3).Draw(d.T, "kind") {
	case 0:
		return []model.Message{d.says(model.User, model.Part{Text: d.text()}, model.Part{Text: d.text()})}
	case 1:
		if len(d.waiting) == 0 {
			return nil
		}
		told := d.waiting[0]
		d.waiting = d.waiting[1:]
		told.Status = rapid.SampledFrom([]model.Status{model.OK, model.Declined, model.Expired, model.Unknown}).Draw(d.T, "outcome")
		return []model.Message{d.says(model.Outcome, model.Part{Result: &told})}
	}
	return d.answer()
}

// answer draws what the model says, and the results of its calls in any order.
func (d *drawer) answer() []model.Message {
	said := d.says(model.Assistant)
	var results []model.Part
	for range rapid.IntRange(0, 5).Draw(d.T, "parts") {
		part := d.part()
		if part.Call != nil {
			result := model.ToolResult{
				CallID: part.Call.ID, Operation: part.Call.Name, Content: d.text(), LeftOut: d.text(),
				Status: rapid.SampledFrom([]model.Status{model.OK, model.Failed, model.Waiting, model.Denied}).Draw(d.T, "status"),
			}
			if result.Status == model.Waiting {
				d.waiting = append(d.waiting, result)
			}
			results = append(results, model.Part{Result: &result})
		}
		said.Parts = append(said.Parts, part)
	}
	list := []model.Message{said}
	results = rapid.Permutation(results).Draw(d.T, "order")
	cut := rapid.IntRange(0, len(results)).Draw(d.T, "cut")
	for _, some := range [][]model.Part{results[:cut], results[cut:]} {
		if len(some) > 0 {
			list = append(list, d.says(model.ToolRole, slices.Clone(some)...))
		}
	}
	return list
}

// part draws a piece of an answer.
func (d *drawer) part() model.Part {
	switch rapid.IntRange(0, 4).Draw(d.T, "part") {
	case 0:
		return model.Part{Text: d.text()}
	case 1:
		return model.Part{Choice: &model.Choice{Label: "More", Say: "more"}}
	case 2:
		own := &model.Opaque{Wire: d.info.Wire, Model: d.info.Name, Host: d.info.Host, Raw: json.RawMessage(ownState[d.info.Wire])}
		if rapid.Bool().Draw(d.T, "of another") {
			own.Model, own.Raw = "another", json.RawMessage(`{"type":"thinking","thinking":"","signature":"state-of-another"}`)
		}
		return model.Part{Opaque: own}
	}
	id := rapid.OneOf(rapid.StringMatching(`call_[a-z0-9]{1,60}`), rapid.StringN(1, 200, 200)).Filter(func(s string) bool { return !d.taken[s] }).Draw(d.T, "id")
	d.taken[id] = true
	call := &model.ToolCall{ID: id, Name: rapid.OneOf(rapid.Just("tool_0"), rapid.String()).Draw(d.T, "tool"), Args: json.RawMessage(`{}`)}
	switch rapid.IntRange(0, 2).Draw(d.T, "arguments") {
	case 0:
		call.Args = json.RawMessage(encode(event{"word": d.text()}))
	case 1:
		call.Invalid = "{" + d.text()
	}
	return model.Part{Call: call}
}

// ownState is what each wire may have kept.
var ownState = map[string]string{
	"openai":      reasoning("own"),
	"anthropic":   thinking("own"),
	"openai-chat": `{"calls":[` + signature("own") + `,null]}`,
}
