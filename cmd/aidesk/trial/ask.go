package trial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/goccy/go-yaml"

	"aidesk/core/agent"
	"aidesk/core/markdown"
	"aidesk/core/plugin"
)

// Question is what a member may ask, and the operation that is right for it.
type Question struct {
	Ask  string `yaml:"ask"`
	Want string `yaml:"want"` // an operation's id, its tool's name, or "GET /path"; "none": no call
}

// none is what a Question wants that no operation is right for.
const none = "none"

// maxQuestions bounds what one check asks of a model.
const maxQuestions = 500

// Questions reads a list of questions from YAML, and sees that the plugin has what they
// want.
func (t *Trial) Questions(data []byte) ([]Question, error) {
	var list []Question
	if err := yaml.UnmarshalWithOptions(data, &list, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("it is no list of questions such as %q: %s", `- {ask: "what is on my list?", want: listItems}`, markdown.Line(yaml.FormatError(err, false, false), 200))
	}
	if len(list) == 0 || len(list) > maxQuestions {
		return nil, fmt.Errorf("it has %d questions: give 1 to %d", len(list), maxQuestions)
	}
	for i, q := range list {
		if q.Ask == "" || q.Want == "" {
			return nil, fmt.Errorf("question %d lacks %q or %q", i+1, "ask", "want")
		}
		if q.Want == none {
			continue
		}
		o, ok := t.Plugin.Find(q.Want)
		if !ok {
			return nil, fmt.Errorf("question %d wants %q: there is no such operation; %q stands for no call", i+1, markdown.Line(q.Want, 60), none)
		}
		list[i].Want = o.ID
	}
	return list, nil
}

// Ask asks the model each question, sends nothing to the plugin, and prints which
// operations it chose. The error says how many were wrong.
func (t *Trial) Ask(ctx context.Context, list []Question) error {
	a, right := t.agent(), 0
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\tWANTED\tCHOSEN\tQUESTION")
	for i, q := range list {
		got, err := a.Rehearse(ctx, []*plugin.Plugin{t.Plugin}, t.turn(q.Ask))
		if err != nil {
			return fmt.Errorf("asking the model question %d: %w", i+1, err)
		}
		mark := "wrong"
		if chosen(got) == q.Want {
			mark = "right"
			right++
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", mark, q.Want, describe(got), markdown.Line(q.Ask, 100))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	info := t.Model.Info()
	fmt.Fprintf(&b, "\n%d of %d are right, asked of %s. Nothing was sent to the plugin.\n", right, len(list), markdown.Line(info.Name, 80))
	if _, err := io.WriteString(t.Out, "\n"+b.String()); err != nil {
		return err
	}
	if right < len(list) {
		return errors.New("the model did not choose the right operation for every question: say in summaries and descriptions what tells the operations apart")
	}
	return nil
}

// chosen is the operation that a model called first, or none.
func chosen(r agent.Rehearsal) string {
	if len(r.Calls) == 0 {
		return none
	}
	return r.Calls[0].Operation.ID
}

// describe tells the calls with their arguments.
func describe(r agent.Rehearsal) string {
	var all []string
	for _, call := range r.Calls {
		all = append(all, call.Operation.ID+" "+markdown.Line(string(call.Call.Args), 80))
	}
	if len(all) == 0 {
		return none
	}
	return strings.Join(all, ", ")
}
