package discord

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
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
	var answer struct {
		Choices []struct {
			Name  string `json:"name"`
			Value any    `json:"value"`
		} `json:"choices"`
	}
	if err := json.Unmarshal(a.Data, &answer); err != nil {
		return nil, fmt.Errorf("read the choices: %w", err)
	}
	var out []Choice
	for _, c := range answer.Choices {
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

var optionStart = regexp.MustCompile(`(?:^|\s)([-_\p{L}\p{N}]+):\s*`)

// Slash lets a user give a slash command as one line: "/aidesk ask what:hello there".
// What comes before the first option, or instead of all, is the first required one.
func (d *Discord) Slash(user, channel, line string) (*Receipt, error) {
	name, rest, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "/"), " ")
	sub, defined, rest, err := d.splitSubcommands(user, channel, name, rest)
	if err != nil {
		return nil, err
	}
	options := map[string]string{}
	marks := optionStart.FindAllStringSubmatchIndex(rest, -1)
	lead, key := len(rest), ""
	for _, m := range marks {
		if findOption(defined, rest[m[2]:m[3]]) == nil {
			continue // no option: "at 10:30"
		}
		if key != "" {
			options[key] = strings.TrimSpace(rest[lead:m[0]])
		} else if first := strings.TrimSpace(rest[:m[0]]); first != "" {
			options[mainOption(defined)] = first
		}
		key, lead = rest[m[2]:m[3]], m[1]
	}
	switch {
	case key != "":
		options[key] = strings.TrimSpace(rest[lead:])
	case strings.TrimSpace(rest) != "":
		options[mainOption(defined)] = strings.TrimSpace(rest)
	}
	return d.Command(user, channel, name, sub, options)
}

// splitSubcommands takes the subcommands off the beginning of a line, and finds their options.
func (d *Discord) splitSubcommands(user, channel, name, line string) (string, []any, string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	ch, err := d.visibleChannel(user, channel)
	if err != nil {
		return "", nil, "", err
	}
	c, err := d.offeredCommand(user, ch, 1, name)
	if err != nil {
		return "", nil, "", fmt.Errorf("/%s: %w", name, err)
	}
	defined, _ := c.body["options"].([]any)
	var path []string
	for {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		found := findOption(defined, word)
		if found == nil || rule.Integer(found["type"]) > 2 {
			return strings.Join(path, " "), defined, line, nil
		}
		path, line = append(path, word), rest
		defined, _ = found["options"].([]any)
	}
}

// mainOption is the first option that is required, else the first.
func mainOption(defined []any) string {
	name := ""
	for _, v := range defined {
		o, _ := v.(object)
		if o["required"] == true {
			return rule.Text(o["name"])
		}
		if name == "" {
			name = rule.Text(o["name"])
		}
	}
	return name
}

// optionFiller fills in the options of a command as a client does.
type optionFiller struct {
	*Discord
	ch       Channel
	resolved object
	focused  string
}

// options makes the options of a command of what a user gave.
func (f *optionFiller) options(defined []any, given map[string]string) ([]object, error) {
	out := []object{}
	known := map[string]bool{}
	for _, v := range defined {
		o, _ := v.(object)
		name := rule.Text(o["name"])
		known[name] = true
		typed, ok := given[name]
		switch {
		case !ok && o["required"] == true && f.focused == "":
			return nil, fmt.Errorf("the option %q is required", name)
		case !ok:
			continue
		case name == f.focused && o["autocomplete"] != true:
			return nil, fmt.Errorf("the option %q does not complete", name)
		}
		filled := object{"name": name, "type": o["type"]}
		if name == f.focused {
			filled["value"], filled["focused"] = typed, true // also of numbers, as they are typed
		} else {
			value, err := f.optionValue(o, typed)
			if err != nil {
				return nil, err
			}
			filled["value"] = value
		}
		out = append(out, filled)
	}
	for name := range given {
		if !known[name] {
			return nil, fmt.Errorf("there is no option %q", name)
		}
	}
	return out, nil
}

// optionValue is what a user gave for an option, as it is sent.
func (f *optionFiller) optionValue(o object, typed string) (any, error) {
	name, kind := rule.Text(o["name"]), rule.Integer(o["type"])
	if choices, ok := o["choices"].([]any); ok && len(choices) > 0 {
		i := slices.IndexFunc(choices, func(v any) bool { c, _ := v.(object); return fmt.Sprint(c["value"]) == typed })
		if i < 0 {
			return nil, fmt.Errorf("the option %q has no choice %q", name, typed)
		}
	}
	switch kind {
	case rule.OptionString:
		n := rule.Length(typed)
		most := 6000
		if v, ok := o["max_length"]; ok {
			most = rule.Integer(v)
		}
		if n < max(rule.Integer(o["min_length"]), 1) || n > most {
			return nil, fmt.Errorf("the option %q is too short or too long", name)
		}
		return typed, nil
	case rule.OptionInteger, rule.OptionNumber:
		n, err := strconv.ParseFloat(typed, 64)
		least, hasLeast := o["min_value"]
		most, hasMost := o["max_value"]
		switch {
		case err != nil, kind == rule.OptionInteger && n != float64(int64(n)):
			return nil, fmt.Errorf("the option %q is no number", name)
		case hasLeast && n < floatOf(least), hasMost && n > floatOf(most):
			return nil, fmt.Errorf("the option %q is out of its bounds", name)
		}
		return n, nil
	case rule.OptionBoolean:
		return typed == "true", nil
	case rule.OptionUser, rule.OptionChannel, rule.OptionRole, rule.OptionMentionable:
		kinds := map[int]string{rule.OptionUser: "user", rule.OptionChannel: "channel", rule.OptionRole: "role", rule.OptionMentionable: "user role"}[kind]
		if !f.resolve(f.resolved, typed, f.ch, kinds) {
			return nil, fmt.Errorf("the option %q: there is no %s %q", name, kinds, typed)
		}
		return typed, nil
	}
	return nil, fmt.Errorf("the option %q is of a type that is not known here", name)
}

func floatOf(v any) float64 {
	n, _ := strconv.ParseFloat(fmt.Sprint(v), 64)
	return n
}
