package adaptertest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// beforeRun checks that the methods may be called before Run, and that nothing hangs.
func beforeRun(s *contract) {
	a := s.Open()
	if got := a.Platform(); got != s.Place.Platform || got == "" {
		s.Errorf("Platform() = %q, the place says %q", got, s.Place.Platform)
	}
	sent := make(chan error, 1)
	go func() {
		_, err := a.Send(s.Context(), s.plainReply("r1", "early"), "")
		sent <- err
	}()
	select {
	case err := <-sent:
		if _, later := errors.AsType[*chat.Later](err); err != nil && !later {
			s.Errorf("Send before Run: %v; want success or *chat.Later", err)
		}
	case <-s.timeout():
		s.Errorf("Send before Run hangs")
	}
}

// member checks that a member is found by id, and that an unknown id is an error.
func member(s *contract) {
	s.start(&Recorder{}, &Memory{})
	m, err := s.adapter.Member(s.Context(), s.Place, s.Member)
	if err != nil {
		s.Fatalf("Member(%q): %v", s.Member, err)
	}
	if m.ID != s.Member {
		s.Errorf("Member(%q) has the id %q", s.Member, m.ID)
	}
	if m, err := s.adapter.Member(s.Context(), s.Place, "nobody-at-all"); err == nil {
		s.Errorf("Member of nobody = %+v; want an error", m)
	}
}

// messages checks that each message arrives once, in order, with an ID of its own, also
// when two have the same text.
func messages(s *contract) {
	s.start(&Recorder{}, &Memory{})
	seen := map[string]bool{}
	for _, text := range []string{"one", "two", "two"} {
		s.Say(text)
		e := s.next()
		if e.Message == nil {
			s.Fatalf("%q became %+v; want a message", text, e)
		}
		if e.Message.Text != text {
			s.Errorf("text %q; want %q", e.Message.Text, text)
		}
		if e.ID == "" || e.Message.ID == "" || seen[e.ID] {
			s.Errorf("ids %q and %q: empty, or seen before", e.ID, e.Message.ID)
		}
		seen[e.ID] = true
		if e.Place != s.Place || e.Member != s.Member {
			s.Errorf("from %q in %+v; want %q in %+v", e.Member, e.Place, s.Member, s.Place)
		}
		if e.Time.IsZero() {
			s.Errorf("no time")
		}
	}
}

// receiveFails checks that an error of Receive does not end the adapter, and that later
// messages arrive.
func receiveFails(s *contract) {
	refusals := make(chan struct{}, 1)
	refusals <- struct{}{}
	desk := &Recorder{Receives: func(context.Context, chat.Event) error {
		select {
		case <-refusals:
			return errors.New("the disk is full")
		default:
			return nil
		}
	}}
	s.start(desk, &Memory{})
	s.Say("first")
	s.Say("second")
	for e := s.next(); e.Message == nil || e.Message.Text != "second"; e = s.next() {
		if e.Message == nil || e.Message.Text != "first" {
			s.Fatalf("got %+v; want the first or the second message", e)
		}
	}
}

// reply checks that everything in a reply is shown.
func reply(s *contract) {
	s.start(&Recorder{}, &Memory{})
	r := s.plainReply("r1", "alpha")
	r.Rows = []chat.Row{{Text: text("bravo"), Buttons: []chat.Button{{ID: "b1", Label: "charlie"}}}}
	r.Previews = []chat.Preview{{URL: "https://delta.example/page", SiteName: "echo", Title: "foxtrot", Description: "golf", Image: "https://hotel.example/a.png"}}
	r.Buttons = []chat.Button{{ID: "b2", Label: "india"}}
	r.Notes = []string{"juliett"}
	r.Files = []chat.File{{Name: "kilo.txt", Text: "lima\n"}}
	r.Cards = []chat.Card{{
		State: chat.CardWaiting, Sentence: "mike", Until: time.Now().Add(time.Hour),
		Values:  []chat.Field{{Label: "november", Value: "oscar"}},
		Details: []chat.Field{{Label: "papa", Value: "quebec"}},
		Facts:   []chat.Fact{{Text: "sierra"}, {Text: "tango"}},
		Buttons: []chat.Button{{ID: "b3", Label: "romeo"}},
	}}
	s.send(r, "")
	s.shows("alpha", "bravo", "charlie", "https://delta.example/page", "echo", "foxtrot", "golf", "https://hotel.example/a.png",
		"india", "juliett", "kilo.txt", "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango")
}

