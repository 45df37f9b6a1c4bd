package bot

import (
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
