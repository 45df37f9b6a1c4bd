package admin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/plugin"
)

// The inputs of the form that adds a plugin. inputWithout is asked for instead of
// inputOperations where there are too many operations to tick.
const (
	inputFor        = "for"
	inputOperations = "operations"
	inputWithout    = "without"
	inputReads      = "reads"
)

// maxTicked is how many operations a form lists with a box for each. Those of a larger
// plugin are named in a line.
const maxTicked = 100

// AddForm asks what of a plugin is to be enabled, for whom, and what only reads.
func AddForm(ctx context.Context, b *bot.Bot, form string, plan plugin.Registration) (chat.Form, error) {
	p, err := b.Plugins.Planned(ctx, plan)
	if err != nil {
		return chat.Form{}, err
	}
	return chat.Form{ID: form, Title: markdown.Line(fmt.Sprintf(textAdd, p.Human()), 45), Submit: textAddSubmit, Inputs: addInputs(p)}, nil
}

// addInputs are the inputs of the form that adds a plugin.
func addInputs(p *plugin.Plugin) []chat.Input {
	use := chat.Input{Name: inputOperations, Label: textOperations, Kind: chat.InputMany, Hint: textOperationsHint, Required: true}
	reads := chat.Input{Name: inputReads, Label: textReads, Kind: chat.InputMany, Hint: textReadsHint}
	var perhaps []string
	for _, o := range p.Usable() {
		label := strings.TrimSuffix(o.Method+" "+o.ID+": "+markdown.Line(o.Summary, 60), ": ")
		use.Choices, use.Labels = append(use.Choices, o.ID), append(use.Labels, label)
		if !p.Asks(o) || !p.MayRead(o) {
			continue
		}
		reads.Choices, reads.Labels = append(reads.Choices, o.ID), append(reads.Labels, label)
		if len(o.Hints) > 0 {
			perhaps = append(perhaps, o.ID)
		}
	}
	use.Value = strings.Join(use.Choices, "\n")
	if len(perhaps) > 0 {
		reads.Hint += fmt.Sprintf(textReadsPerhaps, strings.Join(perhaps, ", "))
	}
	inputs := []chat.Input{
		{Name: inputFor, Label: textFor, Kind: chat.InputChoice, Choices: []string{textForChoosers, textForEveryone}, Value: textForChoosers, Required: true},
	}
	if n := len(use.Choices); n > maxTicked {
		use = chat.Input{Name: inputWithout, Label: textWithout, Kind: chat.InputLine, Hint: fmt.Sprintf(textWithoutHint, n)}
	}
	inputs = append(inputs, use)
	if n := len(reads.Choices); n > maxTicked {
		reads = chat.Input{Name: inputReads, Label: textReads, Kind: chat.InputLine, Hint: textReadsHint + " " + textWithCommas}
	}
	if len(reads.Choices) > 0 || reads.Kind == chat.InputLine {
		inputs = append(inputs, reads)
	}
	return inputs
}

// addition is what an administrator chose of a plugin that is added.
type addition struct {
	everyone       bool
	without, reads []string // ids of operations
}

// readAddForm reads the form that adds a plugin, and says what is wrong with it.
func readAddForm(p *plugin.Plugin, values map[string]string) (a addition, faults []chat.Fault) {
	fault := func(input, message string) { faults = append(faults, chat.Fault{Input: input, Message: message}) }
	ids := func(input string) []string {
		var known []string
		for _, word := range strings.FieldsFunc(values[input], func(r rune) bool { return r == ',' || r == ' ' || r == '\n' }) {
			if _, ok := p.Operation(word); !ok {
				fault(input, fmt.Sprintf(textNotItsOperation, p.Human(), word))
				return nil
			}
			known = append(known, word)
		}
		return known
	}
	a.everyone = values[inputFor] == textForEveryone
	a.without, a.reads = ids(inputWithout), ids(inputReads)
	if _, ticked := values[inputOperations]; ticked { // not in a form of an older version
		used := ids(inputOperations)
		if len(used) == 0 && len(faults) == 0 {
			fault(inputOperations, textNoOperations)
		}
		for _, o := range p.Usable() {
			if !slices.Contains(used, o.ID) && !slices.Contains(a.without, o.ID) {
				a.without = append(a.without, o.ID)
			}
		}
	}
	for _, id := range a.reads {
		if o, ok := p.Operation(id); ok && !p.MayRead(o) {
			fault(inputReads, fmt.Sprintf(textNeverRead, o.ID, o.Method))
			break
		}
	}
	return a, faults
}

// CheckAdd judges the form that adds a plugin.
func CheckAdd(ctx context.Context, b *bot.Bot, s chat.Submitted, plan plugin.Registration) ([]chat.Fault, error) {
	p, err := b.Plugins.Planned(ctx, plan)
	if err != nil {
		return nil, err
	}
	_, faults := readAddForm(p, s.Values)
	return faults, nil
}
