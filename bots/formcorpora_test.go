package bots_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	discordrender "aidesk/adapters/discord/render"
	discordrule "aidesk/adapters/fake/discord/rule"
	slackrule "aidesk/adapters/fake/slack/rule"
	slackrender "aidesk/adapters/slack/render"
	"aidesk/core/chat"
	"aidesk/core/corporatest"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

// TestFormCorpora: the forms of real documents, filled in with their samples, are what Slack
// and Discord take, on every page.
func TestFormCorpora(t *testing.T) {
	t.Parallel()
	const most = 100 // operations of one document
	files, err := filepath.Glob(corporatest.Path(t, "specs/*.*"))
	if err != nil {
		t.Fatal(err)
	}
	forms, pages := 0, 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := openapi.Read(t.Context(), openapi.Source{URL: "https://plugin.example/openapi.yaml", Data: data, Base: "https://plugin.example"}, openapi.Options{})
		if err != nil {
			continue // the list of what is there, or a document that is refused
		}
		for _, o := range d.Operations[:min(len(d.Operations), most)] {
			f := plugin.Form("f", &plugin.Plugin{Document: d}, o, o.Tool("p").Sample)
			f.Title = "Plugin"
			forms++
			name := filepath.Base(file) + " " + o.ID
			v, err := slackrender.Modal(f, chat.Place{Platform: "slack"})
			if err != nil {
				t.Errorf("%s at Slack: %v", name, err)
			}
			text, err := json.Marshal(v)
			if err == nil {
				_, err = slackrule.View(string(text), false, nil)
			}
			if err != nil {
				t.Errorf("%s at Slack: %v: %.500s", name, err, text)
			}
			for number, of := 1, 1; number <= of; number++ {
				m, page, err := discordrender.Form(f, number)
				if err != nil {
					t.Errorf("%s at Discord: %v", name, err)
					break
				}
				of = page.Of
				pages++
				m.CustomID = "m:f"
				text, err := json.Marshal(m)
				if err != nil {
					t.Fatal(err)
				}
				var body map[string]any
				decoder := json.NewDecoder(bytes.NewReader(text))
				decoder.UseNumber()
				if err := decoder.Decode(&body); err != nil {
					t.Fatal(err)
				}
				if faults := discordrule.Modal(body); len(faults) > 0 {
					t.Errorf("%s at Discord, page %d: %v in %.500s", name, number, faults, text)
				}
			}
		}
	}
	t.Logf("%d forms, %d pages at Discord", forms, pages)
	if forms < 500 || pages < forms {
		t.Errorf("only %d forms with %d pages", forms, pages)
	}
}
