package agent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"aidesk/core/confirm"
	"aidesk/core/markdown"
	"aidesk/core/model"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

// maxParallelReads bounds the reads of one turn that run at the same time.
const maxParallelReads = 4

// outcome is the result of one tool call.
type outcome struct {
	result model.ToolResult
	links  []openapi.Link
	plugin *plugin.Plugin // nil: there is no such tool
	rule   string         // the policy rule that decided
	failed bool           // the plugin was asked and failed
	away   bool           // it could not be reached
	own    bool           // the call went with the member's own account
}

// answerCalls answers every call of one step: it sends the reads in parallel and makes
// Actions of the calls that need confirmation. If the turn must end here, it returns
// the sentence that says why.
func (r *run) answerCalls(ctx context.Context, calls []model.ToolCall) (why string) {
	outcomes := make([]outcome, len(calls))
	r.invalidCall = false
	var group sync.WaitGroup
	slots := make(chan struct{}, maxParallelReads)
	for i, c := range calls {
		w := r.prepare(ctx, c)
		outcomes[i] = outcome{result: w.result, plugin: w.plugin, rule: w.rule}
		if w.result.Status != "" && !w.needsConfirmation && !w.needsLogin {
			continue
		}
		name := markdown.Line(w.plugin.Human(), 50)
		if r.callCount++; r.callCount > r.limits.Calls {
			outcomes[i].result = failedResult(c, fmt.Sprintf("No more than %d calls are allowed in one turn. Answer with what you have.", r.limits.Calls))
			why = fmt.Sprintf(textTooManyCall, r.limits.Calls)
			continue
		}
		if r.callCounts[w.call.Digest]++; r.callCounts[w.call.Digest] > r.limits.Repeats {
			outcomes[i].result = failedResult(c, "This very call was made before in this turn.")
			why = fmt.Sprintf(textRepeated, name)
			continue
		}
		if w.needsLogin {
			outcomes[i].result = r.parkLogin(ctx, w, c)
			continue
		}
		if w.needsConfirmation {
			outcomes[i].result = r.park(w, c)
			continue
		}
		r.answer.Calls++
		if r.Progress != nil {
			r.writing = false
			r.Progress(fmt.Sprintf(textAsking, name))
		}
		slots <- struct{}{}
		group.Go(func() {
			defer func() {
				<-slots
				if p := recover(); p != nil { // in this goroutine it would end the process, not only the turn
					r.Logger.ErrorContext(ctx, "call crashed", "operation", c.Name, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
					outcomes[i] = outcome{plugin: w.plugin, rule: w.rule, failed: true, result: failedResult(c, "Something in aidesk failed.")}
				}
			}()
			outcomes[i] = r.send(ctx, w, c)
		})
	}
	group.Wait()
	if r.invalidCall {
		r.repairs++
	}
	if r.repairs > r.limits.Repairs {
		why = cmp.Or(why, textWrongForm)
	}
	r.answer.Trace.addSteps(calls, outcomes)
	return cmp.Or(why, r.recordResults(outcomes))
}

// recordResults adds the results to the transcript, in the order of their calls. If too
// many calls failed in a row, it returns the sentence that says so.
func (r *run) recordResults(outcomes []outcome) (why string) {
	message := model.Message{Role: model.ToolRole}
	var addresses []string
	for _, o := range outcomes {
		nameOwnPages(o)
		message.Parts = append(message.Parts, model.Part{Result: new(o.result)})
		for _, l := range o.links {
			addresses = append(addresses, l.URL)
		}
		r.links = append(r.links, o.links...)
		r.private = r.private || o.own
		switch {
		case o.failed:
			r.failures++
			if o.away && r.Patient {
				r.away = o.plugin.Human()
			}
		case o.result.Status == model.OK && o.plugin != nil:
			r.failures = 0
			if name := markdown.Line(o.plugin.Human(), 50); !slices.Contains(r.sources, name) {
				r.sources = append(r.sources, name)
			}
		}
		if o.result.LeftOut != "" {
			r.leftOut = append(r.leftOut, o.result.LeftOut)
		}
	}
	r.appendMessage(message, addresses...)
	if r.failures >= r.limits.Failures {
		at := slices.IndexFunc(outcomes, func(o outcome) bool { return o.failed })
		return fmt.Sprintf(textKeptFailing, markdown.Line(outcomes[max(at, 0)].result.Content, 200))
	}
	return ""
}

// nameOwnPages sets the site name of links to a plugin's own pages, if the result gave
// none.
func nameOwnPages(o outcome) {
	for i, l := range o.links {
		if u, err := url.Parse(l.URL); err == nil && l.SiteName == "" && o.plugin != nil && u.Host == o.plugin.ID {
			o.links[i].SiteName = markdown.Line(o.plugin.Human(), 50)
		}
	}
}

// plannedCall is a tool call with its exact request and the policy's decision.
type plannedCall struct {
	binding
	call              plugin.Call
	rule              string           // the policy rule that decided
	needsConfirmation bool             // it waits for the member's decision
	needsLogin        bool             // it waits for an account of the member
	grant             string           // id of the member's Grant that is its approval
	result            model.ToolResult // if it has a status, the call ends here
}

// prepare finds the tool of a call, builds its exact request and asks the policy.
func (r *run) prepare(ctx context.Context, c model.ToolCall) plannedCall {
	if c.Name == findName && !r.all {
		return plannedCall{result: r.findOperations(c)}
	}
	i := slices.IndexFunc(r.offered, func(p offeredTool) bool { return p.tool.Name == c.Name })
	if i < 0 {
		return plannedCall{result: r.unknownTool(c)}
	}
	w := plannedCall{binding: r.offered[i].binding}
	if c.Invalid != "" {
		w.result = r.repairable(c, "The arguments are not a JSON object: "+markdown.Line(c.Invalid, 200))
		return w
	}
	var err error
	if w.call, err = w.plugin.Call(w.operation, c.Args); err != nil {
		if wrong := (*openapi.ArgumentError)(nil); errors.As(err, &wrong) {
			w.result = r.repairable(c, "The arguments are wrong. "+wrong.Error())
		} else {
			w.result = r.repairable(c, "This call cannot be made. "+err.Error())
		}
		return w
	}
	w.call.From = r.dataOrigins(w.call.Plugin)
	w.call.First, w.call.FirstUse = r.agreed.First(w.plugin, w.operation), r.agreed.FirstUse(w.plugin, w.call)
	missing, err := r.Plugins.Bind(ctx, r.Place, r.Member, w.plugin, w.operation, &w.call)
	if err != nil {
		r.Logger.WarnContext(ctx, "accounts cannot be read", "plugin", w.plugin.ID, "error", err)
		w.result = failedResult(c, "The member's accounts cannot be read now.")
		return w
	}
	ask := plugin.Ask{Place: r.Place, Member: r.Member, Call: w.call, Enabled: r.enabled, Bound: true, Schedule: r.Schedule}
	if !missing {
		ask.Grant, err = r.findGrant(ctx, w, c, &ask)
	}
	decision, _, judged := r.Plugins.Judge(ctx, ask)
	if err = errors.Join(err, judged); err != nil {
		r.Logger.WarnContext(ctx, "rules cannot be read", "plugin", w.plugin.ID, "error", err)
		w.result = failedResult(c, "What is allowed here cannot be read now.")
		return w
	}
	w.rule, w.needsConfirmation, w.needsLogin = decision.Rule, decision.Asks() || decision.Granted(), missing && !decision.Denied()
	if decision.Granted() {
		w.grant = ask.Grant
	}
	if decision.Denied() {
		w.result = model.ToolResult{CallID: c.ID, Operation: c.Name, Status: model.Denied, Content: decision.Reason}
	}
	return w
}

// unknownTool answers a call of a tool that was not offered. If the tool is enabled, it
// is offered from the next request on.
func (r *run) unknownTool(c model.ToolCall) model.ToolResult {
	if _, ok := r.toolset.find(c.Name); ok {
		r.found = append([]string{c.Name}, r.found...)
		return r.repairable(c, "This tool was not offered. It is from the next step on: look at its arguments and call it again.")
	}
	return r.repairable(c, fmt.Sprintf("There is no tool %q. Use one of those that are offered.", markdown.Line(c.Name, 80)))
}

// repairable answers an invalid call that the model may correct.
func (r *run) repairable(c model.ToolCall, why string) model.ToolResult {
	r.invalidCall = true
	return failedResult(c, why)
}

// park makes an Action of a call that needs the member's decision. An identical call
// that already waits gets no second Action.
func (r *run) park(w plannedCall, c model.ToolCall) model.ToolResult {
	result := model.ToolResult{CallID: c.ID, Operation: c.Name, Status: model.Waiting}
	if _, ok := confirm.Same(slices.Concat(r.Waiting, r.answer.Parked), r.Member.ID, w.call); ok {
		result.Content = "The member was asked this already and has not decided yet."
		return result
	}
	if w.call.FirstUse != nil && !w.call.Write && confirm.SameUse(slices.Concat(r.Waiting, r.answer.Parked), r.Member.ID, w.call.Plugin) {
		result.Content = "The member is being asked whether this plugin may have words of theirs. Make this call again when they agreed."
		return result
	}
	arguments := w.operation.Arguments(w.call.Args)
	if err := confirm.Fits(w.call, arguments); err != nil {
		return r.repairable(c, "The member cannot be asked about this call: "+err.Error()+".")
	}
	result.Content = "The member sees a card with a button and decides. The outcome comes later; do not wait for it."
	switch {
	case w.grant != "":
		result.Content = "The member allowed this beforehand, so it is sent without asking. The outcome comes later; do not wait for it."
	case w.call.FirstUse != nil && !w.call.Write:
		result.Content = "The member is asked once whether this plugin may have words of theirs. The outcome comes later; do not wait for it."
	case w.call.First:
		result.Content = "The member is asked once about calls of this kind. The outcome comes later; do not wait for it."
	case !w.call.Write:
		result.Content = "It may carry data of one plugin to another, so the member is asked first. The outcome comes later; do not wait for it."
	}
	a := confirm.New(w.call, arguments, r.NewID, r.Now().Add(cmp.Or(r.Life, confirm.Life)))
	a.Confirmation, a.Line = r.Confirmation, len(r.answer.Parked)
	a.Conversation, a.Place, a.Member, a.Name, a.Owner = r.Conversation, r.Place, r.Member.ID, r.Member.Name, r.Owner
	a.CallID, a.Tool, a.Grant, a.Schedule = c.ID, c.Name, w.grant, r.Schedule
	r.answer.Parked = append(r.answer.Parked, a)
	return result
}

// send sends a call. It asks again what is enabled, because an administrator may have
// changed that since the turn began.
func (r *run) send(ctx context.Context, w plannedCall, c model.ToolCall) outcome {
	out := outcome{plugin: w.plugin, rule: w.rule}
	decision, p, err := r.Plugins.Judge(ctx, plugin.Ask{Place: r.Place, Member: r.Member, Call: w.call})
	if err != nil {
		out.result = failedResult(c, "What is allowed here cannot be read now.")
		return out
	}
	if !decision.Allowed() {
		out.rule = decision.Rule
		why := cmp.Or(decision.Reason, "The member must be asked about this now. Make the call again.")
		out.result = model.ToolResult{CallID: c.ID, Operation: c.Name, Status: model.Denied, Content: why}
		return out
	}
	got, err := r.Plugins.Send(ctx, r.Place, p, w.call)
	if err != nil {
		out.result = failedResult(c, err.Error())
		return out
	}
	out.links = got.Links
	out.failed, out.away, out.own = got.Status != "ok", got.Away(), w.call.Own
	out.result = model.ToolResult{
		CallID: c.ID, Operation: c.Name, Status: model.OK, Content: Content(got), LeftOut: got.LeftOut,
		Plugins: []string{w.call.Plugin}, Account: w.call.Account,
	}
	if out.failed {
		out.result.Status = model.Failed
	}
	return out
}

// Content returns what the model is told of a call's outcome.
func Content(o plugin.Outcome) string {
	if o.Status == "ok" || strings.Contains(o.Content, o.Message) {
		return o.Content
	}
	return strings.TrimSpace(o.Message + " " + o.Content)
}

func failedResult(c model.ToolCall, why string) model.ToolResult {
	return model.ToolResult{CallID: c.ID, Operation: c.Name, Status: model.Failed, Content: why}
}

// Flow is a member's permission, for one conversation, that data from one plugin may go
// into reads of another.
type Flow struct {
	Member string `json:"member"` // platform's id
	From   string `json:"from"`   // plugin's id
	To     string `json:"to"`     // plugin's id
}

// dataOrigins lists the other plugins whose data a call to a plugin may contain: all
// whose results the model has seen in this conversation, except those that the member
// has allowed. The calls of a literal model contain members' words only.
func (r *run) dataOrigins(to string) []plugin.Origin {
	if r.Model.Info().Literal {
		return nil
	}
	var origins []plugin.Origin
	for _, id := range r.seenPlugins() {
		if id != to && !r.allowed(Flow{r.Member.ID, id, to}) {
			origins = append(origins, plugin.Origin{Plugin: id, Human: r.pluginName(id)})
		}
	}
	return origins
}

// seenPlugins lists the ids of the plugins whose data the model has seen in this
// conversation. Entries of the model's own text count too, because the text may repeat
// a result that has since been dropped from the transcript.
func (r *run) seenPlugins() []string {
	var ids []string
	add := func(list []string) {
		for _, id := range list {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	if r.aboveOfOthers() {
		add([]string{above})
	}
	for _, e := range r.transcript() {
		add(e.Seen)
		for _, p := range e.Message.Parts {
			if p.Result != nil {
				add(p.Result.Plugins)
			}
		}
	}
	slices.Sort(ids)
	return ids
}

// allowed reports whether the member gave this permission in this conversation.
func (r *run) allowed(f Flow) bool {
	return slices.ContainsFunc(r.History, func(e Entry) bool { return slices.Contains(e.Flows, f) })
}

// pluginName returns a plugin's display name, or its host if it is no longer enabled.
func (r *run) pluginName(id string) string {
	switch id {
	case quoted:
		return textQuoted
	case above:
		return textAbove
	}
	for _, p := range r.enabled {
		if p.ID == id {
			return markdown.Line(p.Human(), 50)
		}
	}
	return id
}
