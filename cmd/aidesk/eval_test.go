package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"aidesk/cmd/aidesk/eval"
	"aidesk/core/model/modeltest"
)

// TestEval replays questions against the example plugins over a model's wire: one comes out
// right, one wrong, one forbidden; and each wrong use has its line and its exit code.
func TestEval(t *testing.T) {
	t.Setenv("AIDESK_MODEL_KEY", "k")
	data := t.TempDir()
	folder, err := openFolder(data)
	if err != nil {
		t.Fatal(err)
	}
	examples, err := serveExamples(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		examples.close()
		_ = folder.close()
	})
	server := modeltest.NewActor(t, modeltest.Chat, func(q modeltest.Query) modeltest.Answer {
		switch asked := q.Last().Content; {
		case strings.Contains(asked, "on my list?"):
			return modeltest.Call([2]string{"todo__listItems", `{}`})
		case strings.Contains(asked, "oat milk"):
			return modeltest.Call([2]string{"todo__addItem", `{"body":{"title":"milk"}}`})
		case strings.Contains(asked, "done with"):
			return modeltest.Call([2]string{"todo__removeItem", `{"item":"milk"}`})
		case strings.Contains(asked, "nobody knows"):
			return modeltest.Fault(http.StatusUnauthorized, "invalid_request_error", "invalid_api_key", "Incorrect API key provided")
		}
		return modeltest.Text("Knock, knock.")
	})
	dir := t.TempDir()
	file := func(name, text string) string {
		t.Helper()
		at := filepath.Join(dir, name)
		if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return at
	}
	todo := "http://" + examples.all[slices.IndexFunc(examples.all, func(e exampleServer) bool {
		response, err := http.Get("http://" + e.address + "/.well-known/ai-plugin.json")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		manifest, err := io.ReadAll(response.Body)
		return err == nil && bytes.Contains(manifest, []byte(`"todo"`))
	})].address
	questions := file("q.yaml", `- {ask: "what is on my list?", want: todo.listItems}
- {ask: put oat milk on my list, want: todo.addItem, with: {title: oat milk}}
- {ask: I am done with milk, want: todo.completeItem, never: [todo.removeItem]}
- {ask: tell me a joke, want: none}
`)
	settings := file("config.yaml", fmt.Sprintf(`models:
  main: {provider: openai-chat, model: m, base_url: %q, api_key: k, price: {input: 1, output: 2}}
  other: {provider: planner}
bots: [{name: desk, model: main, plugins: [{source: %q}], slack: {mode: socket, bot_token: xoxb-1, app_token: xapp-1}}]
`, server.URL, todo))
	model := []string{"--model-url", server.URL, "--model", "m"}
	for _, c := range []struct {
		name       string
		code       int
		args       []string
		want, errs []string
	}{
		{"one right, one wrong, one forbidden", exitFailure, append([]string{questions, "--plugin", todo}, model...), []string{
			"right      1  todo.listItems", "wrong      2  todo.addItem", "forbidden  3  todo.completeItem", "right      4  none",
			`2: title is "milk": want "oat milk".`, "2 of 4 are right, 1 wrong, 1 forbidden, asked of m.", " tokens read, ",
		}, []string{"2 of 4 questions did not come out right"}},
		{"a configuration", exitOK, []string{questions, "--config", settings, "--only", "joke", "--only", "1"}, []string{"2 of 2 are right, asked of m.", " USD."}, nil},
		{"another model of it", exitFailure, []string{questions, "--config", settings, "--model", "other", "--only", "done"}, []string{"wrong  3", "asked of planner"}, nil},
		{"no such model of it", exitUsage, []string{questions, "--config", settings, "--model", "mains"}, nil, []string{"did you mean main?"}},
		{"no such bot of it", exitUsage, []string{questions, "--config", settings, "--bot", "desc"}, nil, []string{"--bot: did you mean desk?"}},
		{"a plugin twice", exitUsage, []string{questions, "--config", settings, "--plugin", todo}, nil, []string{"one host and port is one plugin"}},
		{"money", exitFailure, []string{questions, "--config", settings, "--max-money", "0.000001"}, []string{"not asked  1", "--max-money"}, []string{"4 of 4"}},
		{"tokens", exitFailure, append([]string{questions, "--plugin", todo, "--max-tokens", "3"}, model...), []string{"4 not asked"}, nil},
		{"the planner", exitOK, []string{questions, "--plugin", todo, "--only", "joke", "--only", "on my list?", "--repeat", "3"}, []string{"right  100 %  1", "2 of 2 are right", "!tokens read"}, nil},
		{"to start from", exitOK, []string{"--init", "--plugin", todo}, []string{"# Questions for aidesk eval", `- ask: "add milk to my list"`, `want: "todo.addItem"`}, nil},
		{"to start from without plugins", exitOK, []string{"--init"}, []string{"want: notes.list"}, nil},
		{"a key that is refused", exitFailure, append([]string{file("k.yaml", "- {ask: nobody knows, want: none}"), "--plugin", todo}, model...), nil, []string{"asking question 1", "401"}},
		{"a fault", exitUsage, []string{file("f.yaml", "- ask: x\n  want: todo.ad"), "--plugin", todo}, nil, []string{`f.yaml:2:9: [0].want: there is no operation "todo.ad"`}},
		{"no such file", exitUsage, []string{filepath.Join(dir, "none"), "--plugin", todo}, nil, []string{"no such file"}},
		{"no file", exitUsage, []string{"--plugin", todo}, nil, []string{"FILE is missing"}},
		{"no plugin", exitUsage, []string{questions}, nil, []string{"say which plugins"}},
		{"a plugin that is not there", exitFailure, []string{questions, "--plugin", "http://127.0.0.1:1"}, nil, []string{"127.0.0.1:1"}},
		{"a model's name alone", exitUsage, []string{questions, "--plugin", todo, "--model", "m"}, nil, []string{"--model-url is missing"}},
		{"money without prices", exitUsage, []string{questions, "--plugin", todo, "--max-money", "1"}, nil, []string{"--max-money needs --config"}},
		{"nothing chosen", exitUsage, []string{questions, "--plugin", todo, "--only", "cheese"}, nil, []string{"--only leaves no question"}},
		{"a wrong time", exitUsage, []string{questions, "--plugin", todo, "--now", "friday"}, nil, []string{"--now wants a time"}},
		{"too many at a time", exitUsage, []string{questions, "--plugin", todo, "--parallel", "17"}, nil, []string{"--parallel wants 1 to 16"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := run(t.Context(), append([]string{"eval"}, c.args...), strings.NewReader(""), &out, &errs)
			if code != c.code {
				t.Errorf("it ends with %d: %s", code, errs.String())
			}
			for text, wants := range map[string][]string{out.String(): c.want, errs.String(): c.errs} {
				for _, want := range wants {
					if not, is := strings.CutPrefix(want, "!"); is == strings.Contains(text, not) {
						t.Errorf("%q in:\n%s", want, text)
					}
				}
			}
		})
	}
	var out, errs bytes.Buffer
	run(t.Context(), append([]string{"eval", questions, "--plugin", todo, "--json"}, model...), strings.NewReader(""), &out, &errs)
	var got eval.Result
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || len(got.Outcomes) != 4 || got.Outcomes[2].Tries[0].Calls[0].Operation != "todo.removeItem" || got.Forbidden != 1 {
		t.Errorf("as JSON: %v in\n%s", err, out.String())
	}
	if n := count(t, data, "plugins.log", `"path":"/items`); n > 0 {
		t.Errorf("%d calls reached the plugins", n)
	}
}
