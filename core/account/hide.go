package account

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"aidesk/core/secret"
)

// minHidden is how long a value is at least that Hide looks for: a shorter one would be
// found in words that have nothing to do with it.
const minHidden = 6

// Hide replaces what a text has of a credential by three asterisks: its values, escaped as
// for a URL, JSON or HTML, in base64, and in the base64 of user:password. It is for what a
// plugin echoes of a request.
func Hide(text string, c Credential) string {
	hidden := make([]bool, len(text))
	found := false
	for _, form := range c.forms() {
		done := 0
		for from := 0; ; from++ { // occurrences may overlap
			at := strings.Index(text[from:], form)
			if at < 0 {
				break
			}
			found = true
			from += at
			for i := max(from, done); i < from+len(form); i++ {
				hidden[i] = true
			}
			done = from + len(form)
		}
	}
	if !found {
		return text
	}
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case !hidden[i]:
			out.WriteByte(text[i])
		case i == 0 || !hidden[i-1]:
			out.WriteString(secret.Text("").String())
		}
	}
	return out.String()
}

// forms are the texts in which a credential's values may come back.
func (c Credential) forms() []string {
	var forms []string
	for field, value := range c {
		forms = append(forms, written(value.Reveal())...)
		for other, password := range c {
			if other == field || len(value)+len(password) < minHidden {
				continue
			}
			forms = append(forms, encoded(value.Reveal()+":"+password.Reveal())...)
		}
		if len(value) >= minHidden { // a key as user name or password alone
			forms = append(forms, encoded(value.Reveal()+":")...)
			forms = append(forms, encoded(":"+value.Reveal())...)
		}
	}
	slices.Sort(forms)
	return slices.Compact(forms)
}

// written gives a value in all the ways in which it may be written.
func written(value string) []string {
	if len(value) < minHidden {
		return nil
	}
	quoted, _ := json.Marshal(value) //nolint:errchkjson // a string always can be
	inJSON := string(quoted[1 : len(quoted)-1])
	forms := []string{
		value, html.EscapeString(value), inJSON, strings.ReplaceAll(inJSON, "/", `\/`), bareJSON(value),
		url.QueryEscape(value), url.PathEscape(value), escapeQuery(value),
	}
	for _, form := range forms[5:] {
		forms = append(forms, escapes.ReplaceAllStringFunc(form, strings.ToLower))
	}
	return append(forms, encoded(value)...)
}

// bareJSON is a value in JSON in which <, > and & stand as they are.
func bareJSON(value string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value)
}

var escapes = regexp.MustCompile(`%[0-9A-F]{2}`)

// encoded gives the base64 forms of a text, and what is in them when they stand in a URL.
func encoded(text string) []string {
	forms := []string{}
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		form := encoding.EncodeToString([]byte(text))
		forms = append(forms, form, url.QueryEscape(form))
	}
	return forms
}
