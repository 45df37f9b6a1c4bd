package slack_test

import (
	"strings"
	"testing"

	"aidesk/adapters/adaptertest"
	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/adapters/slack"
	"aidesk/core/chat"
)

// TestContract holds the adapter against the contract, in both modes, in a direct
// message and in a thread.
func TestContract(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		for _, direct := range []bool{true, false} {
			name := mode + " thread"
			if direct {
				name = mode + " direct"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				adaptertest.Run(t, func(tb testing.TB) adaptertest.Platform {
					tb.Helper()
					return contract(tb.(*testing.T), mode, direct)
				})
			})
		}
	}
}

// contract is a stage as the contract wants it. What is said in the thread is a mention.
func contract(t *testing.T, mode string, direct bool) adaptertest.Platform {
	t.Helper()
	s := prepare(t, mode)
	place := chat.Place{Platform: "slack", Workspace: fakeslack.TeamID, Channel: fakeslack.General}
	mention := "<@" + fakeslack.BotUser + "> "
	if direct {
		place.Channel, place.Direct, mention = s.DM(fakeslack.Ada), true, ""
	} else {
		place.Thread = s.post(fakeslack.Ben, fakeslack.General, "a thread", "")
	}
	var last *slack.Adapter
	return adaptertest.Platform{
		Place: place, Member: fakeslack.Ada,
		Open: func() chat.Adapter {
			last = s.open()
			return last
		},
		Say: func(text string) {
			s.ready(last)
			s.post(fakeslack.Ada, place.Channel, mention+text, place.Thread)
		},
		Press: func(label string) {
			s.ready(last)
			ts, id := s.button(place.Channel, label)
			s.done(s.Press(fakeslack.Ada, place.Channel, ts, id))
		},
		Fill: func(label string, inputs []adaptertest.Filled, _ int, fault string) {
			s.ready(last)
			if label != "" {
				ts, id := s.button(place.Channel, label)
				s.done(s.Press(fakeslack.Ada, place.Channel, ts, id))
			}
			var answers []faketest.Answer
			for _, in := range inputs {
				answers = append(answers, faketest.Answer(in))
			}
			if got := faketest.FillSlack(t, s.Slack, fakeslack.Ada, answers); strings.Join(got, "") != "" && !strings.HasSuffix(strings.Join(got, ""), ": "+fault) || len(got) == 0 && fault != "" {
				t.Errorf("the form says %q; want %q", got, fault)
			}
		},
		Shown: func() string { return shown(fakeslack.Ada, s.Messages(place.Channel)) },
	}
}
