package discord

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"aidesk/core/chat"
	"aidesk/core/markdown"
)

// registered is a command as Discord is told of it.
type registered struct {
	Name        string         `json:"name"`
	Type        int            `json:"type"`
	Description string         `json:"description,omitempty"`
	Options     []registeredOf `json:"options,omitempty"`
	Permissions *string        `json:"default_member_permissions"` // nil: everyone
	Contexts    []int          `json:"contexts"`                   // where it is offered
	Installs    []int          `json:"integration_types"`
}

// registeredOf is a verb of a command, or an option.
type registeredOf struct {
	Type         int            `json:"type"`
	Name         string         `json:"name"`
	Description  string         `json:"description"`
	Required     bool           `json:"required,omitempty"`
	Autocomplete bool           `json:"autocomplete,omitempty"`
	Choices      []choice       `json:"choices,omitempty"`
	Options      []registeredOf `json:"options,omitempty"`
}

const (
	contextServer = 0
	contextDirect = 1

	managers       = "32" // the permission to manage the server, as a set of bits
	maxDescription = 100
	commandsName   = "commands"
)

// commands are those of a grammar, as Discord is told of them. Discord knows no command
// that works both alone and with verbs: alone it is left out where a verb does the same,
// and else becomes a verb.
func commands(g chat.Grammar) []registered {
	var out []registered
	for _, s := range g {
		c := registered{Name: s.Name, Type: commandChat, Description: described(s.Summary), Contexts: []int{contextServer, contextDirect}, Installs: []int{0}}
		if s.Who == chat.Admins {
			permissions := managers
			c.Permissions, c.Contexts = &permissions, []int{contextServer}
		}
		for _, v := range s.Verbs {
			same := func(o chat.Verb) bool { return o.Name != "" && o.Summary == v.Summary }
			switch {
			case v.Name == "" && len(s.Verbs) == 1:
				c.Options = options(v)
			case v.Name == "" && slices.ContainsFunc(s.Verbs, same):
			default:
				c.Options = append(c.Options, registeredOf{Type: optionVerb, Name: cmp.Or(v.Name, verbAlone), Description: described(v.Summary), Options: options(v)})
			}
		}
		out = append(out, c)
	}
	return append(out, registered{Name: askAbout, Type: commandMessage, Contexts: []int{contextServer, contextDirect}, Installs: []int{0}})
}

// verbAlone stands for a command alone that has verbs too.
const verbAlone = "show"

func options(v chat.Verb) []registeredOf {
	var out []registeredOf
	for _, o := range v.Options {
		r := registeredOf{Type: optionText, Name: o.Name, Description: described(o.Summary), Required: o.Required, Autocomplete: o.Completes}
		if o.Kind == chat.Choice {
			r.Autocomplete = false
			for _, c := range o.Choices {
				r.Choices = append(r.Choices, choice{Name: c, Value: c})
			}
		}
		out = append(out, r)
	}
	// Discord wants what is needed first.
	slices.SortStableFunc(out, func(a, b registeredOf) int {
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

func described(text string) string { return cmp.Or(markdown.Line(text, maxDescription), "…") }

// choiceName is what is shown of a completion.
func choiceName(s chat.Suggestion) string {
	name := cmp.Or(markdown.Line(s.Label, maxChoice/2), s.Value)
	if name != s.Value && units(name)+units(s.Value)+3 <= maxChoice {
		name += " (" + s.Value + ")"
	}
	return cmp.Or(markdown.Line(name, maxChoice), "…")
}

// register tells Discord of the commands, unless it was told of the very same. While it
// cannot, the ones that were registered before go on.
func (a *Adapter) register(ctx context.Context, self identity, k chat.Keeper) {
	body := commands(a.Grammar)
	data, err := json.Marshal(body)
	if err != nil {
		a.Logger.ErrorContext(ctx, "registering the commands", "error", err)
		return
	}
	sum := sha256.Sum256(append([]byte(self.Application+" "), data...))
	want := hex.EncodeToString(sum[:])
	have, err := k.Kept(ctx, commandsName)
	if err == nil && string(have) == want {
		return
	}
	for pause := time.Second; ; pause = min(2*pause, time.Hour) {
		c := call{method: http.MethodPut, path: "/applications/%s/commands", ids: []string{self.Application}, body: body, patience: callTime}
		err := a.web.ask(ctx, c, nil)
		if err == nil {
			if err := k.Keep(ctx, commandsName, []byte(want)); err != nil {
				a.Logger.WarnContext(ctx, "remembering which commands are registered", "error", err)
			}
			return
		}
		if ctx.Err() != nil {
			return
		}
		a.Logger.WarnContext(ctx, "the commands could not be registered", "error", err, "remedy", remedy(err), "again", pause)
		if sleep(ctx, pause) != nil {
			return
		}
	}
}
