package bots_test

import (
	"strings"
	"testing"

	"aidesk/bots/bottest"
	"aidesk/core/model"
	"aidesk/core/model/anthropic"
	"aidesk/core/model/modeltest"
	"aidesk/core/model/openai"
)

// TestFiles: what a member attaches at a messenger arrives at the servers of all wires as
// these want it, and what one of them does not take is said.
func TestFiles(t *testing.T) {
	t.Parallel()
	files := []bottest.File{
		{Name: "plan.png", Type: "image/png", Content: []byte("\x89PNG\r\n\x1a\nthe plan")},
		{Name: "terms.pdf", Type: "application/pdf", Content: []byte("%PDF-1.7 the terms")},
		{Name: "list.csv", Type: "text/csv", Content: []byte("Copper Kettle,2")},
		{Name: "large.gif", Type: "image/gif", Content: append([]byte("GIF89a"), make([]byte, 6_000_000)...)},
	}
	for _, test := range []struct {
		name    string
		dialect modeltest.Dialect
		open    func(openai.Config) model.Model
		config  openai.Config
		sent    int
		notes   string
	}{
		{"responses", modeltest.Responses, func(c openai.Config) model.Model { return openai.NewResponses(c) }, openai.Config{Images: true, PDFs: true}, 3, ""},
		{"chat", modeltest.Chat, func(c openai.Config) model.Model { return openai.NewChat(c) }, openai.Config{Images: true}, 2, "I cannot read terms.pdf (18 bytes)."},
		{"chat that sees nothing", modeltest.Chat, func(c openai.Config) model.Model { return openai.NewChat(c) }, openai.Config{}, 0, "I cannot read plan.png (16 bytes). I cannot read terms.pdf (18 bytes). I cannot read large.gif (6 MB)."},
		{"anthropic", modeltest.Messages, func(c openai.Config) model.Model { return anthropic.New(c) }, openai.Config{Images: true, PDFs: true}, 2, "I cannot read large.gif (6 MB): it is larger than 3.9 MB."},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := modeltest.New(t, test.dialect, modeltest.Text("I see."))
			test.config.BaseURL, test.config.Model = server.URL, "scripted"
			p, _ := slackWorkspace(t, "http")
			s := bottest.Start(t, p, bottest.NewClock(), bottest.Setup{Model: test.open(test.config)})
			if r := s.AskWith("what is this?", files...); r.Text.Text() != "I see." || strings.Join(r.Notes, " ") != test.notes {
				t.Errorf("the answer is:\n%s", bottest.Text(r))
			}
			last := server.Queries()[0].Last()
			if len(last.Files) != test.sent || !strings.Contains(last.Content, "Copper Kettle,2\n") {
				t.Errorf("%d files and %q", len(last.Files), last.Content)
			}
		})
	}
}
