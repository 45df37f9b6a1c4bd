package bots_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"aidesk/bots/bottest"
	"aidesk/core/chat"
	"aidesk/core/model"
	"aidesk/core/model/modeltest"
	"aidesk/core/model/script"
	"aidesk/store"
)

// moody is a model that answers anything: drawn parts, faults, and at last words.
type moody struct {
	mu      sync.Mutex
	answers []script.Step
}

func (m *moody) answer(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
	m.mu.Lock()
	next := script.Say("all is said")
	if len(m.answers) > 0 {
		next, m.answers = m.answers[0], m.answers[1:]
	}
	m.mu.Unlock()
	return next(ctx, r, on)
}

// moods draws what the model answers.
func moods() *rapid.Generator[script.Step] {
	call := rapid.Custom(func(t *rapid.T) model.Part {
		return model.Part{Call: &model.ToolCall{
			ID: rapid.SampledFrom([]string{"", "c1", "c2", "c 3", strings.Repeat("i", 70)}).Draw(t, "id"),
			Name: rapid.SampledFrom([]string{
				"shop__listGoods", "shop__placeOrder", "shop__placeOrder", "bazaar__listGoods", "bazaar__countOrders", "bazaar__placeOrder", "find_operations", "shop__none", "",
			}).Draw(t, "tool"),
			Args: json.RawMessage(rapid.SampledFrom([]string{
				`{}`, `{"kind":"metal"}`, `{"kind":"wood"}`, `{"body":{"good":"kettle","count":1}}`, `{"body":{"good":"ladder","count":2}}`, `{"body":{}}`, `[1]`, `{"kind":`, `null`, ``,
			}).Draw(t, "args")),
			Invalid: rapid.SampledFrom([]string{"", "", "", "{no"}).Draw(t, "invalid"),
		}}
	})
	good := rapid.Custom(func(t *rapid.T) model.Part {
		shop := rapid.SampledFrom([]string{"shop", "bazaar"}).Draw(t, "shop")
		name, args := shop+"__listGoods", `{"kind":"k%d"}`
		if rapid.Bool().Draw(t, "write") {
			name, args = shop+"__placeOrder", `{"body":{"good":"kettle","count":%d}}`
		}
		return model.Part{Call: &model.ToolCall{Name: name, Args: json.RawMessage(fmt.Sprintf(args, rapid.IntRange(1, 9).Draw(t, "n")))}}
	})
	part := rapid.OneOf(call, good, good, rapid.SampledFrom([]model.Part{
		{Text: "words"}, {Result: &model.ToolResult{CallID: "c1", Status: model.OK, Content: "made up"}}, {Choice: &model.Choice{Label: "more", Say: "more"}}, {},
	}))
	return rapid.Custom(func(t *rapid.T) script.Step {
		if fault := rapid.IntRange(0, 9).Draw(t, "fault"); fault == 0 {
			return script.Fail(&model.Error{Kind: rapid.SampledFrom([]model.Kind{model.Refused, model.Context, model.BadRequest}).Draw(t, "kind"), Message: "no"})
		}
		parts := rapid.OneOf(rapid.SliceOfN(part, 0, 20), rapid.SliceOfN(good, 1, 3)).Draw(t, "parts")
		return func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
			response, err := script.Answer(parts...)(ctx, r, on)
			response.Message.Role = model.Assistant
			for i, p := range parts { // as they are: the script gives ids
				if p.Call != nil {
					c := *p.Call
					response.Message.Parts[i].Call = &c
				}
			}
			return response, err
		}
	})
}

// deed is something that happens to the desk.
type deed struct {
	what string
	who  string
	pick int
}

func deeds() *rapid.Generator[deed] {
	return rapid.Custom(func(t *rapid.T) deed {
		return deed{
			what: rapid.SampledFrom([]string{"say", "say", "say", "press", "press", "press", "restart", "crash", "time"}).Draw(t, "what"),
			who:  rapid.SampledFrom([]string{"ada", "ada", "ben"}).Draw(t, "who"),
			pick: rapid.IntRange(0, 1000).Draw(t, "pick"),
		}
	})
}

// TestTranscript: whatever the model answers, whoever presses what, whenever the
// process dies and however the time passes, the transcript stays well-formed, the
// limits hold, and nothing is sent without a press.
func TestTranscript(t *testing.T) {
	t.Parallel()
	n, seen := 0, &tally{}
	rapid.Check(t, func(rt *rapid.T) {
		answers := rapid.SliceOfN(moods(), 5, 40).Draw(rt, "answers")
		happens := rapid.SliceOfN(deeds(), 4, 12).Draw(rt, "deeds")
		n++
		if !t.Run(strconv.Itoa(n), func(t *testing.T) { seen.live(t, answers, happens) }) {
			rt.Fatalf("after %+v", happens)
		}
	})
	t.Logf("%d lives: %+v", n, *seen)
	if seen.requests == 0 {
		return // -run names another test's parts
	}
	if seen.effects == 0 || seen.crashes == 0 || seen.reads == 0 || seen.repaired == 0 || seen.stopped == 0 {
		t.Error("some of it never happened, so this shows little")
	}
}

