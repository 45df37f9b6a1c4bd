package rule

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"aidesk/bots/admin"
	"aidesk/bots/bot"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
	"aidesk/core/policy"
	"aidesk/store"
)

// The inputs of the forms for a plugin and an operation. inputMode stands before an
// operation's id.
const (
	inputMode      = "mode:"
	inputCalls     = "calls"
	inputApprovers = "approvers"
)

const (
	// maxOperations is for how many operations one form asks. Of a larger plugin an operation
	// is named with the command.
	maxOperations = chat.MaxInputs - 1

	// maxRules bounds how many operations of a workspace have a rule.
	maxRules = 2000

	// maxListed is how many operations are listed in words.
	maxListed = 40

	nearOperations = 5
)

// Policy shows the rules of the workspace, of a plugin or of one operation.
func Policy(ctx context.Context, x *bot.Exchange, word, operation string) error {
	if word == "" {
		return show(ctx, x, bot.ButtonAction{Of: ofWorkspace})
	}
	p, err := x.FindPlugin(ctx, word, true)
	if p == nil {
		return err
	}
	if operation == "" {
		return show(ctx, x, bot.ButtonAction{Of: ofPlugin, Plugin: p.ID, Version: p.Version})
	}
	operation = strings.TrimPrefix(operation, p.Name+".")
	var ids []string
	for _, o := range p.Callable() {
		if strings.EqualFold(o.ID, operation) {
			return show(ctx, x, bot.ButtonAction{Of: ofOperation, Plugin: p.ID, Operation: o.ID, Version: p.Version})
		}
		ids = append(ids, o.ID)
	}
	near := strings.Join(chat.Nearest(operation, ids, nearOperations), ", ")
	return x.ReplyPrivately(store.Commit{}, bot.Paragraph(fmt.Sprintf(textNoOperation, p.Human(), markdown.Line(markdown.Visible(operation), 60), near)))
}

// modeWords are the modes as a form shows them.
var modeWords = map[policy.Mode]string{policy.ModeAsk: textModeAsk, policy.ModeRead: textModeRead, policy.ModeNever: textModeNever}

// modeDefault stands in a form for policy.ModeDefault: a choice is not empty.
const modeDefault = "default"

// modeInput asks how calls of an operation go.
func modeInput(rule policy.OperationRule, p *plugin.Plugin, o *openapi.Operation) chat.Input {
	usual, _ := policy.OperationRule{}.Way(p.Facts(o))
	in := chat.Input{
		Name: inputMode + o.ID, Label: markdown.Line(o.Method+" "+o.ID, 45), Kind: chat.InputChoice, Required: true,
		Hint: markdown.Line(o.Summary, 120), Value: modeDefault,
		Choices: []string{modeDefault}, Labels: []string{fmt.Sprintf(textModeDefault, modeWords[usual])},
	}
	for _, m := range []policy.Mode{policy.ModeAsk, policy.ModeRead, policy.ModeNever} {
		if m == usual || m == policy.ModeRead && !p.MayRead(o) {
			continue
		}
		in.Choices, in.Labels = append(in.Choices, string(m)), append(in.Labels, modeWords[m])
		if m == rule.Mode && (m != policy.ModeRead || rule.Hash == o.Hash) {
			in.Value = string(m)
		}
	}
	return in
}

// readMode takes what was chosen for an operation, pinned to what it is now.
func readMode(rules *policy.Rules, f *filled, p *plugin.Plugin, o *openapi.Operation) {
	word, asked := f.values[inputMode+o.ID]
	if !asked {
		return
	}
	rule := rules.Operation(p.ID, o.ID)
	if word == modeInput(rule, p, o).Value { // what looks the same stays as it is
		return
	}
	rule = pinned(rule, o)
	if rule.Mode = policy.Mode(word); word == modeDefault {
		rule.Mode = policy.ModeDefault
	}
	if rule.Mode == policy.ModeRead && !p.MayRead(o) {
		f.fault(inputMode+o.ID, fmt.Sprintf(textNeverRead, o.ID))
		return
	}
	setRule(rules, f, inputMode+o.ID, p, o, rule)
}

// pinned is a rule for an operation as it is now. What it loosened of an operation that is no
// more ends with that.
func pinned(rule policy.OperationRule, o *openapi.Operation) policy.OperationRule {
	if rule.Hash != o.Hash {
		rule.Grants, rule.GrantsDelete = false, false
		if rule.Mode == policy.ModeRead {
			rule.Mode = policy.ModeDefault
		}
	}
	rule.Hash = o.Hash
	return rule
}

// setRule keeps the rule of an operation; one that says nothing is not kept.
func setRule(rules *policy.Rules, f *filled, input string, p *plugin.Plugin, o *openapi.Operation, rule policy.OperationRule) {
	key := policy.OperationKey(p.ID, o.ID)
	if rule.Mode == policy.ModeDefault && len(rule.Approvers) == 0 && !rule.Grants {
		delete(rules.Operations, key)
		return
	}
	if rules.Operations == nil {
		rules.Operations = map[string]policy.OperationRule{}
	}
	rules.Operations[key] = rule
	if len(rules.Operations) > maxRules {
		f.fault(input, fmt.Sprintf(textTooManyRules, maxRules))
	}
}

