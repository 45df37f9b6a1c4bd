package discord_test

import (
	"testing"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/adapters/fake/faketest"
)

// TestDiscordJS: a bot of discord.js does all its work against the fake, also after its
// connection broke.
func TestDiscordJS(t *testing.T) {
	faketest.NeedOracles(t)
	d := start(t, fakediscord.Config{})
	faketest.App(t, []string{"API=" + d.APIURL(), "TOKEN=" + fakediscord.Token})
	if all := d.Commands(); len(all) != 2 {
		t.Fatalf("registered are %+v", all)
	}
	asked := posted(t, d, fakediscord.Ada, fakediscord.General, d.Typed("@aidesk hello"))
	from := func(channel string, n int) []fakediscord.Message {
		t.Helper()
		faketest.Until(t, d, "an answer", func() bool { return len(d.From(channel)) >= n })
		return d.From(channel)
	}
	answer := from(fakediscord.General, 1)[0]
	if answer.ReplyTo != asked || answer.Shown() != "Press it\n| A page\n| words\n{answer.md}\n[Ask]" || len(d.Typings()) != 1 {
		t.Errorf("the answer is %+v", answer)
	}
	d.Drop()
	faketest.Until(t, d, "the bot to come back", func() bool { return d.Resumed() == 1 })
	r, err := d.Press(fakediscord.Ada, fakediscord.General, answer.ID, "ask")
	if a := faketest.Result(t, r, err); a.Type != fakediscord.AnswerModal {
		t.Errorf("the press was answered with %+v", a)
	}
	r, err = d.Submit(fakediscord.Ada, "form", map[string]string{"name": "Bob"})
	if a := faketest.Result(t, r, err); a.Type != fakediscord.AnswerUpdate || a.Message != answer.ID {
		t.Errorf("the submission was answered with %+v", a)
	}
	if m, _ := d.Message(fakediscord.General, answer.ID); m.Shown() != "Hello Bob\n{answer.md}" {
		t.Errorf("the message is %+v", m)
	}
	faketest.Until(t, d, "the thread", func() bool { return len(d.Threads(fakediscord.General)) == 1 })
	thread := d.Threads(fakediscord.General)[0]
	inside := from(thread.ID, 2)
	if thread.ID != answer.ID || thread.Name != "More" || inside[0].Text != "In the thread, edited" || inside[1].Text != "The channel has 2 messages" {
		t.Errorf("in the thread %+v are %+v", thread, inside)
	}
	choices, err := d.Complete(fakediscord.Ben, fakediscord.General, "aidesk", "ask", "what", "x", nil)
	if err != nil || len(choices) != 1 || choices[0].Name != "x!" {
		t.Errorf("offered are %+v, %v", choices, err)
	}
	r, err = d.Command(fakediscord.Ben, fakediscord.General, "aidesk", "ask", map[string]string{"what": "it"})
	if a := faketest.Result(t, r, err); a.Type != fakediscord.AnswerDeferred {
		t.Errorf("the command was answered with %+v", a)
	}
	if m := from(d.DM(fakediscord.Ben), 1)[0]; m.Text != "And to you" {
		t.Errorf("the direct message is %+v", m)
	}
	if m := from(fakediscord.General, 2)[1]; m.Text != "To everybody, by ben" {
		t.Errorf("the follow-up is %+v", m)
	}
	if e := d.Ephemerals(fakediscord.Ben); len(e) != 1 || e[0].Text != "You said it" {
		t.Errorf("the answer is %+v", e)
	}
	r, err = d.MessageCommand(fakediscord.Ada, fakediscord.General, asked, "Ask aidesk")
	faketest.Result(t, r, err)
	if e := d.Ephemerals(fakediscord.Ada); len(e) != 1 || e[0].Text != "It says <@"+fakediscord.BotUser+"> hello" {
		t.Errorf("the answer is %+v", e)
	}
	faketest.Idle(t, d)
	for _, r := range d.Requests() {
		if r.Error != "" || r.Version != "v10" {
			t.Errorf("%s: %s", r.Name(), r.Answer)
		}
	}
}
