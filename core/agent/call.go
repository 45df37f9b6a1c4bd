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

// together is how many reads of one turn run side by side.
const together = 4

// outcome is what became of one tool call.
type outcome struct {
	result model.ToolResult
	links  []openapi.Link
	plugin *plugin.Plugin
	digest string
	failed bool // the plugin was asked and failed
}

// call answers every call of one step: reads at once and side by side, the rest is
// parked. The text it returns, if any, is why the turn must end here.
func (r *run) call(ctx context.Context, calls []model.ToolCall) (why string) {
	outcomes := make([]outcome, len(calls))
	var group sync.WaitGroup
	slots := make(chan struct{}, together)
	for i, c := range calls {
		o, call, result := r.prepare(c)
		outcomes[i] = outcome{result: result, plugin: o.plugin, digest: call.Digest}
		if result.Status != "" {
			continue
		}
		if r.answer.Calls++; r.answer.Calls > r.limits.Calls {
			outcomes[i].result = failed(c, fmt.Sprintf("No more than %d calls are allowed in one turn. Answer with what you have.", r.limits.Calls))
			why = fmt.Sprintf("I stopped after %d calls. Ask for less at once.", r.limits.Calls)
			continue
		}
		if r.seen[call.Digest]++; r.seen[call.Digest] > r.limits.Repeats {
			outcomes[i].result = failed(c, "This very call was made before in this turn.")
			why = fmt.Sprintf("I asked %s the same thing again and again, so I stopped. Say it in other words.", markdown.Line(o.plugin.Human(), 50))
			continue
		}
		if r.Progress != nil {
			r.Progress("asking " + markdown.Line(o.plugin.Human(), 50) + "…")
		}
		slots <- struct{}{}
		group.Go(func() {
			defer func() {
				<-slots
				if p := recover(); p != nil { // here it would end the process, not only the turn
					r.Logger.ErrorContext(ctx, "call crashed", "operation", c.Name, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
					outcomes[i] = outcome{plugin: o.plugin, digest: call.Digest, failed: true, result: failed(c, "Something in the desk failed.")}
				}
			}()
			outcomes[i] = r.send(ctx, o, c, call)
		})
	}
	group.Wait()
	return cmp.Or(why, r.record(outcomes))
}

// record writes results into the transcript, in the order of their calls.
func (r *run) record(outcomes []outcome) (why string) {
	message := model.Message{Role: model.ToolRole}
	var addresses []string
	for _, o := range outcomes {
		named(o)
		message.Parts = append(message.Parts, model.Part{Result: new(o.result)})
		for _, l := range o.links {
			addresses = append(addresses, l.URL)
		}
		r.links = append(r.links, o.links...)
		switch {
		case o.failed:
			r.failures++
		case o.result.Status == model.OK:
			r.failures = 0
			if name := markdown.Line(o.plugin.Human(), 50); !slices.Contains(r.used, name) {
				r.used = append(r.used, name)
			}
		}
		if o.result.LeftOut != "" {
			r.leftOut = append(r.leftOut, o.result.LeftOut)
		}
	}
	r.say(message, addresses...)
	if r.failures >= r.limits.Failures {
		at := slices.IndexFunc(outcomes, func(o outcome) bool { return o.failed })
		return "I stopped: it failed again and again. The last answer was: " + markdown.Line(outcomes[max(at, 0)].result.Content, 200)
	}
	return ""
}

// named gives links to a plugin's own pages its name, where the result gives none.
func named(o outcome) {
	for i, l := range o.links {
		if u, err := url.Parse(l.URL); err == nil && l.SiteName == "" && o.plugin != nil && u.Host == o.plugin.ID {
			o.links[i].SiteName = markdown.Line(o.plugin.Human(), 50)
		}
	}
}

// prepare resolves a call, builds its exact request and asks the policy. A result
// with a status is the end of it; without one the call may go now.
func (r *run) prepare(c model.ToolCall) (offer, plugin.Call, model.ToolResult) {
	i := slices.IndexFunc(r.offered, func(o offer) bool { return o.tool.Name == c.Name })
	if i < 0 {
		return offer{}, plugin.Call{}, failed(c, fmt.Sprintf("There is no tool %q. Use one of those that are offered.", markdown.Line(c.Name, 80)))
	}
	o := r.offered[i]
	if c.Invalid != "" {
		return o, plugin.Call{}, failed(c, "The arguments are not a JSON object: "+markdown.Line(c.Invalid, 200))
	}
	call, err := o.plugin.Call(o.operation, c.Args)
	if err != nil {
		if wrong := (*openapi.ArgumentError)(nil); errors.As(err, &wrong) {
			return o, call, failed(c, "The arguments are wrong. "+wrong.Error())
		}
		return o, call, failed(c, "This call cannot be made. "+err.Error())
	}
	decision := plugin.Decide(r.enabled, r.Member, call)
	switch {
	case decision.Denied():
		return o, call, model.ToolResult{CallID: c.ID, Operation: c.Name, Status: model.Denied, Content: decision.Reason}
	case decision.Asks():
		return o, call, r.park(o, c, call)
	default:
		return o, call, model.ToolResult{}
	}
}

// park makes the call wait for the member. An identical call that waits already is
// the same question: it gets the same Action and no second card.
func (r *run) park(o offer, c model.ToolCall, call plugin.Call) model.ToolResult {
	result := model.ToolResult{CallID: c.ID, Operation: c.Name, Status: model.Waiting}
	if _, ok := confirm.Same(slices.Concat(r.Waiting, r.answer.Parked), r.Member.ID, call); ok {
		result.Content = "The member was asked this already and has not decided yet."
		return result
	}
	result.Content = "The member sees a card with a button and decides. The outcome comes later; do not wait for it."
	a := confirm.New(call, o.operation.Arguments(call.Args), r.NewID, r.Now())
	a.Confirmation, a.Line = r.Confirmation, len(r.answer.Parked)
	a.Conversation, a.Place, a.Member, a.Name, a.Owner = r.Conversation, r.Place, r.Member.ID, r.Member.Name, r.Owner
	a.CallID, a.Tool = c.ID, c.Name
	r.answer.Parked = append(r.answer.Parked, a)
	return result
}

// send sends a call that may go. What is enabled is asked once more: an
// administrator may have changed it since the turn began.
func (r *run) send(ctx context.Context, o offer, c model.ToolCall, call plugin.Call) outcome {
	out := outcome{plugin: o.plugin, digest: call.Digest}
	on, _, err := r.Plugins.Enabled(ctx, r.Place, r.Member.ID)
	if err != nil {
		out.result = failed(c, "What is enabled here cannot be read now.")
		return out
	}
	decision := plugin.Decide(on, r.Member, call)
	if !decision.Allowed() {
		out.result = model.ToolResult{CallID: c.ID, Operation: c.Name, Status: model.Denied, Content: decision.Reason}
		return out
	}
	got, err := r.Plugins.Send(ctx, o.plugin, call)
	if err != nil {
		out.result = failed(c, err.Error())
		return out
	}
	out.links = got.Links
	out.failed = got.Status != "ok"
	out.result = model.ToolResult{
		CallID: c.ID, Operation: c.Name, Status: model.OK, Content: Content(got), LeftOut: got.LeftOut, Plugins: []string{call.Plugin},
	}
	if out.failed {
		out.result.Status = model.Failed
	}
	return out
}

// Content is what a model gets of what a call came to.
func Content(o plugin.Outcome) string {
	if o.Status == "ok" || strings.Contains(o.Content, o.Message) {
		return o.Content
	}
	return strings.TrimSpace(o.Message + " " + o.Content)
}

func failed(c model.ToolCall, why string) model.ToolResult {
	return model.ToolResult{CallID: c.ID, Operation: c.Name, Status: model.Failed, Content: why}
}