// pluginSetting is how calls of a plugin's operations go, and how many in a day.
func pluginSetting(rules policy.Rules, p *plugin.Plugin) setting {
	operations := p.Callable()
	large := len(operations) > maxOperations
	s := setting{title: p.Human(), plugin: p.ID, targets: []audit.Target{bot.AuditPlugin(p)}}
	s.inputs = []chat.Input{countInput(inputCalls, textCallsPerDay, rules.Calls[p.ID])}
	if large {
		operations = nil
	}
	for _, o := range operations {
		s.inputs = append(s.inputs, modeInput(rules.Operation(p.ID, o.ID), p, o))
	}
	s.words = func(ctx context.Context, x *bot.Exchange, rules policy.Rules) markdown.Document {
		doc := pluginWords(ctx, x, rules, p)
		if large {
			doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(textOneOperation), markdown.Mono("/plugins-admin policy "+p.Name+" OPERATION")))
		}
		return doc
	}
	s.read = func(_ context.Context, rules *policy.Rules, f *filled) {
		setCount(&rules.Calls, p.ID, f.count(inputCalls))
		for _, o := range operations {
			readMode(rules, f, p, o)
		}
	}
	return s
}

// pluginWords say how calls of a plugin go. Those with a rule stand first.
func pluginWords(ctx context.Context, x *bot.Exchange, rules policy.Rules, p *plugin.Plugin) markdown.Document {
	operations := p.Callable()
	ruled := func(o *openapi.Operation) bool {
		_, is := rules.Operations[policy.OperationKey(p.ID, o.ID)]
		return is
	}
	slices.SortStableFunc(operations, func(a, b *openapi.Operation) int {
		switch {
		case ruled(a) == ruled(b):
			return 0
		case ruled(a):
			return -1
		}
		return 1
	})
	var items [][]markdown.Inline
	for _, o := range operations[:min(len(operations), maxListed)] {
		items = append(items, []markdown.Inline{markdown.Mono(o.ID), markdown.Text(": " + operationWords(ctx, x, rules.Operation(p.ID, o.ID), p, o))})
	}
	if more := len(operations) - maxListed; more > 0 {
		items = append(items, []markdown.Inline{markdown.Text(fmt.Sprintf(textMoreAsUsual, more))})
	}
	doc := markdown.New(markdown.Heading(2, markdown.Text(fmt.Sprintf(textRulesOf, p.Human()))), markdown.List(items...))
	if n := rules.Calls[p.ID]; n > 0 {
		doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(fmt.Sprintf(textMostCalls, bot.Grouped(n)))))
	}
	return doc
}

// operationWords say how calls of an operation go, and why.
func operationWords(ctx context.Context, x *bot.Exchange, rule policy.OperationRule, p *plugin.Plugin, o *openapi.Operation) string {
	_, by := rule.Way(p.Facts(o))
	text := map[string]string{
		"operation-never": textWayNever, "write-asks": textWayAsks, "rule-asks": textWayRuleAsks,
		"consequential-read-asks": textWayDocumentAsks, "marked-read": textWayMarked, "read": textWayReads,
	}[by]
	if rule.Mode == policy.ModeRead && by == "write-asks" {
		text = textWayStale
	}
	if len(rule.Approvers) > 0 {
		text += fmt.Sprintf(textAndApprovers, people(ctx, x, rule.Approvers))
	}
	if rule.Grants {
		text += textAndGrants
	}
	return text
}

// operationSetting is everything that can be decided about one operation.
func operationSetting(b *bot.Bot, place chat.Place, rules policy.Rules, p *plugin.Plugin, o *openapi.Operation) setting {
	rule := rules.Operation(p.ID, o.ID)
	return setting{
		title: o.ID, plugin: p.ID, targets: []audit.Target{bot.AuditPlugin(p), {Kind: audit.OfOperation, ID: o.ID}},
		inputs: []chat.Input{
			modeInput(rule, p, o),
			{Name: inputApprovers, Label: textApprovers, Kind: chat.InputLine, Value: strings.Join(rule.Approvers, ", "), Hint: textApproversHint},
		},
		words: func(ctx context.Context, x *bot.Exchange, rules policy.Rules) markdown.Document {
			return markdown.New(
				markdown.Heading(2, markdown.Text(p.Human()+": "+o.ID)),
				markdown.Paragraph(markdown.Mono(o.Method+" "+markdown.Line(o.Path, 200)), markdown.Text(" "+operationWords(ctx, x, rules.Operation(p.ID, o.ID), p, o))),
			)
		},
		read: func(_ context.Context, rules *policy.Rules, f *filled) {
			readMode(rules, f, p, o)
			rule := rules.Operation(p.ID, o.ID)
			approvers := admin.IDs(f.values[inputApprovers], inputApprovers, textWantPerson, "", f.fault)
			if slices.Equal(approvers, rule.Approvers) {
				return
			}
			rule = pinned(rule, o)
			rule.Approvers = approvers
			unknownGroups(b, place, approvers, inputApprovers, f)
			if way, _ := rule.Way(p.Facts(o)); way != policy.ModeAsk && len(approvers) > 0 {
				f.fault(inputApprovers, textOnlyAsking)
			}
			setRule(rules, f, inputMode+o.ID, p, o, rule)
		},
	}
}

// unknownGroups faults user groups of which the members are not known: Slack tells who is in a
// group only to those who ask for it by name.
func unknownGroups(b *bot.Bot, place chat.Place, ids []string, input string, f *filled) {
	for _, id := range ids {
		if place.Platform == "slack" && strings.HasPrefix(id, "S") && !slices.Contains(b.Groups, id) {
			f.fault(input, fmt.Sprintf(textUnknownGroup, id))
			return
		}
	}
}

// sortedKeys are the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
