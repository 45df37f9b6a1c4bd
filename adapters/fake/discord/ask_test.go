package discord_test

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	fakediscord "aidesk/adapters/fake/discord"
)

const userAgent = "DiscordBot (https://desk.example.com, 1.0)"

// object is a JSON object.
type object = map[string]any

// reply is what the fake answered.
type reply struct {
	Status int
	Header http.Header
	Text   string
	Object object
	Code   int    // Discord's
	Where  string // the first place that is wrong in a form, and how: "embeds.0.title BASE_TYPE_MAX_LENGTH"
}

// ask makes a request as an application does.
func ask(t *testing.T, d *fakediscord.Discord, verb, path string, body any) reply {
	t.Helper()
	var text []byte
	switch b := body.(type) {
	case nil:
	case string:
		text = []byte(b)
	default:
		text, _ = json.Marshal(b)
	}
	r, err := http.NewRequestWithContext(t.Context(), verb, d.APIURL()+"/v10"+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if text != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Authorization", "Bot "+fakediscord.Token)
	return do(t, r)
}

func do(t *testing.T, r *http.Request) reply {
	t.Helper()
	if _, ok := r.Header["User-Agent"]; !ok {
		r.Header.Set("User-Agent", userAgent)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	said, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	out := reply{Status: a.StatusCode, Header: a.Header, Text: string(said)}
	_ = json.Unmarshal(said, &out.Object)
	code, _ := out.Object["code"].(float64)
	out.Code = int(code)
	out.Where = where(out.Object["errors"], nil)
	return out
}

// where finds the first fault of a form.
func where(v any, path []string) string {
	o, _ := v.(object)
	if list, ok := o["_errors"].([]any); ok {
		first, _ := list[0].(object)
		code, _ := first["code"].(string)
		return strings.TrimSpace(strings.Join(path, ".") + " " + code)
	}
	for key, inner := range o {
		if found := where(inner, append(path, key)); found != "" {
			return found
		}
	}
	return ""
}

// form is a multipart body with a payload and files.
func form(t *testing.T, payload string, files map[string]string) (string, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	if err := w.WriteField("payload_json", payload); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		part, err := w.CreateFormFile(name, name+".txt")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(part, content)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), &out
}

// many is a JSON list of n times the same.
func many(n int, one string) string {
	return "[" + strings.TrimSuffix(strings.Repeat(one+",", n), ",") + "]"
}

// numbered is a list of n objects, in which # is the number.
func numbered(n int, one string) string {
	var out []string
	for i := range n {
		out = append(out, strings.ReplaceAll(one, "#", string(rune('a'+i%26))+strings.Repeat("z", i/26)))
	}
	return "[" + strings.Join(out, ",") + "]"
}

func long(n int) string { return strings.Repeat("x", n) }
