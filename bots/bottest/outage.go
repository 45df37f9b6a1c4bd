package bottest

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/model"
	"aidesk/core/model/script"
)

// What is away comes back, and nobody has to ask twice.
var outages = []Behaviour{
	{"model is away for a while", modelAway},
	{"model is away for good", modelGone},
	{"plugin is away for a while", pluginAway},
	{"platform cannot say who asks for a while", memberAway},
	{"platform cannot say who presses for a while", presserAway},
	{"platform cannot say who asks for good", memberGone},
	{"a kept question is stopped", keptStopped},
	{"an edited question whose card waited is kept", keptEdited},
	{"a kept question survives a restart", keptRestart},
	{"killed while a question waits for its turn", killedWaiting},
}

// patient is play with a desk that waits for what is away.
func patient(t *testing.T, p Platform, clock *Clock, steps ...script.Step) (*Stage, *Shop) {
	t.Helper()
	shop := NewShop(t, "shop")
	return Start(t, p, clock, Setup{Patience: bot.KeepTime, Model: script.New(steps...), Plugins: []Plugin{{Address: shop.Address, Default: true}}}), shop
}

// away is a model that is overloaded.
func away() script.Step { return script.Fail(&model.Error{Kind: model.Overloaded, Status: 529}) }

// modelAway: the member reads that the question is kept, then the answer in its place, and
// the turn counts once.
func modelAway(t *testing.T, p Platform, clock *Clock) {
	shop := NewShop(t, "shop")
	s := Start(t, p, clock, Setup{
		Patience: bot.KeepTime,
		Model:    script.New(away(), away(), script.Call("shop__listGoods", `{}`), away(), script.Call("shop__listGoods", `{}`), list),
		Plugins:  []Plugin{{Address: shop.Address, Default: true}}, Limits: bot.Limits{TurnsPerMemberHour: 1},
	})
	e := s.Tell(s.Member, "what do you sell?")
	s.rest()
	s.Wait("a line that says so", says("I keep your question"))
	s.rest()
	s.rest()
	s.Done(e)
	if now := s.Replies(); len(now) != 1 || s.Script.Left() != 0 {
		t.Fatalf("%d replies", len(now))
	}
	contains(t, Text(s.Replies()[0]), "Copper Kettle")
	contains(t, Text(s.Ask("and now?")), "which is the limit")
}

// modelGone: in the end the member is told.
func modelGone(t *testing.T, p Platform, clock *Clock) {
	s := Start(t, p, clock, Setup{Patience: bot.KeepTime, Model: script.Func(away())})
	e := s.Tell(s.Member, "hello?")
	for range 2 {
		s.Await("a conversation to rest", s.live.store.rests)
		clock.Advance(bot.KeepTime / 2)
	}
	s.Done(e)
	contains(t, Text(s.Replies()[0]), "is busy. Please try again")
}

// pluginAway: a plugin that cannot be reached is asked again.
func pluginAway(t *testing.T, p Platform, clock *Clock) {
	s, shop := patient(t, p, clock)
	s.Script.Then(script.Call("shop__listGoods", `{}`), script.Call("shop__listGoods", `{}`), list)
	back := shop.Leave(t)
	e := s.Tell(s.Member, "what do you sell?")
	s.Await("a conversation to rest", s.live.store.rests)
	s.Wait("a line that says so", says("Shop cannot be reached. I keep your question"))
	back()
	clock.Advance(2 * time.Second)
	s.Done(e)
	contains(t, Text(s.Replies()[0]), "Copper Kettle")
}

// memberAway: while nobody knows who asks, the question waits.
func memberAway(t *testing.T, p Platform, clock *Clock) {
	s, _ := patient(t, p, clock, script.Say("hello"))
	s.Unknown(&chat.Later{Reason: "HTTP 503"})
	e := s.Tell(s.Member, "hello?")
	for range 5 {
		s.restLong()
	}
	s.Await("a conversation to rest", s.live.store.rests)
	s.Unknown(nil)
	clock.Advance(time.Minute)
	s.Done(e)
	contains(t, Text(s.Replies()[0]), "hello")
}

// presserAway: a press is not dropped while its card still asks.
func presserAway(t *testing.T, p Platform, clock *Clock) {
	s, shop := patient(t, p, clock, kettles(), script.Say("ready"), script.Say("It is done."))
	r := asked(t, s, shop)
	s.Unknown(&chat.Later{Reason: "HTTP 503"})
	press := s.Push(s.Member, s.Button(r, "Approve"))
	for range 5 {
		s.restLong()
	}
	s.Await("a conversation to rest", s.live.store.rests)
	s.Unknown(nil)
	clock.Advance(time.Minute)
	s.Done(press)
	if got := card(t, s.Now(r.ID)); got.State != chat.CardDone || shop.Count("POST") != 1 {
		t.Errorf("the card is %s after %d calls", got.State, shop.Count("POST"))
	}
}

// memberGone: in the end the member is told, as far as they can be.
func memberGone(t *testing.T, p Platform, clock *Clock) {
	s, _ := patient(t, p, clock)
	s.Unknown(&chat.Later{Reason: "HTTP 503"})
	e := s.Tell(s.Member, "hello?")
	for range 2 {
		s.Await("a conversation to rest", s.live.store.rests)
		clock.Advance(bot.KeepTime / 2)
	}
	s.Done(e)
	contains(t, Text(s.Replies()[0]), "who you are")
}

