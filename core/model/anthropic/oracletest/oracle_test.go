package oracletest

import (
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"aidesk/core/model"
	ours "aidesk/core/model/anthropic"
	"aidesk/core/model/modeltest"
	"aidesk/core/model/wire"
)

// Every run draws the same transcripts; -rapid.seed=0 draws others.
var _ = flag.Set("rapid.seed", "1")

// settings are those of one model.
type settings struct {
	model, reasoning string
	maxOutput        int
	server           *wire.Server
}

// capture is a transport that keeps the last request and answers it.
type capture struct {
	header http.Header
	path   string
	body   []byte
}

// RoundTrip answers with a short text.
func (c *capture) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	c.header, c.path, c.body = r.Header, r.URL.Path, body
	answer := `event: message_start
data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"usage":{"input_tokens":1,"output_tokens":1}}}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1}}

event: message_stop
data: {"type":"message_stop"}

`
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/event-stream"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(answer)),
	}, nil
}

// sdk is the SDK's client, without what it reads from the environment.
func sdk(url string, client *http.Client) anthropic.Client {
	return anthropic.NewClient(
		option.WithoutEnvironmentDefaults(), option.WithoutOpenTelemetry(), option.WithMaxRetries(0),
		option.WithBaseURL(url), option.WithHTTPClient(client), option.WithAPIKey("key-of-the-test"),
	)
}

// TestRequests sends drawn transcripts both ways: the bodies are equal after decoding,
// and so are the path and the headers that mean something.
func TestRequests(t *testing.T) {
	const address = "http://models.example/gateway"
	rapid.Check(t, func(t *rapid.T) {
		config := ours.Config{
			BaseURL: address, Model: "scripted", APIKey: "key-of-the-test",
			Reasoning: rapid.SampledFrom([]string{"", "low", "high"}).Draw(t, "reasoning"),
			MaxOutput: rapid.SampledFrom([]int{0, 100, 64_000}).Draw(t, "bound"),
		}
		our, their := &capture{}, &capture{}
		config.Client = &http.Client{Transport: our}
		m := ours.New(config)
		r := modeltest.DrawRequest(t, m.Info())
		if _, err := m.Generate(t.Context(), r, nil); err != nil {
			t.Fatal(err)
		}
		client := sdk(address, &http.Client{Transport: their})
		stream := client.Messages.NewStreaming(t.Context(), sdkRequest(settings{config.Model, config.Reasoning, m.MaxOutput, m.Server}, r))
		for stream.Next() {
			continue
		}
		if err := stream.Err(); err != nil {
			t.Fatal(err)
		}
		var ourBody, theirBody any
		if json.Unmarshal(our.body, &ourBody) != nil || json.Unmarshal(their.body, &theirBody) != nil {
			t.Fatalf("a body that is not JSON:\n%s\n%s", our.body, their.body)
		}
		if diff := cmp.Diff(theirBody, ourBody); diff != "" {
			t.Fatalf("bodies (-sdk +ours):\n%s", diff)
		}
		if our.path != their.path {
			t.Errorf("path %s, the SDK has %s", our.path, their.path)
		}
		for _, name := range []string{"Anthropic-Version", "X-Api-Key", "Content-Type", "Accept", "Authorization", "Anthropic-Beta"} {
			if our.header.Get(name) != their.header.Get(name) {
				t.Errorf("%s: %q, the SDK sends %q", name, our.header.Get(name), their.header.Get(name))
			}
		}
	})
}

// TestAnswers reads the same well-formed streams both ways.
func TestAnswers(t *testing.T) {
	calls := [][2]string{{"probe_look", `{"word":"a <b> \u2028"}`}, {"probe_look", `{"word":"pear"}`}, {"probe_add", `{}`}}
	for name, said := range map[string]modeltest.Spoken{
		"text":            {Text: []string{"Good ", "morning."}},
		"calls":           {Text: []string{"I look."}, Calls: calls},
		"thoughts":        {State: "sealed+/=", Text: []string{"I know."}},
		"thought to call": {State: "sealed+/=", Calls: calls[:1]},
		"cut by length":   {Text: []string{"Once"}, Stop: model.Length},
		"refused":         {Text: []string{"No."}, Stop: model.Refusal},
	} {
		t.Run(name, func(t *testing.T) {
			server := modeltest.New(t, modeltest.Messages, modeltest.Say(said), modeltest.Say(said))
			r := &model.Request{Messages: []model.Message{{V: model.Version, Role: model.User, Parts: []model.Part{{Text: "hello"}}}}}
			got, err := ours.New(ours.Config{BaseURL: server.URL, Model: "m", APIKey: "key-of-the-test"}).Generate(t.Context(), r, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(theirs(t, strings.TrimSuffix(server.URL, "/v1")), shown(got)); diff != "" {
				t.Errorf("(-sdk +ours):\n%s", diff)
			}
		})
	}
}

// answer is what both readings of a stream have in common.
type answer struct {
	Text, Stop   string
	Calls        [][3]string
	Thoughts     []string
	Input, Cache int
	Output       int
}

// shown is our reading.
func shown(r *model.Response) answer {
	a := answer{Text: r.Message.TextOf(), Stop: string(r.Stop), Input: r.Usage.Input, Cache: r.Usage.CacheRead, Output: r.Usage.Output}
	for _, c := range r.Message.CallsOf() {
		a.Calls = append(a.Calls, [3]string{c.ID, c.Name, canonical(c.Args)})
	}
	for _, p := range r.Message.Parts {
		if p.Opaque != nil {
			a.Thoughts = append(a.Thoughts, canonical(p.Opaque.Raw))
		}
	}
	return a
}

// theirs is the SDK's reading.
func theirs(t *testing.T, url string) answer {
	t.Helper()
	client := sdk(url, http.DefaultClient)
	stream := client.Messages.NewStreaming(t.Context(), anthropic.MessageNewParams{
		Model: "m", MaxTokens: 10, Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("hello"))},
	})
	var m anthropic.Message
	for stream.Next() {
		if err := m.Accumulate(stream.Current()); err != nil {
			t.Fatal(err)
		}
	}
	if err := stream.Err(); err != nil {
		t.Fatal(err)
	}
	read, written := int(m.Usage.CacheReadInputTokens), int(m.Usage.CacheCreationInputTokens)
	a := answer{Input: int(m.Usage.InputTokens) + read + written, Cache: read, Output: int(m.Usage.OutputTokens)}
	a.Stop = map[anthropic.StopReason]string{
		anthropic.StopReasonEndTurn: string(model.End), anthropic.StopReasonToolUse: string(model.Calls),
		anthropic.StopReasonMaxTokens: string(model.Length), anthropic.StopReasonRefusal: string(model.Refusal),
	}[m.StopReason]
	for _, block := range m.Content {
		switch block := block.AsAny().(type) {
		case anthropic.TextBlock:
			a.Text += block.Text
		case anthropic.ToolUseBlock:
			// Our ids differ from the server's only where these are not usable.
			a.Calls = append(a.Calls, [3]string{block.ID, block.Name, canonical(block.Input)})
		case anthropic.ThinkingBlock:
			raw, err := json.Marshal(block.ToParam())
			if err != nil {
				t.Fatal(err)
			}
			a.Thoughts = append(a.Thoughts, canonical(raw))
		}
	}
	return a
}

// canonical writes JSON with its keys sorted.
func canonical(raw json.RawMessage) string {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return string(raw)
	}
	sorted, err := json.Marshal(v)
	if err != nil {
		return string(raw)
	}
	return string(sorted)
}
