package bottest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"aidesk/core/chat"
	"aidesk/core/model"
	"aidesk/core/model/script"
)

var streams = []Behaviour{
	{"an answer is shown while it is written", streamShown},
	{"what is shown early is what is shown in the end", streamJudged},
	{"stopped while it is written", streamStopped},
	{"the question changes while its answer is written", streamChanged},
	{"killed while it is written", streamKilled},
	{"a call follows what was written", streamCall},
	{"a quick answer is shown once", streamQuick},
}

// writing is a step that writes text, piece by piece, each when it is let go.
func writing(clock *Clock, pieces ...string) (step script.Step, let func()) {
	gate := make(chan struct{})
	return func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		for i, piece := range pieces {
			if i > 0 {
				select {
				case <-gate:
				case <-ctx.Done():
					return nil, ctx.Err()
				}
			}
			if on != nil {
				on(model.Event{Text: piece})
			}
			clock.Advance(time.Second)
		}
		return script.Say(strings.Join(pieces, ""))(ctx, r, func(model.Event) {})
	}, func() { gate <- struct{}{} }
}

// written waits for a version of an answer that is being written.
func (s *Stage) written(words string) chat.Reply {
	s.T.Helper()
	return s.Wait("what is written: "+words, func(r chat.Reply) bool { return r.Working && strings.Contains(Text(r), words) })
}

// streaming is a stage on a platform that shows answers while they are written.
func streaming(t *testing.T, p Platform, clock *Clock, steps ...script.Step) *Stage {
	t.Helper()
	if _, ok := p.Open().(chat.Streamer); !ok {
		t.Skip("the platform shows whole answers alone")
	}
	shop := NewShop(t, "shop")
	return Start(t, p, clock, Setup{Model: script.New(steps...), Plugins: []Plugin{{Address: shop.Address, Default: true}}, Stream: true})
}

// oneAnswer checks that a question was answered by one message, and by which words.
func oneAnswer(t *testing.T, s *Stage, id, words string) {
	t.Helper()
	now := s.Now(id)
	if all := s.Replies(); len(all) != 1 || now.Working {
		t.Errorf("%d answers, working: %t", len(all), now.Working)
	}
	if got := now.Text.Text(); got != words {
		t.Errorf("the answer is %q, want %q", got, words)
	}
}

// streamShown: words appear as they are written, in the message that becomes the answer.
func streamShown(t *testing.T, p Platform, clock *Clock) {
	step, let := writing(clock, "The copper kettle is ", "in stock, and so ", "is the other.")
	s := streaming(t, p, clock, step)
	e := s.Tell(s.Member, "is there a kettle?")
	r := s.written("The copper kettle is")
	lacks(t, Text(r), "in stock")
	let()
	s.written("in stock, and")
	let()
	s.Done(e)
	oneAnswer(t, s, r.ID, "The copper kettle is in stock, and so is the other.")
}

// streamJudged: a link of the model's own is no link early either, and half of one is not shown.
func streamJudged(t *testing.T, p Platform, clock *Clock) {
	step, let := writing(clock, "Pay here: [the bill](https://evil.exam", "ple/bill) now.\n\n", "![x](https://evil.example/pixel.png) Thank you.")
	s := streaming(t, p, clock, step)
	e := s.Tell(s.Member, "and now?")
	r := s.written("Pay")
	let()
	s.written("the bill")
	let()
	s.Done(e)
	for _, version := range s.versions(r.ID) {
		if links := version.Text.Links(); len(links) > 0 {
			t.Errorf("links: %q", links)
		}
		lacks(t, Text(version), "![", "[the bill]", "evil.exam ")
	}
}

// versions are all versions of a Reply that were shown.
func (s *Stage) versions(id string) []chat.Reply {
	s.board.mu.Lock()
	defer s.board.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.board.sends), func(r chat.Reply) bool { return r.ID != id })
}

func streamStopped(t *testing.T, p Platform, clock *Clock) {
	step, _ := writing(clock, "It takes a very ", "long time.")
	s := streaming(t, p, clock, step)
	e := s.Tell(s.Member, "how long?")
	r := s.written("It takes")
	s.Done(s.Tell(s.Member, "/aidesk stop"))
	s.Done(e)
	oneAnswer(t, s, r.ID, "Stopped.")
}

// streamChanged: what was written of the old answer says so.
func streamChanged(t *testing.T, p Platform, clock *Clock) {
	if p.Edit == nil {
		t.Skip("nothing is edited here")
	}
	step, _ := writing(clock, "You asked for ", "kettles.")
	s := streaming(t, p, clock, step, script.Say("You asked for pots."))
	e := s.Tell(s.Member, "kettles?")
	r := s.written("You asked")
	s.Done(s.Change(s.Member, e.Message.ID, "pots?"))
	s.Done(e)
	contains(t, Text(s.Now(r.ID)), "You changed your question.")
	s.answered("You asked for pots.")
}

// streamKilled: the next process answers anew, in the same message.
func streamKilled(t *testing.T, p Platform, clock *Clock) {
	step, _ := writing(clock, "Half of an ", "answer.")
	s := streaming(t, p, clock, step, script.Say("A whole answer."))
	e := s.Tell(s.Member, "what?")
	r := s.written("Half of")
	s.Kill()
	s.Restart()
	s.Done(e)
	oneAnswer(t, s, r.ID, "A whole answer.")
}

// streamCall: what a model says before it calls is no answer.
func streamCall(t *testing.T, p Platform, clock *Clock) {
	speaks, let := writing(clock, "Let me look at ", "the goods.")
	calls := func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
		if _, err := speaks(ctx, r, on); err != nil {
			return nil, err
		}
		return goods()(ctx, r, func(model.Event) {})
	}
	s := streaming(t, p, clock, calls, script.Say("There are three."))
	e := s.Tell(s.Member, "which goods?")
	r := s.written("Let me look")
	let()
	s.Done(e)
	oneAnswer(t, s, r.ID, "There are three.")
}

func streamQuick(t *testing.T, p Platform, clock *Clock) {
	s := streaming(t, p, clock, script.Say("Three kettles are in stock."))
	r := s.Ask("how many?")
	if n := len(s.versions(r.ID)); n != 1 {
		t.Errorf("%d versions", n)
	}
}
