package agent

import (
	"context"
	"slices"

	"aidesk/core/model"
	"aidesk/core/plugin"
)

// findGrant returns the id of the member's Grant that covers a call; empty: there is none. It
// says in the ask whether strangers' words may be in the call.
func (r *run) findGrant(ctx context.Context, w plannedCall, c model.ToolCall, ask *plugin.Ask) (string, error) {
	if r.Plugins == nil || r.carries(w.call.Plugin) {
		return "", nil
	}
	ask.Strange = r.strange(c.Name)
	id, fallen, err := r.Plugins.FindGrant(ctx, *ask, w.plugin)
	for _, g := range fallen {
		if !slices.Contains(r.answer.Fallen, g.ID) {
			r.answer.Fallen = append(r.answer.Fallen, g.ID)
		}
	}
	return id, err
}

// carries reports whether a call may carry what was read elsewhere than at its plugin. What
// the member allowed of that in this conversation was for reads.
func (r *run) carries(to string) bool {
	if r.Model.Info().Literal {
		return false
	}
	return slices.ContainsFunc(r.seenPlugins(), func(id string) bool { return id != to })
}

// fileTool stands among the tools whose results were read for files that a member attached.
const fileTool = "files"

// readTools lists the tools whose results the model has read in this conversation. Entries of
// its own text count too, because the text may repeat a result that has since been dropped.
func (r *run) readTools() []string {
	var tools []string
	if len(r.Files) > 0 || r.Attached != "" {
		tools = append(tools, fileTool)
	}
	for _, e := range r.transcript() {
		tools = append(tools, e.Tools...)
		for _, p := range e.Message.Parts {
			if p.Result != nil && len(p.Result.Plugins) > 0 {
				tools = append(tools, p.Result.Operation)
			}
		}
	}
	slices.Sort(tools)
	return slices.Compact(tools)
}

// strange reports whether strangers may have written what the model read before it called a
// tool. What became of earlier calls of this tool does not count.
func (r *run) strange(tool string) bool {
	return !r.Model.Info().Literal && slices.ContainsFunc(r.readTools(), func(t string) bool { return t != tool })
}
