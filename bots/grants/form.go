// Package grants is what members and administrators do about Grants: a member makes one of a
// call that they approved, reads before it takes effect what it will let through, lists and
// revokes theirs; administrators open operations for it. It also tells a member whose Grant
// holds no more.
package grants

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/grant"
	"aidesk/core/markdown"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
	"aidesk/store"
)

// Offer says whether the member may be asked if calls like the one of an Action may go without
// asking from now on.
func Offer(ctx context.Context, b *bot.Bot, a confirm.Action) (bool, error) {
	if a.Grant != "" || len(a.Call.From) > 0 || !a.Call.Write {
		return false, nil
	}
	s, err := subjectOf(ctx, b, a)
	return err == nil && s.fault == "", err
}

// subject is what a Grant would be about: the operation as it is now, and the built values of
// the call that its member approved.
type subject struct {
	plugin    *plugin.Plugin
	operation *openapi.Operation
	values    []openapi.Leaf
	fault     string // why there can be no Grant, for the member
}

// subjectOf finds out what a Grant of an Action would be about.
func subjectOf(ctx context.Context, b *bot.Bot, a confirm.Action) (s subject, err error) {
	if s.plugin, err = enabled(ctx, b, a.Place, a.Member, a.Call.Plugin); err != nil {
		return s, err
	}
	if s.plugin == nil {
		s.fault = textGone
		return s, nil
	}
	var known bool
	if s.operation, known = s.plugin.Operation(a.Call.Operation); !known {
		s.fault = textGone
		return s, nil
	}
	may, err := b.Plugins.MayGrant(ctx, a.Place, s.plugin, s.operation)
	if err != nil {
		return s, err
	}
	if !may {
		s.fault = textNotOpen
		return s, nil
	}
	request, fault := s.operation.Request(a.Call.Args)
	if fault != nil || request.Digest() != a.Call.Request.Digest() {
		s.fault = textGone
		return s, nil //nolint:nilerr // the member is told instead
	}
	if s.values, fault = s.operation.Leaves(a.Call.Args); fault == nil {
		fault = grant.Allowable(s.values)
	}
	if fault != nil {
		s.fault = bot.Sentence(fault)
	}
	return s, nil
}

// enabled finds a plugin by its id among those enabled for a member in a place; nil: it is not.
func enabled(ctx context.Context, b *bot.Bot, place chat.Place, member, id string) (*plugin.Plugin, error) {
	on, _, err := b.Plugins.Enabled(ctx, place, member)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(on, func(p *plugin.Plugin) bool { return p.ID == id }); i >= 0 {
		return on[i], nil
	}
	return nil, nil //nolint:nilnil // that it is not enabled is no fault
}

// The inputs of the form, each of a value with its number behind it.
const (
	inputWay   = "way"
	inputBound = "bound"
	inputDaily = "daily"
	inputAll   = "all"
	inputDays  = "days"
)

// What the form says at first.
const (
	dailyFirst = 10
	allFirst   = 100
	textFirst  = 200 // characters of a free text, where its member writes no number
)

// wayLabels are the ways to bound a value, as the form offers them.
var wayLabels = map[grant.Way]string{
	grant.Exactly: textWayExactly, grant.OneOf: textWayOneOf, grant.AtMost: textWayAtMost, grant.AtLeast: textWayAtLeast,
	grant.DaySum: textWaySum, grant.Under: textWayUnder, grant.AnyText: textWayText,
}

// Form asks how far a call like the one of an Action may differ from it. Every value stays as
// it was approved until its member loosens it.
func Form(ctx context.Context, b *bot.Bot, id string, a confirm.Action) (chat.Form, error) {
	s, err := subjectOf(ctx, b, a)
	if err != nil {
		return chat.Form{}, err
	}
	if s.fault != "" {
		return chat.Form{}, bot.FormFault(s.fault)
	}
	f := chat.Form{ID: id, Title: textFormTitle, Submit: textFormSubmit}
	number := func(name, label string, value, most int) {
		f.Inputs = append(f.Inputs, chat.Input{
			Name: name, Label: label, Kind: chat.InputNumber, Value: strconv.Itoa(value), Required: true, Whole: true, Min: "1", Max: strconv.Itoa(most),
		})
	}
	number(inputDays, textFormDays, int(grant.DefaultLife/bot.Day), int(grant.LongestLife/bot.Day))
	number(inputDaily, textFormDaily, dailyFirst, grant.MostPerDay)
	number(inputAll, textFormAll, allFirst, grant.MostUses)
	for i, l := range s.values {
		ways := grant.Ways(l)
		if len(ways) == 1 {
			continue
		}
		in := chat.Input{Name: inputWay + strconv.Itoa(i), Label: l.Label, Kind: chat.InputChoice, Value: string(grant.Exactly), Required: true}
		for _, w := range ways {
			in.Choices = append(in.Choices, string(w))
			label := wayLabels[w]
			if w == grant.Exactly {
				label = fmt.Sprintf(label, grant.Shown(l))
			}
			in.Labels = append(in.Labels, markdown.Line(label, 70))
		}
		hint := textHintText
		if _, isText := l.Value.(string); !isText {
			hint = textHintNumber
		}
		f.Inputs = append(f.Inputs, in, chat.Input{
			Name: inputBound + strconv.Itoa(i), Label: fmt.Sprintf(textFormBound, l.Label), Kind: chat.InputText, Hint: hint,
		})
	}
	return f, nil
}

