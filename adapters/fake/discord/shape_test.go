package discord_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	fakediscord "aidesk/adapters/fake/discord"
)

// TestShapes: what the gateway says has the fields, and kinds of values, that were
// recorded of Discord.
func TestShapes(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("AIDESK_CORPORA")
	if folder == "" {
		t.Skip("AIDESK_CORPORA is not set")
	}
	d := start(t, fakediscord.Config{Intents: fakediscord.IntentMembers})
	c := dial(t, d)
	c.say(identify(intents|fakediscord.IntentMembers, ""))
	if r := ask(t, d, "PUT", commands, grammar); r.Status != 200 {
		t.Fatal(r.Text)
	}
	posted(t, d, fakediscord.Ada, fakediscord.General, d.Typed("@ben hello"))
	mine := content(t, d, fakediscord.General, `{"content":"mine","embeds":[{"title":"t"}]}`)
	ask(t, d, "PATCH", messages+"/"+mine, `{"content":"changed"}`)
	reply, err := d.Post(fakediscord.Ada, fakediscord.General, "a reply", fakediscord.PostOptions{ReplyTo: mine})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Delete(fakediscord.Ada, fakediscord.General, reply); err != nil {
		t.Fatal(err)
	}
	d.SetChannel(fakediscord.Channel{ID: "849000000000000001", Name: "new"})
	d.SetChannel(fakediscord.Channel{ID: "849000000000000001", Name: "newer"})
	d.RemoveChannel("849000000000000001")
	d.SetRole(fakediscord.Role{ID: "839000000000000001", Name: "new"})
	d.SetRole(fakediscord.Role{ID: "839000000000000001", Name: "newer"})
	d.SetUser(fakediscord.User{ID: "829000000000000001", Name: "new"})
	d.SetUser(fakediscord.User{ID: "829000000000000001", Name: "newer"})
	d.SetUser(fakediscord.User{ID: "829000000000000001", Name: "newer", Guilds: []string{}})
	d.SetGuild(fakediscord.Guild{ID: fakediscord.GuildID, Name: "renamed", Owner: fakediscord.Owner})
	d.Kick(fakediscord.Other)
	if _, err := d.Command(fakediscord.Ada, fakediscord.General, "aidesk", "ask", map[string]string{"what": "x"}); err != nil {
		t.Fatal(err)
	}
	d.Inject("END", json.RawMessage(`{}`))
	told := map[string]any{}
	for p := c.next(); p.T != "END"; p = c.next() {
		name := p.T
		v := parse(string(p.D)).(object)
		if name == "MESSAGE_CREATE" {
			name += fmt.Sprint(" ", v["type"])
		}
		if told[name] == nil {
			told[name] = v
		}
	}
	recorded := map[string]string{
		"READY": "Ready", "GUILD_CREATE": "GuildCreate", "GUILD_UPDATE": "GuildUpdate", "GUILD_DELETE": "GuildDelete", "MESSAGE_CREATE 0": "MessageCreate.Type0",
		"MESSAGE_CREATE 19": "MessageCreate.Type19", "MESSAGE_UPDATE": "MessageUpdate.Embeds", "MESSAGE_DELETE": "MessageDelete", "CHANNEL_CREATE": "ChannelCreate",
		"CHANNEL_UPDATE": "ChannelUpdate", "CHANNEL_DELETE": "ChannelDelete", "GUILD_ROLE_CREATE": "GuildRoleCreate", "GUILD_ROLE_UPDATE": "GuildRoleUpdate",
		"GUILD_MEMBER_ADD": "GuildMemberAdd", "GUILD_MEMBER_UPDATE": "GuildMemberUpdate", "GUILD_MEMBER_REMOVE": "GuildMemberRemove", "INTERACTION_CREATE": "InteractionCreate",
	}
	for name, file := range recorded {
		text, err := os.ReadFile(filepath.Join(folder, "discord", "gateway", file+".json"))
		if err != nil {
			t.Fatal(err)
		}
		whole := parse(string(text)).(object)
		if told[name] == nil {
			t.Errorf("%s was not said", name)
			continue
		}
		for _, w := range compare(whole["d"], told[name], "") {
			if !slices.Contains(absent, w) && !strings.HasPrefix(w, ".embeds[].") {
				t.Errorf("%s: %s", name, w)
			}
		}
	}
}

// absent is what was recorded and is not said here: of bots, of other embeds and
// options, of times past, and what nobody documented.
var absent = []string{
	".user.bot is missing", ".referenced_message.embeds[].fields is missing", ".data.options[].value is missing", ".data.resolved is missing",
	".embed_channel_id is missing", ".embed_enabled is missing", ".guild_id is missing", ".guild_hashes is missing",
}

// compare says how a value differs in shape from a recorded one: fields that are not
// there, and values of another kind. Null and [] say nothing about kinds.
func compare(recorded, said any, path string) []string {
	var out []string
	switch r := recorded.(type) {
	case object:
		s, ok := said.(object)
		if !ok {
			return []string{fmt.Sprintf("%s is %T", path, said)}
		}
		for _, key := range slices.Sorted(maps.Keys(r)) {
			inner, there := s[key]
			switch {
			case !there:
				out = append(out, path+"."+key+" is missing")
			case r[key] != nil && inner != nil:
				out = append(out, compare(r[key], inner, path+"."+key)...)
			}
		}
	case []any:
		s, ok := said.([]any)
		if !ok {
			return []string{fmt.Sprintf("%s is %T", path, said)}
		}
		if len(r) > 0 && len(s) > 0 {
			out = append(out, compare(r[0], s[0], path+"[]")...)
		}
	default:
		if fmt.Sprintf("%T", recorded) != fmt.Sprintf("%T", said) {
			out = append(out, fmt.Sprintf("%s is %T, not %T", path, said, recorded))
		}
	}
	return out
}
