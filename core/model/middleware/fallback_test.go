package middleware_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"aidesk/core/model"
	"aidesk/core/model/middleware"
	"aidesk/core/model/modeltest"
	"aidesk/core/model/script"

	"github.com/google/go-cmp/cmp"
)

var (
	here  = model.Info{Wire: "openai", Name: "one", Host: "a.example", Window: 1000, Image: 9, PDF: 9}
	there = model.Info{Wire: "anthropic", Name: "two", Host: "b.example", Window: 500, Image: 5}
)

// TestFallback shows which failures the next model is asked for.
func TestFallback(t *testing.T) {
	for kind, want := range map[model.Kind]int{
		model.Network: 1, model.Overloaded: 1, model.Rate: 1, model.Auth: 1, model.BadRequest: 1, model.Protocol: 1, model.Truncated: 1,
		model.Context: 0, model.Refused: 0,
	} {
		second := script.New(script.Say("b"))
		f := &middleware.Fallback{Models: []model.Model{script.New(script.Fail(fault(kind))), second}}
		said := ""
		response, err := f.Generate(t.Context(), question(), func(e model.Event) { said += e.Text })
		if len(second.Requests()) != want || (err == nil) != (want == 1) || want == 1 && (said != "b" || response.Message.TextOf() != "b") {
			t.Errorf("%s: %d requests to the next, said %q, %v", kind, len(second.Requests()), said, err)
		}
	}
	second := script.New(script.Say("b"))
	f := &middleware.Fallback{Models: []model.Model{script.New(script.Cut("half")), second}}
	said := ""
	if _, err := f.Generate(t.Context(), question(), hear(&said)); err != nil || said != "b" {
		t.Errorf("after half an answer: %q, %v", said, err)
	}
	f = &middleware.Fallback{Models: []model.Model{script.New(script.Fail(fault(model.Auth))), script.New(script.Fail(fault(model.Rate)))}}
	_, err := f.Generate(t.Context(), question(), nil)
	if got, ok := errors.AsType[*model.Error](err); !ok || got.Kind != model.Auth {
		t.Errorf("both fail: %v", err)
	}
}

// TestFallbackState keeps each provider's state to itself and the request as it was.
func TestFallbackState(t *testing.T) {
	own := func(i model.Info) model.Part {
		return model.Part{Opaque: &model.Opaque{Wire: i.Wire, Model: i.Name, Host: i.Host, Raw: json.RawMessage(`"x"`)}}
	}
	elsewhere := here
	elsewhere.Host = "proxy.example"
	r := &model.Request{Messages: []model.Message{
		{V: 1, Role: model.Assistant, Parts: []model.Part{own(here), own(there), own(elsewhere), {Text: "a"}}},
	}}
	before, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	first, second := script.New(script.Fail(fault(model.Network))).With(here), script.New(script.Say("b")).With(there)
	f := &middleware.Fallback{Models: []model.Model{&middleware.Trace{Model: first}, second}}
	if _, err := f.Generate(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	for info, m := range map[model.Info]*script.Model{here: first, there: second} {
		want := []model.Part{own(info), {Text: "a"}}
		if diff := cmp.Diff(want, m.Requests()[0].Messages[0].Parts); diff != "" {
			t.Errorf("%s (-want +got):\n%s", info.Name, diff)
		}
	}
	if after, err := json.Marshal(r); err != nil || string(after) != string(before) {
		t.Errorf("the request was changed: %s, %v", after, err)
	}
	want := model.Info{Wire: "openai", Name: "one", Host: "a.example, b.example", Window: 500, Image: 5}
	if got := f.Info(); got != want {
		t.Errorf("info %+v", got)
	}
}

// TestDecorators hold what every model holds.
func TestDecorators(t *testing.T) {
	modeltest.Run(t, func(*testing.T) model.Model {
		return &middleware.Fallback{Models: []model.Model{&middleware.Retry{Model: &middleware.Trace{Model: obedient()}, Breaker: &middleware.Breaker{}}}}
	})
}

// obedient is a model that behaves as the suite wants.
func obedient() model.Model {
	return script.Func(func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		last := r.Messages[len(r.Messages)-1]
		_, word, asked := strings.Cut(last.TextOf(), "look up ")
		switch {
		case last.Role == model.ToolRole, last.Role == model.Outcome:
			return script.Say("It says: "+last.Parts[0].Result.Content)(ctx, r, on)
		case asked:
			return script.Call(modeltest.Tool, `{"word":"`+word+`"}`)(ctx, r, on)
		}
		return script.Say("Good morning.")(ctx, r, on)
	})
}
