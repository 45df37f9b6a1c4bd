package discord_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"aidesk/adapters/adaptertest"
	"aidesk/adapters/discord"
	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/core/chat"
)

// numbers are n choices.
func numbers(n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprint("n", i+1))
	}
	return out
}

// long is a form of three pages: two inputs are needed, and one takes three fields.
var long = chat.Form{ID: "form/1", Title: strings.Repeat("Lend ", 12), Inputs: []chat.Input{
	{Name: "amount", Label: "Amount", Kind: chat.InputNumber, Whole: true, Min: "1", Max: "9", Required: true, Hint: "How many"},
	{Name: "until", Label: "Until", Kind: chat.InputDate, Required: true},
	{Name: "renew", Label: "Renew", Kind: chat.InputChoice, Choices: []string{"true", "false"}, Labels: []string{"Yes", "No"}},
	{Name: "tags", Label: "Tags", Kind: chat.InputMany, Choices: []string{"x", "y, z"}, Value: "y, z"},
	{Name: "at", Label: "At", Kind: chat.InputDateTime},
	{Name: "some", Label: "Some", Kind: chat.InputMany, Choices: numbers(60), Value: "n1\nn30\nn60"},
	{Name: "key", Label: "Key", Kind: chat.InputSecret},
	{Name: "many", Label: "Many", Kind: chat.InputChoice, Choices: numbers(26)},
	{Name: "note", Label: "Note", Kind: chat.InputLine, Value: "as it was"},
}}

// filling is a stage on which a button opens the long form.
func filling(s *stage) (thread, message, edit string) {
	s.must(s.stop())
	s.desk = &adaptertest.Recorder{
		Forms: func(o chat.Opening) (chat.Form, error) {
			if o.Button != "form/1" || o.Member != fakediscord.Ada {
				return chat.Form{}, errors.New("This form is for somebody else.") //nolint:revive // a sentence for a member
			}
			return long, nil
		},
		Checks: func(f chat.Submitted) ([]chat.Fault, error) {
			if f.Values["until"] == "soon" {
				return []chat.Fault{{Input: "until", Message: "This must be a date."}}, nil
			}
			return nil, nil
		},
	}
	s.run()
	e := s.ask(fakediscord.General, "hello")
	r := answer(e, "r1", "choose")
	r.Buttons = []chat.Button{{ID: "form/1", Label: "Edit", Form: true}}
	s.send(r, "")
	message, edit = s.button(e.Place.Thread, "Edit")
	return e.Place.Thread, message, edit
}

// fill submits the page that is open and returns what the member is told aside.
func (s *stage) fill(values map[string]string) fakediscord.Message {
	s.t.Helper()
	s.done(s.Submit(fakediscord.Ada, "", values))
	asides := s.Ephemerals(fakediscord.Ada)
	return asides[len(asides)-1]
}

// pressAside presses a button of what was told aside.
func (s *stage) pressAside(label string) fakediscord.Answer {
	s.t.Helper()
	asides := s.Ephemerals(fakediscord.Ada)
	last := asides[len(asides)-1]
	for _, b := range last.Buttons() {
		if b.Label == label {
			return s.done(s.Press(fakediscord.Ada, last.Channel, last.ID, b.CustomID))
		}
	}
	s.t.Fatalf("no button %q below %q", label, last.Text)
	return fakediscord.Answer{}
}

// inputs are the fields of the page that is open, as a member sees them.
func (s *stage) inputs() []string {
	s.t.Helper()
	m, ok := s.Modal(fakediscord.Ada)
	if !ok {
		s.t.Fatal("no form is open")
	}
	out := []string{m.Title}
	for _, in := range m.Inputs {
		line := fmt.Sprintf("%d %s %s | %s | %q", in.Kind, in.CustomID, in.Label, in.Description, in.Value)
		if in.Required {
			line += " needed"
		}
		out = append(out, line)
	}
	return out
}

