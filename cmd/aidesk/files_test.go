package main

import (
	"os"
	"strings"
	"testing"

	fakeslack "aidesk/adapters/fake/slack"
	"aidesk/core/model/modeltest"
)

// TestServeFiles: the program reads a picture where the messenger keeps it and shows it to the
// model, as models.*.reads says; without it the answer says that it was not read. In a thread
// that it does not know it reads what stands above.
func TestServeFiles(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, reads string
		sees        int
		note        string
	}{
		{"reads images", "images", 1, "I read the message above, by ben."},
		{"reads text", "text", 0, "I cannot read plan.png (12 bytes)."},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSlackStory(t, "socket")
			config, err := os.ReadFile(s.config)
			if err != nil {
				t.Fatal(err)
			}
			text := strings.Replace(string(config), "model: m,", "model: m, reads: "+test.reads+",", 1)
			if err := os.WriteFile(s.config, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			s.serve()
			s.model.Then(modeltest.Text("A hall."))
			root, err := s.fake.Post(fakeslack.Ben, fakeslack.General, "the plan of the hall is there", "")
			if err != nil {
				t.Fatal(err)
			}
			picture := fakeslack.File{Name: "plan.png", Type: "image/png", Content: []byte("\x89PNG\r\n\x1a\nplan")}
			if _, err := s.fake.PostFiles(fakeslack.Ada, fakeslack.General, "<@"+fakeslack.BotUser+"> what is this?", root, picture); err != nil {
				t.Fatal(err)
			}
			s.shows("A hall.")
			s.shows(test.note)
			last := s.model.Queries()[0].Last()
			if len(last.Files) != test.sees || !strings.Contains(last.Content, "ben: the plan of the hall is there\n") {
				t.Errorf("%d files and %q", len(last.Files), last.Content)
			}
		})
	}
}
