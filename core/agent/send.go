package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"aidesk/core/confirm"
	"aidesk/core/markdown"
	"aidesk/core/model"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

// wish is a tool call with what the desk makes of it.
type wish struct {
	offer
	call   plugin.Call
	rule   string           // that decided
	parks  bool             // it waits for the member
	result model.ToolResult // with a status: the end of it
}

// prepare resolves a call, builds its exact request and asks the policy.
func (r *run) prepare(c model.ToolCall) wish {
	if c.Name == findName && !r.all {
		return wish{result: r.find(c)}
	}
	i := slices.IndexFunc(r.offered, func(p pick) bool { return p.tool.Name == c.Name })
	if i < 0 {
		return wish{result: r.absent(c)}
	}
	w := wish{offer: r.offered[i].offer}
	if c.Invalid != "" {
		w.result = r.repair(c, "The arguments are not a JSON object: "+markdown.Line(c.Invalid, 200))
		return w
	}
	var err error
	if w.call, err = w.plugin.Call(w.operation, c.Args); err != nil {
		if wrong := (*openapi.ArgumentError)(nil); errors.As(err, &wrong) {
			w.result = r.repair(c, "The arguments are wrong. "+wrong.Error())
		} else {
			w.result = r.repair(c, "This call cannot be made. "+err.Error())
		}
		return w
	}
	w.call.From = r.carries(w.call.Plugin)
	decision := plugin.Decide(r.enabled, r.Member, w.call)
	w.rule, w.parks = decision.Rule, decision.Asks()
	if decision.Denied() {
		w.result = model.ToolResult{CallID: c.ID, Operation: c.Name, Status: model.Denied, Content: decision.Reason}
	}
	return w
}

// absent answers a call of a tool that is not offered. One that is enabled is
// offered from now on.
func (r *run) absent(c model.ToolCall) model.ToolResult {
	if _, ok := r.set.find(c.Name); ok {
		r.found = append([]string{c.Name}, r.found...)
		return r.repair(c, "This tool was not offered. It is from the next step on: look at its arguments and call it again.")
	}
	return r.repair(c, fmt.Sprintf("There is no tool %q. Use one of those that are offered.", markdown.Line(c.Name, 80)))
}

// repair answers a call that cannot be made and that the model may put right.
func (r *run) repair(c model.ToolCall, why string) model.ToolResult {
	r.mended = true
	return failed(c, why)
}

// park makes the call wait for the member. An identical call that waits already is
// the same question: it gets the same Action and no second card.
func (r *run) park(w wish, c model.ToolCall) model.ToolResult {
	result := model.ToolResult{CallID: c.ID, Operation: c.Name, Status: model.Waiting}
	if _, ok := confirm.Same(slices.Concat(r.Waiting, r.answer.Parked), r.Member.ID, w.call); ok {
		result.Content = "The member was asked this already and has not decided yet."
		return result
	}
	result.Content = "The member sees a card with a button and decides. The outcome comes later; do not wait for it."
	if !w.call.Write {
		result.Content = "It may carry data of one plugin to another, so the member is asked first. The outcome comes later; do not wait for it."
	}
	a := confirm.New(w.call, w.operation.Arguments(w.call.Args), r.NewID, r.Now())
	a.Confirmation, a.Line = r.Confirmation, len(r.answer.Parked)
	a.Conversation, a.Place, a.Member, a.Name, a.Owner = r.Conversation, r.Place, r.Member.ID, r.Member.Name, r.Owner
	a.CallID, a.Tool = c.ID, c.Name
	r.answer.Parked = append(r.answer.Parked, a)
	return result
}

// send sends a call that may go. What is enabled is asked once more: an
// administrator may have changed it since the turn began.
func (r *run) send(ctx context.Context, w wish, c model.ToolCall) outcome {
	out := outcome{plugin: w.plugin, rule: w.rule}
	on, _, err := r.Plugins.Enabled(ctx, r.Place, r.Member.ID)
	if err != nil {
		out.result = failed(c, "What is enabled here cannot be read now.")
		return out
	}
	if decision := plugin.Decide(on, r.Member, w.call); !decision.Allowed() {
		out.rule = decision.Rule
		out.result = model.ToolResult{CallID: c.ID, Operation: c.Name, Status: model.Denied, Content: decision.Reason}
		return out
	}
	got, err := r.Plugins.Send(ctx, w.plugin, w.call)
	if err != nil {
		out.result = failed(c, err.Error())
		return out
	}
	out.links = got.Links
	out.failed = got.Status != "ok"
	out.result = model.ToolResult{
		CallID: c.ID, Operation: c.Name, Status: model.OK, Content: Content(got), LeftOut: got.LeftOut,
		Plugins: []string{w.call.Plugin}, Account: w.call.Account,
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
