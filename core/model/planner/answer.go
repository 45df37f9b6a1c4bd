package planner

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"aidesk/core/model"
)

// statusLine is how an HTTP status stands in a failed result.
var statusLine = regexp.MustCompile(`\s*\bHTTP \d{3}\b.*$`)

// maxOutcome bounds what is said of the result of a call that a card shows.
const maxOutcome = 6

// resultText shows the results of a turn.
func resultText(tools []model.Tool, results []model.ToolResult) string {
	var told []string
	for _, r := range results {
		switch r.Status {
		case model.Waiting: // its card speaks
		case model.OK:
			text := layout(r.Content)
			if text == "" {
				text = textNothing
			}
			told = append(told, text)
		default:
			told = append(told, failureLine(tools, r))
		}
	}
	return blocks(told...)
}

// outcomeLine says in one line what became of a call that waited; its card says more.
func outcomeLine(tools []model.Tool, r model.ToolResult) string {
	switch r.Status {
	case model.Waiting:
		return ""
	case model.OK:
		return successLine(r.Content)
	default:
		return failureLine(tools, r)
	}
}

// successLine is the short form of a result.
func successLine(content string) string {
	v, ok := parse(content)
	if body, _, found := strings.Cut(content, "\n\n"); found && !ok {
		if v, ok = parse(body); ok {
			content = body
		}
	}
	if !ok {
		if content = strings.TrimSpace(content); content != "" {
			return textDone + ": " + escape(clip(content, maxShort))
		}
		return ""
	}
	v = unwrap(v)
	if v.kind != 'o' {
		if text := show(v); text != "" && len(v.items) > 0 {
			return textDone + ".\n\n" + text
		} else if text != "" && v.scalar() {
			return textDone + ": " + escape(clip(v.text, maxShort))
		}
		return ""
	}
	it := describe(v)
	if len(it.fields) == 0 && it.heading() == "" {
		return ""
	}
	it.fields = it.fields[:min(len(it.fields), maxOutcome)]
	it.sections = nil
	return textDone + ": " + it.row()
}

// failureLine says in one line why there is no result.
func failureLine(tools []model.Tool, r model.ToolResult) string {
	who := textThePlugin
	if i := slices.IndexFunc(tools, func(t model.Tool) bool { return t.Name == r.Operation }); i >= 0 && tools[i].Plugin != "" {
		who = "**" + escape(tools[i].Plugin) + "**"
	}
	why := failureReason(r.Content)
	line := cmp.Or(map[model.Status]string{
		model.Failed:   fmt.Sprintf(textCouldNot, who),
		model.Declined: textCancelled,
		model.Expired:  textExpired,
		model.Replaced: textReplaced,
		model.Denied:   textNotAllowed,
		model.Unknown:  textUnknown,
	}[r.Status], fmt.Sprintf(textNoResult, who))
	if why == "" {
		return line + "."
	}
	return line + ": " + why
}

// failureReason finds the reason in a failed result, as one line.
func failureReason(content string) string {
	// In front of what the plugin sent may stand what it means, and the status.
	first, rest, _ := strings.Cut(strings.TrimSpace(content), "\n")
	if meaning := strings.TrimSpace(statusLine.ReplaceAllString(first, "")); meaning != first {
		content = cmp.Or(meaning, rest, first)
	}
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
			return describe(v).row()
		}
		v = next
	}
	if !ok {
		v.text = strings.TrimSpace(content)
	}
	return escape(clip(v.text, maxShort))
}
