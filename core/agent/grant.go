package agent

import (
	"context"
	"encoding/json"
	"slices"

	"aidesk/core/model"
	"aidesk/core/plugin"
)

// A Grant stands for the member's approval of a call that nobody looks at before it goes. So
// it is not used where somebody else may have written the call: see findGrant.

// findGrant returns the id of the member's Grant that covers a call; empty: there is none, or
// the member must be asked all the same. It says in the ask whether strangers' words may be
// in the call.
func (r *run) findGrant(ctx context.Context, w plannedCall, c model.ToolCall, ask *plugin.Ask) (string, error) {
	if r.Plugins == nil || r.carries(w.call.Plugin) || r.madeBefore(w, c) {
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

// madeBefore reports whether the same call, or as many calls as a turn may make, were made
// since the member last said something. After each outcome the model goes on by itself; that
// must not become a loop, nor what was asked for once be done twice.
func (r *run) madeBefore(w plannedCall, c model.ToolCall) bool {
	digest, n := w.call.Request.Digest(), 0
	for _, e := range slices.Backward(r.transcript()) {
		if e.Message.Role == model.User {
			break
		}
		for _, made := range e.Message.CallsOf() {
			if made.ID == c.ID {
				continue
			}
			if n++; n >= r.limits.Calls {
				return true
			}
			if made.Name == c.Name && r.same(w, made.Args, digest) {
				return true
			}
		}
	}
	return false
}

// same reports whether arguments make the request with this digest.
func (r *run) same(w plannedCall, args json.RawMessage, digest string) bool {
	request, err := w.operation.Request(args)
	return err == nil && request.Digest() == digest
}

// What stands among the tools whose results were read for what came from elsewhere.
const (
	fileTool   = "files"   // that a member attached
	memberTool = "members" // what other members said in this conversation
)

// readTools lists the tools whose results the model has read in this conversation. Entries of
// its own text count too, because the text may repeat a result that has since been dropped.
func (r *run) readTools() []string {
	var tools []string
	if len(r.Files) > 0 || r.Attached != "" {
		tools = append(tools, fileTool)
	}
	for _, e := range r.transcript() {
		tools = append(tools, e.Tools...)
		if e.Owner != "" && e.Owner != r.Owner {
			tools = append(tools, memberTool)
		}
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
// tool. What became of the member's earlier calls of this tool does not count.
func (r *run) strange(tool string) bool {
	return !r.Model.Info().Literal && slices.ContainsFunc(r.readTools(), func(t string) bool { return t != tool })
}