// TestPages: a long form is filled in page by page, with Discord's own inputs; what was
// filled in survives a restart; what is wrong is corrected on its page.
func TestPages(t *testing.T) {
	t.Parallel()
	both(t, func(s *stage) {
		thread, message, edit := filling(s)
		s.done(s.Press(fakediscord.Ada, thread, message, edit))
		want := []string{
			"Lend Lend Lend Lend Lend Lend Lend… (1 of 3)",
			`4 v:amount Amount | A whole number from 1 to 9. How many | "" needed`,
			`4 v:until Until | A date such as 2026-01-31. | "" needed`,
			`3 v:renew Renew |  | ""`,
			`22 v:tags Tags |  | "y, z"`,
			`4 v:at At | A time such as 2026-01-31T15:04:05Z. | ""`,
		}
		if diff := cmp.Diff(want, s.inputs()); diff != "" {
			s.t.Errorf("page 1 (-want +got):\n%s", diff)
		}
		told := s.fill(map[string]string{"v:amount": "3", "v:until": "soon", "v:renew": "false", "v:tags": "x\ny, z"})
		if told.Shown() != "Page 1 of 3 is kept. What follows may stay as it is.\n[Continue] [Send as it is]" {
			s.t.Errorf("told %q", told.Shown())
		}
		s.must(s.stop())
		s.run()
		s.pressAside("Continue")
		want = []string{
			"Lend Lend Lend Lend Lend Lend Lend… (2 of 3)",
			`3 w:0:some Some (1–25 of 60) |  | "n1"`, `3 w:1:some Some (26–50 of 60) |  | "n30"`, `3 w:2:some Some (51–60 of 60) |  | "n60"`,
			`4 s:key Key |  | ""`,
			`4 v:many Many | One of: n1, n2, n3, n4, n5, n6, n7, n8, n9, n10, n11, n12, n13, n14, n15, n16, n17, n18, n19, n20,… | ""`,
		}
		if diff := cmp.Diff(want, s.inputs()); diff != "" {
			s.t.Errorf("page 2 (-want +got):\n%s", diff)
		}
		s.fill(map[string]string{"w:0:some": "n2\nn3", "w:1:some": "", "s:key": "hush"})
		s.pressAside("Continue")
		told = s.fill(map[string]string{"v:note": "new"})
		if told.Shown() != "Until: This must be a date.\n[Correct it]" {
			s.t.Errorf("told %q", told.Shown())
		}
		s.pressAside("Correct it")
		if got := s.inputs(); !strings.HasSuffix(got[1], `"3" needed`) || !strings.HasSuffix(got[2], `"soon" needed`) || !strings.HasSuffix(got[4], `"x\ny, z"`) {
			s.t.Errorf("the page to correct: %q", got)
		}
		if told = s.fill(map[string]string{"v:until": "2026-12-05"}); told.Shown() != "Thank you." {
			s.t.Errorf("told %q", told.Shown())
		}
		f := s.next()
		values := map[string]string{
			"amount": "3", "until": "2026-12-05", "renew": "false", "tags": "x\ny, z", "at": "", "some": "n2\nn3\nn60", "key": "hush", "many": "", "note": "new",
		}
		if diff := cmp.Diff(&chat.Submitted{Form: "form/1", Values: values, Secret: []string{"key"}}, f.Filled); diff != "" {
			s.t.Errorf("filled in (-want +got):\n%s", diff)
		}
		if f.Place.Thread != thread {
			s.t.Errorf("it counts for %+v, opened was it in %s", f.Place, thread)
		}
	})
}

