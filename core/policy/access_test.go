package policy_test

import (
	"testing"

	"aidesk/core/chat"
	"aidesk/core/policy"
)

func TestSpeak(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		access policy.Access
		place  chat.Place
		member chat.Member
		want   string
	}{
		{"everyone by default", policy.Access{}, chat.Place{}, chat.Member{}, "access"},
		{"guest", policy.Access{}, chat.Place{}, chat.Member{Guest: true}, "member-is-guest"},
		{"guest allowed", policy.Access{Guests: true}, chat.Place{}, chat.Member{Guest: true}, "access"},
		{"stranger even if guests may", policy.Access{Guests: true}, chat.Place{}, chat.Member{Stranger: true, Guest: true}, "member-is-stranger"},
		{"another channel", policy.Access{Channels: []string{"C1"}}, chat.Place{Channel: "C2"}, chat.Member{}, "channel-not-allowed"},
		{"direct messages are no channel", policy.Access{Channels: []string{"C1"}}, chat.Place{Channel: "D2", Direct: true}, chat.Member{}, "access"},
		{"role", policy.Access{Roles: []string{"r1"}}, chat.Place{}, chat.Member{Roles: []string{"r2", "r1"}}, "access"},
		{"no role", policy.Access{Roles: []string{"r1"}}, chat.Place{}, chat.Member{}, "role-missing"},
		{"closed", policy.Access{Closed: []string{"p"}}, chat.Place{Platform: "p"}, chat.Member{}, "access-closed"},
		{"closed elsewhere", policy.Access{Closed: []string{"p"}}, chat.Place{Platform: "q"}, chat.Member{}, "access"},
		{"closed to others than administrators", policy.Access{Closed: []string{"p"}}, chat.Place{Platform: "p"}, chat.Member{Admin: true}, "access"},
		{"opened by a role", policy.Access{Closed: []string{"p"}, Roles: []string{"r1"}}, chat.Place{Platform: "p"}, chat.Member{Roles: []string{"r1"}}, "access"},
		{"opened in a channel", policy.Access{Closed: []string{"p"}, Channels: []string{"C1"}}, chat.Place{Platform: "p", Channel: "C1"}, chat.Member{}, "access"},
		{"deactivated", policy.Access{}, chat.Place{}, chat.Member{Deactivated: true}, "member-deactivated"},
		{"bot", policy.Access{}, chat.Place{}, chat.Member{Bot: true}, "member-is-bot"},
	} {
		if got := policy.Speak(c.access, c.place, c.member).Rule; got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// TestShareLogin: a shared account is nobody's until roles or channels are named; where both
// are, both must fit.
func TestShareLogin(t *testing.T) {
	t.Parallel()
	ann, at := chat.Member{ID: "U1", Roles: []string{"r1", "r2"}}, chat.Place{Channel: "C1"}
	for _, c := range []struct {
		name            string
		roles, channels []string
		change          func(*chat.Member, *chat.Place)
		want            bool
	}{
		{"named nobody", nil, nil, nil, false},
		{"an administrator, named nobody", nil, nil, func(m *chat.Member, _ *chat.Place) { m.Admin = true }, false},
		{"a role", []string{"r2"}, nil, nil, true},
		{"another role", []string{"r3"}, nil, nil, false},
		{"an administrator of another role", []string{"r3"}, nil, func(m *chat.Member, _ *chat.Place) { m.Admin = true }, false},
		{"a role, asked directly", []string{"r1"}, nil, func(_ *chat.Member, p *chat.Place) { p.Direct = true }, true},
		{"a channel", nil, []string{"C1"}, nil, true},
		{"another channel", nil, []string{"C2"}, nil, false},
		{"a channel, asked directly", nil, []string{"C1"}, func(_ *chat.Member, p *chat.Place) { p.Direct = true }, false},
		{"both", []string{"r1"}, []string{"C1"}, nil, true},
		{"the role elsewhere", []string{"r1"}, []string{"C2"}, nil, false},
		{"another role there", []string{"r3"}, []string{"C1"}, nil, false},
		{"a guest", []string{"r1"}, []string{"C1"}, func(m *chat.Member, _ *chat.Place) { m.Guest = true }, false},
		{"of another organisation", []string{"r1"}, nil, func(m *chat.Member, _ *chat.Place) { m.Stranger = true }, false},
		{"deactivated", []string{"r1"}, nil, func(m *chat.Member, _ *chat.Place) { m.Deactivated = true }, false},
		{"a bot", []string{"r1"}, nil, func(m *chat.Member, _ *chat.Place) { m.Bot = true }, false},
		{"a channel that others share", nil, []string{"C1"}, func(_ *chat.Member, p *chat.Place) { p.External = true }, false},
		{"a place without a channel", nil, []string{""}, func(_ *chat.Member, p *chat.Place) { p.Channel, p.Direct = "", true }, false},
	} {
		m, p := ann, at
		if c.change != nil {
			c.change(&m, &p)
		}
		if got := policy.ShareLogin(c.roles, c.channels, p, m) == policy.LoginOK; got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}
