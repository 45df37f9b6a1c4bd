package main

import (
	"net/http"
	"testing"

	fakediscord "aidesk/adapters/fake/discord"
	"aidesk/core/model/modeltest"
)

// TestUnshown: an answer that Discord refuses ends in a plain line, and the conversation goes
// on, also after a restart. (bots plays what a kill leaves; the next answer then waits for the
// half minute in which Discord may still take what was sent.)
func TestUnshown(t *testing.T) {
	t.Parallel()
	s := newDiscordStory(t, false)
	s.serve()
	s.model.Then(modeltest.Text("The first answer."), modeltest.Text("The second answer."))
	s.fake.Fail("POST /channels/{channel}/messages", fakediscord.Fault{Status: http.StatusBadRequest, Code: 50035})
	s.mention("hello?")
	s.shows("I could not show my answer here.")
	s.desk.terminate()
	s.serve()
	s.mention("and now?")
	s.shows("The second answer.")
	for _, c := range s.fake.Channels() {
		for _, m := range s.fake.From(c.ID) {
			if m.Text == "The first answer." {
				t.Errorf("what Discord refused is shown: %+v", m)
			}
		}
	}
}