// update checks that a newer version of a reply is shown, under the same id.
func update(s *contract) {
	s.start(&Recorder{}, &Memory{})
	posted := s.send(s.cardReply("r1", "sierra"), "")
	decided := s.cardReply("r1", "sierra")
	decided.Cards[0] = chat.Card{State: chat.CardDone, Sentence: "sierra", Outcome: "tango"}
	if id := s.send(decided, posted); id != posted {
		s.Errorf("the update has the id %q, the message has %q", id, posted)
	}
	s.shows("tango")
}

// sentTwice checks that the same version sent twice, as after a crash, is shown once.
func sentTwice(s *contract) {
	s.start(&Recorder{}, &Memory{})
	posted := s.send(s.plainReply("r1", "uniform"), "")
	s.send(s.plainReply("r1", "uniform"), posted)
	if n := strings.Count(s.Shown(), "uniform"); n != 1 {
		s.Errorf("shown %d times; want once", n)
	}
}

// cardInFull checks that nothing of a card is cut, however long it is.
func cardInFull(s *contract) {
	s.start(&Recorder{}, &Memory{})
	var long strings.Builder
	for i := range 500 {
		fmt.Fprintf(&long, "victor%d ", i)
	}
	r := s.cardReply("r1", "whiskey")
	r.Cards[0].Values = []chat.Field{{Label: "x-ray", Value: long.String()}, {Label: "yankee", Value: strings.Repeat("0123456789", 200)}}
	s.send(r, "")
	s.shows(long.String(), strings.Repeat("0123456789", 200))
}

// hostileText checks that no control character in foreign text is shown, and that a card
// says that there was one.
func hostileText(s *contract) {
	s.start(&Recorder{}, &Memory{})
	const evil = "a\x1b[2Jb\x1b]0;c\x07d\u009b31me\u202ef\u200bg\rh"
	r := s.plainReply("r1", evil)
	r.Rows = []chat.Row{{Text: text(evil), Buttons: []chat.Button{{ID: "b1", Label: evil}}}}
	r.Previews = []chat.Preview{{URL: "https://zulu.example/", SiteName: evil, Title: evil, Description: evil}}
	r.Notes = []string{evil}
	r.Files = []chat.File{{Name: evil, Text: evil}}
	r.Cards = []chat.Card{{State: chat.CardFailed, Sentence: evil, Outcome: evil, Values: []chat.Field{{Label: evil, Value: evil}}}}
	s.send(r, "")
	for i, c := range s.Shown() {
		if unicode.Is(unicode.Cc, c) && c != '\n' || unicode.Is(unicode.Cf, c) {
			s.Fatalf("U+%04X is shown at %d: %q", c, i, s.Shown()[max(i-20, 0):min(i+20, len(s.Shown()))])
		}
	}
	if !strings.Contains(lettersAndDigits(s.Shown()), "U202E") {
		s.Errorf("the card hides a bidirectional control")
	}
}

// press checks that pressing a button is received with the id of the button.
func press(s *contract) {
	s.start(&Recorder{}, &Memory{})
	posted := s.send(s.cardReply("r1", "alpha"), "")
	s.Press("No")
	e := s.next()
	if e.Press == nil || e.Press.Button != "r1/no" || e.Press.Posted != posted {
		s.Errorf("got %+v; want a press of r1/no on %s", e.Press, posted)
	}
}

