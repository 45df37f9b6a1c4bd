package admin

import (
	"context"
	"fmt"
	"strings"

	"aidesk/bots/bot"
	"aidesk/core/chat"
	"aidesk/core/plugin"
	"aidesk/store"
)

// TellHosts adds to c a message to the administrators about hosts to which calls of a plugin
// go and did not before; none: nothing is told.
func TellHosts(ctx context.Context, x *bot.Exchange, c *store.Commit, p *plugin.Plugin, hosts []string) error {
	if len(hosts) == 0 {
		return nil
	}
	text := fmt.Sprintf(textTellHosts, p.Human(), strings.Join(hosts, ", "))
	return x.Notify(ctx, c, chat.Key("hosts", x.ReplyID), bot.Paragraph(text), nil)
}
