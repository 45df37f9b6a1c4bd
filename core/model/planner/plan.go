package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"aidesk/core/model"
	"aidesk/core/model/planner/utterance"
	"aidesk/core/model/search"
)

// Bounds of what a member is asked.
const (
	maxChoices = 3
	maxLabel   = 34 // characters on a button
	maxEcho    = 60 // characters of a member's words that are repeated
)

// plan is how to answer the messages of a turn.
type plan struct {
	request   *model.Request
	calls     []utterance.Hit
	texts     []string
	choices   []model.Choice
	unmatched []string      // messages that fit nothing
	index     *search.Index // of the tools; nil until it is needed
}

// read plans for one message of a member, or reports one outcome.
func (p *plan) read(m model.Message) {
	if m.Role == model.Outcome {
		for _, part := range m.Parts {
			if part.Result != nil {
				p.say(outcomeLine(p.request.Tools, *part.Result))
			}
		}
		return
	}
	said, tools, now := m.TextOf(), p.request.Tools, p.request.Now
	if hit, found, err := utterance.Typed(said, tools, now); found {
		if err != nil {
			p.say(escape(err.Error()))
			return
		}
		p.call(hit, said)
		return
	}
	hits := utterance.Match(said, tools, now)
	same := slices.IndexFunc(hits, func(h utterance.Hit) bool { return !h.Equal(hits[0]) })
	if same < 0 {
		same = len(hits)
	}
	switch {
	case same == 1:
		p.call(hits[0], said)
	case same > 1:
		p.ask(textSeveral, hits[:same])
	default:
		p.askNear(said)
	}
}

// ran reports whether a message names a call that was made without the planner, from a
// form: nothing else has its outcome follow at once. The outcome is told and nothing is
// called again. That of a write is told in short, as its card tells the rest; nothing else
// shows that of a read.
func (p *plan) ran(said, next model.Message) bool {
	if said.Role != model.User || next.Role != model.Outcome {
		return false
	}
	for _, part := range next.Parts {
		r := part.Result
		if r == nil {
			continue
		}
		writes := slices.ContainsFunc(p.request.Tools, func(t model.Tool) bool { return t.Name == r.Operation && t.Write })
		if writes {
			p.say(outcomeLine(p.request.Tools, *r))
		} else {
			p.say(resultText(p.request.Tools, []model.ToolResult{*r}))
		}
	}
	return true
}

// call plans a call, once for each tool.
func (p *plan) call(hit utterance.Hit, said string) {
	if slices.ContainsFunc(p.calls, func(h utterance.Hit) bool { return h.Tool.Name == hit.Tool.Name }) {
		p.say(fmt.Sprintf(textOneByOne, escape(clip(said, maxEcho))))
		return
	}
	p.calls = append(p.calls, hit)
}

// ask offers the possible readings of a message as buttons.
func (p *plan) ask(question string, hits []utterance.Hit) {
	lines := []string{question}
	for _, hit := range hits[:min(len(hits), maxChoices)] {
		typed := utterance.Line(hit.Tool, hit.Args)
		if typed == "" {
			continue
		}
		label := cmp.Or(hit.Tool.Summary, typed)
		if slices.ContainsFunc(hits, func(o utterance.Hit) bool {
			return o.Tool.Summary == hit.Tool.Summary && string(o.Args) != string(hit.Args)
		}) {
			label = cmp.Or(strings.TrimSpace(strings.TrimPrefix(typed, hit.Tool.Typed)), typed)
		}
		lines = append(lines, "- "+escape(hit.Tool.Plugin)+": "+code(typed))
		p.offer(model.Choice{Label: clip(oneLine(label), maxLabel), Say: typed})
	}
	p.say(strings.Join(lines, "\n"))
}

// askNear asks for the values that an example still needs, or passes the message on
// to suggest.
func (p *plan) askNear(said string) {
	hints := utterance.Near(said, p.request.Tools, p.request.Now)
	if len(hints) == 0 {
		p.suggest(said)
		return
	}
	if hints[0].Readings != nil {
		p.ask(textAmbiguous, hints[0].Readings)
		return
	}
	lines := []string{textNotAll}
	for _, hint := range hints[:min(len(hints), maxChoices)] {
		var unread []string
		for _, u := range hint.Unread {
			name := "**" + escape(label(u.Name)) + "**"
			if u.Words == "" {
				unread = append(unread, fmt.Sprintf(textNeeds, name, escape(u.Wants)))
			} else {
				unread = append(unread, fmt.Sprintf(textUnreadable, escape(clip(u.Words, maxEcho)), name, escape(u.Wants)))
			}
		}
		if len(unread) > 0 {
			lines = append(lines, fmt.Sprintf(textSayIt, strings.Join(unread, "; "), escape(utterance.Fill(hint.Example, hint.Tool.Sample))))
		}
	}
	p.say(strings.Join(lines, "\n"))
}

// suggest offers forms of the operations that a message is clearly about. It calls
// nothing: words that only resemble a request are no request.
func (p *plan) suggest(said string) {
	found := p.operations().Related(utterance.Words(said), maxChoices)
	if len(found) == 0 || len(p.choices) == maxChoices {
		p.unmatched = append(p.unmatched, said)
		return
	}
	if !slices.Contains(p.texts, textDidYouMean) {
		p.say(textDidYouMean)
	}
	for _, r := range found {
		summary := func(t model.Tool) string { return oneLine(cmp.Or(t.Summary, t.Typed, t.Name)) }
		label := summary(r.Tool)
		if slices.ContainsFunc(found, func(o search.Ranked) bool {
			return o.Tool.Name != r.Tool.Name && clip(summary(o.Tool), maxLabel) == clip(label, maxLabel)
		}) {
			label = oneLine(r.Tool.Plugin) + ": " + label
		}
		p.offer(model.Choice{Label: clip(label, maxLabel), Tool: r.Tool.Name})
	}
}

// operations is the index of the tools, made when it is first needed.
func (p *plan) operations() *search.Index {
	if p.index == nil {
		p.index = search.NewIndex(p.request.Tools)
	}
	return p.index
}

// offer adds a choice while there is room.
func (p *plan) offer(c model.Choice) {
	if len(p.choices) < maxChoices {
		p.choices = append(p.choices, c)
	}
}

// buttons returns the choices as parts of a message.
func (p *plan) buttons() []model.Part {
	var parts []model.Part
	for i := range p.choices {
		parts = append(parts, model.Part{Choice: &p.choices[i]})
	}
	return parts
}

// say adds a paragraph.
func (p *plan) say(text string) {
	if text != "" {
		p.texts = append(p.texts, text)
	}
}

// words returns the text of the answer. It is the help text if nothing else was said;
// otherwise each message that fitted nothing gets one line.
func (p *plan) words() string {
	if len(p.unmatched) > 0 && len(p.calls)+len(p.texts) == 0 {
		return help(p.request.Tools)
	}
	texts := slices.Clone(p.texts)
	for _, said := range p.unmatched {
		texts = append(texts, fmt.Sprintf(textNoMatchAlso, escape(clip(said, maxEcho))))
	}
	return blocks(texts...)
}

// blocks joins paragraphs, without empty ones.
func blocks(texts ...string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(texts), func(s string) bool { return s == "" }), "\n\n")
}

// clip shortens s to most characters, the last being an ellipsis then.
func clip(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return strings.TrimSpace(string([]rune(s)[:most-1])) + "…"
}
