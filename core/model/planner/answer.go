package planner

import (
	"slices"
	"strings"

	"aidesk/core/model"
)

// maxOutcome bounds what is said of the result of a call that a card shows.
const maxOutcome = 6

// answers tells the results of a turn.
func answers(tools []model.Tool, results []model.ToolResult) string {
	var told []string
	for _, r := range results {
		switch r.Status {
		case model.Waiting: // its card speaks
		case model.OK:
			text := layout(r.Content)
			if text == "" {
				text = "Nothing found."
			}
			told = append(told, blocks(text, leftOut(r)))
		case model.Failed, model.Declined, model.Expired, model.Denied, model.Unknown:
			told = append(told, trouble(tools, r))
		default:
			told = append(told, trouble(tools, r))
		}
	}
	return blocks(told...)
}

// outcome tells what became of a call that was parked, in a line: the card says
// it too.
func outcome(tools []model.Tool, r model.ToolResult) string {
	switch r.Status {
	case model.Waiting:
		return ""
	case model.OK:
		return blocks(done(r.Content), leftOut(r))
	}
	return trouble(tools, r)
}

// done is the short form of a result.
func done(content string) string {
	v, ok := parse(content)
	if !ok {
		if content = strings.TrimSpace(content); content != "" {
			return "Done: " + escape(clip(content, maxShort))
		}
		return ""
	}
	v = unwrap(v)
	if v.kind != 'o' {
		if text := show(v); text != "" && len(v.items) > 0 {
			return "Done.\n\n" + text
		} else if text != "" && v.scalar() {
			return "Done: " + escape(clip(v.text, maxShort))
		}
		return ""
	}
	it := open(v)
	if len(it.fields) == 0 && it.heading() == "" {
		return ""
	}
	it.fields = it.fields[:min(len(it.fields), maxOutcome)]
	it.sections = nil
	return "Done: " + it.row()
}

// trouble says in a line why there is no result.
func trouble(tools []model.Tool, r model.ToolResult) string {
	who := "The plugin"
	if i := slices.IndexFunc(tools, func(t model.Tool) bool { return t.Name == r.Operation }); i >= 0 && tools[i].Plugin != "" {
		who = "**" + escape(tools[i].Plugin) + "**"
	}
	why := reason(r.Content)
	line := who + " gave no result"
	switch r.Status {
	case model.Failed:
		line = who + " could not do that"
	case model.Declined:
		line = "Cancelled: nothing was sent"
	case model.Expired:
		line = "Nobody decided in time: nothing was sent"
	case model.Denied:
		line = "That is not allowed here"
	case model.Unknown:
		line = "That was sent, and nobody knows whether it happened; look there before you ask again"
	}
	if why == "" {
		return line + "."
	}
	return line + ": " + why
}

// reason is a plugin's or the desk's own word about a failure, in one line.
func reason(content string) string {
	v, ok := parse(content)
	for ok && v.kind == 'o' {
		next := value{}
		for _, key := range failureKeys {
			if x := v.get(key); x.kind == 'o' || x.kind == 's' && x.text != "" || x.kind == 'a' && len(x.items) > 0 {
				next = x
				break
			}
		}
		if next.kind == 'a' {
			next = next.items[0]
		}
		if next.kind == 0 {
			return open(v).row()
		}
		v = next
	}
	if !ok {
		v.text = strings.TrimSpace(content)
	}
	return escape(clip(v.text, maxShort))
}

// leftOut says what the result lacks.
func leftOut(r model.ToolResult) string {
	if r.LeftOut == "" {
		return ""
	}
	return "Left out: " + escape(r.LeftOut)
}
