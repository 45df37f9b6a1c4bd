package rule

import (
	"encoding/json"
	"regexp"
	"strings"
)

// commandName is what slash commands and options are called; names of commands on users
// and messages may have spaces and capitals.
var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// Types of options of commands.
const (
	OptionString      = 3
	OptionInteger     = 4
	OptionBoolean     = 5
	OptionUser        = 6
	OptionChannel     = 7
	OptionRole        = 8
	OptionMentionable = 9
	OptionNumber      = 10
)

// maxCommand is the length of all names, descriptions and values of a command.
const maxCommand = 8000

// Command checks the definition of one.
func (f Faults) Command(c object, path string) {
	if c == nil {
		f.Addf(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
		return
	}
	kind := 1
	if v, ok := c["type"]; ok && v != nil {
		kind = f.Choice(c, "type", path, 1, 2, 3)
	}
	if bits, ok := c["default_member_permissions"]; ok && bits != nil {
		if s, isText := bits.(string); !isText || !snowflake.MatchString(s) {
			f.Addf(At(path, "default_member_permissions"), "BITSET_TYPE_CONVERT", "Value \"%v\" is not a set of permissions.", bits)
		}
	}
	f.booleans(c, path, "dm_permission", "nsfw")
	f.smallNumbers(c, "contexts", path, 0, 2)
	f.smallNumbers(c, "integration_types", path, 0, 1)
	if kind != 1 {
		name := f.Required(c, "name", path, 32)
		if strings.TrimSpace(name) != name {
			f.Addf(At(path, "name"), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
		}
		if v, given := c["description"]; given && v == nil {
			f.Addf(At(path, "description"), "STRING_TYPE_CONVERT", "Could not interpret \"null\" as string.")
		}
		if f.Text(c, "description", path, 0, 100) != "" || c["options"] != nil {
			f.Addf(At(path, "description"), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_INVALID", "Context menu commands cannot have description")
		}
		return
	}
	size := f.nameAndDescription(c, path)
	size += f.checkOptions(c, path, 0)
	if size > maxCommand {
		f.Addf(path, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (%d)", maxCommand)
	}
}

// smallNumbers checks a list of small numbers.
func (f Faults) smallNumbers(c object, key, path string, least, most int) {
	all := f.List(c, key, path, 10)
	if all != nil && len(all) == 0 {
		f.Addf(At(path, key), "BASE_TYPE_BAD_LENGTH", "Must be 1 or more in length.")
	}
	for i, v := range all {
		if _, ok := v.(json.Number); !ok || Integer(v) < least || Integer(v) > most {
			f.Addf(At(path, key, i), "BASE_TYPE_CHOICES", "Value must be one of {%d..%d}.", least, most)
		}
	}
}

// nameAndDescription checks name and description, and returns their length: of the longest
// localization.
func (f Faults) nameAndDescription(c object, path string) int {
	name := f.Required(c, "name", path, 32)
	if name != "" && (!commandName.MatchString(name) || strings.ToLower(name) != name) {
		f.Addf(At(path, "name"), "STRING_TYPE_REGEX", "String value did not match validation regex.")
	}
	size := Length(name)
	description := Length(f.Required(c, "description", path, 100))
	for _, key := range []string{"name_localizations", "description_localizations"} {
		all, _ := c[key].(object)
		for locale := range all {
			s := f.Required(all, locale, At(path, key), map[bool]int{true: 32, false: 100}[key == "name_localizations"])
			if key == "name_localizations" {
				size = max(size, Length(s))
				if !commandName.MatchString(s) || strings.ToLower(s) != s {
					f.Addf(At(path, key, locale), "STRING_TYPE_REGEX", "String value did not match validation regex.")
				}
			} else {
				description = max(description, Length(s))
			}
		}
	}
	return size + description
}

// checkOptions checks the options of a command (depth 0), group (1) or subcommand (2), and
// returns their length.
func (f Faults) checkOptions(c object, path string, depth int) int {
	size, optional, names := 0, false, map[string]bool{}
	list := f.List(c, "options", path, 25)
	first := 0
	for i, v := range list {
		o, _ := v.(object)
		where := At(path, "options", i)
		f.booleans(o, where, "required", "autocomplete")
		kind := f.Choice(o, "type", where, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
		size += f.nameAndDescription(o, where)
		name := Text(o["name"])
		if names[name] {
			f.Addf(At(path, "options"), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
		}
		names[name] = true
		nests := kind == 1 || kind == 2
		if i == 0 {
			first = kind
		}
		switch {
		case nests != (first <= 2):
			f.Addf(where, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and sub-command group option types are mutually exclusive to all other types")
		case kind == 2 && depth > 0, kind == 1 && depth > 1:
			f.Addf(where, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "subcommands do not nest so deep")
		case nests:
			size += f.checkOptions(o, where, map[int]int{2: 1, 1: 2}[kind])
			continue
		case depth == 1:
			f.Addf(where, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "a group has subcommands only")
		}
		if o["required"] == true && optional {
			f.Addf(where, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options")
		}
		optional = optional || o["required"] != true
		size += f.checkChoices(o, where, kind)
	}
	return size
}

// checkChoices checks what an option offers, and returns the length.
func (f Faults) checkChoices(o object, path string, kind int) int {
	size := 0
	list := f.List(o, "choices", path, 25)
	completes := o["autocomplete"] == true
	if completes && len(list) > 0 {
		f.Addf(At(path, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE_MUTUALLY_EXCLUSIVE", "Choices and autocomplete are mutually exclusive")
	}
	worded := kind == OptionString || kind == OptionInteger || kind == OptionNumber
	if (completes || len(list) > 0) && !worded {
		f.Addf(At(path, "choices"), "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", "only options of texts and numbers have choices")
	}
	names := map[string]bool{}
	for i, v := range list {
		c, _ := v.(object)
		where := At(path, "choices", i)
		name := f.Required(c, "name", where, 100)
		size += Length(name)
		if names[name] {
			f.Addf(where, "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS", "Option choice name already exists")
		}
		names[name] = true
		if kind == OptionString {
			size += Length(f.Required(c, "value", where, 100))
		} else if _, ok := c["value"].(json.Number); !ok {
			f.Addf(At(where, "value"), "NUMBER_TYPE_COERCE", "Value \"%v\" is not int.", c["value"])
		}
	}
	f.integer(o, "min_length", path, 0, 6000, 0)
	f.integer(o, "max_length", path, 1, 6000, 6000)
	for _, key := range []string{"min_value", "max_value"} {
		if _, isNumber := o[key].(json.Number); o[key] != nil && !isNumber {
			f.Addf(At(path, key), "NUMBER_TYPE_COERCE", "Value \"%v\" is not float.", o[key])
		}
	}
	return size
}
