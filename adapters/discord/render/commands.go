package render

import (
	"cmp"
	"slices"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// askAbout is the name of the command in the menu of a message.
const askAbout = textAskAbout

// The types of commands and of their options.
const (
	commandChat    = 1
	CommandMessage = 3

	OptionVerb = 1
	optionText = 3
)

// Command is the body that registers a command.
type Command struct {
	Name        string          `json:"name"`
	Type        int             `json:"type"`
	Description string          `json:"description,omitempty"`
	Options     []commandOption `json:"options,omitempty"`
	Permissions *string         `json:"default_member_permissions"` // nil: everyone
	Contexts    []int           `json:"contexts"`                   // where it is offered
	Installs    []int           `json:"integration_types"`
}

// commandOption is a verb (subcommand) or an option of a command.
type commandOption struct {
	Type         int             `json:"type"`
	Name         string          `json:"name"`
	Description  string          `json:"description"`
	Required     bool            `json:"required,omitempty"`
	Autocomplete bool            `json:"autocomplete,omitempty"`
	Choices      []Choice        `json:"choices,omitempty"`
	Options      []commandOption `json:"options,omitempty"`
}

const (
	contextServer = 0
	contextDirect = 1

	manageGuildBits = "32" // the permission "Manage Server", as a set of bits
	maxDescription  = 100
)

// Commands returns the commands of a grammar. Discord hides those of administrators from
// others, but not where moderators use verbs of them: whom a server made one Discord does not
// know, and what is used is checked anyway. In Discord a command with subcommands
// cannot be used alone: the verb without a name is left out if another does the same,
// and else gets a name.
func Commands(g chat.Grammar) []Command {
	var out []Command
	for _, s := range g {
		c := Command{Name: s.Name, Type: commandChat, Description: descriptionText(s.Summary), Contexts: []int{contextServer, contextDirect}, Installs: []int{0}}
		if s.Who == chat.Admins {
			c.Contexts = []int{contextServer}
			if !slices.ContainsFunc(s.Verbs, func(v chat.Verb) bool { return v.Who == chat.Moderators }) {
				permissions := manageGuildBits
				c.Permissions = &permissions
			}
		}
		for _, v := range s.Verbs {
			same := func(o chat.Verb) bool { return o.Name != "" && o.Summary == v.Summary }
			switch {
			case v.Name == "" && len(s.Verbs) == 1:
				c.Options = options(v)
			case v.Name == "" && slices.ContainsFunc(s.Verbs, same):
			default:
				c.Options = append(c.Options, commandOption{Type: OptionVerb, Name: cmp.Or(v.Name, bareVerbName), Description: descriptionText(v.Summary), Options: options(v)})
			}
		}
		out = append(out, c)
	}
	return append(out, Command{Name: askAbout, Type: CommandMessage, Contexts: []int{contextServer, contextDirect}, Installs: []int{0}})
}

// bareVerbName is the name of the verb without a name.
const bareVerbName = "show"

func options(v chat.Verb) []commandOption {
	var out []commandOption
	for _, o := range v.Options {
		r := commandOption{Type: optionText, Name: o.Name, Description: descriptionText(o.Summary), Required: o.Required, Autocomplete: o.Completes}
		if o.Kind == chat.Choice {
			r.Autocomplete = false
			for _, c := range o.Choices {
				r.Choices = append(r.Choices, Choice{Name: c, Value: c})
			}
		}
		out = append(out, r)
	}
	// Discord wants required options first.
	slices.SortStableFunc(out, func(a, b commandOption) int {
		switch {
		case a.Required == b.Required:
			return 0
		case a.Required:
			return -1
		}
		return 1
	})
	return out
}

func descriptionText(text string) string { return cmp.Or(markdown.Line(text, maxDescription), "…") }

// The limits of suggestions.
const (
	mostChoices = 25
	maxChoice   = 100
)

// Choice is one suggestion for the value of an option.
type Choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Choices returns as many suggestions as Discord takes.
func Choices(found []chat.Suggestion) []Choice {
	out := []Choice{}
	for _, s := range found {
		if len(out) < mostChoices && s.Value != "" && utf16Len(s.Value) <= maxChoice {
			out = append(out, Choice{Name: choiceName(s), Value: s.Value})
		}
	}
	return out
}

// choiceName is what a member sees of a suggestion.
func choiceName(s chat.Suggestion) string {
	name := cmp.Or(markdown.Line(s.Label, maxChoice/2), s.Value)
	if name != s.Value && utf16Len(name)+utf16Len(s.Value)+3 <= maxChoice {
		name += " (" + s.Value + ")"
	}
	return cmp.Or(markdown.Line(name, maxChoice), "…")
}
