package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"aidesk/bots/bot"
	"aidesk/bots/bottest"
	"aidesk/core/model"
	"aidesk/core/model/middleware"
	"aidesk/core/model/script"
)

// TestMetrics: a few turns leave their counts and durations, and no word of who asked what.
func TestMetrics(t *testing.T) {
	m := newMetrics("EUR")
	uses := func(u model.Usage, step script.Step) script.Step {
		return func(ctx context.Context, r *model.Request, on func(model.Event)) (*model.Response, error) {
			response, err := step(ctx, r, on)
			if err == nil {
				response.Usage = u
			}
			return response, err
		}
	}
	order := script.Call("shop__placeOrder", `{"body":{"good":"Copper Kettle","count":2}}`)
	said := script.New(
		uses(model.Usage{Input: 1000, Output: 10}, order), script.Say("Ready."), script.Say("It is on its way."),
		order, script.Say("Ready."), script.Fail(&model.Error{Kind: model.Overloaded, Status: 503}),
	).With(model.Info{Wire: "openai-chat", Name: "llama3.1"})
	shop, clock := bottest.NewShop(t, "shop"), bottest.NewClock()
	s := bottest.Start(t, bottest.NewRoom(clock).Platform(), clock, bottest.Setup{
		Model: &meteredModel{Model: said, metrics: m}, Price: middleware.Price{Input: 500_000_000, Output: 1_000_000_000},
		Plugins: []bottest.Plugin{{Address: shop.Address, Default: true}}, Limits: bot.Limits{TurnsPerMemberHour: 3}, Observe: m.observe,
	})
	s.Act(s.Member, s.Button(s.Ask("two copper kettles please"), "Approve"))
	s.Act(s.Member, s.Button(s.Ask("and two more"), "Cancel"))
	s.Ask("what now?")
	s.Ask("and now?")

	scrape := func(token, bearer string) *httptest.ResponseRecorder {
		got, request := httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody)
		request.Header.Set("Authorization", bearer)
		(&webServer{metrics: m, token: token}).handler().ServeHTTP(got, request)
		return got
	}
	for token, bearer := range map[string]string{"": "Bearer ", "a": "", "b": "Bearer a", "c": "c"} {
		if got := scrape(token, bearer); got.Code == http.StatusOK || strings.Contains(got.Body.String(), "aidesk_turns") {
			t.Errorf("the token %q opens to %q: %d %s", token, bearer, got.Code, got.Body)
		}
	}
	page := scrape("secret", "Bearer secret").Body.String()
	labels := `gen_ai_operation_name="chat",gen_ai_provider_name="openai-chat",gen_ai_request_model="llama3.1"`
	for _, line := range []string{
		`aidesk_turns_total{outcome="answered"} 2`, `aidesk_turns_total{outcome="failed"} 1`, `aidesk_turns_total{outcome="limited"} 1`,
		`aidesk_confirmations_total{decision="approved"} 1`, `aidesk_confirmations_total{decision="denied"} 1`,
		`aidesk_tools_offered_count 2`, `aidesk_tools_offered_bucket{le="4"} 2`,
		`gen_ai_client_operation_duration_seconds_count{error_type="",` + labels + `} 5`,
		`gen_ai_client_operation_duration_seconds_count{error_type="overloaded",` + labels + `} 1`,
		`gen_ai_client_operation_time_to_first_chunk_seconds_count{` + labels + `} 5`,
		`gen_ai_client_token_usage_count{` + labels + `,gen_ai_token_type="input"} 5`,
		`gen_ai_client_token_usage_bucket{` + labels + `,gen_ai_token_type="input",le="1024"} 5`,
		`gen_ai_invoke_agent_duration_seconds_count 3`,
	} {
		if !strings.Contains(page, line+"\n") {
			t.Errorf("missing: %s", line)
		}
	}
	for _, pattern := range []string{`(?m)^aidesk_event_acknowledgement_duration_seconds_count [6-9]$`, `(?m)^aidesk_cost_eur_total 0\.5[0-9]+$`} {
		if !regexp.MustCompile(pattern).MatchString(page) {
			t.Errorf("nothing fits %s", pattern)
		}
	}
	for _, private := range []string{"ada", "Ada", "C1", "W1", "kettle", "Kettle", shop.Address, "shop"} {
		if regexp.MustCompile(`\b` + regexp.QuoteMeta(private) + `\b`).MatchString(page) {
			t.Errorf("%q stands in the metrics", private)
		}
	}
	if t.Failed() {
		t.Log(regexp.MustCompile(`(?m)^(#|go_|process_).*\n`).ReplaceAllString(page, ""))
	}
}

// TestLabels: a model may be called as it likes.
func TestLabels(t *testing.T) {
	m := newMetrics("EUR")
	m.count("aidesk_turns_total", label{"outcome", "a\"b\\c\nd"})
	page := httptest.NewRecorder()
	m.handler().ServeHTTP(page, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody))
	if want := "# TYPE aidesk_turns_total counter\naidesk_turns_total{outcome=\"a\\\"b\\\\c\\nd\"} 1\n"; !strings.Contains(page.Body.String(), want) {
		t.Errorf("got\n%s\nwant\n%s", page.Body, want)
	}
}
