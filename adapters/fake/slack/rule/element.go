package rule

import (
	"math"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// plainText is a text object of plain text; textObject takes Slack's markup too.
func plainText(most int) rule {
	return byType(map[string]rule{"plain_text": shape(fields{"text!": text(1, most), "emoji": boolean})})
}

func mrkdwnText(most int) rule {
	return byType(map[string]rule{"mrkdwn": shape(fields{"text!": text(1, most), "verbatim": boolean})})
}

func textObject(most int) rule {
	return byType(map[string]rule{
		"plain_text": shape(fields{"text!": text(1, most), "emoji": boolean}),
		"mrkdwn":     shape(fields{"text!": text(1, most), "verbatim": boolean}),
	})
}

var (
	idText = text(0, 255) // action_id, block_id
	style  = oneOf("primary", "danger")

	confirmation = shape(fields{
		"title": plainText(100), "text!": textObject(300), "confirm": plainText(30), "deny": plainText(30), "style": style,
	})
	slackFile = shape(fields{"id": text(1, 255), "url": address}, exactlyOne("id", "url"))
	picture   = shape(fields{"image_url": address, "slack_file": slackFile, "alt_text!": text(1, 2000)}, exactlyOne("image_url", "slack_file"))
)

// option is a choice. Its text may be markup where noted.
func option(words rule) rule {
	return shape(fields{"text!": words, "value!": text(1, 150), "description": plainText(75)})
}

// element is an element with an action_id; the functions below add what some have in
// common.
func element(f fields, more ...func(c *checker, at string, o object)) rule {
	f["action_id"] = idText
	return shape(f, more...)
}

func withConfirm(f fields, more ...func(c *checker, at string, o object)) rule {
	f["confirm"] = confirmation
	return element(f, more...)
}

func selectElement(f fields, more ...func(c *checker, at string, o object)) rule {
	f["placeholder"], f["focus_on_load"] = plainText(150), rule(boolean)
	return withConfirm(f, more...)
}

func multiSelect(f fields, more ...func(c *checker, at string, o object)) rule {
	f["max_selected_items"] = number(1, 1000, true)
	return selectElement(f, more...)
}

func inputElement(f fields, more ...func(c *checker, at string, o object)) rule {
	f["placeholder"], f["focus_on_load"] = plainText(150), rule(boolean)
	f["dispatch_action_config"] = shape(fields{"trigger_actions_on": list(1, 2, oneOf("on_enter_pressed", "on_character_entered"))})
	return element(f, more...)
}

var (
	plainOption = option(plainText(75))
	anyOption   = option(textObject(75))
	options     = list(1, 100, plainOption)
	groups      = list(1, 100, shape(fields{"label!": plainText(75), "options!": options}))
	ids         = list(1, 100, text(1, 255))
	filter      = shape(fields{
		"include":                          list(1, 4, oneOf("im", "mpim", "private", "public")),
		"exclude_external_shared_channels": boolean, "exclude_bot_users": boolean,
	})
	oneOptionSource = exactlyOne("options", "option_groups")
)

// elements are what a member can use, and pictures.
var elements = map[string]rule{
	"button": withConfirm(fields{
		"text!": plainText(75), "value": text(0, 2000), "url": address, "style": style, "accessibility_label": text(0, 75),
	}),
	"workflow_button": withConfirm(fields{
		"text!": plainText(75), "style": style, "accessibility_label": text(0, 75),
		"workflow!": shape(fields{"trigger!": shape(fields{
			"url!":                          address,
			"customizable_input_parameters": list(0, 100, shape(fields{"name!": text(1, 255), "value!": text(0, 3000)})),
		})}),
	}),
	"icon_button": withConfirm(fields{
		"icon!": oneOf("trash"), "text!": plainText(75), "value": text(0, 2000), "accessibility_label": text(0, 75),
		"visible_to_user_ids": list(0, 10, text(1, 255)),
	}),
	"feedback_buttons": element(fields{"positive_button!": feedback, "negative_button!": feedback}),
	"overflow": withConfirm(fields{"options!": list(1, 5, shape(fields{
		"text!": plainText(75), "value!": text(1, 150), "description": plainText(75), "url": address,
	}))}),
	"checkboxes": withConfirm(fields{
		"options!": list(1, 10, anyOption), "initial_options": list(1, 10, anyOption), "focus_on_load": boolean,
	}, initialAmongOptions),
	"radio_buttons": withConfirm(fields{"options!": list(1, 10, anyOption), "initial_option": anyOption, "focus_on_load": boolean}, initialAmongOptions),
	"datepicker":    selectElement(fields{"initial_date": date}),
	"timepicker":    selectElement(fields{"initial_time": text(5, 5), "timezone": text(1, 255)}),
	"datetimepicker": withConfirm(fields{
		"initial_date_time": number(1e9, 1e10-1, true), "focus_on_load": boolean,
	}),

	"static_select":   selectElement(fields{"options": options, "option_groups": groups, "initial_option": plainOption}, oneOptionSource, initialAmongOptions),
	"external_select": selectElement(fields{"initial_option": plainOption, "min_query_length": number(0, 1000, true)}),
	"users_select":    selectElement(fields{"initial_user": text(1, 255)}),
	"channels_select": selectElement(fields{"initial_channel": text(1, 255), "response_url_enabled": boolean}),
	"conversations_select": selectElement(fields{
		"initial_conversation": text(1, 255), "default_to_current_conversation": boolean, "response_url_enabled": boolean, "filter": filter,
	}),
	"multi_static_select":   multiSelect(fields{"options": options, "option_groups": groups, "initial_options": options}, oneOptionSource, initialAmongOptions),
	"multi_external_select": multiSelect(fields{"initial_options": options, "min_query_length": number(0, 1000, true)}),
	"multi_users_select":    multiSelect(fields{"initial_users": ids}),
	"multi_channels_select": multiSelect(fields{"initial_channels": ids}),
	"multi_conversations_select": multiSelect(fields{
		"initial_conversations": ids, "default_to_current_conversation": boolean, "filter": filter,
	}),

	"plain_text_input": inputElement(fields{
		"initial_value": text(0, 3000), "multiline": boolean, "min_length": number(0, 3000, true), "max_length": number(1, 3000, true),
	}, inOrder("min_length", "max_length")),
	"email_text_input": inputElement(fields{"initial_value": text(0, 3000)}),
	"url_text_input":   inputElement(fields{"initial_value": text(0, 3000)}),
	"number_input": inputElement(fields{
		"is_decimal_allowed!": boolean, "initial_value": digits, "min_value": digits, "max_value": digits,
	}, inOrder("min_value", "max_value"), inOrder("min_value", "initial_value"), inOrder("initial_value", "max_value"), wholeUnlessDecimal),
	"rich_text_input": inputElement(fields{
		"initial_value": richTexts, "min_lines": number(1, 1000, true), "max_lines": number(1, 1000, true),
	}),
	"file_input": element(fields{"filetypes": list(0, 100, text(1, 50)), "max_files": number(1, 10, true)}),
	"image":      picture,
}

var feedback = shape(fields{"text!": plainText(75), "value!": text(1, 2000), "accessibility_label": text(0, 75)})

// inOrder says that the first of two numbers is not above the second.
func inOrder(low, high string) func(c *checker, at string, o object) {
	return func(c *checker, at string, o object) {
		a, first := numberOf(o[low])
		b, second := numberOf(o[high])
		if first && second && a > b {
			c.faultf(at, "%s must not be greater than %s", low, high)
		}
	}
}

func numberOf(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case string:
		n, err := strconv.ParseFloat(v, 64)
		return n, err == nil
	}
	return 0, false
}

