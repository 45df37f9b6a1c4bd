package terminal

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"aidesk/core/chat"
)

// TestNumber sends replies one after the other and says for each which numbers
// press what then. A reply is "id: buttons"; a "?" after the id makes them
// buttons of a card that waits, a "!" of one that is decided, else of the reply.
func TestNumber(t *testing.T) {
	tests := []struct {
		name  string
		steps [][2]string
	}{
		{"each message begins at 1", [][2]string{
			{"l: a b c", "1a 2b 3c"},
			{"m: d e", "1d 2e 3c"},
		}},
		{"numbers of waiting cards stay", [][2]string{
			{"x? y n", "1y 2n"},
			{"l: a b", "1y 2n 3a 4b"},
			{"m: c", "1y 2n 3c 4b"},
			{"z? Y N", "1y 2n 3Y 4N"},
		}},
		{"a decided card is pressable until its numbers are taken", [][2]string{
			{"x? y n", "1y 2n"},
			{"x!", "1y 2n"},
			{"l: a", "1a 2n"},
		}},
		{"what is decided is not free for its own card", [][2]string{
			{"x? y n", "1y 2n"},
			{"x! again", "1y 2n 3again"},
		}},
		{"a gap is used only by what fits into it", [][2]string{
			{"x? y n", "1y 2n"},
			{"z? Y N", "1y 2n 3Y 4N"},
			{"x!", "1y 2n 3Y 4N"},
			{"l: a b c", "1y 2n 3Y 4N 5a 6b 7c"},
			{"m: d e", "1d 2e 3Y 4N 5a 6b 7c"},
		}},
		{"an update keeps the numbers of its buttons", [][2]string{
			{"l: a b c", "1a 2b 3c"},
			{"l: c b a", "1a 2b 3c"},
			{"l: a B c", "1a 2B 3c"},
			{"l: a B c d", "1a 2B 3c 4d"},
			{"l: a", "1a 2B 3c 4d"},
			{"l: a e f", "1a 2e 3f 4d"},
		}},
		{"a message that lost its numbers gets others", [][2]string{
			{"l: a b", "1a 2b"},
			{"m: c", "1c 2b"},
			{"l: a b", "1a 2b"},
		}},
		{"no buttons", [][2]string{{"l:", ""}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := &board{Numbers: map[int]slot{}}
			for _, step := range test.steps {
				r := parse(step[0])
				b.put(r)
				b.number(r, time.Time{})
				var got []string
				for n := range 20 {
					if s, ok := b.Numbers[n]; ok {
						got = append(got, strconv.Itoa(n)+s.Button)
					}
				}
				if got := strings.Join(got, " "); got != step[1] {
					t.Errorf("after %q: %s; want %s", step[0], got, step[1])
				}
			}
		})
	}
}

func parse(s string) chat.Reply {
	words := strings.Fields(s)
	id := words[0]
	r := chat.Reply{ID: strings.TrimRight(id, ":?!")}
	var bs []chat.Button
	for _, w := range words[1:] {
		bs = append(bs, chat.Button{ID: w, Label: w})
	}
	switch id[len(id)-1] {
	case '?':
		r.Cards = []chat.Card{{State: chat.CardWaiting, Buttons: bs}}
	case '!':
		r.Cards = []chat.Card{{State: chat.CardDone, Buttons: bs}}
	default:
		r.Buttons = bs
	}
	return r
}

func TestHasty(t *testing.T) {
	changed := time.Date(2026, 12, 5, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		since, at time.Time
		want      bool
	}{
		{time.Time{}, changed, false},
		{changed, changed.Add(-time.Second), true},
		{changed, changed, true},
		{changed, changed.Add(changeGrace - 1), true},
		{changed, changed.Add(changeGrace), false},
	}
	for _, test := range tests {
		if got := (slot{since: test.since}).tooSoon(test.at); got != test.want {
			t.Errorf("changed %v, typed %v: hasty = %v", test.since, test.at, got)
		}
	}
}

// TestBoardForgets: the board holds every reply that may still change, and of the
// others only the newest.
func TestBoardForgets(t *testing.T) {
	b := &board{Numbers: map[int]slot{}}
	b.put(parse("waiting? y"))
	for i := range 3 * maxClosed {
		b.put(chat.Reply{ID: strconv.Itoa(i)})
	}
	if len(b.Replies) != maxClosed+1 {
		t.Errorf("%d replies are held; want %d", len(b.Replies), maxClosed+1)
	}
	for id, want := range map[string]bool{"waiting": true, "0": false, strconv.Itoa(3*maxClosed - 1): true} {
		if _, ok := b.reply(id); ok != want {
			t.Errorf("reply %s held: %v; want %v", id, ok, want)
		}
	}
}