// TestPagesSent: what may stay as it is need not be gone through, and stays.
func TestPagesSent(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	thread, message, edit := filling(s)
	s.done(s.Press(fakediscord.Ada, thread, message, edit))
	s.fill(map[string]string{"v:amount": "3", "v:until": "2026-12-05"})
	s.pressAside("Send as it is")
	got := maps.Clone(s.next().Filled.Values)
	want := map[string]string{"amount": "3", "until": "2026-12-05", "renew": "", "tags": "y, z", "at": "", "some": "n1\nn30\nn60", "key": "", "many": "", "note": "as it was"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("filled in (-want +got):\n%s", diff)
	}
	// It is sent once.
	asides := s.Ephemerals(fakediscord.Ada)
	if last := asides[len(asides)-1]; last.Shown() != "Thank you." {
		t.Errorf("told %q", last.Shown())
	}
}

// gone begins what is said of pages that are not here any more.
const gone = "What you filled in is no longer here"

// TestPagesOthers: nobody goes on with what another member filled in, not even by their
// very button.
func TestPagesOthers(t *testing.T) {
	t.Parallel()
	s := play(t, web)
	thread, message, edit := filling(s)
	s.done(s.Press(fakediscord.Ada, thread, message, edit))
	for _, b := range s.fill(map[string]string{"v:amount": "3", "v:until": "2026-12-05"}).Buttons() {
		press, err := json.Marshal(map[string]any{
			"id": "1", "type": 3, "token": "t", "guild_id": fakediscord.GuildID, "channel_id": thread, "member": map[string]any{"user": map[string]any{"id": fakediscord.Ben}},
			"message": map[string]any{"id": "1", "flags": 64}, "data": map[string]any{"custom_id": b.CustomID},
		})
		s.must(err)
		stamp := strconv.FormatInt(time.Now().Unix(), 10)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, discord.PathInteractions, bytes.NewReader(press))
		r.Header.Set("X-Signature-Timestamp", stamp)
		r.Header.Set("X-Signature-Ed25519", fakediscord.Sign(stamp, press))
		w := httptest.NewRecorder()
		s.adapter.Handler().ServeHTTP(w, r)
		if !strings.Contains(w.Body.String(), gone) {
			t.Errorf("another member's press of %s is answered with %s", b.Label, w.Body)
		}
	}
	s.pressAside("Continue")
	if got := s.inputs(); !strings.HasSuffix(got[0], "(2 of 3)") {
		t.Errorf("the member goes on with %q", got)
	}
}

// TestPagesGone: pages that are too old, or whose place another form has taken, are not gone
// on with, and it is said why.
func TestPagesGone(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	var late atomic.Int64
	s.config.Now = func() time.Time { return time.Now().Add(time.Duration(late.Load())) }
	thread, message, edit := filling(s)
	begin := func() fakediscord.Message {
		s.done(s.Press(fakediscord.Ada, thread, message, edit))
		return s.fill(map[string]string{"v:amount": "3", "v:until": "2026-12-05"})
	}
	told := func() string {
		asides := s.Ephemerals(fakediscord.Ada)
		return asides[len(asides)-1].Text
	}
	begin()
	late.Add(int64(time.Hour))
	s.pressAside("Continue")
	if got := told(); !strings.Contains(got, gone) {
		t.Errorf("after an hour it says %q", got)
	}

	begin()
	s.pressAside("Continue")
	late.Add(int64(time.Hour))
	if got := s.fill(nil); !strings.Contains(got.Text, gone) {
		t.Errorf("a page submitted too late: %q", got.Text)
	}

	old := begin()
	s.done(s.Press(fakediscord.Ada, thread, message, edit)) // from the beginning
	s.fill(map[string]string{"v:amount": "4", "v:until": "2026-12-06"})
	s.done(s.Press(fakediscord.Ada, old.Channel, old.ID, old.Buttons()[1].CustomID))
	if got := s.next().Filled.Values["amount"]; got != "4" {
		t.Errorf("begun again, it sends %q", got)
	}
	s.pressAside("Send as it is")
	if got := told(); !strings.Contains(got, gone) {
		t.Errorf("what was sent is sent again: %q", got)
	}
}
