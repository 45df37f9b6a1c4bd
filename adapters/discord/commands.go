package discord

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"aidesk/adapters/discord/payload"
	"aidesk/adapters/discord/render"
	"aidesk/adapters/discord/rest"
	"aidesk/adapters/session"
	"aidesk/core/chat"
)

// verbStop is the verb that acts on the conversation in which it is typed.
const verbStop = "stop"

// parseCommand reads a slash command, and the name of the option being typed if there is
// one.
func parseCommand(i payload.Interaction) (c chat.Command, focused string) {
	c.Name = i.Data.Name
	options := i.Data.Options
	if len(options) > 0 && options[0].Type == render.OptionVerb {
		c.Verb, options = options[0].Name, options[0].Options
	}
	for _, o := range options {
		if value := strings.TrimSpace(string(o.Value)); value != "" {
			if c.Options == nil {
				c.Options = map[string]string{}
			}
			c.Options[o.Name] = value
		}
		if o.Focused {
			focused = o.Name
		}
	}
	return c, focused
}

// readOptions reads the values of a command as people type and paste them, and free text
// as that of a message.
func readOptions(c chat.Command, verb chat.Verb) chat.Command {
	for _, o := range verb.Options {
		typed := c.Options[o.Name]
		if typed == "" {
			continue
		}
		if o.Kind == chat.Rest {
			read := payload.Message{Content: typed}.Read()
			typed, c.Names = read.Text, append(c.Names, read.Marks...)
		}
		c.Options[o.Name] = o.Read(typed)
	}
	return c
}

// commandFault returns what is wrong with a command, or "". Discord checks this too, but
// against the commands as they were last registered.
func commandFault(c chat.Command, verb chat.Verb) string {
	for _, o := range verb.Options {
		value := c.Options[o.Name]
		switch {
		case value == "" && o.Required:
			return fmt.Sprintf("/%s %s needs %s. For example: %s", c.Name, verb.Name, o.Name, verb.Example)
		case value != "" && o.Kind == chat.Choice && !slices.Contains(o.Choices, value):
			return fmt.Sprintf("%s must be one of %s.", o.Name, strings.Join(o.Choices, ", "))
		}
	}
	return ""
}

// command handles a slash command. It belongs to the member's direct messages and is
// answered there, except that an admin command is about the channel in which it was
// typed, and stop about the thread.
func (in inbound) command(ctx context.Context, i payload.Interaction) (*interactionResponse, error) {
	c, _ := parseCommand(i)
	syntax, verb, known := in.Grammar.Find(c.Name, c.Verb)
	if !known {
		return ephemeralText(textOldCommand), nil
	}
	c = readOptions(c, verb)
	if text := commandFault(c, verb); text != "" {
		return ephemeralText(text), nil
	}
	direct, fault, err := in.interactionPlace(ctx, i, "")
	if err != nil {
		return nil, err
	}
	if fault != "" {
		return ephemeralText(fault), nil
	}
	place := direct
	if i.Guild != "" {
		here, err := in.commandPlace(ctx, i)
		switch {
		case err != nil:
			return nil, err
		case syntax.Who == chat.Admins:
			place = chat.Place{Platform: platform, Workspace: i.Guild, Channel: here.Channel}
			if here.Thread != "" {
				c.From = &here
			}
		case verb.Name == verbStop && here.Thread != "":
			place = here
		default:
			c.From = &here
		}
	}
	if verb.Form {
		return in.openForm(ctx, i, chat.Opening{Place: place, Member: i.Sender(), Command: &c}), nil
	}
	e := in.event("c", i, place)
	e.Command = &c
	if err := in.handOver(ctx, e); err != nil {
		return nil, err
	}
	if i.ChannelID == direct.Channel || place.Thread != "" {
		return ephemeralText(textMoment), nil
	}
	return ephemeralLink(textDirect, messageURL("", direct.Channel, "")), nil
}

// commandPlace returns the channel or thread in which a command was typed.
func (in inbound) commandPlace(ctx context.Context, i payload.Interaction) (chat.Place, error) {
	place := chat.Place{Platform: platform, Workspace: i.Guild, Channel: i.ChannelID}
	if s := in.threadRef(ctx, i.ChannelID); s.known() {
		place.Channel, place.Thread = s.parent, i.ChannelID
		return place, nil
	}
	kind := payload.ChannelTypeUnknown
	if i.Channel.ID != "" {
		kind = i.Channel.Type
	}
	parent, err := in.parentChannel(ctx, i.ChannelID, kind)
	if parent != "" {
		place.Channel, place.Thread = parent, i.ChannelID
	}
	if rest.StatusOf(err) != 0 { // a channel that the bot cannot read is not a thread
		err = nil
	}
	return place, err
}

// completeTimeout is how long completing an option may take.
const completeTimeout = time.Second

// complete returns suggestions for the option that a member is typing.
func (in inbound) complete(ctx context.Context, i payload.Interaction) *interactionResponse {
	ctx, cancel := context.WithTimeout(ctx, completeTimeout)
	defer cancel()
	c, focused := parseCommand(i)
	q := chat.Query{Member: i.Sender(), Command: c, Option: focused, Prefix: c.Options[focused]}
	q.Place = chat.Place{Platform: platform, Workspace: i.Guild, Channel: i.ChannelID}
	if i.Guild == "" {
		q.Place.Direct = true
		q.Place.Workspace, _ = in.homeGuilds.Kept(ctx, q.Member) // without a server nothing is suggested
	}
	found, err := in.handler.Suggest(ctx, q)
	if err != nil {
		in.Logger.WarnContext(ctx, "completing an option", "error", err)
	}
	return &interactionResponse{Type: respondComplete, Data: map[string]any{"choices": render.Choices(found)}}
}

// commandsKey is the record with the hash of the registered commands.
const commandsKey = "commands"

// registerCommands registers the slash commands unless the same ones were registered
// before. It retries until ctx is done; meanwhile the old commands work.
func (a *Adapter) registerCommands(ctx context.Context, self appIdentity, k chat.Keeper) {
	body := render.Commands(a.Grammar)
	data, err := json.Marshal(body)
	if err != nil {
		a.Logger.ErrorContext(ctx, "registering the commands", "error", err)
		return
	}
	sum := sha256.Sum256(append([]byte(self.Application+" "), data...))
	want := hex.EncodeToString(sum[:])
	have, err := k.Kept(ctx, commandsKey)
	if err == nil && string(have) == want {
		return
	}
	for pause := time.Second; ; pause = min(2*pause, time.Hour) {
		c := rest.Call{Method: http.MethodPut, Path: "/applications/%s/commands", IDs: []string{self.Application}, Body: body, MaxWait: session.CallTimeout}
		err := a.rest.Do(ctx, c, nil)
		if err == nil {
			if err := k.Keep(ctx, commandsKey, []byte(want)); err != nil {
				a.Logger.WarnContext(ctx, "remembering which commands are registered", "error", err)
			}
			return
		}
		if ctx.Err() != nil {
			return
		}
		a.Logger.WarnContext(ctx, "the commands could not be registered", "error", err, "remedy", rest.Remedy(err), "again", pause)
		if session.Sleep(ctx, pause) != nil {
			return
		}
	}
}
