package agent

import (
	"context"
	"fmt"

	"aidesk/core/confirm"
	"aidesk/core/model"
)

// parkLogin makes an Action of a call that needs an account which the member has not
// connected. One login serves all calls to a plugin, so the next ones get no Action.
func (r *run) parkLogin(ctx context.Context, w plannedCall, c model.ToolCall) model.ToolResult {
	if r.NoLogin == nil {
		return failedResult(c, "It wants an account, and none can be connected here.")
	}
	why, err := r.NoLogin(ctx, w.plugin)
	if err != nil {
		r.Logger.WarnContext(ctx, "a login cannot begin", "plugin", w.plugin.ID, "error", err)
		return failedResult(c, "It wants an account, and whether the member can connect one cannot be read now.")
	}
	if why != "" {
		return failedResult(c, fmt.Sprintf("%s wants an account that this member does not have: %s. Nothing was sent. Tell the member.", w.plugin.Human(), why))
	}
	result := model.ToolResult{CallID: c.ID, Operation: c.Name, Status: model.Waiting}
	if confirm.SameLogin(r.Waiting, r.Member.ID, w.plugin.ID) || confirm.SameLogin(r.answer.Parked, r.Member.ID, w.plugin.ID) {
		result.Content = "The member was asked to connect an account there and has not done it yet. Make this call again when it is connected."
		return result
	}
	result.Content = "It needs the member's account there. The member is asked in private to connect one; never ask for passwords, keys or codes. What comes of it arrives later; do not wait for it."
	a := confirm.NewLogin(w.call, r.NewID, r.Now())
	a.Schedule = r.Schedule
	a.Conversation, a.Place, a.Member, a.Name, a.Owner = r.Conversation, r.Place, r.Member.ID, r.Member.Name, r.Owner
	a.CallID, a.Tool = c.ID, c.Name
	r.answer.Parked = append(r.answer.Parked, a)
	return result
}

// hiddenWords stand in a transcript where another member was answered in private.
const hiddenWords = "(I answered this member in private; I must not repeat or guess what I said.)"

// visible is the transcript as one member's turn may see it: what another member's own account
// gave, and all that was said since of it, is one line of ours. private reports whether the
// transcript has such entries of this member's.
func visible(history []Entry, owner string) (seen []Entry, private bool) {
	hidden := 0
	for i, e := range history {
		switch e.Private {
		case "":
			hidden = 0
		case owner:
			hidden, private = 0, true
		default:
			if seen == nil {
				seen = append(make([]Entry, 0, len(history)), history[:i]...)
			}
			if hidden++; hidden == 1 {
				seen = append(seen, Entry{Message: model.Message{V: model.Version, Role: model.Assistant, Parts: []model.Part{{Text: hiddenWords}}}})
			}
			continue
		}
		if seen != nil {
			seen = append(seen, e)
		}
	}
	if seen == nil {
		return history, private
	}
	return seen, private
}

// markPrivate says of the entries of a turn that saw what the member's own account gave that
// they are this member's, and so are its Actions. What members say is their own to say in the channel.
func (r *run) markPrivate() {
	if !r.private {
		return
	}
	r.answer.Private = true
	for i := range r.answer.Parked {
		r.answer.Parked[i].Private = true
	}
	for i, e := range r.answer.Entries {
		if e.Message.Role != model.User {
			r.answer.Entries[i].Private = r.Owner
		}
	}
}
