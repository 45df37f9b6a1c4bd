package chat_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"aidesk/core/chat"
)

// TestKey: different parts never give one key, and no part hides a slash.
func TestKey(t *testing.T) {
	for _, test := range []struct {
		parts []string
		want  string
	}{
		{nil, ""},
		{[]string{""}, ""},
		{[]string{"a", "b"}, "a/b"},
		{[]string{"a/b"}, "a%2Fb"},
		{[]string{"a", ""}, "a/"},
		{[]string{"a%2Fb"}, "a%252Fb"},
		{[]string{"%", "/"}, "%25/%2F"},
	} {
		if got := chat.Key(test.parts...); got != test.want {
			t.Errorf("Key(%q) = %q; want %q", test.parts, got, test.want)
		}
	}
	part := rapid.StringOf(rapid.SampledFrom([]rune("ab/%25F")))
	parts := rapid.SliceOfN(part, 1, 4)
	rapid.Check(t, func(t *rapid.T) {
		a, b := parts.Draw(t, "a"), parts.Draw(t, "b")
		same := strings.Join(a, "\x00") == strings.Join(b, "\x00")
		if (chat.Key(a...) == chat.Key(b...)) != same {
			t.Fatalf("%q and %q: %q and %q", a, b, chat.Key(a...), chat.Key(b...))
		}
		if n := strings.Count(chat.Key(a...), "/"); n != len(a)-1 {
			t.Fatalf("%q has %d slashes", chat.Key(a...), n)
		}
	})
}

// TestPlace: a thread is another conversation, and belongs to the same workspace.
func TestPlace(t *testing.T) {
	p := chat.Place{Platform: "slack", Workspace: "T1", Channel: "C1", Thread: "1.2"}
	if p.Conversation() != "slack/T1/C1/1.2" || p.Scope() != "slack/T1" {
		t.Errorf("%q in %q", p.Conversation(), p.Scope())
	}
	if q := (chat.Place{Platform: "slack", Workspace: "T1", Channel: "C1"}); q.Conversation() == p.Conversation() {
		t.Error("a thread is its channel")
	}
}

// TestLocation: a zone that nobody knows is UTC.
func TestLocation(t *testing.T) {
	for zone, want := range map[string]string{"Europe/Paris": "13:00", "": "12:00", "Nowhere/Atall": "12:00", "../../etc/passwd": "12:00"} {
		noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
		if got := noon.In(chat.Member{Zone: zone}.Location()).Format("15:04"); got != want {
			t.Errorf("noon in %q is %s; want %s", zone, got, want)
		}
	}
}