// tally counts what happened in all lives.
type tally struct{ requests, reads, effects, crashes, repaired, stopped int }

// live plays one life of a desk.
func (seen *tally) live(t *testing.T, answers []script.Step, happens []deed) {
	clock := bottest.NewClock()
	shop, bazaar := bottest.NewShop(t, "shop"), bottest.NewShop(t, "bazaar")
	m := script.Func((&moody{answers: answers}).answer).With(model.Info{Wire: "script", Name: "moody", Window: 4_000_000})
	s := bottest.Start(t, bottest.NewRoom(clock).Platform(), clock, bottest.Setup{
		Model: m, Plugins: []bottest.Plugin{{Address: shop.Address, Default: true}, {Address: bazaar.Address, Default: true}},
	})
	presses := 0
	act := func(d deed) (chat.Event, bool) {
		if d.what != "press" {
			return s.Tell(d.who, "please"), true
		}
		b, owner, ok := someButton(s, d.pick)
		if !ok {
			return chat.Event{}, false
		}
		if b.Label == "Approve" && d.who == owner {
			presses++
		}
		return s.Push(d.who, b), true
	}
	for _, d := range happens {
		switch d.what {
		case "restart":
			s.Restart()
		case "time":
			clock.Advance(time.Duration(d.pick) * time.Second)
		case "crash":
			last := int32(1 + d.pick%2) // which commit is the last one
			var commits atomic.Int32
			dead := s.KillAfter(func(store.Commit) bool { return commits.Add(1) == last })
			if d.what = []string{"say", "press"}[d.pick/2%2]; d.what == "press" {
				if _, ok := act(d); !ok {
					d.what = "say"
				}
			}
			if d.what == "say" {
				act(d)
			}
			if last == 1 { // a second one need not come
				s.Await("the crash", dead)
			}
			s.Kill()
			seen.crashes++
			s.Restart()
			s.Done(s.Tell("ada", "are you there?")) // what came before is worked before
		default:
			if e, ok := act(d); ok {
				s.Done(e)
			}
		}
	}
	s.Done(s.Tell("ada", "what did we say?"))

	all := m.Requests()
	for i, r := range all {
		if err := modeltest.WellFormed(r); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	effects := shop.Count("POST") + bazaar.Count("POST")
	seen.requests, seen.effects, seen.reads = seen.requests+len(all), seen.effects+effects, seen.reads+shop.Count("GET")+bazaar.Count("GET")
	if effects > presses {
		t.Errorf("%d requests with effect and %d presses", effects, presses)
	}
	seen.limited(t, all[len(all)-1].Messages)
}

// someButton is one of the buttons that stand somewhere, and whose it is.
func someButton(s *bottest.Stage, pick int) (b chat.Button, owner string, ok bool) {
	var all []chat.Button
	var owners []string
	for _, r := range s.Replies() {
		for _, c := range r.Cards {
			for _, b := range c.Buttons {
				switch {
				case b.Form:
				case b.Label == "Approve": // more often than the others
					all, owners = append(all, b, b, b), append(owners, r.To, r.To, r.To)
				default:
					all, owners = append(all, b), append(owners, r.To)
				}
			}
		}
	}
	if len(all) == 0 {
		return chat.Button{}, "", false
	}
	return all[pick%len(all)], owners[pick%len(all)], true
}

// limited checks the limits of each turn in a transcript.
func (seen *tally) limited(t *testing.T, messages []model.Message) {
	t.Helper()
	steps, calls := 0, 0
	for i, m := range messages {
		switch m.Role {
		case model.User, model.Outcome:
			steps, calls = 0, 0
		case model.Assistant:
			if len(m.CallsOf()) > 0 {
				steps++
			}
			if strings.HasPrefix(m.TextOf(), "I stopped") || strings.HasSuffix(m.TextOf(), "so I stopped. Say it in other words.") {
				seen.stopped++
			}
		case model.ToolRole:
			for _, p := range m.Parts {
				if len(p.Result.Plugins) > 0 || p.Result.Status == model.Waiting {
					calls++
				}
				if strings.Contains(p.Result.Content, "The arguments are") || strings.Contains(p.Result.Content, "There is no tool") {
					seen.repaired++
				}
				if strings.Contains(p.Result.Content, "made up") {
					t.Errorf("messages[%d]: a result that the model made up", i)
				}
			}
		}
		if steps > 8 || calls > 16 {
			t.Errorf("messages[%d]: %d steps and %d calls in one turn", i, steps, calls)
		}
	}
}
