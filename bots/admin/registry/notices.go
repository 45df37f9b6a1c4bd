package registry

import (
	"context"
	"fmt"
	"strings"

	"aidesk/bots/admin"
	"aidesk/bots/bot"
	"aidesk/core/audit"
	"aidesk/core/chat"
	"aidesk/core/policy"
	"aidesk/store"
)

// noticesOff stands where a channel would: each administrator is told directly.
const noticesOff = "off"

// Notices sets the channel in which administrators are told what they must know, and says so
// there: whoever sets it sees whether aidesk can write there.
func Notices(ctx context.Context, x *bot.Exchange, word string) error {
	channel := ""
	if !strings.EqualFold(word, noticesOff) {
		fault := ""
		here := x.Event.Place
		if here.Direct {
			here.Channel = ""
		}
		ids := admin.IDs(word, "", textWantChannel, here.Channel, func(_, message string) { fault = message })
		switch {
		case fault != "":
			return x.ReplyPrivately(store.Commit{}, bot.Paragraph(fault))
		case len(ids) != 1:
			return x.ReplyPrivately(store.Commit{}, bot.Paragraph(textOneChannel))
		case here.External && ids[0] == here.Channel:
			return x.ReplyPrivately(store.Commit{}, bot.Paragraph(textNoticesShared))
		}
		channel = ids[0]
		// At Discord one app is in many servers, and a channel of another is not this one's.
		if name := admin.Named(ctx, x, "#", ids)[0]; here.Platform == "discord" && channel != here.Channel && name == channel {
			return x.ReplyPrivately(store.Commit{}, bot.Paragraph(textNoSuchChannel))
		}
	}
	rules, err := x.Bot.Plugins.Rules(ctx, x.Event.Place)
	if err != nil {
		return err
	}
	if rules.Notices == channel {
		return x.ReplyPrivately(store.Commit{}, bot.Paragraph(textNoticesAlready))
	}
	record, err := x.Bot.Plugins.ChangeRules(ctx, x.Event.Place, func(r *policy.Rules) { r.Notices = channel })
	if err != nil {
		return err
	}
	c := store.Commit{Puts: []store.Record{record}, Audits: x.Audit("rules.changed", audit.Target{Kind: audit.OfRecord, ID: "notices"})}
	if channel == "" {
		return x.ReplyPrivately(c, bot.Paragraph(textNoticesDirect))
	}
	c.Audits = x.Audit("rules.changed", audit.Target{Kind: audit.OfChannel, ID: channel})
	first := chat.Reply{
		ID: chat.Key(x.ReplyID, "notices"), Open: true, Text: bot.Paragraph(textNoticesHere),
		Place: chat.Place{Platform: x.Event.Place.Platform, Workspace: x.Event.Place.Workspace, Channel: channel, Installed: x.Event.Place.Installed},
	}
	wanted, err := x.Bot.WantedReply(x.Conversation, first, "")
	if err != nil {
		return err
	}
	c.Replies = append(c.Replies, wanted)
	return x.ReplyPrivately(c, bot.Paragraph(fmt.Sprintf(textNoticesSet, admin.Named(ctx, x, "#", []string{channel})[0])))
}
