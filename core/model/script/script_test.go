package script

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"aidesk/core/model"
	"aidesk/core/model/modeltest"

	"github.com/google/go-cmp/cmp"
)

func TestScript(t *testing.T) {
	modeltest.Run(t, func(*testing.T) model.Model {
		return Func(func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
			last := r.Messages[len(r.Messages)-1]
			_, word, asked := strings.Cut(last.TextOf(), "look up ")
			switch {
			case last.Role == model.ToolRole, last.Role == model.Outcome:
				return Say("It says: "+last.Parts[0].Result.Content)(ctx, r, on)
			case asked:
				return Call(modeltest.Tool, `{"word":"`+word+`"}`)(ctx, r, on)
			}
			return Say("Good morning.")(ctx, r, on)
		})
	})
}

func TestSteps(t *testing.T) {
	m := New(Say("hello", model.Choice{Label: "Yes", Say: "yes"}), Call("look", `{"a":1}`))
	m.Then(Cut("hal"), Fail(&model.Error{Kind: model.Rate}))
	r := &model.Request{Messages: []model.Message{{V: model.Version, Role: model.User, Parts: []model.Part{{Text: "hi"}}}}}
	var events []model.Event
	on := func(e model.Event) { events = append(events, e) }

	first, err := m.Generate(t.Context(), r, on)
	if err != nil || first.Message.TextOf() != "hello" || first.Stop != model.End || first.Message.Parts[1].Choice.Say != "yes" {
		t.Errorf("first answer: %+v, %v", first, err)
	}
	second, err := m.Generate(t.Context(), r, on)
	if err != nil || second.Stop != model.Calls {
		t.Fatalf("second answer: %+v, %v", second, err)
	}
	call := second.Message.CallsOf()[0]
	if call.ID == "" || call.Name != "look" || string(call.Args) != `{"a":1}` {
		t.Errorf("call: %+v", call)
	}
	if diff := cmp.Diff([]model.Event{{Text: "hello"}, {Call: &call}}, events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	for _, kind := range []model.Kind{model.Truncated, model.Rate, model.BadRequest} {
		if m.Left() == 0 && kind != model.BadRequest {
			t.Errorf("no step left before %s", kind)
		}
		response, err := m.Generate(t.Context(), r, nil)
		if fault, ok := errors.AsType[*model.Error](err); !ok || fault.Kind != kind || response != nil {
			t.Errorf("got %+v, %v, want %s", response, err, kind)
		}
	}
}

func TestRequestsAreCopies(t *testing.T) {
	m := Func(Say("ok"))
	zone := time.FixedZone("member", 3600)
	r := &model.Request{
		System: []string{"be good"}, Now: time.Date(2026, 12, 1, 0, 0, 0, 0, zone),
		Tools: []model.Tool{{Name: "look", Schema: json.RawMessage(`{"type": "object"}`)}},
	}
	for range 2 {
		if _, err := m.Generate(t.Context(), r, nil); err != nil {
			t.Fatal(err)
		}
		r.System[0] = "be bad"
	}
	got := m.Requests()
	if len(got) != 2 || got[0].System[0] != "be good" || got[1].System[0] != "be bad" || got[0].Now.Location() != zone {
		t.Errorf("requests: %+v", got)
	}
}

func TestHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if _, err := New(Hang()).Generate(ctx, &model.Request{}, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		step := New(Say("x"))
		if _, err := step.Generate(ctx, &model.Request{}, nil); !errors.Is(err, context.DeadlineExceeded) || step.Left() != 1 {
			t.Errorf("a request that was cancelled before: %v, %d steps left", err, step.Left())
		}
	})
}

func TestInfo(t *testing.T) {
	want := model.Info{Wire: "script", Name: "other", Host: "models.example"}
	if got := New().With(want).Info(); got != want {
		t.Errorf("got %+v", got)
	}
}
