package discord_test

import (
	"errors"
	"net/http"
	"testing"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/core/chat"

	"github.com/google/go-cmp/cmp"
)

// TestHistory: what was said in a thread before a message, with the message that the
// thread was opened on, without aidesk's own; what Discord blanks is counted.
func TestHistory(t *testing.T) {
	t.Parallel()
	for name, seen := range map[string]bool{"with content": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := play(t, gateway, func(s *stage) {
				if seen {
					s.config.MessageContent, s.fake.Intents = true, fakediscord.IntentContent
				}
			})
			root := s.post(fakediscord.Ben, fakediscord.General, "one")
			thread, err := s.OpenThread(fakediscord.Ben, fakediscord.General, root, "chairs")
			s.must(err)
			_, err = s.Post(fakediscord.Ada, thread, "two", fakediscord.PostOptions{Attachments: []fakediscord.File{{Name: "plan.png", Content: []byte("x")}}})
			s.must(err)
			asked := s.post(fakediscord.Ada, thread, mention+"three")
			e := s.next()
			s.send(chat.Reply{ID: "r1", Place: e.Place, To: e.Member, Answers: asked, Text: text("an answer")}, "")
			later := s.post(fakediscord.Ben, thread, mention+"four")
			want := chat.History{Hidden: 2}
			if seen {
				want = chat.History{Messages: []chat.Earlier{
					{Member: fakediscord.Ben, Name: "Ben Okri", Text: "one"},
					{Member: fakediscord.Ada, Name: "Ada Lowell", Text: "two\n\n(with the file plan.png)"},
				}}
			}
			got, err := s.adapter.History(t.Context(), e.Place, asked, 30)
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
			if got, err = s.adapter.History(t.Context(), e.Place, later, 2); err != nil || len(got.Messages) != 1 || !got.More || got.Messages[0].Member != fakediscord.Ada {
				t.Errorf("the newest: %+v, %v", got, err)
			}
			none, err := s.adapter.History(t.Context(), chat.Place{Platform: "discord", Channel: fakediscord.General, Thread: "1"}, asked, 30)
			if err != nil || len(none.Messages) != 0 {
				t.Errorf("where there is no thread: %+v, %v", none, err)
			}
			s.Fail("GET /channels/{channel}/messages", fakediscord.Fault{Status: http.StatusTooManyRequests, RetryAfter: 7e9})
			_, err = s.adapter.History(t.Context(), e.Place, asked, 30)
			if _, ok := errors.AsType[*chat.Later](err); !ok {
				t.Errorf("at the rate limit: %v", err)
			}
		})
	}
}

// TestHistoryOpened: of a thread that the bot itself opened the first message, which stands
// in the channel, is read once.
func TestHistoryOpened(t *testing.T) {
	t.Parallel()
	s := play(t, gateway)
	id := s.post(fakediscord.Ada, fakediscord.General, mention+"one")
	e := s.next()
	s.send(chat.Reply{ID: "r1", Place: e.Place, To: e.Member, Answers: id, Text: text("an answer")}, "")
	asked := s.post(fakediscord.Ben, id, mention+"two")
	got, err := s.adapter.History(t.Context(), e.Place, asked, 30)
	if err != nil || len(got.Messages) != 1 || got.Messages[0].Member != fakediscord.Ada || got.Hidden != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}
