package discord_test

import (
	"fmt"
	"strings"
	"testing"

	fakediscord "aidesk/adapters/fake/discord"
)

const (
	messages = "/channels/" + fakediscord.General + "/messages"
	commands = "/applications/" + fakediscord.ApplicationID + "/commands"
)

// button is a row with buttons of these ids.
func row(parts ...string) string {
	return `{"type":1,"components":[` + strings.Join(parts, ",") + `]}`
}

func button(id string) string {
	return fmt.Sprintf(`{"type":2,"style":1,"label":"L","custom_id":%q}`, id)
}

// TestMessageRules: what a message may be, and how Discord says what is wrong.
func TestMessageRules(t *testing.T) {
	t.Parallel()
	embed := func(fields string) string { return `{"embeds":[{` + fields + `}]}` }
	components := func(list string) string { return `{"content":"c","components":[` + list + `]}` }
	link := `{"type":2,"style":5,"label":"L","url":"https://e.com"}`
	tests := []struct {
		name, body string
		code       int // 0: it is taken
		where      string
	}{
		{"a text", `{"content":"hello"}`, 0, ""},
		{"the longest text", `{"content":"` + long(2000) + `"}`, 0, ""},
		{"a longer one", `{"content":"` + long(2001) + `"}`, 50035, "content BASE_TYPE_MAX_LENGTH"},
		{"no text", `{"content":7}`, 50035, "content STRING_TYPE_CONVERT"},
		{"nothing", `{}`, 50006, ""},
		{"an empty text", `{"content":""}`, 50006, ""},
		{"no JSON", `{"content":`, 50109, ""},
		{"no object", `"hello"`, 50035, "MODEL_TYPE_CONVERT"},

		{"the longest title", embed(`"title":"` + long(256) + `"`), 0, ""},
		{"a longer one", embed(`"title":"` + long(257) + `"`), 50035, "embeds.0.title BASE_TYPE_MAX_LENGTH"},
		{"a description", embed(`"description":"` + long(4097) + `"`), 50035, "embeds.0.description BASE_TYPE_MAX_LENGTH"},
		{"a footer", embed(`"footer":{"text":"` + long(2049) + `"}`), 50035, "embeds.0.footer.text BASE_TYPE_MAX_LENGTH"},
		{"an author", embed(`"author":{"name":"` + long(257) + `"}`), 50035, "embeds.0.author.name BASE_TYPE_MAX_LENGTH"},
		{"a field without a value", embed(`"fields":[{"name":"n"}]`), 50035, "embeds.0.fields.0.value BASE_TYPE_REQUIRED"},
		{"a field's name", embed(`"fields":[{"name":"` + long(257) + `","value":"v"}]`), 50035, "embeds.0.fields.0.name BASE_TYPE_BAD_LENGTH"},
		{"a field's value", embed(`"fields":[{"name":"n","value":"` + long(1025) + `"}]`), 50035, "embeds.0.fields.0.value BASE_TYPE_BAD_LENGTH"},
		{"25 fields", embed(`"fields":` + many(25, `{"name":"n","value":"v"}`)), 0, ""},
		{"26 fields", embed(`"fields":` + many(26, `{"name":"n","value":"v"}`)), 50035, "embeds.0.fields BASE_TYPE_MAX_LENGTH"},
		{"10 embeds", `{"embeds":` + many(10, `{"title":"t"}`) + `}`, 0, ""},
		{"11 embeds", `{"embeds":` + many(11, `{"title":"t"}`) + `}`, 50035, "embeds BASE_TYPE_MAX_LENGTH"},
		{"6000 in all embeds", `{"embeds":` + many(3, `{"description":"`+long(2000)+`"}`) + `}`, 0, ""},
		{"6001 in all embeds", `{"embeds":[{"title":"t"},{"description":"` + long(3000) + `"},{"description":"` + long(3000) + `"}]}`, 50035, "embeds MAX_EMBED_SIZE_EXCEEDED"},
		{"no address", embed(`"title":"t","url":"not a url"`), 50035, "embeds.0.url URL_TYPE_INVALID_URL"},
		{"another scheme", embed(`"image":{"url":"ftp://e.com/i.png"}`), 50035, "embeds.0.image.url URL_TYPE_INVALID_SCHEME"},
		{"a color", embed(`"title":"t","color":16777216`), 50035, "embeds.0.color NUMBER_TYPE_MAX"},
		{"a time", embed(`"title":"t","timestamp":"yesterday"`), 50035, "embeds.0.timestamp DATE_TIME_TYPE_PARSE"},

		{"buttons", components(row(button("a"), button("b"), link)), 0, ""},
		{"5 rows of 5", `{"content":"c","components":[` + fiveRows() + `]}`, 0, ""},
		{"6 rows", components(row(button("1")) + "," + row(button("2")) + "," + row(button("3")) + "," + row(button("4")) + "," + row(button("5")) + "," + row(button("6"))), 50035, "components BASE_TYPE_BAD_LENGTH"},
		{"6 buttons", `{"content":"c","components":[{"type":1,"components":` + numbered(6, button("#")) + `}]}`, 50035, "components.0.components BASE_TYPE_MAX_LENGTH"},
		{"an empty row", components(row()), 50035, "components.0.components BASE_TYPE_BAD_LENGTH"},
		{"a button without a row", components(button("a")), 50035, "components.0.type BASE_TYPE_CHOICES"},
		{"the longest id", components(row(button(long(100)))), 0, ""},
		{"a longer one", components(row(button(long(101)))), 50035, "components.0.components.0.custom_id BASE_TYPE_BAD_LENGTH"},
		{"an empty id", components(row(button(""))), 50035, "components.0.components.0.custom_id BASE_TYPE_BAD_LENGTH"},
		{"the same id twice", components(row(button("a")) + "," + row(button("a"))), 50035, "components.1.components.0.custom_id COMPONENT_CUSTOM_ID_DUPLICATED"},
		{"a long label", components(row(`{"type":2,"style":1,"custom_id":"a","label":"` + long(81) + `"}`)), 50035, "components.0.components.0.label BASE_TYPE_MAX_LENGTH"},
		{"no label", components(row(`{"type":2,"style":1,"custom_id":"a"}`)), 50035, "components.0.components.0 BUTTON_COMPONENT_INVALID_DATA"},
		{"an unknown style", components(row(`{"type":2,"style":9,"custom_id":"a","label":"L"}`)), 50035, "components.0.components.0.style BASE_TYPE_CHOICES"},
		{"a link without an address", components(row(`{"type":2,"style":5,"label":"L"}`)), 50035, "components.0.components.0.url BASE_TYPE_REQUIRED"},
		{"a link with an id", components(row(`{"type":2,"style":5,"label":"L","url":"https://e.com","custom_id":"a"}`)), 50035, "components.0.components.0.custom_id BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"},
		{"a menu", components(row(`{"type":3,"custom_id":"m","options":[{"label":"A","value":"a"}]}`)), 0, ""},
		{"a menu beside a button", components(row(`{"type":5,"custom_id":"m"}`, button("a"))), 50035, "components.0.components COMPONENT_LAYOUT_WIDTH_EXCEEDED"},
		{"26 options", components(row(`{"type":3,"custom_id":"m","options":` + numbered(26, `{"label":"#","value":"#"}`) + `}`)), 50035, "components.0.components.0.options BASE_TYPE_MAX_LENGTH"},
		{"an option twice", components(row(`{"type":3,"custom_id":"m","options":[{"label":"A","value":"a"},{"label":"B","value":"a"}]}`)), 50035, "components.0.components.0.options.1.value SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"},
		{"a text input", components(row(`{"type":4,"custom_id":"i","style":1,"label":"L"}`)), 50035, "components.0.components.0.type UNION_TYPE_CHOICES"},
		{"new components without the flag", components(`{"type":10,"content":"t"}`), 50035, "components.0.type BASE_TYPE_CHOICES"},
		{"new components", `{"flags":32768,"components":[{"type":17,"components":[{"type":10,"content":"t"},{"type":14}]}]}`, 0, ""},
		{"new components with a text", `{"flags":32768,"content":"c","components":[{"type":10,"content":"t"}]}`, 50035, "content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"},
		{"a section without an accessory", `{"flags":32768,"components":[{"type":9,"components":[{"type":10,"content":"t"}]}]}`, 50035, "components.0.accessory BASE_TYPE_REQUIRED"},
		{"too much text in new components", `{"flags":32768,"components":[{"type":10,"content":"` + long(4000) + `"},{"type":10,"content":"t"}]}`, 50035, "components COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"},

		{"a nonce", `{"content":"c","nonce":"` + long(25) + `"}`, 0, ""},
		{"a longer one", `{"content":"c","nonce":"` + long(26) + `"}`, 50035, "nonce NONCE_TYPE_TOO_LONG"},
		{"nobody", `{"content":"c","allowed_mentions":{"parse":[]}}`, 0, ""},
		{"some", `{"content":"c","allowed_mentions":{"parse":["roles"],"users":["` + fakediscord.Ada + `"]}}`, 0, ""},
		{"all and some", `{"content":"c","allowed_mentions":{"parse":["users"],"users":["` + fakediscord.Ada + `"]}}`, 50035, "allowed_mentions MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"},
		{"no such kind", `{"content":"c","allowed_mentions":{"parse":["all"]}}`, 50035, "allowed_mentions.parse.0 BASE_TYPE_CHOICES"},
		{"no id", `{"content":"c","allowed_mentions":{"users":["ada"]}}`, 50035, "allowed_mentions.users.0 NUMBER_TYPE_COERCE"},
		{"a reply to nothing", `{"content":"c","message_reference":{"message_id":"1"}}`, 50035, "message_reference REPLIES_UNKNOWN_MESSAGE"},
		{"a reply to nothing, if need be", `{"content":"c","message_reference":{"message_id":"1","fail_if_not_exists":false}}`, 0, ""},
		{"flags", `{"content":"c","flags":"4"}`, 50035, "flags NUMBER_TYPE_COERCE"},
		{"a file that does not come", `{"content":"c","attachments":[{"id":0,"filename":"a.txt"}]}`, 50035, "attachments.0 ATTACHMENT_NOT_FOUND"},
	}
	d := start(t, fakediscord.Config{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := ask(t, d, "POST", messages, tt.body)
			if r.Code != tt.code || r.Where != tt.where || (r.Status == 200) != (tt.code == 0) {
				t.Errorf("got %d, %d %q, want %d %q: %s", r.Status, r.Code, r.Where, tt.code, tt.where, r.Text)
			}
		})
	}
}

