package discord_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/adapters/fake/faketest"
)

// elsewhere sends what is meant for Discord to a fake.
type elsewhere struct{ to *url.URL }

func (e elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = e.to.Scheme, e.to.Host, e.to.Host
	return http.DefaultTransport.RoundTrip(r)
}

// client is a discordgo session for a fake, which is not open yet.
func client(t *testing.T, d *fakediscord.Discord) *discordgo.Session {
	t.Helper()
	to, err := url.Parse(d.URL)
	if err != nil {
		t.Fatal(err)
	}
	s, err := discordgo.New("Bot " + fakediscord.Token)
	if err != nil {
		t.Fatal(err)
	}
	s.Client = &http.Client{Transport: elsewhere{to}, Timeout: 20 * time.Second}
	s.Identify.Intents = fakediscord.IntentGuilds | fakediscord.IntentGuildMessages | fakediscord.IntentDirectMessages
	return s
}

// open connects a session until the test ends.
func open(t *testing.T, s *discordgo.Session) {
	t.Helper()
	if err := s.Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.CloseWithCode(1000) })
}

// TestStory: an application of discordgo does all its work: a mention is answered with
// a button, the button opens a modal, its submission changes the message; a slash
// command is completed and answered.
func TestStory(t *testing.T) {
	t.Parallel()
	d := start(t, fakediscord.Config{})
	s := client(t, d)
	said := make(chan error, 100)
	s.AddHandler(func(s *discordgo.Session, m *discordgo.MessageCreate) {
		if m.Author.Bot || !strings.Contains(m.Content, "<@"+fakediscord.BotUser+">") {
			return
		}
		_, err := s.ChannelMessageSendComplex(m.ChannelID, &discordgo.MessageSend{
			Content: "Press it", Reference: m.Reference(), AllowedMentions: &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}},
			Components: []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{discordgo.Button{Label: "Ask", CustomID: "ask", Style: discordgo.PrimaryButton}}}},
		})
		said <- err
	})
	s.AddHandler(func(s *discordgo.Session, i *discordgo.InteractionCreate) {
		var r discordgo.InteractionResponse
		switch i.Type {
		case discordgo.InteractionMessageComponent:
			r = discordgo.InteractionResponse{Type: discordgo.InteractionResponseModal, Data: &discordgo.InteractionResponseData{
				CustomID: "form", Title: "Form", Components: []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{
					discordgo.TextInput{CustomID: "name", Label: "Name", Style: discordgo.TextInputShort, Required: true, MaxLength: 10},
				}}},
			}}
		case discordgo.InteractionModalSubmit:
			row, _ := i.ModalSubmitData().Components[0].(*discordgo.ActionsRow)
			in, _ := row.Components[0].(*discordgo.TextInput)
			r = discordgo.InteractionResponse{Type: discordgo.InteractionResponseUpdateMessage, Data: &discordgo.InteractionResponseData{
				Content: "Hello " + in.Value, Components: []discordgo.MessageComponent{},
			}}
		case discordgo.InteractionApplicationCommandAutocomplete:
			typed := i.ApplicationCommandData().Options[0].Options[0].StringValue()
			r = discordgo.InteractionResponse{Type: discordgo.InteractionApplicationCommandAutocompleteResult, Data: &discordgo.InteractionResponseData{
				Choices: []*discordgo.ApplicationCommandOptionChoice{{Name: typed + "!", Value: typed}},
			}}
		case discordgo.InteractionApplicationCommand:
			r = discordgo.InteractionResponse{Type: discordgo.InteractionResponseDeferredChannelMessageWithSource, Data: &discordgo.InteractionResponseData{Flags: discordgo.MessageFlagsEphemeral}}
			defer func() {
				words := "Done " + i.ApplicationCommandData().Options[0].Options[0].StringValue()
				_, err := s.InteractionResponseEdit(i.Interaction, &discordgo.WebhookEdit{Content: &words})
				said <- err
			}()
		}
		said <- s.InteractionRespond(i.Interaction, &r)
	})
	open(t, s)
	good := func() {
		t.Helper()
		if err := <-said; err != nil {
			t.Error(err)
		}
	}
	_, err := s.ApplicationCommandBulkOverwrite(fakediscord.ApplicationID, "", []*discordgo.ApplicationCommand{{
		Name: "aidesk", Description: "The desk", Options: []*discordgo.ApplicationCommandOption{{
			Name: "ask", Description: "Ask it", Type: discordgo.ApplicationCommandOptionSubCommand, Options: []*discordgo.ApplicationCommandOption{
				{Name: "what", Description: "What", Type: discordgo.ApplicationCommandOptionString, Required: true, Autocomplete: true},
			},
		}},
	}})
	if err != nil {
		t.Fatal(err)
	}

	asked, err := d.Post(fakediscord.Ada, fakediscord.General, d.Typed("@aidesk hello @everyone"), fakediscord.PostOptions{})
	if err != nil {
		t.Fatal(err)
	}
	good()
	answer := d.From(fakediscord.General)[0]
	if answer.ReplyTo != asked || answer.Shown() != "Press it\n[Ask]" || len(answer.Pings) > 0 {
		t.Errorf("the answer is %+v", answer)
	}
	r, err := d.Press(fakediscord.Ben, fakediscord.General, answer.ID, "ask")
	if a := faketest.Result(t, r, err); a.Type != fakediscord.AnswerModal {
		t.Errorf("the press was answered with %+v", a)
	}
	good()
	if m, ok := d.Modal(fakediscord.Ben); !ok || m.Title != "Form" || m.Inputs[0].Label != "Name" {
		t.Errorf("the modal is %+v", m)
	}
	if _, err := d.Submit(fakediscord.Ben, "form", map[string]string{"name": "Bob the builder"}); err == nil {
		t.Error("a text that is too long was submitted")
	}
	r, err = d.Submit(fakediscord.Ben, "form", map[string]string{"name": "Bob"})
	faketest.Result(t, r, err)
	good()
	if m, _ := d.Message(fakediscord.General, answer.ID); m.Shown() != "Hello Bob" || len(m.Versions) != 2 {
		t.Errorf("the message is %+v", m)
	}
	if _, ok := d.Modal(fakediscord.Ben); ok {
		t.Error("the modal is still open")
	}
	choices, err := d.Complete(fakediscord.Ada, fakediscord.General, "aidesk", "ask", "what", "x", nil)
	if err != nil || len(choices) != 1 || choices[0] != (fakediscord.Choice{Name: "x!", Value: "x"}) {
		t.Errorf("offered are %+v, %v", choices, err)
	}
	good()
	r, err = d.Command(fakediscord.Ada, d.DM(fakediscord.Ada), "aidesk", "ask", map[string]string{"what": "it"})
	faketest.Result(t, r, err)
	good()
	good()
	if e := d.Ephemerals(fakediscord.Ada); len(e) != 1 || e[0].Text != "Done it" {
		t.Errorf("the answer is %+v", e)
	}
	faketest.Idle(t, d)
	for _, r := range d.Requests() {
		if r.Error != "" {
			t.Errorf("%s: %s", r.Name(), r.Error)
		}
	}
}
