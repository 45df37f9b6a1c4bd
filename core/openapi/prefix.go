package openapi

import (
	"regexp"
	"strings"
)

// A key that is declared for the header Authorization goes there behind a word, such as
// "Bearer", which documents tell in prose only. These find it there.
var (
	// The word "Basic" followed by a space and your key.
	// Enter 'Bearer' [space] and then your token.
	spelledPrefix = regexp.MustCompile(`(?i)(?:\b(?:word|string|prefix|keyword|text|term)\s+["'` + "`" + `“”‘’]?|["'` + "`" + `“‘])([a-z][a-z0-9-]{1,30})\s?:?["'` + "`" + `“”‘’]?,?\s+(?:followed by|and then|and a space|plus|\[space\]|\(space\))`)
	// Prefixed with "Bearer"; with the `Bearer ` prefix.
	namedPrefix = regexp.MustCompile(`(?i)\bprefix(?:ed)? (?:it )?(?:with|by|of|is)\s+(?:the (?:word|string) )?["'` + "`" + `“‘]([a-z][a-z0-9-]{1,30})\s?:?\s?["'` + "`" + `”’]|["'` + "`" + `“‘]([a-z][a-z0-9-]{1,30})\s?:?\s?["'` + "`" + `”’] prefix\b`)
	// Token token=<API_KEY>; Authorization: Bearer {token}; OAuth ACCESS_TOKEN.
	samplePrefix = regexp.MustCompile(`([A-Za-z][A-Za-z0-9-]{1,30})( [a-z_]{1,20}=| )"?(?:<[A-Za-z][A-Za-z _.-]{0,40}>|\{+[A-Za-z][A-Za-z _.-]{0,40}\}+|\$\{?[A-Z_]{2,40}\}?|(?:[A-Z]+_)*(?:TOKEN|KEY|SECRET)\b)`)
	// Using the Bearer scheme; a bearer token.
	schemePrefix = regexp.MustCompile(`(?i)\bthe (bearer|basic|token|oauth) (?:auth[a-z]* )?scheme\b|\b(bearer) (?:[a-z]+ )?(?:token|auth)`)
)

// prefixWords are words that are known to precede a key. Any other is one only where a
// document says so outright.
var prefixWords = map[string]string{
	"bearer": "Bearer", "basic": "Basic", "token": "", "bot": "", "oauth": "", "apikey": "", "api-key": "", "jwt": "", "ssws": "", "geniekey": "",
	"deepl-auth-key": "", "zoho-oauthtoken": "", "klaviyo-api-key": "", "discogs": "", "ghost": "", "splunk": "", "apitoken": "", "api-token": "",
}

// credentialPrefix returns what precedes a key in its header, if the name and the
// description of its scheme tell it and agree; else "".
func credentialPrefix(field, name, about string) string {
	found := map[string]string{} // as written, by lower case
	add := func(word, rest string) {
		if written := prefixWords[strings.ToLower(word)]; written != "" {
			word = written
		}
		if word != "" {
			found[strings.ToLower(word+rest)] = word + rest
		}
	}
	for _, m := range spelledPrefix.FindAllStringSubmatch(about, 5) {
		add(m[1], " ")
	}
	for _, m := range namedPrefix.FindAllStringSubmatch(about, 5) {
		add(m[1]+m[2], " ")
	}
	for _, m := range samplePrefix.FindAllStringSubmatch(about, 10) {
		_, known := prefixWords[strings.ToLower(m[1])]
		if upper := m[1][0] <= 'Z'; known && upper || m[2] != " " {
			add(m[1], m[2])
		}
	}
	if len(found) == 0 && strings.EqualFold(field, "Authorization") {
		for _, m := range schemePrefix.FindAllStringSubmatch(about, 5) {
			add(m[1]+m[2], " ")
		}
		if strings.Contains(strings.ToLower(name), "bearer") {
			add("Bearer", " ")
		}
	}
	if len(found) != 1 {
		return ""
	}
	for _, prefix := range found {
		return prefix
	}
	return ""
}
