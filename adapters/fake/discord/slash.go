package discord

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"aidesk/adapters/fake/discord/rule"
)

// Choice is an option of a menu, or what completes an option of a command.
type Choice struct{ Name, Value string }

// offeredCommand finds a command that a user can give in a channel.
func (d *Discord) offeredCommand(user string, ch Channel, kind int, name string) (*registration, error) {
	i := slices.IndexFunc(d.commands, func(c *registration) bool {
		return c.kind == kind && c.name == name && (c.guild == "" || c.guild == ch.Guild)
	})
	if i < 0 {
		return nil, fmt.Errorf("there is no command %q here", name)
	}
	c := d.commands[i]
	context := 0
	if ch.Kind == KindDM {
		context = 1
	}
	if contexts, ok := c.body["contexts"].([]any); ok {
		if !slices.ContainsFunc(contexts, func(v any) bool { return rule.Integer(v) == context }) {
			return nil, fmt.Errorf("the command %q is not offered here", name)
		}
	} else if c.body["dm_permission"] == false && context == 1 {
		return nil, fmt.Errorf("the command %q is not offered here", name)
	}
	if ch.Kind == KindDM {
		return c, nil
	}
	need := UseCommands
	if bits, ok := c.body["default_member_permissions"].(string); ok {
		n, _ := strconv.ParseUint(bits, 10, 64)
		if n == 0 {
			n = Administrator
		}
		need |= n
	}
	if !d.may(user, ch, need) {
		return nil, fmt.Errorf("%s may not use the command %q", user, name)
	}
	return c, nil
}

// Command lets a user give a slash command: "aidesk", the subcommand "ask" (of a group
// "group sub", of none ""), and its options. What is not registered, or not for this
// user or place, is an error, and so are options that Discord would not let them send.
func (d *Discord) Command(user, channel, name, sub string, options map[string]string) (*Receipt, error) {
	defer d.mu.Changing()()
	i, err := d.slashInteraction(user, channel, name, sub, options, "")
	if err != nil {
		return nil, err
	}
	i.kind = kindSlash
	return d.interact(i), nil
}

// Complete lets a user type into an option of a slash command, others being filled in
// already, and returns what the application offers. It waits for that.
func (d *Discord) Complete(user, channel, name, sub, option, typed string, others map[string]string) ([]Choice, error) {
	r, err := d.complete(user, channel, name, sub, option, typed, others)
	if err != nil {
		return nil, err
	}
	a, err := r.Wait(d.ctx)
	if err != nil {
		return nil, err
	}
	var said struct {
		Choices []struct {
			Name  string `json:"name"`
			Value any    `json:"value"`
		} `json:"choices"`
	}
	if err := json.Unmarshal(a.Data, &said); err != nil {
		return nil, fmt.Errorf("read the choices: %w", err)
	}
	var out []Choice
	for _, c := range said.Choices {
		out = append(out, Choice{c.Name, fmt.Sprint(c.Value)})
	}
	return out, nil
}

func (d *Discord) complete(user, channel, name, sub, option, typed string, others map[string]string) (*Receipt, error) {
	defer d.mu.Changing()()
	all := map[string]string{option: typed}
	maps.Copy(all, others)
	i, err := d.slashInteraction(user, channel, name, sub, all, option)
	if err != nil {
		return nil, err
	}
	i.kind = kindAutocomplete
	return d.interact(i), nil
}

// slashInteraction is the interaction of a slash command; focused is the option that is being
// typed, if one is.
func (d *Discord) slashInteraction(user, channel, name, sub string, options map[string]string, focused string) (*interaction, error) {
	ch, err := d.visibleChannel(user, channel)
	if err != nil {
		return nil, err
	}
	c, err := d.offeredCommand(user, ch, 1, name)
	if err != nil {
		return nil, err
	}
	defined, _ := c.body["options"].([]any)
	path := strings.Fields(sub)
	for _, word := range path {
		found := findOption(defined, word)
		if found == nil || rule.Integer(found["type"]) > 2 {
			return nil, fmt.Errorf("the command %q has no subcommand %q", name, sub)
		}
		defined, _ = found["options"].([]any)
	}
	if len(defined) > 0 {
		if first, _ := defined[0].(object); rule.Integer(first["type"]) <= 2 {
			return nil, fmt.Errorf("the command %q needs a subcommand", strings.TrimSpace(name+" "+sub))
		}
	}
	f := optionFiller{d, ch, object{}, focused}
	given, err := f.options(defined, options)
	if err != nil {
		return nil, err
	}
	for at, word := range slices.Backward(path) {
		kind := 1
		if at < len(path)-1 {
			kind = 2
		}
		given = []object{{"name": word, "type": kind, "options": given}}
	}
	data := object{"id": c.id, "name": c.name, "type": 1}
	if len(given) > 0 {
		data["options"] = given
	}
	if len(f.resolved) > 0 {
		data["resolved"] = f.resolved
	}
	if c.guild != "" {
		data["guild_id"] = c.guild
	}
	return &interaction{user: user, channel: ch, data: data, command: 1}, nil
}

func findOption(defined []any, name string) object {
	for _, v := range defined {
		if o, _ := v.(object); o["name"] == name {
			return o
		}
	}
	return nil
}

// MessageCommand lets a user choose a command on a message ("Apps" in its menu).
func (d *Discord) MessageCommand(user, channel, message, name string) (*Receipt, error) {
	defer d.mu.Changing()()
	ch, err := d.visibleChannel(user, channel)
	if err != nil {
		return nil, err
	}
	c, err := d.offeredCommand(user, ch, 3, name)
	if err != nil {
		return nil, err
	}
	m := d.message(channel, message)
	if m == nil || m.Deleted || m.To != "" && m.To != user {
		return nil, fmt.Errorf("message %s: %w", message, errNotShown)
	}
	data := object{"id": c.id, "name": c.name, "type": 3, "target_id": message, "resolved": object{"messages": object{message: d.messagePayload(m)}}}
	return d.interact(&interaction{kind: kindSlash, user: user, channel: ch, data: data, command: 3}), nil
}