// sideBySide checks that replies may be sent at the same time and do not mix.
func sideBySide(s *contract) {
	s.start(&Recorder{}, &Memory{})
	const many = 16
	posted := make([]string, many)
	var words []string
	var wg sync.WaitGroup
	for i := range many {
		word := strings.Repeat(string(rune('a'+i)), 12)
		words = append(words, word)
		wg.Go(func() {
			var err error
			if posted[i], err = s.deliver(s.plainReply(word, word), ""); err != nil {
				s.Error(err)
			}
		})
	}
	wg.Wait()
	s.shows(words...)
	seen := map[string]bool{"": true}
	for _, id := range posted {
		if seen[id] {
			s.Errorf("id %q is empty or belongs to two messages", id)
		}
		seen[id] = true
	}
}

// restart checks that after a restart new events have new IDs, and old buttons work.
func restart(s *contract) {
	k := &Memory{}
	s.start(&Recorder{}, k)
	s.send(s.cardReply("r1", "bravo"), "")
	s.Say("before")
	before := s.next()
	s.stop()

	s.start(&Recorder{}, k)
	s.Say("after")
	if e := s.next(); e.ID == before.ID {
		s.Errorf("the id %q was used again", e.ID)
	}
	s.Press("Yes")
	if e := s.next(); e.Press == nil || e.Press.Button != "r1/yes" {
		s.Errorf("got %+v; want a press of r1/yes", e)
	}
}

// abilities checks the optional interfaces that the adapter has.
func abilities(s *contract) {
	s.start(&Recorder{}, &Memory{})
	s.Say("hello")
	e := s.next()
	if typer, ok := s.adapter.(chat.Typer); ok {
		for _, text := range []string{"charlie", ""} {
			if err := typer.Type(s.Context(), s.Place, chat.Progress{To: s.Member, Text: text}); err != nil {
				s.Errorf("Type(%q): %v", text, err)
			}
		}
	}
	if noter, ok := s.adapter.(chat.Noter); ok {
		if err := noter.Note(s.Context(), e, text("delta")); err != nil {
			s.Errorf("Note: %v", err)
		}
		s.shows("delta")
	}
	if finder, ok := s.adapter.(chat.Finder); ok {
		r := s.plainReply("r1", "echo")
		if id, whole, err := finder.Find(s.Context(), r, "", time.Now()); whole || id != "" || err != nil {
			s.Errorf("Find before Send = %q, %v, %v", id, whole, err)
		}
		posted := s.send(r, "")
		for _, known := range []string{"", posted} {
			if id, whole, err := finder.Find(s.Context(), r, known, time.Now().Add(-time.Minute)); !whole || id != posted || err != nil {
				s.Errorf("Find after Send, knowing %q = %q, %v, %v; want %q", known, id, whole, err, posted)
			}
		}
	}
}

func text(s string) markdown.Document { return markdown.New(markdown.Paragraph(markdown.Text(s))) }

// plainReply is a reply of one paragraph.
func (s *contract) plainReply(id, words string) chat.Reply {
	return chat.Reply{ID: id, Place: s.Place, To: s.Member, Text: text(words)}
}

// cardReply is a reply with a card that waits.
func (s *contract) cardReply(id, sentence string) chat.Reply {
	return chat.Reply{ID: id, Place: s.Place, To: s.Member, Cards: []chat.Card{{
		State: chat.CardWaiting, Sentence: sentence, Until: time.Now().Add(time.Hour),
		Buttons: []chat.Button{{ID: id + "/yes", Label: "Yes", Style: chat.Primary}, {ID: id + "/no", Label: "No"}},
	}}}
}

// shows checks that words are shown, however they are broken over lines.
func (s *contract) shows(words ...string) {
	s.Helper()
	shown := lettersAndDigits(s.Shown())
	for _, w := range words {
		if !strings.Contains(shown, lettersAndDigits(w)) {
			s.Errorf("not shown: %.60q", w)
		}
	}
}

// lettersAndDigits leaves only letters and digits: what no layout may lose.
func lettersAndDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}
