package discord_test

import (
	"strings"
	"testing"

	"aidesk/adapters/adaptertest"
	"aidesk/adapters/discord"
	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/adapters/fake/faketest"
	"aidesk/core/chat"
)

// TestContract holds the adapter against the contract, with both ways in, in a direct
// message and in a thread.
func TestContract(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		for _, where := range []string{"direct", "thread"} {
			t.Run(mode+" "+where, func(t *testing.T) {
				t.Parallel()
				adaptertest.Run(t, func(tb testing.TB) adaptertest.Platform {
					tb.Helper()
					return contract(tb, mode, where)
				})
			})
		}
	}
}

// contract is a stage as the contract wants it. What is said in the thread is a mention.
func contract(t testing.TB, mode, where string) adaptertest.Platform {
	s := prepare(t, mode)
	place := chat.Place{Platform: "discord", Workspace: fakediscord.GuildID, Channel: fakediscord.General}
	at, before := "", mention
	switch where {
	case "direct":
		place.Channel, place.Direct, before = s.DM(fakediscord.Ada), true, ""
		at = place.Channel
	case "thread":
		root := s.post(fakediscord.Ben, fakediscord.General, "a thread")
		id, err := s.OpenThread(fakediscord.Ben, fakediscord.General, root, "a thread")
		s.must(err)
		place.Thread, at = id, id
	}
	var last *discord.Adapter
	return adaptertest.Platform{
		Place: place, Member: fakediscord.Ada,
		Open: func() chat.Adapter {
			last = s.open()
			return last
		},
		Say: func(text string) {
			s.ready(last)
			if place.Direct {
				s.visit(fakediscord.Ada, fakediscord.GuildID)
			}
			s.post(fakediscord.Ada, at, before+text)
		},
		Press: func(label string) {
			s.ready(last)
			message, id := s.button(at, label)
			s.done(s.Press(fakediscord.Ada, at, message, id))
		},
		Fill: func(label string, inputs []adaptertest.Filled, _ int, fault string) {
			s.ready(last)
			if label != "" {
				message, id := s.button(at, label)
				s.done(s.Press(fakediscord.Ada, at, message, id))
			}
			var answers []faketest.Answer
			for _, in := range inputs {
				answers = append(answers, faketest.Answer(in))
			}
			if got := faketest.FillDiscord(t, s.Discord, fakediscord.Ada, answers); strings.Join(got, "") != "" && !strings.HasSuffix(strings.Join(got, ""), ": "+fault) || len(got) == 0 && fault != "" {
				t.Errorf("the form says %q; want %q", got, fault)
			}
		},
		Shown: func() string { return s.shown(fakediscord.Ada, at) },
	}
}
