package discord

import (
	"encoding/json"
	"maps"
	"slices"

	"aidesk/adapters/fake/discord/rule"
)

// registration is one that the application registered.
type registration struct {
	id, name, guild string // no guild: everywhere
	kind            int
	body            object
	version         string
}

// Registered is a command of the application as it stands.
type Registered struct {
	ID, Name, Guild string
	Kind            int // 1 slash command, 2 on a user, 3 on a message
	Body            json.RawMessage
}

// Commands are those that are registered.
func (d *Discord) Commands() []Registered {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []Registered
	for _, c := range d.commands {
		body, _ := json.Marshal(c.body)
		out = append(out, Registered{c.id, c.name, c.guild, c.kind, body})
	}
	return out
}

func (c *registration) payload() object {
	out := object{
		"id": c.id, "application_id": ApplicationID, "version": c.version, "name": c.name, "type": c.kind, "description": "",
		"default_member_permissions": nil, "nsfw": false, "name_localizations": nil, "description_localizations": nil,
		"integration_types": []int{0}, "contexts": nil,
	}
	maps.Copy(out, c.body)
	delete(out, "options")
	if list, _ := c.body["options"].([]any); len(list) > 0 {
		out["options"] = list
	}
	if c.guild != "" {
		out["guild_id"] = c.guild
	} else {
		out["dm_permission"] = c.body["dm_permission"] != false
	}
	return out
}

// scope checks whose commands a call is about.
func (c *call) scope() (string, error) {
	if c.vars["application"] != ApplicationID {
		return "", refuse(missingAccess)
	}
	if c.vars["guild"] == "" {
		return "", nil
	}
	g, ok := c.guild(c.vars["guild"])
	if !ok {
		return "", refuse(missingAccess)
	}
	return g.ID, nil
}

func listCommands(c *call) (any, error) {
	guild, err := c.scope()
	if err != nil {
		return nil, err
	}
	out := []object{}
	for _, k := range c.commands {
		if k.guild == guild {
			out = append(out, k.payload())
		}
	}
	return out, nil
}

// requestCommand finds the command of a call.
func (c *call) requestCommand() (*registration, error) {
	guild, err := c.scope()
	if err != nil {
		return nil, err
	}
	for _, k := range c.commands {
		if k.guild == guild && k.id == c.vars["command"] {
			return k, nil
		}
	}
	return nil, refuse(unknownCommand)
}

func getCommand(c *call) (any, error) {
	k, err := c.requestCommand()
	if err != nil {
		return nil, err
	}
	return k.payload(), nil
}

func changeCommand(c *call) (any, error) {
	k, err := c.requestCommand()
	if err != nil {
		return nil, err
	}
	next := maps.Clone(k.body)
	maps.Copy(next, c.form)
	f := rule.Faults{}
	f.Command(next, "")
	if err := invalidFormBody(f); err != nil {
		return nil, err
	}
	k.body, k.name, k.version = next, rule.Text(next["name"]), c.newID()
	return k.payload(), nil
}

func deleteCommand(c *call) (any, error) {
	k, err := c.requestCommand()
	if err != nil {
		return nil, err
	}
	c.commands = slices.DeleteFunc(c.commands, func(o *registration) bool { return o == k })
	return nil, nil
}
