package slack_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"aidesk/adapters/fake/faketest"
	fakeslack "aidesk/adapters/fake/slack"
)

// inputs has one input of each kind that a form uses.
const inputs = `{"type":"modal","title":{"type":"plain_text","text":"A form"},"submit":{"type":"plain_text","text":"Send it"},"blocks":[
 {"type":"input","block_id":"n","optional":true,"label":{"type":"plain_text","text":"Number"},"hint":{"type":"plain_text","text":"How many"},"element":{"type":"number_input","action_id":"value","is_decimal_allowed":false,"min_value":"1","max_value":"9","initial_value":"2"}},
 {"type":"input","block_id":"d","optional":true,"label":{"type":"plain_text","text":"Day"},"element":{"type":"datepicker","action_id":"value","initial_date":"2026-01-31"}},
 {"type":"input","block_id":"t","optional":true,"label":{"type":"plain_text","text":"Time"},"element":{"type":"datetimepicker","action_id":"value","initial_date_time":1769871840}},
 {"type":"input","block_id":"c","optional":true,"label":{"type":"plain_text","text":"Boxes"},"element":{"type":"checkboxes","action_id":"value","options":[{"text":{"type":"plain_text","text":"Ex"},"value":"x"},{"text":{"type":"plain_text","text":"Ypsilon"},"value":"y, z"}],"initial_options":[{"text":{"type":"plain_text","text":"Ypsilon"},"value":"y, z"}]}},
 {"type":"input","block_id":"m","optional":true,"label":{"type":"plain_text","text":"Some"},"element":{"type":"multi_static_select","action_id":"value","option_groups":[{"label":{"type":"plain_text","text":"1–2"},"options":[{"text":{"type":"plain_text","text":"One"},"value":"1"},{"text":{"type":"plain_text","text":"Two"},"value":"2"}]}]}},
 {"type":"input","block_id":"l","optional":true,"label":{"type":"plain_text","text":"Line"},"element":{"type":"plain_text_input","action_id":"value","multiline":false}}]}`

// TestInputs: every kind of input can be filled in, by a program and in a browser; Slack
// itself refuses what its client does not take, and sends the rest as it documents.
func TestInputs(t *testing.T) {
	t.Parallel()
	s := start(t, fakeslack.Config{})
	api := client(s)
	sent := make(chan string, 1)
	acknowledge(t, s, func(e socketmode.Event) any {
		in, _ := e.Data.(slack.InteractionCallback)
		switch in.Type {
		case slack.InteractionTypeBlockActions:
			var view slack.ModalViewRequest
			if err := json.Unmarshal([]byte(inputs), &view); err != nil {
				t.Error(err)
			}
			if _, err := api.OpenViewContext(t.Context(), in.TriggerID, view); err != nil {
				t.Error(err)
			}
		case slack.InteractionTypeViewSubmission:
			var body struct {
				View struct {
					State struct {
						Values map[string]map[string]map[string]any `json:"values"`
					} `json:"state"`
				} `json:"view"`
			}
			if err := json.Unmarshal(e.Request.Payload, &body); err != nil {
				t.Error(err)
			}
			flat := map[string]any{}
			for block, actions := range body.View.State.Values {
				delete(actions["value"], "type")
				for key, v := range actions["value"] {
					if list, ok := v.([]any); ok {
						for i := range list {
							option, _ := list[i].(map[string]any)
							list[i] = option["value"]
						}
					}
					flat[block+" "+key] = v
				}
			}
			text, err := json.Marshal(flat)
			if err != nil {
				t.Error(err)
			}
			sent <- string(text)
			return map[string]any{"response_action": "errors", "errors": map[string]string{"l": "Once more."}}
		default:
		}
		return nil
	})
	browser := faketest.Browser{T: t, URL: s.URL, User: fakeslack.Ada, Channel: fakeslack.General}
	browser.Does("press", `"ok":true`, "ts", button(t, s, fakeslack.General, ""), "action", "go")
	faketest.Until(t, s, "the modal", func() bool { return len(s.Views(fakeslack.Ada)) == 1 })
	id := s.Views(fakeslack.Ada)[0].ID
	for _, test := range []struct{ input, value, want string }{
		{"n", "many", "takes a number"},
		{"n", "1.5", "whole number"},
		{"n", "0", "from 1"},
		{"n", "10", "up to 9"},
		{"d", "2026-02-30", "takes a date"},
		{"t", "noon", "takes a time"},
		{"t", "2026-01-31T15:04:05Z", "takes a time"},
		{"c", "q", "no option"},
		{"m", "1\n3", "no option"},
		{"l", "two\nlines", "takes one line"},
	} {
		if _, err := s.Submit(fakeslack.Ada, id, map[string]string{test.input: test.value}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %q: %v; want %s", test.input, test.value, err, test.want)
		}
	}

	browser.Shows("How many", `"filled":{"c":"y, z","d":"2026-01-31","l":"","m":"","n":"2","t":"2026-01-31T15:04:00Z"}`)
	for _, test := range []struct {
		fill map[string]string
		want string
	}{
		{nil, `{"c selected_options":["y, z"],"d selected_date":"2026-01-31","l value":null,"m selected_options":[],"n value":"2","t selected_date_time":1769871840}`},
		{
			map[string]string{"n": "", "d": "", "t": "", "c": "", "m": "2\n1", "l": "x"},
			`{"c selected_options":[],"d selected_date":null,"l value":"x","m selected_options":["2","1"],"n value":null,"t selected_date_time":null}`,
		},
	} {
		browser.Does("submit", `"ok":true`, "view", id, "values", test.fill)
		if diff := cmp.Diff(test.want, <-sent); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
	}
	browser.Shows("Once more.")
}