// keptStopped: a stop ends a question that is kept.
func keptStopped(t *testing.T, p Platform, clock *Clock) {
	s := Start(t, p, clock, Setup{Patience: bot.KeepTime, Model: script.New(away(), script.Say("never asked"))})
	e := s.Tell(s.Member, "hello?")
	s.Await("a conversation to rest", s.live.store.rests)
	stop := s.Tell(s.Member, "/aidesk stop")
	s.Done(e)
	s.Done(stop)
	contains(t, Text(s.Replies()[0]), "Stopped.")
	if s.Script.Left() != 1 {
		t.Error("the model was asked")
	}
}

// keptEdited: the card of the old words is void at once, the new words are asked about when
// the model is back, also by another process.
func keptEdited(t *testing.T, p Platform, clock *Clock) {
	if p.Edit == nil {
		t.Skip("messages cannot be edited on this platform")
	}
	s, shop := patient(t, p, clock, kettles(), script.Say("ready"), away(), away(), kettles(), script.Say("ready again"))
	e := s.Tell(s.Member, "order two copper kettles")
	s.Done(e)
	old := s.Replies()[0]
	change := s.Change(s.Member, e.Message.ID, "order two copper kettles, please")
	s.Await("a conversation to rest", s.live.store.rests)
	s.Wait("a line that says so", says("I keep your question"))
	s.Restart()
	s.rest()
	s.Done(change)
	if c := card(t, s.Now(old.ID)); c.State != chat.CardReplaced {
		t.Errorf("the old card is %s", c.State)
	}
	all := s.Replies()
	if c := card(t, all[len(all)-1]); c.State != chat.CardWaiting || len(all) != 2 {
		t.Errorf("the new card is %s, %d replies", c.State, len(all))
	}
	s.Act(s.Member, s.Button(all[len(all)-1], "Approve"))
	if n := shop.Count("POST"); n != 1 {
		t.Errorf("%d calls were sent", n)
	}
}

// keptRestart: what is kept is kept over a restart.
func keptRestart(t *testing.T, p Platform, clock *Clock) {
	s := Start(t, p, clock, Setup{Patience: bot.KeepTime, Model: script.New(away(), script.Say("here I am"))})
	e := s.Tell(s.Member, "hello?")
	s.Await("a conversation to rest", s.live.store.rests)
	s.Wait("a line that says so", says("I keep your question"))
	s.Restart()
	s.Done(e)
	contains(t, Text(s.Replies()[0]), "here I am")
}

// killedWaiting: however often the process is killed, a question that waits for its turn is
// not closed; only one that ran each time is.
func killedWaiting(t *testing.T, p Platform, clock *Clock) {
	if p.Thread == nil {
		t.Skip("there is only one conversation")
	}
	const kills = 4
	m := script.Func(script.Say("it is answered"))
	s := Start(t, p, clock, Setup{Patience: bot.KeepTime, Model: m, Limits: bot.Limits{TurnsAtOnce: 1}})
	var events []chat.Event
	for i := range kills {
		hold, begun, let := held(script.Say("too late"))
		m.Then(hold)
		if i == 0 {
			events = append(events, s.Tell(s.Member, "first"))
		} else {
			s.Restart()
		}
		s.Await("the model", begun)
		if i == 0 {
			events = append(events, s.TellIn(s.Member, "T1", "second"))
		}
		s.Kill()
		let()
	}
	tries := map[string]int{}
	for _, r := range m.Requests() {
		tries[r.Messages[len(r.Messages)-1].TextOf()]++
	}
	s.Restart()
	want := map[bool]string{true: "Something went wrong", false: "it is answered"}
	for i, e := range events {
		mark := []string{"first", "second"}[i]
		s.Wait("the reply to the "+mark+" one", func(r chat.Reply) bool {
			return r.Answers == e.Message.ID && strings.Contains(Text(r), want[tries[mark] >= 3])
		})
	}
	if len(s.Replies()) != len(events) || tries["first"]+tries["second"] != kills {
		t.Errorf("%d replies after %v", len(s.Replies()), tries)
	}
}

// says is a reply that shows a text.
func says(text string) func(chat.Reply) bool {
	return func(r chat.Reply) bool { return strings.Contains(Text(r), text) }
}

// restLong lets pass the longest time for which a conversation rests, once it does.
func (s *Stage) restLong() {
	s.T.Helper()
	s.Await("a conversation to rest", s.live.store.rests)
	s.Clock.Advance(30 * time.Second)
}

// Leave closes a shop's door: nobody reaches it until back is called.
func (s *Shop) Leave(t *testing.T) (back func()) {
	t.Helper()
	s.server.Listener.Close()
	s.server.CloseClientConnections()
	return func() {
		l, err := net.Listen("tcp", s.Address)
		if err != nil {
			t.Fatal(err)
		}
		again := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
		go func() { _ = again.Serve(l) }()
		t.Cleanup(func() { _ = again.Close() })
	}
}