// inputs are the elements that an input block takes.
var inputs = only(elements,
	"checkboxes", "datepicker", "datetimepicker", "email_text_input", "file_input", "number_input", "plain_text_input", "radio_buttons",
	"rich_text_input", "timepicker", "url_text_input", "static_select", "external_select", "users_select", "channels_select",
	"conversations_select", "multi_static_select", "multi_external_select", "multi_users_select", "multi_channels_select",
	"multi_conversations_select")

// accessories are the elements that stand beside a section.
var accessories = only(elements,
	"button", "checkboxes", "datepicker", "image", "overflow", "radio_buttons", "timepicker", "workflow_button", "static_select",
	"external_select", "users_select", "channels_select", "conversations_select", "multi_static_select", "multi_external_select",
	"multi_users_select", "multi_channels_select", "multi_conversations_select")

// actionElements are the elements of a row of actions.
var actionElements = only(elements,
	"button", "checkboxes", "datepicker", "datetimepicker", "overflow", "radio_buttons", "rich_text_input", "timepicker",
	"workflow_button", "static_select", "external_select", "users_select", "channels_select", "conversations_select",
	"multi_static_select", "multi_external_select", "multi_users_select", "multi_channels_select", "multi_conversations_select")

// date is a day as Slack writes it.
func date(c *checker, at string, v any) {
	s, _ := v.(string)
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		c.faultf(at, "must be a date in the format YYYY-MM-DD")
	}
}

// digits is a number as text.
func digits(c *checker, at string, v any) {
	s, _ := v.(string)
	if _, ok := numberOf(s); !ok {
		c.faultf(at, "must be a string with a number")
	}
}

// wholeUnlessDecimal says that a number input without decimals begins with a whole number.
func wholeUnlessDecimal(c *checker, at string, o object) {
	n, ok := numberOf(o["initial_value"])
	if ok && o["is_decimal_allowed"] == false && n != math.Trunc(n) {
		c.faultf(at+"/initial_value", "must be a whole number")
	}
}

// initialAmongOptions says that what is chosen at first is exactly one of the options.
func initialAmongOptions(c *checker, at string, o object) {
	all, _ := o["options"].([]any)
	groups, _ := o["option_groups"].([]any)
	for _, g := range groups {
		group, _ := g.(object)
		some, _ := group["options"].([]any)
		all = append(slices.Clone(all), some...)
	}
	chosen, _ := o["initial_options"].([]any)
	if one, ok := o["initial_option"]; ok {
		chosen = append(slices.Clone(chosen), one)
	}
	for _, one := range chosen {
		if !slices.ContainsFunc(all, func(other any) bool { return reflect.DeepEqual(one, other) }) {
			c.faultf(at, "initial options must be among the options")
			return
		}
	}
}
