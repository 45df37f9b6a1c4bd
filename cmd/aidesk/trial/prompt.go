package trial

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"aidesk/core/markdown"
	"aidesk/core/model"
	"aidesk/core/model/search"
	"aidesk/core/plugin"
)

// described is a language model of which only is asked what it would be sent.
type described struct{}

// Info describes it.
func (described) Info() model.Info { return model.Info{Wire: "described", Name: "described"} }

// Generate refuses: there is nobody to ask.
func (described) Generate(context.Context, *model.Request, func(model.Event)) (*model.Response, error) {
	return nil, &model.Error{Kind: model.BadRequest, Message: "no language model was named"}
}

// Prompt prints what a language model gets with a question when nothing but the plugin is
// enabled, with estimates of the tokens.
func (t *Trial) Prompt(question string) error {
	request, err := t.agent().Draft([]*plugin.Plugin{t.Plugin}, t.turn(question))
	if err != nil {
		return err
	}
	var b strings.Builder
	texts := func(title string, list []string) {
		text := strings.TrimSpace(strings.Join(list, "\n\n"))
		fmt.Fprintf(&b, "\n%s (about %d tokens)\n\n%s\n", title, search.Tokens(text), markdown.Clean(text))
	}
	texts("Instructions, the same whatever is enabled", request.System)
	texts("What the plugin says of itself, sent as data", request.Brief)
	sum := 0
	for _, tool := range request.Tools {
		sum += tokensOf(tool)
	}
	fmt.Fprintf(&b, "\nTools (%d, about %d tokens)\n", len(request.Tools), sum)
	for _, tool := range request.Tools {
		var schema bytes.Buffer
		if err := json.Indent(&schema, tool.Schema, "  ", "  "); err != nil {
			return err
		}
		fmt.Fprintf(&b, "\n%s (about %d tokens): %s\n  %s\n", tool.Name, tokensOf(tool), markdown.Line(tool.Description, 400), schema.String())
	}
	fmt.Fprintf(&b, "\nAltogether about %d tokens, with the question %q.\n", search.Estimate(request), markdown.Line(question, 200))
	_, err = io.WriteString(t.Out, b.String())
	return err
}

func tokensOf(tool model.Tool) int { return search.Estimate(&model.Request{Tools: []model.Tool{tool}}) }
