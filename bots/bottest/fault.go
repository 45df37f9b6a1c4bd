package bottest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"aidesk/core/agent"
	"aidesk/core/chat"
	"aidesk/core/model"
	"aidesk/core/model/planner"
	"aidesk/core/model/script"
)

var faults = []Behaviour{
	{"model panics", panics},
	{"model fails", modelFails},
	{"model never ends", neverEnds},
	{"plugin fails a read", readFails},
	{"plugin hangs", pluginHangs},
	{"plugin sends a gigabyte", gigabyte},
	{"plugin fails a write", writeFails},
	{"member cannot be read", noMember},
}

// panics: three tries, one apology, and the conversation goes on.
func panics(t *testing.T, p Platform, clock *Clock) {
	m := script.Func(func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		if strings.Contains(r.Messages[len(r.Messages)-1].TextOf(), "boom") {
			panic(errors.New("a bug in the model"))
		}
		return script.Say("all well")(ctx, r, on)
	})
	s := Start(t, p, clock, Setup{Model: m})
	e := s.Tell(s.Member, "boom")
	s.rest()
	s.rest() // the third try is the last
	s.Done(e)
	all := s.Replies()
	if len(all) != 1 {
		t.Fatalf("%d replies; want one apology", len(all))
	}
	plain(t, all[0].Text.Text())
	contains(t, all[0].Text.Text(), "Something went wrong")
	lacks(t, all[0].Text.Text(), "bug in the model")
	contains(t, s.log.String(), "a bug in the model", "goroutine")
	contains(t, Text(s.Ask("still there?")), "all well")
	if n := len(m.Requests()); n != 4 {
		t.Errorf("the model was asked %d times; want three tries and one more question", n)
	}
}

// modelFails: each kind of failure is one plain line, and the next question is asked. Who
// waits for what comes back is among the outages.
func modelFails(t *testing.T, p Platform, clock *Clock) {
	secret := "sk-secret-in-an-error"
	s, _ := play(t, p, clock)
	said := map[string]bool{}
	for _, kind := range []model.Kind{
		model.Auth, model.Rate, model.Overloaded, model.Context, model.BadRequest, model.Refused, model.Truncated, model.Network, model.Protocol,
	} {
		fail := script.Fail(&model.Error{Kind: kind, Status: 500, Message: secret})
		s.Script.Then(fail)
		if kind == model.Context { // it is asked once more with less of the conversation
			s.Script.Then(fail)
		}
		got := s.Ask("hello?").Text.Text()
		plain(t, got)
		lacks(t, got, secret, "500", "HTTP")
		said[got] = true
	}
	if len(said) < 8 {
		t.Errorf("only %d different lines for nine kinds of failure", len(said))
	}
	s.Script.Then(script.Cut("half an ans"))
	got := s.Ask("hello?").Text.Text()
	plain(t, got)
	lacks(t, got, "half an ans")
	s.Script.Then(script.Say("back again"))
	contains(t, Text(s.Ask("hello?")), "back again")
}

// neverEnds: a model that only calls is stopped.
func neverEnds(t *testing.T, p Platform, clock *Clock) {
	shop := NewShop(t, "shop")
	m := script.Func(script.Call("shop__listGoods", `{"kind":"metal"}`))
	s := Start(t, p, clock, Setup{Model: m, Plugins: []Plugin{{Address: shop.Address, Default: true}}})
	got := s.Ask("what do you sell?").Text.Text()
	plain(t, got)
	contains(t, got, "the same thing", "Shop")
	if n := shop.Count("GET"); n != 2 {
		t.Errorf("%d identical calls; want two", n)
	}
}

