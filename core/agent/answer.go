package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"aidesk/core/markdown"
	"aidesk/core/model"
	"aidesk/core/model/planner/utterance"
	"aidesk/core/plugin"
	"aidesk/core/preview"
)

// previewBudget bounds the time for all previews of one turn.
const previewBudget = 1500 * time.Millisecond

// finish makes the Answer of the model's last text: it parses the text, decides which
// links are clickable, and adds previews and notes.
func (r *run) finish(ctx context.Context, text string, off []*plugin.Plugin) error {
	r.answer.Text = markdown.Parse(text, r.allow())
	r.markPrivate()
	if r.answer.Text.Empty() && len(r.answer.Parked) == 0 && r.asked() {
		r.answer.Text = markdown.New(markdown.Paragraph(markdown.Text(textNoAnswer)))
	}
	if r.Previews != nil {
		r.answer.Previews = r.Previews.Previews(ctx, r.candidates(), previewBudget)
	}
	if len(r.sources) > 0 {
		r.answer.Notes = append(r.answer.Notes, fmt.Sprintf(textSources, strings.Join(r.sources, ", ")))
	}
	if note := r.aboveNote(); note != "" {
		r.answer.Notes = append(r.answer.Notes, note)
	}
	if r.Misled {
		r.answer.Notes = append(r.answer.Notes, textMisled)
	}
	for _, left := range r.leftOut {
		r.answer.Notes = append(r.answer.Notes, fmt.Sprintf(textLeftOut, left))
	}
	r.answer.Trace.Model, r.answer.Trace.Usage = r.Model.Info().Name, r.answer.Usage
	for _, p := range r.enabled[:min(len(r.enabled), indexedPlugins)] {
		r.answer.Trace.Plugins = append(r.answer.Trace.Plugins, markdown.Line(p.Human(), 50))
	}
	if r.answer.Calls > 0 || len(r.answer.Parked) > 0 {
		return nil
	}
	others, err := r.toolsets.get(off)
	if err != nil {
		return err
	}
	r.answer.Disabled = disabledPlugin(r.Question, others, r.now())
	if r.answer.Disabled == nil && ctx.Err() == nil {
		return r.nameDenied(ctx)
	}
	return nil
}

// nameDenied notes a plugin that knows the question and is denied in the channel.
func (r *run) nameDenied(ctx context.Context) error {
	denied, err := r.Plugins.Denied(ctx, r.Place)
	if err != nil {
		return err
	}
	set, err := r.toolsets.get(denied)
	if err != nil {
		return err
	}
	if p := disabledPlugin(r.Question, set, r.now()); p != nil {
		r.answer.Notes = append(r.answer.Notes, fmt.Sprintf(textDenied, markdown.Line(p.Human(), 50)))
	}
	return nil
}

