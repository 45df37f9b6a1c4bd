package agent

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"aidesk/core/markdown"
	"aidesk/core/model/search"
)

// Earlier is a message that was said in the thread before the question.
type Earlier struct {
	Name string // of who wrote it
	Own  bool   // the member who asks
	Text string
}

// above stands among the plugins whose data was seen for what others said before the
// question: they did not say it to aidesk, so it goes to a plugin only by a card.
const above = "messages above"

// How much is told of what was said above.
const (
	maxAbove   = 8000 // tokens
	namedAbove = 3    // authors that the note names
)

// fitAbove writes what was said above, the newest whole as far as there is room, and keeps
// of Above what was written.
func (r *run) fitAbove() {
	room := min(maxAbove, r.room(0)/2)
	left := room
	var told []string
	for _, e := range slices.Backward(r.Above) {
		text := cmp.Or(markdown.Line(e.Name, 80), textSomebody) + ": " + e.Text
		if left -= search.Tokens(text); left < 0 && len(told) > 0 {
			break
		}
		if left < 0 {
			text = clip(text, room) + "…" // no byte is more than a token
		}
		told = append(told, text)
	}
	r.AboveCut = r.AboveCut || len(told) < len(r.Above)
	r.Above = r.Above[len(r.Above)-len(told):]
	if r.AboveCut {
		told = append(told, "(What was said before that is left out.)")
	}
	slices.Reverse(told)
	r.above = strings.Join(told, "\n\n")
}

// aboveOfOthers reports whether the model reads what others than the member said above.
func (r *run) aboveOfOthers() bool {
	return slices.ContainsFunc(r.Above, func(e Earlier) bool { return !e.Own })
}

// aboveNote says to the member what was read, and by whom it was.
func (r *run) aboveNote() string {
	var names []string
	for _, e := range r.Above {
		name := cmp.Or(markdown.Line(e.Name, 50), textSomebody)
		if e.Own {
			name = textYou
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if more := len(names) - namedAbove; more > 1 {
		names = append(names[:namedAbove], fmt.Sprintf(textOthers, more))
	}
	n := len(names)
	if n == 0 {
		return ""
	}
	by := strings.Join(names[:n-1], ", ")
	if n > 1 {
		by += textAnd
	}
	by += names[n-1]
	switch {
	case r.AboveCut:
		return fmt.Sprintf(textReadLast, len(r.Above), by)
	case len(r.Above) == 1:
		return fmt.Sprintf(textReadOne, by)
	}
	return fmt.Sprintf(textReadAbove, len(r.Above), by)
}
