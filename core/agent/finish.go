package agent

import (
	"context"
	"slices"
	"strings"
	"time"

	"aidesk/core/markdown"
	"aidesk/core/model"
	"aidesk/core/model/planner/utterance"
	"aidesk/core/plugin"
	"aidesk/core/preview"
)

// previewBudget is what the previews of one turn may take together.
const previewBudget = 1500 * time.Millisecond

// finish makes the Answer of what the model said: text parsed once with every link
// judged, previews, small print.
func (r *run) finish(ctx context.Context, text string, off []*plugin.Plugin) error {
	r.answer.Text = markdown.Parse(text, r.allow())
	if r.answer.Text.Empty() && len(r.answer.Parked) == 0 && r.Question != "" {
		r.answer.Text = markdown.New(markdown.Paragraph(markdown.Text("I have no answer to that.")))
	}
	if r.Previews != nil {
		r.answer.Previews = r.Previews.Previews(ctx, r.candidates(), previewBudget)
	}
	if len(r.from) > 0 {
		r.answer.Notes = append(r.answer.Notes, "From "+strings.Join(r.from, ", ")+".")
	}
	for _, left := range r.leftOut {
		r.answer.Notes = append(r.answer.Notes, "Not everything is shown: "+left+".")
	}
	r.answer.Trace.Model, r.answer.Trace.Usage = r.Model.Info().Name, r.answer.Usage
	for _, p := range r.enabled[:min(len(r.enabled), indexedPlugins)] {
		r.answer.Trace.Plugins = append(r.answer.Trace.Plugins, markdown.Line(p.Human(), 50))
	}
	if r.answer.Calls > 0 || len(r.answer.Parked) > 0 {
		return nil
	}
	others, err := r.sets.of(off)
	if err != nil {
		return err
	}
	r.answer.Disabled = disabled(r.Question, others, r.now())
	return nil
}

// allow says which addresses may be clickable: those that stood in a result of this
// conversation, in a manifest of an enabled plugin, or in the members' own words.
func (r *run) allow() func(string) bool {
	known := map[string]bool{}
	add := func(address string) {
		if n, ok := markdown.Normal(address); ok {
			known[n] = true
		}
	}
	for _, e := range r.transcript() {
		for _, l := range e.Links {
			add(l)
		}
		if text := e.Message.TextOf(); e.Message.Role == model.User && strings.ContainsAny(text, ".:") { // without, there is no address
			said := markdown.Parse(text, func(string) bool { return true })
			for _, l := range said.Links() {
				add(l)
			}
		}
	}
	for _, p := range r.enabled {
		for _, l := range p.Links() {
			add(l)
		}
	}
	return func(address string) bool {
		n, ok := markdown.Normal(address)
		return ok && known[n]
	}
}

// candidates are the links of this turn's results that may get a preview: those
// the answer names, in its order; if it names none, those of the results.
func (r *run) candidates() []preview.Candidate {
	var pages []preview.Candidate
	for _, l := range r.links {
		if l.Kind == "page" {
			pages = append(pages, preview.Candidate{URL: l.URL, Title: l.Title, Description: l.Description, Image: l.Image, SiteName: l.SiteName})
		}
	}
	var named []preview.Candidate
	for _, address := range r.answer.Text.Links() {
		if i := slices.IndexFunc(pages, func(c preview.Candidate) bool { return same(c.URL, address) }); i >= 0 {
			named = append(named, pages[i])
		}
	}
	if len(named) > 0 {
		return named
	}
	return pages
}

func same(a, b string) bool {
	x, ok := markdown.Normal(a)
	y, also := markdown.Normal(b)
	return ok && also && x == y
}

// disabled finds a registered plugin that the member has not enabled and whose own
// examples know the question.
func disabled(question string, off *set, now time.Time) *plugin.Plugin {
	hits := utterance.Match(question, toolsOf(off.offers), now)
	if len(hits) == 0 {
		return nil
	}
	o, _ := off.find(hits[0].Tool.Name)
	return o.plugin
}
