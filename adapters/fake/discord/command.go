package discord

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

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

// maxCreates is how many new commands a guild, or the application, may get in a day.
const maxCreates = 200

// findCommand finds a command by what is unique.
func (d *Discord) findCommand(guild, name string, kind int) *registration {
	for _, k := range d.commands {
		if k.guild == guild && k.name == name && k.kind == kind {
			return k
		}
	}
	return nil
}

// register makes a command or replaces the one of its name, which keeps its id.
func (d *Discord) register(guild string, body object) (*registration, bool, error) {
	body = maps.Clone(body)
	delete(body, "id")
	rule.DropNulls(body["options"])
	kind := commandType(body)
	k := d.findCommand(guild, rule.Text(body["name"]), kind)
	switch {
	case k == nil && d.createdToday(guild) >= maxCreates:
		return nil, false, refuse(tooManyCreated)
	case k == nil:
		k = &registration{id: d.newID(), name: rule.Text(body["name"]), kind: kind, guild: guild, body: body, version: d.newID()}
		d.created[guild] = append(d.created[guild], d.Clock.Now())
		d.commands = append(d.commands, k)
		return k, true, nil
	case !reflect.DeepEqual(k.body, body):
		k.body, k.version = body, d.newID()
	}
	return k, false, nil
}

// createdToday is how many commands a guild got within a day.
func (d *Discord) createdToday(guild string) int {
	since := d.Clock.Now().Add(-24 * time.Hour)
	d.created[guild] = slices.DeleteFunc(d.created[guild], func(t time.Time) bool { return t.Before(since) })
	return len(d.created[guild])
}

// commandType is the type of a command; it is a slash command if it does not say.
func commandType(body object) int {
	if v, ok := body["type"]; ok && v != nil {
		return rule.Integer(v)
	}
	return 1
}

// putCommands replaces all commands of a scope.
func putCommands(c *call) (any, error) {
	guild, err := c.scope()
	if err != nil {
		return nil, err
	}
	if c.list == nil {
		return nil, invalidField("", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
	}
	f := rule.Faults{}
	seen, count := map[string]bool{}, map[int]int{}
	for i, v := range c.list {
		body, _ := v.(object)
		f.Command(body, rule.At(i))
		key := fmt.Sprint(commandType(body), " ", body["name"])
		if seen[key] {
			f.Addf(rule.At(i), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
		}
		seen[key] = true
		count[commandType(body)]++
	}
	if err := invalidFormBody(f); err != nil {
		return nil, err
	}
	if count[1] > 100 || count[2] > 15 || count[3] > 15 {
		return nil, refuse(tooManyCommands)
	}
	c.commands = slices.DeleteFunc(c.commands, func(k *registration) bool {
		return k.guild == guild && !seen[fmt.Sprint(k.kind, " ", k.name)]
	})
	out := []object{}
	for _, v := range c.list {
		body, _ := v.(object)
		k, _, err := c.register(guild, body)
		if err != nil {
			return nil, err
		}
		out = append(out, k.payload())
	}
	return out, nil
}

// createCommand makes one, or replaces the one of its name.
func createCommand(c *call) (any, error) {
	guild, err := c.scope()
	if err != nil {
		return nil, err
	}
	f := rule.Faults{}
	f.Command(c.form, "")
	if err := invalidFormBody(f); err != nil {
		return nil, err
	}
	n := 0
	for _, k := range c.commands {
		if k.guild == guild && k.kind == commandType(c.form) {
			n++
		}
	}
	if c.findCommand(guild, rule.Text(c.form["name"]), commandType(c.form)) == nil && n >= map[int]int{1: 100, 2: 15, 3: 15}[commandType(c.form)] {
		return nil, refuse(tooManyCommands)
	}
	k, isNew, err := c.register(guild, c.form)
	if err != nil {
		return nil, err
	}
	if isNew {
		c.status = 201
	}
	return k.payload(), nil
}
