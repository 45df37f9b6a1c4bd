package main

import (
	"bytes"
	"fmt"
	"testing"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/adapters/fake/faketest"
)

const discordGuild = fakediscord.GuildID

// discordLogins is Discord in a story of logins.
type discordLogins struct {
	*fakediscord.Discord

	t      *testing.T
	thread string
}

func newDiscordLogins(t *testing.T) loginMessenger {
	t.Helper()
	return &discordLogins{t: t, Discord: faketest.Discord(t, fakediscord.Config{})}
}

func (m *discordLogins) bot() string {
	return fmt.Sprintf("    discord: {token: %s, api_base_url: %q}\n    access: {channels: [%q]}\n", fakediscord.Token, m.APIURL(), fakediscord.General)
}

func (m *discordLogins) known() {
	m.t.Helper()
	faketest.Until(m.t, m.Discord, "the commands and the connection", func() bool { return len(m.Commands()) > 0 && m.Connected() > 0 })
}

func (m *discordLogins) users() (ada, ben string) { return fakediscord.Ada, fakediscord.Ben }

// mention lets a user write: in the channel, where the program opens a thread, then in it.
func (m *discordLogins) mention(user, text string) {
	m.t.Helper()
	channel := fakediscord.General
	if m.thread != "" {
		channel = m.thread
	}
	id, err := m.Post(user, channel, "<@"+fakediscord.BotUser+"> "+text, fakediscord.PostOptions{})
	if err != nil {
		m.t.Fatal(err)
	}
	if m.thread == "" {
		m.thread = id
		faketest.Until(m.t, m.Discord, "the thread", func() bool { _, ok := m.Channel(id); return ok })
	}
}

// leave begins another thread with the next message.
func (m *discordLogins) leave() { m.thread = "" }

func (m *discordLogins) all() []shown {
	var all []shown
	add := func(list []fakediscord.Message) {
		for _, one := range list {
			all = append(all, shown{
				place: one.Channel, id: one.ID, thread: one.Channel, to: one.To, text: one.Shown(),
				raw: one.Text + string(one.Components) + string(one.Embeds),
			})
		}
	}
	for _, c := range m.Channels() {
		add(m.From(c.ID))
	}
	for _, u := range m.Users() {
		add(m.Ephemerals(u.ID))
	}
	return all
}

func (m *discordLogins) inThread(one shown) bool { return one.place == m.thread }

func (m *discordLogins) inDirect(one shown, user string) bool { return one.place == m.DM(user) }

func (m *discordLogins) dm(user string) string { return m.DM(user) }

func (m *discordLogins) press(user string, one shown, label string) error {
	now, ok := m.Message(one.place, one.id)
	if !ok {
		return fmt.Errorf("there is no message %s", one.id)
	}
	b, ok := now.Labelled(label)
	if !ok {
		return fmt.Errorf("there is no button %s", label)
	}
	r, err := m.Press(user, one.place, one.id, b.CustomID)
	if err != nil {
		return err
	}
	_, err = r.Wait(m.t.Context())
	return err
}

func (m *discordLogins) fill(user, label, value string) []string {
	m.t.Helper()
	return m.fillAll(user, []string{label}, []string{value})
}

func (m *discordLogins) fillAll(user string, labels, values []string) []string {
	m.t.Helper()
	return faketest.FillDiscord(m.t, m.Discord, user, answersTo(labels, values))
}

func (m *discordLogins) command(user, name, text string) {
	m.t.Helper()
	r, err := m.Slash(user, fakediscord.General, "/"+name+" "+text)
	if err != nil {
		m.t.Fatal(err)
	}
	if _, err := r.Wait(m.t.Context()); err != nil {
		m.t.Fatal(err)
	}
}

func (m *discordLogins) sent() string {
	var all bytes.Buffer
	for _, r := range m.Requests() {
		all.WriteString(r.Path + "?" + r.Query + "\n")
		all.Write(r.Body)
	}
	return all.String()
}
