package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"aidesk/core/chat"
	"aidesk/core/markdown"
	"aidesk/core/plugin"
	"aidesk/store"
)

// nearNames is how many names are offered for one that is not known.
const nearNames = 5

// FindPlugin finds a plugin by what a member typed; nil with the answer already given,
// privately where the answer would have been.
func (x *Exchange) FindPlugin(ctx context.Context, word string, private bool) (*plugin.Plugin, error) {
	p, err := x.Bot.Plugins.Find(ctx, x.Event.Place, strings.TrimSpace(word))
	if !errors.Is(err, store.ErrNotFound) {
		return p, err
	}
	plugins, err := x.Bot.Plugins.List(ctx, x.Event.Place)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, p := range plugins {
		names = append(names, p.Name)
	}
	shown := markdown.Line(markdown.Visible(word), 50)
	line := fmt.Sprintf(textNoSuchPlugin, shown, strings.Join(names, ", "))
	switch {
	case len(names) == 0:
		line = fmt.Sprintf(textNoPluginYet, shown)
	case len(names) > nearNames:
		line = fmt.Sprintf(textNearPlugins, shown, strings.Join(chat.Nearest(word, names, nearNames), ", "))
	}
	r := x.NewReply(Paragraph(line))
	r.Private = private
	return nil, x.Reply(store.Commit{}, r)
}

// PluginNames returns a function that says what the plugin with an id is called by people; one
// that is gone is called by its id.
func (x *Exchange) PluginNames(ctx context.Context) (func(id string) string, error) {
	plugins, err := x.Bot.Plugins.List(ctx, x.Event.Place)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, p := range plugins {
		names[p.ID] = p.Human()
	}
	return func(id string) string { return cmp.Or(names[id], id) }, nil
}