func fiveRows() string {
	var out []string
	for r := range 5 {
		out = append(out, `{"type":1,"components":`+numbered(5, fmt.Sprintf(`{"type":2,"style":2,"label":"L","custom_id":"#%d"}`, r))+`}`)
	}
	return strings.Join(out, ",")
}

// TestCommandRules: what a command may be.
func TestCommandRules(t *testing.T) {
	t.Parallel()
	command := func(rest string) string { return `[{"name":"a","description":"d"` + rest + `}]` }
	option := func(rest string) string {
		return command(`,"options":[{"type":3,"name":"o","description":"d"` + rest + `}]`)
	}
	tests := []struct {
		name, body string
		code       int
		where      string
	}{
		{"one", command(""), 0, ""},
		{"none", `[]`, 0, ""},
		{"no list", `{}`, 50035, "LIST_TYPE_CONVERT"},
		{"the permissions as a text", command(`,"default_member_permissions":"32","contexts":[0],"integration_types":[0]`), 0, ""},
		{"the permissions as a number", command(`,"default_member_permissions":32`), 50035, "0.default_member_permissions BITSET_TYPE_CONVERT"},
		{"contexts", command(`,"contexts":[3]`), 50035, "0.contexts.0 BASE_TYPE_CHOICES"},
		{"capitals", `[{"name":"Ask","description":"d"}]`, 50035, "0.name STRING_TYPE_REGEX"},
		{"a blank", `[{"name":"a b","description":"d"}]`, 50035, "0.name STRING_TYPE_REGEX"},
		{"a long name", `[{"name":"` + long(33) + `","description":"d"}]`, 50035, "0.name BASE_TYPE_BAD_LENGTH"},
		{"no description", `[{"name":"a"}]`, 50035, "0.description BASE_TYPE_REQUIRED"},
		{"a long description", `[{"name":"a","description":"` + long(101) + `"}]`, 50035, "0.description BASE_TYPE_BAD_LENGTH"},
		{"a name twice", `[{"name":"a","description":"d"},{"name":"a","description":"d"}]`, 50035, "1 APPLICATION_COMMANDS_DUPLICATE_NAME"},
		{"a message command", `[{"type":3,"name":"Ask aidesk"}]`, 0, ""},
		{"a described one", `[{"type":3,"name":"Ask aidesk","description":"d"}]`, 50035, "0.description APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_INVALID"},
		{"16 message commands", numbered(16, `{"type":3,"name":"#"}`), 30032, ""},
		{"100 commands", numbered(100, `{"name":"#","description":"d"}`), 0, ""},
		{"101 commands", numbered(101, `{"name":"#","description":"d"}`), 30032, ""},
		{"an option", option(""), 0, ""},
		{"an unknown type", command(`,"options":[{"type":12,"name":"o","description":"d"}]`), 50035, "0.options.0.type BASE_TYPE_CHOICES"},
		{"25 options", command(`,"options":` + numbered(25, `{"type":3,"name":"#","description":"d"}`)), 0, ""},
		{"26 options", command(`,"options":` + numbered(26, `{"type":3,"name":"#","description":"d"}`)), 50035, "0.options BASE_TYPE_MAX_LENGTH"},
		{"an option twice", command(`,"options":` + many(2, `{"type":3,"name":"o","description":"d"}`)), 50035, "0.options APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS"},
		{"a required option after another", command(`,"options":[{"type":3,"name":"o","description":"d"},{"type":3,"name":"p","description":"d","required":true}]`), 50035, "0.options.1 APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"},
		{"a subcommand beside an option", command(`,"options":[{"type":3,"name":"o","description":"d"},{"type":1,"name":"p","description":"d"}]`), 50035, "0.options.1 APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"},
		{"a group", command(`,"options":[{"type":2,"name":"g","description":"d","options":[{"type":1,"name":"s","description":"d"}]}]`), 0, ""},
		{"a group in a subcommand", command(`,"options":[{"type":1,"name":"g","description":"d","options":[{"type":2,"name":"s","description":"d"}]}]`), 50035, "0.options.0.options.0 APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"},
		{"choices", option(`,"choices":[{"name":"A","value":"a"}]`), 0, ""},
		{"26 choices", option(`,"choices":` + numbered(26, `{"name":"#","value":"#"}`)), 50035, "0.options.0.choices BASE_TYPE_MAX_LENGTH"},
		{"choices and completion", option(`,"autocomplete":true,"choices":[{"name":"A","value":"a"}]`), 50035, "0.options.0.autocomplete APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE_MUTUALLY_EXCLUSIVE"},
		{"a long choice", option(`,"choices":[{"name":"A","value":"` + long(101) + `"}]`), 50035, "0.options.0.choices.0.value BASE_TYPE_BAD_LENGTH"},
		{"too much", command(`,"options":` + numbered(25, `{"type":3,"name":"#","description":"`+long(100)+`","choices":[{"name":"`+long(99)+`","value":"`+long(99)+`"},{"name":"`+long(98)+`","value":"y"}]}`)), 50035, "0 APPLICATION_COMMAND_TOO_LARGE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := start(t, fakediscord.Config{})
			r := ask(t, d, "PUT", commands, tt.body)
			if r.Code != tt.code || r.Where != tt.where || (r.Status == 200) != (tt.code == 0) {
				t.Errorf("got %d, %d %q, want %d %q: %s", r.Status, r.Code, r.Where, tt.code, tt.where, r.Text)
			}
		})
	}
}
