// Package planner is the model that needs no model: it calls a tool when a member
// types the tool's name or speaks in the words of one of its examples. Otherwise it
// asks for what is missing, offers forms of the tools that a message is clearly
// about, or says what it knows. It is deterministic, keeps no state and never
// guesses. Results it answers with what they hold, laid out by their shape
// alone: it knows no plugin.
package planner

import (
	"context"
	"fmt"
	"slices"

	"aidesk/core/model"
)

// Planner is the built-in model. Its zero value is ready, and may be used
// concurrently.
type Planner struct{}

// New makes a planner.
func New() *Planner { return &Planner{} }

// Info describes the planner; nothing leaves the process.
func (*Planner) Info() model.Info {
	return model.Info{Wire: "planner", Name: "planner", Notice: textNotice, Literal: true}
}

// Generate answers the messages since the last answer, either with calls, at most one
// for each tool, or with words. Once calls were made it answers with their results
// and calls nothing more. The text is empty if there is nothing to add, as after a
// call that waits for the member.
func (*Planner) Generate(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("planning an answer: %w", err)
	}
	run, results, answered := recent(r.Messages)
	p := plan{request: r}
	for i := 0; i < len(run); i++ {
		if i+1 < len(run) && p.ran(run[i], run[i+1]) {
			i++
			continue
		}
		p.read(run[i])
	}
	var parts []model.Part
	stop := model.End
	switch {
	case !answered && len(p.calls) > 0:
		stop = model.Calls
		for i, hit := range p.calls {
			parts = append(parts, model.Part{Call: &model.ToolCall{
				ID: model.CallID(r.Messages, i), Name: hit.Tool.Name, Args: hit.Args,
			}})
		}
	case !answered:
		parts = slices.Concat(textPart(p.words()), p.buttons())
	case len(p.calls) > 0:
		parts = slices.Concat(textPart(blocks(resultText(r.Tools, results), p.words())), p.buttons())
	default:
		parts = textPart(resultText(r.Tools, results))
	}
	message := model.Message{V: model.Version, Role: model.Assistant, Parts: parts}
	if on != nil {
		if text := message.TextOf(); text != "" {
			on(model.Event{Text: text})
		}
		for _, part := range parts {
			if part.Call != nil {
				on(model.Event{Call: part.Call})
			}
		}
	}
	return &model.Response{Message: message, Stop: stop}, nil
}

// textPart is a part for text, none for no text.
func textPart(text string) []model.Part {
	if text == "" {
		return nil
	}
	return []model.Part{{Text: text}}
}

// recent returns the messages to be answered, which are the last ones of members and
// outcomes that follow each other, the results since then, and whether an answer was
// begun.
func recent(messages []model.Message) (run []model.Message, results []model.ToolResult, answered bool) {
	fromOutside := func(m model.Message) bool { return m.Role == model.User || m.Role == model.Outcome }
	end := len(messages)
	for end > 0 && !fromOutside(messages[end-1]) {
		end--
	}
	begin := end
	for begin > 0 && fromOutside(messages[begin-1]) {
		begin--
	}
	for _, m := range messages[end:] {
		for _, part := range m.Parts {
			if part.Result != nil {
				results = append(results, *part.Result)
			}
		}
	}
	return messages[begin:end], results, end < len(messages)
}