// terms are what a member filled into the form.
type terms struct {
	conditions       []grant.Condition
	daily, all, days int
}

// readTerms reads the form, with what is wrong with it.
func readTerms(leaves []openapi.Leaf, values map[string]string) (t terms, faults []chat.Fault) {
	number := func(name string) int {
		n, err := strconv.Atoi(strings.TrimSpace(values[name]))
		if err != nil {
			faults = append(faults, chat.Fault{Input: name, Message: textWholeNumber})
		}
		return n
	}
	t.days, t.daily, t.all = number(inputDays), number(inputDaily), number(inputAll)
	if len(faults) == 0 {
		for _, check := range []struct {
			input           string
			all, daily, day int
		}{{inputDays, 1, 1, t.days}, {inputDaily, 1, t.daily, 1}, {inputAll, t.all, 1, 1}} {
			if err := grant.CheckBounds(check.all, check.daily, time.Duration(check.day)*bot.Day); err != nil {
				faults = append(faults, chat.Fault{Input: check.input, Message: bot.Sentence(err)})
			}
		}
	}
	for i, l := range leaves {
		way, bound := grant.Way(values[inputWay+strconv.Itoa(i)]), values[inputBound+strconv.Itoa(i)]
		if way == "" {
			way = grant.Exactly
		}
		if way == grant.AnyText && strings.TrimSpace(bound) == "" {
			bound = strconv.Itoa(textFirst)
		}
		c, err := grant.Bound(l, way, bound)
		if err != nil {
			faults = append(faults, chat.Fault{Input: inputBound + strconv.Itoa(i), Message: bot.Sentence(err)})
		}
		t.conditions = append(t.conditions, c)
	}
	return t, faults
}

// Check judges a filled-in form.
func Check(ctx context.Context, b *bot.Bot, a confirm.Action, values map[string]string) ([]chat.Fault, error) {
	s, err := subjectOf(ctx, b, a)
	if err == nil && s.fault != "" {
		err = bot.FormFault(s.fault)
	}
	if err != nil {
		return nil, err
	}
	_, faults := readTerms(s.values, values)
	return faults, nil
}

// goTo works an event in the workspace of a place: a direct message on Discord may belong to
// another one by now.
func goTo(x *bot.Exchange, place chat.Place) {
	if x.Event.Place.Scope() != place.Scope() {
		x.Event.Place = place
	}
}

// Propose shows what a Grant with these terms would let through. It takes effect only by a
// press on that.
func Propose(ctx context.Context, x *bot.Exchange, a confirm.Action) error {
	goTo(x, a.Place)
	member, ok, err := x.Speaker(ctx)
	if err != nil || !ok {
		return err
	}
	s, err := subjectOf(ctx, x.Bot, a)
	if err != nil {
		return err
	}
	switch {
	case s.fault != "":
		return x.Note(ctx, s.fault)
	case member.Guest:
		return x.Note(ctx, textGuests)
	}
	t, faults := readTerms(s.values, x.Event.Filled.Values)
	if len(faults) > 0 {
		return x.Note(ctx, faults[0].Message)
	}
	login, err := x.Bot.Plugins.AccountLogin(ctx, a.Call.Account)
	if err != nil {
		return err
	}
	place := a.Place
	place.Thread = ""
	now := x.Now()
	g := grant.Grant{
		ID: bot.NewID(), Owner: a.Owner, Member: a.Member, Plugin: s.plugin.ID, Human: markdown.Line(s.plugin.Human(), 50),
		Operation: s.operation.ID, Deed: markdown.Line(confirm.Deed(s.operation.Summary, s.plugin.Human()), 200), Hash: s.operation.Hash,
		Account: a.Call.Account, Login: login, Label: markdown.Line(a.Call.Label, 100), Place: place, Schedule: a.Schedule,
		Conditions: t.conditions, Count: t.all, PerDay: min(t.daily, t.all), Made: now, Until: now.Add(time.Duration(t.days) * bot.Day), Press: x.ReplyID,
	}
	draft, err := g.Encode()
	if err != nil {
		return x.Note(ctx, bot.Sentence(err))
	}
	doc := bot.Paragraph(g.Reading(now, member.Location()))
	var facts [][]markdown.Inline
	for _, v := range g.Values() {
		facts = append(facts, bot.Fact(v.Label, markdown.Text(v.Value)))
	}
	if len(facts) > 0 {
		doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(textInFull)), markdown.List(facts...))
	}
	doc.Blocks = append(doc.Blocks, markdown.Paragraph(markdown.Text(textNotYet)))
	r := x.NewReply(doc)
	r.Private = true
	var c store.Commit
	yes := chat.Button{ID: bot.NewID(), Label: textStopAsking, Style: chat.Primary}
	x.Button(&c, yes.ID, bot.ButtonAction{Do: bot.DoGrant, Member: a.Member, Draft: draft}, time.Hour)
	r.Buttons = []chat.Button{yes}
	return x.Reply(c, r)
}