// allow decides which addresses may be clickable: those in a result of this
// conversation, in the manifest of an enabled plugin, or in members' messages.
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
		if text := e.Message.TextOf(); e.Message.Role == model.User && len(e.Seen) == 0 && strings.ContainsAny(text, ".:") { // without these there is no address
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

// candidates lists the pages in this turn's results that may get a preview: those that
// the answer links to, in its order, or all of them if it links to none.
func (r *run) candidates() []preview.Candidate {
	var pages []preview.Candidate
	for _, l := range r.links {
		if l.Kind == "page" {
			pages = append(pages, preview.Candidate{URL: l.URL, Title: l.Title, Description: l.Description, Image: l.Image, SiteName: l.SiteName})
		}
	}
	var named []preview.Candidate
	for _, address := range r.answer.Text.Links() {
		if i := slices.IndexFunc(pages, func(c preview.Candidate) bool { return sameAddress(c.URL, address) }); i >= 0 {
			named = append(named, pages[i])
		}
	}
	if len(named) > 0 {
		return named
	}
	return pages
}

func sameAddress(a, b string) bool {
	x, ok := markdown.Normal(a)
	y, also := markdown.Normal(b)
	return ok && also && x == y
}

// disabledPlugin finds a plugin that the member has not enabled and whose examples match
// the question.
func disabledPlugin(question string, off *toolset, now time.Time) *plugin.Plugin {
	hits := utterance.Match(question, toolsOf(off.bindings), now)
	if len(hits) == 0 {
		return nil
	}
	o, _ := off.find(hits[0].Tool.Name)
	return o.plugin
}

// Trace says how an answer came about: what the model could see, what it called and
// which rules decided. It is stored with the turn for /aidesk why.
type Trace struct {
	Model   string      `json:"model"`             // the provider's name of it
	Plugins []string    `json:"plugins,omitempty"` // in view, by their names for people
	Offered []Offer     `json:"offered,omitempty"` // sorted by tool
	Steps   []Step      `json:"steps,omitempty"`   // the calls, in the order in which they were asked for
	Usage   model.Usage `json:"usage"`
}

// Offer is a tool that the model could call.
type Offer struct {
	Tool  string  `json:"tool"`            // its name
	Score float64 `json:"score,omitempty"` // how much of the question it says, 0 to 1; 0 where nothing was ranked
	Why   string  `json:"why"`             // "all": everything was offered; "ranked"; "used" in this conversation; "found" by the model
}

// Step is one call that the model asked for, and what became of it in this turn.
type Step struct {
	Tool   string          `json:"tool"`
	Plugin string          `json:"plugin,omitempty"` // its name for people; empty: there is no such tool
	Args   json.RawMessage `json:"args,omitempty"`   // as the model sent them, {} where they were no JSON; the beginning as a text where they are longer than 2 KiB
	Status model.Status    `json:"status"`
	Rule   string          `json:"rule,omitempty"`   // the rule of policy that decided; empty: none was asked
	Result string          `json:"result,omitempty"` // what the model was given, cut to 2 KiB
	Parked bool            `json:"parked,omitempty"` // it waits for the member
}

// maxStep bounds what a Trace keeps of a result and of arguments, in bytes.
const maxStep = 2 << 10

// clipArgs shortens arguments for a Trace: longer ones become a JSON string of their
// beginning.
func clipArgs(args json.RawMessage) json.RawMessage {
	if len(args) <= maxStep {
		return args
	}
	text, err := json.Marshal(clip(string(args), maxStep) + "…")
	if err != nil {
		return nil // no text fails
	}
	return text
}

// addSteps adds the calls of one step and their results.
func (t *Trace) addSteps(calls []model.ToolCall, outcomes []outcome) {
	for i, c := range calls {
		o := outcomes[i]
		s := Step{
			Tool: c.Name, Args: clipArgs(c.Args), Status: o.result.Status, Rule: o.rule,
			Result: clip(o.result.Content, maxStep), Parked: o.result.Status == model.Waiting,
		}
		if o.plugin != nil {
			s.Plugin = markdown.Line(o.plugin.Human(), 50)
		}
		t.Steps = append(t.Steps, s)
	}
}

// addOffered adds the tools of a request that are not listed yet.
func (t *Trace) addOffered(picks []offeredTool) {
	for _, p := range picks {
		i, ok := slices.BinarySearchFunc(t.Offered, p.tool.Name, func(o Offer, name string) int { return strings.Compare(o.Tool, name) })
		if !ok {
			t.Offered = slices.Insert(t.Offered, i, Offer{Tool: p.tool.Name, Score: p.score, Why: p.why})
		}
	}
}

// Unreachable ends a turn that is patient: a plugin cannot be reached.
type Unreachable struct{ Plugin string } // as members know it

// Error names the plugin.
func (u *Unreachable) Error() string { return u.Plugin + " cannot be reached" }

// Away says whether a turn failed because a model or a plugin cannot be asked just now, and
// may be asked again after a while; line is what the member reads meanwhile. A model whose
// answer broke off was asked, and asking again is paid for again, so that is for the member
// to say.
func Away(err error) (line string, after time.Duration, ok bool) {
	if u, ok := errors.AsType[*Unreachable](err); ok {
		return fmt.Sprintf(textPluginAway, u.Plugin), 0, true
	}
	m, ok := errors.AsType[*model.Error](err)
	if !ok {
		return "", 0, false
	}
	switch m.Kind {
	case model.Rate, model.Overloaded:
		return textModelKept, m.RetryAfter, true
	case model.Network:
		return textModelAway, m.RetryAfter, true
	default:
		return "", 0, false
	}
}

// ErrorLine is the line that a member reads when the model failed; ok is false if err
// is not a model's error.
func ErrorLine(err error) (line string, ok bool) {
	var m *model.Error
	if !errors.As(err, &m) {
		return "", false
	}
	switch m.Kind {
	case model.Auth:
		return textModelKey, true
	case model.Rate, model.Overloaded:
		return textModelBusy, true
	case model.Context:
		return textModelFull, true
	case model.Refused:
		return textModelRefused, true
	case model.NotHere:
		return textModelNotHere, true
	case model.Truncated:
		return textModelCut, true
	case model.Protocol:
		return textModelNone, true
	case model.Network:
		return textModelDown, true
	default:
		return textModelFault, true
	}
}
