package faketest

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"aidesk/adapters/fake/discord"
	"aidesk/adapters/fake/slack"
)

// Answer is what a member fills into the input with a label. Several choices stand one a
// line.
type Answer struct{ Label, Value string }

// FillSlack fills in the modal that a user sees and submits it. It returns what is wrong
// with it, "label: fault" for each, or nothing if it was taken.
func FillSlack(t testing.TB, s *slack.Slack, user string, answers []Answer) []string {
	t.Helper()
	Until(t, s, "a form", func() bool { return len(s.Views(user)) > 0 })
	views := s.Views(user)
	view := views[len(views)-1]
	labels := slackLabels(view)
	values := map[string]string{}
	for _, a := range answers {
		found := false
		for id, label := range labels {
			if label == a.Label {
				values[id], found = a.Value, true
			}
		}
		if !found {
			t.Fatalf("the form asks for no %q: %s", a.Label, view.Blocks)
		}
	}
	r, err := s.Submit(user, view.ID, values)
	Result(t, r, err)
	var faults []string
	for _, v := range s.Views(user) {
		for id, fault := range v.Errors {
			faults = append(faults, labels[id]+": "+fault)
		}
		if v.ID == view.ID && v.CallbackID == "" { // replaced by a notice
			faults = append(faults, slack.Plain(v.Blocks))
		}
	}
	slices.Sort(faults)
	return faults
}

// slackLabels are the labels of a modal's inputs, by their block_id.
func slackLabels(v slack.View) map[string]string {
	var blocks []struct {
		Type  string `json:"type"`
		ID    string `json:"block_id"`
		Label struct {
			Text string `json:"text"`
		} `json:"label"`
	}
	_ = json.Unmarshal(v.Blocks, &blocks)
	labels := map[string]string{}
	for _, b := range blocks {
		if b.Type == "input" {
			labels[b.ID] = b.Label.Text
		}
	}
	return labels
}

// FillDiscord fills in the modal that a user sees, or that the last message only for them
// opens, page by page, and submits it. It returns what is wrong with it, a line for each
// fault, or nothing if it was taken.
func FillDiscord(t testing.TB, d *discord.Discord, user string, answers []Answer) []string {
	t.Helper()
	left := slices.Clone(answers)
	for {
		m, open := d.Modal(user)
		if !open {
			pressLast(t, d, user, "Continue", "Correct it")
			continue
		}
		values := map[string]string{}
		for _, in := range m.Inputs {
			left = slices.DeleteFunc(left, func(a Answer) bool {
				value, mine, whole := partOf(in, a)
				if mine {
					values[in.CustomID] = value
				}
				return whole
			})
		}
		r, err := d.Submit(user, "", values)
		Result(t, r, err)
		switch last, told := lastAside(d, user); {
		case told && has(last, "Continue"):
		case told && has(last, "Correct it"):
			return strings.Split(strings.ReplaceAll(last.Text, `\`, ""), "\n") // as it is read
		default:
			for _, a := range left {
				if !strings.Contains(a.Value, "\n") {
					t.Errorf("the form asks for no %q", a.Label)
				}
			}
			return nil
		}
	}
}

// partOf is what of an answer belongs into an input; whole says that this is all of it.
func partOf(in discord.Input, a Answer) (value string, mine, whole bool) {
	if in.Label == a.Label {
		return a.Value, true, true
	}
	if !strings.HasPrefix(in.Label, a.Label+" (") { // one of several menus
		return "", false, false
	}
	var some []string
	for one := range strings.SplitSeq(a.Value, "\n") {
		if slices.ContainsFunc(in.Options, func(c discord.Choice) bool { return c.Value == one }) {
			some = append(some, one)
		}
	}
	return strings.Join(some, "\n"), true, false
}

// pressLast presses one of some buttons of the last message that only a user sees.
func pressLast(t testing.TB, d *discord.Discord, user string, labels ...string) {
	t.Helper()
	last, _ := lastAside(d, user)
	for _, b := range last.Buttons() {
		if slices.Contains(labels, b.Label) {
			r, err := d.Press(user, last.Channel, last.ID, b.CustomID)
			Result(t, r, err)
			if _, open := d.Modal(user); !open {
				t.Fatalf("%q opens no form", b.Label)
			}
			return
		}
	}
	t.Fatalf("%s is shown no form and no button to one: %s", user, last.Shown())
}

func lastAside(d *discord.Discord, user string) (discord.Message, bool) {
	all := d.Ephemerals(user)
	if len(all) == 0 {
		return discord.Message{}, false
	}
	return all[len(all)-1], true
}

func has(m discord.Message, label string) bool {
	return slices.ContainsFunc(m.Buttons(), func(b discord.Button) bool { return b.Label == label })
}
