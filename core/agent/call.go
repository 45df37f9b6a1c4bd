package agent

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"runtime/debug"
	"slices"
	"sync"

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
	plugin *plugin.Plugin // nil: there is no such tool
	rule   string         // that decided
	failed bool           // the plugin was asked and failed
}

// call answers every call of one step: reads at once and side by side, the rest is
// parked. The text it returns, if any, is why the turn must end here.
func (r *run) call(ctx context.Context, calls []model.ToolCall) (why string) {
	outcomes := make([]outcome, len(calls))
	r.mended = false
	var group sync.WaitGroup
	slots := make(chan struct{}, together)
	for i, c := range calls {
		w := r.prepare(c)
		outcomes[i] = outcome{result: w.result, plugin: w.plugin, rule: w.rule}
		if w.result.Status != "" && !w.parks {
			continue
		}
		name := markdown.Line(w.plugin.Human(), 50)
		if r.asked++; r.asked > r.limits.Calls {
			outcomes[i].result = failed(c, fmt.Sprintf("No more than %d calls are allowed in one turn. Answer with what you have.", r.limits.Calls))
			why = fmt.Sprintf("I stopped after %d calls. Ask for less at once.", r.limits.Calls)
			continue
		}
		if r.seen[w.call.Digest]++; r.seen[w.call.Digest] > r.limits.Repeats {
			outcomes[i].result = failed(c, "This very call was made before in this turn.")
			why = fmt.Sprintf("I asked %s the same thing again and again, so I stopped. Say it in other words.", name)
			continue
		}
		if w.parks {
			outcomes[i].result = r.park(w, c)
			continue
		}
		r.answer.Calls++
		if r.Progress != nil {
			r.Progress("asking " + name + "…")
		}
		slots <- struct{}{}
		group.Go(func() {
			defer func() {
				<-slots
				if p := recover(); p != nil { // here it would end the process, not only the turn
					r.Logger.ErrorContext(ctx, "call crashed", "operation", c.Name, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
					outcomes[i] = outcome{plugin: w.plugin, rule: w.rule, failed: true, result: failed(c, "Something in the desk failed.")}
				}
			}()
			outcomes[i] = r.send(ctx, w, c)
		})
	}
	group.Wait()
	if r.mended {
		r.repairs++
	}
	if r.repairs > r.limits.Repairs {
		why = cmp.Or(why, "I stopped: I did not find the right form for what you want. Say it in other words, and name every value that it needs.")
	}
	r.answer.Trace.add(calls, outcomes)
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
		case o.result.Status == model.OK && o.plugin != nil:
			r.failures = 0
			if name := markdown.Line(o.plugin.Human(), 50); !slices.Contains(r.from, name) {
				r.from = append(r.from, name)
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
