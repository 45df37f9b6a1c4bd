package slack

import (
	"encoding/json"
	"slices"
	"testing"
)

// TestRoute: by which installation a payload came, and in which workspace it happened.
func TestRoute(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, kind, payload string
		installations       []string
		workspace           string
	}{
		{"a workspace's own", kindEvents, `{"team_id":"T1","authorizations":[{"team_id":"T1","enterprise_id":null}]}`, []string{"T1"}, "T1"},
		{"without authorizations", kindEvents, `{"team_id":"T1","enterprise_id":"E1"}`, []string{"T1", "E1"}, "T1"},
		{"said in a shared channel by another", kindEvents, `{"team_id":"T9","context_team_id":"T1","authorizations":[{"team_id":"T1"}]}`, []string{"T1"}, "T1"},
		{
			"in a workspace of an organisation that installed by itself", kindEvents,
			`{"team_id":"T1","enterprise_id":"E1","authorizations":[{"team_id":"T1","enterprise_id":"E1","is_enterprise_install":false}]}`,
			[]string{"T1"},
			"T1",
		},
		{
			"of a whole organisation", kindEvents,
			`{"team_id":"T1","enterprise_id":"E1","authorizations":[{"team_id":"T1","enterprise_id":"E1","is_enterprise_install":true}]}`,
			[]string{"E1"},
			"T1",
		},
		{
			"of a whole organisation, without its workspace", kindEvents,
			`{"team_id":"T9","context_team_id":"T2","enterprise_id":"E9","authorizations":[{"team_id":null,"enterprise_id":"E1","is_enterprise_install":true}]}`,
			[]string{"E1"},
			"T2",
		},
		{"a command", kindCommand, `{"team_id":"T1","enterprise_id":"E1","is_enterprise_install":"false"}`, []string{"T1", "E1"}, "T1"},
		{"a command of a whole organisation", kindCommand, `{"team_id":"T1","enterprise_id":"E1","is_enterprise_install":"true"}`, []string{"E1"}, "T1"},
		{"a press", kindInteraction, `{"team":{"id":"T1"},"enterprise":null,"user":{"id":"U1","team_id":"T9"},"is_enterprise_install":false}`, []string{"T1"}, "T1"},
		{"a press of a whole organisation", kindInteraction, `{"team":null,"enterprise":{"id":"E1"},"user":{"id":"U1","team_id":"T2"},"is_enterprise_install":true}`, []string{"E1"}, "T2"},
		{"a form that another's member filled in", kindInteraction, `{"team":{"id":"T9"},"user":{"id":"U1","team_id":"T9"},"view":{"app_installed_team_id":"T1"}}`, []string{"T1"}, "T1"},
		{"of nobody", kindEvents, `{"authorizations":"none","team_id":5}`, nil, ""},
	} {
		got, err := routeOf(c.kind, json.RawMessage(c.payload))
		if err != nil || !slices.Equal(got.installations, c.installations) || got.workspace != c.workspace {
			t.Errorf("%s: %+v, %v", c.name, got, err)
		}
	}
	if _, err := routeOf(kindEvents, json.RawMessage(`{`)); err == nil {
		t.Error("half a payload has a route")
	}
}