// readFails: whatever a plugin answers, the member reads one line.
func readFails(t *testing.T, p Platform, clock *Clock) {
	shop := NewShop(t, "shop")
	s := Start(t, p, clock, Setup{Model: planner.New(), Plugins: []Plugin{{Address: shop.Address, Default: true}}})
	var leaked bool
	leak := NewShop(t, "leak")
	leak.On("GET /goods", func(http.ResponseWriter, *http.Request) { leaked = true })
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		says   string
		calls  int // a read is tried twice where that can help
	}{
		{"500", Fixed(500, "text/html", "<html><body><h1>Traceback</h1><pre>goroutine 1 [running]:\nmain.go:12</pre></body></html>"), "could not do that", 2},
		{"404", Fixed(404, "application/json", `{"error":"there are no such goods"}`), "no such goods", 1},
		{"401", Fixed(401, "application/json", `{"error":"who are you?"}`), "", 1},
		{"429 for long", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "600")
			Fixed(429, "text/plain", "slow down")(w, r)
		}, "", 1},
		{"redirect elsewhere", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://"+leak.Address+"/goods", http.StatusFound)
		}, "", 1},
		{"redirect in a circle", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/goods", http.StatusFound) }, "", 0},
		{"torn", Torn, "cannot be reached", 0},
	} {
		shop.On("GET /goods", c.answer)
		before := shop.Count("GET")
		r := s.Ask("show me the goods")
		got := r.Text.Text()
		if strings.Contains(got, "\n") || got == "" || len(r.Cards) > 0 {
			t.Errorf("%s: not one line: %q", c.name, got)
		}
		contains(t, got, c.says)
		lacks(t, got, "[running]", "dial tcp", "EOF", "context")
		if n := shop.Count("GET") - before; c.calls > 0 && n != c.calls {
			t.Errorf("%s: %d calls; want %d", c.name, n, c.calls)
		}
	}
	if leaked {
		t.Error("a redirect led to another host")
	}
	// What is no failure by its status is shown as far as it can be read.
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		says   string
	}{
		"invalid JSON": {Fixed(200, "application/json", `{"goods": [{"name": "Copper Ket`), "Copper Ket"},
		"HTML":         {Fixed(200, "text/html", "<html><script>alert(1)</script><p>We moved</p></html>"), "We moved"},
		"nothing":      {Fixed(200, "application/json", ""), "empty"},
		"a picture":    {Fixed(200, "image/png", "\x89PNG\r\n\x1a\n"), "file"},
	} {
		shop.On("GET /goods", c.answer)
		got := s.Ask("show me the goods").Text.Text()
		contains(t, got, c.says)
		lacks(t, got, "alert(1)", "unexpected", "\x1a")
		if name == "" || strings.Count(got, "\n") > 2 {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// pluginHangs: the time of a turn ends a read that does not.
func pluginHangs(t *testing.T, p Platform, clock *Clock) {
	shop := NewShop(t, "shop")
	slow, began := Slow(t)
	shop.On("GET /goods", slow)
	m := script.New(script.Call("shop__listGoods", `{}`), script.Say("back again"))
	s := Start(t, p, clock, Setup{Model: m, Plugins: []Plugin{{Address: shop.Address, Default: true}}, Turn: agent.Limits{Time: 300 * time.Millisecond}})
	e := s.Tell(s.Member, "what do you sell?")
	s.Await("the call", began)
	s.Done(e)
	got := s.Replies()[0].Text.Text()
	plain(t, got)
	contains(t, got, "took too long")
	contains(t, Text(s.Ask("hello?")), "back again")
}

// gigabyte: nobody reads what a plugin sends without end.
func gigabyte(t *testing.T, p Platform, clock *Clock) {
	shop := NewShop(t, "shop")
	shop.On("GET /goods", Endless)
	s := Start(t, p, clock, Setup{Model: planner.New(), Plugins: []Plugin{{Address: shop.Address, Default: true}}})
	begun := time.Now()
	r := s.Ask("show me the goods")
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
	if text := Text(r); len(text) > 20_000 {
		t.Errorf("the member gets %d bytes", len(text))
	}
}

// writeFails: whatever a plugin answers to a write, the card says it in one line.
func writeFails(t *testing.T, p Platform, clock *Clock) {
	s, shop := play(t, p, clock)
	leak := NewShop(t, "leak")
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		state  chat.CardState
	}{
		{"500", Fixed(500, "text/html", "<pre>goroutine 1 [running]:\nmain.go:12</pre>"), chat.CardFailed},
		{"429", Fixed(429, "text/plain", "slow down"), chat.CardFailed},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://"+leak.Address+"/orders", http.StatusTemporaryRedirect)
		}, chat.CardFailed},
		{"invalid JSON", Fixed(201, "application/json", `{"order": `), chat.CardDone},
		{"endless", Endless, chat.CardDone},
		{"torn", Torn, chat.CardUnknown},
	} {
		shop.On("POST /orders", c.answer)
		s.Script.Then(kettles(), script.Say("ready"), script.Say(""))
		before := shop.Count("POST")
		r := s.Ask("order two copper kettles")
		s.Act(s.Member, s.Button(r, "Approve"))
		got := card(t, s.Now(r.ID))
		plain(t, got.Outcome)
		if got.State != c.state {
			t.Errorf("%s: the card is %s; want %s: %s", c.name, got.State, c.state, got.Outcome)
		}
		if n := shop.Count("POST") - before; n != 1 {
			t.Errorf("%s: %d calls; a call with effect is sent once", c.name, n)
		}
	}
	if n := len(leak.Calls()); n != 0 {
		t.Errorf("a redirect led %d calls to another host", n)
	}
}

// noMember: doubt about who asks is refusal.
func noMember(t *testing.T, p Platform, clock *Clock) {
	if p.Other == "" {
		t.Skip("there is nobody else on this platform")
	}
	s, _ := play(t, p, clock, script.Say("hello"))
	got := s.AskAs("stranger", "hello?").Text.Text()
	plain(t, got)
	contains(t, got, "who you are")
	if n := len(s.Script.Requests()); n != 0 {
		t.Errorf("the model was asked %d times", n)
	}
}
