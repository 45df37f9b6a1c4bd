package plugin

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"aidesk/core/markdown"
	"aidesk/core/openapi"
)

// lint compares a manifest with the rules of the convention. Nothing of it is in
// the way of an import. The limits of texts were lowered over time: beyond the
// current one is worth knowing, beyond the first one was never allowed.
func (m *Manifest) lint(f manifestFile) {
	v2 := strings.HasPrefix(m.SchemaVersion, "v2")
	for _, text := range []struct {
		field          string
		value          looseString
		first, current int
		optional       bool
	}{
		{"name_for_human", f.NameForHuman, 50, 20, false},
		{"name_for_model", f.NameForModel, 50, 50, v2},
		{"description_for_human", f.DescriptionForHuman, 120, 100, false},
		{"description_for_model", f.DescriptionForModel, 8000, map[bool]int{true: 2048, false: 8000}[v2], v2},
	} {
		switch n := utf8.RuneCountInString(strings.TrimSpace(string(text.value))); {
		case n == 0 && !text.optional:
			m.addLint(levelInfo, "manifest-missing", "it is missing", text.field)
		case n > text.first:
			m.addLint(levelWarn, "manifest-long", fmt.Sprintf("it has %d characters; more than %d were never allowed", n, text.first), text.field)
		case n > text.current:
			m.addLint(levelInfo, "manifest-long", fmt.Sprintf("it has %d characters; the current limit is %d", n, text.current), text.field)
		}
	}
	if strings.ContainsFunc(strings.TrimSpace(string(f.NameForModel)), unicode.IsSpace) {
		m.addLint(levelInfo, "manifest-name", "it has blanks; the convention allows letters and digits", "name_for_model")
	}
	for _, page := range []struct {
		field string
		value looseString
	}{{"logo_url", f.LogoURL}, {"contact_email", f.Contact}, {"legal_info_url", f.LegalURL}} {
		if firstText(page.value) == "" && !v2 {
			m.addLint(levelInfo, "manifest-missing", "it is missing", page.field)
		}
	}
	m.lintSteering(string(f.DescriptionForModel), "description_for_model")
	m.lintSteering(string(f.DescriptionForHuman), "description_for_human")
}

func (m *Manifest) lintSteering(text, where string) {
	if note, found := steers(text, where); found {
		m.Lint = append(m.Lint, note)
	}
}

func (m *Manifest) addLint(level, code, message, where string) {
	m.Lint = append(m.Lint, openapi.Note{Level: level, Code: code, Message: message, Where: where})
}

// takeover is language that tries to become the instructions; pushes is language
// that the convention forbids in descriptions: when to use a plugin unasked, in
// what mood or person to answer.
var (
	takeover = regexp.MustCompile(`(?i)\b(ignore (all|any|the|your|previous|prior|other)\b[^.]{0,40}|(disregard|forget) (all|any|the|your|previous|prior)\b[^.]{0,40}|system prompt|you are now|new instructions|do not (tell|reveal|inform|mention)[^.]{0,40}|pretend (to be|you)|jailbreak)`)
	pushes   = regexp.MustCompile(`(?i)\b(always (use|call|include|show|display|start|respond|answer|ask|add|mention|provide|end)|never (use|call|answer|respond|mention|ask|tell|show)|you (must|should|shall|will|are)|(must|should) (always|never)|only use|use (it|this)( plugin| tool)? (whenever|every time|always)|instead of (other|any)|prefer this|do not use (other|any)|act as|persona|before answering|in every (answer|response|message))\b`)
)

// steers finds language in a plugin's text that steers the model.
func steers(text, where string) (openapi.Note, bool) {
	level, found := levelWarn, takeover.FindString(text)
	if found == "" {
		level, found = levelInfo, pushes.FindString(text)
	}
	message := fmt.Sprintf("it tells the model what to do (“%s”); it is read as data, not as an instruction", markdown.Line(found, 60))
	return openapi.Note{Level: level, Code: "steering", Message: message, Where: where}, found != ""
}

// Domain says what of a plugin is not at home on the domain of its manifest, which
// was found at an address after another host may have been asked for. Plugins in the
// making, on loopback, have no domain.
func (m *Manifest) Domain(at, found *url.URL, asked string, servers ...string) []openapi.Note {
	var notes []openapi.Note
	root := strings.TrimPrefix(strings.ToLower(at.Hostname()), "www.")
	if _, err := netip.ParseAddr(root); err == nil || root == "localhost" {
		return nil
	}
	seen := map[string]bool{}
	foreign := func(host, code, format, where string) {
		if host = strings.ToLower(host); host == "" || host == root || strings.HasSuffix(host, "."+root) || seen[code+host] {
			return
		}
		seen[code+host] = true
		notes = append(notes, openapi.Note{Level: levelWarn, Code: code, Message: fmt.Sprintf(format, markdown.Line(host, 100), root), Where: where})
	}
	if asked = strings.TrimPrefix(strings.ToLower(asked), "www."); asked != root && !strings.HasSuffix(root, "."+asked) {
		notes = append(notes, openapi.Note{Level: levelWarn, Code: "manifest-redirect", Message: fmt.Sprintf("%s leads to %s, which is another domain", markdown.Line(asked, 100), root)})
	}
	foreign(found.Hostname(), "document-elsewhere", "the document is at %s, not on %s", "api.url")
	for _, s := range servers {
		if u, err := url.Parse(s); err == nil {
			foreign(u.Hostname(), "server-elsewhere", "calls go to %s, not to %s", "servers")
		}
	}
	home := registrable(root)
	if u, err := url.Parse(m.LegalURL); err == nil && u.Host != "" && registrable(u.Hostname()) != home {
		notes = append(notes, openapi.Note{Level: levelInfo, Code: "legal-elsewhere", Message: fmt.Sprintf("the legal page is at %s, not on %s", markdown.Line(u.Hostname(), 100), home), Where: "legal_info_url"})
	}
	if _, host, ok := strings.Cut(m.ContactEmail, "@"); ok && registrable(strings.ToLower(host)) != home {
		notes = append(notes, openapi.Note{Level: levelInfo, Code: "contact-elsewhere", Message: fmt.Sprintf("the contact is at %s, not on %s", markdown.Line(host, 100), home), Where: "contact_email"})
	}
	return notes
}

// registrable is the part of a host name that somebody registered, by rule of
// thumb: two labels, three under a country's "co", "com", "gov" and the like.
func registrable(host string) string {
	labels := strings.Split(strings.TrimSuffix(strings.ToLower(host), "."), ".")
	n := 2
	if len(labels) > 2 && len(labels[len(labels)-1]) == 2 && len(labels[len(labels)-2]) <= 3 {
		n = 3
	}
	return strings.Join(labels[max(0, len(labels)-n):], ".")
}
