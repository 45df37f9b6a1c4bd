package discord

import (
	"fmt"
	"regexp"
	"strings"

	"aidesk/adapters/fake/discord/rule"
)

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
